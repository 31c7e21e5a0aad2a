// The second half of NetworkBuilder: all is read, references are resolved.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "data/ingest/network_builder_state.h"

namespace gridmend {
namespace {

std::string position_text(Position p) {
  char text[64];
  std::snprintf(text, sizeof text, "(%.6f, %.6f)", p.longitude_deg, p.latitude_deg);
  return text;
}

}  // namespace

SimilarIds NetworkBuilder::State::ids_there(Named kind) const {
  using MaybeText = std::optional<std::string_view>;
  const auto of_entries = [this](const TextInterner& ids, const std::vector<std::uint32_t>& entry) {
    return SimilarIds{ids.size(), [this, &ids, &entry](std::size_t i) {
                        const bool there = i < entry.size() && entry[i] != kUndefined;
                        return there ? MaybeText{texts[ids.text(static_cast<std::uint32_t>(i))]}
                                     : MaybeText{};
                      }};
  };
  switch (kind) {
    case Named::transformer:
      return of_entries(transformer_ids, transformer_of_entry);
    case Named::feeder:
      return of_entries(feeder_ids, feeder_of_entry);
    case Named::substation:
      return of_entries(substation_ids, substation_of_entry);
    case Named::node:
    case Named::declared_node:
      break;
  }
  const int by = kind == Named::node ? kByDevice | kByNodeLayer : kByNodeLayer;
  return SimilarIds{node_defined.size(), [this, by](std::size_t i) {
                      return (node_defined[i] & by) != 0
                                 ? MaybeText{texts[node_ids.text(static_cast<std::uint32_t>(i))]}
                                 : MaybeText{};
                    }};
}

std::string NetworkBuilder::State::did_you_mean(Named kind, std::string_view id) {
  const auto found = similar_ids.find(kind);
  return (found != similar_ids.end() ? found : similar_ids.emplace(kind, ids_there(kind)).first)
      ->second.did_you_mean(id);
}

// Many of one sort are a column that two programs write in two ways.
void NetworkBuilder::State::count_similar_ids() {
  for (const auto& [kind, ids] : similar_ids) {
    if (ids.meant() < 2) continue;
    const char* what = kind == Named::transformer  ? "transformers"
                       : kind == Named::feeder     ? "feeders"
                       : kind == Named::substation ? "substations"
                                                   : "connectivity nodes";
    defects.add({DefectClass::dangling_reference,
                 DefectSeverity::warning,
                 {},
                 std::to_string(ids.meant()) + " references to " + what +
                     " lead nowhere and are nearly ids that are there: " + ids.first(),
                 "not joined: write them in one way, here or in a view",
                 {}});
  }
}

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
             "connectivity node " + in_quotes(texts[node_ids.text(end.index)]) +
                 " is not in the layer of nodes" +
                 did_you_mean(Named::declared_node, texts[node_ids.text(end.index)]),
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
               "no substation " + in_quotes(name) + did_you_mean(Named::substation, name),
               "left without a substation");
      }
      feeder.substation.index = substation;
    }
    if (node_defined[feeder.source_node.index] == 0) {
      const auto name = texts[node_ids.text(feeder.source_node.index)];
      defect(at, mrid, DefectClass::dangling_reference, DefectSeverity::severe, {},
             "starts at connectivity node " + in_quotes(name) + ", which no device names" +
                 did_you_mean(Named::node, name),
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
           "no feeder " + in_quotes(texts[feeder_ids.text(entry)]) +
               did_you_mean(Named::feeder, texts[feeder_ids.text(entry)]) +
               "; other devices that name it are not listed",
           "left without a declared feeder");
  }
}

void NetworkBuilder::State::report_repaired(const std::vector<RepairedPosition>& repaired) {
  for (const RepairedPosition& repair : repaired) {
    const bool is_node = repair.of == RepairedPosition::Of::node;
    const auto mrid =
        is_node ? texts[node_ids.text(repair.index)] : texts[devices[repair.index].mrid];
    Position now = repair.now;
    if (repair.placed_later) {
      now = is_node ? placement.positions[repair.index] : devices[repair.index].position;
    }
    const std::uint16_t layer =
        is_node ? layer_of_node[repair.index] : layer_of_device[repair.index];
    defect({{layer}, -1}, mrid, DefectClass::position_repaired, DefectSeverity::warning, {},
           (repair.placed_later ? std::string{} : "at " + position_text(repair.was) + " ") +
               repair.reason,
           "put at " + position_text(now), now);
  }
}

// One finding in the log however many there are, which names the first.
void NetworkBuilder::State::add_group(FindingGroup group, const std::string& what,
                                      ErrorPlace place) {
  if (group.size() == 0) return;
  std::vector<std::string> first;
  for (std::size_t i = 0; i < std::min(group.size(), kNamedOfAGroup); ++i) {
    first.emplace_back(group.nodes.empty() ? texts[usage_points[group.usage_points[i].index].mrid]
                                           : texts[node_ids.text(group.nodes[i].index)]);
  }
  group.statement =
      std::to_string(group.size()) + " " + what + ": " + first_of(first, group.size());
  defects.add(
      {group.defect_class, group.severity, std::move(place), group.statement, group.action, {}});
  findings.push_back(std::move(group));
}

// The file, and the layer, that all of them have in common.
ErrorPlace NetworkBuilder::State::common_place(std::span<const std::uint16_t> of_layers) const {
  ErrorPlace place;
  if (of_layers.empty()) return place;
  place = layers.at(of_layers.front());
  for (const std::uint16_t number : of_layers) {
    if (layers.at(number).file != place.file) return {};
    if (layers.at(number).layer != place.layer) place.layer.clear();
  }
  return place;
}

void NetworkBuilder::State::note_unplaced_nodes() {
  const ErrorPlace place = common_place(layer_of_device);
  FindingGroup neighbours{.defect_class = DefectClass::position_repaired,
                          .severity = DefectSeverity::note,
                          .statement = {},
                          .message = "has no position",
                          .action = "placed at the other end of a device"};
  for (const std::uint32_t node : placement.placed_at_neighbour)
    neighbours.nodes.emplace_back(node);
  add_group(std::move(neighbours), "connectivity nodes have no position", {place.file, {}, {}, {}});
  FindingGroup nowhere{.defect_class = DefectClass::missing_geometry,
                       .severity = DefectSeverity::severe,
                       .statement = {},
                       .message = "hangs together with nothing that has a position",
                       .action = "left at 0, 0"};
  // Nobody is ever sent to a node of the layer of nodes at which there is nothing.
  std::vector<std::uint8_t> used(node_defined.size(), 0);
  for (std::uint32_t node = 0; node < used.size(); ++node) {
    used[node] = node_defined[node] & kByDevice;
  }
  for (const UsagePoint& point : usage_points) {
    if (point.node.valid()) used[point.node.index] = node_defined[point.node.index];
  }
  std::size_t defined = 0;
  for (std::uint32_t node = 0; node < node_defined.size(); ++node) {
    if (used[node] == 0) continue;
    ++defined;
    if (placement.known[node] == 0) nowhere.nodes.emplace_back(node);
  }
  // A model without any can be traced, whatever its size.
  if (nowhere.nodes.size() == defined) {
    nowhere.severity = DefectSeverity::warning;
    nowhere.action = "left at 0, 0: no device or node of the source has a position";
  }
  add_group(std::move(nowhere), "connectivity nodes hang together with nothing that has a position",
            {place.file, {}, {}, {}});
}

void NetworkBuilder::State::place_everything() {
  const auto repaired = repair_positions(devices, has_position, vertices, placement);
  drawn_devices = has_position;
  drawn_nodes = placement.known;
  place_nodes(devices, has_position, vertices, placement);
  report_repaired(repaired);
  middle = middle_of(placement.positions, placement.known);
  note_unplaced_nodes();
  // A feeder's substation without a geometry stands where the feeder starts.
  for (const Feeder& feeder : feeders) {
    if (!feeder.substation.valid() || !feeder.source_node.valid()) continue;
    Substation& substation = substations[feeder.substation.index];
    if (substation.position == Position{}) {
      substation.position = placement.positions[feeder.source_node.index];
    }
  }
}

// A usage point's own position that its transformer or node says cannot be.
void NetworkBuilder::State::repair_usage_point(std::uint32_t number, Position anchor) {
  constexpr double kFurthest_m = 50'000;
  constexpr double kNear_m = 5'000;
  UsagePoint& point = usage_points[number];
  const double away_m = distance_m(point.position, anchor);
  if (away_m <= kFurthest_m || anchor == Position{}) return;
  const Position was = point.position;
  const Position exchanged{was.latitude_deg, was.longitude_deg};
  const bool swapped = is_on_earth(exchanged) && distance_m(exchanged, anchor) <= kNear_m;
  const bool nowhere = stands_nowhere(was, middle);
  point.position = swapped ? exchanged : anchor;
  defect({{layer_of_usage_point[number]}, -1}, texts[point.mrid], DefectClass::position_repaired,
         DefectSeverity::warning, {},
         "at " + position_text(was) +
             (swapped   ? " has longitude and latitude exchanged"
              : nowhere ? " stands at (0, 0)"
                        : " stands " + std::to_string(std::lround(away_m / 1000)) +
                              " km away from what it hangs at"),
         "put at " + position_text(point.position), point.position);
}

// False: it cannot be hung anywhere.
bool NetworkBuilder::State::resolve_usage_point(std::uint32_t number, Id<UsagePoint> becomes,
                                                MissingPositions& missing) {
  UsagePoint& point = usage_points[number];
  const SourceFeature at{{layer_of_usage_point[number]}, -1};
  const auto mrid = [&] { return std::string{texts[point.mrid]}; };
  if (point.transformer.valid()) {
    const std::uint32_t entry = point.transformer.index;
    point.transformer.index = transformer_of_entry[entry];
    if (!point.transformer.valid()) {
      defect(at, mrid(), DefectClass::dangling_reference, DefectSeverity::warning, {},
             "no transformer " + in_quotes(texts[transformer_ids.text(entry)]) +
                 did_you_mean(Named::transformer, texts[transformer_ids.text(entry)]),
             "left without a declared transformer");
    }
  }
  if (!point.node.valid() || node_defined[point.node.index] == 0) {
    std::string what = "does not name a connectivity node", reason = what;
    if (point.node.valid()) {
      const auto name = texts[node_ids.text(point.node.index)];
      reason = "no device names its connectivity node";
      what = reason + " " + in_quotes(name) + did_you_mean(Named::node, name);
    }
    if (!point.transformer.valid()) {
      constexpr const char* kNorTransformer = ", and its transformer is not known";
      refuse(at, mrid(), reason + kNorTransformer, what + kNorTransformer);
      return false;
    }
    point.node = devices[point.transformer.index].to;
    defect(at, mrid(), DefectClass::dangling_reference, DefectSeverity::warning, {}, what,
           "hung at its transformer's lower-voltage side");
  }
  if (usage_point_placed[number] == 0) {
    if (point.transformer.valid()) {
      point.position = devices[point.transformer.index].position;
      missing.at_transformer.push_back(becomes);
    } else {
      point.position = placement.positions[point.node.index];
      missing.at_node.push_back(becomes);
    }
  } else {
    repair_usage_point(number, point.transformer.valid() ? devices[point.transformer.index].position
                                                         : placement.positions[point.node.index]);
  }
  return true;
}

void NetworkBuilder::State::note_missing_positions(MissingPositions& missing) {
  const auto note = [this](std::vector<Id<UsagePoint>>& points, const char* action) {
    std::vector<std::uint16_t> of_layers;
    for (const Id<UsagePoint> id : points) of_layers.push_back(layer_of_usage_point[id.index]);
    FindingGroup group{.defect_class = DefectClass::missing_geometry,
                       .severity = DefectSeverity::note,
                       .statement = {},
                       .message = "has no position",
                       .action = action};
    group.usage_points = std::move(points);
    add_group(std::move(group), "usage points have no position", common_place(of_layers));
  };
  note(missing.at_transformer, "placed at their transformer");
  note(missing.at_node, "placed at their connectivity node");
}

void NetworkBuilder::State::resolve_usage_points() {
  MissingPositions missing;
  std::uint32_t kept = 0;
  auto& assumed = usage_point_phases_assumed;
  if (!assumed.empty()) assumed.resize(usage_points.size(), 0);
  for (std::uint32_t i = 0; i < usage_points.size(); ++i) {
    if (!resolve_usage_point(i, Id<UsagePoint>{kept}, missing)) continue;
    layer_of_usage_point[kept] = layer_of_usage_point[i];
    if (!assumed.empty()) assumed[kept] = assumed[i];
    usage_points[kept++] = usage_points[i];
  }
  usage_points.resize(kept);
  if (!assumed.empty()) assumed.resize(kept);
  layer_of_usage_point.resize(kept);
  note_missing_positions(missing);
}

std::vector<ConnectivityNode> NetworkBuilder::State::compact_nodes() {
  std::vector<std::uint32_t> new_number(node_defined.size(), kUndefined);
  std::vector<ConnectivityNode> nodes;
  for (std::uint32_t i = 0; i < node_defined.size(); ++i) {
    if (node_defined[i] == 0) continue;
    new_number[i] = static_cast<std::uint32_t>(nodes.size());
    drawn_nodes[nodes.size()] = drawn_nodes[i];
    nodes.push_back({placement.positions[i], node_ids.text(i), 0});
  }
  drawn_nodes.resize(nodes.size());
  for (Device& device : devices) {
    device.from.index = new_number[device.from.index];
    device.to.index = new_number[device.to.index];
  }
  for (UsagePoint& point : usage_points) point.node.index = new_number[point.node.index];
  for (Feeder& feeder : feeders) {
    if (feeder.source_node.valid()) feeder.source_node.index = new_number[feeder.source_node.index];
  }
  for (FindingGroup& group : findings) {
    for (Id<ConnectivityNode>& node : group.nodes) node.index = new_number[node.index];
  }
  return nodes;
}

tl::unexpected<Error> NetworkBuilder::State::refuse_as_empty() const {
  std::string message = devices.empty() ? "has no device: no line, switch or transformer"
                                        : "has no feeder that says where supply enters";
  // What should have held them may not have been found; its defects go with the refused source.
  constexpr std::size_t kNamed = 3;
  std::size_t found = 0;
  for (const Defect& defect : defects.defects()) {
    if (defect.defect_class != DefectClass::dangling_reference ||
        defect.severity == DefectSeverity::note || ++found > kNamed) {
      continue;
    }
    message += "; " + describe({.code = ErrorCode::not_found,
                                .reason = {},
                                .message = defect.message,
                                .field = {},
                                .place = defect.place});
  }
  if (found > kNamed) message += "; and " + std::to_string(found - kNamed) + " more like these";
  ErrorPlace place = layers.size() > 1 ? layers[1] : ErrorPlace{};
  place.layer.clear();
  return refuse_at(std::move(place), ErrorCode::invalid_argument, "NETWORK_EMPTY",
                   std::move(message));
}

Result<BuiltNetwork> NetworkBuilder::finish() && {
  State& s = *state_;
  if (s.devices.empty() || s.feeders.empty()) return s.refuse_as_empty();
  s.find_undeclared_nodes();
  s.resolve_feeders();
  s.resolve_device_feeders();
  s.place_everything();
  s.resolve_usage_points();
  s.count_similar_ids();

  BuiltNetwork built;
  if (!s.device_phases_assumed.empty()) s.device_phases_assumed.resize(s.devices.size(), 0);
  built.device_phases_assumed = std::move(s.device_phases_assumed);
  built.usage_point_phases_assumed = std::move(s.usage_point_phases_assumed);
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
  built.layer_of_usage_point = std::move(s.layer_of_usage_point);
  built.findings = std::move(s.findings);
  built.drawn_devices = std::move(s.drawn_devices);
  built.drawn_nodes = std::move(s.drawn_nodes);
  built.lines_compared = s.lines_compared;
  return built;
}

}  // namespace gridmend
