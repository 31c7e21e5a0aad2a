// A storm on a whole region through the engine as the server runs it, without gRPC: evidence at a
// steady rate, the journal on disk, localisation by the live loop. How long until the outages show
// an item, how long commands wait, what it takes beside a full recompute and beside the classic
// rule; and whether a replay of the journal gives the same state.
// bench_sustained [USAGE_POINTS|REGION.gmr] [DIRECTORY] [ITEMS_A_SECOND] [SECONDS] [DARK_SHARE]
// Figures and the command that gives them: README.md.

#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "bench/city_storm.h"
#include "bench/figures.h"
#include "bench/made_town.h"
#include "bench/sustained_run.h"
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

double resident_gb() {
  std::ifstream file{"/proc/self/statm"};
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * 4096 / 1e9;
}

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

void report_outages(const World& world, const CityStorm& storm) {
  std::set<Id<Device>> named;
  std::size_t standing = 0;
  for (const auto& [id, record] : *world.outages) {
    if (has_ended(record->outage.status) || record->outage.status == OutageStatus::restored)
      continue;
    ++standing;
    if (record->outage.probable.device.valid()) named.insert(record->outage.probable.device);
  }
  std::size_t found = 0, open = 0;
  for (const CityStorm::Failed& failed : storm.failed()) {
    if (failed.returns) continue;
    ++open;
    found += named.contains(failed.device);
  }
  row("outages there ever were / stand", "%zu / %zu", world.outages->size(), standing);
  row("devices open to the end / of them named", "%zu / %zu", open, found);
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
  const auto region = town_or_region(what);
  std::printf("%zu usage points, %zu devices, %zu suspected links\n\n| | |\n| --- | --- |\n",
              region->network.usage_points().size(), region->network.devices().size(),
              region->suspected_links.rows().size());
  CityStorm storm{region->network, {load.seconds, load.dark_share}, Random{7}};
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
    SustainedRun run{engine, storm, load};
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
