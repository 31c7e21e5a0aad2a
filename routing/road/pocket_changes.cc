#include "routing/road/pocket_changes.h"

#include <algorithm>
#include <numeric>

namespace gridmend {
bool touches_pocket(const FleetRoads& roads, Id<RoadEdge> edge) {
  const RoadStates& states = roads.index().states();
  const auto in_pocket = [&](Id<GraphVertex> s) { return roads.safe_ground()[s.index] == 0; };
  return in_pocket(states.after(edge)) ||
         std::ranges::any_of(states.arcs_of(edge),
                             [&](Id<GraphArc> arc) { return in_pocket(states.from(arc)); });
}

bool PocketChanges::same_steps(const FleetRoads& before, const FleetRoads& now) {
  const RoadForecast& a = before.outlook().forecast();
  const RoadForecast& b = now.outlook().forecast();
  if (before.outlook().vehicle_class() != now.outlook().vehicle_class()) return false;
  if (a.steps() != b.steps()) return false;
  for (std::uint32_t step = 0; step < a.steps(); ++step) {
    if (a.begins(step) != b.begins(step) || a.ends(step) != b.ends(step)) return false;
  }
  return true;
}

PocketChanges::PocketChanges(const FleetRoads& before, const FleetRoads& now)
    : before_(before), now_(now), states_(now.index().states()) {
  nothing_holds_ =
      before.safe_ground().empty() || now.safe_ground().empty() || !same_steps(before, now);
  if (nothing_holds_) return;
  differs_at_.assign(states_.size(), 0);
  find_parts(now);
  find_differences(before, now);
}

std::uint32_t PocketChanges::part_of(std::uint32_t state) {
  while (part_[state] != state) {
    part_[state] = part_[part_[state]];
    state = part_[state];
  }
  return state;
}

void PocketChanges::find_parts(const FleetRoads& now) {
  part_.resize(states_.size());
  std::iota(part_.begin(), part_.end(), 0U);
  differs_.assign(states_.size(), 0);
  for (const Id<RoadEdge> edge : states_.graph().edges().ids()) {
    if (!now.outlook().ever_open(edge) || !touches_pocket(now, edge)) continue;
    const std::uint32_t part = part_of(states_.after(edge).index);
    for (const Id<GraphArc> arc : states_.arcs_of(edge)) {
      part_[part_of(states_.from(arc).index)] = part;
    }
  }
}

void PocketChanges::find_differences(const FleetRoads& before, const FleetRoads& now) {
  const auto differing = now.outlook().differing(before.outlook());
  find_betterments(before, now, differing);
  for (const Id<RoadEdge> edge : differing) {
    differ_at(states_.after(edge).index);
    for (const Id<GraphArc> arc : states_.arcs_of(edge)) differ_at(states_.from(arc).index);
  }
  const auto arcs = states_.arcs();
  const auto moved = [&](std::uint32_t state) {
    return before.safe_ground()[state] != now.safe_ground()[state];
  };
  for (std::uint32_t a = 0; a < arcs.size(); ++a) {
    const std::uint32_t from = states_.from(Id<GraphArc>{a}).index;
    const std::uint32_t to = arcs[a].to.index;
    if (!moved(from) && !moved(to)) continue;
    differ_at(from);
    differ_at(to);
    edges_.push_back(arcs[a].edge);
  }
  edges_.insert(edges_.end(), differing.begin(), differing.end());
  for (std::uint32_t state = 0; state < part_.size(); ++state) part_[state] = part_of(state);
}

void PocketChanges::find_betterments(const FleetRoads& before, const FleetRoads& now,
                                     std::span<const Id<RoadEdge>> differing) {
  const auto is_better = [&](Id<RoadEdge> edge) {
    for (std::uint32_t step = 0; step < now.outlook().steps(); ++step) {
      if (now.outlook().milliseconds(edge, step) < before.outlook().milliseconds(edge, step))
        return true;
    }
    return false;
  };
  only_worse_ =
      std::ranges::none_of(differing, is_better) &&
      std::ranges::equal(before.safe_ground(), now.safe_ground(), std::ranges::greater_equal{});
}

bool PocketChanges::same_inside(std::uint32_t first, std::uint32_t until) const {
  const auto held = [&](const FleetRoads& roads, Id<RoadEdge> edge) {
    return touches_pocket(roads, edge) ? roads.outlook().held_milliseconds(edge, first, until - 1)
                                       : kNoWay;
  };
  return !nothing_holds_ && std::ranges::all_of(edges_, [&](Id<RoadEdge> edge) {
    return held(before_, edge) == held(now_, edge);
  });
}

bool PocketChanges::same_at(std::span<const std::uint32_t> states) const {
  return std::ranges::none_of(states, [&](std::uint32_t s) { return differs_at_[s] != 0; });
}

bool PocketChanges::same_ways(std::span<const SearchStart> doors) const {
  const auto same = [&](Id<GraphVertex> state) { return differs_[part_[state.index]] == 0; };
  return !nothing_holds_ && std::ranges::all_of(doors, [&](const SearchStart& door) {
    return same(states_.after(door.place.edge)) &&
           std::ranges::all_of(states_.arcs_of(door.place.edge),
                               [&](Id<GraphArc> arc) { return same(states_.from(arc)); });
  });
}

}  // namespace gridmend
