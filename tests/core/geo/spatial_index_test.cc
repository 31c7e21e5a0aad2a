#include "core/geo/spatial_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "core/base/random.h"

namespace gridmend::spatial_index_test {
namespace {

std::vector<Box> random_boxes(Random& random, std::size_t count, double size_deg) {
  std::vector<Box> boxes(count);
  for (Box& box : boxes) {
    // A coarse grid, so that boxes touch and tie often.
    const double west = 120 + static_cast<double>(random.below(40)) * 0.001;
    const double south = 30 + static_cast<double>(random.below(40)) * 0.001;
    box = {west, south, west + std::round(random.uniform() * size_deg * 1000) / 1000,
           south + std::round(random.uniform() * size_deg * 1000) / 1000};
  }
  return boxes;
}

double away(const Box& box, Position from, double east_scale) {
  const double east = std::max({box.west_deg * east_scale - from.longitude_deg * east_scale, 0.0,
                                from.longitude_deg * east_scale - box.east_deg * east_scale});
  const double north =
      std::max({box.south_deg - from.latitude_deg, 0.0, from.latitude_deg - box.north_deg});
  return east * east + north * north;
}

TEST(SpatialIndex, FindsEveryBoxThatTouchesAndNoOther) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const std::vector<Box> boxes = random_boxes(random, random.below(300), 0.01);
    const SpatialIndex index{boxes};
    for (const Box& area : random_boxes(random, 20, 0.02)) {
      const auto scan = [&](double slack_deg) {
        std::vector<std::uint32_t> scanned;
        for (std::uint32_t i = 0; i < boxes.size(); ++i) {
          const Box& b = boxes[i];
          if (b.west_deg <= area.east_deg + slack_deg && area.west_deg <= b.east_deg + slack_deg &&
              b.south_deg <= area.north_deg + slack_deg &&
              area.south_deg <= b.north_deg + slack_deg) {
            scanned.push_back(i);
          }
        }
        return scanned;
      };
      // Boxes a rounding apart may be found or not; all that touch must be.
      const std::vector<std::uint32_t> found = index.touching(area);
      ASSERT_TRUE(std::ranges::includes(found, scan(0)));
      ASSERT_TRUE(std::ranges::includes(scan(1e-12), found));
    }
  }
}

TEST(SpatialIndex, NearestIsWhatALinearScanFindsTiesByNumber) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const std::vector<Box> boxes = random_boxes(random, random.below(200), 0.004);
    const SpatialIndex index{boxes};
    double south = 90;
    double north = -90;
    for (const Box& box : boxes) {
      south = std::min(south, box.south_deg);
      north = std::max(north, box.north_deg);
    }
    const double scale = std::cos((south + north) / 2 * std::numbers::pi / 180);
    for (int query = 0; query < 20; ++query) {
      const Position from{random.uniform(119.99, 120.05), random.uniform(29.99, 30.05)};
      const std::size_t count = random.below(boxes.size() + 5);
      std::vector<std::pair<double, std::uint32_t>> scanned;
      for (std::uint32_t i = 0; i < boxes.size(); ++i) {
        scanned.emplace_back(away(boxes[i], from, scale), i);
      }
      std::ranges::sort(scanned);
      scanned.resize(std::min(count, scanned.size()));
      const std::vector<std::uint32_t> found = index.nearest(from, count);
      ASSERT_EQ(found.size(), scanned.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        // Equal but for the rounding of two ways to compute one distance.
        ASSERT_NEAR(std::sqrt(away(boxes[found[i]], from, scale)), std::sqrt(scanned[i].first),
                    1e-9);
      }
    }
  }
}

TEST(SpatialIndex, TiesForTheLastPlaceGoToTheLowestNumber) {
  const std::vector<Position> points(50, Position{120, 30});
  const SpatialIndex index{points};
  EXPECT_EQ(index.nearest({120.1, 30}, 3), (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(SpatialIndex, NearIsMeantInMetresAndNotInDegrees) {
  // At 60 N a degree of longitude is half as long as one of latitude.
  const std::vector<Position> points{{10.0, 60.010}, {10.015, 60.0}};
  EXPECT_EQ(SpatialIndex{points}.nearest({10, 60}, 1), (std::vector<std::uint32_t>{1}));
}

TEST(SpatialIndex, MayBeEmptyAndMayBeMoved) {
  SpatialIndex index{std::span<const Box>{}};
  EXPECT_TRUE(index.touching({-180, -90, 180, 90}).empty());
  EXPECT_TRUE(index.nearest({0, 0}, 3).empty());
  const std::vector<Position> points{{1, 1}};
  index = SpatialIndex{points};
  EXPECT_EQ(index.nearest({0, 0}, 3).size(), 1U);
  EXPECT_TRUE(index.nearest({0, 0}, 0).empty());
}

TEST(Box, AroundAPlaceHoldsEverythingWithinItsRadius) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random{seed};
    const Position centre{random.uniform(-170, 170), random.uniform(-70, 70)};
    const double radius = random.uniform(1, 5000);
    const Box box = box_around(centre, radius);
    const double bearing = random.uniform(0, 2 * std::numbers::pi);
    const Position inside = LocalPlane{centre}.to_position(
        {0.999 * radius * std::sin(bearing), 0.999 * radius * std::cos(bearing)});
    ASSERT_TRUE(box.west_deg <= inside.longitude_deg && inside.longitude_deg <= box.east_deg &&
                box.south_deg <= inside.latitude_deg && inside.latitude_deg <= box.north_deg)
        << "seed " << seed;
  }
}

TEST(Box, OfALineTouchesItsExtremes) {
  const Polyline line{{3, -2}, {-1, 5}, {2, 1}};
  const Box box = box_of(line);
  EXPECT_EQ(box.west_deg, -1);
  EXPECT_EQ(box.east_deg, 3);
  EXPECT_EQ(box.south_deg, -2);
  EXPECT_EQ(box.north_deg, 5);
}

}  // namespace
}  // namespace gridmend::spatial_index_test
