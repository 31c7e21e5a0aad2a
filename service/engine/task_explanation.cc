#include "service/engine/task_explanation.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "routing/tour/stop_explanation.h"
#include "routing/tour/unserved_reason.h"
#include "service/converters/time_converter.h"
#include "service/engine/plan_causes.h"
#include "service/engine/plan_words.h"

namespace gridmend {
namespace {

constexpr double kSecondsAMinute = 60;

// "14:20 UTC"; on another day than `today` "2026-07-21 14:20 UTC".
std::string clock_time(Time time, Time today) {
  const std::string text = to_rfc3339(time);
  const bool same_day = text.starts_with(to_rfc3339(today).substr(0, 10));
  return (same_day ? "" : text.substr(0, 10) + " ") + text.substr(11, 5) + " UTC";
}

std::string minutes(double weighted_seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f", std::abs(weighted_seconds) / kSecondsAMinute);
  return text;
}

// Both languages, sentence by sentence.
struct Sentences {
  std::string en;
  std::string zh;
  void add(const std::string& english, const std::string& chinese) {
    if (!en.empty()) en += ' ';
    en += english;
    zh += chinese;
  }
};

class Explaining {
 public:
  Explaining(const DispatchCase& dispatch, const World& world, const StopExplanation& why,
             Id<DispatchTask> task)
      : dispatch_(dispatch), world_(world), why_(why), task_(dispatch.problem.tasks[task.index]) {}

  Sentences run() {
    tell_place();
    tell_bonds();
    tell_way();
    tell_other_crew();
    tell_other_position();
    return std::move(text_);
  }

 private:
  const std::string& name(Id<DispatchCrew> crew) const {
    return dispatch_.problem.crews[crew.index].id;
  }
  std::string when(Time time) const { return clock_time(time, dispatch_.zero); }
  std::string when(double second) const { return when(dispatch_.zero + from_seconds(second)); }

  void tell_place() {
    const std::string stop = std::to_string(why_.position + 1);
    text_.add("Crew " + name(why_.crew) + " does " + task_.id + " as its stop " + stop +
                  ", done by " + when(why_.completion) + ".",
              "任务" + task_.id + "由班组" + name(why_.crew) + "作为第" + stop + "站处理，预计" +
                  when(why_.completion) + "完成。");
  }

  void tell_bonds() {
    const WorkTask& work = world_.find_task(task_.id)->task;
    if (task_.started) {
      text_.add("The crew is at work on it.", "该班组正在现场作业。");
    } else if (task_.turn_penalty > 0) {
      text_.add("The crew is on its way to it.", "该班组已在途中。");
    }
    for (const std::string& crew : work.pinned_to)
      text_.add("An operator pinned it to crew " + crew + ".",
                "调度员已将其固定给班组" + crew + "。");
    for (const std::string& crew : work.vetoed_crews)
      text_.add("An operator ruled crew " + crew + " out.", "调度员已排除班组" + crew + "。");
    for (const TaskCrew& part : work.crews) {
      if (part.crew != name(why_.crew))
        text_.add("Crew " + part.crew + " works on it too.", "班组" + part.crew + "同时参与。");
    }
    if (task_.crews_needed > 1)
      text_.add("It needs several crews at once, so no single one can be exchanged.",
                "该任务需要多个班组同时到场，无法单独更换。");
  }

  // As the plan in force has it.
  void tell_way() {
    const PlannedStop* stop = world_.plan->find_stop(task_.id, name(why_.crew));
    if (stop == nullptr) return;
    if (!stop->depot.empty())
      text_.add("It loads material at depot " + stop->depot + " on the way.",
                "途中先到驻点" + stop->depot + "装料。");
    if (stop->leave_by)
      text_.add("It has to leave by " + when(*stop->leave_by) + ": the water closes the way out.",
                "须在" + when(*stop->leave_by) + "前撤离：洪水将封闭退路。");
  }

  // What another place costs, for the end of a sentence; what it would save is less than a change
  // must gain.
  void tell_cost(const StopAlternative& other, const std::string& english,
                 const std::string& chinese) {
    const std::string figure = minutes(other.extra_harm);
    if (other.extra_harm >= 0) {
      text_.add(english + " would be done at " + when(other.completion) + " and cost " + figure +
                    " customer-minutes more.",
                chinese + "将于" + when(other.completion) + "完成，多停电" + figure + "户·分钟。");
    } else {
      text_.add(english + " would be done at " + when(other.completion) + " and save " + figure +
                    " customer-minutes, less than a change must gain.",
                chinese + "将于" + when(other.completion) + "完成，可少停电" + figure +
                    "户·分钟，但不足以改变现有安排。");
    }
  }

  void tell_other_crew() {
    if (why_.other_crew) {
      const std::string& crew = name(why_.other_crew->crew);
      tell_cost(*why_.other_crew, "With the next best crew, " + crew + ", it",
                "若改派次优班组" + crew + "，");
    } else if (task_.crews_needed == 1) {
      text_.add("No other crew can do it.", "没有其他班组能够处理。");
    }
  }

  void tell_other_position() {
    if (!why_.other_position) return;
    const std::string stop = std::to_string(why_.other_position->position + 1);
    tell_cost(*why_.other_position, "As stop " + stop + " of the same tour it",
              "若改为同一行程的第" + stop + "站，");
  }

  const DispatchCase& dispatch_;
  const World& world_;
  const StopExplanation& why_;
  const DispatchTask& task_;
  Sentences text_;
};

void describe(const StopAlternative& other, const DispatchCase& dispatch,
              v1::PlanAlternative& message) {
  message.set_crew(dispatch.problem.crews[other.crew.index].id);
  message.set_order(other.position);
  message.set_extra_customer_minutes(other.extra_harm / kSecondsAMinute);
  *message.mutable_completion_time() = to_proto(dispatch.zero + from_seconds(other.completion));
}

// The plan's tours as far as they can still be carried out from now on: stops that cannot are taken
// from the end of their tours.
CrewSequences feasible_tours(const DispatchCase& dispatch, const World& world) {
  const CrewSequences running = running_sequences(dispatch, world);
  if (time_sequences(dispatch.problem, running)) return running;
  return sequences_of(dispatch.problem,
                      replan_dispatch(dispatch.problem, running, {.time_limit_s = 0}));
}

// A task in nobody's tour: by the plan's word, or because nobody planned it yet.
void explain_absence(const World& world, const std::string& task, v1::TaskExplanation& message) {
  std::string reason = "not_planned_yet";
  for (const UnplannedTask& unserved : world.plan->unserved) {
    if (unserved.task == task) reason = unserved.reason;
  }
  message.set_unserved_reason(reason);
  const BothLanguages words = unserved_in_words(reason);
  message.set_explanation_en("No crew has " + task + " in its tour: " + words.english + ".");
  message.set_explanation_zh("任务" + task + "目前没有班组承担：" + words.chinese + "。");
}

}  // namespace

Result<v1::TaskExplanation> explain_task(const World& world, Time now,
                                         const EngineSettings& settings, std::string_view task) {
  const WorkTaskRecord* record = world.find_task(task);
  if (record == nullptr) {
    return refuse(ErrorCode::not_found, "WORK_TASK_UNKNOWN",
                  "there is no work task '" + std::string(task) + "'", "work_task");
  }
  if (is_final(record->task.status)) {
    return refuse(ErrorCode::failed_precondition, "WORK_TASK_FINAL",
                  "task '" + record->task.id + "' is over", "work_task");
  }
  v1::TaskExplanation message;
  message.set_work_task(record->task.id);
  const DispatchCase dispatch = build_dispatch(world, now, settings);
  if (auto sound = validate(dispatch.problem); !sound) return unexpected(sound.error());
  const auto& tasks = dispatch.problem.tasks;
  const auto place = std::find_if(tasks.begin(), tasks.end(),
                                  [&](const DispatchTask& each) { return each.id == task; });
  StopExplanation why;
  const Id<DispatchTask> id{static_cast<std::size_t>(place - tasks.begin())};
  if (place != tasks.end())
    why = explain_stop(dispatch.problem, feasible_tours(dispatch, world), id);
  if (!why.crew.valid()) {
    explain_absence(world, record->task.id, message);
    return message;
  }
  message.set_crew(dispatch.problem.crews[why.crew.index].id);
  message.set_order(why.position);
  *message.mutable_completion_time() = to_proto(now + from_seconds(why.completion));
  if (why.other_crew) describe(*why.other_crew, dispatch, *message.mutable_best_other_crew());
  if (why.other_position)
    describe(*why.other_position, dispatch, *message.mutable_best_other_order());
  message.set_unable_crews(why.unable_crews);
  Sentences text = Explaining(dispatch, world, why, id).run();
  message.set_explanation_en(std::move(text.en));
  message.set_explanation_zh(std::move(text.zh));
  return message;
}

}  // namespace gridmend
