#include "routing/tour/moves/stop_exchange.h"

namespace gridmend {

bool StopExchange::improve(LatencyTour& tour) {
  double best = -LatencyTour::kLeastGain;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  const std::uint32_t home = tour.size() + 1;
  for (std::uint32_t i = 1; i < tour.size(); ++i) {
    for (std::uint32_t j = i + 1; j <= tour.size(); ++j) {
      LatencyTour::Walk walk(tour, i - 1);
      walk.forward(j, j).forward(i + 1, j - 1).forward(i, i);
      const double change = walk.forward(j + 1, home).gain_or_loss();
      if (change >= best) continue;
      best = change;
      a = i;
      b = j;
    }
  }
  if (a == 0) return false;
  tour.exchange(a, b);
  return true;
}

}  // namespace gridmend
