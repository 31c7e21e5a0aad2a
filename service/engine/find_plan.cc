#include "service/engine/find_plan.h"

#include "service/engine/dispatch_builder.h"

namespace gridmend {

Result<journal::v1::AdoptPlan> find_plan(const World& world, Time now,
                                         const EngineSettings& settings, std::string cause,
                                         std::stop_token stop) {
  const DispatchCase dispatch = build_dispatch(world, now, settings);
  if (auto sound = validate(dispatch.problem); !sound) return unexpected(sound.error());
  const DispatchPlan plan = settings.policy == PlanningPolicy::naive
                                ? plan_naively(dispatch.problem)
                                : plan_dispatch(dispatch.problem, settings.planner, stop);
  return describe_plan(dispatch, plan, world, settings.policy, std::move(cause));
}

}  // namespace gridmend
