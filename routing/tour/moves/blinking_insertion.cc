#include "routing/tour/moves/blinking_insertion.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/check.h"
#include "routing/tour/construction.h"

namespace gridmend {
namespace {

constexpr std::size_t kTriesWhenCoupled = 4;
constexpr double kSwapRate = 0.1;

#ifndef NDEBUG
bool same(double a, double b) {
  return std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)});
}
#endif

}  // namespace

BlinkingInsertion::BlinkingInsertion(const ProblemIndex& index)
    : index_(index),
      processing_(processing_times(index)),
      distance_(index.problem().tasks.size(), kNever) {
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

void BlinkingInsertion::apply(Schedule& schedule, Random& random) {
  order_.clear();
  for (const Id<DispatchTask> task : servable_) {
    if (!schedule.is_present(task)) order_.emplace_back(0, task);
  }
  draw_order(random);
  SlotPricer pricer(schedule);
  Blinks blinks(random);
  bool moved = true;
  while (moved && !order_.empty()) {
    const std::size_t before = order_.size();
    std::erase_if(order_, [&](const auto& entry) {
      return insert(schedule, pricer, entry.second, blinks, random);
    });
    // Another turn for those whose prerequisites stood further back in the order.
    moved = index_.is_coupled() && order_.size() < before;
  }
}

void BlinkingInsertion::draw_order(Random& random) {
  const std::uint64_t kind = random.below(11);
  for (auto& [key, task] : order_) key = key_of(task, kind, random);
  std::sort(order_.begin(), order_.end());
}

// Random, most worth an hour first, largest first, far first, near first.
double BlinkingInsertion::key_of(Id<DispatchTask> id, std::uint64_t kind, Random& random) const {
  const DispatchTask& task = index_.task(id);
  if (kind < 4) return random.uniform();
  if (kind < 6) return -task.weight / std::max(processing_[id.index], 1e-9);
  if (kind < 8) return -task.demand;
  return kind < 10 ? -distance_[id.index] : distance_[id.index];
}

bool BlinkingInsertion::insert(Schedule& schedule, SlotPricer& pricer, Id<DispatchTask> task,
                               Blinks& blinks, Random& random) {
  if (index_.is_coupled()) {
    // The price of a slot is a guess here: look beyond the cheapest more often.
    std::vector<Insertion> ways = promising_insertions(schedule, task, kTriesWhenCoupled);
    if (ways.size() > 1 && random.chance(kSwapRate)) {
      std::swap(ways[0], ways[1 + random.below(ways.size() - 1)]);
    }
    return std::any_of(ways.begin(), ways.end(),
                       [&](const Insertion& way) { return schedule.insert(task, way.slots); });
  }
  pricer.look_at(task);
  SlotCost best;
  for (const Id<DispatchCrew> crew : index_.able_crews(task)) {
    const SlotCost found = pricer.cheapest(crew, &blinks);
    if (found.cost < best.cost) best = found;
  }
  if (!std::isfinite(best.cost)) return false;
#ifndef NDEBUG
  const double before = schedule.objective();
#endif
  if (!schedule.insert(task, std::array{best.slot})) return false;
#ifndef NDEBUG
  const double after = schedule.objective();
  const bool exact = !index_.is_soft() && !index_.task(task).started;
  GRIDMEND_CHECK(!exact || same(before + best.cost, after), "the price was the difference");
#endif
  return true;
}

}  // namespace gridmend
