#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/geo/area.h"
#include "routing/road/road_graph.h"

namespace gridmend {

// A stretch or an area that must not be driven, whoever says so.
struct RoadClosure {
  std::string id;
  Polyline line;  // edges that run along it within 15 m, or pass a single position, are closed
  Time from{};
  std::optional<Time> until;  // the first moment it no longer holds
  std::string reason;
  Rings area = {};  // instead of a line: every edge that runs through it is closed

  bool holds(Time at) const { return from <= at && (!until || at < *until); }
};

// Refuses an empty id, neither a line nor an area or both, rings that do not close, positions off
// the earth, an end before the beginning.
Result<void> validate(const RoadClosure& closure);

// What a closure closes, ascending, whenever it holds. For a line: edges that run beside it, within
// 15 m and 35 degrees, for at least 10 m (or half of the shorter of the two), so that a street that
// only crosses it stays open. For a single position: the nearest edges within 15 m; at a junction
// those are all that meet there. For an area: every edge of which some part lies inside, bridges
// and tunnels too. Empty when no road is near: whoever closes should be told.
std::vector<Id<RoadEdge>> closed_edges(const RoadGraph& graph, const RoadClosure& closure);

}  // namespace gridmend
