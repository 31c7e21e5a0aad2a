// Layers of water in the state: what a server makes of them, and of those of older journals.

#include <gtest/gtest.h>

#include <cmath>

#include "service/converters/time_converter.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::water_layers_test {
namespace {

using namespace control_room;

// Squares of a degree from 0 E, 1 N eastwards.
Command layer(const std::string& id, double minute, const std::vector<float>& depths) {
  Command command;
  command.set_actor("operator/li");
  v1::WaterLayer& layer = *command.mutable_put_water()->mutable_layer();
  layer.set_id(id);
  *layer.mutable_valid_time() = to_proto(at_minute(minute));
  v1::DepthGrid& grid = *layer.mutable_grid();
  grid.set_north_deg(1);
  grid.set_step_east_deg(1);
  grid.set_step_south_deg(1);
  grid.set_columns(static_cast<std::uint32_t>(depths.size()));
  grid.set_rows(1);
  grid.mutable_depth_m()->Add(depths.begin(), depths.end());
  return command;
}

double depth_m(const ControlRoom& room, double east_deg, double minute) {
  return room.world()->water->depth_m({east_deg, .5}, at_minute(minute));
}

// Records of before schema 9: what a layer did not show was dry at its time.
TEST(WaterLayers, OfAnOlderJournalMeanWhatTheyMeant) {
  ControlRoom room{"S==B1--n1--F1--n2--T1(6)"};
  room.at(1).ok(layer("all", 0, {.5F, .5F, .5F}));
  room.at(2).ok(layer("part", 10, {.25F}));
  room.at(3).ok(layer("cloud", 20, {.25F, std::nanf("")}));
  const auto expect_depths = [&room](double beside, double in_the_cloud) {
    EXPECT_EQ(depth_m(room, .5, 10), .25);
    EXPECT_EQ(depth_m(room, 2.5, 10), beside);
    EXPECT_EQ(depth_m(room, 1.5, 20), in_the_cloud);
  };
  expect_depths(.5, .5);
  room.restart();
  expect_depths(.5, .5);
  for (JournalRecord& record : room.journal->records) record.schema_version = 8;
  room.restart();
  expect_depths(0, 0);
  room.at(4).ok(layer("part", 10, {.25F}));
  EXPECT_EQ(depth_m(room, 2.5, 10), .25) << "half way from .5 to what the cloud's record says";
}

}  // namespace
}  // namespace gridmend::water_layers_test
