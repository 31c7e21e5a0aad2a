// A storm on a whole region through the engine as the server runs it, without gRPC: evidence at a
// steady rate, the journal on disk, localisation by the live loop. How long until the outages show
// an item, how long commands wait, what it takes beside a full recompute and beside the classic
// rule; and whether a replay of the journal gives the same state.
// bench_sustained [USAGE_POINTS|REGION.gmr] [DIRECTORY] [ITEMS_A_SECOND] [SECONDS] [DARK_SHARE]
// Figures and the command that gives them: README.md.

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "bench/made_town.h"
#include "bench/upstream_rule.h"
#include "core/base/random.h"
#include "core/outage/evidence_view.h"
#include "core/outage/localiser.h"
#include "core/outage/outage_book.h"
#include "service/engine/engine.h"
#include "service/engine/replay.h"
#include "service/store/sqlite_store.h"

namespace gridmend {
namespace {

namespace fs = std::filesystem;
using Watch = std::chrono::steady_clock;

constexpr std::size_t kItemsACommand = 1000;

struct Load {
  double items_a_second = 100'000;
  double seconds = 30;
  double dark_share = .05;  // of the transformers
  std::size_t commands() const {
    return static_cast<std::size_t>(items_a_second * seconds / kItemsACommand);
  }
};

double seconds_since(Watch::time_point begun) {
  return std::chrono::duration<double>(Watch::now() - begun).count();
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

double resident_gb() {
  std::ifstream file{"/proc/self/statm"};
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * 4096 / 1e9;
}

template <class... Values>
void row(const char* what, const char* format, Values... values) {
  std::printf("| %s | ", what);
  std::printf(format, values...);
  std::printf(" |\n");
  std::fflush(stdout);
}

struct Shares {
  double p50 = 0, p99 = 0, worst = 0;
};
Shares shares_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  };
  return {at(.5), at(.99), values.back()};
}

// What goes dark when, in seconds from the beginning, and what comes back.
class Storm {
 public:
  Storm(const NetworkModel& network, const Load& load, Random random) : network_(network) {
    const InferenceForest forest =
        InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
    dark_at_ = IdVector<UsagePoint, float>(network.usage_points().size(), kNever);
    back_at_ = dark_at_;
    for (const Id<Device> id : network.devices().ids()) {
      const DeviceKind kind = network.devices()[id].kind;
      const bool fails =
          (kind == DeviceKind::power_transformer && random.chance(load.dark_share)) ||
          (kind == DeviceKind::fuse && random.chance(load.dark_share / 10)) ||
          (kind == DeviceKind::breaker && random.chance(load.dark_share / 10));
      const Id<InferenceZone> zone = forest.zone_of(id);
      if (!fails || !zone.valid() || !forest.heads(zone, id)) continue;
      const double from = random.uniform(0, .7 * load.seconds);
      const bool returns = random.chance(.3);
      failed_.push_back({id, returns});
      for (const Id<UsagePoint> point : forest.usage_points_behind(zone)) {
        dark_at_[point] = std::min(dark_at_[point], static_cast<float>(from));
        if (returns && back_at_[point] == kNever)
          back_at_[point] = static_cast<float>(from + .25 * load.seconds);
        if (!returns) back_at_[point] = 2 * kNever;
      }
    }
    for (const Id<UsagePoint> id : network.usage_points().ids()) {
      if (dark_at_[id] != kNever) dark_.push_back(id);
    }
    std::ranges::sort(dark_, {}, [this](Id<UsagePoint> id) { return dark_at_[id]; });
  }

  struct Failed {
    Id<Device> device;
    bool returns = false;
  };
  const std::vector<Failed>& failed() const { return failed_; }
  std::size_t customers_dark() const { return dark_.size(); }

  // One item as it may come `at` seconds after the beginning: pings anywhere, last gasps, calls and
  // power-ups where they belong, now and then a false last gasp or a call from a place only.
  void write(double at, Random& random, v1::Evidence& item) {
    while (gone_ < dark_.size() && dark_at_[dark_[gone_]] <= at) ++gone_;
    const double draw = random.uniform(0, 1);
    const Id<UsagePoint> anybody{random.below(network_.usage_points().size())};
    double earliest = 0;
    if (gone_ == 0 || draw < .5) {
      item.mutable_ping_result()->set_usage_point(name(anybody));
      item.mutable_ping_result()->set_answered(is_live(anybody, at) && !random.chance(.1));
    } else if (draw < .52) {
      item.mutable_meter_reading()->set_usage_point(name(anybody));
      item.mutable_meter_reading()->set_kwh(is_live(anybody, at) ? .25 : 0);
      item.mutable_meter_reading()->mutable_interval()->set_seconds(900);
    } else if (draw < .521) {
      item.mutable_last_gasp()->set_usage_point(name(anybody));
    } else {
      const Id<UsagePoint> one = dark_[random.below(gone_)];
      earliest = dark_at_[one];
      if (is_live(one, at)) {
        earliest = back_at_[one];
        item.mutable_power_up()->set_usage_point(name(one));
      } else if (draw < .95) {
        item.mutable_last_gasp()->set_usage_point(name(one));
      } else if (draw < .999) {
        item.mutable_trouble_call()->set_usage_point(name(one));
      } else {
        const Position from = network_.usage_points()[one].position;
        item.mutable_trouble_call()->mutable_position()->set_latitude_deg(from.latitude_deg);
        item.mutable_trouble_call()->mutable_position()->set_longitude_deg(from.longitude_deg);
      }
    }
    const double happened = std::max(earliest, at - random.uniform(0, 5));
    date(item, static_cast<std::int64_t>(happened * 1e6));
  }
  static void date(v1::Evidence& item, std::int64_t us) {
    item.mutable_event_time()->set_seconds(us / 1'000'000);
    item.mutable_event_time()->set_nanos(static_cast<std::int32_t>(us % 1'000'000 * 1000));
  }

 private:
  static constexpr float kNever = 1e9F;
  bool is_live(Id<UsagePoint> id, double at) const {
    return at < static_cast<double>(dark_at_[id]) || at >= static_cast<double>(back_at_[id]);
  }
  std::string name(Id<UsagePoint> id) const { return std::string{network_.mrid(id)}; }

  const NetworkModel& network_;
  std::vector<Failed> failed_;
  IdVector<UsagePoint, float> dark_at_, back_at_;
  std::vector<Id<UsagePoint>> dark_;  // by when
  std::size_t gone_ = 0;
};

// What a server makes at the first question, it has made before a storm: indexes of places, the
// contracted network.
void warm_up(Engine& engine) {
  const NetworkModel& network = engine.region()->network;
  const Position somewhere = network.usage_points()[Id<UsagePoint>{std::size_t{0}}].position;
  engine.world()->places->nearest_usage_points(somewhere, 1);
  engine.world()->places->nearest_transformers(somewhere, 1);
  (void)engine.world()->supply->inference();
  (void)network.find_usage_point(network.mrid(Id<UsagePoint>{std::size_t{0}}));
}

// What a command knew of its own way; written by the writer's thread, read when all are done.
struct Way {
  Watch::time_point due, submitted, acknowledged;
  std::uint64_t revision = 0;
};
struct Refreshed {
  std::uint64_t revision = 0;  // of the Reassess
  Watch::time_point at;
  double took_ms = 0;
  double on_writer_ms = 0;
};

class Run {
 public:
  Run(Engine& engine, Storm& storm, const Load& load)
      : engine_(engine), storm_(storm), load_(load), ways_(load.commands()) {
    subscription_ = engine.subscribe([this](std::uint64_t) {
      const std::uint64_t revision = engine_.world()->reassessed_revision;
      if (!refreshed_.empty() && refreshed_.back().revision == revision) return;
      const EngineMetrics metrics = engine_.metrics();
      refreshed_.push_back(
          {revision, Watch::now(), metrics.last_reassess_ms, metrics.reassess_on_writer_ms});
    });
  }

  // What meters and callers say, told before the clock runs: it is not the engine's work.
  void write() {
    Random random{20261128};
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      Command& command = commands_.emplace_back();
      command.set_actor("ami");
      auto& items = *command.mutable_submit_evidence()->mutable_evidence();
      items.Reserve(static_cast<int>(kItemsACommand));
      for (std::size_t k = 0; k < kItemsACommand; ++k) {
        v1::Evidence& item = *items.Add();
        item.set_idempotency_key(std::to_string(key++));
        item.set_source("ami");
        storm_.write(due(i), random, item);
      }
    }
  }

  void drive() {
    const double processor = processor_seconds();
    const auto now_us = std::chrono::floor<std::chrono::microseconds>(SystemClock().now())
                            .time_since_epoch()
                            .count();
    const auto begun = Watch::now();
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      Command command = std::move(commands_[i]);
      for (v1::Evidence& item : *command.mutable_submit_evidence()->mutable_evidence()) {
        const auto& time = item.event_time();
        Storm::date(item, now_us + time.seconds() * 1'000'000 + time.nanos() / 1000);
      }
      ways_[i].due = begun + std::chrono::duration_cast<Watch::duration>(
                                 std::chrono::duration<double>(due(i)));
      std::this_thread::sleep_until(ways_[i].due);
      ways_[i].submitted = Watch::now();
      engine_.submit(std::move(command), [this, i](const Result<Answer>& answer) {
        if (!answer) std::abort();
        ways_[i].acknowledged = Watch::now();
        ways_[i].revision = answer->revision;
        accepted_ += answer->evidence_accepted;
        ++done_;
      });
    }
    while (done_.load() < ways_.size()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    seconds_ = std::chrono::duration<double>(ways_.back().acknowledged - begun).count();
    processor_share_ = (processor_seconds() - processor) / seconds_;
    while (engine_.world()->reassessed_revision < ways_.back().revision)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    subscription_ = {};
  }

  void report() const {
    row("items a second, accepted", "%.0f (%.0f sent)",
        static_cast<double>(accepted_.load()) / seconds_,
        static_cast<double>(ways_.size() * kItemsACommand) / seconds_);
    row("processors busy: two threads of the engine, planner, producer", "%.2f", processor_share_);
    std::vector<double> acknowledged, refreshed, took, on_writer, late;
    auto next = refreshed_.begin();
    for (const Way& way : ways_) {
      late.push_back(milliseconds(way.submitted - way.due));
      acknowledged.push_back(milliseconds(way.acknowledged - way.submitted));
      while (next != refreshed_.end() && next->revision < way.revision) ++next;
      if (next != refreshed_.end()) refreshed.push_back(milliseconds(next->at - way.submitted));
    }
    for (const Refreshed& one : refreshed_) {
      if (one.revision < ways_.front().revision) continue;
      took.push_back(one.took_ms);
      on_writer.push_back(one.on_writer_ms);
    }
    print("the producer behind its time", late);
    print("1,000 items durable and acknowledged", acknowledged);
    print("1,000 items shown by the outages", refreshed);
    print("one reassessment", took);
    print("of it on the writer's thread", on_writer);
    row("reassessments", "%zu", took.size());
  }

 private:
  double due(std::size_t command) const {
    return static_cast<double>(command * kItemsACommand) / load_.items_a_second;
  }
  static double milliseconds(Watch::duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
  }
  static void print(const char* what, const std::vector<double>& values) {
    const Shares shares = shares_of(values);
    row((std::string{what} + ", p50 / p99 / worst").c_str(), "%.1f / %.1f / %.1f ms", shares.p50,
        shares.p99, shares.worst);
  }

  Engine& engine_;
  Storm& storm_;
  Load load_;
  std::vector<Command> commands_;
  std::vector<Way> ways_;
  std::vector<Refreshed> refreshed_;
  std::atomic<std::size_t> done_{0};
  std::atomic<std::uint64_t> accepted_{0};
  Engine::Subscription subscription_;
  double seconds_ = 0, processor_share_ = 0;
};

void report_outages(const World& world, const Storm& storm) {
  std::set<Id<Device>> named;
  std::size_t standing = 0;
  for (const auto& [id, record] : *world.outages) {
    if (has_ended(record->outage.status) || record->outage.status == OutageStatus::restored)
      continue;
    ++standing;
    if (record->outage.probable.device.valid()) named.insert(record->outage.probable.device);
  }
  std::size_t found = 0, open = 0;
  for (const Storm::Failed& failed : storm.failed()) {
    if (failed.returns) continue;
    ++open;
    found += named.contains(failed.device);
  }
  row("outages there ever were / stand", "%zu / %zu", world.outages->size(), standing);
  row("devices open to the end / of them named", "%zu / %zu", open, found);
}

template <class Work>
double milliseconds(Work&& work) {
  const auto begun = Watch::now();
  work();
  return seconds_since(begun) * 1e3;
}

double allocated() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

template <class Record>
IdVector<Record, Id<Record>> all_stay(const Table<Record>& table) {
  IdVector<Record, Id<Record>> same(table.size());
  for (const Id<Record> id : table.ids()) same[id] = id;
  return same;
}

// What the localiser keeps of a region and a storm, and what a pass takes besides.
void account(const World& world) {
  const NetworkModel& network = world.region->network;
  const double n = static_cast<double>(network.usage_points().size());
  const double start = allocated();
  const InferenceForest forest = InferenceForest::contract(world.forest());
  const double with_forest = allocated();
  const EvidenceBook book = std::move(
      world.localised_evidence
          ->carried_over(all_stay(network.usage_points()), all_stay(network.devices()), network)
          .book);
  const double with_book = allocated();
  const EvidenceView view{{forest, book, *world.water, world.localised_at, world.suspected_links},
                          *world.localiser};
  const Posterior posterior = localise(view, forest.roots());
  row("localiser's bytes a usage point: forest + evidence / a pass besides", "%.1f + %.1f / %.1f",
      (with_forest - start) / n, (with_book - with_forest) / n, (allocated() - with_book) / n);
}

// On the same evidence at the same moment, from nothing.
void compare(const World& world) {
  const InferenceForest& forest = world.supply->inference();
  const EvidenceBook& book = *world.localised_evidence;
  const LocaliserInput input{forest, book, *world.water, world.localised_at, world.suspected_links};
  std::size_t outages = 0, suspects = 0;
  const double posterior = milliseconds(
      [&] { outages = localise(input, forest.roots(), *world.localiser).trees.size(); });
  const double full = milliseconds([&] {
    outages =
        update_outages(input, world.switches(), OutageBook{}, *world.localiser).book.outages.size();
  });
  accuracy::AccuracyStorm heard{world.localised_at, world.switches(), {}, {}, {}, {}};
  book.meters().visit([&](Id<UsagePoint> id, const MeterEvidence& meter) {
    using accuracy::Said;
    if (meter.dead_gasp()) heard.heard.push_back({id, Said::last_gasp, meter.last_gasp, {}});
    if (meter.dead_call()) heard.heard.push_back({id, Said::call, meter.call, {}});
    if (meter.lives()) heard.heard.push_back({id, Said::ping_answered, meter.live, {}});
  });
  const double rule = milliseconds([&] {
    suspects = accuracy::UpstreamRule{forest, heard}.answer({2, 2, .4, true}).open.size();
  });
  row("full recompute: posterior of every tree", "%.0f ms", posterior);
  row("full recompute: all outages from nothing", "%.0f ms (%zu)", full, outages);
  row("the classic rule over the same reports", "%.0f ms (%zu devices)", rule, suspects);
}

std::shared_ptr<const Region> region_of(const std::string& what) {
  if (what.ends_with(".gmr")) {
    auto opened = open_region(what);
    if (!opened) {
      std::fprintf(stderr, "%s\n", describe(opened.error()).c_str());
      std::exit(1);
    }
    return std::make_shared<const Region>(std::move(*opened));
  }
  Random random{20261128};
  return made_town(static_cast<std::uint32_t>(std::strtoul(what.c_str(), nullptr, 10)), random);
}

// A journal up to a revision: live automation goes on after the state was looked at.
class UpTo final : public Store {
 public:
  UpTo(const Store& store, std::uint64_t last) : store_(store), last_(last) {}
  Result<void> append(std::span<const JournalRecord>) override { std::abort(); }
  std::uint64_t last_sequence() const override { return last_; }
  Result<void> read(std::uint64_t from, const Take& take) const override {
    return store_.read(from, [&](const JournalRecord& record) {
      return record.sequence <= last_ && take(record);
    });
  }
  std::string region_id() const override { return store_.region_id(); }
  Result<void> bind_region(std::string_view) override { std::abort(); }
  bool has_room() const override { return false; }

 private:
  const Store& store_;
  std::uint64_t last_;
};

void replay_again(const fs::path& directory, const std::shared_ptr<const Region>& region,
                  const StateHash& before) {
  auto store = SqliteStore::open(directory);
  if (!store) std::abort();
  State state(region, {});
  const auto begun = Watch::now();
  if (!replay(UpTo{**store, before.revision}, state)) std::abort();
  row("replay of the journal", "%.1f s, %s", seconds_since(begun),
      state.hash() == before.hash ? "the same state" : "ANOTHER STATE");
}

int run(const std::string& what, const fs::path& directory, const Load& load) {
  const auto region = region_of(what);
  std::printf("%zu usage points, %zu devices, %zu suspected links\n\n| | |\n| --- | --- |\n",
              region->network.usage_points().size(), region->network.devices().size(),
              region->suspected_links.rows().size());
  Storm storm{region->network, load, Random{7}};
  fs::remove_all(directory);
  auto store = SqliteStore::open(directory);
  if (!store) {
    std::fprintf(stderr, "%s\n", describe(store.error()).c_str());
    return 1;
  }
  EngineSettings settings;
  settings.automation = Automation::live;
  const double before_gb = resident_gb();
  auto opened = Engine::open(region, std::move(*store), std::make_shared<SystemClock>(), settings);
  if (!opened) std::abort();
  StateHash hash;
  {
    Engine& engine = **opened;
    warm_up(engine);
    Run run{engine, storm, load};
    run.write();
    run.drive();
    run.report();
    malloc_trim(0);
    row("memory before / with the engine at the end", "%.2f / %.2f GB", before_gb, resident_gb());
    row("customers dark in the storm", "%zu", storm.customers_dark());
    report_outages(*engine.world(), storm);
    compare(*engine.world());
    hash = engine.state_hash();
    const auto world = engine.world();
    opened->reset();  // nobody allocates beside the account
    account(*world);
  }
  replay_again(directory, region, hash);
  fs::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  gridmend::Load load;
  const std::string what = argc > 1 ? argv[1] : "1000000";
  const std::string directory = argc > 2 ? argv[2] : "sustained_bench_state";
  if (argc > 3) load.items_a_second = std::strtod(argv[3], nullptr);
  if (argc > 4) load.seconds = std::strtod(argv[4], nullptr);
  if (argc > 5) load.dark_share = std::strtod(argv[5], nullptr);
  if (!(load.items_a_second >= 1000) || !(load.seconds >= 1) || !(load.dark_share > 0)) {
    std::fprintf(stderr,
                 "bench_sustained [USAGE_POINTS|REGION.gmr] [DIRECTORY] [ITEMS_A_SECOND] [SECONDS] "
                 "[DARK_SHARE]\n");
    return 2;
  }
  return gridmend::run(what, directory, load);
}
