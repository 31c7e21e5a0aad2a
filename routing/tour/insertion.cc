#include "routing/tour/insertion.h"

#include <algorithm>
#include <cmath>

namespace gridmend {
namespace {

constexpr std::size_t kTries = 8;

void keep_cheapest(std::vector<Insertion>& found, std::size_t limit) {
  std::stable_sort(found.begin(), found.end(),
                   [](const Insertion& a, const Insertion& b) { return a.cost < b.cost; });
  if (found.size() > limit) found.resize(limit);
}

// The cheapest slots over all tours. When several crews are needed and one of them is given, only
// that one's: the others join it.
std::vector<SlotCost> cheapest_slots(const Schedule& schedule, Id<DispatchTask> task,
                                     const SlotPricer& pricer, std::size_t limit) {
  const ProblemIndex& index = schedule.index();
  const bool is_started = index.task(task).started;
  const Id<DispatchCrew> leader =
      index.crews_of(task) > 1 ? index.bound_crew(task) : Id<DispatchCrew>::none();
  std::vector<SlotCost> found;
  for (const Id<DispatchCrew> crew : index.able_crews(task)) {
    if (leader.valid() && crew != leader) continue;
    if (!pricer.has_room(crew)) continue;
    const Schedule::Tour& tour = schedule.tour(crew);
    const auto last = static_cast<std::uint32_t>(is_started ? tour.started : tour.tasks.size());
    for (std::uint32_t position = tour.started; position <= last; ++position) {
      const bool full = found.size() >= limit;
      const double worst = full && !is_started ? found.back().cost : kNever;
      if (pricer.harm_in({crew, position}) >= worst) break;
      const double cost = pricer.cost({crew, position}, worst);
      if (!std::isfinite(cost) || (full && cost >= found.back().cost)) continue;
      if (full) found.pop_back();
      const auto place = std::upper_bound(found.begin(), found.end(), cost,
                                          [](double c, const SlotCost& s) { return c < s.cost; });
      found.insert(place, {cost, {crew, position}});
    }
  }
  return found;
}

// Starts with one crew's slot and adds the cheapest further crew until there are enough.
class Gathering {
 public:
  Gathering(const Schedule& schedule, Id<DispatchTask> task, const SlotPricer& pricer)
      : index_(schedule.index()), schedule_(schedule), task_(task), pricer_(pricer) {}

  Insertion run(Slot first) {
    group_ = {0, {first}};
    start_ = pricer_.start_in(first);
    while (static_cast<int>(group_.slots.size()) < index_.crews_of(task_)) {
      if (!add_cheapest()) return {};
    }
    const DispatchTask& task = index_.task(task_);
    if (task.held_by.valid() && !has(task.held_by)) group_.cost += task.change_penalty;
    return group_;
  }

 private:
  bool has(Id<DispatchCrew> crew) const {
    return std::any_of(group_.slots.begin(), group_.slots.end(),
                       [&](const Slot& slot) { return slot.crew == crew; });
  }

  double start_with(Slot slot) const { return std::max(start_, pricer_.start_in(slot)); }

  // What those who are there already pay for its completion.
  double gathered_cost(double completion) const {
    double cost = pricer_.harm()(completion);
    for (const Slot slot : group_.slots) cost += pricer_.tail_cost(slot, completion);
    return cost;
  }

  // `at_once`: gathered_cost() when nobody waits for the crew of this slot.
  double cost_with(Slot slot, double at_once, double limit) const {
    const double start = start_with(slot);
    if (!std::isfinite(start)) return kNever;
    const double completion = start + index_.task(task_).duration;
    if (pricer_.harm()(completion) >= limit) return kNever;
    const double gathered = start > start_ ? gathered_cost(completion) : at_once;
    return gathered >= limit ? kNever : gathered + pricer_.tail_cost(slot, completion);
  }

  bool add_cheapest() {
    SlotCost best;
    const double at_once = gathered_cost(start_ + index_.task(task_).duration);
    for (const Id<DispatchCrew> crew : index_.able_crews(task_)) {
      if (has(crew) || !pricer_.has_room(crew)) continue;
      const Schedule::Tour& tour = schedule_.tour(crew);
      for (std::uint32_t p = tour.started; p <= tour.tasks.size(); ++p) {
        if (pricer_.harm_in({crew, p}) >= best.cost) break;
        const double cost = cost_with({crew, p}, at_once, best.cost);
        if (cost < best.cost) best = {cost, {crew, p}};
      }
    }
    if (!std::isfinite(best.cost)) return false;
    start_ = start_with(best.slot);
    group_.slots.push_back(best.slot);
    group_.cost = best.cost;
    return true;
  }

  const ProblemIndex& index_;
  const Schedule& schedule_;
  Id<DispatchTask> task_;
  const SlotPricer& pricer_;
  Insertion group_;
  double start_ = 0;
};

}  // namespace

void CompletionHarm::look_at(const Schedule& schedule, Id<DispatchTask> task) {
  const ProblemIndex& index = schedule.index();
  pieces_.clear();
  add(index.task(task), schedule.restored(task));
  // Hard successors cannot be there without the task, nor be done before it.
  if (const double held_up = index.weight_held_up(task); held_up > 0) {
    pieces_.push_back({0, held_up, 0});
  }
  for (const Id<DispatchTask> next : index.soft_successors(task)) {
    add(index.task(next), schedule.restored(next));
  }
  if (pieces_.size() > 1) {
    std::sort(pieces_.begin(), pieces_.end(),
              [](const Piece& a, const Piece& b) { return a.from < b.from; });
  }
  Piece total;
  for (Piece& piece : pieces_) {
    total.weighted_from += piece.weight * piece.from;
    total.weight += piece.weight;
    piece.weight = total.weight;
    piece.weighted_from = total.weighted_from;
  }
}

void CompletionHarm::add(const DispatchTask& task, double restored) {
  pieces_.push_back({restored, task.weight, 0});
  if (task.late_weight > 0) pieces_.push_back({std::max(restored, task.due), task.late_weight, 0});
}

double CompletionHarm::operator()(double completion) const {
  if (pieces_.size() == 1) {
    return std::max(0.0, pieces_[0].weight * completion - pieces_[0].weighted_from);
  }
  auto above = std::partition_point(pieces_.begin(), pieces_.end(),
                                    [=](const Piece& piece) { return piece.from < completion; });
  if (above == pieces_.begin()) return 0;
  --above;
  return above->weight * completion - above->weighted_from;
}

void SlotPricer::look_at(Id<DispatchTask> task) {
  id_ = task;
  task_ = &schedule_.index().task(task);
  ready_ = schedule_.ready(task);
  demand_ = task_->demand / schedule_.index().crews_of(task);
  harm_.look_at(schedule_, task);
}

bool SlotPricer::has_room(Id<DispatchCrew> crew) const {
  if (task_->started) return true;
  const ProblemIndex& index = schedule_.index();
  const double load = index.reloads(crew) ? 0 : schedule_.tour(crew).load;
  return load + demand_ <= index.carries(crew) * (1 + 1e-12);
}

double SlotPricer::start_in(Slot slot) const {
  const Schedule::Tour& tour = schedule_.tour(slot.crew);
  const ProblemIndex& index = schedule_.index();
  const double arrival =
      index.pauses(slot.crew)
          ? leg_to(index, slot.crew, schedule_.state(slot), id_).arrival
          : tour.departure[slot.position] +
                index.way(slot.crew, tour.place_before[slot.position].index, task_->site.index);
  const double start = std::max(arrival, ready_);
  return start > task_->deadline && !task_->started ? kNever : start;
}

// What a later start of stop `position` costs in its own tour, the stop included. Waiting time
// swallows delay on the way; an earlier arrival (travel times off the triangle) is a gain as far as
// nothing else holds the stop back.
double SlotPricer::delay_cost(Id<DispatchCrew> crew, std::size_t position, double later) const {
  const Schedule::Tour& tour = schedule_.tour(crew);
  const ProblemIndex& index = schedule_.index();
  const bool exact_late = index.has_late() && !index.is_soft();
  if (later >= 0 && !tour.has_waits && !exact_late) {
    return later > tour.slack[position] ? kNever : later * tour.credit_behind[position];
  }
  const std::size_t count = tour.tasks.size();
  double cost = 0;
  for (std::size_t i = position; i < count; ++i) {
    const double start = schedule_.start(tour.tasks[i]);
    const double held = start > tour.arrival[i] ? start : schedule_.ready(tour.tasks[i]);
    later = std::max(tour.arrival[i] + later, held) - start;
    if (later == 0) return cost;
    if (later > tour.slack[i]) return kNever;
    if (exact_late) {
      const double completion = schedule_.completion(tour.tasks[i]);
      const DispatchTask& task = index.task(tour.tasks[i]);
      if (schedule_.crew_of(tour.tasks[i]) != crew) continue;
      cost += harm_of(task, completion + later) - harm_of(task, completion);
    } else {
      cost += later * (tour.credit_behind[i] - tour.credit_behind[i + 1]);
    }
  }
  return later > tour.slack[count] ? kNever : cost + later * tour.credit_behind[count];
}

// What the rest of a tour pays, from its slot on, when its crew leaves in this state: every leg is
// driven afresh, for an insertion may bring the break or the depot to another place.
double SlotPricer::walk(Slot slot, CrewState state) const {
  const ProblemIndex& index = schedule_.index();
  const DispatchCrew& who = index.crew(slot.crew);
  const Schedule::Tour& tour = schedule_.tour(slot.crew);
  const std::size_t count = tour.tasks.size();
  double cost = 0;
  for (std::size_t i = slot.position; i < count; ++i) {
    const Id<DispatchTask> id = tour.tasks[i];
    const DispatchTask& task = index.task(id);
    const TourLeg leg = leg_to(index, slot.crew, state, id);
    const double former = schedule_.start(id);
    const double held = former > tour.arrival[i] ? former : schedule_.ready(id);
    const double start = std::max(leg.arrival, held);
    const double done = start + task.duration;
    if (!std::isfinite(start) || start > task.deadline || misses_rest(who, leg.rested, done))
      return kNever;
    const double later = start - former;
    if (index.is_soft()) {
      cost += later * (tour.credit_behind[i] - tour.credit_behind[i + 1]);
    } else if (schedule_.crew_of(id) == slot.crew) {
      const double completion = schedule_.completion(id);
      cost += harm_of(task, completion + later) - harm_of(task, completion);
    }
    state = {done, task.site, leg.left, leg.rested, task.leave_by};
    const CrewState before = schedule_.state({slot.crew, static_cast<std::uint32_t>(i + 1)});
    if (later == 0 && state.left == before.left && state.rested == before.rested) return cost;
  }
  double home = state.time;
  if (who.end_site.valid()) home += index.travel(slot.crew)(state.place.index, who.end_site.index);
  if (!std::isfinite(home) || home > who.shift_end) return kNever;
  return cost + who.return_weight * (home - (count == 0 ? 0 : tour.arrival[count]));
}

double SlotPricer::tail_cost(Slot slot, double completion) const {
  const ProblemIndex& index = schedule_.index();
  if (index.pauses(slot.crew)) {
    const TourLeg leg = leg_to(index, slot.crew, schedule_.state(slot), id_);
    if (misses_rest(index.crew(slot.crew), leg.rested, completion) && !task_->started)
      return kNever;
    return walk(slot, {completion, task_->site, leg.left, leg.rested, task_->leave_by});
  }
  const Schedule::Tour& tour = schedule_.tour(slot.crew);
  const bool is_last = slot.position == tour.tasks.size();
  const Id<Site> next =
      is_last ? index.crew(slot.crew).end_site : tour.place_before[slot.position + 1];
  double onward = completion;
  if (next.valid()) onward += index.travel(slot.crew)(task_->site.index, next.index);
  if (!std::isfinite(onward)) return kNever;
  return delay_cost(slot.crew, slot.position, onward - tour.arrival[slot.position]);
}

// Even if the way to the task took no time. Reads its ways onward only, one row of the matrix: of a
// large one the ways to a task are all over the memory.
bool SlotPricer::is_too_late(Slot slot) const {
  const Schedule::Tour& tour = schedule_.tour(slot.crew);
  const ProblemIndex& index = schedule_.index();
  if (task_->started || tour.has_waits || index.pauses(slot.crew)) return false;
  const bool is_last = slot.position == tour.tasks.size();
  const Id<Site> next =
      is_last ? index.crew(slot.crew).end_site : tour.place_before[slot.position + 1];
  double onward = std::max(tour.departure[slot.position], ready_) + task_->duration;
  if (next.valid()) onward += index.travel(slot.crew)(task_->site.index, next.index);
  return onward - tour.arrival[slot.position] > tour.slack[slot.position];
}

double SlotPricer::cost(Slot slot, double limit) const {
  if (is_too_late(slot)) return kNever;
  const double start = start_in(slot);
  if (!std::isfinite(start)) return kNever;
  const double completion = start + task_->duration;
  if (limit < kNever && harm_(completion) >= limit) return kNever;
  const double tail = tail_cost(slot, completion);
  if (task_->started) return harm_(completion) + (std::isfinite(tail) ? tail : 0);
  return harm_(completion) + tail + penalty(slot);
}

// For taking it from its holder, for turning its holder round, and for turning this crew round.
double SlotPricer::penalty(Slot slot) const {
  const Schedule::Tour& tour = schedule_.tour(slot.crew);
  const bool is_first = slot.position == tour.started;
  double penalty = 0;
  if (task_->held_by.valid()) {
    const bool kept = task_->held_by == slot.crew;
    if (!kept) penalty += task_->change_penalty;
    if (!kept || !is_first) penalty += task_->turn_penalty;
  }
  if (is_first && slot.position < tour.tasks.size()) {
    const DispatchTask& next = schedule_.index().task(tour.tasks[slot.position]);
    if (next.held_by == slot.crew) penalty += next.turn_penalty;
  }
  return penalty;
}

SlotCost SlotPricer::cheapest(Id<DispatchCrew> crew, Blinks* blinks) const {
  SlotCost best;
  if (!has_room(crew)) return best;
  const Schedule::Tour& tour = schedule_.tour(crew);
  for (std::uint32_t position = tour.started; position <= tour.tasks.size(); ++position) {
    if (harm_in({crew, position}) >= best.cost) break;
    if (blinks != nullptr && blinks->is_skipped()) continue;
    const double price = cost({crew, position}, best.cost);
    if (price < best.cost) best = {price, {crew, position}};
  }
  return best;
}

std::vector<Insertion> promising_insertions(const Schedule& schedule, Id<DispatchTask> task,
                                            std::size_t limit) {
  if (!std::isfinite(schedule.ready(task))) return {};
  SlotPricer pricer(schedule);
  pricer.look_at(task);
  std::vector<Insertion> groups;
  for (const SlotCost& alone : cheapest_slots(schedule, task, pricer, limit)) {
    Insertion group{alone.cost, {alone.slot}};
    if (schedule.index().crews_of(task) > 1) {
      group = Gathering(schedule, task, pricer).run(alone.slot);
    }
    if (std::isfinite(group.cost)) groups.push_back(std::move(group));
  }
  keep_cheapest(groups, limit);
  return groups;
}

bool insert_cheapest(Schedule& schedule, Id<DispatchTask> task) {
  const std::size_t tries = schedule.index().is_coupled() ? kTries : 1;
  for (const Insertion& insertion : promising_insertions(schedule, task, tries)) {
    if (schedule.insert(task, insertion.slots)) return true;
  }
  return false;
}

}  // namespace gridmend
