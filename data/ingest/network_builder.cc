#include "data/ingest/network_builder.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/check.h"
#include "data/ingest/network_builder_state.h"

namespace gridmend {

std::uint32_t NetworkBuilder::State::node_number(std::string_view mrid) {
  const std::uint32_t number = node_ids.intern(texts, mrid);
  if (number == node_defined.size()) {
    node_defined.push_back(0);
    placement.positions.push_back({});
    placement.known.push_back(0);
    layer_of_node.push_back(0);
  }
  return number;
}

std::uint32_t NetworkBuilder::State::substation_number(std::string_view mrid) {
  const std::uint32_t number = substation_ids.intern(texts, mrid);
  if (number == substation_of_entry.size()) substation_of_entry.push_back(kUndefined);
  return number;
}

std::uint32_t NetworkBuilder::State::feeder_number(std::string_view mrid) {
  const std::uint32_t number = feeder_ids.intern(texts, mrid);
  if (number == feeder_of_entry.size()) feeder_of_entry.push_back(kUndefined);
  return number;
}

std::uint32_t NetworkBuilder::State::transformer_number(std::string_view mrid) {
  const std::uint32_t number = transformer_ids.intern(texts, mrid);
  if (number == transformer_of_entry.size()) transformer_of_entry.push_back(kUndefined);
  return number;
}

void NetworkBuilder::State::place_node(std::uint32_t node, std::optional<Position> position,
                                       std::uint16_t layer) {
  if (!position || !is_on_earth(*position) || placement.known[node] != 0) return;
  placement.known[node] = 1;
  layer_of_node[node] = layer;
  placement.positions[node] = *position;
}

ErrorPlace NetworkBuilder::State::place_of(std::uint16_t layer, std::string_view mrid,
                                           std::int64_t number, std::string column) const {
  ErrorPlace place = layers.at(layer);
  place.feature_id = !mrid.empty() ? std::string{mrid}
                     : number >= 0 ? "#" + std::to_string(number)
                                   : std::string{};
  place.column = std::move(column);
  return place;
}

void NetworkBuilder::State::defect(SourceFeature at, std::string_view mrid,
                                   DefectClass defect_class, DefectSeverity severity,
                                   std::string column, std::string message, std::string action,
                                   std::optional<Position> position) {
  defects.add({defect_class, severity, place_of(at.layer.index, mrid, at.number, std::move(column)),
               std::move(message), std::move(action), position});
}

std::optional<Position> NetworkBuilder::State::checked(SourceFeature at, std::string_view mrid,
                                                       std::optional<Position> position) {
  if (!position || is_on_earth(*position)) return position;
  defect(at, mrid, DefectClass::invalid_geometry, DefectSeverity::warning, {},
         "its position is not on earth", "placed by its neighbours");
  return std::nullopt;
}

NetworkBuilder::NetworkBuilder() : state_(std::make_unique<State>()) { layer({}, {}); }
NetworkBuilder::~NetworkBuilder() = default;
NetworkBuilder::NetworkBuilder(NetworkBuilder&&) noexcept = default;
NetworkBuilder& NetworkBuilder::operator=(NetworkBuilder&&) noexcept = default;

SourceLayer NetworkBuilder::layer(std::string file, std::string name) {
  auto& layers = state_->layers;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].file == file && layers[i].layer == name) return {static_cast<std::uint16_t>(i)};
  }
  GRIDMEND_CHECK(layers.size() < 65'535, "layers of a source are few");
  layers.push_back({std::move(file), std::move(name), {}, {}});
  return {static_cast<std::uint16_t>(layers.size() - 1)};
}

void NetworkBuilder::add_substation(SourceFeature at, const SubstationInput& input) {
  State& s = *state_;
  ++s.features;
  if (input.mrid.empty()) {
    return s.defect(at, {}, DefectClass::empty_id, DefectSeverity::warning, {}, "has no id",
                    "left out");
  }
  const std::uint32_t entry = s.substation_number(input.mrid);
  if (s.substation_of_entry[entry] != State::kUndefined) {
    return s.defect(at, input.mrid, DefectClass::duplicate_id, DefectSeverity::warning, {},
                    "a substation of this id was read before", "kept the first");
  }
  s.substation_of_entry[entry] = static_cast<std::uint32_t>(s.substations.size());
  const auto position = s.checked(at, input.mrid, input.position);
  s.substations.push_back(
      {position.value_or(Position{}), s.substation_ids.text(entry), s.texts.add(input.name)});
}

void NetworkBuilder::add_feeder(SourceFeature at, const FeederInput& input) {
  State& s = *state_;
  ++s.features;
  if (input.mrid.empty() || input.source_node.empty()) {
    return s.defect(at, input.mrid, DefectClass::empty_id, DefectSeverity::severe, {},
                    input.mrid.empty() ? "has no id" : "does not say where it starts", "left out");
  }
  const std::uint32_t entry = s.feeder_number(input.mrid);
  if (s.feeder_of_entry[entry] != State::kUndefined) {
    return s.defect(at, input.mrid, DefectClass::duplicate_id, DefectSeverity::severe, {},
                    "a feeder of this id was read before", "kept the first");
  }
  s.feeder_of_entry[entry] = static_cast<std::uint32_t>(s.feeders.size());
  Feeder feeder;
  feeder.mrid = s.feeder_ids.text(entry);
  feeder.name = s.texts.add(input.name);
  if (!input.substation.empty()) feeder.substation.index = s.substation_number(input.substation);
  feeder.source_node.index = s.node_number(input.source_node);
  feeder.nominal_kv = s.finite(at, input.mrid, input.nominal_kv, "nominal_kv");
  s.feeders.push_back(feeder);
  s.layer_of_feeder.push_back(at.layer.index);
}

void NetworkBuilder::add_node(SourceFeature at, const NodeInput& input) {
  State& s = *state_;
  ++s.features;
  if (input.mrid.empty()) {
    return s.defect(at, {}, DefectClass::empty_id, DefectSeverity::warning, {}, "has no id",
                    "left out");
  }
  const std::uint32_t node = s.node_number(input.mrid);
  if ((s.node_defined[node] & State::kByNodeLayer) != 0) {
    return s.defect(at, input.mrid, DefectClass::duplicate_id, DefectSeverity::warning, {},
                    "a connectivity node of this id was read before", "kept the first");
  }
  s.node_defined[node] |= State::kByNodeLayer;
  s.place_node(node, s.checked(at, input.mrid, input.position), at.layer.index);
}

void NetworkBuilder::declare_nodes_complete() { state_->nodes_complete = true; }
void NetworkBuilder::declare_lines_compared() { state_->lines_compared = true; }

// Gives a record whose mrid is taken the first free "mrid#2", "mrid#3", ...
TextId NetworkBuilder::State::numbered_mrid(TextInterner& ids, std::vector<std::uint32_t>& of_entry,
                                            std::string_view mrid, std::uint32_t record) {
  for (int n = 2;; ++n) {
    const std::uint32_t entry = ids.intern(texts, std::string{mrid} + "#" + std::to_string(n));
    if (entry == of_entry.size()) of_entry.push_back(kUndefined);
    if (of_entry[entry] != kUndefined) continue;
    of_entry[entry] = record;
    return ids.text(entry);
  }
}

// The mrid under which a device is kept; nullopt for one that has been read before.
std::optional<TextId> NetworkBuilder::State::device_mrid(SourceFeature at, const DeviceInput& input,
                                                         const Device& device) {
  const auto record = static_cast<std::uint32_t>(devices.size());
  std::string mrid{input.mrid};
  if (mrid.empty()) {
    mrid = layers.at(at.layer.index).layer + "#" + std::to_string(at.number);
    defect(at, {}, DefectClass::empty_id, DefectSeverity::warning, {}, "has no id",
           "named " + in_quotes(mrid));
  }
  std::uint32_t entry = device_ids.intern(texts, mrid);
  if (entry == device_of_entry.size()) device_of_entry.push_back(kUndefined);
  if (device_of_entry[entry] == kUndefined) {
    device_of_entry[entry] = record;
    return device_ids.text(entry);
  }
  const std::uint32_t first = device_of_entry[entry];
  if (layer_of_device[first] != at.layer.index) {
    // Utilities number each layer from 1: no defect, but one name for two devices will not do.
    const std::string qualified = layers.at(at.layer.index).layer + "/" + mrid;
    entry = device_ids.intern(texts, qualified);
    if (entry == device_of_entry.size()) device_of_entry.push_back(kUndefined);
    if (device_of_entry[entry] == kUndefined) {
      device_of_entry[entry] = record;
      return device_ids.text(entry);
    }
    mrid = qualified;
  }
  const Device& before = devices[device_of_entry[entry]];
  if (before.kind == device.kind && before.from == device.from && before.to == device.to) {
    defect(at, mrid, DefectClass::duplicate_id, DefectSeverity::warning, {},
           "the same device was read before; feature " + std::to_string(at.number),
           "kept the first");
    return std::nullopt;
  }
  const TextId text = numbered_mrid(device_ids, device_of_entry, mrid, record);
  defect(at, mrid, DefectClass::duplicate_id, DefectSeverity::severe, {},
         "another device of this id was read before; feature " + std::to_string(at.number),
         "kept as " + in_quotes(texts[text]));
  return text;
}

float NetworkBuilder::State::finite(SourceFeature at, std::string_view mrid, float value,
                                    const char* column) {
  if (std::isfinite(value)) return value;
  defect(at, mrid, DefectClass::value_out_of_range, DefectSeverity::warning, column,
         "is beyond all measure", "taken as unknown");
  return 0;
}

void NetworkBuilder::State::take_geometry(SourceFeature at, const DeviceInput& input,
                                          Device& device, bool& placed) {
  device.vertices_begin = device.vertices_end = static_cast<std::uint32_t>(vertices.size());
  device.length_m = finite(at, input.mrid, input.length_m, "length_m");
  const auto geometry = input.geometry;
  if (geometry.empty()) return;
  if (!std::ranges::all_of(geometry, is_on_earth)) {
    return defect(at, input.mrid, DefectClass::invalid_geometry, DefectSeverity::warning, {},
                  "has a position that is not on earth", "placed by its neighbours");
  }
  if (geometry.size() == 1) {
    device.position = geometry.front();
    placed = true;
    return;
  }
  vertices.insert(vertices.end(), geometry.begin(), geometry.end());
  device.vertices_end = static_cast<std::uint32_t>(vertices.size());
  placed = true;
  const double length = gridmend::length_m(geometry);
  if (device.length_m <= 0) device.length_m = static_cast<float>(length);
  if (length == 0) {
    defect(at, input.mrid, DefectClass::invalid_geometry, DefectSeverity::note, {},
           "is a line without length", "kept", geometry.front());
  }
}

void NetworkBuilder::add_device(SourceFeature at, const DeviceInput& input) {
  State& s = *state_;
  ++s.features;
  if (input.from_node.empty() || input.to_node.empty()) {
    return s.defect(at, input.mrid, DefectClass::dangling_reference, DefectSeverity::severe, {},
                    "does not name the connectivity nodes of both of its ends", "left out");
  }
  Device device;
  device.from.index = s.node_number(input.from_node);
  device.to.index = s.node_number(input.to_node);
  device.kind = input.kind;
  const auto mrid = s.device_mrid(at, input, device);
  if (!mrid) return;
  device.mrid = *mrid;
  s.node_defined[device.from.index] |= State::kByDevice;
  s.node_defined[device.to.index] |= State::kByDevice;
  if (!input.feeder.empty()) device.feeder.index = s.feeder_number(input.feeder);
  device.phases = input.phases;
  if (input.to_phases != input.phases) device.to_phases = input.to_phases;
  device.normally_open = input.normally_open ? 1 : 0;
  device.underground = input.underground ? 1 : 0;
  device.nominal_kv = s.finite(at, input.mrid, input.nominal_kv, "nominal_kv");
  device.rated_kva = s.finite(at, input.mrid, input.rated_kva, "rated_kva");
  device.live_part_height_m =
      s.finite(at, input.mrid, input.live_part_height_m, "live_part_height_m");
  bool placed = false;
  s.take_geometry(at, input, device, placed);
  s.place_node(device.from.index, input.from_position, at.layer.index);
  s.place_node(device.to.index, input.to_position, at.layer.index);
  if (input.kind == DeviceKind::power_transformer) {
    // A second bank of the same transformer does not take its usage points.
    std::uint32_t& transformer = s.transformer_of_entry[s.transformer_number(input.mrid)];
    if (transformer == State::kUndefined)
      transformer = static_cast<std::uint32_t>(s.devices.size());
  }
  s.devices.push_back(device);
  if (!input.phases_told) {
    s.device_phases_assumed.resize(s.devices.size(), 0);
    s.device_phases_assumed.back() = 1;
  }
  s.has_position.push_back(placed ? 1 : 0);
  s.layer_of_device.push_back(at.layer.index);
}

TextId NetworkBuilder::State::usage_point_mrid(SourceFeature at, std::string_view mrid,
                                               bool active) {
  const auto record = static_cast<std::uint32_t>(usage_points.size());
  std::string made;
  if (mrid.empty()) {
    made = layers.at(at.layer.index).layer + "#" + std::to_string(at.number);
    defect(at, {}, DefectClass::empty_id, DefectSeverity::warning, {}, "has no id",
           "named " + in_quotes(made));
    mrid = made;
  }
  const std::uint32_t entry = usage_point_ids.intern(texts, mrid);
  if (entry == usage_point_of_entry.size()) usage_point_of_entry.push_back(kUndefined);
  std::uint32_t& first = usage_point_of_entry[entry];
  if (first == kUndefined) {
    first = record;
    return usage_point_ids.text(entry);
  }
  const bool takes_over = active && usage_point_active[first] == 0;
  const std::uint32_t renamed = takes_over ? std::exchange(first, record) : record;
  const TextId text = numbered_mrid(usage_point_ids, usage_point_of_entry, mrid, renamed);
  defect(at, mrid, DefectClass::duplicate_id, DefectSeverity::warning, {},
         "another usage point of this id was read before; feature " + std::to_string(at.number),
         takes_over ? "kept; the earlier, inactive one is " + in_quotes(texts[text])
                    : "kept as " + in_quotes(texts[text]));
  if (!takes_over) return text;
  usage_points[renamed].mrid = text;
  return usage_point_ids.text(entry);
}

void NetworkBuilder::add_usage_point(SourceFeature at, const UsagePointInput& input) {
  State& s = *state_;
  ++s.features;
  ++s.ledger.total;
  if (!input.active) ++s.ledger.inactive;
  UsagePoint point;
  point.mrid = s.usage_point_mrid(at, input.mrid, input.active);
  point.address = s.texts.add(input.address);
  if (!input.node.empty()) point.node.index = s.node_number(input.node);
  if (!input.transformer.empty()) point.transformer.index = s.transformer_number(input.transformer);
  if (!input.communication_group.empty()) {
    const std::uint32_t group = s.group_ids.intern(s.texts, input.communication_group);
    if (group == s.groups.size()) s.groups.push_back(s.group_ids.text(group));
    point.communication_group.index = group;
  }
  const auto position = s.checked(at, input.mrid, input.position);
  if (position) point.position = *position;
  point.customers = input.active ? input.customers : std::uint16_t{0};
  point.category = input.category;
  point.phases = input.phases;
  s.usage_points.push_back(point);
  if (!input.phases_told) {
    s.usage_point_phases_assumed.resize(s.usage_points.size(), 0);
    s.usage_point_phases_assumed.back() = 1;
  }
  s.usage_point_placed.push_back(position ? 1 : 0);
  s.usage_point_active.push_back(input.active ? 1 : 0);
  s.layer_of_usage_point.push_back(at.layer.index);
}

void NetworkBuilder::State::refuse(SourceFeature at, std::string_view mrid,
                                   const std::string& reason, std::string message) {
  ++ledger.refused;
  ++ledger.refused_by_reason[reason];
  defect(at, mrid, DefectClass::usage_point_refused, DefectSeverity::severe, {}, std::move(message),
         "left out");
}

void NetworkBuilder::refuse_usage_point(SourceFeature at, std::string_view mrid,
                                        std::string reason) {
  ++state_->features;
  ++state_->ledger.total;
  state_->refuse(at, mrid, reason, reason);
}

void NetworkBuilder::add_defect(SourceFeature at, std::string_view mrid, DefectClass defect_class,
                                DefectSeverity severity, std::string column, std::string message,
                                std::string action, std::optional<Position> position) {
  state_->defect(at, mrid, defect_class, severity, std::move(column), std::move(message),
                 std::move(action), position);
}

std::size_t NetworkBuilder::devices() const { return state_->devices.size(); }
std::size_t NetworkBuilder::usage_points() const { return state_->ledger.total; }

}  // namespace gridmend
