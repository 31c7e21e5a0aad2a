#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/ingest/profile.h"
#include "data/ingest/region_import.h"
#include "data/ingest/source_description.h"
#include "data/ingest/vector_source.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::source_description_test {
namespace {

using ::testing::HasSubstr;

TEST(SourceDescription, SaysWhatIsThereAndItsSkeletonIsAProfile) {
  const TownSource town;
  auto source = VectorSource::open(town.write());
  ASSERT_TRUE(source);
  const SourceDescription description = describe_source(*source);
  const std::string text = description_text(description);
  EXPECT_THAT(text, HasSubstr("lines: 3 features"));
  EXPECT_THAT(text, HasSubstr("WGS 84"));
  EXPECT_THAT(text, HasSubstr("mrid (string): L1 | L9 | D1"));
  EXPECT_THAT(text, HasSubstr("around 120.0"));
  const std::string toml = profile_skeleton(description);
  const auto profile = parse_profile(toml, "skeleton.toml");
  ASSERT_TRUE(profile) << describe(profile.error()) << toml;
  EXPECT_EQ(profile->devices.size(), 3u);
  EXPECT_EQ(profile->feeders[0].source_node.columns, std::vector<std::string>{"source_node"});
  EXPECT_EQ(profile->usage_points[0].node.columns, std::vector<std::string>{"node"});

  // Of a source in clear words the skeleton is all it takes.
  town.write_file("skeleton.toml", toml);
  RegionSpec spec;
  spec.sources.push_back({town.folder(), (town.folder() / "skeleton.toml").string()});
  const auto import = import_region(spec, {.most_severe_percent = 100, .progress = {}});
  ASSERT_TRUE(import) << describe(import.error());
  EXPECT_GT(import->usage_points.supplied, 0u);
}

TEST(SourceDescription, ALayerThatCannotBeReadSaysWhy) {
  const TownSource town;
  town.write_file("poles.csv", "id,X,Y\n1,528799.742,3375580.0\n2,528899.742,3375590.0\n");
  auto source = VectorSource::open(town.folder() / "poles.csv");
  ASSERT_TRUE(source);
  const SourceDescription description = describe_source(*source);
  EXPECT_THAT(description.layers[0].refusal, HasSubstr("declare crs"));
  EXPECT_THAT(profile_skeleton(description), HasSubstr("# crs = \"EPSG:...\""));
}

TEST(SourceDescription, WhatIsNotOnEarthIsNoPartOfTheArea) {
  const TownSource town;
  const auto pole = [](const std::string& longitude) {
    return R"({"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[)" +
           longitude + ",50]}}";
  };
  town.write_file("poles.geojson", R"({"type":"FeatureCollection","features":[)" + pole("8") + "," +
                                       pole("1e300") + "]}");
  auto source = VectorSource::open(town.folder());
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_THAT(description_text(describe_source(*source)),
              HasSubstr("around 8.0000..8.0000 east, 50.0000..50.0000 north"));
}

std::string lines_of(const std::string& properties) {
  return R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{)" +
         properties + R"(},"geometry":{"type":"LineString","coordinates":[[8,50],[8.001,50]]}}]})";
}

TEST(SourceDescription, TheSkeletonOfLinesWithoutEndsLetsTheDrawingDecide) {
  const TownSource town;
  town.write_file("red_mt.geojson", lines_of(R"("codigo":7,"sin_uso":null)"));
  auto source = VectorSource::open(town.folder());
  ASSERT_TRUE(source) << describe(source.error());
  const SourceDescription description = describe_source(*source);
  EXPECT_THAT(description_text(description), HasSubstr("  empty: sin_uso\n"));
  const std::string toml = profile_skeleton(description);
  const auto profile = parse_profile(toml, "skeleton.toml");
  ASSERT_TRUE(profile) << describe(profile.error()) << toml;
  EXPECT_THAT(toml, HasSubstr("\n[connectivity]\nmode = \"geometry\"\n"));
  EXPECT_THAT(toml, HasSubstr("layer = \"red_mt\"\nmrid = \"codigo\"\n"));
  for (const char* key : {"from_node", "to_node", "source_node", "\nnode"}) {
    EXPECT_EQ(toml.find(key), std::string::npos) << toml;
  }
}

TEST(SourceDescription, LinesAreKnownByWhatTheyLieBetween) {
  const TownSource town;
  town.write_file("MT_AEREA.geojson", lines_of(R"("cod":7,"bus1":"a","bus2":"b")"));
  town.write_file("MT_SOTE.geojson", lines_of(R"("cod":8,"bus1":"b","bus2":"c")"));
  town.write_file("manzanas.geojson", lines_of(R"("cod":9)"));
  auto source = VectorSource::open(town.folder());
  ASSERT_TRUE(source) << describe(source.error());
  const std::string toml = profile_skeleton(describe_source(*source));
  const auto profile = parse_profile(toml, "skeleton.toml");
  ASSERT_TRUE(profile) << describe(profile.error()) << toml;
  EXPECT_EQ(profile->devices.size(), 2u) << toml;
  EXPECT_THAT(toml, HasSubstr("from_node = \"bus1\"\nto_node = \"bus2\"\n"));
}

TEST(SourceDescription, EndsCountedFromZeroAndIdsThatDoNotRepeatAreFound) {
  const TownSource town;
  town.write_file("buses.csv", "name,mv_grid_id,x,y\na,1,8,50\nb,1,8,50.1\n");
  town.write_file("lines.csv", "name,bus0,bus1\nL1,a,b\n");
  town.write_file("loads.csv", "name,bus\nH1,b\n");
  auto source = VectorSource::open(town.folder());
  ASSERT_TRUE(source) << describe(source.error());
  const std::string toml = profile_skeleton(describe_source(*source));
  EXPECT_THAT(toml, HasSubstr("from_node = \"bus0\"\nto_node = \"bus1\"\n"));
  EXPECT_THAT(toml, HasSubstr("layer = \"buses\"\nmrid = \"name\"\n"));
  EXPECT_THAT(toml, HasSubstr("layer = \"loads\"\nmrid = \"name\"\nnode = \"bus\"\n"));
}

TEST(SourceDescription, OddNamesDoNotSpoilTheSkeleton) {
  const TownSource town;
  town.write_file("Li\"ne]].csv", "\"id\"\"x\",\"fr\\om\",end\na,b,c\n");
  town.write_file("导线.csv", "编号,起点,终点\nL1,a,b\n");
  auto source = VectorSource::open(town.folder());
  ASSERT_TRUE(source) << describe(source.error());
  const std::string toml = profile_skeleton(describe_source(*source));
  const auto profile = parse_profile(toml, "skeleton.toml");
  EXPECT_TRUE(profile) << describe(profile.error()) << toml;
  EXPECT_THAT(toml, HasSubstr("from_node = \"起点\""));
}

TEST(SourceDescription, LayersAreKnownByTheirNamesInSeveralLanguages) {
  const TownSource town;
  const auto table = [&](const std::string& name, const std::string& columns) {
    town.write_file(name + ".csv", columns + ",WKT\n" + std::string(3, ',') + "POINT (8 50)\n");
  };
  table("ABGANG", "ABG_ID,NAME,KNOTEN");
  table("SCHALTER", "SCH_ID,VON_KN,NACH_KN");
  table("condutor", "COD,FASE,NIVEL");
  table("cliente", "COD,CLASSE,X1");
  table("VAOS", "ID_VAO,POSTE_INI,POSTE_FIM");
  table("出线", "编号,名称,首端");
  table("开关", "编号,首端连接点,末端连接点,常态位置");
  table("用户", "编号,连接点编号,所属配变,相别");
  auto source = VectorSource::open(town.folder());
  ASSERT_TRUE(source) << describe(source.error());
  const std::string toml = profile_skeleton(describe_source(*source));
  const auto profile = parse_profile(toml, "skeleton.toml");
  ASSERT_TRUE(profile) << describe(profile.error()) << toml;
  EXPECT_THAT(toml, HasSubstr("[[feeders]]\nlayer = \"ABGANG\"\nmrid = \"ABG_ID\"\nname = "
                              "\"NAME\"\nsource_node = \"KNOTEN\"\n"));
  EXPECT_THAT(toml, HasSubstr("from_node = \"VON_KN\"\nto_node = \"NACH_KN\"\n"));
  EXPECT_THAT(toml, HasSubstr("layer = \"condutor\"\nmrid = \"COD\"\nkind = { default = "
                              "\"ac_line_segment\" }\n"));
  EXPECT_THAT(toml, HasSubstr("[[usage_points]]\nlayer = \"cliente\"\nmrid = \"COD\"\n"));
  EXPECT_THAT(toml, HasSubstr("from_node = \"POSTE_INI\"\nto_node = \"POSTE_FIM\"\n"));
  EXPECT_THAT(toml, HasSubstr("layer = \"出线\"\nmrid = \"编号\"\nname = \"名称\"\nsource_node = "
                              "\"首端\"\n"));
  EXPECT_THAT(toml,
              HasSubstr("from_node = \"首端连接点\"\nto_node = \"末端连接点\"\nnormally_open = "
                        "\"常态位置\"\n"));
  EXPECT_THAT(toml,
              HasSubstr("node = \"连接点编号\"\ntransformer = \"所属配变\"\nphases = \"相别\"\n"));
  EXPECT_THAT(toml, HasSubstr("# mode = \"geometry\""));
}

}  // namespace
}  // namespace gridmend::source_description_test
