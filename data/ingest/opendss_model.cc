#include "data/ingest/opendss_model.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/opendss_lexer.h"

namespace gridmend {
namespace {

std::size_t index_of(DssClass dss_class) { return static_cast<std::size_t>(dss_class); }

bool of_winding(DssSlot slot) {
  return slot == DssSlot::bus || slot == DssSlot::kv || slot == DssSlot::kva ||
         slot == DssSlot::conn;
}

bool has_windings(DssClass dss_class) {
  return dss_class == DssClass::transformer || dss_class == DssClass::autotrans ||
         dss_class == DssClass::xfmrcode;
}

std::optional<DssSlot> slot_of_array(DssSlot slot) {
  switch (slot) {
    case DssSlot::all_buses:
      return DssSlot::bus;
    case DssSlot::all_kvs:
      return DssSlot::kv;
    case DssSlot::all_kvas:
      return DssSlot::kva;
    case DssSlot::all_conns:
      return DssSlot::conn;
    default:
      return std::nullopt;
  }
}

// What is wrong with a value of a property that is a number; empty: nothing, or it is a word.
std::string wrong_number(DssSlot slot, std::string_view value) {
  constexpr double kMostPhases = 32;
  switch (slot) {
    case DssSlot::phases:
    case DssSlot::length:
    case DssSlot::kv:
    case DssSlot::kva:
    case DssSlot::windings:
    case DssSlot::customers:
    case DssSlot::monitored_terminal:
    case DssSlot::switched_terminal:
      break;
    default:
      return {};
  }
  if (value.empty()) return {};
  const auto number = parse_dss_number(value);
  if (!number) return "is no number";
  const bool phases = *number >= 1 && *number <= kMostPhases && *number == std::floor(*number);
  return slot == DssSlot::phases && !phases ? "is no number of phases from 1 to 32" : "";
}

}  // namespace

std::optional<std::uint32_t> DssModel::find(DssClass dss_class, std::string_view name) const {
  if (dss_class == DssClass::ignored) return std::nullopt;
  const auto number = interners_[index_of(dss_class)].find(lower_names_, lower_case(name));
  if (!number) return std::nullopt;
  return object_of_name_[index_of(dss_class)][*number];
}

std::uint32_t DssModel::add(DssClass dss_class, std::string_view name, DssPlace at) {
  GRIDMEND_CHECK(dss_class != DssClass::ignored, "objects of ignored classes are not kept");
  const auto object = static_cast<std::uint32_t>(objects_.size());
  objects_.push_back({name, at, kNone, dss_class, 1});
  ++counts_[index_of(dss_class)];
  auto& named = object_of_name_[index_of(dss_class)];
  const std::uint32_t number =
      interners_[index_of(dss_class)].intern(lower_names_, lower_case(name));
  if (number == named.size()) named.push_back(object);
  named[number] = object;
  return object;
}

const DssModel::Value* DssModel::find_value(std::uint32_t object, DssSlot slot, int winding) const {
  for (std::uint32_t at = objects_[object].first_value; at != kNone; at = values_[at].next) {
    if (values_[at].slot == slot && values_[at].winding == winding) return &values_[at];
  }
  return nullptr;
}

void DssModel::set(std::uint32_t object, DssSlot slot, std::string_view value, int winding) {
  ++assignments_;
  for (std::uint32_t at = objects_[object].first_value; at != kNone; at = values_[at].next) {
    if (values_[at].slot != slot || values_[at].winding != winding) continue;
    values_[at].letters = value.data();
    values_[at].size = static_cast<std::uint32_t>(value.size());
    values_[at].order = assignments_;
    return;
  }
  const auto number = static_cast<std::uint32_t>(values_.size());
  values_.push_back({value.data(), static_cast<std::uint32_t>(value.size()),
                     objects_[object].first_value, assignments_, slot,
                     static_cast<std::uint8_t>(winding)});
  objects_[object].first_value = number;
}

std::string DssModel::select_winding(DssObject& object, std::string_view value) {
  const auto number = parse_dss_number(value);
  if (!number || !(*number >= 1 && *number <= kMostWindings)) {
    return "is not a winding from 1 to " + std::to_string(kMostWindings);
  }
  object.active_winding = static_cast<std::uint8_t>(*number);
  return {};
}

std::string DssModel::spread(std::uint32_t object, DssSlot slot, std::string_view array) {
  DssLexer lexer{array};
  int winding = 0;
  for (DssParameter entry; lexer.next(entry);) {
    if (++winding > kMostWindings) {
      return "has more than " + std::to_string(kMostWindings) + " windings";
    }
    if (auto wrong = wrong_number(slot, entry.value); !wrong.empty()) return wrong;
    set(object, slot, entry.value, winding);
  }
  return {};
}

std::string DssModel::copy(std::uint32_t object, std::string_view from) {
  const auto source = find(objects_[object].dss_class, from);
  if (!source) return "names no such object";
  if (*source == object) return {};
  for (std::uint32_t at = objects_[*source].first_value; at != kNone; at = values_[at].next) {
    const Value value = values_[at];
    // What was done to the other by a command is the other's.
    if (value.slot != DssSlot::opened) set(object, value.slot, value.text(), value.winding);
  }
  return {};
}

std::string DssModel::assign(std::uint32_t object, std::size_t property, std::string_view value) {
  const DssClass dss_class = objects_[object].dss_class;
  const DssSlot slot = properties_of(dss_class)[property].slot;
  if (slot == DssSlot::none) return {};
  if (slot == DssSlot::like) return copy(object, value);
  if (slot == DssSlot::active_winding) return select_winding(objects_[object], value);
  if (const auto entry = slot_of_array(slot)) return spread(object, *entry, value);
  if (auto wrong = wrong_number(slot, value); !wrong.empty()) return wrong;
  const bool of_one = has_windings(dss_class) && of_winding(slot);
  set(object, slot, value, of_one ? objects_[object].active_winding : 0);
  return {};
}

std::optional<std::string_view> DssModel::text(std::uint32_t object, DssSlot slot,
                                               int winding) const {
  const Value* value = find_value(object, slot, winding);
  if (value == nullptr || value->size == 0) return std::nullopt;
  return value->text();
}

std::optional<double> DssModel::number(std::uint32_t object, DssSlot slot, int winding) const {
  const auto value = text(object, slot, winding);
  return value ? parse_dss_number(*value) : std::nullopt;
}

bool DssModel::flag(std::uint32_t object, DssSlot slot, bool otherwise) const {
  const auto value = text(object, slot);
  return value ? parse_dss_flag(*value) : otherwise;
}

std::uint32_t DssModel::order(std::uint32_t object, DssSlot slot) const {
  const Value* value = find_value(object, slot, 0);
  return value == nullptr ? 0 : value->order;
}

int DssModel::highest_winding(std::uint32_t object) const {
  int highest = 0;
  for (std::uint32_t at = objects_[object].first_value; at != kNone; at = values_[at].next) {
    highest = std::max(highest, static_cast<int>(values_[at].winding));
  }
  return highest;
}

}  // namespace gridmend
