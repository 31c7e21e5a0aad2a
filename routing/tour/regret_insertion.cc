#include <algorithm>
#include <array>
#include <cmath>

#include "routing/tour/construction.h"
#include "routing/tour/insertion.h"

namespace gridmend {
namespace {

// The cheapest slot of every (task, crew), kept up to date while tours grow. Only what an insertion
// can have changed in its own tour is looked at again; what it changes elsewhere (weights that now
// wait for another tour) is seen when the slot is taken.
class RegretTable {
 public:
  RegretTable(Schedule& schedule, const std::vector<Id<DispatchTask>>& order)
      : schedule_(schedule), pricer_(schedule), rows_(schedule.index().problem().tasks.size()) {
    for (const Id<DispatchTask> task : order) {
      if (!schedule.is_present(task) && schedule.index().crews_of(task) == 1) open_.push_back(task);
    }
    for (const Id<DispatchTask> task : open_) fill(task);
  }

  void run() {
    while (true) {
      const auto best =
          std::max_element(open_.begin(), open_.end(), [&](Id<DispatchTask> a, Id<DispatchTask> b) {
            return rows_[a.index].regret < rows_[b.index].regret;
          });
      if (best == open_.end() || rows_[best->index].regret < 0) return;
      const Id<DispatchTask> task = *best;
      take(task);
    }
  }

 private:
  struct Row {
    std::vector<SlotCost> cheapest;  // one an able crew
    double regret = -1;              // negative: no slot at all
  };

  void fill(Id<DispatchTask> task) {
    Row& row = rows_[task.index];
    const auto& able = schedule_.index().able_crews(task);
    row.cheapest.assign(able.size(), {});
    if (std::isfinite(schedule_.ready(task))) {
      pricer_.look_at(task);
      for (std::size_t k = 0; k < able.size(); ++k) {
        row.cheapest[k] = pricer_.cheapest(able[k]);
      }
    }
    rate(row);
  }

  static void rate(Row& row) {
    double first = kNever;
    double second = kNever;
    for (const SlotCost& slot : row.cheapest) {
      if (slot.cost < first) {
        second = first;
        first = slot.cost;
      } else if (slot.cost < second) {
        second = slot.cost;
      }
    }
    row.regret = std::isfinite(first) ? second - first : -1;
  }

  void take(Id<DispatchTask> task) {
    const Row& row = rows_[task.index];
    const auto best =
        std::min_element(row.cheapest.begin(), row.cheapest.end(),
                         [](const SlotCost& a, const SlotCost& b) { return a.cost < b.cost; });
    const Slot slot = best->slot;
    const bool taken = schedule_.insert(task, std::array{slot}) || insert_cheapest(schedule_, task);
    std::erase(open_, task);
    if (taken) update(task, schedule_.holders(task).front());
  }

  void update(Id<DispatchTask> inserted, Id<DispatchCrew> crew) {
    const ProblemIndex& index = schedule_.index();
    for (const Id<DispatchTask> task : open_) {
      if (concerns(inserted, task)) {
        fill(task);
        continue;
      }
      const auto& able = index.able_crews(task);
      const auto place = std::lower_bound(able.begin(), able.end(), crew);
      if (place == able.end() || *place != crew || !std::isfinite(schedule_.ready(task))) continue;
      Row& row = rows_[task.index];
      pricer_.look_at(task);
      row.cheapest[static_cast<std::size_t>(place - able.begin())] = pricer_.cheapest(crew);
      rate(row);
    }
  }

  bool concerns(Id<DispatchTask> inserted, Id<DispatchTask> task) const {
    const auto in = [&](const std::vector<Id<DispatchTask>>& list) {
      return std::find(list.begin(), list.end(), inserted) != list.end();
    };
    return in(schedule_.index().task(task).after) || in(schedule_.index().task(task).hard_after) ||
           in(schedule_.index().soft_successors(task));
  }

  Schedule& schedule_;
  SlotPricer pricer_;
  std::vector<Row> rows_;
  std::vector<Id<DispatchTask>> open_;
};

}  // namespace

void insert_by_regret(Schedule& schedule, const std::vector<Id<DispatchTask>>& order) {
  for (const Id<DispatchTask> task : order) {
    if (schedule.index().crews_of(task) > 1) insert_cheapest(schedule, task);
  }
  RegretTable(schedule, order).run();
  insert_in_order(schedule, order);
}

}  // namespace gridmend
