#include "data/synth/street_growth.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "core/base/random.h"
#include "data/synth/noise.h"
#include "data/synth/street_lattice.h"

namespace gridmend {

TownSize town_size(std::uint64_t usage_points) {
  const auto n = static_cast<double>(usage_points);
  TownSize size;
  size.spacing_m = 104;
  size.streets = std::max(30.0, n / (3.2 * std::pow(n, 0.2)));
  const double cells = size.streets / 2.3;
  size.reach_m = std::max(260.0, std::sqrt(cells * size.spacing_m * size.spacing_m / 2.2));
  return size;
}

namespace {

// Joins what hangs together; answers whether two things did not before.
class Joined {
 public:
  explicit Joined(std::size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), 0U);
  }
  bool join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    if (a == b) return false;
    parent_[std::max(a, b)] = std::min(a, b);
    return true;
  }

 private:
  std::uint32_t root(std::uint32_t v) {
    while (parent_[v] != v) v = parent_[v] = parent_[parent_[v]];
    return v;
  }
  std::vector<std::uint32_t> parent_;
};

// Two local blocks become one where a street between them goes; nothing is cut off by it.
void merge_some_blocks(StreetLattice& lattice, double share, Random& random) {
  Joined joined{lattice.vertices.size()};
  std::vector<std::uint32_t> doubtful;
  for (std::uint32_t i = 0; i < lattice.stretches.size(); ++i) {
    LatticeStretch& s = lattice.stretches[i];
    if (!s.present) continue;
    const bool local = s.level >= 3 && s.structure == RoadStructure::at_grade;
    if (local && random.chance(share)) {
      doubtful.push_back(i);
    } else {
      joined.join(s.a, s.b);
    }
  }
  for (const std::uint32_t i : doubtful) {
    LatticeStretch& s = lattice.stretches[i];
    if (!joined.join(s.a, s.b)) s.present = false;
  }
}

// Lanes inside blocks. A lane starts at a point on one side of a block and ends on the opposite
// side (crossing another lane in the middle) or blind in the middle.
class LaneLayer {
 public:
  LaneLayer(StreetLattice& lattice, double reach_m, Random random, std::uint64_t noise_seed)
      : lattice_(lattice), reach_m_(reach_m), random_(random), noise_(noise_seed) {}

  void lay() {
    for (const LatticeCell& cell : lattice_.cells) {
      const bool whole = std::ranges::all_of(cell.sides, [this](std::uint32_t s) {
        return s != LatticeCell::kNone && lattice_.stretches[s].present &&
               lattice_.stretches[s].structure == RoadStructure::at_grade;
      });
      if (whole) lay_in(cell);
    }
  }

 private:
  void lay_in(const LatticeCell& cell) {
    const PlanePoint middle = middle_of(cell);
    const double far = std::hypot(middle.east_m, middle.north_m) / reach_m_;
    const double old = std::exp(-far * far / 0.10) + 0.35 * noise_.at(middle, 0.35 * reach_m_);
    const double dice = random_.uniform();
    if (old > 0.45 && dice < 0.5) {
      cross(cell, middle);
    } else if (old > 0.45 || dice < 0.12) {
      through(cell, random_.chance(0.5) ? 0 : 1);
    } else if (dice < 0.34) {
      blind(cell, middle);
    }
  }

  PlanePoint middle_of(const LatticeCell& cell) {
    PlanePoint sum;
    for (const std::uint32_t s : cell.sides) {
      for (const std::uint32_t v : {lattice_.stretches[s].a, lattice_.stretches[s].b}) {
        sum.east_m += lattice_.vertices[v].at.east_m / 8;
        sum.north_m += lattice_.vertices[v].at.north_m / 8;
      }
    }
    sum.east_m += random_.uniform(-9, 9);
    sum.north_m += random_.uniform(-9, 9);
    return sum;
  }

  // The vertex where lanes meet this side; made on first use, shared by the blocks on both sides.
  std::uint32_t gate(std::uint32_t stretch) {
    LatticeStretch& s = lattice_.stretches[stretch];
    if (s.gate == LatticeStretch::kNone) {
      const double t = random_.uniform(0.4, 0.6);
      const PlanePoint a = lattice_.vertices[s.a].at;
      const PlanePoint b = lattice_.vertices[s.b].at;
      s.gate =
          lattice_.add_vertex({a.east_m + t * (b.east_m - a.east_m) + random_.uniform(-2, 2),
                               a.north_m + t * (b.north_m - a.north_m) + random_.uniform(-2, 2)});
    }
    return s.gate;
  }

  void lane(std::uint32_t from, std::uint32_t to, std::uint32_t name) {
    LatticeStretch s;
    s.a = from;
    s.b = to;
    s.level = 4;
    s.name = name;
    s.driving = random_.chance(0.12) ? Driving::along : Driving::both_ways;
    lattice_.stretches.push_back(s);
  }

  void through(const LatticeCell& cell, std::size_t side) {
    const std::uint32_t from = gate(cell.sides[side]);
    lane(from, gate(cell.sides[side + 2]), lattice_.add_name(RoadClass::living_street));
  }

  void cross(const LatticeCell& cell, PlanePoint middle) {
    const std::uint32_t centre = lattice_.add_vertex(middle);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const std::uint32_t name = lattice_.add_name(RoadClass::living_street);
      lane(gate(cell.sides[axis]), centre, name);
      lane(centre, gate(cell.sides[axis + 2]), name);
    }
  }

  void blind(const LatticeCell& cell, PlanePoint middle) {
    const std::uint32_t from = gate(cell.sides[random_.below(4)]);
    lane(from, lattice_.add_vertex(middle), lattice_.add_name(RoadClass::living_street));
  }

  StreetLattice& lattice_;
  double reach_m_;
  Random random_;
  Noise noise_;
};

RoadClass class_of(int level) {
  switch (level) {
    case 0:
      return RoadClass::primary;
    case 1:
      return RoadClass::secondary;
    case 2:
      return RoadClass::tertiary;
    case 3:
      return RoadClass::residential;
    default:
      return RoadClass::living_street;
  }
}

// Adds edges for one stretch: straight, in two parts where lanes meet it, or in three where the
// middle passes under or over the railway.
void add_edges(StreetPlan& plan, const LatticeStretch& s) {
  StreetEdge edge;
  edge.a = s.a;
  edge.b = s.b;
  edge.name = s.name;
  edge.road_class = class_of(s.level);
  edge.driving = s.driving;
  edge.built_on = s.structure == RoadStructure::at_grade && !s.way_out;
  if (s.gate != LatticeStretch::kNone) {
    edge.b = s.gate;
    plan.edges.push_back(edge);
    edge.a = s.gate;
    edge.b = s.b;
  }
  if (s.structure == RoadStructure::at_grade || !s.over_railway) {
    edge.structure = s.structure;
    edge.layer = s.structure == RoadStructure::bridge ? 1 : 0;
    plan.edges.push_back(edge);
    return;
  }
  const PlanePoint a = plan.vertices[s.a].at;
  const PlanePoint b = plan.vertices[s.b].at;
  std::uint32_t last = s.a;
  for (const double t : {0.34, 0.66, 1.0}) {
    std::uint32_t next = s.b;
    if (t < 1) {
      next = static_cast<std::uint32_t>(plan.vertices.size());
      plan.vertices.push_back(
          {{a.east_m + t * (b.east_m - a.east_m), a.north_m + t * (b.north_m - a.north_m)}});
    }
    const bool middle = last != s.a && t < 1;
    edge.a = last;
    edge.b = next;
    edge.structure = middle ? s.structure : RoadStructure::at_grade;
    edge.layer = 0;
    if (middle) edge.layer = s.structure == RoadStructure::tunnel ? -1 : 1;
    plan.edges.push_back(edge);
    last = next;
  }
}

}  // namespace

StreetPlan grow_streets(const TownSize& size, const River& river, const TownFrame& frame,
                        std::uint64_t seed) {
  const Random random{seed};
  StreetLattice lattice = lay_lattice(size, river, seed);
  Random merging = random.fork(2);
  merge_some_blocks(lattice, size.merged_share, merging);
  LaneLayer{lattice, size.reach_m, random.fork(3), seed ^ 0x5eed}.lay();

  StreetPlan plan;
  plan.frame = frame;
  plan.reach_m = size.reach_m;
  plan.vertices = lattice.vertices;
  plan.names = lattice.names;
  plan.railway = lattice.railway;
  for (const LatticeStretch& s : lattice.stretches) {
    if (s.present) add_edges(plan, s);
  }
  keep_largest_part(plan);
  make_strongly_connected(plan);
  return plan;
}

}  // namespace gridmend
