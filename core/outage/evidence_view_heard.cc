#include <algorithm>
#include <utility>

#include "core/base/parallel_for.h"
#include "core/outage/evidence_view.h"
#include "core/outage/supply_returns.h"
#include "core/outage/water_onset.h"

// The part of EvidenceView that finds who was heard of, since when a tree may be dark, and what
// most usage points said.

namespace gridmend {
namespace {

// Usage points that a thread looks at together.
constexpr std::size_t kRun = 16'384;

}  // namespace

void EvidenceView::note_restorations() {
  const Time until = input_.at + settings_.reliability.clock_skew;
  SupplyReturns returns;
  returns.read({input_.forest, input_.evidence, heard_->reports, until, settings_.reliability});
  heard_->restored = returns.by_zone();
  heard_->reported_back = reported_back(input_.forest, heard_->reports, until);
}

void EvidenceView::note_trips() {
  heard_->tripped =
      trips_by_zone(input_.forest, heard_->reports, input_.at + settings_.reliability.clock_skew);
}

void EvidenceView::note_dead(Id<InferenceZone> zone, Time since) {
  const auto [it, fresh] = heard_->onsets.try_emplace(input_.forest.root_of(zone), since);
  if (!fresh) it->second = std::min(it->second, since);
}

// Who was heard to be dark, in runs of usage points by any thread; the runs stay in order.
void EvidenceView::note_meters() {
  struct Dead {
    Id<UsagePoint> usage_point;
    Id<InferenceZone> root;
    Time since;
  };
  const std::size_t count = input_.evidence.meters().size();
  std::vector<std::vector<Dead>> runs((count + kRun - 1) / kRun);
  parallel_for(runs.size(), input_.threads, [&](std::size_t run) {
    const std::size_t end = std::min(count, (run + 1) * kRun);
    for (std::size_t i = run * kRun; i < end; ++i) {
      const Id<UsagePoint> id{i};
      const MeterEvidence* meter = input_.evidence.find(id);
      if (meter == nullptr) continue;
      if (!meter->dead_gasp() && !meter->dead_ping() && !meter->dead_call()) continue;
      const Time since = dead_since(id);
      if (since == kNeverHeard) continue;
      runs[run].push_back({id, input_.forest.root_of(input_.forest.zone_of(id)), since});
    }
  });
  heard_->is_dead.assign(input_.forest.network().usage_points().size(), false);
  std::vector<Time> by_root(input_.forest.zones().size(), kNeverHeard);
  for (const std::vector<Dead>& run : runs) {
    for (const Dead& dead : run) {
      heard_->dead.push_back(dead.usage_point);
      heard_->is_dead[dead.usage_point.index] = true;
      Time& earliest = by_root[dead.root.index];
      if (earliest == kNeverHeard || dead.since < earliest) earliest = dead.since;
    }
  }
  for (const Id<InferenceZone> root : input_.forest.roots()) {
    if (by_root[root.index] != kNeverHeard) note_dead(root, by_root[root.index]);
  }
}

void EvidenceView::note_onsets() {
  note_meters();
  const Time until = input_.at + settings_.reliability.clock_skew;
  for (const ZoneReport& report : heard_->reports) {
    const Time since = report.evidence->open_since();
    if (since == kNeverHeard || since > until) continue;
    note_dead(report.zone, since);
    std::vector<Id<InferenceZone>>& open = heard_->reported_open;  // reports come by zone
    if (open.empty() || open.back() != report.zone) open.push_back(report.zone);
  }
  note_drops_open();
  note_call_onsets();
  note_faults_seen();
  for (const auto& [root, since] : heard_->onsets) {
    heard_->earliest_onset = std::min(heard_->earliest_onset.value_or(since), since);
  }
  note_water_onsets();
}

void EvidenceView::note_faults_seen() {
  const InferenceForest& forest = input_.forest;
  const Time until = input_.at + settings_.reliability.clock_skew;
  std::map<Id<InferenceZone>, std::vector<Time>> seen;  // by root
  std::optional<std::vector<Restoration>> restored;
  Id<InferenceZone> last;
  Time settled = kNeverHeard;
  for (ZoneReport& report : heard_->reports) {
    if (!report.evidence->indicator_passed) continue;
    if (!restored) restored = restorations(heard_->reports, until);
    if (report.zone != last) {
      last = report.zone;
      settled =
          fault_settled_at(forest, last, reports(last),
                           std::max(restored_at(last), reported_back_at(last)), *restored, until);
    }
    report.settled = settled;
    const Id<InferenceZone> root = forest.root_of(report.zone);
    const auto dead = heard_->onsets.find(root);
    if (dead != heard_->onsets.end()) report.joined = dead->second;
    if (const Time time = fault_seen_at(report); time != kNeverHeard) seen[root].push_back(time);
  }
  for (auto& [root, times] : seen) {
    std::ranges::sort(times);
    const auto dead = heard_->onsets.find(root);
    const auto onset =
        onset_with_faults(dead == heard_->onsets.end() ? std::nullopt : std::optional{dead->second},
                          times, input_.at, settings_);
    if (onset) heard_->fault_onsets.emplace(root, *onset);
  }
}

void EvidenceView::note_water_onsets() {
  const std::optional<Box> wet = wet_extent(input_.water, input_.at, settings_.priors);
  if (!wet) return;
  for (const Id<InferenceZone> root : input_.forest.roots()) {
    if (heard_->onsets.contains(root) || heard_->fault_onsets.contains(root)) continue;
    const auto first = std::ranges::lower_bound(heard_->reports, root, {}, &ZoneReport::zone);
    const auto last = std::ranges::lower_bound(
        heard_->reports, Id<InferenceZone>{input_.forest[root].zones_end}, {}, &ZoneReport::zone);
    const std::optional<Time> since =
        water_onset(input_.forest, root, input_.water, *wet, input_.at, {first, last}, settings_);
    if (since) heard_->water_onsets.emplace(root, *since);
  }
}

// What lived before the onset may be what died at it: said once onsets are known.
void EvidenceView::note_words() {
  const InferenceForest& forest = input_.forest;
  std::vector<Time> from(forest.zones().size(), Time::min());  // by root
  Time latest = Time::min();
  for (const Id<InferenceZone> root : forest.roots()) {
    from[root.index] = silence_from(root).value_or(Time::min());
    latest = std::max(latest, from[root.index]);
  }
  // Where supply came back since the onset, nobody's words are plain.
  const bool restored_any = !heard_->restored.empty() || heard_->drops;
  const auto was_dead = [&](Id<UsagePoint> id) {
    const Id<InferenceZone> zone = restored_any ? forest.zone_of(id) : Id<InferenceZone>{};
    return zone.valid() && restored_at(id) >= from[forest.root_of(zone).index] &&
           from[forest.root_of(zone).index] != Time::min();
  };
  std::vector<std::uint8_t>& said = heard_->said;
  said.assign(input_.evidence.meters().size(), 0);
  parallel_for((said.size() + kRun - 1) / kRun, input_.threads, [&](std::size_t run) {
    const std::size_t end = std::min(said.size(), (run + 1) * kRun);
    for (std::size_t i = run * kRun; i < end; ++i) {
      const Id<UsagePoint> id{i};
      if (was_dead(id)) {
        said[i] = LeafReader::kNotPlain;
        continue;
      }
      const MeterEvidence* meter = input_.evidence.find(id);
      if (meter == nullptr) continue;
      Time onset = Time::min(), restored = kNeverHeard;
      const bool settles = meter->dead_ping() || meter->dead_call();
      if (settles || (meter->lives() && !meter->lives_since(latest))) {
        const Id<InferenceZone> zone = forest.zone_of(id);
        if (!zone.valid()) continue;
        onset = from[forest.root_of(zone).index];
        if (settles) restored = restored_at(id);
      }
      said[i] = static_cast<std::uint8_t>(
          LeafReader::plain(*meter, restored, onset, input_.at, settings_.reliability));
    }
  });
}

void EvidenceView::note_callers() {
  const Time until = input_.at + settings_.reliability.clock_skew;
  std::vector<HeardCall>& callers = heard_->may_have_called;
  for (const std::shared_ptr<const SpreadCall>& call : input_.evidence.calls()) {
    // One that a wrong clock dates ahead is not yet known.
    if (call->time > until) continue;
    for (const CallPlace& place : call->places) callers.push_back({place.usage_point, call->time});
  }
  std::ranges::sort(callers, [](const HeardCall& a, const HeardCall& b) {
    return std::pair{a.usage_point, b.time} < std::pair{b.usage_point, a.time};
  });
  const auto repeated = std::ranges::unique(callers, {}, &HeardCall::usage_point);
  callers.erase(repeated.begin(), repeated.end());
  callers.shrink_to_fit();
}

Time EvidenceView::may_have_called(Id<UsagePoint> usage_point) const {
  const std::vector<HeardCall>& callers = heard_->may_have_called;
  const auto it = std::ranges::lower_bound(callers, usage_point, {}, &HeardCall::usage_point);
  return it == callers.end() || it->usage_point != usage_point ? kNeverHeard : it->time;
}

void EvidenceView::note_drops() {
  if (input_.forest.shared_drops().empty()) return;
  input_.evidence.devices().visit([&](Id<Device> device, const DeviceEvidence& evidence) {
    heard_->drops = heard_->drops || (evidence.any() && input_.forest.is_shared_drop(device));
  });
}

void EvidenceView::note_drops_open() {
  if (!heard_->drops) return;
  const Time until = input_.at + settings_.reliability.clock_skew;
  input_.evidence.devices().visit([&](Id<Device> device, const DeviceEvidence& evidence) {
    const Time since = evidence.open_since();
    if (since == kNeverHeard || since > until || !input_.forest.is_shared_drop(device)) return;
    note_dead(input_.forest.zone_of(device), since);
  });
}

}  // namespace gridmend
