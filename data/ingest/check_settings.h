#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/base/error.h"
#include "data/region/defect.h"

namespace gridmend {

// What a utility thinks of one class of defects.
struct DefectRule {
  std::optional<DefectSeverity> severity;  // instead of the check's own
  // More of the class than this refuses the import: as a count, or in percent of the features read.
  std::optional<double> most;
  std::optional<double> most_percent;
};

// When a check speaks, and when an import is refused. REGION.toml's [checks] sets the numbers by
// the names of the fields, and [checks.classes.CLASS] the rules.
struct CheckSettings {
  // Up to here an island without supply is said to meet the supplied node nearest to it.
  double island_meets_m = 5;
  // A line of medium voltage that ends with nothing at all is a note from this length, a warning
  // from the other.
  double dangling_line_m = 100;
  double long_dangling_line_m = 500;
  // What ids join lies within this distance in the drawing.
  double drawn_apart_m = 250;
  // A part of the network with more independent loops than this is a mesh and said once.
  double mesh_loops = 4;
  // Above this voltage grids are run meshed: loops there are noted once, and no switch is opened.
  double meshed_above_kv = 60;
  // A usage point is far from its transformer beyond this distance and this many times the distance
  // within which nine of ten are.
  double far_from_transformer_m = 600;
  double far_from_transformer_times = 3;
  // Where at least so many of the supplied usage points have a transformer on their way, the others
  // lack one; those that declare one lack it everywhere.
  double with_transformer_percent = 50;
  // Two voltages on one path agree up to this ratio (line to line against line to neutral is 1.73).
  double voltage_ratio = 2.2;
  // A stated length and a drawn one agree up to this ratio, or when they differ by less than 100 m.
  double length_ratio = 3;
  // Roads lie elsewhere when more than so many devices are farther from any.
  double roads_far_m = 1000;
  double roads_far_percent = 20;
  // Links to transformers: kept in the region from this probability of another one, and said as a
  // defect from that.
  double link_kept_probability = 0.2;
  double link_said_probability = 0.8;
  // More of the features with a severe defect, or of the usage points without supply, refuse the
  // import. In every real network tried all are supplied: where a quarter is not, a
  // layer, a column or a position of switches is missing, and outages could not be located there.
  double most_severe_percent = 1;
  double most_unsupplied_percent = 25;

  std::array<DefectRule, kDefectClasses> rules = {};

  const DefectRule& rule(DefectClass defect_class) const {
    return rules[static_cast<std::size_t>(defect_class)];
  }
};

// By the field's name. Refuses (CHECK_SETTING_INVALID) a name there is not and a number outside its
// range, which the message states.
Result<void> set_check_number(CheckSettings& settings, std::string_view name, double value);

// `severity` of a class: note, warning, severe, or refuse (severe, and one is too many). Refuses
// (CHECK_SETTING_INVALID) another class or word.
Result<void> set_defect_severity(CheckSettings& settings, std::string_view defect_class,
                                 std::string_view severity);
// `most` or `most_percent` of a class.
Result<void> set_defect_limit(CheckSettings& settings, std::string_view defect_class,
                              std::string_view name, double value);

}  // namespace gridmend
