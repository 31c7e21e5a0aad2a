#include "data/ingest/cim_network.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "data/ingest/cim_translation.h"
#include "data/ingest/finding_group.h"

namespace gridmend {
namespace {

constexpr std::int64_t kProgressEvery = 50'000;
// No alternating-current grid is above 1,150 kV, no medium voltage below 1,200 V.
constexpr float kMostKilovolts = 1200;
// No transformer is of 5,000 MVA, nor is the largest of a network of 5,000 VA.
constexpr float kMostMegavoltamperes = 5000;

enum class Role { read, does_not_supply, not_understood };

Role role_of(CimClass cim_class) {
  switch (cim_class) {
    case CimClass::ac_line_segment:
    case CimClass::breaker:
    case CimClass::recloser:
    case CimClass::sectionaliser:
    case CimClass::fuse:
    case CimClass::load_break_switch:
    case CimClass::disconnector:
    case CimClass::jumper:
    case CimClass::power_transformer:
    case CimClass::transformer_end:
    case CimClass::node_marker:
    case CimClass::energy_source:
    case CimClass::network_injection:
    case CimClass::energy_consumer:
      return Role::read;
    case CimClass::machine:
    case CimClass::power_electronics:
    case CimClass::shunt:
      return Role::does_not_supply;
    default:
      return Role::not_understood;
  }
}

bool speaks_cgmes(const std::string& profile) {
  return profile.find("entsoe.eu/CIM") != std::string::npos ||
         profile.find("-EU/") != std::string::npos;
}

}  // namespace

SourceFeature CimTranslation::at(Object object) const {
  const CimModel::Description* first = model_.first_description(object);
  if (first == nullptr) return {};
  const std::size_t classes = cim_class_names().size() + 1;
  if (layer_of_.empty()) layer_of_.resize(files_.size() * classes);
  const std::size_t of_class = std::min<std::size_t>(first->class_number, classes - 1);
  SourceLayer& layer = layer_of_[first->file * classes + of_class];
  if (layer.index == 0) {
    layer = builder_.layer(files_[first->file], of_class + 1 < classes
                                                    ? std::string{model_.class_name(object)}
                                                    : std::string{});
  }
  return {layer, first->line};
}

void CimTranslation::defect(Object object, DefectClass defect_class, DefectSeverity severity,
                            std::string column, std::string message, std::string action) const {
  builder_.add_defect(at(object), model_.mrid(object), defect_class, severity, std::move(column),
                      std::move(message), std::move(action));
}

float CimTranslation::highest(std::initializer_list<CimClass> classes, CimProperty property) const {
  float highest = 0;
  for (const CimClass cim_class : classes) {
    for (const std::uint32_t i : index_.of_class(cim_class)) {
      highest = std::max(highest, model_.number(Object{i}, property).value_or(0));
    }
  }
  return highest;
}

// The headers say the dialect. Without one the voltages do, where they cannot be kV; else the
// ratings of transformers, for a campus has no medium voltage; else the version: CGMES of CIM100
// has a header.
void CimTranslation::settle_units() {
  bool cgmes = std::ranges::any_of(headers_.profiles, speaks_cgmes);
  if (headers_.profiles.empty()) {
    const float volts = highest({CimClass::base_voltage}, CimProperty::nominal_voltage);
    const float rating =
        highest({CimClass::transformer_end, CimClass::end_info}, CimProperty::rated_power);
    const bool in_megavoltamperes =
        rating > 0 ? rating < kMostMegavoltamperes : !headers_.is_cim100;
    cgmes = volts > 0 && volts < kMostKilovolts && in_megavoltamperes;
  }
  if (cgmes) units_ = {.kv = 1, .kva = 1000, .m = 1000};
}

void CimTranslation::check_headers() {
  std::set<std::uint32_t> missing;
  for (const Object model : headers_.depends_on) {
    if (model_.defined(model) || !missing.insert(model.index).second) continue;
    builder_.add_defect({builder_.layer(files_.front(), "FullModel"), -1}, model_.id(model),
                        DefectClass::dangling_reference, DefectSeverity::warning,
                        "Model.DependentOn", "a model that others depend on is not among the files",
                        "read without it");
  }
  models_missing_ = !missing.empty();
}

// What terminals hang at, and what of it nobody will read.
void CimTranslation::check_terminals() {
  struct Unread {
    std::size_t terminals = 0;
    Object first;
  };
  std::map<std::uint16_t, Unread> unread;
  for (const std::uint32_t i : index_.of_class(CimClass::terminal)) {
    const Object terminal{i};
    const auto equipment = model_.reference(terminal, CimProperty::owner);
    if (!equipment || !model_.defined(*equipment)) {
      defect(terminal, DefectClass::dangling_reference,
             models_missing_ ? DefectSeverity::warning : DefectSeverity::severe,
             "Terminal.ConductingEquipment",
             equipment ? "nothing defines its equipment '" + model_.id(*equipment) + "'"
                       : "belongs to no equipment",
             "left out");
      continue;
    }
    const Object node = index_.terminal(terminal).node;
    if (node.valid() && !model_.defined(node)) {
      defect(terminal, DefectClass::dangling_reference,
             models_missing_ ? DefectSeverity::warning : DefectSeverity::severe,
             "Terminal.ConnectivityNode",
             "nothing defines its connectivity node '" + model_.id(node) + "'" +
                 (models_missing_ ? "; a model that is not among the files may" : ""),
             "made where the terminal is");
    }
    if (role_of(model_.class_of(*equipment)) == Role::read) continue;
    Unread& of_class = unread[model_.first_description(*equipment)->class_number];
    ++of_class.terminals;
    if (!of_class.first.valid()) of_class.first = *equipment;
  }
  for (const auto& [class_number, what] : unread) {
    const bool passive = role_of(model_.class_of(what.first)) == Role::does_not_supply;
    std::string name{model_.class_name(class_number)};
    if (name.size() > 100) name.resize(100);
    defect(what.first, DefectClass::statement_not_understood,
           passive ? DefectSeverity::note : DefectSeverity::warning, {},
           std::to_string(what.terminals) + " terminals belong to equipment of class " + name +
               (passive ? ", which neither passes supply on nor takes any as a customer"
                        : ", which is not understood; this is the first"),
           "left out");
  }
}

void CimTranslation::tell_out_of_service() const {
  Object first;
  std::vector<std::string> named;
  std::size_t count = 0;
  for (const CimModel::Description& description : model_.descriptions()) {
    const Object equipment{description.object};
    if (model_.first_description(equipment) != &description || !out_of_service(equipment)) continue;
    if (role_of(model_.class_of(equipment)) == Role::not_understood) continue;
    if (count++ == 0) first = equipment;
    if (named.size() < kNamedOfAGroup) named.push_back(model_.mrid(equipment));
  }
  if (count == 0) return;
  defect(first, DefectClass::connectivity_disagrees, DefectSeverity::note, "Equipment.inService",
         std::to_string(count) + (count == 1 ? " piece" : " pieces") +
             " of equipment out of service: " + first_of(named, count),
         "devices of it stand open, loads are inactive, sources do not supply");
}

// Where the locations name what stands at them (CGMES), not the other way round.
void CimTranslation::find_places() {
  for (const std::uint32_t i : index_.of_class(CimClass::location)) {
    model_.for_each_reference(Object{i}, CimProperty::located, [&](Object object) {
      if (location_of_.empty()) location_of_.assign(model_.objects(), CimModel::kNone);
      std::uint32_t& location = location_of_[object.index];
      if (location == CimModel::kNone) location = i;
    });
  }
}

void CimTranslation::add_places_of_supply() {
  for (const std::uint32_t i : index_.of_class(CimClass::substation)) {
    const Object substation{i};
    const std::string mrid = model_.mrid(substation), name = name_of(substation);
    const auto place = place_of(substation);
    builder_.add_substation(
        at(substation),
        {mrid, name, place.empty() ? std::optional<Position>{} : std::optional{place.front()}});
  }
  const auto nodes = index_.of_class(index_.nodes_are_topological() ? CimClass::topological_node
                                                                    : CimClass::connectivity_node);
  for (const std::uint32_t i : nodes) {
    const Object node{i};
    const std::string id = model_.id(node);
    const Object substation = container_of(node, CimClass::substation);
    const auto place = substation.valid() ? place_of(substation) : std::span<const Position>{};
    builder_.add_node(
        at(node), {id, place.empty() ? std::optional<Position>{} : std::optional{place.front()}});
  }
}

void CimTranslation::add_devices() {
  constexpr std::pair<CimClass, DeviceKind> kSwitches[] = {
      {CimClass::breaker, DeviceKind::breaker},
      {CimClass::recloser, DeviceKind::recloser},
      {CimClass::sectionaliser, DeviceKind::sectionaliser},
      {CimClass::fuse, DeviceKind::fuse},
      {CimClass::load_break_switch, DeviceKind::load_break_switch},
      {CimClass::disconnector, DeviceKind::disconnector}};
  std::int64_t done = 0;
  const auto each = [&](CimClass cim_class, auto add) {
    for (const std::uint32_t i : index_.of_class(cim_class)) {
      if (progress_ && done++ % kProgressEvery == 0) progress_("equipment", done - 1, -1);
      add(Object{i});
    }
  };
  each(CimClass::ac_line_segment,
       [&](Object line) { add_line_like(line, DeviceKind::ac_line_segment); });
  for (const auto& [cim_class, kind] : kSwitches) {
    each(cim_class, [&, kind = kind](Object device) { add_switch(device, kind); });
  }
  each(CimClass::jumper, [&](Object jumper) { add_line_like(jumper, DeviceKind::jumper); });
  find_tap_changers();
  each(CimClass::power_transformer, [&](Object transformer) { add_transformer(transformer); });
}

Result<void> CimTranslation::run(const SourceCoordinates& coordinates) {
  const ErrorPlace place{.file = files_.front(), .layer = {}, .feature_id = {}, .column = {}};
  if (index_.count(CimClass::terminal) == 0) {
    return refuse_at(
        place, ErrorCode::invalid_argument, "CIM_EMPTY",
        "has no Terminal: nothing in it hangs together (an EQ profile may be missing)");
  }
  const auto terminals = index_.of_class(CimClass::terminal);
  if (std::ranges::none_of(
          terminals, [this](std::uint32_t i) { return index_.terminal(Object{i}).node.valid(); })) {
    return refuse_at(place, ErrorCode::invalid_argument, "CIM_EMPTY",
                     "none of its " + std::to_string(terminals.size()) +
                         " Terminals is at a node: what hangs together a bus-branch model says in "
                         "its TP profile, which is not among the files");
  }
  auto places =
      CimPlaces::create(model_, coordinates, place,
                        {builder_.layer(files_.front(), "CoordinateSystem"), -1}, builder_);
  if (!places) return unexpected(places.error());
  places_ = std::move(*places);
  find_places();
  settle_units();
  check_headers();
  check_terminals();
  tell_out_of_service();
  add_places_of_supply();
  decide_feeders();
  add_feeders();
  add_devices();
  add_usage_points();
  return {};
}

Result<void> translate_cim(const CimModel& model, const CimHeaders& headers,
                           const std::vector<std::string>& files,
                           const SourceCoordinates& coordinates, NetworkBuilder& builder,
                           const ReadingProgress& progress) {
  return CimTranslation{model, headers, files, builder, progress}.run(coordinates);
}

}  // namespace gridmend
