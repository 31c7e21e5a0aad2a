#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/network/supply_forest.h"
#include "data/region/region.h"

namespace gridmend {

// One feeder as it is supplied in normal operation.
struct FeederPage {
  // An open switch at the feeder's edge.
  struct Tie {
    Id<Device> device;
    Id<Feeder> neighbour;  // none: nothing is supplied there
    bool inside = false;   // both its ends are this feeder's
  };

  Id<Feeder> feeder;
  std::map<DeviceKind, std::size_t> devices;  // that supply flows through, and loops
  std::size_t normally_open = 0;
  std::size_t loops = 0;
  double line_km = 0, service_drop_km = 0, underground_km = 0, rated_kva = 0;
  std::map<std::string, double> line_km_by_phases;
  std::size_t connectivity_nodes = 0, usage_points = 0, customers = 0;
  std::map<UsagePointCategory, std::size_t> customers_by_category;
  std::map<std::string, std::size_t> usage_points_by_phases;
  std::vector<Id<UsagePoint>> critical;  // life support, hospitals, water, shelters, emergency
  std::vector<Tie> ties;
  std::vector<std::size_t> defects;  // numbers in Region::defects
};

// O(devices + usage points).
FeederPage describe_feeder(const Region& region, const SupplyForest& forest, Id<Feeder> feeder);

std::string feeder_text(const Region& region, const FeederPage& page);
// One JSON document with snake_case keys.
std::string feeder_json(const Region& region, const FeederPage& page);

}  // namespace gridmend
