// What the road readers make of the road sets, held as goldens: proof/NAME.py counts the same by
// itself.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>
#include <string>

#include "data/ingest/line_road_reader.h"
#include "routing/road/road_graph.h"
#include "tests/golden/golden_file.h"
#include "tests/golden/import_summary.h"

namespace gridmend::golden::roads_golden_test {
namespace {

// `name value` a line, as a proof prints it.
std::string figures_of(const RoadImport& roads) {
  const RoadReport& report = roads.report;
  std::ostringstream text;
  const auto line = [&text](std::string_view name, auto value) {
    text << name << ' ' << value << '\n';
  };
  line("features", report.features);
  line("features_left_out", report.features_left_out);
  line("source_vertices", report.source_vertices);
  line("source_segments", report.source_segments);
  line("components", report.components);
  line("vertices", roads.records.vertices.size());
  line("edges", roads.records.edges.size());
  line("stretches", report.stretches);
  line("length_km", std::lround(report.length_km));
  line("turn_restrictions", report.turn_restrictions);
  line("turn_restrictions_left_out", report.turn_restrictions_left_out);
  line("defects", report.defects.size());
  const auto structures = [&](RoadStructure structure) {
    return std::ranges::count(roads.records.edges, structure, &RoadEdge::structure);
  };
  line("edges/bridge", structures(RoadStructure::bridge));
  line("edges/tunnel", structures(RoadStructure::tunnel));
  line("edges/ford", structures(RoadStructure::ford));
  std::array<std::size_t, kRoadClasses> edges{};
  for (const RoadEdge& edge : roads.records.edges) {
    ++edges[static_cast<std::size_t>(edge.road_class)];
  }
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (edges[i] == 0) continue;
    line("edges/" + std::string{to_string(static_cast<RoadClass>(i))}, edges[i]);
  }
  return text.str();
}

void expect_roads(const std::string& golden_name, const char* file) {
  const auto path = shared_data(file);
  if (!path) GTEST_SKIP() << file << " is not beside this source tree";
  const auto roads = read_road_file(*path);
  ASSERT_TRUE(roads) << describe(roads.error());
  ASSERT_TRUE(RoadGraph::from_records(roads->records));
  expect_same(golden_name, figures_of(*roads));
}

TEST(RoadsGolden, TheStreetsOfWuhan) {
  expect_roads("roads_wuhan.txt", "roads_wuhan/wuhan_8989_edges.gpkg");
}

TEST(RoadsGolden, TheStreetsOfMiamiBeach) {
  expect_roads("roads_miami_beach.txt", "flood_miami_beach/base_graph_edges.gpkg");
}

TEST(RoadsGolden, TheRoadsOfHeidelberg) {
  expect_roads("roads_heidelberg.txt", "roads_osm/heidelberg.osm.pbf");
}

}  // namespace
}  // namespace gridmend::golden::roads_golden_test
