#include "service/engine/plan_words.h"

namespace gridmend {
namespace {

// The vocabulary numbers both as the domain does, one higher: its zero is UNSPECIFIED.
template <class Domain, class Proto>
std::optional<Domain> one_lower(Proto value, Proto last) {
  const int number = static_cast<int>(value);
  if (number < 1 || number > static_cast<int>(last)) return std::nullopt;
  return static_cast<Domain>(number - 1);
}

}  // namespace

v1::PlanChange::Kind to_proto(PlanChangeKind kind) {
  return static_cast<v1::PlanChange::Kind>(static_cast<int>(kind) + 1);
}
v1::PlanCause::Kind to_proto(PlanCause::Kind kind) {
  return static_cast<v1::PlanCause::Kind>(static_cast<int>(kind) + 1);
}
std::optional<PlanChangeKind> to_domain(v1::PlanChange::Kind kind) {
  return one_lower<PlanChangeKind>(kind, v1::PlanChange::TURNED_ROUND);
}
std::optional<PlanCause::Kind> to_domain(v1::PlanCause::Kind kind) {
  return one_lower<PlanCause::Kind>(kind, v1::PlanCause::DEPOT);
}

v1::PlanChange to_proto(const ExplainedChange& change) {
  v1::PlanChange message;
  message.set_kind(to_proto(change.kind));
  message.set_work_task(change.task);
  message.set_previous_crew(change.crew_before);
  message.set_crew(change.crew_after);
  message.mutable_cause()->set_kind(to_proto(change.cause.kind));
  message.mutable_cause()->set_id(change.cause.id);
  if (change.gain_customer_min) message.set_gain_customer_minutes(*change.gain_customer_min);
  return message;
}

}  // namespace gridmend
