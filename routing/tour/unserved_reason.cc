#include "routing/tour/unserved_reason.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "core/base/check.h"

namespace gridmend {
namespace {

using Crews = std::vector<Id<DispatchCrew>>;

// Narrows the crews down by one demand after another; the demand that leaves too few is the reason.
class Explanation {
 public:
  Explanation(const ProblemIndex& index, const DispatchPlan& plan, Id<DispatchTask> id)
      : index_(index), plan_(plan), id_(id), task_(index.task(id)) {
    for (std::size_t c = 0; c < index.problem().crews.size(); ++c) crews_.emplace_back(c);
  }

  UnservedTask run() {
    if (crews_.empty()) return because("no_crew", "there are no crews");
    if (!std::isfinite(task_.earliest)) return because("never_opens", "it is never safe to enter");
    const Id<DispatchCrew> bound = index_.bound_crew(id_);
    if (bound.valid() && !index_.is_able(bound, id_)) {
      return because("pinned_crew_unable",
                     "crew '" + index_.crew(bound).id + "' cannot do it or cannot get there");
    }
    if (bound.valid() && index_.crews_of(id_) == 1) crews_ = {bound};
    if (!keep([&](const auto& crew, auto) { return crew.skills.covers(task_.skills); })) {
      return too_few("no_skilled_crew", "no crew has the skills");
    }
    if (!keep([&](const auto&, auto who) { return !is_vetoed(task_, who); })) {
      return too_few("vetoed", "the crews with the skills must not do it");
    }
    const double share = task_.demand / index_.crews_of(id_);
    if (!keep([&](const auto& crew, auto) { return share <= crew.capacity; })) {
      return too_few("over_capacity", "no skilled crew can carry what it needs");
    }
    if (!keep([&](const auto& crew, auto who) {
          return share <= std::min(crew.load, crew.capacity) || passes_depot(who);
        })) {
      return too_few("no_material",
                     "nobody who could do it has what it needs on board, nor a way "
                     "to a depot that has it");
    }
    if (!keep([&](const auto&, auto who) { return index_.is_able(who, id_); })) {
      return too_few("unreachable", "no crew that could do it has a way there and home");
    }
    return explain_times();
  }

 private:
  UnservedTask explain_times() {
    for (const Id<DispatchTask> before : task_.hard_after) {
      const auto unserved = [&](const UnservedTask& other) { return other.task == before; };
      if (std::any_of(plan_.unserved.begin(), plan_.unserved.end(), unserved)) {
        return because("prerequisite_unserved",
                       "its prerequisite '" + index_.task(before).id + "' is unserved");
      }
    }
    if (!keep([&](const auto&, auto who) { return start_of(who) <= task_.deadline; })) {
      return too_few("deadline_too_early", "nobody can be there in time");
    }
    if (!keep([&](const auto& crew, auto who) { return home_at(who) <= crew.shift_end; })) {
      return too_few("shift_too_short", "nobody can finish it within the shift");
    }
    return because("no_room", "it does not fit beside the work that is served");
  }

  // Can the crew load on its way to the task?
  bool passes_depot(Id<DispatchCrew> who) const {
    const TravelMatrix& travel = index_.travel(who);
    const auto& depots = index_.problem().depots;
    const DispatchCrew& crew = index_.crew(who);
    return std::any_of(depots.begin(), depots.end(), [&](const DispatchDepot& depot) {
      const double there = crew.start_time + travel(crew.start_site.index, depot.site.index);
      const double loaded = std::max(there, depot.earliest) + depot.duration;
      return std::isfinite(loaded) && loaded <= depot.leave_by &&
             travel.reachable(depot.site.index, task_.site.index);
    });
  }

  bool keep(const std::function<bool(const DispatchCrew&, Id<DispatchCrew>)>& suits) {
    std::erase_if(crews_, [&](Id<DispatchCrew> who) { return !suits(index_.crew(who), who); });
    return static_cast<int>(crews_.size()) >= index_.crews_of(id_);
  }

  double start_of(Id<DispatchCrew> who) const {
    const DispatchCrew& crew = index_.crew(who);
    const double there = index_.travel(who)(crew.start_site.index, task_.site.index);
    return std::max(crew.start_time + there, task_.earliest);
  }
  double home_at(Id<DispatchCrew> who) const {
    const Id<Site> home = index_.crew(who).end_site;
    const double back = home.valid() ? index_.travel(who)(task_.site.index, home.index) : 0;
    return start_of(who) + task_.duration + back;
  }

  UnservedTask because(std::string reason, std::string details) const {
    GRIDMEND_CHECK(std::ranges::find(kUnservedReasons, reason) != kUnservedReasons.end(),
                   "every reason is listed, and has its words");
    return {id_, std::move(reason), std::move(details)};
  }
  UnservedTask too_few(std::string reason, std::string details) const {
    if (crews_.empty()) return because(std::move(reason), std::move(details));
    return because("too_few_crews", "it needs " + std::to_string(index_.crews_of(id_)) +
                                        " crews at once, only " + std::to_string(crews_.size()) +
                                        " can come");
  }

  const ProblemIndex& index_;
  const DispatchPlan& plan_;
  Id<DispatchTask> id_;
  const DispatchTask& task_;
  Crews crews_;
};

}  // namespace

UnservedTask explain_unserved(const ProblemIndex& index, const DispatchPlan& plan,
                              Id<DispatchTask> task) {
  return Explanation(index, plan, task).run();
}

}  // namespace gridmend
