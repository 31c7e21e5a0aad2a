#pragma once

#include <optional>
#include <vector>

#include "core/outage/evidence_view.h"

namespace gridmend {

// A line that a fault may be on. Metres run along the lines from the device that clears its faults,
// by the nearest way; `water_m` is the deepest water along it.
struct FaultSection {
  Id<Device> line;
  double probability = 0;  // given that the fault is on the lines
  double cumulative = 0;   // with those before it
  double from_m = 0;
  double to_m = 0;
  double water_m = 0;
};

// How far along the lines a relay puts a fault; the error is normal with this standard deviation.
struct RelayDistance {
  double distance_m = 0;  // at least 0
  double error_m = 0;     // above 0
};

// Where the fault is that a device opened for.
struct FaultPosition {
  double p_device_only = 0;            // nothing is wrong with the lines
  std::vector<FaultSection> sections;  // in the order of the patrol
  bool from_far_end = false;           // the patrol begins there
};

// Given that the zone's device is open: its causes come one by one, each at its own rate over the
// episode, and the first one opened it. So cause s is it with mu_s / sum mu, where
//   mu of a line    = rate * length - log(1 - P(flood at its deepest water))
//   mu of the device = -log(1 - q) of what its prior says besides its lines.
// Likelihoods then count: a fault passage indicator in the zone has seen the current of a fault on
// its own device and beyond with P(passed | open), of another with P(passed | closed); a report
// about a line speaks for it; a relay's distance d with the mean of Normal(d; x, error) over the
// line's x, and never for the device alone; one that no line is near says nothing.
//
// The lines are those whose faults the zone's device clears (InferenceForest::clearing_zone), found
// from it outwards. The patrol takes them in order of distance, from the near or the far end,
// whichever has the shorter way to the fault in the mean. O(lines log + water along them).
FaultPosition locate_fault(const EvidenceView& view, Id<InferenceZone> zone,
                           std::optional<RelayDistance> relay = std::nullopt);

}  // namespace gridmend
