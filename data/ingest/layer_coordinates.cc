#include "data/ingest/layer_coordinates.h"

#include <cpl_conv.h>
#include <ogr_srs_api.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "data/ingest/coordinate_accuracy.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/spatial_reference.h"

namespace gridmend {
namespace {

// Of the sample's numbers one in twenty may be anything.
constexpr double kOutliers = 0.05;
// A system is used some way beyond the area it is made for.
constexpr double kBeyondUse_deg = 3;
constexpr double kMostExtent_deg = 8;
constexpr double kZone_m = 1'000'000;
constexpr const char* kDeclare =
    "declare crs = \"EPSG:...\" for it (--crs, REGION.toml, or [coordinates] of the profile)";

struct Spread {
  double low = 0, median = 0, high = 0;
};

Spread spread_of(std::vector<double> values) {
  std::ranges::sort(values);
  const auto at = [&values](double share) {
    return values[static_cast<std::size_t>(
        std::lround(share * static_cast<double>(values.size() - 1)))];
  };
  return {at(kOutliers), at(0.5), at(1 - kOutliers)};
}

struct Numbers {
  Spread x, y;
  std::size_t count = 0;
  std::size_t straight = 0;   // pairs that can be longitude, latitude
  std::size_t exchanged = 0;  // latitude, longitude
  bool degrees() const { return straight * 10 >= count * 9; }
  // Single pairs may be anything; of one or two nothing can be said.
  bool hardly_degrees() const { return count > 2 && straight * 10 <= count; }
  bool close() const {
    return x.high - x.low <= kMostExtent_deg && y.high - y.low <= kMostExtent_deg;
  }
  Numbers swapped() const { return {y, x, count, exchanged, straight}; }
};

std::optional<Numbers> numbers_of(std::span<const Position> sample) {
  std::vector<double> x, y;
  std::size_t straight = 0, exchanged = 0;
  for (const Position& p : sample) {
    if (!std::isfinite(p.longitude_deg) || !std::isfinite(p.latitude_deg)) continue;
    if (p == Position{}) continue;
    x.push_back(p.longitude_deg);
    y.push_back(p.latitude_deg);
    straight += is_on_earth(p) ? 1 : 0;
    exchanged += is_on_earth({p.latitude_deg, p.longitude_deg}) ? 1 : 0;
  }
  if (x.empty()) return std::nullopt;
  const std::size_t count = x.size();
  return Numbers{spread_of(std::move(x)), spread_of(std::move(y)), count, straight, exchanged};
}

std::string pair_text(const Numbers& n) {
  char text[96];
  std::snprintf(text, sizeof text, "%.10g, %.10g", n.x.median, n.y.median);
  return text;
}

// Zones of six degrees are numbered 13 to 23 in China, those of three degrees 25 to 45.
std::optional<int> zone_in_easting(const Spread& easting_m) {
  const int zone = static_cast<int>(std::clamp(easting_m.median / kZone_m, -1.0, 1000.0));
  const bool numbered = (zone >= 13 && zone <= 23) || (zone >= 25 && zone <= 45);
  const bool together = easting_m.low > zone * kZone_m && easting_m.high < (zone + 1) * kZone_m;
  return numbered && together ? std::optional{zone} : std::nullopt;
}

std::string wkt_of(void* srs) {
  char* text = nullptr;
  const char* options[] = {"FORMAT=WKT2_2019", nullptr};
  std::string wkt;
  if (OSRExportToWktEx(srs, &text, options) == OGRERR_NONE && text != nullptr) wkt = text;
  CPLFree(text);
  return wkt;
}

std::string name_of(void* srs) {
  const char* name = OSRGetName(srs);
  return name == nullptr ? std::string{"its reference system"} : std::string{name};
}

struct UseArea {
  double west = -180, south = -90, east = 180, north = 90;
  bool contains(Position p) const {
    const bool east_west =
        west <= east
            ? p.longitude_deg >= west - kBeyondUse_deg && p.longitude_deg <= east + kBeyondUse_deg
            : p.longitude_deg >= west - kBeyondUse_deg || p.longitude_deg <= east + kBeyondUse_deg;
    return east_west && p.latitude_deg >= south - kBeyondUse_deg &&
           p.latitude_deg <= north + kBeyondUse_deg;
  }
};

std::optional<UseArea> use_area(void* srs) {
  UseArea area;
  if (OSRGetAreaOfUse(srs, &area.west, &area.south, &area.east, &area.north, nullptr) == 0) {
    return std::nullopt;
  }
  if (area.west < -180 || area.south < -90) return std::nullopt;  // unknown is -1000
  return area;
}

class Settling {
 public:
  Settling(void* srs, const SourceCoordinates& declared, std::span<const Position> sample,
           const ErrorPlace& place)
      : effective_(declared), numbers_(numbers_of(sample)), sample_(sample), place_(place) {
    if (!declared.crs.empty()) {
      srs_ = spatial_reference(declared.crs);
    } else if (srs != nullptr) {
      srs_.reset(OSRClone(srs));
      OSRSetAxisMappingStrategy(srs_.get(), OAMS_TRADITIONAL_GIS_ORDER);
      // "Undefined Cartesian", "Unknown engineering": a name for not knowing.
      if (OSRIsLocal(srs_.get()) != 0) srs_.reset();
    }
  }

  Result<SettledLayer> run() {
    const GdalErrors errors;
    // A declared crs that PROJ does not know is refused by the conversion, by name.
    const bool unknown = srs_ == nullptr && !effective_.crs.empty();
    if (!effective_.origin && !unknown) {
      Result<void> settled = srs_ == nullptr                    ? without_system()
                             : OSRIsGeographic(srs_.get()) != 0 ? geographic()
                             : OSRIsProjected(srs_.get()) != 0  ? projected()
                                                                : as_it_is();
      if (!settled) return unexpected(settled.error());
      if (srs_ != nullptr && effective_.crs.empty()) {
        return refuse_at(
            place_, ErrorCode::invalid_argument, "LAYER_CRS",
            std::string{"its coordinate reference system makes no sense; "} + kDeclare);
      }
    }
    auto conversion = CoordinateConversion::create(effective_, place_);
    if (!conversion) return unexpected(conversion.error());
    if (srs_ != nullptr && numbers_) check_result(*conversion);
    return SettledLayer{std::move(*conversion), std::move(findings_)};
  }

 private:
  void find(DefectSeverity severity, std::string message, std::string action) {
    findings_.push_back(
        {DefectClass::coordinates_assumed, severity, std::move(message), std::move(action)});
  }
  Result<void> refused(std::string message) const {
    return refuse_at(place_, ErrorCode::invalid_argument, "LAYER_CRS", std::move(message));
  }
  Result<void> as_it_is() {
    effective_.crs = wkt_of(srs_.get());
    return {};
  }
  double unit_m() const { return metres_per_unit(effective_.unit).value_or(1); }
  bool order_is_open() const { return !effective_.axis_order.has_value(); }
  Numbers ordered() const {
    return effective_.axis_order == AxisOrder::lat_lon ? numbers_->swapped() : *numbers_;
  }

  void take_latitude_first(const char* what) {
    effective_.axis_order = AxisOrder::lat_lon;
    find(DefectSeverity::warning,
         std::string{"its numbers ("} + pair_text(*numbers_) + ") make sense only with the " +
             what + " first",
         "the axes were exchanged; declare axis_order if that is wrong");
  }

  Result<void> without_system() {
    if (!numbers_ || effective_.datum) return {};
    if (effective_.unit.empty()) {
      if (ordered().degrees() && ordered().close()) {
        find(DefectSeverity::note, "does not name its coordinate reference system",
             "its degrees were taken as WGS 84; declare crs if that is wrong");
        return {};
      }
      if (order_is_open() && numbers_->swapped().degrees() && numbers_->close()) {
        take_latitude_first("latitude");
        return {};
      }
    }
    if (take_numbered_zone()) return {};
    return refused("does not name its coordinate reference system, and its numbers (" +
                   pair_text(*numbers_) + ") could be many things; " + kDeclare +
                   ", or origin = [longitude, latitude] for local coordinates");
  }

  bool take_numbered_zone() {
    for (const AxisOrder order : {AxisOrder::lon_lat, AxisOrder::lat_lon}) {
      if (effective_.axis_order.value_or(order) != order) continue;
      const Numbers n = order == AxisOrder::lat_lon ? numbers_->swapped() : *numbers_;
      const Spread easting{n.x.low * unit_m(), n.x.median * unit_m(), n.x.high * unit_m()};
      const auto zone = zone_in_easting(easting);
      const bool northern = n.y.low * unit_m() > 0 && n.y.high * unit_m() < 6'500'000;
      if (!zone || !northern) continue;
      effective_.axis_order = order;
      // EPSG:4491 is the zone 13 of six degrees, EPSG:4513 the zone 25 of three.
      const int epsg = *zone <= 23 ? 4491 + *zone - 13 : 4513 + *zone - 25;
      effective_.crs = "EPSG:" + std::to_string(epsg);
      srs_ = spatial_reference(effective_.crs);
      find(DefectSeverity::warning,
           "does not name its coordinate reference system; its eastings carry the Gauss-Kruger "
           "zone " +
               std::to_string(*zone),
           "taken as CGCS2000, " + effective_.crs +
               "; Xian 80 or Beijing 54 would lie some 100 m away: " + kDeclare);
      return true;
    }
    return false;
  }

  Result<void> geographic() {
    if (!numbers_) return as_it_is();
    const auto area = use_area(srs_.get());
    if (order_is_open()) {
      const Numbers swapped = numbers_->swapped();
      const auto used = [&area](const Numbers& n) {
        return n.degrees() && (!area || area->contains({n.x.median, n.y.median}));
      };
      if (!used(*numbers_) && used(swapped) && swapped.close()) take_latitude_first("latitude");
    }
    if (ordered().hardly_degrees()) {
      return refused("its coordinate reference system, " + name_of(srs_.get()) +
                     ", is in degrees, but its numbers (" + pair_text(*numbers_) + ") are not; " +
                     kDeclare);
    }
    return as_it_is();
  }

  Result<void> projected() {
    if (!numbers_) return as_it_is();
    if (effective_.unit.empty() && numbers_->degrees() && are_degrees_of_the_area()) {
      const SpatialReference degrees{OSRCloneGeogCS(srs_.get())};
      effective_.crs = wkt_of(degrees.get());
      find(DefectSeverity::warning,
           "its coordinate reference system, " + name_of(srs_.get()) +
               ", is in lengths, but its numbers (" + pair_text(*numbers_) + ") are degrees",
           "taken as degrees of the same datum; declare crs if that is wrong");
      return {};
    }
    if (auto done = put_zone_right(); !done) return done;
    if (effective_.crs.empty()) effective_.crs = wkt_of(srs_.get());
    if (order_is_open()) exchange_axes_if_only_that_fits();
    return {};
  }

  bool are_degrees_of_the_area() const {
    const auto area = use_area(srs_.get());
    return area && numbers_->close() && area->contains({numbers_->x.median, numbers_->y.median});
  }

  // Chinese zones come with and without their number in the easting, and the two get mixed up.
  Result<void> put_zone_right() {
    const char* projection = OSRGetAttrValue(srs_.get(), "PROJECTION", 0);
    if (projection == nullptr || std::string_view{projection} != SRS_PT_TRANSVERSE_MERCATOR) {
      return {};
    }
    const double metres = OSRGetLinearUnits(srs_.get(), nullptr);
    const double unit = effective_.unit.empty() ? metres : unit_m();
    const double false_m = OSRGetProjParm(srs_.get(), SRS_PP_FALSE_EASTING, 0, nullptr) * metres;
    const double meridian = OSRGetProjParm(srs_.get(), SRS_PP_CENTRAL_MERIDIAN, 0, nullptr);
    const auto numbered = numbered_easting(unit);
    const int zone_of_system = static_cast<int>(false_m / kZone_m);
    if (numbered && zone_of_system == 0 && false_m == 500'000) {
      const double middle = *numbered <= 23 ? 6.0 * *numbered - 3 : 3.0 * *numbered;
      if (std::abs(middle - meridian) > 1e-6) return refuse_zone(*numbered);
      effective_.false_easting = *numbered * kZone_m / unit;
      find(DefectSeverity::warning,
           "its eastings carry their zone " + std::to_string(*numbered) + ", which " +
               name_of(srs_.get()) + " does not have",
           "the zone's number was taken off");
      return {};
    }
    if (numbered && zone_of_system > 0 && zone_of_system != *numbered) {
      return refuse_zone(*numbered);
    }
    const Numbers n = ordered();
    const bool plain = n.x.low * unit > 0 && n.x.high * unit < kZone_m;
    if (zone_of_system > 0 && plain) {
      effective_.false_easting = -zone_of_system * kZone_m / unit;
      find(DefectSeverity::warning,
           "its eastings lack their zone " + std::to_string(zone_of_system) + ", which " +
               name_of(srs_.get()) + " has",
           "the zone's number was put before them");
    }
    return {};
  }

  std::optional<int> numbered_easting(double unit) {
    for (const AxisOrder order : {AxisOrder::lon_lat, AxisOrder::lat_lon}) {
      if (effective_.axis_order.value_or(order) != order) continue;
      const Spread& e = order == AxisOrder::lat_lon ? numbers_->y : numbers_->x;
      const auto zone = zone_in_easting({e.low * unit, e.median * unit, e.high * unit});
      if (zone && order == AxisOrder::lat_lon && order_is_open()) take_latitude_first("northing");
      if (zone) return zone;
    }
    return std::nullopt;
  }

  Result<void> refuse_zone(int zone) const {
    return refused("its eastings (" + pair_text(*numbers_) + ") carry the zone " +
                   std::to_string(zone) + ", its coordinate reference system is " +
                   name_of(srs_.get()) + "; " + kDeclare);
  }

  std::optional<Position> middle(const SourceCoordinates& coordinates) const {
    auto conversion = CoordinateConversion::create(coordinates, place_);
    if (!conversion) return std::nullopt;
    Position p{numbers_->x.median, numbers_->y.median};
    conversion->to_wgs84({&p, 1});
    return p;
  }

  void exchange_axes_if_only_that_fits() {
    const auto area = use_area(srs_.get());
    if (!area) return;
    SourceCoordinates swapped = effective_;
    swapped.axis_order = AxisOrder::lat_lon;
    const auto there = middle(effective_), other = middle(swapped);
    if (!there || !other || area->contains(*there) || !area->contains(*other)) return;
    take_latitude_first("northing");
  }

  void check_result(const CoordinateConversion& conversion) {
    std::vector<Position> there(sample_.begin(), sample_.end());
    conversion.to_wgs84(there);
    std::erase_if(there, [](Position p) { return !is_on_earth(p); });
    const auto found = numbers_of(there);
    if (!found) return;
    const auto area = use_area(srs_.get());
    if (area && !area->contains({found->x.median, found->y.median})) {
      find(DefectSeverity::warning,
           "most of it (" + pair_text(*found) + ") lies outside the area that " +
               name_of(srs_.get()) + " is made for",
           std::string{"kept; if that is wrong, "} + kDeclare);
    }
    const auto accuracy = datum_accuracy(
        wkt_of(srs_.get()), {found->x.low, found->y.low, found->x.high, found->y.high});
    if (!accuracy) return;
    findings_.push_back(
        {DefectClass::positions_shifted,
         accuracy->coarse() ? DefectSeverity::warning : DefectSeverity::note,
         "is brought from " + name_of(srs_.get()) + " to WGS 84 " + accuracy->describe(), "kept"});
  }

  SourceCoordinates effective_;
  SpatialReference srs_;
  std::optional<Numbers> numbers_;
  std::span<const Position> sample_;
  const ErrorPlace& place_;
  std::vector<LayerFinding> findings_;
};

}  // namespace

Result<SettledLayer> settle_layer(void* srs, const SourceCoordinates& declared,
                                  std::span<const Position> sample, const ErrorPlace& place) {
  prepare_gdal();
  return Settling{srs, declared, sample, place}.run();
}

}  // namespace gridmend
