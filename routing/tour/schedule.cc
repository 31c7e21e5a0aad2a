#include "routing/tour/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/base/check.h"

namespace gridmend {

Schedule::Schedule(const ProblemIndex& index)
    : index_(&index),
      tours_(index.problem().crews.size()),
      holders_(index.problem().tasks.size()),
      start_(holders_.size(), 0),
      completion_(holders_.size(), 0),
      restored_(holders_.size(), 0),
      credit_(holders_.size(), 0),
      credited_(holders_.size(), 0),
      critical_(holders_.size()),
      absent_(holders_.size()),
      is_touched_(tours_.size(), 0),
      former_(tours_.size()),
      is_affected_(holders_.size(), 0),
      is_credit_dirty_(tours_.size(), 0),
      crews_arrived_(holders_.size(), 0),
      hard_open_(holders_.size(), 0) {
  soft_rank_.resize(holders_.size());
  for (std::size_t i = 0; i < holders_.size(); ++i) soft_rank_[index.soft_order()[i].index] = i;
  for (std::size_t c = 0; c < tours_.size(); ++c) dirty_.emplace_back(c);
  refresh();
}

double Schedule::ready(Id<DispatchTask> id) const {
  const DispatchTask& task = index_->task(id);
  if (task.started) return 0;
  double ready = task.earliest;
  for (const Id<DispatchTask> before : task.hard_after) {
    ready = std::max(ready, is_present(before) ? completion(before) : kNever);
  }
  return ready;
}

double Schedule::restored(Id<DispatchTask> id) const {
  if (index_->is_soft()) return restored_[id.index];
  return is_present(id) ? completion(id) : 0;
}

double Schedule::objective() const {
  double objective = 0;
  for (const Tour& tour : tours_) objective += tour.harm;
  if (!index_->is_soft()) return objective;
  for (std::size_t t = 0; t < restored_.size(); ++t) {
    objective += harm_of(index_->problem().tasks[t], restored_[t]);
  }
  return objective;
}

PlanValue Schedule::value() const {
  if (absent_ == 0) return {0, 0, objective()};
  std::vector<char> in_the_dark(holders_.size(), 0);
  for (std::size_t t = 0; t < holders_.size(); ++t) {
    if (!holders_[t].empty()) continue;
    in_the_dark[t] = 1;
    for (const Id<DispatchTask> next : index_->soft_successors(Id<DispatchTask>{t})) {
      in_the_dark[next.index] = 1;
    }
  }
  // Added up anew: what is in the dark may be so much more that taking it off leaves nothing true.
  PlanValue value{0, absent_, 0};
  for (const Tour& tour : tours_) value.objective += tour.harm;
  for (std::size_t t = 0; t < holders_.size(); ++t) {
    const DispatchTask& task = index_->problem().tasks[t];
    if (in_the_dark[t] != 0) {
      value.unserved_weight += task.weight + task.late_weight;
    } else if (index_->is_soft()) {
      value.objective += harm_of(task, restored_[t]);
    }
  }
  return value;
}

CrewSequences Schedule::sequences() const {
  CrewSequences sequences;
  sequences.reserve(tours_.size());
  for (const Tour& tour : tours_) sequences.push_back(tour.tasks);
  return sequences;
}

void Schedule::remember() {
  for (const Id<DispatchCrew> crew : touched_) is_touched_[crew.index] = 0;
  touched_.clear();
}

void Schedule::touch(Id<DispatchCrew> crew) {
  if (std::find(dirty_.begin(), dirty_.end(), crew) == dirty_.end()) dirty_.push_back(crew);
  if (is_touched_[crew.index] != 0) return;
  is_touched_[crew.index] = 1;
  touched_.push_back(crew);
  former_[crew.index] = tours_[crew.index].tasks;
}

void Schedule::roll_back() {
  for (const Id<DispatchCrew> crew : touched_) {
    for (const Id<DispatchTask> id : tours_[crew.index].tasks) {
      auto& holders = holders_[id.index];
      std::erase(holders, crew);
      if (holders.empty()) {
        ++absent_;
        taken_.push_back(id);
      }
    }
  }
  for (const Id<DispatchCrew> crew : touched_) {
    dirty_.push_back(crew);
    tours_[crew.index].tasks = former_[crew.index];
    for (const Id<DispatchTask> id : tours_[crew.index].tasks) {
      auto& holders = holders_[id.index];
      if (holders.empty()) --absent_;
      holders.insert(std::upper_bound(holders.begin(), holders.end(), crew), crew);
    }
    is_touched_[crew.index] = 0;
  }
  touched_.clear();
  GRIDMEND_CHECK(refresh(), "the state remembered was feasible");
}

bool Schedule::insert(Id<DispatchTask> id, std::span<const Slot> slots) {
  GRIDMEND_CHECK(!is_present(id), "a task is inserted once");
  for (const Slot slot : slots) {
    touch(slot.crew);
    auto& tasks = tours_[slot.crew.index].tasks;
    tasks.insert(tasks.begin() + slot.position, id);
    auto& holders = holders_[id.index];
    holders.insert(std::upper_bound(holders.begin(), holders.end(), slot.crew), slot.crew);
  }
  --absent_;
  if (refresh()) return true;
  take_out(id);
  GRIDMEND_CHECK(refresh(), "the state before the insertion was feasible");
  return false;
}

bool Schedule::remove(std::span<const Id<DispatchTask>> tasks) {
  for (const Id<DispatchTask> id : tasks) take_out(id);
  return refresh();
}

void Schedule::take_out(Id<DispatchTask> id) {
  for (const Id<DispatchCrew> crew : holders_[id.index]) {
    touch(crew);
    auto& tasks = tours_[crew.index].tasks;
    tasks.erase(std::find(tasks.begin(), tasks.end(), id));
  }
  holders_[id.index].clear();
  taken_.push_back(id);
  ++absent_;
}

bool Schedule::lay_out(const CrewSequences& sequences) {
  GRIDMEND_CHECK(absent_ == holders_.size(), "the schedule is empty");
  for (std::size_t c = 0; c < tours_.size(); ++c) {
    const Id<DispatchCrew> crew{c};
    touch(crew);
    tours_[c].tasks = sequences[c];
    for (const Id<DispatchTask> id : sequences[c]) {
      if (holders_[id.index].empty()) --absent_;
      holders_[id.index].push_back(crew);
    }
  }
  return refresh();
}

bool Schedule::reorder(Id<DispatchCrew> crew, std::span<const Id<DispatchTask>> tasks) {
  touch(crew);
  tours_[crew.index].tasks.assign(tasks.begin(), tasks.end());
  return refresh();
}

// Leaves the dirty tours dirty when it fails: the next refresh times them again.
bool Schedule::refresh() {
  if (index_->is_coupled()) {
    dirty_.clear();
    for (std::size_t c = 0; c < tours_.size(); ++c) dirty_.emplace_back(c);
  }
  if (index_->is_coupled() && !time_all()) return false;
  for (const Id<DispatchCrew> crew : dirty_) {
    if (!index_->is_coupled() && !time_tour(crew)) return false;
    if (!measure(crew)) return false;
  }
  for (const Id<DispatchCrew> crew : dirty_) is_credit_dirty_[crew.index] = 1;
  restore_dirty();
  for (std::size_t c = 0; c < tours_.size(); ++c) {
    if (is_credit_dirty_[c] == 0) continue;
    is_credit_dirty_[c] = 0;
    credit(Id<DispatchCrew>{c});
  }
  dirty_.clear();
  taken_.clear();
  return true;
}

void Schedule::begin_tour(Id<DispatchCrew> crew) {
  Tour& tour = tours_[crew.index];
  tour.arrival.clear();
  tour.place_before.assign(1, index_->crew(crew).start_site);
  tour.departure.assign(1, index_->crew(crew).start_time);
  if (!index_->pauses(crew)) return;
  const CrewState start = at_the_start(*index_, crew);
  tour.left.assign(1, start.left);
  tour.rested.assign(1, start.rested ? 1 : 0);
}

CrewState Schedule::state(Slot slot) const {
  const Tour& tour = tours_[slot.crew.index];
  const double leave_by = slot.position == 0 ? index_->crew(slot.crew).leave_by
                                             : index_->task(tour.tasks[slot.position - 1]).leave_by;
  return {tour.departure[slot.position], tour.place_before[slot.position], tour.left[slot.position],
          tour.rested[slot.position] != 0, leave_by};
}

// When the crew is at the next stop of the tour it is being driven through.
double Schedule::approach(Id<DispatchCrew> crew, Id<DispatchTask> id) {
  Tour& tour = tours_[crew.index];
  if (!index_->pauses(crew)) {
    return tour.departure.back() +
           index_->travel(crew)(tour.place_before.back().index, index_->task(id).site.index);
  }
  const auto slot = static_cast<std::uint32_t>(tour.arrival.size());
  const TourLeg leg = leg_to(*index_, crew, state({crew, slot}), id);
  tour.left.push_back(leg.left);
  tour.rested.push_back(leg.rested ? 1 : 0);
  return leg.arrival;
}

bool Schedule::time_tour(Id<DispatchCrew> crew) {
  begin_tour(crew);
  Tour& tour = tours_[crew.index];
  for (const Id<DispatchTask> id : tour.tasks) {
    const DispatchTask& task = index_->task(id);
    const double arrival = approach(crew, id);
    if (!std::isfinite(arrival)) return false;
    start_[id.index] = task.started ? arrival : std::max(arrival, task.earliest);
    completion_[id.index] = start_[id.index] + task.duration;
    tour.arrival.push_back(arrival);
    tour.place_before.push_back(task.site);
    tour.departure.push_back(completion_[id.index]);
  }
  return true;
}

// Crews drive on until each stands before a stop that waits for others; a stop starts when the last
// of its crews and its hard predecessors is there.
bool Schedule::time_all() {
  for (std::size_t t = 0; t < holders_.size(); ++t) {
    crews_arrived_[t] = 0;
    hard_open_[t] = 0;
    const DispatchTask& task = index_->problem().tasks[t];
    start_[t] = task.started ? 0 : task.earliest;
    if (task.started || holders_[t].empty()) continue;
    hard_open_[t] = static_cast<std::uint32_t>(task.hard_after.size());
  }
  moving_.clear();
  startable_.clear();
  for (std::size_t c = tours_.size(); c-- > 0;) {
    begin_tour(Id<DispatchCrew>{c});
    moving_.emplace_back(c);
  }
  while (!moving_.empty()) {
    const Id<DispatchCrew> crew = moving_.back();
    moving_.pop_back();
    if (!arrive(crew)) return false;
    while (!startable_.empty()) {
      const Id<DispatchTask> id = startable_.back();
      startable_.pop_back();
      complete(id);
    }
  }
  return std::all_of(tours_.begin(), tours_.end(), [](const Tour& tour) {
    return tour.departure.size() == tour.tasks.size() + 1;
  });
}

bool Schedule::is_startable(Id<DispatchTask> id) const {
  return crews_arrived_[id.index] == holders_[id.index].size() && hard_open_[id.index] == 0;
}

bool Schedule::arrive(Id<DispatchCrew> crew) {
  Tour& tour = tours_[crew.index];
  const std::size_t next = tour.arrival.size();
  if (next == tour.tasks.size()) return true;
  const Id<DispatchTask> id = tour.tasks[next];
  const double arrival = approach(crew, id);
  if (!std::isfinite(arrival)) return false;
  tour.arrival.push_back(arrival);
  start_[id.index] = std::max(start_[id.index], arrival);
  ++crews_arrived_[id.index];
  if (is_startable(id)) startable_.push_back(id);
  return true;
}

void Schedule::complete(Id<DispatchTask> id) {
  completion_[id.index] = start_[id.index] + index_->task(id).duration;
  for (const Id<DispatchCrew> crew : holders_[id.index]) {
    tours_[crew.index].place_before.push_back(index_->task(id).site);
    tours_[crew.index].departure.push_back(completion_[id.index]);
    moving_.push_back(crew);
  }
  for (const Id<DispatchTask> next : index_->hard_successors(id)) {
    if (!is_present(next) || index_->task(next).started) continue;
    start_[next.index] = std::max(start_[next.index], completion(id));
    --hard_open_[next.index];
    if (is_startable(next)) startable_.push_back(next);
  }
}

// The way home, the load, and backwards from the end how much later each stop may start.
bool Schedule::measure(Id<DispatchCrew> crew) {
  Tour& tour = tours_[crew.index];
  const DispatchCrew& who = index_->crew(crew);
  const std::size_t count = tour.tasks.size();
  double home = count == 0 ? 0 : tour.departure[count];
  if (count > 0 && who.end_site.valid()) {
    home += index_->travel(crew)(tour.place_before[count].index, who.end_site.index);
  }
  tour.arrival.push_back(home);
  tour.slack.resize(count + 1);
  tour.slack[count] = std::isfinite(home) ? who.shift_end - home : -kNever;
  tour.load = 0;
  tour.started = 0;
  for (const Id<DispatchTask> id : tour.tasks) {
    const DispatchTask& task = index_->task(id);
    tour.load += task.demand / index_->crews_of(id);
    tour.started += task.started ? 1 : 0;
  }
  const bool all_started = tour.started == count;
  const bool overloaded = !index_->reloads(crew) && tour.load > index_->carries(crew) * (1 + 1e-12);
  if (!all_started && (tour.slack[count] < 0 || overloaded)) return false;
  tour.has_waits = false;
  double wait_behind = 0;
  for (std::size_t i = count; i-- > 0;) {
    const DispatchTask& task = index_->task(tour.tasks[i]);
    const double start = start_[tour.tasks[i].index];
    const double own = task.started ? kNever : task.deadline - start;
    if (own < 0) return false;
    if (index_->rests(crew) && !task.started &&
        misses_rest(who, tour.rested[i + 1] != 0, tour.departure[i + 1])) {
      return false;
    }
    tour.slack[i] = std::min(own, tour.slack[i + 1] + wait_behind);
    wait_behind = start - tour.arrival[i];
    if (wait_behind > 0) tour.has_waits = true;
  }
  return true;
}

// Tasks of the dirty tours, tasks taken out of them, and the soft successors of both.
void Schedule::restore_dirty() {
  if (!index_->is_soft()) return;
  affected_.clear();
  const auto add = [&](Id<DispatchTask> id) {
    if (is_affected_[id.index] != 0) return;
    is_affected_[id.index] = 1;
    affected_.push_back(id);
  };
  const auto add_with_successors = [&](Id<DispatchTask> id) {
    add(id);
    for (const Id<DispatchTask> next : index_->soft_successors(id)) add(next);
  };
  for (const Id<DispatchCrew> crew : dirty_) {
    for (const Id<DispatchTask> id : tours_[crew.index].tasks) add_with_successors(id);
  }
  for (const Id<DispatchTask> id : taken_) add_with_successors(id);
  std::sort(affected_.begin(), affected_.end(), [&](Id<DispatchTask> a, Id<DispatchTask> b) {
    return soft_rank_[a.index] < soft_rank_[b.index];
  });
  for (const Id<DispatchTask> id : affected_) {
    is_affected_[id.index] = 0;
    restore(id);
  }
}

void Schedule::restore(Id<DispatchTask> id) {
  const DispatchTask& task = index_->task(id);
  double restored = 0;
  Id<DispatchTask> critical;
  if (is_present(id)) {
    restored = completion(id);
    critical = id;
  }
  for (const Id<DispatchTask> before : task.after) {
    if (!critical_[before.index].valid() || restored_[before.index] <= restored) continue;
    restored = restored_[before.index];
    critical = critical_[before.index];
  }
  restored_[id.index] = restored;
  const Id<DispatchTask> former = critical_[id.index];
  const double weight = weight_at(task, restored);
  const double former_weight = std::exchange(credited_[id.index], weight);
  if (critical == former && weight == former_weight) return;
  critical_[id.index] = critical;
  if (former.valid()) credit_[former.index] -= former_weight;
  if (critical.valid()) credit_[critical.index] += weight;
  for (const Id<DispatchTask> changed : {former, critical}) {
    if (!changed.valid()) continue;
    for (const Id<DispatchCrew> crew : holders(changed)) is_credit_dirty_[crew.index] = 1;
  }
}

// What waits behind each slot, and the tour's harm: penalties, the return, and its tasks' own harm
// where nothing is shared.
void Schedule::credit(Id<DispatchCrew> crew) {
  Tour& tour = tours_[crew.index];
  const std::size_t count = tour.tasks.size();
  double behind = index_->crew(crew).return_weight;
  tour.harm = std::isfinite(tour.arrival[count]) ? behind * tour.arrival[count] : 0;
  tour.credit_behind.resize(count + 1);
  tour.credit_behind[count] = behind;
  const bool soft = index_->is_soft();
  for (std::size_t i = count; i-- > 0;) {
    const Id<DispatchTask> id = tour.tasks[i];
    const bool leads = holders_[id.index].front() == crew;  // several crews: counted once
    if (!soft) credit_[id.index] = weight_at(index_->task(id), completion_[id.index]);
    if (!soft && leads) tour.harm += harm_of(index_->task(id), completion_[id.index]);
    if (leads) tour.harm += penalty(id);
    behind += credit_[id.index];
    tour.credit_behind[i] = behind;
  }
}

double Schedule::penalty(Id<DispatchTask> id) const {
  const DispatchTask& task = index_->task(id);
  if (!task.held_by.valid()) return 0;
  const auto& holders = holders_[id.index];
  const bool kept = std::find(holders.begin(), holders.end(), task.held_by) != holders.end();
  if (task.turn_penalty == 0) return kept ? 0 : task.change_penalty;
  const Tour& tour = tours_[task.held_by.index];
  const bool turns = tour.started == tour.tasks.size() || tour.tasks[tour.started] != id;
  return (kept ? 0 : task.change_penalty) + (turns ? task.turn_penalty : 0);
}

}  // namespace gridmend
