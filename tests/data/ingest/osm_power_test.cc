#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "core/network/supply_forest.h"
#include "data/ingest/osm_power_source.h"
#include "data/ingest/osm_power_tags.h"
#include "data/ingest/region_import.h"

namespace gridmend::osm_power_test {
namespace {

using ::testing::HasSubstr;

namespace fs = std::filesystem;

TagLookup tags(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* key) -> std::string_view {
    const auto it = values.find(key);
    return it == values.end() ? std::string_view{} : std::string_view{it->second};
  };
}

TEST(OsmPowerTags, VoltagesAreReadInAllTheirForms) {
  const auto highest = [](const char* text) {
    const auto voltages = parse_osm_voltages(text);
    return voltages ? voltages->highest_kv : -1;
  };
  EXPECT_DOUBLE_EQ(highest("20000"), 20);
  EXPECT_DOUBLE_EQ(highest("110000;20000"), 110);
  EXPECT_DOUBLE_EQ(highest("20 kV"), 20);
  EXPECT_DOUBLE_EQ(highest("400/230"), 0.4);
  EXPECT_DOUBLE_EQ(highest(""), -1);
  EXPECT_DOUBLE_EQ(highest("medium"), -1);
  EXPECT_DOUBLE_EQ(highest("1e400"), 0.4);
  EXPECT_DOUBLE_EQ(parse_osm_voltages("110000;20000")->lowest_kv, 20);
}

TEST(OsmPowerTags, LevelsFollowVoltageThenKindAndTractionIsItsOwn) {
  constexpr auto kLine = OsmPowerLayer::power_lines;
  EXPECT_EQ(osm_level(tags({{"power", "line"}}), kLine), "hv");
  EXPECT_EQ(osm_level(tags({{"power", "line"}, {"voltage", "20000"}}), kLine), "mv");
  EXPECT_EQ(osm_level(tags({{"power", "minor_line"}}), kLine), "mv");
  EXPECT_EQ(osm_level(tags({{"power", "minor_line"}, {"voltage", "400"}}), kLine), "lv");
  EXPECT_EQ(
      osm_level(tags({{"power", "line"}, {"voltage", "110000"}, {"frequency", "16.7"}}), kLine),
      "rail");
  EXPECT_EQ(osm_to_level(tags({{"power", "transformer"}, {"voltage:secondary", "400"}})), "lv");
}

TEST(OsmPowerTags, RatingsHaveUnits) {
  EXPECT_DOUBLE_EQ(parse_osm_rating_kva("630 kVA"), 630);
  EXPECT_DOUBLE_EQ(parse_osm_rating_kva("40MVA"), 40000);
  EXPECT_DOUBLE_EQ(parse_osm_rating_kva("630"), 0);
}

TEST(OsmPowerTags, HousesAreBuildingsAndShedsAreNot) {
  EXPECT_EQ(osm_power_layer(tags({{"building", "yes"}}), true, true), OsmPowerLayer::buildings);
  EXPECT_EQ(osm_power_layer(tags({{"building", "yes"}, {"power", "generator"}}), true, true),
            OsmPowerLayer::buildings);
  EXPECT_FALSE(osm_power_layer(tags({{"building", "garage"}}), true, true));
  EXPECT_EQ(osm_power_layer(tags({{"building", "yes"}, {"power", "substation"}}), true, true),
            OsmPowerLayer::power_substations);
  EXPECT_EQ(
      osm_power_layer(tags({{"power", "pole"}, {"transformer", "distribution"}}), false, false),
      OsmPowerLayer::power_transformers);
  EXPECT_FALSE(osm_power_layer(tags({{"power", "pole"}}), false, false));
}

class OsmPower : public testing::Test {
 protected:
  void SetUp() override {
    path_ = fs::path{testing::TempDir()} /
            (std::string{testing::UnitTest::GetInstance()->current_test_info()->name()} + ".osm");
  }
  void TearDown() override { fs::remove(path_); }

  void node(int id, double east_m, double north_m, const std::string& tag_text = {}) {
    char text[96];
    std::snprintf(text, sizeof text, "<node id='%d' version='1' lat='%.7f' lon='%.7f'>", id,
                  50 + north_m / 111195, 11.5 + east_m / 111195 / 0.6427876);
    nodes_ += text + tag_text + "</node>\n";
  }
  void way(int id, const std::vector<int>& refs, const std::string& tag_text) {
    ways_ += "<way id='" + std::to_string(id) + "' version='1'>";
    for (const int ref : refs) ways_ += "<nd ref='" + std::to_string(ref) + "'/>";
    ways_ += tag_text + "</way>\n";
  }
  static std::string tag(const std::string& key, const std::string& value) {
    return "<tag k='" + key + "' v='" + value + "'/>";
  }
  void house(int id, double east_m, double north_m) {
    for (int i = 0; i < 4; ++i) {
      node(id * 10 + i, east_m + (i == 1 || i == 2 ? 8 : 0), north_m + (i >= 2 ? 8 : 0));
    }
    way(id, {id * 10, id * 10 + 1, id * 10 + 2, id * 10 + 3, id * 10},
        tag("building", "house") + tag("addr:street", "Dorfstr.") +
            tag("addr:housenumber", std::to_string(id)));
  }
  const fs::path& write() {
    std::ofstream{path_} << "<?xml version='1.0' encoding='UTF-8'?>\n<osm version='0.6'>\n"
                         << nodes_ << ways_ << "</osm>\n";
    return path_;
  }
  // A substation, a line that leaves it, a pole with a transformer, houses, a street.
  void village() {
    for (int i = 0; i < 4; ++i) node(1 + i, i == 1 || i == 2 ? 60 : 0, i >= 2 ? 60 : 0);
    way(1, {1, 2, 3, 4, 1},
        tag("power", "substation") + tag("voltage", "110000;20000") + tag("name", "Umspannwerk"));
    node(11, 50, 30);
    node(12, 300, 30);
    node(13, 600, 30, tag("power", "pole") + tag("transformer", "distribution"));
    node(14, 300, 300);
    node(15, 300, -200);
    way(2, {11, 12, 13}, tag("power", "minor_line") + tag("voltage", "20000") + tag("cables", "3"));
    way(3, {12, 14}, tag("power", "minor_line"));
    way(4, {14, 999, 15}, tag("power", "cable"));
    house(100, 620, 60);
    house(101, 560, 80);
    house(102, 5000, 5000);
    node(21, 0, -50);
    node(22, 700, -50);
    way(5, {21, 22}, tag("highway", "residential"));
  }

  std::string nodes_, ways_;
  fs::path path_;
};

TEST_F(OsmPower, AVillageComesInWithItsRoadsFromOneFile) {
  village();
  RegionSpec spec;
  spec.sources.push_back({write(), ""});
  const auto imported = import_region(spec, {.most_severe_percent = 100, .progress = {}});
  ASSERT_TRUE(imported) << describe(imported.error());
  const NetworkModel& network = imported->region.network;
  EXPECT_EQ(imported->profiles, std::vector<std::string>{"osm-power"});
  EXPECT_EQ(imported->usage_points.total, 2u);
  EXPECT_EQ(imported->usage_points.supplied, 2u);
  EXPECT_EQ(network.substations().size(), 1u);
  ASSERT_EQ(network.feeders().size(), 1u);
  EXPECT_EQ(network.mrid(Id<Feeder>{0}), "way/1");
  // The pole's transformer, the line in two parts, its branch; the cable's nodes are not all there.
  EXPECT_TRUE(network.find_device("node/13"));
  EXPECT_TRUE(network.find_device("way/2/1"));
  EXPECT_TRUE(network.find_device("way/3"));
  EXPECT_FALSE(network.find_device("way/4"));
  const auto house = network.find_usage_point("way/100");
  ASSERT_TRUE(house);
  EXPECT_EQ(network.text(network.usage_points()[*house].address), "Dorfstr. 100");
  EXPECT_GT(imported->region.roads.vertices().size(), 0u);
  bool said = false;
  for (const Defect& defect : imported->region.defects) {
    said = said ||
           defect.message.find("usage points are assumed, made of buildings") != std::string::npos;
  }
  EXPECT_TRUE(said);
}

TEST_F(OsmPower, AFileWithoutElectricityIsRefusedByName) {
  node(1, 0, 0);
  node(2, 10, 0);
  way(1, {1, 2}, tag("highway", "residential"));
  const auto source = OsmPowerSource::open(write());
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().reason, "OSM_NO_POWER");
}

TEST_F(OsmPower, ADamagedFileIsRefusedByName) {
  std::ofstream{path_} << "<osm version='0.6'><node id='1'";
  const auto source = OsmPowerSource::open(path_);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().reason, "OSM_FILE_DAMAGED");
  EXPECT_EQ(OsmPowerSource::open("/nowhere.osm").error().reason, "OSM_FILE_NOT_FOUND");
}

TEST_F(OsmPower, SupplyIsAssumedWhereNothingFeedsAndSaidSo) {
  node(11, 0, 0);
  node(12, 300, 0);
  node(13, 600, 0, tag("power", "pole") + tag("transformer", "distribution"));
  way(2, {11, 12, 13}, tag("power", "minor_line"));
  house(100, 620, 30);
  RegionSpec spec;
  spec.sources.push_back({write(), "osm-power"});
  const auto imported = import_region(spec, {.most_severe_percent = 100, .progress = {}});
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_EQ(imported->usage_points.supplied, 1u);
  ASSERT_EQ(imported->region.network.feeders().size(), 1u);
  EXPECT_THAT(std::string{imported->region.network.mrid(Id<Feeder>{0})}, HasSubstr("assumed:mv@"));
  EXPECT_GE(imported->defect_tally.of(DefectClass::unsupplied_island), 1u);
}

}  // namespace
}  // namespace gridmend::osm_power_test
