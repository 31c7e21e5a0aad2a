#include "core/outage/zone_burst.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/outage/leaf_reader.h"
#include "core/outage/was_dark.h"

namespace gridmend {
namespace {

// Of a drop or a zone that has its supply back: it is out all the same, by something of its own.
constexpr double kOutByItself = .05;
// After so many half-times of their arrival power-ups are in, or lost.
constexpr int kHalfTimesUntilIn = 10;

// A service drop of a zone, or a zone next behind it.
struct PartOfZone {
  Time back = kNeverHeard;  // by power-up
  Time dark = kNeverHeard;  // of a zone: since when somebody behind is, who was not heard since
  bool is_zone = false;
  bool flaps = false;      // what it says of itself is worth nothing
  std::uint8_t phase = 0;  // the only one it hangs on, where that is known
};

class PartsOfZone {
 public:
  PartsOfZone(const HeardReturns& heard, Id<InferenceZone> zone) : heard_(heard), zone_(zone) {}

  void add_zone(Time back, Time dark) { parts_.push_back({back, dark, true, false, 0}); }

  void add_drops() {
    const InferenceForest& forest = heard_.forest;
    forest.visit_runs(forest.own_usage_points(zone_),
                      [&](bool shared, std::span<const Id<UsagePoint>> run) {
                        if (shared) return add_drop(run);
                        for (const Id<UsagePoint>& id : run) add_drop({&id, 1});
                      });
  }

  // Power-ups of drops may still be on their way.
  bool is_coming_back() const {
    const Time over = now() - kHalfTimesUntilIn * heard_.reliability.last_gasp_half_time;
    return std::ranges::any_of(
        parts_, [&](const PartOfZone& part) { return !part.is_zone && part.back > over; });
  }

  // The first of the newest burst by which the zone came back; kNeverHeard.
  Time newest_burst() const {
    std::vector<Time> times;
    for (const PartOfZone& part : parts_) {
      if (part.back != kNeverHeard) times.push_back(part.back);
    }
    std::ranges::sort(times);
    while (!times.empty()) {
      const Time last = times.back();
      Time first = last;
      std::size_t together = 0;
      for (; !times.empty() && first - times.back() <= heard_.reliability.back_together;
           ++together) {
        first = times.back();
        times.pop_back();
      }
      const bool is_all_there_is = parts_.size() == 1;
      if ((together > 1 || is_all_there_is) && had_gone(first, last) && is_whole(first, last))
        return first;
    }
    return kNeverHeard;
  }

 private:
  Time now() const { return heard_.until - heard_.reliability.clock_skew; }

  void add_drop(std::span<const Id<UsagePoint>> run) {
    PartOfZone drop;
    for (const Id<UsagePoint> id : run) {
      const MeterEvidence* meter = heard_.book.find(id);
      const PhaseSet phases = heard_.forest.network().usage_points()[id].phases;
      const std::uint8_t live = phases.live_bits();
      drop.phase = phases.one_of() || (live & (live - 1)) != 0 ? 0 : live;
      if (meter == nullptr || meter->power_up == kNeverHeard || meter->power_up > heard_.until)
        continue;
      drop.flaps = drop.flaps || (meter->gasp_slots > 1 &&
                                  flapping_share(meter->gasp_slots, heard_.reliability) > 0);
      drop.back = std::max(drop.back, Time{meter->power_up});
    }
    if (drop.flaps) drop.back = kNeverHeard;
    parts_.push_back(drop);
  }

  // Of the power-ups that reach us, those of a burst that ended then which are in by now.
  double arrived_since(Time last) const {
    const Duration half_time = heard_.reliability.last_gasp_half_time;
    const Duration age = now() - last;
    if (age >= kHalfTimesUntilIn * half_time) return 1;
    return age > Duration::zero() ? 1 - std::exp2(-seconds(age) / seconds(half_time)) : 0;
  }

  // Where zones behind it came back, they had gone.
  bool had_gone(Time first, Time last) const {
    const bool behind = std::ranges::any_of(parts_, [&](const PartOfZone& part) {
      return part.is_zone && part.back >= first && part.back <= last;
    });
    return behind || own_were_dark(heard_, zone_, first);
  }

  // Rather the zone than each of those that came back by itself, and so each of its phases.
  bool is_whole(Time first, Time last) const {
    const ReliabilityParameters& r = heard_.reliability;
    const double by_itself = -clamped_log(r.back_by_itself);
    const double silent = clamped_log(r.ping_lost + (1 - r.ping_lost) * kOutByItself);
    const double in_by_now = arrived_since(last);
    double all = 0;
    double of_phase[3] = {0, 0, 0};
    for (const PartOfZone& part : parts_) {
      double says = 0;
      if (part.back >= first && part.back <= last) {
        says = by_itself + (part.is_zone ? 0 : clamped_log(1 - r.ping_lost));
      } else if (part.is_zone) {
        if (part.back < first && part.dark != kNeverHeard && part.dark <= first) says = silent;
      } else if (!part.flaps && part.back < first) {
        says = std::log1p(-in_by_now * (1 - std::exp(silent)));
      }
      all += says;
      for (int p = 0; p < 3; ++p) {
        if (part.phase == 1 << p) of_phase[p] += says;
      }
    }
    return all >= 0 && std::ranges::all_of(
                           of_phase, [](double says) { return says >= std::log(kOutByItself); });
  }

  const HeardReturns& heard_;
  Id<InferenceZone> zone_;
  std::vector<PartOfZone> parts_;
};

}  // namespace

ZoneBurst newest_burst(const HeardReturns& heard, Id<InferenceZone> zone,
                       std::span<const Time> bursts, std::span<const Time> dark) {
  PartsOfZone parts{heard, zone};
  visit_next_behind(heard.forest, zone, [&](std::size_t z) { parts.add_zone(bursts[z], dark[z]); });
  parts.add_drops();
  return {parts.newest_burst(), parts.is_coming_back()};
}

}  // namespace gridmend
