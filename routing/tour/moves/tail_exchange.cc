#include "routing/tour/moves/tail_exchange.h"

namespace gridmend {

void TailExchange::consider(const LatencyTours& tours, const NearPlaces& near,
                            LatencyTours::Recombination& best) {
  if (near.crew == near.near_crew) return;
  const auto exchange = [&](std::uint32_t kept, std::uint32_t near_kept) {
    LatencyTours::Recombination change(near.crew, kept, near.near_crew, near_kept);
    change.one.then(near.near_crew, near_kept + 1, tours.stops(near.near_crew));
    change.other.then(near.crew, kept + 1, tours.stops(near.crew));
    keep_cheaper(tours, change, best);
  };
  if (near.near_place >= 1) exchange(near.place, near.near_place - 1);
  if (near.near_place <= tours.stops(near.near_crew)) exchange(near.place - 1, near.near_place);
}

}  // namespace gridmend
