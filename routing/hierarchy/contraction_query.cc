#include "routing/hierarchy/contraction_query.h"

#include <algorithm>

#include "core/base/check.h"
#include "routing/hierarchy/vector_lanes.h"

namespace gridmend {
namespace {

// reached[i] = min(reached[i], weight + weights[i]), and which edge, counted from `edge`, it was.
GRIDMEND_VECTOR_LANES void lower_reached(Weight* __restrict reached,
                                         std::uint32_t* __restrict came_by, Weight weight,
                                         const Weight* __restrict weights, std::uint32_t edge,
                                         std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const Weight through = weight + weights[i];
    came_by[i] = through < reached[i] ? edge + i : came_by[i];
    reached[i] = std::min(reached[i], through);
  }
}

}  // namespace

ContractionQuery::ContractionQuery(const ContractionMetric& metric)
    : metric_(metric), index_(metric.index()) {
  forward_.labels.resize(index_.vertices());
  backward_.labels.resize(index_.vertices());
}

void ContractionQuery::clear(Side& side) {
  for (const std::uint32_t rank : side.ranks) side.labels[rank] = Label{};
  side.ranks.clear();
  side.starts.clear();
}

// The ends wait for their turn, the highest first.
void ContractionQuery::enter(Side& side, std::span<const QueryEnd> ends) {
  waiting_.clear();
  for (std::uint32_t i = 0; i < ends.size(); ++i) {
    const std::uint32_t rank = index_.rank(ends[i].vertex);
    waiting_.push_back(rank);
    Label& label = side.labels[rank];
    if (ends[i].weight >= label.weight) continue;
    label.weight = ends[i].weight;
    side.starts.push_back({rank, i});
  }
  std::ranges::sort(waiting_, std::greater{});
}

// Every rank above the ends, in rising order. The ways of several ends to the root run together
// sooner or later; until then they wait in `waiting_`.
void ContractionQuery::climb(Side& side, std::span<const QueryEnd> ends,
                             std::span<const Weight> weights) {
  clear(side);
  enter(side, ends);
  const auto first = index_.first_edge();
  const auto head = index_.head();
  while (!waiting_.empty()) {
    std::uint32_t rank = waiting_.back();
    waiting_.pop_back();
    while (!waiting_.empty() && waiting_.back() == rank) waiting_.pop_back();
    if (waiting_.empty() && begins_chain(rank)) rank = climb_chain(side, rank, weights);
    side.ranks.push_back(rank);
    const Label label = side.labels[rank];
    if (label.weight < kNoWay) {
      for (std::uint32_t e = first[rank]; e < first[rank + 1]; ++e) {
        const Weight through = label.weight + weights[e];
        Label& above = side.labels[head[e]];
        if (through < above.weight) above = {through, e};
      }
    }
    const std::uint32_t parent = index_.parent(rank);
    if (parent == ContractionIndex::kNone) continue;
    // A few ends at most: the list stays sorted by insertion.
    auto at = waiting_.end();
    while (at != waiting_.begin() && *(at - 1) < parent) --at;
    waiting_.insert(at, parent);
  }
}

bool ContractionQuery::begins_chain(std::uint32_t rank) const {
  constexpr std::uint32_t kFewEdges = 12;
  const auto first = index_.first_edge();
  const std::uint32_t count = first[rank + 1] - first[rank];
  if (count < kFewEdges) return false;
  const std::uint32_t parent = index_.head()[first[rank]];
  return first[parent + 1] - first[parent] + 1 == count;
}

// Inside a separator all ranks see the same ranks above them, one less each time: their labels are
// kept in one run, and no rank is asked for where its edges lead.
std::uint32_t ContractionQuery::climb_chain(Side& side, std::uint32_t rank,
                                            std::span<const Weight> weights) {
  const auto first = index_.first_edge();
  const std::uint32_t* const heads = &index_.head()[first[rank]];
  const std::uint32_t count = first[rank + 1] - first[rank];
  reached_.resize(count);
  came_by_.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Label& label = side.labels[heads[i]];
    reached_[i] = label.weight;
    came_by_[i] = label.edge;
  }
  Weight weight = side.labels[rank].weight;
  std::uint32_t done = 0;
  for (; done < count && first[rank + 1] - first[rank] == count - done; ++done) {
    side.ranks.push_back(rank);
    if (weight < kNoWay) {
      lower_reached(&reached_[done], &came_by_[done], weight, &weights[first[rank]], first[rank],
                    count - done);
    }
    rank = heads[done];
    weight = reached_[done];
  }
  for (std::uint32_t i = 0; i < count; ++i) side.labels[heads[i]] = {reached_[i], came_by_[i]};
  return rank;
}

Weight ContractionQuery::run(std::span<const QueryEnd> starts, std::span<const QueryEnd> goals) {
  climb(forward_, starts, metric_.up());
  climb(backward_, goals, metric_.down());
  Weight best = kNoWay;
  meeting_ = ContractionIndex::kNone;
  for (const std::uint32_t rank : forward_.ranks) {
    const Weight sum =
        std::min(kNoWay, forward_.labels[rank].weight + backward_.labels[rank].weight);
    if (sum >= best) continue;
    best = sum;
    meeting_ = rank;
  }
  return best;
}

// Most edges of a way stand for one triangle, that of a child: it is tried first.
bool ContractionQuery::split(Part part, Weight weight, std::vector<Part>& open) const {
  const auto fits = [&](std::uint32_t to_low, std::uint32_t to_high) {
    const Weight sum = part.up ? metric_.down()[to_low] + metric_.up()[to_high]
                               : metric_.up()[to_low] + metric_.down()[to_high];
    if (sum != weight) return false;
    open.push_back(part.up ? Part{to_high, true} : Part{to_low, true});
    open.push_back(part.up ? Part{to_low, false} : Part{to_high, false});
    return true;
  };
  const std::uint32_t side = index_.side_from_child(part.edge);
  if (side == ContractionIndex::kNone) return false;
  if (fits(index_.first_edge()[index_.tail()[side]], side)) return true;
  bool found = false;
  index_.visit_lower_triangles(part.edge, [&](std::uint32_t to_low, std::uint32_t to_high) {
    return found = fits(to_low, to_high);
  });
  return found;
}

// The arcs of the graph that an edge stands for, without recursion.
void ContractionQuery::unpack(Part whole, std::vector<Part>& open,
                              std::vector<Id<GraphArc>>& arcs) const {
  open.assign(1, whole);
  while (!open.empty()) {
    const Part part = open.back();
    open.pop_back();
    const Weight weight = (part.up ? metric_.up() : metric_.down())[part.edge];
    const auto arcs_on = index_.arcs_on(part.edge);
    const auto fits = std::ranges::find_if(arcs_on, [&](ContractionIndex::ArcOnEdge on) {
      return on.up() == part.up && metric_.weight(on.arc()) == weight;
    });
    if (fits != arcs_on.end()) {
      arcs.push_back(fits->arc());
    } else {
      const bool found = split(part, weight, open);
      GRIDMEND_CHECK(found, "an edge's weight is an arc's or a lower triangle's");
    }
  }
}

std::size_t ContractionQuery::end_of(const Side& side, std::uint32_t rank) {
  const auto start = std::find_if(side.starts.rbegin(), side.starts.rend(),
                                  [&](const Start& begun) { return begun.rank == rank; });
  GRIDMEND_CHECK(start != side.starts.rend(), "a way begins and ends at an end");
  return start->end;
}

ContractionQuery::Way ContractionQuery::way() const {
  Way way;
  if (meeting_ == ContractionIndex::kNone) return way;
  way.found = true;
  std::vector<std::uint32_t> climbed;
  std::uint32_t rank = meeting_;
  while (forward_.labels[rank].edge != ContractionIndex::kNone) {
    climbed.push_back(forward_.labels[rank].edge);
    rank = index_.tail()[climbed.back()];
  }
  way.start = end_of(forward_, rank);
  std::vector<Part> open;
  for (auto edge = climbed.rbegin(); edge != climbed.rend(); ++edge) {
    unpack({*edge, true}, open, way.arcs);
  }
  rank = meeting_;
  while (backward_.labels[rank].edge != ContractionIndex::kNone) {
    const std::uint32_t edge = backward_.labels[rank].edge;
    unpack({edge, false}, open, way.arcs);
    rank = index_.tail()[edge];
  }
  way.goal = end_of(backward_, rank);
  return way;
}

}  // namespace gridmend
