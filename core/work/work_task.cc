#include "core/work/work_task.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/work/name_table.h"

namespace gridmend {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, kWorkKinds> kWorkKindNames = {
    "assess",  "repair",           "restore",           "drain",        "dry",
    "inspect", "isolate_premises", "deliver_generator", "safety_visit", "planned_work"};
constexpr std::array<std::string_view, kWorkStatuses> kWorkStatusNames = {
    "waiting", "assigned", "acknowledged", "en_route", "arrived", "completed", "cancelled"};

bool is_final(WorkStatus status) {
  return status == WorkStatus::completed || status == WorkStatus::cancelled;
}

}  // namespace

std::string_view to_string(WorkKind kind) { return kWorkKindNames[static_cast<std::size_t>(kind)]; }

std::optional<WorkKind> parse_work_kind(std::string_view text) {
  return find_name<WorkKind>(kWorkKindNames, text);
}

std::string_view to_string(WorkStatus status) {
  return kWorkStatusNames[static_cast<std::size_t>(status)];
}

std::optional<WorkStatus> parse_work_status(std::string_view text) {
  return find_name<WorkStatus>(kWorkStatusNames, text);
}

bool may_move(WorkStatus from, WorkStatus to) {
  if (from == to) return true;
  if (is_final(from)) return false;
  if (is_final(to)) return true;
  const bool nobody_holds_it = from == WorkStatus::waiting;
  if (nobody_holds_it) return to == WorkStatus::assigned;
  const bool given_back_or_on = to == WorkStatus::waiting || to == WorkStatus::assigned;
  return given_back_or_on || from < to;
}

bool is_vetoed(const WorkTask& task, std::string_view crew) {
  return std::binary_search(task.vetoed_crews.begin(), task.vetoed_crews.end(), crew);
}

bool is_pinned_to(const WorkTask& task, std::string_view crew) {
  return std::find(task.pinned_to.begin(), task.pinned_to.end(), crew) != task.pinned_to.end();
}

const TaskCrew* find_crew(const WorkTask& task, std::string_view crew) {
  for (const TaskCrew& part : task.crews) {
    if (part.crew == crew) return &part;
  }
  return nullptr;
}

TaskCrew* find_crew(WorkTask& task, std::string_view crew) {
  return const_cast<TaskCrew*>(find_crew(std::as_const(task), crew));
}

std::string_view first_crew(const WorkTask& task) {
  return task.crews.empty() ? std::string_view{} : std::string_view{task.crews.front().crew};
}

std::string_view first_pin(const WorkTask& task) {
  return task.pinned_to.empty() ? std::string_view{} : std::string_view{task.pinned_to.front()};
}

int crews_there(const WorkTask& task) {
  return static_cast<int>(
      std::count_if(task.crews.begin(), task.crews.end(),
                    [](const TaskCrew& part) { return part.status == WorkStatus::arrived; }));
}

WorkStatus status_by_crews(const WorkTask& task) {
  WorkStatus furthest = WorkStatus::waiting;
  for (const TaskCrew& part : task.crews) furthest = std::max(furthest, part.status);
  if (furthest != WorkStatus::arrived) return furthest;
  return crews_there(task) >= task.crews_needed ? WorkStatus::arrived : WorkStatus::en_route;
}

}  // namespace gridmend
