#include "routing/tour/moves/string_removal.h"

#include <algorithm>
#include <cmath>

namespace gridmend {

StringRemoval::StringRemoval(const ProblemIndex& index)
    : index_(index),
      is_marked_(index.problem().tasks.size(), 0),
      tour_used_(index.problem().crews.size(), 0) {}

bool StringRemoval::apply(Schedule& schedule, Random& random) {
  choose(schedule, random);
  for (std::size_t i = 0; i < marked_.size(); ++i) {
    for (const Id<DispatchTask> next : index_.hard_successors(marked_[i])) {
      if (schedule.is_present(next)) mark(next);
    }
  }
  return schedule.remove(marked_);
}

bool StringRemoval::apply(LatencyTours& tours, Random& random) {
  choose(tours, random);
  return tours.remove(marked_);
}

template <class Plan>
void StringRemoval::choose(const Plan& plan, Random& random) {
  for (const Id<DispatchTask> id : marked_) is_marked_[id.index] = 0;
  marked_.clear();
  std::fill(tour_used_.begin(), tour_used_.end(), char{0});
  const std::size_t present = is_marked_.size() - plan.absent_tasks();
  if (present == 0) return;
  std::size_t tours = 0;
  for (std::size_t c = 0; c < tour_used_.size(); ++c) {
    tours += plan.stops(Id<DispatchCrew>{c}) == 0 ? 0 : 1;
  }
  const double mean_stops = static_cast<double>(present) / static_cast<double>(tours);
  const double longest = std::min(kLongest, mean_stops);
  const double most_strings = 4 * kMeanRemoved / (1 + longest) - 1;
  const auto strings = static_cast<std::size_t>(random.uniform(1, most_strings + 1));
  const bool once_each = tours >= strings;
  const Id<DispatchTask> seed{random.below(is_marked_.size())};
  std::size_t taken = 0;
  for (const Id<DispatchTask> near : index_.near(seed)) {
    if (taken >= strings) break;
    if (!plan.is_present(near) || is_marked_[near.index] != 0) continue;
    if (index_.task(near).started) continue;
    const Id<DispatchCrew> crew = plan.crew_of(near);
    if (once_each && tour_used_[crew.index] != 0) continue;
    const auto stops = static_cast<double>(plan.stops(crew));
    take_string(plan, near,
                static_cast<std::size_t>(random.uniform(1, std::min(longest, stops) + 1)), random);
    tour_used_[crew.index] = 1;
    ++taken;
  }
}

// Consecutive stops that include `around`; half of the time a stretch in the middle is spared.
template <class Plan>
void StringRemoval::take_string(const Plan& plan, Id<DispatchTask> around, std::size_t length,
                                Random& random) {
  const Id<DispatchCrew> crew = plan.crew_of(around);
  const std::size_t stops = plan.stops(crew);
  std::uint32_t at = 0;
  while (plan.task_at(crew, at + 1) != around) ++at;
  std::size_t spared = 0;
  if (length > 1 && random.chance(kSplitRate)) {
    spared = 1;
    while (length + spared < stops && random.chance(kSplitGrowth)) ++spared;
  }
  const std::size_t span = std::min(stops, length + spared);
  const std::size_t earliest = at + 1 >= span ? at + 1 - span : 0;
  const std::size_t latest = std::min(std::size_t{at}, stops - span);
  const std::size_t first = earliest + random.below(latest - earliest + 1);
  const std::size_t gap = spared == 0 ? span : 1 + random.below(length - 1);
  for (std::size_t i = 0; i < span; ++i) {
    const bool is_spared = i >= gap && i < gap + spared;
    if (!is_spared) mark(plan.task_at(crew, static_cast<std::uint32_t>(first + i + 1)));
  }
}

void StringRemoval::mark(Id<DispatchTask> task) {
  if (is_marked_[task.index] != 0 || index_.task(task).started) return;
  is_marked_[task.index] = 1;
  marked_.push_back(task);
}

}  // namespace gridmend
