#include "data/ingest/drawn_connectivity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <set>

#include "core/base/random.h"

namespace gridmend::drawn_connectivity_test {
namespace {

constexpr double kMetresPerDegree = 6371008.8 * std::numbers::pi / 180.0;

struct Metres {
  double east = 0, north = 0;
};

// Draws in metres around a place.
class Sketch {
 public:
  explicit Sketch(Position origin = {11.5, 50}) : origin_(origin) {}

  Position at(Metres m) const {
    const double shrink = std::cos(origin_.latitude_deg * std::numbers::pi / 180.0);
    double longitude = origin_.longitude_deg + m.east / kMetresPerDegree / shrink;
    if (longitude > 180) longitude -= 360;
    return {longitude, origin_.latitude_deg + m.north / kMetresPerDegree};
  }
  std::uint32_t line(std::vector<Metres> course, DrawnLevel level = 0, bool tapped = true) {
    DrawnCourse drawn;
    drawn.begin = static_cast<std::uint32_t>(drawing.vertices.size());
    for (const Metres m : course) drawing.vertices.push_back(at(m));
    drawn.end = static_cast<std::uint32_t>(drawing.vertices.size());
    drawn.level = level;
    drawn.tapped = tapped;
    drawing.courses.push_back(drawn);
    return static_cast<std::uint32_t>(drawing.courses.size() - 1);
  }
  std::uint32_t point(Metres m, DrawnPointKind kind = DrawnPointKind::series, DrawnLevel level = 0,
                      DrawnLevel to_level = 0, double reach_m = 2) {
    drawing.points.push_back(
        {at(m), level, to_level, kind, reach_m, static_cast<std::uint32_t>(drawing.points.size())});
    return static_cast<std::uint32_t>(drawing.points.size() - 1);
  }

  Drawing drawing;

 private:
  Position origin_;
};

std::vector<DrawnPart> parts_of(const ResolvedDrawing& resolved, std::uint32_t course) {
  std::vector<DrawnPart> parts;
  for (const DrawnPart& part : resolved.parts) {
    if (part.course == course) parts.push_back(part);
  }
  return parts;
}

std::size_t count(const ResolvedDrawing& resolved, DrawnFindingKind kind) {
  return static_cast<std::size_t>(std::ranges::count(resolved.findings, kind, &DrawnFinding::kind));
}

const DrawnFinding* first(const ResolvedDrawing& resolved, DrawnFindingKind kind) {
  const auto it = std::ranges::find(resolved.findings, kind, &DrawnFinding::kind);
  return it == resolved.findings.end() ? nullptr : &*it;
}

// What hangs together, points counted as closed.
std::vector<std::uint32_t> components(const ResolvedDrawing& resolved) {
  std::vector<std::uint32_t> group(resolved.nodes.size());
  std::iota(group.begin(), group.end(), 0u);
  const auto join = [&](std::uint32_t a, std::uint32_t b) {
    const std::uint32_t from = group[a], to = group[b];
    for (std::uint32_t& g : group) g = g == from ? to : g;
  };
  for (const DrawnPart& part : resolved.parts) join(part.from, part.to);
  for (const PointTerminals& point : resolved.points) join(point.from, point.to);
  return group;
}

TEST(DrawnConnectivity, EndsWithinTheToleranceMeetAndOthersDoNot) {
  Sketch sketch;
  const auto a = sketch.line({{0, 0}, {100, 0}});
  const auto b = sketch.line({{100.3, 0.2}, {200, 0}});
  const auto c = sketch.line({{201, 0}, {300, 0}});
  const auto resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(resolved.nodes.size(), 5u);
  EXPECT_EQ(parts_of(resolved, a)[0].to, parts_of(resolved, b)[0].from);
  EXPECT_NE(parts_of(resolved, b)[0].to, parts_of(resolved, c)[0].from);
  EXPECT_EQ(count(resolved, DrawnFindingKind::ends_joined), 1u);
  const DrawnFinding* miss = first(resolved, DrawnFindingKind::near_miss);
  ASSERT_NE(miss, nullptr);
  EXPECT_NEAR(miss->distance_m, 1.0, 0.01);
}

TEST(DrawnConnectivity, AnEndOnTheMiddleCutsTheLine) {
  Sketch sketch;
  const auto main = sketch.line({{0, 0}, {50, 0}, {100, 0}});
  const auto branch = sketch.line({{30, 0.3}, {30, 80}});
  const auto resolved = resolve_drawing(sketch.drawing);
  const auto parts = parts_of(resolved, main);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_NEAR(parts[0].length_m, 30, 0.01);
  EXPECT_NEAR(parts[1].length_m, 70, 0.01);
  EXPECT_EQ(parts[0].to, parts_of(resolved, branch)[0].from);
  EXPECT_EQ(parts[1].from, parts_of(resolved, branch)[0].from);
  const DrawnFinding* cut = first(resolved, DrawnFindingKind::course_cut);
  ASSERT_NE(cut, nullptr);
  EXPECT_EQ(cut->course, main);
  EXPECT_EQ(cut->other, branch);
  EXPECT_NEAR(cut->distance_m, 0.3, 0.01);
}

TEST(DrawnConnectivity, ALineThatMayNotBeTappedIsNotCut) {
  Sketch sketch;
  const auto main = sketch.line({{0, 0}, {100, 0}}, 0, false);
  sketch.line({{30, 0}, {30, 80}});
  EXPECT_EQ(parts_of(resolve_drawing(sketch.drawing), main).size(), 1u);
}

TEST(DrawnConnectivity, LinesThatCrossAreKeptApartUnlessTheyShareAVertex) {
  Sketch sketch;
  sketch.line({{-50, 0}, {50, 0}});
  sketch.line({{0, -50}, {0, 50}});
  sketch.line({{1000, -50}, {1000, 0}, {1000, 50}});
  sketch.line({{950, 0}, {1000, 0}, {1050, 0}});
  const auto resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(parts_of(resolved, 0).size(), 1u);
  EXPECT_EQ(parts_of(resolved, 1).size(), 1u);
  EXPECT_EQ(parts_of(resolved, 2).size(), 2u);
  EXPECT_EQ(parts_of(resolved, 3).size(), 2u);
  EXPECT_EQ(parts_of(resolved, 2)[0].to, parts_of(resolved, 3)[0].to);
}

TEST(DrawnConnectivity, TwoCircuitsOnTheSamePolesAreNotJoined) {
  Sketch sketch;
  sketch.line({{0, 0}, {50, 0}, {100, 0}, {150, 0}, {200, 20}});
  sketch.line({{0, 20}, {50, 0}, {100, 0}, {150, 0}, {200, -20}});
  const auto resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(resolved.parts.size(), 2u);
  EXPECT_GT(count(resolved, DrawnFindingKind::runs_along), 0u);
}

TEST(DrawnConnectivity, LevelsDoNotMeetWithoutATransformer) {
  Sketch sketch;
  sketch.line({{0, 0}, {100, 0}}, 0);
  sketch.line({{100, 0}, {200, 0}}, 1);
  sketch.line({{50, 0}, {50, 100}}, 1);
  auto resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(resolved.nodes.size(), 6u);
  EXPECT_EQ(resolved.parts.size(), 3u);

  const auto t = sketch.point({100.8, 0.5}, DrawnPointKind::transformer, 0, 1);
  resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(resolved.nodes.size(), 6u);
  EXPECT_EQ(resolved.points[t].from, parts_of(resolved, 0)[0].to);
  EXPECT_EQ(resolved.points[t].to, parts_of(resolved, 1)[0].from);
}

TEST(DrawnConnectivity, LowVoltageLinesThatStartAroundATransformerAreItsLowSide) {
  Sketch sketch;
  sketch.line({{0, 0}, {100, 0}}, 0);
  sketch.line({{100.9, 0.9}, {200, 50}}, 1);
  sketch.line({{100.9, -0.9}, {200, -50}}, 1);
  const auto t = sketch.point({100, 0}, DrawnPointKind::transformer, 0, 1);
  const auto resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(parts_of(resolved, 1)[0].from, resolved.points[t].to);
  EXPECT_EQ(parts_of(resolved, 2)[0].from, resolved.points[t].to);
  EXPECT_EQ(count(resolved, DrawnFindingKind::ends_at_transformer), 1u);
}

TEST(DrawnConnectivity, ATransformerWithoutLowVoltageLinesHasALowSideOfItsOwn) {
  Sketch sketch;
  const auto line = sketch.line({{0, 0}, {100, 0}}, 0);
  const auto t = sketch.point({40, 1}, DrawnPointKind::transformer, 0, 1);
  const auto resolved = resolve_drawing(sketch.drawing);
  ASSERT_EQ(parts_of(resolved, line).size(), 2u);
  EXPECT_EQ(resolved.points[t].from, parts_of(resolved, line)[0].to);
  EXPECT_EQ(resolved.nodes[resolved.points[t].to].level, 1);
  const DrawnPlaces places{sketch.drawing, resolved};
  const auto place = places.nearest(sketch.at({60, 1}), 1U << 1, 50);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->node, resolved.points[t].to);
}

TEST(DrawnConnectivity, ASwitchOnALineCutsItInTwo) {
  Sketch sketch;
  const auto line = sketch.line({{0, 0}, {100, 0}});
  const auto s = sketch.point({40, 1.5});
  const auto resolved = resolve_drawing(sketch.drawing);
  const auto parts = parts_of(resolved, line);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_NE(parts[0].to, parts[1].from);
  EXPECT_EQ(std::minmax(parts[0].to, parts[1].from),
            std::minmax(resolved.points[s].from, resolved.points[s].to));
  EXPECT_EQ(resolved.nodes.size(), 4u);
}

TEST(DrawnConnectivity, SwitchesAtOnePlaceStandInARow) {
  Sketch sketch;
  const auto a = sketch.line({{0, 0}, {100, 0}});
  const auto b = sketch.line({{100, 0}, {200, 0}});
  const auto s = sketch.point({100, 0}), t = sketch.point({100, 0.1});
  const auto resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(resolved.nodes.size(), 5u);
  EXPECT_EQ(resolved.points[s].to, resolved.points[t].from);
  EXPECT_NE(parts_of(resolved, a)[0].to, parts_of(resolved, b)[0].from);
  const auto group = components(resolved);
  EXPECT_TRUE(std::ranges::all_of(group, [&](std::uint32_t g) { return g == group[0]; }));
}

TEST(DrawnConnectivity, ASwitchAtAJunctionStandsBeforeTheBranch) {
  Sketch sketch;
  const auto west = sketch.line({{0, 0}, {100, 0}});
  const auto east = sketch.line({{100, 0}, {200, 3}});
  const auto branch = sketch.line({{100, 0}, {110, 90}});
  const auto s = sketch.point({100, 0});
  const auto resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(parts_of(resolved, west)[0].to, parts_of(resolved, east)[0].from);
  EXPECT_EQ(resolved.points[s].from, parts_of(resolved, west)[0].to);
  EXPECT_EQ(resolved.points[s].to, parts_of(resolved, branch)[0].from);
  const DrawnFinding* told = first(resolved, DrawnFindingKind::point_at_junction);
  ASSERT_NE(told, nullptr);
  EXPECT_EQ(told->other, branch);
}

TEST(DrawnConnectivity, AsManySwitchesAsLinesAreABusbar) {
  Sketch sketch;
  std::set<std::uint32_t> lines, switches;
  for (int i = 0; i < 3; ++i) {
    sketch.line({{0, 0}, {100, 60.0 * i}});
    sketch.point({0, 0.1 * i});
  }
  const auto resolved = resolve_drawing(sketch.drawing);
  for (const DrawnPart& part : resolved.parts) lines.insert(part.from);
  for (const PointTerminals& point : resolved.points) {
    EXPECT_EQ(point.from, resolved.points[0].from);
    switches.insert(point.to);
  }
  EXPECT_EQ(lines, switches);
  EXPECT_EQ(lines.size(), 3u);
  EXPECT_EQ(count(resolved, DrawnFindingKind::point_at_junction), 0u);
}

TEST(DrawnConnectivity, ASwitchInAGapJoinsBothEnds) {
  Sketch sketch;
  const auto a = sketch.line({{0, 0}, {99, 0}});
  const auto b = sketch.line({{101, 0}, {200, 0}});
  const auto s = sketch.point({100, 0});
  const auto resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(std::minmax(resolved.points[s].from, resolved.points[s].to),
            std::minmax(parts_of(resolved, a)[0].to, parts_of(resolved, b)[0].from));
  EXPECT_EQ(count(resolved, DrawnFindingKind::point_between_ends), 1u);
  EXPECT_EQ(count(resolved, DrawnFindingKind::near_miss), 0u);
}

TEST(DrawnConnectivity, AFuseDrawnBetweenALineAndItsBranchJoinsThem) {
  for (const double fuse_north : {0.4, 1.0, 1.6}) {
    Sketch whole;
    const auto line = whole.line({{0, 0}, {100, 0}});
    const auto branch = whole.line({{50, 100}, {50, 2}});
    const auto f = whole.point({50, fuse_north});
    const auto resolved = resolve_drawing(whole.drawing);
    const auto parts = parts_of(resolved, line);
    ASSERT_EQ(parts.size(), 2U) << fuse_north;
    EXPECT_EQ(parts[0].to, parts[1].from);
    EXPECT_EQ(std::minmax(resolved.points[f].from, resolved.points[f].to),
              std::minmax(parts[0].to, parts_of(resolved, branch)[0].to));
    EXPECT_EQ(count(resolved, DrawnFindingKind::point_between_ends), 1U);
    EXPECT_EQ(count(resolved, DrawnFindingKind::near_miss), 0U);

    Sketch spans;
    const auto west = spans.line({{0, 0}, {50, 0}});
    const auto east = spans.line({{50, 0}, {100, 0}});
    const auto tap = spans.line({{50, 2}, {50, 100}});
    const auto s = spans.point({50, fuse_north});
    const auto joined = resolve_drawing(spans.drawing);
    EXPECT_EQ(parts_of(joined, west)[0].to, parts_of(joined, east)[0].from);
    EXPECT_EQ(std::minmax(joined.points[s].from, joined.points[s].to),
              std::minmax(parts_of(joined, west)[0].to, parts_of(joined, tap)[0].from));
  }
}

TEST(DrawnConnectivity, ASwitchBesideItsLineIsNotJoinedToAnEndThatRunsElsewhere) {
  Sketch sketch;
  const auto line = sketch.line({{0, 0}, {100, 0}});
  const auto beside = sketch.line({{50, 1.5}, {150, 1.5}});
  const auto s = sketch.point({50, 0.7});
  const auto resolved = resolve_drawing(sketch.drawing);
  const auto parts = parts_of(resolved, line);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(std::minmax(resolved.points[s].from, resolved.points[s].to),
            std::minmax(parts[0].to, parts[1].from));
  EXPECT_NE(parts_of(resolved, beside)[0].from, resolved.points[s].to);
}

TEST(DrawnConnectivity, AFuseOnATransformersPoleIsTheTransformers) {
  Sketch sketch;
  const auto line = sketch.line({{0, 0}, {50, 0}, {100, 0}});
  const auto f = sketch.point({50, 0}, DrawnPointKind::transformer_fuse);
  const auto t = sketch.point({50, 0.2}, DrawnPointKind::transformer, 0, 1);
  const auto resolved = resolve_drawing(sketch.drawing);
  const auto parts = parts_of(resolved, line);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].to, parts[1].from);
  EXPECT_EQ(resolved.points[f].from, parts[0].to);
  EXPECT_EQ(resolved.points[f].to, resolved.points[t].from);
}

TEST(DrawnConnectivity, ASwitchOnTheLowSideStandsBetweenTheTransformerAndItsLines) {
  Sketch sketch;
  sketch.line({{0, 0}, {100, 0}}, 0);
  const auto low = sketch.line({{100, 0}, {150, 20}}, 1);
  const auto other = sketch.line({{100, 0}, {150, -20}}, 1);
  const auto t = sketch.point({100, 0}, DrawnPointKind::transformer, 0, 1);
  const auto s = sketch.point({100, 0}, DrawnPointKind::series, 1, 1);
  const auto resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(resolved.points[s].from, resolved.points[t].to);
  EXPECT_EQ(resolved.points[s].to, parts_of(resolved, low)[0].from);
  EXPECT_EQ(resolved.points[s].to, parts_of(resolved, other)[0].from);
}

TEST(DrawnConnectivity, APointWithoutALineIsLeftUnconnectedWithTheDistance) {
  Sketch sketch;
  sketch.line({{0, 0}, {100, 0}});
  const auto s = sketch.point({50, 7.3});
  const auto resolved = resolve_drawing(sketch.drawing);
  const DrawnFinding* told = first(resolved, DrawnFindingKind::point_unattached);
  ASSERT_NE(told, nullptr);
  EXPECT_NEAR(told->distance_m, 7.3, 0.01);
  EXPECT_LT(resolved.points[s].from, resolved.nodes.size());
  EXPECT_EQ(parts_of(resolved, 0).size(), 1u);
}

TEST(DrawnConnectivity, TheSameLineTwiceIsKeptOnceWhicheverWayItRuns) {
  Sketch sketch;
  sketch.line({{0, 0}, {50, 10}, {100, 0}});
  sketch.line({{100, 0.1}, {50, 10.2}, {0, 0}});
  sketch.line({{0, 0}, {50, -10}, {100, 0}});
  auto resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(resolved.parts.size(), 2u);
  ASSERT_EQ(count(resolved, DrawnFindingKind::duplicate), 1u);
  EXPECT_EQ(first(resolved, DrawnFindingKind::duplicate)->course, 1u);
  sketch.drawing.courses[1].circuit = 7;
  resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(resolved.parts.size(), 3u);
}

TEST(DrawnConnectivity, LinesWithoutLengthAreLeftOutAndStillBridge) {
  Sketch sketch;
  sketch.line({{0, 0}, {0, 0}});
  sketch.line({{0, 0}, {100, 0}});
  sketch.line({{100.2, 0}, {100.6, 0}});
  sketch.line({{100.8, 0}, {200, 0}});
  const auto resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(count(resolved, DrawnFindingKind::zero_length), 2u);
  EXPECT_EQ(resolved.parts.size(), 2u);
  EXPECT_EQ(parts_of(resolved, 1)[0].to, parts_of(resolved, 3)[0].from);
}

TEST(DrawnConnectivity, ARingIsHalvedAndALoopBackMeetsItsOwnLine) {
  Sketch sketch;
  const auto ring = sketch.line({{0, 0}, {50, 0}, {50, 50}, {0, 50}, {0, 0}});
  sketch.line({{-50, 0}, {0, 0}});
  const auto loop = sketch.line({{500, 0}, {600, 0}, {650, 40}, {600, 80}, {550, 0.2}});
  const auto resolved = resolve_drawing(sketch.drawing);
  const auto halves = parts_of(resolved, ring);
  ASSERT_EQ(halves.size(), 2u);
  EXPECT_NEAR(halves[0].length_m, 100, 0.1);
  EXPECT_EQ(halves[0].from, halves[1].to);
  // The way back to itself is a ring as well.
  EXPECT_EQ(count(resolved, DrawnFindingKind::ring_halved), 2u);
  const auto parts = parts_of(resolved, loop);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_NEAR(parts[0].length_m, 50, 0.1);
  EXPECT_EQ(parts[0].to, parts[1].from);
  EXPECT_EQ(parts[0].to, parts[2].to);
}

TEST(DrawnConnectivity, ALongChainOfEndsIsNotOneNode) {
  Sketch sketch;
  for (int i = 0; i < 40; ++i) sketch.line({{0.45 * i, 0}, {0.45 * i, 60.0 + i}});
  const auto resolved = resolve_drawing(sketch.drawing);
  EXPECT_EQ(count(resolved, DrawnFindingKind::chain_cut), 1u);
  std::set<std::uint32_t> starts;
  for (const DrawnPart& part : resolved.parts) {
    if (part.along_m == 0) starts.insert(part.from);
  }
  EXPECT_GE(starts.size(), 6u);
  EXPECT_LE(starts.size(), 20u);
}

TEST(DrawnConnectivity, NeitherIsARowOfEndsThatMeetEachOthersLinesNearTheirEnds) {
  Sketch sketch;
  // Each end is farther than the tolerance from the next, but not from the next line.
  for (int i = 0; i < 60; ++i) sketch.line({{0.45 * i, 0.3 * (i % 2)}, {0.45 * i, 60}});
  const auto resolved = resolve_drawing(sketch.drawing);
  std::map<std::uint32_t, std::pair<double, double>> extent;  // by node, of the ends at it
  for (const DrawnPart& part : resolved.parts) {
    if (part.along_m != 0) continue;
    const double east = resolved.vertices[part.begin].longitude_deg;
    auto& [low, high] = extent.try_emplace(part.from, east, east).first->second;
    low = std::min(low, east);
    high = std::max(high, east);
  }
  for (const auto& [node, range] : extent) {
    EXPECT_LT(distance_m({range.first, 50}, {range.second, 50}), 6 * 0.5);
  }
}

TEST(DrawnConnectivity, MetresAreMetresFarNorthAndAcrossTheAntimeridian) {
  for (const Position origin : {Position{25, 70}, Position{179.9999, -17}, Position{-60, -54}}) {
    Sketch sketch{origin};
    sketch.line({{0, 0}, {100, 0}});
    sketch.line({{100.45, 0}, {200, 0}});
    sketch.line({{50, 0.45}, {50, 30}});
    sketch.line({{200.55, 0}, {300, 0}});
    const auto resolved = resolve_drawing(sketch.drawing);
    EXPECT_EQ(resolved.parts.size(), 5u) << origin.longitude_deg;
    EXPECT_EQ(resolved.nodes.size(), 7u) << origin.longitude_deg;
  }
}

// A sound network: edges between distinct places, known by name.
struct SoundNetwork {
  std::vector<Metres> places;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
};

// A random tree over places at least 20 m apart, with a few loops, whose edges stay clear of other
// places.
SoundNetwork sound_network(Random& random, int size) {
  SoundNetwork network;
  const int side = static_cast<int>(std::ceil(std::sqrt(size)));
  for (int i = 0; i < size; ++i) {
    network.places.push_back(
        {i % side * 40.0 + random.uniform(-9, 9), i / side * 40.0 + random.uniform(-9, 9)});
  }
  for (int i = 0; i < size; ++i) {
    const bool has_west = i % side != 0, has_south = i >= side;
    if (has_west && (!has_south || random.chance(0.6))) network.edges.emplace_back(i - 1, i);
    if (has_south && (!has_west || random.chance(0.6))) network.edges.emplace_back(i - side, i);
  }
  return network;
}

TEST(DrawnConnectivity, ASoundNetworkComesBackHoweverItWasDrawn) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const SoundNetwork network = sound_network(random, 50);
    constexpr double kTolerance_m = 0.5;
    Sketch sketch{{random.uniform(-179, 179), random.uniform(-70, 70)}};
    sketch.drawing.tolerance_m = kTolerance_m;
    const auto noisy = [&](Metres m) {
      const double angle = random.uniform(0, 2 * std::numbers::pi);
      const double radius = random.uniform(0, kTolerance_m * 0.49);
      return Metres{m.east + radius * std::cos(angle), m.north + radius * std::sin(angle)};
    };
    std::vector<std::size_t> order(network.edges.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> drawn;
    for (const std::size_t e : order) {
      auto [a, b] = network.edges[e];
      if (random.chance(0.5)) std::swap(a, b);
      const Metres from = network.places[a], to = network.places[b];
      const Metres middle{(from.east + to.east) / 2 + random.uniform(-2, 2),
                          (from.north + to.north) / 2 + random.uniform(-2, 2)};
      sketch.line({noisy(from), middle, noisy(to)});
      drawn.emplace_back(a, b);
    }
    const auto resolved = resolve_drawing(sketch.drawing);
    ASSERT_EQ(resolved.parts.size(), drawn.size());
    std::map<std::uint32_t, std::uint32_t> node_of_place;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      for (const auto& [place, node] : {std::pair{drawn[i].first, resolved.parts[i].from},
                                        std::pair{drawn[i].second, resolved.parts[i].to}}) {
        EXPECT_EQ(node_of_place.try_emplace(place, node).first->second, node);
      }
    }
    std::set<std::uint32_t> distinct;
    for (const auto& [place, node] : node_of_place) distinct.insert(node);
    EXPECT_EQ(distinct.size(), node_of_place.size());
    EXPECT_EQ(resolved.nodes.size(), distinct.size());
  }
}

// Everything that does not depend on how the answer is numbered.
std::string shape_of(const Drawing& drawing, const ResolvedDrawing& resolved,
                     const std::vector<std::uint32_t>& name_of_course,
                     const std::vector<std::uint32_t>& name_of_point) {
  std::multiset<std::string> lines;
  const auto node = [&](std::uint32_t n) {
    char text[80];
    std::snprintf(text, sizeof text, "%d@%.6f,%.6f", int{resolved.nodes[n].level},
                  resolved.nodes[n].position.longitude_deg,
                  resolved.nodes[n].position.latitude_deg);
    return std::string{text};
  };
  for (const DrawnPart& part : resolved.parts) {
    const std::pair<std::string, std::string> ends = std::minmax(node(part.from), node(part.to));
    lines.insert("line " + std::to_string(name_of_course[part.course]) + " " + ends.first + " " +
                 ends.second + " " + std::to_string(std::lround(part.length_m * 100)));
  }
  for (std::uint32_t p = 0; p < drawing.points.size(); ++p) {
    const std::pair<std::string, std::string> ends =
        std::minmax(node(resolved.points[p].from), node(resolved.points[p].to));
    lines.insert("point " + std::to_string(name_of_point[p]) + " " + ends.first + " " +
                 ends.second);
  }
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text + std::to_string(resolved.nodes.size());
}

TEST(DrawnConnectivity, NeitherTheOrderNorTheDirectionOfLinesMatters) {
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    Sketch sketch;
    sketch.drawing.tolerance_m = 0.5;
    const double extent = random.uniform(20, 150);
    const auto place = [&] { return Metres{random.uniform(0, extent), random.uniform(0, extent)}; };
    for (int i = 0; i < 40; ++i)
      sketch.line({place(), place(), place()}, random.chance(0.7) ? 0 : 1);
    for (int i = 0; i < 12; ++i) {
      const auto kind = static_cast<DrawnPointKind>(random.below(3));
      sketch.point(place(), kind, 0, kind == DrawnPointKind::transformer ? 1 : 0, 4);
    }
    std::vector<std::uint32_t> courses(sketch.drawing.courses.size()), points(12);
    std::iota(courses.begin(), courses.end(), 0u);
    std::iota(points.begin(), points.end(), 0u);
    const std::string shape =
        shape_of(sketch.drawing, resolve_drawing(sketch.drawing), courses, points);

    Drawing shuffled;
    shuffled.tolerance_m = sketch.drawing.tolerance_m;
    for (std::size_t i = courses.size(); i > 1; --i) {
      std::swap(courses[i - 1], courses[random.below(i)]);
    }
    for (std::size_t i = points.size(); i > 1; --i)
      std::swap(points[i - 1], points[random.below(i)]);
    for (const std::uint32_t c : courses) {
      DrawnCourse course = sketch.drawing.courses[c];
      std::vector<Position> line{sketch.drawing.vertices.begin() + course.begin,
                                 sketch.drawing.vertices.begin() + course.end};
      if (random.chance(0.5)) std::ranges::reverse(line);
      course.begin = static_cast<std::uint32_t>(shuffled.vertices.size());
      shuffled.vertices.insert(shuffled.vertices.end(), line.begin(), line.end());
      course.end = static_cast<std::uint32_t>(shuffled.vertices.size());
      shuffled.courses.push_back(course);
    }
    for (const std::uint32_t p : points) shuffled.points.push_back(sketch.drawing.points[p]);
    const std::string again = shape_of(shuffled, resolve_drawing(shuffled), courses, points);
    const auto differs = std::ranges::mismatch(again, shape);
    const auto at = static_cast<std::size_t>(differs.in2 - shape.begin());
    EXPECT_TRUE(again == shape) << shape.substr(at - std::min<std::size_t>(at, 90), 180) << "\n--\n"
                                << again.substr(at - std::min<std::size_t>(at, 90), 180);
  }
}

// Which ends are one node by the header's rules, by comparing everything with everything.
TEST(DrawnConnectivity, JoinsWhatAnExhaustiveComparisonJoins) {
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    Sketch sketch;
    // Straight lines far longer than the tolerance, at most one end at a time near another line.
    std::vector<std::pair<Metres, Metres>> lines;
    for (int i = 0; i < 60; ++i) {
      const Metres a{random.uniform(0, 400), random.uniform(0, 400)};
      const double angle = random.uniform(0, 2 * std::numbers::pi);
      const double length = random.uniform(20, 60);
      Metres from = a;
      if (!lines.empty() && random.chance(0.6)) {
        const auto& [p, q] = lines[random.below(lines.size())];
        const double t = random.chance(0.4) ? 1.0 : random.uniform(0.2, 0.8);
        from = {p.east + t * (q.east - p.east) + random.uniform(-0.2, 0.2),
                p.north + t * (q.north - p.north) + random.uniform(-0.2, 0.2)};
      }
      lines.emplace_back(from, Metres{from.east + length * std::cos(angle),
                                      from.north + length * std::sin(angle)});
      sketch.line({lines.back().first, lines.back().second});
    }
    const auto resolved = resolve_drawing(sketch.drawing);
    const auto group = components(resolved);

    // Lines hang together when an end of one is within the tolerance of the other.
    std::vector<std::uint32_t> expected(lines.size());
    std::iota(expected.begin(), expected.end(), 0u);
    const auto away = [](Metres p, const std::pair<Metres, Metres>& line) {
      const double dx = line.second.east - line.first.east;
      const double dy = line.second.north - line.first.north;
      const double t =
          std::clamp(((p.east - line.first.east) * dx + (p.north - line.first.north) * dy) /
                         (dx * dx + dy * dy),
                     0.0, 1.0);
      return std::hypot(p.east - line.first.east - t * dx, p.north - line.first.north - t * dy);
    };
    bool close_call = false;
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
      for (std::uint32_t k = 0; k < lines.size(); ++k) {
        if (i == k) continue;
        for (const Metres end : {lines[i].first, lines[i].second}) {
          const double m = away(end, lines[k]);
          close_call = close_call || std::abs(m - 0.5) < 0.01;
          if (m > 0.5) continue;
          const std::uint32_t from = expected[i], to = expected[k];
          for (std::uint32_t& e : expected) e = e == from ? to : e;
        }
      }
    }
    if (close_call) continue;
    ++compared;
    std::vector<std::uint32_t> node_of_line(lines.size(), 0);
    for (const DrawnPart& part : resolved.parts) node_of_line[part.course] = part.from;
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
      for (std::uint32_t k = 0; k < i; ++k) {
        EXPECT_EQ(group[node_of_line[i]] == group[node_of_line[k]], expected[i] == expected[k])
            << i << " and " << k;
      }
    }
  }
  EXPECT_GE(compared, 30);
}

}  // namespace
}  // namespace gridmend::drawn_connectivity_test
