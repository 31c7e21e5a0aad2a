#include "service/handlers/region_changes.h"

#include <algorithm>
#include <string>

namespace gridmend {
namespace {

std::uint32_t count(std::size_t size) { return static_cast<std::uint32_t>(size); }

using Ids = google::protobuf::RepeatedPtrField<std::string>;

template <class Record>
void list(const NetworkModel& network, const std::vector<Id<Record>>& ids, Ids& listed) {
  for (std::size_t i = 0; i < std::min(ids.size(), kMostChangedIds); ++i) {
    *listed.Add() = std::string{network.mrid(ids[i])};
  }
}

template <class Record>
void fill(v1::RegionChanges::Table& table, const NetworkModel& before, const NetworkModel& after,
          const TableDiff<Record>& diff) {
  table.set_added(count(diff.added.size()));
  table.set_removed(count(diff.removed.size()));
  table.set_changed(count(diff.changed.size()));
  list(after, diff.added, *table.mutable_added_ids());
  list(before, diff.removed, *table.mutable_removed_ids());
  std::vector<Id<Record>> moved;
  std::vector<Id<Record>> reconnected;
  for (const RecordChange<Record>& change : diff.changed) {
    if (change.moved()) moved.push_back(change.before);
    if (change.reconnected()) reconnected.push_back(change.before);
  }
  table.set_moved(count(moved.size()));
  table.set_reconnected(count(reconnected.size()));
  list(before, moved, *table.mutable_moved_ids());
  list(before, reconnected, *table.mutable_reconnected_ids());
}

}  // namespace

v1::RegionChanges to_proto(const RegionDiff& diff, const Region& before, const Region& after) {
  v1::RegionChanges message;
  const NetworkModel& old_network = before.network;
  const NetworkModel& new_network = after.network;
  fill(*message.mutable_substations(), old_network, new_network, diff.substations);
  fill(*message.mutable_feeders(), old_network, new_network, diff.feeders);
  fill(*message.mutable_connectivity_nodes(), old_network, new_network, diff.nodes);
  fill(*message.mutable_devices(), old_network, new_network, diff.devices);
  fill(*message.mutable_usage_points(), old_network, new_network, diff.usage_points);
  for (const FeederSupplyChange& change : diff.feeder_supply) {
    v1::FeederChange& added = *message.add_feeder_changes();
    added.set_feeder(std::string{change.before.valid() ? old_network.mrid(change.before)
                                                       : new_network.mrid(change.after)});
    added.set_usage_points_gained(count(change.gained));
    added.set_usage_points_lost(count(change.lost));
  }
  message.set_supply_lost(count(diff.supply_lost.size()));
  message.set_supply_gained(count(diff.supply_gained.size()));
  list(old_network, diff.supply_lost, *message.mutable_supply_lost_ids());
  message.set_roads_changed(diff.roads_changed);
  return message;
}

v1::RegionOverlap to_proto(const RegionOverlap& overlap) {
  v1::RegionOverlap message;
  message.set_devices(static_cast<std::uint32_t>(overlap.devices));
  message.set_devices_kept(static_cast<std::uint32_t>(overlap.devices_kept));
  message.set_usage_points(static_cast<std::uint32_t>(overlap.usage_points));
  message.set_usage_points_kept(static_cast<std::uint32_t>(overlap.usage_points_kept));
  message.set_needs_force(!overlap.enough());
  return message;
}

}  // namespace gridmend
