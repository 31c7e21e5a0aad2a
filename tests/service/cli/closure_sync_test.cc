#include "service/cli/closure_sync.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace gridmend::closure_sync_test {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr Time kNow{std::chrono::hours{24 * 365 * 40}};

RoadClosure closure(std::string id, double longitude_deg = 1) {
  return {std::move(id), {{longitude_deg, 2}, {longitude_deg, 3}}, Time::min(), {}, "water"};
}

std::vector<std::string> ids(const std::vector<RoadClosure>& closures) {
  std::vector<std::string> named;
  for (const RoadClosure& one : closures) named.push_back(one.id);
  return named;
}

TEST(FollowedClosures, WhatIsNewIsClosedAndWhatIsGoneReopened) {
  ClosureFeed feed;
  feed.closures = {closure("waze:1"), closure("waze:2"), closure("waze:3", 5)};
  RoadClosure old = closure("city/waze:1");
  old.from = kNow;
  const std::vector<RoadClosure> present = {old,
                                            closure("city/waze:3"),
                                            closure("city/waze:9"),
                                            closure("C-000001"),
                                            closure("city2/waze:7"),
                                            closure("waze:8")};
  const ClosureSteps steps = closure_steps("city", feed, present, kNow);
  EXPECT_THAT(ids(steps.close), ElementsAre("city/waze:2", "city/waze:3"));
  EXPECT_THAT(steps.reopen, ElementsAre("city/waze:3", "city/waze:9"))
      << "the one that moved, the one that is gone; never an operator's or another feed's";
  EXPECT_EQ(steps.unchanged, 1U);
}

TEST(FollowedClosures, OnesThatAreOverAreReopenedAndNotClosedAgain) {
  ClosureFeed feed;
  feed.closures = {closure("waze:1")};
  feed.closures[0].until = kNow;
  const std::vector<RoadClosure> present = {closure("city/waze:1")};
  const ClosureSteps steps = closure_steps("city", feed, present, kNow);
  EXPECT_THAT(steps.close, SizeIs(0));
  EXPECT_THAT(steps.reopen, ElementsAre("city/waze:1"));
  EXPECT_EQ(steps.over, 1U);
}

TEST(FollowedClosures, AnEntryThatCannotBeReadReopensNothing) {
  const auto feed = parse_closure_feed(
      R"({"incidents":[{"id":"1","type":"ROAD_CLOSED","polyline":"no numbers"}]})", "feed.json");
  ASSERT_TRUE(feed);
  ASSERT_THAT(feed->defects, SizeIs(1));
  const std::vector<RoadClosure> present = {closure("city/waze:1"), closure("city/waze:2")};
  EXPECT_THAT(closure_steps("city", *feed, present, kNow).reopen, ElementsAre("city/waze:2"));
}

TEST(FollowedClosures, AnEntryThatCannotBeReadKeepsAllItsParts) {
  const auto feed = parse_closure_feed(
      R"({"incidents":[{"id":"1","type":"ROAD_CLOSED","polyline":"no numbers"}]})", "feed.json");
  ASSERT_TRUE(feed);
  const std::vector<RoadClosure> present = {closure("city/waze:1"), closure("city/waze:1/2"),
                                            closure("city/waze:12")};
  EXPECT_THAT(closure_steps("city", *feed, present, kNow).reopen, ElementsAre("city/waze:12"));
}

TEST(FollowedClosures, APartThatIsGoneIsReopened) {
  ClosureFeed feed;
  feed.closures = {closure("waze:1")};
  const std::vector<RoadClosure> present = {closure("city/waze:1"), closure("city/waze:1/2")};
  EXPECT_THAT(closure_steps("city", feed, present, kNow).reopen, ElementsAre("city/waze:1/2"));
}

// What the same feed closed at its last reading.
std::vector<RoadClosure> closed_by(const std::string& name, const std::string& features) {
  const auto feed = parse_closure_feed(features, "feed.json");
  EXPECT_TRUE(feed);
  std::vector<RoadClosure> present = feed->closures;
  for (RoadClosure& one : present) one.id = closure_id(name, one.id);
  return present;
}

std::string work_zones(const std::vector<std::pair<std::string, std::string>>& ids_and_lines) {
  std::string features;
  for (const auto& [id, lines] : ids_and_lines) {
    features += std::string{features.empty() ? "" : ","} + R"({"type":"Feature","id":")" + id +
                R"(","geometry":{"type":"MultiLineString","coordinates":)" + lines +
                R"(},"properties":{"vehicle_impact":"all-lanes-closed"}})";
  }
  return R"({"type":"FeatureCollection","features":[)" + features + "]}";
}

TEST(FollowedClosures, AnEntryThatCannotBeReadIsKnownHoweverItIsNamed) {
  const std::string one = "[[[1,2],[1,3]],[[2,2],[2,3]]]", other = "[[[5,2],[5,3]]]";
  const std::string name(31, 'n');
  for (const std::string& id : {std::string(200, 'x'), std::string(54, 'x'), std::string(30, 'x'),
                                std::string{"1/2"}, std::string{}}) {
    const auto present = closed_by(name, work_zones({{id, one}}));
    ASSERT_THAT(present, SizeIs(2));
    for (const RoadClosure& part : present) EXPECT_LE(part.id.size(), 64U);
    const auto broken = parse_closure_feed(work_zones({{id, "[[[1,2],[1,99]]]"}}), "feed.json");
    ASSERT_TRUE(broken);
    ASSERT_THAT(broken->defects, SizeIs(1));
    EXPECT_THAT(closure_steps(name, *broken, present, kNow).reopen, SizeIs(0)) << id;
    const auto gone = parse_closure_feed(work_zones({}), "feed.json");
    EXPECT_THAT(closure_steps(name, *gone, present, kNow).reopen, SizeIs(2)) << id;
  }
  // Two entries of one id: the first closes "5", and keeps it when it cannot be read.
  const auto twice = closed_by("city", work_zones({{"5", other}, {"5", "[[[7,2],[7,3]]]"}}));
  ASSERT_THAT(twice, SizeIs(2));
  for (const bool first : {true, false}) {
    const std::string broken = "[[[5,2],[5,99]]]";
    const auto feed = parse_closure_feed(
        work_zones({{"5", first ? broken : other}, {"5", first ? "[[[7,2],[7,3]]]" : broken}}),
        "feed.json");
    const ClosureSteps steps = closure_steps("city", *feed, twice, kNow);
    EXPECT_THAT(steps.reopen, SizeIs(0)) << first;
    EXPECT_THAT(steps.close, SizeIs(0)) << first;
  }
}

TEST(FollowedClosures, LongIdsStayApart) {
  const std::string a = closure_id("city", "wzdx:" + std::string(59, 'x'));
  const std::string b = closure_id("city", "wzdx:" + std::string(58, 'x') + "y");
  EXPECT_LE(a.size(), 64U);
  EXPECT_NE(a, b);
  EXPECT_TRUE(a.starts_with("city/"));
}

}  // namespace
}  // namespace gridmend::closure_sync_test
