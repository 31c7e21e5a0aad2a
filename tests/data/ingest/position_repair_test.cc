#include "data/ingest/position_repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "data/ingest/network_builder.h"

namespace gridmend::position_repair_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Line {
  std::string mrid, from, to;
  std::vector<Position> shape;  // empty: the line has none
};

// A network as a source has it, with the true positions to be spoilt.
struct Source {
  std::map<std::string, Position> nodes;  // the layer of nodes; may lack some
  std::vector<Line> lines;
  std::map<std::string, std::pair<std::string, Position>> switches;  // at a node, to NODE + "'"
  std::map<std::string, std::pair<std::string, Position>> usage_points;
};

struct Built {
  std::map<std::string, Position> nodes, devices, usage_points;
  std::map<std::string, std::vector<Position>> shapes;
  std::vector<Defect> defects;

  std::set<std::string> repaired() const {
    std::set<std::string> ids;
    for (const Defect& defect : defects) {
      if (defect.defect_class == DefectClass::position_repaired &&
          !defect.place.feature_id.empty()) {
        ids.insert(defect.place.feature_id);
      }
    }
    return ids;
  }
};

Built build(const Source& source) {
  NetworkBuilder builder;
  const SourceLayer layer = builder.layer("f", "l");
  const SourceLayer meters = builder.layer("f", "meters");
  builder.add_feeder({layer, 0}, {"S", "S", "", source.lines.front().from, 10});
  for (const auto& [mrid, position] : source.nodes) builder.add_node({layer, 1}, {mrid, position});
  for (const Line& line : source.lines) {
    DeviceInput input;
    input.mrid = line.mrid;
    input.from_node = line.from;
    input.to_node = line.to;
    input.geometry = line.shape;
    builder.add_device({layer, 2}, input);
  }
  for (const auto& [mrid, at] : source.switches) {
    DeviceInput input;
    input.mrid = mrid;
    input.kind = DeviceKind::fuse;
    input.from_node = at.first;
    const std::string beyond = at.first + "'";
    input.to_node = beyond;
    input.geometry = {&at.second, 1};
    builder.add_device({layer, 3}, input);
  }
  for (const auto& [mrid, at] : source.usage_points) {
    UsagePointInput input;
    input.mrid = mrid;
    input.node = at.first;
    input.position = at.second;
    builder.add_usage_point({meters, 4}, input);
  }
  auto built = std::move(builder).finish();
  EXPECT_TRUE(built) << describe(built.error());
  Built result;
  if (!built) return result;
  const NetworkRecords& r = built->records;
  const auto text = [&](TextId id) { return std::string{r.texts[id]}; };
  for (const ConnectivityNode& node : r.nodes) result.nodes[text(node.mrid)] = node.position;
  for (const Device& device : r.devices) {
    result.devices[text(device.mrid)] = device.position;
    auto& shape = result.shapes[text(device.mrid)];
    for (std::uint32_t v = device.vertices_begin; v < device.vertices_end; ++v) {
      shape.push_back(r.vertices[Id<Vertex>{v}]);
    }
  }
  for (const UsagePoint& point : r.usage_points) {
    result.usage_points[text(point.mrid)] = point.position;
  }
  result.defects = std::move(built->defects).finish();
  return result;
}

Position offset(Position p, double east_m, double north_m) {
  const LocalPlane plane{p};
  return plane.to_position({east_m, north_m});
}

// A street of `count` poles, 60 m apart, with drawn lines, named PREFIX0, PREFIX1, ...
void add_street(Source& source, const std::string& prefix, Position start, int count,
                const std::string& from = {}) {
  for (int i = 0; i < count; ++i) {
    const std::string here = prefix + std::to_string(i);
    source.nodes[here] = offset(start, 60.0 * i, 15.0 * (i % 3));
    const std::string before = i == 0 ? from : prefix + std::to_string(i - 1);
    if (before.empty()) continue;
    const Position a = source.nodes.at(before), b = source.nodes.at(here);
    const Position between{std::midpoint(a.longitude_deg, b.longitude_deg),
                           std::midpoint(a.latitude_deg, b.latitude_deg)};
    source.lines.push_back(
        {"L" + here, before, here, i == 0 ? std::vector{a, b} : std::vector{a, between, b}});
  }
}

constexpr Position kTown{114.3, 30.5};

Source street() {
  Source source;
  add_street(source, "n", kTown, 20);
  return source;
}

const Defect* repair_of(const Built& built, const std::string& id) {
  for (const Defect& d : built.defects) {
    if (d.defect_class == DefectClass::position_repaired && d.place.feature_id == id) return &d;
  }
  return nullptr;
}

TEST(PositionRepair, ASoundStreetIsLeftAlone) {
  EXPECT_THAT(build(street()).repaired(), IsEmpty());
}

TEST(PositionRepair, APoleThatLostADigitStandsBetweenItsNeighboursAgainAndIsNamed) {
  Source source = street();
  const Position truth = source.nodes.at("n7");
  source.nodes["n7"] = {114.9, 30.5};  // 57 km
  const Built built = build(source);
  EXPECT_THAT(built.repaired(), ElementsAre("n7"));
  EXPECT_LT(distance_m(built.nodes.at("n7"), truth), 61);
  const Defect* defect = repair_of(built, "n7");
  ASSERT_NE(defect, nullptr);
  EXPECT_THAT(defect->message, AllOf(HasSubstr("114.900000"), HasSubstr("km away")));
  EXPECT_THAT(defect->action, HasSubstr("put at (114.30"));
  EXPECT_EQ(defect->severity, DefectSeverity::warning);
  EXPECT_EQ(defect->place.layer, "l");
}

TEST(PositionRepair, APoleWithoutDrawnLinesIsFoundFromItsTwoNeighbours) {
  Source source = street();
  for (Line& line : source.lines) line.shape.clear();
  const Position truth = source.nodes.at("n7");
  source.nodes["n7"] = {114.9, 30.5};
  const Built built = build(source);
  EXPECT_THAT(built.repaired(), ElementsAre("n7"));
  EXPECT_LT(distance_m(built.nodes.at("n7"), truth), 61);
}

TEST(PositionRepair, NullIslandIsNoPlaceForAPoleALineOrAMeter) {
  Source source = street();
  source.nodes["n3"] = {0, 0};
  source.lines[8].shape[1] = {0, 0};
  source.lines[12].shape = {{0, 0}, {0, 0}};
  source.switches["F"] = {"n5", {0, 0}};
  source.usage_points["u"] = {"n6", {0, 0}};
  const Built built = build(source);
  EXPECT_THAT(built.repaired(), ElementsAre("F", "Ln13", "Ln9", "n3", "u"));
  EXPECT_LT(distance_m(built.nodes.at("n3"), offset(kTown, 180, 0)), 100);
  EXPECT_LT(distance_m(built.devices.at("F"), built.nodes.at("n5")), 1);
  EXPECT_LT(distance_m(built.usage_points.at("u"), built.nodes.at("n6")), 1);
  for (const Position p : built.shapes.at("Ln9")) EXPECT_LT(distance_m(p, kTown), 2000);
  EXPECT_THAT(repair_of(built, "n3")->message, HasSubstr("(0, 0)"));
}

TEST(PositionRepair, NullIslandIsAPlaceForADrawingThatLiesThere) {
  Source source;
  add_street(source, "n", {0, 0}, 20);
  EXPECT_THAT(build(source).repaired(), IsEmpty());
}

TEST(PositionRepair, ExchangedAxesOfSingleFeaturesAreExchangedBack) {
  Source source = street();
  const auto swap = [](Position& p) { std::swap(p.longitude_deg, p.latitude_deg); };
  // In China such a latitude is not on earth; in Brazil it is.
  Source brazil;
  add_street(brazil, "n", {-52.01, -28.07}, 20);
  const Source truth = brazil;
  swap(brazil.nodes["n4"]);
  for (Position& p : brazil.lines[9].shape) swap(p);
  swap(brazil.lines[14].shape[1]);
  brazil.usage_points["u"] = {"n6", {-28.07, -52.01}};
  const Built built = build(brazil);
  EXPECT_THAT(built.repaired(), ElementsAre("Ln10", "Ln15", "n4", "u"));
  EXPECT_LT(distance_m(built.nodes.at("n4"), truth.nodes.at("n4")), 0.01);
  EXPECT_LT(distance_m(built.shapes.at("Ln10")[1], truth.lines[9].shape[1]), 0.01);
  EXPECT_LT(distance_m(built.shapes.at("Ln15")[1], truth.lines[14].shape[1]), 0.01);
  EXPECT_THAT(repair_of(built, "u")->message, HasSubstr("exchanged"));
}

TEST(PositionRepair, AVertexThatLostADigitGoesBackToItsLine) {
  Source source = street();
  source.lines[9].shape[1].longitude_deg += 0.6;
  source.lines[14].shape[2].latitude_deg += 1;
  const Source truth = street();
  const Built built = build(source);
  EXPECT_THAT(built.repaired(), ElementsAre("Ln10", "Ln15"));
  EXPECT_LT(distance_m(built.shapes.at("Ln10")[1], truth.lines[9].shape[1]), 10);
  EXPECT_LT(distance_m(built.shapes.at("Ln15")[2], truth.lines[14].shape[2]), 1);
  EXPECT_EQ(built.shapes.at("Ln15").size(), 3u);
}

TEST(PositionRepair, AGenuineLongSpanAndTheVillageBehindItStay) {
  for (const bool drawn : {true, false}) {
    Source source = street();
    add_street(source, "v", offset(kTown, 40'000, 9'000), 6, "n19");
    if (!drawn) {
      for (Line& line : source.lines) line.shape.clear();
    }
    EXPECT_THAT(build(source).repaired(), IsEmpty()) << drawn;
  }
}

TEST(PositionRepair, AGridWithFewPlacesOnItsLongLinesIsLeftAlone) {
  Source grid;
  for (int i = 0; i < 6; ++i) {
    const Position here{4 + 0.4 * i, 51}, there{4 + 0.4 * (i + 1), 51};
    grid.nodes["s" + std::to_string(i)] = here;
    // Drawn to the border, 40 km from the substation that it leads to.
    grid.lines.push_back({"l" + std::to_string(i),
                          "s" + std::to_string(i),
                          "s" + std::to_string(i + 1),
                          {here, {there.longitude_deg, 51.36}}});
  }
  grid.nodes["s6"] = {6.4, 51};
  for (int i = 0; i < 30; ++i) {
    const std::string switched = "s6" + std::string(static_cast<std::size_t>(i), '\'');
    grid.switches["d" + std::to_string(i)] = {switched, {6.4, 51}};
  }
  EXPECT_THAT(build(grid).repaired(), IsEmpty());
}

TEST(PositionRepair, AFewPlacesOnTheWayOfOneLongLineAreLeftAlone) {
  Source grid = street();
  const Position start = grid.nodes.at("n0");
  const auto east = [&](double degrees) {
    return Position{start.longitude_deg + degrees, start.latitude_deg};
  };
  grid.nodes["far"] = east(4);
  grid.nodes["farther"] = east(4.001);
  grid.lines.push_back({"long", "n0", "far", {start, east(1), east(2), east(3), east(4)}});
  grid.lines.push_back({"village", "far", "farther", {east(4), east(4.001)}});
  EXPECT_THAT(build(grid).repaired(), IsEmpty());
}

TEST(PositionRepair, AFarmAtTheEndOfALongSpanStays) {
  for (const bool drawn : {true, false}) {
    Source source = street();
    add_street(source, "farm", offset(kTown, 18'000, 0), 1, "n10");
    if (!drawn) source.lines.back().shape.clear();
    EXPECT_THAT(build(source).repaired(), IsEmpty()) << drawn;
  }
}

TEST(PositionRepair, ANetworkOnAnIslandStays) {
  Source source = street();
  add_street(source, "i", offset(kTown, 300'000, -90'000), 5);
  add_street(source, "rock", offset(kTown, 500'000, -90'000), 2);
  EXPECT_THAT(build(source).repaired(), IsEmpty());
}

TEST(PositionRepair, TheCableToAnIslandStays) {
  Source source = street();
  add_street(source, "i", offset(kTown, 120'000, 0), 5, "n19");  // one straight line of 119 km
  EXPECT_THAT(build(source).repaired(), IsEmpty());
}

TEST(PositionRepair, TwoSpoiltNeighboursAreBothPutRight) {
  Source source = street();
  for (Line& line : source.lines) line.shape.clear();
  source.nodes["n7"] = {114.9, 30.5};
  source.nodes["n8"] = {114.3, 31.9};
  const Built built = build(source);
  EXPECT_THAT(built.repaired(), ElementsAre("n7", "n8"));
  for (const char* id : {"n7", "n8"}) EXPECT_LT(distance_m(built.nodes.at(id), kTown), 2'000);
}

// Random trees of streets with random damage: nearly all of it is found, and nothing else touched.
TEST(PositionRepair, RandomDamageIsFoundAndSoundPositionsAreNot) {
  std::size_t spoilt_in_all = 0, found = 0, touched_sound = 0, spoilt_nodes = 0, put_near = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random{seed};
    Source source;
    const Position town{random.uniform(-120, 120), random.uniform(-50, 50)};
    if (std::abs(town.longitude_deg - town.latitude_deg) < 2) continue;  // exchanging is no damage
    add_street(source, "a", town, random.between(20, 60));
    for (int s = 0; s < 12; ++s) {
      const std::string from =
          std::next(source.nodes.begin(),
                    static_cast<std::ptrdiff_t>(random.below(source.nodes.size())))
              ->first;
      const double far = s == 0 ? 15'000 : 300;
      add_street(
          source, std::string(1, static_cast<char>('b' + s)),
          offset(source.nodes.at(from), random.uniform(-far, far), random.uniform(-far, far)),
          random.between(4, 30), from);
    }
    const bool drawn = random.chance(0.5);
    if (!drawn) {
      for (Line& line : source.lines) line.shape.clear();
    }
    const Source truth = source;
    std::set<std::string> spoilt;
    const auto spoil = [&](Position p) {
      switch (random.below(3)) {
        case 0:
          return Position{0, 0};
        case 1:
          return Position{p.latitude_deg, p.longitude_deg};
        default:
          return offset(p, random.uniform(60'000, 200'000), random.uniform(-90'000, 90'000));
      }
    };
    for (auto& [id, position] : source.nodes) {
      if (!random.chance(0.02)) continue;
      const Position bad = spoil(position);
      if (!is_on_earth(bad)) continue;  // is_on_earth finds that
      position = bad;
      spoilt.insert(id);
    }
    for (Line& line : source.lines) {
      if (line.shape.empty() || !random.chance(0.02)) continue;
      Position& vertex = line.shape[random.below(line.shape.size())];
      const Position bad = spoil(vertex);
      if (!is_on_earth(bad)) continue;
      vertex = bad;
      spoilt.insert(line.mrid);
    }
    const Built built = build(source);
    const auto repaired = built.repaired();
    spoilt_in_all += spoilt.size();
    for (const std::string& id : spoilt) {
      found += repaired.count(id);
      const auto node = truth.nodes.find(id);
      if (node == truth.nodes.end()) continue;
      ++spoilt_nodes;
      put_near += distance_m(built.nodes.at(id), node->second) < 20'000 ? 1 : 0;
    }
    for (const std::string& id : repaired) {
      if (spoilt.count(id) != 0) continue;
      ++touched_sound;
      ADD_FAILURE() << "seed " << seed << " touched " << id << ": "
                    << repair_of(built, id)->message;
    }
  }
  RecordProperty("spoilt", static_cast<int>(spoilt_in_all));
  RecordProperty("found", static_cast<int>(found));
  ASSERT_GT(spoilt_in_all, 150u);
  EXPECT_EQ(touched_sound, 0u);
  EXPECT_GE(static_cast<double>(found), 0.98 * static_cast<double>(spoilt_in_all))
      << found << " of " << spoilt_in_all;
  EXPECT_GE(static_cast<double>(put_near), 0.98 * static_cast<double>(spoilt_nodes));
}

}  // namespace
}  // namespace gridmend::position_repair_test
