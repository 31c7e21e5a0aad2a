#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/synth/river.h"
#include "data/synth/street_growth.h"
#include "data/synth/street_plan.h"

namespace gridmend {

// The town's streets before lanes: what grow_streets() starts from.
struct LatticeStretch {
  static constexpr std::uint32_t kNone = 0xffffffff;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t gate = kNone;  // vertex where lanes meet it
  std::uint32_t name = 0;
  int level = 3;  // 0 avenue, 1 main road, 2 road, 3 street, 4 lane
  RoadStructure structure = RoadStructure::at_grade;
  Driving driving = Driving::both_ways;
  bool over_railway = false;  // the structure is at its middle, not its whole length
  bool way_out = false;       // leads out of the town: no houses
  bool present = true;
};

// A block and its sides: south, west, north, east as the lattice counts.
struct LatticeCell {
  static constexpr std::uint32_t kNone = 0xffffffff;
  std::array<std::uint32_t, 4> sides;
};

struct StreetLattice {
  std::vector<StreetVertex> vertices;
  std::vector<LatticeStretch> stretches;
  std::vector<LatticeCell> cells;
  std::vector<StreetName> names;
  std::vector<PlanePoint> railway;
  std::array<std::size_t, 3> names_used = {0, 0, 0};  // avenues, roads and streets, lanes

  std::uint32_t add_vertex(PlanePoint at);
  std::uint32_t add_name(RoadClass road_class);
};

// Rows along both banks, columns across them, bridges, the railway with its crossings.
StreetLattice lay_lattice(const TownSize& size, const River& river, std::uint64_t seed);

}  // namespace gridmend
