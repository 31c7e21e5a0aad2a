#include "routing/hierarchy/contraction_metric.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "routing/hierarchy/vector_lanes.h"

namespace gridmend {
namespace {

// to[i] = min(to[i], by + over[i]) for two pairs of runs at once.
GRIDMEND_VECTOR_LANES void lower_runs(Weight* __restrict up_to, const Weight* __restrict up_over,
                                      Weight up_by, Weight* __restrict down_to,
                                      const Weight* __restrict down_over, Weight down_by,
                                      std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) up_to[i] = std::min(up_to[i], up_by + up_over[i]);
  for (std::uint32_t i = 0; i < count; ++i) {
    down_to[i] = std::min(down_to[i], down_by + down_over[i]);
  }
}

constexpr std::uint32_t kShortestRun = 8;

// How many of the edges [e, end) lead, one after the other, where those from `to` on do: one, or a
// number worth its own loop. What the former lead to the latter do too, so that two edges which are
// as far apart here as there have all between them in common. There are at least kShortestRun.
std::uint32_t run_length(const std::uint32_t* head, const std::uint32_t* edge_to, std::uint32_t e,
                         std::uint32_t end, std::uint32_t to, std::uint32_t to_end) {
  const std::uint32_t most = end - e;
  if (most == to_end - to) return most;
  const auto in_common = [&](std::uint32_t count) {
    return count <= most && edge_to[head[e + count - 1]] == to + count - 1;
  };
  if (!in_common(kShortestRun)) return 1;
  std::uint32_t run = kShortestRun;
  while (in_common(2 * run)) run *= 2;
  for (std::uint32_t more = run / 2; more >= kShortestRun / 4; more /= 2) {
    if (in_common(run + more)) run += more;
  }
  return run;
}

}  // namespace

ContractionMetric::ContractionMetric(ContractionIndex index, std::vector<Weight> arc_weights,
                                     unsigned threads)
    : index_(std::move(index)), arc_weights_(std::move(arc_weights)) {
  GRIDMEND_CHECK(arc_weights_.size() == index_.arcs(), "every arc has a weight");
  up_.resize(index_.edges());
  down_.resize(index_.edges());
  if (threads > 1) {
    take_arcs(0);
    customise_subtrees(threads);
  } else {
    customise_from(0);
  }
}

void ContractionMetric::customise_from(std::uint32_t rank) {
  take_arcs(index_.first_edge()[rank]);
  std::vector<std::uint32_t> edge_to(index_.vertices());
  customise(rank, index_.vertices(), edge_to.data(), open_ranks());
}

// A way up from a rank begins with an arc at it or below it in the elimination tree.
std::vector<char> ContractionMetric::open_ranks() const {
  const auto shut = std::ranges::count_if(arc_weights_, [](Weight w) { return w >= kNoWay; });
  if (static_cast<std::size_t>(shut) < arc_weights_.size() / 2) return {};
  std::vector<char> open(index_.vertices(), 0);
  for (std::uint32_t arc = 0; arc < arc_weights_.size(); ++arc) {
    if (arc_weights_[arc] >= kNoWay) continue;
    const auto place = index_.place(Id<GraphArc>{arc});
    if (place.edge != ContractionIndex::kNone) open[index_.tail()[place.edge]] = 1;
  }
  for (std::uint32_t rank = 0; rank < open.size(); ++rank) {
    const std::uint32_t parent = index_.parent(rank);
    if (open[rank] != 0 && parent != ContractionIndex::kNone) open[parent] = 1;
  }
  return open;
}

void ContractionMetric::take_arcs(std::uint32_t first_edge) {
  std::fill(up_.begin() + first_edge, up_.end(), kNoWay);
  std::fill(down_.begin() + first_edge, down_.end(), kNoWay);
  for (std::uint32_t arc = 0; arc < arc_weights_.size(); ++arc) {
    if (arc_weights_[arc] >= kNoWay) continue;
    const auto place = index_.place(Id<GraphArc>{arc});
    if (place.edge == ContractionIndex::kNone || place.edge < first_edge) continue;
    Weight& weight = (place.up ? up_ : down_)[place.edge];
    weight = std::min(weight, arc_weights_[arc]);
  }
}

// A rank's edges are lowered by every triangle whose lowest corner is below both of its ends. What
// a lower rank sees of a separator is mostly a stretch of it, which this rank sees too: such edges
// are lowered run by run.
void ContractionMetric::customise(std::uint32_t begin, std::uint32_t end, std::uint32_t* edge_to,
                                  std::span<const char> open) {
  const auto first = index_.first_edge();
  const auto head = index_.head();
  const auto first_down = index_.first_down();
  const auto down_edges = index_.down_edges();
  const auto down_tails = index_.down_tails();
  for (std::uint32_t x = begin; x < end; ++x) {
    const std::uint32_t x_end = first[x + 1];
    if (first[x] == x_end || (!open.empty() && open[x] == 0)) continue;
    for (std::uint32_t e = first[x]; e < x_end; ++e) edge_to[head[e]] = e;
    for (std::uint32_t d = first_down[x]; d < first_down[x + 1]; ++d) {
      const std::uint32_t to_x = down_edges[d];  // from some v up to x
      const std::uint32_t v_end = first[down_tails[d] + 1];
      const Weight x_to_v = down_[to_x];
      const Weight v_to_x = up_[to_x];
      if (x_to_v >= kNoWay && v_to_x >= kNoWay) continue;
      std::uint32_t e = to_x + 1;  // v's edges up to what is above x
      const auto lower = [&](std::uint32_t edge, std::uint32_t by) {
        up_[edge] = std::min(up_[edge], x_to_v + up_[by]);
        down_[edge] = std::min(down_[edge], v_to_x + down_[by]);
      };
      while (v_end - e >= kShortestRun) {
        const std::uint32_t to = edge_to[head[e]];
        const std::uint32_t run = run_length(head.data(), edge_to, e, v_end, to, x_end);
        if (run > 1) {
          lower_runs(&up_[to], &up_[e], x_to_v, &down_[to], &down_[e], v_to_x, run);
        } else {
          lower(to, e);
        }
        e += run;
      }
      for (; e < v_end; ++e) lower(edge_to[head[e]], e);
    }
  }
}

// Subtrees of the elimination tree are independent of each other; what is above them comes last.
void ContractionMetric::customise_subtrees(unsigned threads) {
  const std::uint32_t n = index_.vertices();
  const std::uint32_t most = std::max<std::uint32_t>(n / (threads * 8), 1000);
  struct Run {
    std::uint32_t begin;
    std::uint32_t end;
  };
  std::vector<Run> subtrees;
  std::vector<Run> above;
  for (std::uint32_t rank = n; rank-- > 0;) {
    const std::uint32_t begin = index_.subtree_begin()[rank];
    if (rank + 1 - begin <= most) {
      subtrees.push_back({begin, rank + 1});
      rank = begin;
    } else if (!above.empty() && above.back().begin == rank + 1) {
      above.back().begin = rank;
    } else {
      above.push_back({rank, rank + 1});
    }
  }
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    std::vector<std::uint32_t> edge_to(n);
    for (std::size_t i = next++; i < subtrees.size(); i = next++) {
      customise(subtrees[i].begin, subtrees[i].end, edge_to.data());
    }
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
  std::vector<std::uint32_t> edge_to(n);
  for (auto run = above.rbegin(); run != above.rend(); ++run) {
    customise(run->begin, run->end, edge_to.data());
  }
}

}  // namespace gridmend
