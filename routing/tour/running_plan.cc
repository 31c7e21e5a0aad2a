#include "routing/tour/running_plan.h"

#include <algorithm>

namespace gridmend {
namespace {

class RunningPlan {
 public:
  RunningPlan(Schedule& schedule, const CrewSequences& running)
      : schedule_(schedule), running_(running) {
    running_.resize(schedule.index().problem().crews.size());
    next_.assign(running_.size(), 0);
    holders_.resize(schedule.index().problem().tasks.size());
    for (std::size_t c = 0; c < running_.size(); ++c) {
      const Id<DispatchCrew> crew{c};
      std::erase_if(running_[c], [&](Id<DispatchTask> task) {
        if (task.index >= holders_.size() || schedule.is_present(task)) return true;
        auto& holders = holders_[task.index];
        if (!holders.empty() && holders.back() == crew) return true;  // named twice
        holders.push_back(crew);
        return false;
      });
    }
  }

  // Round by round, each crew's next task that no other crew and no prerequisite is missing for;
  // when none moves, the first one still waiting is given up.
  void run() {
    while (true) {
      bool moved = false;
      for (std::size_t c = 0; c < running_.size(); ++c) {
        while (next_[c] < running_[c].size() && is_due(running_[c][next_[c]])) {
          insert(running_[c][next_[c]]);
          moved = true;
        }
      }
      if (!moved && !give_up_one()) return;
    }
  }

 private:
  bool is_due(Id<DispatchTask> task) const {
    const bool all_there = std::all_of(
        holders_[task.index].begin(), holders_[task.index].end(), [&](Id<DispatchCrew> crew) {
          const std::size_t next = next_[crew.index];
          return next < running_[crew.index].size() && running_[crew.index][next] == task;
        });
    return all_there && schedule_.ready(task) < kNever;
  }

  void insert(Id<DispatchTask> task) {
    const ProblemIndex& index = schedule_.index();
    std::vector<Slot> slots;
    for (const Id<DispatchCrew> crew : holders_[task.index]) {
      ++next_[crew.index];
      if (index.is_able(crew, task)) slots.push_back({crew, schedule_.stops(crew)});
    }
    const auto& holders = holders_[task.index];
    const Id<DispatchCrew> bound = index.bound_crew(task);
    const bool keeps_bound =
        !bound.valid() || std::find(holders.begin(), holders.end(), bound) != holders.end();
    const bool is_whole = static_cast<int>(slots.size()) == index.crews_of(task);
    if (is_whole && keeps_bound && !schedule_.is_present(task)) schedule_.insert(task, slots);
  }

  bool give_up_one() {
    for (std::size_t c = 0; c < running_.size(); ++c) {
      if (next_[c] == running_[c].size()) continue;
      const Id<DispatchTask> task = running_[c][next_[c]];
      for (auto& tour : running_) std::erase(tour, task);
      return true;
    }
    return false;
  }

  Schedule& schedule_;
  CrewSequences running_;
  std::vector<std::size_t> next_;
  std::vector<std::vector<Id<DispatchCrew>>> holders_;
};

}  // namespace

void lay_out_running(Schedule& schedule, const CrewSequences& running) {
  RunningPlan(schedule, running).run();
}

}  // namespace gridmend
