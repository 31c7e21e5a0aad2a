#pragma once

#include "core/network/network_model.h"
#include "data/ingest/road_report.h"

namespace gridmend {

struct AccessRoadSettings {
  float speed_kmh = 12;      // a four-wheel drive beside a line
  double tolerance_m = 2;    // ends nearer to each other meet
  double bridge_gap_m = 60;  // separate parts are joined by a straight way where they come so near
};

// Roads for a region that has none: where a power line runs, a crew once built it and can come
// again. Every line with a length becomes a road of class `access` along its polyline, or straight
// between its connectivity nodes when the source drew none; underground cables lie under streets
// and count alike. Parts that end near each other are joined by short straight ways. Switching
// devices at one position need no road, and the drop to a house is walked. The records say
// RoadOrigin::derived_access, and one defect (road_layer_missing) says so to people. Empty records
// when no device has a place.
RoadImport derive_access_roads(const NetworkModel& network,
                               const AccessRoadSettings& settings = {});

}  // namespace gridmend
