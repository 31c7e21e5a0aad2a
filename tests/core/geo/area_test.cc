#include "core/geo/area.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "core/base/random.h"

namespace gridmend::area_test {
namespace {

Polyline square(double west, double south, double side) {
  return {{west, south},
          {west + side, south},
          {west + side, south + side},
          {west, south + side},
          {west, south}};
}

// A star around a place: no two of its edges cross.
Polyline star(Position centre, double reach, Random& random) {
  Polyline ring;
  const std::size_t corners = 3 + random.below(8);
  for (std::size_t i = 0; i < corners; ++i) {
    const double angle =
        2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(corners);
    const double far = reach * (0.2 + 0.8 * random.uniform());
    ring.push_back({centre.longitude_deg + far * std::cos(angle),
                    centre.latitude_deg + far * std::sin(angle)});
  }
  ring.push_back(ring.front());
  return ring;
}

// By looking at very many places along the line.
double share_inside(const Rings& rings, const Polyline& line) {
  constexpr int kSteps = 4'000;
  int inside = 0;
  int all = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    for (int k = 0; k <= kSteps; ++k, ++all) {
      const double share = static_cast<double>(k) / kSteps;
      const Position a = line[i - 1];
      const Position b = line[i];
      inside += is_inside(rings, {a.longitude_deg + share * (b.longitude_deg - a.longitude_deg),
                                  a.latitude_deg + share * (b.latitude_deg - a.latitude_deg)});
    }
  }
  return static_cast<double>(inside) / all;
}

TEST(Area, AHoleIsOutsideAndASecondOutlineInside) {
  const Rings rings{square(0, 0, 10), square(4, 4, 2), square(20, 0, 1)};
  EXPECT_TRUE(is_inside(rings, {1, 1}));
  EXPECT_FALSE(is_inside(rings, {5, 5}));
  EXPECT_TRUE(is_inside(rings, {20.5, 0.5}));
  EXPECT_FALSE(is_inside(rings, {15, 0.5}));
}

TEST(Area, ALineRunsThroughWithoutAVertexInside) {
  const Rings rings{square(0, 0, 1)};
  EXPECT_TRUE(runs_through(rings, Polyline{{-1, 0.5}, {2, 0.6}}));
  EXPECT_FALSE(runs_through(rings, Polyline{{-1, 1.5}, {2, 1.6}}));
  EXPECT_FALSE(runs_through(rings, Polyline{}));
}

TEST(Area, ALineWithinAHoleDoesNotRunThrough) {
  const Rings rings{square(0, 0, 10), square(4, 4, 2)};
  EXPECT_FALSE(runs_through(rings, Polyline{{4.5, 5}, {5.5, 5}}));
  EXPECT_TRUE(runs_through(rings, Polyline{{4.5, 5}, {6.5, 5}}));
}

TEST(Area, AgreesWithLookingAtVeryManyPlacesAlongTheLine) {
  int through = 0;
  int past = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Rings rings{star({0, 0}, 1, random)};
    if (random.chance(0.5)) rings.push_back(star({0, 0}, 0.15, random));
    if (random.chance(0.5)) rings.push_back(star({2.5, 0}, 1, random));
    Polyline line;
    for (std::size_t i = 0; i < 2 + random.below(3); ++i) {
      line.push_back({-1.5 + 5 * random.uniform(), -1.5 + 3 * random.uniform()});
    }
    const double share = share_inside(rings, line);
    if (share > 0 && share < 1e-3) continue;  // too little to be sure of
    EXPECT_EQ(runs_through(rings, line), share > 0);
    ++(share > 0 ? through : past);
  }
  EXPECT_GT(through, 50);
  EXPECT_GT(past, 50);
}

TEST(Area, SaysWhatIsWrongWithARing) {
  EXPECT_EQ(fault_of_ring(square(0, 0, 1)), nullptr);
  Polyline open = square(0, 0, 1);
  open.pop_back();
  EXPECT_NE(fault_of_ring(open), nullptr);
  EXPECT_NE(fault_of_ring({{0, 0}, {1, 0}, {0, 0}}), nullptr);
  Polyline nowhere = square(0, 0, 1);
  nowhere[1].latitude_deg = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NE(fault_of_ring(nowhere), nullptr);
}

}  // namespace
}  // namespace gridmend::area_test
