#include "routing/tour/moves/or_opt.h"

namespace gridmend {
namespace {

using Recombination = LatencyTours::Recombination;

// The stretch goes behind place `behind` of the near tour.
void move_behind(const LatencyTours& tours, const LatencyTours::Stretch& moved,
                 Id<DispatchCrew> near_crew, std::uint32_t behind, Recombination& best) {
  const auto [crew, first, last, turned] = moved;
  const std::uint32_t stops = tours.stops(crew);
  if (crew != near_crew) {
    Recombination change(near_crew, behind, crew, first - 1);
    change.one.then(crew, first, last, turned);
    change.one.then(near_crew, behind + 1, tours.stops(near_crew));
    change.other.then(crew, last + 1, stops);
    return keep_cheaper(tours, change, best);
  }
  const bool stays = behind + 1 == first || behind == last;
  if (stays || (behind >= first && behind <= last)) return;
  if (behind < first) {
    Recombination earlier(crew, behind);
    earlier.one.then(crew, first, last, turned).then(crew, behind + 1, first - 1);
    earlier.one.then(crew, last + 1, stops);
    return keep_cheaper(tours, earlier, best);
  }
  Recombination later(crew, first - 1);
  later.one.then(crew, last + 1, behind).then(crew, first, last, turned);
  later.one.then(crew, behind + 1, stops);
  keep_cheaper(tours, later, best);
}

}  // namespace

void OrOpt::consider(const LatencyTours& tours, const NearPlaces& near,
                     LatencyTours::Recombination& best) {
  const auto [crew, place, near_crew, near_place] = near;
  const bool has_behind = near_place <= tours.stops(near_crew);
  const bool has_before = near_place >= 1;
  for (std::uint32_t length = 1; length <= kLongest; ++length) {
    if (const std::uint32_t last = place + length - 1; last <= tours.stops(crew)) {
      if (has_behind) move_behind(tours, {crew, place, last, false}, near_crew, near_place, best);
      if (has_before && length > 1) {
        move_behind(tours, {crew, place, last, true}, near_crew, near_place - 1, best);
      }
    }
    if (place >= length) {
      const std::uint32_t first = place + 1 - length;
      if (has_before)
        move_behind(tours, {crew, first, place, false}, near_crew, near_place - 1, best);
      if (has_behind && length > 1) {
        move_behind(tours, {crew, first, place, true}, near_crew, near_place, best);
      }
    }
  }
}

}  // namespace gridmend
