#include "core/network/supply_forest.h"

#include <algorithm>
#include <tuple>

namespace gridmend {

SupplyForest::SupplyForest(const NetworkModel& network)
    : network_(network),
      tour_index_(network.nodes().size(), kNowhere),
      subtree_end_(network.nodes().size(), kNowhere),
      parent_(network.nodes().size()),
      parent_device_(network.nodes().size()),
      feeder_(network.nodes().size()),
      supply_(network.nodes().size()),
      downstream_node_(network.devices().size()) {}

SupplyForest SupplyForest::derive(const NetworkModel& network, const SwitchState& switches) {
  SupplyForest forest{network};
  forest.spread_supply(switches);
  forest.lay_out_tour();
  forest.gather_usage_points();
  return forest;
}

// Breadth first from all sources at once, so that a loop is cut in its middle.
void SupplyForest::spread_supply(const SwitchState& switches) {
  breadth_first_.reserve(network_.nodes().size());
  for (const Id<Feeder> id : network_.feeders().ids()) {
    const Id<ConnectivityNode> source = network_.feeders()[id].source_node;
    if (!source.valid() || feeder_[source].valid()) continue;
    feeder_[source] = id;
    supply_[source] = PhaseSupply::source();
    breadth_first_.push_back(source);
  }
  std::vector<Beside> beside;
  for (std::size_t next = 0; next < breadth_first_.size(); ++next) {
    spread_from(breadth_first_[next], switches, beside);
  }
  // Most were met from both of their ends.
  std::ranges::sort(loop_devices_);
  const auto repeated = std::ranges::unique(loop_devices_);
  loop_devices_.erase(repeated.begin(), repeated.end());
  follow_loops(switches);
}

void SupplyForest::spread_from(Id<ConnectivityNode> node, const SwitchState& switches,
                               std::vector<Beside>& beside) {
  beside.clear();
  for (const auto [device, opposite] : network_.incident(node)) {
    // What leads back to the parent was settled there.
    if (opposite == parent_[node]) continue;
    const bool conducts = switches.conducts(device);
    if (!conducts || parent_[opposite] == node) {
      beside.push_back({opposite, !conducts, device});
      continue;
    }
    if (feeder_[opposite].valid()) {
      loop_devices_.push_back(device);
      continue;
    }
    feeder_[opposite] = feeder_[node];
    parent_[opposite] = node;
    parent_device_[opposite] = device;
    supply_[opposite] = passed(device, node, switches);
    downstream_node_[device] = opposite;
    breadth_first_.push_back(opposite);
  }
  if (!beside.empty()) join_bundles(node, switches, beside);
}

PhaseSupply SupplyForest::passed(Id<Device> id, Id<ConnectivityNode> node,
                                 const SwitchState& switches) const {
  const Device& device = network_.devices()[id];
  const auto direction = device.from == node ? FlowDirection::from_to : FlowDirection::to_from;
  return pass(device, switches.open_phases(id), direction, supply_[node]);
}

void SupplyForest::join_bundles(Id<ConnectivityNode> node, const SwitchState& switches,
                                std::vector<Beside>& beside) {
  std::erase_if(beside, [&](const Beside& b) { return parent_[b.opposite] != node; });
  std::ranges::sort(beside, {}, [](const Beside& b) {
    return std::tuple{b.opposite, b.open, b.device};
  });
  std::span<const Beside> rest = beside;
  while (!rest.empty()) {
    const Id<ConnectivityNode> opposite = rest.front().opposite;
    const auto end =
        std::ranges::find_if(rest, [opposite](const Beside& b) { return b.opposite != opposite; });
    const auto size = static_cast<std::size_t>(end - rest.begin());
    bundle(opposite, rest.first(size), switches);
    rest = rest.subspan(size);
  }
}

// The devices beside a node's parent device: those that complete a bundle with it bring their
// phases; an open one at least says that its conductor leads there. The others close loops.
void SupplyForest::bundle(Id<ConnectivityNode> node, std::span<const Beside> beside,
                          const SwitchState& switches) {
  const Id<ConnectivityNode> from = parent_[node];
  std::vector<const Device*> members{&network_.devices()[parent_device_[node]]};
  std::vector<PhaseSupply> brought{supply_[node]};
  const auto begin = static_cast<std::uint32_t>(bundle_devices_.size());
  bundle_devices_.push_back(parent_device_[node]);
  for (const auto [opposite, open, id] : beside) {
    const Device& device = network_.devices()[id];
    if (!completes_bundle(members, device)) {
      if (!open) loop_devices_.push_back(id);
      continue;
    }
    members.push_back(&device);
    brought.push_back(passed(id, from, switches));
    if (open) continue;
    bundle_devices_.push_back(id);
    downstream_node_[id] = node;
  }
  supply_[node] = side_by_side(brought);
  const auto end = static_cast<std::uint32_t>(bundle_devices_.size());
  if (end - begin == 1) {
    bundle_devices_.pop_back();
    return;
  }
  if (bundle_of_.empty()) bundle_of_.assign(network_.nodes().size(), kNowhere);
  bundle_of_[node.index] = static_cast<std::uint32_t>(bundles_.size());
  bundles_.push_back({begin, end});
}

// What a loop brings beyond the tree's own way spreads until nothing changes: a conductor only ever
// goes from dead to unknown to live, so every node is taken up a few times at most.
void SupplyForest::follow_loops(const SwitchState& switches) {
  std::vector<Id<ConnectivityNode>> changed;
  const auto bring = [&](Id<Device> device, Id<ConnectivityNode> from, Id<ConnectivityNode> to) {
    const PhaseSupply both = either_way(supply_[to], passed(device, from, switches));
    if (both == supply_[to]) return;
    supply_[to] = both;
    changed.push_back(to);
  };
  for (const Id<Device> id : loop_devices_) {
    const Device& device = network_.devices()[id];
    bring(id, device.from, device.to);
    bring(id, device.to, device.from);
  }
  while (!changed.empty()) {
    const Id<ConnectivityNode> node = changed.back();
    changed.pop_back();
    for (const auto [device, opposite] : network_.incident(node)) {
      if (switches.conducts(device)) bring(device, node, opposite);
    }
  }
}

// Preorder without recursion: subtree sizes from the breadth-first order backwards, then every node
// hands its children consecutive places.
void SupplyForest::lay_out_tour() {
  IdVector<ConnectivityNode, std::uint32_t> size(network_.nodes().size(), 1);
  for (std::size_t i = breadth_first_.size(); i-- > 0;) {
    const Id<ConnectivityNode> node = breadth_first_[i];
    if (parent_[node].valid()) size[parent_[node]] += size[node];
  }
  IdVector<ConnectivityNode, std::uint32_t> next_place(network_.nodes().size(), 0);
  std::uint32_t next_root = 0;
  tour_.resize(breadth_first_.size());
  tour_devices_.resize(breadth_first_.size());
  for (const Id<ConnectivityNode> node : breadth_first_) {
    std::uint32_t& place = parent_[node].valid() ? next_place[parent_[node]] : next_root;
    tour_index_[node] = place;
    subtree_end_[node] = place + size[node];
    next_place[node] = place + 1;
    tour_[place] = node;
    tour_devices_[place] = parent_device_[node];
    place += size[node];
  }
  breadth_first_ = {};
  if (!bundles_.empty()) lay_out_devices();
}

// With bundles the devices of the tour no longer stand where their nodes do.
void SupplyForest::lay_out_devices() {
  tour_devices_.clear();
  tour_devices_begin_.reserve(tour_.size() + 1);
  for (const Id<ConnectivityNode> node : tour_) {
    tour_devices_begin_.push_back(static_cast<std::uint32_t>(tour_devices_.size()));
    const auto devices = parent_devices(node);
    tour_devices_.insert(tour_devices_.end(), devices.begin(), devices.end());
  }
  tour_devices_begin_.push_back(static_cast<std::uint32_t>(tour_devices_.size()));
}

void SupplyForest::gather_usage_points() {
  usage_points_.reserve(network_.usage_points().size());
  usage_points_begin_.reserve(tour_.size() + 1);
  for (const Id<ConnectivityNode> node : tour_) {
    usage_points_begin_.push_back(static_cast<std::uint32_t>(usage_points_.size()));
    const auto here = network_.usage_points_at(node);
    usage_points_.insert(usage_points_.end(), here.begin(), here.end());
  }
  usage_points_begin_.push_back(static_cast<std::uint32_t>(usage_points_.size()));
  for (const Id<UsagePoint> id : network_.usage_points().ids()) {
    if (!supplied(id)) usage_points_.push_back(id);
  }
}

std::span<const Id<Device>> SupplyForest::parent_devices(Id<ConnectivityNode> node) const {
  const Id<Device>& device = parent_device_[node];
  if (!device.valid()) return {};
  if (bundle_of_.empty() || bundle_of_[node.index] == kNowhere) return {&device, 1};
  const Bundle& bundle = bundles_[bundle_of_[node.index]];
  return std::span{bundle_devices_}.subspan(bundle.begin, bundle.end - bundle.begin);
}

Liveness SupplyForest::liveness(Id<UsagePoint> id) const {
  const UsagePoint& usage_point = network_.usage_points()[id];
  if (!supplied(usage_point.node)) return Liveness::dead;
  return supply_[usage_point.node].of(usage_point.phases);
}

std::span<const Id<ConnectivityNode>> SupplyForest::subtree(Id<ConnectivityNode> node) const {
  if (!supplied(node)) return {};
  return std::span{tour_}.subspan(tour_index_[node], subtree_end_[node] - tour_index_[node]);
}

std::span<const Id<Device>> SupplyForest::devices_behind(Id<ConnectivityNode> node) const {
  if (!supplied(node)) return {};
  std::uint32_t begin = tour_index_[node] + 1;
  std::uint32_t end = subtree_end_[node];
  if (!tour_devices_begin_.empty()) {
    begin = tour_devices_begin_[begin];
    end = tour_devices_begin_[end];
  }
  return std::span{tour_devices_}.subspan(begin, end - begin);
}

std::span<const Id<UsagePoint>> SupplyForest::usage_points_behind(Id<ConnectivityNode> node) const {
  if (!supplied(node)) return {};
  const std::uint32_t begin = usage_points_begin_[tour_index_[node]];
  const std::uint32_t end = usage_points_begin_[subtree_end_[node]];
  return std::span{usage_points_}.subspan(begin, end - begin);
}

std::span<const Id<UsagePoint>> SupplyForest::unsupplied_usage_points() const {
  return std::span{usage_points_}.subspan(usage_points_begin_.back());
}

bool SupplyForest::is_behind(Id<ConnectivityNode> node, Id<ConnectivityNode> ancestor) const {
  return supplied(node) && supplied(ancestor) && tour_index_[ancestor] <= tour_index_[node] &&
         tour_index_[node] < subtree_end_[ancestor];
}

std::vector<Id<Device>> trace_upstream(const SupplyForest& forest, Id<ConnectivityNode> node) {
  std::vector<Id<Device>> path;
  while (node.valid() && forest.parent_device(node).valid()) {
    const auto devices = forest.parent_devices(node);
    path.insert(path.end(), devices.begin(), devices.end());
    node = forest.parent(node);
  }
  return path;
}

std::vector<Id<Device>> trace_downstream(const SupplyForest& forest, Id<ConnectivityNode> node) {
  const auto behind = forest.devices_behind(node);
  return {behind.begin(), behind.end()};
}

std::vector<Island> unsupplied_islands(const SupplyForest& forest, const SwitchState& switches) {
  const NetworkModel& network = forest.network();
  IdVector<ConnectivityNode, std::uint8_t> seen(network.nodes().size(), 0);
  std::vector<Island> islands;
  for (const Id<ConnectivityNode> start : network.nodes().ids()) {
    if (forest.supplied(start) || seen[start] != 0) continue;
    Island island;
    seen[start] = 1;
    island.nodes.push_back(start);
    for (std::size_t next = 0; next < island.nodes.size(); ++next) {
      const Id<ConnectivityNode> node = island.nodes[next];
      const auto here = network.usage_points_at(node);
      island.usage_points.insert(island.usage_points.end(), here.begin(), here.end());
      for (const auto [device, opposite] : network.incident(node)) {
        if (seen[opposite] != 0 || !switches.conducts(device)) continue;
        seen[opposite] = 1;
        island.nodes.push_back(opposite);
      }
    }
    islands.push_back(std::move(island));
  }
  return islands;
}

}  // namespace gridmend
