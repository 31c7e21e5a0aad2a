#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "service/engine/dispatch_builder.h"
#include "service/engine/plan_check.h"

namespace gridmend {
namespace {

double seconds_of(const google::protobuf::Timestamp& stamp) {
  return static_cast<double>(stamp.seconds()) + stamp.nanos() * 1e-9;
}

// The depot on the way, when to leave, whose work it takes over.
bool same_way(const v1::PlannedStop& stop, const PlannedStop& before, double news_s) {
  if (stop.depot() != before.depot || stop.takes_over_from() != before.takes_over_from)
    return false;
  if (stop.has_leave_by_time() != before.leave_by.has_value()) return false;
  return !before.leave_by || std::abs(seconds_of(stop.leave_by_time()) -
                                      seconds(before.leave_by->time_since_epoch())) <= news_s;
}

bool same_stops(const v1::PlannedTour& tour, const PlannedTour& present, const World& world,
                double news_s) {
  // Stops that are over stay in the plan in force; they are no difference.
  std::vector<const PlannedStop*> open;
  for (const PlannedStop& stop : present.stops) {
    const WorkTaskRecord* record = world.find_task(stop.task);
    if (record != nullptr && !is_final(record->task.status)) open.push_back(&stop);
  }
  if (open.size() != static_cast<std::size_t>(tour.stops_size())) return false;
  for (std::size_t i = 0; i < open.size(); ++i) {
    const v1::PlannedStop& stop = tour.stops(static_cast<int>(i));
    const double before = seconds(open[i]->completion.time_since_epoch());
    if (stop.work_task() != open[i]->task) return false;
    if (std::abs(seconds_of(stop.completion_time()) - before) > news_s) return false;
    if (!same_way(stop, *open[i], news_s)) return false;
    const WorkTaskRecord* record = world.find_task(stop.work_task());
    if (stop.takes_over_from().empty() && !is_held_by(record->task, tour.crew())) return false;
  }
  return true;
}

bool same_cut_off(const v1::Plan& plan, const World& world, double news_s) {
  const std::vector<CutOffCrew>& before = world.plan->cut_off;
  return std::equal(plan.cut_off().begin(), plan.cut_off().end(), before.begin(), before.end(),
                    [&](const v1::CutOffCrew& now, const CutOffCrew& then) {
                      if (now.crew() != then.crew || now.has_until() != then.until.has_value())
                        return false;
                      if (!then.until) return true;
                      const double until = seconds(then.until->time_since_epoch());
                      return std::abs(seconds_of(now.until()) - until) <= news_s;
                    });
}

bool has_open_stop(const PlannedTour& tour, const World& world) {
  return std::any_of(tour.stops.begin(), tour.stops.end(), [&](const PlannedStop& stop) {
    const WorkTaskRecord* record = world.find_task(stop.task);
    return record != nullptr && !is_final(record->task.status);
  });
}

// Changes that put a task where the plan has it no more.
void prune_changes(v1::Plan& plan) {
  std::set<std::string_view> planned;
  for (const v1::PlannedTour& tour : plan.tours()) {
    for (const v1::PlannedStop& stop : tour.stops()) planned.insert(stop.work_task());
  }
  auto& changes = *plan.mutable_changes();
  changes.erase(std::remove_if(changes.begin(), changes.end(),
                               [&](const v1::PlanChange& change) {
                                 return !change.crew().empty() &&
                                        !planned.contains(change.work_task());
                               }),
                changes.end());
}

}  // namespace

namespace {

template <class Gone>
void drop_stops(v1::Plan& plan, Gone gone) {
  for (v1::PlannedTour& tour : *plan.mutable_tours()) {
    auto& stops = *tour.mutable_stops();
    stops.erase(std::remove_if(stops.begin(), stops.end(),
                               [&](const v1::PlannedStop& stop) { return gone(tour, stop); }),
                stops.end());
  }
}

// Work is taken over as long as the crew that will leave it is at it.
bool is_taken_over(const v1::PlannedStop& stop, const World& world) {
  const WorkTaskRecord* record = world.find_task(stop.work_task());
  return record != nullptr && record->task.status == WorkStatus::arrived &&
         is_held_by(record->task, stop.takes_over_from());
}

}  // namespace

void prune_plan(journal::v1::AdoptPlan& plan, const World& world) {
  auto& tours = *plan.mutable_plan()->mutable_tours();
  const auto turned = turned_round(plan.plan());
  drop_stops(*plan.mutable_plan(), [&](const v1::PlannedTour& tour, const v1::PlannedStop& stop) {
    if (!stop.takes_over_from().empty()) return !is_taken_over(stop, world);
    return why_not_hold(*world.crews, *world.tasks, tour.crew(), stop.work_task(),
                        turned.contains(stop.work_task())) != nullptr;
  });
  // Where one of several crews is missing the others need not come.
  CrewsByTask crews;
  for (const v1::PlannedTour& tour : tours) {
    for (const v1::PlannedStop& stop : tour.stops()) {
      if (stop.takes_over_from().empty()) crews[stop.work_task()].push_back(tour.crew());
    }
  }
  drop_stops(*plan.mutable_plan(), [&](const v1::PlannedTour&, const v1::PlannedStop& stop) {
    if (!stop.takes_over_from().empty()) return false;
    return why_not_share(world.find_task(stop.work_task())->task, crews[stop.work_task()],
                         turned.contains(stop.work_task())) != nullptr;
  });
  tours.erase(std::remove_if(tours.begin(), tours.end(),
                             [](const v1::PlannedTour& tour) { return tour.stops().empty(); }),
              tours.end());
  prune_changes(*plan.mutable_plan());
}

bool is_news(const journal::v1::AdoptPlan& plan, const World& world, double news_s) {
  std::map<std::string_view, const PlannedTour*> present;
  for (const PlannedTour& tour : world.plan->tours) {
    if (has_open_stop(tour, world)) present.emplace(tour.crew, &tour);
  }
  if (present.size() != static_cast<std::size_t>(plan.plan().tours_size())) return true;
  for (const v1::PlannedTour& tour : plan.plan().tours()) {
    const auto before = present.find(tour.crew());
    if (before == present.end() || !same_stops(tour, *before->second, world, news_s)) return true;
  }
  if (!same_cut_off(plan.plan(), world, news_s)) return true;
  std::set<std::pair<std::string, std::string>> unserved_before;
  std::set<std::pair<std::string, std::string>> unserved_now;
  for (const UnplannedTask& task : world.plan->unserved) {
    const WorkTaskRecord* record = world.find_task(task.task);
    if (record != nullptr && !is_final(record->task.status))
      unserved_before.emplace(task.task, task.reason);
  }
  for (const v1::UnservedTask& task : plan.plan().unserved())
    unserved_now.emplace(task.work_task(), task.reason());
  return unserved_before != unserved_now;
}

}  // namespace gridmend
