#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/outage/dark_nodes.h"
#include "core/outage/switch_topologies.h"

namespace gridmend {

// Joints of these switches (by device) that have a tree with supply, in the order of their first
// trees, contracted and without topologies. Of each the `most_switches` first are looked at, what
// somebody said before what signs of life say. O(network)
std::vector<Joint> contract_joints(const LocaliserInput& input, const SwitchState& switches,
                                   DarkNodes& dark, std::span<const DoubtedSwitch> doubted,
                                   std::uint32_t most_switches);

}  // namespace gridmend
