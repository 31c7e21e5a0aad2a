#include "routing/tour/moves/stop_exchange.h"

#include <utility>

namespace gridmend {
namespace {

using Recombination = LatencyTours::Recombination;
using Stretch = LatencyTours::Stretch;

void exchange(const LatencyTours& tours, Stretch a, Stretch b, Recombination& best) {
  if (a.first < 1 || b.first < 1) return;
  if (a.last > tours.stops(a.crew) || b.last > tours.stops(b.crew)) return;
  if (a.crew != b.crew) {
    Recombination change(a.crew, a.first - 1, b.crew, b.first - 1);
    change.one.then(b.crew, b.first, b.last).then(a.crew, a.last + 1, tours.stops(a.crew));
    change.other.then(a.crew, a.first, a.last).then(b.crew, b.last + 1, tours.stops(b.crew));
    return keep_cheaper(tours, change, best);
  }
  if (b.first < a.first) std::swap(a, b);
  if (a.last >= b.first) return;
  Recombination change(a.crew, a.first - 1);
  change.one.then(a.crew, b.first, b.last).then(a.crew, a.last + 1, b.first - 1);
  change.one.then(a.crew, a.first, a.last).then(a.crew, b.last + 1, tours.stops(a.crew));
  keep_cheaper(tours, change, best);
}

}  // namespace

void StopExchange::consider(const LatencyTours& tours, const NearPlaces& near,
                            LatencyTours::Recombination& best) {
  const auto [crew, place, near_crew, near_place] = near;
  for (std::uint32_t length = 1; length <= kLongest; ++length) {
    for (std::uint32_t other = 1; other <= kLongest; ++other) {
      exchange(tours, {crew, place, place + length - 1, false},
               {near_crew, near_place + 1, near_place + other, false}, best);
      if (place < length || near_place <= other) continue;
      exchange(tours, {crew, place + 1 - length, place, false},
               {near_crew, near_place - other, near_place - 1, false}, best);
    }
  }
}

}  // namespace gridmend
