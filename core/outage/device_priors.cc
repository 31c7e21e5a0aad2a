#include "core/outage/device_priors.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/outage/flapping.h"

namespace gridmend {
namespace {

double log_odds(const ReportReliability& report, double unrelated) {
  if (unrelated <= 0) return std::log(report.if_open / report.if_closed);
  return std::log(mixed(report.if_open, report.if_closed, unrelated) /
                  mixed(report.if_closed, report.if_open, unrelated));
}

double unrelated_of(SourceIndex source, const ReliabilityParameters& r) {
  return source < r.sources.unrelated.size() ? r.sources.unrelated[source] : 0;
}

// The earlier of two trips; kNeverHeard is none.
Time first_trip(Time a, Time b) {
  if (a == kNeverHeard || b == kNeverHeard) return std::max(a, b);
  return std::min(a, b);
}

// What was closed or sound at `seen` may have opened since.
double faded(double share, Time seen, Time now, const ReliabilityParameters& r) {
  const Duration age = now - seen;
  if (age <= r.sound_fresh) return share;
  return share * std::exp2(-seconds(age - r.sound_fresh) / seconds(r.sound_half_life));
}

double position_share(const DeviceEvidence& e, std::optional<Time> onset, Time now,
                      const ReliabilityParameters& r) {
  const double flaps = flapping(changes(e.opened, e.closed), r);
  const double unrelated = 1 - (1 - unrelated_of(e.position_source, r)) * (1 - flaps);
  if (e.open_phases.any()) {
    // An ordered opening is no fault; the switch state carries it.
    const bool ordered =
        e.reason != SwitchingReason::unknown || !e.open_phases.without(e.ordered).any();
    if (ordered || e.position_at <= e.void_before || e.position_at <= e.restored_at) {
      return 0;
    }
    return log_odds(e.origin == PositionOrigin::scada            ? r.scada_open
                    : e.origin == PositionOrigin::operator_entry ? r.operator_open
                                                                 : r.crew_open,
                    unrelated);
  }
  if (!onset || e.position_at < *onset) return 0;
  const double share = log_odds(e.origin == PositionOrigin::scada            ? r.scada_closed
                                : e.origin == PositionOrigin::operator_entry ? r.operator_closed
                                                                             : r.crew_closed,
                                unrelated);
  return faded(share, e.position_at, now, r);
}

double report_share(const DeviceEvidence& e, std::optional<Time> onset, Time now,
                    const ReliabilityParameters& r) {
  const double unrelated = unrelated_of(e.report_source, r);
  const bool counts_closed = onset && e.report_at >= *onset;
  const bool counts_open = e.report_at > e.void_before;
  switch (e.finding) {
    case Finding::damaged:
      return counts_open ? log_odds(r.found_damaged, unrelated) : 0;
    case Finding::open:
      return counts_open ? log_odds(r.found_open, unrelated) : 0;
    case Finding::intact:
      return counts_closed ? faded(log_odds(r.found_intact, unrelated), e.report_at, now, r) : 0;
    case Finding::restored:
      return counts_closed ? faded(log_odds(r.found_restored, unrelated), e.report_at, now, r) : 0;
    case Finding::nothing_found:
      return counts_closed ? faded(log_odds(r.found_nothing, unrelated), e.report_at, now, r) : 0;
  }
  return 0;
}

double indicator_share(const ZoneReport& report, std::optional<Time> onset, Time now,
                       const ReliabilityParameters& r) {
  const DeviceEvidence& e = *report.evidence;
  const double unrelated = unrelated_of(e.indicator_source, r);
  if (!onset || e.indicator_at <= e.void_before) return 0;
  // Fault current passes before supply is lost, and before anybody calls; the longer before, the
  // likelier it was another fault.
  if (e.indicator_passed) {
    if (fault_seen_at(report) == kNeverHeard) return 0;
    return faded(log_odds(r.indicator_passed, unrelated), e.indicator_at,
                 report.joined == kNeverHeard ? now : report.joined, r);
  }
  return e.indicator_at >= *onset ? log_odds(r.indicator_not_passed, unrelated) : 0;
}

double kind_prior(const Device& device, const DevicePriorSettings& settings) {
  return settings.by_kind[static_cast<std::size_t>(device.kind)];
}

// The water's part of a device's prior. A device fails at a depth of its own that nobody knows: one
// that was sound in the water it stood in fails for more water than that only.
double flooded(const Device& device, const Water& water, Time at, Time sound_at,
               const DevicePriorSettings& settings) {
  if (water.empty()) return 0;
  const auto failure = [&](double depth_m) {
    return flood_failure(depth_m, live_part_height_m(device, settings), settings.flood_sigma_m);
  };
  const Time remembered = at - settings.flood_memory;
  if (sound_at <= remembered) {
    return failure(deepest_between_m(water, device.position, remembered, at));
  }
  const double now = failure(deepest_between_m(water, device.position, sound_at, at));
  const double then = failure(water.depth_m(device.position, sound_at));
  return now > then ? (now - then) / (1 - then) : 0;
}

// That the lines a zone's device clears are sound.
double lines_sound(const InferenceZone& zone, const DevicePriorSettings& settings) {
  return std::exp(-(zone.overhead_m * settings.overhead_per_km +
                    zone.underground_m * settings.underground_per_km) /
                  1000);
}

double fold(double prior, double log_odds_added, double clip) {
  if (log_odds_added == 0) return prior;
  const double odds = std::log(prior / (1 - prior)) + log_odds_added;
  return std::clamp(1 / (1 + std::exp(-odds)), clip, 1 - clip);
}

}  // namespace

std::vector<ZoneReport> reports_by_zone(const InferenceForest& forest, const EvidenceBook& book) {
  std::vector<ZoneReport> reports;
  book.devices().visit([&](Id<Device> device, const DeviceEvidence& evidence) {
    const Id<InferenceZone> zone = forest.zone_of(device);
    if (!zone.valid() || !evidence.any() || forest.is_shared_drop(device)) return;
    const bool heads = forest.heads(zone, device);
    const bool indicator_only =
        evidence.position_at == kNeverHeard && evidence.report_at == kNeverHeard;
    reports.push_back(
        {heads || indicator_only ? zone : forest.clearing_zone(zone), device, &evidence});
  });
  std::ranges::sort(reports, {}, [](const ZoneReport& r) { return std::tuple{r.zone, r.device}; });
  return reports;
}

std::vector<Time> trips_by_zone(const InferenceForest& forest, std::span<const ZoneReport> reports,
                                Time until) {
  std::vector<Time> trips;
  for (const ZoneReport& report : reports) {
    const Time tripped = report.evidence->tripped_at();
    if (tripped == kNeverHeard || tripped > until) continue;
    if (forest[report.zone].meshed || !forest.heads(report.zone, report.device)) continue;
    if (trips.empty()) trips.assign(forest.zones().size(), kNeverHeard);
    trips[report.zone.index] = first_trip(trips[report.zone.index], tripped);
  }
  for (std::size_t z = 0; z < trips.size(); ++z) {
    const Id<InferenceZone> parent = forest.zones()[z].parent;
    if (parent.valid()) trips[z] = first_trip(trips[z], trips[parent.index]);
  }
  return trips;
}

std::vector<Restoration> restorations(std::span<const ZoneReport> reports, Time until) {
  std::vector<Restoration> restored;
  for (const ZoneReport& report : reports) {
    const Time time = report.evidence->restored_at;
    if (time != kNeverHeard && time <= until) restored.emplace_back(report.zone, time);
  }
  return restored;
}

Time fault_settled_at(const InferenceForest& forest, Id<InferenceZone> zone,
                      std::span<const ZoneReport> own, Time restored_ahead,
                      std::span<const Restoration> restorations, Time until) {
  Time settled = restored_ahead;
  auto behind = std::ranges::lower_bound(restorations, zone, {}, &Restoration::first);
  for (; behind != restorations.end() && behind->first.index < forest[zone].zones_end; ++behind)
    settled = std::max(settled, behind->second);
  for (const ZoneReport& report : own) {
    if (!forest.heads(zone, report.device)) continue;
    settled =
        std::max({settled, report.evidence->void_before, known_sound_at(report.evidence, until)});
  }
  return settled;
}

Time fault_seen_at(const ZoneReport& report) {
  const DeviceEvidence& e = *report.evidence;
  const bool seen = e.indicator_passed && e.indicator_at > std::max(e.void_before, report.settled);
  return seen ? e.indicator_at : kNeverHeard;
}

std::optional<Time> onset_with_faults(std::optional<Time> dead, std::span<const Time> seen, Time at,
                                      const LocaliserSettings& settings) {
  const Time until = at + settings.reliability.clock_skew;
  const std::span<const Time> known =
      seen.first(static_cast<std::size_t>(std::ranges::upper_bound(seen, until) - seen.begin()));
  if (known.empty()) return dead;
  if (!dead && at - known.back() > settings.outages.call_pause) return std::nullopt;
  const Time anchor = dead.value_or(known.back());
  const auto first = std::ranges::lower_bound(known, anchor - settings.reliability.sound_fresh);
  return first == known.end() ? anchor : std::min(anchor, *first);
}

ReportShares report_shares(std::span<const ZoneReport> reports, std::optional<Time> onset,
                           Time until, const ReliabilityParameters& reliability) {
  ReportShares shares;
  for (const ZoneReport& report : reports) {
    const DeviceEvidence& e = *report.evidence;
    if (e.position_at != kNeverHeard && e.position_at <= until) {
      shares.switch_position += position_share(e, onset, until, reliability);
    }
    if (e.report_at != kNeverHeard && e.report_at <= until) {
      shares.field_report += report_share(e, onset, until, reliability);
    }
    if (e.against_at != kNeverHeard && e.against_at <= until) {
      shares.against += log_odds(
          e.against == Finding::damaged ? reliability.found_damaged : reliability.found_open,
          unrelated_of(e.against_source, reliability));
    }
    if (e.indicator_at != kNeverHeard && e.indicator_at <= until) {
      shares.fault_indicator += indicator_share(report, onset, until, reliability);
    }
  }
  return shares;
}

ZonePrior zone_prior(const InferenceForest& forest, Id<InferenceZone> id, const Water& water,
                     Time at, Time sound_at, double report_log_odds,
                     const LocaliserSettings& settings) {
  const InferenceZone& zone = forest[id];
  if (zone.meshed) return meshed_zone_prior(forest, id, water, at, {}, {}, settings);
  const DevicePriorSettings& p = settings.priors;
  const Table<Device>& devices = forest.network().devices();
  double works =
      zone.device.valid() ? 1 - kind_prior(devices[zone.device], p) : 1 - p.feeder_source;
  works *= lines_sound(zone, p);
  ZonePrior prior;
  for (const Id<Device> member : forest.members(id)) {
    prior.flood = std::max(prior.flood, flooded(devices[member], water, at, sound_at, p));
  }
  prior.before_reports = 1 - works * (1 - prior.flood);
  prior.probability = fold(prior.before_reports, report_log_odds, settings.reliability.report_clip);
  return prior;
}

ZonePrior meshed_zone_prior(const InferenceForest& forest, Id<InferenceZone> id, const Water& water,
                            Time at, std::span<const ZoneReport> reports, std::optional<Time> onset,
                            const LocaliserSettings& settings) {
  const DevicePriorSettings& p = settings.priors;
  const ReliabilityParameters& r = settings.reliability;
  const InferenceZone& zone = forest[id];
  std::vector<double> before, after, flood;
  const auto told = [&](std::span<const ZoneReport> about) {
    return report_shares(about, onset, at + r.clock_skew, r).sum();
  };
  for (const Id<Device> member : forest.members(id)) {
    const auto about = std::ranges::equal_range(reports, member, {}, &ZoneReport::device);
    const std::span<const ZoneReport> its{about.begin(), about.end()};
    const Device& device = forest.network().devices()[member];
    const Time sound =
        its.empty() ? kNeverHeard : known_sound_at(its.front().evidence, at + r.clock_skew);
    flood.push_back(flooded(device, water, at, sound, p));
    before.push_back(1 - (1 - kind_prior(device, p)) * (1 - flood.back()));
    after.push_back(fold(before.back(), told(its), r.report_clip));
  }
  double lines_told = 0;
  for (const ZoneReport& report : reports) {
    if (!forest.heads(id, report.device)) lines_told += told({&report, 1});
  }
  before.push_back(1 - lines_sound(zone, p));
  after.push_back(fold(before.back(), before.back() > 0 ? lines_told : 0, r.report_clip));
  before.insert(before.end(), zone.joined_sources, p.feeder_source);
  after.insert(after.end(), zone.joined_sources, p.feeder_source);
  return {at_least_two(before), at_least_two(flood), at_least_two(after)};
}

ZonePrior reported_zone_prior(const InferenceForest& forest, Id<InferenceZone> zone,
                              const Water& water, Time at, std::span<const ZoneReport> reports,
                              std::optional<Time> from, const LocaliserSettings& settings) {
  if (forest[zone].meshed) {
    return meshed_zone_prior(forest, zone, water, at, reports, from, settings);
  }
  // Water that stood before the device was seen to be sound, or was put back in service, has done
  // its harm.
  const Time until = at + settings.reliability.clock_skew;
  Time sound_at = kNeverHeard;
  for (const ZoneReport& report : reports) {
    const Time sound = forest.heads(zone, report.device) ? known_sound_at(report.evidence, until)
                                                         : report.evidence->restored_at;
    sound_at = std::max(sound_at, sound);
  }
  const double log_odds = report_shares(reports, from, until, settings.reliability).sum();
  return zone_prior(forest, zone, water, at, sound_at, log_odds, settings);
}

double reported_drop_open(const DeviceEvidence* heard, Time at, std::optional<Time> from,
                          const LocaliserSettings& settings) {
  const double prior = settings.priors.premises;
  if (heard == nullptr) return prior;
  const ZoneReport report{{}, {}, heard};
  const Time until = at + settings.reliability.clock_skew;
  const double log_odds = report_shares({&report, 1}, from, until, settings.reliability).sum();
  return fold(prior, log_odds, settings.reliability.report_clip);
}

Time known_sound_at(const DeviceEvidence* heard, Time until) {
  if (heard == nullptr) return kNeverHeard;
  Time sound = heard->restored_at <= until ? heard->restored_at : kNeverHeard;
  const bool found_sound = heard->finding == Finding::intact || heard->finding == Finding::restored;
  if (found_sound && heard->report_at <= until) sound = std::max(sound, heard->report_at);
  return sound;
}

double at_least_two(std::span<const double> probabilities) {
  double none = 1, one = 0, more = 0;
  for (const double p : probabilities) {
    more += one * p;
    one = one * (1 - p) + none * p;
    none *= 1 - p;
  }
  return more;
}

double flood_failure(double depth_m, double live_part_height_m, double sigma_m) {
  if (!(depth_m > 0)) return 0;
  return .5 * std::erfc((live_part_height_m - depth_m) / (sigma_m * std::sqrt(2.0)));
}

double live_part_height_m(const Device& device, const DevicePriorSettings& settings) {
  if (device.live_part_height_m > 0) return device.live_part_height_m;
  if (device.underground != 0) return settings.underground_live_part_height_m;
  return settings.live_part_height_m[static_cast<std::size_t>(device.kind)];
}

double deepest_between_m(const Water& water, Position position, Time from, Time at) {
  double deepest = water.depth_m(position, at);
  if (from < at) deepest = std::max(deepest, water.depth_m(position, from));
  for (const Time slice : water.slice_times()) {
    if (slice > from && slice < at) deepest = std::max(deepest, water.depth_m(position, slice));
  }
  return deepest;
}

}  // namespace gridmend
