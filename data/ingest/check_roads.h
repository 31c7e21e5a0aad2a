#pragma once

#include "core/network/network_model.h"
#include "data/ingest/check_settings.h"
#include "data/ingest/defect_log.h"
#include "routing/road/road_graph.h"

namespace gridmend {

// Whether the roads lie where the network is: of evenly many devices, how many are farther from any
// road than CheckSettings::roads_far_m; one defect when too many are. Roads derived from the
// network are not asked. Looks at 2,000 devices at most.
void check_roads(const NetworkModel& network, const RoadGraph& roads, const CheckSettings& settings,
                 DefectLog& defects);

}  // namespace gridmend
