#include "data/region/defect.h"

#include <algorithm>

namespace gridmend {
namespace {

constexpr std::array<std::string_view, kDefectClasses> kClassNames = {
    "duplicate_id",
    "empty_id",
    "dangling_reference",
    "missing_geometry",
    "invalid_geometry",
    "unknown_value",
    "text_not_utf8",
    "loop_of_closed_switches",
    "unsupplied_island",
    "usage_point_refused",
    "transformer_without_usage_points",
    "feeder_disagrees",
    "phase_mismatch",
    "road_layer_missing",
    "road_component",
    "position_repaired",
    "dangling_line_end",
    "duplicate_line",
    "zero_length_line",
    "lines_joined",
    "connectivity_disagrees",
    "positions_shifted",
    "voltage_mismatch",
    "transformer_missing",
    "usage_point_far_from_transformer",
    "usage_point_link_suspected",
    "customers_counted_twice",
    "value_out_of_range",
    "statement_not_understood",
    "roads_far_from_network",
    "coordinates_assumed"};

constexpr std::array<std::string_view, 3> kSeverityNames = {"note", "warning", "severe"};

template <class Enumerator, std::size_t kCount>
std::optional<Enumerator> parse(const std::array<std::string_view, kCount>& names,
                                std::string_view text) {
  const auto it = std::ranges::find(names, text);
  if (it == names.end()) return std::nullopt;
  return static_cast<Enumerator>(it - names.begin());
}

}  // namespace

std::string_view to_string(DefectClass defect_class) {
  return kClassNames.at(static_cast<std::size_t>(defect_class));
}

std::string_view to_string(DefectSeverity severity) {
  return kSeverityNames.at(static_cast<std::size_t>(severity));
}

std::optional<DefectClass> parse_defect_class(std::string_view text) {
  return parse<DefectClass>(kClassNames, text);
}

std::optional<DefectSeverity> parse_defect_severity(std::string_view text) {
  return parse<DefectSeverity>(kSeverityNames, text);
}

}  // namespace gridmend
