#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "data/ingest/region_import.h"
#include "data/ingest/written_number.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::tables_through_a_profile_test {
namespace {

constexpr const char* kProfile = R"(
name = "tables"
encoding = "GBK"

[coordinates]
crs = "EPSG:4547"

[[feeders]]
layer = "kreis"
mrid = { join = ["werk", "nr"], separator = "-" }
source_node = "start"

[[lookups]]
name = "terminals"
layer = "klemmen"
id = "klemme"
value = "knoten"

[[devices]]
layer = "geraet"
where = [ { column = "art", is = ["1", "2"] }, { column = "stand", is_not = ["geplant", ""] } ]
mrid = "id"
x = "ost"
y = "nord"
kind = { column = "art", values = { 1 = "breaker", 2 = "fuse" } }
from_node = { column = "k1", lookup = "terminals" }
to_node = { column = "k2", lookup = "terminals" }
phases = { column = "phase", values = "phases_chinese", default = "ABC" }
nominal_kv = { column = "u", unit = "by_value" }

[[devices]]
layer = "geraet"
where = { column = "art", is = "9" }
mrid = "id"
x = "ost"
y = "nord"
kind = { default = "power_transformer" }
from_node = { column = "k1", lookup = "terminals" }
to_node = { column = "k2", lookup = "terminals" }
phases = { column = "phase", values = "phases_chinese", default = "ABC" }
rated_kva = { column = "s", unit = "MVA" }
nominal_kv = { column = "u", unit = "by_value" }

[[usage_points]]
layer = "zaehler"
mrid = "id"
node = "knoten"
)";

TEST(TablesThroughAProfile, FiltersJoinedIdsTerminalsUnitsAndChinesePhases) {
  const TownSource town;
  town.write_file("tables.toml", kProfile);
  std::filesystem::create_directory(town.folder() / "tables");
  const auto write = [&](const char* name, const std::string& text) {
    town.write_file(std::string{"tables/"} + name, text);
  };
  write("kreis.csv", "werk;nr;start\nW;7;n0\n");
  write("klemmen.csv", "klemme;knoten\na1;n0\na2;n1\nb1;n1\nb2;n2\nc1;n2\nc2;v\n");
  // "甲乙" and "三相" in GBK.
  write("geraet.csv", std::string{"id;art;stand;k1;k2;phase;u;s;ost;nord\n"} +
                          "CB;1;da;a1;a2;\xc8\xfd\xcf\xe0;10000;;528799,7;3375580\n" +
                          "F;2;da;b1;b2;\xbc\xd7\xd2\xd2;10;;528899,7;3375580\n" +
                          "F2;2;geplant;b1;b2;A;10;;528899,7;3375580\n" +
                          "F3;2;;b1;b2;A;10;;528899,7;3375580\n" +
                          "T;9;da;c1;c2;A;400;0,4;528999,7;3375580\n");
  write("zaehler.csv", "id;knoten\nu1;v\n");
  RegionSpec spec;
  spec.sources.push_back({town.folder() / "tables", (town.folder() / "tables.toml").string()});
  const auto import = import_region(spec, {});
  ASSERT_TRUE(import) << describe(import.error());
  ASSERT_FALSE(import->refusal) << describe(*import->refusal);
  const NetworkModel& network = import->region.network;
  EXPECT_EQ(import->usage_points.supplied, 1u);
  ASSERT_EQ(network.devices().size(), 3u);
  const auto find = [&](std::string_view mrid) -> const Device& {
    for (const Id<Device> id : network.devices().ids()) {
      if (network.mrid(id) == mrid) return network.devices()[id];
    }
    ADD_FAILURE() << mrid;
    return *network.devices().begin();
  };
  EXPECT_EQ(to_string(find("F").phases), "AB");
  EXPECT_EQ(to_string(find("CB").phases), "ABC");
  EXPECT_EQ(find("CB").nominal_kv, 10);
  EXPECT_FLOAT_EQ(find("T").nominal_kv, 0.4F);
  EXPECT_FLOAT_EQ(find("T").rated_kva, 400);
  EXPECT_NEAR(find("CB").position.longitude_deg, 114.3, 1e-5);
}

// Values as people write them, and no map in the profile.
TEST(TablesThroughAProfile, WhatPeopleWriteOfUnitsPhasesAndPositionsIsRead) {
  const TownSource town;
  town.write_file("words.toml", R"(
name = "words"
[[feeders]]
layer = "feeders"
mrid = "id"
source_node = "start"
nominal_kv = "u"
[[devices]]
layer = "switches"
mrid = "id"
kind = { default = "load_break_switch" }
from_node = "from"
to_node = "to"
phases = "phase"
normally_open = "state"
underground = "cable"
nominal_kv = { column = "u", unit = "V" }
length_m = "length"
[[devices]]
layer = "transformers"
mrid = "id"
kind = { default = "power_transformer" }
from_node = "from"
to_node = "to"
phases = { column = "phase", values = "phases_digits" }
rated_kva = "s"
[[usage_points]]
layer = "meters"
mrid = "id"
node = "node"
phases = { column = "phase", values = "phases_iec" }
)");
  std::filesystem::create_directory(town.folder() / "words");
  const auto write = [&](const char* name, const std::string& text) {
    town.write_file(std::string{"words/"} + name, text);
  };
  write("feeders.csv", "id;start;u\nf;n0;10千伏\n");
  write("switches.csv",
        "id;from;to;phase;state;cable;u;length\n"
        "a;n0;n1;A,B,C;闭合;是;10 kV;1,5 km\n"
        "b;n1;n2;A/B;closed;否;10000;30 米\n"
        "c;n1;n3;ABC;断开;não;13.8KV;20\n"
        "d;n1;n4;ABC;Aberto;Sim;380 V;9 parsecs\n");
  write("transformers.csv", "id;from;to;phase;s\nt;n1;v;1|2|3;0,25 MVA\nt2;n1;v2;1;100kVA\n");
  write("meters.csv", "id;node;phase\nm;v;L2\nm2;v2;L1, N\nm3;n2;\"L1,L2\"\n");
  RegionSpec spec;
  spec.sources.push_back({town.folder() / "words", (town.folder() / "words.toml").string()});
  const auto import = import_region(spec, {});
  ASSERT_TRUE(import) << describe(import.error());
  const NetworkModel& network = import->region.network;
  std::string devices;
  for (const Id<Device> id : network.devices().ids()) {
    const Device& device = network.devices()[id];
    devices += std::string{network.mrid(id)} + " " + to_string(device.phases) + " " +
               std::to_string(device.normally_open) + std::to_string(device.underground) + " " +
               number_text(device.nominal_kv) + " " + number_text(device.rated_kva) + " " +
               number_text(device.length_m) + "\n";
  }
  EXPECT_EQ(devices,
            "a ABC 01 10 0 1500\n"
            "b AB 00 10 0 30\n"
            "c ABC 10 13.8 0 20\n"
            "d ABC 11 0.38 0 0\n"
            "t ABC 00 0 250 0\n"
            "t2 A 00 0 100 0\n");
  EXPECT_EQ(network.feeders()[Id<Feeder>{0}].nominal_kv, 10);
  std::string meters;
  for (const UsagePoint& point : network.usage_points()) meters += to_string(point.phases) + " ";
  EXPECT_EQ(meters, "B AN AB ");
  std::string unknown;
  for (const Defect& defect : import->region.defects) {
    if (defect.defect_class == DefectClass::unknown_value) unknown += defect.message + "\n";
  }
  EXPECT_EQ(unknown, "the value '9 parsecs' is not known\n");
}

TEST(TablesThroughAProfile, WhatTheUserDeclaresWinsOverTheProfile) {
  const TownSource town;
  town.write_file("tables.toml", kProfile);
  std::filesystem::create_directory(town.folder() / "tables");
  town.write_file("tables/kreis.csv", "werk;nr;start\nW;7;n0\n");
  town.write_file("tables/klemmen.csv", "klemme;knoten\na1;n0\na2;n1\n");
  town.write_file("tables/geraet.csv",
                  "id;art;stand;k1;k2;phase;u;s;ost;nord\nCB;1;da;a1;a2;A;10;;114,3;30,5\n");
  town.write_file("tables/zaehler.csv", "id;knoten\nu1;n1\n");
  RegionSpec spec;
  spec.sources.push_back({town.folder() / "tables", (town.folder() / "tables.toml").string()});
  spec.sources[0].coordinates.crs = "EPSG:4326";
  const auto import = import_region(spec, {});
  ASSERT_TRUE(import) << describe(import.error());
  EXPECT_NEAR(import->region.network.devices().begin()->position.longitude_deg, 114.3, 1e-9);
}

}  // namespace
}  // namespace gridmend::tables_through_a_profile_test
