#include "service/drill/drill.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "data/ingest/region_import.h"
#include "data/synth/town.h"
#include "service/drill/drill_report.h"

namespace gridmend::drill_test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSeed = 3;

// A town of 300 and its storm, made, written and read back once for all tests here.
struct Scene {
  std::shared_ptr<const Region> region;
  Storm storm;
  std::vector<WaterSlice> water;
};

Scene make_scene() {
  std::string folder = (fs::temp_directory_path() / "gridmend_drill_XXXXXX").string();
  EXPECT_NE(::mkdtemp(folder.data()), nullptr);
  const auto town = make_town({300, kSeed, {}, *parse_rfc3339("2026-07-20T02:00:00Z")});
  EXPECT_TRUE(town && write_town(*town, folder));
  RegionSpec spec;
  spec.sources.push_back({fs::path{folder} / "network.gpkg", ""});
  auto import = import_region(spec, {});
  EXPECT_TRUE(import) << describe(import.error());
  Scene scene;
  scene.storm = read_storm(fs::path{folder} / "storm.toml").value();
  scene.water = storm_water(import->region, scene.storm, kSeed).value();
  scene.region = std::make_shared<const Region>(std::move(import->region));
  fs::remove_all(folder);
  return scene;
}

const Scene& scene() {
  static const Scene made = make_scene();
  return made;
}

DrillOutcome played(PlanningPolicy policy, std::uint64_t seed, const Storm& storm = scene().storm,
                    const TaskRules& rules = linesman_rules()) {
  PlannerSettings planner;
  planner.seed = seed;
  planner.iteration_limit = 200;
  planner.time_limit_s = 1e6;  // iterations decide
  auto server = LocalServer::start(scene().region, storm.start, policy, planner);
  EXPECT_TRUE(server) << describe(server.error());
  DrillClient client{(*server)->channel()};
  DrillSettings settings;
  settings.seed = seed;
  settings.task_rules = rules;
  auto outcome = play_storm(client, *scene().region, storm, scene().water, "on trial", settings);
  EXPECT_TRUE(outcome) << describe(outcome.error());
  return std::move(*outcome);
}

// Customer-minutes by the curve itself.
double area_of(const DrillOutcome& outcome) {
  double area = 0;
  for (std::size_t i = 0; i < outcome.customers_dark.size(); ++i) {
    const Time until =
        i + 1 < outcome.customers_dark.size() ? outcome.customers_dark[i + 1].time : outcome.end;
    area += outcome.customers_dark[i].customers_out *
            seconds(until - outcome.customers_dark[i].time) / 60;
  }
  return area;
}

void expect_safe(const DrillOutcome& outcome) {
  EXPECT_GT(outcome.safety.plans, 3);
  EXPECT_GT(outcome.safety.ways, 0);
  for (const UnsafeWay& way : outcome.safety.unsafe) {
    ADD_FAILURE() << to_rfc3339(way.planned) << " " << way.crew << " to " << way.task << ": "
                  << to_string(way.reason);
  }
}

void expect_sound(const DrillOutcome& outcome) {
  expect_safe(outcome);
  const Time horizon = scene().storm.start + from_seconds(3600 * scene().storm.until_h);
  EXPECT_TRUE(outcome.all_restored || outcome.end >= horizon);
  EXPECT_LE(outcome.end, horizon + from_seconds(scene().storm.step_s));
  EXPECT_FALSE(outcome.events.empty());
  EXPECT_EQ(outcome.customers_served, 300);
  EXPECT_GT(outcome.peak_dark, 0);
  EXPECT_LE(outcome.peak_dark, outcome.customers_ever_dark);
  EXPECT_LE(outcome.customers_ever_dark, 300);
  EXPECT_GT(outcome.localisation.households().recall(), .6);
  EXPECT_EQ(outcome.crews.visits_to_switched_off, 0);
  EXPECT_FALSE(outcome.crews.visits.empty());
  // A repaired transformer's old last gasps send nobody to the fuse above it.
  EXPECT_LE(3 * outcome.crews.visits_in_vain, static_cast<int>(outcome.crews.visits.size()));
  // One household that nobody hears of may wait to the end; a street may not.
  const double left = outcome.customers_dark.back().customers_out;
  EXPECT_LE(left, outcome.all_restored ? 0 : .05 * outcome.peak_dark);
  // The step that a change is seen in counts by its end; the curve dates the change at that end.
  const double steps = static_cast<double>(outcome.customers_dark.size());
  EXPECT_NEAR(outcome.customer_minutes, area_of(outcome), steps * 300);
}

TEST(Drill, RepairsWhatItHearsOfAndVisitsNothingThatIsSwitchedOff) {
  expect_sound(played(PlanningPolicy::optimised, kSeed));
}

// Under water that is told hours ahead, and crews that pass less of it.
TEST(Drill, NoPlanOfSeveralStormsSendsACrewIntoTheWaterOrBeforeItsTurn) {
  Storm storm = scene().storm;
  storm.flood.forecast_h = 3;
  for (std::uint64_t seed = 11; seed <= 15; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (CrewGroup& group : storm.crews) {
      group.vehicle_class = seed % 2 == 0 ? VehicleClass::car : VehicleClass::truck;
    }
    expect_safe(played(PlanningPolicy::optimised, seed, storm));
  }
}

TEST(Drill, PairsRepairAndVansLoadByALinesmansRulesAndNotWithout) {
  Storm storm = scene().storm;
  for (CrewGroup& group : storm.crews) group.capacity = 1;  // one thing, and back to the depot
  storm.crews.front().count = 4;
  const DrillOutcome by_rules = played(PlanningPolicy::optimised, kSeed, storm);
  EXPECT_FALSE(by_rules.crews.by_several.empty());
  EXPECT_GT(by_rules.crews.loads, 0);
  EXPECT_EQ(by_rules.crews.visits_to_switched_off, 0);
  EXPECT_LE(by_rules.customers_dark.back().customers_out, .05 * by_rules.peak_dark);
  const DrillOutcome without = played(PlanningPolicy::optimised, kSeed, storm, TaskRules{});
  EXPECT_TRUE(without.crews.by_several.empty());
  EXPECT_EQ(without.crews.loads, 0);
}

TEST(Drill, TheNaiveDispatcherMeetsTheSameStorm) {
  const DrillOutcome optimised = played(PlanningPolicy::optimised, kSeed);
  const DrillOutcome naive = played(PlanningPolicy::naive, kSeed);
  expect_sound(naive);
  ASSERT_EQ(naive.events.size(), optimised.events.size());
  for (std::size_t i = 0; i < naive.events.size(); ++i) {
    EXPECT_EQ(naive.events[i].at, optimised.events[i].at);
    EXPECT_EQ(naive.events[i].opens, optimised.events[i].opens);
    EXPECT_EQ(naive.events[i].repair, optimised.events[i].repair);
  }
}

TEST(Drill, TheSameSeedPlaysTheSameDrillAndAnotherSeedAnother) {
  const auto told = [](std::uint64_t seed) {
    return drill_json(*scene().region, {played(PlanningPolicy::optimised, seed)});
  };
  const std::string first = told(kSeed);
  EXPECT_EQ(told(kSeed), first);
  EXPECT_NE(told(kSeed + 1), first);
}

TEST(Drill, RefusesAServerOfAnotherRegionBeforeAnythingIsDone) {
  PlannerSettings planner;
  auto server =
      LocalServer::start(scene().region, scene().storm.start, PlanningPolicy::naive, planner);
  ASSERT_TRUE(server);
  DrillClient client{(*server)->channel()};
  Region other = *scene().region;
  other.id.low ^= 1;
  const auto refused = play_storm(client, other, scene().storm, scene().water, "on trial", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "SERVER_OF_ANOTHER_REGION");
  EXPECT_NE(refused.error().message.find(to_hex(scene().region->id)), std::string::npos);
  EXPECT_EQ(client.server_time().value(), scene().storm.start);
}

TEST(Drill, RefusesAServerWhoseClockIsPastTheStorm) {
  auto server = LocalServer::start(scene().region, scene().storm.start + std::chrono::hours{1},
                                   PlanningPolicy::naive, PlannerSettings{});
  ASSERT_TRUE(server) << describe(server.error());
  DrillClient client{(*server)->channel()};
  const auto refused =
      play_storm(client, *scene().region, scene().storm, scene().water, "late", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "CLOCK_IS_PAST_THE_STORM");
}

}  // namespace
}  // namespace gridmend::drill_test
