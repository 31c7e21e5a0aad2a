#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/geo/position.h"

namespace gridmend {

// "LON,LAT" in degrees, as commands take it; nullopt for anything else, and for places off the
// earth.
std::optional<Position> parse_lon_lat(std::string_view text);
// For CLI11: empty, or what is wrong.
std::string check_lon_lat(const std::string& text);

}  // namespace gridmend
