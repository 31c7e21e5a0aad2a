#include "core/outage/outage.h"

#include <array>

namespace gridmend {

std::string_view to_string(OutageStatus status) {
  static constexpr std::array<std::string_view, 6> kNames = {
      "predicted", "confirmed", "partially_restored", "restored", "closed", "withdrawn"};
  return kNames[static_cast<std::size_t>(status)];
}

std::string_view to_string(OutageCause cause) {
  static constexpr std::array<std::string_view, 6> kNames = {
      "unknown", "fault", "flood_trip", "de_energised_for_safety", "planned", "premises"};
  return kNames[static_cast<std::size_t>(cause)];
}

}  // namespace gridmend
