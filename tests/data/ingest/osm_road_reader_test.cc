#include "data/ingest/osm_road_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <new>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "core/base/random.h"
#include "data/ingest/osm_extract.h"
#include "routing/road/road_search.h"
#include "routing/road/travel_times.h"

namespace gridmend::osm_road_reader_test {
namespace {

namespace fs = std::filesystem;

TagLookup tags(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* key) -> std::string_view {
    const auto it = values.find(key);
    return it == values.end() ? std::string_view{} : std::string_view{it->second};
  };
}

TEST(OsmFailures, OfTheMachineAreNotTakenForDamage) {
  const ErrorPlace place{"town.osm.pbf", {}, {}, {}};
  const auto refusal = [&](const std::exception& failure) {
    return refuse_osm_file(place, failure).value();
  };
  EXPECT_EQ(refusal(std::runtime_error{"no such blob"}).reason, "OSM_FILE_DAMAGED");
  const Error threads =
      refusal(std::system_error{std::make_error_code(std::errc::resource_unavailable_try_again)});
  EXPECT_EQ(threads.reason, "READER_THREADS");
  EXPECT_EQ(threads.code, ErrorCode::resource_exhausted);
  EXPECT_THROW(refusal(std::bad_alloc{}), std::bad_alloc);
}

class OsmRoads : public testing::Test {
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

  fs::path folder_;
};

// A town on a grid: node 10 * row + column lies 0.001 degrees apart.
std::string osm(const std::string& ways_and_relations,
                const std::map<int, std::string>& node_tags = {}) {
  std::ostringstream xml;
  xml << "<?xml version='1.0' encoding='UTF-8'?>\n<osm version='0.6'>\n";
  for (int id = 11; id <= 49; ++id) {
    if (id % 10 == 0) continue;
    xml << "<node id='" << id << "' version='1' lat='" << 49.41 - (id / 10) * 0.001 << "' lon='"
        << 8.7 + (id % 10) * 0.001 << "'>";
    if (const auto it = node_tags.find(id); it != node_tags.end()) xml << it->second;
    xml << "</node>\n";
  }
  xml << ways_and_relations << "</osm>\n";
  return xml.str();
}

std::string tag(const std::string& key, const std::string& value) {
  return "<tag k='" + key + "' v='" + value + "'/>";
}

std::string way(int id, const std::vector<int>& nodes, const std::string& tags_xml) {
  std::string xml = "<way id='" + std::to_string(id) + "' version='1'>";
  for (const int n : nodes) xml += "<nd ref='" + std::to_string(n) + "'/>";
  return xml + tags_xml + "</way>\n";
}

std::string restriction(int id, int from, int via, int to, const std::string& rule) {
  const auto member = [](const char* type, int ref, const char* role) {
    return std::string{"<member type='"} + type + "' ref='" + std::to_string(ref) + "' role='" +
           role + "'/>";
  };
  return "<relation id='" + std::to_string(id) + "' version='1'>" + member("way", from, "from") +
         member("node", via, "via") + member("way", to, "to") + tag("type", "restriction") +
         tag("restriction", rule) + "</relation>\n";
}

const std::string kStreet = tag("highway", "residential");

// Edges as "name>" with the numbers of the grid's nodes they join.
std::string joined(const RoadRecords& r, const RoadEdge& e) {
  const auto number = [&](Id<RoadVertex> v) {
    const Position p = r.vertices[v].position;
    return std::lround((49.41 - p.latitude_deg) * 1000) * 10 +
           std::lround((p.longitude_deg - 8.7) * 1000);
  };
  return std::to_string(number(e.from)) + "-" + std::to_string(number(e.to));
}

std::vector<std::string> joined(const RoadRecords& r) {
  std::vector<std::string> result;
  for (const RoadEdge& e : r.edges) result.push_back(joined(r, e));
  std::ranges::sort(result);
  return result;
}

std::vector<std::string> forbidden(const RoadRecords& r) {
  std::vector<std::string> result;
  for (const TurnRestriction& t : r.turn_restrictions) {
    result.push_back(joined(r, r.edges[t.from_edge]) + " " + joined(r, r.edges[t.to_edge]));
  }
  std::ranges::sort(result);
  return result;
}

TEST(OsmRoadTags, SpeedsInAllTheirUnits) {
  EXPECT_EQ(parse_osm_speed_kmh("50"), 50);
  EXPECT_NEAR(*parse_osm_speed_kmh("30 mph"), 48.28, 0.01);
  EXPECT_NEAR(*parse_osm_speed_kmh("30mph"), 48.28, 0.01);
  EXPECT_NEAR(*parse_osm_speed_kmh("10 knots"), 18.52, 0.01);
  EXPECT_EQ(parse_osm_speed_kmh("80 km/h"), 80);
  EXPECT_EQ(parse_osm_speed_kmh("walk"), 7);
  EXPECT_EQ(parse_osm_speed_kmh("none"), 120);
  EXPECT_EQ(parse_osm_speed_kmh("DE:urban"), 50);
  EXPECT_EQ(parse_osm_speed_kmh("DE:zone:30"), 30);
  EXPECT_EQ(parse_osm_speed_kmh("DE:zone30"), 30);
  EXPECT_EQ(parse_osm_speed_kmh("1000"), 140) << "clamped";
  for (const char* nonsense :
       {"", "fast", "-50", "0", "nan", "inf", "50 furlongs", "signals", ":::", "DE:", "zone"}) {
    EXPECT_FALSE(parse_osm_speed_kmh(nonsense)) << nonsense;
  }
}

TEST(OsmRoadTags, TheMostSpecificAccessTagDecides) {
  const auto open = [](std::map<std::string, std::string> values) {
    values["highway"] = "service";
    return read_osm_road_tags(tags(std::move(values))).has_value();
  };
  EXPECT_TRUE(open({}));
  EXPECT_FALSE(open({{"access", "no"}}));
  EXPECT_FALSE(open({{"motor_vehicle", "no"}}));
  EXPECT_TRUE(open({{"access", "no"}, {"motor_vehicle", "yes"}}));
  EXPECT_FALSE(open({{"vehicle", "no"}, {"access", "yes"}}));
  EXPECT_TRUE(open({{"access", "private"}})) << "a crew may enter";
  EXPECT_TRUE(read_osm_road_tags(tags({{"highway", "service"}, {"access", "no"}}), {false}));
  EXPECT_FALSE(read_osm_road_tags(tags({{"highway", "footway"}})));
  EXPECT_FALSE(read_osm_road_tags(tags({{"route", "ferry"}})));
  EXPECT_FALSE(read_osm_road_tags(tags({{"highway", "primary"}, {"route", "ferry"}})));
}

TEST(OsmRoadTags, OneWaysInAllTheirForms) {
  const auto open = [](std::map<std::string, std::string> values) {
    values.emplace("highway", "primary");
    const auto road = read_osm_road_tags(tags(std::move(values)));
    return std::string{road->forward_kmh > 0 ? "f" : ""} + (road->backward_kmh > 0 ? "b" : "");
  };
  EXPECT_EQ(open({}), "fb");
  EXPECT_EQ(open({{"oneway", "yes"}}), "f");
  EXPECT_EQ(open({{"oneway", "1"}}), "f");
  EXPECT_EQ(open({{"oneway", "-1"}}), "b");
  EXPECT_EQ(open({{"oneway", "reverse"}}), "b");
  EXPECT_EQ(open({{"junction", "roundabout"}}), "f");
  EXPECT_EQ(open({{"junction", "roundabout"}, {"oneway", "no"}}), "fb");
  EXPECT_EQ(open({{"highway", "motorway"}}), "f");
  EXPECT_EQ(open({{"highway", "motorway"}, {"oneway", "no"}}), "fb");
  EXPECT_EQ(open({{"highway", "motorway_link"}}), "fb");
}

TEST(OsmRoadTags, StructuresAndSpeedsByDirection) {
  const auto read = [](std::map<std::string, std::string> values) {
    values.emplace("highway", "residential");
    return *read_osm_road_tags(tags(std::move(values)));
  };
  EXPECT_EQ(read({{"bridge", "viaduct"}, {"layer", "2"}}).structure, RoadStructure::bridge);
  EXPECT_EQ(read({{"bridge", "yes"}, {"layer", "2"}}).layer, 2);
  EXPECT_EQ(read({{"bridge", "no"}}).structure, RoadStructure::at_grade);
  EXPECT_EQ(read({{"bridge", "low_water_crossing"}}).structure, RoadStructure::ford);
  EXPECT_EQ(read({{"tunnel", "yes"}, {"layer", "-1"}}).structure, RoadStructure::tunnel);
  EXPECT_EQ(read({{"tunnel", "building_passage"}}).structure, RoadStructure::at_grade);
  EXPECT_EQ(read({{"ford", "yes"}}).structure, RoadStructure::ford);
  EXPECT_EQ(read({{"layer", "high"}}).layer, 0);
  const auto road = read({{"maxspeed", "50"}, {"maxspeed:backward", "30"}});
  EXPECT_EQ(road.forward_kmh, 50);
  EXPECT_EQ(road.backward_kmh, 30);
  EXPECT_EQ(read({{"maxspeed", "signals"}}).forward_kmh, 30) << "by class";
  EXPECT_EQ(read({{"highway", "tertiary"}, {"surface", "gravel"}}).forward_kmh, 30);
  EXPECT_EQ(read({{"ref", "B 3"}}).name, "B 3");
  EXPECT_EQ(read({{"ref", "B 3"}, {"name", "Uferstraße"}}).name, "Uferstraße");
}

TEST(OsmRoadTags, GatesOpenForCrewsAndBollardsDoNot) {
  EXPECT_FALSE(osm_barrier_stops(tags({})));
  EXPECT_FALSE(osm_barrier_stops(tags({{"barrier", "gate"}})));
  EXPECT_FALSE(osm_barrier_stops(tags({{"barrier", "lift_gate"}, {"access", "private"}})));
  EXPECT_TRUE(osm_barrier_stops(tags({{"barrier", "gate"}, {"access", "no"}})));
  EXPECT_TRUE(osm_barrier_stops(tags({{"barrier", "bollard"}})));
  EXPECT_FALSE(osm_barrier_stops(tags({{"barrier", "bollard"}, {"motor_vehicle", "yes"}})));
  EXPECT_FALSE(osm_barrier_stops(tags({{"barrier", "toll_booth"}})));
  EXPECT_FALSE(osm_barrier_stops(tags({{"barrier", "kerb"}})));
}

//   11--12--13--14      way 1: 11 12 13 14; way 2: 13 23 33
//            |
//           23
//            |
//           33
TEST_F(OsmRoads, WaysAreSplitWhereTheyShareANode) {
  const auto roads = read_osm_roads(
      write("t.osm", osm(way(1, {11, 12, 13, 14}, kStreet + tag("name", "Hauptstraße")) +
                         way(2, {13, 23, 33}, kStreet))));
  ASSERT_TRUE(roads) << describe(roads.error());
  EXPECT_THAT(joined(roads->records),
              testing::ElementsAre("11-13", "13-11", "13-14", "13-33", "14-13", "33-13"));
  EXPECT_EQ(roads->report.source_vertices, 6U);
  EXPECT_EQ(roads->report.source_segments, 5U);
  EXPECT_EQ(roads->report.stretches, 3U);
  EXPECT_EQ(roads->report.components, 1U);
  const auto graph = RoadGraph::from_records(roads->records);
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->name(Id<RoadEdge>{0}), "Hauptstraße");
  EXPECT_EQ(graph->polyline(Id<RoadEdge>{0}).size(), 3U);
}

TEST_F(OsmRoads, ARoundaboutIsDrivenInItsDirectionOnly) {
  const auto roads = read_osm_roads(write(
      "t.osm", osm(way(1, {12, 23, 32, 21, 12}, kStreet + tag("junction", "roundabout")) +
                   way(2, {23, 24}, kStreet) + way(3, {21, 31}, kStreet + tag("oneway", "-1")))));
  ASSERT_TRUE(roads);
  EXPECT_THAT(joined(roads->records),
              testing::ElementsAre("12-23", "21-12", "23-21", "23-24", "24-23", "31-21"));
}

TEST_F(OsmRoads, ABollardCutsTheRoadAndAGateDoesNot) {
  const auto read = [&](const std::string& barrier) {
    return read_osm_roads(
        write("t.osm", osm(way(1, {11, 12, 13}, kStreet), {{12, tag("barrier", barrier)}})));
  };
  const auto gate = read("gate");
  ASSERT_TRUE(gate);
  EXPECT_EQ(gate->report.components, 1U);
  EXPECT_THAT(joined(gate->records), testing::ElementsAre("11-13", "13-11"));
  const auto bollard = read("bollard");
  ASSERT_TRUE(bollard);
  EXPECT_EQ(bollard->report.components, 2U);
  EXPECT_EQ(bollard->records.vertices.size(), 4U);
  EXPECT_EQ(bollard->report.defects.size(), 1U);
  EXPECT_EQ(bollard->report.defects[0].defect_class, DefectClass::road_component);
}

TEST_F(OsmRoads, AFordOnANodeMarksItsRoad) {
  const auto roads = read_osm_roads(
      write("t.osm", osm(way(1, {11, 12, 13}, kStreet), {{12, tag("ford", "yes")}})));
  ASSERT_TRUE(roads);
  EXPECT_EQ(roads->records.edges[Id<RoadEdge>{0}].structure, RoadStructure::ford);
}

//          12
//           |
//   21-----22-----23       way 1: 21 22, way 2: 22 23, way 3: 12 22, way 4: 22 32
//           |
//          32
class OsmTurns : public OsmRoads {
 protected:
  Result<RoadImport> read(const std::string& relations, const std::string& way_1 = kStreet) const {
    return read_osm_roads(
        write("t.osm", osm(way(1, {21, 22}, way_1) + way(2, {22, 23}, kStreet) +
                           way(3, {12, 22}, kStreet) + way(4, {22, 32}, kStreet) + relations)));
  }
};

TEST_F(OsmTurns, AForbiddenTurnIsOneTurn) {
  const auto roads = read(restriction(9, 1, 22, 4, "no_right_turn"));
  ASSERT_TRUE(roads);
  EXPECT_THAT(forbidden(roads->records), testing::ElementsAre("21-22 22-32"));
  EXPECT_EQ(roads->report.turn_restrictions, 1U);
}

TEST_F(OsmTurns, AMandatoryTurnForbidsAllOthers) {
  const auto roads = read(restriction(9, 1, 22, 2, "only_straight_on"));
  ASSERT_TRUE(roads);
  EXPECT_THAT(forbidden(roads->records),
              testing::ElementsAre("21-22 22-12", "21-22 22-21", "21-22 22-32"));
}

TEST_F(OsmTurns, TurningRoundIsForbiddenOnItsOwnRoad) {
  const auto roads = read(restriction(9, 1, 22, 1, "no_u_turn"));
  ASSERT_TRUE(roads);
  EXPECT_THAT(forbidden(roads->records), testing::ElementsAre("21-22 22-21"));
}

TEST_F(OsmTurns, WhatFitsNoTurnIsLeftOutAndCounted) {
  const auto roads =
      read(restriction(9, 1, 22, 77, "no_right_turn") +      // no such way
               restriction(10, 1, 12, 4, "no_right_turn") +  // they do not meet there
               restriction(11, 4, 22, 1, "no_left_turn") +   // 1 only leads here
               restriction(12, 1, 22, 4, "maybe_turn"),
           kStreet + tag("oneway", "yes"));
  ASSERT_TRUE(roads);
  EXPECT_THAT(forbidden(roads->records), testing::IsEmpty());
  EXPECT_EQ(roads->report.turn_restrictions, 0U);
  EXPECT_EQ(roads->report.turn_restrictions_left_out, 3U);
}

TEST_F(OsmTurns, AWayRunningThroughTheViaNodeIsAmbiguousAndSaid) {
  const auto roads =
      read_osm_roads(write("t.osm", osm(way(1, {21, 22, 23}, kStreet) + way(2, {12, 22}, kStreet) +
                                        restriction(9, 1, 22, 2, "no_left_turn"))));
  ASSERT_TRUE(roads);
  EXPECT_EQ(roads->report.turn_restrictions_left_out, 1U);
  ASSERT_EQ(roads->report.defects.size(), 1U);
  EXPECT_EQ(roads->report.defects[0].place.feature_id, "relation/9");
}

TEST_F(OsmRoads, MissingNodesCutTheRoadAndAreSaid) {
  const auto roads = read_osm_roads(
      write("t.osm", osm(way(1, {11, 12, 999, 13, 14}, kStreet) + way(2, {998, 997}, kStreet))));
  ASSERT_TRUE(roads);
  EXPECT_THAT(joined(roads->records), testing::ElementsAre("11-12", "12-11", "13-14", "14-13"));
  std::vector<std::string> said;
  for (const Defect& d : roads->report.defects) {
    if (d.defect_class == DefectClass::dangling_reference) said.push_back(d.place.feature_id);
  }
  EXPECT_THAT(said, testing::ElementsAre("way/1", "way/2"));
}

TEST_F(OsmRoads, UnreadableFilesAreRefusedByName) {
  const auto reason = [](const fs::path& path) {
    const auto roads = read_osm_roads(path);
    return roads ? std::string{"read"} : roads.error().reason + " " + roads.error().place.file;
  };
  EXPECT_EQ(reason(folder_ / "none.osm.pbf"), "OSM_FILE_NOT_FOUND none.osm.pbf");
  EXPECT_EQ(reason("http://example.org/x.osm.pbf"), "OSM_FILE_NOT_FOUND x.osm.pbf");
  EXPECT_EQ(reason(folder_), "OSM_FILE_FORMAT " + folder_.filename().string());
  EXPECT_EQ(reason(write("roads.gpkg", "x")), "OSM_FILE_FORMAT roads.gpkg");
  EXPECT_EQ(reason(write("garbage.osm.pbf", "this is not a pbf")),
            "OSM_FILE_DAMAGED garbage.osm.pbf");
  EXPECT_EQ(reason(write("garbage.osm.gz", "this is not gzip")), "OSM_FILE_DAMAGED garbage.osm.gz");
  EXPECT_EQ(reason(write("garbage.osm.bz2", "BZh9 no")), "OSM_FILE_DAMAGED garbage.osm.bz2");
  EXPECT_EQ(reason(write("empty.osm", "")), "OSM_FILE_DAMAGED empty.osm");
  EXPECT_THAT(reason(write("empty.osm.pbf", "")), testing::EndsWith(" empty.osm.pbf"));
  EXPECT_EQ(reason(write("open.osm", "<osm version='0.6'><node id='1'")),
            "OSM_FILE_DAMAGED open.osm");
  EXPECT_EQ(reason(write("other.osm", "<html/>")), "OSM_FILE_DAMAGED other.osm");
  EXPECT_EQ(reason(write("paths.osm", osm(way(1, {11, 12}, tag("highway", "footway"))))),
            "OSM_NO_ROADS paths.osm");
  EXPECT_EQ(reason(write("lost.osm", osm(way(1, {998, 999}, kStreet)))), "OSM_NO_ROADS lost.osm");
}

TEST_F(OsmRoads, EqualFilesGiveEqualRecords) {
  const fs::path path =
      write("t.osm", osm(way(1, {11, 12, 13}, kStreet) + way(2, {12, 22}, kStreet)));
  const auto one = read_osm_roads(path);
  const auto two = read_osm_roads(path);
  ASSERT_TRUE(one && two);
  const auto bytes = [](const auto& table) {
    const auto b = std::as_bytes(table.values());
    return std::vector<std::byte>(b.begin(), b.end());
  };
  EXPECT_EQ(bytes(one->records.edges), bytes(two->records.edges));
  EXPECT_EQ(bytes(one->records.shapes), bytes(two->records.shapes));
}

fs::path shared(const std::string& name) {
  return fs::path{GRIDMEND_SOURCE_DIR}.parent_path() / "shared" / "data" / "roads_osm" / name;
}

#define NEEDS(path) \
  if (!fs::exists(path)) GTEST_SKIP() << path << " is not here"

// Nodes, segments and components of the ways whose highway value is motorway, trunk, primary,
// secondary, tertiary (and their links), unclassified, residential, living_street, service, track
// or road, counted independently: 137,031, 141,794, 101. With signs and barriers honoured fewer
// remain, and more components.
TEST(OsmRoadsReal, HeidelbergAgreesWithAnIndependentCount) {
  const fs::path path = shared("heidelberg.osm.pbf");
  NEEDS(path);
  const auto all = read_osm_roads(path, {.honour_access = false});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->report.source_vertices, 137'031U);
  EXPECT_EQ(all->report.source_segments, 141'794U);
  EXPECT_EQ(all->report.components, 101U);
  const auto roads = read_osm_roads(path);
  ASSERT_TRUE(roads);
  EXPECT_EQ(roads->report.source_vertices, 135'798U);
  EXPECT_EQ(roads->report.source_segments, 140'384U);
  EXPECT_GT(roads->report.components, 101U);
  EXPECT_GT(roads->report.largest_component_km, 0.95 * roads->report.length_km);
  const auto graph = RoadGraph::from_records(roads->records);
  ASSERT_TRUE(graph) << describe(graph.error());
  EXPECT_EQ(graph->stretches(), roads->report.stretches);
  // From the old town over the river to the other bank: by a bridge, a few minutes.
  const auto dry = RoadConditions::dry(*graph, VehicleClass::truck);
  const auto path_found = fastest_path(*graph, dry, {8.7030, 49.4100}, {8.6960, 49.4150});
  ASSERT_TRUE(path_found);
  EXPECT_GT(path_found->seconds, 90);
  EXPECT_LT(path_found->seconds, 900);
  EXPECT_TRUE(std::ranges::any_of(path_found->edges, [&](Id<RoadEdge> e) {
    return graph->edges()[e].structure == RoadStructure::bridge;
  }));
}

TEST(OsmRoadsReal, MonacoAndBayreuthMakeGraphs) {
  for (const char* name : {"monaco.osm.pbf", "north-bayreuth.osm.gz"}) {
    const fs::path path = shared(name);
    NEEDS(path);
    const auto roads = read_osm_roads(path);
    ASSERT_TRUE(roads) << name;
    EXPECT_GT(roads->report.turn_restrictions, 20U) << name;
    const auto graph = RoadGraph::from_records(roads->records);
    ASSERT_TRUE(graph) << name;
    EXPECT_EQ(graph->stretches(), roads->report.stretches) << name;
    EXPECT_GT(roads->report.largest_component_km, 0.9 * roads->report.length_km) << name;
  }
}

// Every reading of a damaged file is an answer; seeds are printed when one is not.
void survive_mutations(const std::string& content, const fs::path& path, int runs,
                       std::size_t changes_at_most) {
  for (int seed = 1; seed <= runs; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{static_cast<std::uint64_t>(seed)};
    std::string damaged = content;
    if (random.chance(0.3)) damaged.resize(random.below(damaged.size()));
    for (std::size_t i = random.below(changes_at_most) + 1; i > 0 && !damaged.empty(); --i) {
      damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    }
    std::ofstream{path, std::ios::binary} << damaged;
    const auto roads = read_osm_roads(path);
    if (!roads) {
      EXPECT_EQ(roads.error().place.file, path.filename().string());
      EXPECT_FALSE(roads.error().message.empty());
      continue;
    }
    EXPECT_TRUE(RoadGraph::from_records(roads->records));
  }
}

TEST_F(OsmRoads, DamagedXmlIsAnErrorOrRoadsNeverACrash) {
  survive_mutations(osm(way(1, {11, 12, 13}, kStreet + tag("maxspeed", "50")) +
                        way(2, {12, 22, 32, 12}, kStreet + tag("oneway", "-1")) +
                        restriction(9, 1, 12, 2, "no_left_turn")),
                    folder_ / "damaged.osm", 300, 6);
}

TEST_F(OsmRoads, DamagedPbfIsAnErrorOrRoadsNeverACrash) {
  const fs::path path = shared("monaco.osm.pbf");
  NEEDS(path);
  std::ifstream in{path, std::ios::binary};
  const std::string content{std::istreambuf_iterator<char>{in}, {}};
  survive_mutations(content.substr(0, 400'000), folder_ / "damaged.osm.pbf", 25, 40);
  survive_mutations(content, folder_ / "damaged.osm.pbf", 6, 4);
}

}  // namespace
}  // namespace gridmend::osm_road_reader_test
