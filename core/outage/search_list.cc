#include "core/outage/search_list.h"

#include <algorithm>
#include <numeric>

#include "core/base/check.h"

namespace gridmend {

SearchList::SearchList(std::vector<double> minutes)
    : minutes_(std::move(minutes)), order_(minutes_.size()) {
  GRIDMEND_CHECK(std::ranges::all_of(minutes_, [](double m) { return m > 0; }),
                 "every suspect takes time to look at");
  std::iota(order_.begin(), order_.end(), 0);
}

void SearchList::sort(std::span<const double> losses) {
  GRIDMEND_CHECK(losses.size() == minutes_.size(), "a loss a suspect");
  std::ranges::sort(order_, [&](std::uint32_t a, std::uint32_t b) {
    const double before = losses[a] * minutes_[b], after = losses[b] * minutes_[a];
    return before != after ? before > after : a < b;
  });
}

double SearchList::cost(std::span<const double> losses) {
  sort(losses);
  double reached = 0, cost = 0;
  for (const std::uint32_t i : order_) {
    reached += minutes_[i];
    cost += losses[i] * reached;
  }
  return cost;
}

std::vector<std::uint32_t> SearchList::order(std::span<const double> losses) {
  sort(losses);
  return order_;
}

}  // namespace gridmend
