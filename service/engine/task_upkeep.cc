#include <cmath>

#include "service/engine/acts.h"

namespace gridmend {
namespace {

const WorkTaskRecord* open_task(const Draft& draft, const OutageRecord& record) {
  for (auto id = record.tasks.rbegin(); id != record.tasks.rend(); ++id) {
    const WorkTaskRecord* task = find(*draft.tasks, *id);
    if (task != nullptr && !is_final(task->task.status)) return task;
  }
  return nullptr;
}

// Somebody was there already: wait for the meters before sending the next crew to the same device.
bool done_lately(const Workbench& bench, const OutageRecord& record) {
  for (const std::string& id : record.tasks) {
    const WorkTaskRecord* task = find(*bench.draft.tasks, id);
    if (task == nullptr || task->task.status != WorkStatus::completed) continue;
    if (task->task.device != record.outage.probable.device || task->task.kind == WorkKind::assess)
      continue;
    if (*task->task.completed_at + bench.settings.task_rules.retry_after > bench.time) return true;
  }
  return false;
}

// Where the crew has to go: the device, the premises, or where supply enters the feeder.
Position place_of(const Outage& outage, const NetworkModel& network) {
  if (outage.probable.device.valid()) return network.devices()[outage.probable.device].position;
  if (outage.probable.usage_point.valid()) {
    return network.usage_points()[outage.probable.usage_point].position;
  }
  if (!outage.feeder.valid()) return {};
  const Id<ConnectivityNode> source = network.feeders()[outage.feeder].source_node;
  return source.valid() ? network.nodes()[source].position : Position{};
}

// What the outage asks for now, written over a task that nobody has set out for.
void aim(const Workbench& bench, const Outage& outage, WorkTask& task) {
  const NetworkModel& network = bench.region.network;
  const bool premises = !outage.probable.device.valid();
  const Device* device = premises ? nullptr : &network.devices()[outage.probable.device];
  const TaskRules& rules = bench.settings.task_rules;
  task.kind = wanted_kind(outage, rules);
  task.device = outage.probable.device;
  task.position = place_of(outage, network);
  task.expected_duration = expected_duration(task.kind, device, rules);
  task.skills = needed_skills(device);
}

void weigh(const Workbench& bench, const Outage& outage, WorkTask& task) {
  const Reserve reserve = reserve_of(outage, bench.region.network, bench.localiser().weights,
                                     bench.settings.task_rules);
  task.weight = outage.weight;
  task.due = reserve.ends;
  task.late_weight = reserve.late_weight;
}

bool is_aimed(const Workbench& bench, const Outage& outage, const WorkTask& task) {
  return task.kind == wanted_kind(outage, bench.settings.task_rules) &&
         task.device == outage.probable.device;
}

void follow(Workbench& bench, const Outage& outage, const WorkTaskRecord& record) {
  if (!record.made_by_engine) return;
  const WorkTask& task = record.task;
  const double step = bench.settings.task_rules.weight_step;
  const bool weight_moved =
      std::abs(task.weight - outage.weight) > step * std::max(task.weight, 1e-9);
  const bool must_aim = !is_under_way(task.status) && !is_aimed(bench, outage, task);
  if (!weight_moved && !must_aim) return;
  WorkTaskRecord& edited = bench.edit_task(task.id);
  edited.asked_revision = bench.revision;
  WorkTask& next = edited.task;
  weigh(bench, outage, next);
  if (must_aim) aim(bench, outage, next);
  bench.work_changed();
}

void create(Workbench& bench, const Outage& outage) {
  const std::string id = next_task_id(bench);
  bench.edit_outage(outage.id).tasks.push_back(id);
  WorkTaskRecord& record = bench.edit_task(id);
  record.made_by_engine = true;
  record.asked_revision = bench.revision;
  record.task.id = id;
  record.task.outage = outage.id;
  weigh(bench, outage, record.task);
  record.task.created_at = bench.time;
  aim(bench, outage, record.task);
  bench.work_changed();
}

void end_tasks(Workbench& bench, const OutageRecord& record) {
  const std::vector<std::string> ids = record.tasks;
  for (const std::string& id : ids) {
    const WorkTaskRecord* task = find(*bench.draft.tasks, id);
    if (task == nullptr || is_final(task->task.status) || task->task.status == WorkStatus::arrived)
      continue;
    cancel_task(bench, id, "outage " + task->task.outage + " is over");
  }
}

// Supply came back by itself before it counted as lost: nobody has to go.
bool came_back_by_itself(const Outage& outage) {
  return outage.momentary && outage.status == OutageStatus::restored;
}

bool wants_work(const Outage& outage) {
  const bool dark = outage.status == OutageStatus::predicted ||
                    outage.status == OutageStatus::confirmed ||
                    outage.status == OutageStatus::partially_restored;
  return dark && may_need_repair(outage);
}

}  // namespace

void keep_up_tasks(Workbench& bench) {
  // By copies of ids: the maps are written to on the way.
  std::vector<std::string> ended;
  for (const Change& change : bench.changes) {
    if (change.kind != ChangeKind::outage) continue;
    const OutageRecord* record = find(*bench.draft.outages, change.id);
    if (record != nullptr && has_ended(record->outage.status)) ended.push_back(change.id);
  }
  for (const std::string& id : ended) end_tasks(bench, *find(*bench.draft.outages, id));

  const std::vector<Outage>& standing = bench.draft.outage_book->outages;
  for (const Outage& outage : standing) {
    const OutageRecord* record = find(*bench.draft.outages, outage.id);
    if (record == nullptr) continue;
    if (!may_need_repair(outage) || came_back_by_itself(outage)) {
      end_tasks(bench, *record);
    } else if (wants_work(outage)) {
      const WorkTaskRecord* task = open_task(bench.draft, *record);
      if (task != nullptr) {
        follow(bench, outage, *task);
      } else if (!done_lately(bench, *record)) {
        create(bench, outage);
      }
    }
  }
}

}  // namespace gridmend
