#include "routing/road/pocket_changes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "core/base/random.h"
#include "routing/road/fleet_book.h"
#include "tests/routing/road/made_fleet.h"
#include "tests/routing/road/plain_fleet_travel.h"
#include "tests/routing/road/random_flood.h"
#include "tests/routing/road/water_since_noon.h"

namespace gridmend::pocket_changes_test {
namespace {

using std::chrono::minutes;

// Streets close for good and open again while crews and sites come and go; now and then the water
// is another. What the book keeps of the roads before never changes an answer, to the millisecond.
TEST(PocketChangesProperty, WhatIsKeptAnswersAsThePlainSearch) {
  const RoadMap village{street_grid()};
  const RoadMap city{city_grid()};
  const RoadIndex indices[] = {RoadIndex::build(village.graph({"ABG", "LMI"})),
                               RoadIndex::build(city.graph({"ABJ", "PQX"}))};
  int kept = 0;
  int lost = 0;
  int worse = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const bool is_city = seed % 3 != 0;
    const RoadIndex& index = indices[is_city ? 1 : 0];
    const auto streets = is_city ? city_grid() : street_grid();
    const auto somewhere = [&] {
      return RoadMap::position(random.uniform(0, is_city ? 15 : 9),
                               random.uniform(0, is_city ? 10 : 4));
    };
    Fleet fleet{index};
    fleet.water = random_flood(random, streets, kNoon);
    fleet.vehicle = static_cast<VehicleClass>(random.below(kVehicleClasses - 1));
    const Time now = kNoon + minutes{random.between(-10, 30)};
    std::unique_ptr<FleetRoads> roads;
    std::unique_ptr<FleetBook> book;
    std::vector<FleetSite> sites;
    for (int change = 0; change < 6; ++change) {
      SCOPED_TRACE("change " + std::to_string(change));
      if (change > 0 && random.chance(0.1)) {
        fleet.water = random_flood(random, streets, kNoon);
      } else if (!fleet.closures.empty() && random.chance(0.4)) {
        fleet.closures.erase(fleet.closures.begin() +
                             static_cast<std::ptrdiff_t>(random.below(fleet.closures.size())));
      } else if (change > 0) {
        RoadClosure closure;
        closure.id = "c" + std::to_string(change);
        closure.line = {somewhere()};
        fleet.closures.push_back(closure);
      }
      auto next = std::make_unique<FleetRoads>(index, fleet.outlook(now), roads.get());
      std::erase_if(sites, [&](const FleetSite&) { return random.chance(0.2); });
      while (sites.size() < 9) {
        sites.push_back(
            fleet.site(somewhere(), minutes{random.between(0, 60)}, random.chance(0.3)));
      }
      const FleetTravel expected = plain_fleet_travel(*next, now, sites);
      if (book != nullptr) {
        const PocketChanges changes{*roads, *next};
        for (std::size_t s = 0; s < sites.size(); ++s) {
          if (expected.spans[s]) ++(changes.same_ways(sites[s].doors) ? kept : lost);
        }
        if (changes.only_worse()) ++worse;
      }
      book = book == nullptr ? std::make_unique<FleetBook>(*next)
                             : std::make_unique<FleetBook>(*next, std::move(*book));
      roads = std::move(next);
      expect_same(book->travel(now, sites), expected);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(kept, 300);
  EXPECT_GT(lost, 300);
  EXPECT_GT(worse, 100) << "ways are kept one by one then";
}

}  // namespace
}  // namespace gridmend::pocket_changes_test
