#include "data/ingest/junction_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/base/random.h"

namespace gridmend::junction_order_test {
namespace {

using testing::ElementsAre;

constexpr Position kA{0, 0}, kB{.001, 0}, kC{.002, 0}, kD{.001, .001};

TEST(JunctionOrder, LinesFollowWhatElseMeetsAtTheirJunctions) {
  //  a --- b --- c      the last two are drawn towards b
  //        |
  //        d
  EXPECT_THAT(
      drawn_against(
          std::vector<JunctionLine>{{"a", "b", kA, kB}, {"b", "c", kC, kB}, {"b", "d", kD, kB}}, 1),
      ElementsAre(0, 1, 1));
}

TEST(JunctionOrder, ALineByItselfIsTakenAsItSays) {
  EXPECT_THAT(drawn_against(std::vector<JunctionLine>{{"a", "b", kB, kA}}, 1), ElementsAre(0));
  EXPECT_THAT(drawn_against(std::vector<JunctionLine>{{"", "", kA, kB}, {"a", "a", kA, kA}}, 1),
              ElementsAre(0, 0));
}

TEST(JunctionOrder, TwoWaysBetweenTheSameJunctionsAreBroughtIntoOneOrder) {
  EXPECT_THAT(
      drawn_against(
          std::vector<JunctionLine>{
              {"a", "b", kA, kB}, {"a", "b", kB, kA}, {"b", "a", kB, kA}, {"b", "a", kA, kB}},
          1),
      ElementsAre(0, 1, 0, 1));
}

TEST(JunctionOrder, EndsThatDoNotMeetTurnNothing) {
  // Both carriageways a - b meet at b only, and the others at a miss each other.
  const Position a2{kA.longitude_deg, 5e-5}, a3{kA.longitude_deg, -5e-5};
  const std::vector<JunctionLine> lines{
      {"a", "b", kA, kB}, {"a", "b", a2, kB}, {"b", "c", kB, kC}, {"a", "d", a3, {.0005, -5e-5}}};
  EXPECT_THAT(drawn_against(lines, 1), ElementsAre(0, 0, 0, 0));
}

TEST(JunctionOrder, ANumberThatStandsForNoneIsNoJunction) {
  std::vector<JunctionLine> lines;
  for (int i = 0; i < 30; ++i) lines.push_back({"0", "", {.01 * i, 1}, {.01 * i, 2}});
  lines.push_back({"0", "x", {.5, 1}, {0, 1}});
  EXPECT_THAT(drawn_against(lines, 1), testing::Each(0));
}

TEST(JunctionOrder, EndsThatNearlyMeetAreOnePlace) {
  const Position near_b{.001 + 4e-6, 0};  // 0.4 m
  const std::vector<JunctionLine> lines{{"a", "b", near_b, kA}, {"b", "c", kB, kC}};
  EXPECT_THAT(drawn_against(lines, 1), ElementsAre(1, 0));
}

// Lines between random places, some turned round: all that touch others are found.
TEST(JunctionOrder, TurnedLinesOfRandomStreetsAreFound) {
  constexpr std::uint64_t kSeed = 20261130;
  Random random{kSeed};
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const auto count = static_cast<std::size_t>(random.between(3, 30));
    std::vector<Position> places;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) {
      places.push_back({random.uniform(0, .1), random.uniform(0, .1)});
      ids.push_back(std::to_string(i));
    }
    // A tree, so that everything hangs together, and some more.
    std::vector<std::pair<std::size_t, std::size_t>> ends;
    for (std::size_t i = 1; i < count; ++i) ends.emplace_back(random.below(i), i);
    for (std::size_t i = random.below(count); i > 0; --i) {
      const std::size_t a = random.below(count), b = random.below(count);
      if (a != b) ends.emplace_back(a, b);
    }
    std::vector<JunctionLine> lines;
    std::vector<char> turned;
    for (const auto& [a, b] : ends) {
      turned.push_back(random.chance(.5) ? 1 : 0);
      lines.push_back(
          {ids[a], ids[b], places[turned.back() != 0 ? b : a], places[turned.back() != 0 ? a : b]});
    }
    ASSERT_EQ(drawn_against(lines, 1), turned);
  }
}

}  // namespace
}  // namespace gridmend::junction_order_test
