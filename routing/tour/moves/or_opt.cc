#include "routing/tour/moves/or_opt.h"

namespace gridmend {
namespace {

struct Shift {
  double change = -LatencyTour::kLeastGain;
  std::uint32_t first = 0;  // the two neighbouring stretches: first..middle, middle+1..last
  std::uint32_t middle = 0;
  std::uint32_t last = 0;
  bool later = false;  // the short stretch is the first and moves to the end
  bool turned = false;
};

void consider(const LatencyTour& tour, Shift shift, Shift& best) {
  using Walk = LatencyTour::Walk;
  const std::uint32_t home = tour.size() + 1;
  const auto [change, first, middle, last, later, turned] = shift;
  Walk walk(tour, first - 1);
  if (later) {
    walk.forward(middle + 1, last);
    turned ? walk.backward(first, middle) : walk.forward(first, middle);
  } else {
    turned ? walk.backward(middle + 1, last) : walk.forward(middle + 1, last);
    walk.forward(first, middle);
  }
  shift.change = walk.forward(last + 1, home).gain_or_loss();
  if (shift.change < best.change) best = shift;
}

void apply(LatencyTour& tour, const Shift& shift) {
  const std::uint32_t length = shift.last - shift.middle;
  tour.rotate(shift.first, shift.middle, shift.last);
  if (!shift.turned) return;
  if (shift.later) {
    tour.reverse(shift.first + length, shift.last);
  } else {
    tour.reverse(shift.first, shift.first + length - 1);
  }
}

}  // namespace

bool OrOpt::improve(LatencyTour& tour) {
  Shift best;
  for (std::uint32_t length = 1; length <= kLongest; ++length) {
    for (std::uint32_t first = 1; first + length <= tour.size(); ++first) {
      const std::uint32_t middle = first + length - 1;
      for (std::uint32_t last = middle + 1; last <= tour.size(); ++last) {
        for (const bool turned : {false, true}) {
          if (turned && length == 1) continue;
          consider(tour, {0, first, middle, last, true, turned}, best);
        }
      }
    }
    for (std::uint32_t last = length + 1; last <= tour.size(); ++last) {
      const std::uint32_t middle = last - length;
      for (std::uint32_t first = 1; first <= middle; ++first) {
        for (const bool turned : {false, true}) {
          if (turned && length == 1) continue;
          consider(tour, {0, first, middle, last, false, turned}, best);
        }
      }
    }
  }
  if (best.first == 0) return false;
  apply(tour, best);
  return true;
}

}  // namespace gridmend
