#include "data/ingest/profile_fields.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/network/phase_set.h"
#include "core/network/records.h"
#include "data/ingest/field_binding.h"

namespace gridmend::profile_fields {
namespace {

using toml_values::flag_of;
using toml_values::Keys;
using toml_values::refuse_node;
using toml_values::Refused;
using toml_values::scalar_of;
using toml_values::scalars_of;
using toml_values::table_of;
using toml_values::text_of;
using toml_values::texts_of;

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

FieldSort sort_of(std::string_view name) {
  if (name.ends_with("_kv")) return FieldSort::kilovolts;
  if (name.ends_with("_kva")) return FieldSort::kilovolt_amperes;
  if (name.ends_with("_m")) return FieldSort::metres;
  if (name.ends_with("phases")) return FieldSort::phases;
  return name == "normally_open" ? FieldSort::open_position : FieldSort::other;
}

}  // namespace

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

FieldRule read_field(Keys& keys, const std::string& name, bool required) {
  FieldRule field;
  const toml::node* node = required ? &keys.need(name) : keys.find(name);
  if (node == nullptr) return field;
  field.given = true;
  field.required = required;
  field.sort = sort_of(name);
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

}  // namespace gridmend::profile_fields
