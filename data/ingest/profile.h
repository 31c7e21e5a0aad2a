#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/geometry_columns.h"
#include "data/ingest/source_coordinates.h"

namespace gridmend {

// What a profile (data/profiles/README.md states the grammar) says about a utility's layers. Rules
// stand in the order of the file; nothing here knows GDAL.

// Units that a column mixes, told apart by what a network can have: volts beside kilovolts,
// volt-amperes and megavolt-amperes beside kilovolt-amperes.
enum class UnitByValue : unsigned char { none, voltage, power };

// In kV: from 1,000 on, and the low voltages people write in volts (100, 110, 127, 220, 230, 380,
// 400, ...), are volts.
double kilovolts_by_value(double value);
// In kVA: below 1 MVA, from 100,000 on VA.
double kilovolt_amperes_by_value(double value);

// What a field's texts are about, where people write that in more ways than one.
enum class FieldSort : std::uint8_t {
  other,
  kilovolts,
  kilovolt_amperes,
  metres,
  phases,
  open_position,
};

// One field of a record. Of `columns` the first that the layer has is read; without columns the
// field is `fallback`.
struct FieldRule {
  std::vector<std::string> columns;
  bool required = false;
  std::string lookup;  // the column's text is an id in this lookup; the field is what it says there
  std::vector<std::pair<std::string, std::string>>
      values;            // pattern, meaning; in order of matching
  std::string fallback;  // for empty values and those that `values` does not know
  double scale = 1;      // for numbers
  bool given = false;    // the profile speaks of the field
  // Instead of `columns`: the texts of all of these with `separator` between them.
  std::vector<std::string> join = {};
  std::string separator = {};
  bool coded_domain = false;  // codes of a File Geodatabase's domain are read as what they mean
  UnitByValue unit_by_value = UnitByValue::none;
  FieldSort sort = FieldSort::other;
};

// Keeps the features whose column has one of `is` and none of `is_not` (patterns; "" is an empty
// value).
struct WhereRule {
  FieldRule field;
  std::vector<std::string> is, is_not;
};

// Refines a field by another column: where the field has one of `when`, a non-empty value of the
// column becomes `values`' meaning, or `fallback`; an empty meaning changes nothing.
struct OverrideRule {
  FieldRule field;
  std::vector<std::string> when;
};

// What values mean, by column; pattern, meaning; in order of matching. What they do not have stands
// for itself.
struct RoadValues {
  using Meanings = std::vector<std::pair<std::string, std::string>>;
  Meanings road_class, oneway, structure, bridge, tunnel;
};

struct LayerRule {
  std::vector<std::string> layers;  // the first that the source has
  bool required = false;
  std::vector<WhereRule> where = {};  // all must hold
  GeometryColumns geometry = {};      // of layers whose positions are columns
};

// A table of positions, or of the texts of `value`, by id.
struct LookupRule {
  std::string name;
  LayerRule layer;
  FieldRule id;
  FieldRule value;  // not given: the features' positions
};

struct SubstationRule {
  LayerRule layer;
  FieldRule mrid, name;
};

// How what meets what is known.
enum class ConnectivityMode : std::uint8_t {
  ids,          // devices name their connectivity nodes
  geometry,     // nothing is named: what was drawn together belongs together
  ids_checked,  // named, and compared with the drawing
};

// Of a drawn network; docs/algorithms/connectivity.md says what each does.
struct ConnectivityRule {
  ConnectivityMode mode = ConnectivityMode::ids;
  double tolerance_m = 0.5;
  std::optional<double> probable_m;  // none: three tolerances
  double reach_m = 2;                // of points that stand on lines
  double usage_point_reach_m = 50;
  double feeder_reach_m = 50;
  bool leave_out_far_usage_points = false;  // instead of refusing them
  bool assume_feeders = false;
  std::string assumed_usage_points;  // what they were made of, where the source has no meters
  bool drawing_wins = false;         // of ids_checked
};

struct FeederRule {
  LayerRule layer;
  FieldRule mrid, name, substation, source_node, nominal_kv, active;
  std::vector<std::string> levels;  // that it may supply when drawn; none given: all
  std::optional<double> reach_m;
};

struct NodeRule {
  LayerRule layer;
  FieldRule mrid;
};

struct DeviceRule {
  LayerRule layer;
  std::string mrid_prefix;
  FieldRule mrid, kind, from_node, to_node, feeder, phases, normally_open, active, underground,
      nominal_kv, rated_kva, live_part_height_m, length_m, to_phases;
  FieldRule from_place, to_place;  // ids in a lookup of positions
  std::vector<OverrideRule> kind_overrides;
  // When drawn: things of one level snap to each other.
  FieldRule level, to_level;
  bool tapped = true;  // others may meet the middle of its lines
  std::optional<double> reach_m;
};

struct UsagePointRule {
  LayerRule layer;
  FieldRule mrid, node, transformer, phases, category, customers, address, communication_group,
      active, place;
  std::vector<OverrideRule> category_overrides;
  std::vector<std::string> levels;  // that it may hang at when drawn; none given: all
  std::optional<double> reach_m;
};

// Columns by what they say, each with the names it may have, see LineRoadColumns; and of some what
// their values mean.
struct RoadRule {
  std::vector<std::string> layers;
  std::vector<std::string> name, road_class, oneway, speed_kmh, structure, layer, surface;
  std::vector<std::string> bridge, tunnel, from_junction, to_junction;
  RoadValues values = {};
  std::optional<double> tolerance_m = {};
};

struct Profile {
  std::string name;
  std::string title;
  std::string licence;
  SourceCoordinates coordinates;  // [coordinates]: what the files do not say
  std::string encoding;
  std::vector<std::string> detect;  // a source with all of these layers speaks this profile
  std::vector<LookupRule> lookups;
  std::vector<SubstationRule> substations;
  std::vector<FeederRule> feeders;
  std::vector<NodeRule> nodes;
  std::vector<DeviceRule> devices;
  std::vector<UsagePointRule> usage_points;
  RoadRule roads;
  ConnectivityRule connectivity;
};

// Refuses (invalid_argument, PROFILE_INVALID) what is not TOML, unknown keys, values of the wrong
// type, and a profile without feeders, devices or usage points; the message names key and line.
Result<Profile> parse_profile(std::string_view toml, const std::string& file);
Result<RoadRule> parse_road_rule(std::string_view toml, const std::string& file);

// A shipped profile by name, or a file when the text ends in .toml. Refuses an unknown name
// (PROFILE_UNKNOWN) listing the known ones.
Result<Profile> find_profile(const std::string& name_or_file);

// The [roads] of a file, which may be a whole profile or hold nothing else; `layer` may be missing.
// Refuses as find_profile() does.
Result<RoadRule> find_road_rule(const std::filesystem::path& file);

std::vector<std::string> shipped_profile_names();

// Does `text` match `pattern`, in which '*' stands for any letters? Without regard to case.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace gridmend
