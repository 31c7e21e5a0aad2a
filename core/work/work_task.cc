#include "core/work/work_task.h"

#include <algorithm>
#include <array>

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

}  // namespace gridmend
