#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "core/base/parallel_for.h"
#include "core/outage/evidence_view.h"

namespace gridmend {

// Calls work(i) for every tree, by its place in `trees` (roots without repeats), on the threads of
// the view's input; the largest first, so that no thread is left alone with one at the end. No two
// work at one tree, which is what EvidenceView asks for.
template <class Work>
void parallel_for_trees(const EvidenceView& view, std::span<const Id<InferenceZone>> trees,
                        Work work) {
  // Below this a thread costs more than it takes over.
  constexpr std::size_t kWorthAThread = 10'000;  // usage points and zones
  const InferenceForest& forest = view.input().forest;
  const auto size = [&](std::size_t i) -> std::size_t {
    const InferenceZone& root = forest[trees[i]];
    return root.usage_points_behind_end - root.usage_points_begin + root.zones_end - trees[i].index;
  };
  std::vector<std::size_t> order(trees.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{}, size);
  std::size_t all = 0;
  for (const std::size_t i : order) all += size(i);
  const auto worth = static_cast<unsigned>(std::min<std::size_t>(all / kWorthAThread + 1, 1024));
  parallel_for(order.size(), std::min(view.input().threads, worth),
               [&](std::size_t i) { work(order[i]); });
}

}  // namespace gridmend
