#include "routing/road/nearest_first.h"

#include <algorithm>

#include "routing/road/road_forecast.h"

namespace gridmend {

Time NearestFirst::begin(std::size_t at, std::size_t place, Time free) const {
  const Weight driven = ms[at * (crews.size() + places.size()) + crews.size() + place];
  return std::max(places[place].ready, later(free, from_seconds(driven / 1000.0)));
}

std::optional<std::size_t> NearestFirst::nearest(std::size_t crew, std::size_t at, Time free,
                                                 const std::vector<char>& taken) const {
  const std::size_t stops = crews.size() + places.size();
  std::optional<std::size_t> best;
  Weight least = kNoWay;
  for (std::size_t p = 0; p < places.size(); ++p) {
    const Weight driven = ms[at * stops + crews.size() + p];
    if (taken[p] != 0 || places[p].crews[crew] == 0 || driven >= least) continue;
    const Time begun = begin(at, p, free);
    if (begun >= crews[crew].until || later(begun, places[p].work) > places[p].done_by) continue;
    best = p;
    least = driven;
  }
  return best;
}

std::vector<char> NearestFirst::taken() const {
  std::vector<char> taken(places.size(), 0);
  std::vector<std::size_t> at;
  std::vector<Time> free;
  std::vector<std::size_t> going;
  for (std::size_t c = 0; c < crews.size(); ++c) {
    at.push_back(c);
    free.push_back(crews[c].free);
    going.push_back(c);
  }
  while (!going.empty()) {
    const auto next = std::ranges::min_element(going, {}, [&](std::size_t c) { return free[c]; });
    const std::size_t c = *next;
    const auto place = nearest(c, at[c], free[c], taken);
    if (!place) {
      going.erase(next);
      continue;
    }
    taken[*place] = 1;
    free[c] = later(begin(at[c], *place, free[c]), places[*place].work);
    at[c] = crews.size() + *place;
  }
  return taken;
}

}  // namespace gridmend
