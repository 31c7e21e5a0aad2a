#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "routing/road/fleet_roads.h"

namespace gridmend {

// An edge with a state in a pocket at one end or the other: what ways into, out of and inside
// pockets use. The roads must have safe ground.
bool touches_pocket(const FleetRoads& roads, Id<RoadEdge> edge);

// What of one FleetRoads holds for the next one, of the same index, after closures or water have
// changed somewhere. Pockets fall apart into parts that nothing but safe ground joins; in a part
// where neither roads nor ground differ, nor next to it, all ways into it, out of it and inside it
// are what they were. O(states + edges x steps), and O(1) a question. Where nothing became better,
// a way that was the best and goes by nothing that differs is so still.
class PocketChanges {
 public:
  PocketChanges(const FleetRoads& before, const FleetRoads& now);

  // Of one class, and with forecasts in the same steps: without that nothing holds.
  static bool same_steps(const FleetRoads& before, const FleetRoads& now);

  // Do ways of a site with these doors, that is in a pocket now, stay as they are?
  bool same_ways(std::span<const SearchStart> doors) const;

  // No edge is open longer or driven faster than before, in any step, and no state became ground.
  bool only_worse() const { return !nothing_holds_ && only_worse_; }
  // Are edges that touch pockets as they were all through steps [first, until)?
  bool same_inside(std::uint32_t first, std::uint32_t until) const;
  // Does nothing differ that these states have arcs of? Of a door, its edge's states count.
  bool same_at(std::span<const std::uint32_t> states) const;

 private:
  void find_parts(const FleetRoads& now);
  void find_differences(const FleetRoads& before, const FleetRoads& now);
  void find_betterments(const FleetRoads& before, const FleetRoads& now,
                        std::span<const Id<RoadEdge>> differing);
  std::uint32_t part_of(std::uint32_t state);
  void differ_at(std::uint32_t state) {
    differs_[part_of(state)] = 1;
    differs_at_[state] = 1;
  }

  const FleetRoads& before_;
  const FleetRoads& now_;
  const RoadStates& states_;
  bool nothing_holds_ = false;
  std::vector<std::uint32_t> part_;  // by state; after construction no chains are left
  std::vector<char> differs_;        // by part
  std::vector<char> differs_at_;     // by state
  std::vector<Id<RoadEdge>> edges_;  // that differ, or have a state that is ground in one only
  bool only_worse_ = false;
};

}  // namespace gridmend
