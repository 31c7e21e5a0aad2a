#include "bench/accuracy_storm.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace gridmend::accuracy {
namespace {

constexpr double kLookMin = 120;
constexpr double kPingMin = 110;
constexpr double kOpenWithinMin = 10;
constexpr double kNever = 1e9;

double chance_of(const InferenceZone& zone, const StormRates& rates) {
  double by_kind = rates.source;
  if (zone.device.valid()) {
    switch (zone.kind) {
      case DeviceKind::breaker:
        by_kind = rates.breaker;
        break;
      case DeviceKind::recloser:
        by_kind = rates.recloser;
        break;
      case DeviceKind::sectionaliser:
        by_kind = rates.sectionaliser;
        break;
      case DeviceKind::fuse:
        by_kind = rates.fuse;
        break;
      case DeviceKind::load_break_switch:
        by_kind = rates.load_break_switch;
        break;
      case DeviceKind::disconnector:
        by_kind = rates.disconnector;
        break;
      case DeviceKind::power_transformer:
        by_kind = rates.transformer;
        break;
      default:
        by_kind = 0;
        break;
    }
  }
  const double faults = zone.overhead_m / 1000 * rates.overhead_per_km +
                        zone.underground_m / 1000 * rates.underground_per_km;
  return 1 - (1 - by_kind) * std::exp(-faults);
}

class Draw {
 public:
  Draw(const InferenceForest& forest, const StormRates& rates, Random random)
      : forest_(forest),
        network_(forest.network()),
        rates_(rates),
        breaks_(random.fork(1)),
        orders_(random.fork(2)),
        meters_(random.fork(3)),
        groups_(random.fork(4)),
        links_(random.fork(5)),
        storm_{start_ + minutes(kLookMin), SwitchState{forest.network()}, {}, {}, {}, {}} {}

  AccuracyStorm draw() {
    storm_.dark.assign(network_.usage_points().size(), 0);
    break_devices();
    break_premises();
    mix_up_links();
    draw_concentrators();
    for (const Id<UsagePoint> id : forest_.usage_points_in_order()) hear(id);
    std::ranges::stable_sort(storm_.heard, {}, &Heard::received);
    return std::move(storm_);
  }

 private:
  static Duration minutes(double m) { return from_seconds(60 * m); }

  void break_devices() {
    const std::size_t n = forest_.zones().size();
    dead_since_.assign(n, kNever);
    std::vector<std::uint8_t> switched_off(n, 0);
    for (std::size_t z = 0; z < n; ++z) {
      const InferenceZone& zone = forest_.zones()[z];
      const bool open = breaks_.chance(chance_of(zone, rates_));
      const double when = breaks_.uniform(0, kOpenWithinMin);
      const bool ordered = orders_.chance(rates_.ordered) && zone.device.valid();
      const bool known = orders_.chance(rates_.ordered_known);
      const double above = zone.parent.valid() ? dead_since_[zone.parent.index] : kNever;
      switched_off[z] = zone.parent.valid() && switched_off[zone.parent.index] != 0;
      dead_since_[z] = open ? std::min(above, when) : above;
      if (!open || forest_.usage_points_behind(Id<InferenceZone>{z}).empty()) continue;
      if (ordered && known) {
        for (const Id<Device> member : forest_.members(Id<InferenceZone>{z})) {
          storm_.switches.set_open_phases(member, PhaseSet::abc());
          storm_.ordered.push_back(member);
        }
        switched_off[z] = 1;
      } else if (above == kNever) {
        storm_.open.push_back(zone_key(zone));
      }
    }
    std::ranges::sort(storm_.open);
  }

  void break_premises() {
    premises_since_.assign(network_.usage_points().size(), kNever);
    for (const Id<UsagePoint> id : forest_.usage_points_in_order()) {
      if (breaks_.chance(rates_.premises)) premises_since_[id.index] = breaks_.uniform(0, 10);
    }
    for (const SharedDrop& drop : forest_.shared_drops()) {
      if (!breaks_.chance(rates_.premises)) continue;
      const double when = breaks_.uniform(0, 10);
      for (const Id<UsagePoint> id : forest_.usage_points_on(drop.device)) {
        premises_since_[id.index] = std::min(premises_since_[id.index], when);
      }
    }
  }

  // Pairs of meters of neighbouring streets change places.
  void mix_up_links() {
    place_.resize(network_.usage_points().size());
    for (std::size_t i = 0; i < place_.size(); ++i) place_[i] = Id<UsagePoint>{i};
    const auto order = forest_.usage_points_in_order();
    if (order.size() < 2) return;
    const auto pairs =
        static_cast<std::size_t>(rates_.wrong_links * static_cast<double>(order.size()) / 2);
    for (std::size_t i = 0; i < pairs; ++i) {
      const std::size_t a = links_.below(order.size());
      const std::size_t b = std::min(order.size() - 1, a + 5 + links_.below(60));
      std::swap(place_[order[a].index], place_[order[b].index]);
    }
  }

  // One for each part of a zone that reports together.
  void draw_concentrators() {
    silent_.assign(network_.usage_points().size(), 0);
    const Table<UsagePoint>& points = network_.usage_points();
    std::optional<std::pair<Id<InferenceZone>, Id<CommunicationGroup>>> last;
    bool silent = false;
    for (const Id<UsagePoint> id : forest_.usage_points_in_order()) {
      const std::pair of{forest_.zone_of(id), points[id].communication_group};
      if (!last || *last != of) {
        const bool dead_all_along = groups_.chance(rates_.concentrator_dead);
        const bool dies = groups_.chance(rates_.concentrator_dies);
        silent = dead_all_along || (dies && dead_since_[of.first.index] < kNever);
        last = of;
      }
      silent_[id.index] = silent;
    }
  }

  void say(Id<UsagePoint> meter, Said said, double minute) {
    if (minute > kLookMin) return;
    const Time at = start_ + minutes(minute);
    const Time stamped = at + from_seconds(rates_.clock_error_s * meters_.normal());
    storm_.heard.push_back({meter, said, stamped, at + std::chrono::seconds{20}});
  }

  // Every meter draws the same numbers whatever it says.
  void hear(Id<UsagePoint> meter) {
    const Id<UsagePoint> place = place_[meter.index];
    const double since =
        std::min(dead_since_[forest_.zone_of(place).index], premises_since_[place.index]);
    const bool dark = since < kNever;
    const bool silent = silent_[place.index] != 0;
    storm_.dark[meter.index] = dark;
    const double gasp = meters_.uniform(), call = meters_.uniform(), ping = meters_.uniform();
    const double scattered = meters_.uniform(0, kLookMin);
    const double delay = meters_.exponential(30 / std::log(2.0));
    const bool asked = meters_.chance(rates_.pinged);
    if (gasp < (dark ? rates_.last_gasp_reach : rates_.last_gasp_false) && !silent) {
      say(meter, Said::last_gasp, dark ? since : scattered);
    }
    if (call < (dark ? rates_.call_rate : rates_.call_false)) {
      say(meter, Said::call, dark ? since + delay : scattered);
    }
    if (!asked) return;
    const bool answers = !silent && ping < (dark ? rates_.ping_false : 1 - rates_.ping_lost);
    say(meter, answers ? Said::ping_answered : Said::ping_unanswered, kPingMin);
  }

  const InferenceForest& forest_;
  const NetworkModel& network_;
  const StormRates& rates_;
  Random breaks_, orders_, meters_, groups_, links_;
  const Time start_ = Time{} + std::chrono::hours{24 * 365 * 50};
  std::vector<double> dead_since_;      // minutes, by zone
  std::vector<double> premises_since_;  // by usage point
  std::vector<Id<UsagePoint>> place_;   // where each meter hangs
  std::vector<std::uint8_t> silent_;    // by place: its concentrator says nothing
  AccuracyStorm storm_;
};

EvidenceKind kind_of(const Heard& heard) {
  switch (heard.said) {
    case Said::last_gasp:
      return LastGasp{heard.meter};
    case Said::call:
      return TroubleCall{heard.meter, {}, Complaint::no_light, {}};
    case Said::ping_answered:
      return PingResult{heard.meter, true};
    case Said::ping_unanswered:
      return PingResult{heard.meter, false};
  }
  return LastGasp{heard.meter};
}

}  // namespace

std::uint64_t zone_key(const InferenceZone& zone) {
  return zone.device.valid() ? zone.device.index : (std::uint64_t{1} << 32) + zone.feeder.index;
}

AccuracyStorm draw_storm(const InferenceForest& forest, const StormRates& rates, Random random) {
  return Draw{forest, rates, random}.draw();
}

EvidenceBook record(const NetworkModel& network, const AccuracyStorm& storm) {
  EvidenceBook book{network};
  for (const Heard& heard : storm.heard) {
    book.record({"", heard.at, heard.received, "", kind_of(heard)});
  }
  return book;
}

}  // namespace gridmend::accuracy
