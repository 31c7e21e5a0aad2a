#include <algorithm>
#include <cmath>

#include "service/engine/case_builder.h"
#include "service/engine/site_spans.h"

namespace gridmend {

// When the crew at work leaves for home with its work undone; never, where it gets done in the
// shift, or a little later, or is going on after the shift already.
double CaseBuilder::cut_by_shift(const DispatchTask& task, const TravelMatrix& matrix,
                                 double there) const {
  const DispatchCrew& crew = dispatch.problem.crews[task.held_by.index];
  double home = 0;
  if (crew.end_site.valid()) home = matrix(task.site.index, crew.end_site.index);
  const double leaves = crew.shift_end - home;
  const bool done = there + task.duration <= leaves + seconds(settings.overtime);
  return done || !std::isfinite(home) || leaves <= there ? kNever : leaves;
}

// The planner asks no started task when it may begin, so who is on its way to where the water opens
// later sets out that much later. Who is there is there.
void CaseBuilder::wait_for_way_in(const DispatchTask& task, const ClassTravel& travel,
                                  DispatchCrew& crew) const {
  const TaskCrew* part = find_crew(world.find_task(task.id)->task, crew.id);
  const bool is_there = part != nullptr && part->status == WorkStatus::arrived;
  if (is_there || travel.spans.empty() || !travel.spans[task.site.index]) return;
  const double drive = travel.matrix(crew.start_site.index, task.site.index);
  if (!std::isfinite(drive)) return;
  const double opens = opens_at(*travel.spans[task.site.index], now);
  crew.start_time = std::max(crew.start_time, opens - drive);
}

// The crew is at it, or on its way: it has to be out again before the water comes, and home before
// its shift ends.
void CaseBuilder::keep_started(std::size_t index, std::span<const ClassTravel> travel) {
  DispatchTask& task = dispatch.problem.tasks[index];
  DispatchCrew& crew = dispatch.problem.crews[task.held_by.index];
  const ClassTravel& by_class = travel[crew.matrix];
  wait_for_way_in(task, by_class, crew);
  // From where it stays with its work there may be no way home, though it could leave now.
  if (crew.end_site.valid() && !by_class.matrix.reachable(task.site.index, crew.end_site.index)) {
    crew.end_site = {};
    dispatch.home_cut_off[task.held_by.index] = 1;
  }
  const double there = crew.start_time + by_class.matrix(crew.start_site.index, task.site.index);
  if (!std::isfinite(there)) return;
  DispatchPart& whole = dispatch.parts[dispatch.parts[index].of.index];
  whole.cut_at = std::min(whole.cut_at, cut_by_shift(task, by_class.matrix, there));
  if (by_class.spans.empty() || !by_class.spans[task.site.index]) return;
  task.leave_by = leave_by(*by_class.spans[task.site.index], now);
  if (there + task.duration > task.leave_by) whole.cut_at = std::min(whole.cut_at, task.leave_by);
}

// Several crews begin when the last of them is there, and end together: when it is done, or when
// the first of them has to leave. What they leave undone is a task of its own.
void CaseBuilder::work_together() {
  DispatchProblem& problem = dispatch.problem;
  const std::size_t count = problem.tasks.size();
  const auto arrival = [&](const DispatchTask& task) {
    const DispatchCrew& crew = problem.crews[task.held_by.index];
    const TravelMatrix& matrix = problem.travel[crew.matrix];
    return crew.start_time + matrix(crew.start_site.index, task.site.index);
  };
  std::vector<double> begin(count, 0);
  for (std::size_t t = 0; t < count; ++t) {
    if (!problem.tasks[t].started || !problem.tasks[t].held_by.valid()) continue;
    double& latest = begin[dispatch.parts[t].of.index];
    latest = std::max(latest, arrival(problem.tasks[t]));
  }
  std::vector<std::pair<std::size_t, double>> cut;
  for (std::size_t t = 0; t < count; ++t) {
    DispatchTask& task = problem.tasks[t];
    if (!task.started || !task.held_by.valid()) continue;
    const Id<DispatchTask> of = dispatch.parts[t].of;
    const double there = arrival(task);
    if (!std::isfinite(there) || !std::isfinite(begin[of.index])) continue;
    const double done = begin[of.index] + task.duration;
    const double leaves = std::min(done, dispatch.parts[of.index].cut_at);
    if (of.index == t && leaves < done)
      cut.emplace_back(t, done - std::max(leaves, begin[of.index]));
    task.duration = std::max(0.0, leaves - there);
  }
  for (const auto& [task, seconds_left] : cut) leave_the_rest(task, seconds_left);
}

// The light returns when the rest is done, so its weight is the rest's; what waits for the task
// waits for the rest too.
void CaseBuilder::leave_the_rest(std::size_t index, double seconds_left) {
  DispatchProblem& problem = dispatch.problem;
  const Id<DispatchTask> rest_id{problem.tasks.size()};
  DispatchTask rest = problem.tasks[index];
  const double water = rest.leave_by;
  dispatch.cut_short.push_back(
      {rest.id, dispatch.parts[index].cut_at >= water ? "water_closes_first" : "shift_ends_first"});
  rest.duration = seconds_left;
  rest.demand = 0;
  rest.started = false;
  rest.held_by = rest.pinned_to = {};
  rest.change_penalty = 0;
  rest.leave_by = kNever;
  rest.after.clear();
  rest.hard_after = {Id<DispatchTask>{index}};
  DispatchTask& whole = problem.tasks[index];
  whole.weight = whole.late_weight = 0;
  for (DispatchTask& task : problem.tasks) {
    for (auto* before : {&task.after, &task.hard_after}) {
      if (std::ranges::find(*before, Id<DispatchTask>{index}) != before->end())
        before->push_back(rest_id);
    }
  }
  dispatch.parts[index].rest = rest_id;
  dispatch.parts.push_back({DispatchPart::Role::rest, Id<DispatchTask>{index}, {}, kNever});
  problem.tasks.push_back(std::move(rest));
}

}  // namespace gridmend
