#include "data/ingest/closure_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace gridmend::closure_feed_test {
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

TEST(ClosureFeed, AnEntryWithoutAPlaceIsLeftOutAndNamed) {
  const auto feed = parse_closure_feed(R"({"incidents":[
   {"id":"1","type":"ROAD_CLOSED","polyline":"30.59 114.30 30.6"},
   {"id":"2","type":"ROAD_CLOSED","polyline":"130.59 114.30"},
   {"id":"4","type":"ROAD_CLOSED","polyline":"30.59 114.30",
    "starttime":"2026-07-20T02:00:00Z","endtime":"2026-07-19T02:00:00Z"},
   {"type":"ROAD_CLOSED","polyline":""},
   {"id":"5","type":"ROAD_CLOSED","polyline":"30.59 114.30"},
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
  EXPECT_THAT(entries, testing::ElementsAre("1", "2", "4", "entry 4", "6"));
}

std::vector<std::string> messages(const std::vector<Defect>& notes) {
  std::vector<std::string> result;
  for (const Defect& note : notes) result.push_back(note.message + " -> " + note.action);
  return result;
}

TEST(ClosureFeed, TimesThatAreNoTimesCloseTheRoad) {
  const auto feed = parse_closure_feed(R"({"incidents":[
   {"id":"offset","type":"ROAD_CLOSED","polyline":"30.59 114.30",
    "starttime":"2026-07-20T02:00:00+0200","endtime":"2026-07-20 06:00:00+02"},
   {"id":"none","type":"ROAD_CLOSED","polyline":"30.59 114.30",
    "starttime":"2026-07-20T02:00:00","endtime":"2026-07-20T06:00"},
   {"id":"no time","type":"ROAD_CLOSED","polyline":"30.59 114.30",
    "starttime":"yesterday","endtime":"2026-99-20T02:00:00Z"}]})",
                                       "w.json");
  ASSERT_TRUE(feed) << describe(feed.error());
  ASSERT_EQ(feed->closures.size(), 3U);
  EXPECT_TRUE(feed->defects.empty());
  EXPECT_EQ(to_rfc3339(feed->closures[0].from), "2026-07-20T00:00:00Z");
  EXPECT_EQ(to_rfc3339(*feed->closures[0].until), "2026-07-20T04:00:00Z");
  EXPECT_EQ(to_rfc3339(feed->closures[1].from), "2026-07-20T02:00:00Z");
  EXPECT_EQ(to_rfc3339(*feed->closures[1].until), "2026-07-20T06:00:00Z");
  EXPECT_EQ(feed->closures[2].from, Time::min());
  EXPECT_FALSE(feed->closures[2].until);
  EXPECT_THAT(messages(feed->notes),
              testing::UnorderedElementsAre(
                  "1 entry, none: a time has no offset from UTC -> taken as UTC",
                  "1 entry, no time: its beginning is no time -> closed since ever",
                  "1 entry, no time: its end is no time -> closed until it is reopened"));
}

TEST(ClosureFeed, AnEntryWithoutAUsableIdIsNamedByWhatItSays) {
  const std::string long_id(200, 'x');
  const auto read = [&](const std::string& before) {
    return parse_closure_feed(R"({"incidents":[)" + before +
                                  R"({"type":"ROAD_CLOSED","polyline":"30.59 114.30"},
   {"type":"ROAD_CLOSED","polyline":"30.58 114.30"},
   {"type":"ROAD_CLOSED","polyline":"30.58 114.30"},
   {"id":")" + long_id + R"(","type":"ROAD_CLOSED","polyline":"30.57 114.30"},
   {"id":"5","type":"ROAD_CLOSED","polyline":"30.59 114.30"},
   {"id":"5","type":"ROAD_CLOSED","polyline":"30.59 114.31"},
   {"id":"5","type":"ROAD_CLOSED","polyline":"30.59 114.31"}]})",
                              "w.json");
  };
  const auto feed = read("");
  ASSERT_TRUE(feed) << describe(feed.error());
  ASSERT_EQ(feed->closures.size(), 5U) << "what is told twice is one";
  EXPECT_TRUE(feed->defects.empty());
  std::set<std::string> ids;
  for (const RoadClosure& closure : feed->closures) {
    EXPECT_LE(closure.id.size(), 64U);
    ids.insert(closure.id);
  }
  EXPECT_EQ(ids.size(), 5U);
  EXPECT_TRUE(ids.contains("waze:5"));
  // The next reading calls them the same, wherever they stand.
  const auto later = read(R"({"id":"new","type":"ROAD_CLOSED","polyline":"30.50 114.30"},)");
  ASSERT_TRUE(later);
  for (const std::string& id : ids) {
    EXPECT_TRUE(std::ranges::any_of(later->closures, [&](const RoadClosure& closure) {
      return closure.id == id;
    })) << id;
  }
  EXPECT_EQ(messages(feed->notes).size(), 3U);
}

TEST(ClosureFeed, EveryPartOfAMultiLineIsClosed) {
  const auto feed = parse_closure_feed(R"({"type":"FeatureCollection","features":[
   {"id":"wz","type":"Feature","geometry":{"type":"MultiLineString",
    "coordinates":[[[114.30,30.59],[114.31,30.60]],[[114.40,30.59],[114.41,30.60]]]},
    "properties":{"vehicle_impact":"all-lanes-closed"}}]})",
                                       "wzdx.json");
  ASSERT_TRUE(feed) << describe(feed.error());
  ASSERT_EQ(feed->closures.size(), 2U);
  EXPECT_EQ(feed->closures[0].id, "wzdx:wz");
  EXPECT_EQ(feed->closures[1].id, "wzdx:wz/2");
  EXPECT_EQ(feed->closures[1].line.front(), (Position{114.40, 30.59}));
  EXPECT_TRUE(feed->defects.empty());
}

TEST(ClosureFeed, NoTwoClosuresHaveOneId) {
  const std::string whole = R"({"id":"wz","type":"Feature","geometry":{"type":"MultiLineString",
    "coordinates":[[[114.30,30.59],[114.31,30.60]],[[114.40,30.59],[114.41,30.60]]]},
    "properties":{"vehicle_impact":"all-lanes-closed"}})";
  const std::string same_id = R"({"id":"wz/2","type":"Feature","geometry":{"type":"LineString",
    "coordinates":[[114.50,30.59],[114.51,30.60]]},
    "properties":{"vehicle_impact":"all-lanes-closed"}})";
  for (const std::string& features : {whole + "," + same_id, same_id + "," + whole,
                                      whole + "," + whole + "," + same_id + "," + same_id}) {
    const auto feed = parse_closure_feed(
        R"({"type":"FeatureCollection","features":[)" + features + "]}", "wzdx.json");
    ASSERT_TRUE(feed) << describe(feed.error());
    std::set<std::string> ids;
    std::set<double> closed;
    for (const RoadClosure& closure : feed->closures) {
      ids.insert(closure.id);
      closed.insert(closure.line.front().longitude_deg);
    }
    EXPECT_EQ(feed->closures.size(), 3U) << "what is told twice is one";
    EXPECT_EQ(ids.size(), 3U);
    EXPECT_EQ(closed, (std::set<double>{114.30, 114.40, 114.50})) << "every road is closed";
  }
}

TEST(ClosureFeed, AByteOrderMarkIsPassedOver) {
  const auto feed = parse_closure_feed(std::string{"\xEF\xBB\xBF"} + kWaze, "waze.json");
  ASSERT_TRUE(feed) << describe(feed.error());
  EXPECT_EQ(feed->closures.size(), 2U);
}

TEST(ClosureFeed, WazeIncidentsAreReadFromXmlToo) {
  const auto feed = parse_closure_feed(R"(<?xml version="1.0" encoding="UTF-8"?>
<incidents xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <incident id="101"><type>ROAD_CLOSED</type><subtype>ROAD_CLOSED_EVENT</subtype>
  <street>NW 12th St</street><polyline>51.510090 -0.006902 51.510142 -0.007000</polyline>
  <starttime>2026-07-20T02:00:00-04:00</starttime><endtime>2026-07-21T02:00:00-04:00</endtime>
  <description>Closure &amp; flood</description></incident>
 <incident id="102"><type>HAZARD</type><polyline>51.51 -0.01</polyline></incident>
 <incident id="103"><type>ROAD_CLOSED</type>
  <location><street>Main</street><polyline>51.52 -0.01</polyline></location></incident>
</incidents>)",
                                       "waze.xml");
  ASSERT_TRUE(feed) << describe(feed.error());
  ASSERT_EQ(feed->closures.size(), 2U);
  EXPECT_EQ(feed->no_closures, 1U);
  EXPECT_EQ(feed->closures[0].id, "waze:101");
  EXPECT_EQ(feed->closures[0].reason, "Closure & flood");
  ASSERT_EQ(feed->closures[0].line.size(), 2U);
  EXPECT_EQ(feed->closures[0].line[0], (Position{-0.006902, 51.510090}));
  EXPECT_EQ(to_rfc3339(feed->closures[0].from), "2026-07-20T06:00:00Z");
  EXPECT_EQ(feed->closures[1].reason, "Main");
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
  EXPECT_EQ(reason("<incidents/>"), "read");
  EXPECT_EQ(reason("<incidents><incident>"), "CLOSURE_FEED_INVALID");
  EXPECT_EQ(reason("<html><body/></html>"), "CLOSURE_FEED_FORM");
  EXPECT_EQ(reason("\xEF\xBB\xBF"), "CLOSURE_FEED_INVALID");
  EXPECT_EQ(read_closure_feed("/nowhere/at/all.json").error().reason, "CLOSURE_FEED_NOT_FOUND");
}

}  // namespace
}  // namespace gridmend::closure_feed_test
