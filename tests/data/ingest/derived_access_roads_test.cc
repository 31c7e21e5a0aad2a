#include "data/ingest/derived_access_roads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "routing/road/travel_times.h"
#include "tests/data/ingest/metre_plan.h"

namespace gridmend::derived_access_roads_test {
namespace {

NetworkModel network_of(const std::vector<std::pair<DeviceKind, Polyline>>& devices) {
  std::vector<ConnectivityNode> nodes;
  std::vector<Device> records;
  std::vector<Position> vertices;
  for (const auto& [kind, line] : devices) {
    Device d;
    d.kind = kind;
    d.from = Id<ConnectivityNode>{nodes.size()};
    nodes.push_back({line.front(), {}, 0});
    d.to = Id<ConnectivityNode>{nodes.size()};
    nodes.push_back({line.back(), {}, 0});
    d.vertices_begin = static_cast<std::uint32_t>(vertices.size());
    if (line.size() > 2) vertices.insert(vertices.end(), line.begin(), line.end());
    d.vertices_end = static_cast<std::uint32_t>(vertices.size());
    records.push_back(d);
  }
  NetworkRecords r;
  r.nodes = Table<ConnectivityNode>{std::move(nodes)};
  r.devices = Table<Device>{std::move(records)};
  r.vertices = Table<Vertex, Position>{std::move(vertices)};
  r.texts = TextPoolBuilder{}.finish();
  auto network = NetworkModel::from_records(std::move(r));
  EXPECT_TRUE(network);
  return *network;
}

//   0 ---line--- 100 [switch] 100.4 --bent line--.
//                                                | 30 m gap, then another feeder's line
TEST(DerivedAccessRoads, FollowTheLinesAndBridgeSmallGaps) {
  using enum DeviceKind;
  const auto roads =
      derive_access_roads(network_of({{ac_line_segment, {at(0, 0), at(100, 0)}},
                                      {breaker, {at(100, 0), at(100.4, 0)}},
                                      {ac_line_segment, {at(100.4, 0), at(150, 0), at(150, 50)}},
                                      {service_drop, {at(50, 0), at(50, 20)}},
                                      {ac_line_segment, {at(150, 80), at(150, 200)}},
                                      {ac_line_segment, {at(150, 500), at(150, 600)}}}));
  const auto graph = RoadGraph::from_records(roads.records);
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->origin(), RoadOrigin::derived_access);
  EXPECT_EQ(roads.report.components, 2U) << "300 m are no gap to bridge";
  EXPECT_NEAR(roads.report.length_km, 0.100 + 0.100 + 0.030 + 0.120 + 0.100, 0.002);
  EXPECT_EQ(roads.report.defects.front().defect_class, DefectClass::road_layer_missing);
  for (const RoadEdge& e : graph->edges()) EXPECT_EQ(e.road_class, RoadClass::access);
  const auto dry = RoadConditions::dry(*graph, VehicleClass::truck);
  const auto path = fastest_path(*graph, dry, at(0, 0), at(150, 200));
  ASSERT_TRUE(path);
  EXPECT_NEAR(path->seconds, 350 / (12 / 3.6), 2);
}

TEST(DerivedAccessRoads, NothingWithAPlaceMakesNoRoads) {
  const auto roads = derive_access_roads(network_of({{DeviceKind::ac_line_segment, {{}, {}}}}));
  EXPECT_TRUE(roads.records.edges.empty());
  EXPECT_TRUE(RoadGraph::from_records(roads.records));
}

}  // namespace
}  // namespace gridmend::derived_access_roads_test
