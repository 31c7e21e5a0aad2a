#include "data/ingest/line_road_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "core/base/random.h"
#include "routing/road/strong_parts.h"
#include "routing/road/travel_times.h"
#include "tests/data/ingest/metre_plan.h"

namespace gridmend::line_road_reader_test {
namespace {

namespace fs = std::filesystem;

std::size_t edges_that_do_not_end_where_they_lead(RoadRecords records) {
  const auto graph = RoadGraph::from_records(std::move(records));
  if (!graph) return SIZE_MAX;
  std::size_t astray = 0;
  for (const Id<RoadEdge> id : graph->edges().ids()) {
    const Polyline line = graph->polyline(id);
    const RoadEdge& edge = graph->edges()[id];
    if (distance_m(line.front(), graph->vertices()[edge.from].position) > 1 ||
        distance_m(line.back(), graph->vertices()[edge.to].position) > 1) {
      ++astray;
    }
  }
  return astray;
}

std::ptrdiff_t largest_core(const RoadRecords& records) {
  const StrongParts strong = strong_parts(records);
  std::ptrdiff_t most = 0;
  for (std::uint32_t part = 0; part < strong.count; ++part)
    most = std::max(most, std::ranges::count(strong.of, part));
  return most;
}

struct Road {
  std::vector<Position> line;
  std::string properties;  // JSON without braces
};

std::string geojson(const std::vector<Road>& roads) {
  std::ostringstream text;
  text.precision(10);
  text << R"({"type":"FeatureCollection","features":[)";
  for (std::size_t i = 0; i < roads.size(); ++i) {
    text << (i == 0 ? "" : ",") << R"({"type":"Feature","id":)" << i + 1 << R"(,"properties":{)"
         << roads[i].properties << R"(},"geometry":)";
    if (roads[i].line.empty()) {
      text << "null}";
      continue;
    }
    text << R"({"type":"LineString","coordinates":[)";
    for (std::size_t k = 0; k < roads[i].line.size(); ++k) {
      text << (k == 0 ? "" : ",") << "[" << roads[i].line[k].longitude_deg << ","
           << roads[i].line[k].latitude_deg << "]";
    }
    text << "]}}";
  }
  text << "]}";
  return text.str();
}

class LineRoads : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path{testing::TempDir()} /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path write(const std::string& name, const std::string& content) const {
    const fs::path path = folder_ / name;
    std::ofstream{path, std::ios::binary} << content;
    return path;
  }
  Result<RoadImport> read(const std::vector<Road>& roads) const {
    return read_line_roads(write("roads.geojson", geojson(roads)));
  }
  fs::path folder_;
};

TEST_F(LineRoads, ColumnsSayWhatARoadIs) {
  const auto roads = read({
      {{at(0, 0), at(100, 0)},
       R"("name":"Quai","class":"primary","oneway":"yes","speed_kmh":45,"structure":"bridge","layer":1)"},
      {{at(100, 0), at(200, 0)},
       R"("name":"","class":"service","oneway":"-1","structure":"tunnel")"},
      {{at(200, 0), at(300, 0)},
       R"("class":"track","oneway":"no","structure":"ford","speed_kmh":0)"},
      {{at(300, 0), at(400, 0)}, R"("class":"footway")"},
  });
  ASSERT_TRUE(roads) << describe(roads.error());
  const auto graph = RoadGraph::from_records(roads->records);
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->origin(), RoadOrigin::line_layer);
  ASSERT_EQ(graph->edges().size(), 4U);
  const RoadEdge& quai = graph->edges()[Id<RoadEdge>{0}];
  EXPECT_EQ(graph->name(Id<RoadEdge>{0}), "Quai");
  EXPECT_EQ(quai.road_class, RoadClass::primary);
  EXPECT_EQ(quai.structure, RoadStructure::bridge);
  EXPECT_EQ(quai.layer, 1);
  EXPECT_EQ(quai.speed_kmh, 45);
  EXPECT_NEAR(quai.length_m, 100, 0.1);
  std::vector<RoadClass> classes;
  for (const RoadEdge& e : graph->edges()) classes.push_back(e.road_class);
  EXPECT_THAT(classes, testing::UnorderedElementsAre(RoadClass::primary, RoadClass::service,
                                                     RoadClass::track, RoadClass::track));
  EXPECT_EQ(roads->report.features, 4U);
  EXPECT_EQ(roads->report.features_left_out, 1U);
  EXPECT_EQ(roads->report.components, 1U);
}

TEST_F(LineRoads, JunctionIdsAloneSayWhatConnects) {
  const auto roads = read({{{at(0, 0), at(100, 0)}, R"("u":1,"v":2,"highway":"residential")"},
                           {{at(100, 0), at(200, 0)}, R"("u":3,"v":4,"highway":"residential")"},
                           {{at(250, 0), at(300, 0)}, R"("u":4,"v":5,"highway":"residential")"}});
  ASSERT_TRUE(roads);
  EXPECT_EQ(roads->records.vertices.size(), 5U);
  EXPECT_EQ(roads->report.components, 2U) << "1-2 touches 3-4 and does not meet it";
}

TEST_F(LineRoads, OtherSpellingsOfOneWayAndSpeed) {
  const auto roads = read({
      {{at(0, 0), at(100, 0)}, R"("highway":"primary_link","oneway":"F","maxspeed":"30 mph")"},
      {{at(100, 0), at(200, 0)},
       R"("highway":"['tertiary', 'service']","oneway":"B","maxspeed":"signals")"},
      {{at(300, 0), at(200, 0)},
       R"("highway":"hovercraft","oneway":"T","maxspeed":"20","bridge":"T")"},
  });
  ASSERT_TRUE(roads) << describe(roads.error());
  const auto& edges = roads->records.edges;
  ASSERT_EQ(edges.size(), 4U);
  EXPECT_NEAR(edges[Id<RoadEdge>{0}].speed_kmh, 48.28, 0.01);
  EXPECT_EQ(edges[Id<RoadEdge>{1}].road_class, RoadClass::tertiary);
  EXPECT_EQ(edges[Id<RoadEdge>{1}].speed_kmh, 45);
  EXPECT_EQ(std::ranges::count(edges, RoadStructure::bridge, &RoadEdge::structure), 1);
  ASSERT_EQ(roads->report.defects.size(), 3U) << "both one-ways lead from or to a dead end";
  EXPECT_EQ(roads->report.defects[0].defect_class, DefectClass::unknown_value);
  EXPECT_EQ(roads->report.defects[0].place.feature_id, "3");
  EXPECT_EQ(roads->report.defects[1].defect_class, DefectClass::road_component);
}

// As osmnx and pandas write what is not tagged.
TEST_F(LineRoads, NanIsNoValueInAnyColumn) {
  const auto roads = read({
      {{at(0, 0), at(100, 0)},
       R"("name":"nan","highway":"nan","oneway":"nan","maxspeed":"nan","structure":"nan",
          "bridge":"nan","tunnel":"None","layer":"nan","surface":"nan","u":"nan","v":"nan")"},
      {{at(0, 50), at(100, 50)},
       R"("name":"<NA>","highway":"None","oneway":"NULL","maxspeed":"n/a","structure":"-",
          "bridge":"null","tunnel":"n.a.","layer":"-","surface":"None","u":"nan","v":"nan")"},
  });
  ASSERT_TRUE(roads) << describe(roads.error());
  const auto graph = RoadGraph::from_records(roads->records);
  ASSERT_TRUE(graph);
  ASSERT_EQ(graph->edges().size(), 4U);
  for (const Id<RoadEdge> id : graph->edges().ids()) {
    const RoadEdge& e = graph->edges()[id];
    EXPECT_EQ(graph->name(id), "");
    EXPECT_EQ(e.structure, RoadStructure::at_grade);
    EXPECT_EQ(e.layer, 0);
    EXPECT_EQ(e.road_class, RoadClass::residential);
    EXPECT_EQ(e.speed_kmh, 30);
  }
  EXPECT_EQ(roads->report.components, 2U) << "no junction is called nan";
  for (const Defect& d : roads->report.defects) {
    EXPECT_EQ(d.defect_class, DefectClass::road_component) << d.message;
  }
}

TEST_F(LineRoads, ValuesThatNobodyKnowsAreCountedAndTakenSafely) {
  std::vector<Road> drawn;
  for (int i = 0; i < 3; ++i) {
    drawn.push_back({{at(100 * i, 0), at(100 * (i + 1), 0)},
                     R"("bridge":"perhaps","oneway":"einbahn","tunnel":"deep","structure":"raft",
                        "maxspeed":"fast","layer":"upper")"});
  }
  const auto roads = read(drawn);
  ASSERT_TRUE(roads) << describe(roads.error());
  for (const RoadEdge& e : roads->records.edges) {
    EXPECT_EQ(e.structure, RoadStructure::at_grade);
    EXPECT_EQ(e.layer, 0);
  }
  std::vector<std::string> messages;
  for (const Defect& d : roads->report.defects) {
    EXPECT_EQ(d.defect_class, DefectClass::unknown_value);
    EXPECT_EQ(d.severity, DefectSeverity::warning);
    EXPECT_EQ(d.place.layer, "roads");
    EXPECT_FALSE(d.place.column.empty());
    messages.push_back(d.message);
  }
  EXPECT_THAT(messages, testing::UnorderedElementsAre(
                            "'perhaps' in column 'bridge' of 3 roads, this one first, is not known",
                            "'einbahn' in column 'oneway' of 3 roads, this one first, is not known",
                            "'deep' in column 'tunnel' of 3 roads, this one first, is not known",
                            "'raft' in column 'structure' of 3 roads, this one first, is not known",
                            "'fast' in column 'maxspeed' of 3 roads, this one first, is not known",
                            "'upper' in column 'layer' of 3 roads, this one first, is not known"));
}

TEST_F(LineRoads, FlagsMayBeNumbers) {
  const auto roads =
      read({{{at(0, 0), at(100, 0)}, R"("oneway":1.0,"bridge":0.0,"tunnel":null)"},
            {{at(100, 0), at(200, 0)}, R"("oneway":0.5,"bridge":1.0,"tunnel":0.5)"}});
  ASSERT_TRUE(roads) << describe(roads.error());
  ASSERT_EQ(roads->records.edges.size(), 3U);
  EXPECT_EQ(std::ranges::count(roads->records.edges, RoadStructure::bridge, &RoadEdge::structure),
            2);
  EXPECT_EQ(
      std::ranges::count(roads->report.defects, DefectClass::unknown_value, &Defect::defect_class),
      2)
      << "0.5 is neither";
}

TEST_F(LineRoads, AProfileSaysHowAForeignFileIsRead) {
  fs::create_directory(folder_ / "amt");
  write("amt/bezirke.geojson", geojson({{{at(0, 0), at(9, 9)}, ""}}));
  write(
      "amt/strassen.geojson",
      geojson({{{at(0, 0), at(100, 0)}, R"("STR":"Am Ring","RICHTUNG":"einbahn","BAUWERK":"B 7")"},
               {{at(110, 0), at(200, 0)}, R"("STR":"Am Tor","RICHTUNG":"gegen","BAUWERK":"T 1")"},
               {{at(200, 0), at(300, 0)}, R"("STR":"Weg","RICHTUNG":"quer","BAUWERK":"nan")"}}));
  const auto rule = parse_road_rule(R"(
[roads]
layer = ["wege", "strassen"]
name = "STR"
oneway = { column = "RICHTUNG", values = { einbahn = "yes", gegen = "-1" } }
bridge = { column = "BAUWERK", values = { "B *" = "yes", "T *" = "no" } }
tunnel = { column = "BAUWERK", values = { "T *" = "yes", "B *" = "no" } }
tolerance_m = 12
)",
                                    "roads.toml");
  ASSERT_TRUE(rule) << describe(rule.error());
  const auto roads = read_road_file(folder_ / "amt", {}, &*rule);
  ASSERT_TRUE(roads) << describe(roads.error());
  EXPECT_EQ(roads->report.components, 1U) << "the gap of 10 m is within the tolerance";
  ASSERT_EQ(roads->records.edges.size(), 4U);
  const auto count = [&](RoadStructure structure) {
    return std::ranges::count(roads->records.edges, structure, &RoadEdge::structure);
  };
  EXPECT_EQ(count(RoadStructure::bridge), 1);
  EXPECT_EQ(count(RoadStructure::tunnel), 1);
  std::size_t unknown = 0;
  for (const Defect& d : roads->report.defects) {
    if (d.defect_class != DefectClass::unknown_value) continue;
    ++unknown;
    EXPECT_EQ(d.message, "'quer' in column 'RICHTUNG' of 1 road is not known");
  }
  EXPECT_EQ(unknown, 1U);
  const auto reason = [&](const char* toml) {
    const auto read = parse_road_rule(toml, "roads.toml");
    return read ? std::string{"read"} : read.error().message;
  };
  EXPECT_EQ(reason("[roads]\nname = \"a\""), "read");
  EXPECT_THAT(reason("name = \"a\""), testing::HasSubstr("no [roads]"));
  EXPECT_THAT(reason("[roads]\nnames = \"a\""), testing::HasSubstr("names"));
  EXPECT_THAT(reason("[roads]\noneway = { values = { a = \"b\" } }"), testing::HasSubstr("column"));
  const auto osm = read_road_file(folder_ / "x.osm.pbf", {}, &*rule);
  ASSERT_FALSE(osm);
  EXPECT_EQ(osm.error().reason, "ROADS_PROFILE_UNUSED");
}

TEST_F(LineRoads, AColumnOfAThousandOpinionsDoesNotFillTheReport) {
  std::vector<Road> drawn;
  for (int i = 0; i < 1000; ++i) {
    drawn.push_back(
        {{at(10 * i, 0), at(10 * (i + 1), 0)}, R"("bridge":"opinion )" + std::to_string(i) + '"'});
  }
  const auto roads = read(drawn);
  ASSERT_TRUE(roads);
  ASSERT_EQ(roads->report.defects.size(), 101U);
  EXPECT_THAT(roads->report.defects.back().message, testing::HasSubstr("900 further roads"));
}

TEST_F(LineRoads, ATownOfBridgesIsDoubted) {
  const auto doubted = [&](int bridges, int others) {
    std::vector<Road> drawn;
    for (int i = 0; i < bridges + others; ++i) {
      drawn.push_back({{at(100 * i, 0), at(100 * (i + 1), 0)},
                       i < bridges ? R"("bridge":"yes")" : R"("bridge":"no")"});
    }
    const auto roads = read(drawn);
    EXPECT_TRUE(roads);
    return roads && std::ranges::any_of(roads->report.defects, [](const Defect& d) {
             return d.severity == DefectSeverity::warning &&
                    d.message.find("roads are bridges") != std::string::npos;
           });
  };
  EXPECT_TRUE(doubted(11, 10));
  EXPECT_FALSE(doubted(10, 11));
  EXPECT_FALSE(doubted(5, 0)) << "a few may well be";
}

//   1 --- 2 --- 3      a core of three two-way streets
//   |  in>|   ^out     2 -> 4 -> 5 into nothing, 6 -> 3 out of nothing
TEST_F(LineRoads, WhatIsEnteredButNotLeftIsSaid) {
  const auto roads = read({
      {{at(0, 0), at(500, 0)}, R"("u":1,"v":2,"oneway":"no")"},
      {{at(500, 0), at(1000, 0)}, R"("u":2,"v":3,"oneway":"no")"},
      {{at(0, 0), at(0, 300)}, R"("u":1,"v":9,"oneway":"no")"},
      {{at(500, 0), at(500, 100)}, R"("u":2,"v":4,"oneway":"yes")"},
      {{at(500, 100), at(500, 200)}, R"("u":4,"v":5,"oneway":"no")"},
      {{at(1000, 70), at(1000, 0)}, R"("u":6,"v":3,"oneway":"yes")"},
  });
  ASSERT_TRUE(roads) << describe(roads.error());
  EXPECT_EQ(roads->report.components, 1U);
  EXPECT_NEAR(roads->report.no_way_out_km, 0.2, 0.001);
  EXPECT_NEAR(roads->report.no_way_in_km, 0.07, 0.001);
  std::vector<std::string> messages;
  for (const Defect& d : roads->report.defects) messages.push_back(d.message);
  EXPECT_THAT(messages,
              testing::UnorderedElementsAre(
                  testing::MatchesRegex("2 roads, (199|200) m, can be entered but not left.*"),
                  testing::MatchesRegex("1 road, (69|70) m, can be left but not entered.*")));
}

TEST_F(LineRoads, WhatIsNoLineIsLeftOutAndSaid) {
  const auto roads = read({{{at(0, 0), at(100, 0)}, R"("name":"good")"},
                           {{}, R"("name":"nowhere")"},
                           {{at(0, 0), at(0, 0)}, R"("name":"no length")"},
                           {{{500, 0}, {501, 0}}, R"("name":"off the earth")"}});
  ASSERT_TRUE(roads);
  EXPECT_EQ(roads->records.edges.size(), 2U);
  EXPECT_EQ(roads->report.features_left_out, 3U);
  std::vector<DefectClass> classes;
  for (const Defect& d : roads->report.defects) classes.push_back(d.defect_class);
  EXPECT_THAT(classes,
              testing::ElementsAre(DefectClass::missing_geometry, DefectClass::invalid_geometry,
                                   DefectClass::invalid_geometry));
}

TEST_F(LineRoads, PartsOfAMultiLineAreNotJoinedThroughTheAir) {
  const auto roads =
      read_line_roads(write("roads.geojson", R"({"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"name":"two parts"},"geometry":{"type":"MultiLineString",
     "coordinates":[[[9,0],[9.001,0]],[[9.01,0],[9.011,0]]]}}]})"));
  ASSERT_TRUE(roads);
  EXPECT_EQ(roads->report.components, 2U);
  EXPECT_NEAR(roads->report.length_km, 0.222, 0.001);
}

TEST_F(LineRoads, UnusableSourcesAreRefusedByName) {
  const auto reason = [](const fs::path& path) {
    const auto roads = read_road_file(path);
    return roads ? std::string{"read"} : roads.error().reason;
  };
  EXPECT_EQ(reason(folder_ / "none.gpkg"), "SOURCE_NOT_FOUND");
  EXPECT_EQ(reason(write("empty.gpkg", "")), "SOURCE_EMPTY");
  EXPECT_EQ(reason(write("garbage.gpkg", "not a database")), "SOURCE_FORMAT");
  EXPECT_EQ(reason(folder_ / "none.osm.pbf"), "OSM_FILE_NOT_FOUND");
  EXPECT_EQ(reason(write("paths.geojson", geojson({{{at(0, 0), at(1, 1)}, R"("class":"steps")"}}))),
            "ROADS_EMPTY");
  fs::create_directory(folder_ / "two");
  write("two/a.geojson", geojson({{{at(0, 0), at(9, 9)}, ""}}));
  write("two/b.geojson", geojson({{{at(0, 0), at(9, 9)}, ""}}));
  EXPECT_EQ(reason(folder_ / "two"), "ROADS_LAYER_UNCLEAR");
  LineRoadSettings settings;
  settings.layers = {"b"};
  EXPECT_TRUE(read_line_roads(folder_ / "two", settings));
  settings.layers = {"c"};
  EXPECT_FALSE(read_line_roads(folder_ / "two", settings));
}

TEST_F(LineRoads, DamagedFilesAreAnErrorOrRoadsNeverACrash) {
  const std::string good =
      geojson({{{at(0, 0), at(100, 0)}, R"("class":"primary","layer":1,"speed_kmh":50)"},
               {{at(100, 0), at(100, 90)}, R"("class":"service","oneway":"-1")"}});
  for (int seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{static_cast<std::uint64_t>(seed)};
    std::string damaged = good;
    if (random.chance(0.3)) damaged.resize(random.below(damaged.size()));
    for (int i = random.between(1, 8); i > 0 && !damaged.empty(); --i) {
      damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    }
    const auto roads = read_line_roads(write("damaged.geojson", damaged));
    if (roads) {
      EXPECT_TRUE(RoadGraph::from_records(roads->records));
    } else {
      EXPECT_FALSE(roads.error().message.empty());
    }
  }
}

fs::path shared(const std::string& name) {
  return fs::path{GRIDMEND_SOURCE_DIR}.parent_path() / "shared" / "data" / name;
}

#define NEEDS(path) \
  if (!fs::exists(path)) GTEST_SKIP() << path << " is not here"

// 82,902 vertices and 92,667 edges in one component, as the data set's own description says; of
// them 639 edges are for pedestrians and left out.
TEST(LineRoadsReal, WuhanHasTheVerticesAndEdgesItSaysItHas) {
  const fs::path path = shared("roads_wuhan/wuhan_8989_edges.gpkg");
  NEEDS(path);
  const auto roads = read_road_file(path);
  ASSERT_TRUE(roads) << describe(roads.error());
  EXPECT_EQ(roads->report.features, 92'667U);
  EXPECT_EQ(roads->report.features_left_out, 639U);
  EXPECT_EQ(roads->report.stretches, 92'028U);
  EXPECT_EQ(roads->records.edges.size(), 2 * 92'028U) << "no one-ways are known";
  EXPECT_LE(roads->records.vertices.size(), 82'902U);
  EXPECT_GT(roads->records.vertices.size(), 82'000U);
  EXPECT_EQ(edges_that_do_not_end_where_they_lead(roads->records), 0U);
  EXPECT_GT(roads->report.largest_component_km, 0.99 * roads->report.length_km);
  const Position middle = roads->records.vertices[Id<RoadVertex>{0}].position;
  EXPECT_NEAR(middle.latitude_deg, 30.5, 1.5) << "Wuhan lies at 30.6 N 114.3 E";
  EXPECT_NEAR(middle.longitude_deg, 114.3, 1.5);
}

// The same without its junction ids: geometry alone finds nearly the same network.
TEST(LineRoadsReal, WuhanByGeometryAloneAgreesWithItsIds) {
  const fs::path path = shared("roads_wuhan/wuhan_8989_edges.gpkg");
  NEEDS(path);
  LineRoadSettings settings;
  settings.columns.from_junction.clear();
  const auto by_geometry = read_line_roads(path, settings);
  const auto by_ids = read_line_roads(path);
  ASSERT_TRUE(by_geometry && by_ids);
  const auto count = [](const Result<RoadImport>& r) {
    return static_cast<double>(r->records.vertices.size());
  };
  EXPECT_NEAR(count(by_geometry), count(by_ids), count(by_ids) * 0.01);
  EXPECT_NEAR(by_geometry->report.length_km, by_ids->report.length_km,
              by_ids->report.length_km * 0.001);
}

TEST(LineRoadsReal, MiamiBeachIsReadThroughItsOwnColumns) {
  const fs::path path = shared("flood_miami_beach/base_graph_edges.gpkg");
  NEEDS(path);
  const auto roads = read_road_file(path);
  ASSERT_TRUE(roads) << describe(roads.error());
  EXPECT_EQ(roads->report.features, 1155U);
  EXPECT_EQ(roads->report.stretches, 1155U);
  // 35 lines say bridge='yes', 19 of them one-way; the other 1,120 say 'nan'.
  const auto& edges = roads->records.edges;
  EXPECT_EQ(std::ranges::count(edges, RoadStructure::bridge, &RoadEdge::structure), 51);
  EXPECT_EQ(std::ranges::count(edges, RoadStructure::at_grade, &RoadEdge::structure), 1828 - 51);
  const auto graph = RoadGraph::from_records(roads->records);
  ASSERT_TRUE(graph);
  for (const Id<RoadEdge> id : graph->edges().ids()) EXPECT_NE(graph->name(id), "nan");
  EXPECT_EQ(edges_that_do_not_end_where_they_lead(roads->records), 0U);
  // Its one-way streets do not all fit together: 642 of the 736 junctions are the core, and 519 if
  // they led from 'u' to 'v'.
  EXPECT_EQ(largest_core(roads->records), 642);
  std::size_t against = 0;
  for (const Defect& d : roads->report.defects) {
    if (d.defect_class == DefectClass::connectivity_disagrees) {
      ++against;
      EXPECT_THAT(d.message, testing::StartsWith("750 of 1155 roads"));
    } else {
      EXPECT_EQ(d.defect_class, DefectClass::road_component) << d.message;
    }
  }
  EXPECT_EQ(against, 1U);
}

}  // namespace
}  // namespace gridmend::line_road_reader_test
