#include "data/ingest/profile.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <initializer_list>
#include <new>
#include <optional>

#include "core/network/phase_set.h"
#include "core/network/records.h"
#include "data/ingest/field_binding.h"
#include "data/ingest/known_value_maps.h"
#include "data/ingest/toml_values.h"

namespace gridmend {
namespace {

using toml_values::flag_of;
using toml_values::Keys;
using toml_values::line_of;
using toml_values::refuse_node;
using toml_values::Refused;
using toml_values::scalar_of;
using toml_values::scalars_of;
using toml_values::table_of;
using toml_values::text_of;
using toml_values::texts_of;

// Exact texts before patterns, longer patterns before shorter ones.
std::vector<std::pair<std::string, std::string>> values_of(const toml::node& node) {
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& [key, value] : table_of(node, "values")) {
    values.emplace_back(std::string{key.str()}, scalar_of(value, std::string{key.str()}));
  }
  std::ranges::stable_sort(values, [](const auto& a, const auto& b) {
    const bool a_pattern = a.first.find('*') != std::string::npos;
    const bool b_pattern = b.first.find('*') != std::string::npos;
    return a_pattern != b_pattern ? b_pattern : a_pattern && a.first.size() > b.first.size();
  });
  return values;
}

void read_field_keys(Keys& keys, FieldRule& field) {
  if (const auto* node = keys.find("column")) field.columns = texts_of(*node, "column");
  if (const auto* node = keys.find("required")) field.required = flag_of(*node, "required");
  if (const auto* node = keys.find("lookup")) field.lookup = text_of(*node, "lookup");
  if (const auto* node = keys.find("values")) field.values = values_of(*node);
  if (const auto* node = keys.find("default")) field.fallback = scalar_of(*node, "default");
  if (const auto* node = keys.find("scale")) {
    const auto scale = node->value<double>();
    if (!scale || !std::isfinite(*scale)) refuse_node(*node, "'scale' must be a number");
    field.scale = *scale;
  }
  if (const auto* node = keys.find("join")) field.join = texts_of(*node, "join");
  if (const auto* node = keys.find("separator")) field.separator = text_of(*node, "separator");
  if (const auto* node = keys.find("coded_domain")) {
    field.coded_domain = flag_of(*node, "coded_domain");
  }
  if (!field.columns.empty() && !field.join.empty()) {
    throw Refused{keys.what() + " has both column and join"};
  }
}

// unit = "ft": what the column's numbers are in, of a field whose own unit its name says.
void read_unit(Keys& keys, const std::string& name, FieldRule& field) {
  const toml::node* node = keys.find("unit");
  if (node == nullptr) return;
  const std::string& unit = text_of(*node, "unit");
  using Units = std::vector<std::pair<std::string_view, double>>;
  Units units;
  if (name.ends_with("_kv")) {
    units = Units{{"kV", 1}, {"V", 1e-3}};
  } else if (name.ends_with("_kva")) {
    units = Units{{"kVA", 1}, {"MVA", 1e3}, {"VA", 1e-3}};
  } else if (name.ends_with("_m")) {
    for (const std::string_view length :
         {"m", "km", "cm", "mm", "ft", "kft", "us-ft", "in", "mi"}) {
      units.emplace_back(length, metres_per_unit(length).value_or(1));
    }
  } else {
    refuse_node(*node, "'" + name + "' has no unit");
  }
  if (unit == "by_value" && !name.ends_with("_m")) {
    field.unit_by_value = name.ends_with("_kv") ? UnitByValue::voltage : UnitByValue::power;
    return;
  }
  std::string known;
  for (const auto& [text, factor] : units) {
    if (text == unit) field.scale *= factor;
    if (text == unit) return;
    known += (known.empty() ? "" : ", ") + std::string{text};
  }
  refuse_node(*node, "'unit' of '" + name + "' is one of " + known +
                         (name.ends_with("_m") ? "" : ", by_value"));
}

// A field of fixed words cannot mean what is none of them.
bool can_mean(std::string_view field, const std::string& meaning) {
  if (meaning.empty()) return true;
  if (field.starts_with("kind")) return parse_device_kind(meaning).has_value();
  if (field.starts_with("category")) return parse_usage_point_category(meaning).has_value();
  if (field.ends_with("phases")) return parse_phases(meaning).has_value();
  const bool flag = field == "normally_open" || field == "active" || field == "underground";
  return !flag || parse_flag(meaning).has_value();
}

void check_meanings(const toml::node& node, const std::string& name, const FieldRule& field) {
  for (const auto& [value, meaning] : field.values) {
    if (can_mean(name, meaning)) continue;
    refuse_node(node, "'" + name + "' cannot be '" + meaning + "', as '" + value + "' is said to");
  }
  if (!can_mean(name, field.fallback)) {
    refuse_node(node, "'" + name + "' cannot be '" + field.fallback + "', its default");
  }
}

// NAME = "COLUMN" or NAME = { column = ..., ... }.
FieldRule read_field(Keys& keys, const std::string& name, bool required = false) {
  FieldRule field;
  const toml::node* node = required ? &keys.need(name) : keys.find(name);
  if (node == nullptr) return field;
  field.given = true;
  field.required = required;
  if (!node->is_table()) {
    field.columns = texts_of(*node, name);
    return field;
  }
  Keys inner{table_of(*node, name), "'" + name + "'"};
  read_field_keys(inner, field);
  read_unit(inner, name, field);
  inner.done();
  check_meanings(*node, name, field);
  if (field.columns.empty() && field.join.empty() && field.fallback.empty()) {
    refuse_node(*node, "'" + name + "' names neither a column nor a default");
  }
  return field;
}

// where = { column = "SUBTYPE", is = ["1", "2"] }, or a list of such tables.
void read_where(Keys& keys, LayerRule& layer) {
  const toml::node* node = keys.find("where");
  if (node == nullptr) return;
  const auto read = [&layer](const toml::node& item) {
    Keys inner{table_of(item, "where"), "'where'"};
    WhereRule rule;
    inner.need("column");
    read_field_keys(inner, rule.field);
    rule.field.given = rule.field.required = true;
    if (const auto* is = inner.find("is")) rule.is = scalars_of(*is, "is");
    if (const auto* is_not = inner.find("is_not")) rule.is_not = scalars_of(*is_not, "is_not");
    inner.done();
    if (rule.is.empty() && rule.is_not.empty()) refuse_node(item, "'where' needs 'is' or 'is_not'");
    layer.where.push_back(std::move(rule));
  };
  if (const auto* array = node->as_array()) {
    for (const toml::node& item : *array) read(item);
  } else {
    read(*node);
  }
}

LayerRule read_layer(Keys& keys) {
  LayerRule layer;
  layer.layers = texts_of(keys.need("layer"), "layer");
  if (const auto* node = keys.find("required")) layer.required = flag_of(*node, "required");
  read_where(keys, layer);
  const auto column = [&keys](const char* name) {
    const toml::node* node = keys.find(name);
    return node == nullptr ? std::string{} : text_of(*node, name);
  };
  layer.geometry = {column("x"), column("y"), column("wkt")};
  if (layer.geometry.x.empty() != layer.geometry.y.empty()) {
    throw Refused{keys.what() + " needs both 'x' and 'y'"};
  }
  if (!layer.geometry.x.empty() && !layer.geometry.wkt.empty()) {
    throw Refused{keys.what() + " has both 'x' and 'y' and 'wkt'"};
  }
  return layer;
}

std::vector<OverrideRule> read_overrides(Keys& keys, const std::string& name) {
  std::vector<OverrideRule> rules;
  const toml::node* node = keys.find(name);
  if (node == nullptr) return rules;
  const auto* array = node->as_array();
  if (array == nullptr) refuse_node(*node, "'" + name + "' must be a list of tables");
  for (const toml::node& item : *array) {
    Keys inner{table_of(item, name), "'" + name + "'"};
    OverrideRule rule;
    inner.need("column");
    read_field_keys(inner, rule.field);
    rule.field.given = true;
    if (const auto* when = inner.find("when")) rule.when = texts_of(*when, "when");
    inner.done();
    check_meanings(item, name, rule.field);
    rules.push_back(std::move(rule));
  }
  return rules;
}

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

RoadRule read_roads(Keys& keys) {
  const auto columns = [&keys](const std::string& name) {
    const toml::node* node = keys.find(name);
    return node == nullptr ? std::vector<std::string>{} : texts_of(*node, name);
  };
  RoadRule rule;
  rule.layers = texts_of(keys.need("layer"), "layer");
  rule.name = columns("name");
  rule.road_class = columns("class");
  rule.oneway = columns("oneway");
  rule.speed_kmh = columns("speed_kmh");
  rule.structure = columns("structure");
  rule.layer = columns("layer_column");
  rule.surface = columns("surface");
  return rule;
}

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

}  // namespace

Result<Profile> parse_profile(std::string_view text, const std::string& file) {
  const ErrorPlace place{.file = file, .layer = {}, .feature_id = {}, .column = {}};
  try {
    toml::table table = toml::parse(text, file);
    return read_profile(table);
  } catch (const toml::parse_error& error) {
    return refuse_at(place, ErrorCode::invalid_argument, "PROFILE_INVALID",
                     "line " + std::to_string(error.source().begin.line) + ": " +
                         std::string{error.description()});
  } catch (const std::bad_alloc&) {
    throw;  // says nothing about the file
  } catch (const Refused& refused) {
    return refuse_at(place, ErrorCode::invalid_argument, "PROFILE_INVALID", refused.message);
  } catch (const std::exception& error) {
    return refuse_at(place, ErrorCode::invalid_argument, "PROFILE_INVALID", error.what());
  }
}

}  // namespace gridmend
