#include "service/converters/evidence_converter.h"
#include "service/converters/field_path.h"
#include "service/converters/time_converter.h"
#include "service/engine/acts.h"
#include "service/engine/energising_check.h"

namespace gridmend {
namespace {

// A switching somebody carried out is evidence of the surest kind.
Result<Answer> record(Workbench& bench, v1::SwitchPosition position,
                      const google::protobuf::Timestamp* event_time, const std::string& by,
                      bool override_unsafe) {
  v1::Evidence message;
  message.set_source(by.empty() ? std::string(bench.actor) : "operator/" + by);
  *message.mutable_event_time() = event_time == nullptr ? to_proto(bench.time) : *event_time;
  *message.mutable_switch_position() = std::move(position);
  const std::string device = message.switch_position().device();
  auto item = to_domain(message, bench.region.network);
  if (!item) return unexpected(item.error());
  if (auto safe = check_energising(bench, std::get<SwitchPosition>(item->kind), override_unsafe);
      !safe) {
    return unexpected(safe.error());
  }
  hear(bench, std::move(*item), std::move(message));
  return bench.answer(device);
}

}  // namespace

Result<Answer> record_step(Workbench& bench, const v1::RecordStepRequest& request) {
  v1::SwitchPosition position;
  position.set_device(request.step().device());
  position.set_position(request.step().position());
  position.set_phases(request.step().phases());
  position.set_origin(v1::SwitchPosition::OPERATOR);
  position.set_reason(request.reason());
  // Whoever records a step did it on purpose: without a reason it would be read as a trip.
  if (request.reason() == v1::SwitchPosition::REASON_UNSPECIFIED) {
    position.set_reason(v1::SwitchPosition::RESTORATION);
  }
  if (request.step().position() == v1::SwitchPosition::UNKNOWN) {
    return refuse(ErrorCode::invalid_argument, "VALUE_UNKNOWN",
                  "a step that was taken leaves a known position", "step.position");
  }
  if (auto sound = check_length(request.note(), 2000, "note"); !sound) {
    return unexpected(sound.error());
  }
  if (request.override_unsafe() && request.note().empty()) {
    return refuse(ErrorCode::invalid_argument, "REASON_MISSING",
                  "whoever overrides a warning says why", "note");
  }
  // Journals of before schema 4 knew of no such refusal.
  const bool checked = bench.schema >= 4 && !request.override_unsafe();
  return record(bench, std::move(position),
                request.has_event_time() ? &request.event_time() : nullptr, request.operator_(),
                !checked);
}

Result<Answer> de_energise_for_safety(Workbench& bench,
                                      const v1::DeEnergiseForSafetyRequest& request) {
  v1::SwitchPosition position;
  position.set_device(request.device());
  position.set_position(v1::SwitchPosition::OPEN);
  position.set_phases(request.phases());
  position.set_origin(v1::SwitchPosition::OPERATOR);
  position.set_reason(v1::SwitchPosition::DE_ENERGISED_FOR_SAFETY);
  return record(bench, std::move(position),
                request.has_event_time() ? &request.event_time() : nullptr, request.operator_(),
                true);
}

}  // namespace gridmend
