#include "data/ingest/field_binding.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gridmend {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.find('*') == std::string_view::npos && matches_pattern(a, b);
}

const std::string* find_meaning(const FieldRule& rule, std::string_view text) {
  for (const auto& [pattern, meaning] : rule.values) {
    if (pattern == text || matches_pattern(pattern, text)) return &meaning;
  }
  return nullptr;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stopped != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<bool> parse_flag(std::string_view text) {
  for (const std::string_view word : {"yes", "true", "y", "t", "1"}) {
    if (same_name(word, text)) return true;
  }
  for (const std::string_view word : {"no", "false", "n", "f", "0"}) {
    if (same_name(word, text)) return false;
  }
  return std::nullopt;
}

}  // namespace

bool Lookup::add_id(std::string_view id) {
  const std::size_t before = ids_.size();
  ids_.intern(pool_, id);
  return ids_.size() > before;
}

void Lookup::add(std::string_view id, Position position) {
  if (add_id(id)) positions_.push_back(position);
}

void Lookup::add(std::string_view id, std::string_view value) {
  if (add_id(id)) values_.push_back(pool_.add(value));
}

std::optional<Position> Lookup::position(std::string_view id) const {
  const auto entry = ids_.find(pool_, id);
  if (!entry || *entry >= positions_.size()) return std::nullopt;
  return positions_[*entry];
}

std::string_view Lookup::value(std::string_view id) const {
  const auto entry = ids_.find(pool_, id);
  if (!entry || *entry >= values_.size()) return {};
  return pool_[values_[*entry]];
}

FieldValue FieldBinding::text(const VectorFeature& feature) const {
  FieldValue value;
  if (rule_ == nullptr) return value;
  if (column_) value.raw = feature.text(*column_);
  if (lookup_ != nullptr && !value.raw.empty()) value.raw = lookup_->value(value.raw);
  value.text = value.raw;
  if (value.raw.empty()) {
    value.text = rule_->fallback;
  } else if (!rule_->values.empty()) {
    const std::string* meaning = find_meaning(*rule_, value.raw);
    value.known = meaning != nullptr;
    if (meaning != nullptr) value.text = *meaning;
  }
  return value;
}

std::optional<double> FieldBinding::number(const VectorFeature& feature, bool& known) const {
  known = true;
  if (rule_ == nullptr) return std::nullopt;
  if (column_ && lookup_ == nullptr && rule_->values.empty()) {
    if (const auto number = feature.number(*column_)) return *number * rule_->scale;
    known = feature.text(*column_).empty();
    return parse_number(rule_->fallback);
  }
  const FieldValue value = text(feature);
  // A code that the map does not know is no number, even if it looks like one.
  const auto number = parse_number(value.known ? value.text : rule_->fallback);
  known = value.known && (number.has_value() || value.text.empty());
  return number ? std::optional{*number * rule_->scale} : std::nullopt;
}

std::optional<bool> FieldBinding::flag(const VectorFeature& feature, bool& known) const {
  known = true;
  if (rule_ == nullptr) return std::nullopt;
  const FieldValue value = text(feature);
  if (value.text.empty()) return std::nullopt;
  const auto flag = parse_flag(value.text);
  known = flag.has_value();
  return flag ? flag : parse_flag(rule_->fallback);
}

std::optional<Position> FieldBinding::place(const VectorFeature& feature) const {
  if (lookup_ == nullptr || !column_) return std::nullopt;
  const std::string_view id = feature.text(*column_);
  return id.empty() ? std::nullopt : lookup_->position(id);
}

std::string FieldBinding::column_name() const {
  return rule_ == nullptr || rule_->columns.empty() ? std::string{} : rule_->columns.front();
}

FieldBinding ColumnPlan::bind(const FieldRule& rule, ColumnKind kind) {
  if (!rule.given) return {};
  const auto lookup = lookups_.find(rule.lookup);
  const Lookup* table = lookup == lookups_.end() ? nullptr : &lookup->second;
  if (kind == ColumnKind::number && (table != nullptr || !rule.values.empty())) {
    kind = ColumnKind::text;  // codes that stand for numbers
  }
  for (const std::string& name : rule.columns) {
    if (!layer_.find_column(name)) continue;
    columns_.push_back({name, kind, false});
    return {rule, columns_.size() - 1, table};
  }
  // Asked for all the same: reading the layer then refuses it by name.
  if (rule.required && !rule.columns.empty())
    columns_.push_back({rule.columns.front(), kind, false});
  return {rule, std::nullopt, table};
}

}  // namespace gridmend
