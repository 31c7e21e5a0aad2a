#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "data/synth/storm.h"
#include "data/synth/storm_truth.h"
#include "gridmend/v1/evidence.pb.h"

namespace gridmend {

// What meters, customers and telemetry would say of a true course of supply: with delays, losses,
// false messages, dead concentrators and meters recorded at the wrong transformer. What a usage
// point says in its n-th interruption depends on the seed, the usage point and n alone, so that
// two dispatchers hear the same as long as the same happens.
class EvidenceSimulator {
 public:
  EvidenceSimulator(const SupplyForest& forest, const EvidenceRates& rates, std::uint64_t seed);

  // Supply of these places went or came back at `at`.
  void supply_changed(std::span<const Id<UsagePoint>> places, bool dark, Time at);
  // A device opened or closed; those with telemetry report it.
  void device_moved(Id<Device> device, bool open, Time at);
  // False alarms of a while in which nothing need have happened.
  void idle(Time from, Time until);
  // Meters are asked; they answer by what is true then.
  void ping(std::span<const Id<UsagePoint>> usage_points, const TrueSupply& supply, Time at);

  // Messages that have arrived by `now`, in order of arrival, each once. A customer whose light is
  // back before they would have called does not call.
  std::vector<v1::Evidence> arrived(Time now, const TrueSupply& supply);

  std::uint64_t sent() const { return sent_; }
  // Where the meter really hangs (wrong links); normally itself.
  Id<UsagePoint> place_of(Id<UsagePoint> meter) const { return place_[meter]; }

 private:
  struct Message {
    v1::Evidence evidence;
    Id<UsagePoint> only_if_dark;  // none: sent in any case
  };

  void mix_up_links();
  void call(Id<UsagePoint> meter, Random& random, Time at, double median_min);
  void call_late(Id<UsagePoint> meter, Random& random, Time at);
  void call_again(const Message& message, Time called);
  void post(Time arrives, v1::Evidence evidence, Id<UsagePoint> only_if_dark = {});
  v1::Evidence stamped(Time event_time, Random& random, const char* source) const;
  Id<Device> transformer_above(Id<UsagePoint> place) const;
  bool concentrator_dies(Id<UsagePoint> place, Time at) const;

  const SupplyForest& forest_;
  const NetworkModel& network_;
  const EvidenceRates rates_;
  const std::uint64_t seed_;
  Random background_;
  Random pings_;
  IdVector<UsagePoint, std::uint32_t> interruptions_;
  IdVector<UsagePoint, Id<UsagePoint>> place_;     // by meter
  IdVector<UsagePoint, Id<UsagePoint>> meter_at_;  // by place
  std::map<std::pair<Time, std::uint64_t>, Message> under_way_;
  std::uint64_t posted_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace gridmend
