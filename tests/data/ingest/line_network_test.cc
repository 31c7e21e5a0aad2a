#include "data/ingest/line_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "tests/data/ingest/metre_plan.h"

namespace gridmend::line_network_test {
namespace {

std::vector<std::string> parts(const JoinedLines& joined) {
  std::vector<std::string> result;
  for (const JoinedPart& p : joined.parts) {
    result.push_back(std::to_string(p.line) + ":" + std::to_string(p.from) + "-" +
                     std::to_string(p.to));
  }
  return result;
}

//   0 --------- 1 . 1 --------- 2     a gap of half a metre
TEST(JoinLines, EndsWithinTheToleranceMeet) {
  const auto joined = join_lines({{{at(0, 0), at(100, 0)}, 0}, {{at(100.5, 0), at(200, 0)}, 0}}, 1);
  EXPECT_THAT(parts(joined), testing::ElementsAre("0:0-1", "1:1-2"));
  const auto apart = join_lines({{{at(0, 0), at(100, 0)}, 0}, {{at(101.5, 0), at(200, 0)}, 0}}, 1);
  EXPECT_EQ(apart.junctions.size(), 4U);
}

//   0 ----+---- 1
//         2
//         |
//         3
TEST(JoinLines, AnEndOnTheMiddleOfALineSplitsIt) {
  const auto joined =
      join_lines({{{at(0, 0), at(100, 0)}, 0}, {{at(50, -0.6), at(50, -80)}, 0}}, 1);
  EXPECT_THAT(parts(joined), testing::ElementsAre("0:0-2", "0:2-1", "1:2-3"));
  EXPECT_EQ(joined.split, 1U);
}

TEST(JoinLines, LinesThatOnlyCrossDoNotMeet) {
  const auto joined = join_lines({{{at(0, 0), at(100, 0)}, 0}, {{at(50, -50), at(50, 50)}, 0}}, 1);
  EXPECT_THAT(parts(joined), testing::ElementsAre("0:0-1", "1:2-3"));
}

TEST(JoinLines, ACommonVertexOfOneLevelJoinsAndOfTwoLevelsDoesNot) {
  const Polyline east{at(0, 0), at(50, 0), at(100, 0)};
  const Polyline north{at(50, -50), at(50, 0), at(50, 50)};
  EXPECT_EQ(join_lines({{east, 0}, {north, 0}}, 1).parts.size(), 4U);
  EXPECT_EQ(join_lines({{east, 0}, {north, 1}}, 1).parts.size(), 2U);
}

TEST(JoinLines, ALoopKeepsItsLength) {
  const auto joined =
      join_lines({{{at(0, 0), at(100, 0), at(100, 100), at(0, 100), at(0, 0)}, 0}}, 1);
  ASSERT_EQ(joined.parts.size(), 1U);
  EXPECT_EQ(joined.parts[0].from, joined.parts[0].to);
  EXPECT_NEAR(length_m(joined.parts[0].part), 400, 0.1);
}

TEST(JoinLinesProperty, PartsCoverTheLinesAndEveryEndIsAJunction) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::vector<DrawnLine> lines;
    double drawn_m = 0;
    for (int i = random.between(1, 30); i > 0; --i) {
      DrawnLine l;
      l.level = static_cast<std::int8_t>(random.between(0, 1));
      // Squares of 20 m, so that ends and vertices often fall together.
      for (int k = random.between(2, 5); k > 0; --k) {
        const Position p = at(random.between(0, 8) * 20 + random.uniform(-0.2, 0.2),
                              random.between(0, 8) * 20 + random.uniform(-0.2, 0.2));
        l.line.push_back(p);
      }
      drawn_m += length_m(l.line);
      lines.push_back(std::move(l));
    }
    const JoinedLines joined = join_lines(lines, 1);
    double joined_m = 0;
    for (const JoinedPart& p : joined.parts) {
      ASSERT_EQ(p.part.front(), joined.junctions[p.from]);
      ASSERT_EQ(p.part.back(), joined.junctions[p.to]);
      for (const Position vertex : p.part) {
        ASSERT_LT(nearest_on_polyline(lines[p.line].line, vertex)->distance_m, 1.5);
      }
      joined_m += length_m(p.part);
    }
    // Every cut may move an end by up to the tolerance.
    ASSERT_NEAR(joined_m, drawn_m, 2.0 * static_cast<double>(joined.parts.size()) + 0.1);
    for (std::size_t a = 0; a < joined.junctions.size(); ++a) {
      for (std::size_t b = a + 1; b < joined.junctions.size(); ++b) {
        ASSERT_GT(distance_m(joined.junctions[a], joined.junctions[b]), 1) << "meet, but do not";
      }
    }
  }
}

}  // namespace
}  // namespace gridmend::line_network_test
