// Where a crew still gets to, asked over gRPC.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gridmend/v1/dispatch.grpc.pb.h"
#include "gridmend/v1/hazard.grpc.pb.h"
#include "service/converters/geography_converter.h"
#include "service/converters/hazard_converter.h"
#include "service/converters/time_converter.h"
#include "tests/drawing/feeder_drawing.h"
#include "tests/routing/road/road_map.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::access_calls_test {
namespace {

using control_room::at_minute;
using server_desk::field_of;
using server_desk::reason_of;
using server_desk::ServerDesk;
using ::testing::HasSubstr;
using Hazard = v1::HazardService;

// A--B-C--D: the causeway from B to C is under water from minute 30 to minute 150.
class AccessCalls : public testing::Test {
 protected:
  static std::shared_ptr<const Region> region() {
    const RoadMap map{{"A--B-C--D"}};
    Region made{.network = drawing::draw("S==B1--n1--F1--T1(3)"),
                .roads = map.graph(),
                .defects = {},
                .provenance = {},
                .id = {}};
    made.id = content_id(made.network.records(), made.roads.records());
    return std::make_shared<const Region>(std::move(made));
  }
  static EngineSettings settings() {
    EngineSettings made;
    made.snap.fragment_m = 0;
    made.boats.launches = {{"ramp", RoadMap::position(3, 0)}};
    return made;
  }
  void SetUp() override {
    put(0, {"         "});
    put(60, {"    A    "});
    put(120, {"    A    "});
    put(180, {"         "});
    auto crew = control_room::crew("C1", RoadMap::position(0, 0));
    crew.mutable_create_crew()->mutable_crew()->set_vehicle_class(v1::Vehicle::TRUCK);
    desk.room.ok(std::move(crew));
  }
  void put(int minute, const std::vector<std::string>& drawing) {
    WaterSlice slice = RoadMap::water(drawing, at_minute(minute));
    slice.id = std::to_string(minute);
    slice.depth_sigma_m = 0;
    v1::PutWaterRequest request;
    request.set_request_id("w" + slice.id);
    *request.mutable_layer() = to_proto(slice, true);
    desk.ok<Hazard>(&Hazard::Stub::PutWater, request);
  }
  static v1::GetAccessRequest to_d(double minute, int work_min) {
    v1::GetAccessRequest request;
    request.set_crew("C1");
    *request.mutable_site() = to_proto(RoadMap::position(8, 0));
    *request.mutable_at() = to_proto(at_minute(minute));
    *request.mutable_work() = to_proto(Duration{std::chrono::minutes{work_min}});
    return request;
  }
  v1::Access ask(const v1::GetAccessRequest& request) const {
    return desk.ok<Hazard>(&Hazard::Stub::GetAccess, request);
  }
  static double minute_of(const google::protobuf::Timestamp& time) {
    return seconds(*to_domain(time, "") - at_minute(0)) / 60;
  }

  ServerDesk desk{region(), settings()};
};

TEST_F(AccessCalls, ADrawnAreaClosesTheRoadsThroughItAndSaysHowMany) {
  EXPECT_TRUE(ask(to_d(0, 10)).reachable());
  v1::CloseRoadRequest close;
  close.mutable_closure()->set_id("square");
  v1::Polyline& ring = *close.mutable_closure()->add_area();
  for (const auto& [x, y] : {std::pair{1.2, -1.0}, {1.8, -1.0}, {1.8, 1.0}, {1.2, -1.0}}) {
    *ring.add_positions() = to_proto(RoadMap::position(x, y));
  }
  EXPECT_EQ(desk.ok<Hazard>(&Hazard::Stub::CloseRoad, close).road_edges(), 2);
  EXPECT_FALSE(ask(to_d(0, 10)).reachable());
  close.mutable_closure()->set_id("sea");
  for (v1::Position& corner : *close.mutable_closure()->mutable_area(0)->mutable_positions()) {
    corner.set_latitude_deg(corner.latitude_deg() + 1);
  }
  EXPECT_EQ(desk.ok<Hazard>(&Hazard::Stub::CloseRoad, close).road_edges(), 0);
  v1::ReopenRoadRequest reopen;
  reopen.set_id("square");
  desk.ok<Hazard>(&Hazard::Stub::ReopenRoad, reopen);
  EXPECT_TRUE(ask(to_d(0, 10)).reachable());
}

TEST_F(AccessCalls, TheWayInTheWorkAndTheWayOutMustFit) {
  const v1::Access quick = ask(to_d(0, 10));
  EXPECT_TRUE(quick.reachable());
  EXPECT_TRUE(quick.reason().empty());
  EXPECT_FALSE(quick.has_opens_at());
  EXPECT_LE(minute_of(quick.closes_at()), 30);
  EXPECT_GT(minute_of(quick.closes_at()), 25);
  EXPECT_LT(minute_of(quick.start_by()), minute_of(quick.closes_at()) - 11);
  EXPECT_NEAR(minute_of(quick.arrive_at()), static_cast<double>(quick.travel_time().seconds()) / 60,
              0.1);
  EXPECT_GT(quick.length_m(), 799);
  ASSERT_GE(quick.steps_size(), 2);
  EXPECT_THAT(quick.steps(0).english(), HasSubstr("Head east on AB"));
  EXPECT_THAT(quick.steps(0).chinese(), HasSubstr("向东出发"));
  EXPECT_EQ(quick.steps(quick.steps_size() - 1).manoeuvre(), v1::RouteStep::ARRIVE);

  const v1::Access slow = ask(to_d(0, 45));
  EXPECT_FALSE(slow.reachable());
  EXPECT_THAT(slow.reason(), HasSubstr("closes before the work is done"));
  EXPECT_GE(minute_of(slow.opens_at()), 150);
  EXPECT_LT(minute_of(slow.opens_at()), 155);
  EXPECT_FALSE(slow.has_closes_at());
}

TEST_F(AccessCalls, UnreachableOpensLaterIsAnAnswer) {
  const v1::Access access = ask(to_d(60, 0));
  EXPECT_FALSE(access.reachable());
  EXPECT_THAT(access.reason(), HasSubstr("no drivable way"));
  EXPECT_GE(minute_of(access.opens_at()), 150);
  EXPECT_GT(minute_of(access.arrive_at()), minute_of(access.opens_at()));
  EXPECT_TRUE(ask(to_d(200, 600)).reachable());
}

TEST_F(AccessCalls, TellsByWhichClassFromWhenUntilWhen) {
  EXPECT_EQ(ask(to_d(0, 10)).by_class_size(), 0) << "the truck gets there";
  v1::GetAccessRequest all = to_d(0, 0);
  all.set_all_classes(true);
  const v1::Access asked = ask(all);
  ASSERT_EQ(asked.by_class_size(), kVehicleClasses);
  // A metre of water comes to the causeway within the hour; each class passes as long as it can.
  double closes_before = 0;
  for (const v1::ClassAccess& one : asked.by_class()) {
    if (one.vehicle_class() == v1::Vehicle::BOAT) continue;
    EXPECT_TRUE(one.reachable());
    EXPECT_GE(minute_of(one.closes_at()), closes_before);
    closes_before = minute_of(one.closes_at());
  }
  EXPECT_EQ(asked.by_class(3).vehicle_class(), v1::Vehicle::TRUCK);
  EXPECT_EQ(asked.by_class(3).closes_at().seconds(), asked.closes_at().seconds());
  EXPECT_GT(closes_before, minute_of(asked.by_class(0).closes_at()) + 10);

  // At minute 31 the truck is too late, and the high-water truck is not.
  const v1::Access later = ask(to_d(31, 0));
  EXPECT_FALSE(later.reachable());
  ASSERT_EQ(later.by_class_size(), kVehicleClasses);
  EXPECT_FALSE(later.by_class(3).reachable());
  EXPECT_EQ(later.by_class(3).opens_at().seconds(), later.opens_at().seconds());
  EXPECT_EQ(later.by_class(4).vehicle_class(), v1::Vehicle::HIGH_WATER_TRUCK);
  EXPECT_TRUE(later.by_class(4).reachable()) << later.by_class(4).reason();
  EXPECT_TRUE(later.by_class(4).has_closes_at());
}

TEST_F(AccessCalls, AGridThatLeavesRoadsOutIsSaidToDoSo) {
  v1::PutWaterRequest put;
  put.mutable_layer()->set_id("half");
  *put.mutable_layer()->mutable_valid_time() = to_proto(at_minute(300));
  v1::DepthGrid& grid = *put.mutable_layer()->mutable_grid();
  const Position west = RoadMap::position(-1, 0);
  const Position east = RoadMap::position(6, 0);  // between C and D
  grid.set_west_deg(west.longitude_deg);
  grid.set_north_deg(west.latitude_deg + 0.01);
  grid.set_step_east_deg(east.longitude_deg - west.longitude_deg);
  grid.set_step_south_deg(0.02);
  grid.set_columns(1);
  grid.set_rows(1);
  grid.add_depth_m(0);
  auto response = desk.ok<Hazard>(&Hazard::Stub::PutWater, put);
  EXPECT_EQ(response.road_edges(), 6);
  EXPECT_EQ(response.road_edges_outside(), 2) << "C to D and back";
  grid.set_step_east_deg(1);
  response = desk.ok<Hazard>(&Hazard::Stub::PutWater, put);
  EXPECT_EQ(response.road_edges_outside(), 0);
}

TEST_F(AccessCalls, ABoatIsLaunchedWhereTheEngineKnowsARamp) {
  v1::GetAccessRequest request = to_d(90, 5);
  request.set_vehicle_class(v1::Vehicle::BOAT);
  *request.mutable_site() = to_proto(RoadMap::position(4, 0));
  const v1::Access access = ask(request);
  // The road from B to C is dry at B: what floats must float all along an edge.
  EXPECT_FALSE(access.reachable());
  *request.mutable_site() = to_proto(RoadMap::position(1, 0));
  EXPECT_TRUE(ask(request).reachable()) << "on its trailer";
}

TEST_F(AccessCalls, WhatIsWrongWithAQuestionIsSaid) {
  v1::GetAccessRequest request = to_d(0, 0);
  request.mutable_work()->set_seconds(-5);
  EXPECT_EQ(field_of(desk.refused<Hazard>(&Hazard::Stub::GetAccess, request)), "work");
  request.mutable_work()->set_seconds(1'000'000'000);
  EXPECT_EQ(field_of(desk.refused<Hazard>(&Hazard::Stub::GetAccess, request)), "work");
  request = to_d(0, 0);
  request.set_work_task("T-none");
  EXPECT_EQ(reason_of(desk.refused<Hazard>(&Hazard::Stub::GetAccess, request)),
            "WORK_TASK_UNKNOWN");
}

}  // namespace
}  // namespace gridmend::access_calls_test
