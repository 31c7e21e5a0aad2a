#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <utility>

#include "routing/hierarchy/contraction_metric.h"
#include "routing/hierarchy/vector_lanes.h"

namespace gridmend {
namespace {

Weight capped(Weight weight) { return std::min(weight, kNoWay); }

// A way over an edge cost `was` and costs `now`: whether the edge's weight may be another. It may
// when the way is shorter now, or was a shortest one and is so no more.
bool matters(Weight weight, Weight was, Weight now) {
  return now < weight || (was <= weight && now > was);
}

// moved[i]: whether joined edge i may weigh otherwise, its way being one over `near` and far[i].
GRIDMEND_VECTOR_LANES void find_moved(Weight near_was, Weight near, const Weight* far_was,
                                      const Weight* far, const Weight* joined,
                                      std::uint8_t* __restrict moved, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const Weight was = std::min(near_was + far_was[i], kNoWay);
    const Weight now = std::min(near + far[i], kNoWay);
    moved[i] = static_cast<std::uint8_t>(
        static_cast<unsigned>(now < joined[i]) |
        (static_cast<unsigned>(was <= joined[i]) & static_cast<unsigned>(now > was)));
  }
}

}  // namespace

// One change of arcs, carried up through the hierarchy. An edge that may weigh otherwise, up or
// down, is due; it is weighed anew when its lower end's turn comes, all below being final then, and
// where its weight is another the edges it shares triangles with above are asked whether that can
// matter to them.
//
// In a triangle with its lowest corner at `rank`, the joined edge leads from the head of `low` to
// that of `high`, two of the rank's edges. A way along it in one direction goes over `low` the
// other way (the near side) and over `high` in the same (the far side).
class ContractionMetric::Update {
 public:
  explicit Update(ContractionMetric& metric)
      : metric_(metric),
        index_(metric.index_),
        weights_{&metric.up_, &metric.down_},
        edge_due_(metric.edge_due_),
        rank_due_(metric.rank_due_) {
    for (auto& due : edge_due_) due.resize((index_.edges() + 63) / 64);
    rank_due_.resize((index_.vertices() + 63) / 64);
  }

  void run(std::span<const ArcChange> changes) {
    std::size_t due = 0;
    for (const ArcChange& change : last_of_each_arc(changes)) due += take(change) ? 1 : 0;
    if (due > kManyArcs + index_.arcs() / kShareOfArcs) return customise_from(lowest_due_);
    const std::uint64_t most = index_.triangles() / kShareOfTriangles;
    // What is made due lies above what is settled.
    for (std::size_t word = lowest_due_ / 64; word < rank_due_.size(); ++word) {
      while (rank_due_[word] != 0) {
        const auto rank = static_cast<std::uint32_t>(word * 64 + std::countr_zero(rank_due_[word]));
        if (work_ > most) return customise_from(rank);
        rank_due_[word] &= rank_due_[word] - 1;
        settle(rank);
      }
    }
  }

 private:
  using Direction = std::size_t;
  static constexpr Direction kUp = 0, kDown = 1;
  static constexpr std::array kDirections = {kUp, kDown};
  static constexpr Direction other(Direction direction) { return 1 - direction; }

  // From so many arcs on, or when the work was this share of all triangles, the rest of the
  // hierarchy is customised whole.
  static constexpr std::size_t kManyArcs = 32, kShareOfArcs = 256;
  static constexpr std::uint64_t kShareOfTriangles = 2;

  static std::vector<ArcChange> last_of_each_arc(std::span<const ArcChange> changes) {
    std::vector<ArcChange> last(changes.rbegin(), changes.rend());
    std::ranges::stable_sort(last, {}, &ArcChange::arc);
    last.erase(std::ranges::unique(last, {}, &ArcChange::arc).begin(), last.end());
    return last;
  }

  void customise_from(std::uint32_t rank) {
    metric_.customise_from(rank);
    for (auto& due : edge_due_) std::ranges::fill(due, 0);
    std::ranges::fill(rank_due_, 0);
  }

  Weight& weight(Direction direction, std::uint32_t edge) { return (*weights_[direction])[edge]; }
  Weight was(Direction direction, std::uint32_t edge) const {
    return was_[direction][edge - begin_];
  }

  void make_due(Direction direction, std::uint32_t edge, std::uint32_t rank) {
    edge_due_[direction][edge / 64] |= std::uint64_t{1} << (edge % 64);
    rank_due_[rank / 64] |= std::uint64_t{1} << (rank % 64);
  }

  // Whether an edge is due for it.
  bool take(const ArcChange& change) {
    const Weight was = std::exchange(metric_.arc_weights_[change.arc.index], change.weight);
    const auto place = index_.place(change.arc);
    if (place.edge == ContractionIndex::kNone) return false;
    const Direction direction = place.up ? kUp : kDown;
    if (!matters(weight(direction, place.edge), was, change.weight)) return false;
    const std::uint32_t rank = index_.tail()[place.edge];
    make_due(direction, place.edge, rank);
    lowest_due_ = std::min(lowest_due_, rank);
    return true;
  }

  void settle(std::uint32_t rank) {
    begin_ = index_.first_edge()[rank];
    end_ = index_.first_edge()[rank + 1];
    for (const Direction direction : kDirections) {
      take_due(direction);
      const auto& weights = *weights_[direction];
      was_[direction].assign(weights.begin() + begin_, weights.begin() + end_);
    }
    weigh_due(rank);
    for (const Direction direction : kDirections) {
      changed_[direction].clear();
      for (const std::uint32_t edge : due_[direction]) {
        if (weight(direction, edge) != was(direction, edge)) changed_[direction].push_back(edge);
      }
    }
    for (const Direction direction : kDirections) ask(direction);
  }

  // due_: the rank's edges that are due, ascending. They are so no more.
  void take_due(Direction direction) {
    auto& due = due_[direction];
    due.clear();
    for (std::uint32_t word = begin_ / 64; word * 64 < end_; ++word) {
      std::uint64_t of_rank = edge_due_[direction][word];
      if (word == begin_ / 64) of_rank &= ~std::uint64_t{0} << (begin_ % 64);
      if (word == end_ / 64) of_rank &= ~(~std::uint64_t{0} << (end_ % 64));
      edge_due_[direction][word] &= ~of_rank;
      for (; of_rank != 0; of_rank &= of_rank - 1) {
        due.push_back(word * 64 + static_cast<std::uint32_t>(std::countr_zero(of_rank)));
      }
    }
  }

  // Lane by lane all edges of a rank cost as much as a few of them one by one.
  void weigh_due(std::uint32_t rank) {
    constexpr std::size_t kFew = 6, kLanes = 4;
    const std::size_t due = due_[kUp].size() + due_[kDown].size();
    const std::uint64_t below = index_.first_down()[rank + 1] - index_.first_down()[rank];
    if (due > kFew + (end_ - begin_) / kLanes) {
      weigh_all(rank);
      work_ += below * (end_ - begin_) / kLanes;
      return;
    }
    for (const Direction direction : kDirections) {
      for (const std::uint32_t edge : due_[direction]) weigh(direction, edge);
    }
    work_ += below * due;
  }

  void weigh_all(std::uint32_t rank) {
    for (std::uint32_t edge = begin_; edge < end_; ++edge) {
      for (const Direction direction : kDirections) take_arcs_on(direction, edge);
    }
    if (edge_to_ == nullptr) {
      edge_to_ = std::make_unique_for_overwrite<std::uint32_t[]>(index_.vertices());
    }
    metric_.customise(rank, rank + 1, edge_to_.get());
  }

  void weigh(Direction direction, std::uint32_t edge) {
    take_arcs_on(direction, edge);
    const Weight* const near = weights_[other(direction)]->data();
    const Weight* const far = weights_[direction]->data();
    Weight least = far[edge];
    index_.visit_lower_triangles(edge, [&](std::uint32_t to_low, std::uint32_t to_high) {
      least = std::min(least, near[to_low] + far[to_high]);
      return false;
    });
    weight(direction, edge) = least;
  }

  void take_arcs_on(Direction direction, std::uint32_t edge) {
    Weight least = kNoWay;
    for (const auto on : index_.arcs_on(edge)) {
      if (on.up() == (direction == kUp)) least = std::min(least, metric_.weight(on.arc()));
    }
    weight(direction, edge) = least;
  }

  // Of all triangles with the rank as their lowest corner and a changed side, the joined edges.
  void ask(Direction direction) {
    for (const std::uint32_t low : changed_[other(direction)]) ask_beyond(direction, low);
    for (const std::uint32_t high : changed_[direction]) ask_before(direction, high);
  }

  void ask_one(Direction direction, std::uint32_t low, std::uint32_t high, std::uint32_t joined) {
    const Direction back = other(direction);
    if (matters(weight(direction, joined), capped(was(back, low) + was(direction, high)),
                capped(weight(back, low) + weight(direction, high)))) {
      make_due(direction, joined, index_.head()[low]);
    }
  }

  // Over every near side that has not changed; those that have ask about all beyond themselves. The
  // later a head of the rank the more it sees of what lies beyond `high`: how many more than the
  // rank only grows.
  void ask_before(Direction direction, std::uint32_t high) {
    const auto first = index_.first_edge();
    const auto heads = index_.head();
    const Weight* const near = weights_[other(direction)]->data();
    const std::uint32_t head = heads[high];
    std::uint32_t from_end = end_ - high;
    for (std::uint32_t low = begin_; low < high; ++low) {
      const std::uint32_t end = first[heads[low] + 1];
      while (heads[end - from_end] != head) ++from_end;
      if (near[low] != was(other(direction), low)) continue;
      ask_one(direction, low, high, end - from_end);
    }
    work_ += high - begin_;
  }

  // The edges beyond `low` lead where some of the edges from its head do; from some place on they
  // are mostly the same.
  void ask_beyond(Direction direction, std::uint32_t low) {
    const auto heads = index_.head();
    const std::uint32_t above = heads[low];
    const std::uint32_t above_end = index_.first_edge()[above + 1];
    std::uint32_t joined = index_.first_edge()[above];
    std::uint32_t high = low + 1;
    for (; high < end_ && above_end - joined != end_ - high; ++high, ++joined) {
      while (heads[joined] != heads[high]) ++joined;
      if (above_end - joined == end_ - high) break;
      ask_one(direction, low, high, joined);
    }
    if (high < end_) ask_run(direction, low, high, joined);
    work_ += end_ - low;
  }

  void ask_run(Direction direction, std::uint32_t low, std::uint32_t high, std::uint32_t joined) {
    const Direction back = other(direction);
    const std::uint32_t count = end_ - high;
    constexpr std::uint32_t kAtOnce = 8;
    moved_.assign((count + kAtOnce - 1) / kAtOnce * kAtOnce, 0);
    find_moved(was(back, low), weight(back, low), &was_[direction][high - begin_],
               &weight(direction, high), &weight(direction, joined), moved_.data(), count);
    for (std::uint32_t i = 0; i < count; i += kAtOnce) {
      std::uint64_t some = 0;
      std::memcpy(&some, &moved_[i], kAtOnce);
      if (some == 0) continue;
      for (std::uint32_t k = i; k < std::min(i + kAtOnce, count); ++k) {
        if (moved_[k] != 0) make_due(direction, joined + k, index_.head()[low]);
      }
    }
  }

  ContractionMetric& metric_;
  const ContractionIndex& index_;
  std::array<std::vector<Weight>*, 2> weights_;
  std::array<std::vector<std::uint64_t>, 2>& edge_due_;
  std::vector<std::uint64_t>& rank_due_;
  std::uint32_t lowest_due_ = ContractionIndex::kNone;
  std::uint64_t work_ = 0;                    // about as many triangles looked at one by one
  std::unique_ptr<std::uint32_t[]> edge_to_;  // scratch of customise()
  // Of the rank whose turn it is: its edges are [begin_, end_).
  std::uint32_t begin_ = 0, end_ = 0;
  std::array<std::vector<std::uint32_t>, 2> due_, changed_;
  std::array<std::vector<Weight>, 2> was_;
  std::vector<std::uint8_t> moved_;
};

void ContractionMetric::change(std::span<const ArcChange> changes) { Update{*this}.run(changes); }

}  // namespace gridmend
