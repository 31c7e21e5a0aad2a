#include "service/engine/find_plan.h"

#include <algorithm>

#include "service/engine/dispatch_builder.h"
#include "service/engine/plan_causes.h"
#include "service/engine/restoration_estimates.h"

namespace gridmend {
namespace {

constexpr double kMinute = 60;

bool holds_anything(const CrewSequences& running) {
  return std::any_of(running.begin(), running.end(),
                     [](const auto& tour) { return !tour.empty(); });
}

DispatchPlan search(const DispatchProblem& problem, const CrewSequences& running,
                    const EngineSettings& settings, std::stop_token stop) {
  if (settings.policy == PlanningPolicy::naive) return plan_naively(problem);
  if (!holds_anything(running)) return plan_dispatch(problem, settings.planner, std::move(stop));
  return replan_dispatch(problem, running, settings.planner, std::move(stop));
}

}  // namespace

Result<journal::v1::AdoptPlan> find_plan(const World& world, Time now,
                                         const EngineSettings& settings, std::string cause,
                                         std::stop_token stop) {
  auto act = find_wanted_plan(world, now, settings, std::move(cause), std::move(stop),
                              [] { return true; });
  if (!act) return unexpected(act.error());
  return std::move(**act);
}

Result<std::optional<journal::v1::AdoptPlan>> find_wanted_plan(
    const World& world, Time now, const EngineSettings& settings, std::string cause,
    std::stop_token stop, const std::function<bool()>& is_wanted) {
  const DispatchCase dispatch = build_dispatch(world, now, settings);
  if (auto sound = validate(dispatch.problem); !sound) return unexpected(sound.error());
  const CrewSequences running = running_sequences(dispatch, world);
  DispatchPlan plan = search(dispatch.problem, running, settings, std::move(stop));
  if (!is_wanted()) return std::nullopt;
  if (settings.policy != PlanningPolicy::naive && holds_anything(running))
    plan = hold_course(dispatch.problem, running, std::move(plan),
                       kMinute * settings.turn_gain_customer_min);
  auto act = describe_plan(dispatch, plan, world, settings.policy, std::move(cause));
  describe_changes(dispatch, running, plan, world, *act.mutable_plan());
  describe_restorations(dispatch, plan, world, settings, *act.mutable_plan());
  return act;
}

}  // namespace gridmend
