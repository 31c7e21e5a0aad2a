#include "core/work/crew.h"

#include <array>

#include "core/work/name_table.h"

namespace gridmend {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, kSkills> kSkillNames = {
    "line", "cable", "substation", "tree", "boat", "live_line", "meter", "lift"};
constexpr std::array<std::string_view, kVehicleClasses> kVehicleClassNames = {
    "car", "van", "four_wheel_drive", "truck", "high_water_truck", "boat"};
constexpr std::array<std::string_view, kCrewStatuses> kCrewStatusNames = {
    "off_shift", "awaiting_assignment", "assigned", "en_route", "arrived", "field_complete"};

}  // namespace

std::string_view to_string(Skill skill) { return kSkillNames[static_cast<std::size_t>(skill)]; }

std::optional<Skill> parse_skill(std::string_view text) {
  return find_name<Skill>(kSkillNames, text);
}

std::string_view to_string(VehicleClass vehicle_class) {
  return kVehicleClassNames[static_cast<std::size_t>(vehicle_class)];
}

std::optional<VehicleClass> parse_vehicle_class(std::string_view text) {
  return find_name<VehicleClass>(kVehicleClassNames, text);
}

std::string_view to_string(CrewStatus status) {
  return kCrewStatusNames[static_cast<std::size_t>(status)];
}

std::optional<CrewStatus> parse_crew_status(std::string_view text) {
  return find_name<CrewStatus>(kCrewStatusNames, text);
}

}  // namespace gridmend
