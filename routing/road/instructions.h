#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "routing/road/travel_times.h"

namespace gridmend {

enum class Manoeuvre : std::uint8_t {
  depart,
  straight_on,
  slight_left,
  left,
  sharp_left,
  slight_right,
  right,
  sharp_right,
  turn_round,
  arrive,
  launch,  // from the road into the boat
  land,    // and back
};

std::string_view to_string(Manoeuvre manoeuvre);

// One thing to do on the way, and what follows until the next.
struct Instruction {
  Manoeuvre manoeuvre = Manoeuvre::depart;
  std::string street;  // that follows; empty: the source has no name for it
  RoadClass road_class = RoadClass::residential;
  bool same_street = false;  // the street itself turns here
  bool over_bridge = false;
  bool through_tunnel = false;
  double heading_deg = 0;  // of what follows: 0 north, 90 east
  int side = 0;            // arrive: where the site lies, 1 on the right, -1 on the left, 0 ahead
  double length_m = 0;
  double seconds = 0;
  Position position;  // where it is done
};

// The path as it is told: one instruction a street, and where a street itself turns at a junction
// by 45 degrees or more. Left and right are told by the angle between the last and the first 15 m:
// less than 25 degrees is straight on, from 50 a turn, from 120 a sharp one, from 165 turning
// round. Pieces without a name shorter than 30 m belong to the street before. The first is
// `depart`, the last `arrive`; lengths and seconds add up to what is driven. Of a path without
// edges: `arrive`.
std::vector<Instruction> instructions(const RoadGraph& graph, const RoadConditions& conditions,
                                      const RoadPath& path);

// "Turn left into Main Street, bridge"; "左转进入人民路，过桥".
std::string say_in_english(const Instruction& instruction);
std::string say_in_chinese(const Instruction& instruction);

}  // namespace gridmend
