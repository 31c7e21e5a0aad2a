#include "core/geo/point_snapping.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <tuple>

#include "core/base/random.h"

namespace gridmend::point_snapping_test {
namespace {

constexpr double kMetresPerDegree = 6371008.8 * std::numbers::pi / 180.0;

Position metres_from(Position origin, double east_m, double north_m) {
  double longitude = origin.longitude_deg +
                     east_m / kMetresPerDegree /
                         std::max(1e-6, std::cos(origin.latitude_deg * std::numbers::pi / 180.0));
  if (longitude > 180) longitude -= 360;
  if (longitude < -180) longitude += 360;
  return {longitude, std::clamp(origin.latitude_deg + north_m / kMetresPerDegree, -90.0, 90.0)};
}

// The rule of the header, word by word, in O(n^2).
std::vector<std::size_t> founders_by_rule(const std::vector<Position>& points,
                                          const std::vector<std::uint32_t>& groups,
                                          double tolerance_m) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::tuple{groups[i], points[i].latitude_deg, points[i].longitude_deg};
  });
  std::vector<std::size_t> chain(points.size());
  std::iota(chain.begin(), chain.end(), std::size_t{0});
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (groups[i] != groups[k] || distance_m(points[i], points[k]) > tolerance_m) continue;
      const std::size_t from = chain[i], to = chain[k];
      for (std::size_t& c : chain) c = c == from ? to : c;
    }
  }
  std::vector<std::size_t> founder(points.size());
  std::map<std::size_t, std::vector<std::size_t>> chains;
  for (const std::size_t i : order) chains[chain[i]].push_back(i);
  for (const auto& [name, members] : chains) {
    double south = 90, north = -90, west = 0, east = 0;
    for (const std::size_t i : members) {
      south = std::min(south, points[i].latitude_deg);
      north = std::max(north, points[i].latitude_deg);
      const double right =
          std::remainder(points[i].longitude_deg - points[members.front()].longitude_deg, 360.0);
      west = std::min(west, right);
      east = std::max(east, right);
    }
    const double shrink = std::cos(points[members.front()].latitude_deg * std::numbers::pi / 180.0);
    const bool one_place =
        std::hypot(north - south, (east - west) * shrink) * kMetresPerDegree <= 3 * tolerance_m;
    std::vector<std::size_t> founded;
    for (const std::size_t i : members) {
      std::size_t best = i;
      double best_m = tolerance_m;
      for (const std::size_t f : founded) {
        const double away_m = distance_m(points[f], points[i]);
        if (away_m > best_m || (away_m == best_m && best != i)) continue;
        best_m = away_m;
        best = f;
      }
      founder[i] = one_place ? members.front() : best;
      if (founder[i] == i) founded.push_back(i);
    }
  }
  return founder;
}

void expect_rule(const std::vector<Position>& points, const std::vector<std::uint32_t>& groups,
                 double tolerance_m) {
  const SnappedPoints snapped = snap_points(points, groups, tolerance_m);
  const auto founder = founders_by_rule(points, groups, tolerance_m);
  ASSERT_EQ(snapped.place_of.size(), points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::uint32_t place = snapped.place_of[i];
    ASSERT_LT(place, snapped.places.size());
    EXPECT_EQ(snapped.places[place], points[founder[i]]) << "point " << i;
    EXPECT_EQ(snapped.groups[place], groups[i]);
  }
}

TEST(PointSnapping, EndsWithinTheToleranceAreOnePlaceAndOthersAreNot) {
  const Position origin{11.5, 50};
  const std::vector<Position> points = {origin, metres_from(origin, 0.4, 0),
                                        metres_from(origin, 1.1, 0)};
  const std::vector<std::uint32_t> groups(3, 0);
  const auto snapped = snap_points(points, groups, 0.5);
  EXPECT_EQ(snapped.places.size(), 2u);
  EXPECT_EQ(snapped.place_of[0], snapped.place_of[1]);
  EXPECT_TRUE(snapped.cut_chains.empty());
}

TEST(PointSnapping, GroupsNeverMeet) {
  const std::vector<Position> points(2, Position{11.5, 50});
  const std::vector<std::uint32_t> groups = {0, 1};
  EXPECT_EQ(snap_points(points, groups, 10).places.size(), 2u);
}

TEST(PointSnapping, WhatSurroundsOnePointWithinTheToleranceIsOnePlace) {
  const Position origin{11.5, 60};
  std::vector<Position> points = {origin};
  for (int i = 0; i < 12; ++i) {
    const double angle = i * std::numbers::pi / 6;
    points.push_back(metres_from(origin, 0.999 * std::cos(angle), 0.999 * std::sin(angle)));
  }
  const std::vector<std::uint32_t> groups(points.size(), 0);
  EXPECT_EQ(snap_points(points, groups, 1).places.size(), 1u);
}

TEST(PointSnapping, ALongChainIsCutAndNamed) {
  std::vector<Position> points;
  for (int i = 0; i < 1000; ++i) points.push_back(metres_from({0, 0}, 0.9 * i, 0));
  const std::vector<std::uint32_t> groups(points.size(), 0);
  const auto snapped = snap_points(points, groups, 1);
  EXPECT_EQ(snapped.cut_chains.size(), 1u);
  EXPECT_EQ(snapped.places.size(), 500u);
}

TEST(PointSnapping, TheAntimeridianAndThePolesAreNoEdges) {
  const std::vector<Position> points = {{180, -17}, {-180, -17},       {179.999999, 90},
                                        {-30, 90},  {10, -89.9999999}, {-170, -89.9999999}};
  const std::vector<std::uint32_t> groups(points.size(), 0);
  const auto snapped = snap_points(points, groups, 0.5);
  EXPECT_EQ(snapped.place_of[0], snapped.place_of[1]);
  EXPECT_EQ(snapped.place_of[2], snapped.place_of[3]);
  EXPECT_EQ(snapped.place_of[4], snapped.place_of[5]);
  EXPECT_EQ(snapped.places.size(), 3u);
}

TEST(PointSnapping, FollowsItsRuleWhereverPointsAreCrowdedOrNot) {
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    constexpr Position kOrigins[] = {{11.5, 50},   {179.99999, 10}, {-180, -33},  {100, 69.9},
                                     {20, 89.999}, {0, 0},          {-70, -89.99}};
    const Position origin = kOrigins[seed % std::size(kOrigins)];
    const double tolerance_m = seed % 3 == 0 ? 0.05 : seed % 3 == 1 ? 1.0 : 25.0;
    const double extent = tolerance_m * random.uniform(3, 40);
    std::vector<Position> points;
    std::vector<std::uint32_t> groups;
    for (int i = 0; i < 150; ++i) {
      points.push_back(!points.empty() && random.chance(0.2)
                           ? points[random.below(points.size())]
                           : metres_from(origin, random.uniform(-extent, extent),
                                         random.uniform(-extent, extent)));
      groups.push_back(random.chance(0.8) ? 0 : 1);
    }
    expect_rule(points, groups, tolerance_m);
  }
}

TEST(PointSnapping, DoesNotDependOnTheOrderOfThePoints) {
  Random random{7};
  std::vector<Position> points;
  for (int i = 0; i < 400; ++i) {
    points.push_back(metres_from({8, 47}, random.uniform(0, 30), random.uniform(0, 30)));
  }
  const std::vector<std::uint32_t> groups(points.size(), 0);
  const auto straight = snap_points(points, groups, 1);
  std::vector<Position> reversed{points.rbegin(), points.rend()};
  const auto back = snap_points(reversed, groups, 1);
  EXPECT_EQ(straight.places, back.places);
  for (std::size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(straight.place_of[i], back.place_of[points.size() - 1 - i]);
  }
}

}  // namespace
}  // namespace gridmend::point_snapping_test
