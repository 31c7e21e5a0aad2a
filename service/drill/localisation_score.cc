#include "service/drill/localisation_score.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace gridmend {
namespace {

bool stands(const v1::Outage& outage) {
  return outage.status() == v1::Outage::PREDICTED || outage.status() == v1::Outage::CONFIRMED ||
         outage.status() == v1::Outage::PARTIALLY_RESTORED;
}

bool on_purpose(const v1::Outage& outage) {
  return outage.cause() == v1::Outage::DE_ENERGISED_FOR_SAFETY ||
         outage.cause() == v1::Outage::PLANNED;
}

// The device an outage names: its own, or what feeds the premises it names.
Id<Device> named_device(const v1::Outage& outage, const NetworkModel& network,
                        const TrueStorm& storm) {
  if (!outage.probable().device().empty()) {
    return network.find_device(outage.probable().device()).value_or(Id<Device>::none());
  }
  const auto premises = network.find_usage_point(outage.probable().usage_point());
  return premises ? storm.premises_device(*premises) : Id<Device>::none();
}

}  // namespace

double Confusion::precision() const {
  return hits + false_alarms > 0 ? hits / (hits + false_alarms) : 1;
}
double Confusion::recall() const { return hits + misses > 0 ? hits / (hits + misses) : 1; }
double Confusion::f1() const {
  const double p = precision();
  const double r = recall();
  return p + r > 0 ? 2 * p * r / (p + r) : 0;
}

void LocalisationScore::look(const SupplyForest& forest, const TrueStorm& storm,
                             const std::vector<v1::Outage>& outages, Time now) {
  const NetworkModel& network = forest.network();
  ++looks_;

  const auto feeds_anybody = [&](Id<Device> device) {
    return std::ranges::any_of(storm.usage_points_behind(device), [&](Id<UsagePoint> id) {
      return network.usage_points()[id].customers > 0;
    });
  };

  // Truth: faults that stand, feed somebody, and are not hidden behind another open device.
  std::set<std::uint32_t> open;
  std::set<std::uint32_t> fresh;
  for (const auto& [number, event] : storm.standing()) {
    if (event.cause == OutageCause::de_energised_for_safety) continue;
    if (!storm.supply().active(event.opens) || !feeds_anybody(event.opens)) continue;
    (now - event.at < grace_ ? fresh : open).insert(event.opens.index);
  }
  for (const std::uint32_t device : open) fresh.erase(device);

  std::set<std::uint32_t> named;
  std::vector<std::uint8_t> said_dark(network.usage_points().size(), 0);
  for (const v1::Outage& outage : outages) {
    if (!stands(outage)) continue;
    const Id<Device> device = named_device(outage, network, storm);
    if (!outage.probable().device().empty() && device.valid()) {
      for (const Id<UsagePoint> id : storm.usage_points_behind(device)) said_dark[id.index] = 1;
    } else if (const auto id = network.find_usage_point(outage.probable().usage_point())) {
      said_dark[id->index] = 1;
    }
    if (on_purpose(outage) || !device.valid()) continue;
    const bool is_open = open.contains(device.index) || fresh.contains(device.index);
    const auto before = last_open_.find(device.index);
    const bool just_closed =
        !is_open && before != last_open_.end() && now - before->second <= grace_;
    if (just_closed) continue;
    named.insert(device.index);
    const double p = outage.probable().probability();
    Bin& bin = bins_[std::min<std::size_t>(9, static_cast<std::size_t>(std::max(0., p) * 10))];
    bin.count += 1;
    bin.probability += p;
    bin.right += is_open ? 1 : 0;
  }

  int wrong = 0;
  for (const std::uint32_t device : named) {
    if (open.contains(device)) {
      devices_.hits += 1;
    } else if (!fresh.contains(device)) {
      devices_.false_alarms += 1;
      ++wrong;
    }
  }
  for (const std::uint32_t device : open) {
    if (!named.contains(device)) {
      devices_.misses += 1;
      ++wrong;
    }
  }
  if (!open.empty() || !named.empty()) {
    ++telling_looks_;
    if (wrong == 0) ++exact_looks_;
  }
  for (const std::uint32_t device : open) last_open_[device] = now;
  for (const std::uint32_t device : fresh) last_open_[device] = now;

  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    const double customers = network.usage_points()[id].customers;
    const bool dark = storm.supply().dark(id);
    const bool said = said_dark[id.index] != 0;
    if (dark && said) households_.hits += customers;
    if (!dark && said) households_.false_alarms += customers;
    if (dark && !said) households_.misses += customers;
  }
}

double LocalisationScore::exact_rate() const {
  return telling_looks_ > 0 ? double(exact_looks_) / telling_looks_ : 1;
}

double LocalisationScore::calibration_error() const {
  double count = 0;
  double error = 0;
  for (const Bin& bin : bins_) {
    count += bin.count;
    error += std::abs(bin.probability - bin.right);
  }
  return count > 0 ? error / count : 0;
}

}  // namespace gridmend
