#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/printable.h"
#include "core/network/supply_forest.h"
#include "data/region/region.h"

namespace gridmend {

// What a region holds, as import and inspect say it.
struct RegionSummary {
  struct FeederLine {
    std::string mrid, name, substation;
    double nominal_kv = 0;
    std::size_t devices = 0, usage_points = 0, customers = 0;
    double line_km = 0;
  };
  struct DefectLine {
    std::string severity, defect_class;
    std::size_t count = 0;
  };

  std::size_t feeders = 0, substations = 0, connectivity_nodes = 0;
  std::size_t switches = 0, switches_normally_open = 0;
  std::size_t transformers = 0, voltage_regulators = 0;
  std::size_t line_segments = 0, service_drops = 0;
  std::size_t usage_points = 0, usage_points_supplied = 0, customers = 0;
  std::size_t islands = 0;    // without supply: two nodes or more, or usage points
  std::size_t open_ends = 0;  // single nodes without supply or usage points, behind open switches
  std::size_t loops = 0;      // closed devices that close one
  std::size_t road_vertices = 0, road_edges = 0;
  std::size_t defects = 0;
  bool id_verified = false;                                       // computed anew from the content
  std::vector<std::pair<std::string, std::size_t>> device_kinds;  // those there are
  std::vector<FeederLine> feeder_lines;
  std::vector<DefectLine> defect_lines;  // by falling severity, then class
};

// Under the normal switch positions. O(size of the region).
RegionSummary summarise(const Region& region, const SupplyForest& forest,
                        const SwitchState& switches);

std::string summary_text(const Region& region, const RegionSummary& summary);
// Snake_case keys; see the architecture's `inspect --json`.
std::string summary_json(const Region& region, const RegionSummary& summary);

std::string defects_text(const RegionSummary& summary);

// "1 feeder", "2 feeders", "3 switches".
std::string counted(std::size_t number, const std::string& noun);
std::string_view to_string(RoadOrigin origin);

}  // namespace gridmend
