#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

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
constexpr std::size_t kFewestLengths = 8;

std::string in_figures(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

// Lines whose stated length is another than the drawn one.
struct StatedLength {
  std::size_t compared = 0;
  std::vector<Id<Device>> disagree;
};

void compare_length(const CheckContext& context, Id<Device> id, StatedLength& lengths) {
  const double stated_m = static_cast<double>(context.device(id).length_m);
  const auto line = context.network.polyline(id);
  if (line.size() < 2 || !(stated_m > 0)) return;
  ++lengths.compared;
  const double drawn_m = length_m(line);
  if (std::abs(stated_m - drawn_m) >= kLengthsAgree_m &&
      std::max(stated_m, drawn_m) > context.settings.length_ratio * std::min(stated_m, drawn_m)) {
    lengths.disagree.push_back(id);
  }
}

// Where a fifth of all disagree the drawing is a scheme, and that is one thing to know.
void report_lengths(CheckContext& context, const StatedLength& lengths) {
  const std::size_t count = lengths.disagree.size();
  const bool scheme = lengths.compared >= kFewestLengths && count * 5 > lengths.compared;
  for (const Id<Device> id : lengths.disagree) {
    std::string what = "is " + distance_text(static_cast<double>(context.device(id).length_m)) +
                       " long by its length, " +
                       distance_text(length_m(context.network.polyline(id))) + " as drawn";
    if (scheme) {
      what += ", and so or the other way are " + std::to_string(count) + " of " +
              std::to_string(lengths.compared) + " lines: the drawing is not to scale";
    }
    context.report(id,
                   {DefectClass::value_out_of_range, DefectSeverity::note, std::move(what), "kept"},
                   scheme ? 0 : context.customers_behind(id));
    if (scheme) return;
  }
}

}  // namespace

void check_values(CheckContext& context) {
  StatedLength lengths;
  for (const Id<Device> id : context.network.devices().ids()) {
    const Device& device = context.device(id);
    for (const Quantity& quantity : kQuantities) {
      const auto value = static_cast<double>(device.*quantity.field);
      if (value >= quantity.least && value <= quantity.most) continue;
      context.report(id, {DefectClass::value_out_of_range, DefectSeverity::warning,
                          std::string{quantity.column} + " is " + in_figures(value) + " " +
                              std::string{quantity.unit}});
    }
    compare_length(context, id, lengths);
  }
  report_lengths(context, lengths);
}

}  // namespace gridmend
