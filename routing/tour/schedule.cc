#include "routing/tour/schedule.h"

#include <algorithm>
#include <cmath>

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
      critical_(holders_.size()),
      crews_arrived_(holders_.size(), 0),
      hard_open_(holders_.size(), 0),
      next_stop_(tours_.size(), 0) {
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

double Schedule::departure(Slot slot) const {
  if (slot.position == 0) return index_->crew(slot.crew).start_time;
  return completion(tour(slot.crew).tasks[slot.position - 1]);
}

Id<Site> Schedule::place_before(Slot slot) const {
  if (slot.position == 0) return index_->crew(slot.crew).start_site;
  return index_->task(tour(slot.crew).tasks[slot.position - 1]).site;
}

CrewSequences Schedule::sequences() const {
  CrewSequences sequences;
  sequences.reserve(tours_.size());
  for (const Tour& tour : tours_) sequences.push_back(tour.tasks);
  return sequences;
}

bool Schedule::insert(Id<DispatchTask> id, std::span<const Slot> slots) {
  GRIDMEND_CHECK(!is_present(id), "a task is inserted once");
  const DispatchTask& task = index_->task(id);
  for (const Slot slot : slots) {
    Tour& tour = tours_[slot.crew.index];
    tour.tasks.insert(tour.tasks.begin() + slot.position, id);
    tour.load += task.demand / static_cast<double>(slots.size());
    tour.started += task.started ? 1 : 0;
    holders_[id.index].push_back(slot.crew);
  }
  if (refresh()) return true;
  remove(id);
  return false;
}

void Schedule::remove(Id<DispatchTask> id) {
  const DispatchTask& task = index_->task(id);
  const auto& holders = holders_[id.index];
  for (const Id<DispatchCrew> crew : holders) {
    Tour& tour = tours_[crew.index];
    tour.tasks.erase(std::find(tour.tasks.begin(), tour.tasks.end(), id));
    tour.load -= task.demand / static_cast<double>(holders.size());
    tour.started -= task.started ? 1 : 0;
    if (tour.tasks.empty()) tour.load = 0;
  }
  holders_[id.index].clear();
  GRIDMEND_CHECK(refresh(), "a schedule with less in it stays feasible");
}

bool Schedule::refresh() {
  if (!time_all()) return false;
  for (std::size_t c = 0; c < tours_.size(); ++c) {
    if (!measure(tours_[c], Id<DispatchCrew>{c})) return false;
  }
  restore_all();
  credit_all();
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
  std::size_t stops_open = 0;
  for (std::size_t c = tours_.size(); c-- > 0;) {
    next_stop_[c] = 0;
    tours_[c].arrival.clear();
    stops_open += tours_[c].tasks.size();
    moving_.emplace_back(c);
  }
  while (!moving_.empty()) {
    const Id<DispatchCrew> crew = moving_.back();
    moving_.pop_back();
    if (next_stop_[crew.index] == tours_[crew.index].tasks.size()) continue;
    --stops_open;
    if (!arrive(crew)) return false;
    while (!startable_.empty()) {
      const Id<DispatchTask> id = startable_.back();
      startable_.pop_back();
      complete(id);
    }
  }
  for (std::size_t c = 0; c < tours_.size(); ++c) {
    if (next_stop_[c] != tours_[c].tasks.size()) return false;
  }
  return stops_open == 0;
}

bool Schedule::is_startable(Id<DispatchTask> id) const {
  return crews_arrived_[id.index] == holders_[id.index].size() && hard_open_[id.index] == 0;
}

bool Schedule::arrive(Id<DispatchCrew> crew) {
  Tour& tour = tours_[crew.index];
  const Slot slot{crew, next_stop_[crew.index]};
  const Id<DispatchTask> id = tour.tasks[slot.position];
  const double arrival =
      departure(slot) + index_->travel(crew)(place_before(slot).index, index_->task(id).site.index);
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
    ++next_stop_[crew.index];
    moving_.push_back(crew);
  }
  for (const Id<DispatchTask> next : index_->hard_successors(id)) {
    if (!is_present(next) || index_->task(next).started) continue;
    start_[next.index] = std::max(start_[next.index], completion(id));
    --hard_open_[next.index];
    if (is_startable(next)) startable_.push_back(next);
  }
}

// The way home, and backwards from it how much later each stop may start.
bool Schedule::measure(Tour& tour, Id<DispatchCrew> crew) {
  const DispatchCrew& who = index_->crew(crew);
  const std::size_t count = tour.tasks.size();
  tour.slack.resize(count + 1);
  tour.has_waits = false;
  tour.return_arrival = who.start_time;
  tour.slack[count] = kNever;
  if (count == 0) return true;
  tour.return_arrival = departure({crew, static_cast<std::uint32_t>(count)});
  if (who.end_site.valid()) {
    const Id<Site> last = place_before({crew, static_cast<std::uint32_t>(count)});
    tour.return_arrival += index_->travel(crew)(last.index, who.end_site.index);
  }
  tour.slack[count] = who.shift_end - tour.return_arrival;
  if (std::isnan(tour.slack[count])) tour.slack[count] = -kNever;
  const bool all_started = tour.started == count;
  if (!all_started && (tour.slack[count] < 0 || tour.load > who.capacity * (1 + 1e-12))) {
    return false;
  }
  double wait_behind = 0;
  for (std::size_t i = count; i-- > 0;) {
    const DispatchTask& task = index_->task(tour.tasks[i]);
    const double start = start_[tour.tasks[i].index];
    const double own = task.started ? kNever : task.deadline - start;
    if (own < 0) return false;
    tour.slack[i] = std::min(own, tour.slack[i + 1] + wait_behind);
    wait_behind = start - tour.arrival[i];
    if (wait_behind > 0) tour.has_waits = true;
  }
  return true;
}

void Schedule::restore_all() {
  objective_ = 0;
  std::fill(credit_.begin(), credit_.end(), 0.0);
  for (const Id<DispatchTask> id : index_->soft_order()) {
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
    critical_[id.index] = critical;
    if (critical.valid()) credit_[critical.index] += task.weight;
    objective_ += task.weight * restored + penalty(id);
  }
}

void Schedule::credit_all() {
  for (std::size_t c = 0; c < tours_.size(); ++c) {
    Tour& tour = tours_[c];
    const double return_weight = index_->problem().crews[c].return_weight;
    tour.credit_behind.resize(tour.tasks.size() + 1);
    double behind = return_weight;
    tour.credit_behind[tour.tasks.size()] = behind;
    for (std::size_t i = tour.tasks.size(); i-- > 0;) {
      behind += credit_[tour.tasks[i].index];
      tour.credit_behind[i] = behind;
    }
    const bool comes_home = !tour.tasks.empty() && std::isfinite(tour.return_arrival);
    if (comes_home) objective_ += return_weight * tour.return_arrival;
  }
}

double Schedule::penalty(Id<DispatchTask> id) const {
  const DispatchTask& task = index_->task(id);
  if (!task.held_by.valid() || !is_present(id)) return 0;
  const auto& holders = holders_[id.index];
  const bool kept = std::find(holders.begin(), holders.end(), task.held_by) != holders.end();
  return kept ? 0 : task.change_penalty;
}

}  // namespace gridmend
