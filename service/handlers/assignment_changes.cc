#include "service/handlers/assignment_changes.h"

#include <set>
#include <string>

#include "service/handlers/views.h"

namespace gridmend {

v1::AssignmentDelta all_assignments(const World& world, std::string_view crew) {
  v1::AssignmentDelta delta;
  delta.set_full(true);
  for (v1::Assignment& assignment : assignments_view(world, crew)) {
    *delta.add_changed() = std::move(assignment);
  }
  if (const CrewRecord* record = world.find_crew(crew)) *delta.mutable_crew() = crew_view(*record);
  return delta;
}

v1::AssignmentDelta assignment_changes(const World& world, const std::vector<Change>& changes,
                                       std::string_view crew) {
  std::set<std::string, std::less<>> tasks;
  std::set<std::string, std::less<>> outages;
  std::set<std::string, std::less<>> depots;
  bool plan_changed = false;
  v1::AssignmentDelta delta;
  for (const Change& change : changes) {
    if (change.kind == ChangeKind::work_task) tasks.insert(change.id);
    if (change.kind == ChangeKind::outage) outages.insert(change.id);
    if (change.kind == ChangeKind::depot) depots.insert(change.id);
    if (change.kind == ChangeKind::plan) plan_changed = true;
    if (change.kind == ChangeKind::crew && change.id == crew) {
      if (const CrewRecord* record = world.find_crew(crew)) {
        *delta.mutable_crew() = crew_view(*record);
      }
    }
  }
  if (tasks.empty() && outages.empty() && depots.empty() && !plan_changed) return delta;
  for (v1::Assignment& assignment : assignments_view(world, crew)) {
    const v1::WorkTask& task = assignment.work_task();
    const bool changed = plan_changed || tasks.contains(task.id()) ||
                         outages.contains(task.outage()) ||
                         depots.contains(assignment.planned().depot());
    tasks.erase(task.id());
    if (changed) *delta.add_changed() = std::move(assignment);
  }
  for (const std::string& id : tasks) delta.add_removed(id);
  return delta;
}

bool is_empty(const v1::AssignmentDelta& delta) {
  return !delta.full() && delta.changed().empty() && delta.removed().empty() && !delta.has_crew();
}

}  // namespace gridmend
