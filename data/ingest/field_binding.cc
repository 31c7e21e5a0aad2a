#include "data/ingest/field_binding.h"

#include <algorithm>
#include <array>
#include <span>

#include "data/ingest/known_value_maps.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/written_number.h"

namespace gridmend {
namespace {

// "L1, L2" and "1|2" are lists of what "L1L2" and "12" are.
std::string without_separators(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (std::string_view{" ,;|/+-"}.find(c) == std::string_view::npos) letters += c;
  }
  return letters;
}

const std::string* find_meaning(const FieldRule& rule, std::string_view text) {
  for (const auto& [pattern, meaning] : rule.values) {
    if (pattern == text || matches_pattern(pattern, text)) return &meaning;
  }
  if (rule.sort != FieldSort::phases) return nullptr;
  const std::string letters = without_separators(text);
  for (const auto& [pattern, meaning] : rule.values) {
    if (!letters.empty() && matches_pattern(without_separators(pattern), letters)) return &meaning;
  }
  return nullptr;
}

// Of a unit that is written behind a number; nullopt: it is none of the field's.
std::optional<double> factor_of(FieldSort sort, std::string_view unit) {
  using Units = std::span<const std::pair<std::string_view, double>>;
  static constexpr std::pair<std::string_view, double> kVoltages[] = {
      {"kV", 1}, {"V", 1e-3}, {"千伏", 1}, {"伏", 1e-3}};
  static constexpr std::pair<std::string_view, double> kPowers[] = {
      {"kVA", 1}, {"MVA", 1e3}, {"VA", 1e-3}, {"千伏安", 1}, {"兆伏安", 1e3}};
  static constexpr std::pair<std::string_view, double> kLengths[] = {
      {"米", 1}, {"公里", 1e3}, {"千米", 1e3}};
  const Units units = sort == FieldSort::kilovolts          ? Units{kVoltages}
                      : sort == FieldSort::kilovolt_amperes ? Units{kPowers}
                      : sort == FieldSort::metres           ? Units{kLengths}
                                                            : Units{};
  for (const auto& [name, factor] : units) {
    if (same_word(name, unit)) return factor;
  }
  if (sort != FieldSort::metres) return std::nullopt;
  return metres_per_unit(lower_case(unit));
}

std::optional<double> quantity_of(const FieldRule& rule, std::string_view text) {
  const auto quantity = parse_written_quantity(text);
  const auto factor = quantity ? factor_of(rule.sort, quantity->unit) : std::nullopt;
  return factor ? std::optional{quantity->number * *factor} : std::nullopt;
}

double in_own_unit(const FieldRule& rule, double number) {
  const double scaled = number * rule.scale;
  switch (rule.unit_by_value) {
    case UnitByValue::voltage:
      return kilovolts_by_value(scaled);
    case UnitByValue::power:
      return kilovolt_amperes_by_value(scaled);
    case UnitByValue::none:
      break;
  }
  return scaled;
}

}  // namespace

std::optional<bool> parse_flag(std::string_view text) {
  // Of sim and sí; in other columns it is too short to mean anything.
  return same_word("s", text) ? true : read_yes_no(text);
}

std::optional<PhaseSet> parse_written_phases(std::string_view text) {
  const auto phases = parse_phases(text);
  return phases || text.empty() ? phases : parse_phases(without_separators(text));
}

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

std::string_view FieldBinding::raw(const VectorFeature& feature) const {
  if (column_) return feature.text(*column_);
  joined_text_.clear();
  bool any = false;
  for (const std::size_t column : joined_) {
    if (column != joined_.front()) joined_text_ += rule_->separator;
    const std::string_view part = feature.text(column);
    any = any || !part.empty();
    joined_text_ += part;
  }
  return any ? std::string_view{joined_text_} : std::string_view{};
}

FieldValue FieldBinding::text(const VectorFeature& feature) const {
  FieldValue value;
  if (rule_ == nullptr) return value;
  value.raw = raw(feature);
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
    if (const auto number = feature.number(*column_)) return in_own_unit(*rule_, *number);
    const std::string_view text = feature.text(*column_);
    if (const auto quantity = quantity_of(*rule_, text)) return quantity;
    known = text.empty();
    return parse_written_number(rule_->fallback);
  }
  const FieldValue value = text(feature);
  // A code that the map does not know is no number, even if it looks like one.
  const std::string_view said = value.known ? value.text : std::string_view{rule_->fallback};
  if (const auto quantity = quantity_of(*rule_, said)) {
    known = value.known;
    return quantity;
  }
  const auto number = parse_written_number(said);
  known = value.known && (number.has_value() || value.text.empty());
  return number ? std::optional{in_own_unit(*rule_, *number)} : std::nullopt;
}

std::optional<bool> FieldBinding::flag(const VectorFeature& feature, bool& known) const {
  known = true;
  if (rule_ == nullptr) return std::nullopt;
  const FieldValue value = text(feature);
  if (value.text.empty()) return std::nullopt;
  auto flag = parse_flag(value.text);
  if (!flag && rule_->sort == FieldSort::open_position) flag = read_open_position(value.text);
  known = flag.has_value();
  return flag ? flag : parse_flag(rule_->fallback);
}

std::optional<Position> FieldBinding::place(const VectorFeature& feature) const {
  if (lookup_ == nullptr) return std::nullopt;
  const std::string_view id = raw(feature);
  return id.empty() ? std::nullopt : lookup_->position(id);
}

std::string FieldBinding::column_name() const {
  if (rule_ == nullptr) return {};
  if (!rule_->join.empty()) return rule_->join.front();
  return rule_->columns.empty() ? std::string{} : rule_->columns.front();
}

FieldBinding ColumnPlan::bind(const FieldRule& rule, ColumnKind kind) {
  if (!rule.given) return {};
  const auto lookup = lookups_.find(rule.lookup);
  const Lookup* table = lookup == lookups_.end() ? nullptr : &lookup->second;
  if (kind == ColumnKind::number && (table != nullptr || !rule.values.empty())) {
    kind = ColumnKind::text;  // codes that stand for numbers
  }
  // A part that is missing makes other ids than those that were meant: it is refused by name.
  std::vector<std::size_t> joined;
  for (const std::string& name : rule.join) {
    joined.push_back(columns_.size());
    columns_.push_back({name, ColumnKind::text, false, rule.coded_domain});
  }
  if (!joined.empty()) return {rule, std::move(joined), table};
  for (const std::string& name : rule.columns) {
    if (!layer_.find_column(name)) continue;
    columns_.push_back({name, kind, false, rule.coded_domain});
    return {rule, columns_.size() - 1, table};
  }
  // Asked for all the same: reading the layer then refuses it by name.
  if (rule.required && !rule.columns.empty())
    columns_.push_back({rule.columns.front(), kind, false});
  return {rule, std::nullopt, table};
}

std::function<bool(const VectorFeature&)> ColumnPlan::bind_where(
    const std::vector<WhereRule>& rules) {
  std::vector<std::pair<const WhereRule*, FieldBinding>> bound;
  for (const WhereRule& rule : rules) bound.emplace_back(&rule, bind(rule.field));
  return [bound = std::move(bound)](const VectorFeature& feature) {
    return std::ranges::all_of(bound, [&feature](const auto& condition) {
      const auto& [rule, field] = condition;
      const std::string_view text = field.text(feature).text;
      const auto matches = [text](const std::string& pattern) {
        return matches_pattern(pattern, text);
      };
      return (rule->is.empty() || std::ranges::any_of(rule->is, matches)) &&
             std::ranges::none_of(rule->is_not, matches);
    });
  };
}

double kilovolts_by_value(double value) {
  constexpr auto kLowVoltages_V =
      std::to_array<double>({100, 110, 115, 120, 127, 200, 208, 210, 220, 230, 231, 240,
                             277, 347, 380, 400, 415, 440, 460, 480, 500, 600, 690});
  const bool volts =
      value >= 1000 || std::ranges::find(kLowVoltages_V, value) != kLowVoltages_V.end();
  return volts ? value / 1000 : value;
}

double kilovolt_amperes_by_value(double value) {
  if (value >= 100'000) return value / 1000;
  return value < 1 ? value * 1000 : value;
}

}  // namespace gridmend
