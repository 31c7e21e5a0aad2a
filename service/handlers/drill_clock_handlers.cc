#include <mutex>

#include "gridmend/drill/v1/drill_clock.pb.h"
#include "service/converters/time_converter.h"
#include "service/engine/manual_clock.h"
#include "service/handlers/calls.h"

namespace gridmend {

namespace {

drill::v1::DrillTime drill_time(const ManualClock& clock, const Engine& engine) {
  drill::v1::DrillTime message;
  *message.mutable_now() = to_proto(clock.now());
  message.set_revision(engine.world()->revision);
  return message;
}

Result<Time> target_of(const ManualClock& clock, const drill::v1::AdvanceRequest& request) {
  switch (request.target_case()) {
    case drill::v1::AdvanceRequest::kTo: {
      auto to = to_domain(request.to(), "to");
      if (!to) return to;
      if (*to < clock.now()) {
        return refuse(ErrorCode::out_of_range, "TIME_IS_PAST", "the clock does not go back", "to");
      }
      return to;
    }
    case drill::v1::AdvanceRequest::kBy: {
      auto by = to_domain(request.by(), "by");
      if (!by) return unexpected(by.error());
      if (*by < Duration::zero()) {
        return refuse(ErrorCode::out_of_range, "TIME_IS_PAST", "the clock does not go back", "by");
      }
      const Time target = clock.now() + *by;
      // The clock stays within what a timestamp can say.
      if (auto sound = to_domain(to_proto(target), "by"); !sound) return unexpected(sound.error());
      return target;
    }
    case drill::v1::AdvanceRequest::TARGET_NOT_SET:
      break;
  }
  return refuse(ErrorCode::invalid_argument, "TIME_MISSING", "to which time, or by how much?",
                "to");
}

// Water that falls opens roads without any other change: a plan is looked over so often anyway.
constexpr Duration kPlanAgain = std::chrono::minutes{10};

// One caller at a time moves the clock; what was last planned for is remembered.
struct Turn {
  std::mutex mutex;
  std::uint64_t planned_for = 0;  // World::work_revision
  Time planned_at{};
};

// What was due on the way is one look at the evidence and, where work changed, one at the plan, at
// the new time.
Result<drill::v1::DrillTime> advance(Engine& engine, ManualClock& clock, Turn& turn,
                                     const drill::v1::AdvanceRequest& request) {
  const std::lock_guard lock{turn.mutex};
  auto target = target_of(clock, request);
  if (!target) return unexpected(target.error());
  clock.set(*target);
  if (auto done = engine.reassess_now(); !done) return unexpected(done.error());
  const auto world = engine.world();
  if (world->work_revision <= turn.planned_for && *target - turn.planned_at < kPlanAgain) {
    return drill_time(clock, engine);
  }
  turn.planned_for = world->work_revision;
  turn.planned_at = *target;
  const EngineSettings& settings = engine.settings();
  if (auto done = engine.replan_now(settings.planner, settings.policy, "the clock moved"); !done) {
    return unexpected(done.error());
  }
  return drill_time(clock, engine);
}

}  // namespace

void add_drill_clock_calls(RpcService& service, const CallContext& context, ManualClock& clock) {
  Engine& engine = context.engine;
  add_slow_read<drill::v1::AdvanceRequest, drill::v1::DrillTime>(
      service, "Advance", context.workers,
      [&engine, &clock, turn = std::make_shared<Turn>()](const auto& request) {
        return advance(engine, clock, *turn, request);
      });
  add_read<drill::v1::GetTimeRequest, drill::v1::DrillTime>(
      service, "GetTime", [&engine, &clock](const auto&) -> Result<drill::v1::DrillTime> {
        return drill_time(clock, engine);
      });
}

}  // namespace gridmend
