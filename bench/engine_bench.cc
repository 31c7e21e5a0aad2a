// The engine without gRPC: evidence through the one write path, acknowledgement times, localisation
// inside it, replay. bench_engine [USAGE_POINTS] [DIRECTORY]; the directory is where the journal's
// disk is. Figures and the command that gives them: README.md.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "bench/figures.h"
#include "bench/made_town.h"
#include "core/base/random.h"
#include "service/engine/engine.h"
#include "service/engine/replay.h"
#include "service/store/memory_store.h"
#include "service/store/sqlite_store.h"

namespace gridmend {
namespace {

namespace fs = std::filesystem;

void row(const std::string& what, const std::string& value) {
  gridmend::row(what, "%s", value.c_str());
}

std::string number(double value, const char* unit) {
  char text[64];
  std::snprintf(text, sizeof text, value < 100 ? "%.2f %s" : "%.0f %s", value, unit);
  return text;
}

// Items of meters anywhere, each with a key of its own: every hundredth transformer is dark.
Command batch(Random& random, const Region& region, std::size_t items, std::uint64_t& key) {
  const auto now =
      std::chrono::floor<std::chrono::seconds>(SystemClock().now()).time_since_epoch().count();
  Command command;
  command.set_actor("ami");
  for (std::size_t i = 0; i < items; ++i) {
    v1::Evidence& item = *command.mutable_submit_evidence()->add_evidence();
    item.set_idempotency_key(std::to_string(key++));
    item.set_source("ami");
    item.mutable_event_time()->set_seconds(now - random.between(1, 600));
    const std::string meter =
        "UC" + std::to_string(random.below(region.network.usage_points().size()));
    if (random.chance(.5)) {
      item.mutable_last_gasp()->set_usage_point(meter);
    } else {
      item.mutable_power_up()->set_usage_point(meter);
    }
  }
  return command;
}

struct Load {
  std::size_t items = 1;     // a command
  std::size_t commands = 0;  // in all
  std::size_t on_the_way = 64;
};

struct Outcome {
  double seconds = 0;
  std::vector<double> acknowledged_ms;
  double batches = 0;
};

// Two producers that keep so many commands on the way.
Outcome press(Engine& engine, const Load& load, std::uint64_t seed) {
  const double batches_before = static_cast<double>(engine.metrics().batches);
  std::vector<double> times(load.commands);
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> on_the_way{0};
  std::atomic<std::size_t> done{0};
  auto produce = [&](std::uint64_t producer) {
    Random random{seed + producer};
    std::uint64_t key = (seed * 16 + producer) << 32;
    for (std::size_t i = next++; i < load.commands; i = next++) {
      Command command = batch(random, *engine.region(), load.items, key);
      while (on_the_way.load() >= load.on_the_way) std::this_thread::yield();
      ++on_the_way;
      const auto begun = Watch::now();
      engine.submit(std::move(command), [&, i, begun](const Result<Answer>& answer) {
        if (!answer) std::abort();
        times[i] = seconds_since(begun) * 1e3;
        --on_the_way;
        ++done;
      });
    }
  };
  Outcome outcome;
  const auto begun = Watch::now();
  std::thread other(produce, 1);
  produce(0);
  other.join();
  while (done.load() < load.commands) std::this_thread::yield();
  outcome.seconds = seconds_since(begun);
  std::sort(times.begin(), times.end());
  outcome.acknowledged_ms = std::move(times);
  outcome.batches = static_cast<double>(engine.metrics().batches) - batches_before;
  return outcome;
}

void report(const std::string& what, const Load& load, const Outcome& outcome) {
  const double items = static_cast<double>(load.items * load.commands);
  row(what + ": items a second", number(items / outcome.seconds, "/s"));
  const auto at = [&](double share) {
    return outcome.acknowledged_ms[static_cast<std::size_t>(
        share * static_cast<double>(outcome.acknowledged_ms.size() - 1))];
  };
  row(what + ": acknowledged, p50 / p99 / worst",
      number(at(.5), "/ ") + number(at(.99), "/ ") + number(at(1), "ms"));
  row(what + ": commands a batch",
      number(static_cast<double>(load.commands) / outcome.batches, ""));
}

void measure(const std::string& name, std::unique_ptr<Store> store,
             const std::shared_ptr<const Region>& region) {
  auto opened = Engine::open(region, std::move(store), std::make_shared<SystemClock>());
  if (!opened) std::abort();
  Engine& engine = **opened;
  const Load batches{1000, 500, 16};
  report(name + ", 1,000 items a command", batches, press(engine, batches, 1));
  const Load singles{1, 40000, 64};
  report(name + ", 1 item a command, 64 on the way", singles, press(engine, singles, 2));
  const Load flood{1, 40000, 5000};
  report(name + ", 1 item a command, 5,000 on the way", flood, press(engine, flood, 3));
  auto begun = Watch::now();
  (void)engine.reassess_now();
  row(name + ": localise after " + std::to_string(engine.world()->evidence.size()) + " items",
      number(seconds_since(begun) * 1e3, "ms"));
  row(name + ": outages standing", std::to_string(engine.world()->outages->size()));
  begun = Watch::now();
  (void)engine.state_hash();
  row(name + ": state hash", number(seconds_since(begun) * 1e3, "ms"));
}

void measure_replay(const Store& store, const std::shared_ptr<const Region>& region) {
  State state(region, {});
  const auto begun = Watch::now();
  if (!replay(store, state)) std::abort();
  const double took = seconds_since(begun);
  row("replay of " + std::to_string(state.revision()) + " records", number(took, "s"));
}

int run(std::uint32_t usage_points, const fs::path& directory) {
  Random random{20261128};
  // A fuse for every transformer of ten, 250 of them a feeder.
  const auto region = made_town(usage_points, random, {10, 1, 250});
  std::printf("%zu usage points, %zu devices\n\n| | |\n| --- | --- |\n",
              region->network.usage_points().size(), region->network.devices().size());
  const auto contents = std::make_shared<MemoryStore::Contents>();
  measure("memory", std::make_unique<MemoryStore>(contents), region);
  fs::remove_all(directory);
  auto store = SqliteStore::open(directory);
  if (!store) {
    std::fprintf(stderr, "%s\n", describe(store.error()).c_str());
    return 1;
  }
  measure("SQLite", std::move(*store), region);
  auto again = SqliteStore::open(directory);
  if (!again) return 1;
  measure_replay(**again, region);
  again->reset();
  fs::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  const std::uint32_t usage_points =
      argc > 1 ? static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10)) : 1'000'000;
  const std::string directory = argc > 2 ? argv[2] : "engine_bench_state";
  return gridmend::run(usage_points, directory);
}
