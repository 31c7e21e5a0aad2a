#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "data/ingest/check_context.h"

namespace gridmend {
namespace {

struct Quantity {
  float Device::*field;
  std::string_view column;
  std::string_view unit;
  double least;
  double most;
};

// The longest cable, the highest line and the largest transformer of the world are within.
constexpr std::array<Quantity, 4> kQuantities = {{
    {&Device::length_m, "length_m", "m", 0, 3'000'000},
    {&Device::nominal_kv, "nominal_kv", "kV", 0, 1'200},
    {&Device::rated_kva, "rated_kva", "kVA", 0, 3'000'000},
    {&Device::live_part_height_m, "live_part_height_m", "m", -50, 400},
}};

constexpr double kLengthsAgree_m = 100;

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

}  // namespace

void check_values(CheckContext& context) {
  for (const Id<Device> id : context.network.devices().ids()) {
    const Device& device = context.device(id);
    for (const Quantity& quantity : kQuantities) {
      const auto value = static_cast<double>(device.*quantity.field);
      if (value >= quantity.least && value <= quantity.most) continue;
      context.report(id, {DefectClass::value_out_of_range, DefectSeverity::warning,
                          std::string{quantity.column} + " is " + number(value) + " " +
                              std::string{quantity.unit}});
    }
    const double stated_m = static_cast<double>(device.length_m);
    const auto line = context.network.polyline(id);
    if (line.size() < 2 || !(stated_m > 0)) continue;
    const double drawn_m = length_m(line);
    const double ratio = context.settings.length_ratio;
    if (std::abs(stated_m - drawn_m) < kLengthsAgree_m ||
        std::max(stated_m, drawn_m) <= ratio * std::min(stated_m, drawn_m)) {
      continue;
    }
    context.report(id, {DefectClass::value_out_of_range, DefectSeverity::note,
                        "is " + distance_text(stated_m) + " long by its length, " +
                            distance_text(drawn_m) + " as drawn"});
  }
}

}  // namespace gridmend
