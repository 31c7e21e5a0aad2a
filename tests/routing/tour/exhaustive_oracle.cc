#include "tests/routing/tour/exhaustive_oracle.h"

#include <limits>

namespace gridmend::testing {
namespace {

class Search {
 public:
  explicit Search(const DispatchProblem& problem)
      : problem_(problem), sequences_(problem.crews.size()) {
    best_.unserved_weight = std::numeric_limits<double>::infinity();
  }

  PlanValue run() {
    place(0);
    return best_;
  }

 private:
  void place(std::size_t task) {
    if (task == problem_.tasks.size()) {
      const Result<DispatchPlan> plan = time_sequences(problem_, sequences_);
      if (plan && value_of(*plan) < best_) best_ = value_of(*plan);
      return;
    }
    place(task + 1);
    const DispatchTask& what = problem_.tasks[task];
    give(task, 0, what.started ? 1 : what.crews_needed);
  }

  void give(std::size_t task, std::size_t first_crew, int crews_missing) {
    if (crews_missing == 0) {
      place(task + 1);
      return;
    }
    for (std::size_t c = first_crew; c < sequences_.size(); ++c) {
      for (std::size_t p = 0; p <= sequences_[c].size(); ++p) {
        sequences_[c].insert(sequences_[c].begin() + static_cast<std::ptrdiff_t>(p),
                             Id<DispatchTask>{task});
        give(task, c + 1, crews_missing - 1);
        sequences_[c].erase(sequences_[c].begin() + static_cast<std::ptrdiff_t>(p));
      }
    }
  }

  const DispatchProblem& problem_;
  CrewSequences sequences_;
  PlanValue best_;
};

}  // namespace

PlanValue exhaustive_optimum(const DispatchProblem& problem) { return Search(problem).run(); }

}  // namespace gridmend::testing
