#include "routing/hierarchy/contraction_metric.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <queue>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "routing/hierarchy/vector_lanes.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kNone = ContractionIndex::kNone;

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

}  // namespace

ContractionMetric::ContractionMetric(ContractionIndex index, std::vector<Weight> arc_weights,
                                     unsigned threads)
    : index_(std::move(index)), arc_weights_(std::move(arc_weights)) {
  GRIDMEND_CHECK(arc_weights_.size() == index_.arcs(), "every arc has a weight");
  up_.assign(index_.edges(), kNoWay);
  down_.assign(index_.edges(), kNoWay);
  take_arcs();
  if (threads > 1) {
    customise_subtrees(threads);
  } else {
    std::vector<std::uint32_t> edge_to(index_.vertices());
    customise(0, index_.vertices(), edge_to.data());
  }
}

void ContractionMetric::take_arcs() {
  for (std::uint32_t arc = 0; arc < arc_weights_.size(); ++arc) {
    const auto place = index_.place(Id<GraphArc>{arc});
    if (place.edge == kNone) continue;
    Weight& weight = (place.up ? up_ : down_)[place.edge];
    weight = std::min(weight, arc_weights_[arc]);
  }
}

// A rank's edges are lowered by every triangle whose lowest corner is below both of its ends. In
// separators the upper edges of a lower rank are mostly the same run as this rank's own, and are
// then lowered run by run.
void ContractionMetric::customise(std::uint32_t begin, std::uint32_t end, std::uint32_t* edge_to) {
  const auto first = index_.first_edge();
  const auto head = index_.head();
  const auto tail = index_.tail();
  const auto first_down = index_.first_down();
  const auto down_edges = index_.down_edges();
  for (std::uint32_t x = begin; x < end; ++x) {
    const std::uint32_t x_end = first[x + 1];
    if (first[x] == x_end) continue;
    for (std::uint32_t e = first[x]; e < x_end; ++e) edge_to[head[e]] = e;
    for (std::uint32_t d = first_down[x]; d < first_down[x + 1]; ++d) {
      const std::uint32_t lower = down_edges[d];  // from some v up to x
      const std::uint32_t v_end = first[tail[lower] + 1];
      const Weight x_to_v = down_[lower];
      const Weight v_to_x = up_[lower];
      if (x_to_v >= kNoWay && v_to_x >= kNoWay) continue;
      std::uint32_t e = lower + 1;  // v's edges up to what is above x
      for (; e < v_end; ++e) {
        const std::uint32_t to = edge_to[head[e]];
        if (v_end - e == x_end - to) {
          // What v still sees are the last of x's own heads.
          lower_runs(&up_[to], &up_[e], x_to_v, &down_[to], &down_[e], v_to_x, v_end - e);
          break;
        }
        up_[to] = std::min(up_[to], x_to_v + up_[e]);
        down_[to] = std::min(down_[to], v_to_x + down_[e]);
      }
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

// One change of arcs, carried up through the hierarchy: a rank whose edges may weigh otherwise is
// customised anew when its turn comes, and what changed there says which ranks above may.
class ContractionMetric::Update {
 public:
  explicit Update(ContractionMetric& metric)
      : m_(metric),
        index_(metric.index_),
        due_(index_.vertices()),
        edge_to_(std::make_unique_for_overwrite<std::uint32_t[]>(index_.vertices())) {}

  void run(std::span<const ArcChange> changes) {
    for (const ArcChange& change : last_of_each_arc(changes)) take(change);
    while (!ranks_.empty()) {
      const std::uint32_t rank = ranks_.top();
      ranks_.pop();
      settle(rank);
    }
  }

 private:
  // When more than one in this many edges of a rank has changed, asking which of the ranks above
  // that can matter to costs more than looking at them all.
  static constexpr std::size_t kFew = 8;

  static std::vector<ArcChange> last_of_each_arc(std::span<const ArcChange> changes) {
    std::vector<ArcChange> last(changes.rbegin(), changes.rend());
    std::ranges::stable_sort(last, {}, &ArcChange::arc);
    last.erase(std::ranges::unique(last, {}, &ArcChange::arc).begin(), last.end());
    return last;
  }

  void make_due(std::uint32_t rank) {
    if (due_[rank]) return;
    due_[rank] = true;
    ranks_.push(rank);
  }

  // One way along the edge cost `was` and costs `now`: its rank is due when that can matter.
  void offer(std::uint32_t edge, Weight weight, Weight was, Weight now) {
    const bool gone = was <= weight && now > was;
    if (now < weight || gone) make_due(index_.tail()[edge]);
  }

  void take(const ArcChange& change) {
    const Weight was = std::exchange(m_.arc_weights_[change.arc.index], change.weight);
    const auto place = index_.place(change.arc);
    if (place.edge == kNone) return;
    offer(place.edge, (place.up ? m_.up_ : m_.down_)[place.edge], was, change.weight);
  }

  void settle(std::uint32_t rank) {
    const std::uint32_t begin = index_.first_edge()[rank];
    const std::uint32_t end = index_.first_edge()[rank + 1];
    up_was_.assign(m_.up_.begin() + begin, m_.up_.begin() + end);
    down_was_.assign(m_.down_.begin() + begin, m_.down_.begin() + end);
    for (std::uint32_t edge = begin; edge < end; ++edge) take_arcs_on(edge);
    m_.customise(rank, rank + 1, edge_to_.get());
    changed_.clear();
    for (std::uint32_t edge = begin; edge < end; ++edge) {
      const std::uint32_t i = edge - begin;
      if (m_.up_[edge] != up_was_[i] || m_.down_[edge] != down_was_[i]) changed_.push_back(edge);
    }
    if (changed_.size() * kFew > end - begin) {
      for (std::uint32_t edge = begin; edge + 1 < end; ++edge) make_due(index_.head()[edge]);
    } else {
      for (const std::uint32_t edge : changed_) offer_triangles(edge, begin, end);
    }
  }

  void take_arcs_on(std::uint32_t edge) {
    m_.up_[edge] = m_.down_[edge] = kNoWay;
    for (const Id<GraphArc> arc : index_.arcs_on(edge)) {
      Weight& weight = (index_.place(arc).up ? m_.up_ : m_.down_)[edge];
      weight = std::min(weight, m_.arc_weights_[arc.index]);
    }
  }

  // Triangles whose lowest corner is the edge's lower end, with the edge as one side.
  void offer_triangles(std::uint32_t edge, std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t other = begin; other < end; ++other) {
      if (other == edge) continue;
      const std::uint32_t low = std::min(edge, other);
      const std::uint32_t high = std::max(edge, other);
      if (due_[index_.head()[low]]) continue;
      const std::uint32_t joined = index_.find_edge(index_.head()[low], index_.head()[high]);
      offer(joined, m_.up_[joined], capped(down_was_[low - begin] + up_was_[high - begin]),
            capped(m_.down_[low] + m_.up_[high]));
      offer(joined, m_.down_[joined], capped(down_was_[high - begin] + up_was_[low - begin]),
            capped(m_.down_[high] + m_.up_[low]));
    }
  }

  static Weight capped(Weight weight) { return std::min(weight, kNoWay); }

  ContractionMetric& m_;
  const ContractionIndex& index_;
  std::vector<bool> due_;  // by rank
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> ranks_;
  std::unique_ptr<std::uint32_t[]> edge_to_;  // scratch of customise()
  std::vector<Weight> up_was_, down_was_;
  std::vector<std::uint32_t> changed_;
};

void ContractionMetric::change(std::span<const ArcChange> changes) { Update{*this}.run(changes); }

}  // namespace gridmend
