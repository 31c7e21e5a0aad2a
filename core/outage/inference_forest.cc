#include "core/outage/inference_forest.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "core/network/block_cut_tree.h"
#include "core/outage/sum_product.h"

namespace gridmend {
namespace {

bool clears_faults(const InferenceZone& zone) {
  return !zone.device.valid() || is_protective(zone.kind) ||
         zone.kind == DeviceKind::power_transformer;
}

std::vector<Id<Device>> interrupting(const NetworkModel& network,
                                     std::span<const Id<Device>> devices) {
  std::vector<Id<Device>> found;
  for (const Id<Device> id : devices) {
    if (interrupts_supply(network.devices()[id].kind)) found.push_back(id);
  }
  return found;
}

// What speaks for a zone of several: the first that clears faults, else the first.
Id<Device> spokesman(const NetworkModel& network, std::span<const Id<Device>> members) {
  if (members.empty()) return {};
  const auto clears = std::ranges::find_if(
      members, [&](Id<Device> id) { return is_protective(network.devices()[id].kind); });
  return clears != members.end() ? *clears : members.front();
}

PhaseSet feeding_phases(const NetworkModel& network, PhaseSet phases, PhaseSet above,
                        std::span<const Id<Device>> devices) {
  if (phases.live_bits() != 0 || !phases.any()) return phases;
  PhaseSet primary;
  for (const Id<Device> id : devices) primary = primary | network.devices()[id].phases;
  const PhaseSet both = above & primary;
  if (both.live_bits() == 0) return above;
  // A single unknown phase stays one.
  return primary.one_of() && devices.size() == 1 ? both | PhaseSet{PhaseSet::kOneOf} : both;
}

// The supplied network with everything contracted that cannot interrupt: its nodes are parts joined
// by such devices, its devices the closed ones that interrupt.
class InterruptingNetwork {
 public:
  explicit InterruptingNetwork(const SupplyForest& supply)
      : part_of_(supply.network().nodes().size()) {
    find_parts(supply);
    NetworkRecords records;
    std::vector<Device> devices;
    visit_closed(supply, [&](Id<Device> id, const Device& device) {
      if (!interrupts_supply(device.kind)) return;
      devices.push_back(device);
      devices.back().from = part_of_[device.from];
      devices.back().to = part_of_[device.to];
      devices.back().normally_open = 0;
      devices.back().vertices_begin = devices.back().vertices_end = 0;
      devices.back().mrid = {};
      original_.push_back(id);
    });
    std::vector<Feeder> feeders{supply.network().feeders().begin(),
                                supply.network().feeders().end()};
    for (Feeder& feeder : feeders) {
      if (feeder.source_node.valid()) feeder.source_node = part_of_[feeder.source_node];
      feeder.mrid = feeder.name = {};
      feeder.substation = {};
    }
    records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(first_node_.size())};
    records.devices = Table<Device>{std::move(devices)};
    records.feeders = Table<Feeder>{std::move(feeders)};
    auto network = NetworkModel::from_records(std::move(records));
    GRIDMEND_CHECK(network, "a contracted network refers to its own records");
    network_ = std::move(*network);
  }

  const NetworkModel& network() const { return *network_; }
  Id<ConnectivityNode> part_of(Id<ConnectivityNode> node) const { return part_of_[node]; }
  // In the tour of the supply forest: the one nearest its source.
  Id<ConnectivityNode> first_node(Id<ConnectivityNode> part) const {
    return first_node_[part.index];
  }
  std::vector<Id<Device>> original(std::span<const Id<Device>> contracted) const {
    std::vector<Id<Device>> ids;
    for (const Id<Device> id : contracted) ids.push_back(original_[id.index]);
    return ids;
  }

 private:
  template <class Visit>
  static void visit_closed(const SupplyForest& supply, Visit visit) {
    const Table<Device>& devices = supply.network().devices();
    for (const Id<Device> id : devices.ids()) {
      const bool closes_loop = std::ranges::binary_search(supply.loop_devices(), id);
      if (supply.downstream_node(id).valid() || closes_loop) visit(id, devices[id]);
    }
  }

  void find_parts(const SupplyForest& supply) {
    IdVector<ConnectivityNode, Id<ConnectivityNode>> leader(part_of_.size());
    for (const Id<ConnectivityNode> node : supply.tour()) leader[node] = node;
    const auto lead = [&](Id<ConnectivityNode> node) {
      while (leader[node] != node) node = leader[node] = leader[leader[node]];
      return node;
    };
    visit_closed(supply, [&](Id<Device>, const Device& device) {
      if (interrupts_supply(device.kind)) return;
      Id<ConnectivityNode> a = lead(device.from), b = lead(device.to);
      // The earlier of the tour leads, so that a part is numbered by its first node.
      if (supply.tour_place(b) < supply.tour_place(a)) std::swap(a, b);
      leader[b] = a;
    });
    for (const Id<ConnectivityNode> node : supply.tour()) {
      const Id<ConnectivityNode> first = lead(node);
      if (first == node) {
        part_of_[node] = Id<ConnectivityNode>{first_node_.size()};
        first_node_.push_back(node);
      } else {
        part_of_[node] = part_of_[first];
      }
    }
  }

  IdVector<ConnectivityNode, Id<ConnectivityNode>> part_of_;
  std::vector<Id<ConnectivityNode>> first_node_;
  std::vector<Id<Device>> original_;
  std::optional<NetworkModel> network_;
};

std::uint16_t sources_in(const SupplyForest& supply, std::span<const Id<ConnectivityNode>> nodes) {
  const auto sources = std::ranges::count_if(
      nodes, [&](Id<ConnectivityNode> node) { return !supply.parent(node).valid(); });
  return static_cast<std::uint16_t>(std::min<std::ptrdiff_t>(sources, 0xffff));
}

}  // namespace

bool interrupts_supply(DeviceKind kind) {
  return is_switch(kind) || kind == DeviceKind::power_transformer;
}

bool opens_phases_together(const Device& device) {
  const bool single = device.phases.one_of() || std::popcount(conductor_bits(device.phases)) == 1;
  return single ||
         (device.kind != DeviceKind::fuse && device.kind != DeviceKind::power_transformer);
}

InferenceForest InferenceForest::contract(const SupplyForest& supply) {
  InferenceForest forest{supply.network()};
  forest.open_zones(supply);
  forest.leave_out_bare_sources();
  forest.place_devices(supply);
  forest.find_shared_drops(supply);
  forest.place_usage_points();
  forest.list_groups();
  forest.list_shared_drops();
  return forest;
}

void InferenceForest::open_zones(const SupplyForest& supply) {
  zone_of_node_ = IdVector<ConnectivityNode, Id<InferenceZone>>(network_.nodes().size());
  if (supply.loop_devices().empty()) {
    open_radial_zones(supply);
  } else {
    open_meshed_zones(supply);
    lay_out_zones();
  }
  // Until the usage points are placed, `usage_points_end` counts a zone's own.
  for (const UsagePoint& usage_point : network_.usage_points()) {
    const Id<InferenceZone> zone = zone_of_node_[usage_point.node];
    if (zone.valid()) ++zones_[zone.index].usage_points_end;
  }
}

// Zones open in tour order of their first connectivity node, which is an Euler tour of the zones:
// whatever opens between a zone's first node and the end of that node's subtree is behind it.
void InferenceForest::open_radial_zones(const SupplyForest& supply) {
  const auto interrupts = [this](Id<Device> id) {
    return interrupts_supply(network_.devices()[id].kind);
  };
  for (const Id<ConnectivityNode> node : supply.tour()) {
    const std::span<const Id<Device>> devices = supply.parent_devices(node);
    if (devices.empty()) {
      zone_of_node_[node] = open_zone(supply, node, {}, {});
      continue;
    }
    const Id<InferenceZone> before = zone_of_node_[supply.parent(node)];
    if (std::ranges::none_of(devices, interrupts)) {
      zone_of_node_[node] = before;
    } else if (devices.size() == 1) {
      zone_of_node_[node] = open_zone(supply, node, before, devices);
    } else {
      zone_of_node_[node] = open_zone(supply, node, before, interrupting(network_, devices));
    }
  }
}

// Every part of the contracted network is a zone, but the parts of a meshed block are one.
void InferenceForest::open_meshed_zones(const SupplyForest& supply) {
  const InterruptingNetwork contracted{supply};
  const SupplyForest forest =
      SupplyForest::derive(contracted.network(), SwitchState{contracted.network()});
  const BlockCutTree blocks = BlockCutTree::derive(forest);
  IdVector<NetworkBlock, Id<InferenceZone>> zone_of_block(blocks.ids().size());
  IdVector<ConnectivityNode, Id<InferenceZone>> zone_of_part(contracted.network().nodes().size());
  for (const Id<ConnectivityNode> part : forest.tour()) {
    const Id<NetworkBlock> block = blocks.block_above(part);
    Id<InferenceZone>& zone = zone_of_block[block];
    if (!zone.valid()) {
      const Id<ConnectivityNode> entry = blocks.entry(block);
      zone = open_zone(supply, contracted.first_node(part),
                       entry.valid() ? zone_of_part[entry] : Id<InferenceZone>{},
                       contracted.original(blocks.devices(block)));
      if (blocks.meshed(block)) {
        zones_.back().meshed = true;
        zones_.back().gang_operated = false;
        if (!entry.valid()) zones_.back().joined_sources = sources_in(forest, blocks.nodes(block));
      }
    }
    zone_of_part[part] = zone;
  }
  for (const Id<ConnectivityNode> node : supply.tour()) {
    zone_of_node_[node] = zone_of_part[contracted.part_of(node)];
  }
}

Id<InferenceZone> InferenceForest::open_zone(const SupplyForest& supply, Id<ConnectivityNode> node,
                                             Id<InferenceZone> parent,
                                             std::span<const Id<Device>> members) {
  InferenceZone zone;
  zone.device = spokesman(network_, members);
  zone.feeder = supply.feeder(node);
  zone.parent = parent;
  zone.phases = supply.phases(node);
  const PhaseSet above = parent.valid() ? zones_[parent.index].feeding_phases : PhaseSet::abc();
  zone.feeding_phases = feeding_phases(network_, zone.phases, above, members);
  if (zone.device.valid()) {
    const Device& device = network_.devices()[zone.device];
    zone.kind = device.kind;
    zone.gang_operated = members.size() < 2 && opens_phases_together(device);
  }
  if (members.size() > 1) {
    zone.members_begin = static_cast<std::uint32_t>(members_.size());
    members_.insert(members_.end(), members.begin(), members.end());
    zone.members_end = static_cast<std::uint32_t>(members_.size());
  }
  zones_.push_back(zone);
  return Id<InferenceZone>{zones_.size() - 1};
}

// Numbers the zones anew in preorder; parents stand before their children already.
void InferenceForest::lay_out_zones() {
  std::vector<std::uint32_t> size(zones_.size(), 1);
  for (std::size_t z = zones_.size(); z-- > 0;) {
    if (zones_[z].parent.valid()) size[zones_[z].parent.index] += size[z];
  }
  std::vector<std::uint32_t> place(zones_.size()), next(zones_.size());
  std::uint32_t next_root = 0;
  std::vector<InferenceZone> ordered(zones_.size());
  for (std::size_t z = 0; z < zones_.size(); ++z) {
    InferenceZone& zone = zones_[z];
    std::uint32_t& at = zone.parent.valid() ? next[zone.parent.index] : next_root;
    place[z] = at;
    next[z] = at + 1;
    at += size[z];
    if (zone.parent.valid()) zone.parent = Id<InferenceZone>{place[zone.parent.index]};
    ordered[place[z]] = zone;
  }
  zones_ = std::move(ordered);
  for (Id<InferenceZone>& zone : zone_of_node_.values()) {
    if (zone.valid()) zone = Id<InferenceZone>{place[zone.index]};
  }
}

void InferenceForest::leave_out_bare_sources() {
  std::vector<std::uint32_t> children(zones_.size(), 0);
  for (const InferenceZone& zone : zones_) {
    if (zone.parent.valid()) ++children[zone.parent.index];
  }
  std::vector<std::uint32_t> number(zones_.size());
  std::vector<InferenceZone> kept;
  kept.reserve(zones_.size());
  for (std::size_t z = 0; z < zones_.size(); ++z) {
    // The single child of a bare source is the next zone of the tour; it takes the number.
    number[z] = static_cast<std::uint32_t>(kept.size());
    const bool bare = !zones_[z].device.valid() && zones_[z].usage_points_end == 0 &&
                      children[z] == 1 && is_switch(zones_[z + 1].kind) && !zones_[z].meshed &&
                      !zones_[z + 1].meshed;
    if (bare) {
      zones_[z + 1].parent = {};
      continue;
    }
    kept.push_back(zones_[z]);
    if (kept.back().parent.valid()) {
      kept.back().parent = Id<InferenceZone>{number[kept.back().parent.index]};
    }
  }
  for (Id<InferenceZone>& zone : zone_of_node_.values()) {
    if (zone.valid()) zone = Id<InferenceZone>{number[zone.index]};
  }
  kept.shrink_to_fit();
  zones_ = std::move(kept);
  for (std::size_t z = 0; z < zones_.size(); ++z) {
    zones_[z].zones_end = static_cast<std::uint32_t>(z + 1);
    const Id<InferenceZone> parent = zones_[z].parent;
    zones_[z].root = parent.valid() ? zones_[parent.index].root : static_cast<std::uint32_t>(z);
    if (!parent.valid()) roots_.push_back(Id<InferenceZone>{z});
  }
  for (std::size_t z = zones_.size(); z-- > 0;) {
    if (!zones_[z].parent.valid()) continue;
    std::uint32_t& end = zones_[zones_[z].parent.index].zones_end;
    end = std::max(end, zones_[z].zones_end);
  }
}

void InferenceForest::place_devices(const SupplyForest& supply) {
  zone_of_device_ = IdVector<Device, Id<InferenceZone>>(network_.devices().size());
  for (const Id<Device> id : network_.devices().ids()) {
    const Id<ConnectivityNode> node = supply.downstream_node(id);
    if (node.valid()) zone_of_device_[id] = zone_of_node_[node];
  }
  for (const Id<Device> id : supply.loop_devices()) {
    zone_of_device_[id] = zone_of_node_[network_.devices()[id].to];
  }
  // The tree passes through the ways of a meshed zone in an order of its own.
  for (std::size_t z = 0; z < zones_.size(); ++z) {
    for (const Id<Device> member : members(Id<InferenceZone>{z})) {
      zone_of_device_[member] = Id<InferenceZone>{z};
    }
  }
  for (const Id<Device> id : network_.devices().ids()) {
    const Device& device = network_.devices()[id];
    const Id<InferenceZone> home = zone_of_device_[id];
    if (!home.valid() || device.kind != DeviceKind::ac_line_segment) continue;
    InferenceZone& zone = zones_[clearing_zone(home).index];
    (device.underground != 0 ? zone.underground_m : zone.overhead_m) += device.length_m;
  }
}

// Leaves drop_of_node_ empty when no drop is shared.
void InferenceForest::find_shared_drops(const SupplyForest& supply) {
  // A drop on a loop is none; nobody's supply hangs on it alone.
  std::vector<std::uint32_t> loop_ends;
  for (const Id<Device> id : supply.loop_devices()) {
    const Device& device = network_.devices()[id];
    loop_ends.push_back(supply.tour_place(device.from));
    loop_ends.push_back(supply.tour_place(device.to));
  }
  std::ranges::sort(loop_ends);
  const auto meets_a_loop = [&](Id<ConnectivityNode> node) {
    const std::uint32_t first = supply.tour_place(node);
    const auto found = std::ranges::lower_bound(loop_ends, first);
    return found != loop_ends.end() && *found < first + supply.subtree(node).size();
  };
  IdVector<ConnectivityNode, Id<Device>> drop_above(network_.nodes().size());
  bool any = false;
  for (const Id<ConnectivityNode> node : supply.tour()) {
    const Id<ConnectivityNode> parent = supply.parent(node);
    if (!parent.valid() || zone_of_node_[node] != zone_of_node_[parent]) continue;
    const Id<Device> above = drop_above[node] = drop_above[parent];
    const Id<Device> device = supply.parent_device(node);
    if (network_.devices()[device].kind != DeviceKind::service_drop) continue;
    const std::size_t behind = supply.usage_points_behind(node).size();
    if (behind < 2 || supply.parent_devices(node).size() > 1 || meets_a_loop(node)) continue;
    const bool in_a_row =
        above.valid() && supply.usage_points_behind(supply.downstream_node(above)).size() == behind;
    if (!in_a_row) drop_above[node] = device;
    any = true;
  }
  if (!any) return;
  // Only what is of one communication group has one fate and one silence.
  const Table<UsagePoint>& points = network_.usage_points();
  IdVector<Device, Id<UsagePoint>> first(network_.devices().size());
  IdVector<Device, std::uint8_t> shared(network_.devices().size(), 0);
  IdVector<Device, std::uint8_t> split(network_.devices().size(), 0);
  for (const Id<UsagePoint> id : points.ids()) {
    const Id<Device> drop = drop_above[points[id].node];
    if (!drop.valid()) continue;
    if (!first[drop].valid()) {
      first[drop] = id;
      continue;
    }
    shared[drop] = 1;
    if (points[id].communication_group != points[first[drop]].communication_group) split[drop] = 1;
  }
  for (Id<Device>& drop : drop_above.values()) {
    if (drop.valid() && (split[drop] != 0 || shared[drop] == 0)) drop = {};
  }
  drop_of_node_ = std::move(drop_above);
}

void InferenceForest::list_groups() {
  const Table<UsagePoint>& points = network_.usage_points();
  group_begins_.clear();
  for (InferenceZone& zone : zones_) {
    zone.groups_begin = static_cast<std::uint32_t>(group_begins_.size());
    Id<CommunicationGroup> last;
    for (std::uint32_t i = zone.usage_points_begin; i < zone.usage_points_end; ++i) {
      const Id<CommunicationGroup> group = points[usage_points_[i]].communication_group;
      if (i == zone.usage_points_begin || group != last) group_begins_.push_back(i);
      last = group;
    }
  }
  group_begins_.push_back(static_cast<std::uint32_t>(usage_points_.size()));
  group_begins_.shrink_to_fit();
}

void InferenceForest::list_shared_drops() {
  if (drop_of_node_.size() == 0) return;
  drop_begins_.resize(usage_points_.size());
  on_drop_.resize(usage_points_.size());
  Id<Device> last;
  for (std::uint32_t i = 0; i < usage_points_.size(); ++i) {
    const Id<Device> drop = drop_of_node_[node_of(usage_points_[i])];
    drop_begins_[i] = i == 0 || drop != last;
    on_drop_[i] = drop.valid();
    last = drop;
    if (!drop.valid()) continue;
    if (shared_drops_.empty() || shared_drops_.back().device != drop) {
      shared_drops_.push_back({drop, i, i});
    }
    ++shared_drops_.back().end;
  }
  std::ranges::sort(shared_drops_, {}, &SharedDrop::device);
  if (!shared_drops_.empty()) return;
  drop_of_node_ = {};
  drop_begins_ = on_drop_ = {};
}

std::span<const Id<UsagePoint>> InferenceForest::usage_points_on(Id<Device> device) const {
  const auto found = std::ranges::lower_bound(shared_drops_, device, {}, &SharedDrop::device);
  if (found == shared_drops_.end() || found->device != device) return {};
  return std::span{usage_points_}.subspan(found->begin, found->end - found->begin);
}

void InferenceForest::place_usage_points() {
  std::uint32_t place = 0;
  for (InferenceZone& zone : zones_) {
    zone.usage_points_begin = place;
    place += zone.usage_points_end;
    zone.usage_points_end = place;
  }
  for (InferenceZone& zone : zones_) {
    zone.usage_points_behind_end = zones_[zone.zones_end - 1].usage_points_end;
  }
  const Table<UsagePoint>& points = network_.usage_points();
  usage_points_.resize(place);
  std::vector<std::uint32_t> next(zones_.size());
  for (std::size_t z = 0; z < zones_.size(); ++z) next[z] = zones_[z].usage_points_begin;
  for (const Id<UsagePoint> id : points.ids()) {
    const Id<InferenceZone> zone = zone_of_node_[points[id].node];
    if (!zone.valid()) continue;
    usage_points_[next[zone.index]++] = id;
  }
  for (const InferenceZone& zone : zones_) {
    std::ranges::sort(usage_points_.begin() + zone.usage_points_begin,
                      usage_points_.begin() + zone.usage_points_end, {}, [&](Id<UsagePoint> id) {
                        const Id<Device> drop = drop_of_node_.size() > 0
                                                    ? drop_of_node_[points[id].node]
                                                    : Id<Device>{};
                        return std::tuple{points[id].communication_group, drop, id};
                      });
  }
}

std::span<const Id<Device>> InferenceForest::members(Id<InferenceZone> id) const {
  const InferenceZone& zone = (*this)[id];
  if (zone.members_end > zone.members_begin) {
    return std::span{members_}.subspan(zone.members_begin, zone.members_end - zone.members_begin);
  }
  if (!zone.device.valid()) return {};
  return {&zone.device, 1};
}

bool InferenceForest::heads(Id<InferenceZone> id, Id<Device> device) const {
  const auto devices = members(id);
  return std::ranges::find(devices, device) != devices.end();
}

std::vector<Id<Device>> InferenceForest::members_on(Id<InferenceZone> id, PhaseSet phases) const {
  std::vector<Id<Device>> found;
  for (const Id<Device> member : members(id)) {
    if ((network_.devices()[member].phases & phases).any()) found.push_back(member);
  }
  return found;
}

Id<InferenceZone> InferenceForest::clearing_zone(Id<InferenceZone> id) const {
  while (!clears_faults((*this)[id]) && (*this)[id].parent.valid()) id = (*this)[id].parent;
  return id;
}

std::vector<std::uint32_t> InferenceForest::parents_in_tree(Id<InferenceZone> root) const {
  std::vector<std::uint32_t> parents((*this)[root].zones_end - root.index, kNoParent);
  for (std::uint32_t i = 1; i < parents.size(); ++i) {
    parents[i] = zones_[root.index + i].parent.index - root.index;
  }
  return parents;
}

std::span<const Id<UsagePoint>> InferenceForest::own_usage_points(Id<InferenceZone> id) const {
  const InferenceZone& zone = (*this)[id];
  return std::span{usage_points_}.subspan(zone.usage_points_begin,
                                          zone.usage_points_end - zone.usage_points_begin);
}

IdRange<ZoneGroup> InferenceForest::groups(Id<InferenceZone> id) const {
  const bool last = id.index + 1 == zones_.size();
  const std::size_t end = last ? group_count() : zones_[id.index + 1].groups_begin;
  return {Id<ZoneGroup>{(*this)[id].groups_begin}, Id<ZoneGroup>{end}};
}

std::span<const Id<UsagePoint>> InferenceForest::usage_points_behind(Id<InferenceZone> id) const {
  const InferenceZone& zone = (*this)[id];
  return std::span{usage_points_}.subspan(zone.usage_points_begin,
                                          zone.usage_points_behind_end - zone.usage_points_begin);
}

}  // namespace gridmend
