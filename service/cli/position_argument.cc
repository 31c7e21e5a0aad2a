#include "service/cli/position_argument.h"

#include <charconv>

namespace gridmend {

std::optional<Position> parse_lon_lat(std::string_view text) {
  Position p;
  const char* const end = text.data() + text.size();
  const auto longitude = std::from_chars(text.data(), end, p.longitude_deg);
  if (longitude.ec != std::errc{} || longitude.ptr == end || *longitude.ptr != ',') {
    return std::nullopt;
  }
  const auto latitude = std::from_chars(longitude.ptr + 1, end, p.latitude_deg);
  if (latitude.ec != std::errc{} || latitude.ptr != end || !is_on_earth(p)) return std::nullopt;
  return p;
}

std::string check_lon_lat(const std::string& text) {
  return parse_lon_lat(text) ? "" : "'" + text + "' is no position: write LON,LAT in degrees";
}

}  // namespace gridmend
