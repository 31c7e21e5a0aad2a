#include <algorithm>
#include <bit>
#include <functional>
#include <memory>
#include <queue>
#include <utility>

#include "routing/hierarchy/contraction_metric.h"
#include "routing/hierarchy/vector_lanes.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kNone = ContractionIndex::kNone;

Weight capped(Weight weight) { return std::min(weight, kNoWay); }

// A way over an edge cost `was` and costs `now`: whether the edge's weight may be another. It may
// when the way is shorter now, or was a shortest one and is so no more.
bool matters(Weight weight, Weight was, Weight now) {
  return now < weight || (was <= weight && now > was);
}

// What the edge from one corner of a triangle cost up and down before and costs now.
struct SideChange {
  Weight up_was, down_was, up, down;
};

// moved[i]: whether joined edge i may weigh otherwise, its ways being one over `low` and side i.
GRIDMEND_VECTOR_LANES void find_moved(SideChange low, const Weight* up_was, const Weight* down_was,
                                      const Weight* up, const Weight* down, const Weight* joined_up,
                                      const Weight* joined_down, std::uint8_t* __restrict moved,
                                      std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const Weight rise_was = std::min(low.down_was + up_was[i], kNoWay);
    const Weight rise = std::min(low.down + up[i], kNoWay);
    const Weight fall_was = std::min(low.up_was + down_was[i], kNoWay);
    const Weight fall = std::min(low.up + down[i], kNoWay);
    moved[i] = static_cast<std::uint8_t>(
        static_cast<unsigned>(rise < joined_up[i]) |
        (static_cast<unsigned>(rise_was <= joined_up[i]) & static_cast<unsigned>(rise > rise_was)) |
        static_cast<unsigned>(fall < joined_down[i]) |
        (static_cast<unsigned>(fall_was <= joined_down[i]) &
         static_cast<unsigned>(fall > fall_was)));
  }
}

}  // namespace

// One change of arcs, carried up through the hierarchy. An edge that may weigh otherwise is due; it
// is weighed anew when its lower end's turn comes, all below being final then, and where its weight
// is another the edges it shares triangles with above are asked whether that can matter to them.
class ContractionMetric::Update {
 public:
  explicit Update(ContractionMetric& metric)
      : metric_(metric),
        index_(metric.index_),
        edge_due_(metric.edge_due_),
        rank_due_(metric.rank_due_) {
    edge_due_.resize((index_.edges() + 63) / 64);
    rank_due_.resize((index_.vertices() + 63) / 64);
  }

  void run(std::span<const ArcChange> changes) {
    for (const ArcChange& change : last_of_each_arc(changes)) take(change);
    const std::uint64_t most = index_.triangles() / kShareBeforeAll;
    for (; !ranks_.empty(); ranks_.pop()) {
      if (work_ > most) return customise_the_rest();
      settle(ranks_.top());
    }
  }

 private:
  // From one in this many of a rank's edges on, weighing all of them lane by lane costs less.
  static constexpr std::size_t kFew = 8;
  // When the work was this share of all triangles, the rest of the hierarchy is customised whole.
  static constexpr std::uint64_t kShareBeforeAll = 8;

  static std::vector<ArcChange> last_of_each_arc(std::span<const ArcChange> changes) {
    std::vector<ArcChange> last(changes.rbegin(), changes.rend());
    std::ranges::stable_sort(last, {}, &ArcChange::arc);
    last.erase(std::ranges::unique(last, {}, &ArcChange::arc).begin(), last.end());
    return last;
  }

  void customise_the_rest() {
    metric_.customise_from(ranks_.top());
    std::ranges::fill(edge_due_, 0);
    std::ranges::fill(rank_due_, 0);
  }

  bool is_due(std::uint32_t edge) const { return (edge_due_[edge / 64] >> (edge % 64) & 1U) != 0; }

  void make_due(std::uint32_t edge, std::uint32_t rank) {
    edge_due_[edge / 64] |= std::uint64_t{1} << (edge % 64);
    std::uint64_t& word = rank_due_[rank / 64];
    const std::uint64_t bit = std::uint64_t{1} << (rank % 64);
    if ((word & bit) != 0) return;
    word |= bit;
    ranks_.push(rank);
  }

  void take(const ArcChange& change) {
    const Weight was = std::exchange(metric_.arc_weights_[change.arc.index], change.weight);
    const auto place = index_.place(change.arc);
    if (place.edge == kNone) return;
    const Weight weight = (place.up ? metric_.up_ : metric_.down_)[place.edge];
    if (matters(weight, was, change.weight)) make_due(place.edge, index_.tail()[place.edge]);
  }

  void settle(std::uint32_t rank) {
    begin_ = index_.first_edge()[rank];
    end_ = index_.first_edge()[rank + 1];
    take_due(rank);
    up_was_.assign(metric_.up_.begin() + begin_, metric_.up_.begin() + end_);
    down_was_.assign(metric_.down_.begin() + begin_, metric_.down_.begin() + end_);
    if (due_.size() * kFew > end_ - begin_) {
      weigh_all(rank);
    } else {
      for (const std::uint32_t edge : due_) weigh(edge, rank);
    }
    changed_.clear();
    for (const std::uint32_t edge : due_) {
      if (metric_.up_[edge] != up_was_[edge - begin_] ||
          metric_.down_[edge] != down_was_[edge - begin_]) {
        changed_.push_back(edge);
      }
    }
    ask_triangles();
  }

  // due_: the rank's edges that are due, ascending. They and the rank are so no more.
  void take_due(std::uint32_t rank) {
    rank_due_[rank / 64] &= ~(std::uint64_t{1} << (rank % 64));
    due_.clear();
    for (std::uint32_t word = begin_ / 64; word * 64 < end_; ++word) {
      std::uint64_t of_rank = edge_due_[word];
      if (word == begin_ / 64) of_rank &= ~std::uint64_t{0} << (begin_ % 64);
      if (word == end_ / 64) of_rank &= ~(~std::uint64_t{0} << (end_ % 64));
      edge_due_[word] &= ~of_rank;
      for (; of_rank != 0; of_rank &= of_rank - 1) {
        due_.push_back(word * 64 + static_cast<std::uint32_t>(std::countr_zero(of_rank)));
      }
    }
  }

  void weigh_all(std::uint32_t rank) {
    for (std::uint32_t edge = begin_; edge < end_; ++edge) take_arcs_on(edge);
    work_ += std::uint64_t{end_ - begin_} *
             (index_.first_down()[rank + 1] - index_.first_down()[rank]) / 4;
    if (edge_to_ == nullptr) {
      edge_to_ = std::make_unique_for_overwrite<std::uint32_t[]>(index_.vertices());
    }
    metric_.customise(rank, rank + 1, edge_to_.get());
  }

  void weigh(std::uint32_t edge, std::uint32_t rank) {
    take_arcs_on(edge);
    Weight up = metric_.up_[edge];
    Weight down = metric_.down_[edge];
    index_.visit_lower_triangles(edge, [&](std::uint32_t to_low, std::uint32_t to_high) {
      up = std::min(up, metric_.down_[to_low] + metric_.up_[to_high]);
      down = std::min(down, metric_.down_[to_high] + metric_.up_[to_low]);
      return false;
    });
    metric_.up_[edge] = up;
    metric_.down_[edge] = down;
    work_ += index_.first_down()[rank + 1] - index_.first_down()[rank];
  }

  // The first place in the ascending run [from, end) whose value is not below `value`.
  static std::uint32_t first_not_below(std::span<const std::uint32_t> run, std::uint32_t from,
                                       std::uint32_t end, std::uint32_t value) {
    if (from < end && run[from] >= value) return from;
    return static_cast<std::uint32_t>(
        std::lower_bound(run.begin() + from, run.begin() + end, value) - run.begin());
  }

  void take_arcs_on(std::uint32_t edge) {
    metric_.up_[edge] = metric_.down_[edge] = kNoWay;
    for (const auto on : index_.arcs_on(edge)) {
      Weight& weight = (on.up() ? metric_.up_ : metric_.down_)[edge];
      weight = std::min(weight, metric_.weight(on.arc()));
    }
  }

  // Triangles whose lowest corner is the rank, with a changed edge as one side.
  void ask_triangles() {
    if (changed_.size() * kFew > end_ - begin_) {
      for (std::uint32_t low = begin_; low + 1 < end_; ++low) ask_all_beyond(low);
      return;
    }
    for (const std::uint32_t edge : changed_) {
      ask_all_before(edge);
      ask_all_beyond(edge);
    }
  }

  // The edges to the heads of `high` from where the rank's edges before it lead. Those before it
  // that changed ask about what lies beyond them themselves.
  void ask_all_before(std::uint32_t high) {
    const auto tails = index_.down_tails();
    const std::uint32_t above = index_.head()[high];
    const std::uint32_t end = index_.first_down()[above + 1];
    std::uint32_t place = index_.first_down()[above];
    const Weight up_was = up_was_[high - begin_];
    const Weight down_was = down_was_[high - begin_];
    const Weight up = metric_.up_[high];
    const Weight down = metric_.down_[high];
    for (std::uint32_t low = begin_; low < high; ++low) {
      const std::uint32_t middle = index_.head()[low];
      place = first_not_below(tails, place, end, middle);
      const std::uint32_t joined = index_.down_edges()[place++];
      if (is_due(joined)) continue;
      const bool moves =
          (up != up_was && matters(metric_.up_[joined], capped(metric_.down_[low] + up_was),
                                   capped(metric_.down_[low] + up))) ||
          (down != down_was && matters(metric_.down_[joined], capped(metric_.up_[low] + down_was),
                                       capped(metric_.up_[low] + down)));
      if (moves) make_due(joined, middle);
    }
    work_ += high - begin_;
  }

  // The edges beyond `low` lead where some of the edges from its head do; from some place on they
  // are mostly the same.
  void ask_all_beyond(std::uint32_t low) {
    const auto heads = index_.head();
    const std::uint32_t above = heads[low];
    const std::uint32_t above_end = index_.first_edge()[above + 1];
    std::uint32_t joined = index_.first_edge()[above];
    std::uint32_t high = low + 1;
    for (; high < end_ && above_end - joined != end_ - high; ++high, ++joined) {
      while (heads[joined] != heads[high]) ++joined;
      if (above_end - joined == end_ - high) break;
      ask(low, high, joined, above);
    }
    if (high < end_) ask_run(low, high, joined, above);
  }

  void ask(std::uint32_t low, std::uint32_t high, std::uint32_t joined, std::uint32_t above) {
    if (is_due(joined)) return;
    const std::uint32_t l = low - begin_;
    const std::uint32_t h = high - begin_;
    if (matters(metric_.up_[joined], capped(down_was_[l] + up_was_[h]),
                capped(metric_.down_[low] + metric_.up_[high])) ||
        matters(metric_.down_[joined], capped(down_was_[h] + up_was_[l]),
                capped(metric_.down_[high] + metric_.up_[low]))) {
      make_due(joined, above);
    }
  }

  void ask_run(std::uint32_t low, std::uint32_t high, std::uint32_t joined, std::uint32_t above) {
    const std::uint32_t l = low - begin_;
    const std::uint32_t h = high - begin_;
    const std::uint32_t count = end_ - high;
    moved_.resize(count);
    find_moved({up_was_[l], down_was_[l], metric_.up_[low], metric_.down_[low]}, &up_was_[h],
               &down_was_[h], &metric_.up_[high], &metric_.down_[high], &metric_.up_[joined],
               &metric_.down_[joined], moved_.data(), count);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (moved_[i] != 0) make_due(joined + i, above);
    }
  }

  ContractionMetric& metric_;
  const ContractionIndex& index_;
  std::vector<std::uint64_t>& edge_due_;
  std::vector<std::uint64_t>& rank_due_;
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> ranks_;
  std::uint64_t work_ = 0;                    // about as many triangles looked at one by one
  std::unique_ptr<std::uint32_t[]> edge_to_;  // scratch of customise()
  // Of the rank whose turn it is: its edges are [begin_, end_).
  std::uint32_t begin_ = 0, end_ = 0;
  std::vector<std::uint32_t> due_, changed_;
  std::vector<Weight> up_was_, down_was_;
  std::vector<std::uint8_t> moved_;
};

void ContractionMetric::change(std::span<const ArcChange> changes) { Update{*this}.run(changes); }

}  // namespace gridmend
