#pragma once

#include <cstddef>
#include <string>

#include "core/base/clock.h"
#include "routing/road/travel_times.h"
#include "routing/road/vehicle_limits.h"
#include "routing/tour/planner.h"
#include "service/engine/world.h"

namespace gridmend {

// Who starts localisation and planning.
enum class Automation : std::uint8_t {
  live,    // the engine itself: after evidence, at every tick, when something changed for the crews
  manual,  // the caller: reassess_now() and replan_now(); drills, tests, replay
};

struct EngineSettings {
  Automation automation = Automation::manual;
  PlanningPolicy policy = PlanningPolicy::optimised;

  // Group commit: a batch closes at this many commands or when the queue is empty.
  std::size_t batch_commands = 1000;
  // submit() refuses with resource_exhausted (QUEUE_FULL) beyond this.
  std::size_t queue_commands = 100000;
  // Changes kept for watchers that fell behind.
  std::size_t change_ring = 200000;

  // Live automation. Evidence waits this long for company before it is localised;
  Duration reassess_after = std::chrono::milliseconds{100};
  // silence is evidence too, so it is localised again at least this often while outages stand;
  Duration reassess_every = std::chrono::seconds{30};
  // and the crews' work changes for this long before it is planned again.
  Duration replan_after = std::chrono::milliseconds{500};

  PlannerSettings planner;
  // Customer-minutes that taking a task from the crew that holds it must gain, a weighted customer.
  double change_penalty_s = 600;
  VehicleLimits vehicle_limits;
  SnapSettings snap;
};

}  // namespace gridmend
