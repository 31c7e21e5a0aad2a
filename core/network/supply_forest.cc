#include "core/network/supply_forest.h"

#include <algorithm>

namespace gridmend {

SupplyForest::SupplyForest(const NetworkModel& network)
    : network_(network),
      tour_index_(network.nodes().size(), kNowhere),
      subtree_end_(network.nodes().size(), kNowhere),
      parent_(network.nodes().size()),
      parent_device_(network.nodes().size()),
      feeder_(network.nodes().size()),
      phases_(network.nodes().size()),
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
    phases_[source] = PhaseSet::abc();
    breadth_first_.push_back(source);
  }
  for (std::size_t next = 0; next < breadth_first_.size(); ++next) {
    const Id<ConnectivityNode> node = breadth_first_[next];
    for (const auto [device, opposite] : network_.incident(node)) {
      if (device == parent_device_[node] || !switches.conducts(device)) continue;
      if (feeder_[opposite].valid()) {
        loop_devices_.push_back(device);
        continue;
      }
      const PhaseSet through =
          network_.devices()[device].phases.without(switches.open_phases(device));
      feeder_[opposite] = feeder_[node];
      parent_[opposite] = node;
      parent_device_[opposite] = device;
      phases_[opposite] = phases_[node] & through & PhaseSet::abc();
      downstream_node_[device] = opposite;
      breadth_first_.push_back(opposite);
    }
  }
  // Each was met from both of its ends.
  std::ranges::sort(loop_devices_);
  const auto repeated = std::ranges::unique(loop_devices_);
  loop_devices_.erase(repeated.begin(), repeated.end());
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
  for (const Id<ConnectivityNode> node : breadth_first_) {
    std::uint32_t& place = parent_[node].valid() ? next_place[parent_[node]] : next_root;
    tour_index_[node] = place;
    subtree_end_[node] = place + size[node];
    next_place[node] = place + 1;
    tour_[place] = node;
    place += size[node];
  }
  breadth_first_ = {};
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

std::span<const Id<ConnectivityNode>> SupplyForest::subtree(Id<ConnectivityNode> node) const {
  if (!supplied(node)) return {};
  return std::span{tour_}.subspan(tour_index_[node], subtree_end_[node] - tour_index_[node]);
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
    path.push_back(forest.parent_device(node));
    node = forest.parent(node);
  }
  return path;
}

std::vector<Id<Device>> trace_downstream(const SupplyForest& forest, Id<ConnectivityNode> node) {
  std::vector<Id<Device>> devices;
  for (const Id<ConnectivityNode> behind : forest.subtree(node)) {
    if (behind != node) devices.push_back(forest.parent_device(behind));
  }
  return devices;
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
