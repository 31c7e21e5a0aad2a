#include "tests/routing/tour/made_problem.h"

#include <cmath>
#include <sstream>
#include <utility>

namespace gridmend::testing {
namespace {

TravelMatrix line_matrix(const std::vector<double>& posts) {
  std::vector<double> seconds;
  for (const double from : posts) {
    for (const double to : posts) seconds.push_back(std::abs(from - to));
  }
  return {static_cast<std::uint32_t>(posts.size()), std::move(seconds)};
}

TravelMatrix plane_matrix(int sites, double speed, Random& random,
                          const std::vector<std::pair<double, double>>& at, bool cut) {
  std::vector<double> seconds;
  for (int from = 0; from < sites; ++from) {
    for (int to = 0; to < sites; ++to) {
      const double dx = at[from].first - at[to].first;
      const double dy = at[from].second - at[to].second;
      seconds.push_back(std::round(std::sqrt(dx * dx + dy * dy) / speed));
    }
  }
  if (cut && random.chance(0.3)) {
    const int lonely = random.between(0, sites - 1);
    for (int other = 0; other < sites; ++other) {
      if (other == lonely) continue;
      seconds[static_cast<std::size_t>(lonely * sites + other)] = kNever;
      seconds[static_cast<std::size_t>(other * sites + lonely)] = kNever;
    }
  }
  return {static_cast<std::uint32_t>(sites), std::move(seconds)};
}

void add_precedence(const MadeProblem& what, DispatchProblem& problem, int t, Random& random) {
  DispatchTask& task = problem.tasks[t];
  for (int other = 0; other < t; ++other) {
    if (what.soft && random.chance(0.35)) task.after.emplace_back(other);
    if (what.hard && random.chance(0.2)) task.hard_after.emplace_back(other);
  }
}

void bind(const MadeProblem& what, DispatchProblem& problem, DispatchTask& task, Random& random) {
  const Id<DispatchCrew> crew{random.between(0, what.crews - 1)};
  if (random.chance(0.2)) task.pinned_to = crew;
  if (random.chance(0.3)) {
    task.held_by = crew;
    task.change_penalty = random.between(0, 60);
    if (random.chance(0.3) && task.crews_needed == 1) {
      task.started = true;
      task.pinned_to = {};
    } else if (random.chance(0.4)) {
      task.turn_penalty = random.between(1, 400);
    }
  }
  if (random.chance(0.2)) task.vetoed.emplace_back(random.between(0, what.crews - 1));
  static_cast<void>(problem);
}

}  // namespace

ProblemOnALine::ProblemOnALine(std::vector<double> posts) {
  problem_.sites = static_cast<std::uint32_t>(posts.size());
  problem_.travel.push_back(line_matrix(posts));
}

DispatchCrew& ProblemOnALine::crew(std::string id, int start_site) {
  DispatchCrew& crew = problem_.crews.emplace_back();
  crew.id = std::move(id);
  crew.start_site = Id<Site>{start_site};
  return crew;
}

DispatchTask& ProblemOnALine::task(std::string id, int site, double duration, double weight) {
  DispatchTask& task = problem_.tasks.emplace_back();
  task.id = std::move(id);
  task.site = Id<Site>{site};
  task.duration = duration;
  task.weight = weight;
  return task;
}

DispatchProblem make_problem(const MadeProblem& what, Random& random) {
  DispatchProblem problem;
  const int sites = what.tasks + 2;
  problem.sites = static_cast<std::uint32_t>(sites);
  std::vector<std::pair<double, double>> at;
  for (int s = 0; s < sites; ++s) at.emplace_back(random.uniform(0, 60), random.uniform(0, 60));
  problem.travel.push_back(plane_matrix(sites, 1, random, at, what.shifts));
  problem.travel.push_back(plane_matrix(sites, 0.7, random, at, what.shifts));
  for (int c = 0; c < what.crews; ++c) {
    DispatchCrew& crew = problem.crews.emplace_back();
    crew.id = "c" + std::to_string(c);
    crew.start_site = Id<Site>{random.between(0, sites - 1)};
    crew.start_time = random.chance(0.5) ? 0 : random.between(0, 30);
    crew.matrix = static_cast<std::uint32_t>(random.between(0, 1));
    crew.skills.bits = what.skills ? static_cast<std::uint32_t>(random.between(0, 7)) : 0;
    if (what.rests && random.chance(0.7)) {
      crew.rest_length = random.between(5, 40);
      crew.rest_earliest = random.between(0, 120);
      if (random.chance(0.8)) crew.rest_latest = crew.rest_earliest + random.between(0, 100);
    }
    if (what.closes && random.chance(0.4)) crew.leave_by = random.between(0, 60);
    if (what.depots) {
      crew.capacity = random.between(5, 12);
      if (random.chance(0.5)) crew.load = random.between(0, 8);
    }
    if (!what.shifts) continue;
    if (random.chance(0.5)) crew.end_site = Id<Site>{random.between(0, sites - 1)};
    if (random.chance(0.5)) crew.shift_end = random.between(40, 300);
    if (random.chance(0.5)) crew.capacity = random.between(3, 12);
    if (random.chance(0.5)) crew.return_weight = random.between(0, 3);
  }
  for (int d = 0; what.depots && d < 2; ++d) {
    problem.depots.push_back({"d" + std::to_string(d), Id<Site>{random.between(0, sites - 1)},
                              static_cast<double>(random.between(0, 15))});
    if (!what.closes || !random.chance(0.5)) continue;
    problem.depots.back().earliest = random.between(0, 80);
    problem.depots.back().leave_by = problem.depots.back().earliest + random.between(10, 120);
  }
  for (int t = 0; t < what.tasks; ++t) {
    DispatchTask& task = problem.tasks.emplace_back();
    task.id = "t" + std::to_string(t);
    task.site = Id<Site>{random.between(0, sites - 1)};
    task.duration = random.between(0, 40);
    task.weight = random.chance(0.2) ? 0 : random.between(1, 20);
    task.demand = random.between(0, 5);
    if (what.skills && random.chance(0.4)) task.skills.bits = 1U << random.between(0, 2);
    if (what.windows && random.chance(0.4)) task.earliest = random.between(0, 120);
    if (what.closes && random.chance(0.5)) task.leave_by = random.between(0, 200);
    if (what.windows && random.chance(0.3)) task.deadline = task.earliest + random.between(0, 120);
    if (what.together && random.chance(0.3)) task.crews_needed = 2;
    if (what.late && random.chance(0.5)) {
      task.due = random.between(0, 150);
      task.late_weight = random.between(1, 50);
    }
    add_precedence(what, problem, t, random);
    if (what.bound) bind(what, problem, task, random);
  }
  return problem;
}

std::string describe_problem(const DispatchProblem& problem) {
  std::ostringstream out;
  for (const DispatchCrew& crew : problem.crews) {
    out << crew.id << ": from " << crew.start_site.index << " at " << crew.start_time << " until "
        << crew.shift_end << " load " << crew.load << " of " << crew.capacity << " rest "
        << crew.rest_length << " in " << crew.rest_earliest << ".." << crew.rest_latest
        << " skills " << crew.skills.bits << " matrix " << crew.matrix << '\n';
  }
  for (const DispatchTask& task : problem.tasks) {
    out << task.id << ": site " << task.site.index << " duration " << task.duration << " weight "
        << task.weight << " demand " << task.demand << " window " << task.earliest << ".."
        << task.deadline << " crews " << task.crews_needed << " skills " << task.skills.bits
        << (task.started ? " started" : "");
    if (task.late_weight > 0) out << " due " << task.due << " then " << task.late_weight << " more";
    if (task.pinned_to.valid()) out << " pinned to " << task.pinned_to.index;
    if (task.held_by.valid()) {
      out << " held by " << task.held_by.index << " change " << task.change_penalty << " turn "
          << task.turn_penalty;
    }
    for (const auto crew : task.vetoed) out << " never " << crew.index;
    for (const auto before : task.after) out << " after t" << before.index;
    for (const auto before : task.hard_after) out << " hard after t" << before.index;
    out << '\n';
  }
  return out.str();
}

}  // namespace gridmend::testing
