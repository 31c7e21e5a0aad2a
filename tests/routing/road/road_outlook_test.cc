#include "routing/road/road_outlook.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "core/base/random.h"
#include "routing/road/road_index.h"
#include "tests/routing/road/made_fleet.h"
#include "tests/routing/road/random_flood.h"
#include "tests/routing/road/road_map.h"
#include "tests/routing/road/water_since_noon.h"

namespace gridmend::road_outlook_test {
namespace {

using std::chrono::minutes;

// An outlook brought up to date is the one made anew, in every step of every street.
TEST(RoadOutlookProperty, BroughtUpToDateItIsTheOneMadeAnew) {
  const RoadMap city{city_grid()};
  const RoadIndex index = RoadIndex::build(city.graph());
  int changed = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const Water water = random_flood(random, city_grid(), kNoon);
    const auto vehicle = static_cast<VehicleClass>(random.below(kVehicleClasses));
    const VehicleLimits limits;
    SampledWater sampled;
    std::vector<RoadClosure> closures;
    KnownWetTimes known;
    std::shared_ptr<const RoadOutlook> before;
    for (int change = 0; change < 8; ++change) {
      if (!closures.empty() && random.chance(0.4)) {
        closures.pop_back();
      } else if (change > 0) {
        RoadClosure closure;
        closure.id = "c" + std::to_string(change);
        closure.line = {RoadMap::position(random.uniform(0, 15), random.uniform(0, 10))};
        if (random.chance(0.5)) closure.from = kNoon + minutes{30};
        if (random.chance(0.5)) closure.until = kNoon + minutes{60};
        closures.push_back(closure);
      }
      ForecastSteps steps;
      steps.from = kNoon;
      steps.step = minutes{10};
      steps.marks = {kNoon + minutes{30}, kNoon + minutes{60}};
      const auto forecast = std::make_shared<const RoadForecast>(
          RoadForecast::make(index.graph(), water, closures, steps, limits.structures, sampled));
      const RoadOutlook anew{index.graph(), vehicle, limits, forecast};
      std::optional<std::vector<Id<RoadEdge>>> otherwise;
      if (before != nullptr) otherwise = forecast->closed_otherwise(before->forecast());
      if (!otherwise) {
        before =
            std::make_shared<const RoadOutlook>(index.graph(), vehicle, limits, forecast, known);
        continue;
      }
      changed += otherwise->empty() ? 0 : 1;
      before =
          std::make_shared<const RoadOutlook>(index.graph(), *before, forecast, *otherwise, known);
      ASSERT_TRUE(std::ranges::equal(before->moving(), anew.moving()));
      for (const Id<RoadEdge> edge : index.graph().edges().ids()) {
        ASSERT_EQ(before->ever_open(edge), anew.ever_open(edge));
        for (std::uint32_t step = 0; step < anew.steps(); ++step)
          ASSERT_EQ(before->milliseconds(edge, step), anew.milliseconds(edge, step));
      }
      for (std::uint32_t step = 0; step < anew.steps(); ++step)
        ASSERT_EQ(before->opens(step), anew.opens(step));
    }
  }
  EXPECT_GT(changed, 50);
}

}  // namespace
}  // namespace gridmend::road_outlook_test
