#include "data/ingest/local_coordinates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/base/random.h"

namespace gridmend::local_coordinates_test {
namespace {

using ::testing::HasSubstr;

// A town of `count` buses within `extent` of its middle, in the numbers' own unit.
std::vector<Position> scattered(Position middle, double extent, std::size_t count,
                                std::uint64_t seed) {
  Random random{seed};
  std::vector<Position> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    numbers.push_back({middle.longitude_deg + extent * (random.uniform() - 0.5),
                       middle.latitude_deg + extent * (random.uniform() - 0.5)});
  }
  return numbers;
}

bool are_degrees(const SettledCoordinates& settled) { return !settled.coordinates.origin; }

std::vector<Position> in_wgs84(const SettledCoordinates& settled, std::vector<Position> numbers) {
  const auto conversion = CoordinateConversion::create(settled.coordinates, {});
  EXPECT_TRUE(conversion) << describe(conversion.error());
  if (conversion) conversion->to_wgs84(numbers);
  return numbers;
}

TEST(LocalCoordinates, WhatIsDeclaredIsKept) {
  const std::vector<Position> numbers = scattered({-79.8, 36.1}, 0.1, 50, 1);
  for (const SourceCoordinates& declared :
       {SourceCoordinates{.crs = "EPSG:4526"}, SourceCoordinates{.datum = Datum::gcj02},
        SourceCoordinates{.origin = Position{1, 2}, .unit = "ft"}}) {
    const SettledCoordinates settled = settle_coordinates(declared, numbers);
    EXPECT_EQ(settled.coordinates.crs, declared.crs);
    EXPECT_EQ(settled.coordinates.datum, declared.datum);
    EXPECT_EQ(settled.coordinates.origin, declared.origin);
    EXPECT_EQ(settled.coordinates.unit, declared.unit);
    EXPECT_EQ(settled.note, "");
  }
}

TEST(LocalCoordinates, DegreesOfATownAreWgs84) {
  for (const Position town : {Position{-79.8, 36.1}, Position{114.3, 30.5}, Position{-51.9, -28.1},
                              Position{-0.2, 5.6}, Position{6.7, 0.3}, Position{0.1, 51.5}}) {
    for (const std::size_t count : {1u, 13u, 2000u}) {
      const auto numbers = scattered(town, 0.2, count, count);
      const SettledCoordinates settled = settle_coordinates({}, numbers);
      EXPECT_TRUE(are_degrees(settled)) << town.longitude_deg << ", " << count;
      EXPECT_EQ(settled.note, "");
      EXPECT_EQ(in_wgs84(settled, numbers), numbers);
    }
  }
}

TEST(LocalCoordinates, AFewLostNumbersDoNotMakeDegreesLengths) {
  auto numbers = scattered({-79.8, 36.1}, 0.2, 200, 3);
  numbers[10] = {0, 0};
  numbers[50] = {-7980, 36.1};
  numbers[60] = {1e9, -1e9};
  numbers[70] = {std::numeric_limits<double>::quiet_NaN(), 36};
  for (std::size_t i = 100; i < 160; ++i) numbers[i] = {0, 0};
  EXPECT_TRUE(are_degrees(settle_coordinates({}, numbers)));
}

TEST(LocalCoordinates, LatitudeFirstIsSeenWhereOnlyThatFitsAndSaid) {
  const auto wuhan = scattered({30.5, 114.3}, 0.2, 100, 4);
  const SettledCoordinates settled = settle_coordinates({}, wuhan);
  EXPECT_EQ(settled.coordinates.axis_order, AxisOrder::lat_lon);
  EXPECT_THAT(settled.note, HasSubstr("axis_order"));
  EXPECT_NEAR(in_wgs84(settled, wuhan)[0].longitude_deg, 114.3, 0.2);
  // Of Greensboro nobody can tell: it could as well lie in the Southern Ocean.
  const SettledCoordinates either = settle_coordinates({}, scattered({36.1, -79.8}, 0.2, 9, 4));
  EXPECT_EQ(either.coordinates.axis_order, AxisOrder::lon_lat);
  SourceCoordinates declared;
  declared.axis_order = AxisOrder::lat_lon;
  const SettledCoordinates said = settle_coordinates(declared, scattered({36.1, -79.8}, 0.2, 9, 4));
  EXPECT_EQ(said.coordinates.axis_order, AxisOrder::lat_lon);
  EXPECT_EQ(said.note, "");
}

TEST(LocalCoordinates, DrawingsAreLengthsAroundNowhere) {
  // The grid of the paper of the 13 node feeder, kilometres with decimals, a unit square.
  const std::vector<Position> paper = {{200, 400}, {200, 350}, {0, 250}, {100, 250}, {350, 250}};
  const std::vector<Position> small_paper = {{20, 40}, {20, 35}, {10, 25}, {12, 25}, {14, 25}};
  for (const auto& numbers :
       {paper, small_paper, scattered({20, 20}, 30, 100, 5), scattered({0.5, 0.5}, 1, 5000, 6)}) {
    const SettledCoordinates settled = settle_coordinates({}, numbers);
    EXPECT_FALSE(are_degrees(settled));
    EXPECT_EQ(settled.coordinates.origin, (Position{0, 0}));
    EXPECT_THAT(settled.note, HasSubstr("lengths in m"));
    EXPECT_THAT(settled.note, HasSubstr("origin = [longitude, latitude]"));
    const auto there = in_wgs84(settled, numbers);
    for (std::size_t i = 1; i < numbers.size(); ++i) {
      EXPECT_NEAR(distance_m(there[0], there[i]),
                  std::hypot(numbers[i].longitude_deg - numbers[0].longitude_deg,
                             numbers[i].latitude_deg - numbers[0].latitude_deg),
                  1);
    }
  }
}

TEST(LocalCoordinates, ADeclaredUnitMeansLengths) {
  SourceCoordinates feet;
  feet.unit = "ft";
  const auto numbers = scattered({20, 20}, 1, 100, 5);
  const SettledCoordinates settled = settle_coordinates(feet, numbers);
  EXPECT_FALSE(are_degrees(settled));
  EXPECT_THAT(settled.note, HasSubstr("lengths in ft"));
}

TEST(LocalCoordinates, AGridFarFromItsFalseOriginKeepsItsShape) {
  // EPSG:32650 of Wuhan without saying so: as it stands latitude 30 would shrink it.
  const auto numbers = scattered({240'000, 3'380'000}, 20'000, 100, 7);
  const SettledCoordinates settled = settle_coordinates({}, numbers);
  EXPECT_FALSE(are_degrees(settled));
  const auto there = in_wgs84(settled, numbers);
  EXPECT_NEAR(distance_m(there[3], there[40]),
              std::hypot(numbers[40].longitude_deg - numbers[3].longitude_deg,
                         numbers[40].latitude_deg - numbers[3].latitude_deg),
              20);
  EXPECT_LT(distance_m(there[3], {0, 0}), 20'000);
  EXPECT_THAT(settled.note, HasSubstr("which is laid at longitude 0, latitude 0"));
}

TEST(LocalCoordinates, NoNumbersAreNoHarm) {
  EXPECT_FALSE(are_degrees(settle_coordinates({}, {})));
  const std::vector<Position> nothing(3, {std::numeric_limits<double>::infinity(), 0});
  EXPECT_FALSE(are_degrees(settle_coordinates({}, nothing)));
}

TEST(LocalCoordinates, AnythingSettledCanBeConverted) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random{seed};
    std::vector<Position> numbers;
    for (int i = random.between(0, 40); i > 0; --i) {
      const double scale = std::pow(10.0, random.between(-3, 300));
      numbers.push_back({scale * (random.uniform() - 0.5), scale * (random.uniform() - 0.5)});
    }
    const SettledCoordinates settled = settle_coordinates({}, numbers);
    EXPECT_TRUE(CoordinateConversion::create(settled.coordinates, {})) << "seed " << seed;
  }
}

}  // namespace
}  // namespace gridmend::local_coordinates_test
