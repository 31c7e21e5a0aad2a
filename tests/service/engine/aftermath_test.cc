// Hours after supply came back the list is what it was minutes after.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/outage/outage_book.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::aftermath_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
using testing::EndsWith;
using testing::Not;

constexpr std::string_view kFeeder = R"(
  S==B1--n1--F1--n2--T1(15)
         |       |
         |       n3--T2(15)
         |
         n4--F2--n5--T3(15)
                 |
                 n6--T4(10)
)";

Command breaker(v1::SwitchPosition::State state, double minute) {
  v1::Evidence made = item("B1 at " + std::to_string(minute), "scada", at_minute(minute));
  made.mutable_switch_position()->set_device("B1");
  made.mutable_switch_position()->set_position(state);
  return evidence({std::move(made)});
}

// Of every five meters of these transformers all but `silent`.
std::vector<std::string> meters(const std::vector<std::pair<std::string, int>>& transformers,
                                int silent) {
  std::vector<std::string> names;
  for (const auto& [transformer, customers] : transformers) {
    for (int u = 1; u <= customers; ++u) {
      if (u % 5 != silent) names.push_back(transformer + "." + std::to_string(u));
    }
  }
  return names;
}

// The breaker trips with T4 gone behind it, and is back after twenty minutes, by its position and,
// perhaps, by the word of a crew. One last gasp and one power-up in five are lost.
void play(bool crew_reports) {
  ControlRoom room{kFeeder};
  room.at(.1).ok(breaker(v1::SwitchPosition::OPEN, 0));
  room.at(.2).ok(
      gasps(meters({{"T1", 15}, {"T2", 15}, {"T3", 15}, {"T4", 10}}, 0), at_minute(.05)));
  room.at(5).reassess();
  EXPECT_THAT(room.outages(), EndsWith(" B1\n"));
  room.at(20).ok(breaker(v1::SwitchPosition::CLOSED, 20));
  if (crew_reports) {
    v1::Evidence restored = item("restored", "crew 7", at_minute(20));
    restored.mutable_field_report()->set_device("B1");
    restored.mutable_field_report()->set_finding(v1::FieldReport::RESTORED);
    room.at(20.05).ok(evidence({std::move(restored)}));
  }
  room.at(20.2).ok(power_ups(meters({{"T1", 15}, {"T2", 15}, {"T3", 15}}, 2), at_minute(20.1)));
  for (const double minute : {20.3, 20.5, 21.0, 22.5}) room.at(minute).reassess();
  for (const double minute : {25.0, 30.0, 60.0, 400.0, 720.0, 1080.0, 1440.0, 2880.0}) {
    room.at(minute).reassess();
    EXPECT_THAT(room.outages(), EndsWith(" T4\n")) << minute;
    EXPECT_EQ(std::ranges::count(room.outages(), '\n'), 1) << minute << ": " << room.outages();
  }
  EXPECT_THAT(room.tasks(), Not(testing::HasSubstr("T1.")));
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
}

TEST(Aftermath, WhatScadaAndACrewBroughtBackStays) { play(true); }
TEST(Aftermath, WhatScadaAloneBroughtBackStays) { play(false); }

}  // namespace
}  // namespace gridmend::aftermath_test
