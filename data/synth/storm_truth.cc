#include "data/synth/storm_truth.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/base/random.h"
#include "core/outage/settings.h"

namespace gridmend {
namespace {

enum Stream : std::uint64_t { kFaults = 0xfa01, kFlood = 0xf10d, kOrders = 0x0d0e };

// Live parts above ground, as the localiser's configuration has them for kinds without a record.
double live_part_height_m(const Device& device) {
  if (device.live_part_height_m > 0) return device.live_part_height_m;
  const DevicePriorSettings defaults;
  if (device.underground != 0) return defaults.underground_live_part_height_m;
  return defaults.live_part_height_m[static_cast<std::size_t>(device.kind)];
}

double fault_chance(const Device& device, const FaultRates& rates) {
  switch (device.kind) {
    case DeviceKind::ac_line_segment: {
      const double per_km =
          device.underground != 0 ? rates.underground_per_km : rates.overhead_per_km;
      return 1 - std::exp(-per_km * device.length_m / 1000);
    }
    case DeviceKind::service_drop:
      return rates.service_drop;
    case DeviceKind::power_transformer:
      return rates.transformer;
    case DeviceKind::fuse:
      return rates.fuse;
    case DeviceKind::recloser:
    case DeviceKind::sectionaliser:
      return rates.recloser;
    case DeviceKind::breaker:
      return rates.breaker;
    default:
      return 0;
  }
}

bool opens_itself(DeviceKind kind) {
  return is_switch(kind) || kind == DeviceKind::power_transformer ||
         kind == DeviceKind::service_drop;
}

class StormDraw {
 public:
  StormDraw(const SupplyForest& forest, const Storm& storm, const Water& water, std::uint64_t seed)
      : forest_(forest),
        network_(forest.network()),
        storm_(storm),
        water_(water),
        faults_(Random{seed}.fork(kFaults)),
        flood_(Random{seed}.fork(kFlood)),
        orders_(Random{seed}.fork(kOrders)) {}

  Result<std::vector<StormEvent>> draw() {
    for (const Id<Device> id : network_.devices().ids()) {
      // Every device draws its numbers whether it is supplied or not: a change of one leaves the
      // others' storm as it was.
      const bool fails = faults_.chance(fault_chance(network_.devices()[id], storm_.faults));
      const double hour = std::clamp(
          storm_.faults.peak_h + storm_.faults.spread_h * faults_.normal(), 0., storm_.duration_h);
      const double repair = faults_.lognormal(1, storm_.repair.sigma);
      if (fails) add_fault(id, storm_.start + from_seconds(3600 * hour), minutes_for(id) * repair);
    }
    for (const Id<Device> id : network_.devices().ids()) draw_flood(id);
    if (auto named = add_named(); !named) return unexpected(named.error());
    std::ranges::sort(events_, {}, [](const StormEvent& e) {
      return std::tuple{e.at, e.opens.index, e.damaged.index};
    });
    return std::move(events_);
  }

 private:
  double minutes_for(Id<Device> id) const {
    return storm_.repair.median_min[static_cast<std::size_t>(network_.devices()[id].kind)];
  }

  void add_fault(Id<Device> id, Time at, double minutes, OutageCause cause = OutageCause::fault) {
    const Id<ConnectivityNode> behind = forest_.downstream_node(id);
    if (!behind.valid()) return;
    const Id<Device> opens = opens_itself(network_.devices()[id].kind)
                                 ? id
                                 : interrupter_above(forest_, forest_.parent(behind));
    if (!opens.valid()) return;
    events_.push_back({at, std::nullopt, id, opens, from_seconds(60 * minutes), cause});
  }

  // Water reaches the live parts: switched off in time by somebody, or tripped.
  void draw_flood(Id<Device> id) {
    const Device& device = network_.devices()[id];
    if (device.kind != DeviceKind::power_transformer && !is_switch(device.kind)) return;
    const double limit = live_part_height_m(device) + storm_.faults.flood_sigma_m * flood_.normal();
    const double repair = flood_.lognormal(storm_.repair.flooded_min, storm_.repair.sigma);
    const bool ordered = orders_.chance(storm_.deliberate.share);
    if (water_.empty() || limit <= 0 || !forest_.downstream_node(id).valid()) return;
    const auto reached = first_above(device.position, limit);
    if (!reached) return;
    if (!ordered) return add_fault(id, *reached, repair, OutageCause::flood_trip);
    const double early = limit * storm_.deliberate.before_share_of_height;
    const auto off = first_above(device.position, early);
    const auto dry = first_below(device.position, early, *reached);
    const auto until =
        dry ? std::optional{*dry + from_seconds(3600 * storm_.deliberate.dry_h)} : std::nullopt;
    events_.push_back({off.value_or(*reached), until, id, id, Duration::zero(),
                       OutageCause::de_energised_for_safety});
  }

  static constexpr Duration kLook = std::chrono::minutes{10};

  std::optional<Time> first_above(Position position, double depth_m) const {
    const Time end = storm_.start + from_seconds(3600 * storm_.until_h);
    for (Time t = storm_.start; t <= end; t += kLook) {
      if (water_.depth_m(position, t) >= depth_m) return t;
    }
    return std::nullopt;
  }

  std::optional<Time> first_below(Position position, double depth_m, Time from) const {
    const Time end = storm_.start + from_seconds(3600 * storm_.until_h);
    for (Time t = from; t <= end; t += kLook) {
      if (water_.depth_m(position, t) < depth_m) return t;
    }
    return std::nullopt;
  }

  Result<void> add_named() {
    for (const NamedFault& fault : storm_.named_faults) {
      const auto id = network_.find_device(fault.device);
      if (!id) {
        return refuse(ErrorCode::not_found, "DEVICE_UNKNOWN",
                      "the storm breaks device '" + fault.device + "', which the region lacks");
      }
      add_fault(*id, storm_.start + from_seconds(60 * fault.at_min), fault.repair_min);
    }
    return {};
  }

  const SupplyForest& forest_;
  const NetworkModel& network_;
  const Storm& storm_;
  const Water& water_;
  Random faults_, flood_, orders_;
  std::vector<StormEvent> events_;
};

}  // namespace

Id<Device> interrupter_above(const SupplyForest& forest, Id<ConnectivityNode> node) {
  const NetworkModel& network = forest.network();
  while (node.valid() && forest.parent_device(node).valid()) {
    const Id<Device> device = forest.parent_device(node);
    const DeviceKind kind = network.devices()[device].kind;
    if (is_protective(kind) || kind == DeviceKind::power_transformer) return device;
    node = forest.parent(node);
  }
  return Id<Device>::none();
}

Result<std::vector<StormEvent>> draw_storm(const SupplyForest& forest, const Storm& storm,
                                           const Water& water, std::uint64_t seed) {
  return StormDraw{forest, storm, water, seed}.draw();
}

TrueSupply::TrueSupply(const SupplyForest& forest)
    : forest_(forest),
      open_above_(forest.network().usage_points().size(), 0),
      openings_(forest.network().devices().size(), 0) {}

std::vector<Id<UsagePoint>> TrueSupply::open(Id<Device> device) {
  return ++openings_[device] == 1 ? change(device, 1) : std::vector<Id<UsagePoint>>{};
}

std::vector<Id<UsagePoint>> TrueSupply::close(Id<Device> device) {
  GRIDMEND_CHECK(openings_[device] > 0, "only an open device closes");
  return --openings_[device] == 0 ? change(device, -1) : std::vector<Id<UsagePoint>>{};
}

std::vector<Id<UsagePoint>> TrueSupply::change(Id<Device> device, int by) {
  std::vector<Id<UsagePoint>> changed;
  const Id<ConnectivityNode> behind = forest_.downstream_node(device);
  if (!behind.valid()) return changed;
  for (const Id<UsagePoint> id : forest_.usage_points_behind(behind)) {
    std::uint16_t& count = open_above_[id];
    const bool was_dark = count > 0;
    count = static_cast<std::uint16_t>(count + by);
    if (was_dark == (count > 0)) continue;
    changed.push_back(id);
    const double customers = forest_.network().usage_points()[id].customers;
    customers_dark_ += by > 0 ? customers : -customers;
  }
  return changed;
}

bool TrueSupply::active(Id<Device> device) const {
  if (!open_now(device)) return false;
  const Id<ConnectivityNode> behind = forest_.downstream_node(device);
  if (!behind.valid()) return false;
  const Id<ConnectivityNode> above = forest_.parent(behind);
  for (const Id<Device> up : trace_upstream(forest_, above)) {
    if (open_now(up)) return false;
  }
  return true;
}

std::vector<Id<Device>> TrueSupply::open_devices() const {
  std::vector<Id<Device>> open;
  for (const Id<Device> id : openings_.ids()) {
    if (open_now(id)) open.push_back(id);
  }
  return open;
}

}  // namespace gridmend
