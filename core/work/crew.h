#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/geo/position.h"

namespace gridmend {

// What a crew can do and a task can ask for; a small set, kept as bits.
enum class Skill : std::uint8_t { line, cable, substation, tree, boat, live_line, meter, lift };
inline constexpr int kSkills = 8;

struct SkillSet {
  std::uint32_t bits = 0;

  constexpr void add(Skill skill) { bits |= 1U << static_cast<unsigned>(skill); }
  constexpr bool has(Skill skill) const { return (bits >> static_cast<unsigned>(skill) & 1U) != 0; }
  constexpr bool covers(SkillSet needed) const { return (needed.bits & ~bits) == 0; }
  friend constexpr bool operator==(SkillSet, SkillSet) = default;
};

// Names are the enumerators' own; parsing is exact, and nullopt for anything else.
std::string_view to_string(Skill skill);
std::optional<Skill> parse_skill(std::string_view text);

// Classes by the water they can pass (limits are configuration: routing/road/vehicle_limits.h).
enum class VehicleClass : std::uint8_t {
  car,
  van,
  four_wheel_drive,
  truck,
  high_water_truck,
  boat
};
inline constexpr int kVehicleClasses = 6;

std::string_view to_string(VehicleClass vehicle_class);
std::optional<VehicleClass> parse_vehicle_class(std::string_view text);

// CIM's crew states, and off_shift for one that has not signed on.
enum class CrewStatus : std::uint8_t {
  off_shift,
  awaiting_assignment,
  assigned,
  en_route,
  arrived,
  field_complete,
};

inline constexpr int kCrewStatuses = 6;

std::string_view to_string(CrewStatus status);
std::optional<CrewStatus> parse_crew_status(std::string_view text);

struct Crew {
  std::string id;
  std::string name;
  Position position;
  Time position_time{};
  Time shift_start{};
  Time shift_end{};
  SkillSet skills;
  VehicleClass vehicle_class = VehicleClass::truck;
  double capacity = 0;         // units of material the vehicle carries
  std::optional<double> load;  // of them, on board; none: full
  std::string home_depot;      // id of a depot; empty: none
  CrewStatus status = CrewStatus::off_shift;
  std::string current_task;  // id; empty: none
  // A break of this length is begun between two tasks inside the window; 0: none is due.
  Duration rest_length{};
  std::optional<Time> rest_earliest;
  std::optional<Time> rest_latest;

  double on_board() const { return load ? std::min(*load, capacity) : capacity; }
};

}  // namespace gridmend
