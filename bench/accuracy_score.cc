#include "bench/accuracy_score.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace gridmend::accuracy {

double Counts::precision() const {
  return hits + false_alarms > 0 ? hits / (hits + false_alarms) : 1;
}
double Counts::recall() const { return hits + misses > 0 ? hits / (hits + misses) : 1; }
double Counts::f1() const {
  const double p = precision(), r = recall();
  return p + r > 0 ? 2 * p * r / (p + r) : 0;
}

void ReliabilityBins::add(double p, bool happened) {
  Bin& bin = bins[std::min<std::size_t>(9, static_cast<std::size_t>(std::max(0., p) * 10))];
  bin.count += 1;
  bin.expected += p;
  bin.happened += happened ? 1 : 0;
}

double ReliabilityBins::error() const {
  double count = 0, error = 0;
  for (const Bin& bin : bins) {
    count += bin.count;
    error += std::abs(bin.expected - bin.happened);
  }
  return count > 0 ? error / count : 0;
}

double ReliabilityBins::worst(double at_least) const {
  double worst = 0;
  for (const Bin& bin : bins) {
    if (bin.count < at_least) continue;
    worst = std::max(worst, std::abs(bin.expected - bin.happened) / bin.count);
  }
  return worst;
}

void AccuracyScore::add(const InferenceForest& forest, const AccuracyStorm& storm,
                        std::span<const std::uint64_t> named, std::span<const std::uint8_t> dark) {
  std::map<std::uint64_t, std::uint32_t> tree_of;
  for (const InferenceZone& zone : forest.zones()) tree_of[zone_key(zone)] = zone.root;
  std::map<std::uint32_t, bool> is_exact;
  for (const Id<InferenceZone> root : forest.roots()) is_exact[root.index] = true;
  const auto wrong = [&](std::uint64_t key) {
    const auto tree = tree_of.find(key);
    if (tree != tree_of.end()) is_exact[tree->second] = false;
  };
  for (const std::uint64_t key : named) {
    if (std::ranges::binary_search(storm.open, key)) {
      ++devices.hits;
      continue;
    }
    ++devices.false_alarms;
    wrong(key);
    const bool ordered = std::ranges::any_of(
        storm.ordered, [key](Id<Device> device) { return device.index == key; });
    if (ordered) ++ordered_named;
  }
  for (const std::uint64_t key : storm.open) {
    if (std::ranges::binary_search(named, key)) continue;
    ++devices.misses;
    wrong(key);
  }
  for (const auto& [root, right] : is_exact) {
    ++feeders;
    exact += right ? 1 : 0;
  }
  for (std::size_t i = 0; i < storm.dark.size(); ++i) {
    if (storm.dark[i] != 0 && dark[i] != 0) ++households.hits;
    if (storm.dark[i] == 0 && dark[i] != 0) ++households.false_alarms;
    if (storm.dark[i] != 0 && dark[i] == 0) ++households.misses;
  }
}

}  // namespace gridmend::accuracy
