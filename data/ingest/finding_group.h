#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/network/network_model.h"
#include "data/region/defect.h"

namespace gridmend {

// A finding about many features at once ("406 connectivity nodes have no position"): one defect of
// the log, and here whom it is about, 4 bytes each however many they are.
struct FindingGroup {
  DefectClass defect_class = DefectClass::missing_geometry;
  DefectSeverity severity = DefectSeverity::note;
  std::string statement;  // of all, as the defect says it: their number and the first few
  std::string message;    // of each: "has no position"
  std::string action;     // what was done about it
  // One of the two is filled; by their place in the network.
  std::vector<Id<ConnectivityNode>> nodes = {};
  std::vector<Id<UsagePoint>> usage_points = {};

  std::size_t size() const { return nodes.size() + usage_points.size(); }
};

struct FindingGroups {
  std::vector<FindingGroup> groups = {};
  std::vector<ErrorPlace> layers = {};                   // file and layer, by number
  std::vector<std::uint16_t> layer_of_usage_point = {};  // by Id<UsagePoint>
};

inline constexpr std::size_t kNamedOfAGroup = 5;

// "'a', 'b', 'c', 'd', 'e' and 401 more" of `first`, at most kNamedOfAGroup, and how many there
// are.
std::string first_of(const std::vector<std::string>& first, std::size_t all);

// Calls `visit` with a defect of its own for every feature of every group, until it refuses: of the
// group's class, severity and action, at the position the feature was given. O(features).
Result<void> each_member(const FindingGroups& groups, const NetworkModel& network,
                         const std::function<Result<void>(const Defect&)>& visit);

}  // namespace gridmend
