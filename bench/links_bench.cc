// Suspected links between usage points and transformers: how many of the wrong ones of made towns
// are found, how many right ones are suspected, and whether probabilities are what they say.
// bench_links [USAGE_POINTS [TOWNS]]; figures: docs/algorithms/customer_links.md.

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "data/ingest/suspected_links.h"
#include "tests/data/ingest/wrong_links.h"

namespace gridmend {
namespace {

struct Sum {
  LinkScore total;
  double areas = 0;
  double seconds = 0;
  int towns = 0;

  void add(const LinkScore& score) {
    ++towns;
    areas += score.area_under_curve;
    total.usage_points += score.usage_points;
    total.wrong += score.wrong;
    for (std::size_t i = 0; i < total.at.size(); ++i) {
      total.at[i].said += score.at[i].said;
      total.at[i].wrong += score.at[i].wrong;
      total.at[i].corrected += score.at[i].corrected;
    }
    for (std::size_t i = 0; i < total.bins.size(); ++i) {
      total.bins[i].predicted += score.bins[i].predicted * static_cast<double>(score.bins[i].count);
      total.bins[i].count += score.bins[i].count;
      total.bins[i].wrong += score.bins[i].wrong;
    }
  }
};

double percent(std::size_t of, std::size_t all) {
  return all == 0 ? 0 : 100 * static_cast<double>(of) / static_cast<double>(all);
}

void print(const char* title, const Sum& sum) {
  std::printf("\n%s: %zu usage points, %zu wrong, area under the ROC curve %.4f, %.2f s a town\n",
              title, sum.total.usage_points, sum.total.wrong, sum.areas / sum.towns,
              sum.seconds / sum.towns);
  std::printf("| said from | usage points said | precision | recall | true one named |\n");
  std::printf("| --- | --- | --- | --- | --- |\n");
  for (const LinkScore::At& at : sum.total.at) {
    std::printf("| %.2f | %zu | %.1f %% | %.1f %% | %.1f %% |\n", at.threshold, at.said,
                percent(at.wrong, at.said), percent(at.wrong, sum.total.wrong),
                percent(at.corrected, at.wrong));
  }
  std::printf("| said to be wrong with | usage points | mean said | wrong in truth |\n");
  std::printf("| --- | --- | --- | --- |\n");
  for (std::size_t i = 0; i < sum.total.bins.size(); ++i) {
    const LinkScore::Bin& bin = sum.total.bins[i];
    if (bin.count == 0) continue;
    std::printf("| %.1f to %.1f | %zu | %.3f | %.3f |\n", static_cast<double>(i) / 10,
                static_cast<double>(i + 1) / 10, bin.count,
                bin.predicted / static_cast<double>(bin.count),
                percent(bin.wrong, bin.count) / 100);
  }
}

int run(std::uint64_t usage_points, int towns) {
  struct Case {
    const char* title;
    Spoiling spoiling;
    Sum sum = {};
  };
  Case cases[] = {
      {"5 % wrong, low voltage drawn", {.share = 0.05}},
      {"5 % wrong, no low voltage", {.share = 0.05, .low_voltage = false}},
      {"5 % of buildings wrong, low voltage drawn", {.share = 0.05, .whole_buildings = true}},
      {"5 % of buildings wrong, no low voltage",
       {.share = 0.05, .whole_buildings = true, .low_voltage = false}},
      {"1 % wrong, no low voltage", {.share = 0.01, .low_voltage = false}},
      {"none wrong, low voltage drawn", {.share = 0}},
      {"none wrong, no low voltage", {.share = 0, .low_voltage = false}}};
  for (int seed = 1; seed <= towns; ++seed) {
    const auto records = town_records(usage_points, static_cast<std::uint64_t>(seed));
    if (!records) {
      std::fprintf(stderr, "%s\n", describe(records.error()).c_str());
      return 1;
    }
    for (Case& one : cases) {
      Random random{static_cast<std::uint64_t>(seed) * 77};
      const SpoiltLinks spoilt = spoil_links(*records, one.spoiling, random);
      const SwitchState switches{spoilt.network};
      const SupplyForest forest = SupplyForest::derive(spoilt.network, switches);
      const auto begin = std::chrono::steady_clock::now();
      const SuspectedLinks links = find_suspected_links(forest, 0);
      one.sum.seconds +=
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      one.sum.add(score(spoilt, links));
    }
  }
  for (const Case& one : cases) print(one.title, one.sum);
  return 0;
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  const auto usage_points =
      argc > 1 ? static_cast<std::uint64_t>(std::strtoull(argv[1], nullptr, 10)) : 20'000U;
  const int towns = argc > 2 ? std::atoi(argv[2]) : 5;
  if (usage_points < 100 || towns < 1) {
    std::fprintf(stderr, "usage: bench_links [USAGE_POINTS [TOWNS]]\n");
    return 2;
  }
  return gridmend::run(usage_points, towns);
}
