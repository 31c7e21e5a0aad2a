#include <gtest/gtest.h>

#include "gridmend/v1/hazard.grpc.pb.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::hazard_calls_test {
namespace {

using server_desk::field_of;
using server_desk::ServerDesk;
using Hazard = v1::HazardService;

TEST(HazardCalls, WaterAndClosuresArePutListedAndTakenAway) {
  ServerDesk desk;
  v1::PutWaterRequest put;
  put.set_request_id("w1");
  EXPECT_EQ(field_of(desk.refused<Hazard>(&Hazard::Stub::PutWater, put)), "layer.id");
  put.mutable_layer()->set_id("flood-1");
  put.mutable_layer()->mutable_valid_time()->set_seconds(1000);
  v1::DepthGrid& grid = *put.mutable_layer()->mutable_grid();
  grid.set_west_deg(120);
  grid.set_north_deg(31);
  grid.set_step_east_deg(0.1);
  grid.set_step_south_deg(0.1);
  grid.set_columns(2);
  grid.set_rows(1);
  grid.add_depth_m(0.5);
  grid.add_depth_m(1);
  desk.ok<Hazard>(&Hazard::Stub::PutWater, put);
  v1::ListWaterRequest list;
  auto water = desk.ok<Hazard>(&Hazard::Stub::ListWater, list);
  ASSERT_EQ(water.layers_size(), 1);
  EXPECT_FALSE(water.layers(0).has_grid());
  list.set_with_depths(true);
  water = desk.ok<Hazard>(&Hazard::Stub::ListWater, list);
  EXPECT_EQ(water.layers(0).SerializeAsString(), put.layer().SerializeAsString());
  v1::DeleteWaterRequest gone;
  EXPECT_EQ(field_of(desk.refused<Hazard>(&Hazard::Stub::DeleteWater, gone)), "id");
  gone.set_request_id("w2");
  gone.set_id("flood-1");
  const auto first = desk.ok<Hazard>(&Hazard::Stub::DeleteWater, gone);
  EXPECT_EQ(desk.ok<Hazard>(&Hazard::Stub::DeleteWater, gone).revision(), first.revision());
  EXPECT_EQ(desk.ok<Hazard>(&Hazard::Stub::ListWater, list).layers_size(), 0);
  gone.set_request_id("w3");
  EXPECT_EQ(desk.refused<Hazard>(&Hazard::Stub::DeleteWater, gone).error_code(),
            grpc::StatusCode::NOT_FOUND);

  v1::CloseRoadRequest close;
  EXPECT_EQ(field_of(desk.refused<Hazard>(&Hazard::Stub::CloseRoad, close)), "closure.line");
  close.mutable_closure()->mutable_line()->add_positions()->set_longitude_deg(120);
  close.mutable_closure()->set_reason("tree");
  const auto closure = desk.ok<Hazard>(&Hazard::Stub::CloseRoad, close);
  EXPECT_FALSE(closure.id().empty());
  EXPECT_EQ(desk.ok<Hazard>(&Hazard::Stub::ListRoadClosures, v1::ListRoadClosuresRequest{})
                .closures_size(),
            1);
  v1::ReopenRoadRequest reopen;
  reopen.set_id(closure.id());
  desk.ok<Hazard>(&Hazard::Stub::ReopenRoad, reopen);
  EXPECT_EQ(desk.refused<Hazard>(&Hazard::Stub::ReopenRoad, reopen).error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::GetAccessRequest access;
  EXPECT_EQ(field_of(desk.refused<Hazard>(&Hazard::Stub::GetAccess, access)), "from");
}

}  // namespace
}  // namespace gridmend::hazard_calls_test
