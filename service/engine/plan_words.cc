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

v1::PlanCause to_proto(const PlanCause& cause) {
  v1::PlanCause message;
  message.set_kind(to_proto(cause.kind));
  message.set_id(cause.id);
  return message;
}

v1::PlanChange to_proto(const ExplainedChange& change) {
  v1::PlanChange message;
  message.set_kind(to_proto(change.kind));
  message.set_work_task(change.task);
  message.set_previous_crew(change.crew_before);
  message.set_crew(change.crew_after);
  *message.mutable_cause() = to_proto(change.cause);
  if (change.gain_customer_min) message.set_gain_customer_minutes(*change.gain_customer_min);
  return message;
}

BothLanguages unserved_in_words(std::string_view reason) {
  struct Words {
    std::string_view reason, english, chinese;
  };
  static constexpr Words kWords[] = {
      {"not_planned_yet", "it has not been planned yet", "尚未编排"},
      {"no_crew", "there are no crews", "没有可用班组"},
      {"under_water", "water reaches the device, and it is not known until when",
       "设备浸水，退水时间尚不明"},
      {"handed_back", "a crew handed it back, and it waits for an operator",
       "班组已退回，待调度员处理"},
      {"crew_off_shift", "the crew that is at it, or on its way, is off shift",
       "承担或正前往的班组已下班"},
      {"pinned_crew_off_shift", "a crew it is pinned to is off shift", "指定的班组已下班"},
      {"water_closes_first",
       "the crew that is at it has to leave before the water comes, and nobody takes over",
       "在场班组须在来水前撤离，无人接替"},
      {"shift_ends_first",
       "the shift of the crew that is at it ends before it is done, and nobody takes over",
       "在场班组在完工前下班，无人接替"},
      {"never_opens", "it is never safe to enter as far as the water is known",
       "就目前掌握的水情，始终无法安全进入"},
      {"pinned_crew_unable", "the crew it is pinned to cannot do it", "指定的班组无法承担"},
      {"no_skilled_crew", "no crew has the skills", "没有具备所需技能的班组"},
      {"vetoed", "the crews with the skills are ruled out", "具备技能的班组均已被排除"},
      {"over_capacity", "no skilled crew can carry the material", "没有班组能装载所需物资"},
      {"no_material", "nobody who could do it has or gets the material",
       "能承担的班组既无物资，也无法到驻点领取"},
      {"unreachable", "no crew that could do it has a way there and home",
       "能承担的班组没有往返通路"},
      {"too_few_crews", "fewer crews can come than it needs at once",
       "可到场的班组少于同时所需的数量"},
      {"prerequisite_unserved", "what has to be done before it is not served either",
       "其前置任务同样无人承担"},
      {"deadline_too_early", "nobody can be there in time", "没有班组能按时到达"},
      {"shift_too_short", "nobody can finish it within the shift", "没有班组能在班次内完成"},
      {"no_room", "it does not fit beside the work that is served", "现有安排中已排不下"}};
  for (const Words& words : kWords) {
    if (words.reason == reason) return {std::string{words.english}, std::string{words.chinese}};
  }
  return {std::string{reason}, std::string{reason}};
}

}  // namespace gridmend
