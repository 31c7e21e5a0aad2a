// Customers who may hang on another transformer than recorded: geometry and outages, in the engine.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/engine/control_room.h"

namespace gridmend::link_learning_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |
         n4--F2--n5--T2(6)
)";

// The same with a lateral before all others: every dense id is another one.
constexpr std::string_view kGrown = R"(
  S==B1--n0--F0--n9--T9(7)
         |
         n1--F1--n2--T1(6)
         |
         n4--F2--n5--T2(6)
)";

// T2 is gone, and with it all of its customers.
constexpr std::string_view kShrunk = R"(
  S==B1--n1--F1--n2--T1(6)
)";

std::vector<std::string> behind(const std::string& transformer) {
  std::vector<std::string> names;
  for (int i = 1; i <= 6; ++i) names.push_back(transformer + "." + std::to_string(i));
  return names;
}

// T2 goes dark from `minute` on for two hours, and T1.1, which is recorded on T1, with it.
void storm(ControlRoom& room, double minute) {
  std::vector<std::string> dark = behind("T2");
  dark.emplace_back("T1.1");
  room.at(minute + .1).ok(gasps(dark, at_minute(minute)));
  room.at(minute + 1).reassess();
  room.at(minute + 120.1).ok(power_ups(dark, at_minute(minute + 120)));
  room.at(minute + 121).reassess();
  room.at(minute + 130).reassess();
  room.at(minute + 140).reassess();
}

double suspicion(const ControlRoom& room, const char* usage_point, const char* transformer) {
  const auto world = room.world();
  const NetworkModel& network = world->region->network;
  for (const SuspectedLink& link : world->suspected_links.rows()) {
    if (network.mrid(link.usage_point) == usage_point &&
        network.mrid(link.likelier) == transformer) {
      return static_cast<double>(link.probability);
    }
  }
  return 0;
}

void expect_replayed(ControlRoom& room) {
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
}

TEST(LinkLearning, OutagesThatAreOverTellWhoHangsElsewhere) {
  ControlRoom room{kStreet};
  storm(room, 0);
  EXPECT_EQ(room.outages(), "");
  EXPECT_EQ(room.world()->counters.storms_learnt, 1U);
  storm(room, 60 * 24);
  EXPECT_EQ(room.world()->counters.storms_learnt, 2U);
  EXPECT_GT(suspicion(room, "T1.1", "T2"), .7);
  EXPECT_EQ(suspicion(room, "T1.2", "T2"), 0);
  EXPECT_EQ(room.world()->suspected_links.rows().size(), 1U);
  expect_replayed(room);
  EXPECT_GT(suspicion(room, "T1.1", "T2"), .7);
}

TEST(LinkLearning, WaitsForOutagesThatOverlap) {
  ControlRoom room{kStreet};
  room.at(.1).ok(gasps(behind("T1"), at_minute(0)));
  room.at(1).reassess();
  std::vector<std::string> dark = behind("T2");
  room.at(5.1).ok(gasps(dark, at_minute(5)));
  room.at(6).reassess();
  room.at(90.1).ok(power_ups(dark, at_minute(90)));
  room.at(91).reassess();
  room.at(100).reassess();
  EXPECT_EQ(room.world()->counters.storms_learnt, 0U) << room.outages();
  room.at(120.1).ok(power_ups(behind("T1"), at_minute(120)));
  room.at(121).reassess();
  room.at(130).reassess();
  EXPECT_EQ(room.world()->counters.storms_learnt, 1U) << room.outages();
  EXPECT_THAT(room.world()->suspected_links.rows(), IsEmpty());
  expect_replayed(room);
}

TEST(LinkLearning, IsCarriedIntoAnotherRegion) {
  ControlRoom room{kStreet};
  storm(room, 0);
  storm(room, 60 * 24);
  const double before = suspicion(room, "T1.1", "T2");
  const v1::RegionCarryOver carry = room.load(kGrown);
  EXPECT_GT(carry.link_suspicions_carried(), 0U);
  EXPECT_EQ(carry.link_suspicions_lost(), 0U);
  // T9 comes into question as well now, and takes a part of what is usually wrong.
  const double after = suspicion(room, "T1.1", "T2");
  EXPECT_GT(after, .5);
  EXPECT_LT(after, before);
  expect_replayed(room);
  EXPECT_EQ(suspicion(room, "T1.1", "T2"), after);
  const v1::RegionCarryOver gone = room.at(60 * 48).load(kShrunk);
  EXPECT_GT(gone.link_suspicions_lost(), 0U);
  EXPECT_EQ(suspicion(room, "T1.1", "T2"), 0);
  expect_replayed(room);
}

TEST(LinkLearning, APreviewOfARegionChangesNothing) {
  ControlRoom room{kStreet};
  storm(room, 0);
  storm(room, 60 * 24);
  const StateHash before = room.engine->state_hash();
  ASSERT_TRUE(room.engine->preview_region(room.keep(kShrunk)));
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(before.hash));
  EXPECT_GT(suspicion(room, "T1.1", "T2"), .7);
}

TEST(LinkLearning, AnOlderJournalMeansWhatItMeantThen) {
  ControlRoom room{kStreet};
  storm(room, 0);
  storm(room, 60 * 24);
  for (JournalRecord& record : room.journal->records) record.schema_version = 2;
  room.restart();
  EXPECT_EQ(room.world()->counters.storms_learnt, 0U);
  EXPECT_THAT(room.world()->suspected_links.rows(), IsEmpty());
  // From here on it is written by this program.
  storm(room, 60 * 48);
  EXPECT_EQ(room.world()->counters.storms_learnt, 1U);
  expect_replayed(room);
}

// Two customers of T1 whose links geometry suspects with this probability.
std::shared_ptr<const Region> suspected_region(float probability) {
  const auto plain = drawn_region("S==B1--n1--F1--n2--T1(2)\n\nS2==B2--m1--F2--m2--T2(6)\n");
  auto region = std::make_shared<Region>(*plain);
  const NetworkModel& network = region->network;
  std::vector<SuspectedLink> rows;
  for (const char* name : {"T1.1", "T1.2"}) {
    const Id<UsagePoint> id = *network.find_usage_point(name);
    rows.push_back(
        {id, network.usage_points()[id].transformer, *network.find_device("T2"), probability});
  }
  region->suspected_links = *SuspectedLinks::from_rows(std::move(rows), network);
  return region;
}

TEST(LinkLearning, WhatGeometrySuspectsCountsLessForTheRecordedTransformer) {
  const auto p_open = [](std::shared_ptr<const Region> held, const std::string& outages) {
    ControlRoom room{"S==B1--n1--T1(1)\n"};
    room.region = std::move(held);
    room.journal = std::make_shared<MemoryStore::Contents>();
    room.regions->keep(room.region);
    room.restart();
    room.at(.1).ok(gasps({"T1.1", "T1.2"}, at_minute(0)));
    room.at(1).reassess();
    EXPECT_EQ(room.outages(), outages);
    return room.world()->find_outage("O-000001")->outage.probable.p_active;
  };
  auto plain = std::make_shared<Region>(*suspected_region(.7F));
  plain->suspected_links = {};
  const std::string fuse = "O-000001 predicted F1\n";
  EXPECT_LT(p_open(suspected_region(.7F), fuse), p_open(plain, fuse) - .01);
  // As good as certain to hang behind T2, whose other six customers are silent: each has a fault of
  // his own.
  p_open(suspected_region(.97F), "O-000001 predicted T1.1\nO-000002 predicted T1.2\n");
}

}  // namespace
}  // namespace gridmend::link_learning_test
