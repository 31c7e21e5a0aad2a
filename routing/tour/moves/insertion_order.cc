#include "routing/tour/moves/insertion_order.h"

#include <algorithm>
#include <utility>

#include "routing/tour/construction.h"

namespace gridmend {

InsertionOrder::InsertionOrder(const ProblemIndex& index)
    : index_(index),
      processing_(processing_times(index)),
      distance_(index.problem().tasks.size(), kNever),
      has_turn_(index.problem().tasks.size(), 0) {
  for (std::size_t t = 0; t < distance_.size(); ++t) {
    const Id<DispatchTask> task{t};
    const auto& able = index.able_crews(task);
    if (static_cast<int>(able.size()) < index.crews_of(task)) continue;
    servable_.push_back(task);
    for (const Id<DispatchCrew> crew : able) {
      const double way =
          index.travel(crew)(index.crew(crew).start_site.index, index.task(task).site.index);
      distance_[t] = std::min(distance_[t], way);
    }
  }
}

// Leaves the removed ones, absent ones near to where room was made, and some others.
void InsertionOrder::thin_out(const std::vector<Id<DispatchTask>>& removed, Random& random) {
  const auto give_turn = [&](Id<DispatchTask> task) {
    const bool is_absent = std::binary_search(keyed_.begin(), keyed_.end(), Keyed{0, task});
    if (!is_absent || has_turn_[task.index] != 0) return false;
    has_turn_[task.index] = 1;
    return true;
  };
  for (const Id<DispatchTask> task : removed) give_turn(task);
  std::size_t others = 0;
  if (!removed.empty()) {
    for (const Id<DispatchTask> near : index_.near(removed.front())) {
      if (others == kOthers / 2) break;
      others += give_turn(near) ? 1 : 0;
    }
  }
  while (others < kOthers) others += give_turn(keyed_[random.below(keyed_.size())].second) ? 1 : 0;
  std::erase_if(keyed_, [&](const Keyed& keyed) {
    return std::exchange(has_turn_[keyed.second.index], char{0}) == 0;
  });
}

void InsertionOrder::sort(Random& random) {
  const std::uint64_t kind = random.below(11);
  for (auto& [key, task] : keyed_) key = key_of(task, kind, random);
  std::sort(keyed_.begin(), keyed_.end());
  order_.clear();
  for (const auto& [key, task] : keyed_) order_.push_back(task);
}

// Random, most worth an hour first, largest first, far first, near first.
double InsertionOrder::key_of(Id<DispatchTask> id, std::uint64_t kind, Random& random) const {
  const DispatchTask& task = index_.task(id);
  if (kind < 4) return random.uniform();
  if (kind < 6) return -task.weight / std::max(processing_[id.index], 1e-9);
  if (kind < 8) return -task.demand;
  return kind < 10 ? -distance_[id.index] : distance_[id.index];
}

}  // namespace gridmend
