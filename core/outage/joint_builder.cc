#include "core/outage/joint_builder.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "core/outage/switch_doubts.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

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
    return island == DarkNodes::kSupplied ? kNone : joint_of_[forest_.zones().size() + island];
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
        joint_{{}, {}, {}, {}, {}, network_, {}, {}, {}, {}, {}, 0} {}

  Joint build(std::vector<Id<InferenceZone>> roots, std::vector<DoubtedSwitch> doubted) {
    joint_.roots = std::move(roots);
    joint_.doubted = std::move(doubted);
    find_parts();
    place_usage_points();
    name_zones();
    contract();
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

// When the last of the ordered openings was that leave parts of a joint without supply, by joint.
std::vector<std::optional<Time>> dark_since(const LocaliserInput& input,
                                            const SwitchState& switches, const Joining& joining) {
  std::vector<std::optional<Time>> since(joining.joints());
  visit_ordered_openings(input, switches, [&](const Device& device, Time at) {
    for (const Id<ConnectivityNode> end : {device.from, device.to}) {
      const std::uint32_t number = joining.joint_of(end);
      if (input.forest.zone_of(end).valid() || number == kNone) continue;
      since[number] = std::max(since[number].value_or(kNeverHeard), at);
    }
  });
  return since;
}

// Do they contract the same joint of one record?
bool join_the_same(const std::vector<DoubtedSwitch>& a, const std::vector<DoubtedSwitch>& b) {
  return std::ranges::equal(a, b, [](const DoubtedSwitch& x, const DoubtedSwitch& y) {
    return x.device == y.device && x.recorded_open == y.recorded_open && x.said == y.said;
  });
}

}  // namespace

std::vector<std::shared_ptr<const Joint>> contract_joints(
    const LocaliserInput& input, const SwitchState& switches, DarkNodes& dark,
    std::span<const DoubtedSwitch> doubted, std::uint32_t most_switches,
    std::span<const std::shared_ptr<const Joint>> before) {
  const Table<Device>& devices = input.forest.network().devices();
  Joining joining{input.forest, dark};
  for (const DoubtedSwitch& doubt : doubted) joining.join(devices[doubt.device]);
  joining.finish();
  const std::vector<std::optional<Time>> since = dark_since(input, switches, joining);
  std::optional<JointShares> shares;
  std::map<std::uint32_t, std::vector<DoubtedSwitch>> by_joint;
  for (const DoubtedSwitch& doubt : doubted)
    by_joint[joining.joint_of(devices[doubt.device].from)].push_back(doubt);
  std::vector<std::shared_ptr<const Joint>> joints;
  for (auto& [number, joined_by] : by_joint) {
    std::vector<Id<InferenceZone>> roots = joining.roots_of(number);
    if (roots.empty()) continue;
    std::vector<DoubtedSwitch> looked_at = weighed(joined_by, most_switches);
    const auto known = std::ranges::find_if(before, [&](const auto& joint) {
      return join_the_same(joint->joined_by, joined_by) &&
             joint->doubted.size() == looked_at.size();
    });
    if (known != before.end() && (*known)->joined_by == joined_by &&
        (*known)->dark_since == since[number]) {
      joints.push_back(*known);
      continue;
    }
    std::shared_ptr<Joint> joint;
    if (known != before.end()) {
      joint = std::make_shared<Joint>(**known);
      joint->doubted = std::move(looked_at);
    } else {
      if (!shares) shares.emplace(joining, input.forest.network());
      joint = std::make_shared<Joint>(JointBuilder{input, switches, *shares, number}.build(
          std::move(roots), std::move(looked_at)));
    }
    joint->joined_by = std::move(joined_by);
    joint->dark_since = since[number];
    joint->most_topologies = 0;
    joints.push_back(std::move(joint));
  }
  return joints;
}

}  // namespace gridmend
