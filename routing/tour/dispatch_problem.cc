#include "routing/tour/dispatch_problem.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "core/base/parallel_for.h"

namespace gridmend {
namespace {

using Precedence = std::vector<Id<DispatchTask>> DispatchTask::*;

tl::unexpected<Error> wrong(std::string reason, std::string message, std::string field) {
  return refuse(ErrorCode::invalid_argument, std::move(reason), std::move(message),
                std::move(field));
}

std::string field_of(const char* table, std::size_t index, const char* field) {
  return std::string(table) + "[" + std::to_string(index) + "]." + field;
}

// Sums and products of so many of them stay numbers.
constexpr double kMost = 1e15;

struct NamedQuantity {
  const char* field;
  double value;
  bool may_be_infinite;
};

Result<void> check_quantities(const char* table, std::size_t index, const std::string& id,
                              std::initializer_list<NamedQuantity> quantities) {
  for (const NamedQuantity& quantity : quantities) {
    const char* fault = nullptr;
    if (std::isnan(quantity.value)) {
      fault = "not a number";
    } else if (quantity.value < 0) {
      fault = "negative";
    } else if (std::isinf(quantity.value) && !quantity.may_be_infinite) {
      fault = "infinite";
    } else if (std::isfinite(quantity.value) && quantity.value > kMost) {
      fault = "beyond all measure";
    }
    if (fault != nullptr) {
      return wrong("QUANTITY_REFUSED", "'" + id + "': " + quantity.field + " is " + fault,
                   field_of(table, index, quantity.field));
    }
  }
  return {};
}

Result<void> check_matrix(const DispatchProblem& problem, std::size_t m) {
  const TravelMatrix& matrix = problem.travel[m];
  const std::string field = "travel[" + std::to_string(m) + "]";
  if (matrix.sites() != problem.sites) {
    return wrong("MATRIX_SIZE",
                 "the matrix has " + std::to_string(matrix.sites()) + " rows, there are " +
                     std::to_string(problem.sites) + " sites",
                 field);
  }
  const auto is_sound = [&](std::uint32_t from, std::uint32_t to) {
    const double seconds = matrix(from, to);
    return static_cast<unsigned>(seconds >= 0) &
           (static_cast<unsigned>(seconds <= kMost) | static_cast<unsigned>(seconds == kNever));
  };
  for (std::uint32_t from = 0; from < matrix.sites(); ++from) {
    unsigned sound = 1;
    for (std::uint32_t to = 0; to < matrix.sites(); ++to) sound &= is_sound(from, to);
    for (std::uint32_t to = 0; to < matrix.sites() && sound == 0; ++to) {
      if (is_sound(from, to) != 0) continue;
      return wrong("TRAVEL_TIME_REFUSED",
                   "the travel time from site " + std::to_string(from) + " to site " +
                       std::to_string(to) + " is negative, not a number, or beyond all measure",
                   field);
    }
  }
  return {};
}

Result<void> check_matrices(const DispatchProblem& problem) {
  if (problem.travel.empty())
    return wrong("NO_TRAVEL_TIMES", "there is no travel matrix", "travel");
  std::vector<Result<void>> checked(problem.travel.size());
  parallel_for(checked.size(), processors(),
               [&](std::size_t m) { checked[m] = check_matrix(problem, m); });
  const auto refused = std::ranges::find_if(checked, [](const auto& one) { return !one; });
  return refused == checked.end() ? Result<void>{} : *refused;
}

Result<void> check_crew(const DispatchProblem& problem, std::size_t index) {
  const DispatchCrew& crew = problem.crews[index];
  if (crew.start_site.index >= problem.sites) {
    return wrong("SITE_UNKNOWN", "crew '" + crew.id + "' starts at no site of the problem",
                 field_of("crews", index, "start_site"));
  }
  if (crew.end_site.valid() && crew.end_site.index >= problem.sites) {
    return wrong("SITE_UNKNOWN", "crew '" + crew.id + "' ends at no site of the problem",
                 field_of("crews", index, "end_site"));
  }
  if (crew.matrix >= problem.travel.size()) {
    return wrong("MATRIX_UNKNOWN", "crew '" + crew.id + "' uses a travel matrix that is not there",
                 field_of("crews", index, "matrix"));
  }
  if (crew.rest_latest < crew.rest_earliest) {
    return wrong("REST_WINDOW", "crew '" + crew.id + "' has a break that ends before it may begin",
                 field_of("crews", index, "rest_latest"));
  }
  return check_quantities("crews", index, crew.id,
                          {{"start_time", crew.start_time, false},
                           {"shift_end", crew.shift_end, true},
                           {"capacity", crew.capacity, true},
                           {"load", crew.load, true},
                           {"rest_length", crew.rest_length, false},
                           {"rest_earliest", crew.rest_earliest, false},
                           {"rest_latest", crew.rest_latest, true},
                           {"return_weight", crew.return_weight, false},
                           {"leave_by", crew.leave_by, true}});
}

Result<void> check_task(const DispatchProblem& problem, std::size_t index) {
  const DispatchTask& task = problem.tasks[index];
  if (task.site.index >= problem.sites) {
    return wrong("SITE_UNKNOWN", "task '" + task.id + "' is at no site of the problem",
                 field_of("tasks", index, "site"));
  }
  if (task.crews_needed < 1) {
    return wrong("CREWS_NEEDED", "task '" + task.id + "' needs fewer than one crew",
                 field_of("tasks", index, "crews_needed"));
  }
  for (const auto& [crew, field] :
       {std::pair{task.pinned_to, "pinned_to"}, std::pair{task.held_by, "held_by"}}) {
    if (crew.valid() && crew.index >= problem.crews.size()) {
      return wrong("CREW_UNKNOWN", "task '" + task.id + "' names a crew that is not there",
                   field_of("tasks", index, field));
    }
  }
  if (task.started && !crew_under_way(task).valid()) {
    return wrong("STARTED_BY_NOBODY", "task '" + task.id + "' is started, but no crew holds it",
                 field_of("tasks", index, "started"));
  }
  if (task.turn_penalty > 0 && (!task.held_by.valid() || task.started)) {
    return wrong("NOBODY_ON_THE_WAY",
                 "task '" + task.id + "' has a turn penalty, but no crew is on its way to it",
                 field_of("tasks", index, "turn_penalty"));
  }
  for (const Id<DispatchCrew> crew : task.vetoed) {
    if (crew.index < problem.crews.size()) continue;
    return wrong("CREW_UNKNOWN", "task '" + task.id + "' names a crew that is not there",
                 field_of("tasks", index, "vetoed"));
  }
  for (const auto& [list, field] :
       {std::pair{&task.after, "after"}, std::pair{&task.hard_after, "hard_after"}}) {
    for (const Id<DispatchTask> other : *list) {
      if (other.index < problem.tasks.size()) continue;
      return wrong("TASK_UNKNOWN", "task '" + task.id + "' comes after a task that is not there",
                   field_of("tasks", index, field));
    }
  }
  return check_quantities("tasks", index, task.id,
                          {{"duration", task.duration, false},
                           {"weight", task.weight, false},
                           {"demand", task.demand, false},
                           {"earliest", task.earliest, true},
                           {"deadline", task.deadline, true},
                           {"leave_by", task.leave_by, true},
                           {"due", task.due, true},
                           {"late_weight", task.late_weight, false},
                           {"change_penalty", task.change_penalty, false},
                           {"turn_penalty", task.turn_penalty, false}});
}

Result<void> check_depot(const DispatchProblem& problem, std::size_t index) {
  const DispatchDepot& depot = problem.depots[index];
  if (depot.site.index >= problem.sites) {
    return wrong("SITE_UNKNOWN", "depot '" + depot.id + "' is at no site of the problem",
                 field_of("depots", index, "site"));
  }
  return check_quantities("depots", index, depot.id,
                          {{"duration", depot.duration, false},
                           {"earliest", depot.earliest, true},
                           {"leave_by", depot.leave_by, true}});
}

// The tasks of one cycle in the order of the precedence, empty if there is none. Depth first with
// a stack of its own: chains are as long as the problem.
std::vector<std::size_t> find_cycle(const DispatchProblem& problem, Precedence precedence) {
  enum class Mark : std::uint8_t { unseen, open, closed };
  std::vector<Mark> marks(problem.tasks.size(), Mark::unseen);
  std::vector<std::pair<std::size_t, std::size_t>> path;  // task, next predecessor to look at
  for (std::size_t root = 0; root < problem.tasks.size(); ++root) {
    if (marks[root] != Mark::unseen) continue;
    path.assign(1, {root, 0});
    marks[root] = Mark::open;
    while (!path.empty()) {
      auto& [task, next] = path.back();
      const auto& before = problem.tasks[task].*precedence;
      if (next == before.size()) {
        marks[task] = Mark::closed;
        path.pop_back();
        continue;
      }
      const std::size_t other = before[next++].index;
      if (marks[other] == Mark::open) {
        std::vector<std::size_t> cycle{other};
        for (auto step = path.rbegin(); step->first != other; ++step) cycle.push_back(step->first);
        return cycle;
      }
      if (marks[other] == Mark::unseen) {
        marks[other] = Mark::open;
        path.emplace_back(other, 0);
      }
    }
  }
  return {};
}

Result<void> check_precedence(const DispatchProblem& problem, Precedence precedence,
                              const char* field) {
  const std::vector<std::size_t> cycle = find_cycle(problem, precedence);
  if (cycle.empty()) return {};
  std::string names;
  for (const std::size_t task : cycle) names += "'" + problem.tasks[task].id + "' before ";
  return wrong("PRECEDENCE_CYCLE",
               "the precedence goes in a circle: " + names + "'" + problem.tasks[cycle[0]].id + "'",
               field_of("tasks", cycle[0], field));
}

}  // namespace

Result<void> validate(const DispatchProblem& problem) {
  if (Result<void> checked = check_matrices(problem); !checked) return checked;
  for (std::size_t i = 0; i < problem.crews.size(); ++i) {
    if (Result<void> checked = check_crew(problem, i); !checked) return checked;
  }
  for (std::size_t i = 0; i < problem.tasks.size(); ++i) {
    if (Result<void> checked = check_task(problem, i); !checked) return checked;
  }
  for (std::size_t i = 0; i < problem.depots.size(); ++i) {
    if (Result<void> checked = check_depot(problem, i); !checked) return checked;
  }
  if (Result<void> checked = check_precedence(problem, &DispatchTask::after, "after"); !checked) {
    return checked;
  }
  return check_precedence(problem, &DispatchTask::hard_after, "hard_after");
}

Id<DispatchCrew> crew_under_way(const DispatchTask& task) {
  if (!task.started) return {};
  return task.held_by.valid() ? task.held_by : task.pinned_to;
}

bool is_vetoed(const DispatchTask& task, Id<DispatchCrew> crew) {
  return std::find(task.vetoed.begin(), task.vetoed.end(), crew) != task.vetoed.end();
}

double harm_of(const DispatchTask& task, double restored) {
  const double late = std::max(0.0, restored - task.due);
  return task.weight * restored + (task.late_weight > 0 ? task.late_weight * late : 0);
}

double weight_at(const DispatchTask& task, double restored) {
  return task.weight + (restored >= task.due ? task.late_weight : 0);
}

}  // namespace gridmend
