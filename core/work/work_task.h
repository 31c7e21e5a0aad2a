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
  std::string crew;                     // who holds it; empty: nobody
  std::string pinned_to;                // an operator's decision; empty: none
  std::optional<Time> completed_at;
  std::string finding;                    // what the crew reported
  std::vector<std::string> vetoed_crews;  // never these: an operator's decision; in order of id
  std::optional<Time> due;                // from then on it weighs so much more:
  double late_weight = 0;
};

bool is_vetoed(const WorkTask& task, std::string_view crew);

}  // namespace gridmend
