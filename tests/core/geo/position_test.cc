#include "core/geo/position.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "core/base/random.h"

namespace gridmend::position_test {
namespace {

constexpr double kEarthRadius_m = 6371008.8;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Position somewhere_near(Random& random, Position centre, double degrees) {
  return {centre.longitude_deg + random.uniform(-degrees, degrees),
          centre.latitude_deg + random.uniform(-degrees, degrees)};
}

Polyline random_polyline(Random& random, Position centre) {
  Polyline line(1 + random.below(8));
  for (Position& vertex : line) vertex = somewhere_near(random, centre, 0.02);
  if (line.size() > 2 && random.chance(0.3)) line[1] = line[0];  // a segment without length
  return line;
}

TEST(IsOnEarth, RefusesWhatIsNotAPlace) {
  EXPECT_TRUE(is_on_earth({-180, 90}));
  EXPECT_TRUE(is_on_earth({180, -90}));
  EXPECT_FALSE(is_on_earth({180.0001, 0}));
  EXPECT_FALSE(is_on_earth({0, -90.0001}));
  EXPECT_FALSE(is_on_earth({kNan, 0}));
  EXPECT_FALSE(is_on_earth({0, kNan}));
  EXPECT_FALSE(is_on_earth({kInfinity, 0}));
  EXPECT_FALSE(is_on_earth({0, -kInfinity}));
}

// The great circle on the mean sphere follows from spherical trigonometry; the geodesics on the
// ellipsoid are published (Karney's GeodSolve, WGS 84) and lie within the 0.6 % that is promised.
TEST(Distance, AgreesWithPublishedGeodesics) {
  const struct {
    const char* between;
    Position a, b;
    double geodesic_m;
  } cases[] = {
      {"New York JFK and London Heathrow", {-73.8, 40.6}, {-0.5, 51.6}, 5551759.400},
      {"one degree of the equator", {0, 0}, {1, 0}, 111319.491},
      {"one degree of a meridian at the equator", {0, 0}, {0, 1}, 110574.389},
      {"one degree of a meridian at 45 N", {0, 44.5}, {0, 45.5}, 111131.779},
      {"equator and pole", {20, 0}, {20, 90}, 10001965.729},
      {"across the antimeridian", {179.5, 0}, {-179.5, 0}, 111319.491},
  };
  for (const auto& c : cases) {
    EXPECT_NEAR(distance_m(c.a, c.b), c.geodesic_m, 0.006 * c.geodesic_m) << c.between;
  }
}

TEST(Distance, IsTheGreatCircleOfTheMeanSphere) {
  const double quarter = std::numbers::pi / 2 * kEarthRadius_m;
  EXPECT_NEAR(distance_m({0, 0}, {90, 0}), quarter, 1e-3);
  EXPECT_NEAR(distance_m({13, 0}, {77, 90}), quarter, 1e-3);
  EXPECT_NEAR(distance_m({0, 0}, {180, 0}), 2 * quarter, 1e-3);
  EXPECT_NEAR(distance_m({10, 20}, {-170, -20}), 2 * quarter, 1e-3);
  EXPECT_EQ(distance_m({12.5, 41.9}, {12.5, 41.9}), 0);
}

TEST(Distance, IsSymmetricAndKeepsTheTriangleInequality) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Random random{seed};
    const auto anywhere = [&random] {
      return Position{random.uniform(-180, 180), random.uniform(-90, 90)};
    };
    const Position a = anywhere();
    const Position b = anywhere();
    const Position c = anywhere();
    ASSERT_NEAR(distance_m(a, b), distance_m(b, a), 1e-6) << "seed " << seed;
    ASSERT_LE(distance_m(a, c), distance_m(a, b) + distance_m(b, c) + 1e-6) << "seed " << seed;
  }
}

TEST(Distance, MeasuresCentimetres) {
  const Position a{116.4, 39.9};
  const Position b = LocalPlane{a}.to_position({0.01, 0});
  EXPECT_NEAR(distance_m(a, b), 0.01, 1e-5);
}

TEST(Length, IsTheSumOfTheSegments) {
  EXPECT_EQ(length_m({}), 0);
  const Polyline point{{1, 2}};
  EXPECT_EQ(length_m(point), 0);
  const Polyline line{{0, 0}, {1, 0}, {1, 0}, {1, 1}};
  EXPECT_NEAR(length_m(line), 2 * std::numbers::pi / 180 * kEarthRadius_m, 1e-6);
}

TEST(LocalPlane, AgreesWithTheGreatCircleAsFarAsItPromises) {
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    Random random{seed};
    const Position origin{random.uniform(-170, 170), random.uniform(-60, 60)};
    const LocalPlane plane{origin};
    const double bearing = random.uniform(0, 2 * std::numbers::pi);
    const double away = random.uniform(1, 50000);
    const PlanePoint point{away * std::sin(bearing), away * std::cos(bearing)};
    const Position position = plane.to_position(point);
    const double tangent = std::abs(std::tan(origin.latitude_deg * std::numbers::pi / 180));
    const double promised = 0.001 * std::max(0.1, 1.8 * tangent) * away / 50000;
    ASSERT_NEAR(distance_m(origin, position), away, promised * away + 1e-4) << "seed " << seed;
    const PlanePoint back = plane.to_plane(position);
    ASSERT_NEAR(back.east_m, point.east_m, 1e-5) << "seed " << seed;
    ASSERT_NEAR(back.north_m, point.north_m, 1e-5) << "seed " << seed;
  }
}

TEST(NearestOnPolyline, FindsTheFootOfThePerpendicular) {
  //        from
  //         |
  //   a-----+------------b
  const Position a{120, 30};
  const LocalPlane plane{a};
  const Polyline line{a, plane.to_position({1000, 0})};
  const auto nearest = nearest_on_polyline(line, plane.to_position({300, 40}));
  ASSERT_TRUE(nearest);
  EXPECT_NEAR(nearest->distance_m, 40, 0.01);
  EXPECT_NEAR(nearest->along_m, 300, 0.01);
  EXPECT_EQ(nearest->segment, 0U);
}

TEST(NearestOnPolyline, KnowsLinesOfNoneAndOfOneVertex) {
  EXPECT_FALSE(nearest_on_polyline({}, {0, 0}));
  const Polyline point{{120, 30}};
  const auto nearest = nearest_on_polyline(point, {120, 30.001});
  ASSERT_TRUE(nearest);
  EXPECT_EQ(nearest->position, point[0]);
  EXPECT_EQ(nearest->along_m, 0);
  EXPECT_NEAR(nearest->distance_m, 111.19, 0.01);
}

TEST(NearestOnPolyline, IsNeverFartherThanAnyPlaceOnTheLine) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const Position centre{random.uniform(-170, 170), random.uniform(-60, 60)};
    const Polyline line = random_polyline(random, centre);
    const Position from = somewhere_near(random, centre, 0.03);
    const auto nearest = nearest_on_polyline(line, from);
    ASSERT_TRUE(nearest);
    // Places every metre or so along every segment, in the plane of `from`.
    const LocalPlane plane{from};
    double closest = kInfinity;
    for (std::size_t i = 0; i + 1 < line.size() || i == 0; ++i) {
      const PlanePoint a = plane.to_plane(line[i]);
      const PlanePoint b = plane.to_plane(line[std::min(i + 1, line.size() - 1)]);
      for (int k = 0; k <= 4000; ++k) {
        const double share = k / 4000.0;
        closest = std::min(closest, std::hypot(a.east_m + share * (b.east_m - a.east_m),
                                               a.north_m + share * (b.north_m - a.north_m)));
      }
    }
    ASSERT_LE(nearest->distance_m, closest + 1e-6);
    ASSERT_NEAR(nearest->distance_m, closest, 3);
    // What it says of the place is true of the place.
    const PlanePoint foot = plane.to_plane(nearest->position);
    ASSERT_NEAR(std::hypot(foot.east_m, foot.north_m), nearest->distance_m, 1e-5);
    ASSERT_LT(nearest->segment, std::max<std::size_t>(1, line.size() - 1));
    ASSERT_LE(nearest->along_m, length_m(line) + 1e-6);
    ASSERT_LT(distance_m(position_along(line, nearest->along_m), nearest->position), 0.05);
  }
}

TEST(PositionAlong, IsClampedToTheEnds) {
  const Polyline line{{0, 0}, {0, 0}, {0, 1}, {0, 1}};
  EXPECT_EQ(position_along(line, -5), line.front());
  EXPECT_EQ(position_along(line, 0), line.front());
  EXPECT_EQ(position_along(line, 1e9), line.back());
  const Polyline point{{3, 4}, {3, 4}};
  EXPECT_EQ(position_along(point, 1), point[0]);
}

TEST(PositionAlong, AdvancesByWhatItIsTold) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random{seed};
    const Polyline line = random_polyline(random, {120, 30});
    const double along = random.uniform(0, length_m(line));
    const Position position = position_along(line, along);
    double closest = kInfinity;
    double passed = 0;
    for (std::size_t i = 1; i < line.size(); ++i) {
      const double step = distance_m(line[i - 1], line[i]);
      if (along >= passed - 1e-6 && along <= passed + step + 1e-6) {
        closest = std::min(closest, std::abs(distance_m(line[i - 1], position) - (along - passed)));
      }
      passed += step;
    }
    if (line.size() == 1) continue;
    // Between vertices it goes straight in degrees, which is not quite the great circle.
    ASSERT_LT(closest, 0.2) << "seed " << seed;
  }
}

}  // namespace
}  // namespace gridmend::position_test
