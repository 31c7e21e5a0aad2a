#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/outage/dark_nodes.h"
#include "core/outage/switch_topologies.h"

namespace gridmend {

// Joints of these switches (by device) that have a tree with supply, in the order of their first
// trees, contracted and without topologies. Of each the `most_switches` first are looked at, what
// somebody said before what signs of life say. `before`, joints of the same forest: those of the
// same doubts are among the answers as they are, and contracted anew only where they would be
// otherwise; of one that is not the same but for its probabilities and dark_since, the answer keeps
// the topologies, whose forests are still right. O(network), without a new one O(zones).
std::vector<std::shared_ptr<const Joint>> contract_joints(
    const LocaliserInput& input, const SwitchState& switches, DarkNodes& dark,
    std::span<const DoubtedSwitch> doubted, std::uint32_t most_switches,
    std::span<const std::shared_ptr<const Joint>> before);

}  // namespace gridmend
