#include "core/reliability/interruption.h"

#include <algorithm>
#include <deque>
#include <limits>

namespace gridmend {
namespace {

// Customers still out, longest first.
struct Standing {
  Time from;
  double customers;
};

void bring_back(std::deque<Standing>& standing, double customers, Time at,
                std::vector<Interruption>& out) {
  while (customers > 0 && !standing.empty()) {
    Standing& longest = standing.front();
    const double back = std::min(customers, longest.customers);
    if (at > longest.from) out.push_back({longest.from, at, back});
    customers -= back;
    longest.customers -= back;
    if (longest.customers <= 0) standing.pop_front();
  }
}

}  // namespace

std::vector<Interruption> interruptions_of(std::span<const CustomerStep> steps, Time now) {
  std::vector<Interruption> out;
  std::deque<Standing> standing;
  double present = 0;
  for (std::size_t i = 0; i < steps.size() && steps[i].time < now; ++i) {
    const bool replaced = i + 1 < steps.size() && steps[i + 1].time == steps[i].time;
    if (replaced) continue;
    const double change = steps[i].customers - present;
    if (change > 0) standing.push_back({steps[i].time, change});
    if (change < 0) bring_back(standing, -change, steps[i].time, out);
    present = steps[i].customers;
    if (present <= 0)
      bring_back(standing, std::numeric_limits<double>::infinity(), steps[i].time, out);
  }
  bring_back(standing, std::numeric_limits<double>::infinity(), now, out);
  return out;
}

}  // namespace gridmend
