#include "data/ingest/closure_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace gridmend {
namespace {

constexpr const char* kWaze = R"({"incidents":[
 {"id":"101","type":"ROAD_CLOSED","subtype":"ROAD_CLOSED_HAZARD","street":"解放大道",
  "polyline":"30.5900 114.3000 30.5910 114.3010 30.5920 114.3025",
  "starttime":"2026-07-20T02:00:00+08:00","endtime":"2026-07-21T02:00:00+08:00",
  "description":"flooded underpass"},
 {"id":"102","type":"HAZARD","polyline":"30.59 114.30"},
 {"id":103,"type":"ROAD_CLOSED","location":{"street":"江汉路","polyline":"30.58 114.29, 30.57 114.28",
  "direction":"BOTH_DIRECTIONS"}}]})";

TEST(ClosureFeed, WazeIncidentsThatCloseARoadAreClosures) {
  const auto feed = parse_closure_feed(kWaze, "waze.json");
  ASSERT_TRUE(feed) << describe(feed.error());
  ASSERT_EQ(feed->closures.size(), 2U);
  EXPECT_EQ(feed->no_closures, 1U);
  EXPECT_TRUE(feed->defects.empty());
  const RoadClosure& first = feed->closures[0];
  EXPECT_EQ(first.id, "waze:101");
  EXPECT_EQ(first.reason, "flooded underpass");
  ASSERT_EQ(first.line.size(), 3U);
  EXPECT_EQ(first.line[0], (Position{114.3, 30.59})) << "Waze writes latitude first";
  EXPECT_EQ(to_rfc3339(first.from), "2026-07-19T18:00:00Z");
  ASSERT_TRUE(first.until);
  EXPECT_EQ(to_rfc3339(*first.until), "2026-07-20T18:00:00Z");
  EXPECT_EQ(feed->closures[1].id, "waze:103");
  EXPECT_EQ(feed->closures[1].reason, "江汉路");
  EXPECT_TRUE(feed->closures[1].holds(Time{})) << "without a beginning it holds since ever";
  EXPECT_FALSE(feed->closures[1].until);
}

TEST(ClosureFeed, WorkZonesThatCloseAllLanesAreClosures) {
  const auto feed = parse_closure_feed(R"({"type":"FeatureCollection",
   "road_event_feed_info":{"version":"4.2"},"features":[
   {"id":"wz-1","type":"Feature","geometry":{"type":"LineString",
    "coordinates":[[114.30,30.59],[114.31,30.60,12.5]]},
    "properties":{"core_details":{"event_type":"work-zone","description":"bridge repair"},
     "start_date":"2026-07-20T00:00:00Z","end_date":"2026-08-01T00:00:00Z",
     "vehicle_impact":"all-lanes-closed"}},
   {"id":"wz-2","type":"Feature","geometry":{"type":"MultiPoint","coordinates":[[114.3,30.5]]},
    "properties":{"vehicle_impact":"some-lanes-closed"}},
   {"type":"Feature","geometry":{"type":"Point","coordinates":[114.3,30.5]},
    "properties":{"road_event_id":"old","vehicle_impact":"all-lanes-closed"}}]})",
                                       "wzdx.json");
  ASSERT_TRUE(feed) << describe(feed.error());
  ASSERT_EQ(feed->closures.size(), 2U);
  EXPECT_EQ(feed->closures[0].id, "wzdx:wz-1");
  EXPECT_EQ(feed->closures[0].reason, "bridge repair");
  EXPECT_EQ(feed->closures[0].line.size(), 2U);
  EXPECT_EQ(feed->closures[1].id, "wzdx:old");
  EXPECT_EQ(feed->no_closures, 1U);
}

TEST(ClosureFeed, AnEntryThatCannotBeReadIsLeftOutAndNamed) {
  const auto feed = parse_closure_feed(R"({"incidents":[
   {"id":"1","type":"ROAD_CLOSED","polyline":"30.59 114.30 30.6"},
   {"id":"2","type":"ROAD_CLOSED","polyline":"130.59 114.30"},
   {"id":"3","type":"ROAD_CLOSED","polyline":"30.59 114.30","starttime":"yesterday"},
   {"id":"4","type":"ROAD_CLOSED","polyline":"30.59 114.30",
    "starttime":"2026-07-20T02:00:00Z","endtime":"2026-07-19T02:00:00Z"},
   {"type":"ROAD_CLOSED","polyline":"30.59 114.30"},
   {"id":"5","type":"ROAD_CLOSED","polyline":"30.59 114.30"},
   {"id":"5","type":"ROAD_CLOSED","polyline":"30.59 114.31"},
   {"id":"6","type":"ROAD_CLOSED","polyline":"nan nan"},
   17, null]})",
                                       "w.json");
  ASSERT_TRUE(feed) << describe(feed.error());
  ASSERT_EQ(feed->closures.size(), 1U);
  EXPECT_EQ(feed->closures[0].id, "waze:5");
  std::vector<std::string> entries;
  for (const Defect& defect : feed->defects) {
    EXPECT_EQ(defect.place.file, "w.json");
    entries.push_back(defect.place.feature_id);
  }
  EXPECT_THAT(entries, testing::ElementsAre("1", "2", "3", "4", "entry 5", "5", "6"));
}

TEST(ClosureFeed, WhatIsNoFeedIsRefusedByName) {
  const auto reason = [](std::string_view json) {
    const auto feed = parse_closure_feed(json, "x.json");
    return feed ? std::string{"read"} : feed.error().reason;
  };
  EXPECT_EQ(reason(""), "CLOSURE_FEED_INVALID");
  EXPECT_EQ(reason("{"), "CLOSURE_FEED_INVALID");
  EXPECT_EQ(reason("{}"), "CLOSURE_FEED_FORM");
  EXPECT_EQ(reason("[]"), "CLOSURE_FEED_FORM");
  EXPECT_EQ(reason(R"({"incidents":7})"), "CLOSURE_FEED_FORM");
  EXPECT_EQ(reason(R"({"incidents":[]})"), "read");
  EXPECT_EQ(read_closure_feed("/nowhere/at/all.json").error().reason, "CLOSURE_FEED_NOT_FOUND");
}

}  // namespace
}  // namespace gridmend
