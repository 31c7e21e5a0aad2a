#include "data/ingest/osm_power_tags.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace gridmend {
namespace {

constexpr std::array<std::string_view, kOsmPowerLayers> kLayers = {
    "power_lines",       "power_transformers", "power_switches",
    "power_substations", "power_generators",   "buildings"};

// Nobody has a meter there, or it is another building's.
constexpr std::array<std::string_view, 18> kNoCustomers = {
    "no",    "garage", "garages",      "carport",   "shed",      "roof",
    "ruins", "hut",    "greenhouse",   "bridge",    "stable",    "cowshed",
    "barn",  "silo",   "construction", "collapsed", "container", "transformer_tower"};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> values) {
  return std::ranges::find(values, text) != values.end();
}

bool tagged(const TagLookup& tag, const char* key) {
  const std::string_view value = tag(key);
  return !value.empty() && value != "no";
}

std::string_view level_of_kv(double kv) { return kv < 1 ? "lv" : kv < 60 ? "mv" : "hv"; }

}  // namespace

std::string_view to_string(OsmPowerLayer layer) {
  return kLayers.at(static_cast<std::size_t>(layer));
}

std::optional<OsmPowerLayer> osm_power_layer(const TagLookup& tag, bool is_way, bool closed) {
  const std::string_view power = tag("power");
  if (is_one_of(power, {"line", "minor_line", "cable"})) {
    return is_way ? std::optional{OsmPowerLayer::power_lines} : std::nullopt;
  }
  if (is_one_of(power, {"substation", "sub_station", "station"})) {
    return !is_way || closed ? std::optional{OsmPowerLayer::power_substations} : std::nullopt;
  }
  if (power == "transformer") return OsmPowerLayer::power_transformers;
  if (power == "switch" && !is_way) return OsmPowerLayer::power_switches;
  if (is_one_of(power, {"pole", "tower", "portal", "terminal"}) && !is_way) {
    if (tagged(tag, "transformer")) return OsmPowerLayer::power_transformers;
    if (tagged(tag, "switch")) return OsmPowerLayer::power_switches;
    return std::nullopt;
  }
  const std::string_view building = tag("building");
  const bool is_building = !building.empty() && (!is_way || closed) &&
                           std::ranges::find(kNoCustomers, building) == kNoCustomers.end();
  // Panels on a roof do not make the house a power station.
  if (is_one_of(power, {"generator", "plant"}) && !is_building) {
    return OsmPowerLayer::power_generators;
  }
  return is_building ? std::optional{OsmPowerLayer::buildings} : std::nullopt;
}

std::optional<OsmVoltages> parse_osm_voltages(std::string_view text) {
  std::optional<OsmVoltages> voltages;
  for (std::size_t at = 0; at < text.size();) {
    double value = 0;
    const auto [stopped, error] = std::from_chars(text.data() + at, text.data() + text.size(),
                                                  value, std::chars_format::fixed);
    if (error != std::errc{} || value < 0) {
      ++at;
      continue;
    }
    at = static_cast<std::size_t>(stopped - text.data());
    std::string_view unit = text.substr(at);
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    const bool kilovolts =
        unit.starts_with("kV") || unit.starts_with("kv") || unit.starts_with("KV");
    const double kv = kilovolts ? value : value / 1000;
    if (!(kv > 0 && kv < 2000)) continue;
    if (!voltages) voltages = OsmVoltages{kv, kv};
    voltages->highest_kv = std::max(voltages->highest_kv, kv);
    voltages->lowest_kv = std::min(voltages->lowest_kv, kv);
  }
  return voltages;
}

std::string_view osm_level(const TagLookup& tag, OsmPowerLayer layer) {
  const std::string_view frequency = tag("frequency");
  if (frequency.starts_with("16.")) return "rail";
  if (frequency == "0") return "dc";
  if (const auto primary = parse_osm_voltages(tag("voltage:primary"))) {
    return level_of_kv(primary->highest_kv);
  }
  const auto voltages = parse_osm_voltages(tag("voltage"));
  // A transformer's voltage is often that of the side people see.
  if (voltages && !(layer == OsmPowerLayer::power_transformers && voltages->highest_kv < 1)) {
    return level_of_kv(voltages->highest_kv);
  }
  return layer == OsmPowerLayer::power_lines && tag("power") == "line" ? "hv" : "mv";
}

std::string_view osm_to_level(const TagLookup& tag) {
  if (const auto secondary = parse_osm_voltages(tag("voltage:secondary"))) {
    return level_of_kv(secondary->highest_kv);
  }
  const auto voltages = parse_osm_voltages(tag("voltage"));
  if (voltages && voltages->lowest_kv < voltages->highest_kv) {
    return level_of_kv(voltages->lowest_kv);
  }
  return "lv";
}

double parse_osm_rating_kva(std::string_view text) {
  double value = 0;
  const auto [stopped, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || !(value > 0 && value < 1e6)) return 0;
  std::string_view unit = text.substr(static_cast<std::size_t>(stopped - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (is_one_of(unit, {"kVA", "kva", "KVA"})) return value;
  return is_one_of(unit, {"MVA", "mva"}) ? value * 1000 : 0;
}

bool osm_is_underground(const TagLookup& tag) {
  const std::string_view location = tag("location");
  if (is_one_of(location, {"underground", "underwater"})) return true;
  if (is_one_of(location, {"overground", "overhead", "indoor", "roof"})) return false;
  return tag("power") == "cable" || tag("position") == "underground" || tag("tunnel") == "yes" ||
         tag("layer").starts_with('-');
}

OsmSubstationRole osm_substation_role(const TagLookup& tag) {
  const std::string_view role = tag("substation");
  if (is_one_of(role, {"minor_distribution", "industrial", "delivery", "compensation", "kiosk"}) ||
      tag("power") == "transformer") {
    return OsmSubstationRole::serves_street;
  }
  if (is_one_of(role, {"transmission", "distribution", "generation", "traction", "converter"}) ||
      tag("power") == "station") {
    return OsmSubstationRole::feeds;
  }
  if (const auto voltages = parse_osm_voltages(tag("voltage"))) {
    return voltages->highest_kv >= 60 ? OsmSubstationRole::feeds : OsmSubstationRole::serves_street;
  }
  return OsmSubstationRole::unknown;
}

std::string osm_address(const TagLookup& tag) {
  std::string address{tag("addr:street")};
  if (address.empty()) address = tag("addr:place");
  const std::string_view number = tag("addr:housenumber");
  if (!address.empty() && !number.empty()) address += ' ';
  return address += number;
}

}  // namespace gridmend
