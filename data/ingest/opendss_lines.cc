#include "data/ingest/opendss_lines.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "data/ingest/letter_case.h"
#include "data/ingest/opendss_lexer.h"

namespace gridmend {
namespace {

constexpr double kLongestSwitch_m = 10;
constexpr double kLongest_m = 1e6;
constexpr int kPhases = 3;

// Two letters tell OpenDSS's units apart.
std::optional<double> metres_per_dss_unit(std::string_view unit) {
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"mi", 1609.344}, {"kf", 304.8}, {"km", 1000},  {"ft", 0.3048}, {"fe", 0.3048},
      {"in", 0.0254},   {"cm", 0.01},  {"mm", 0.001}, {"me", 1}};
  if (same_word(unit, "m")) return 1;
  for (const auto& [name, metres] : kUnits) {
    if (begins_like(unit, name)) return metres;
  }
  return std::nullopt;
}

std::optional<DeviceKind> kind_of_line_type(std::string_view type) {
  constexpr std::pair<std::string_view, DeviceKind> kTypes[] = {
      {"swt_ldbrk", DeviceKind::load_break_switch}, {"swt_fuse", DeviceKind::fuse},
      {"swt_sect", DeviceKind::sectionaliser},      {"swt_rec", DeviceKind::recloser},
      {"swt_disc", DeviceKind::disconnector},       {"swt_brk", DeviceKind::breaker},
      {"swt_elbow", DeviceKind::disconnector},      {"busbar", DeviceKind::jumper}};
  for (const auto& [name, kind] : kTypes) {
    if (same_word(type, name)) return kind;
  }
  return std::nullopt;
}

std::optional<DeviceKind> kind_in_name(std::string_view name) {
  constexpr std::pair<std::string_view, DeviceKind> kWords[] = {
      {"recloser", DeviceKind::recloser},
      {"breaker", DeviceKind::breaker},
      {"fuse", DeviceKind::fuse},
      {"sectionali", DeviceKind::sectionaliser},
      {"disconnect", DeviceKind::disconnector},
      {"disswitch", DeviceKind::disconnector},
      {"cutout", DeviceKind::fuse}};
  const std::string text = lower_case(name);
  for (const auto& [word, kind] : kWords) {
    if (text.find(word) != std::string::npos) return kind;
  }
  return std::nullopt;
}

// "1P_UG_AL_2/0": UG among the parts of the name.
bool says_underground(std::string_view name) {
  const std::string text = "_" + lower_case(name) + "_";
  return text.find("_ug_") != std::string::npos;
}

int nodes_named(std::string_view bus) {
  int count = 0;
  for (std::size_t at = bus.find('.'); at != std::string_view::npos; at = bus.find('.', at + 1)) {
    if (at + 1 < bus.size() && bus[at + 1] >= '0' && bus[at + 1] <= '9' && count < 6) ++count;
  }
  return count;
}

}  // namespace

std::optional<std::uint32_t> DssLines::code(std::uint32_t object) const {
  const auto name = model_.text(object, DssSlot::code);
  return name ? model_.find(DssClass::linecode, *name) : std::nullopt;
}

// The last of Phases, LineCode and Geometry that was given decides.
int DssLines::phases(std::uint32_t object) const {
  double phases = model_.number(object, DssSlot::phases).value_or(3);
  std::uint32_t last = model_.order(object, DssSlot::phases);
  const auto take = [&](DssSlot slot, DssClass dss_class) {
    const std::uint32_t order = model_.order(object, slot);
    if (order < last || order == 0) return;
    const auto name = model_.text(object, slot);
    const auto library = name ? model_.find(dss_class, *name) : std::nullopt;
    if (!library) return;
    last = order;
    phases = model_.number(*library, DssSlot::phases).value_or(3);
  };
  take(DssSlot::code, DssClass::linecode);
  take(DssSlot::geometry, DssClass::linegeometry);
  return static_cast<int>(std::clamp(phases, 1.0, 6.0));
}

// A line that says by which nodes it is joined at both ends ("a.3" to "b.3") has these, though its
// line code or what OpenDSS assumes has more phases.
int DssLines::conductors(std::uint32_t object, std::string_view bus, std::string_view bus2) const {
  const int all = phases(object), named = nodes_named(bus);
  return named > 0 && named == nodes_named(bus2) ? std::min(all, named) : all;
}

double DssLines::length_m(std::uint32_t object, std::optional<std::uint32_t> code) const {
  const auto length = model_.number(object, DssSlot::length);
  if (!length || !(*length > 0)) return 0;
  auto unit = model_.text(object, DssSlot::units);
  // Without a unit of its own the length is in that of the line code.
  if ((!unit || begins_like(*unit, "no")) && code) unit = model_.text(*code, DssSlot::units);
  const auto metres = unit ? metres_per_dss_unit(*unit) : std::nullopt;
  return metres ? std::min(*length * *metres, kLongest_m) : 0;
}

DssLine DssLines::line(std::uint32_t object, DssBuses& buses) const {
  DssLine line;
  const auto bus = model_.text(object, DssSlot::bus), bus2 = model_.text(object, DssSlot::bus2);
  line.named_both = bus && bus2;
  if (line.named_both) {
    const int count = conductors(object, *bus, *bus2);
    line.from = buses.terminal(*bus, count);
    line.to = buses.terminal(*bus2, count);
  }
  const auto its_code = code(object);
  line.length_m = length_m(object, its_code);
  line.is_switch = model_.flag(object, DssSlot::is_switch, false);
  if (line.is_switch) line.kind = DeviceKind::load_break_switch;
  auto type = model_.text(object, DssSlot::line_type);
  if (!type && its_code) type = model_.text(*its_code, DssSlot::line_type);
  line.underground = type && begins_like(*type, "ug");
  const auto code_name = model_.text(object, DssSlot::code);
  if (!type && code_name) line.underground = says_underground(*code_name);
  const bool short_enough = line.length_m > 0 && line.length_m <= kLongestSwitch_m;
  if (const auto kind = type ? kind_of_line_type(*type) : std::nullopt) {
    line.kind = *kind;
  } else if ((line.is_switch || short_enough) && code_name) {
    line.kind = kind_in_name(*code_name).value_or(line.kind);
  }
  return line;
}

// OpenDSS joins what a line has beyond the nodes that it names by nodes of its own choice: the
// second conductor ends at node 2, whatever the first one ends at. Where nothing else is at such a
// node that is a conductor from nowhere to nowhere.
DssLine DssLines::whole_line(std::uint32_t object, DssBuses& buses) const {
  DssLine whole = line(object, buses);
  if (!whole.named_both) return whole;
  const int named =
      conductors(object, *model_.text(object, DssSlot::bus), *model_.text(object, DssSlot::bus2));
  for (int i = named; i < std::min(phases(object), kPhases); ++i) {
    const auto node = static_cast<std::uint8_t>(1U << static_cast<unsigned>(i));
    if ((buses.nodes(whole.from.bus) & buses.nodes(whole.to.bus) & node) == 0) continue;
    whole.from.nodes |= node;
    whole.to.nodes |= node;
  }
  return whole;
}

void DssLines::check_codes(std::uint32_t object) {
  for (const auto& [slot, dss_class, what] :
       {std::tuple{DssSlot::code, DssClass::linecode, "line code "},
        std::tuple{DssSlot::geometry, DssClass::linegeometry, "line geometry "}}) {
    const auto name = model_.text(object, slot);
    if (!name || model_.find(dss_class, *name)) continue;
    const auto [at, added] =
        unknown_codes_.try_emplace(what + dss_quoted(lower_case(*name)), Unknown{object, 0});
    ++at->second.lines;
  }
}

void DssLines::report_unknown_codes() const {
  for (const auto& [code, unknown] : unknown_codes_) {
    const DssObject& line = model_.objects()[unknown.first];
    findings_({line.defined, to_string(line.dss_class), line.name, DefectClass::dangling_reference,
               DefectSeverity::warning, "LineCode",
               "there is no " + code + "; lines that name it: " + std::to_string(unknown.lines),
               "read without it"});
  }
}

}  // namespace gridmend
