#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/network/supply_forest.h"

namespace gridmend {

// The part of a feeder behind something that can interrupt supply, up to the next such thing.
// 60 bytes a zone.
struct InferenceZone {
  Id<Device> device;  // what can interrupt, the first of its members; none: a source itself
  Id<Feeder> feeder;
  Id<InferenceZone> parent;                   // none for a tree's root
  std::uint32_t zones_end = 0;                // the zone and all behind it: [id, zones_end)
  std::uint32_t usage_points_begin = 0;       // in usage_points_in_order(): its own,
  std::uint32_t usage_points_end = 0;         // up to here,
  std::uint32_t usage_points_behind_end = 0;  // and all behind it, up to here
  // Line length whose faults this zone's device clears: its own and that of zones behind it that
  // are headed by something which does not open by itself.
  float overhead_m = 0;
  float underground_m = 0;
  DeviceKind kind = DeviceKind::breaker;  // not read where `device` is none
  PhaseSet phases;                        // live conductors that reach the zone
  // Of A, B and C those its supply hangs on: its own, or where it has the legs of a split
  // secondary, those of the primary.
  PhaseSet feeding_phases;
  bool gang_operated = false;  // opens all its phases together (opens_phases_together)
  // Closed devices lead here on two ways: supply is lost only when every way is cut, by two of its
  // members at least. The members are whatever can interrupt on those ways.
  bool meshed = false;
  std::uint16_t joined_sources = 0;  // feeders that meet in a meshed zone; 0 elsewhere
  std::uint32_t members_begin = 0;   // see InferenceForest::members
  std::uint32_t members_end = 0;
  std::uint32_t root = 0;          // its tree: index of the root zone
  std::uint32_t groups_begin = 0;  // see InferenceForest::groups
};

// The usage points of one communication group in one zone: they report together.
struct ZoneGroup;

// A service drop that several usage points hang on: what breaks it takes all of them.
struct SharedDrop {
  Id<Device> device;
  std::uint32_t begin = 0;  // in InferenceForest::usage_points_in_order()
  std::uint32_t end = 0;
};

// The supply forest contracted to what can interrupt supply: switches of every kind, power
// transformers (with whatever fuse their record stands for; a fuse of its own record is a zone of
// its own), and the feeder's source. A source with nothing but one breaker, recloser or other
// switch before any customer is left out: that switch is the tree's root and takes its line length.
// Usage points are leaves and not zones. Zones are numbered in Euler-tour order, parents first, so
// everything behind a zone is a run of zones and a run of usage points. Unsupplied usage points
// have no zone.
//
// Devices side by side (three single-phase fuses, the tanks of a bank) head one zone together.
// Where what can interrupt still closes loops after everything else is contracted, each meshed
// block of those loops (BlockCutTree; feeders that meet are one) is one zone.
//
// A service drop that feeds several usage points of one zone and one communication group is kept
// as a run of leaves with a common fate, not as a zone: its meters report through the concentrator
// of those beside it. Each usage point belongs to the nearest such drop; of several in a row with
// the same usage points behind them, to the first. What else hangs behind it is not taken with it.
//
// Contraction takes O(nodes + devices + usage points log). Memory: 4 bytes a usage point, and 4 a
// node (8 where drops are shared) and a device: a usage point's zone and drop are its node's.
class InferenceForest {
 public:
  static InferenceForest contract(const SupplyForest& supply);

  const NetworkModel& network() const { return network_; }
  std::span<const InferenceZone> zones() const { return zones_; }
  const InferenceZone& operator[](Id<InferenceZone> id) const {
    GRIDMEND_CHECK(id.index < zones_.size(), "zone is of this forest");
    return zones_[id.index];
  }
  // Roots of the trees, ascending.
  std::span<const Id<InferenceZone>> roots() const { return roots_; }

  // By zone, within a zone by communication group (those without one last), within it by shared
  // drop (those without one last), then by id.
  std::span<const Id<UsagePoint>> usage_points_in_order() const { return usage_points_; }
  std::span<const Id<UsagePoint>> own_usage_points(Id<InferenceZone> id) const;
  std::span<const Id<UsagePoint>> usage_points_behind(Id<InferenceZone> id) const;
  // Groups are numbered by zone. Usage points without a communication group share their zone's.
  std::size_t group_count() const { return group_begins_.size() - 1; }
  IdRange<ZoneGroup> groups(Id<InferenceZone> id) const;
  // Of one group, in order.
  std::span<const Id<UsagePoint>> usage_points_in(Id<ZoneGroup> group) const {
    const std::uint32_t begin = group_begins_[group.index];
    return std::span{usage_points_}.subspan(begin, group_begins_[group.index + 1] - begin);
  }

  std::span<const SharedDrop> shared_drops() const { return shared_drops_; }  // by device
  // None for one that shares its drop with nobody.
  Id<Device> shared_drop(Id<UsagePoint> usage_point) const {
    return shared_drops_.empty() ? Id<Device>{} : drop_of_node_[node_of(usage_point)];
  }
  bool is_shared_drop(Id<Device> device) const { return !usage_points_on(device).empty(); }
  // Those that hang on a shared drop; empty for other devices. O(log shared drops).
  std::span<const Id<UsagePoint>> usage_points_on(Id<Device> device) const;
  // Calls visitor(drop, usage points) for each shared drop in a run of usage_points_in_order() of
  // one communication group in one zone, and with none for those on no shared drop.
  template <class Visitor>
  void visit_drops(std::span<const Id<UsagePoint>> group, Visitor&& visitor) const {
    visit_runs(group, [&](bool shared, std::span<const Id<UsagePoint>> run) {
      visitor(shared ? shared_drop(run.front()) : Id<Device>{}, run);
    });
  }
  // The same with whether it is one that is shared, for who need not know which.
  template <class Visitor>
  void visit_runs(std::span<const Id<UsagePoint>> group, Visitor&& visitor) const {
    if (shared_drops_.empty()) return visitor(false, group);
    auto place = static_cast<std::size_t>(group.data() - usage_points_.data());
    while (!group.empty()) {
      const std::size_t begin = place++;
      while (place - begin < group.size() && !drop_begins_[place]) ++place;
      visitor(on_drop_[begin], group.first(place - begin));
      group = group.subspan(place - begin);
    }
  }

  // The devices that head the zone: one, several side by side, or those of a meshed zone. By id.
  // Empty for a source.
  std::span<const Id<Device>> members(Id<InferenceZone> id) const;
  bool heads(Id<InferenceZone> id, Id<Device> device) const;  // O(members)
  // Members that have one of these phases (of the terminal at `from`), for a recurrence over
  // phases.
  std::vector<Id<Device>> members_on(Id<InferenceZone> id, PhaseSet phases) const;

  // None when unsupplied.
  Id<InferenceZone> zone_of(Id<UsagePoint> usage_point) const {
    return zone_of_node_[node_of(usage_point)];
  }
  // The zone a device heads or, for what cannot interrupt, lies in; none when it is open or without
  // supply.
  Id<InferenceZone> zone_of(Id<Device> device) const { return zone_of_device_[device]; }
  // None when unsupplied.
  Id<InferenceZone> zone_of(Id<ConnectivityNode> node) const { return zone_of_node_[node]; }
  // The zone whose device clears a fault on this zone's lines: the nearest upwards, itself
  // included, that opens by itself (a transformer by its fuse), or the tree's root.
  Id<InferenceZone> clearing_zone(Id<InferenceZone> id) const;
  // By zone of a tree, from its root on: the place of its parent in the same order; kNoParent
  // (sum_product.h) for the root.
  std::vector<std::uint32_t> parents_in_tree(Id<InferenceZone> root) const;
  Id<InferenceZone> root_of(Id<InferenceZone> id) const {
    return Id<InferenceZone>{(*this)[id].root};
  }

 private:
  explicit InferenceForest(const NetworkModel& network) : network_(network) {}
  void open_zones(const SupplyForest& supply);
  void open_radial_zones(const SupplyForest& supply);
  void open_meshed_zones(const SupplyForest& supply);
  Id<InferenceZone> open_zone(const SupplyForest& supply, Id<ConnectivityNode> node,
                              Id<InferenceZone> parent, std::span<const Id<Device>> interrupting);
  void lay_out_zones();
  void leave_out_bare_sources();
  void place_devices(const SupplyForest& supply);
  void place_usage_points();
  void find_shared_drops(const SupplyForest& supply);
  void list_groups();
  void list_shared_drops();
  Id<ConnectivityNode> node_of(Id<UsagePoint> usage_point) const {
    return network_.usage_points()[usage_point].node;
  }

  NetworkModel network_;
  std::vector<InferenceZone> zones_;
  std::vector<Id<InferenceZone>> roots_;
  std::vector<Id<Device>> members_;  // of zones with more than one
  std::vector<Id<UsagePoint>> usage_points_;
  std::vector<std::uint32_t> group_begins_;  // in usage_points_, and its end
  std::vector<SharedDrop> shared_drops_;
  // By place in usage_points_; empty when no drop is shared.
  std::vector<bool> drop_begins_;
  std::vector<bool> on_drop_;
  IdVector<ConnectivityNode, Id<Device>> drop_of_node_;  // empty when no drop is shared
  IdVector<ConnectivityNode, Id<InferenceZone>> zone_of_node_;
  IdVector<Device, Id<InferenceZone>> zone_of_device_;
};

// Can it interrupt supply: every switch kind and power transformers.
bool interrupts_supply(DeviceKind kind);

// Does whatever opens the device open all its phases: switches do, and what has one conductor;
// fuses and transformers (by theirs) open phase by phase.
bool opens_phases_together(const Device& device);

}  // namespace gridmend
