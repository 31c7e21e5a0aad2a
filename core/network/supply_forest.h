#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/network/network_model.h"
#include "core/network/phase_supply.h"
#include "core/network/switch_state.h"

namespace gridmend {

// How supply reaches every connectivity node under one switch state: a spanning forest rooted at
// the feeders' source nodes, laid out as an Euler tour (preorder). Everything behind a device is
// one contiguous run of the tour, and so are its usage points: no search.
//
// Each node hangs on a shortest path (fewest devices) to its nearest source, found breadth first
// from all sources in order of feeder id and through devices in order of id. Of several feeders
// that enter at one node the first is named. Closed devices that would close a loop are not part of
// the forest; `loop_devices` lists them. Single-phase devices side by side between the same two
// nodes (three fuses, the tanks of a bank; completes_bundle) are one step of the forest, a bundle:
// none of them closes a loop, and each brings its phases.
//
// Which conductors are live is followed through every closed device, those of loops included and
// against the tree where supply comes back. Deriving takes O(nodes + devices + usage points); every
// query below is O(1) unless it says more.
class SupplyForest {
 public:
  static SupplyForest derive(const NetworkModel& network, const SwitchState& switches);

  bool supplied(Id<ConnectivityNode> node) const { return tour_index_[node] != kNowhere; }
  // The feeder whose source supplies the node; none when unsupplied.
  Id<Feeder> feeder(Id<ConnectivityNode> node) const { return feeder_[node]; }
  // The device and node supply comes from; none for a source node and for unsupplied ones. Of a
  // bundle it is the member with the lowest id.
  Id<Device> parent_device(Id<ConnectivityNode> node) const { return parent_device_[node]; }
  Id<ConnectivityNode> parent(Id<ConnectivityNode> node) const { return parent_[node]; }
  // All closed devices side by side that supply comes through, parent_device first, by id; empty
  // for a source node and for unsupplied ones.
  std::span<const Id<Device>> parent_devices(Id<ConnectivityNode> node) const;
  // Conductor by conductor; PhaseSupply{} when unsupplied.
  const PhaseSupply& supply(Id<ConnectivityNode> node) const { return supply_[node]; }
  // The live conductors. May be none() for a supplied node: closed devices lead to a source, but no
  // conductor passes through all of them (a phase opened upstream, or data that disagree).
  PhaseSet phases(Id<ConnectivityNode> node) const { return supply_[node].live; }
  // Has the usage point light, by its phases? Dead when unsupplied.
  Liveness liveness(Id<UsagePoint> usage_point) const;
  // The far end of a device as supply flows through it; none when nothing flows through it
  // (open, unsupplied, or closing a loop). Every closed member of a bundle has one.
  Id<ConnectivityNode> downstream_node(Id<Device> device) const { return downstream_node_[device]; }

  // Supplied nodes in tour order: parents before children, subtrees contiguous.
  std::span<const Id<ConnectivityNode>> tour() const { return tour_; }
  // Where the node stands in the tour; it must be supplied.
  std::uint32_t tour_place(Id<ConnectivityNode> node) const {
    GRIDMEND_CHECK(supplied(node), "the tour visits supplied nodes");
    return tour_index_[node];
  }
  // The node and everything behind it.
  std::span<const Id<ConnectivityNode>> subtree(Id<ConnectivityNode> node) const;
  // Devices through which supply flows behind the node, in tour order, all members of a bundle; its
  // parent devices are not among them. Empty when unsupplied.
  std::span<const Id<Device>> devices_behind(Id<ConnectivityNode> node) const;
  // Usage points at the node and behind it. Empty when unsupplied.
  std::span<const Id<UsagePoint>> usage_points_behind(Id<ConnectivityNode> node) const;
  // All supplied usage points in tour order, then all unsupplied ones in order of id.
  std::span<const Id<UsagePoint>> usage_points_in_tour_order() const { return usage_points_; }
  std::span<const Id<UsagePoint>> unsupplied_usage_points() const;
  bool supplied(Id<UsagePoint> usage_point) const {
    return supplied(network_.usage_points()[usage_point].node);
  }

  // Is `node` at or behind `ancestor`?
  bool is_behind(Id<ConnectivityNode> node, Id<ConnectivityNode> ancestor) const;

  std::span<const Id<Device>> loop_devices() const { return loop_devices_; }

  const NetworkModel& network() const { return network_; }

 private:
  static constexpr std::uint32_t kNowhere = 0xffffffff;
  // The closed members that feed one node, where they are several: a run of bundle_devices_.
  struct Bundle {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  // A device that leads where another one already does.
  struct Beside {
    Id<ConnectivityNode> opposite;
    bool open = false;
    Id<Device> device;
  };

  explicit SupplyForest(const NetworkModel& network);
  void spread_supply(const SwitchState& switches);
  void spread_from(Id<ConnectivityNode> node, const SwitchState& switches,
                   std::vector<Beside>& beside);
  void join_bundles(Id<ConnectivityNode> node, const SwitchState& switches,
                    std::vector<Beside>& beside);
  void bundle(Id<ConnectivityNode> node, std::span<const Beside> beside,
              const SwitchState& switches);
  PhaseSupply passed(Id<Device> device, Id<ConnectivityNode> node,
                     const SwitchState& switches) const;
  void follow_loops(const SwitchState& switches);
  void lay_out_tour();
  void lay_out_devices();
  void gather_usage_points();

  NetworkModel network_;
  IdVector<ConnectivityNode, std::uint32_t> tour_index_;
  IdVector<ConnectivityNode, std::uint32_t> subtree_end_;  // tour index past the last descendant
  IdVector<ConnectivityNode, Id<ConnectivityNode>> parent_;
  IdVector<ConnectivityNode, Id<Device>> parent_device_;
  IdVector<ConnectivityNode, Id<Feeder>> feeder_;
  IdVector<ConnectivityNode, PhaseSupply> supply_;
  IdVector<Device, Id<ConnectivityNode>> downstream_node_;
  std::vector<Id<ConnectivityNode>> tour_;
  std::vector<Id<Device>> tour_devices_;           // the parent devices of the tour's nodes
  std::vector<std::uint32_t> tour_devices_begin_;  // by tour index; empty: each node has one entry
  std::vector<std::uint32_t> usage_points_begin_;  // by tour index, one more
  std::vector<Id<UsagePoint>> usage_points_;
  std::vector<Id<Device>> loop_devices_;
  std::vector<std::uint32_t> bundle_of_;  // by node, kNowhere; empty when there are no bundles
  std::vector<Bundle> bundles_;
  std::vector<Id<Device>> bundle_devices_;
  std::vector<Id<ConnectivityNode>> breadth_first_;
};

// Devices from `node` up to its source, nearest first, all members of a bundle. Empty for a source
// and for unsupplied nodes. O(length of the path).
std::vector<Id<Device>> trace_upstream(const SupplyForest& forest, Id<ConnectivityNode> node);

// SupplyForest::devices_behind as a value. O(size of the subtree).
std::vector<Id<Device>> trace_downstream(const SupplyForest& forest, Id<ConnectivityNode> node);

// Groups of connectivity nodes that no source reaches but that hang together through closed
// devices.
// Islands in order of their lowest node id; nodes breadth first from it.
struct Island {
  std::vector<Id<ConnectivityNode>> nodes;
  std::vector<Id<UsagePoint>> usage_points;
};
std::vector<Island> unsupplied_islands(const SupplyForest& forest, const SwitchState& switches);

}  // namespace gridmend
