#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/hazard/water.h"
#include "core/network/supply_forest.h"
#include "core/outage/outage.h"
#include "data/synth/storm.h"

namespace gridmend {

// Something that interrupts supply: `opens` stands open from `at` until it is repaired (or, for a
// deliberate opening, until `until`).
struct StormEvent {
  Time at{};
  std::optional<Time> until;  // deliberate: when supply is switched on again
  Id<Device> damaged;         // the line, transformer or device at fault
  Id<Device> opens;           // what interrupts supply because of it
  Duration repair{};          // on site; zero for a deliberate opening
  OutageCause cause = OutageCause::fault;
};

// What the storm does to a network, whoever repairs it: drawn once from the seed, so that every
// dispatcher meets the same storm. Ascending by time, then device. Damage on what nothing supplies,
// or above which nothing can open, is left out. Refuses a named fault whose device is unknown.
Result<std::vector<StormEvent>> draw_storm(const SupplyForest& forest, const Storm& storm,
                                           const Water& water, std::uint64_t seed);

// The device that opens when there is a fault at or behind `node`: the nearest protective device
// or transformer towards the source; none when there is none.
Id<Device> interrupter_above(const SupplyForest& forest, Id<ConnectivityNode> node);

// Who is dark in truth: a count of open devices above every usage point. The forest is the one of
// normal operation and must outlive it.
class TrueSupply {
 public:
  explicit TrueSupply(const SupplyForest& forest);

  // Opens once more, or takes one opening back; answers the usage points whose supply changed, in
  // tour order. O(usage points behind the device).
  std::vector<Id<UsagePoint>> open(Id<Device> device);
  std::vector<Id<UsagePoint>> close(Id<Device> device);

  bool dark(Id<UsagePoint> usage_point) const { return open_above_[usage_point] > 0; }
  bool open_now(Id<Device> device) const { return openings_[device] > 0; }
  // Open, and fed: no other open device stands above it.
  bool active(Id<Device> device) const;
  // All open devices, by id.
  std::vector<Id<Device>> open_devices() const;

  double customers_dark() const { return customers_dark_; }

 private:
  std::vector<Id<UsagePoint>> change(Id<Device> device, int by);

  const SupplyForest& forest_;
  IdVector<UsagePoint, std::uint16_t> open_above_;
  IdVector<Device, std::uint16_t> openings_;
  double customers_dark_ = 0;
};

}  // namespace gridmend
