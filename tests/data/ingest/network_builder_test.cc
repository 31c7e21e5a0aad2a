#include "data/ingest/network_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <set>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "data/ingest/network_checks.h"

namespace gridmend::network_builder_test {
namespace {

using ::testing::HasSubstr;

DeviceInput line(std::string_view mrid, std::string_view from, std::string_view to,
                 std::span<const Position> geometry = {}) {
  DeviceInput device;
  device.mrid = mrid;
  device.from_node = from;
  device.to_node = to;
  device.geometry = geometry;
  return device;
}

std::size_t count(const DefectLog& log, DefectClass defect_class) {
  return log.count(defect_class);
}

class Building : public ::testing::Test {
 protected:
  SourceFeature at(const char* layer_name = "lines") {
    return {builder.layer("a.gpkg", layer_name), next_feature_++};
  }
  BuiltNetwork build() {
    auto built = std::move(builder).finish();
    EXPECT_TRUE(built) << describe(built.error());
    auto network = NetworkModel::from_records(built->records);
    EXPECT_TRUE(network) << describe(network.error());
    return std::move(*built);
  }
  void feed(std::string_view node) { builder.add_feeder(at("feeders"), {"S", "S", {}, node, 10}); }

  NetworkBuilder builder;
  std::int64_t next_feature_ = 1;
};

std::string_view mrid(const BuiltNetwork& built, std::size_t device) {
  return built.records.texts[built.records.devices.values()[device].mrid];
}

TEST_F(Building, NoRecordHoldsWhatIsBeyondAFloat) {
  DeviceInput monster = line("M", "a", "b");
  monster.nominal_kv = std::numeric_limits<float>::infinity();
  monster.rated_kva = -std::numeric_limits<float>::infinity();
  monster.length_m = std::numeric_limits<float>::quiet_NaN();
  monster.live_part_height_m = std::numeric_limits<float>::infinity();
  builder.add_device(at(), monster);
  builder.add_feeder(at("feeders"), {"S", "S", {}, "a", std::numeric_limits<float>::infinity()});
  const BuiltNetwork built = build();
  const Device& device = built.records.devices.values()[0];
  EXPECT_EQ(device.nominal_kv, 0);
  EXPECT_EQ(device.rated_kva, 0);
  EXPECT_EQ(device.length_m, 0);
  EXPECT_EQ(device.live_part_height_m, 0);
  EXPECT_EQ(built.records.feeders.values()[0].nominal_kv, 0);
  EXPECT_EQ(count(built.defects, DefectClass::value_out_of_range), 5U);
}

TEST_F(Building, TheOrderOfReadingDoesNotMatter) {
  UsagePointInput point;
  point.mrid = "u";
  point.node = "c";
  point.transformer = "T";
  builder.add_usage_point(at("usage_points"), point);
  DeviceInput transformer = line("T", "b", "c");
  transformer.kind = DeviceKind::power_transformer;
  const std::vector<Position> here = {{120, 30}};
  transformer.geometry = here;
  builder.add_device(at("transformers"), transformer);
  builder.add_device(at(), line("L", "a", "b"));
  builder.add_feeder(at("feeders"), {"S", "", "SUB", "a", 10});
  builder.add_substation(at("substations"), {"SUB", "Mill", {}});
  const BuiltNetwork built = build();
  EXPECT_EQ(built.records.feeders.values()[0].substation, Id<Substation>{0});
  const UsagePoint& u = built.records.usage_points.values()[0];
  EXPECT_EQ(mrid(built, u.transformer.index), "T");
  EXPECT_EQ(u.position, here[0]);
  EXPECT_EQ(count(built.defects, DefectClass::dangling_reference), 0u);
  // A substation without geometry stands where its feeder starts.
  EXPECT_EQ(built.records.substations.values()[0].position, here[0]);
}

TEST_F(Building, LayersThatNumberAlikeKeepTheirDevicesApart) {
  feed("a");
  builder.add_device(at("switches"), line("1", "a", "b"));
  builder.add_device(at("lines"), line("1", "b", "c"));
  builder.add_device(at("lines"), line("1", "c", "d"));
  const BuiltNetwork built = build();
  EXPECT_EQ(mrid(built, 0), "1");
  EXPECT_EQ(mrid(built, 1), "lines/1");
  EXPECT_EQ(mrid(built, 2), "lines/1#2");
  EXPECT_EQ(count(built.defects, DefectClass::duplicate_id), 1u);
}

TEST_F(Building, ANumberedIdIsNeverGivenTwice) {
  feed("a");
  builder.add_device(at(), line("1#2", "a", "b"));
  builder.add_device(at(), line("1", "b", "c"));
  builder.add_device(at(), line("1", "c", "d"));
  builder.add_device(at(), line("1", "d", "e"));
  const BuiltNetwork built = build();
  std::set<std::string_view> ids;
  for (std::size_t i = 0; i < 4; ++i) ids.insert(mrid(built, i));
  EXPECT_THAT(ids, ::testing::ElementsAre("1", "1#2", "1#3", "1#4"));
}

TEST_F(Building, OfUsagePointsOfOneIdTheActiveOneKeepsIt) {
  feed("a");
  builder.add_device(at(), line("L", "a", "b"));
  UsagePointInput point;
  point.mrid = "u";
  point.node = "b";
  point.active = false;
  point.customers = 3;
  builder.add_usage_point(at("usage_points"), point);
  point.active = true;
  builder.add_usage_point(at("usage_points"), point);
  const BuiltNetwork built = build();
  const auto points = built.records.usage_points.values();
  EXPECT_EQ(built.records.texts[points[0].mrid], "u#2");
  EXPECT_EQ(points[0].customers, 0);
  EXPECT_EQ(built.records.texts[points[1].mrid], "u");
  EXPECT_EQ(points[1].customers, 3);
  EXPECT_EQ(built.usage_points.inactive, 1u);
}

TEST_F(Building, FeaturesWithoutIdsAreNamedByTheirNumber) {
  feed("a");
  builder.add_device({builder.layer("a.gpkg", "lines"), 17}, line("", "a", "b"));
  const BuiltNetwork built = build();
  EXPECT_EQ(mrid(built, 0), "lines#17");
  EXPECT_EQ(built.defects.defects()[0].place.feature_id, "#17");
}

TEST_F(Building, ANodeThatOnlyAUsagePointNamesIsNoNode) {
  feed("a");
  builder.add_device(at(), line("L", "a", "b"));
  UsagePointInput point;
  point.mrid = "u";
  point.node = "z";
  builder.add_usage_point(at("usage_points"), point);
  const BuiltNetwork built = build();
  EXPECT_EQ(built.records.nodes.size(), 2u);
  EXPECT_EQ(built.usage_points.refused, 1u);
  EXPECT_TRUE(built.records.usage_points.empty());
}

//   a ---- b ---- c      Drawn c to b; b stands where the first line ends.
TEST_F(Building, LinesAreTurnedAndNodesPlacedAtTheirEnds) {
  feed("a");
  const std::vector<Position> ab = {{120, 30}, {120.001, 30}}, cb = {{120.002, 30}, {120.001, 30}};
  builder.add_device(at(), line("bc", "b", "c", cb));
  builder.add_device(at(), line("ab", "a", "b", ab));
  builder.add_device(at(), line("drop", "c", "d"));
  builder.add_node(at("connectivity_nodes"), {"a", Position{120, 30}});
  const BuiltNetwork built = build();
  std::map<std::string_view, Position> nodes;
  for (const ConnectivityNode& node : built.records.nodes) {
    nodes[built.records.texts[node.mrid]] = node.position;
  }
  EXPECT_EQ(nodes["a"], (Position{120, 30}));
  EXPECT_EQ(nodes["b"], (Position{120.001, 30}));
  EXPECT_EQ(nodes["c"], (Position{120.002, 30}));
  EXPECT_EQ(nodes["d"], nodes["c"]);
  const Device& bc = built.records.devices.values()[0];
  EXPECT_EQ(built.records.vertices.values()[bc.vertices_begin], (Position{120.001, 30}));
  EXPECT_NEAR(bc.position.longitude_deg, 120.0015, 1e-9);
  EXPECT_EQ(count(built.defects, DefectClass::position_repaired), 1u);
}

// The boundary of a CGMES grid has nodes of all its neighbours, without a place.
TEST_F(Building, ANodeAtWhichThereIsNothingNeedsNoPosition) {
  feed("a");
  builder.add_device(at(), line("L", "a", "b"));
  builder.add_node(at("connectivity_nodes"), {"a", Position{120, 30}});
  builder.add_node(at("connectivity_nodes"), {"b", Position{120.001, 30}});
  builder.add_node(at("connectivity_nodes"), {"spare", std::nullopt});
  EXPECT_EQ(count(build().defects, DefectClass::missing_geometry), 0u);
}

TEST_F(Building, WhatHasNoPositionAtAllIsSaid) {
  feed("a");
  builder.add_device(at(), line("L", "a", "b"));
  const BuiltNetwork built = build();
  EXPECT_EQ(count(built.defects, DefectClass::missing_geometry), 1u);
  ASSERT_EQ(built.findings.size(), 1u);
  EXPECT_EQ(built.findings[0].nodes.size(), 2u);
  EXPECT_THAT(built.findings[0].statement, HasSubstr("has a position: 'a', 'b'"));
  EXPECT_EQ(built.findings[0].severity, DefectSeverity::warning) << "a model may have none";
}

TEST_F(Building, APartThatHasNoPositionIsSevereWhereOthersHaveOne) {
  feed("a");
  const std::vector<Position> shape = {{120, 30}, {120, 30.001}};
  builder.add_device(at(), line("L", "a", "b", shape));
  builder.add_device(at(), line("M", "c", "d"));
  const BuiltNetwork built = build();
  ASSERT_EQ(built.findings.size(), 1u);
  EXPECT_EQ(built.findings[0].severity, DefectSeverity::severe);
  EXPECT_EQ(built.findings[0].nodes.size(), 2u);
}

// Numbers of nodes and usage points are other ones once the undefined and refused are gone.
TEST_F(Building, AFindingAboutManyKnowsEachOfThemByItsPlaceInTheNetwork) {
  feed("a");
  const std::vector<Position> shape = {{120, 30}, {120, 30.001}};
  builder.add_node(at("nodes"), {"unused", Position{120, 30}});
  builder.add_device(at(), line("L", "a", "b", shape));
  DeviceInput transformer = line("T", "b", "c");
  transformer.kind = DeviceKind::power_transformer;
  builder.add_device(at("transformers"), transformer);
  for (const auto& [id, node] :
       {std::pair{"u1", "nowhere"}, {"u2", "c"}, {"u3", "nobody"}, {"u4", "c"}, {"u5", "b"}}) {
    UsagePointInput point;
    point.mrid = id;
    point.node = node;
    if (id == std::string_view{"u5"}) point.position = Position{120, 30};
    builder.add_usage_point(at("usage_points"), point);
  }
  const BuiltNetwork built = build();
  const auto network = NetworkModel::from_records(built.records);
  ASSERT_TRUE(network);
  std::vector<std::string> told;
  const FindingGroups groups{built.findings, built.layers, built.layer_of_usage_point};
  ASSERT_TRUE(each_member(groups, *network, [&](const Defect& one) -> Result<void> {
    told.push_back(one.place.layer + "/" + one.place.feature_id + " " + one.action);
    EXPECT_EQ(one.position, (Position{120, 30.001})) << one.place.feature_id;
    return {};
  }));
  EXPECT_THAT(told, ::testing::ElementsAre("/c placed at the other end of a device",
                                           "usage_points/u2 placed at their connectivity node",
                                           "usage_points/u4 placed at their connectivity node"));
}

TEST_F(Building, TheLogKeepsCountingWhenItKeepsNoMore) {
  feed("a");
  builder.add_device(at(), line("L", "a", "b"));
  const std::size_t many = DefectLog::kKeptOfAClass + 7;
  for (std::size_t i = 0; i < many; ++i) builder.add_device(at(), line("x", "", "b"));
  BuiltNetwork built = build();
  EXPECT_EQ(count(built.defects, DefectClass::dangling_reference), many);
  const auto defects = std::move(built.defects).finish();
  EXPECT_THAT(defects.back().message, HasSubstr("7 more"));
}

TEST(DefectLog, WhatIsAppendedIsAsIfItHadBeenFoundLater) {
  Random random{5};
  for (int round = 0; round < 20; ++round) {
    DefectLog all, before, after;
    const std::size_t many = DefectLog::kKeptOfAClass * 3 / 2;
    for (std::size_t i = 0; i < 2 * many; ++i) {
      Defect defect;
      defect.defect_class = random.chance(.8) ? DefectClass::empty_id : DefectClass::unknown_value;
      defect.message = std::to_string(i);
      all.add(defect);
      (i < many ? before : after).add(defect);
    }
    before.append(std::move(after));
    EXPECT_EQ(before.total(), all.total());
    const auto expected = std::move(all).finish(), found = std::move(before).finish();
    ASSERT_EQ(found.size(), expected.size()) << "seed 5, round " << round;
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].message, expected[i].message) << "seed 5, round " << round;
    }
  }
}

TEST_F(Building, ASourceWithoutDevicesOrFeedersIsRefused) {
  feed("a");
  const auto built = std::move(builder).finish();
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().reason, "NETWORK_EMPTY");
  EXPECT_EQ(built.error().place.file, "a.gpkg");
  NetworkBuilder second;
  second.add_device({second.layer("b", "lines"), 1}, line("L", "a", "b"));
  EXPECT_EQ(std::move(second).finish().error().reason, "NETWORK_EMPTY");
}

// Loops found by the checks against a count that knows nothing of trees: closed edges beyond a
// spanning forest of the sources' components.
TEST(NetworkChecks, RandomNetworksLoseNobodyAndNameEveryLoop) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    NetworkBuilder builder;
    const SourceLayer layer = builder.layer("a", "all");
    const int nodes = random.between(2, 12);
    const auto name = [](std::uint64_t i) { return "n" + std::to_string(i); };
    builder.add_feeder({layer, 0}, {"S0", "", "", name(0), 0});
    if (random.chance(0.5))
      builder.add_feeder({layer, 1}, {"S1", "", "", name(random.below(nodes)), 0});
    const int devices = random.between(1, 20);
    for (int i = 0; i < devices; ++i) {
      const std::string id = "d" + std::to_string(random.below(30)),
                        from = name(random.below(nodes)), to = name(random.below(nodes));
      DeviceInput device = line(id, from, to);
      device.kind = static_cast<DeviceKind>(random.below(kDeviceKinds));
      // Units of a bank side by side make no loop.
      if (device.kind == DeviceKind::power_transformer ||
          device.kind == DeviceKind::voltage_regulator) {
        device.kind = DeviceKind::jumper;
      }
      device.normally_open = random.chance(0.2);
      builder.add_device({layer, i}, device);
    }
    const int points = random.between(0, 10);
    for (int i = 0; i < points; ++i) {
      const std::string id = "u" + std::to_string(random.below(12)), node = name(random.below(14)),
                        transformer = "d" + std::to_string(random.below(30));
      UsagePointInput point;
      point.mrid = id;
      point.node = random.chance(0.1) ? std::string_view{} : std::string_view{node};
      point.transformer = random.chance(0.5) ? std::string_view{} : std::string_view{transformer};
      point.active = random.chance(0.8);
      builder.add_usage_point({layer, i}, point);
    }
    auto built = std::move(builder).finish();
    ASSERT_TRUE(built) << describe(built.error());
    auto network = NetworkModel::from_records(built->records);
    ASSERT_TRUE(network) << describe(network.error());
    const SwitchState switches{*network};
    const SupplyForest forest = SupplyForest::derive(*network, switches);
    CheckSettings settings;
    settings.mesh_loops = 1000;  // name each
    check_network(forest, switches, settings, *built);
    const UsagePointLedger& ledger = built->usage_points;
    EXPECT_EQ(ledger.total, static_cast<std::size_t>(points));
    EXPECT_EQ(ledger.total, ledger.supplied + ledger.unsupplied + ledger.refused);

    std::set<std::string> ids;
    for (const auto id : network->devices().ids()) ids.insert(std::string{network->mrid(id)});
    EXPECT_EQ(ids.size(), network->devices().size()) << "ids are unique";

    std::size_t closed_in_reach = 0, sources = 0;
    for (const auto id : network->devices().ids()) {
      const Device& device = network->devices()[id];
      if (device.normally_open == 0 && forest.supplied(device.from)) ++closed_in_reach;
    }
    std::set<std::uint32_t> source_nodes;
    for (const Feeder& feeder : network->feeders()) {
      if (feeder.source_node.valid()) source_nodes.insert(feeder.source_node.index);
    }
    sources = source_nodes.size();
    const std::size_t tree_edges = forest.tour().size() - sources;
    EXPECT_EQ(built->defects.count(DefectClass::loop_of_closed_switches),
              closed_in_reach - tree_edges);

    // Loops cut at their switches leave nobody without supply.
    if (!open_loops(forest, settings, *built)) continue;
    const auto cut = NetworkModel::from_records(built->records);
    ASSERT_TRUE(cut) << describe(cut.error());
    const SupplyForest after = SupplyForest::derive(*cut, SwitchState{*cut});
    EXPECT_LT(after.loop_devices().size(), forest.loop_devices().size());
    for (const auto id : network->nodes().ids()) EXPECT_EQ(after.supplied(id), forest.supplied(id));
  }
}

}  // namespace
}  // namespace gridmend::network_builder_test
