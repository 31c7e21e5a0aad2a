#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/work/repair_times.h"
#include "gridmend/journal/v1/journal.pb.h"
#include "routing/tour/dispatch_plan.h"
#include "routing/tour/dispatch_problem.h"
#include "service/engine/engine_settings.h"
#include "service/engine/world.h"

namespace gridmend {

// Why an open task is not put before the planner, or what a crew has to leave undone is nobody's.
inline constexpr std::array<std::string_view, 6> kLeftOutReasons = {
    "under_water",           "handed_back",        "crew_off_shift",
    "pinned_crew_off_shift", "water_closes_first", "shift_ends_first"};

// What a task of the problem is of a task of the world.
struct DispatchPart {
  enum class Role : std::uint8_t {
    whole,    // all of it
    partner,  // a further crew that is at it, or on its way with all others: its time until the end
    rest,     // what the crew that is at it leaves undone when it has to go: another one's work
  };
  Role role = Role::whole;
  Id<DispatchTask> of;     // the part that is the whole; of the whole itself its own
  Id<DispatchTask> rest;   // of a whole that is cut short
  double cut_at = kNever;  // of a whole: the second at which its crews leave it
};

// A dispatch problem and what its numbers mean: second 0 is `zero`, crews and tasks carry the
// world's ids.
struct DispatchCase {
  DispatchProblem problem;
  Time zero{};
  // Open tasks that are not put before the planner, and why.
  std::vector<UnplannedTask> left_out;
  // By task, where the water opens its site later: the second at which a crew that waited on safe
  // ground gets there at the earliest.
  std::vector<double> opens;
  // Work under way whose crew has to leave before it is done: its stop ends when the crew leaves,
  // and the rest is a task of its own. Told when nobody does that.
  std::vector<UnplannedTask> cut_short;
  std::vector<DispatchPart> parts;  // by task; wholes come first
  std::map<std::pair<std::size_t, std::size_t>, Id<DispatchTask>> partners;  // by whole and crew
  std::vector<char> home_cut_off;  // by crew: it has a depot and no safe way there in its shift
  // By crew: it cannot get away from where it is, until when; Time::max(): no end is known.
  std::vector<std::optional<Time>> cut_off;
  std::vector<double> home_opens;  // by crew: the second before which the water keeps it from home

  // What of the task is this crew's in a running plan.
  Id<DispatchTask> part_of(Id<DispatchTask> whole, Id<DispatchCrew> crew) const {
    const auto partner = partners.find({whole.index, crew.index});
    return partner == partners.end() ? whole : partner->second;
  }
  // What closed tasks have taught: work takes as long as the median of its class.
  RepairTimeBook repair_times;
};

// Crews on shift and open tasks, as they stand in the world at `now`. Travel times, one matrix for
// each vehicle class in use, hold under whatever water and closures are known to come until the
// last shift is over and, EngineSettings::way_home later, everybody home: a task whose site the
// water cuts off for a while starts no earlier than its site opens and early enough for the crew to
// be out again (travel_matrices.h, site_spans.h). So it is with loading at a depot. A crew goes
// home to a depot that opens in its shift and stays open to its end. Tasks come in order of
// creation, then their further parts. Without crews there are no ways to look for.
DispatchCase build_dispatch(const World& world, Time now, const EngineSettings& settings);

// A plan found for the case, in the journal's words.
journal::v1::AdoptPlan describe_plan(const DispatchCase& dispatch, const DispatchPlan& plan,
                                     const World& world, PlanningPolicy policy, std::string cause);

// Leaves out stops that are no longer possible in `world`, which may be newer than the plan's own.
void prune_plan(journal::v1::AdoptPlan& plan, const World& world);

// Would adopting it tell anybody anything? False when crews, order and what is left out are the
// same as now and no stop moves by more than `news_s`.
bool is_news(const journal::v1::AdoptPlan& plan, const World& world, double news_s);

}  // namespace gridmend
