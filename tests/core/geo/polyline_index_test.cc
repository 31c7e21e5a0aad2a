#include "core/geo/polyline_index.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.h"

namespace gridmend::polyline_index_test {
namespace {

struct Lines {
  std::vector<Position> vertices;
  std::vector<std::uint32_t> begins, ends;

  void add(std::initializer_list<Position> line) {
    begins.push_back(static_cast<std::uint32_t>(vertices.size()));
    vertices.insert(vertices.end(), line);
    ends.push_back(static_cast<std::uint32_t>(vertices.size()));
  }
  PolylineIndex index() const { return {vertices, begins, ends}; }
};

TEST(PolylineIndex, SaysWhereALinePassesAndHowFar) {
  Lines lines;
  lines.add({{10, 60}, {10.001, 60}, {10.001, 60.001}});
  lines.add({{10, 60.01}, {10.001, 60.01}});
  std::vector<PolylinePass> passes;
  lines.index().within({10.0005, 60.00001}, 2, passes);
  ASSERT_EQ(passes.size(), 1u);
  EXPECT_EQ(passes[0].line, 0u);
  EXPECT_EQ(passes[0].segment, 0u);
  EXPECT_NEAR(passes[0].fraction, 0.5, 1e-6);
  EXPECT_NEAR(passes[0].distance_m, 1.112, 1e-3);
  lines.index().within({10.0005, 60.00001}, 1, passes);
  EXPECT_TRUE(passes.empty());
}

TEST(PolylineIndex, ALineAcrossTheAntimeridianIsMetOnBothSidesOnce) {
  Lines lines;
  lines.add({{179.9995, -17}, {-179.9995, -17}});
  std::vector<PolylinePass> passes;
  for (const Position from : {Position{179.9999, -17}, Position{-179.9999, -17}, Position{180, -17},
                              Position{-180, -17}}) {
    lines.index().within(from, 1, passes);
    ASSERT_EQ(passes.size(), 1u) << from.longitude_deg;
    EXPECT_NEAR(passes[0].distance_m, 0, 1e-6);
    EXPECT_TRUE(is_on_earth(passes[0].position));
  }
  lines.index().within({0, -17}, 1, passes);
  EXPECT_TRUE(passes.empty());
}

TEST(PolylineIndex, FindsWhatALinearScanFinds) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const double latitude = random.uniform(-88, 88);
    const double west = seed % 4 == 0 ? 179.995 : random.uniform(-179, 179);
    const auto place = [&] {
      double longitude = west + random.uniform(0, 0.01);
      if (longitude > 180) longitude -= 360;
      return Position{longitude, latitude + random.uniform(0, 0.01)};
    };
    Lines lines;
    for (int i = 0; i < 60; ++i) lines.add({place(), place(), place()});
    const PolylineIndex index = lines.index();
    std::vector<PolylinePass> passes;
    for (int i = 0; i < 50; ++i) {
      const Position from = place();
      const double reach_m = random.uniform(0, 120);
      index.within(from, reach_m, passes);
      std::size_t found = 0;
      for (std::uint32_t line = 0; line < lines.begins.size(); ++line) {
        for (std::uint32_t s = 0; s < 2; ++s) {
          const Position* a = &lines.vertices[lines.begins[line] + s];
          const PolylinePass pass = pass_of_segment(from, a[0], a[1]);
          if (pass.distance_m > reach_m) continue;
          ASSERT_LT(found, passes.size());
          EXPECT_EQ(passes[found].line, line);
          EXPECT_EQ(passes[found].segment, s);
          EXPECT_EQ(passes[found].distance_m, pass.distance_m);
          ++found;
        }
      }
      EXPECT_EQ(found, passes.size());
    }
  }
}

}  // namespace
}  // namespace gridmend::polyline_index_test
