#include "routing/tour/restoration_forecast.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/check.h"
#include "core/base/parallel_for.h"

namespace gridmend {
namespace {

// A stop with what a sample needs: where it comes from, and how much of the way there is driving.
struct Leg {
  Id<DispatchTask> task;
  Id<DispatchTask> previous;  // none: the tour's beginning
  double begin = 0;           // of the tour
  double drive = 0;
  double pause = 0;  // on the way: a break, a depot
};

// The plan's legs so that every leg comes after what it waits for. A plan that can be carried out
// has such an order: that of its completions, except among stops of no duration.
class Course {
 public:
  Course(const DispatchProblem& problem, const DispatchPlan& plan)
      : problem_(problem), legs_(problem.tasks.size()) {
    for (const DispatchTour& tour : plan.tours) add(tour);
    std::vector<char> is_done(problem.tasks.size(), 0);
    std::vector<Id<DispatchTask>> path;
    for (std::size_t t = 0; t < legs_.size(); ++t) {
      if (!legs_[t].empty()) visit(Id<DispatchTask>{t}, is_done);
    }
  }

  const std::vector<Id<DispatchTask>>& order() const { return order_; }
  const std::vector<Leg>& legs(Id<DispatchTask> task) const { return legs_[task.index]; }
  bool has(Id<DispatchTask> task) const { return !legs_[task.index].empty(); }

 private:
  void add(const DispatchTour& tour) {
    const DispatchCrew& crew = problem_.crews[tour.crew.index];
    const TravelMatrix& travel = problem_.travel[crew.matrix];
    Id<DispatchTask> previous;
    Id<Site> place = crew.start_site;
    double departure = crew.start_time;
    for (const DispatchStop& stop : tour.stops) {
      const Id<Site> site = problem_.tasks[stop.task.index].site;
      const double drive = travel(place.index, site.index);
      const double pause = std::max(0.0, stop.arrival - departure - drive);
      legs_[stop.task.index].push_back({stop.task, previous, crew.start_time, drive, pause});
      previous = stop.task;
      place = site;
      departure = stop.completion;
    }
  }

  // Depth first with a stack of its own: tours are as long as the problem.
  void visit(Id<DispatchTask> root, std::vector<char>& is_done) {
    std::vector<Id<DispatchTask>> stack{root};
    while (!stack.empty()) {
      const Id<DispatchTask> top = stack.back();
      if (is_done[top.index] != 0) {
        stack.pop_back();
        continue;
      }
      const std::size_t before = stack.size();
      const auto need = [&](Id<DispatchTask> other) {
        if (other.valid() && has(other) && is_done[other.index] == 0) stack.push_back(other);
      };
      for (const Leg& leg : legs_[top.index]) need(leg.previous);
      if (!problem_.tasks[top.index].started) {
        for (const Id<DispatchTask> other : problem_.tasks[top.index].hard_after) need(other);
      }
      if (stack.size() > before) continue;
      is_done[top.index] = 1;
      order_.push_back(top);
      stack.pop_back();
    }
  }

  const DispatchProblem& problem_;
  std::vector<std::vector<Leg>> legs_;  // by task, one a crew
  std::vector<Id<DispatchTask>> order_;
};

class Sampler {
 public:
  Sampler(const DispatchProblem& problem, const Course& course, std::span<const WorkBelief> tasks,
          const RepairTimeBook& book, const ForecastSettings& settings)
      : problem_(problem),
        course_(course),
        tasks_(tasks),
        book_(book),
        settings_(settings),
        done_(problem.tasks.size(), 0),
        left_(problem.tasks.size(), 0),
        restored_(problem.tasks.size(), 0) {}

  // Fills restored(): when each task's light returns in this sample.
  void run(Random random) {
    worlds_.clear();
    random_ = &random;
    const double common = random.normal() * settings_.travel_common_log_sd;
    for (const Id<DispatchTask> id : course_.order()) {
      const DispatchTask& task = problem_.tasks[id.index];
      double start = task.started ? 0 : task.earliest;
      for (const Leg& leg : course_.legs(id)) {
        const double slower = std::exp(common + settings_.travel_own_log_sd * random.normal());
        const double from = leg.previous.valid() ? done_[leg.previous.index] : leg.begin;
        start = std::max(start, from + leg.pause + leg.drive * slower);
      }
      if (!task.started) {
        for (const Id<DispatchTask> before : task.hard_after)
          start = std::max(start, done_[before.index]);
      }
      const WorkBelief& belief = tasks_[id.index];
      if (belief.rest_of.valid()) {
        take_over(id, start);
        continue;
      }
      const double done = start + draw(belief.work_class, belief.expected_s, belief.elapsed_s);
      done_[id.index] = std::min(done, std::max(start, belief.leaves_at_s));
      left_[id.index] = done - done_[id.index];
      restored_[id.index] = done_[id.index] + draw(belief.next_class, belief.next_expected_s, 0);
    }
  }

  double restored(Id<DispatchTask> task) const { return restored_[task.index]; }

 private:
  // Whoever comes to go on finds it done, or does the rest.
  void take_over(Id<DispatchTask> id, double start) {
    const std::size_t whole = tasks_[id.index].rest_of.index;
    done_[id.index] = start + left_[whole];
    restored_[id.index] = left_[whole] > 0 ? done_[id.index] : restored_[whole];
  }

  // Seconds still to come.
  double draw(std::size_t work_class, double expected_s, double elapsed_s) {
    if (expected_s <= 0) return 0;
    auto world = worlds_.find(work_class);
    if (world == worlds_.end())
      world = worlds_.emplace(work_class, book_.of(work_class).draw_world(*random_)).first;
    const double ratio = draw_ratio(world->second, elapsed_s / expected_s, *random_);
    return std::max(0.0, ratio * expected_s - elapsed_s);
  }

  const DispatchProblem& problem_;
  const Course& course_;
  std::span<const WorkBelief> tasks_;
  const RepairTimeBook& book_;
  const ForecastSettings& settings_;
  std::map<std::size_t, RepairTimeBelief::World> worlds_;
  Random* random_ = nullptr;
  std::vector<double> done_;
  std::vector<double> left_;  // of the work, when the crew left
  std::vector<double> restored_;
};

// Each group with all soft predecessors of its tasks, direct and indirect.
std::vector<std::vector<Id<DispatchTask>>> with_predecessors(
    const DispatchProblem& problem, std::vector<std::vector<Id<DispatchTask>>> groups) {
  std::vector<std::size_t> seen_in(problem.tasks.size(), groups.size());
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::vector<Id<DispatchTask>> open = std::move(groups[g]);
    groups[g].clear();
    while (!open.empty()) {
      const Id<DispatchTask> task = open.back();
      open.pop_back();
      if (seen_in[task.index] == g) continue;
      seen_in[task.index] = g;
      groups[g].push_back(task);
      const auto& after = problem.tasks[task.index].after;
      open.insert(open.end(), after.begin(), after.end());
    }
  }
  return groups;
}

// The smallest value that at least this share of the samples does not exceed.
double quantile(std::vector<double>& samples, double share) {
  const auto rank = static_cast<std::size_t>(
      std::max(1.0, std::ceil(share * static_cast<double>(samples.size()))));
  const auto place = samples.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(samples.begin(), place, samples.end());
  return *place;
}

}  // namespace

std::vector<RestorationForecast> forecast_restorations(
    const DispatchProblem& problem, const DispatchPlan& plan, std::span<const WorkBelief> tasks,
    const std::vector<std::vector<Id<DispatchTask>>>& groups, const RepairTimeBook& book,
    const ForecastSettings& settings, unsigned threads) {
  GRIDMEND_CHECK(tasks.size() == problem.tasks.size(), "one belief a task");
  if (groups.empty()) return {};  // planned work only: nobody waits in the dark
  const Course course(problem, plan);
  const auto whole = with_predecessors(problem, groups);
  const auto samples = static_cast<std::size_t>(std::max(1, settings.samples));
  std::vector<std::vector<double>> drawn(groups.size(), std::vector<double>(samples));
  const Random random(settings.seed);
  const std::size_t parts = std::clamp<std::size_t>(threads, 1, samples);
  parallel_for(parts, threads, [&](std::size_t part) {
    Sampler sampler(problem, course, tasks, book, settings);
    for (std::size_t s = part * samples / parts; s < (part + 1) * samples / parts; ++s) {
      sampler.run(random.fork(s));
      for (std::size_t g = 0; g < whole.size(); ++g) {
        double last = 0;
        for (const Id<DispatchTask> task : whole[g]) last = std::max(last, sampler.restored(task));
        drawn[g][s] = last;
      }
    }
  });
  std::vector<RestorationForecast> forecasts;
  forecasts.reserve(groups.size());
  for (std::vector<double>& values : drawn)
    forecasts.push_back({quantile(values, .5), quantile(values, .9)});
  return forecasts;
}

}  // namespace gridmend
