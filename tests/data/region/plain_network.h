#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "data/region/region.h"

namespace gridmend {

// A network as lists that refer by name, easily edited, and the region made of it. Names:
//
//   sK--BK--bK.0--LK.0--bK.1--LK.1-- ... --TIEK/-- (the next feeder's end)
//             |           |
//            FK.0        FK.1        fuse, then a node fK.i
//             |           |
//            TK.0        TK.1        transformer, then a node tK.i with usage points uK.i.j
struct PlainNetwork {
  struct Node {
    std::string mrid;
    Position position;
  };
  struct Feeder {
    std::string mrid, name, substation, source_node;
  };
  struct Device {
    std::string mrid;
    DeviceKind kind = DeviceKind::ac_line_segment;
    std::string from, to, feeder;
    Position position;
    bool normally_open = false;
    PhaseSet phases = PhaseSet::abc();
    float rated_kva = 0;
    float length_m = 0;
    std::vector<Position> line;
  };
  struct UsagePoint {
    std::string mrid, address, node, transformer, group;
    Position position;
    std::uint16_t customers = 1;
    UsagePointCategory category = UsagePointCategory::residential;
  };

  std::vector<std::string> substations;
  std::vector<Feeder> feeders;
  std::vector<Node> nodes;
  std::vector<Device> devices;
  std::vector<UsagePoint> usage_points;
  bool roads = false;  // one street, so that the region has some

  Device& device(const std::string& mrid);
  UsagePoint& usage_point(const std::string& mrid);
  Node& node(const std::string& mrid);
  void erase_device(const std::string& mrid);
  void erase_node(const std::string& mrid);
  void erase_usage_point(const std::string& mrid);
  // The fuse `F` + stem, its transformer, nodes and usage points hung on `node`.
  void add_branch(const std::string& stem, const std::string& node, int usage_points,
                  Position position);
  void erase_branch(const std::string& stem);

  // Every table in a random order; in the order given when there is none.
  Region to_region(Random* order = nullptr) const;
};

// Feeders of `branches` branches with `usage_points` each.
PlainNetwork plain_network(int feeders, int branches, int usage_points);

}  // namespace gridmend
