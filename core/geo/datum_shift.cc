#include "core/geo/datum_shift.h"

#include <cmath>
#include <numbers>
#include <string>

namespace gridmend {
namespace {

constexpr double kPi = std::numbers::pi;
// Krassovsky's ellipsoid, as the formula has it.
constexpr double kSemiMajor_m = 6378245.0;
constexpr double kEccentricitySquared = 0.00669342162296594323;
constexpr double kBaiduPi = kPi * 3000.0 / 180.0;
constexpr int kMostIterations = 50;
constexpr double kClose_deg = 1e-13;

double waves(double x) {
  return (20.0 * std::sin(6.0 * x * kPi) + 20.0 * std::sin(2.0 * x * kPi)) * 2.0 / 3.0;
}

// Metres, of x degrees east of 105 and y degrees north of 35.
double north_offset_m(double x, double y) {
  return -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * std::sqrt(std::abs(x)) +
         waves(x) + (20.0 * std::sin(y * kPi) + 40.0 * std::sin(y / 3.0 * kPi)) * 2.0 / 3.0 +
         (160.0 * std::sin(y / 12.0 * kPi) + 320.0 * std::sin(y * kPi / 30.0)) * 2.0 / 3.0;
}

double east_offset_m(double x, double y) {
  return 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * std::sqrt(std::abs(x)) + waves(x) +
         (20.0 * std::sin(x * kPi) + 40.0 * std::sin(x / 3.0 * kPi)) * 2.0 / 3.0 +
         (150.0 * std::sin(x / 12.0 * kPi) + 300.0 * std::sin(x / 30.0 * kPi)) * 2.0 / 3.0;
}

// Solves shift(q) = p from q = p: the shifts are small and smooth, so each step gains digits.
template <class Shift>
Position undo(Position p, Shift shift) {
  Position q = p;
  for (int i = 0; i < kMostIterations; ++i) {
    const Position there = shift(q);
    const double east = p.longitude_deg - there.longitude_deg;
    const double north = p.latitude_deg - there.latitude_deg;
    q.longitude_deg += east;
    q.latitude_deg += north;
    if (std::abs(east) < kClose_deg && std::abs(north) < kClose_deg) break;
  }
  return q;
}

}  // namespace

std::string_view to_string(Datum datum) {
  switch (datum) {
    case Datum::wgs84:
      return "wgs84";
    case Datum::gcj02:
      return "gcj02";
    case Datum::bd09:
      return "bd09";
  }
  return "wgs84";
}

std::optional<Datum> parse_datum(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == '-' || c == ' ' || c == '_') continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  for (const Datum datum : {Datum::wgs84, Datum::gcj02, Datum::bd09}) {
    if (plain == to_string(datum)) return datum;
  }
  return std::nullopt;
}

bool is_shifted_by_gcj02(Position p) {
  return p.longitude_deg >= 72.004 && p.longitude_deg <= 137.8347 && p.latitude_deg >= 0.8293 &&
         p.latitude_deg <= 55.8271;
}

Position to_gcj02(Position p) {
  if (!is_shifted_by_gcj02(p)) return p;
  const double x = p.longitude_deg - 105.0;
  const double y = p.latitude_deg - 35.0;
  const double latitude = p.latitude_deg / 180.0 * kPi;
  const double sine = std::sin(latitude);
  const double magic = 1 - kEccentricitySquared * sine * sine;
  const double meridian_m =
      kSemiMajor_m * (1 - kEccentricitySquared) / (magic * std::sqrt(magic)) * kPi / 180.0;
  const double parallel_m = kSemiMajor_m / std::sqrt(magic) * std::cos(latitude) * kPi / 180.0;
  return {p.longitude_deg + east_offset_m(x, y) / parallel_m,
          p.latitude_deg + north_offset_m(x, y) / meridian_m};
}

Position from_gcj02(Position p) { return undo(p, to_gcj02); }

Position to_bd09(Position p) {
  const double x = p.longitude_deg, y = p.latitude_deg;
  const double radius = std::hypot(x, y) + 0.00002 * std::sin(y * kBaiduPi);
  const double angle = std::atan2(y, x) + 0.000003 * std::cos(x * kBaiduPi);
  return {radius * std::cos(angle) + 0.0065, radius * std::sin(angle) + 0.006};
}

Position from_bd09(Position p) { return undo(p, to_bd09); }

Position to_wgs84(Position position, Datum datum) {
  switch (datum) {
    case Datum::wgs84:
      return position;
    case Datum::gcj02:
      return from_gcj02(position);
    case Datum::bd09:
      return from_gcj02(from_bd09(position));
  }
  return position;
}

}  // namespace gridmend
