#pragma once

#include <cstdint>
#include <vector>

#include "data/synth/street_plan.h"
#include "data/synth/terrain.h"

namespace gridmend {

// Which street is supplied by which feeder, and along which streets its supply comes: a shortest
// path forest from the substations, cut into feeders of about equal load.
struct FeederPlan {
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Feeder {
    std::uint32_t substation = 0;    // number
    std::uint32_t start_vertex = 0;  // where its streets begin; the substation's own or further out
    double load = 0;                 // usage points
  };

  std::vector<std::uint32_t> substation_vertices;
  std::vector<Feeder> feeders;
  std::vector<std::uint32_t> settled;         // vertices, nearest to a substation first
  std::vector<std::uint32_t> parent_vertex;   // by vertex; kNone at substations
  std::vector<std::uint32_t> parent_edge;     // by vertex
  std::vector<std::uint32_t> feeder;          // by vertex: of the edge that leads to it
  std::vector<std::uint32_t> lateral_feeder;  // by vertex: of the laterals that begin there
  std::vector<double> load_behind;            // by vertex: its edge's and everything behind it
  std::vector<std::uint32_t> host;            // by edge outside the forest: vertex it hangs on
  std::vector<double> distance_m;             // by vertex
};

// `load` is the number of usage points of each street. Every street with a load gets a feeder.
FeederPlan plan_feeders(const StreetPlan& plan, const Terrain& terrain,
                        const std::vector<std::uint32_t>& load, std::uint64_t seed);

}  // namespace gridmend
