#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/hazard/water.h"
#include "core/reliability/restoration_curve.h"
#include "core/work/task_rules.h"
#include "data/region/region.h"
#include "data/synth/storm.h"
#include "routing/tour/planner.h"
#include "service/drill/crew_agent.h"
#include "service/drill/drill_client.h"
#include "service/drill/localisation_score.h"
#include "service/drill/plan_safety.h"
#include "service/engine/world.h"

namespace gridmend {

// An outage as the service saw it, for the map.
struct OutageSighting {
  std::string id;
  std::string device;
  Position position;
  std::string cause;
  std::uint32_t customers = 0;
  Time detected{};
  std::string explanation_en;
  std::string explanation_zh;
};

struct DrillProgress {
  Time now{};
  double customers_dark = 0;
  std::size_t open_outages = 0;
  std::size_t standing_faults = 0;
  int crews_busy = 0;
};

// What became of a storm under one dispatcher.
struct DrillOutcome {
  std::string policy;
  Time start{};
  Time end{};
  bool all_restored = false;
  std::vector<CurvePoint> customers_dark;  // by truth
  double peak_dark = 0;
  double customers_ever_dark = 0;
  double customer_minutes = 0;           // all causes
  double weighted_customer_minutes = 0;  // by category weights
  double customers_served = 0;
  LocalisationScore localisation;
  CrewTally crews;
  SafetyScore safety;  // of all plans
  std::vector<OutageSighting> outages;
  std::vector<StormEvent> events;
  std::uint64_t evidence_items = 0;
};

struct DrillSettings {
  std::uint64_t seed = 1;
  // What outages ask of the crews. No work takes more of them than the storm has.
  TaskRules task_rules;
  Duration look_every = std::chrono::minutes{10};  // localisation is scored
  std::function<void(const DrillProgress&)> progress;
};

// Plays truth, evidence and crews against the server behind `client`, whose clock must be a drill
// clock that stands at or before the storm's start. Everything is drawn from the seed. Refuses what
// the server refuses, a clock that is past the start, and before anything is done a server that
// holds another region (failed_precondition, SERVER_OF_ANOTHER_REGION).
Result<DrillOutcome> play_storm(DrillClient& client, const Region& region, const Storm& storm,
                                const std::vector<WaterSlice>& water, std::string policy,
                                const DrillSettings& settings);

// The water of the storm: from its flood file, made, or none.
Result<std::vector<WaterSlice>> storm_water(const Region& region, const Storm& storm,
                                            std::uint64_t seed);

// A server of this process for one drill: engine in memory, clock by hand, the policy's planner.
class LocalServer {
 public:
  static Result<std::unique_ptr<LocalServer>> start(std::shared_ptr<const Region> region,
                                                    Time clock_start, PlanningPolicy policy,
                                                    const PlannerSettings& planner);
  ~LocalServer();
  std::shared_ptr<grpc::Channel> channel();

 private:
  struct Implementation;
  explicit LocalServer(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> impl_;
};

}  // namespace gridmend
