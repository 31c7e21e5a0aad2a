#include "core/outage/inference_forest.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace gridmend {
namespace {

bool clears_faults(const InferenceZone& zone) {
  return !zone.device.valid() || is_protective(zone.kind) ||
         zone.kind == DeviceKind::power_transformer;
}

}  // namespace

bool interrupts_supply(DeviceKind kind) {
  return is_switch(kind) || kind == DeviceKind::power_transformer;
}

InferenceForest InferenceForest::contract(const SupplyForest& supply) {
  InferenceForest forest{supply.network()};
  forest.open_zones(supply);
  forest.leave_out_bare_sources();
  forest.place_devices(supply);
  forest.place_usage_points();
  return forest;
}

// Zones open in tour order of their first connectivity node, which is an Euler tour of the zones:
// whatever opens between a zone's first node and the end of that node's subtree is behind it.
void InferenceForest::open_zones(const SupplyForest& supply) {
  zone_of_node_ = IdVector<ConnectivityNode, Id<InferenceZone>>(network_.nodes().size());
  for (const Id<ConnectivityNode> node : supply.tour()) {
    const Id<Device> device = supply.parent_device(node);
    const Id<InferenceZone> before =
        device.valid() ? zone_of_node_[supply.parent(node)] : Id<InferenceZone>{};
    if (device.valid() && !interrupts_supply(network_.devices()[device].kind)) {
      zone_of_node_[node] = before;
      zones_[before.index].usage_points_end +=
          static_cast<std::uint32_t>(network_.usage_points_at(node).size());
      continue;
    }
    InferenceZone zone;
    zone.device = device;
    zone.feeder = supply.feeder(node);
    zone.parent = before;
    zone.phases = supply.phases(node);
    if (device.valid()) zone.kind = network_.devices()[device].kind;
    // Until the usage points are placed, `usage_points_end` counts a zone's own.
    zone.usage_points_end = static_cast<std::uint32_t>(network_.usage_points_at(node).size());
    zone_of_node_[node] = Id<InferenceZone>{zones_.size()};
    zones_.push_back(zone);
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
                      children[z] == 1 && is_switch(zones_[z + 1].kind);
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
    if (!node.valid()) continue;
    const Id<InferenceZone> home = zone_of_node_[node];
    zone_of_device_[id] = home;
    const Device& device = network_.devices()[id];
    if (device.kind != DeviceKind::ac_line_segment) continue;
    InferenceZone& zone = zones_[clearing_zone(home).index];
    (device.underground != 0 ? zone.underground_m : zone.overhead_m) += device.length_m;
  }
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
  zone_of_ = IdVector<UsagePoint, Id<InferenceZone>>(points.size());
  usage_points_.resize(place);
  std::vector<std::uint32_t> next(zones_.size());
  for (std::size_t z = 0; z < zones_.size(); ++z) next[z] = zones_[z].usage_points_begin;
  for (const Id<UsagePoint> id : points.ids()) {
    const Id<InferenceZone> zone = zone_of_node_[points[id].node];
    if (!zone.valid()) continue;
    zone_of_[id] = zone;
    usage_points_[next[zone.index]++] = id;
  }
  for (const InferenceZone& zone : zones_) {
    std::ranges::sort(usage_points_.begin() + zone.usage_points_begin,
                      usage_points_.begin() + zone.usage_points_end, {},
                      [&points](Id<UsagePoint> id) {
                        return std::tuple{points[id].communication_group, id};
                      });
  }
}

Id<InferenceZone> InferenceForest::clearing_zone(Id<InferenceZone> id) const {
  while (!clears_faults((*this)[id]) && (*this)[id].parent.valid()) id = (*this)[id].parent;
  return id;
}

std::span<const Id<UsagePoint>> InferenceForest::own_usage_points(Id<InferenceZone> id) const {
  const InferenceZone& zone = (*this)[id];
  return std::span{usage_points_}.subspan(zone.usage_points_begin,
                                          zone.usage_points_end - zone.usage_points_begin);
}

std::span<const Id<UsagePoint>> InferenceForest::usage_points_behind(Id<InferenceZone> id) const {
  const InferenceZone& zone = (*this)[id];
  return std::span{usage_points_}.subspan(zone.usage_points_begin,
                                          zone.usage_points_behind_end - zone.usage_points_begin);
}

}  // namespace gridmend
