#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "core/network/supply_forest.h"
#include "data/ingest/region_import.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::drawn_import_test {
namespace {

using ::testing::HasSubstr;

namespace fs = std::filesystem;

// How a county utility's files name things; nobody ever joined them by ids.
constexpr const char* kProfile = R"(
name = "county"
[connectivity]
mode = "geometry"
tolerance_m = 0.5
reach_m = 3
usage_point_reach_m = 20
feeder_reach_m = 30

[[substations]]
layer = "变电站"
mrid = "名称"
name = "名称"

[[feeders]]
layer = "变电站"
mrid = "名称"
substation = "名称"
levels = ["10kV"]

[[devices]]
layer = "开关"
mrid = "编号"
level = { default = "10kV" }
kind = { column = "类型", values = { "断路器" = "breaker", "联络开关" = "load_break_switch", "跌落式熔断器" = "fuse" }, default = "disconnector" }
normally_open = { column = "状态", values = { "分" = "yes", "合" = "no" }, default = "no" }

[[devices]]
layer = "配变"
mrid = "编号"
kind = { default = "power_transformer" }
level = { default = "10kV" }
to_level = { default = "400V" }
rated_kva = "容量"

[[devices]]
layer = "导线"
mrid = "编号"
kind = { default = "ac_line_segment" }
level = { default = "10kV" }

[[devices]]
layer = "低压线"
mrid = "编号"
kind = { default = "ac_line_segment" }
level = { default = "400V" }
length_m = "长度"

[[devices]]
layer = "接户线"
mrid = "编号"
kind = { default = "service_drop" }
level = { default = "400V" }
tapped = false

[[usage_points]]
layer = "表箱"
mrid = "户号"
levels = ["400V"]
)";

struct Metres {
  double east = 0, north = 0;
};

constexpr double kLongitude = 114.3, kLatitude = 30.6;

std::string coordinate(Metres m) {
  constexpr double kMetresPerDegree = 6371008.8 * std::numbers::pi / 180.0;
  char text[64];
  std::snprintf(
      text, sizeof text, "[%.9f,%.9f]",
      kLongitude + m.east / kMetresPerDegree / std::cos(kLatitude * std::numbers::pi / 180.0),
      kLatitude + m.north / kMetresPerDegree);
  return text;
}

std::string coordinates(const std::vector<Metres>& line) {
  std::string text = "[";
  for (const Metres m : line) text += (text.size() > 1 ? "," : "") + coordinate(m);
  return text + "]";
}

std::string feature(const std::string& type, const std::string& coordinates_text,
                    const std::string& properties) {
  return R"({"type":"Feature","geometry":{"type":")" + type + R"(","coordinates":)" +
         coordinates_text + R"(},"properties":{)" + properties + "}}";
}

std::string line(const std::string& id, const std::vector<Metres>& course,
                 const std::string& more = {}) {
  return feature("LineString", coordinates(course), R"("编号":")" + id + "\"" + more);
}

std::string point(const std::string& id, Metres at, const std::string& more = {}) {
  return feature("Point", coordinate(at), R"("编号":")" + id + "\"" + more);
}

std::string meter(const std::string& id, Metres at) {
  return feature("Point", coordinate(at), R"("户号":")" + id + "\"");
}

//  变电站 ==B1===L1=====+===L2===[gap: TIE open]===L3 (from the other substation's side: dark)
//                       |                 x crossed by L9, another line, without a vertex
//                      L4 -- F1 T1 (off by 2 m) -- 低压线 D1, D2 -- 接户线 -- 表箱
class County : public testing::Test {
 protected:
  County() {
    source_.layers.clear();
    auto& layers = source_.layers;
    layers["变电站"] = {
        feature("Polygon",
                "[" + coordinates({{-20, -20}, {20, -20}, {20, 20}, {-20, 20}, {-20, -20}}) + "]",
                R"("名称":"城关变")")};
    layers["杆塔"] = {point("P1", {100, 0}), point("P2", {150, 0})};
    layers["导线"] = {
        line("L1", {{0, 0}, {100, 0}, {200, 0}}),
        line("L2", {{399, 0.2}, {300, 0.1}, {200.3, 0.2}}),  // against its direction
        line("L3", {{401, 0}, {500, 0}}),
        line("L4", {{150, -0.3}, {150, -100}}),  // meets the middle of L1
        line("L4", {{150, -100}, {150, -0.2}}),  // drawn twice
        line("L9", {{300, 80}, {300, -80}}),     // crosses L2
        line("L10", {{200, 1.4}, {200, 60}}),    // misses L1 and L2 by 1.2 m
        line("L11", {{50, 0}, {50, 0}}),         // no length
        feature("MultiLineString",
                "[" + coordinates({{100, 0}, {100, 50}}) + "," +
                    coordinates({{100.1, 90}, {100.2, 50.1}}) + "]",
                R"("编号":"L12")"),  // two parts that meet, the second reversed
    };
    layers["开关"] = {
        point("B1", {30, 1.5}, R"(,"类型":"断路器","状态":"合")"),
        point("TIE", {400, 0.5}, R"(,"类型":"联络开关","状态":"分")"),
        point("F1", {150, -99}, R"(,"类型":"跌落式熔断器","状态":"合")"),
    };
    layers["配变"] = {point("T1", {151.5, -101}, R"(,"容量":315)")};
    layers["低压线"] = {line("D1", {{152.5, -101}, {250, -101}}, R"(,"长度":200)"),
                        line("D2", {{151, -102}, {151, -180}}, R"(,"长度":78)")};
    layers["接户线"] = {line("J1", {{200, -101.2}, {205, -115}}),
                        line("J2", {{151, -180}, {160, -185}})};
    layers["表箱"] = {meter("M1", {206, -117}), meter("M2", {160, -185}), meter("M3", {152, -140}),
                      meter("M4", {900, 900})};
  }

  RegionImport import(const std::string& profile = kProfile,
                      std::optional<double> tolerance_m = {}) {
    source_.write();
    const fs::path toml = source_.folder() / "county.toml";
    source_.write_file("county.toml", profile);
    RegionSpec spec;
    spec.sources.push_back({source_.folder(), toml.string(), {}, tolerance_m});
    auto imported = import_region(spec, {.most_severe_percent = 100, .progress = {}});
    if (!imported) {
      ADD_FAILURE() << describe(imported.error());
      std::abort();
    }
    return std::move(*imported);
  }

  static const Defect* defect(const RegionImport& imported, DefectClass defect_class,
                              std::string_view feature_id) {
    for (const Defect& found : imported.region.defects) {
      if (found.defect_class == defect_class && found.place.feature_id == feature_id) return &found;
    }
    return nullptr;
  }

  TownSource source_;
};

std::set<std::string> supplied(const NetworkModel& network) {
  const SwitchState switches{network};
  const SupplyForest forest = SupplyForest::derive(network, switches);
  std::set<std::string> ids;
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    if (forest.supplied(network.usage_points()[id].node)) ids.emplace(network.mrid(id));
  }
  return ids;
}

std::set<std::string> supplied_devices(const NetworkModel& network) {
  const SwitchState switches{network};
  const SupplyForest forest = SupplyForest::derive(network, switches);
  std::set<std::string> ids;
  for (const Id<Device> id : network.devices().ids()) {
    if (forest.supplied(network.devices()[id].from) && forest.supplied(network.devices()[id].to)) {
      ids.emplace(network.mrid(id));
    }
  }
  return ids;
}

TEST_F(County, ADrawingNobodyCleanedComesInAndItsMetersAreSupplied) {
  const RegionImport imported = import();
  const NetworkModel& network = imported.region.network;
  EXPECT_EQ(supplied(network), (std::set<std::string>{"M1", "M2", "M3"}));
  EXPECT_EQ(imported.usage_points.total, 4u);
  EXPECT_EQ(imported.usage_points.refused, 1u);
  EXPECT_EQ(network.feeders().size(), 1u);
  EXPECT_EQ(supplied_devices(network),
            (std::set<std::string>{"L1", "L1/1", "L1/2", "L1/3", "L2", "L4", "L4/1", "L12", "B1",
                                   "F1", "T1", "D1", "D1/1", "D2", "J1", "J2"}));
}

TEST_F(County, WhatWasDoneIsSaidWithBothSidesAndTheDistance) {
  const RegionImport imported = import();
  const Defect* found = defect(imported, DefectClass::duplicate_line, "L4");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->place.layer, "导线");

  EXPECT_NE(defect(imported, DefectClass::zero_length_line, "L11"), nullptr);

  found = defect(imported, DefectClass::lines_joined, "L1");
  ASSERT_NE(found, nullptr);
  EXPECT_TRUE(found->position);

  found = defect(imported, DefectClass::dangling_line_end, "L10");
  ASSERT_NE(found, nullptr);
  EXPECT_THAT(found->message, HasSubstr("by 1.2"));
  EXPECT_THAT(found->message, HasSubstr("tolerance of 0.50 m"));
  EXPECT_THAT(found->action, HasSubstr("probably meant to join"));

  found = defect(imported, DefectClass::usage_point_far_from_transformer, "M4");
  ASSERT_NE(found, nullptr);
  EXPECT_THAT(found->message, HasSubstr("farther than 20 m"));
  EXPECT_NE(defect(imported, DefectClass::usage_point_refused, "M4"), nullptr);

  found = defect(imported, DefectClass::lines_joined, "TIE");
  ASSERT_NE(found, nullptr);
  EXPECT_THAT(found->message, HasSubstr("gap of 2.1"));
}

TEST_F(County, AnEndWithAMeterIsNoDanglingOne) {
  // Two drops to two houses of a row: their ends are 1 m apart.
  source_.layers["接户线"].push_back(line("J3", {{210, -101.2}, {206, -115}}));
  source_.replace("表箱", coordinate({206, -117}), coordinate({204, -117}));
  const RegionImport without = import();
  EXPECT_NE(defect(without, DefectClass::dangling_line_end, "J3"), nullptr);
  source_.layers["表箱"].push_back(meter("M5", {206.2, -115.2}));
  const RegionImport imported = import();
  EXPECT_EQ(defect(imported, DefectClass::dangling_line_end, "J3"), nullptr);
  EXPECT_TRUE(supplied(imported.region.network).contains("M5"));
}

TEST_F(County, ALineThatIsCutSharesItsLengthOut) {
  const RegionImport imported = import();
  const NetworkModel& network = imported.region.network;
  const auto length = [&](const char* mrid) {
    return static_cast<double>(network.devices()[*network.find_device(mrid)].length_m);
  };
  // 200 m as declared over 97.5 m drawn, met 47.5 m from its start.
  EXPECT_NEAR(length("D1") + length("D1/1"), 200, 0.01);
  EXPECT_NEAR(length("D1"), 200 * 47.5 / 97.5, 0.2);
  EXPECT_NEAR(length("L12"), 90, 0.5);
}

TEST_F(County, TheRegionSaysHowFarEndsMayBeApart) {
  const RegionImport imported = import(kProfile, 1.5);
  EXPECT_TRUE(supplied_devices(imported.region.network).contains("L10"));
}

TEST_F(County, ConnectivityNodesKeepTheirNamesWhenTheFilesAreShuffled) {
  const auto names = [](const RegionImport& imported) {
    std::set<std::string> ids;
    for (const auto id : imported.region.network.nodes().ids()) {
      ids.emplace(imported.region.network.mrid(id));
    }
    return ids;
  };
  const RegionImport before = import();
  for (auto& [layer, features] : source_.layers) std::ranges::reverse(features);
  EXPECT_EQ(names(import()), names(before));
}

TEST_F(County, AFeedersPointMayBeItsBreaker) {
  source_.layers["出线"] = {
      feature("Point", coordinate({0.3, 0}), R"("编号":"B0","名称":"城一线")")};
  source_.layers["开关"].push_back(point("B0", {0.3, 0}, R"(,"类型":"断路器")"));
  std::string profile = kProfile;
  const std::string from =
      "[[feeders]]\nlayer = \"变电站\"\nmrid = \"名称\"\nsubstation = \"名称\"";
  profile.replace(profile.find(from), from.size(),
                  "[[feeders]]\nlayer = \"出线\"\nmrid = \"名称\"");
  const RegionImport imported = import(profile);
  const NetworkModel& network = imported.region.network;
  ASSERT_EQ(network.feeders().size(), 1u);
  const Device& head = network.devices()[*network.find_device("B0")];
  EXPECT_EQ(network.feeders()[Id<Feeder>{0}].source_node, head.to);
  EXPECT_EQ(supplied(network), (std::set<std::string>{"M1", "M2", "M3"}));
}

constexpr const char* kNamedProfile = R"(
name = "named"
[connectivity]
mode = "ids_checked"
tolerance_m = 0.5

[[feeders]]
layer = "feeders"
mrid = "mrid"
source_node = "source_node"

[[devices]]
layer = "lines"
mrid = "编号"
from_node = "from"
to_node = "to"
kind = { default = "ac_line_segment" }

[[usage_points]]
layer = "表箱"
mrid = "户号"
node = "node"
)";

class NamedAndDrawn : public County {
 protected:
  NamedAndDrawn() {
    source_.layers.clear();
    const auto named = [](const char* from, const char* to) {
      return std::string{R"(,"from":")"} + from + R"(","to":")" + to + "\"";
    };
    source_.layers["feeders"] = {bare_feature(R"("mrid":"F","source_node":"A")")};
    source_.layers["lines"] = {line("L1", {{0, 0}, {100, 0}}, named("A", "B")),
                               line("L2", {{200, 0}, {100, 0}}, named("B", "C")),
                               line("L3", {{200, 0}, {300, 0}}, named("C", "D")),
                               line("L4", {{300, 0}, {400, 0}}, named("D", "E"))};
    source_.layers["表箱"] = {feature("Point", coordinate({400, 0}), R"("户号":"M1","node":"E")")};
  }
};

TEST_F(NamedAndDrawn, AgreeingIdsAndDrawingsAreNoDefect) {
  const RegionImport imported = import(kNamedProfile);
  EXPECT_EQ(imported.defect_tally.of(DefectClass::connectivity_disagrees), 0u);
  EXPECT_EQ(supplied(imported.region.network), std::set<std::string>{"M1"});
}

TEST_F(NamedAndDrawn, IdsThatJoinWhatIsFarApartAreToldWithTheDistanceAndWhatTheDrawingMeets) {
  // L4 names B where it is drawn to meet D.
  source_.replace("lines", R"("from":"D","to":"E")", R"("from":"B","to":"E")");
  const RegionImport imported = import(kNamedProfile);
  const Defect* found = defect(imported, DefectClass::connectivity_disagrees, "L4");
  ASSERT_NE(found, nullptr);
  EXPECT_THAT(found->message, HasSubstr("'B', 200 m apart"));
  EXPECT_THAT(found->message, HasSubstr("the drawing meets 'D' at 0.00 m"));
  EXPECT_EQ(found->action, "the ids decide");
  // By the ids E hangs at B, behind L1 and L4.
  EXPECT_EQ(supplied(imported.region.network), std::set<std::string>{"M1"});
}

TEST_F(NamedAndDrawn, IdsThatKeepApartWhatTheDrawingJoinsAreTold) {
  source_.replace("lines", R"("from":"C","to":"D")", R"("from":"C2","to":"D")");
  const RegionImport imported = import(kNamedProfile);
  EXPECT_TRUE(supplied(imported.region.network).empty());
  EXPECT_EQ(imported.defect_tally.of(DefectClass::connectivity_disagrees), 1u);

  std::string wins = kNamedProfile;
  wins.replace(wins.find("tolerance_m"), 0, "drawing_wins = true\n");
  const RegionImport drawn = import(wins);
  EXPECT_EQ(drawn.defect_tally.of(DefectClass::connectivity_disagrees), 1u);
  EXPECT_EQ(supplied(drawn.region.network), std::set<std::string>{"M1"});
}

}  // namespace
}  // namespace gridmend::drawn_import_test
