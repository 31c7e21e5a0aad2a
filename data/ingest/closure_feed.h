#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "data/region/defect.h"
#include "routing/road/road_closure.h"

namespace gridmend {

// Closed roads as others tell of them.
struct ClosureFeed {
  std::vector<RoadClosure> closures;  // in the feed's order; each passes validate()
  std::vector<Defect> defects;        // entries left out, and why
  std::size_t no_closures = 0;        // entries that close no road: hazards, single lanes
};

// JSON in one of two forms, told apart by what it holds:
//
//   Waze CIFS  {"incidents": [{"id", "type", "polyline" | "location": {"polyline", "street"},
//              "starttime", "endtime", "description"}]}; a polyline is "lat lon lat lon ...".
//              Only ROAD_CLOSED closes.
//   WZDx       a GeoJSON FeatureCollection of work zones (versions 3 and 4): "vehicle_impact",
//              "start_date", "end_date", "core_details"; lines and points. Only all-lanes-closed
//              closes.
//
// Ids become "waze:ID" and "wzdx:ID"; without a beginning a closure holds since ever, without an
// end until it is reopened. Refuses by name: CLOSURE_FEED_NOT_FOUND, CLOSURE_FEED_TOO_LARGE (64
// MB), CLOSURE_FEED_INVALID (not JSON), CLOSURE_FEED_FORM (neither of the two). An entry that
// cannot be read is left out with a defect.
Result<ClosureFeed> read_closure_feed(const std::filesystem::path& path);
// `name` is what defects and refusals call it.
Result<ClosureFeed> parse_closure_feed(std::string_view json, const std::string& name);

}  // namespace gridmend
