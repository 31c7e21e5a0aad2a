#include "data/ingest/source_coordinates.h"

#include <ogr_srs_api.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "data/ingest/gdal_session.h"
#include "data/ingest/spatial_reference.h"

namespace gridmend {

std::optional<double> metres_per_unit(std::string_view unit) {
  if (unit.empty() || unit == "m") return 1.0;
  if (unit == "km") return 1000.0;
  if (unit == "cm") return 0.01;
  if (unit == "mm") return 0.001;
  if (unit == "ft") return 0.3048;
  if (unit == "kft") return 304.8;
  if (unit == "us-ft") return 1200.0 / 3937.0;
  if (unit == "in") return 0.0254;
  if (unit == "mi") return 1609.344;
  return std::nullopt;
}

std::optional<AxisOrder> parse_axis_order(std::string_view text) {
  if (text == "lon_lat" || text == "xy") return AxisOrder::lon_lat;
  if (text == "lat_lon" || text == "yx") return AxisOrder::lat_lon;
  return std::nullopt;
}

std::optional<std::string> declare_coordinates(SourceCoordinates& out, std::string_view key,
                                               const DeclaredValue& value) {
  const std::string name = "'" + std::string{key} + "'";
  if (key == "origin") {
    if (value.numbers.size() != 2) return name + " must be [longitude, latitude]";
    out.origin = Position{value.numbers[0], value.numbers[1]};
    return "";
  }
  if (key == "false_easting" || key == "false_northing") {
    if (value.numbers.size() != 1) return name + " must be a number";
    (key == "false_easting" ? out.false_easting : out.false_northing) = value.numbers[0];
    return "";
  }
  if (key != "crs" && key != "datum" && key != "unit" && key != "axis_order") return std::nullopt;
  if (!value.text) return name + " must be a text";
  if (key == "crs") {
    out.crs = *value.text;
  } else if (key == "datum") {
    out.datum = parse_datum(*value.text);
    if (!out.datum) return name + " is wgs84, gcj02 or bd09";
  } else if (key == "unit") {
    out.unit = *value.text;
  } else {
    out.axis_order = parse_axis_order(*value.text);
    if (!out.axis_order) return name + " is lon_lat or lat_lon";
  }
  return "";
}

SourceCoordinates overlaid(const SourceCoordinates& strong, const SourceCoordinates& weak) {
  SourceCoordinates result = weak;
  if (!strong.crs.empty() || strong.origin) {
    result.crs = strong.crs;
    result.origin = strong.origin;
    result.unit = strong.unit;
    result.false_easting = strong.false_easting;
    result.false_northing = strong.false_northing;
  }
  if (!strong.unit.empty()) result.unit = strong.unit;
  if (strong.datum) result.datum = strong.datum;
  if (strong.axis_order) result.axis_order = strong.axis_order;
  return result;
}

struct CoordinateConversion::State {
  AxisOrder axis_order = AxisOrder::lon_lat;
  double scale = 1;
  double false_easting = 0, false_northing = 0;
  std::optional<LocalPlane> plane;
  Transformation transformation;  // null: degrees already
  Datum datum = Datum::wgs84;
};

CoordinateConversion::CoordinateConversion(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
CoordinateConversion::~CoordinateConversion() = default;
CoordinateConversion::CoordinateConversion(CoordinateConversion&&) noexcept = default;
CoordinateConversion& CoordinateConversion::operator=(CoordinateConversion&&) noexcept = default;

Result<CoordinateConversion> CoordinateConversion::create(const SourceCoordinates& declared,
                                                          const ErrorPlace& place) {
  const auto refused = [&place](const char* reason, std::string message) {
    return refuse_at(place, ErrorCode::invalid_argument, reason, std::move(message));
  };
  auto state = std::make_unique<State>();
  state->axis_order = declared.axis_order.value_or(AxisOrder::lon_lat);
  state->datum = declared.datum.value_or(Datum::wgs84);
  const auto unit = metres_per_unit(declared.unit);
  if (!unit) {
    return refused("UNIT_UNKNOWN", "the unit '" + declared.unit +
                                       "' is not known; m, km, cm, mm, ft, kft, us-ft, in, mi are");
  }
  state->false_easting = declared.false_easting;
  state->false_northing = declared.false_northing;
  if (declared.origin) {
    if (!declared.crs.empty()) {
      return refused("ORIGIN_INVALID",
                     "declares both crs and origin; local coordinates have an origin alone");
    }
    if (!is_on_earth(*declared.origin)) {
      return refused("ORIGIN_INVALID", "its origin is not on earth; it is [longitude, latitude]");
    }
    state->plane.emplace(*declared.origin);
    state->scale = *unit;
  } else if (!declared.crs.empty()) {
    auto transformation = transformation_to_wgs84(declared.crs, place);
    if (!transformation) return unexpected(transformation.error());
    state->transformation = std::move(*transformation);
    // PROJ wants the unit of the CRS; a declared one says what the numbers really are in.
    if (!declared.unit.empty()) {
      state->scale = *unit / metres_per_unit_of(declared.crs).value_or(*unit);
    }
  } else if (!declared.unit.empty()) {
    return refused("UNIT_UNKNOWN", "declares a unit without a crs or an origin");
  }
  return CoordinateConversion{std::move(state)};
}

void CoordinateConversion::to_wgs84(std::span<Position> positions) const {
  const State& s = *state_;
  for (Position& p : positions) {
    if (s.axis_order == AxisOrder::lat_lon) std::swap(p.longitude_deg, p.latitude_deg);
    p.longitude_deg = (p.longitude_deg - s.false_easting) * s.scale;
    p.latitude_deg = (p.latitude_deg - s.false_northing) * s.scale;
    if (s.plane) p = s.plane->to_position({p.longitude_deg, p.latitude_deg});
  }
  if (s.transformation != nullptr) transform(s.transformation, positions);
  if (s.datum == Datum::wgs84) return;
  for (Position& p : positions) {
    if (is_on_earth(p)) p = gridmend::to_wgs84(p, s.datum);
  }
}

}  // namespace gridmend
