#include <gmock/gmock.h>

#include "data/settings/localiser_file.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::control_room::settings_test {
namespace {

using testing::HasSubstr;

constexpr const char* kLane = "S==B1--n1--F1--n2--T1(12)";

Command settings(std::string toml) {
  Command command;
  command.set_actor("operator/li");
  command.mutable_take_settings()->set_localiser(std::move(toml));
  return command;
}

TEST(Settings, HoldFromTheCommandThatGaveThem) {
  ControlRoom room{kLane};
  EXPECT_EQ(room.world()->settings_revision, 0u);
  room.at(1).ok(gasps({"T1.1", "T1.2", "T1.3", "T1.4", "T1.5", "T1.6", "T1.7", "T1.8", "T1.9"},
                      at_minute(0)));
  room.reassess();
  const auto believed = [&room] {
    return room.world()->outages->begin()->second->outage.probable.p_active;
  };
  ASSERT_FALSE(room.world()->outages->empty());
  const double before = believed();
  const Answer answer =
      room.at(2).ok(settings("[reliability]\nlast_gasp_false = 0.7\nlast_gasp_reach = 0.75\n"));
  EXPECT_EQ(room.world()->settings_revision, answer.revision);
  EXPECT_EQ(room.world()->localiser->reliability.last_gasp_false, .7);
  EXPECT_TRUE(room.world()->needs_reassessment());
  room.at(3).reassess();
  EXPECT_LT(believed(), before) << "last gasps that prove little";
}

TEST(Settings, AreReplayed) {
  ControlRoom room{kLane};
  room.at(1).ok(settings("[reliability]\nlast_gasp_reach = 0.4\n"));
  room.at(2).ok(gasps({"T1.1", "T1.2", "T1.3", "T1.4"}, at_minute(1)));
  room.reassess();
  const StateHash before = room.engine->state_hash();
  const std::string outages = room.outages();
  room.restart();
  EXPECT_EQ(room.engine->state_hash().hash, before.hash);
  EXPECT_EQ(room.outages(), outages);
  EXPECT_EQ(room.world()->localiser->reliability.last_gasp_reach, .4);
}

TEST(Settings, TheSameAgainAreNoCommand) {
  ControlRoom room{kLane};
  room.at(1).ok(settings("[reliability]\nlast_gasp_reach = 0.4\n"));
  const std::uint64_t revision = room.world()->revision;
  const std::string whole = write_whole_localiser_settings(*room.world()->localiser);
  room.at(2).ok(settings(whole));
  EXPECT_EQ(room.world()->revision, revision);
}

TEST(Settings, ThatCannotBeAreRefusedAndLeaveThePresentOnes) {
  ControlRoom room{kLane};
  EXPECT_THAT(room.refused(settings("[reliability]\nlast_gasp_reach = nan\n")).message,
              HasSubstr("line 2"));
  EXPECT_EQ(room.refused(settings("[reliability]\ncall_false = 0.9\n")).reason,
            "LOCALISER_SETTING_INVALID");
  EXPECT_EQ(room.world()->settings_revision, 0u);
}

TEST(Settings, PlaceCallsThatWerePreparedUnderOthers) {
  ControlRoom room{kLane};
  // Both in one batch: the call is prepared before the settings hold.
  v1::Evidence item = control_room::item("k", "app", at_minute(1));
  auto* position = item.mutable_trouble_call()->mutable_position();
  const Position place =
      room.region->network.usage_points()[*room.region->network.find_usage_point("T1.1")].position;
  position->set_longitude_deg(place.longitude_deg);
  position->set_latitude_deg(place.latitude_deg);
  room.at(2);
  auto first = room.engine->submit(settings("[call_places]\nposition_spread_m = 5\n"));
  auto second = room.engine->submit(evidence({item}));
  ASSERT_TRUE(first.get());
  ASSERT_TRUE(second.get());
  room.reassess();
  const StateHash before = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(room.engine->state_hash().hash, before.hash);
}

}  // namespace
}  // namespace gridmend::control_room::settings_test
