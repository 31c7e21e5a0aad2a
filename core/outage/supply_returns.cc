#include "core/outage/supply_returns.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "core/outage/flapping.h"
#include "core/outage/was_dark.h"
#include "core/outage/zone_burst.h"

namespace gridmend {
namespace {

Time earliest_of(Time a, Time b) {
  if (a == kNeverHeard || b == kNeverHeard) return std::max(a, b);
  return std::min(a, b);
}

// By its words; kNeverHeard.
Time told_back(const HeardReturns& heard, const ZoneReport& report) {
  const DeviceEvidence* known = heard.book.find(report.device);
  if (known == nullptr) return kNeverHeard;
  const DeviceEvidence& device = *known;
  const ReliabilityParameters& r = heard.reliability;
  Time told = kNeverHeard;
  const auto hear = [&](Time from, Time back, const ReportReliability& had_opened) {
    if (back == kNeverHeard || back > heard.until || back <= told) return;
    const double prior = clamped_log(had_opened.if_open) - clamped_log(had_opened.if_closed);
    if (prior + was_dark(heard, report.zone, from, back) >= 0) told = back;
  };
  hear(kNeverHeard, device.restored_at, r.found_open);
  if (device.closed_at > device.restored_at &&
      flapping(changes(device.opened, device.closed), r) <= 0)
    hear(device.stood_open_from, device.closed_at, r.scada_open);
  return told;
}

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

bool is_ahead(const InferenceForest& forest, Id<InferenceZone> ahead, Id<InferenceZone> zone) {
  return ahead.index <= zone.index && zone.index < forest[ahead].zones_end;
}

}  // namespace

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
  // What was passed on to a zone more than once is known by the first time it stood at.
  std::ranges::stable_sort(changed, {}, &ChangedReturn::zone);
  const auto again = std::ranges::unique(changed, {}, &ChangedReturn::zone);
  changed.erase(again.begin(), again.end());
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
  const ZoneBurst burst = newest_burst(heard, zone, burst_, dark_);
  if (burst.is_coming_back) coming_back_.insert(zone);
  return burst.back;
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
