#include "data/ingest/cim_places.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "data/ingest/local_coordinates.h"
#include "data/ingest/spatial_reference.h"

namespace gridmend {
namespace {

constexpr std::size_t kBatch = 1 << 16;
constexpr std::size_t kMostSystems = 1000;

bool has_numbers(const Position& p) {
  return std::isfinite(p.longitude_deg) && std::isfinite(p.latitude_deg);
}

// Converts those positions of `all` that `system_of` says are of `system`.
void convert(const CoordinateConversion& conversion, std::span<const std::uint16_t> system_of,
             std::uint16_t system, std::span<Position> all) {
  std::vector<Position> batch;
  std::vector<std::size_t> from;
  const auto flush = [&] {
    conversion.to_wgs84(batch);
    for (std::size_t i = 0; i < from.size(); ++i) all[from[i]] = batch[i];
    batch.clear();
    from.clear();
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (system_of[i] != system) continue;
    batch.push_back(all[i]);
    from.push_back(i);
    if (batch.size() == kBatch) flush();
  }
  flush();
}

class PlaceReading {
 public:
  PlaceReading(const CimModel& model, const SourceCoordinates& declared, const ErrorPlace& place,
               SourceFeature at, NetworkBuilder& builder)
      : model_(model), declared_(declared), place_(place), at_(at), builder_(builder) {}

  // Points by location, in their order.
  void sort(std::vector<std::uint32_t>& begin, std::vector<Position>& positions) {
    const auto& points = model_.points();
    begin.assign(model_.objects() + 1, 0);
    for (const CimPoint& point : points) ++begin[point.location.index + 1];
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    std::vector<std::uint32_t> order(points.size());
    std::vector<std::uint32_t> next(begin.begin(), begin.end() - 1);
    for (std::uint32_t i = 0; i < points.size(); ++i) order[next[points[i].location.index]++] = i;
    for (std::size_t i = 0; i < points.size();) {
      const Id<CimObject> location = points[order[i]].location;
      const std::size_t end = begin[location.index + 1];
      std::stable_sort(
          order.begin() + static_cast<std::ptrdiff_t>(i),
          order.begin() + static_cast<std::ptrdiff_t>(end),
          [&](std::uint32_t a, std::uint32_t b) { return points[a].order < points[b].order; });
      i = end;
    }
    positions.reserve(points.size());
    system_of_.reserve(points.size());
    for (const std::uint32_t i : order) {
      positions.push_back({points[i].x, points[i].y});
      system_of_.push_back(system_of_location(points[i].location));
    }
  }

  Result<void> to_wgs84(std::span<Position> positions) {
    for (std::size_t i = 0; i < systems_.size(); ++i) {
      const auto system = static_cast<std::uint16_t>(i);
      SourceCoordinates coordinates = declared_;
      if (!fixed() && !systems_[i].empty()) coordinates.crs = systems_[i];
      if (!fixed() && systems_[i].empty()) coordinates = settle(system, positions);
      auto conversion = CoordinateConversion::create(coordinates, place_);
      if (!conversion) return unexpected(conversion.error());
      convert(*conversion, system_of_, system, positions);
    }
    return {};
  }

 private:
  bool fixed() const { return !declared_.crs.empty() || declared_.origin.has_value(); }

  // A system's number; empty text: none that counts.
  std::uint16_t system_number(const std::string& crs) {
    const auto [it, is_new] =
        numbers_.try_emplace(crs, static_cast<std::uint16_t>(systems_.size()));
    if (is_new) systems_.push_back(crs);
    return it->second;
  }

  std::uint16_t system_of_location(Id<CimObject> location) {
    if (fixed()) return system_number({});
    const auto system = model_.reference(location, CimProperty::coordinate_system);
    if (!system) return system_number({});
    const auto known = of_object_.find(system->index);
    if (known != of_object_.end()) return known->second;
    if (of_object_.size() >= kMostSystems) return system_number({});
    const std::string urn{model_.text_of(*system, CimProperty::crs)};
    std::string crs = crs_in_urn(urn);
    if (!crs.empty() && spatial_reference(crs) == nullptr) {
      builder_.add_defect(at_, model_.id(*system), DefectClass::unknown_value, DefectSeverity::note,
                          "CoordinateSystem.crsUrn", "no coordinate system '" + urn + "' is known",
                          "its numbers are taken as undeclared");
      crs.clear();
    }
    return of_object_[system->index] = system_number(crs);
  }

  SourceCoordinates settle(std::uint16_t system, std::span<const Position> positions) {
    std::vector<Position> numbers;
    for (std::size_t i = 0; i < positions.size(); ++i) {
      if (system_of_[i] == system && has_numbers(positions[i])) numbers.push_back(positions[i]);
    }
    SettledCoordinates settled = settle_coordinates(declared_, numbers);
    if (!settled.note.empty()) {
      builder_.add_defect(at_, {}, DefectClass::positions_shifted, DefectSeverity::note, {},
                          settled.note, "kept where they were laid");
    }
    return settled.coordinates;
  }

  const CimModel& model_;
  const SourceCoordinates& declared_;
  const ErrorPlace& place_;
  SourceFeature at_;
  NetworkBuilder& builder_;
  std::vector<std::uint16_t> system_of_;  // by sorted point
  std::vector<std::string> systems_;
  std::map<std::string, std::uint16_t> numbers_;
  std::map<std::uint32_t, std::uint16_t> of_object_;  // by coordinate system
};

}  // namespace

std::string crs_in_urn(std::string_view urn) {
  const bool is_urn = urn.starts_with("urn:ogc:def:crs:EPSG:") || urn.starts_with("EPSG:");
  const auto colon = urn.rfind(':');
  if (!is_urn || colon + 1 == urn.size()) return std::string{urn};
  return "EPSG:" + std::string{urn.substr(colon + 1)};
}

Result<CimPlaces> CimPlaces::create(const CimModel& model, const SourceCoordinates& declared,
                                    const ErrorPlace& place, SourceFeature at,
                                    NetworkBuilder& builder) {
  CimPlaces places;
  PlaceReading reading{model, declared, place, at, builder};
  reading.sort(places.begin_, places.positions_);
  if (auto converted = reading.to_wgs84(places.positions_); !converted) {
    return unexpected(converted.error());
  }
  return places;
}

}  // namespace gridmend
