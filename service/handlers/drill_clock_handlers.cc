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

// What was due on the way is one look at the evidence and one at the plan, at the new time. One
// caller at a time moves the clock.
Result<drill::v1::DrillTime> advance(Engine& engine, ManualClock& clock, std::mutex& turn,
                                     const drill::v1::AdvanceRequest& request) {
  const std::lock_guard lock{turn};
  auto target = target_of(clock, request);
  if (!target) return unexpected(target.error());
  clock.set(*target);
  if (auto done = engine.reassess_now(); !done) return unexpected(done.error());
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
      [&engine, &clock, turn = std::make_shared<std::mutex>()](const auto& request) {
        return advance(engine, clock, *turn, request);
      });
  add_read<drill::v1::GetTimeRequest, drill::v1::DrillTime>(
      service, "GetTime", [&engine, &clock](const auto&) -> Result<drill::v1::DrillTime> {
        return drill_time(clock, engine);
      });
}

}  // namespace gridmend
