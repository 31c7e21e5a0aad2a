#include "routing/tour/stop_explanation.h"

#include <algorithm>

#include "core/base/check.h"
#include "routing/tour/plan_changes.h"

namespace gridmend {
namespace {

class Alternatives {
 public:
  Alternatives(const DispatchProblem& problem, const CrewSequences& sequences,
               Id<DispatchTask> task)
      : problem_(without_penalties(problem)), rest_(sequences), task_(task) {
    const auto now = time_sequences(problem_, sequences);
    GRIDMEND_CHECK(now.has_value(), "the plan can be carried out");
    now_ = *now;
    for (std::size_t c = 0; c < sequences.size(); ++c) find_stop(Id<DispatchCrew>{c});
    for (auto& tour : rest_) std::erase(tour, task_);
  }

  StopExplanation run() {
    const bool is_alone = problem_.tasks[task_.index].crews_needed == 1;
    if (!explanation_.crew.valid() || !is_alone) return explanation_;
    for (std::size_t c = 0; c < rest_.size(); ++c) try_crew(Id<DispatchCrew>{c});
    return explanation_;
  }

 private:
  void find_stop(Id<DispatchCrew> crew) {
    const auto& tour = rest_[crew.index];
    const auto place = std::find(tour.begin(), tour.end(), task_);
    if (place == tour.end() || explanation_.crew.valid()) return;
    explanation_.crew = crew;
    explanation_.position = static_cast<std::uint32_t>(place - tour.begin());
    explanation_.completion = completion_in(now_, crew);
  }

  double completion_in(const DispatchPlan& plan, Id<DispatchCrew> crew) const {
    const auto& stops = plan.tours[crew.index].stops;
    const auto stop = std::find_if(stops.begin(), stops.end(),
                                   [&](const DispatchStop& s) { return s.task == task_; });
    return stop == stops.end() ? 0 : stop->completion;
  }

  void try_crew(Id<DispatchCrew> crew) {
    const bool is_own = crew == explanation_.crew;
    auto& best = is_own ? explanation_.other_position : explanation_.other_crew;
    bool is_able = false;
    auto& tour = rest_[crew.index];
    for (std::uint32_t position = 0; position <= tour.size(); ++position) {
      if (is_own && position == explanation_.position) continue;
      const auto place = tour.begin() + static_cast<std::ptrdiff_t>(position);
      tour.insert(place, task_);
      const auto then = time_sequences(problem_, rest_);
      tour.erase(tour.begin() + static_cast<std::ptrdiff_t>(position));
      if (!then) continue;
      is_able = true;
      const double extra = then->objective - now_.objective;
      if (best && best->extra_harm <= extra) continue;
      best = StopAlternative{crew, position, extra, completion_in(*then, crew)};
    }
    if (!is_own && !is_able) ++explanation_.unable_crews;
  }

  DispatchProblem problem_;
  CrewSequences rest_;
  Id<DispatchTask> task_;
  DispatchPlan now_;
  StopExplanation explanation_;
};

}  // namespace

StopExplanation explain_stop(const DispatchProblem& problem, const CrewSequences& sequences,
                             Id<DispatchTask> task) {
  return Alternatives(problem, sequences, task).run();
}

}  // namespace gridmend
