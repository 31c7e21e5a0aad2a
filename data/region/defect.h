#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/geo/position.h"
#include "core/network/records.h"

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
  dangling_line_end,  // a line that ends nowhere
  duplicate_line,     // the same line drawn twice
  zero_length_line,
  lines_joined,            // ends brought together, or a line cut where another meets it
  connectivity_disagrees,  // ids say one thing, the drawing another
  positions_shifted,       // a datum or GCJ-02 was undone
  voltage_mismatch,
  transformer_missing,  // a usage point with no transformer on its way
  usage_point_far_from_transformer,
  usage_point_link_suspected,  // probably hangs at another transformer than declared
  customers_counted_twice,
  value_out_of_range,
  statement_not_understood,  // of a model's text that the reader does not read
  roads_far_from_network,
  coordinates_assumed,  // a reference system, unit or order of axes that the source does not say
};
inline constexpr int kDefectClasses = 31;

std::string_view to_string(DefectClass defect_class);
std::string_view to_string(DefectSeverity severity);
std::optional<DefectClass> parse_defect_class(std::string_view text);
std::optional<DefectSeverity> parse_defect_severity(std::string_view text);

// What a defect is about in the network that was built, and whom it touches. Ids are none where
// that is not known or there is no such record.
struct DefectSubject {
  Id<Device> device;
  Id<UsagePoint> usage_point;
  Id<Feeder> feeder;            // that supplies it in normal operation
  std::uint32_t customers = 0;  // at it and behind it

  friend bool operator==(const DefectSubject&, const DefectSubject&) = default;
};
static_assert(sizeof(DefectSubject) == 16);

// One finding: what, where in the source, where on the ground, what was done about it, whom it
// touches.
struct Defect {
  DefectClass defect_class = DefectClass::unknown_value;
  DefectSeverity severity = DefectSeverity::warning;
  ErrorPlace place;
  std::string message;
  std::string action;  // "kept the first", "left out", "placed at its transformer"
  std::optional<Position> position;
  DefectSubject subject = {};
};

}  // namespace gridmend
