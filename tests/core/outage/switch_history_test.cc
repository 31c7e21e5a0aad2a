#include "core/outage/switch_history.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/random.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::switch_history_test {
namespace {

using Reason = SwitchingReason;

const Time kStart = *parse_rfc3339("2026-07-20T00:00:00Z");
Time second(int seconds) { return kStart + std::chrono::seconds{seconds}; }

SaidPosition scada(int at, bool open) {
  return {second(at), PositionOrigin::scada, Reason::unknown,
          open ? PhaseSet::abc() : PhaseSet::none()};
}
SaidPosition order(int at, bool open, Reason reason) {
  return {second(at), PositionOrigin::operator_entry, reason,
          open ? PhaseSet::abc() : PhaseSet::none()};
}

SwitchStanding after(std::initializer_list<SaidPosition> words) {
  SwitchHistory history{{}};
  for (const SaidPosition& word : words) history.hear(word);
  return history.standing();
}

TEST(SwitchHistory, AnOldWordThatComesLateMovesNothing) {
  const auto off = order(600, true, Reason::de_energised_for_safety);
  EXPECT_TRUE(after({off, scada(0, false)}).open.any());
  EXPECT_EQ(after({off, scada(0, false)}).ordered, PhaseSet::abc());
  const auto on = order(1200, false, Reason::restoration);
  EXPECT_FALSE(after({on, off}).open.any());
  EXPECT_FALSE(after({on, off}).ordered.any());
}

TEST(SwitchHistory, AnOrderThatComesLateExplainsTheOpeningThatWasSeenSince) {
  const auto off = order(600, true, Reason::planned);
  EXPECT_FALSE(after({scada(603, true)}).open.any()) << "a trip is evidence, not an order";
  const SwitchStanding standing = after({scada(603, true), off});
  EXPECT_EQ(standing.open, PhaseSet::abc());
  EXPECT_EQ(standing.reason, Reason::planned);
  EXPECT_EQ(standing.ordered_at, second(600));
}

TEST(SwitchHistory, ARelayThatSpringsBackTakesTheOrderUpAgain) {
  const auto off = order(600, true, Reason::de_energised_for_safety);
  EXPECT_FALSE(after({off, scada(640, false)}).open.any());
  const SwitchStanding back = after({off, scada(640, false), scada(650, true)});
  EXPECT_EQ(back.open, PhaseSet::abc());
  EXPECT_EQ(back.reason, Reason::de_energised_for_safety);
  // Closed for longer, it was closed: what opens it then is a trip.
  EXPECT_FALSE(after({off, scada(640, false), scada(1000, true)}).open.any());
  // And so it is once a person has closed it.
  EXPECT_FALSE(after({off, order(640, false, Reason::restoration), scada(650, true)}).open.any());
}

TEST(SwitchHistory, OnePhaseClosesAndTheOthersStayOrderedOpen) {
  SaidPosition partly = scada(700, true);
  partly.open = {PhaseSet::kB | PhaseSet::kC};
  const SwitchStanding standing = after({order(600, true, Reason::planned), partly});
  EXPECT_EQ(standing.open, (PhaseSet{PhaseSet::kB | PhaseSet::kC}));
  EXPECT_EQ(standing.open & standing.ordered, standing.open);
}

// Whatever the order of arrival, it stands as one pass by time has it; twice is once.
TEST(SwitchHistory, TheOrderOfArrivalNeverShows) {
  const std::uint64_t seed = 20261130;
  Random random{seed};
  for (int round = 0; round < 3000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    const auto count = 1 + random.below(SwitchHistory::kKept);
    std::vector<SaidPosition> words;
    for (std::size_t i = 0; i < count; ++i) {
      words.push_back(
          {second(static_cast<int>(random.below(12)) * 90),
           static_cast<PositionOrigin>(random.below(3)),
           random.below(2) == 0 ? Reason::unknown : static_cast<Reason>(random.below(4)),
           PhaseSet{static_cast<std::uint8_t>(random.below(8))}});
    }
    std::vector<SaidPosition> sorted = words;
    std::ranges::sort(sorted, {}, [](const SaidPosition& said) {
      return std::tuple{said.at, said.origin, said.reason, said.open.bits};
    });
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    SwitchStanding plain;
    for (const SaidPosition& word : sorted) plain.hear(word);
    for (int shuffle = 0; shuffle < 3; ++shuffle) {
      for (std::size_t i = words.size(); i > 1; --i)
        std::swap(words[i - 1], words[random.below(i)]);
      SwitchHistory history{{}};
      for (const SaidPosition& word : words) {
        history.hear(word);
        if (random.below(4) == 0) history.hear(words.front());
      }
      ASSERT_EQ(history.standing(), plain);
    }
  }
}

TEST(SwitchHistory, ALongStormIsHeardInBoundsAndStandsAsAllOfItSays) {
  SwitchHistory history{{}};
  SwitchStanding plain;
  for (int i = 0; i < 500; ++i) {
    const SaidPosition word =
        i % 7 == 0 ? order(60 * i, i % 2 == 0, Reason::planned) : scada(60 * i, i % 3 != 0);
    history.hear(word);
    plain.hear(word);
    ASSERT_EQ(history.standing(), plain) << i;
    ASSERT_LE(history.kept().size(), SwitchHistory::kKept);
  }
  history.hear(order(0, true, Reason::de_energised_for_safety));
  EXPECT_EQ(history.standing(), plain) << "too old to find its place";
}

TEST(SwitchHistory, InAnotherNetworkSwitchesStandAsTheyStood) {
  const NetworkModel network =
      drawing::draw("S==B1--n1--F1--T1(2)\n       |\n       n2--L1/--T2(1)");
  const Id<Device> fuse = drawing::device(network, "F1"), tie = drawing::device(network, "L1");
  SwitchHistories histories{network};
  histories.hear({fuse, PhaseSet::abc(), PositionOrigin::operator_entry, Reason::planned},
                 second(5));
  histories.hear({tie, PhaseSet::none(), PositionOrigin::operator_entry, Reason::restoration},
                 second(6));
  IdVector<Device, Id<Device>> same{network.devices().size()};
  for (const Id<Device> id : network.devices().ids()) same[id] = id;
  SwitchHistories carried = histories.carried_over(same, network);
  EXPECT_EQ(carried.standing(fuse), histories.standing(fuse));
  EXPECT_EQ(carried.standing(tie).open, PhaseSet::none());
  // What was said before is heard no more; what comes is.
  carried.hear({fuse, PhaseSet::none(), PositionOrigin::operator_entry, Reason::restoration},
               second(4));
  EXPECT_EQ(carried.standing(fuse).open, PhaseSet::abc());
  carried.hear({fuse, PhaseSet::none(), PositionOrigin::operator_entry, Reason::restoration},
               second(7));
  EXPECT_EQ(carried.standing(fuse).open, PhaseSet::none());
}

}  // namespace
}  // namespace gridmend::switch_history_test
