#include "routing/road/lasting_ways.h"

#include <algorithm>
#include <numeric>

namespace gridmend {

LastingWays::LastingWays(const RoadStates& states, const RoadOutlook& outlook, Direction direction)
    : states_(states),
      outlook_(outlook),
      direction_(direction),
      first_step_(states.size() + std::size_t{1}, 0),
      until_(states.size(), 0),
      by_until_(outlook.steps() + std::size_t{1}) {
  const auto arcs = states.arcs();
  const auto tail = [&](std::uint32_t arc) {
    return direction == Direction::away ? states.from(Id<GraphArc>{arc}) : arcs[arc].to;
  };
  for (std::uint32_t a = 0; a < arcs.size(); ++a) ++first_step_[tail(a).index + 1];
  std::partial_sum(first_step_.begin(), first_step_.end(), first_step_.begin());
  std::vector<std::uint32_t> next(first_step_.begin(), first_step_.end() - 1);
  steps_.resize(arcs.size());
  for (std::uint32_t a = 0; a < arcs.size(); ++a) {
    const Id<GraphVertex> head =
        direction == Direction::away ? arcs[a].to : states.from(Id<GraphArc>{a});
    steps_[next[tail(a).index]++] = {arcs[a].edge, head};
  }
}

void LastingWays::reach(Id<GraphVertex> state, std::uint32_t until) {
  if (until <= until_[state.index]) return;
  until_[state.index] = until;
  by_until_[until].push_back(state.index);
}

void LastingWays::run(std::uint32_t first, std::span<const Ground> ground,
                      std::span<const char> inside) {
  first_ = first;
  std::ranges::fill(until_, first);
  const auto is_inside = [&](std::uint32_t state) { return !inside.empty() && inside[state] != 0; };
  for (const Ground& g : ground) {
    if (g.until > first) reach(g.state, std::min(g.until, outlook_.steps()));
  }
  for (std::uint32_t state = 0; state < inside.size(); ++state) {
    if (inside[state] == 0) continue;
    const bool leads_out = std::ranges::any_of(
        steps_from(state), [&](const Step& step) { return inside[step.next.index] == 0; });
    until_[state] = outlook_.steps();
    if (leads_out) by_until_[outlook_.steps()].push_back(state);
  }
  for (std::uint32_t until = outlook_.steps(); until > first; --until) {
    auto& bucket = by_until_[until];
    while (!bucket.empty()) {
      const std::uint32_t state = bucket.back();
      bucket.pop_back();
      if (until_[state] != until) continue;
      for (const Step& step : steps_from(state)) {
        if (until_[step.next.index] >= until || is_inside(step.next.index)) continue;
        reach(step.next, std::min(until, outlook_.closes(step.edge, first)));
      }
    }
  }
}

std::uint32_t LastingWays::until(const RoadPlace& place) const {
  const std::uint32_t edge_until = outlook_.closes(place.edge, first_);
  if (direction_ == Direction::toward) {
    return std::min(edge_until, until_[states_.after(place.edge).index]);
  }
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
