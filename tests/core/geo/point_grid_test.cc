#include "core/geo/point_grid.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/random.h"
#include "core/geo/spatial_index.h"

namespace gridmend::point_grid_test {
namespace {

// On a coarse raster, so that many tie and coincide; some far from all others, all in one line.
std::vector<Position> random_points(Random& random) {
  std::vector<Position> points(random.below(400));
  const double step = random.chance(.5) ? 1e-3 : 1e-4;
  const bool in_line = random.chance(.1);
  for (Position& p : points) {
    p = {120 + static_cast<double>(random.below(30)) * step,
         in_line ? 30 : 30 + static_cast<double>(random.below(30)) * step};
    if (random.chance(.02)) p.longitude_deg += random.uniform(-3, 3);
  }
  return points;
}

TEST(PointGrid, FindsWhatTheSpatialIndexFindsTiesIncluded) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const std::vector<Position> points = random_points(random);
    const PointGrid grid{points};
    const SpatialIndex index{std::span<const Position>{points}};
    for (int i = 0; i < 40; ++i) {
      Position from{120 + random.uniform(-.01, .04), 30 + random.uniform(-.01, .04)};
      if (random.chance(.2) && !points.empty()) from = points[random.below(points.size())];
      if (random.chance(.1)) from = {random.uniform(-180, 180), random.uniform(-90, 90)};
      const std::size_t count = random.below(12);
      EXPECT_EQ(grid.nearest(from, count), index.nearest(from, count));
    }
  }
}

TEST(PointGrid, AnswersNothingWhereThereIsNothing) {
  EXPECT_TRUE(PointGrid{{}}.nearest({120, 30}, 3).empty());
  const std::vector<Position> one{{120, 30}};
  EXPECT_TRUE(PointGrid{one}.nearest({120, 30}, 0).empty());
  EXPECT_EQ(PointGrid{one}.nearest({-60, -30}, 5), std::vector<std::uint32_t>{0});
}

}  // namespace
}  // namespace gridmend::point_grid_test
