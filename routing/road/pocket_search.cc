#include "routing/road/pocket_search.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "core/base/check.h"

namespace gridmend {
namespace {

Weight plus(Weight a, Weight b) { return std::min(kNoWay, a + b); }

}  // namespace

PocketSearch::PocketSearch(const FleetRoads& roads)
    : roads_(roads), states_(roads.index().states()), ms_(states_.size(), kNoWay) {
  GRIDMEND_CHECK(!roads.safe_ground().empty(), "there is safe ground and something else");
  const auto arcs = states_.arcs();
  first_to_.assign(states_.size() + std::size_t{1}, 0);
  for (const RoadStates::Arc& arc : arcs) ++first_to_[arc.to.index + 1];
  std::partial_sum(first_to_.begin(), first_to_.end(), first_to_.begin());
  std::vector<std::uint32_t> next(first_to_.begin(), first_to_.end() - 1);
  arcs_to_.resize(arcs.size());
  for (std::uint32_t a = 0; a < arcs.size(); ++a) {
    arcs_to_[next[arcs[a].to.index]++] = Id<GraphArc>{a};
  }
}

void PocketSearch::begin() {
  for (const std::uint32_t state : touched_) ms_[state] = kNoWay;
  touched_.clear();
  queue_.clear();
}

void PocketSearch::reach(Id<GraphVertex> state, Weight ms) {
  if (ms >= ms_[state.index]) return;
  if (ms_[state.index] == kNoWay) touched_.push_back(state.index);
  ms_[state.index] = ms;
  queue_.emplace_back(ms, state.index);
  std::ranges::push_heap(queue_, std::greater{});
}

template <class Leave>
std::vector<PocketSearch::Gate> PocketSearch::run(Leave leave) {
  std::vector<Gate> gates;
  while (!queue_.empty() && gates.size() < kGates) {
    std::ranges::pop_heap(queue_, std::greater{});
    const auto [ms, index] = queue_.back();
    queue_.pop_back();
    const Id<GraphVertex> state{index};
    if (ms > ms_[index]) continue;
    if (safe(state)) {
      gates.push_back({state, ms});
    } else {
      leave(state, ms);
    }
  }
  return gates;
}

PocketSearch::WaysIn PocketSearch::ways_in(const RoadConditions& conditions,
                                           std::span<const SearchStart> doors) {
  begin();
  const RoadGraph& graph = states_.graph();
  for (const SearchStart& door : doors) {
    if (conditions.closed(door.place.edge)) continue;
    const Weight part =
        plus(milliseconds_to(graph, conditions, door.place), to_milliseconds(door.seconds));
    for (const Id<GraphArc> arc : states_.arcs_of(door.place.edge)) {
      reach(states_.from(arc), plus(part, states_.arcs()[arc.index].turn_ms));
    }
  }
  const auto gates = run([&](Id<GraphVertex> state, Weight ms) {
    for (const Id<GraphArc> id : arcs_to(state)) {
      const RoadStates::Arc& arc = states_.arcs()[id.index];
      if (conditions.closed(arc.edge)) continue;
      reach(states_.from(id), plus(ms, conditions.milliseconds(arc.edge) + arc.turn_ms));
    }
  });
  WaysIn ways;
  for (const Gate& gate : gates) {
    for (const Id<GraphArc> id : arcs_to(gate.state)) {
      const Id<RoadEdge> edge = states_.arcs()[id.index].edge;
      if (!safe(states_.from(id)) || roads_.lasting().conditions().closed(edge)) continue;
      const auto length_m = static_cast<double>(graph.edges()[edge].length_m);
      ways.goals.push_back({{edge, length_m, 0, {}}, gate.ms / 1000.0, 0});
      ways.longest_s = std::max(ways.longest_s, gate.ms / 1000.0);
    }
  }
  return ways;
}

PocketSearch::WaysOut PocketSearch::ways_out(const RoadConditions& conditions,
                                             std::span<const SearchStart> doors) {
  begin();
  for (const SearchStart& door : doors) {
    if (conditions.closed(door.place.edge)) continue;
    const Weight rest = conditions.milliseconds(door.place.edge) -
                        milliseconds_to(states_.graph(), conditions, door.place);
    reach(states_.after(door.place.edge), plus(rest, to_milliseconds(door.seconds)));
  }
  const auto arcs_from = [&](Id<GraphVertex> state) {
    const auto first = states_.first_arc();
    return states_.arcs().subspan(first[state.index], first[state.index + 1] - first[state.index]);
  };
  const auto gates = run([&](Id<GraphVertex> state, Weight ms) {
    for (const RoadStates::Arc& arc : arcs_from(state)) {
      if (conditions.closed(arc.edge)) continue;
      reach(arc.to, plus(ms, conditions.milliseconds(arc.edge) + arc.turn_ms));
    }
  });
  WaysOut ways;
  for (const Gate& gate : gates) {
    for (const RoadStates::Arc& arc : arcs_from(gate.state)) {
      if (!safe(arc.to) || roads_.lasting().conditions().closed(arc.edge)) continue;
      const double seconds = plus(gate.ms, arc.turn_ms) / 1000.0;
      ways.starts.push_back({{arc.edge, 0, 0, {}}, seconds});
      ways.longest_s = std::max(ways.longest_s, seconds);
    }
  }
  return ways;
}

}  // namespace gridmend
