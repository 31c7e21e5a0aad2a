#include "data/ingest/feature_shape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/base/random.h"

namespace gridmend::feature_shape_test {
namespace {

// Of parts drawn on a street of positions a hundred-thousandth of a degree (one metre) apart.
std::vector<Polyline> joined(const std::vector<std::vector<double>>& parts, double tolerance_m) {
  std::vector<Position> vertices;
  std::vector<std::size_t> line_ends;
  for (const std::vector<double>& part : parts) {
    for (const double metres : part) vertices.push_back({120, 30 + metres * 1e-5});
    line_ends.push_back(vertices.size());
  }
  return joined_parts(vertices, line_ends, tolerance_m);
}

std::vector<double> metres_of(const Polyline& line) {
  std::vector<double> metres;
  for (const Position p : line) metres.push_back(std::round((p.latitude_deg - 30) * 1e6) / 10);
  return metres;
}

TEST(FeatureShape, PartsInAnyOrderAndDirectionAreTheLineTheyMake) {
  const auto lines = joined({{20, 30}, {20, 10}, {40, 50}, {0, 10}, {40, 30}}, 0);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(metres_of(lines[0]), (std::vector<double>{0, 10, 20, 30, 40, 50}));
}

TEST(FeatureShape, PartsThatMeetNearlyAreOneLineWithBothEnds) {
  const auto lines = joined({{0, 10}, {10.5, 20}}, 1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(metres_of(lines[0]), (std::vector<double>{0, 10, 10.5, 20}));
  EXPECT_EQ(joined({{0, 10}, {10.5, 20}}, .1).size(), 2u);
}

TEST(FeatureShape, OfSeveralThatAreNearTheNearestGoesOn) {
  const auto lines = joined({{0, 10}, {10.8, 20}, {10, 10.8}}, 1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(metres_of(lines[0]), (std::vector<double>{0, 10, 10.8, 20}));
}

TEST(FeatureShape, WhereThreePartsMeetNoneGoesOn) {
  EXPECT_EQ(joined({{0, 10}, {10, 20}, {10, 15}}, 0).size(), 3u);
  EXPECT_EQ(joined({{10, 20}, {0, 5}, {5, 10}, {10, 15}}, 0).size(), 3u)
      << "those beyond the branch are joined";
}

TEST(FeatureShape, PartsOfOneVertexAreNoLines) {
  EXPECT_EQ(joined({{5}, {0, 10}, {}, {20}}, 0).size(), 1u);
  EXPECT_TRUE(joined({{5}}, 0).empty());
  EXPECT_EQ(joined({{0, 10}, {10, 10}, {10, 20}}, 0).size(), 1u) << "it leads nowhere";
  EXPECT_EQ(joined({{10, 10}}, 0).size(), 1u) << "the checks tell of it";
  EXPECT_TRUE(joined({}, 0).empty());
}

TEST(FeatureShape, NoPartIsLostAndNoneIsJoinedThroughABranch) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::vector<std::vector<double>> parts;
    std::map<double, int> ends;
    std::multiset<std::pair<double, double>> drawn;
    for (std::uint64_t n = 1 + random.below(12); n > 0; --n) {
      const auto a = static_cast<double>(random.below(9)), b = static_cast<double>(random.below(9));
      if (a == b) continue;
      parts.push_back({a, b});
      ++ends[a];
      ++ends[b];
      drawn.emplace(std::min(a, b), std::max(a, b));
    }
    for (const Polyline& line : joined(parts, 0)) {
      const std::vector<double> metres = metres_of(line);
      for (std::size_t i = 0; i + 1 < metres.size(); ++i) {
        const auto part = drawn.find(std::minmax(metres[i], metres[i + 1]));
        ASSERT_NE(part, drawn.end());
        drawn.erase(part);
        if (i > 0) {
          EXPECT_EQ(ends[metres[i]], 2) << "joined at " << metres[i];
        }
      }
    }
    EXPECT_TRUE(drawn.empty());
    std::map<double, int> left;
    for (const Polyline& line : joined(parts, 0)) {
      if (metres_of(line).front() == metres_of(line).back()) continue;
      ++left[metres_of(line).front()];
      ++left[metres_of(line).back()];
    }
    for (const auto& [place, count] : left) {
      if (ends[place] == 2) {
        EXPECT_EQ(count, 0) << "two go on at " << place;
      }
    }
  }
}

}  // namespace
}  // namespace gridmend::feature_shape_test
