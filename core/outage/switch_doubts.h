#pragma once

#include <optional>
#include <vector>

#include "core/network/switch_state.h"
#include "core/outage/dark_nodes.h"
#include "core/outage/localiser.h"
#include "core/outage/outage.h"

namespace gridmend {

// Switches of which nobody is sure how they stand, by device (SwitchTopologies says when that is),
// with `closed_before`. `dark` is made where islands have to be looked at. O(devices heard + usage
// points of islands).
std::vector<DoubtedSwitch> find_doubted_switches(const LocaliserInput& input,
                                                 const SwitchState& switches,
                                                 const LocaliserSettings& settings,
                                                 std::optional<DarkNodes>& dark);

// Switches normally closed that stand open on record, by order or settled so: `visitor(device,
// when)`, the time of the order; what telemetry said again since is no later opening.
template <class Visitor>
void visit_ordered_openings(const LocaliserInput& input, const SwitchState& switches,
                            Visitor&& visitor) {
  for (const auto& [id, open] : switches.departures()) {
    const Device& device = input.forest.network().devices()[id];
    const DeviceEvidence* heard = input.evidence.find(id);
    if (device.normally_open != 0 || switches.conducts(id) || heard == nullptr) continue;
    if (heard->ordered.any()) {
      visitor(device, heard->ordered_at);
    } else if (heard->position_at != kNeverHeard && heard->open_phases.any()) {
      visitor(device, heard->position_at);
    }
  }
}

}  // namespace gridmend
