#include "core/outage/switch_topologies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/outage/topology_localiser.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/core/outage/switched_town.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::switch_topologies_test {
namespace {

using drawing::draw;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using switched::after;
using switched::expect_as_enumerated;
using switched::Looked;
using switched::Town;

TEST(SwitchTopologies, TwoTiesOfUnknownPositionAgreeWithEnumeration) {
  constexpr std::uint64_t kSeed = 71;
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Town town;
    town.doubt("L3");
    town.doubt("L5");
    if (random.chance(.3)) town.doubt("L2");
    town.hear_at_random(random);
    expect_as_enumerated(town, Looked{town, 30});
    if (HasFailure()) return;
  }
}

TEST(SwitchTopologies, AnIslandThatShowsSignsOfLifeAgreesWithEnumeration) {
  constexpr std::uint64_t kSeed = 72;
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Town town;
    town.open("L1", -5, SwitchingReason::restoration);
    town.hear_at_random(random);
    town.hear(after(25), PowerUp{drawing::usage_point(town.network, "n3.1")});
    expect_as_enumerated(town, Looked{town, 30});
    if (HasFailure()) return;
  }
}

TEST(SwitchTopologies, NothingIsDoubtedWithoutAReason) {
  Town town;
  Random random{5};
  town.hear_at_random(random);
  const Looked looked{town, 30};
  EXPECT_TRUE(looked.switching.empty());
  EXPECT_THAT(looked.posterior.joints, IsEmpty());
  // An ordered opening alone, nobody lives behind it.
  town.open("L1", 25, SwitchingReason::de_energised_for_safety);
  EXPECT_TRUE((Looked{town, 30}.switching.empty()));
}

// Telemetry that repeats an ordered opening does not make it a later one: what lived in between
// lived behind it.
TEST(SwitchTopologies, AnIslandIsDarkSinceItsOrderAndNotSinceItsLastTelemetry) {
  Town town;
  town.open("L1", -5, SwitchingReason::restoration);
  town.hear(after(10), PowerUp{drawing::usage_point(town.network, "n3.1")});
  const std::size_t doubted = Looked{town, 30}.switching.doubted().size();
  EXPECT_GT(doubted, 0U);
  town.hear(after(25), SwitchPosition{town.device("L1"), PhaseSet::abc()});
  EXPECT_EQ((Looked{town, 30}.switching.doubted().size()), doubted);
}

TEST(SwitchTopologies, ADoubtEndsWithANewerPosition) {
  Town town;
  town.doubt("L3", -60);
  EXPECT_THAT((Looked{town, 30}.switching.doubted()), SizeIs(1));
  town.hear(after(-30), SwitchPosition{town.device("L3"), PhaseSet::abc()});
  EXPECT_TRUE((Looked{town, 30}.switching.empty()));
  // What comes late does not bring it back.
  town.doubt("L3", -40);
  EXPECT_TRUE((Looked{town, 30}.switching.empty()));
}

TEST(SwitchTopologies, TwoPositionsOfOneTimeAreADoubtWhicheverCameFirst) {
  for (const bool open_first : {true, false}) {
    Town town;
    EvidenceBook& book = town.desk.evidence;
    for (const bool open : {open_first, !open_first}) {
      book.record({"",
                   after(-30),
                   {},
                   "scada",
                   SwitchPosition{town.device("L3"), open ? PhaseSet::abc() : PhaseSet::none()}});
    }
    EXPECT_TRUE(book.find(town.device("L3"))->position_doubted());
    const Looked looked{town, 30};
    ASSERT_THAT(looked.switching.doubted(), SizeIs(1));
    EXPECT_TRUE(looked.switching.doubted()[0].said);
    // An operator's word of the same time is surer.
    book.record(
        {"",
         after(-30),
         {},
         "",
         SwitchPosition{town.device("L3"), PhaseSet::abc(), PositionOrigin::operator_entry}});
    EXPECT_FALSE(book.find(town.device("L3"))->position_doubted());
  }
}

TEST(SwitchTopologies, SaysHowManyWaysAreWeighedAndWhatIsLeftOut) {
  Town town;
  town.doubt("L3");
  town.doubt("L5");
  town.desk.settings.switching.topologies = 3;
  const Looked few{town, 30};
  ASSERT_THAT(few.switching.joints(), SizeIs(1));
  double kept = 0;
  EXPECT_THAT(few.switching.joints()[0]->topologies, SizeIs(3));
  EXPECT_EQ(few.switching.doubted()[0].topologies, 3u);
  EXPECT_GT(few.switching.doubted()[0].left_out, .1);
  for (const SwitchTopology& topology : few.switching.joints()[0]->topologies)
    kept += topology.prior;
  EXPECT_NEAR(kept, 1, 1e-12);
  town.desk.settings.switching.topologies = 64;
  EXPECT_NEAR((Looked{town, 30}.switching.doubted()[0].left_out), 0, 1e-12);
  town.desk.settings.switching.by_topologies_zones = 0;
  const Looked none{town, 30};
  EXPECT_THAT(none.switching.joints(), IsEmpty());
  EXPECT_EQ(none.switching.doubted()[0].topologies, 0u);
}

TEST(SwitchTopologies, ThreadsMakeNoDifference) {
  Town town;
  Random random{9};
  town.doubt("L3");
  town.doubt("L5");
  town.hear_at_random(random);
  const Looked one{town, 30, 1}, four{town, 30, 4};
  EXPECT_EQ(one.posterior.joints[0].p_live, four.posterior.joints[0].p_live);
  EXPECT_EQ(one.posterior.joints[0].probability, four.posterior.joints[0].probability);
  for (std::size_t t = 0; t < one.posterior.trees.size(); ++t) {
    EXPECT_EQ(one.posterior.trees[t].p_live, four.posterior.trees[t].p_live);
    EXPECT_EQ(one.posterior.trees[t].cut, four.posterior.trees[t].cut);
  }
}

// The block n2, n3 was carried by the second feeder, which tripped, though the record says the
// first carries it.
TEST(SwitchTopologies, WhoeverIsFedOtherwiseIsInTheOutageOfWhatFedThem) {
  Town town;
  town.doubt("L3");
  for (const std::string name :
       {"n2.1", "n2.2", "n3.1", "n3.2", "n3.3", "n4.1", "n4.2", "n5.1", "n5.2"}) {
    town.hear(after(0), LastGasp{drawing::usage_point(town.network, name)});
  }
  for (const std::string name : {"n1.1", "n1.2"})
    town.hear(after(8), PingResult{drawing::usage_point(town.network, name), true});
  const OutageUpdate update = town.desk.advance(after(10));
  expect_sound(update, OutageBook{});
  ASSERT_THAT(update.book.outages, SizeIs(1));
  const Outage& outage = update.book.outages[0];
  EXPECT_EQ(outage.probable.device, town.device("B2"));
  EXPECT_EQ(outage.affected.size(), 9u);
  ASSERT_THAT(outage.fed_through, SizeIs(1));
  EXPECT_EQ(outage.fed_through[0].device, town.device("L3"));
  EXPECT_GT(outage.fed_through[0].probability, .4);
  EXPECT_THAT(outage.explanation_en, HasSubstr("may be fed through load-break switch L3"));
  EXPECT_THAT(outage.explanation_zh, HasSubstr("负荷开关 L3"));
  ASSERT_THAT(update.book.doubted, SizeIs(1));
  EXPECT_GT(update.book.doubted[0].closed, .8);
  EXPECT_EQ(update.book.doubted[0].closed_before, .5);
}

TEST(SwitchTopologies, WhoeverIsFedFromElsewhereIsNotInTheOutage) {
  Town town;
  town.doubt("L3");
  for (const std::string name : {"n1.1", "n1.2"})
    town.hear(after(0), LastGasp{drawing::usage_point(town.network, name)});
  for (const std::string name : {"n2.1", "n2.2", "n3.1", "n3.2", "n3.3", "n4.1", "n5.1"})
    town.hear(after(8), PingResult{drawing::usage_point(town.network, name), true});
  const OutageUpdate update = town.desk.advance(after(10));
  expect_sound(update, OutageBook{});
  ASSERT_THAT(update.book.outages, SizeIs(1));
  EXPECT_EQ(update.book.outages[0].probable.device, town.device("B1"));
  EXPECT_EQ(update.book.outages[0].affected.size(), 2u);
  EXPECT_GT(update.book.doubted[0].closed, .95);
  // By the record alone the breaker would be thought to be closed.
  town.hear(after(9), SwitchPosition{town.device("L3"), PhaseSet::abc()});
  const OutageUpdate certain = town.desk.update(after(10));
  EXPECT_THAT(certain.book.doubted, IsEmpty());
  EXPECT_TRUE(std::ranges::none_of(certain.book.outages, [&](const Outage& outage) {
    return outage.probable.device == town.device("B1") && outage.probable.p_active > .5 &&
           takes_supply(outage.status);
  }));
}

TEST(SwitchTopologies, AnIslandSwitchedOffThatLivesIsNotDark) {
  Town town;
  town.open("L1", -5, SwitchingReason::restoration);
  for (const std::string name : {"n2.1", "n2.2", "n3.1", "n3.2", "n3.3"}) {
    town.hear(after(-5), LastGasp{drawing::usage_point(town.network, name)});
  }
  const OutageUpdate before = town.desk.advance(after(0));
  ASSERT_THAT(before.book.outages, SizeIs(1));
  EXPECT_EQ(before.book.outages[0].expected_customers, 5);
  EXPECT_THAT(before.book.outages[0].fed_through, IsEmpty());
  for (const std::string name : {"n2.1", "n2.2", "n3.1", "n3.2", "n3.3"})
    town.hear(after(3), PowerUp{drawing::usage_point(town.network, name)});
  const OutageUpdate update = town.desk.advance(after(5));
  ASSERT_THAT(update.book.outages, SizeIs(1));
  const Outage& outage = update.book.outages[0];
  EXPECT_LT(outage.expected_customers, .1);
  EXPECT_TRUE(outage.dark.empty());
  ASSERT_THAT(outage.fed_through, SizeIs(2));
  EXPECT_NEAR(outage.fed_through[0].probability + outage.fed_through[1].probability, 1, .01);
  EXPECT_THAT(outage.explanation_en, HasSubstr("may be fed through"));
}

}  // namespace
}  // namespace gridmend::switch_topologies_test
