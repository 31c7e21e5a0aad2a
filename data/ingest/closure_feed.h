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
  std::vector<Defect> notes;          // what was assumed of others so that their roads are closed
  std::size_t no_closures = 0;        // entries that close no road: hazards, single lanes
  // Of the entries left out: the ids that their closures would have, without parts ("waze:ID"); and
  // whether they would have others besides, that only what they say would tell.
  std::vector<std::string> unread = {};
  bool unread_by_content = false;
};

// One of three forms, told apart by what it holds:
//
//   Waze CIFS  {"incidents": [{"id", "type", "polyline" | "location": {"polyline", "street"},
//              "starttime", "endtime", "description"}]}; a polyline is "lat lon lat lon ...".
//              Only ROAD_CLOSED closes.
//   the same   in XML: <incidents><incident id="..."> with elements of those names.
//   WZDx       a GeoJSON FeatureCollection of work zones (versions 3 and 4): "vehicle_impact",
//              "start_date", "end_date", "core_details"; lines and points. Only all-lanes-closed
//              closes.
//
// Ids become "waze:ID" and "wzdx:ID"; of an id that is missing, too long or there twice the hash of
// what the entry says takes the place, so that it is the same at the next reading. The parts of a
// MultiLineString are closures of their own, from the second on "ID/2", or named by what they say
// where another entry has that id. No two closures have one id; an entry told twice is one. Without
// a beginning a closure holds since ever, without an end until it is reopened; so does one whose
// time cannot be read, and a time without an offset is taken as UTC: closed is the safe reading,
// and a note says so. An entry whose place cannot be read, or that ends before it begins, is left
// out with a defect. A byte order mark is passed over. Refuses by name: CLOSURE_FEED_NOT_FOUND,
// CLOSURE_FEED_TOO_LARGE (64 MB), CLOSURE_FEED_INVALID (neither JSON nor XML), CLOSURE_FEED_FORM
// (none of the three).
Result<ClosureFeed> read_closure_feed(const std::filesystem::path& path);
// `name` is what defects and refusals call it.
Result<ClosureFeed> parse_closure_feed(std::string_view text, const std::string& name);

}  // namespace gridmend
