#include "core/outage/switch_topologies.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "core/outage/device_priors.h"
#include "core/outage/flapping.h"
#include "core/outage/topology_search.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

// Connectivity nodes without supply that hang together through devices that conduct.
class DarkNodes {
 public:
  DarkNodes(const InferenceForest& forest, const SwitchState& switches)
      : forest_(forest), switches_(switches), island_(forest.network().nodes().size(), kNone) {}

  // kNone for a node with supply.
  std::uint32_t island_at(Id<ConnectivityNode> start) {
    if (forest_.zone_of(start).valid()) return kNone;
    if (island_[start] != kNone) return island_[start];
    const auto number = static_cast<std::uint32_t>(nodes_.size());
    std::vector<Id<ConnectivityNode>>& found = nodes_.emplace_back();
    island_[start] = number;
    found.push_back(start);
    for (std::size_t next = 0; next < found.size(); ++next) {
      for (const auto [device, opposite] : forest_.network().incident(found[next])) {
        if (!switches_.conducts(device) || island_[opposite] != kNone) continue;
        if (forest_.zone_of(opposite).valid()) continue;
        island_[opposite] = number;
        found.push_back(opposite);
      }
    }
    return number;
  }
  std::uint32_t known_island(Id<ConnectivityNode> node) const { return island_[node]; }
  std::size_t count() const { return nodes_.size(); }
  std::span<const Id<ConnectivityNode>> nodes(std::uint32_t island) const { return nodes_[island]; }

 private:
  const InferenceForest& forest_;
  const SwitchState& switches_;
  IdVector<ConnectivityNode, std::uint32_t> island_;
  std::vector<std::vector<Id<ConnectivityNode>>> nodes_;
};

// Which switches are doubted, by device.
class Doubts {
 public:
  Doubts(const LocaliserInput& input, const SwitchState& switches,
         const LocaliserSettings& settings)
      : input_(input), switches_(switches), settings_(settings) {}

  std::vector<DoubtedSwitch> find(std::optional<DarkNodes>& dark) {
    input_.evidence.devices().visit(
        [this](Id<Device> id, const DeviceEvidence& heard) { consider(id, heard); });
    look_at_islands(dark);
    std::vector<DoubtedSwitch> doubted;
    for (const auto& [device, doubt] : doubted_) doubted.push_back(doubt);
    return doubted;
  }

 private:
  Time until() const { return input_.at + settings_.reliability.clock_skew; }
  const NetworkModel& network() const { return input_.forest.network(); }

  void consider(Id<Device> id, const DeviceEvidence& heard) {
    const Device& device = network().devices()[id];
    if (!is_switch(device.kind)) return;
    double as_recorded = 1;
    if (heard.position_doubted() && heard.doubted_at <= until()) {
      as_recorded = settings_.switching.as_recorded;
    } else if (device.normally_open != 0 && heard.position_at <= until()) {
      const double flaps = flapping(changes(heard.opened, heard.closed), settings_.reliability);
      as_recorded = 1 - flaps * (1 - settings_.switching.as_recorded);
    }
    if (as_recorded >= 1) return;
    const bool open = !switches_.conducts(id);
    doubted_[id] = {id, open, true, open ? 1 - as_recorded : as_recorded, 0, 0, 0};
  }

  // Those that ordered openings left without supply.
  void look_at_islands(std::optional<DarkNodes>& dark) {
    std::map<std::uint32_t, Time> darkened;  // by island, by the last of its openings
    for (const auto& [id, open] : switches_.departures()) {
      const Device& device = network().devices()[id];
      const DeviceEvidence* heard = input_.evidence.find(id);
      if (device.normally_open != 0 || switches_.conducts(id) || heard == nullptr) continue;
      if (heard->position_at == kNeverHeard || !heard->open_phases.any()) continue;
      if (!dark) dark.emplace(input_.forest, switches_);
      for (const Id<ConnectivityNode> end : {device.from, device.to}) {
        const std::uint32_t island = dark->island_at(end);
        if (island == kNone) continue;
        Time& since = darkened.try_emplace(island, kNeverHeard).first->second;
        since = std::max(since, heard->position_at);
      }
    }
    for (const auto& [island, since] : darkened) {
      if (shows_life(dark->nodes(island), since)) doubt_border(dark->nodes(island));
    }
  }

  bool shows_life(std::span<const Id<ConnectivityNode>> nodes, Time since) const {
    for (const Id<ConnectivityNode> node : nodes) {
      for (const Id<UsagePoint> id : network().usage_points_at(node)) {
        const MeterEvidence* meter = input_.evidence.find(id);
        if (meter == nullptr || meter->live > until()) continue;
        // Its clock may be wrong by so much.
        if (meter->live > since + settings_.reliability.clock_skew) return true;
      }
    }
    return false;
  }

  void doubt_border(std::span<const Id<ConnectivityNode>> nodes) {
    for (const Id<ConnectivityNode> node : nodes) {
      for (const auto [id, opposite] : network().incident(node)) {
        const Device& device = network().devices()[id];
        if (device.normally_open == 0 || !is_switch(device.kind) || switches_.conducts(id))
          continue;
        doubted_.try_emplace(
            id, DoubtedSwitch{id, true, false, settings_.switching.tie_closed, 0, 0, 0});
      }
    }
  }

  const LocaliserInput& input_;
  const SwitchState& switches_;
  const LocaliserSettings& settings_;
  std::map<Id<Device>, DoubtedSwitch> doubted_;
};

// Which trees and islands the doubted switches join.
class Joining {
 public:
  Joining(const InferenceForest& forest, DarkNodes& dark) : forest_(forest), dark_(dark) {}

  void join(const Device& device) {
    const std::uint32_t a = lead(anchor(device.from)), b = lead(anchor(device.to));
    leader_[std::max(a, b)] = std::min(a, b);
  }
  // Numbers the joints in the order of their first trees, those without supply last.
  void finish() {
    joint_of_.assign(forest_.zones().size() + dark_.count(), kNone);
    for (const auto& [anchored, leader] : leader_) {
      const std::uint32_t first = lead(anchored);
      if (first == anchored) joint_of_[anchored] = joints_++;
      joint_of_[anchored] = joint_of_[first];
    }
  }
  std::uint32_t joints() const { return joints_; }
  // kNone: none has the node.
  std::uint32_t joint_of(Id<ConnectivityNode> node) const {
    const Id<InferenceZone> zone = forest_.zone_of(node);
    if (zone.valid()) return joint_of_[forest_[zone].root];
    const std::uint32_t island = dark_.known_island(node);
    return island == kNone ? kNone : joint_of_[forest_.zones().size() + island];
  }
  std::vector<Id<InferenceZone>> roots_of(std::uint32_t joint) const {
    std::vector<Id<InferenceZone>> roots;
    for (const auto& [anchored, leader] : leader_) {
      if (anchored < forest_.zones().size() && joint_of_[anchored] == joint)
        roots.push_back(Id<InferenceZone>{anchored});
    }
    return roots;
  }

 private:
  std::uint32_t anchor(Id<ConnectivityNode> node) {
    const Id<InferenceZone> zone = forest_.zone_of(node);
    const auto number =
        zone.valid() ? forest_[zone].root
                     : static_cast<std::uint32_t>(forest_.zones().size()) + dark_.island_at(node);
    leader_.try_emplace(number, number);
    return number;
  }
  std::uint32_t lead(std::uint32_t anchored) const {
    while (leader_.at(anchored) != anchored) anchored = leader_.at(anchored);
    return anchored;
  }

  const InferenceForest& forest_;
  DarkNodes& dark_;
  std::map<std::uint32_t, std::uint32_t> leader_;
  std::vector<std::uint32_t> joint_of_;  // by tree and island
  std::uint32_t joints_ = 0;
};

// What each joint has of the network: one look at all of it.
struct JointShares {
  JointShares(const Joining& joining, const NetworkModel& network)
      : nodes(joining.joints()),
        devices(joining.joints()),
        leader(network.nodes().size()),
        part_of(network.nodes().size(), kNone) {
    IdVector<ConnectivityNode, std::uint32_t> joint(network.nodes().size(), kNone);
    for (const Id<ConnectivityNode> node : network.nodes().ids()) {
      joint[node] = joining.joint_of(node);
      if (joint[node] != kNone) nodes[joint[node]].push_back(node);
    }
    for (const Id<Device> id : network.devices().ids()) {
      const Device& device = network.devices()[id];
      const std::uint32_t number = joint[device.from];
      if (number != kNone && joint[device.to] == number) devices[number].push_back(id);
    }
  }

  std::vector<std::vector<Id<ConnectivityNode>>> nodes;  // by joint, ascending
  std::vector<std::vector<Id<Device>>> devices;          // with both ends in it
  // For whoever finds parts: a joint writes at its own nodes only.
  IdVector<ConnectivityNode, Id<ConnectivityNode>> leader;
  IdVector<ConnectivityNode, std::uint32_t> part_of;
};

// Contracts the part of the network that one joint has.
class JointBuilder {
 public:
  JointBuilder(const LocaliserInput& input, const SwitchState& switches, JointShares& shares,
               std::uint32_t number)
      : input_(input),
        network_(input.forest.network()),
        switches_(switches),
        nodes_(shares.nodes[number]),
        devices_(shares.devices[number]),
        leader_(shares.leader),
        part_of_(shares.part_of),
        joint_{{}, {}, {}, {}, {}, network_, {}, {}, {}} {}

  Joint build(std::vector<Id<InferenceZone>> roots, std::vector<DoubtedSwitch> doubted) {
    joint_.roots = std::move(roots);
    joint_.doubted = std::move(doubted);
    find_parts();
    place_usage_points();
    name_zones();
    contract();
    find_openings();
    return std::move(joint_);
  }

 private:
  bool is_doubted(Id<Device> id) const {
    return std::ranges::binary_search(joint_.doubted, id, {}, &DoubtedSwitch::device);
  }
  Id<ConnectivityNode> lead(Id<ConnectivityNode> node) {
    while (leader_[node] != node) node = leader_[node] = leader_[leader_[node]];
    return node;
  }

  void find_parts() {
    for (const Id<ConnectivityNode> node : nodes_) leader_[node] = node;
    for (const Id<Device> id : devices_) {
      const Device& device = network_.devices()[id];
      if (interrupts_supply(device.kind) || !switches_.conducts(id)) continue;
      const Id<ConnectivityNode> a = lead(device.from), b = lead(device.to);
      leader_[std::max(a, b)] = std::min(a, b);
    }
    for (const Id<ConnectivityNode> node : nodes_) {
      const Id<ConnectivityNode> first = lead(node);
      if (first == node) {
        part_of_[node] = static_cast<std::uint32_t>(joint_.parts.size());
        joint_.parts.push_back({input_.forest.zone_of(node), false, 0, 0});
      } else {
        part_of_[node] = part_of_[first];
      }
    }
  }

  void place_usage_points() {
    const Table<UsagePoint>& points = network_.usage_points();
    for (const Id<ConnectivityNode> node : nodes_) {
      const auto here = network_.usage_points_at(node);
      joint_.usage_points.insert(joint_.usage_points.end(), here.begin(), here.end());
    }
    const auto place = [&](Id<UsagePoint> id) {
      return std::tuple{part_of_[points[id].node], points[id].communication_group, id};
    };
    std::ranges::sort(joint_.usage_points, {}, place);
    std::uint32_t next = 0;
    for (std::uint32_t part = 0; part < joint_.parts.size(); ++part) {
      joint_.parts[part].usage_points_begin = next;
      while (next < joint_.usage_points.size() &&
             part_of_[points[joint_.usage_points[next]].node] == part) {
        ++next;
      }
      joint_.parts[part].usage_points_end = next;
    }
  }

  // Of a zone's parts the one with usage points, the one after the source it was left out of.
  void name_zones() {
    std::map<Id<InferenceZone>, std::vector<std::uint32_t>> parts;
    for (std::uint32_t part = 0; part < joint_.parts.size(); ++part) {
      if (joint_.parts[part].zone.valid()) parts[joint_.parts[part].zone].push_back(part);
    }
    for (const auto& [zone, all] : parts) {
      std::uint32_t named = all.back();
      std::size_t with_usage_points = 0;
      for (const std::uint32_t part : all) {
        if (joint_.usage_points_in(part).empty()) continue;
        if (with_usage_points++ == 0) named = part;
      }
      joint_.part_of_zone.emplace_back(zone, named);
      joint_.parts[named].speaks_for_zone = with_usage_points < 2;
    }
  }

  void contract() {
    NetworkRecords records;
    std::vector<Device> devices;
    std::vector<double> overhead_m(joint_.parts.size()), underground_m(joint_.parts.size());
    for (const Id<Device> id : devices_) {
      const Device& device = network_.devices()[id];
      const std::uint32_t from = part_of_[device.from], to = part_of_[device.to];
      if (device.kind == DeviceKind::ac_line_segment && switches_.conducts(id)) {
        (device.underground != 0 ? underground_m : overhead_m)[from] +=
            static_cast<double>(device.length_m);
      }
      const bool may_conduct = switches_.conducts(id) || is_doubted(id);
      if (from == to || !interrupts_supply(device.kind) || !may_conduct) continue;
      devices.push_back(device);
      devices.back().from = Id<ConnectivityNode>{from};
      devices.back().to = Id<ConnectivityNode>{to};
      devices.back().feeder = {};
      devices.back().normally_open = 0;
      devices.back().vertices_begin = devices.back().vertices_end = 0;
      devices.back().mrid = {};
      joint_.devices.push_back(id);
    }
    std::size_t nodes = joint_.parts.size();
    const auto hang_on = [&](std::size_t part, double length_m, bool underground) {
      if (length_m <= 0) return;
      Device line;
      line.from = Id<ConnectivityNode>{part};
      line.to = Id<ConnectivityNode>{nodes++};
      line.length_m = static_cast<float>(length_m);
      line.underground = underground ? 1 : 0;
      devices.push_back(line);
    };
    for (std::size_t part = 0; part < joint_.parts.size(); ++part) {
      hang_on(part, overhead_m[part], false);
      hang_on(part, underground_m[part], true);
    }
    std::vector<Feeder> feeders{network_.feeders().begin(), network_.feeders().end()};
    for (Feeder& feeder : feeders) {
      const bool inside =
          feeder.source_node.valid() && std::ranges::binary_search(nodes_, feeder.source_node);
      const std::uint32_t part = inside ? part_of_[feeder.source_node] : kNone;
      feeder.source_node = part == kNone ? Id<ConnectivityNode>{} : Id<ConnectivityNode>{part};
      feeder.mrid = feeder.name = {};
      feeder.substation = {};
    }
    // Who is at a source keeps it from being left out (InferenceForest).
    std::vector<UsagePoint> points;
    for (std::uint32_t part = 0; part < joint_.parts.size(); ++part) {
      if (joint_.usage_points_in(part).empty()) continue;
      points.emplace_back();
      points.back().node = Id<ConnectivityNode>{part};
    }
    records.usage_points = Table<UsagePoint>{std::move(points)};
    records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(nodes)};
    records.devices = Table<Device>{std::move(devices)};
    records.feeders = Table<Feeder>{std::move(feeders)};
    auto network = NetworkModel::from_records(std::move(records));
    GRIDMEND_CHECK(network, "a contracted network refers to its own records");
    joint_.network = std::move(*network);
  }

  void find_openings() {
    for (const auto& [id, open] : switches_.departures()) {
      const Device& device = network_.devices()[id];
      const DeviceEvidence* heard = input_.evidence.find(id);
      if (device.normally_open != 0 || switches_.conducts(id) || heard == nullptr) continue;
      if (heard->position_at == kNeverHeard || !heard->open_phases.any()) continue;
      for (const Id<ConnectivityNode> end : {device.from, device.to}) {
        const bool dark =
            !input_.forest.zone_of(end).valid() && std::ranges::binary_search(nodes_, end);
        if (!dark) continue;
        joint_.dark_since = std::max(joint_.dark_since.value_or(kNeverHeard), heard->position_at);
      }
    }
  }

  const LocaliserInput& input_;
  const NetworkModel& network_;
  const SwitchState& switches_;
  std::span<const Id<ConnectivityNode>> nodes_;
  std::span<const Id<Device>> devices_;
  IdVector<ConnectivityNode, Id<ConnectivityNode>>& leader_;
  IdVector<ConnectivityNode, std::uint32_t>& part_of_;
  Joint joint_;
};

// Those that are looked at: what somebody said before what signs of life say.
std::vector<DoubtedSwitch> weighed(std::vector<DoubtedSwitch> doubted, std::uint32_t most) {
  std::ranges::stable_sort(doubted, std::ranges::greater{}, &DoubtedSwitch::said);
  if (doubted.size() > most) doubted.resize(most);
  std::ranges::sort(doubted, {}, &DoubtedSwitch::device);
  return doubted;
}

// What reports of a switch's position leave of the chance that it stands open.
double open_weight(const LocaliserInput& input, Id<Device> device,
                   const LocaliserSettings& settings) {
  const DeviceEvidence* heard = input.evidence.find(device);
  if (heard == nullptr) return 1;
  const ZoneReport report{{}, device, heard};
  const ReportShares told = report_shares(
      {&report, 1}, Time{}, input.at + settings.reliability.clock_skew, settings.reliability);
  return std::exp(std::min(0.0, told.switch_position));
}

void add_topologies(const LocaliserInput& input, const SwitchState& switches,
                    const LocaliserSettings& settings, std::size_t& zones_left, Joint& joint) {
  TopologySearch search{joint, [&](Id<Device> device) {
                          return open_weight(input, joint.devices[device.index], settings);
                        }};
  std::vector<TopologyCase> cases = search.run();
  const std::size_t parts = std::max<std::size_t>(joint.parts.size(), 1);
  const std::size_t most = std::min<std::size_t>(settings.switching.topologies, zones_left / parts);
  if (cases.size() > most) cases.resize(most);
  zones_left -= cases.size() * parts;
  double kept = 0;
  for (const TopologyCase& one : cases) kept += one.prior;
  SwitchState as_recorded{joint.network};
  for (std::size_t c = 0; c < joint.devices.size(); ++c) {
    if (!switches.conducts(joint.devices[c])) continue;
    as_recorded.set_open_phases(Id<Device>{c}, switches.open_phases(joint.devices[c]));
  }
  for (const TopologyCase& one : cases) {
    SwitchState state = as_recorded;
    for (const Id<Device> device : one.opened) state.open(device);
    joint.topologies.push_back(
        {one.prior / kept, one.opened,
         InferenceForest::contract(SupplyForest::derive(joint.network, state))});
  }
  for (DoubtedSwitch& doubt : joint.doubted) {
    doubt.topologies = static_cast<std::uint32_t>(cases.size());
    doubt.left_out = std::max(0.0, 1 - kept);
  }
}

}  // namespace

bool SwitchTopology::opens(Id<Device> device) const {
  return std::ranges::binary_search(opened, device);
}

Id<Device> Joint::find(Id<Device> whole) const {
  const auto it = std::ranges::lower_bound(devices, whole);
  if (it == devices.end() || *it != whole) return {};
  return Id<Device>{static_cast<std::size_t>(it - devices.begin())};
}

std::uint32_t Joint::part_of(Id<InferenceZone> zone) const {
  const auto it = std::ranges::lower_bound(part_of_zone, zone, {},
                                           &std::pair<Id<InferenceZone>, std::uint32_t>::first);
  GRIDMEND_CHECK(it != part_of_zone.end() && it->first == zone, "the zone is of the joint");
  return it->second;
}

SwitchTopologies SwitchTopologies::derive(const LocaliserInput& input, const SwitchState& switches,
                                          const LocaliserSettings& settings) {
  SwitchTopologies result;
  std::optional<DarkNodes> dark;
  result.doubted_ = Doubts{input, switches, settings}.find(dark);
  for (DoubtedSwitch& doubt : result.doubted_) doubt.closed = doubt.closed_before;
  if (result.doubted_.empty()) return result;
  if (!dark) dark.emplace(input.forest, switches);
  Joining joining{input.forest, *dark};
  const Table<Device>& devices = input.forest.network().devices();
  for (const DoubtedSwitch& doubt : result.doubted_) joining.join(devices[doubt.device]);
  joining.finish();
  JointShares shares{joining, input.forest.network()};
  std::map<std::uint32_t, std::vector<DoubtedSwitch>> by_joint;
  for (const DoubtedSwitch& doubt : result.doubted_)
    by_joint[joining.joint_of(devices[doubt.device].from)].push_back(doubt);
  std::size_t zones_left = settings.switching.by_topologies_zones;
  for (const auto& [number, doubted] : by_joint) {
    std::vector<Id<InferenceZone>> roots = joining.roots_of(number);
    if (roots.empty()) continue;
    Joint joint = JointBuilder{input, switches, shares, number}.build(
        std::move(roots), weighed(doubted, settings.switching.switches));
    // The record itself is one of the ways, and the first to be left out would be a coin's other
    // side.
    if (joint.doubted.empty() || zones_left < 2 * joint.parts.size()) continue;
    add_topologies(input, switches, settings, zones_left, joint);
    for (const DoubtedSwitch& doubt : joint.doubted) {
      *std::ranges::lower_bound(result.doubted_, doubt.device, {}, &DoubtedSwitch::device) = doubt;
    }
    result.joints_.push_back(std::move(joint));
  }
  return result;
}

const Joint* SwitchTopologies::joint_of(Id<InferenceZone> root) const {
  for (const Joint& joint : joints_) {
    if (std::ranges::binary_search(joint.roots, root)) return &joint;
  }
  return nullptr;
}

}  // namespace gridmend
