#pragma once

#include <optional>
#include <string_view>

#include "core/geo/position.h"

namespace gridmend {

// Chinese maps for the public are drawn in GCJ-02, WGS 84 moved by some hundred metres that vary
// from place to place; Baidu's (BD-09) are moved once more. Both formulas are public; this is what
// everybody uses. Outside a box around China GCJ-02 is WGS 84.
enum class Datum : unsigned char { wgs84, gcj02, bd09 };

std::string_view to_string(Datum datum);
// "wgs84", "gcj02", "bd09", also with '-' and in any case.
std::optional<Datum> parse_datum(std::string_view text);

// The box in which the formula moves anything: 72.004..137.8347 east, 0.8293..55.8271 north.
bool is_shifted_by_gcj02(Position wgs84);

Position to_gcj02(Position wgs84);
// The inverse by iteration: to_gcj02(from_gcj02(p)) is p to 1e-10 degrees, except within 0.01
// degrees of the box's border, where some positions have no original and the nearest is given.
Position from_gcj02(Position gcj02);

Position to_bd09(Position gcj02);
// As from_gcj02, to 1e-10 degrees.
Position from_bd09(Position bd09);

// A position as `datum` has it, in WGS 84.
Position to_wgs84(Position position, Datum datum);

}  // namespace gridmend
