#include "core/outage/life_cycle.h"

#include <gmock/gmock.h>

#include "core/base/random.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::life_cycle_test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kFeeder = R"(
  S1==B1--n1--F1--n2--T1(4)
          |       |
          |       n3--T2(3)
          |
          n4--L1--n5--F2--n6--T3(5)
                  |
                  n7--R1--n8--T4(6)
)";

const Time kStart = *parse_rfc3339("2026-07-20T00:00:00Z");
Time minute(double minutes) { return kStart + from_seconds(60 * minutes); }

// A control room that hears of whole transformers.
struct Room {
  NetworkModel network = drawing::draw(kFeeder);
  OutageDesk desk{network};

  template <class Kind, class... More>
  void each(const char* transformer, double at, More... more) {
    const SupplyForest supply = SupplyForest::derive(network, SwitchState{network});
    for (int i = 1;; ++i) {
      const auto id = network.find_usage_point(std::string{transformer} + "." + std::to_string(i));
      if (!id) return;
      desk.hear({"", minute(at), minute(at), "", Kind{*id, more...}});
    }
  }
  void gasps(const char* transformer, double at) { each<LastGasp>(transformer, at); }
  void power_ups(const char* transformer, double at) { each<PowerUp>(transformer, at); }
  void answers(const char* transformer, double at) { each<PingResult>(transformer, at, true); }
  void report(const char* device, Finding finding, double at) {
    desk.hear({"", minute(at), minute(at), "",
               FieldReport{*network.find_device(device), {}, finding, {}}});
  }

  // Why its outages changed, "O-000001: split from ...".
  std::vector<std::string> advance(double at) {
    std::vector<std::string> whys;
    for (const OutageChange& change : desk.advance(minute(at)).changes)
      whys.push_back(change.id + ": " + change.why);
    return whys;
  }
  const Outage& outage(std::string_view id) const {
    const Outage* found = desk.book.find(id);
    if (found == nullptr) throw std::runtime_error("no outage " + std::string{id});
    return *found;
  }
  std::string device(std::string_view id) const {
    const Id<Device> device = outage(id).probable.device;
    return device.valid() ? std::string{network.mrid(device)} : "-";
  }
};

TEST(LifeCycle, APartKeepsTheIdThatHasMostOfTheCustomersAndTheOthersSayWhereTheyCameFrom) {
  Room room;
  for (const char* t : {"T1", "T2", "T3"}) room.gasps(t, 0);
  room.advance(2);
  ASSERT_EQ(room.desk.book.outages.size(), 1u);
  ASSERT_EQ(room.device("O-000001"), "B1");
  room.answers("T4", 4);
  const std::vector<std::string> whys = room.advance(5);
  EXPECT_EQ(room.device("O-000001"), "F1");  // seven customers
  EXPECT_EQ(room.device("O-000002"), "F2");  // five
  EXPECT_EQ(room.outage("O-000001").split_from, "");
  EXPECT_EQ(room.outage("O-000002").split_from, "O-000001");
  EXPECT_THAT(whys, Contains("O-000001: O-000002 split off"));
  EXPECT_THAT(whys, Contains("O-000002: split from O-000001"));
  EXPECT_THAT(whys, Contains("O-000001: device: breaker B1 to fuse F1"));
}

TEST(LifeCycle, WhatLiesDarkBehindARestoredDeviceIsSplitFromItsOutage) {
  Room room;
  for (const char* t : {"T1", "T2", "T3", "T4"}) room.gasps(t, 0);
  room.advance(2);
  ASSERT_EQ(room.device("O-000001"), "B1");
  ASSERT_EQ(room.outage("O-000001").status, OutageStatus::confirmed);
  for (const char* t : {"T1", "T2", "T3"}) room.power_ups(t, 30);
  room.advance(31);
  EXPECT_EQ(room.outage("O-000001").status, OutageStatus::restored);
  EXPECT_EQ(room.outage("O-000001").restored_at, minute(30));
  EXPECT_FALSE(room.outage("O-000001").momentary);
  EXPECT_EQ(room.device("O-000002"), "R1");
  EXPECT_EQ(room.outage("O-000002").split_from, "O-000001");
}

TEST(LifeCycle, AnOutageThatAnotherExplainsEndsInIt) {
  Room room;
  room.gasps("T3", 0);
  room.answers("T4", .5);
  room.advance(1);
  room.gasps("T1", 2);
  room.gasps("T2", 2);
  room.answers("T4", 2.5);
  room.advance(3);
  ASSERT_EQ(room.desk.book.outages.size(), 2u);
  room.gasps("T4", 4);
  room.desk.settings.outages.dwell = {};
  std::vector<std::string> whys = room.advance(5);
  EXPECT_EQ(room.device("O-000002"), "B1");
  EXPECT_EQ(room.outage("O-000001").status == OutageStatus::withdrawn,
            room.outage("O-000001").merged_into == "O-000002");
  for (int m = 6; m < 10 && room.outage("O-000001").merged_into.empty(); ++m)
    whys = room.advance(m);
  EXPECT_EQ(room.outage("O-000001").merged_into, "O-000002");
  EXPECT_EQ(room.outage("O-000001").status, OutageStatus::withdrawn);
  EXPECT_THAT(whys, Contains("O-000001: merged into O-000002"));
  EXPECT_THAT(whys, Contains("O-000002: took in O-000001"));
}

TEST(LifeCycle, TheIdStaysWhenTheDeviceMovesUpTheFeederWithItsCustomers) {
  Room room;
  room.gasps("T1", 0);
  room.answers("T2", .5);
  room.advance(1);
  ASSERT_EQ(room.device("O-000001"), "T1");
  room.gasps("T2", 3);
  const std::vector<std::string> whys = room.advance(4);
  ASSERT_EQ(room.desk.book.outages.size(), 1u);
  EXPECT_EQ(room.device("O-000001"), "F1");
  EXPECT_THAT(whys, Contains("O-000001: device: transformer T1 to fuse F1"));
  EXPECT_EQ(room.outage("O-000001").device_since, minute(4));
}

TEST(LifeCycle, ARunnerUpTakesOverByTheMarginOnly) {
  const auto device_after = [](double margin) {
    Room room;
    room.desk.settings.outages.device_margin = margin;
    room.gasps("T4", 0);
    room.advance(1);
    EXPECT_EQ(room.device("O-000001"), "R1");
    // Lowers R1 below T4, but not by half.
    room.desk.hear(
        {"", minute(2), minute(2), "", FaultIndicator{*room.network.find_device("R1"), false}});
    room.advance(3);
    return room.device("O-000001");
  };
  EXPECT_EQ(device_after(0), "T4");
  EXPECT_EQ(device_after(.6), "R1");
}

TEST(LifeCycle, ADeviceThatHasJustBecomeTheProbableOneStaysForTheDwell) {
  Room room;
  room.desk.settings.outages.dwell = std::chrono::minutes{5};
  room.gasps("T4", 0);
  room.advance(1);
  room.desk.hear(
      {"", minute(2), minute(2), "", FaultIndicator{*room.network.find_device("R1"), false}});
  room.advance(3);
  EXPECT_EQ(room.device("O-000001"), "R1");
  room.advance(6);
  EXPECT_EQ(room.device("O-000001"), "T4");
}

TEST(LifeCycle, ADeviceFoundIntactIsLeftAtOnceWhateverTheDwell) {
  Room room;
  room.desk.settings.outages.dwell = std::chrono::hours{5};
  room.gasps("T4", 0);
  room.advance(1);
  room.report("R1", Finding::intact, 2);
  room.advance(3);
  EXPECT_EQ(room.device("O-000001"), "T4");
}

TEST(LifeCycle, APredictionStandsForTheDwellBeforeLifeWithdrawsIt) {
  Room room;
  room.desk.settings.outages.dwell = std::chrono::minutes{5};
  const auto first = [&](const char* name) { return *room.network.find_usage_point(name); };
  room.desk.hear({"", minute(0), minute(0), "", LastGasp{first("T3.1")}});
  room.desk.hear({"", minute(0), minute(0), "", LastGasp{first("T3.2")}});
  room.advance(1);
  ASSERT_EQ(room.outage("O-000001").status, OutageStatus::predicted);
  for (const char* name : {"T3.3", "T3.4", "T3.5"})
    room.desk.hear({"", minute(2), minute(2), "", PingResult{first(name), true}});
  room.advance(3);
  EXPECT_NE(room.outage("O-000001").status, OutageStatus::withdrawn);
}

// What it rests on was said before: nobody owes an answer for it.
TEST(LifeCycle, APredictionOfBeforeSupplyCameBackIsWithdrawn) {
  const OutageSettings settings;
  const auto resolved = [&](std::uint32_t still_dead, double supply_back) {
    Outage outage;
    outage.dead_items = 2;
    outage.onset_earliest = outage.onset_latest = minute(0);
    outage.detected_at = outage.device_since = minute(1);
    DeviceOutlook outlook;
    outlook.known = true;
    outlook.p_active = .01;
    if (supply_back >= 0) outlook.fed_since = minute(supply_back);
    const SignsOfLife signs{.still_dead = still_dead};
    return resolve_outage(outage, signs, outlook, minute(30), settings);
  };
  EXPECT_EQ(resolved(0, 20), "supply came back");
  EXPECT_FALSE(resolved(0, -1)) << "supply never went, and somebody spoke for dark";
  EXPECT_FALSE(resolved(1, 20)) << "he has said since that he is dark";
  OutageSettings longer = settings;
  longer.dwell = std::chrono::hours{1};
  Outage fresh;
  DeviceOutlook outlook;
  outlook.known = true;
  outlook.fed_since = minute(20);
  fresh.onset_earliest = fresh.onset_latest = minute(0);
  fresh.detected_at = fresh.device_since = minute(1);
  EXPECT_FALSE(resolve_outage(fresh, {}, outlook, minute(30), longer)) << "not within the dwell";
}

TEST(LifeCycle, WhatEndsWithinTheThresholdIsMomentary) {
  const auto momentary = [](double back, Duration threshold) {
    Room room;
    room.desk.settings.outages.sustained_after = threshold;
    room.gasps("T3", 0);
    room.advance(.5);
    room.power_ups("T3", back);
    room.advance(back + .5);
    EXPECT_EQ(room.outage("O-000001").status, OutageStatus::restored);
    return room.outage("O-000001").momentary;
  };
  EXPECT_TRUE(momentary(4, std::chrono::minutes{5}));   // IEEE 1366
  EXPECT_FALSE(momentary(4, std::chrono::minutes{3}));  // DL/T 836
  EXPECT_FALSE(momentary(6, std::chrono::minutes{5}));
}

TEST(LifeCycle, WhatIsDarkAgainIsNoLongerMomentary) {
  Room room;
  room.gasps("T3", 0);
  room.advance(.5);
  room.power_ups("T3", 2);
  room.advance(2.5);
  ASSERT_TRUE(room.outage("O-000001").momentary);
  room.gasps("T3", 3);
  room.advance(3.2);
  EXPECT_EQ(room.outage("O-000001").status, OutageStatus::confirmed);
  EXPECT_FALSE(room.outage("O-000001").momentary);
}

TEST(LifeCycle, ACallDatedAheadDoesNotHideAGaspAndItsReturn) {
  Room room;
  room.gasps("T3", 0);
  room.advance(1);
  room.power_ups("T3", 30);
  // Clocks differ: the calls are of minute 28 by whoever took them, and say 34.
  for (int i = 1; i <= 5; ++i) {
    const auto id = *room.network.find_usage_point("T3." + std::to_string(i));
    room.desk.hear({"", minute(34), minute(30), "", TroubleCall{id, {}, Complaint::no_light, {}}});
  }
  room.advance(31);
  EXPECT_EQ(room.outage("O-000001").status, OutageStatus::restored);
}

// Any evidence but what says that supply is there.
void hear_of_dark(OutageDesk& desk, Random& random, Time now) {
  const auto below = [&](std::size_t n) { return static_cast<std::uint32_t>(random.below(n)); };
  const Id<UsagePoint> point{below(desk.network.usage_points().size())};
  EvidenceKind kind = LastGasp{point};
  if (random.chance(.3)) kind = TroubleCall{point, {}, Complaint::no_light, {}};
  if (random.chance(.2)) kind = PingResult{point, false};
  if (random.chance(.05)) {
    kind = FieldReport{Id<Device>{below(desk.network.devices().size())}, {}, Finding::open, {}};
  }
  desk.hear({"", now, now, "", kind});
}

TEST(LifeCycle, NothingClosesOnSilenceAlone) {
  constexpr std::uint64_t kSeed = 8128;
  const NetworkModel network = drawing::draw(kFeeder);
  for (std::uint64_t round = 0; round < 40; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(round);
    OutageDesk desk{network};
    const int items = random.between(1, 25);
    for (int m = 0; m < 600; m += m < 30 ? 1 : 15) {
      if (m < items) hear_of_dark(desk, random, minute(m));
      const OutageBook before = desk.book;
      const OutageUpdate update = desk.advance(minute(m + .5));
      expect_sound(update, before);
      for (const OutageChange& change : update.changes) {
        const bool over = change.after == OutageStatus::restored ||
                          change.after == OutageStatus::closed ||
                          change.after == OutageStatus::withdrawn;
        if (!over || !desk.book.find(change.id)->merged_into.empty()) continue;
        // What nobody ever spoke for, a prediction by its neighbours, may go.
        const Outage* was = before.find(change.id);
        EXPECT_TRUE(was != nullptr && was->dead_items == 0) << change.id << " " << change.why;
      }
    }
    if (HasFailure()) return;
  }
}

// A fault, what its customers say of it, and noise: false gasps, wrong clocks, answers that are
// lost.
class NoisyFault {
 public:
  NoisyFault(OutageDesk& desk, Random random) : desk_(desk), random_(random) {}

  int hear(Id<Device> open, Time now) {
    const SupplyForest supply = SupplyForest::derive(desk_.network, desk_.switches);
    const auto below = supply.downstream_node(open);
    int heard = 0;
    if (below.valid()) {
      for (const Id<UsagePoint> id : supply.usage_points_behind(below)) {
        if (random_.chance(.15)) heard += say(LastGasp{id}, now);
        if (random_.chance(.05)) heard += say(PingResult{id, random_.chance(.02)}, now);
      }
    }
    for (std::uint32_t i = 0; i < desk_.network.usage_points().size(); ++i) {
      if (random_.chance(.004)) heard += say(LastGasp{Id<UsagePoint>{i}}, now);
      if (random_.chance(.01)) heard += say(PingResult{Id<UsagePoint>{i}, random_.chance(.9)}, now);
    }
    return heard;
  }

 private:
  int say(EvidenceKind kind, Time now) {
    desk_.hear({"", now + from_seconds(random_.uniform(-90, 20)), now, "", kind});
    return 1;
  }
  OutageDesk& desk_;
  Random random_;
};

// Whose meter has answered since is not among the dark, and may be listed as critical still.
TEST(LifeCycle, WhoIsAnotherOutagesIsNoLongerCriticalInThisOne) {
  Room room;
  const Id<UsagePoint> here = drawing::usage_point(room.network, "T1.1");
  const Id<UsagePoint> there = drawing::usage_point(room.network, "T1.2");
  const std::vector<Id<UsagePoint>> both{here, there};
  Outage outage;
  outage.probable.device = drawing::device(room.network, "F1");
  outage.affected = UsagePointSet::of(both);
  outage.dark = UsagePointSet::of(std::span{&here, 1});
  outage.critical = both;
  take_away(UsagePointSet::of(std::span{&there, 1}), room.network, {}, outage);
  EXPECT_THAT(outage.critical, testing::ElementsAre(here));
  EXPECT_EQ(outage.dark.size(), 1U);
}

struct Flicker {
  int opened = 0, withdrawn = 0, moved = 0;
  int all() const { return opened + withdrawn + moved; }
  void count(const OutageUpdate& update) {
    for (const OutageChange& change : update.changes) {
      opened += change.created;
      withdrawn += !change.created && change.after == OutageStatus::withdrawn;
      moved += change.why.starts_with("device: ");
    }
  }
};

TEST(LifeCycle, NoiseMakesFewChangesAndTimeAloneHardlyAny) {
  constexpr std::uint64_t kSeed = 1366;
  const NetworkModel network = drawing::draw(kFeeder);
  int items = 0;
  Flicker storm, quiet, without;
  for (std::uint64_t round = 0; round < 60; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const char* const devices[] = {"B1", "F1", "L1", "F2", "R1", "T1", "T4"};
    const Id<Device> open = *network.find_device(devices[round % 7]);
    OutageDesk desk{network}, loose{network};
    loose.settings.outages.device_margin = 0;
    loose.settings.outages.dwell = {};
    NoisyFault fault{desk, Random{kSeed}.fork(round)}, same{loose, Random{kSeed}.fork(round)};
    std::set<std::string> opened;
    for (int m = 0; m < 180; ++m) {
      if (m < 60) items += fault.hear(open, minute(m));
      if (m < 60) same.hear(open, minute(m));
      const OutageBook before = desk.book;
      const OutageUpdate update = desk.advance(minute(m + .25));
      expect_sound(update, before);
      for (const OutageChange& change : update.changes) {
        if (change.created) {
          EXPECT_TRUE(opened.insert(change.id).second) << change.id << " was used before";
        }
      }
      (m < 75 ? storm : quiet).count(update);
      without.count(loose.advance(minute(m + .25)));
      if (HasFailure()) return;
    }
  }
  RecordProperty("items", items);
  RecordProperty("changes", storm.all());
  // Less than one in thirty items changes the picture; after the last of them silence goes on to
  // speak, and changes a list here and there.
  EXPECT_LT(storm.all(), items / 30);
  EXPECT_LE(quiet.all(), 20);
  EXPECT_LT(storm.all() + quiet.all(), without.all());
  std::printf("%d items; opened %d, withdrawn %d, moved %d; afterwards %d; without hysteresis %d\n",
              items, storm.opened, storm.withdrawn, storm.moved, quiet.all(), without.all());
}

}  // namespace
}  // namespace gridmend::life_cycle_test
