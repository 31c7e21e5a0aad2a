#include "tests/routing/tour/subset_optimum.h"

#include <algorithm>
#include <vector>

namespace gridmend::testing {
namespace {

// What one crew pays for each subset of tasks. Built backwards: before a stop that leaves k tasks
// to do, every second of the way costs k + 1, whatever was done so far.
std::vector<double> one_crew(const DispatchProblem& problem) {
  const std::size_t n = problem.tasks.size();
  const TravelMatrix& travel = problem.travel[0];
  const auto site = [&](std::size_t t) { return problem.tasks[t].site.index; };
  std::vector<std::vector<double>> from(std::size_t{1} << n, std::vector<double>(n, kNever));
  std::vector<double> best(std::size_t{1} << n, kNever);
  best[0] = 0;
  for (std::size_t set = 0; set < best.size(); ++set) {
    const double waiting = __builtin_popcountll(set);
    for (std::size_t at = 0; at < n; ++at) {  // just done `at`, `set` still to do
      if ((set >> at & 1U) != 0) continue;
      if (set == 0) from[set][at] = 0;
      for (std::size_t next = 0; next < n; ++next) {
        if ((set >> next & 1U) == 0) continue;
        const double leg = travel(site(at), site(next)) + problem.tasks[next].duration;
        from[set][at] =
            std::min(from[set][at], waiting * leg + from[set & ~(std::size_t{1} << next)][next]);
      }
    }
    for (std::size_t next = 0; next < n; ++next) {
      if ((set >> next & 1U) == 0) continue;
      const double leg =
          travel(problem.crews[0].start_site.index, site(next)) + problem.tasks[next].duration;
      best[set] = std::min(best[set], waiting * leg + from[set & ~(std::size_t{1} << next)][next]);
    }
  }
  return best;
}

}  // namespace

double subset_optimum(const DispatchProblem& problem) {
  const std::vector<double> alone = one_crew(problem);
  std::vector<double> shared = alone;
  for (std::size_t crew = 1; crew < problem.crews.size(); ++crew) {
    std::vector<double> more = shared;
    for (std::size_t set = 0; set < more.size(); ++set) {
      for (std::size_t part = set; part > 0; part = (part - 1) & set) {
        more[set] = std::min(more[set], alone[part] + shared[set & ~part]);
      }
    }
    shared = std::move(more);
  }
  return shared.back();
}

}  // namespace gridmend::testing
