#include "tests/routing/road/made_fleet.h"

#include <gtest/gtest.h>

namespace gridmend {

SnapSettings whole_map() {
  SnapSettings settings;
  settings.fragment_m = 0;
  return settings;
}

std::shared_ptr<const RoadOutlook> Fleet::outlook(Time now, Duration step) const {
  SampledWater sampled;
  auto forecast = std::make_shared<const RoadForecast>(RoadForecast::make(
      index.graph(), water, closures, {.from = now, .step = step}, limits.structures, sampled));
  return std::make_shared<const RoadOutlook>(index.graph(), vehicle, limits, forecast);
}

FleetSite Fleet::walked_site(const RoadOutlook& outlook, Position position, Duration work,
                             bool only_left) const {
  FleetSite made = site(position, work, only_left);
  std::vector<RoadPlace> places;
  for (const SearchStart& door : made.doors) places.push_back(door.place);
  made.on_foot = WayOnFoot::find(water, outlook.forecast(), position, places, whole_map());
  return made;
}

FleetSite Fleet::site(Position position, Duration work, bool only_left) const {
  const auto dry = RoadConditions::dry(index.graph(), vehicle);
  FleetSite made;
  made.position = position;
  made.doors = search_starts(index.graph(), dry, position, whole_map());
  made.work = work;
  made.only_left = only_left;
  return made;
}

std::vector<std::string> city_grid() {
  const std::string letters = "ABCDEGIJKLMNOPQRSTVWXYZabcdeghijklmn";
  std::vector<std::string> drawing;
  for (std::size_t row = 0; row < 6; ++row) {
    std::string street;
    std::string between;
    for (std::size_t column = 0; column < 6; ++column) {
      if (column > 0) street += row % 3 == 1 && column == 3 ? ">>" : "--";
      street += letters[row * 6 + column];
      between += column < 5 ? "|  " : "|";
    }
    if (row > 0) drawing.push_back(between);
    drawing.push_back(street);
  }
  return drawing;
}

void expect_same(const FleetTravel& found, const FleetTravel& expected) {
  ASSERT_EQ(found.seconds, expected.seconds);
  ASSERT_EQ(found.spans.size(), expected.spans.size());
  for (std::size_t s = 0; s < found.spans.size(); ++s) {
    ASSERT_EQ(found.spans[s].has_value(), expected.spans[s].has_value()) << "site " << s;
    if (!found.spans[s]) continue;
    ASSERT_EQ(found.spans[s]->span.from, expected.spans[s]->span.from) << "site " << s;
    ASSERT_EQ(found.spans[s]->span.until, expected.spans[s]->span.until) << "site " << s;
    ASSERT_EQ(found.spans[s]->way_in_s, expected.spans[s]->way_in_s) << "site " << s;
    ASSERT_EQ(found.spans[s]->way_out_s, expected.spans[s]->way_out_s) << "site " << s;
  }
}

}  // namespace gridmend
