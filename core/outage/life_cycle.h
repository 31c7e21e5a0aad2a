#pragma once

#include <optional>
#include <string>

#include "core/outage/outage_book.h"
#include "core/outage/outage_builder.h"

namespace gridmend {

// What the usage points of an outage say of its end.
struct SignsOfLife {
  std::uint32_t back = 0;        // heard dead, and alive since
  std::uint32_t still_dead = 0;  // heard dead, nothing since
  std::uint32_t alive = 0;       // any sign of life since the onset
  Time back_at{};                // the middle of the times at which they came back
};

// Usage points in `elsewhere` (they lie in another, present outage) are left out.
SignsOfLife signs_of_life(const EvidenceView& view, const Outage& outage,
                          const UsagePointSet& elsewhere);

// Enough of those heard dead are alive again to say that supply is back.
bool most_are_back(const SignsOfLife& signs, const OutageSettings& settings);

// These usage points are dark by another outage: this one counts them no longer, and says so.
// O(runs of both, and the usage points taken away).
void take_away(const UsagePointSet& gone, const NetworkModel& network,
               const CategoryWeights& weights, Outage& outage);
// The other way: everybody in `part` is dark by this one.
void take_in(const Outage& part, const NetworkModel& network, Outage& outage);

// Supply is back for everybody in it since `at`.
void set_restored(Outage& outage, Time at, const OutageSettings& settings);

// What present evidence says of the probable device of an outage.
struct DeviceOutlook {
  bool known = false;      // a supplied zone whose tree was looked at
  Id<InferenceZone> zone;  // that one: the device's, or that the drop or the premises hang in
  bool quiet = false;      // nothing in its tree speaks for dark any more
  bool by_itself = false;  // premises or a shared drop: its zone's supply is not in question
  double p_active = 0;     // of the device, the drop or the premises
  double p_live = 0;       // of its zone
  Time restored_at = kNeverHeard;  // back in service, by report, position or power-ups behind it
  const char* returned = "field_report";  // which of these said so
  Time fed_since = kNeverHeard;           // supply came back to its zone, or to all ahead of it
};
DeviceOutlook device_outlook(const EvidenceView& view, const Posterior& posterior,
                             const Outage& outage);

// Takes over what a candidate says and moves the status on: a confirmed outage stays confirmed, a
// prediction is confirmed by enough evidence. Answers why, when the status changed.
std::optional<std::string> continue_outage(Outage& outage, const OutageCandidate& candidate,
                                           const EvidenceView& view);

// The same for an outage no candidate carries on: restored on signs of life or a crew's word,
// withdrawn when it was a prediction that life contradicts and that has stood for a while, closed
// when restored long enough; momentary when that came soon enough. Nothing moves on silence.
std::optional<std::string> resolve_outage(Outage& outage, const SignsOfLife& signs,
                                          const DeviceOutlook& outlook, Time at,
                                          const OutageSettings& settings);

}  // namespace gridmend
