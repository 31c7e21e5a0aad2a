#include "data/ingest/opendss_places.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "data/ingest/letter_case.h"
#include "data/ingest/local_coordinates.h"

namespace gridmend {
namespace {

using Places = std::vector<std::optional<Position>>;

constexpr std::size_t kMostPlaceBytes = std::size_t{1} << 30U;

void note(const DssTranslation& of, DefectClass defect_class, DefectSeverity severity,
          std::string message, std::string action) {
  of.findings({{}, {}, {}, defect_class, severity, {}, std::move(message), std::move(action)});
}

bool are_degrees(const std::vector<DssBusPosition>& given) {
  return std::ranges::all_of(given, [](const DssBusPosition& at) {
    return std::abs(at.position.longitude_deg) <= 180 && std::abs(at.position.latitude_deg) <= 90;
  });
}

// Places by bus of those that the model has; how many buses got one.
std::size_t assign(const std::vector<DssBusPosition>& given, const std::vector<Position>& on_earth,
                   DssBuses& buses, Places& places) {
  const std::size_t known = buses.size();
  std::size_t placed = 0;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto bus = buses.known(given[i].bus);
    if (!bus || *bus >= known) continue;
    if (!places[*bus]) ++placed;
    places[*bus] = on_earth[i];
  }
  return placed;
}

std::vector<Position> numbers_of(const std::vector<DssBusPosition>& given) {
  std::vector<Position> numbers;
  numbers.reserve(given.size());
  for (const DssBusPosition& at : given) numbers.push_back(at.position);
  return numbers;
}

// "Long_lat_buscoords.txt" beside the file of bus positions, when it places as many buses.
bool take_neighbour(const DssTranslation& of, DssBuses& buses, std::size_t at_least,
                    Places& places) {
  const std::string& own = of.script.positions_file();
  for (const std::string& path : of.files.list(folder_of_dss_path(own), 0)) {
    const std::string name = lower_case(name_of_dss_path(path));
    const auto longitude = name.find("lon"), latitude = name.find("lat");
    if (path == own || longitude == std::string::npos || latitude == std::string::npos ||
        name.find("coord") == std::string::npos) {
      continue;
    }
    const auto text = of.files.read(path, kMostPlaceBytes);
    if (!text) continue;
    std::vector<DssBusPosition> given;
    std::size_t wrong = 0;
    read_dss_positions(*text, latitude < longitude, given,
                       [&wrong](std::uint32_t, std::string_view) { ++wrong; });
    Places found(buses.size());
    if (wrong > 0 || given.empty() || !are_degrees(given) ||
        assign(given, numbers_of(given), buses, found) < at_least) {
      continue;
    }
    places = std::move(found);
    note(of, DefectClass::positions_shifted, DefectSeverity::note,
         "the numbers of " + dss_quoted(own) + " are lengths of a system that is not declared",
         "took the degrees of " + dss_quoted(path) + " instead; declaring the crs undoes that");
    return true;
  }
  return false;
}

void drop_what_is_nowhere(const DssTranslation& of, bool degrees, Places& places) {
  std::size_t nowhere = 0;
  for (auto& place : places) {
    if (!place) continue;
    // In degrees 0, 0 is what a program writes that does not know better.
    const bool unset = degrees && *place == Position{};
    if (is_on_earth(*place) && !unset) continue;
    if (!unset) ++nowhere;
    place.reset();
  }
  if (nowhere == 0) return;
  note(of, DefectClass::invalid_geometry, DefectSeverity::warning,
       std::to_string(nowhere) + " buses do not stand on earth", "placed by their neighbours");
}

}  // namespace

Result<std::vector<std::optional<Position>>> place_dss_buses(const DssTranslation& of,
                                                             DssBuses& buses) {
  Places places(buses.size());
  const auto& given = of.script.bus_positions();
  std::vector<Position> numbers = numbers_of(given);
  auto settled = SettledCoordinates{of.declared, {}};
  const bool degrees = of.script.positions_are_degrees() && !of.declared.declared();
  if (!degrees) settled = settle_coordinates(of.declared, numbers);
  const auto conversion = CoordinateConversion::create(
      settled.coordinates, {.file = of.source, .layer = {}, .feature_id = {}, .column = {}});
  if (!conversion) return unexpected(conversion.error());
  conversion->to_wgs84(numbers);
  const std::size_t placed = assign(given, numbers, buses, places);
  const bool local = settled.coordinates.origin.has_value() && !of.declared.origin;
  if (!of.declared.declared() && local && placed > 0 &&
      take_neighbour(of, buses, (placed + 1) / 2, places)) {
    return places;
  }
  if (!settled.note.empty() && placed > 0) {
    note(of, DefectClass::positions_shifted, DefectSeverity::note, settled.note, "read so");
  }
  drop_what_is_nowhere(of, !local && !of.declared.origin, places);
  return places;
}

}  // namespace gridmend
