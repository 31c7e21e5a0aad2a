// Runs an engine on a state directory under a stream of commands until somebody kills it. Says
// "ack REVISION CONTENT_HASH" for every acknowledged command, "region REVISION ID" for every region
// taken and "hash REVISION STATE_HASH" now and then, one a line, each written at once.
//
//   fault_victim DIRECTORY SEED [die-with-the-file | die-with-the-answer]
//
// With a third argument it kills itself: when the new region's file is kept and nothing else is
// done, or when the load has just been acknowledged.

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "core/base/hash.h"
#include "service/engine/prepared_command.h"
#include "service/store/region_directory.h"
#include "service/store/sqlite_store.h"
#include "tests/fault/town.h"
#include "tests/service/engine/random_storm.h"

namespace gridmend {
namespace {

void say(const std::string& line) {
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(4);
}

// Many commands on their way at once, so that a kill finds batches half done.
void stream(Engine& engine, std::uint64_t seed) {
  control_room::RandomStorm storm(seed, control_room::drawn_region(kTown));
  std::atomic<int> on_the_way{0};
  while (true) {
    while (on_the_way.load() > 200) std::this_thread::yield();
    Command command = storm.next(*engine.world(), SystemClock().now());
    command.set_request_id("");
    const auto prepared = prepare(command, *engine.region());
    if (!prepared) continue;
    const std::uint64_t content = prepared->content_hash;
    // Task rules that are in force already are not journaled; whether they are shows only then.
    const bool may_change_nothing = command.has_take_task_rules();
    ++on_the_way;
    engine.submit(
        std::move(command), [&on_the_way, content, may_change_nothing](Result<Answer> answer) {
          // A repeated item is answered with a revision that is not its own.
          const bool journaled = answer && !may_change_nothing &&
                                 (answer->evidence_accepted > 0 ||
                                  answer->evidence_duplicates + answer->refused.size() == 0);
          if (journaled)
            say("ack " + std::to_string(answer->revision) + " " + std::to_string(content) + "\n");
          --on_the_way;
        });
  }
}

// Goes on with the region of a file, as LoadRegion does.
void load(Engine& engine, RegionDirectory& kept, const std::filesystem::path& file,
          const std::string& death) {
  auto region = kept.keep(file);
  if (!region) std::_Exit(5);
  if (death == "die-with-the-file") ::raise(SIGKILL);
  const std::string id = to_hex((*region)->id);
  if (id == to_hex(engine.region()->id)) return;
  const auto answer = engine.load_region(std::move(*region), {});
  if (!answer) std::_Exit(6);
  say("region " + std::to_string(answer->revision) + " " + id + "\n");
  if (death == "die-with-the-answer") ::raise(SIGKILL);
}

void work(Engine& engine, RegionDirectory& kept, const std::filesystem::path& directory) {
  PlannerSettings settings;
  settings.iteration_limit = 50;
  for (int round = 0;; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    (void)engine.reassess_now();
    if (round % 5 == 4) {
      load(engine, kept, directory / (round % 10 == 4 ? "grown.gmr" : "town.gmr"), {});
    }
    if (round % 3 == 0) (void)engine.replan_now(settings);
    if (round % 4 == 0) {
      const StateHash state = engine.state_hash();
      say("hash " + std::to_string(state.revision) + " " + to_hex(state.hash) + "\n");
    }
  }
}

int run(const std::filesystem::path& directory, std::uint64_t seed, const std::string& death) {
  SqliteStoreSettings settings;
  settings.ballast_bytes = 0;
  settings.checkpoint_pages = 64;  // so that kills find checkpoints half done too
  auto store = SqliteStore::open(directory, settings);
  if (!store) {
    std::fprintf(stderr, "%s\n", describe(store.error()).c_str());
    return 1;
  }
  const auto kept = std::make_shared<RegionDirectory>(directory);
  if (!write_region(*control_room::drawn_region(kTown), directory / "town.gmr") ||
      !write_region(*control_room::drawn_region(kGrownTown), directory / "grown.gmr")) {
    return 1;
  }
  auto first = kept->keep(directory / "town.gmr");
  if (!first) {
    std::fprintf(stderr, "%s\n", describe(first.error()).c_str());
    return 1;
  }
  auto engine = Engine::open(*first, std::move(*store), std::make_shared<SystemClock>(), {}, kept);
  if (!engine) {
    std::fprintf(stderr, "%s\n", describe(engine.error()).c_str());
    return 1;
  }
  say("ready 0 0\n");
  if (!death.empty()) load(**engine, *kept, directory / "grown.gmr", death);
  std::thread worker([&] { work(**engine, *kept, directory); });
  std::thread other([&] { stream(**engine, seed * 2 + 1); });
  stream(**engine, seed * 2);
  return 0;
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) return 2;
  return gridmend::run(argv[1], std::strtoull(argv[2], nullptr, 10), argc == 4 ? argv[3] : "");
}
