#include "data/ingest/profile.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <initializer_list>
#include <new>
#include <optional>
#include <utility>

#include "data/ingest/known_value_maps.h"
#include "data/ingest/profile_fields.h"
#include "data/ingest/toml_values.h"

namespace gridmend {
namespace {

using profile_fields::read_field;
using profile_fields::read_layer;
using profile_fields::read_overrides;
using toml_values::flag_of;
using toml_values::Keys;
using toml_values::line_of;
using toml_values::refuse_node;
using toml_values::Refused;
using toml_values::table_of;
using toml_values::text_of;
using toml_values::texts_of;

LookupRule read_lookup(Keys& keys) {
  LookupRule rule;
  rule.name = text_of(keys.need("name"), "name");
  rule.layer = read_layer(keys);
  rule.id = read_field(keys, "id", true);
  rule.value = read_field(keys, "value");
  return rule;
}

SubstationRule read_substation(Keys& keys) {
  return {read_layer(keys), read_field(keys, "mrid", true), read_field(keys, "name")};
}

std::optional<double> read_metres(Keys& keys, const std::string& name) {
  const toml::node* node = keys.find(name);
  if (node == nullptr) return std::nullopt;
  const auto metres = node->value<double>();
  if (!node->is_number() || !metres || !(*metres > 0 && *metres <= 5000)) {
    refuse_node(*node, "'" + name + "' must be metres, above 0 and at most 5000");
  }
  return metres;
}

std::vector<std::string> read_levels(Keys& keys) {
  const toml::node* node = keys.find("levels");
  return node == nullptr ? std::vector<std::string>{} : texts_of(*node, "levels");
}

ConnectivityRule read_connectivity(Keys& keys) {
  ConnectivityRule rule;
  if (const auto* node = keys.find("mode")) {
    const std::string& mode = text_of(*node, "mode");
    if (mode != "ids" && mode != "geometry" && mode != "ids_checked") {
      refuse_node(*node, "'mode' is ids, geometry or ids_checked");
    }
    rule.mode = mode == "ids"        ? ConnectivityMode::ids
                : mode == "geometry" ? ConnectivityMode::geometry
                                     : ConnectivityMode::ids_checked;
  }
  rule.tolerance_m = read_metres(keys, "tolerance_m").value_or(rule.tolerance_m);
  if (rule.tolerance_m > 1000) throw Refused{"'tolerance_m' is at most 1000"};
  rule.probable_m = read_metres(keys, "probable_m");
  rule.reach_m = read_metres(keys, "reach_m").value_or(rule.reach_m);
  rule.usage_point_reach_m =
      read_metres(keys, "usage_point_reach_m").value_or(rule.usage_point_reach_m);
  rule.feeder_reach_m = read_metres(keys, "feeder_reach_m").value_or(rule.feeder_reach_m);
  if (const auto* node = keys.find("far_usage_points")) {
    const std::string& far = text_of(*node, "far_usage_points");
    if (far != "refuse" && far != "leave_out") {
      refuse_node(*node, "'far_usage_points' is refuse or leave_out");
    }
    rule.leave_out_far_usage_points = far == "leave_out";
  }
  if (const auto* node = keys.find("assume_feeders")) {
    rule.assume_feeders = flag_of(*node, "assume_feeders");
  }
  if (const auto* node = keys.find("assumed_usage_points")) {
    rule.assumed_usage_points = text_of(*node, "assumed_usage_points");
  }
  if (const auto* node = keys.find("drawing_wins")) {
    rule.drawing_wins = flag_of(*node, "drawing_wins");
  }
  return rule;
}

// Of a drawn network nobody has to name a connectivity node.
FeederRule read_any_feeder(Keys& keys, bool named) {
  return {read_layer(keys),
          read_field(keys, "mrid", true),
          read_field(keys, "name"),
          read_field(keys, "substation"),
          read_field(keys, "source_node", named),
          read_field(keys, "nominal_kv"),
          read_field(keys, "active"),
          read_levels(keys),
          read_metres(keys, "reach_m")};
}
FeederRule read_feeder(Keys& keys) { return read_any_feeder(keys, true); }
FeederRule read_drawn_feeder(Keys& keys) { return read_any_feeder(keys, false); }

NodeRule read_node_rule(Keys& keys) { return {read_layer(keys), read_field(keys, "mrid", true)}; }

DeviceRule read_any_device(Keys& keys, bool named) {
  DeviceRule rule;
  rule.layer = read_layer(keys);
  if (const auto* node = keys.find("mrid_prefix")) rule.mrid_prefix = text_of(*node, "mrid_prefix");
  rule.mrid = read_field(keys, "mrid", true);
  rule.from_node = read_field(keys, "from_node", named);
  rule.to_node = read_field(keys, "to_node", named);
  rule.kind = read_field(keys, "kind");
  if (!rule.kind.given) throw Refused{keys.what() + " lacks 'kind'"};
  rule.feeder = read_field(keys, "feeder");
  rule.phases = read_field(keys, "phases");
  rule.normally_open = read_field(keys, "normally_open");
  rule.active = read_field(keys, "active");
  rule.underground = read_field(keys, "underground");
  rule.nominal_kv = read_field(keys, "nominal_kv");
  rule.rated_kva = read_field(keys, "rated_kva");
  rule.live_part_height_m = read_field(keys, "live_part_height_m");
  rule.length_m = read_field(keys, "length_m");
  rule.to_phases = read_field(keys, "to_phases");
  rule.from_place = read_field(keys, "from_place");
  rule.to_place = read_field(keys, "to_place");
  rule.kind_overrides = read_overrides(keys, "kind_overrides");
  rule.level = read_field(keys, "level");
  rule.to_level = read_field(keys, "to_level");
  if (const auto* node = keys.find("tapped")) rule.tapped = flag_of(*node, "tapped");
  rule.reach_m = read_metres(keys, "reach_m");
  return rule;
}
DeviceRule read_device(Keys& keys) { return read_any_device(keys, true); }
DeviceRule read_drawn_device(Keys& keys) { return read_any_device(keys, false); }

UsagePointRule read_any_usage_point(Keys& keys, bool named) {
  UsagePointRule rule;
  rule.layer = read_layer(keys);
  rule.mrid = read_field(keys, "mrid", true);
  rule.node = read_field(keys, "node", named);
  rule.transformer = read_field(keys, "transformer");
  rule.phases = read_field(keys, "phases");
  rule.category = read_field(keys, "category");
  rule.customers = read_field(keys, "customers");
  rule.address = read_field(keys, "address");
  rule.communication_group = read_field(keys, "communication_group");
  rule.active = read_field(keys, "active");
  rule.place = read_field(keys, "place");
  rule.category_overrides = read_overrides(keys, "category_overrides");
  rule.levels = read_levels(keys);
  rule.reach_m = read_metres(keys, "reach_m");
  return rule;
}
UsagePointRule read_usage_point(Keys& keys) { return read_any_usage_point(keys, true); }
UsagePointRule read_drawn_usage_point(Keys& keys) { return read_any_usage_point(keys, false); }

// A column, or { column = ..., values = {...} }.
std::vector<std::string> read_road_column(Keys& keys, const std::string& name,
                                          RoadValues::Meanings* values = nullptr) {
  const toml::node* node = keys.find(name);
  if (node == nullptr) return {};
  if (!node->is_table() || values == nullptr) return texts_of(*node, name);
  Keys inner{table_of(*node, name), "'" + name + "'"};
  auto columns = texts_of(inner.need("column"), "column");
  if (const auto* map = inner.find("values")) {
    *values = profile_fields::values_of(*map);
  }
  inner.done();
  return columns;
}

RoadRule read_any_roads(Keys& keys, bool layer_needed) {
  RoadRule rule;
  const toml::node* layer = layer_needed ? &keys.need("layer") : keys.find("layer");
  if (layer != nullptr) rule.layers = texts_of(*layer, "layer");
  rule.name = read_road_column(keys, "name");
  rule.road_class = read_road_column(keys, "class", &rule.values.road_class);
  rule.oneway = read_road_column(keys, "oneway", &rule.values.oneway);
  rule.speed_kmh = read_road_column(keys, "speed_kmh");
  rule.structure = read_road_column(keys, "structure", &rule.values.structure);
  rule.bridge = read_road_column(keys, "bridge", &rule.values.bridge);
  rule.tunnel = read_road_column(keys, "tunnel", &rule.values.tunnel);
  rule.layer = read_road_column(keys, "layer_column");
  rule.surface = read_road_column(keys, "surface");
  rule.from_junction = read_road_column(keys, "from_junction");
  rule.to_junction = read_road_column(keys, "to_junction");
  rule.tolerance_m = read_metres(keys, "tolerance_m");
  return rule;
}
RoadRule read_roads(Keys& keys) { return read_any_roads(keys, true); }

SourceCoordinates read_coordinates(const toml::node& node) {
  SourceCoordinates coordinates;
  for (const auto& [key, value] : table_of(node, "coordinates")) {
    DeclaredValue declared;
    if (const auto* text = value.as_string()) declared.text = text->get();
    const auto add_number = [&declared](const toml::node& number) {
      if (!number.is_number()) refuse_node(number, "must be a number");
      declared.numbers.push_back(number.value<double>().value_or(0));
    };
    if (value.is_number()) add_number(value);
    if (const auto* array = value.as_array()) {
      for (const toml::node& item : *array) add_number(item);
    }
    const auto wrong = declare_coordinates(coordinates, key.str(), declared);
    if (!wrong)
      refuse_node(value, "[coordinates] has an unknown key '" + std::string{key.str()} + "'");
    if (!wrong->empty()) refuse_node(value, *wrong);
  }
  return coordinates;
}

template <class Rule>
std::vector<Rule> read_all(Keys& keys, const std::string& name, Rule (*read)(Keys&)) {
  std::vector<Rule> rules;
  const toml::node* node = keys.find(name);
  if (node == nullptr) return rules;
  const auto* array = node->as_array();
  if (array == nullptr) refuse_node(*node, "'" + name + "' must be written [[" + name + "]]");
  for (const toml::node& item : *array) {
    Keys inner{table_of(item, name), "[[" + name + "]] of " + line_of(item)};
    rules.push_back(read(inner));
    inner.done();
  }
  return rules;
}

// Calls visitor(table) for every table that may describe a field, this one included: all but what
// `values` holds, which are texts.
template <class Visitor>
void visit_field_tables(toml::node& node, const Visitor& visitor) {
  if (auto* array = node.as_array()) {
    for (toml::node& item : *array) visit_field_tables(item, visitor);
  }
  auto* table = node.as_table();
  if (table == nullptr) return;
  visitor(*table);
  for (auto&& [key, child] : *table) {
    if (key != "values") visit_field_tables(child, visitor);
  }
}

// Puts the table of [value_maps] where `values = "NAME"` names it.
void expand_value_map(toml::table& table, const toml::table* maps) {
  const toml::node* values = table.get("values");
  if (values == nullptr || !values->is_string()) return;
  const std::string& name = text_of(*values, "values");
  const toml::node* map = maps == nullptr ? nullptr : maps->get(name);
  const auto known = known_values(name);
  if (map == nullptr && !known) {
    refuse_node(*values,
                "there is no [value_maps." + name + "], nor is it one of " + known_value_maps());
  }
  toml::table meanings;
  if (map == nullptr) {
    for (const auto& [value, meaning] : *known) meanings.insert(value, std::string{meaning});
  } else {
    meanings = table_of(*map, name);
  }
  table.insert_or_assign("values", std::move(meanings));
}

void check_lookup(const toml::table& table, const std::vector<LookupRule>& lookups) {
  const toml::node* node = table.get("lookup");
  if (node == nullptr) return;
  const std::string& name = text_of(*node, "lookup");
  if (std::ranges::find(lookups, name, &LookupRule::name) == lookups.end()) {
    refuse_node(*node, "there is no [[lookups]] named '" + name + "'");
  }
}

// What names others in the file: value maps are put in place, lookups must be there.
void resolve_names(toml::table& table, Keys& keys, Profile& profile) {
  const toml::node* node = keys.find("value_maps");
  const toml::table* maps = node == nullptr ? nullptr : &table_of(*node, "value_maps");
  const auto visit_rules = [&table](const auto& visitor) {
    for (auto&& [key, child] : table) {
      if (key != "value_maps") visit_field_tables(child, visitor);
    }
  };
  visit_rules([maps](toml::table& field) { expand_value_map(field, maps); });
  profile.lookups = read_all(keys, "lookups", read_lookup);
  visit_rules([&profile](toml::table& field) { check_lookup(field, profile.lookups); });
}

Profile read_profile(toml::table& table) {
  Keys keys{table, "the profile"};
  Profile profile;
  resolve_names(table, keys, profile);
  profile.name = text_of(keys.need("name"), "name");
  if (const auto* node = keys.find("title")) profile.title = text_of(*node, "title");
  if (const auto* node = keys.find("licence")) profile.licence = text_of(*node, "licence");
  if (const auto* node = keys.find("detect")) profile.detect = texts_of(*node, "detect");
  if (const auto* node = keys.find("connectivity")) {
    Keys inner{table_of(*node, "connectivity"), "[connectivity]"};
    profile.connectivity = read_connectivity(inner);
    inner.done();
  }
  const bool drawn = profile.connectivity.mode == ConnectivityMode::geometry;
  if (const auto* node = keys.find("encoding")) profile.encoding = text_of(*node, "encoding");
  if (const auto* node = keys.find("coordinates")) profile.coordinates = read_coordinates(*node);
  profile.substations = read_all(keys, "substations", read_substation);
  profile.feeders = read_all(keys, "feeders", drawn ? read_drawn_feeder : read_feeder);
  profile.nodes = read_all(keys, "connectivity_nodes", read_node_rule);
  profile.devices = read_all(keys, "devices", drawn ? read_drawn_device : read_device);
  profile.usage_points =
      read_all(keys, "usage_points", drawn ? read_drawn_usage_point : read_usage_point);
  if (const auto* node = keys.find("roads")) {
    Keys inner{table_of(*node, "roads"), "[roads]"};
    profile.roads = read_roads(inner);
    inner.done();
  }
  keys.done();
  const bool feeders = !profile.feeders.empty() || profile.connectivity.assume_feeders;
  // Lines that were drawn may be all there is.
  const bool usage_points = !profile.usage_points.empty() || drawn;
  if (!feeders || profile.devices.empty() || !usage_points) {
    throw Refused{"it needs [[feeders]], [[devices]] and [[usage_points]]"};
  }
  return profile;
}

// What people write who have not read TOML's grammar: values = { 架空 = "ac_line_segment" }.
std::string bare_key_hint(std::string_view text, const toml::parse_error& error) {
  for (auto line = error.source().begin.line; line > 1 && !text.empty(); --line) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  text = text.substr(0, text.find('\n'));
  const bool plain = std::ranges::all_of(
      text, [](char letter) { return static_cast<unsigned char>(letter) < 0x80; });
  const bool of_key = error.description().find("key") != std::string_view::npos;
  return plain || !of_key ? "" : "; a key with other letters than A to Z stands in quotes";
}

template <class Read>
auto parse_toml(std::string_view text, const std::string& file, Read&& read)
    -> Result<decltype(read(std::declval<toml::table&>()))> {
  const ErrorPlace place{.file = file, .layer = {}, .feature_id = {}, .column = {}};
  try {
    toml::table table = toml::parse(text, file);
    return read(table);
  } catch (const toml::parse_error& error) {
    return refuse_at(place, ErrorCode::invalid_argument, "PROFILE_INVALID",
                     "line " + std::to_string(error.source().begin.line) + ": " +
                         std::string{error.description()} + bare_key_hint(text, error));
  } catch (const std::bad_alloc&) {
    throw;  // says nothing about the file
  } catch (const Refused& refused) {
    return refuse_at(place, ErrorCode::invalid_argument, "PROFILE_INVALID", refused.message);
  } catch (const std::exception& error) {
    return refuse_at(place, ErrorCode::invalid_argument, "PROFILE_INVALID", error.what());
  }
}

}  // namespace

Result<Profile> parse_profile(std::string_view text, const std::string& file) {
  return parse_toml(text, file, read_profile);
}

Result<RoadRule> parse_road_rule(std::string_view text, const std::string& file) {
  return parse_toml(text, file, [](toml::table& table) {
    toml::node* roads = table.get("roads");
    if (roads == nullptr) throw Refused{"has no [roads]"};
    const toml::node* maps = table.get("value_maps");
    visit_field_tables(*roads, [maps](toml::table& field) {
      expand_value_map(field, maps == nullptr ? nullptr : &table_of(*maps, "value_maps"));
    });
    Keys keys{table_of(*roads, "roads"), "[roads]"};
    RoadRule rule = read_any_roads(keys, false);
    keys.done();
    return rule;
  });
}

}  // namespace gridmend
