// How well the localiser names what is open and who is dark, in storms over made and real networks,
// beside a tuned common-upstream-device rule. Prints the tables of docs/algorithms/localisation.md.
//
//   bench_accuracy [--storms N] [--tuning N] [--rows TEXT] [--as-told] [--svg FILE] [REGION.gmr...]
//
// --rows: those that have TEXT in their name. --as-told: sources are as the settings say, whatever
// the storm shows of them (SourceSettings::zones = 0).

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "bench/accuracy_score.h"
#include "bench/accuracy_storm.h"
#include "bench/reliability_diagram.h"
#include "bench/upstream_rule.h"
#include "core/outage/evidence_view.h"
#include "core/outage/localiser.h"
#include "core/outage/source_estimates.h"
#include "data/region/region.h"
#include "tests/storm/reference_storm.h"

namespace gridmend::accuracy {
namespace {

constexpr std::uint64_t kScoredSeed = 20'260'720;
constexpr std::uint64_t kTuningSeed = 11;

struct Scenario {
  std::string name;
  StormRates rates;
  bool told = true;  // the localiser knows the rates of gasps, calls and concentrators; else its
                     // settings are the defaults
  bool in_diagram = false;
};

std::vector<Scenario> scenarios() {
  std::vector<Scenario> all;
  for (const double reach : {.95, .8, .6, .3, .1}) {
    char name[40];
    std::snprintf(name, sizeof name, "reach %.2g", reach);
    all.push_back({name, {}, true, reach == .8 || reach == .1});
    all.back().rates.last_gasp_reach = reach;
  }
  const auto add = [&all](const char* name, bool told, auto change, bool in_diagram = false) {
    all.push_back({name, {}, told, in_diagram});
    change(all.back().rates);
  };
  add("calls only", true, [](StormRates& r) { r.last_gasp_reach = r.last_gasp_false = 1e-4; });
  add("reach .3, a tenth pinged", true, [](StormRates& r) {
    r.last_gasp_reach = .3;
    r.pinged = .1;
  });
  add(
      "3 in 10 concentrators die, told", true, [](StormRates& r) { r.concentrator_dies = .3; },
      true);
  add("half of the concentrators die", false, [](StormRates& r) { r.concentrator_dies = .5; });
  add("1 in 10 dead all along", false, [](StormRates& r) { r.concentrator_dead = .1; });
  add("false calls x 10", false, [](StormRates& r) { r.call_false *= 10; });
  add("false gasps x 10", false, [](StormRates& r) { r.last_gasp_false *= 10; });
  add(
      "5 % of links wrong", false, [](StormRates& r) { r.wrong_links = .05; }, true);
  add("clocks 10 s off", false, [](StormRates& r) { r.clock_error_s = 10; });
  add("clocks 1 min off", false, [](StormRates& r) { r.clock_error_s = 60; });
  add("clocks 5 min off", false, [](StormRates& r) { r.clock_error_s = 300; });
  add("60 % switched off, known", true, [](StormRates& r) { r.ordered = .6; });
  add("60 % off, a third unrecorded", true, [](StormRates& r) {
    r.ordered = .6;
    r.ordered_known = 2. / 3;
  });
  return all;
}

// Of what a control room could know of its own network: rates, not this storm.
LocaliserSettings settings_for(const Scenario& scenario) {
  LocaliserSettings settings;
  if (!scenario.told) return settings;
  ReliabilityParameters& r = settings.reliability;
  r.group_down_if_live = 0;
  r.last_gasp_reach = scenario.rates.last_gasp_reach;
  r.last_gasp_false = std::min(scenario.rates.last_gasp_false, .999 * r.last_gasp_reach);
  r.call_rate = scenario.rates.call_rate;
  r.group_down_if_dead = scenario.rates.concentrator_dies;
  return settings;
}

struct Options {
  int storms = 40, tuning = 15;
  bool as_told = false;
  std::string rows;
  std::string svg;
  std::vector<std::string> regions;
};

struct Result {
  AccuracyScore ours, rule;
  RuleParameters tuned;
};

InferenceForest contract(const NetworkModel& network, const SwitchState& switches) {
  return InferenceForest::contract(SupplyForest::derive(network, switches));
}

void score_localiser(const InferenceForest& forest, const AccuracyStorm& storm,
                     const LocaliserSettings& settings, AccuracyScore& score) {
  const EvidenceBook book = record(forest.network(), storm);
  const Water water;
  const LocaliserInput input{forest, book, water, storm.at};
  const LocaliserSettings heard = heard_settings(input, settings);
  const EvidenceView view{input, heard};
  std::vector<Id<InferenceZone>> roots;
  for (const auto& [root, onset] : view.onsets()) roots.push_back(root);
  std::vector<std::uint64_t> named;
  std::vector<std::uint8_t> dark(storm.dark.size(), 0);
  for (const TreePosterior& tree : localise(view, roots).trees) {
    for (std::uint32_t z = tree.root.index; z < tree.end(); ++z) {
      const Id<InferenceZone> zone{z};
      if (forest.usage_points_behind(zone).empty()) continue;
      const std::uint64_t key = zone_key(forest[zone]);
      if (tree.cut[z - tree.root.index] != 0) named.push_back(key);
      score.device_bins.add(tree(tree.p_active, zone), std::ranges::binary_search(storm.open, key));
      const std::vector<double> p_out = usage_point_p_out(view, tree, zone);
      const auto own = forest.own_usage_points(zone);
      for (std::size_t i = 0; i < own.size(); ++i) {
        dark[own[i].index] = p_out[i] >= .5;
        score.household_bins.add(p_out[i], storm.dark[own[i].index] != 0);
      }
    }
  }
  std::ranges::sort(named);
  score.add(forest, storm, named, dark);
}

class Bench {
 public:
  Bench(const NetworkModel& network, const Options& options)
      : network_(network),
        normal_(contract(network, SwitchState{network})),
        storms_(options.storms),
        tuning_(options.tuning),
        as_told_(options.as_told) {}

  Result run(const Scenario& scenario) const {
    Result result;
    result.tuned = tune(scenario);
    LocaliserSettings settings = settings_for(scenario);
    if (as_told_) settings.sources.zones = 0;
    for (int i = 0; i < storms_; ++i) {
      const Case drawn = draw(scenario, kScoredSeed, i);
      score_localiser(drawn.forest, drawn.storm, settings, result.ours);
      const UpstreamRule rule{drawn.forest, drawn.storm};
      const RuleAnswer answer = rule.answer(result.tuned);
      result.rule.add(drawn.forest, drawn.storm, answer.open, answer.dark);
    }
    return result;
  }

  const InferenceForest& forest() const { return normal_; }

 private:
  struct Case {
    AccuracyStorm storm;
    InferenceForest forest;
  };

  Case draw(const Scenario& scenario, std::uint64_t seed, int number) const {
    AccuracyStorm storm =
        draw_storm(normal_, scenario.rates, Random{seed}.fork(static_cast<std::uint64_t>(number)));
    InferenceForest forest = storm.ordered.empty() ? normal_ : contract(network_, storm.switches);
    // Neither is asked about those who were switched off by a recorded order.
    for (const Id<UsagePoint> id : normal_.usage_points_in_order()) {
      if (!forest.zone_of(id).valid()) storm.dark[id.index] = 0;
    }
    return {std::move(storm), std::move(forest)};
  }

  // By device F1, then household F1; storms of other seeds.
  RuleParameters tune(const Scenario& scenario) const {
    const std::vector<RuleParameters> grid = UpstreamRule::grid();
    std::vector<AccuracyScore> scores(grid.size());
    for (int i = 0; i < tuning_; ++i) {
      const Case drawn = draw(scenario, kTuningSeed, i);
      const UpstreamRule rule{drawn.forest, drawn.storm};
      for (std::size_t g = 0; g < grid.size(); ++g) {
        const RuleAnswer answer = rule.answer(grid[g]);
        scores[g].add(drawn.forest, drawn.storm, answer.open, answer.dark);
      }
    }
    std::size_t best = 0;
    const auto value = [&scores](std::size_t g) {
      return std::pair{scores[g].devices.f1(), scores[g].households.f1()};
    };
    for (std::size_t g = 1; g < grid.size(); ++g) {
      if (value(g) > value(best)) best = g;
    }
    return grid[best];
  }

  NetworkModel network_;
  InferenceForest normal_;
  int storms_, tuning_;
  bool as_told_;
};

void print_row(const Scenario& scenario, const Result& result, int storms) {
  const AccuracyScore& o = result.ours;
  const AccuracyScore& r = result.rule;
  const double at_least = std::max(20., storms / 5.);
  std::printf(
      "| %s | %.3f (%.3f) | %.2f (%.2f) | %.4f (%.4f) | %.4f (%.4f) | %.5f | %.3f | %.5f |\n",
      scenario.name.c_str(), o.devices.f1(), r.devices.f1(), o.exact_rate(), r.exact_rate(),
      o.households.precision(), r.households.precision(), o.households.recall(),
      r.households.recall(), o.device_bins.error(), o.device_bins.worst(at_least),
      o.household_bins.error());
  std::fflush(stdout);
}

void run_network(const std::string& name, const NetworkModel& network, const Options& options,
                 std::vector<ReliabilitySeries>& diagram) {
  const Bench bench{network, options};
  std::printf(
      "\n### %s\n\n%zu usage points, %zu feeders, %zu devices that interrupt; %d storms\n\n",
      name.c_str(), bench.forest().usage_points_in_order().size(), bench.forest().roots().size(),
      bench.forest().zones().size(), options.storms);
  std::printf(
      "| storm | device F1 | exact feeders | household precision | household recall | ECE | worst "
      "bin | household ECE |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Scenario& scenario : scenarios()) {
    if (scenario.name.find(options.rows) == std::string::npos) continue;
    const Result result = bench.run(scenario);
    print_row(scenario, result, options.storms);
    if (!scenario.in_diagram) continue;
    const auto known = std::ranges::find(diagram, scenario.name, &ReliabilitySeries::name);
    ReliabilitySeries& series = known != diagram.end()
                                    ? *known
                                    : diagram.emplace_back(ReliabilitySeries{scenario.name, {}});
    for (std::size_t b = 0; b < 10; ++b) {
      series.bins.bins[b].count += result.ours.device_bins.bins[b].count;
      series.bins.bins[b].expected += result.ours.device_bins.bins[b].expected;
      series.bins.bins[b].happened += result.ours.device_bins.bins[b].happened;
    }
  }
}

// Forty feeders of the reference storm; a storm over all of them counts as forty.
NetworkModel reference_feeders() {
  Random random{7};
  return storm::make_storm(random, {}, 40).network;
}

int run(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool more = i + 1 < argc;
    if (word == "--storms" && more) {
      options.storms = std::max(1, std::atoi(argv[++i]));
    } else if (word == "--tuning" && more) {
      options.tuning = std::max(1, std::atoi(argv[++i]));
    } else if (word == "--rows" && more) {
      options.rows = argv[++i];
    } else if (word == "--as-told") {
      options.as_told = true;
    } else if (word == "--svg" && more) {
      options.svg = argv[++i];
    } else if (word.starts_with("--")) {
      std::fprintf(stderr, "bench_accuracy: '%s' is not known\n", word.c_str());
      return 2;
    } else {
      options.regions.push_back(word);
    }
  }
  std::vector<ReliabilitySeries> diagram;
  run_network("Reference feeders", reference_feeders(), options, diagram);
  for (const std::string& path : options.regions) {
    const auto region = open_region(path);
    if (!region) {
      std::fprintf(stderr, "bench_accuracy: %s: %s\n", path.c_str(),
                   region.error().message.c_str());
      return 1;
    }
    run_network(std::filesystem::path{path}.stem().string(), region->network, options, diagram);
  }
  if (options.svg.empty()) return 0;
  std::ofstream out{options.svg};
  write_reliability_diagram(out, "Devices: P(open and fed), said and happened", diagram, 30);
  return out ? 0 : 1;
}

}  // namespace
}  // namespace gridmend::accuracy

int main(int argc, char** argv) { return gridmend::accuracy::run(argc, argv); }
