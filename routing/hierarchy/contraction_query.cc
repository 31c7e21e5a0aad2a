#include "routing/hierarchy/contraction_query.h"

#include <algorithm>

#include "core/base/check.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kNone = ContractionIndex::kNone;

}  // namespace

ContractionQuery::ContractionQuery(const ContractionMetric& metric)
    : metric_(metric), index_(metric.index()) {
  forward_.labels.resize(index_.vertices());
  backward_.labels.resize(index_.vertices());
}

void ContractionQuery::clear(Side& side) {
  for (const std::uint32_t rank : side.ranks) side.labels[rank] = Label{};
  side.ranks.clear();
}

// Every rank above the ends, in rising order. The ways of several ends to the root run together
// sooner or later; until then they wait in `waiting_`.
void ContractionQuery::climb(Side& side, std::span<const QueryEnd> ends,
                             std::span<const Weight> weights) {
  clear(side);
  waiting_.clear();
  for (std::uint32_t i = 0; i < ends.size(); ++i) {
    const std::uint32_t rank = index_.rank(ends[i].vertex);
    Label& label = side.labels[rank];
    if (ends[i].weight < label.weight) label = {ends[i].weight, kNone, i};
    waiting_.push_back(rank);
  }
  std::ranges::sort(waiting_, std::greater{});
  const auto first = index_.first_edge();
  const auto head = index_.head();
  while (!waiting_.empty()) {
    const std::uint32_t rank = waiting_.back();
    waiting_.pop_back();
    while (!waiting_.empty() && waiting_.back() == rank) waiting_.pop_back();
    side.ranks.push_back(rank);
    const Label label = side.labels[rank];
    if (label.weight < kNoWay) {
      for (std::uint32_t e = first[rank]; e < first[rank + 1]; ++e) {
        const Weight through = label.weight + weights[e];
        Label& above = side.labels[head[e]];
        if (through < above.weight) above = {through, e, label.end};
      }
    }
    const std::uint32_t parent = index_.parent(rank);
    if (parent == kNone) continue;
    // A few ends at most: the list stays sorted by insertion.
    auto at = waiting_.end();
    while (at != waiting_.begin() && *(at - 1) < parent) --at;
    waiting_.insert(at, parent);
  }
}

Weight ContractionQuery::run(std::span<const QueryEnd> starts, std::span<const QueryEnd> goals) {
  climb(forward_, starts, metric_.up());
  climb(backward_, goals, metric_.down());
  Weight best = kNoWay;
  meeting_ = kNone;
  for (const std::uint32_t rank : forward_.ranks) {
    const Weight sum =
        std::min(kNoWay, forward_.labels[rank].weight + backward_.labels[rank].weight);
    if (sum >= best) continue;
    best = sum;
    meeting_ = rank;
  }
  return best;
}

// The arcs of the graph that an edge stands for, without recursion.
void ContractionQuery::unpack(std::uint32_t edge, bool up, std::vector<Id<GraphArc>>& arcs) const {
  struct Part {
    std::uint32_t edge;
    bool up;
  };
  std::vector<Part> open{{edge, up}};
  while (!open.empty()) {
    const Part part = open.back();
    open.pop_back();
    const Weight weight = (part.up ? metric_.up() : metric_.down())[part.edge];
    const auto on = index_.arcs_on(part.edge);
    const auto arc = std::ranges::find_if(on, [&](Id<GraphArc> id) {
      return metric_.weight(id) == weight && index_.place(id).up == part.up;
    });
    if (arc != on.end()) {
      arcs.push_back(*arc);
      continue;
    }
    bool found = false;
    index_.visit_lower_triangles(part.edge, [&](std::uint32_t to_low, std::uint32_t to_high) {
      const std::uint32_t begin = part.up ? to_low : to_high;
      const std::uint32_t end = part.up ? to_high : to_low;
      if (metric_.down()[begin] + metric_.up()[end] != weight) return false;
      open.push_back({end, true});
      open.push_back({begin, false});
      return found = true;
    });
    GRIDMEND_CHECK(found, "an edge's weight is an arc's or a lower triangle's");
  }
}

ContractionQuery::Way ContractionQuery::way() const {
  Way way;
  if (meeting_ == kNone) return way;
  way.found = true;
  way.start = forward_.labels[meeting_].end;
  way.goal = backward_.labels[meeting_].end;
  std::vector<std::uint32_t> climbed;
  for (std::uint32_t rank = meeting_; forward_.labels[rank].edge != kNone;
       rank = index_.tail()[climbed.back()]) {
    climbed.push_back(forward_.labels[rank].edge);
  }
  for (auto edge = climbed.rbegin(); edge != climbed.rend(); ++edge) {
    unpack(*edge, true, way.arcs);
  }
  for (std::uint32_t rank = meeting_; backward_.labels[rank].edge != kNone;) {
    const std::uint32_t edge = backward_.labels[rank].edge;
    unpack(edge, false, way.arcs);
    rank = index_.tail()[edge];
  }
  return way;
}

}  // namespace gridmend
