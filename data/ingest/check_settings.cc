#include "data/ingest/check_settings.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "data/ingest/in_quotes.h"

namespace gridmend {
namespace {

struct Number {
  std::string_view name;
  double CheckSettings::*field;
  double least;
  double most;
};

constexpr double kMany = 1e9;
constexpr std::array<Number, 17> kNumbers = {{
    {"island_meets_m", &CheckSettings::island_meets_m, 0, 10'000},
    {"dangling_line_m", &CheckSettings::dangling_line_m, 0, kMany},
    {"long_dangling_line_m", &CheckSettings::long_dangling_line_m, 0, kMany},
    {"drawn_apart_m", &CheckSettings::drawn_apart_m, 0.001, kMany},
    {"mesh_loops", &CheckSettings::mesh_loops, 0, kMany},
    {"meshed_above_kv", &CheckSettings::meshed_above_kv, 0, kMany},
    {"far_from_transformer_m", &CheckSettings::far_from_transformer_m, 0, kMany},
    {"far_from_transformer_times", &CheckSettings::far_from_transformer_times, 1, kMany},
    {"with_transformer_percent", &CheckSettings::with_transformer_percent, 0, 100},
    {"voltage_ratio", &CheckSettings::voltage_ratio, 1, kMany},
    {"length_ratio", &CheckSettings::length_ratio, 1, kMany},
    {"roads_far_m", &CheckSettings::roads_far_m, 0, 100'000},
    {"roads_far_percent", &CheckSettings::roads_far_percent, 0, 100},
    {"link_kept_probability", &CheckSettings::link_kept_probability, 0, 1},
    {"link_said_probability", &CheckSettings::link_said_probability, 0, 1},
    {"most_severe_percent", &CheckSettings::most_severe_percent, 0, 100},
    {"most_unsupplied_percent", &CheckSettings::most_unsupplied_percent, 0, 100},
}};

tl::unexpected<Error> invalid(std::string message) {
  return refuse(ErrorCode::invalid_argument, "CHECK_SETTING_INVALID", std::move(message));
}

// NaN is outside of everything.
bool within(double value, double least, double most) { return value >= least && value <= most; }

std::string range(double least, double most) {
  char text[80];
  std::snprintf(text, sizeof text, "a number from %.10g to %.10g", least, most);
  return text;
}

Result<DefectRule*> find_rule(CheckSettings& settings, std::string_view defect_class) {
  const auto known = parse_defect_class(defect_class);
  if (!known) return invalid("there is no class of defects " + in_quotes(defect_class));
  return &settings.rules[static_cast<std::size_t>(*known)];
}

}  // namespace

Result<void> set_check_number(CheckSettings& settings, std::string_view name, double value) {
  const auto it = std::ranges::find(kNumbers, name, &Number::name);
  if (it == kNumbers.end()) return invalid("there is no setting " + in_quotes(name) + " of checks");
  if (!within(value, it->least, it->most)) {
    return invalid(in_quotes(name) + " must be " + range(it->least, it->most));
  }
  settings.*(it->field) = value;
  return {};
}

Result<void> set_defect_severity(CheckSettings& settings, std::string_view defect_class,
                                 std::string_view severity) {
  auto rule = find_rule(settings, defect_class);
  if (!rule) return unexpected(rule.error());
  if (severity == "refuse") {
    (*rule)->severity = DefectSeverity::severe;
    if (!(*rule)->most && !(*rule)->most_percent) (*rule)->most = 0;
    return {};
  }
  (*rule)->severity = parse_defect_severity(severity);
  if (!(*rule)->severity) {
    return invalid("'severity' is note, warning, severe or refuse, not " + in_quotes(severity));
  }
  return {};
}

Result<void> set_defect_limit(CheckSettings& settings, std::string_view defect_class,
                              std::string_view name, double value) {
  auto rule = find_rule(settings, defect_class);
  if (!rule) return unexpected(rule.error());
  const bool percent = name == "most_percent";
  if (!percent && name != "most") {
    return invalid("a class has 'severity', 'most' and 'most_percent', not " + in_quotes(name));
  }
  const double highest = percent ? 100 : kMany;
  if (!within(value, 0, highest)) return invalid(in_quotes(name) + " must be " + range(0, highest));
  (percent ? (*rule)->most_percent : (*rule)->most) = value;
  return {};
}

}  // namespace gridmend
