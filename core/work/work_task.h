#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/geo/position.h"
#include "core/network/records.h"
#include "core/work/crew.h"

namespace gridmend {

enum class WorkKind : std::uint8_t {
  assess,
  repair,
  restore,
  drain,
  dry,
  inspect,
  isolate_premises,
  deliver_generator,
  safety_visit,
  planned_work,
};
inline constexpr int kWorkKinds = 10;

// On what stands or stood in water, before it is repaired: no repair by itself.
inline bool is_water_work(WorkKind kind) {
  return kind == WorkKind::drain || kind == WorkKind::dry || kind == WorkKind::inspect;
}

std::string_view to_string(WorkKind kind);
std::optional<WorkKind> parse_work_kind(std::string_view text);

// The life of a task. Cancelled and completed are final.
enum class WorkStatus : std::uint8_t {
  waiting,       // nobody holds it
  assigned,      // in a crew's tour
  acknowledged,  // the crew has seen it
  en_route,
  arrived,
  completed,
  cancelled,
};
inline constexpr int kWorkStatuses = 7;

std::string_view to_string(WorkStatus status);
std::optional<WorkStatus> parse_work_status(std::string_view text);

// May a task move from one status to another by a crew's or an operator's word?
//
//   waiting -> assigned -> acknowledged -> en_route -> arrived -> completed
//      ^-----------|------------|------------|-----------|      (taken back, or handed on)
//
// A repeated status is allowed (a tablet sends twice), and so are skipped steps (a tablet was out
// of reach while its crew drove); a task in hand goes back to waiting, or to assigned when another
// crew gets it. Any open task can be completed or cancelled; a final status never changes.
bool may_move(WorkStatus from, WorkStatus to);

// One crew's part in a task.
struct TaskCrew {
  std::string crew;
  WorkStatus status = WorkStatus::assigned;  // assigned to arrived
  std::optional<Time> arrived_at;            // at the site; none: it is not there
  friend bool operator==(const TaskCrew&, const TaskCrew&) = default;
};

struct WorkTask {
  std::string id;
  WorkKind kind = WorkKind::repair;
  WorkStatus status = WorkStatus::waiting;
  std::string outage;  // id of the outage it serves; empty: none
  Id<Device> device;   // none: at a position only
  Position position;
  Duration expected_duration{};
  SkillSet skills;
  double weight = 0;  // weighted customers it is expected to bring back
  double demand = 0;  // units of material
  int crews_needed = 1;
  Time created_at{};
  std::optional<Time> earliest;  // not safe or not wanted before
  std::optional<Time> deadline;
  std::vector<std::string> after;       // soft: its weight counts from their completion
  std::vector<std::string> hard_after;  // must be complete before it starts
  std::vector<TaskCrew> crews;          // who holds it, in the order in which they got it
  std::vector<std::string> pinned_to;   // an operator's decision, oldest first
  std::optional<Time> completed_at;
  std::string finding;                    // what the crew reported
  std::vector<std::string> vetoed_crews;  // never these: an operator's decision; in order of id
  std::optional<Time> due;                // from then on it weighs so much more:
  double late_weight = 0;
};

bool is_vetoed(const WorkTask& task, std::string_view crew);
bool is_pinned_to(const WorkTask& task, std::string_view crew);

// The crew's part in the task; nullptr: it does not hold it.
const TaskCrew* find_crew(const WorkTask& task, std::string_view crew);
TaskCrew* find_crew(WorkTask& task, std::string_view crew);
inline bool is_held_by(const WorkTask& task, std::string_view crew) {
  return find_crew(task, crew) != nullptr;
}
// The one that got it first; empty: nobody has it.
std::string_view first_crew(const WorkTask& task);
std::string_view first_pin(const WorkTask& task);
// Would another crew be one too many?
inline bool is_full(const WorkTask& task) {
  return task.crews.size() >= static_cast<std::size_t>(task.crews_needed);
}
// How many of its crews are at the site.
int crews_there(const WorkTask& task);

// What its crews' parts make of an open task: arrived when as many are there as are needed, so that
// work goes on; en_route while some are on their way or wait there for others; otherwise the
// furthest of them; waiting without any.
WorkStatus status_by_crews(const WorkTask& task);

}  // namespace gridmend
