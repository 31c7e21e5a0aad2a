#include "routing/tour/moves/blinking_insertion.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/check.h"

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

void BlinkingInsertion::apply(Schedule& schedule, const std::vector<Id<DispatchTask>>& removed,
                              Random& random) {
  std::vector<Id<DispatchTask>>& order = order_.draw(
      removed, [&](Id<DispatchTask> task) { return !schedule.is_present(task); }, random);
  SlotPricer pricer(schedule);
  Blinks blinks(random);
  bool moved = true;
  while (moved && !order.empty()) {
    const std::size_t before = order.size();
    std::erase_if(order, [&](Id<DispatchTask> task) {
      return insert(schedule, pricer, task, blinks, random);
    });
    // Another turn for those whose prerequisites stood further back in the order.
    moved = index_.is_coupled() && order.size() < before;
  }
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

void BlinkingInsertion::apply(LatencyTours& tours, const std::vector<Id<DispatchTask>>& removed,
                              Random& random) {
  Blinks blinks(random);
  const auto is_absent = [&](Id<DispatchTask> task) { return !tours.is_present(task); };
  for (const Id<DispatchTask> task : order_.draw(removed, is_absent, random)) {
    SlotCost best;
    for (const Id<DispatchCrew> crew : index_.able_crews(task)) {
      const auto [cost, place] = tours.cheapest(task, crew, [&] { return blinks.is_skipped(); });
      if (cost < best.cost) best = {cost, {crew, place}};
    }
    if (std::isfinite(best.cost)) tours.insert(task, best.slot.crew, best.slot.position);
  }
}

}  // namespace gridmend
