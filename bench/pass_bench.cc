// What one look at a whole region in a storm takes, part by part and by threads, without an engine:
// everything was heard of, as at 100,000 items a second for half a minute. And what is kept.
// bench_pass [USAGE_POINTS|REGION.gmr] [THREADS] [ROUNDS] [ITEMS] [DARK_SHARE] [DOUBTED]
// DOUBTED: of so many normally open switches nobody knows how they stand.
// Figures and the command that gives them: README.md.

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/city_storm.h"
#include "bench/figures.h"
#include "bench/made_town.h"
#include "core/base/parallel_for.h"
#include "core/outage/call_places.h"
#include "core/outage/evidence_view.h"
#include "core/outage/outage_book.h"
#include "core/outage/outage_builder.h"
#include "core/outage/refined_posterior.h"
#include "core/outage/source_estimates.h"
#include "core/outage/switch_topologies.h"

namespace gridmend {
namespace {

constexpr double kSeconds = 30;
const Time kBegin = Time{} + std::chrono::hours{24 * 365 * 56};

struct Options {
  std::string what = "1000000";
  unsigned threads = processors();
  std::size_t rounds = 5;
  std::size_t items = 3'000'000;
  double dark_share = .05;
  std::size_t doubted = 0;
};

Evidence evidence_of(const NetworkModel& network, const PlaceIndex& places,
                     const CityStorm::Item& said, const CallPlaceSettings& settings) {
  using Kind = CityStorm::Kind;
  Evidence evidence;
  evidence.event_time = kBegin + from_seconds(said.happened);
  const Id<UsagePoint> id = said.usage_point;
  switch (said.kind) {
    case Kind::ping_answered:
    case Kind::ping_unanswered:
      evidence.kind = PingResult{id, said.kind == Kind::ping_answered};
      break;
    case Kind::reading:
    case Kind::zero_reading:
      evidence.kind = MeterReading{id, said.kind == Kind::reading ? .25 : 0};
      break;
    case Kind::last_gasp:
      evidence.kind = LastGasp{id};
      break;
    case Kind::power_up:
      evidence.kind = PowerUp{id};
      break;
    case Kind::call: {
      TroubleCall call;
      call.usage_point = id;
      evidence.kind = call;
      break;
    }
    case Kind::call_from_place: {
      TroubleCall call;
      call.places = call_places(network, places, network.usage_points()[id].position, {}, settings);
      evidence.kind = std::move(call);
      break;
    }
  }
  return evidence;
}

// Normally open switches, evenly spread, are said to stand nobody knows how.
std::size_t doubt_switches(const NetworkModel& network, std::size_t count, EvidenceBook& book) {
  std::vector<Id<Device>> open;
  for (const Id<Device> id : network.devices().ids()) {
    const Device& device = network.devices()[id];
    if (device.normally_open != 0 && is_switch(device.kind)) open.push_back(id);
  }
  count = std::min(count, open.size());
  for (std::size_t i = 0; i < count; ++i) {
    SwitchPosition position;
    position.device = open[i * open.size() / count];
    position.origin = PositionOrigin::operator_entry;
    position.unknown = true;
    book.record({"", kBegin, {}, "", position});
  }
  return count;
}

double allocated() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

// Goes on with the storm up to a second.
class Listening {
 public:
  Listening(const NetworkModel& network, const Options& options, const LocaliserSettings& settings)
      : network_(network),
        places_(network),
        settings_(settings),
        storm_(network, {kSeconds, options.dark_share}, Random{7}),
        items_a_second_(static_cast<double>(options.items) / kSeconds) {}

  void until(double second, EvidenceBook& book) {
    for (; static_cast<double>(heard_) < second * items_a_second_; ++heard_) {
      const CityStorm::Item item =
          storm_.next(static_cast<double>(heard_) / items_a_second_, random_);
      book.record(evidence_of(network_, places_, item, settings_.call_places));
    }
  }

 private:
  const NetworkModel& network_;
  PlaceIndex places_;
  const LocaliserSettings& settings_;
  CityStorm storm_;
  double items_a_second_;
  Random random_{20261128};
  std::size_t heard_ = 0;
};

void account(const NetworkModel& network, const SupplyForest& supply, const EvidenceBook& heard,
             Time at, const LocaliserSettings& settings) {
  const double n = static_cast<double>(network.usage_points().size());
  const double start = allocated();
  const InferenceForest forest = InferenceForest::contract(supply);
  const double with_forest = allocated();
  EvidenceBook book{network};
  heard.meters().visit([&](Id<UsagePoint> id, const MeterEvidence& meter) {
    if (meter.live != kNeverHeard) book.supply_confirmed(id, meter.live);
  });
  const double with_book = allocated();
  const Water dry;
  const EvidenceView view{{forest, heard, dry, at}, settings};
  const Posterior posterior = localise(view, forest.roots());
  row("bytes a usage point: forest + evidence + a pass", "%.1f + %.1f + %.1f = %.1f",
      (with_forest - start) / n, (with_book - with_forest) / n, (allocated() - with_book) / n,
      (allocated() - start) / n);
}

// By the clock, and of all threads together: where others work beside, only the latter says much.
class Part {
 public:
  template <class Work>
  void measure(Work&& work) {
    const std::clock_t begun = std::clock();
    wall_ms_.push_back(milliseconds(work));
    processor_ms_.push_back(1e3 * static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC);
  }
  void report(const char* what) const {
    const Percentiles wall = percentiles_of(wall_ms_), processor = percentiles_of(processor_ms_);
    row(std::string{what} + ", p50 / p99 / worst", "%.1f / %.1f / %.1f ms, processor %.1f / %.1f",
        wall.p50, wall.p99, wall.worst, processor.p50, processor.p99);
  }

 private:
  std::vector<double> wall_ms_, processor_ms_;
};

struct Took {
  Part derived, kept, view, sources, localise, candidates, update, update_anew;
};

void look(const LocaliserInput& input, const SwitchState& switches,
          const LocaliserSettings& settings, OutageBook& outages, Took& took) {
  std::vector<Id<InferenceZone>> trees;
  if (input.topologies != nullptr) {
    took.derived.measure([&] { (void)SwitchTopologies::derive(input, switches, settings); });
    took.kept.measure([&] { (void)input.topologies->derive(input, switches, settings); });
    LocaliserInput anew = input;
    anew.topologies = nullptr;
    took.update_anew.measure([&] { (void)update_outages(anew, switches, outages, settings); });
  }
  {
    std::optional<EvidenceView> view;
    took.view.measure([&] { view.emplace(input, settings); });
    took.sources.measure([&] { (void)heard_view(*view); });
    for (const auto& [root, onset] : view->onsets()) trees.push_back(root);
    RefinedPosterior posterior;
    took.localise.measure([&] { posterior = localise_refined(*view, trees); });
    took.candidates.measure([&] { (void)build_candidates(*view, posterior); });
  }
  took.update.measure([&] { outages = update_outages(input, switches, outages, settings).book; });
}

int run(const Options& options) {
  const auto region = town_or_region(options.what);
  const NetworkModel& network = region->network;
  const SwitchState switches{network};
  const SupplyForest supply = SupplyForest::derive(network, switches);
  const InferenceForest forest = InferenceForest::contract(supply);
  std::printf(
      "%zu usage points, %zu zones, %zu groups, %zu shared drops, %zu trees\n\n| | |\n| --- | --- "
      "|\n",
      network.usage_points().size(), forest.zones().size(), forest.group_count(),
      forest.shared_drops().size(), forest.roots().size());
  const LocaliserSettings settings;
  const Water dry;
  EvidenceBook book{network};
  Listening listening{network, options, settings};
  Took took;
  OutageBook outages;
  TopologyMemory topologies;
  const std::size_t doubted = doubt_switches(network, options.doubted, book);
  Time at;
  const double first = 2.0 / 3 * kSeconds;
  for (std::size_t round = 0; round < options.rounds; ++round) {
    const double second = first + (kSeconds - first) * static_cast<double>(round + 1) /
                                      static_cast<double>(options.rounds);
    listening.until(second, book);
    at = kBegin + from_seconds(second);
    look({forest, book, dry, at, {}, options.threads, nullptr, doubted > 0 ? &topologies : nullptr},
         switches, settings, outages, took);
  }
  if (doubted > 0) {
    row("switches that are doubted", "%zu", doubted);
    took.derived.report("how they may stand, from nothing");
    took.kept.report("the same with what is kept of it");
    took.update_anew.report("all of the below, nothing kept");
  }
  took.view.report("see who was heard of");
  took.sources.report("find what sources are worth");
  took.localise.report("read and infer all trees");
  took.candidates.report("make candidates of outages");
  took.update.report("all of it, outages carried on");
  row("outages that there are", "%zu", outages.outages.size());
  account(network, supply, book, at, settings);
  return 0;
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  gridmend::Options options;
  if (argc > 1) options.what = argv[1];
  if (argc > 2) options.threads = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
  if (argc > 3) options.rounds = std::strtoul(argv[3], nullptr, 10);
  if (argc > 4) options.items = std::strtoul(argv[4], nullptr, 10);
  if (argc > 5) options.dark_share = std::strtod(argv[5], nullptr);
  if (argc > 6) options.doubted = std::strtoul(argv[6], nullptr, 10);
  if (options.rounds < 1 || options.items < 1 || !(options.dark_share > 0)) {
    std::fprintf(stderr,
                 "bench_pass [USAGE_POINTS|REGION.gmr] [THREADS] [ROUNDS] [ITEMS] [DARK_SHARE] "
                 "[DOUBTED]\n");
    return 2;
  }
  return gridmend::run(options);
}
