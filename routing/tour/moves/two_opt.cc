#include "routing/tour/moves/two_opt.h"

namespace gridmend {

bool TwoOpt::improve(LatencyTour& tour) {
  double best = -LatencyTour::kLeastGain;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  const std::uint32_t home = tour.size() + 1;
  for (std::uint32_t i = 1; i < tour.size(); ++i) {
    for (std::uint32_t j = i + 1; j <= tour.size(); ++j) {
      const double change =
          LatencyTour::Walk(tour, i - 1).backward(i, j).forward(j + 1, home).gain_or_loss();
      if (change >= best) continue;
      best = change;
      first = i;
      last = j;
    }
  }
  if (first == 0) return false;
  tour.reverse(first, last);
  return true;
}

}  // namespace gridmend
