// Lines and switches, and what all equipment has.

#include <algorithm>
#include <array>
#include <utility>

#include "data/ingest/cim_translation.h"

namespace gridmend {
namespace {

constexpr int kDeepestContainer = 4;  // Bay, VoltageLevel, Substation

// A PhaseCode, SinglePhaseKind or OrderedPhaseCodeKind; nullopt for what is none. `none` is
// PhaseSet::none().
std::optional<PhaseSet> phase_set_in(std::string_view word) {
  constexpr std::string_view kSplit = "splitSecondary";
  if (word == "none") return PhaseSet::none();
  // One or two phases that the source does not know.
  if (word == "X" || word == "XN" || word == "XY" || word == "XYN") {
    PhaseSet unknown = PhaseSet::unknown_single();
    if (word.ends_with('N')) unknown.bits |= PhaseSet::kNeutral;
    return unknown;
  }
  std::string letters{word};
  if (word.starts_with(kSplit)) letters = "s" + std::string{word.substr(kSplit.size())};
  return parse_phases(letters);
}

}  // namespace

PhaseSet CimTranslation::phases_named(Object object, CimProperty property,
                                      PhaseSet otherwise) const {
  const std::string_view word = model_.word_of(object, property);
  if (word.empty()) return otherwise;
  const auto phases = phase_set_in(word);
  if (phases) return phases->bits == 0 ? otherwise : *phases;
  defect(object, DefectClass::unknown_value, DefectSeverity::warning, "phases",
         "the phases '" + std::string{word.substr(0, 40)} + "' are not known",
         "taken as '" + to_string(otherwise) + "'");
  return otherwise;
}

PhaseSet CimTranslation::phases_of_parts(Object equipment, CimClass part,
                                         CimProperty property) const {
  constexpr std::size_t kPartsSearched = 256;
  PhaseSet phases = PhaseSet::none();
  const auto parts = index_.parts(equipment);
  for (const std::uint32_t i : parts.first(std::min(parts.size(), kPartsSearched))) {
    if (model_.class_of(Object{i}) != part) continue;
    phases = phases | phases_named(Object{i}, property, PhaseSet::none());
  }
  return phases;
}

// A terminal's, or in CIM 14 the equipment's own.
PhaseSet CimTranslation::phases_of_terminal(Object terminal, PhaseSet otherwise) const {
  if (!model_.word_of(terminal, CimProperty::phases).empty()) {
    return phases_named(terminal, CimProperty::phases, otherwise);
  }
  const auto equipment = model_.reference(terminal, CimProperty::owner);
  return equipment ? phases_named(*equipment, CimProperty::phases, otherwise) : otherwise;
}

std::string CimTranslation::name_of(Object object) const {
  constexpr std::size_t kPartsSearched = 64;
  const std::string_view own = model_.text_of(object, CimProperty::name);
  if (!own.empty()) return std::string{own};
  const auto parts = index_.parts(object);
  for (const std::uint32_t i : parts.first(std::min(parts.size(), kPartsSearched))) {
    if (model_.class_of(Object{i}) != CimClass::name) continue;
    return std::string{model_.text_of(Object{i}, CimProperty::name)};
  }
  return {};
}

// The nearest container of the class, up from the equipment; none when there is none.
CimTranslation::Object CimTranslation::container_of(Object equipment, CimClass wanted) const {
  Object here = equipment;
  for (int i = 0; i < kDeepestContainer; ++i) {
    auto above = model_.reference(here, CimProperty::container);
    if (!above) above = model_.reference(here, CimProperty::substation);
    if (!above) return {};
    if (model_.class_of(*above) == wanted) return *above;
    here = *above;
  }
  return {};
}

float CimTranslation::base_kv(Object object) const {
  const auto base = model_.reference(object, CimProperty::base_voltage);
  if (!base) return 0;
  return std::max(0.0F, model_.number(*base, CimProperty::nominal_voltage).value_or(0) * units_.kv);
}

float CimTranslation::kv_of(Object equipment) const {
  if (const float own = base_kv(equipment); own > 0) return own;
  const Object level = container_of(equipment, CimClass::voltage_level);
  return level.valid() ? base_kv(level) : 0;
}

std::span<const Position> CimTranslation::place_of(Object object) const {
  if (const auto location = model_.reference(object, CimProperty::location)) {
    return places_.of(*location);
  }
  if (location_of_.empty() || location_of_[object.index] == CimModel::kNone) return {};
  return places_.of(Object{location_of_[object.index]});
}

// What stands at a point stands in its substation, where nothing closer is known.
std::span<const Position> CimTranslation::place_or_substations(Object equipment) const {
  const auto own = place_of(equipment);
  if (!own.empty()) return own;
  const Object substation = container_of(equipment, CimClass::substation);
  return substation.valid() ? place_of(substation) : own;
}

bool CimTranslation::out_of_service(Object equipment) const {
  // normallyInService and inService may differ.
  return model_.says_no(equipment, CimProperty::in_service);
}

// Fills `terminals`; false, with a defect, for what has not two.
bool CimTranslation::two_ends(Object equipment, std::vector<CimTerminal>& terminals) const {
  index_.terminals_of(equipment, terminals);
  if (terminals.size() == 2) return true;
  const bool more = terminals.size() > 2;
  defect(equipment, DefectClass::dangling_reference, DefectSeverity::severe, {},
         "has " + std::to_string(terminals.size()) + " terminals instead of two",
         more ? "the first two are taken" : "left out");
  if (more) terminals.resize(2);
  return more;
}

void CimTranslation::add_device(Object equipment, DeviceInput& device, const CimTerminal& from,
                                const CimTerminal& to) {
  from_text_ = from.node.valid() ? model_.id(from.node) : std::string{};
  to_text_ = to.node.valid() ? model_.id(to.node) : std::string{};
  device.mrid = mrid_;
  device.from_node = from_text_;
  device.to_node = to_text_;
  const Object feeder = container_of(equipment, CimClass::feeder);
  feeder_text_ =
      feeder.valid() && is_feeder_[feeder.index] != 0 ? model_.mrid(feeder) : std::string{};
  device.feeder = feeder_text_;
  // What is not connected at an end, or out of service, is open for good.
  if (!from.connected || !to.connected || out_of_service(equipment)) device.normally_open = true;
  builder_.add_device(at(equipment), device);
}

void CimTranslation::add_line_like(Object equipment, DeviceKind kind) {
  if (!two_ends(equipment, terminals_)) return;
  DeviceInput device;
  device.kind = kind;
  const PhaseSet of_phases = phases_of_parts(equipment, CimClass::line_phase, CimProperty::phases);
  if (of_phases.any()) {
    device.phases = of_phases;
  } else {
    device.phases = phases_of_terminal(terminals_[0].object, PhaseSet::abc());
    device.to_phases = phases_of_terminal(terminals_[1].object, device.phases);
  }
  device.nominal_kv = kv_of(equipment);
  const float length = model_.number(equipment, CimProperty::length).value_or(0) * units_.m;
  device.length_m = length > 0 && length < 1e7F ? length : 0;
  device.normally_open = model_.flag(equipment, CimProperty::normal_open)
                             .value_or(model_.flag(equipment, CimProperty::open).value_or(false));
  const auto is_cable = [&](Object object) {
    const auto sheet = model_.reference(object, CimProperty::asset_datasheet);
    return sheet && model_.class_of(*sheet) == CimClass::cable_info;
  };
  device.underground =
      is_cable(equipment) || std::ranges::any_of(index_.parts(equipment), [&](std::uint32_t part) {
        return is_cable(Object{part});
      });
  device.geometry = place_of(equipment);
  mrid_ = model_.mrid(equipment);
  const CimTerminal from = terminals_[0], to = terminals_[1];
  add_device(equipment, device, from, to);
}

bool CimTranslation::phase_stands_open(Object switch_phase, bool otherwise) const {
  const auto closed = model_.flag(switch_phase, CimProperty::closed);
  return model_.flag(switch_phase, CimProperty::normal_open)
      .value_or(closed ? !*closed : otherwise);
}

// In its normal position, or as a whole: a switch whose phases have positions of their own stands
// open when they all do.
bool CimTranslation::stands_open(Object equipment) const {
  const auto normal = model_.flag(equipment, CimProperty::normal_open);
  const bool open = normal.value_or(model_.flag(equipment, CimProperty::open).value_or(false));
  bool has_phases = false;
  for (const std::uint32_t i : index_.parts(equipment)) {
    if (model_.class_of(Object{i}) != CimClass::switch_phase) continue;
    if (!phase_stands_open(Object{i}, open)) return false;
    has_phases = true;
  }
  return has_phases || open;
}

void CimTranslation::add_switch(Object equipment, DeviceKind kind) {
  if (!two_ends(equipment, terminals_)) return;
  const CimTerminal from = terminals_[0], to = terminals_[1];
  const auto normal = model_.flag(equipment, CimProperty::normal_open);
  const auto present = model_.flag(equipment, CimProperty::open);
  const bool open = normal.value_or(present.value_or(false));
  if (normal && present && *normal != *present) {
    defect(equipment, DefectClass::connectivity_disagrees, DefectSeverity::note, "Switch.open",
           *present ? "is open at present and normally closed"
                    : "is closed at present and normally open",
           "kept in its normal position");
  }
  // By position: closed, open.
  std::array<PhaseSet, 2> phases{PhaseSet::none(), PhaseSet::none()};
  std::array<PhaseSet, 2> far_phases = phases;
  for (const std::uint32_t i : index_.parts(equipment)) {
    const Object part{i};
    if (model_.class_of(part) != CimClass::switch_phase) continue;
    const bool phase_open = phase_stands_open(part, open);
    const PhaseSet near = phases_named(part, CimProperty::phases, PhaseSet::none());
    phases.at(phase_open ? 1 : 0) = phases.at(phase_open ? 1 : 0) | near;
    far_phases.at(phase_open ? 1 : 0) = far_phases.at(phase_open ? 1 : 0) |
                                        phases_named(part, CimProperty::phases_at_far_side, near);
  }
  if (phases[0].bits == 0 && phases[1].bits == 0) {
    phases.at(open ? 1 : 0) = phases_of_terminal(from.object, PhaseSet::abc());
    far_phases.at(open ? 1 : 0) = phases_of_terminal(to.object, phases.at(open ? 1 : 0));
  }
  const auto points = place_or_substations(equipment);
  const auto place = middle_of(points);
  for (std::size_t position = 0; position < 2; ++position) {
    if (phases.at(position).bits == 0) continue;
    DeviceInput device;
    device.kind = kind;
    device.phases = phases.at(position);
    device.to_phases = far_phases.at(position);
    device.normally_open = position == 1;
    device.nominal_kv = kv_of(equipment);
    if (place) device.geometry = {&*place, 1};
    if (points.size() > 1) {
      device.from_position = points.front();
      device.to_position = points.back();
    }
    mrid_ = model_.mrid(equipment);
    // Phases that are open while others are closed are a switch of their own, side by side.
    if (position == 1 && phases[0].bits != 0) mrid_ += "/open";
    add_device(equipment, device, from, to);
  }
}

}  // namespace gridmend
