#include "data/ingest/local_coordinates.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gridmend {
namespace {

// Of ten numbers one may be anything, of a hundred five on either side.
constexpr double kPlaneOutliers = 0.05;
// A province is smaller, and its poles stand closer.
constexpr double kMostProvince_deg = 8;
constexpr double kMostSpacing_deg = 0.1;
// Grids and state planes have their false origin beyond this; drawings do not. Beyond the earth's
// girth no number is a length on it.
constexpr double kFar_m = 200'000;
constexpr double kGirth_m = 50'000'000;

struct PlaneSpread {
  double low = 0, median = 0, high = 0;
  double extent() const { return high - low; }
};

double quantile(std::vector<double>& values, double share) {
  const auto at =
      static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)));
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(at);
  std::ranges::nth_element(values, nth);
  return *nth;
}

PlaneSpread plane_spread(std::vector<double>& values) {
  PlaneSpread spread;
  spread.low = quantile(values, kPlaneOutliers);
  spread.median = quantile(values, 0.5);
  spread.high = quantile(values, 1 - kPlaneOutliers);
  return spread;
}

struct PlaneNumbers {
  std::vector<double> x, y;
  std::size_t whole = 0;  // pairs of whole numbers, as drawings have
};

PlaneNumbers usable(std::span<const Position> numbers, bool with_zero) {
  PlaneNumbers result;
  for (const Position& p : numbers) {
    if (!std::isfinite(p.longitude_deg) || !std::isfinite(p.latitude_deg)) continue;
    if (!with_zero && p == Position{}) continue;
    result.x.push_back(p.longitude_deg);
    result.y.push_back(p.latitude_deg);
    if (p.longitude_deg == std::trunc(p.longitude_deg) &&
        p.latitude_deg == std::trunc(p.latitude_deg)) {
      ++result.whole;
    }
  }
  return result;
}

bool in_range(const PlaneSpread& longitude, const PlaneSpread& latitude) {
  return longitude.low >= -180 && longitude.high <= 180 && latitude.low >= -90 &&
         latitude.high <= 90;
}

// Off Africa's coast, where drawings that begin at 0 would lie.
bool in_the_gulf_of_guinea(const PlaneSpread& longitude, const PlaneSpread& latitude) {
  return std::abs(longitude.median) <= 5 && latitude.median >= -5 && latitude.median <= 4;
}

bool are_degrees(const PlaneSpread& longitude, const PlaneSpread& latitude, std::size_t count) {
  const double extent = std::max(longitude.extent(), latitude.extent());
  return in_range(longitude, latitude) && !in_the_gulf_of_guinea(longitude, latitude) &&
         extent <= kMostProvince_deg &&
         extent <= kMostSpacing_deg * std::sqrt(static_cast<double>(count));
}

// nullopt: not degrees in either order.
std::optional<AxisOrder> order_of_degrees(std::optional<AxisOrder> declared, PlaneNumbers numbers) {
  const std::size_t count = numbers.x.size();
  // One pole may stand on whole degrees; all of them do in a drawing only.
  if (count == 0 || numbers.whole * 2 > count) return std::nullopt;
  const PlaneSpread x = plane_spread(numbers.x), y = plane_spread(numbers.y);
  for (const AxisOrder order : {AxisOrder::lon_lat, AxisOrder::lat_lon}) {
    if (declared.value_or(order) != order) continue;
    const bool swapped = order == AxisOrder::lat_lon;
    if (are_degrees(swapped ? y : x, swapped ? x : y, count)) return order;
  }
  return std::nullopt;
}

constexpr const char* kHowToDeclare =
    "declare crs = \"EPSG:...\", or origin = [longitude, latitude] and unit, for this source in "
    "REGION.toml";

SettledCoordinates local_lengths(SourceCoordinates coordinates, PlaneNumbers numbers) {
  coordinates.origin = Position{0, 0};
  const std::string unit = coordinates.unit.empty() ? "m" : coordinates.unit;
  std::string around = "east and north of longitude 0, latitude 0";
  const double metres = metres_per_unit(unit).value_or(1);
  if (!numbers.x.empty()) {
    double east = quantile(numbers.x, 0.5), north = quantile(numbers.y, 0.5);
    if (coordinates.axis_order == AxisOrder::lat_lon) std::swap(east, north);
    const double away_m = std::max(std::abs(east), std::abs(north)) * metres;
    if (away_m > kFar_m && away_m < kGirth_m) {
      coordinates.false_easting = std::round(east);
      coordinates.false_northing = std::round(north);
      around = "from (" + std::to_string(std::lround(east)) + ", " +
               std::to_string(std::lround(north)) + "), which is laid at longitude 0, latitude 0";
    }
  }
  return {std::move(coordinates),
          "does not say where on earth it lies; its numbers are taken as lengths in " + unit + " " +
              around + "; " + kHowToDeclare};
}

}  // namespace

SettledCoordinates settle_coordinates(const SourceCoordinates& declared,
                                      std::span<const Position> numbers) {
  if (!declared.crs.empty() || declared.origin || declared.datum) return {declared};
  if (declared.unit.empty()) {
    const auto order = order_of_degrees(declared.axis_order, usable(numbers, false));
    if (order) {
      SourceCoordinates degrees = declared;
      degrees.axis_order = order;
      if (declared.axis_order || order == AxisOrder::lon_lat) return {degrees};
      return {degrees,
              "does not say what its coordinates are; they are taken as WGS 84, latitude first; "
              "declare axis_order for this source in REGION.toml if that is wrong"};
    }
  }
  return local_lengths(declared, usable(numbers, true));
}

}  // namespace gridmend
