#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/ingest/osm_road_tags.h"

namespace gridmend {

// What tags of OpenStreetMap mean for an electricity network; the wiki's Key:power.

enum class OsmPowerLayer : std::uint8_t {
  power_lines,
  power_transformers,
  power_switches,
  power_substations,  // whether they feed or serve a street is decided with their geometry
  power_generators,
  buildings,
};
inline constexpr int kOsmPowerLayers = 6;

std::string_view to_string(OsmPowerLayer layer);

// Of a feature that is a way (closed or not) or a node; nullopt: nothing of electricity.
std::optional<OsmPowerLayer> osm_power_layer(const TagLookup& tag, bool is_way, bool closed);

// "110000;20000", "20 kV", "400/230": the highest and the lowest, in kV; nullopt: no number.
struct OsmVoltages {
  double highest_kv = 0;
  double lowest_kv = 0;
};
std::optional<OsmVoltages> parse_osm_voltages(std::string_view text);

// "lv", "mv", "hv", "rail", "dc".
std::string_view osm_level(const TagLookup& tag, OsmPowerLayer layer);
// Of a transformer's lower-voltage side.
std::string_view osm_to_level(const TagLookup& tag);

// "630 kVA", "40 MVA", "0.4 MVA"; 0: no number with a unit.
double parse_osm_rating_kva(std::string_view text);

bool osm_is_underground(const TagLookup& tag);

enum class OsmSubstationRole : std::uint8_t { feeds, serves_street, unknown };
OsmSubstationRole osm_substation_role(const TagLookup& tag);

// "Bahnhofstraße 7".
std::string osm_address(const TagLookup& tag);

}  // namespace gridmend
