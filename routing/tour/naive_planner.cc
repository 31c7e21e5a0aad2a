#include <algorithm>
#include <cmath>
#include <compare>
#include <optional>
#include <queue>

#include "routing/tour/construction.h"
#include "routing/tour/finished_plan.h"
#include "routing/tour/insertion.h"
#include "routing/tour/planner.h"

namespace gridmend {
namespace {

// Plays the shift from one moment something becomes free to the next.
class NaiveDispatcher {
 public:
  NaiveDispatcher(const ProblemIndex& index, DispatchHabit habit)
      : index_(index), habit_(habit), schedule_(index), free_at_(index.problem().crews.size()) {}

  DispatchPlan run() {
    place_started(schedule_);
    std::vector<Id<DispatchTask>> open;
    for (std::size_t t = 0; t < index_.problem().tasks.size(); ++t) {
      const Id<DispatchTask> task{t};
      if (!schedule_.is_present(task)) open.push_back(task);
      if (std::isfinite(index_.task(task).earliest)) moments_.push(index_.task(task).earliest);
    }
    if (habit_ == DispatchHabit::largest_first) {
      std::stable_sort(open.begin(), open.end(), [&](Id<DispatchTask> a, Id<DispatchTask> b) {
        return index_.task(a).weight > index_.task(b).weight;
      });
    }
    for (std::size_t c = 0; c < free_at_.size(); ++c) release(Id<DispatchCrew>{c});
    while (!moments_.empty() && !open.empty()) {
      const double now = moments_.top();
      while (!moments_.empty() && moments_.top() == now) moments_.pop();
      if (habit_ == DispatchHabit::nearest_task) send_nearest(open, now);
      std::erase_if(open, [&](Id<DispatchTask> task) {
        const bool is_left = habit_ == DispatchHabit::nearest_task && index_.crews_of(task) == 1;
        return !is_left && send(task, now);
      });
    }
    return finished_plan(index_, schedule_.sequences());
  }

 private:
  struct Pair {
    double way = 0;
    Id<DispatchCrew> crew;
    Id<DispatchTask> task;
    friend constexpr auto operator<=>(const Pair&, const Pair&) = default;
  };

  Slot end_of(Id<DispatchCrew> crew) const {
    return {crew, static_cast<std::uint32_t>(schedule_.tour(crew).tasks.size())};
  }

  void release(Id<DispatchCrew> crew) {
    free_at_[crew.index] = schedule_.tour(crew).departure.back();
    moments_.push(free_at_[crew.index]);
  }

  double way(Id<DispatchCrew> crew, Id<DispatchTask> task) const {
    return index_.travel(crew)(schedule_.tour(crew).place_before.back().index,
                               index_.task(task).site.index);
  }

  // Pair by pair the nearest of the free crews and the tasks that can start.
  void send_nearest(std::vector<Id<DispatchTask>>& open, double now) {
    std::vector<Pair> pairs;
    for (const Id<DispatchTask> task : open) {
      if (index_.task(task).started || index_.crews_of(task) > 1 || schedule_.ready(task) > now)
        continue;
      for (const Id<DispatchCrew> crew : index_.able_crews(task)) {
        if (free_at_[crew.index] <= now && std::isfinite(way(crew, task)))
          pairs.push_back({way(crew, task), crew, task});
      }
    }
    std::sort(pairs.begin(), pairs.end());
    for (const Pair& pair : pairs) {
      if (free_at_[pair.crew.index] > now || schedule_.is_present(pair.task)) continue;
      go(pair.task, {pair.crew});
    }
    std::erase_if(open, [&](Id<DispatchTask> task) { return schedule_.is_present(task); });
  }

  // The nearest crews that are free now and can do the task; too few of them: nobody goes.
  bool send(Id<DispatchTask> task, double now) {
    if (index_.task(task).started || schedule_.ready(task) > now) return false;
    std::vector<Id<DispatchCrew>> near;
    for (const Id<DispatchCrew> crew : index_.able_crews(task)) {
      if (free_at_[crew.index] <= now && std::isfinite(way(crew, task))) near.push_back(crew);
    }
    const Id<DispatchCrew> bound = index_.bound_crew(task);
    std::stable_sort(near.begin(), near.end(), [&](Id<DispatchCrew> a, Id<DispatchCrew> b) {
      if ((a == bound) != (b == bound)) return a == bound;
      return way(a, task) < way(b, task);
    });
    const auto needed = static_cast<std::size_t>(index_.crews_of(task));
    if (near.size() < needed || (bound.valid() && near.front() != bound)) return false;
    if (needed > 1) near.resize(needed);
    return needed > 1 ? go(task, near) : go_one(task, near);
  }

  // A crew that could not make it in time, or has no room left, is passed over for the next.
  bool go_one(Id<DispatchTask> task, const std::vector<Id<DispatchCrew>>& near) {
    return std::any_of(near.begin(), near.end(),
                       [&](Id<DispatchCrew> crew) { return go(task, {crew}); });
  }

  // By the crew's own tour: found without timing it anew, for a crew at the end of its shift is
  // asked about every task that waits.
  bool is_refused(Id<DispatchTask> task, Slot slot) const {
    SlotPricer pricer(schedule_);
    pricer.look_at(task);
    return !pricer.has_room(slot.crew) || !std::isfinite(pricer.cost(slot));
  }

  bool go(Id<DispatchTask> task, const std::vector<Id<DispatchCrew>>& crews) {
    std::vector<Slot> slots;
    for (const Id<DispatchCrew> crew : crews) slots.push_back(end_of(crew));
    if (slots.size() == 1 && !index_.task(task).started && is_refused(task, slots.front()))
      return false;
    if (!schedule_.insert(task, slots)) return false;
    for (const Id<DispatchCrew> crew : crews) release(crew);
    return true;
  }

  const ProblemIndex& index_;
  DispatchHabit habit_;
  Schedule schedule_;
  std::vector<double> free_at_;
  std::priority_queue<double, std::vector<double>, std::greater<>> moments_;
};

}  // namespace

DispatchPlan plan_naively(const DispatchProblem& problem, DispatchHabit habit) {
  const ProblemIndex index(problem);
  DispatchPlan plan = NaiveDispatcher(index, habit).run();
  plan.first_objective = plan.objective;
  plan.first_penalties = plan.penalties;
  plan.first_unserved_weight = plan.unserved_weight;
  return plan;
}

}  // namespace gridmend
