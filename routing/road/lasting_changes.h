#pragma once

#include <span>
#include <vector>

#include "routing/road/fleet_roads.h"

namespace gridmend {

// Between one FleetRoads and the next, of the same index and vehicle class: which ways over lasting
// roads cost what they did? One that is shorter than any by way of an edge that differs, each
// measured from its beginning to the nearest such edge and from the nearest on. O(edges of the
// hierarchy), and O(1) a way.
class LastingChanges {
 public:
  LastingChanges(const FleetRoads& before, const FleetRoads& now);

  // So many edges differ that it is not worth asking.
  bool too_many() const { return too_many_; }
  bool differs(Id<RoadEdge> edge) const { return differs_[edge.index] != 0; }
  // From starts, none of them on an edge that differs, to behind the nearest edge that does, at the
  // least; kNoWay: there is no way.
  Weight to_nearest(const FleetRoads& now, std::span<const SearchStart> starts) const {
    return least_on_from(now.lasting(), starts, to_);
  }
  // The same from behind it to goals.
  Weight from_nearest(const FleetRoads& now, std::span<const SearchGoal> goals) const {
    return least_up_to(now.lasting(), from_, goals);
  }
  // Does the way, which cost `ms`, still cost as much?
  bool same(Weight ms, Weight to_nearest, Weight from_nearest) const {
    return ms < plus(to_nearest, from_nearest) || (ms >= kNoWay && only_worse_);
  }

 private:
  std::vector<char> differs_;      // by edge
  std::vector<Weight> to_, from_;  // by state
  bool too_many_ = false;
  bool only_worse_ = true;
};

}  // namespace gridmend
