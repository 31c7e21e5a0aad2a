#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/network/records.h"
#include "data/synth/street_plan.h"
#include "data/synth/terrain.h"

namespace gridmend {

// A distribution network laid along a town's streets, in the town's plane; numbers refer to the
// tables here. Every usage point is supplied by exactly one path in normal operation.

struct TownSubstation {
  PlanePoint at;
};
struct TownFeeder {
  std::uint32_t substation = 0;
  std::uint32_t source_node = 0;
};
struct TownLine {
  DeviceKind kind = DeviceKind::ac_line_segment;
  std::uint32_t from = 0;  // nodes
  std::uint32_t to = 0;
  std::uint32_t shape_begin = 0;  // in TownNetwork::shapes, both ends included
  std::uint32_t shape_end = 0;
  std::uint32_t feeder = 0;
  PhaseSet phases = PhaseSet::abc();
  bool low_voltage = false;
  bool underground = false;
};
struct TownSwitch {
  DeviceKind kind = DeviceKind::fuse;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t feeder = 0;
  PlanePoint at;
  bool normally_open = false;
};
struct TownTransformer {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t feeder = 0;
  PlanePoint at;
  float rated_kva = 0;
  float live_part_height_m = 0;
};
struct TownUsagePoint {
  std::uint32_t node = 0;
  std::uint32_t transformer = 0;
  PlanePoint at;
  std::uint32_t street = 0;  // name in the plan
  std::uint16_t house = 0;
  PhaseSet phases;
  UsagePointCategory category = UsagePointCategory::residential;
};

struct TownNetwork {
  std::vector<TownSubstation> substations;
  std::vector<TownFeeder> feeders;
  std::vector<PlanePoint> nodes;
  std::vector<TownLine> lines;
  std::vector<TownSwitch> switches;
  std::vector<TownTransformer> transformers;
  std::vector<TownUsagePoint> usage_points;
  std::vector<PlanePoint> shapes;
};

// Substations stand apart from each other on higher ground; feeders of about equal load grow along
// the shortest streets from them (far ones through a cable of their own), with a breaker at the
// head, reclosers on the trunk, fuses before laterals, and normally open ties to their neighbours;
// transformers hang on them, low voltage and service drops on those. Exactly `usage_points` usage
// points, when the plan has any street that is built on. Same arguments, same network.
// O(streets log streets + usage points).
TownNetwork grow_network(const StreetPlan& plan, const Terrain& terrain, std::uint64_t usage_points,
                         std::uint64_t seed);

}  // namespace gridmend
