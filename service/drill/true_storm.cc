#include "service/drill/true_storm.h"

#include <algorithm>

namespace gridmend {

TrueStorm::TrueStorm(const SupplyForest& forest, const Storm& storm, std::vector<StormEvent> events,
                     std::uint64_t seed)
    : forest_(forest),
      storm_(storm),
      events_(std::move(events)),
      supply_(forest),
      evidence_(forest, storm.evidence, seed) {}

std::vector<TrueStorm::Ordered> TrueStorm::advance(Time now) {
  std::vector<Ordered> ordered;
  for (; next_ < events_.size() && events_[next_].at <= now; ++next_) {
    const StormEvent& event = events_[next_];
    open(next_);
    if (event.cause == OutageCause::de_energised_for_safety) {
      ordered.push_back({event.at, event.opens, true});
    }
  }
  std::vector<std::size_t> switched_on;
  for (const auto& [number, event] : standing_) {
    if (event.until && *event.until <= now) switched_on.push_back(number);
  }
  for (const std::size_t number : switched_on) {
    const StormEvent event = events_[number];
    undo(number, *event.until);
    ordered.push_back({*event.until, event.opens, false});
  }
  return ordered;
}

void TrueStorm::open(std::size_t number) {
  const StormEvent& event = events_[number];
  standing_.emplace(number, event);
  const bool was_open = supply_.open_now(event.opens);
  const auto changed = supply_.open(event.opens);
  evidence_.supply_changed(changed, true, event.at);
  if (!was_open && event.cause != OutageCause::de_energised_for_safety) {
    evidence_.device_moved(event.opens, true, event.at);
  }
}

void TrueStorm::undo(std::size_t number, Time at) {
  const StormEvent event = standing_.at(number);
  standing_.erase(number);
  const auto changed = supply_.close(event.opens);
  evidence_.supply_changed(changed, false, at);
  if (!supply_.open_now(event.opens) && event.cause != OutageCause::de_energised_for_safety) {
    evidence_.device_moved(event.opens, false, at);
  }
}

Id<Device> TrueStorm::premises_device(Id<UsagePoint> usage_point) const {
  const NetworkModel& network = forest_.network();
  Id<ConnectivityNode> node = network.usage_points()[usage_point].node;
  while (node.valid() && forest_.parent_device(node).valid()) {
    const Id<Device> device = forest_.parent_device(node);
    const DeviceKind kind = network.devices()[device].kind;
    if (kind == DeviceKind::service_drop) return device;
    if (is_protective(kind) || kind == DeviceKind::power_transformer) break;
    node = forest_.parent(node);
  }
  return Id<Device>::none();
}

SiteVisit TrueStorm::look(Id<Device> device, Id<UsagePoint> premises, bool repair) const {
  SiteVisit visit;
  visit.work = from_seconds(60 * storm_.repair.look_min);
  if (!device.valid() && premises.valid()) device = premises_device(premises);
  for (const auto& [number, event] : standing_) {
    if (event.opens != device) continue;
    if (event.cause == OutageCause::de_energised_for_safety) {
      visit.switched_off = true;
      continue;
    }
    visit.was_open = true;
    if (!repair) continue;
    visit.work += event.repair;
    visit.repairs.push_back(number);
  }
  return visit;
}

std::span<const Id<UsagePoint>> TrueStorm::usage_points_behind(Id<Device> device) const {
  const Id<ConnectivityNode> behind = forest_.downstream_node(device);
  return behind.valid() ? forest_.usage_points_behind(behind) : std::span<const Id<UsagePoint>>{};
}

void TrueStorm::finish(const SiteVisit& visit, Time at) {
  for (const std::size_t number : visit.repairs) {
    if (standing_.contains(number)) undo(number, at);
  }
}

}  // namespace gridmend
