#include "routing/road/lasting_ways.h"

#include <algorithm>

namespace gridmend {

LastingWays::LastingWays(const RoadStates& states, const RoadOutlook& outlook)
    : states_(states),
      outlook_(outlook),
      until_(states.size(), 0),
      by_until_(outlook.steps() + std::size_t{1}) {}

void LastingWays::reach(Id<GraphVertex> state, std::uint32_t until) {
  if (until <= until_[state.index]) return;
  until_[state.index] = until;
  by_until_[until].push_back(state.index);
}

void LastingWays::run(std::uint32_t first, std::span<const Ground> ground) {
  first_ = first;
  std::ranges::fill(until_, first);
  for (const Ground& g : ground) {
    if (g.until > first) reach(g.state, std::min(g.until, outlook_.steps()));
  }
  const auto arcs = states_.arcs();
  for (std::uint32_t until = outlook_.steps(); until > first; --until) {
    auto& bucket = by_until_[until];
    while (!bucket.empty()) {
      const std::uint32_t state = bucket.back();
      bucket.pop_back();
      if (until_[state] != until) continue;
      const std::uint32_t begin = states_.first_arc()[state];
      const std::uint32_t end = states_.first_arc()[state + 1];
      for (const RoadStates::Arc& arc : arcs.subspan(begin, end - begin)) {
        if (until_[arc.to.index] >= until) continue;
        reach(arc.to, std::min(until, outlook_.closes(arc.edge, first)));
      }
    }
  }
}

std::uint32_t LastingWays::until(const RoadPlace& place) const {
  const std::uint32_t edge_until = outlook_.closes(place.edge, first_);
  std::uint32_t best = first_;
  for (const Id<GraphArc> arc : states_.arcs_of(place.edge)) {
    best = std::max(best, until_[states_.from(arc).index]);
  }
  return std::min(edge_until, best);
}

std::uint32_t LastingWays::until_ahead(const RoadPlace& start, const RoadPlace& goal) const {
  if (start.edge != goal.edge || goal.along_m < start.along_m) return first_;
  return outlook_.closes(start.edge, first_);
}

}  // namespace gridmend
