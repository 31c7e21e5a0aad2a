#pragma once

#include <cstddef>

#include "core/base/clock.h"
#include "routing/road/boat_travel.h"
#include "routing/road/travel_times.h"
#include "routing/road/vehicle_limits.h"
#include "routing/tour/planner.h"
#include "routing/tour/restoration_forecast.h"
#include "service/engine/state_settings.h"
#include "service/engine/world.h"

namespace gridmend {

// Who starts localisation and planning.
enum class Automation : std::uint8_t {
  live,    // the engine itself: after evidence, now and then, when something changed for the crews
  manual,  // the caller: reassess_now() and replan_now(); drills, tests, replay
};

struct EngineSettings {
  Automation automation = Automation::manual;
  StateSettings state;

  // How plans are found. It does not matter to the state: what is journaled is the plan.
  PlanningPolicy policy = PlanningPolicy::optimised;
  PlannerSettings planner;
  // Taking a task from the crew that holds it must gain so many seconds for each of its customers.
  double change_penalty_s = 600;
  // A crew on its way is turned round only for a gain of so many weighted customer-minutes;
  // infinite: never.
  double turn_gain_customer_min = 3000;
  // When the light returns: how repair and travel times are sampled.
  ForecastSettings forecast;
  // What closed tasks taught of a class of work changes what is expected by no more than this
  // factor.
  double most_learnt = 4;
  // Work under way is finished where it outlasts its crew's shift by no more than this.
  Duration overtime = std::chrono::minutes{30};
  // Ways are looked at until so long after the last shift's end: crews drive home.
  Duration way_home = std::chrono::hours{1};
  // A task that has taken longer than expected is expected to take this much more.
  double overdue_s = 300;
  // A plan whose stops keep their crews and order and move by less than this is no news.
  double news_s = 60;
  VehicleLimits vehicle_limits;
  SnapSettings snap;
  // Where boats are launched; without such points they move where they float and nowhere else.
  BoatSettings boats;
  // Between two slices of water the roads are looked at so often.
  Duration road_step = std::chrono::minutes{15};

  // Group commit: a batch closes at this many commands or when the queue is empty.
  std::size_t batch_commands = 1000;
  // submit() refuses with resource_exhausted (QUEUE_FULL) beyond this.
  std::size_t queue_commands = 100000;
  // Changes kept for watchers that fell behind.
  std::size_t change_ring = 200000;

  // Live automation. Evidence waits this long for company before it is localised;
  Duration reassess_after = std::chrono::milliseconds{100};
  // silence is evidence too, so it is localised again this often while outages stand;
  Duration reassess_every = std::chrono::seconds{30};
  // and after a change of the crews' work is fitted into the plan, what else changes within this
  // time is planned together with it, thoroughly.
  Duration replan_after = std::chrono::milliseconds{500};
};

}  // namespace gridmend
