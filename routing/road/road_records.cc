#include "routing/road/road_records.h"

#include <array>

namespace gridmend {

std::string_view to_string(RoadClass road_class) {
  constexpr std::array<std::string_view, kRoadClasses> kNames = {
      "motorway",    "trunk",         "primary", "secondary", "tertiary", "unclassified",
      "residential", "living_street", "service", "track",     "access"};
  return kNames.at(static_cast<std::size_t>(road_class));
}

}  // namespace gridmend
