#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "routing/road/road_access.h"
#include "routing/road/road_index.h"

namespace gridmend {

// Where a boat goes from its trailer into the water and back: a ramp, a flooded crossroads that
// trucks reach.
struct LaunchPoint {
  std::string id;
  Position position;
};

struct BoatSettings {
  std::vector<LaunchPoint> launches;
  VehicleClass trailer = VehicleClass::truck;  // what brings the boat along
  double launch_s = 900;                       // to launch it, and to take it out again
  // From a launch point to a road that is open and to water deep enough, and from a crew that is
  // afloat: the boat is carried or pushed so far.
  double reach_m = 300;
};

// The roads of one moment as a crew with a boat has them: under the trailer, and under the keel.
// Both metrics are of one index and must outlive it.
struct BoatRoads {
  const RoadMetric& on_wheels;
  const RoadMetric& afloat;
  const BoatSettings& settings;
  const SnapSettings& snap;
};

// A crew may drive, launch, row, land and drive again, as often as it helps; the trailer is brought
// round to where it lands. It begins on its wheels, or afloat when there is water within reach_m;
// it ends where it can be reached by road, or on foot from where the boat lands. Row by row,
// infinite where there is no way. O(launches^2) beside the matrices.
std::vector<double> boat_matrix(const BoatRoads& roads, std::span<const Position> origins,
                                std::span<const Position> destinations);

struct BoatLeg {
  bool afloat = false;
  RoadPath path;
};
struct BoatWay {
  double seconds = 0;  // launching and landing included
  std::vector<BoatLeg> legs;
};
std::optional<BoatWay> boat_way(const BoatRoads& roads, Position from, Position to);

// As instructions() of a single path, with `launch` and `land` between the legs.
std::vector<Instruction> instructions(const BoatRoads& roads, const BoatWay& way);

// find_access() for such a crew: the roads to the launch points, and the water from there on, stay
// as they are wanted from when it sets out until it is out of the water again. Without launch
// points it has to be afloat at both ends, within reach_m.
RoadAccess find_boat_access(const RoadIndex& index, const ChangingRoads& roads,
                            const BoatSettings& settings, const AccessQuestion& question,
                            SampledWater& sampled);

}  // namespace gridmend
