#include "data/ingest/network_builder.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/check.h"
#include "data/ingest/node_placement.h"
#include "data/ingest/text_interner.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kUndefined = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint8_t kByDevice = 1;
constexpr std::uint8_t kByNodeLayer = 2;

// While it collects, records name nodes by their number among all texts that ever named a node;
// finish() keeps those that exist and renumbers.
struct MissingPositions {
  std::size_t at_transformer = 0;
  std::size_t at_node = 0;
};

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

}  // namespace

struct NetworkBuilder::State {
  TextPoolBuilder texts;
  DefectLog defects;
  UsagePointLedger ledger;
  std::size_t features = 0;
  std::vector<ErrorPlace> layers;

  TextInterner substation_ids, feeder_ids, node_ids, device_ids, transformer_ids, usage_point_ids,
      group_ids;

  std::vector<Substation> substations;
  std::vector<Feeder> feeders;
  std::vector<std::uint16_t> layer_of_feeder;
  std::vector<std::uint32_t> feeder_of_entry;      // by number in feeder_ids
  std::vector<std::uint32_t> substation_of_entry;  // by number in substation_ids

  std::vector<std::uint8_t> node_defined;  // by number in node_ids: kByDevice, kByNodeLayer
  NodePlacement placement;                 // by number in node_ids
  bool nodes_complete = false;

  std::vector<Device> devices;
  std::vector<std::uint8_t> has_position;  // by device
  std::vector<std::uint16_t> layer_of_device;
  std::vector<std::uint32_t> device_of_entry;       // by number in device_ids
  std::vector<std::uint32_t> transformer_of_entry;  // by number in transformer_ids
  std::vector<Position> vertices;

  std::vector<UsagePoint> usage_points;
  std::vector<std::uint8_t> usage_point_placed;
  std::vector<std::uint8_t> usage_point_active;
  std::vector<std::uint16_t> layer_of_usage_point;
  std::vector<std::uint32_t> usage_point_of_entry;  // by number in usage_point_ids
  std::vector<TextId> groups;

  std::uint32_t node_number(std::string_view mrid);
  std::uint32_t substation_number(std::string_view mrid);
  std::uint32_t feeder_number(std::string_view mrid);
  std::uint32_t transformer_number(std::string_view mrid);
  void place_node(std::uint32_t node, std::optional<Position> position);

  ErrorPlace place_of(std::uint16_t layer, std::string_view mrid, std::int64_t number,
                      std::string column) const;
  void defect(SourceFeature at, std::string_view mrid, DefectClass defect_class,
              DefectSeverity severity, std::string column, std::string message, std::string action,
              std::optional<Position> position = {});
  std::optional<Position> checked(SourceFeature at, std::string_view mrid,
                                  std::optional<Position> position);
  void take_geometry(SourceFeature at, const DeviceInput& input, Device& device, bool& placed);
  std::optional<TextId> device_mrid(SourceFeature at, const DeviceInput& input,
                                    const Device& device);
  TextId usage_point_mrid(SourceFeature at, std::string_view mrid, bool active);
  TextId numbered_mrid(TextInterner& ids, std::vector<std::uint32_t>& of_entry,
                       std::string_view mrid, std::uint32_t record);

  void find_undeclared_nodes();
  void resolve_feeders();
  void resolve_device_feeders();
  void place_everything();
  void resolve_usage_points();
  bool resolve_usage_point(std::uint32_t number, MissingPositions& missing);
  void refuse(SourceFeature at, std::string_view mrid, std::string reason);
  void note_missing_positions(const MissingPositions& missing);
  std::vector<ConnectivityNode> compact_nodes();
};

// ---- numbers of texts

std::uint32_t NetworkBuilder::State::node_number(std::string_view mrid) {
  const std::uint32_t number = node_ids.intern(texts, mrid);
  if (number == node_defined.size()) {
    node_defined.push_back(0);
    placement.positions.push_back({});
    placement.known.push_back(0);
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

void NetworkBuilder::State::place_node(std::uint32_t node, std::optional<Position> position) {
  if (!position || !is_on_earth(*position) || placement.known[node] != 0) return;
  placement.known[node] = 1;
  placement.positions[node] = *position;
}

// ---- defects

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

// ---- substations, feeders, nodes

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
  if (s.substation_of_entry[entry] != kUndefined) {
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
  if (s.feeder_of_entry[entry] != kUndefined) {
    return s.defect(at, input.mrid, DefectClass::duplicate_id, DefectSeverity::severe, {},
                    "a feeder of this id was read before", "kept the first");
  }
  s.feeder_of_entry[entry] = static_cast<std::uint32_t>(s.feeders.size());
  Feeder feeder;
  feeder.mrid = s.feeder_ids.text(entry);
  feeder.name = s.texts.add(input.name);
  if (!input.substation.empty()) feeder.substation.index = s.substation_number(input.substation);
  feeder.source_node.index = s.node_number(input.source_node);
  feeder.nominal_kv = input.nominal_kv;
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
  if ((s.node_defined[node] & kByNodeLayer) != 0) {
    return s.defect(at, input.mrid, DefectClass::duplicate_id, DefectSeverity::warning, {},
                    "a connectivity node of this id was read before", "kept the first");
  }
  s.node_defined[node] |= kByNodeLayer;
  s.place_node(node, s.checked(at, input.mrid, input.position));
}

void NetworkBuilder::declare_nodes_complete() { state_->nodes_complete = true; }

// ---- devices

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
           "named " + quoted(mrid));
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
         "kept as " + quoted(texts[text]));
  return text;
}

void NetworkBuilder::State::take_geometry(SourceFeature at, const DeviceInput& input,
                                          Device& device, bool& placed) {
  device.vertices_begin = device.vertices_end = static_cast<std::uint32_t>(vertices.size());
  device.length_m = input.length_m;
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
  s.node_defined[device.from.index] |= kByDevice;
  s.node_defined[device.to.index] |= kByDevice;
  if (!input.feeder.empty()) device.feeder.index = s.feeder_number(input.feeder);
  device.phases = input.phases;
  device.normally_open = input.normally_open ? 1 : 0;
  device.underground = input.underground ? 1 : 0;
  device.nominal_kv = input.nominal_kv;
  device.rated_kva = input.rated_kva;
  device.live_part_height_m = input.live_part_height_m;
  bool placed = false;
  s.take_geometry(at, input, device, placed);
  s.place_node(device.from.index, input.from_position);
  s.place_node(device.to.index, input.to_position);
  if (input.kind == DeviceKind::power_transformer) {
    // A second bank of the same transformer does not take its usage points.
    std::uint32_t& transformer = s.transformer_of_entry[s.transformer_number(input.mrid)];
    if (transformer == kUndefined) transformer = static_cast<std::uint32_t>(s.devices.size());
  }
  s.devices.push_back(device);
  s.has_position.push_back(placed ? 1 : 0);
  s.layer_of_device.push_back(at.layer.index);
}

// ---- usage points

TextId NetworkBuilder::State::usage_point_mrid(SourceFeature at, std::string_view mrid,
                                               bool active) {
  const auto record = static_cast<std::uint32_t>(usage_points.size());
  std::string made;
  if (mrid.empty()) {
    made = layers.at(at.layer.index).layer + "#" + std::to_string(at.number);
    defect(at, {}, DefectClass::empty_id, DefectSeverity::warning, {}, "has no id",
           "named " + quoted(made));
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
         takes_over ? "kept; the earlier, inactive one is " + quoted(texts[text])
                    : "kept as " + quoted(texts[text]));
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
  s.usage_point_placed.push_back(position ? 1 : 0);
  s.usage_point_active.push_back(input.active ? 1 : 0);
  s.layer_of_usage_point.push_back(at.layer.index);
}

void NetworkBuilder::State::refuse(SourceFeature at, std::string_view mrid, std::string reason) {
  ++ledger.refused;
  ++ledger.refused_by_reason[reason];
  defect(at, mrid, DefectClass::usage_point_refused, DefectSeverity::severe, {}, std::move(reason),
         "left out");
}

void NetworkBuilder::refuse_usage_point(SourceFeature at, std::string_view mrid,
                                        std::string reason) {
  ++state_->features;
  ++state_->ledger.total;
  state_->refuse(at, mrid, std::move(reason));
}

void NetworkBuilder::add_defect(SourceFeature at, std::string_view mrid, DefectClass defect_class,
                                DefectSeverity severity, std::string column, std::string message,
                                std::string action) {
  state_->defect(at, mrid, defect_class, severity, std::move(column), std::move(message),
                 std::move(action));
}

std::size_t NetworkBuilder::devices() const { return state_->devices.size(); }
std::size_t NetworkBuilder::usage_points() const { return state_->ledger.total; }

// ---- finishing

// Each once, named by the first device that ends there.
void NetworkBuilder::State::find_undeclared_nodes() {
  if (!nodes_complete) return;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    for (const Id<ConnectivityNode> end : {devices[i].from, devices[i].to}) {
      std::uint8_t& defined = node_defined[end.index];
      if ((defined & kByNodeLayer) != 0) continue;
      defined |= kByNodeLayer;
      defect({{layer_of_device[i]}, -1}, texts[devices[i].mrid], DefectClass::dangling_reference,
             DefectSeverity::severe, {},
             "connectivity node " + quoted(texts[node_ids.text(end.index)]) +
                 " is not in the layer of nodes",
             "made where the device ends");
    }
  }
}

void NetworkBuilder::State::resolve_feeders() {
  for (std::size_t i = 0; i < feeders.size(); ++i) {
    Feeder& feeder = feeders[i];
    const SourceFeature at{{layer_of_feeder[i]}, -1};
    const std::string mrid{texts[feeder.mrid]};
    if (feeder.substation.valid()) {
      const std::uint32_t substation = substation_of_entry[feeder.substation.index];
      if (substation == kUndefined) {
        const auto name = texts[substation_ids.text(feeder.substation.index)];
        defect(at, mrid, DefectClass::dangling_reference, DefectSeverity::warning, {},
               "no substation " + quoted(name), "left without a substation");
      }
      feeder.substation.index = substation;
    }
    if (node_defined[feeder.source_node.index] == 0) {
      const auto name = texts[node_ids.text(feeder.source_node.index)];
      defect(at, mrid, DefectClass::dangling_reference, DefectSeverity::severe, {},
             "starts at connectivity node " + quoted(name) + ", which no device names",
             "left without supply");
      feeder.source_node = {};
    }
  }
}

void NetworkBuilder::State::resolve_device_feeders() {
  std::vector<std::size_t> unknown(feeder_of_entry.size(), 0);
  for (Device& device : devices) {
    if (!device.feeder.valid()) continue;
    const std::uint32_t entry = device.feeder.index;
    device.feeder.index = feeder_of_entry[entry];
    if (device.feeder.valid()) continue;
    if (++unknown[entry] > 1) continue;
    const auto number = static_cast<std::size_t>(&device - devices.data());
    defect({{layer_of_device[number]}, -1}, texts[device.mrid], DefectClass::dangling_reference,
           DefectSeverity::warning, {},
           "no feeder " + quoted(texts[feeder_ids.text(entry)]) +
               "; other devices that name it are not listed",
           "left without a declared feeder");
  }
}

void NetworkBuilder::State::place_everything() {
  place_nodes(devices, has_position, vertices, placement);
  std::size_t nowhere = 0;
  for (std::size_t node = 0; node < node_defined.size(); ++node) {
    if (node_defined[node] != 0 && placement.known[node] == 0) ++nowhere;
  }
  const auto note = [this](DefectClass defect_class, DefectSeverity severity, std::string message,
                           std::string action) {
    defects.add({defect_class, severity, layers.back(), std::move(message), std::move(action), {}});
  };
  if (placement.placed_at_neighbour > 0) {
    note(DefectClass::position_repaired, DefectSeverity::note,
         std::to_string(placement.placed_at_neighbour) + " connectivity nodes have no position",
         "placed at the other end of a device");
  }
  if (nowhere > 0) {
    note(DefectClass::missing_geometry, DefectSeverity::severe,
         std::to_string(nowhere) +
             " connectivity nodes hang together with nothing that has a position",
         "left at 0, 0");
  }
  // A feeder's substation without a geometry stands where the feeder starts.
  for (const Feeder& feeder : feeders) {
    if (!feeder.substation.valid() || !feeder.source_node.valid()) continue;
    Substation& substation = substations[feeder.substation.index];
    if (substation.position == Position{}) {
      substation.position = placement.positions[feeder.source_node.index];
    }
  }
}

// False: it cannot be hung anywhere.
bool NetworkBuilder::State::resolve_usage_point(std::uint32_t number, MissingPositions& missing) {
  UsagePoint& point = usage_points[number];
  const SourceFeature at{{layer_of_usage_point[number]}, -1};
  const auto mrid = [&] { return std::string{texts[point.mrid]}; };
  if (point.transformer.valid()) {
    const std::uint32_t entry = point.transformer.index;
    point.transformer.index = transformer_of_entry[entry];
    if (!point.transformer.valid()) {
      defect(at, mrid(), DefectClass::dangling_reference, DefectSeverity::warning, {},
             "no transformer " + quoted(texts[transformer_ids.text(entry)]),
             "left without a declared transformer");
    }
  }
  if (!point.node.valid() || node_defined[point.node.index] == 0) {
    const std::string what = point.node.valid() ? "no device names its connectivity node " +
                                                      quoted(texts[node_ids.text(point.node.index)])
                                                : std::string{"does not name a connectivity node"};
    if (!point.transformer.valid()) {
      refuse(at, mrid(), what + ", and its transformer is not known");
      return false;
    }
    point.node = devices[point.transformer.index].to;
    defect(at, mrid(), DefectClass::dangling_reference, DefectSeverity::warning, {}, what,
           "hung at its transformer's lower-voltage side");
  }
  if (usage_point_placed[number] == 0) {
    if (point.transformer.valid()) {
      point.position = devices[point.transformer.index].position;
      ++missing.at_transformer;
    } else {
      point.position = placement.positions[point.node.index];
      ++missing.at_node;
    }
  }
  return true;
}

void NetworkBuilder::State::note_missing_positions(const MissingPositions& missing) {
  const auto note = [this](std::size_t count, const char* action) {
    if (count == 0) return;
    defects.add({DefectClass::missing_geometry,
                 DefectSeverity::note,
                 layers.at(layer_of_usage_point.front()),
                 std::to_string(count) + " usage points have no position",
                 action,
                 {}});
  };
  note(missing.at_transformer, "placed at their transformer");
  note(missing.at_node, "placed at their connectivity node");
}

void NetworkBuilder::State::resolve_usage_points() {
  MissingPositions missing;
  std::size_t kept = 0;
  for (std::uint32_t i = 0; i < usage_points.size(); ++i) {
    if (!resolve_usage_point(i, missing)) continue;
    usage_points[kept++] = usage_points[i];
  }
  if (!usage_points.empty()) note_missing_positions(missing);
  usage_points.resize(kept);
}

std::vector<ConnectivityNode> NetworkBuilder::State::compact_nodes() {
  std::vector<std::uint32_t> new_number(node_defined.size(), kUndefined);
  std::vector<ConnectivityNode> nodes;
  for (std::uint32_t i = 0; i < node_defined.size(); ++i) {
    if (node_defined[i] == 0) continue;
    new_number[i] = static_cast<std::uint32_t>(nodes.size());
    nodes.push_back({placement.positions[i], node_ids.text(i), 0});
  }
  for (Device& device : devices) {
    device.from.index = new_number[device.from.index];
    device.to.index = new_number[device.to.index];
  }
  for (UsagePoint& point : usage_points) point.node.index = new_number[point.node.index];
  for (Feeder& feeder : feeders) {
    if (feeder.source_node.valid()) feeder.source_node.index = new_number[feeder.source_node.index];
  }
  return nodes;
}

Result<BuiltNetwork> NetworkBuilder::finish() && {
  State& s = *state_;
  if (s.devices.empty() || s.feeders.empty()) {
    ErrorPlace place = s.layers.size() > 1 ? s.layers[1] : ErrorPlace{};
    place.layer.clear();
    return refuse_at(std::move(place), ErrorCode::invalid_argument, "NETWORK_EMPTY",
                     s.devices.empty() ? "has no device: no line, switch or transformer"
                                       : "has no feeder that says where supply enters");
  }
  s.find_undeclared_nodes();
  s.resolve_feeders();
  s.resolve_device_feeders();
  s.place_everything();
  s.resolve_usage_points();

  BuiltNetwork built;
  built.records.nodes = Table<ConnectivityNode>{s.compact_nodes()};
  built.records.substations = Table<Substation>{std::move(s.substations)};
  built.records.feeders = Table<Feeder>{std::move(s.feeders)};
  built.records.devices = Table<Device>{std::move(s.devices)};
  built.records.usage_points = Table<UsagePoint>{std::move(s.usage_points)};
  built.records.communication_groups = Table<CommunicationGroup, TextId>{std::move(s.groups)};
  built.records.vertices = Table<Vertex, Position>{std::move(s.vertices)};
  built.records.texts = std::move(s.texts).finish();
  built.defects = std::move(s.defects);
  built.usage_points = std::move(s.ledger);
  built.features = s.features;
  built.layers = std::move(s.layers);
  built.layer_of_device = std::move(s.layer_of_device);
  return built;
}

}  // namespace gridmend
