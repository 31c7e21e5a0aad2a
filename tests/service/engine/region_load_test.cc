// A running engine goes on with another import of its region.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/outage/outage_book.h"
#include "service/engine/find_plan.h"
#include "service/engine/replay.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::region_load_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr Position kDepot{120, 30};

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |       |
         |       n3--T2(6)
         |
         n4--F2--n5--T3(6)
         |       |
         |       n6--T4(6)
         |
         n7--L1/--n8--B2==S2
)";

// The same with a lateral before all others: every dense id behind it is another one now.
constexpr std::string_view kGrown = R"(
  S==B1--n0--F0--n9--T9(7)
         |
         n1--F1--n2--T1(6)
         |       |
         |       n3--T2(6)
         |
         n4--F2--n5--T3(6)
         |       |
         |       n6--T4(6)
         |
         n7--L1/--n8--B2==S2
)";

// F2 is called F7.
constexpr std::string_view kRenamed = R"(
  S==B1--n0--F0--n9--T9(7)
         |
         n1--F1--n2--T1(6)
         |       |
         |       n3--T2(6)
         |
         n4--F7--n5--T3(6)
         |       |
         |       n6--T4(6)
         |
         n7--L1/--n8--B2==S2
)";

// F2 and all behind it are gone; the tie too.
constexpr std::string_view kShrunk = R"(
  S==B1--n0--F0--n9--T9(7)
         |
         n1--F1--n2--T1(6)
                 |
                 n3--T2(6)
)";

// L1 is normally closed, the fuse F1 normally open.
constexpr std::string_view kTurned = R"(
  S==B1--n1--F1/--n2--T1(6)
         |        |
         |        n3--T2(6)
         |
         n4--F2--n5--T3(6)
         |       |
         |       n6--T4(6)
         |
         n7--L1--n8--B2/==S2
)";

std::vector<std::string> behind(std::initializer_list<const char*> transformers) {
  std::vector<std::string> names;
  for (const char* transformer : transformers) {
    for (int i = 1; i <= 6; ++i)
      names.push_back(std::string(transformer) + "." + std::to_string(i));
  }
  return names;
}

std::vector<std::string> names_of(const World& world, const UsagePointSet& set) {
  std::vector<std::string> names;
  for (const Id<UsagePoint> id : set.to_vector())
    names.emplace_back(world.region->network.mrid(id));
  return names;
}

Command operate(const std::string& device, bool open,
                v1::SwitchPosition::Reason reason = v1::SwitchPosition::RESTORATION) {
  Command command;
  command.set_actor("operator/li");
  auto& step = *command.mutable_record_step();
  step.mutable_step()->set_device(device);
  step.mutable_step()->set_position(open ? v1::SwitchPosition::OPEN : v1::SwitchPosition::CLOSED);
  step.set_reason(reason);
  return command;
}

std::vector<v1::CarryOverNote::Kind> kinds(const v1::RegionCarryOver& carry) {
  std::vector<v1::CarryOverNote::Kind> kinds;
  for (const auto& note : carry.notes()) kinds.push_back(note.kind());
  return kinds;
}

// F2 has blown and crew C1 is on its way.
ControlRoom storm_room() {
  ControlRoom room{kStreet};
  room.ok(crew("C1", kDepot));
  room.at(0).ok(gasps(behind({"T3", "T4"}), at_minute(0)));
  room.at(1).reassess();
  room.plan();
  room.at(2).ok(tablet("C1", set_out("T-000001")));
  EXPECT_EQ(room.outages(), "O-000001 confirmed F2\n");
  EXPECT_EQ(room.tasks(), "T-000001 repair en_route F2 C1\n");
  return room;
}

void expect_replayed(ControlRoom& room) {
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
  EXPECT_EQ(room.engine->state_hash().region, live.region);
  EXPECT_EQ(room.world()->revision, live.revision);
}

TEST(RegionLoad, KeepsOutagesCrewsAndWorkThoughEveryDenseIdIsAnother) {
  ControlRoom room = storm_room();
  const auto before = room.world();
  const Id<Device> f2_before = before->find_outage("O-000001")->outage.probable.device;
  const v1::RegionCarryOver carry = room.at(3).load(kGrown);
  EXPECT_THAT(carry.notes(), testing::IsEmpty()) << carry.ShortDebugString();
  EXPECT_EQ(carry.outages_carried(), 1U);
  EXPECT_EQ(carry.work_tasks_carried(), 1U);
  EXPECT_EQ(carry.meters_carried(), 12U);
  EXPECT_EQ(carry.meters_lost(), 0U);
  EXPECT_EQ(room.outages(), "O-000001 confirmed F2\n");
  EXPECT_EQ(room.tasks(), "T-000001 repair en_route F2 C1\n");
  const auto after = room.world();
  const Outage& outage = after->find_outage("O-000001")->outage;
  EXPECT_NE(outage.probable.device, f2_before) << "the test is about ids that shift";
  EXPECT_THAT(names_of(*after, outage.affected),
              testing::UnorderedElementsAreArray(behind({"T3", "T4"})));
  EXPECT_EQ(names_of(*before, before->find_outage("O-000001")->outage.affected).size(), 12U)
      << "a World that somebody holds stays as it was";
  EXPECT_EQ(after->region->network.usage_points().size(), 31U);
  expect_replayed(room);
  // And life goes on: a meter that is new, and the repair.
  room.at(4).ok(gasps({"T9.1"}, at_minute(4)));
  room.at(50).ok(tablet("C1", complete("T-000001", v1::FieldReport::RESTORED)));
  room.ok(power_ups(behind({"T3", "T4"}), at_minute(50)));
  room.at(51).reassess();
  room.at(70).reassess();
  EXPECT_EQ(room.world()->find_outage("O-000001")->outage.status, OutageStatus::closed);
  expect_replayed(room);
}

TEST(RegionLoad, AnOutageWhoseDeviceIsGoneGoesOnWhereItsUsagePointsHangNow) {
  ControlRoom room = storm_room();
  const v1::RegionCarryOver carry = room.at(3).load(kRenamed);
  EXPECT_EQ(room.outages(), "O-000001 confirmed F7\n");
  // The crew is under way: what it drives to stays its own, at its place.
  EXPECT_EQ(room.tasks(), "T-000001 repair en_route - C1\n");
  EXPECT_THAT(kinds(carry), UnorderedElementsAre(v1::CarryOverNote::OUTAGE_DEVICE_REMOVED,
                                                 v1::CarryOverNote::WORK_TASK_DEVICE_REMOVED));
  EXPECT_EQ(carry.outages_carried(), 1U);
  EXPECT_EQ(carry.outages_withdrawn(), 0U);
  EXPECT_THAT(room.world()->find_outage("O-000001")->outage.explanation_en, HasSubstr("F7"));
  expect_replayed(room);
}

TEST(RegionLoad, WhatHasNoPlaceAnyMoreIsWithdrawnCountedAndListed) {
  ControlRoom room = storm_room();
  const v1::RegionCarryOver carry = room.at(3).load(kShrunk);
  EXPECT_EQ(room.outages(), "");
  const OutageRecord& record = *room.world()->find_outage("O-000001");
  EXPECT_EQ(record.outage.status, OutageStatus::withdrawn);
  EXPECT_THAT(record.history.back().reason, HasSubstr("F2 is not in region"));
  EXPECT_EQ(record.history.back().actor, "operator/test");
  EXPECT_EQ(carry.outages_withdrawn(), 1U);
  EXPECT_EQ(carry.meters_lost(), 12U);
  EXPECT_EQ(carry.meters_carried(), 0U);
  EXPECT_EQ(carry.work_tasks_without_device(), 1U);
  EXPECT_EQ(room.tasks(), "T-000001 repair cancelled - -\n");
  EXPECT_EQ(room.world()->find_crew("C1")->crew.status, CrewStatus::awaiting_assignment);
  // The ledger still holds what those meters said.
  EXPECT_EQ(room.world()->evidence.size(), 12U);
  expect_replayed(room);
}

TEST(RegionLoad, SwitchesStandAsTheyStoodAndWhoFedWhomIsTheSameStill) {
  ControlRoom room{kStreet};
  room.at(0).ok(operate("L1", false));
  room.at(1).ok(operate("B1", true));
  room.at(300);
  const auto fed_by = [&](const char* usage_point) {
    const auto world = room.world();
    const NetworkModel& network = world->region->network;
    const auto feeder =
        world->forest().feeder(network.usage_points()[*network.find_usage_point(usage_point)].node);
    return feeder.valid() ? std::string(network.mrid(feeder)) : "dark";
  };
  ASSERT_EQ(fed_by("T3.1"), "S2");
  const v1::RegionCarryOver carry = room.load(kGrown);
  EXPECT_EQ(carry.switches_carried(), 2U);
  EXPECT_EQ(fed_by("T3.1"), "S2");
  EXPECT_EQ(fed_by("T9.1"), "S2");
  EXPECT_EQ(room.world()->switching->size(), 2U);
  expect_replayed(room);
  EXPECT_EQ(fed_by("T3.1"), "S2") << "the switching state is the journal's, restart or not";
}

TEST(RegionLoad, ASwitchThatIsGoneIsNamedAndItsOrdersStayInTheRecord) {
  ControlRoom room{kStreet};
  room.ok(operate("L1", false));
  const v1::RegionCarryOver carry = room.at(1).load(kShrunk);
  EXPECT_EQ(carry.switches_lost(), 1U);
  EXPECT_EQ(carry.devices_lost(), 1U) << "what was heard of L1";
  ASSERT_FALSE(carry.notes().empty());
  EXPECT_EQ(carry.notes(0).kind(), v1::CarryOverNote::SWITCH_REMOVED);
  EXPECT_EQ(carry.notes(0).subject(), "L1");
  EXPECT_TRUE(room.world()->switches().departures().empty());
  EXPECT_EQ(room.world()->switching->front().device, "L1");
  expect_replayed(room);
}

TEST(RegionLoad, ANormalPositionThatChangedIsFollowedUnlessTheDeviceWasOperated) {
  ControlRoom room{kStreet};
  room.ok(operate("L1", false));
  const v1::RegionCarryOver carry = room.at(1).load(kTurned);
  EXPECT_EQ(carry.switches_normal_now(), 1U) << "L1 stands closed, as the region now has it";
  std::vector<std::string> followed;
  for (const auto& note : carry.notes()) {
    EXPECT_EQ(note.kind(), v1::CarryOverNote::NORMAL_POSITION_CHANGED);
    followed.push_back(note.subject());
  }
  EXPECT_THAT(followed, UnorderedElementsAre("F1", "B2"));
  EXPECT_TRUE(room.world()->switches().departures().empty());
  expect_replayed(room);
}

TEST(RegionLoad, WhatWasSwitchedOffWithADeviceThatIsGoneStandsUntilAnOperatorSaysOtherwise) {
  ControlRoom room{kStreet};
  Command command;
  command.set_actor("operator/li");
  command.mutable_de_energise_for_safety()->set_device("F2");
  room.ok(std::move(command));
  room.at(1).reassess();
  ASSERT_EQ(room.outages(), "O-000001 confirmed F2\n");
  const v1::RegionCarryOver carry = room.at(2).load(kRenamed);
  EXPECT_EQ(carry.outages_withdrawn(), 0U);
  EXPECT_EQ(carry.switches_lost(), 1U);
  EXPECT_EQ(room.outages(), "O-000001 confirmed feeder\n");
  EXPECT_EQ(room.world()->find_outage("O-000001")->outage.cause,
            OutageCause::de_energised_for_safety);
  expect_replayed(room);
}

TEST(RegionLoad, APreviewSaysExactlyWhatLoadingDoesAndLeavesNoTrace) {
  ControlRoom room = storm_room();
  room.at(3);
  for (const std::string_view drawing : {kGrown, kRenamed, kShrunk, kTurned}) {
    ControlRoom other = storm_room();
    const StateHash before = room.engine->state_hash();
    const auto preview = room.engine->preview_region(drawn_region(drawing));
    ASSERT_TRUE(preview) << describe(preview.error());
    EXPECT_EQ(preview->revision, before.revision);
    EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(before.hash));
    EXPECT_EQ(room.outages(), "O-000001 confirmed F2\n");
    const v1::RegionCarryOver done = other.at(3).load(drawing);
    EXPECT_EQ(preview->carry_over.SerializeAsString(), done.SerializeAsString())
        << preview->carry_over.ShortDebugString() << "\n"
        << done.ShortDebugString();
  }
}

TEST(RegionLoad, IsRefusedWhereItCouldNotBeRepeated) {
  ControlRoom room{kStreet};
  const auto nowhere = drawn_region(kGrown);
  const auto missing = room.engine->load_region(nowhere, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, "REGION_MISSING") << "a restart would not find it";
  EXPECT_THAT(missing.error().message, HasSubstr(to_hex(nowhere->id)));
  const auto same = room.engine->load_region(room.region, {});
  ASSERT_FALSE(same);
  EXPECT_EQ(same.error().reason, "REGION_PRESENT");
  const auto stale =
      room.engine->load_region(room.keep(kGrown), {}, "00000000000000000000000000000000");
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().reason, "REGION_CHANGED");
  EXPECT_EQ(stale.error().field, "present_region");
  Command by_name;
  by_name.mutable_load_region()->set_region(to_hex(nowhere->id));
  EXPECT_EQ(room.refused(std::move(by_name)).reason, "REGION_NOT_OPENED");
  EXPECT_TRUE(room.journal->records.empty());
  EXPECT_EQ(room.world()->region->id, room.region->id);
}

TEST(RegionLoad, AMissingRegionIsNamedAtTheRestartWithItsRecord) {
  ControlRoom room{kStreet};
  room.ok(crew("C1", kDepot));
  room.load(kGrown);
  const auto forgetful = std::make_shared<MemoryRegions>();
  forgetful->keep(room.region);
  const auto opened = Engine::open(room.region, std::make_unique<MemoryStore>(room.journal),
                                   room.clock, room.settings, forgetful);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "REGION_MISSING");
  EXPECT_EQ(opened.error().place.feature_id, "2");
  EXPECT_THAT(opened.error().message, HasSubstr(to_hex(drawn_region(kGrown)->id)));
}

TEST(RegionLoad, AnEngineOpensWithAnyRegionOfItsJournalAndWithNoOther) {
  ControlRoom room{kStreet};
  room.load(kGrown);
  const StateHash live = room.engine->state_hash();
  const auto open = [&](std::shared_ptr<const Region> given) {
    room.engine.reset();
    return Engine::open(std::move(given), std::make_unique<MemoryStore>(room.journal), room.clock,
                        room.settings, room.regions);
  };
  for (const auto& given : {room.region, drawn_region(kGrown), std::shared_ptr<const Region>{}}) {
    const auto opened = open(given);
    ASSERT_TRUE(opened) << describe(opened.error());
    EXPECT_EQ((*opened)->state_hash().hash, live.hash);
    EXPECT_EQ((*opened)->region()->id, drawn_region(kGrown)->id);
  }
  const auto other = open(drawn_region(kShrunk));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().reason, "STORE_OF_ANOTHER_REGION");
  EXPECT_THAT(other.error().message, HasSubstr("ctl region load"));
}

TEST(RegionLoad, APlanFoundOnTheOldRegionIsRefused) {
  ControlRoom room = storm_room();
  room.at(3).ok(crew("C2", kDepot));
  const auto old_world = room.world();
  auto plan = find_plan(*old_world, at_minute(3), room.settings, "a test", {});
  ASSERT_TRUE(plan);
  room.load(kGrown);
  Command adopt;
  adopt.set_actor("engine");
  *adopt.mutable_adopt_plan() = *plan;
  const Error refused = room.refused(std::move(adopt));
  EXPECT_EQ(refused.reason, "PLAN_STALE");
  EXPECT_THAT(refused.message, HasSubstr("region"));
  room.plan();
  EXPECT_FALSE(room.world()->needs_plan());
}

TEST(RegionLoad, ATaskMovesWithItsDevice) {
  ControlRoom room{kStreet};
  room.ok(gasps(behind({"T3", "T4"}), at_minute(0)));
  room.at(1).reassess();
  const auto position = [&] { return room.world()->find_task("T-000001")->task.position; };
  const Position before = position();
  room.load(kGrown);  // everything from n1 on lies 50 m further south there
  const auto world = room.world();
  const Id<Device> f2 = *world->region->network.find_device("F2");
  EXPECT_NE(position().latitude_deg, before.latitude_deg);
  EXPECT_EQ(position().latitude_deg, world->region->network.devices()[f2].position.latitude_deg);
}

// Dense ids of the old region must never be taken for the new one's: what many threads submit while
// regions come and go is, in the end, what replaying the journal one by one makes of it.
TEST(RegionLoad, EvidenceOnItsWayWhileRegionsAreSwappedGoesToItsOwnMeters) {
  ControlRoom room{kStreet};
  const auto grown = room.keep(kGrown);
  const auto renamed = room.keep(kRenamed);
  std::atomic<bool> over{false};
  std::atomic<int> accepted{0};
  std::vector<std::thread> producers;
  const std::vector<std::string> meters = behind({"T1", "T2", "T3", "T4"});
  for (int producer = 0; producer < 3; ++producer) {
    producers.emplace_back([&, producer] {
      for (int round = 0; !over; ++round) {
        const std::string& meter = meters[static_cast<std::size_t>(round * 7 + producer) % 24];
        const Time when = at_minute(0) + from_seconds(round * 3 + producer);
        const Command command = round % 3 == 0 ? power_ups({meter}, when) : gasps({meter}, when);
        const auto answer = room.engine->execute(command);
        if (answer) accepted += static_cast<int>(answer->evidence_accepted);
      }
    });
  }
  constexpr int kSwaps = 12;
  for (int swap = 0; swap < kSwaps; ++swap) {
    const auto& next = swap % 3 == 0 ? grown : swap % 3 == 1 ? renamed : room.region;
    const auto loaded = room.engine->load_region(next, {});
    ASSERT_TRUE(loaded) << describe(loaded.error());
    if (swap % 2 == 0) {
      EXPECT_TRUE(room.engine->reassess_now());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  over = true;
  for (std::thread& producer : producers) producer.join();
  EXPECT_GT(accepted, 0);
  EXPECT_EQ(room.world()->region_loads->size(), static_cast<std::size_t>(kSwaps));
  EXPECT_EQ(room.world()->counters.evidence_unknown_reference, 0U)
      << "every region has these meters";
  expect_replayed(room);
}

// A store whose disk is full when asked.
class FullStore final : public Store {
 public:
  Result<void> append(std::span<const JournalRecord> records) override {
    if (full) return refuse(ErrorCode::resource_exhausted, "DISK_FULL", "the disk is full");
    return store_.append(records);
  }
  std::uint64_t last_sequence() const override { return store_.last_sequence(); }
  Result<void> read(std::uint64_t from, const Take& take) const override {
    return store_.read(from, take);
  }
  std::string region_id() const override { return store_.region_id(); }
  Result<void> bind_region(std::string_view id) override { return store_.bind_region(id); }
  bool has_room() const override { return true; }

  std::atomic<bool> full{false};

 private:
  MemoryStore store_;
};

TEST(RegionLoad, IsTakenBackWholeWhenTheDiskIsFull) {
  auto owned = std::make_unique<FullStore>();
  FullStore& store = *owned;
  const auto regions = std::make_shared<MemoryRegions>();
  const auto clock = std::make_shared<ManualClock>(at_minute(0));
  const auto first = drawn_region(kStreet);
  const auto next = drawn_region(kGrown);
  regions->keep(next);
  auto engine = Engine::open(first, std::move(owned), clock, {}, regions);
  ASSERT_TRUE(engine);
  ASSERT_TRUE((*engine)->execute(gasps(behind({"T3", "T4"}), at_minute(0))));
  ASSERT_TRUE((*engine)->reassess_now());
  const StateHash before = (*engine)->state_hash();
  store.full = true;
  const auto refused = (*engine)->load_region(next, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "DISK_FULL");
  EXPECT_EQ((*engine)->state_hash().hash, before.hash);
  EXPECT_EQ((*engine)->region()->id, first->id);
  store.full = false;
  ASSERT_TRUE((*engine)->load_region(next, {}));
  EXPECT_EQ((*engine)->region()->id, next->id);
  EXPECT_NE((*engine)->state_hash().hash, before.hash);
}

}  // namespace
}  // namespace gridmend::region_load_test
