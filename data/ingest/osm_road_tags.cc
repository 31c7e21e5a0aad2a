#include "data/ingest/osm_road_tags.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace gridmend {
namespace {

constexpr double kFastest_kmh = 140;
constexpr double kSlowest_kmh = 3;
constexpr double kUnpaved_kmh = 30;

constexpr std::array<std::pair<std::string_view, RoadClass>, 17> kHighways = {{
    {"motorway", RoadClass::motorway},
    {"motorway_link", RoadClass::motorway},
    {"trunk", RoadClass::trunk},
    {"trunk_link", RoadClass::trunk},
    {"primary", RoadClass::primary},
    {"primary_link", RoadClass::primary},
    {"secondary", RoadClass::secondary},
    {"secondary_link", RoadClass::secondary},
    {"tertiary", RoadClass::tertiary},
    {"tertiary_link", RoadClass::tertiary},
    {"unclassified", RoadClass::unclassified},
    {"road", RoadClass::unclassified},
    {"residential", RoadClass::residential},
    {"living_street", RoadClass::living_street},
    {"service", RoadClass::service},
    {"track", RoadClass::track},
    {"access", RoadClass::access},
}};

constexpr std::array<double, kRoadClasses> kSpeeds_kmh = {110, 90, 65, 55, 45, 40,
                                                          30,  10, 15, 12, 10};

template <std::size_t N>
bool is_among(std::string_view text, const std::array<std::string_view, N>& values) {
  return std::ranges::find(values, text) != values.end();
}

constexpr std::array<std::string_view, 11> kUnpaved = {
    "unpaved", "gravel", "dirt", "ground",      "earth",      "grass",
    "sand",    "mud",    "rock", "pebblestone", "fine_gravel"};

constexpr std::array<std::string_view, 4> kForbidden = {"no", "use_sidepath", "emergency_only",
                                                        "military"};

// The most specific of the access tags; empty when none is set.
std::string_view access_of(const TagLookup& tag) {
  for (const char* key : {"motor_vehicle", "vehicle", "access"}) {
    if (const auto value = tag(key); !value.empty()) return value;
  }
  return {};
}

struct Directions {
  bool forward = true;
  bool backward = true;
};

Directions directions(const TagLookup& tag, std::string_view highway) {
  std::string_view oneway = tag("oneway:motor_vehicle");
  if (oneway.empty()) oneway = tag("oneway");
  if (is_among(oneway, std::array<std::string_view, 3>{"yes", "true", "1"})) return {true, false};
  if (is_among(oneway, std::array<std::string_view, 2>{"-1", "reverse"})) return {false, true};
  if (!oneway.empty()) return {};
  const std::string_view junction = tag("junction");
  if (junction == "roundabout" || junction == "circular") return {true, false};
  return {true, highway != "motorway"};
}

RoadStructure structure(const TagLookup& tag) {
  const auto set = [&tag](const char* key) {
    const std::string_view value = tag(key);
    return !value.empty() && value != "no";
  };
  // Made to be flooded.
  if (tag("bridge") == "low_water_crossing") return RoadStructure::ford;
  if (set("bridge")) return RoadStructure::bridge;
  // A passage through a house lies on the ground, a culvert is the brook's.
  const std::string_view tunnel = tag("tunnel");
  if (set("tunnel") && tunnel != "building_passage" && tunnel != "culvert") {
    return RoadStructure::tunnel;
  }
  return set("ford") ? RoadStructure::ford : RoadStructure::at_grade;
}

std::int8_t layer(const TagLookup& tag) {
  const std::string_view text = tag("layer");
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return 0;
  return static_cast<std::int8_t>(std::clamp(value, -99, 99));
}

double untagged_speed_kmh(const TagLookup& tag, std::string_view highway, RoadClass road_class) {
  double speed = default_speed_kmh(road_class);
  if (highway.ends_with("_link")) speed = std::max(30.0, speed / 2);
  if (is_among(tag("surface"), kUnpaved)) speed = std::min(speed, kUnpaved_kmh);
  return speed;
}

double speed_kmh(const TagLookup& tag, const char* direction_key, double otherwise) {
  for (const char* key : {direction_key, "maxspeed"}) {
    const std::string_view value = tag(key);
    if (value.empty()) continue;
    if (const auto parsed = parse_osm_speed_kmh(value)) return *parsed;
  }
  return otherwise;
}

// "DE:urban", "RO:rural", "DE:zone:30".
std::optional<double> zone_speed_kmh(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::string_view zone = colon == text.npos ? text : text.substr(colon + 1);
  if (zone == "urban") return 50;
  if (zone == "rural") return 90;
  if (zone == "trunk") return 100;
  if (zone == "motorway" || zone == "none") return 120;
  if (zone == "living_street" || zone == "walk") return 7;
  if (zone == "bicycle_road") return 30;
  if (colon == text.npos) return std::nullopt;
  const std::string_view number = zone.starts_with("zone") ? zone.substr(4) : zone;
  return number.empty() || number.find(':') != number.npos ? std::nullopt
                                                           : parse_osm_speed_kmh(number);
}

}  // namespace

std::optional<RoadClass> parse_highway_class(std::string_view highway) {
  const auto it = std::ranges::find(kHighways, highway, [](const auto& h) { return h.first; });
  if (it == kHighways.end()) return std::nullopt;
  return it->second;
}

double default_speed_kmh(RoadClass road_class) {
  return kSpeeds_kmh.at(static_cast<std::size_t>(road_class));
}

std::optional<double> parse_osm_speed_kmh(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return zone_speed_kmh(text);
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit == "mph") {
    value *= 1.609344;
  } else if (unit == "knots") {
    value *= 1.852;
  } else if (!unit.empty() && unit != "km/h" && unit != "kmh" && unit != "kph") {
    return std::nullopt;
  }
  if (!std::isfinite(value) || value <= 0) return std::nullopt;
  return std::clamp(value, kSlowest_kmh, kFastest_kmh);
}

std::optional<OsmRoadTags> read_osm_road_tags(const TagLookup& tag, const OsmRoadOptions& options) {
  const std::string_view highway = tag("highway");
  const auto road_class = parse_highway_class(highway);
  if (!road_class || *road_class == RoadClass::access) return std::nullopt;
  if (tag("route") == "ferry") return std::nullopt;
  if (options.honour_access && is_among(access_of(tag), kForbidden)) return std::nullopt;
  OsmRoadTags road;
  road.road_class = *road_class;
  road.structure = structure(tag);
  road.layer = layer(tag);
  const double otherwise = untagged_speed_kmh(tag, highway, *road_class);
  const Directions open = directions(tag, highway);
  if (open.forward) {
    road.forward_kmh = static_cast<float>(speed_kmh(tag, "maxspeed:forward", otherwise));
  }
  if (open.backward) {
    road.backward_kmh = static_cast<float>(speed_kmh(tag, "maxspeed:backward", otherwise));
  }
  road.name = tag("name");
  if (road.name.empty()) road.name = tag("ref");
  return road;
}

bool osm_barrier_stops(const TagLookup& tag) {
  constexpr std::array<std::string_view, 20> kSolid = {"bollard",
                                                       "block",
                                                       "jersey_barrier",
                                                       "cycle_barrier",
                                                       "stile",
                                                       "turnstile",
                                                       "kissing_gate",
                                                       "horse_stile",
                                                       "motorcycle_barrier",
                                                       "debris",
                                                       "log",
                                                       "wall",
                                                       "fence",
                                                       "hedge",
                                                       "ditch",
                                                       "planter",
                                                       "guard_rail",
                                                       "bus_trap",
                                                       "full-height_turnstile",
                                                       "barrier_board"};
  constexpr std::array<std::string_view, 6> kOpens = {"gate",         "lift_gate", "swing_gate",
                                                      "sliding_gate", "chain",     "bump_gate"};
  const std::string_view barrier = tag("barrier");
  const std::string_view access = access_of(tag);
  if (is_among(barrier, kOpens)) return is_among(access, kForbidden);
  if (is_among(barrier, kSolid)) return access.empty() || is_among(access, kForbidden);
  return false;
}

OsmTurnRule read_osm_turn_rule(const TagLookup& tag) {
  if (tag("type") != "restriction") return OsmTurnRule::none;
  std::string_view rule = tag("restriction");
  if (rule.empty()) rule = tag("restriction:motor_vehicle");
  const std::string_view except = tag("except");
  for (const std::string_view ours : {"motor_vehicle", "motorcar", "hgv"}) {
    if (except.find(ours) != except.npos) return OsmTurnRule::none;
  }
  if (rule.starts_with("no_")) return OsmTurnRule::forbidden;
  return rule.starts_with("only_") ? OsmTurnRule::mandatory : OsmTurnRule::none;
}

}  // namespace gridmend
