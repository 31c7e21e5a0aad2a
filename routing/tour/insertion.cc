#include "routing/tour/insertion.h"

#include <algorithm>
#include <cmath>

namespace gridmend {
namespace {

constexpr std::size_t kTries = 8;

// What a later start of stop `position` costs in its own tour, the stop included. Waiting time
// swallows delay on the way; an earlier arrival (travel times off the triangle) is a gain as far as
// nothing else holds the stop back.
double delay_cost(const Schedule& schedule, Id<DispatchCrew> crew, std::size_t position,
                  double new_arrival) {
  const Schedule::Tour& tour = schedule.tour(crew);
  const std::size_t count = tour.tasks.size();
  const double old_arrival = position < count ? tour.arrival[position] : tour.return_arrival;
  double later = new_arrival - old_arrival;
  if (later >= 0 && !tour.has_waits) {
    return later > tour.slack[position] ? kNever : later * tour.credit_behind[position];
  }
  double cost = 0;
  for (std::size_t i = position; i < count; ++i) {
    const Id<DispatchTask> id = tour.tasks[i];
    const double start = schedule.start(id);
    const double held = start > tour.arrival[i] ? start : schedule.ready(id);
    later = std::max(tour.arrival[i] + later, held) - start;
    if (later > tour.slack[i]) return kNever;
    if (later == 0) return cost;
    cost += later * (tour.credit_behind[i] - tour.credit_behind[i + 1]);
  }
  if (later > tour.slack[count]) return kNever;
  return cost + later * tour.credit_behind[count];
}

double arrival_in(const Schedule& schedule, Id<DispatchTask> task, Slot slot) {
  const ProblemIndex& index = schedule.index();
  return schedule.departure(slot) +
         index.travel(slot.crew)(schedule.place_before(slot).index, index.task(task).site.index);
}

// What the rest of the tour pays when the task is done in this slot at `completion`.
double tail_cost(const Schedule& schedule, Id<DispatchTask> task, Slot slot, double completion) {
  const ProblemIndex& index = schedule.index();
  const Schedule::Tour& tour = schedule.tour(slot.crew);
  const DispatchCrew& crew = index.crew(slot.crew);
  const Id<Site> here = index.task(task).site;
  const bool is_last = slot.position == tour.tasks.size();
  const Id<Site> next = is_last ? crew.end_site : index.task(tour.tasks[slot.position]).site;
  const double onward = next.valid() ? index.travel(slot.crew)(here.index, next.index) : 0;
  if (!std::isfinite(onward)) return kNever;
  if (!tour.tasks.empty())
    return delay_cost(schedule, slot.crew, slot.position, completion + onward);
  if (completion + onward > crew.shift_end) return kNever;
  return crew.return_weight * (completion + onward);
}

double start_in(const Schedule& schedule, Id<DispatchTask> task, double arrival) {
  const double start = std::max(arrival, schedule.ready(task));
  const DispatchTask& what = schedule.index().task(task);
  return start > what.deadline && !what.started ? kNever : start;
}

double penalty_of(const DispatchTask& task, Id<DispatchCrew> crew) {
  return task.held_by.valid() && task.held_by != crew ? task.change_penalty : 0;
}

bool has_room(const Schedule& schedule, Id<DispatchTask> task, Id<DispatchCrew> crew) {
  const ProblemIndex& index = schedule.index();
  const double demand = index.task(task).demand / index.crews_of(task);
  return schedule.tour(crew).load + demand <= index.crew(crew).capacity * (1 + 1e-12);
}

template <class Costed>
void keep_cheapest(std::vector<Costed>& found, std::size_t limit) {
  std::stable_sort(found.begin(), found.end(),
                   [](const Costed& a, const Costed& b) { return a.cost < b.cost; });
  if (found.size() > limit) found.resize(limit);
}

// The cheapest slots over all tours. When several crews are needed and one of them is given, only
// that one's: the others join it.
std::vector<SlotCost> cheapest_slots(const Schedule& schedule, Id<DispatchTask> task,
                                     const CompletionHarm& harm, std::size_t limit) {
  const ProblemIndex& index = schedule.index();
  const DispatchTask& what = index.task(task);
  const Id<DispatchCrew> leader =
      index.crews_of(task) > 1 ? index.bound_crew(task) : Id<DispatchCrew>::none();
  std::vector<SlotCost> found;
  for (const Id<DispatchCrew> crew : index.able_crews(task)) {
    if (leader.valid() && crew != leader) continue;
    if (!what.started && !has_room(schedule, task, crew)) continue;
    const Schedule::Tour& tour = schedule.tour(crew);
    const auto last = static_cast<std::uint32_t>(what.started ? tour.started : tour.tasks.size());
    for (std::uint32_t position = tour.started; position <= last; ++position) {
      const double cost = slot_cost(schedule, task, harm, {crew, position});
      const bool full = found.size() >= limit;
      if (!std::isfinite(cost) || (full && cost >= found.back().cost)) continue;
      if (full) found.pop_back();
      const auto place = std::upper_bound(found.begin(), found.end(), cost,
                                          [](double c, const SlotCost& s) { return c < s.cost; });
      found.insert(place, {cost, {crew, position}});
    }
  }
  return found;
}

// Cost of one more crew joining at `start` or later; the slot must be in a tour not used yet.
struct Joined {
  double cost = kNever;
  double start = 0;
};

Joined join(const Schedule& schedule, Id<DispatchTask> task, const CompletionHarm& harm,
            const Insertion& group, double start, Slot slot) {
  Joined joined;
  joined.start = std::max(start, start_in(schedule, task, arrival_in(schedule, task, slot)));
  if (!std::isfinite(joined.start)) return joined;
  const double completion = joined.start + schedule.index().task(task).duration;
  joined.cost = harm(completion) + tail_cost(schedule, task, slot, completion);
  for (const Slot other : group.slots) {
    joined.cost += tail_cost(schedule, task, other, completion);
  }
  return joined;
}

// Starts with one crew's slot and adds the cheapest further crew until there are enough.
Insertion gather(const Schedule& schedule, Id<DispatchTask> task, const CompletionHarm& harm,
                 Slot first) {
  const ProblemIndex& index = schedule.index();
  Insertion group{0, {first}};
  double start = start_in(schedule, task, arrival_in(schedule, task, first));
  while (static_cast<int>(group.slots.size()) < index.crews_of(task)) {
    Joined best;
    Slot best_slot;
    for (const Id<DispatchCrew> crew : index.able_crews(task)) {
      const bool used = std::any_of(group.slots.begin(), group.slots.end(),
                                    [&](const Slot& slot) { return slot.crew == crew; });
      if (used || !has_room(schedule, task, crew)) continue;
      const Schedule::Tour& tour = schedule.tour(crew);
      for (std::uint32_t p = tour.started; p <= tour.tasks.size(); ++p) {
        const Joined joined = join(schedule, task, harm, group, start, {crew, p});
        if (joined.cost >= best.cost) continue;
        best = joined;
        best_slot = {crew, p};
      }
    }
    if (!std::isfinite(best.cost)) return {};
    group.slots.push_back(best_slot);
    group.cost = best.cost;
    start = best.start;
  }
  const DispatchTask& what = index.task(task);
  const bool kept = std::any_of(group.slots.begin(), group.slots.end(),
                                [&](const Slot& slot) { return slot.crew == what.held_by; });
  if (what.held_by.valid() && !kept) group.cost += what.change_penalty;
  return group;
}

}  // namespace

CompletionHarm::CompletionHarm(const Schedule& schedule, Id<DispatchTask> task) {
  const ProblemIndex& index = schedule.index();
  std::vector<Id<DispatchTask>> found{task};
  if (index.is_soft()) {
    std::vector<char> seen(index.problem().tasks.size(), 0);
    seen[task.index] = 1;
    for (std::size_t i = 0; i < found.size(); ++i) {
      for (const Id<DispatchTask> next : index.soft_successors(found[i])) {
        if (seen[next.index] != 0) continue;
        seen[next.index] = 1;
        found.push_back(next);
      }
    }
  }
  pieces_.reserve(found.size());
  for (const Id<DispatchTask> id : found) {
    pieces_.push_back({schedule.restored(id), index.task(id).weight, 0});
  }
  std::sort(pieces_.begin(), pieces_.end(),
            [](const Piece& a, const Piece& b) { return a.from < b.from; });
  Piece total;
  for (Piece& piece : pieces_) {
    total.weighted_from += piece.weight * piece.from;
    total.weight += piece.weight;
    piece.weight = total.weight;
    piece.weighted_from = total.weighted_from;
  }
}

double CompletionHarm::operator()(double completion) const {
  auto above = std::partition_point(pieces_.begin(), pieces_.end(),
                                    [=](const Piece& piece) { return piece.from < completion; });
  if (above == pieces_.begin()) return 0;
  --above;
  return above->weight * completion - above->weighted_from;
}

double slot_cost(const Schedule& schedule, Id<DispatchTask> task, const CompletionHarm& harm,
                 Slot slot) {
  const double start = start_in(schedule, task, arrival_in(schedule, task, slot));
  if (!std::isfinite(start)) return kNever;
  const DispatchTask& what = schedule.index().task(task);
  const double completion = start + what.duration;
  const double tail = tail_cost(schedule, task, slot, completion);
  return what.started && !std::isfinite(tail)
             ? harm(completion)
             : harm(completion) + tail + penalty_of(what, slot.crew);
}

SlotCost cheapest_slot(const Schedule& schedule, Id<DispatchTask> task, const CompletionHarm& harm,
                       Id<DispatchCrew> crew) {
  SlotCost best;
  if (!has_room(schedule, task, crew)) return best;
  const Schedule::Tour& tour = schedule.tour(crew);
  for (std::uint32_t position = tour.started; position <= tour.tasks.size(); ++position) {
    const double cost = slot_cost(schedule, task, harm, {crew, position});
    if (cost < best.cost) best = {cost, {crew, position}};
  }
  return best;
}

std::vector<Insertion> promising_insertions(const Schedule& schedule, Id<DispatchTask> task,
                                            std::size_t limit) {
  if (!std::isfinite(schedule.ready(task))) return {};
  const CompletionHarm harm(schedule, task);
  const ProblemIndex& index = schedule.index();
  std::vector<Insertion> groups;
  for (const SlotCost& alone : cheapest_slots(schedule, task, harm, limit)) {
    Insertion group{alone.cost, {alone.slot}};
    if (index.crews_of(task) > 1) group = gather(schedule, task, harm, alone.slot);
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
