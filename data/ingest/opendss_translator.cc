#include "data/ingest/opendss_translator.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numbers>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "data/ingest/letter_case.h"
#include "data/ingest/opendss_buses.h"
#include "data/ingest/opendss_controls.h"
#include "data/ingest/opendss_lines.h"
#include "data/ingest/opendss_places.h"
#include "data/ingest/opendss_windings.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kElementsATick = 50'000;
constexpr double kUsualSource_kv = 115;
// A transformer whose sides differ by less is a regulator where a RegControl works on it.
constexpr double kRegulating = 0.25;

class DssTranslator {
 public:
  explicit DssTranslator(const DssTranslation& to)
      : to_(to),
        model_(to.script.model()),
        controls_(model_, to.findings),
        lines_(model_, to.findings) {}

  Result<void> run();

 private:
  struct Ends {
    DssTerminal from, to;
  };

  void survey(std::uint32_t object);
  void survey_transformer(std::uint32_t object);
  void set_kv(std::uint32_t object, std::uint32_t bus, double kv);
  void translate(std::uint32_t object);
  void add_source(std::uint32_t object);
  void add_line(std::uint32_t object);
  void add_transformer(std::uint32_t object);
  void add_series_element(std::uint32_t object);
  void add_usage_point(std::uint32_t object);
  void add_substations();
  std::string node_of_side(std::uint32_t transformer, const std::vector<DssWindingGroup>& sides,
                           std::size_t side);

  bool enabled(std::uint32_t object) const { return model_.flag(object, DssSlot::enabled, true); }
  bool stands_open(std::uint32_t object, bool otherwise) const {
    if (!enabled(object)) return true;
    return model_.flag(object, DssSlot::opened, otherwise);
  }
  bool line_is_open(std::uint32_t object) const {
    const auto control = controls_.of(object);
    return stands_open(object, control && control->normally_open);
  }
  std::optional<Ends> series_ends(std::uint32_t object);
  DssTerminal first_terminal(std::uint32_t object, std::string_view otherwise);
  void place_ends(std::uint32_t from, std::uint32_t to, DeviceInput& device);
  void find(std::uint32_t object, DefectClass defect_class, DefectSeverity severity,
            std::string message, std::string action);
  SourceFeature feature(std::uint32_t object) const {
    const DssObject& of = model_.objects()[object];
    return to_.feature(of.defined, to_string(of.dss_class));
  }

  const DssTranslation& to_;
  const DssModel& model_;
  DssControls controls_;
  DssLines lines_;
  DssBuses buses_;
  std::vector<std::optional<Position>> places_;
  std::array<Position, 2> span_{};  // of the device at hand
  std::string_view substation_;     // of the sources, when there is one alone
};

void DssTranslator::find(std::uint32_t object, DefectClass defect_class, DefectSeverity severity,
                         std::string message, std::string action) {
  const DssObject& of = model_.objects()[object];
  to_.findings({of.defined,
                to_string(of.dss_class),
                of.name,
                defect_class,
                severity,
                {},
                std::move(message),
                std::move(action)});
}

DssTerminal DssTranslator::first_terminal(std::uint32_t object, std::string_view otherwise) {
  const double phases = model_.number(object, DssSlot::phases).value_or(3);
  return buses_.terminal(model_.text(object, DssSlot::bus).value_or(otherwise),
                         static_cast<int>(std::clamp(phases, 1.0, 6.0)));
}

// Of a Capacitor or Reactor; one end alone stands on the ground.
std::optional<DssTranslator::Ends> DssTranslator::series_ends(std::uint32_t object) {
  const auto bus = model_.text(object, DssSlot::bus), bus2 = model_.text(object, DssSlot::bus2);
  if (!bus || !bus2) return std::nullopt;
  if (same_word(DssBuses::name_of(*bus), DssBuses::name_of(*bus2))) return std::nullopt;
  const int phases =
      static_cast<int>(std::clamp(model_.number(object, DssSlot::phases).value_or(3), 1.0, 6.0));
  const Ends ends{buses_.terminal(*bus, phases), buses_.terminal(*bus2, phases)};
  if (ends.to.nodes == 0) return std::nullopt;
  return ends;
}

void DssTranslator::set_kv(std::uint32_t object, std::uint32_t bus, double kv) {
  if (kv <= 0 || buses_.set_kv(bus, kv)) return;
  char text[96];
  std::snprintf(text, sizeof text, "its %.4g kV meet %.4g kV that another element brings there", kv,
                buses_.kv(bus));
  find(object, DefectClass::voltage_mismatch, DefectSeverity::warning, text, "kept");
}

// Ends are joined first, for all objects; voltages and legs are of what hangs together.
void DssTranslator::survey(std::uint32_t object) {
  switch (model_.objects()[object].dss_class) {
    case DssClass::line: {
      const DssLine line = lines_.line(object, buses_);
      if (line.named_both && !line_is_open(object)) buses_.join(line.from, line.to);
      break;
    }
    case DssClass::capacitor:
    case DssClass::reactor:
      if (const auto ends = series_ends(object)) buses_.join(ends->from, ends->to);
      break;
    case DssClass::load:
      first_terminal(object, {});
      break;
    default:
      break;
  }
}

void DssTranslator::survey_transformer(std::uint32_t object) {
  const DssClass dss_class = model_.objects()[object].dss_class;
  if (dss_class == DssClass::vsource) {
    const DssTerminal terminal = first_terminal(object, "sourcebus");
    const double kv = model_.number(object, DssSlot::kv).value_or(kUsualSource_kv);
    // Of one phase against the neutral.
    const bool single = model_.number(object, DssSlot::phases).value_or(3) == 1;
    set_kv(object, terminal.bus, single ? kv * std::numbers::sqrt3 : kv);
  }
  if (dss_class != DssClass::transformer && dss_class != DssClass::autotrans) return;
  const auto windings = windings_of(model_, object, buses_);
  for (const DssWindingGroup& group :
       group_windings(windings, is_single_phase_transformer(model_, object))) {
    if (group.split) buses_.mark_split({group.bus, group.nodes});
    set_kv(object, group.bus, group.kv);
  }
}

void DssTranslator::place_ends(std::uint32_t from, std::uint32_t to, DeviceInput& device) {
  device.from_position = places_[from];
  device.to_position = places_[to];
  if (!places_[from] || !places_[to]) return;
  span_ = {*places_[from], *places_[to]};
  const bool apart = span_[0] != span_[1];
  device.geometry = std::span<const Position>{span_}.first(apart ? 2 : 1);
}

void DssTranslator::add_source(std::uint32_t object) {
  if (!enabled(object)) return;
  const DssObject& source = model_.objects()[object];
  const bool circuit = same_word(source.name, "source") && !to_.script.circuit().empty();
  const std::string_view name = circuit ? to_.script.circuit() : source.name;
  const DssTerminal terminal = first_terminal(object, "sourcebus");
  FeederInput feeder;
  feeder.mrid = name;
  feeder.name = name;
  feeder.substation = substation_;
  feeder.source_node = buses_.spelling(terminal.bus);
  feeder.nominal_kv = static_cast<float>(buses_.kv(terminal.bus));
  to_.builder.add_feeder(feature(object), feeder);
}

// OpenDSS knows no substation but the name that a transformer may give its own; SMART-DS calls the
// circuit of a substation "substation_...".
void DssTranslator::add_substations() {
  std::set<std::string_view> names;
  for (std::uint32_t i = 0; i < model_.objects().size(); ++i) {
    if (model_.objects()[i].dss_class != DssClass::transformer) continue;
    const auto name = model_.text(i, DssSlot::substation_name);
    if (!name || !names.insert(*name).second) continue;
    to_.builder.add_substation(feature(i), {*name, *name, {}});
  }
  const std::string_view circuit = to_.script.circuit();
  if (names.empty() && begins_like(circuit, "substation")) {
    names.insert(circuit);
    to_.builder.add_substation(to_.feature({}, "Circuit"), {circuit, circuit, {}});
  }
  if (names.size() == 1) substation_ = *names.begin();
}

void DssTranslator::add_line(std::uint32_t object) {
  lines_.check_codes(object);
  const DssLine line = lines_.whole_line(object, buses_);
  const auto control = controls_.of(object);
  DeviceInput device;
  device.mrid = model_.objects()[object].name;
  device.kind = control && rank_of_dss_kind(control->kind) > rank_of_dss_kind(line.kind)
                    ? control->kind
                    : line.kind;
  device.normally_open = line_is_open(object);
  device.underground = line.underground;
  if (line.named_both) {
    device.from_node = buses_.spelling(line.from.bus);
    device.to_node = buses_.spelling(line.to.bus);
    device.phases = buses_.phases(line.from);
    device.to_phases = buses_.phases(line.to);
    device.nominal_kv = static_cast<float>(buses_.kv(line.from.bus));
    place_ends(line.from.bus, line.to.bus, device);
  }
  // A switch has no length, whatever the model needs to compute with.
  if (line.is_switch) {
    device.geometry = device.geometry.first(std::min<std::size_t>(device.geometry.size(), 1));
  } else {
    device.length_m = static_cast<float>(line.length_m);
  }
  to_.builder.add_device(feature(object), device);
}

// The connectivity node that a side of a transformer ends at: its bus, or where a fuse or switch
// works on that side one behind it, between which and the bus that becomes a device.
std::string DssTranslator::node_of_side(std::uint32_t transformer,
                                        const std::vector<DssWindingGroup>& sides,
                                        std::size_t side) {
  std::string bus{buses_.spelling(sides[side].bus)};
  const auto control = controls_.of(transformer);
  if (!control) return bus;
  const auto named = std::ranges::find(sides, control->terminal, &DssWindingGroup::winding);
  const std::size_t at = named == sides.end() ? 0 : static_cast<std::size_t>(named - sides.begin());
  if (at != side) return bus;
  const DssObject& object = model_.objects()[control->control];
  std::string behind = bus + "/" + std::string{object.name};
  DeviceInput device;
  device.mrid = object.name;
  device.kind = control->kind;
  device.from_node = bus;
  device.to_node = behind;
  device.phases = device.to_phases = buses_.phases({sides[side].bus, sides[side].nodes});
  device.normally_open = control->normally_open;
  device.nominal_kv = static_cast<float>(buses_.kv(sides[side].bus));
  device.from_position = device.to_position = places_[sides[side].bus];
  to_.builder.add_device(feature(control->control), device);
  return behind;
}

void DssTranslator::add_transformer(std::uint32_t object) {
  const DssObject& transformer = model_.objects()[object];
  const auto windings = windings_of(model_, object, buses_);
  const auto sides = group_windings(windings, is_single_phase_transformer(model_, object));
  if (sides.size() < 2) {
    return find(object, DefectClass::dangling_reference,
                sides.empty() ? DefectSeverity::severe : DefectSeverity::note,
                sides.empty() ? "names no bus" : "does not lead from one bus to another",
                "left out");
  }
  const DssWindingGroup& high = sides.front();
  const std::string high_node = node_of_side(object, sides, 0);
  for (std::size_t i = 1; i < sides.size(); ++i) {
    const DssWindingGroup& low = sides[i];
    std::string mrid{transformer.name};
    if (i > 1) mrid += ".w" + std::to_string(low.winding);
    const std::string low_node = node_of_side(object, sides, i);
    DeviceInput device;
    device.mrid = mrid;
    const bool regulates = controls_.regulated(object) && low.kv >= (1 - kRegulating) * high.kv;
    device.kind = regulates ? DeviceKind::voltage_regulator : DeviceKind::power_transformer;
    device.from_node = high_node;
    device.to_node = low_node;
    device.phases = buses_.phases({high.bus, high.nodes});
    device.to_phases = buses_.phases({low.bus, low.nodes});
    device.normally_open = stands_open(object, false);
    device.nominal_kv = static_cast<float>(buses_.kv(high.bus));
    device.rated_kva = static_cast<float>(std::max(high.kva, low.kva));
    place_ends(high.bus, low.bus, device);
    device.geometry = device.geometry.first(std::min<std::size_t>(device.geometry.size(), 1));
    to_.builder.add_device(feature(object), device);
  }
}

void DssTranslator::add_series_element(std::uint32_t object) {
  const auto ends = series_ends(object);
  if (!ends) return;
  DeviceInput device;
  device.mrid = model_.objects()[object].name;
  device.kind = DeviceKind::jumper;
  device.from_node = buses_.spelling(ends->from.bus);
  device.to_node = buses_.spelling(ends->to.bus);
  device.phases = buses_.phases(ends->from);
  device.to_phases = buses_.phases(ends->to);
  device.normally_open = stands_open(object, false);
  device.nominal_kv = static_cast<float>(buses_.kv(ends->from.bus));
  place_ends(ends->from.bus, ends->to.bus, device);
  to_.builder.add_device(feature(object), device);
}

void DssTranslator::add_usage_point(std::uint32_t object) {
  UsagePointInput point;
  point.mrid = model_.objects()[object].name;
  point.active = enabled(object);
  if (model_.text(object, DssSlot::bus)) {
    const DssTerminal terminal = first_terminal(object, {});
    point.node = buses_.spelling(terminal.bus);
    point.position = places_[terminal.bus];
    const PhaseSet phases = buses_.phases(terminal);
    if (phases.any()) point.phases = phases;
  }
  const double customers = model_.number(object, DssSlot::customers).value_or(1);
  if (customers >= 0 && customers <= 65'535) {
    point.customers = static_cast<std::uint16_t>(customers);
  } else {
    find(object, DefectClass::value_out_of_range, DefectSeverity::warning,
         "NumCust is not from 0 to 65,535", "taken as 1");
  }
  to_.builder.add_usage_point(feature(object), point);
}

void DssTranslator::translate(std::uint32_t object) {
  switch (model_.objects()[object].dss_class) {
    case DssClass::vsource:
      return add_source(object);
    case DssClass::line:
      return add_line(object);
    case DssClass::transformer:
    case DssClass::autotrans:
      return add_transformer(object);
    case DssClass::capacitor:
    case DssClass::reactor:
      return add_series_element(object);
    case DssClass::load:
      return add_usage_point(object);
    default:
      return;
  }
}

Result<void> DssTranslator::run() {
  const auto count = static_cast<std::uint32_t>(model_.objects().size());
  for (std::uint32_t i = 0; i < count; ++i) survey(i);
  for (std::uint32_t i = 0; i < count; ++i) survey_transformer(i);
  auto places = place_dss_buses(to_, buses_);
  if (!places) return unexpected(places.error());
  places_ = std::move(*places);
  add_substations();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (to_.progress && i % kElementsATick == 0) to_.progress("objects", i, count);
    translate(i);
  }
  lines_.report_unknown_codes();
  return {};
}

}  // namespace

Result<void> translate_opendss(const DssTranslation& to) { return DssTranslator{to}.run(); }

}  // namespace gridmend
