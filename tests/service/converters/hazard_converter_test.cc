#include "service/converters/hazard_converter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "service/converters/time_converter.h"

namespace gridmend::hazard_converter_test {
namespace {

v1::WaterLayer sound_layer() {
  v1::WaterLayer layer;
  layer.set_id("w1");
  layer.mutable_valid_time()->set_seconds(1'000'000);
  v1::DepthGrid& grid = *layer.mutable_grid();
  grid.set_west_deg(120);
  grid.set_north_deg(31);
  grid.set_step_east_deg(0.5);
  grid.set_step_south_deg(0.25);
  grid.set_columns(3);
  grid.set_rows(2);
  for (const float depth : {0.F, 0.5F, 1.F, 0.F, 0.F, 2.F}) grid.add_depth_m(depth);
  v1::DepthPolygon& polygon = *layer.add_polygons();
  polygon.set_depth_m(0.3);
  v1::Polyline& ring = *polygon.add_rings();
  for (const auto& [x, y] : {std::pair{120., 30.}, {120.1, 30.}, {120.1, 30.1}, {120., 30.}}) {
    v1::Position& position = *ring.add_positions();
    position.set_longitude_deg(x);
    position.set_latitude_deg(y);
  }
  return layer;
}

TEST(HazardConverter, ALayerComesBackWithAndWithoutItsDepths) {
  const v1::WaterLayer layer = sound_layer();
  const auto slice = to_domain(layer, "layer");
  ASSERT_TRUE(slice) << slice.error().message;
  ASSERT_TRUE(slice->grid.has_value());
  EXPECT_EQ(slice->grid->depth_m.size(), 6U);
  EXPECT_TRUE(validate(*slice));
  EXPECT_EQ(to_proto(*slice, true).SerializeAsString(), layer.SerializeAsString());
  const v1::WaterLayer bare = to_proto(*slice, false);
  EXPECT_FALSE(bare.has_grid());
  EXPECT_EQ(bare.polygons_size(), 0);
  EXPECT_EQ(bare.id(), "w1");
}

TEST(HazardConverter, LayerRefusalsNameTheField) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<std::pair<std::string, std::function<void(v1::WaterLayer&)>>> refusals = {
      {"id", [](auto& layer) { layer.clear_id(); }},
      {"valid_time", [](auto& layer) { layer.clear_valid_time(); }},
      {"grid.columns", [](auto& layer) { layer.mutable_grid()->set_columns(0); }},
      {"grid.columns",
       [](auto& layer) {
         layer.mutable_grid()->set_columns(0xffffffff);
         layer.mutable_grid()->set_rows(0xffffffff);
       }},
      {"grid.depth_m", [](auto& layer) { layer.mutable_grid()->add_depth_m(1); }},
      {"grid.depth_m[1]", [=](auto& layer) { layer.mutable_grid()->set_depth_m(1, infinity); }},
      {"grid.step_east_deg", [](auto& layer) { layer.mutable_grid()->set_step_east_deg(0); }},
      {"grid.step_south_deg",
       [](auto& layer) { layer.mutable_grid()->set_step_south_deg(std::nan("")); }},
      {"grid.west_deg", [](auto& layer) { layer.mutable_grid()->set_west_deg(179.9); }},
      {"polygons[0].depth_m", [](auto& layer) { layer.mutable_polygons(0)->set_depth_m(-1); }},
      {"polygons[0].rings", [](auto& layer) { layer.mutable_polygons(0)->clear_rings(); }},
      {"polygons[0].rings[0]",
       [](auto& layer) {
         layer.mutable_polygons(0)->mutable_rings(0)->mutable_positions(3)->set_latitude_deg(30.5);
       }},
      {"polygons[0].rings[0].positions[1]",
       [](auto& layer) {
         layer.mutable_polygons(0)->mutable_rings(0)->mutable_positions(1)->set_latitude_deg(95);
       }},
  };
  for (const auto& [field, spoil] : refusals) {
    v1::WaterLayer layer = sound_layer();
    spoil(layer);
    const auto refused = to_domain(layer, "layer");
    ASSERT_FALSE(refused) << field;
    EXPECT_EQ(refused.error().field, "layer." + field);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument) << field;
  }
}

TEST(HazardConverter, AClosureWithoutABeginningBeginsNow) {
  v1::RoadClosure message;
  message.mutable_line()->add_positions()->set_longitude_deg(10);
  message.set_reason("tree");
  const Time now{std::chrono::hours{500}};
  const auto closure = to_domain(message, now, "closure");
  ASSERT_TRUE(closure);
  EXPECT_EQ(closure->from, now);
  EXPECT_FALSE(closure->until.has_value());
  *message.mutable_until() = to_proto(now);
  const auto refused = to_domain(message, now, "closure");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "closure.until");
  message.clear_line();
  EXPECT_EQ(to_domain(message, now, "closure").error().field, "closure.line");
}

TEST(HazardConverter, AClosedAreaComesBackAsItWasSentAndABadOneIsNamed) {
  const Time now{std::chrono::hours{500}};
  v1::RoadClosure message;
  message.set_id("park");
  *message.mutable_from() = to_proto(now);
  const auto corner = [](v1::Polyline& ring, double longitude, double latitude) {
    v1::Position& position = *ring.add_positions();
    position.set_longitude_deg(longitude);
    position.set_latitude_deg(latitude);
  };
  v1::Polyline& ring = *message.add_area();
  corner(ring, 10, 50);
  corner(ring, 11, 50);
  corner(ring, 11, 51);
  EXPECT_EQ(to_domain(message, now, "closure").error().field, "closure.area[0]");
  corner(ring, 10, 50);
  const auto closure = to_domain(message, now, "closure");
  ASSERT_TRUE(closure);
  EXPECT_EQ(to_proto(*closure).SerializeAsString(), message.SerializeAsString());

  v1::RoadClosure both = message;
  both.mutable_line()->add_positions()->set_longitude_deg(10);
  EXPECT_EQ(to_domain(both, now, "closure").error().field, "closure.area");
  v1::RoadClosure large = message;
  for (int i = 0; i < 1'000; ++i) corner(*large.mutable_area(0), 10, 50);
  EXPECT_EQ(to_domain(large, now, "closure").error().reason, "TOO_MANY");
}

}  // namespace
}  // namespace gridmend::hazard_converter_test
