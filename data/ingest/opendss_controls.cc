#include "data/ingest/opendss_controls.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gridmend {
namespace {

std::optional<DeviceKind> kind_of(DssClass dss_class) {
  switch (dss_class) {
    case DssClass::recloser:
      return DeviceKind::recloser;
    case DssClass::fuse:
      return DeviceKind::fuse;
    case DssClass::relay:
      return DeviceKind::breaker;
    case DssClass::swtcontrol:
      return DeviceKind::load_break_switch;
    default:
      return std::nullopt;
  }
}

// Elements that something can stand in; an ignored class answers `ignored`.
std::optional<DssClass> class_of(std::string_view qualified) {
  return parse_dss_class(qualified.substr(0, qualified.find('.')));
}

}  // namespace

int rank_of_dss_kind(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::recloser:
      return 3;
    case DeviceKind::fuse:
      return 2;
    case DeviceKind::breaker:
      return 1;
    case DeviceKind::ac_line_segment:
    case DeviceKind::jumper:
      return -1;
    default:
      return 0;
  }
}

std::optional<std::uint32_t> find_dss_element(const DssModel& model, std::string_view qualified) {
  const auto dot = qualified.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto dss_class = class_of(qualified);
  if (!dss_class) return std::nullopt;
  return model.find(*dss_class, qualified.substr(dot + 1));
}

DssControls::DssControls(const DssModel& model, const DssFindings& findings)
    : model_(model), findings_(findings), regulated_(model.objects().size(), 0) {
  for (std::uint32_t i = 0; i < model.objects().size(); ++i) {
    const DssClass dss_class = model.objects()[i].dss_class;
    if (!model.flag(i, DssSlot::enabled, true)) continue;
    if (const auto kind = kind_of(dss_class)) take(i, *kind);
    if (dss_class == DssClass::regcontrol) take_regulator(i);
  }
}

void DssControls::find(std::uint32_t control, DefectClass defect_class, std::string column,
                       std::string message, std::string action) {
  const DssObject& object = model_.objects()[control];
  findings_({object.defined, to_string(object.dss_class), object.name, defect_class,
             DefectSeverity::warning, std::move(column), std::move(message), std::move(action)});
}

void DssControls::take_regulator(std::uint32_t control) {
  const auto name = model_.text(control, DssSlot::transformer);
  if (!name) return;
  auto transformer = model_.find(DssClass::transformer, *name);
  if (!transformer) transformer = find_dss_element(model_, *name);
  if (transformer) {
    regulated_[*transformer] = 1;
    return;
  }
  find(control, DefectClass::dangling_reference, "transformer",
       "there is no transformer " + dss_quoted(*name), "left out");
}

// "open", or one word a phase: [open open open].
bool DssControls::stands_open(std::uint32_t control, DssSlot slot, std::string_view states) {
  std::size_t open = 0, closed = 0;
  DssLexer lexer{states};
  for (DssParameter word; lexer.next(word);) {
    const bool is_open = begins_like(word.value, "o") || begins_like(word.value, "t");
    ++(is_open ? open : closed);
  }
  if (open > 0 && closed > 0) {
    find(control, DefectClass::unknown_value, slot == DssSlot::state ? "State" : "Normal",
         "some phases are open and others closed: " + dss_quoted(states), "taken as closed");
  }
  return open > 0 && closed == 0;
}

void DssControls::take(std::uint32_t control, DeviceKind kind) {
  auto target = model_.text(control, DssSlot::switched_object);
  auto terminal = model_.number(control, DssSlot::switched_terminal);
  if (!target) {
    target = model_.text(control, DssSlot::monitored_object);
    terminal = model_.number(control, DssSlot::monitored_terminal);
  }
  if (!target) {
    return find(control, DefectClass::dangling_reference, "SwitchedObj",
                "does not name what it switches", "left out");
  }
  if (class_of(*target) == DssClass::ignored) return;
  const auto element = find_dss_element(model_, *target);
  if (!element) {
    return find(control, DefectClass::dangling_reference, "SwitchedObj",
                "there is no " + dss_quoted(*target), "left out");
  }
  const DssClass stands_in = model_.objects()[*element].dss_class;
  if (stands_in != DssClass::line && stands_in != DssClass::transformer &&
      stands_in != DssClass::autotrans) {
    return find(control, DefectClass::statement_not_understood, "SwitchedObj",
                dss_quoted(*target) + " is neither a line nor a transformer", "left out");
  }
  DssSwitching switching{control, kind, false,
                         static_cast<int>(std::clamp(terminal.value_or(1), 1.0, 100.0))};
  const DssSlot slot =
      model_.text(control, DssSlot::normal_state) ? DssSlot::normal_state : DssSlot::state;
  if (const auto states = model_.text(control, slot)) {
    switching.normally_open = stands_open(control, slot, *states);
  }
  const auto [at, added] = by_element_.try_emplace(*element, switching);
  if (added) return;
  switching.normally_open |= at->second.normally_open;
  if (rank_of_dss_kind(kind) > rank_of_dss_kind(at->second.kind)) {
    at->second = switching;
  } else {
    at->second.normally_open = switching.normally_open;
  }
}

std::optional<DssSwitching> DssControls::of(std::uint32_t element) const {
  const auto found = by_element_.find(element);
  if (found == by_element_.end()) return std::nullopt;
  return found->second;
}

bool DssControls::regulated(std::uint32_t transformer) const {
  return regulated_[transformer] != 0;
}

}  // namespace gridmend
