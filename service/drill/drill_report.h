#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/hazard/water.h"
#include "data/region/region.h"
#include "service/drill/drill.h"

namespace gridmend {

// The outcome of one storm under each dispatcher that met it; the first is the one on trial.

// A few lines for people.
std::string describe_drill(const Region& region, const std::vector<DrillOutcome>& outcomes);
// One JSON object: {"region", "usagePoints", "policies": [{...}]}.
std::string drill_json(const Region& region, const std::vector<DrillOutcome>& outcomes);
// Customers without supply over time, one line a dispatcher.
std::string restoration_curve_svg(const std::vector<DrillOutcome>& outcomes);
// One self-contained page: network, roads, water, outages, and the first dispatcher's tours.
std::string drill_map_html(const Region& region, const Water& water,
                           const std::vector<DrillOutcome>& outcomes);

// summary.json, restoration.svg and map.html in `folder`, which is made when absent.
Result<void> write_drill_report(const std::filesystem::path& folder, const Region& region,
                                const Water& water, const std::vector<DrillOutcome>& outcomes);

}  // namespace gridmend
