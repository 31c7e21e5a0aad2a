#include "data/settings/localiser_file.h"
#include "data/settings/task_rules_file.h"
#include "service/engine/acts.h"

namespace gridmend {
namespace {

// What a task still asks for as the rules before had it, it asks for by the new ones.
bool follow_rules(const Device* device, const TaskRules& before, const TaskRules& now,
                  WorkTask& task) {
  WorkTask asked = task;
  WorkTask next = task;
  ask_by_rules(device, before, asked);
  ask_by_rules(device, now, next);
  if (task.expected_duration != asked.expected_duration)
    next.expected_duration = task.expected_duration;
  if (task.crews_needed != asked.crews_needed) next.crews_needed = task.crews_needed;
  if (task.demand != asked.demand) next.demand = task.demand;
  if (task.skills != asked.skills) next.skills = task.skills;
  const bool changed = next.expected_duration != task.expected_duration ||
                       next.crews_needed != task.crews_needed || next.demand != task.demand ||
                       next.skills != task.skills;
  task = std::move(next);
  return changed;
}

bool may_follow(const WorkTaskRecord& record) {
  return record.made_by_engine && !is_final(record.task.status) &&
         !is_under_way(record.task.status);
}

}  // namespace

Result<Answer> take_settings(Workbench& bench, const PreparedCommand& command) {
  Draft& draft = bench.draft;
  Answer answer = bench.answer();
  if (write_whole_localiser_settings(*command.localiser) ==
      write_whole_localiser_settings(*draft.localiser)) {
    answer.revision = bench.revision - 1;
    return answer;
  }
  draft.localiser = command.localiser;
  draft.link_ledger.edit().believe(*command.localiser);
  draft.suspected_links = suspected_by(*draft.link_ledger);
  draft.settings_revision = bench.revision;
  draft.evidence_revision = bench.revision;  // what was heard means something else now
  return answer;
}

Result<Answer> take_task_rules(Workbench& bench, const PreparedCommand& command) {
  Draft& draft = bench.draft;
  const journal::v1::TakeTaskRules& act = command.command.take_task_rules();
  if (auto fresh = check_etag(act.etag(), draft.rules_revision); !fresh)
    return unexpected(fresh.error());
  Answer answer = bench.answer();
  const TaskRules before = *draft.task_rules;
  if (*command.task_rules == before) {
    answer.revision = bench.revision - 1;
    return answer;
  }
  draft.task_rules = command.task_rules;
  draft.rules_revision = bench.revision;
  draft.evidence_revision = bench.revision;  // the next localisation asks for work by them
  std::vector<std::string> followers;
  for (const auto& [id, record] : *draft.tasks) {
    if (may_follow(*record)) followers.push_back(id);
  }
  for (const std::string& id : followers) {
    WorkTask next = find(*draft.tasks, id)->task;
    const Device* device =
        next.device.valid() ? &bench.region.network.devices()[next.device] : nullptr;
    if (!follow_rules(device, before, *draft.task_rules, next)) continue;
    WorkTaskRecord& record = bench.edit_task(id);
    record.task = std::move(next);
    record.asked_revision = bench.revision;
    fit_crews(bench, id);
  }
  bench.work_changed();
  return answer;
}

}  // namespace gridmend
