#include <algorithm>
#include <cmath>

#include "service/engine/acts.h"
#include "service/engine/task_rules.h"

namespace gridmend {
namespace {

// Work that the engine asks for before a repair.
bool is_before_repair(const WorkTaskRecord& record) {
  return record.made_by_engine && is_water_work(record.task.kind);
}

const WorkTaskRecord* open_task(const Draft& draft, const OutageRecord& record) {
  for (auto id = record.tasks.rbegin(); id != record.tasks.rend(); ++id) {
    const WorkTaskRecord* task = find(*draft.tasks, *id);
    if (task != nullptr && !is_final(task->task.status) && !is_before_repair(*task)) return task;
  }
  return nullptr;
}

// Somebody was there already: wait for the meters before sending the next crew to the same device.
bool done_lately(const Workbench& bench, const OutageRecord& record) {
  for (const std::string& id : record.tasks) {
    const WorkTaskRecord* task = find(*bench.draft.tasks, id);
    if (task == nullptr || task->task.status != WorkStatus::completed) continue;
    if (task->task.device != record.outage.probable.device || task->task.kind == WorkKind::assess ||
        is_before_repair(*task))
      continue;
    if (*task->task.completed_at + bench.task_rules().retry_after > bench.time) return true;
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

const Device* device_of(const Workbench& bench, Id<Device> id) {
  return id.valid() ? &bench.region.network.devices()[id] : nullptr;
}

// What the outage asks for now, written over a task that nobody has set out for. How many crews and
// how much material an operator said stays.
void aim(const Workbench& bench, const Outage& outage, WorkTask& task) {
  const TaskRules& rules = bench.task_rules();
  const WorkTask before = task;
  const WorkNeed& needed = rules.need(task.kind, device_of(bench, task.device));
  task.kind = wanted_kind(outage, rules);
  task.device = outage.probable.device;
  task.position = place_of(outage, bench.region.network);
  ask_by_rules(device_of(bench, task.device), rules, task);
  if (before.crews_needed != needed.crews) task.crews_needed = before.crews_needed;
  if (before.demand != needed.material) task.demand = before.demand;
}

void weigh(const Workbench& bench, const Outage& outage, WorkTask& task) {
  const Reserve reserve =
      reserve_of(outage, bench.region.network, bench.localiser().weights, bench.task_rules());
  task.weight = outage.weight;
  task.due = reserve.ends;
  task.late_weight = reserve.late_weight;
}

bool is_aimed(const Workbench& bench, const Outage& outage, const WorkTask& task) {
  return task.kind == wanted_kind(outage, bench.task_rules()) &&
         task.device == outage.probable.device;
}

void follow(Workbench& bench, const Outage& outage, const WorkTaskRecord& record) {
  if (!record.made_by_engine) return;
  const WorkTask& task = record.task;
  const double step = bench.task_rules().weight_step;
  const bool weight_moved =
      std::abs(task.weight - outage.weight) > step * std::max(task.weight, 1e-9);
  const bool must_aim = !is_under_way(task.status) && !is_aimed(bench, outage, task);
  if (!weight_moved && !must_aim) return;
  WorkTaskRecord& edited = bench.edit_task(task.id);
  edited.asked_revision = bench.revision;
  WorkTask& next = edited.task;
  weigh(bench, outage, next);
  if (must_aim) {
    const int crews_before = next.crews_needed;
    aim(bench, outage, next);
    const std::string id = next.id;
    if (next.crews_needed != crews_before) fit_crews(bench, id);
  }
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
  record.task.kind = wanted_kind(outage, bench.task_rules());
  record.task.device = outage.probable.device;
  record.task.position = place_of(outage, bench.region.network);
  ask_by_rules(device_of(bench, record.task.device), bench.task_rules(), record.task);
  bench.work_changed();
}

// What the water asks for before a device is repaired, in order.
class WaterWorkUpkeep {
 public:
  WaterWorkUpkeep(Workbench& bench, const Outage& outage) : bench_(bench), outage_(outage) {}

  // Makes what is missing, cancels what nothing asks for any more, and has repairs wait for it.
  void run() {
    if (wanted()) {
      for (const WorkKind kind : {WorkKind::drain, WorkKind::dry, WorkKind::inspect}) ask_for(kind);
    }
    std::vector<std::string> other;
    for (const std::string& id : record().tasks) {
      const WorkTaskRecord* task = find(*bench_.draft.tasks, id);
      if (task == nullptr || is_final(task->task.status) || !is_before_repair(*task)) continue;
      const bool kept = std::find(chain_.begin(), chain_.end(), id) != chain_.end();
      if (!kept && !is_under_way(task->task.status)) other.push_back(id);
    }
    for (const std::string& id : other) cancel_task(bench_, id, "no water asks for it any more");
    const std::vector<std::string> ids = record().tasks;
    for (const std::string& id : ids) hold_repair(id);
  }

 private:
  const OutageRecord& record() const { return *find(*bench_.draft.outages, outage_.id); }
  const UnsafeToEnergise& unsafe() const { return outage_.unsafe; }

  bool is_repair(const WorkTask& task) const {
    return (task.kind == WorkKind::repair || task.kind == WorkKind::restore) &&
           task.device == unsafe().device;
  }

  bool wanted() const {
    if (!unsafe() || !unsafe().device.valid()) return false;
    return std::ranges::any_of(record().tasks, [&](const std::string& id) {
      const WorkTaskRecord* task = find(*bench_.draft.tasks, id);
      return task != nullptr && !is_final(task->task.status) && is_repair(task->task);
    });
  }

  // Done since the water fell; under water, lately.
  bool counts(const WorkTask& task) const {
    if (task.status != WorkStatus::completed) return false;
    if (unsafe().reason == UnsafeReason::not_inspected) return *task.completed_at >= unsafe().time;
    return *task.completed_at + bench_.task_rules().retry_after > bench_.time;
  }

  void ask_for(WorkKind kind) {
    const Device& device = bench_.region.network.devices()[unsafe().device];
    if (bench_.task_rules().need(kind, &device).minutes <= 0) return;
    for (const std::string& id : record().tasks) {
      const WorkTaskRecord* known = find(*bench_.draft.tasks, id);
      if (known == nullptr || !is_before_repair(*known) || known->task.kind != kind ||
          known->task.device != unsafe().device)
        continue;
      if (counts(known->task)) return;
      if (is_final(known->task.status)) continue;
      chain_.push_back(id);
      return;
    }
    make(kind, device);
  }

  void make(WorkKind kind, const Device& device) {
    const std::string id = next_task_id(bench_);
    bench_.edit_outage(outage_.id).tasks.push_back(id);
    WorkTaskRecord& made = bench_.edit_task(id);
    made.made_by_engine = true;
    made.asked_revision = bench_.revision;
    made.task.id = id;
    made.task.kind = kind;
    made.task.outage = outage_.id;
    made.task.device = unsafe().device;
    made.task.position = device.position;
    ask_by_rules(&device, bench_.task_rules(), made.task);
    made.task.created_at = bench_.time;
    if (!chain_.empty()) made.task.hard_after = {chain_.back()};
    chain_.push_back(id);
    bench_.work_changed();
  }

  // A repair waits for all of them, and for none that was asked for another device.
  void hold_repair(const std::string& id) {
    const WorkTaskRecord* present = find(*bench_.draft.tasks, id);
    if (present == nullptr || is_under_way(present->task.status) ||
        is_final(present->task.status) || is_before_repair(*present))
      return;
    std::vector<std::string> before;
    for (const std::string& other : present->task.hard_after) {
      const WorkTaskRecord* task = find(*bench_.draft.tasks, other);
      const bool ours =
          task != nullptr && is_before_repair(*task) && task->task.outage == outage_.id;
      if (!ours) before.push_back(other);
    }
    if (is_repair(present->task)) before.insert(before.end(), chain_.begin(), chain_.end());
    if (before == present->task.hard_after) return;
    bench_.edit_task(id).task.hard_after = std::move(before);
    bench_.work_changed();
  }

  Workbench& bench_;
  const Outage& outage_;
  std::vector<std::string> chain_;
};

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
      if (bench.schema >= 5) WaterWorkUpkeep(bench, outage).run();
    }
  }
}

}  // namespace gridmend
