#include "core/outage/supply_returns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <ranges>
#include <utility>

#include "core/outage/flapping.h"
#include "core/outage/leaf_reader.h"

namespace gridmend {
namespace {

// Of a drop or a zone that has its supply back: it is out all the same, by something of its own.
constexpr double kOutByItself = .05;
// How often somebody is said to be dark, or to have come back, who never was dark. Ample, and not
// what was found of this storm: whoever believes other rates of false signs sees the same returns.
constexpr double kFalseSign = .01;
constexpr double kFalseCall = .002;
// Of a group's concentrator, that it died with the supply of its meters.
constexpr double kConcentratorDied = .3;
// After so many half-times of their arrival power-ups are in, or lost.
constexpr int kHalfTimesUntilIn = 10;

double log_chance(double probability) { return std::log(std::clamp(probability, 1e-9, 1.0)); }

Time now(const HeardReturns& heard) { return heard.until - heard.reliability.clock_skew; }

Time earliest_of(Time a, Time b) {
  if (a == kNeverHeard || b == kNeverHeard) return std::max(a, b);
  return std::min(a, b);
}

// What one item says for "dark until then" rather than "supplied all along", in log odds.
struct Worth {
  explicit Worth(const ReliabilityParameters& r)
      : gasp(above_nothing(r.last_gasp_reach, kFalseSign)),
        no_gasp(std::min(0.0, log_chance(1 - r.last_gasp_reach) - log_chance(1 - kFalseSign))),
        power_up(above_nothing(1 - r.ping_lost, kFalseSign)),
        unanswered(above_nothing(1 - r.ping_false, r.ping_lost)),
        call(above_nothing(r.call_rate, kFalseCall)),
        alive(-above_nothing(1 - r.ping_lost, r.ping_false)) {}

  static double above_nothing(double if_dark, double if_not) {
    return std::max(0.0, log_chance(if_dark) - log_chance(if_not));
  }
  double gasp, no_gasp, power_up, unanswered, call, alive;
};

// Was that said in a darkness that ended at `back`, and not in one that was settled before?
bool is_of(Time sign, const MeterEvidence& meter, Time back) {
  return sign != kNeverHeard && sign <= back &&
         (sign > meter.void_before || meter.void_before >= back);
}

class Noticed {
 public:
  Noticed(const HeardReturns& heard, Time from, Time back)
      : book_(heard.book),
        worth_(heard.reliability),
        window_(heard.reliability.back_together),
        // It may have gone, and be told of, with clocks that differ.
        from_(from == kNeverHeard ? from : from - window_),
        back_(back),
        until_(heard.until) {}

  bool anybody() const { return anybody_; }

  double group(std::span<const Id<UsagePoint>> members) {
    double silence = 0, said = 0;
    bool silent = true;
    for (const Id<UsagePoint> id : members) {
      const MeterEvidence* meter = book_.find(id);
      if (meter == nullptr) {
        silence += worth_.no_gasp;
        continue;
      }
      said += told(*meter);
      switch (link(*meter)) {
        case Link::silent:
          silence += worth_.no_gasp;
          break;
        case Link::unknown:
          silent = false;
          break;
        case Link::gasped:
          silent = false;
          said += worth_.gasp;
          break;
        case Link::powered_up:
          silent = false;
          said += worth_.no_gasp + worth_.power_up;
          break;
        case Link::alive:
          silent = false;
          said += worth_.alive;
          break;
      }
    }
    // Its concentrator may have died with it.
    if (silent)
      silence = log_chance(kConcentratorDied + (1 - kConcentratorDied) * std::exp(silence));
    return silence + said;
  }

 private:
  enum class Link { silent, unknown, gasped, powered_up, alive };

  bool is_of_then(Time sign, const MeterEvidence& meter) const {
    return (from_ == kNeverHeard || sign >= from_) && is_of(sign, meter, back_);
  }

  Link link(const MeterEvidence& meter) {
    const bool came_up = meter.power_up != kNeverHeard && meter.power_up <= until_ &&
                         meter.power_up >= back_ - window_ && meter.power_up <= back_ + window_;
    if (is_of_then(meter.last_gasp, meter)) return noticed(Link::gasped);
    if (came_up) return noticed(Link::powered_up);
    // Its newer words may stand in place of what it said then; what it said before may explain why
    // it was silent.
    if (meter.last_gasp > back_ || meter.power_up > back_) return Link::unknown;
    if (meter.dead_gasp()) return Link::unknown;
    const bool lived = from_ != kNeverHeard && meter.known_live_at() > from_ + 2 * window_ &&
                       meter.known_live_at() < back_ - window_;
    return lived ? Link::alive : Link::silent;
  }

  double told(const MeterEvidence& meter) {
    double said = 0;
    if (is_of_then(meter.ping_unanswered, meter)) said += worth_.unanswered;
    if (is_of_then(meter.call, meter)) said += worth_.call;
    anybody_ = anybody_ || said > 0;
    return said;
  }

  Link noticed(Link how) {
    anybody_ = true;
    return how;
  }

  const EvidenceBook& book_;
  Worth worth_;
  Duration window_;
  Time from_, back_, until_;
  bool anybody_ = false;
};

// By its words; kNeverHeard.
Time told_back(const HeardReturns& heard, const ZoneReport& report) {
  const DeviceEvidence* known = heard.book.find(report.device);
  if (known == nullptr) return kNeverHeard;
  const DeviceEvidence& device = *known;
  const ReliabilityParameters& r = heard.reliability;
  Time told = kNeverHeard;
  const auto hear = [&](Time from, Time back, const ReportReliability& had_opened) {
    if (back == kNeverHeard || back > heard.until || back <= told) return;
    const double prior = log_chance(had_opened.if_open) - log_chance(had_opened.if_closed);
    if (prior + was_dark(heard, report.zone, from, back) >= 0) told = back;
  };
  hear(kNeverHeard, device.restored_at, r.found_open);
  if (device.closed_at > device.restored_at &&
      flapping(changes(device.opened, device.closed), r) <= 0)
    hear(device.stood_open_from, device.closed_at, r.scada_open);
  return told;
}

// A service drop of a zone, or a zone next behind it.
struct PartOfZone {
  Time back = kNeverHeard;  // by power-up
  Time dark = kNeverHeard;  // of a zone: since when somebody behind is, who was not heard since
  bool is_zone = false;
  bool flaps = false;      // what it says of itself is worth nothing
  std::uint8_t phase = 0;  // the only one it hangs on, where that is known
};

// PartsOfZone of a zone and when they came back.
class PartsOfZone {
 public:
  PartsOfZone(const HeardReturns& heard, Id<InferenceZone> zone)
      : heard_(heard), zone_(zone), worth_(heard.reliability) {}

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
    const Time over = now(heard_) - kHalfTimesUntilIn * heard_.reliability.last_gasp_half_time;
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
    const Duration age = now(heard_) - last;
    if (age >= kHalfTimesUntilIn * half_time) return 1;
    return age > Duration::zero() ? 1 - std::exp2(-seconds(age) / seconds(half_time)) : 0;
  }

  // Somebody is known to have been dark before, and not too few for it to have been all of them.
  bool had_gone(Time first, Time last) const {
    const bool behind = std::ranges::any_of(parts_, [&](const PartOfZone& part) {
      return part.is_zone && part.back >= first && part.back <= last;
    });
    if (behind) return true;
    double said = 0;
    bool anybody = false;
    for (const Id<UsagePoint> id : heard_.forest.own_usage_points(zone_)) {
      const MeterEvidence* meter = heard_.book.find(id);
      if (meter == nullptr) {
        said += worth_.no_gasp;
        continue;
      }
      const bool gasped = is_of(meter->last_gasp, *meter, first);
      const bool later = meter->last_gasp > first && meter->last_gasp != kNeverHeard;
      if (!later) said += gasped ? worth_.gasp : worth_.no_gasp;
      const bool unanswered = is_of(meter->ping_unanswered, *meter, first);
      const bool called = is_of(meter->call, *meter, first);
      if (unanswered) said += worth_.unanswered;
      if (called) said += worth_.call;
      anybody = anybody || gasped || unanswered || called;
    }
    return anybody && said >= 0;
  }

  // Rather the zone than each of those that came back by itself, and so each of its phases.
  bool is_whole(Time first, Time last) const {
    const ReliabilityParameters& r = heard_.reliability;
    const double by_itself = -log_chance(r.back_by_itself);
    const double silent = log_chance(r.ping_lost + (1 - r.ping_lost) * kOutByItself);
    const double in_by_now = arrived_since(last);
    double all = 0;
    double of_phase[3] = {0, 0, 0};
    for (const PartOfZone& part : parts_) {
      double says = 0;
      if (part.back >= first && part.back <= last) {
        says = by_itself + (part.is_zone ? 0 : log_chance(1 - r.ping_lost));
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
  Worth worth_;
  std::vector<PartOfZone> parts_;
};

// Since when it is dark by what nothing settled; kNeverHeard.
Time unsettled_since(const MeterEvidence& meter, Time until) {
  Time since = kNeverHeard;
  const auto note = [&](bool stands, Time sign) {
    if (stands && sign <= until) since = earliest_of(since, sign);
  };
  note(meter.dead_gasp(), meter.last_gasp);
  note(meter.dead_ping(), meter.ping_unanswered);
  note(meter.dead_call(), meter.call);
  return since;
}

// Its meters report, and of none was heard that supply had gone or come back then.
bool sat_out(const HeardReturns& heard, Id<InferenceZone> zone, Time back) {
  if (back == kNeverHeard) return false;
  const Duration window = heard.reliability.back_together;
  bool reports = false;
  for (const Id<UsagePoint> id : heard.forest.own_usage_points(zone)) {
    const MeterEvidence* meter = heard.book.find(id);
    if (meter == nullptr) continue;
    const auto is_known = [&](Time sign) { return sign != kNeverHeard && sign <= heard.until; };
    if (is_known(meter->last_gasp) || is_known(meter->ping_unanswered)) return false;
    if (is_known(meter->power_up) && meter->power_up >= back - window) return false;
    reports = reports || (is_known(meter->live) && meter->live > back + window);
  }
  return reports;
}

// Nobody else hangs on it: whether the zone came back or the drop is all one, but to what is ahead.
bool is_one_drop(const InferenceForest& forest, Id<InferenceZone> zone) {
  if (forest[zone].zones_end != zone.index + 1) return false;
  const std::span<const Id<UsagePoint>> own = forest.own_usage_points(zone);
  if (own.size() <= 1) return true;
  const Id<Device> drop = forest.shared_drop(own.front());
  return drop.valid() && forest.usage_points_on(drop).size() == own.size();
}

bool bursts_count(const HeardReturns& heard) {
  return heard.book.any_power_up() && heard.reliability.back_together > Duration::zero();
}

template <class Visitor>
void visit_next_behind(const InferenceForest& forest, Id<InferenceZone> zone, Visitor&& visitor) {
  const std::span<const InferenceZone> zones = forest.zones();
  for (std::uint32_t z = zone.index + 1; z < zones[zone.index].zones_end; z = zones[z].zones_end)
    visitor(z);
}

bool is_ahead(const InferenceForest& forest, Id<InferenceZone> ahead, Id<InferenceZone> zone) {
  return ahead.index <= zone.index && zone.index < forest[ahead].zones_end;
}

}  // namespace

double was_dark(const HeardReturns& heard, Id<InferenceZone> zone, Time from, Time back) {
  Noticed noticed{heard, from, back};
  double said = 0;
  for (std::uint32_t z = zone.index; z < heard.forest[zone].zones_end; ++z) {
    for (const Id<ZoneGroup> group : heard.forest.groups(Id<InferenceZone>{z}))
      said += noticed.group(heard.forest.usage_points_in(group));
  }
  return noticed.anybody() ? said : -std::numeric_limits<double>::infinity();
}

std::vector<Time> reported_back(const InferenceForest& forest, std::span<const ZoneReport> reports,
                                Time until) {
  std::vector<Time> back;
  for (const ZoneReport& report : reports) {
    const Time at = report.evidence->restored_at;
    if (at == kNeverHeard || at > until) continue;
    back.resize(forest.zones().size(), kNeverHeard);
    Time& known = back[report.zone.index];
    known = std::max(known, at);
  }
  for (std::size_t z = 0; z < back.size(); ++z) {
    const Id<InferenceZone> parent = forest.zones()[z].parent;
    if (parent.valid()) back[z] = std::max(back[z], back[parent.index]);
  }
  return back;
}

void SupplyReturns::read(const HeardReturns& heard) {
  told_.clear();
  burst_.clear();
  dark_.clear();
  coming_back_.clear();
  passed_on_.clear();
  returned_.clear();
  read_words(heard);
  if (bursts_count(heard)) read_power_ups(heard);
  std::vector<ChangedReturn> changed;
  for (const Id<InferenceZone> root : heard.forest.roots()) inherit(heard, root, changed);
}

std::vector<ChangedReturn> SupplyReturns::reread(const HeardReturns& heard,
                                                 Id<InferenceZone> zone) {
  std::vector<ChangedReturn> changed;
  if (bursts_count(heard) && burst_.empty()) {
    std::vector<Time> before = std::move(returned_);
    read(heard);
    before.resize(returned_.size(), kNeverHeard);
    for (std::uint32_t z = 0; z < returned_.size(); ++z) {
      if (returned_[z] != before[z]) changed.push_back({Id<InferenceZone>{z}, before[z]});
    }
    return changed;
  }
  const Id<InferenceZone> told = reread_words(heard, zone);
  const Id<InferenceZone> burst =
      bursts_count(heard) ? reread_power_ups(heard, zone) : Id<InferenceZone>{};
  if (!told.valid() && !burst.valid()) {
    take_part(heard, zone, changed);
    return changed;
  }
  // Both lie on the way to the source.
  const bool told_first = told.valid() && (!burst.valid() || told < burst);
  inherit(heard, told_first ? told : burst, changed);
  return changed;
}

std::vector<ChangedReturn> SupplyReturns::pass_time(const HeardReturns& heard) {
  std::vector<ChangedReturn> changed;
  const std::set<Id<InferenceZone>> coming_back = std::exchange(coming_back_, {});
  // Those behind one before it.
  for (const Id<InferenceZone> zone : std::views::reverse(coming_back)) {
    const Id<InferenceZone> first = reread_power_ups(heard, zone);
    if (first.valid()) inherit(heard, first, changed);
  }
  return changed;
}

void SupplyReturns::read_words(const HeardReturns& heard) {
  for (const ZoneReport& report : heard.reports) {
    const Time told = told_back(heard, report);
    if (told == kNeverHeard) continue;
    told_.resize(heard.forest.zones().size(), kNeverHeard);
    told_[report.zone.index] = std::max(told_[report.zone.index], told);
  }
}

// The answer is the first zone, from the source on, that was told something else; none.
Id<InferenceZone> SupplyReturns::reread_words(const HeardReturns& heard, Id<InferenceZone> zone) {
  const Id<InferenceZone> root = heard.forest.root_of(zone);
  Id<InferenceZone> changed;
  auto it = std::ranges::lower_bound(heard.reports, root, {}, &ZoneReport::zone);
  while (it != heard.reports.end() && it->zone <= zone) {
    const Id<InferenceZone> of = it->zone;
    Time told = kNeverHeard;
    const bool concerns = is_ahead(heard.forest, of, zone);
    for (; it != heard.reports.end() && it->zone == of; ++it) {
      if (concerns) told = std::max(told, told_back(heard, *it));
    }
    const Time known = told_.empty() ? kNeverHeard : told_[of.index];
    if (!concerns || told == known) continue;
    told_.resize(heard.forest.zones().size(), kNeverHeard);
    told_[of.index] = told;
    if (!changed.valid()) changed = of;
  }
  return changed;
}

Time SupplyReturns::read_burst(const HeardReturns& heard, Id<InferenceZone> zone) {
  PartsOfZone parts{heard, zone};
  visit_next_behind(heard.forest, zone,
                    [&](std::size_t z) { parts.add_zone(burst_[z], dark_[z]); });
  parts.add_drops();
  if (parts.is_coming_back()) coming_back_.insert(zone);
  return parts.newest_burst();
}

void SupplyReturns::read_power_ups(const HeardReturns& heard) {
  const std::span<const InferenceZone> zones = heard.forest.zones();
  burst_.assign(zones.size(), kNeverHeard);
  dark_.assign(zones.size(), kNeverHeard);
  std::vector<bool> speaks(zones.size(), false);
  heard.book.meters().visit([&](Id<UsagePoint> id, const MeterEvidence& meter) {
    const bool came_up = meter.power_up != kNeverHeard;
    const Time dark = unsettled_since(meter, heard.until);
    if (!came_up && dark == kNeverHeard) return;
    const Id<InferenceZone> zone = heard.forest.zone_of(id);
    if (!zone.valid()) return;
    speaks[zone.index] = speaks[zone.index] || came_up;
    dark_[zone.index] = earliest_of(dark_[zone.index], dark);
  });
  // From the last zone on, so that those behind one are known before it.
  for (std::size_t z = zones.size(); z-- > 0;) {
    if (speaks[z]) burst_[z] = read_burst(heard, Id<InferenceZone>{z});
    const Id<InferenceZone> parent = zones[z].parent;
    if (!parent.valid()) continue;
    dark_[parent.index] = earliest_of(dark_[parent.index], dark_[z]);
    if (burst_[z] != kNeverHeard) speaks[parent.index] = true;
  }
}

// The answer is the first zone, from the source on, that came back otherwise; none.
Id<InferenceZone> SupplyReturns::reread_power_ups(const HeardReturns& heard,
                                                  Id<InferenceZone> zone) {
  Id<InferenceZone> changed;
  for (; zone.valid(); zone = heard.forest[zone].parent) {
    Time dark = kNeverHeard;
    for (const Id<UsagePoint> id : heard.forest.own_usage_points(zone)) {
      const MeterEvidence* meter = heard.book.find(id);
      if (meter != nullptr) dark = earliest_of(dark, unsettled_since(*meter, heard.until));
    }
    visit_next_behind(heard.forest, zone,
                      [&](std::size_t z) { dark = earliest_of(dark, dark_[z]); });
    const Time back = read_burst(heard, zone);
    const bool same_back = back == burst_[zone.index];
    if (same_back && dark == dark_[zone.index]) break;
    if (!same_back && !is_one_drop(heard.forest, zone)) changed = zone;
    burst_[zone.index] = back;
    dark_[zone.index] = dark;
  }
  return changed;
}

// To the zone and all behind it, from what is ahead.
void SupplyReturns::inherit(const HeardReturns& heard, Id<InferenceZone> first,
                            std::vector<ChangedReturn>& changed) {
  if (returned_.empty()) {
    if (told_.empty() && burst_.empty()) return;
    passed_on_.assign(heard.forest.zones().size(), kNeverHeard);
    returned_.assign(heard.forest.zones().size(), kNeverHeard);
  }
  for (std::uint32_t z = first.index; z < heard.forest[first].zones_end; ++z) {
    const Id<InferenceZone> zone{z};
    Time at = told_.empty() ? kNeverHeard : told_[z];
    const Id<InferenceZone> parent = heard.forest[zone].parent;
    if (parent.valid()) at = std::max(at, passed_on_[parent.index]);
    const bool counts = !burst_.empty() && burst_[z] != kNeverHeard;
    const Time burst = counts && !is_one_drop(heard.forest, zone) ? burst_[z] : kNeverHeard;
    // What follows a return that is known so closely is of the same one.
    const bool is_another =
        burst != kNeverHeard && (at == kNeverHeard || burst - heard.reliability.back_together > at);
    passed_on_[z] = is_another ? burst : at;
    take_part(heard, zone, changed);
  }
}

// In what is passed on to it.
void SupplyReturns::take_part(const HeardReturns& heard, Id<InferenceZone> zone,
                              std::vector<ChangedReturn>& changed) {
  if (returned_.empty()) return;
  const Time passed_on = passed_on_[zone.index];
  const Time now = sat_out(heard, zone, passed_on) ? kNeverHeard : passed_on;
  const Time before = std::exchange(returned_[zone.index], now);
  if (before != now) changed.push_back({zone, before});
}

}  // namespace gridmend
