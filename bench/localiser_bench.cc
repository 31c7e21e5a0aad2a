// Figures of the localiser: bench_localiser [storms]. One core; prints tables for
// docs/algorithms/localisation.md. Times are of the processor. `storms` (0) adds the accuracy table
// over so many storms a row.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <vector>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/evidence_view.h"
#include "core/outage/outage_book.h"
#include "core/outage/source_estimates.h"
#include "core/outage/streaming_tree.h"
#include "core/outage/sum_product.h"
#include "tests/storm/reference_storm.h"

namespace gridmend {
namespace {

// Processor time of this thread: other work on the machine does not count.
double milliseconds(const std::function<void()>& work) {
  const auto now = [] {
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
  };
  const double start = now();
  work();
  return now() - start;
}

double median_of(int runs, const std::function<void()>& work) {
  work();
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) times.push_back(milliseconds(work));
  std::ranges::sort(times);
  return times[times.size() / 2];
}

struct Arrays {
  std::vector<std::uint32_t> parent;
  std::vector<double> prior, log_likelihood;
};

// Zones are numbered in Euler-tour order, as the inference forest numbers them.
std::vector<std::uint32_t> in_tour_order(const std::vector<std::uint32_t>& parent) {
  std::vector<std::uint32_t> behind(parent.size(), 1), place(parent.size(), 0), next(parent.size());
  for (std::size_t v = parent.size(); v-- > 1;) behind[parent[v]] += behind[v];
  std::vector<std::uint32_t> renumbered(parent.size(), kNoParent);
  for (std::size_t v = 0; v < parent.size(); ++v) {
    if (v > 0) {
      place[v] = next[parent[v]];
      next[parent[v]] += behind[v];
      renumbered[place[v]] = place[parent[v]];
    }
    next[v] = place[v] + 1;
  }
  return renumbered;
}

// `reach`: how far back a parent may stand. 1 makes one chain, a large one shallow bushes.
Arrays random_arrays(std::size_t zones, std::size_t reach) {
  Random random{1};
  Arrays arrays;
  for (std::size_t v = 0; v < zones; ++v) {
    const std::size_t back = 1 + random.below(std::min(std::max<std::size_t>(v, 1), reach));
    arrays.parent.push_back(v == 0 ? kNoParent : static_cast<std::uint32_t>(v - back));
    arrays.prior.push_back(random.uniform(.001, .1));
    arrays.log_likelihood.push_back(3 * random.normal());
  }
  arrays.parent = in_tour_order(arrays.parent);
  return arrays;
}

void bench_pass(const char* shape, std::size_t zones, std::size_t reach) {
  const Arrays arrays = random_arrays(zones, reach);
  const ZoneTree tree{arrays.parent, arrays.prior, arrays.log_likelihood};
  Marginals marginals;
  Explanation explanation;
  const double sum = median_of(9, [&] { infer_marginals(tree, marginals); });
  const double map = median_of(9, [&] { infer_explanation(tree, explanation); });
  const double a_zone = 1e6 / static_cast<double>(zones);
  std::printf("| %-22s | %8zu | %7.1f | %7.1f | %7.1f | %6.1f |\n", shape, zones, sum, map,
              sum + map, (sum + map) * a_zone);
}

void bench_passes() {
  std::printf("| forest | zones | marginals ms | MAP ms | both ms | ns a zone |\n");
  std::printf("| --- | --- | --- | --- | --- | --- |\n");
  bench_pass("bushy (depth ~ 30)", 1'000'000, 1'000'000);
  bench_pass("deep (depth ~ 60,000)", 1'000'000, 32);
  bench_pass("one chain", 1'000'000, 1);
}

// One item of evidence at a time: a zone's log likelihood changes, its probability is asked.
void bench_stream(const char* shape, std::size_t zones, std::size_t reach) {
  const Arrays arrays = random_arrays(zones, reach);
  Random random{2};
  StreamingTree tree{{arrays.parent, arrays.prior, arrays.log_likelihood}};
  constexpr int kEvents = 100'000;
  std::vector<double> micros;
  double asked = 0;
  for (int i = 0; i < kEvents; ++i) {
    const auto v = static_cast<std::uint32_t>(random.below(zones));
    const double more = 3 * random.normal();
    micros.push_back(1e3 * milliseconds([&] {
                       tree.set_log_likelihood(v, more);
                       asked += tree.p_active(v);
                     }));
  }
  std::ranges::sort(micros);
  std::printf("| %-22s | %8zu | %6.2f | %6.2f | %7.2f |\n", shape, zones, micros[kEvents / 2],
              micros[kEvents / 100 * 99], micros.back() * (asked >= 0 ? 1 : 0));
}

void bench_streams() {
  std::printf("\n| one event, forest | zones | median us | p99 us | worst us |\n");
  std::printf("| --- | --- | --- | --- | --- |\n");
  bench_stream("bushy", 100'000, 100'000);
  bench_stream("deep", 100'000, 32);
  bench_stream("one chain", 100'000, 1);
  bench_stream("bushy", 1'000'000, 1'000'000);
  bench_stream("deep", 1'000'000, 32);
  bench_stream("one chain", 1'000'000, 1);
}

// A city in the storm: everything between an evidence book and a list of outages.
void bench_region(int feeders) {
  Random random{3};
  const storm::StormParameters parameters;
  const storm::Storm storm = storm::make_storm(random, parameters, feeders);
  const LocaliserSettings settings = storm::matched_settings(parameters);
  const SwitchState switches{storm.network};
  const SupplyForest supply = SupplyForest::derive(storm.network, switches);
  InferenceForest forest = InferenceForest::contract(supply);
  const double contract = median_of(3, [&] { forest = InferenceForest::contract(supply); });
  const Water water;
  const LocaliserInput input{forest, storm.evidence, water, storm.at};
  const double view = median_of(5, [&] { EvidenceView{input, settings}; });
  const double sources = median_of(5, [&] { heard_settings(input, settings); });
  const double pass = median_of(5, [&] { localise(input, forest.roots(), settings); });
  OutageUpdate first = update_outages(input, switches, OutageBook{}, settings);
  const double opening =
      median_of(3, [&] { first = update_outages(input, switches, OutageBook{}, settings); });
  const double again = median_of(3, [&] { update_outages(input, switches, first.book, settings); });
  std::printf("\n| a storm over %d feeders | |\n| --- | --- |\n", feeders);
  std::printf("| usage points | %zu |\n| zones | %zu |\n", storm.network.usage_points().size(),
              forest.zones().size());
  std::printf("| outages | %zu |\n", first.book.outages.size());
  std::printf("| contract the supply forest | %.0f ms |\n", contract);
  std::printf("| find the trees with evidence | %.0f ms |\n", view);
  std::printf("| find what the sources are worth | %.0f ms |\n", sources);
  std::printf("| read evidence and infer, all trees | %.0f ms |\n", pass);
  std::printf("| open all outages from nothing | %.0f ms |\n", opening);
  std::printf("| look again at all of them | %.0f ms |\n", again);
}

void print_row(const char* name, const storm::StormScore& score) {
  std::printf("| %-34s | %.3f | %.4f | %.2f | %.5f | %.3f |\n", name, score.device_f1(),
              score.customer_f1(), score.exact_share(), score.calibration_error(),
              score.worst_bin(score.storms / 5));
}

void accuracy_row(const char* name, double reach, double false_rate, std::uint64_t storms) {
  storm::StormParameters parameters;
  parameters.last_gasp_reach = reach;
  parameters.last_gasp_false = false_rate;
  print_row(name, storm::run_storms(parameters, storm::matched_settings(parameters), storms, 1));
}

void concentrator_rows(std::uint64_t storms) {
  storm::StormParameters parameters;
  parameters.last_gasp_reach = .9;
  parameters.call_rate = .08;
  parameters.group_down_if_live = .01;
  parameters.group_down_if_dead = .3;
  LocaliserSettings settings = storm::matched_settings(parameters);
  print_row("concentrators die (.3), as a group", run_storms(parameters, settings, storms, 1));
  settings.reliability.group_down_if_live = settings.reliability.group_down_if_dead = 0;
  print_row("the same, meter by meter", run_storms(parameters, settings, storms, 1));
}

void accuracy(std::uint64_t storms) {
  std::printf("\n| storm | device F1 | customer F1 | exact set | ECE | worst bin |\n");
  std::printf("| --- | --- | --- | --- | --- | --- |\n");
  accuracy_row("reach .95", .95, .002, storms);
  accuracy_row("reach .8", .8, .002, storms);
  accuracy_row("reach .6", .6, .002, storms);
  accuracy_row("reach .3", .3, .002, storms);
  accuracy_row("reach .1", .1, .002, storms);
  accuracy_row("calls only", 1e-4, 1e-4, storms);
  concentrator_rows(storms);
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  gridmend::bench_passes();
  gridmend::bench_streams();
  gridmend::bench_region(360);
  const unsigned long long storms = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  if (storms > 0) gridmend::accuracy(storms);
  return 0;
}
