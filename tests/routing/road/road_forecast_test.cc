#include "routing/road/road_forecast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/random.h"
#include "routing/road/road_outlook.h"
#include "tests/routing/road/random_flood.h"
#include "tests/routing/road/road_map.h"
#include "tests/routing/road/water_since_noon.h"

namespace gridmend::road_forecast_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

RoadForecast forecast(const RoadGraph& graph, const Water& water,
                      const std::vector<RoadClosure>& closures, ForecastSteps steps) {
  SampledWater sampled;
  return RoadForecast::make(graph, water, closures, steps, {}, sampled);
}

std::vector<int> beginnings(const RoadForecast& forecast) {
  std::vector<int> begin;
  for (std::uint32_t s = 0; s < forecast.steps(); ++s) {
    begin.push_back(forecast.begins(s) == Time::min()
                        ? -1
                        : static_cast<int>((forecast.begins(s) - kNoon) / minutes{1}));
  }
  return begin;
}

TEST(RoadForecast, StepsBeginAtSlicesBetweenThemAndWithClosures) {
  const RoadGraph graph = RoadMap{{"A--B"}}.graph();
  const Water water = water_at({{0, {"    "}}, {60, {"AAAA"}}, {100, {"    "}}});
  const RoadClosure closure{
      "c", {RoadMap::position(1, 0)}, kNoon + minutes{10}, kNoon + minutes{110}, ""};
  const auto from = [&](int minute) {
    return beginnings(
        forecast(graph, water, {closure}, {.from = kNoon + minutes{minute}, .step = minutes{30}}));
  };
  EXPECT_THAT(from(-5), testing::ElementsAre(-1, 0, 10, 30, 60, 80, 100, 110));
  EXPECT_THAT(from(35), testing::ElementsAre(30, 60, 80, 100, 110))
      << "the steps are those of water and closures, whenever one asks";
  EXPECT_THAT(from(500), testing::ElementsAre(100)) << "the closure is over";
  const auto until_70 =
      forecast(graph, water, {closure},
               {.from = kNoon + minutes{35}, .until = kNoon + minutes{70}, .step = minutes{30}});
  EXPECT_THAT(beginnings(until_70), testing::ElementsAre(30, 60));
  EXPECT_EQ(until_70.ends(1), kNoon + minutes{80}) << "what it knows reaches to here";
}

// A street that closes now: what is known about the steps goes on.
TEST(RoadForecast, AClosureThatHasBegunOrEndedMakesNoStep) {
  const RoadGraph graph = RoadMap{{"A--B"}}.graph();
  const Water water = water_at({{0, {"    "}}, {60, {"AAAA"}}});
  const Time now = kNoon + minutes{25};
  const ForecastSteps steps{.from = now, .step = minutes{30}};
  const auto open = forecast(graph, water, {}, steps);
  RoadClosure closure{"c", {RoadMap::position(1, 0)}, now, {}, ""};
  const auto begun = forecast(graph, water, {closure}, steps);
  EXPECT_EQ(beginnings(begun), beginnings(open));
  for (std::uint32_t s = 0; s < begun.steps(); ++s) EXPECT_FALSE(begun.closed(s).empty()) << s;
  closure.from = now - minutes{10};
  closure.until = now;
  const auto over = forecast(graph, water, {closure}, steps);
  EXPECT_EQ(beginnings(over), beginnings(open));
  for (std::uint32_t s = 0; s < over.steps(); ++s) EXPECT_TRUE(over.closed(s).empty()) << s;
  closure.until = now + minutes{1};
  const auto soon_over = forecast(graph, water, {closure}, steps);
  EXPECT_FALSE(soon_over.closed(0).empty());
  EXPECT_TRUE(soon_over.closed(1).empty());
  EXPECT_EQ(soon_over.ends(0), now + minutes{1});
}

TEST(RoadForecast, WaterComesAtOnceWithTheFirstSlice) {
  const RoadGraph graph = RoadMap{{"A--B"}}.graph();
  const auto f = forecast(graph, water_at({{0, {"AAAA"}}}), {}, {.from = kNoon - hours{1}});
  ASSERT_EQ(f.steps(), 2U);
  EXPECT_TRUE(f.water_at_end(0)->stretches().empty());
  EXPECT_FALSE(f.water_at_begin(1)->stretches().empty());
  EXPECT_EQ(f.ends(1), Time::max());
}

TEST(RoadForecast, WithoutWaterAndClosuresThereIsOneStepForEver) {
  const RoadGraph graph = RoadMap{{"A--B"}}.graph();
  const auto f = forecast(graph, {}, {}, {.from = kNoon});
  EXPECT_EQ(f.steps(), 1U);
  EXPECT_EQ(f.step_at(Time::max()), 0U);
  const RoadOutlook outlook{graph, VehicleClass::truck, {}, std::make_shared<RoadForecast>(f)};
  EXPECT_TRUE(outlook.moving().empty());
}

TEST(RoadForecast, ASampleServesTheNextForecastOfTheSameWater) {
  const RoadGraph graph = RoadMap{{"A--B"}}.graph();
  const Water water = water_at({{0, {"    "}}, {60, {"AAAA"}}});
  SampledWater sampled;
  (void)RoadForecast::make(graph, water, {}, {.from = kNoon, .step = minutes{30}}, {}, sampled);
  const auto kept = sampled;
  EXPECT_EQ(kept.size(), 3U);
  (void)RoadForecast::make(graph, water, {}, {.from = kNoon + minutes{5}, .step = minutes{30}}, {},
                           sampled);
  EXPECT_EQ(sampled, kept);
}

TEST(RoadForecast, TwoSlicesAYearApartHaveNoMoreStepsThanTwoADayApart) {
  const RoadMap map{{"A--B"}};
  Water water;
  for (const int days : {0, 1, 366}) {
    WaterSlice slice = RoadMap::water({"5555"}, kNoon + hours{24 * days});
    slice.id = std::to_string(days);
    water = water.with_slice(std::move(slice));
  }
  const RoadForecast f = forecast(map.graph(), water, {}, {.from = kNoon});
  EXPECT_EQ(f.steps(), 2 * RoadForecast::kMostBetween + 1);
  EXPECT_EQ(f.ends(0) - f.begins(0), minutes{15});
  EXPECT_EQ(f.ends(f.steps() - 2) - f.begins(f.steps() - 2), Duration{hours{365 * 24}} / 96);
}

TEST(RoadForecast, ManySlicesHaveFewerStepsBetweenThem) {
  const RoadMap map{{"A--B"}};
  Water water;
  for (int day = 0; day < 60; ++day) {
    WaterSlice slice = RoadMap::water({"5555"}, kNoon + hours{24 * day});
    slice.id = std::to_string(day);
    water = water.with_slice(std::move(slice));
  }
  const RoadForecast f = forecast(map.graph(), water, {}, {.from = kNoon});
  EXPECT_LE(f.steps(), RoadForecast::kMostSteps + 1);
  EXPECT_GE(f.steps(), RoadForecast::kMostSteps / 2);
  EXPECT_EQ(f.ends(1) - f.begins(1), hours{2}) << "24 hours in 12 parts";
  const RoadForecast soon =
      forecast(map.graph(), water, {}, {.from = kNoon, .until = kNoon + hours{20}});
  EXPECT_EQ(soon.ends(1) - soon.begins(1), minutes{15}) << "what is not looked at costs nothing";
}

TEST(RoadOutlookProperty, AnEdgeOpenInAStepIsOpenAtEveryMomentOfIt) {
  const RoadMap map{street_grid()};
  const RoadGraph graph = map.graph();
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const auto vehicle = static_cast<VehicleClass>(random.below(kVehicleClasses));
    VehicleLimits limits;
    limits.turn_back_s.fill(0);
    const Water water = random_flood(random, street_grid(), kNoon);
    const auto closures = random_closures(random, kNoon);
    const auto f = std::make_shared<const RoadForecast>(
        forecast(graph, water, closures, {.from = kNoon - hours{1}, .step = minutes{20}}));
    const RoadOutlook outlook{graph, vehicle, limits, f};
    int open = 0;
    for (int i = 0; i < 60; ++i) {
      const Time at = kNoon + Duration{random.between(-1800, 24'000) * 1'000'000LL};
      const std::uint32_t step = f->step_at(at);
      const auto then = RoadConditions::derive(graph, vehicle, limits, water, closures, at);
      for (const Id<RoadEdge> edge : graph.edges().ids()) {
        if (outlook.closed(edge, step)) continue;
        ++open;
        ASSERT_FALSE(then.closed(edge)) << graph.name(edge) << " at " << to_rfc3339(at);
      }
    }
    EXPECT_TRUE(open > 0 || vehicle == VehicleClass::boat);
    // And no step is closed for nothing.
    for (std::uint32_t step = 0; step < f->steps(); ++step) {
      const Time begin = std::max(f->begins(step), kNoon - hours{1});
      const Time end = std::min(f->ends(step) - Duration{1}, kNoon + hours{24});
      const auto first = RoadConditions::derive(graph, vehicle, limits, water, closures, begin);
      const auto last = RoadConditions::derive(graph, vehicle, limits, water, closures, end);
      for (const Id<RoadEdge> edge : graph.edges().ids()) {
        if (!outlook.closed(edge, step)) {
          ASSERT_EQ(outlook.milliseconds(edge, step),
                    std::max(first.milliseconds(edge), last.milliseconds(edge)));
          continue;
        }
        // A microsecond before it ends, water that closes it at its end may still be passable.
        const auto at_end =
            RoadConditions::derive(graph, vehicle, limits, water, closures, end + Duration{1});
        ASSERT_TRUE(first.closed(edge) || last.closed(edge) || at_end.closed(edge))
            << graph.name(edge) << " in step " << step;
      }
    }
  }
}

TEST(RoadOutlookProperty, WhatIsHeldIsTheSlowestOfItsSteps) {
  const RoadMap map{street_grid()};
  const RoadGraph graph = map.graph();
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const auto f = std::make_shared<const RoadForecast>(
        forecast(graph, random_flood(random, street_grid(), kNoon), random_closures(random, kNoon),
                 {.from = kNoon - hours{1}}));
    const RoadOutlook outlook{graph, VehicleClass::truck, {}, f};
    const auto first = static_cast<std::uint32_t>(random.below(f->steps()));
    const auto last = first + static_cast<std::uint32_t>(random.below(f->steps() - first));
    const RoadConditions held = outlook.held(first, last);
    for (const Id<RoadEdge> edge : graph.edges().ids()) {
      Weight slowest = 0;
      std::uint32_t closes = last + 1;
      for (std::uint32_t s = last + 1; s-- > first;) {
        slowest = std::max(slowest, outlook.milliseconds(edge, s));
        if (outlook.closed(edge, s)) closes = s;
      }
      ASSERT_EQ(held.milliseconds(edge), slowest);
      if (closes <= last) {
        ASSERT_EQ(outlook.closes(edge, first), closes);
      }
    }
  }
}

}  // namespace
}  // namespace gridmend::road_forecast_test
