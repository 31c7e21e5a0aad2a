#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/hazard/water.h"
#include "routing/road/road_graph.h"
#include "routing/road/vehicle_limits.h"

namespace gridmend {

// A part of a stretch and the water a vehicle meets there.
struct WetPart {
  float share = 0;    // of the stretch's length; the parts of one stretch add up to 1
  float depth_m = 0;  // the deeper of the part's two ends
};

// A stretch that water touches.
struct WetStretch {
  std::uint32_t stretch = 0;
  float deepest_m = 0;     // what a vehicle on wheels meets: 0 on a bridge whose deck is dry
  float shallowest_m = 0;  // what a boat finds; 0 in a tunnel
  std::uint32_t parts_begin = 0;
  std::uint32_t parts_end = 0;
};

// An edge of it.
struct WetEdge {
  Id<RoadEdge> edge;
  std::uint32_t wet = 0;  // which of RoadWater::stretches()
  Weight driven_ms = 0;   // on wheels, each part at the speed that the water there allows
};

// The water on every road at one moment, the same for all vehicle classes: sampled once, shared by
// the conditions of each class. Only stretches inside the water's boxes are looked at.
//
// A road at grade has the depths along its line. A bridge (all pieces of it, see structure_spans)
// is dry until the water at its abutments exceeds the deck's height; what stands in the river below
// does not count. A tunnel or underpass floods as a whole as soon as any water stands at a portal
// or, unless it is a deep one, above it: it has that depth and its dip. A ford has its own dip on
// top.
class RoadWater {
 public:
  RoadWater() = default;  // dry
  // O(stretches in wet boxes x samples), and O(edges) for the structures where there is water.
  static RoadWater sample(const RoadGraph& graph, const Water& water, Time at,
                          const StructureLimits& limits = {}, double step_m = 5);

  // One standard deviation of the depths, see Water::depth_sigma_m.
  double depth_sigma_m() const { return depth_sigma_m_; }
  // Ascending by stretch.
  std::span<const WetStretch> stretches() const { return stretches_; }
  // Their edges, ascending.
  std::span<const WetEdge> edges() const { return edges_; }
  std::span<const WetPart> parts(const WetStretch& stretch) const {
    return std::span{parts_}.subspan(stretch.parts_begin, stretch.parts_end - stretch.parts_begin);
  }

 private:
  std::vector<WetStretch> stretches_;
  std::vector<WetPart> parts_;
  std::vector<WetEdge> edges_;
  double depth_sigma_m_ = 0;
};

// Of how many edges some vertex of the line lies where the grid says nothing: outside of it, or in
// a cell without a value. O(vertices of all lines).
std::size_t edges_outside(const RoadGraph& graph, const DepthGrid& grid);

}  // namespace gridmend
