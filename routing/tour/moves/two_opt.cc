#include "routing/tour/moves/two_opt.h"

#include <algorithm>

namespace gridmend {

void TwoOpt::consider(const LatencyTours& tours, const NearPlaces& near,
                      LatencyTours::Recombination& best) {
  if (near.crew != near.near_crew) return;
  const Id<DispatchCrew> crew = near.crew;
  const std::uint32_t stops = tours.stops(crew);
  const auto turn = [&](std::uint32_t first, std::uint32_t last) {
    if (first < 1 || last > stops || first >= last) return;
    LatencyTours::Recombination turned(crew, first - 1);
    turned.one.then(crew, first, last, true).then(crew, last + 1, stops);
    keep_cheaper(tours, turned, best);
  };
  const auto [low, high] = std::minmax(near.place, near.near_place);
  turn(low + 1, high);
  if (high > 0) turn(low, high - 1);
}

}  // namespace gridmend
