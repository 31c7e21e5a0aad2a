#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/geo/position.h"

namespace gridmend {

enum class DefectSeverity : std::uint8_t { note, warning, severe };

// What is wrong with a source. The list grows with the importers; names are stable.
enum class DefectClass : std::uint8_t {
  duplicate_id,
  empty_id,
  dangling_reference,  // names a node, transformer, feeder that nothing defines
  missing_geometry,
  invalid_geometry,  // non-finite, outside the earth, zero length
  unknown_value,     // a value no value map knows
  text_not_utf8,
  loop_of_closed_switches,
  unsupplied_island,
  usage_point_refused,
  transformer_without_usage_points,
  feeder_disagrees,  // declared feeder is not the one that supplies it
  phase_mismatch,
  road_layer_missing,
  road_component,  // roads that hang together but not with the rest
  position_repaired,
};
inline constexpr int kDefectClasses = 16;

std::string_view to_string(DefectClass defect_class);
std::string_view to_string(DefectSeverity severity);

// One finding: what, where in the source, where on the ground, what was done about it.
struct Defect {
  DefectClass defect_class = DefectClass::unknown_value;
  DefectSeverity severity = DefectSeverity::warning;
  ErrorPlace place;
  std::string message;
  std::string action;  // "kept the first", "left out", "placed at its transformer"
  std::optional<Position> position;
};

}  // namespace gridmend
