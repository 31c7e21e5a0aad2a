// Figures of the localiser: bench_localiser [storms]. One core; prints tables for
// docs/algorithms/localisation.md. `storms` (0) adds the accuracy table over so many storms a row.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "core/base/random.h"
#include "core/outage/sum_product.h"
#include "tests/storm/reference_storm.h"

namespace gridmend {
namespace {

double milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
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
  const unsigned long long storms = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  if (storms > 0) gridmend::accuracy(storms);
  return 0;
}
