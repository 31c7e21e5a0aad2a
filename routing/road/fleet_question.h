#pragma once

#include <cstddef>
#include <tuple>
#include <vector>

#include "routing/road/fleet_book.h"

// The inside of FleetBook: what its parts share.

namespace gridmend {

// One question on its way to its answer.
struct FleetBook::Question {
  Time now;
  std::span<const FleetSite> sites;
  std::vector<Key> keys = {};  // by site
  std::vector<std::vector<SearchStart>> starts = {};
  std::vector<std::vector<SearchGoal>> goals = {};
  std::vector<Weight> matrix = {};
  // Besides, from site to site, on the ground of crews that are cut off.
  std::vector<std::tuple<std::size_t, std::size_t, Weight>> within_stays = {};
  FleetTravel made = {};

  std::size_t cell(std::size_t from, std::size_t to) const { return from * sites.size() + to; }
};

// Of a place on a road only edge and distance along it matter to searches.
inline bool is_same(const SearchStart& a, const SearchStart& b) {
  return a.place.edge == b.place.edge && a.place.along_m == b.place.along_m &&
         a.seconds == b.seconds;
}

inline std::vector<SearchGoal> as_goals(const RoadConditions& conditions,
                                        std::span<const SearchStart> doors) {
  std::vector<SearchGoal> goals;
  for (const SearchStart& door : doors) {
    if (!conditions.closed(door.place.edge)) goals.push_back({door.place, door.seconds, 0});
  }
  return goals;
}

}  // namespace gridmend
