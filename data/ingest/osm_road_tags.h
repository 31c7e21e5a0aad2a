#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "data/ingest/source_limits.h"
#include "routing/road/road_records.h"

namespace gridmend {

// The value of a key, or empty when it is not tagged.
using TagLookup = std::function<std::string_view(const char* key)>;

// What a way's tags mean to a crew's vehicle.
struct OsmRoadTags {
  RoadClass road_class = RoadClass::residential;
  RoadStructure structure = RoadStructure::at_grade;
  std::int8_t layer = 0;
  float forward_kmh = 0;  // 0: not driven in this direction
  float backward_kmh = 0;
  std::string name;  // as tagged, not checked
};

struct OsmRoadOptions {
  // What signs and barriers forbid. Off: every road of a drivable class is open, as it may be to
  // those who come to rescue.
  bool honour_access = true;
  SourceLimits limits = {};
};

// nullopt for a way that is not for motor vehicles, forbids them, or is no road. A private road is
// one a crew may enter. Of access, vehicle and motor_vehicle the most specific decides.
std::optional<OsmRoadTags> read_osm_road_tags(const TagLookup& tag,
                                              const OsmRoadOptions& options = {});

// "50", "30 mph", "walk", "none", "DE:urban" in km/h; nullopt for what is not understood.
std::optional<double> parse_osm_speed_kmh(std::string_view text);

// km/h where nothing is tagged, by class.
double default_speed_kmh(RoadClass road_class);

// The class of a highway value, links with their road; nullopt for what is not driven.
std::optional<RoadClass> parse_highway_class(std::string_view highway);

// Does a barrier in the road stop a vehicle? Gates open for a crew unless their tags forbid it;
// bollards and their like do not unless their tags allow it.
bool osm_barrier_stops(const TagLookup& tag);

enum class OsmTurnRule : std::uint8_t { none, forbidden, mandatory };
// A restriction relation's rule for a crew's vehicle.
OsmTurnRule read_osm_turn_rule(const TagLookup& tag);

}  // namespace gridmend
