#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/geo/datum_shift.h"
#include "core/geo/position.h"

namespace gridmend {

// Which of a pair of numbers comes first.
enum class AxisOrder : unsigned char { lon_lat, lat_lon };

// What a source does not say of its coordinates, or says wrongly; declared by the user
// (REGION.toml, the command line) or by its profile.
struct SourceCoordinates {
  std::string crs = {};                 // anything PROJ knows: "EPSG:4547", a PROJ string, WKT
  std::optional<Datum> datum = {};      // the degrees are of this datum instead of WGS 84
  std::optional<Position> origin = {};  // local coordinates: where on earth (0, 0) stands
  std::string unit = {};                // of numbers that are lengths: m (default), km, ft, us-ft
  // Taken off the numbers, in their unit, before anything else is done; of local coordinates what
  // stands at the origin instead of (0, 0).
  double false_easting = 0;
  double false_northing = 0;
  std::optional<AxisOrder> axis_order = {};

  bool declared() const { return !crs.empty() || datum || origin || !unit.empty() || axis_order; }
};

// What `strong` declares, and what `weak` does of everything else; a crs and an origin exclude each
// other.
SourceCoordinates overlaid(const SourceCoordinates& strong, const SourceCoordinates& weak);

// A declaration as a .toml or the command line has it: a text, or numbers.
struct DeclaredValue {
  std::optional<std::string> text = {};
  std::vector<double> numbers = {};
};

// Takes one declaration: crs, datum, unit, axis_order, origin ([longitude, latitude]),
// false_easting, false_northing. nullopt: no such key; else what is wrong, empty when nothing is.
std::optional<std::string> declare_coordinates(SourceCoordinates& coordinates, std::string_view key,
                                               const DeclaredValue& value);

// Metres of a unit of length; nullopt for an unknown one.
std::optional<double> metres_per_unit(std::string_view unit);

// "lon_lat" (also "xy") and "lat_lon" (also "yx").
std::optional<AxisOrder> parse_axis_order(std::string_view text);

// Brings a source's numbers to WGS 84 as declared: the axes put right, lengths brought to metres
// and laid around the origin or through PROJ, the datum's shift undone. What cannot be brought
// there becomes NaN.
class CoordinateConversion {
 public:
  // Refuses CRS_UNKNOWN, UNIT_UNKNOWN, and an origin beside a CRS or not on earth (ORIGIN_INVALID);
  // `place` is the source's.
  static Result<CoordinateConversion> create(const SourceCoordinates& declared,
                                             const ErrorPlace& place);
  ~CoordinateConversion();
  CoordinateConversion(CoordinateConversion&&) noexcept;
  CoordinateConversion& operator=(CoordinateConversion&&) noexcept;

  // x as longitude_deg and y as latitude_deg in; WGS 84 out.
  void to_wgs84(std::span<Position> positions) const;

 private:
  struct State;
  explicit CoordinateConversion(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gridmend
