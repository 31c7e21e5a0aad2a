#pragma once

#include "core/network/link_suspicion.h"
#include "core/network/supply_forest.h"
#include "data/ingest/check_settings.h"
#include "data/ingest/network_builder.h"

namespace gridmend {

// Links between usage points and transformers that geometry makes doubtful, with the probability
// that another transformer is the right one: docs/algorithms/customer_links.md. At most three
// transformers a usage point, each from `least_probability` on. Nothing in a network with fewer
// than three transformers that serve, or too few usage points with positions of their own. The
// network is the forest's. O(n log n).
SuspectedLinks find_suspected_links(const SupplyForest& forest, double least_probability);

// Finds them from CheckSettings::link_kept_probability on and adds a defect
// (usage_point_link_suspected) for those whose likelier transformer has at least
// link_said_probability; usage points of one connectivity node and one suspicion are one defect.
SuspectedLinks check_links(const SupplyForest& forest, const SwitchState& switches,
                           const CheckSettings& settings, BuiltNetwork& built);

}  // namespace gridmend
