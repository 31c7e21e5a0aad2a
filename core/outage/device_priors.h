#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/hazard/water.h"
#include "core/outage/evidence_book.h"
#include "core/outage/inference_forest.h"
#include "core/outage/settings.h"

namespace gridmend {

// What was reported about a device, at the zone whose prior it speaks about: the zone it heads
// (with others, perhaps); for a line, the zone whose device clears its faults; for an indicator,
// the zone it lies in. Reports about shared service drops are about no zone (reported_drop_open).
struct ZoneReport {
  Id<InferenceZone> zone;
  Id<Device> device;
  const DeviceEvidence* evidence = nullptr;
  // Of fault current that an indicator saw: until when that is settled (fault_settled_at), and the
  // earliest sign of death of another kind in its tree; kNeverHeard: there is none yet.
  Time settled = kNeverHeard;
  Time joined = kNeverHeard;
};

// By zone, then device. O(devices heard of, log).
std::vector<ZoneReport> reports_by_zone(const InferenceForest& forest, const EvidenceBook& book);

// By zone: when the first of the devices ahead of it is known to have tripped (tripped_at(), up to
// `until`), its own among them; kNeverHeard. Empty when nothing did. Those of a meshed zone take
// nobody's supply alone.
std::vector<Time> trips_by_zone(const InferenceForest& forest, std::span<const ZoneReport> reports,
                                Time until);

// Where something was reported back in service, up to `until`, by zone. `reports` are by zone.
using Restoration = std::pair<Id<InferenceZone>, Time>;
std::vector<Restoration> restorations(std::span<const ZoneReport> reports, Time until);

// Fault current seen in this zone up to then says nothing of now: its device was found sound or was
// settled (withdrawn, closed), or something ahead of it (`restored_ahead`: it or above), in it or
// behind it is back in service. `own` are the reports of the zone.
// O(own reports + restorations behind).
Time fault_settled_at(const InferenceForest& forest, Id<InferenceZone> zone,
                      std::span<const ZoneReport> own, Time restored_ahead,
                      std::span<const Restoration> restorations, Time until);

// When an indicator saw fault current that nothing settled; kNeverHeard.
Time fault_seen_at(const ZoneReport& report);

// A tree's onset, where `dead` is that of signs of death of other kinds, and fault current was seen
// at these times, ascending. It is as early as what was seen so shortly (sound_fresh) before it;
// without any other sign it is of the newest of them, as long as that is not older than
// OutageSettings::call_pause. Times after at + clock_skew are not yet known. O(log their number).
std::optional<Time> onset_with_faults(std::optional<Time> dead, std::span<const Time> seen, Time at,
                                      const LocaliserSettings& settings);

// Log odds for "open" that reports add to a prior, by kind.
struct ReportShares {
  double switch_position = 0;
  double fault_indicator = 0;
  double field_report = 0;  // the newest finding
  double against = 0;       // what somebody else saw (DeviceEvidence::against), in his name
  double sum() const { return switch_position + fault_indicator + field_report + against; }
};

// Reports that speak for open count until they are settled; those for closed only from the tree's
// onset (without one they have nothing to contradict), and fade with age. Events after `until` are
// not yet known. A position that flaps is worth less the more often it changed (flapping.h), as is
// what comes from a source that lies. Fault current fades as those for closed do, until the first
// sign of another kind joins it (ZoneReport::joined) or something settles it.
ReportShares report_shares(std::span<const ZoneReport> reports, std::optional<Time> onset,
                           Time until, const ReliabilityParameters& reliability);

// The prior that what heads a zone is open. Causes are independent:
// 1 - (1 - kind) (1 - line) (1 - flood); reports are folded in as q a1 / (q a1 + (1 - q) a0).
// Devices side by side count as the one three-phase device they stand for, in the deepest water any
// of them stands in. A meshed zone: see meshed_zone_prior.
struct ZonePrior {
  double before_reports = 0;
  double flood = 0;  // the water's part alone
  double probability = 0;
};

// Water counts at its deepest of the last flood_memory before `at`. A device that was sound at
// `sound_at` has stood the water of that moment: from then on only deeper water counts,
// (Phi(deepest) - Phi(then)) / (1 - Phi(then)). A meshed zone's is that without reports.
ZonePrior zone_prior(const InferenceForest& forest, Id<InferenceZone> zone, const Water& water,
                     Time at, Time sound_at, double report_log_odds,
                     const LocaliserSettings& settings);

// The prior that a meshed zone (InferenceZone::meshed) has lost supply: at least two of its
// members, its lines (as one) and the sources that meet in it have failed, which is what it takes
// at the least. Each report speaks about its own member, others about the lines. `reports` are the
// zone's, by device. O(members + reports).
ZonePrior meshed_zone_prior(const InferenceForest& forest, Id<InferenceZone> zone,
                            const Water& water, Time at, std::span<const ZoneReport> reports,
                            std::optional<Time> onset, const LocaliserSettings& settings);

// Either of these with the zone's reports, by device, folded in; `from` is when silence counts from
// in its tree.
ZonePrior reported_zone_prior(const InferenceForest& forest, Id<InferenceZone> zone,
                              const Water& water, Time at, std::span<const ZoneReport> reports,
                              std::optional<Time> from, const LocaliserSettings& settings);

// The prior that a shared service drop is open while its zone is live: `premises`, with what was
// reported about it (nullptr: nothing) folded in.
double reported_drop_open(const DeviceEvidence* heard, Time at, std::optional<Time> from,
                          const LocaliserSettings& settings);

// When somebody last said that the device is intact or back in service, not after `until`;
// kNeverHeard without.
Time known_sound_at(const DeviceEvidence* heard, Time until);

// P(at least two of these independent things happen). Without cancellation.
double at_least_two(std::span<const double> probabilities);

// Phi((depth - height) / sigma); 0 where it is dry.
double flood_failure(double depth_m, double live_part_height_m, double sigma_m);

// Of the device's record, or by its kind where the record has none.
double live_part_height_m(const Device& device, const DevicePriorSettings& settings);

// Deepest water at a position in [from, at]: at every slice between and at both ends.
double deepest_between_m(const Water& water, Position position, Time from, Time at);

}  // namespace gridmend
