#include "core/outage/energisation.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::energisation_test {
namespace {

using testing::HasSubstr;

constexpr std::string_view kFeeder = "  S1==B1--n1--F1--n2--T1(3)\n";
const Time kNow = *parse_rfc3339("2026-07-20T06:00:00Z");
Time hour(double hours) { return kNow + from_seconds(3600 * hours); }

Water with(const Water& water, double hours, double depth_m, double sigma_m = 0) {
  WaterSlice slice;
  slice.id = "at " + std::to_string(hours);
  slice.valid_at = hour(hours);
  const Polyline ring = {
      {119.99, 30.01}, {120.05, 30.01}, {120.05, 29.95}, {119.99, 29.95}, {119.99, 30.01}};
  slice.polygons.push_back({{ring}, depth_m});
  slice.depth_sigma_m = sigma_m;
  return water.with_slice(std::move(slice));
}

struct Site {
  NetworkModel network = drawing::draw(kFeeder);
  Id<Device> transformer = drawing::device(network, "T1");  // live parts at 1.5 m
  EvidenceBook evidence{network};
  LocaliserSettings settings{};

  UnsafeToEnergise look(const Water& water, double hours = 0) const {
    return unsafe_to_energise(network, transformer, water, hour(hours), evidence.find(transformer),
                              settings);
  }
  void report(Finding finding, double hours) {
    evidence.record({"", hour(hours), hour(hours), "", FieldReport{transformer, {}, finding, {}}});
  }
};

TEST(Energisation, IsForbiddenWhileWaterReachesTheLivePartsLessTheMargin) {
  Site site;
  EXPECT_FALSE(site.look(Water{}));
  EXPECT_FALSE(site.look(with({}, -1, 1.25)));
  const UnsafeToEnergise unsafe = site.look(with({}, -1, 1.35));
  EXPECT_EQ(unsafe.reason, UnsafeReason::under_water);
  EXPECT_NEAR(unsafe.depth_m, 1.35, 1e-9);
  EXPECT_EQ(unsafe.live_part_height_m, 1.5);
  EXPECT_EQ(unsafe.time, kNow);
  EXPECT_THAT(unsafe.sentence_en, HasSubstr("transformer T1 stands in 1.4 m of water"));
  EXPECT_THAT(unsafe.sentence_zh, HasSubstr("禁止送电"));
  site.settings.energisation.margin_m = 0;
  EXPECT_FALSE(site.look(with({}, -1, 1.35)));
}

TEST(Energisation, CountsWhatTheDepthMayBeOff) {
  Site site;
  EXPECT_FALSE(site.look(with({}, -1, 1, 0)));
  EXPECT_EQ(site.look(with({}, -1, 1, .2)).reason, UnsafeReason::under_water);  // 1 + .33 > 1.3
  EXPECT_FALSE(site.look(with({}, -1, 1, .1)));
  EXPECT_FALSE(site.look(with({}, -1, 0, 5))) << "dry ground is dry";
}

TEST(Energisation, SaysWhenTheWaterWillHaveFallen) {
  const Site site;
  const Water falling = with(with(with({}, -1, 2), 2, 2), 4, 1);
  // Between two and four o'clock it falls half a metre an hour: to 1.3 m after 1.4 hours.
  const UnsafeToEnergise unsafe = site.look(falling);
  EXPECT_NEAR(seconds(unsafe.dry_at - hour(3.4)), 0, 1);
  EXPECT_THAT(unsafe.sentence_en, HasSubstr("2026-07-20 09:2"));
  EXPECT_EQ(site.look(with({}, -1, 2)).dry_at, Time{}) << "nobody knows";
}

TEST(Energisation, AfterTheWaterSomebodyHasToFindItSoundFirst) {
  Site site;
  const Water gone = with(with(with({}, -10, 0), -8, 2), -6, 0);
  UnsafeToEnergise unsafe = site.look(gone);
  EXPECT_EQ(unsafe.reason, UnsafeReason::not_inspected);
  EXPECT_EQ(unsafe.time, hour(-8));
  EXPECT_NEAR(unsafe.depth_m, 2, 1e-9);
  site.report(Finding::intact, -9.5);
  EXPECT_EQ(site.look(gone).reason, UnsafeReason::not_inspected) << "that was before the water";
  site.report(Finding::nothing_found, -2);
  EXPECT_EQ(site.look(gone).reason, UnsafeReason::not_inspected) << "that says nothing of it";
  site.report(Finding::intact, -1);
  EXPECT_FALSE(site.look(gone));
  EXPECT_FALSE(Site{}.look(gone, 60)) << "forgotten after flood_memory";
}

TEST(Energisation, IsTheOutagesWhateverThePosteriorSays) {
  const NetworkModel network = drawing::draw(kFeeder);
  OutageDesk desk{network};
  desk.water = with({}, -1, 1.8);
  for (const char* name : {"T1.1", "T1.2", "T1.3"})
    desk.hear({"", hour(-.3), kNow, "", LastGasp{drawing::usage_point(network, name)}});
  desk.advance(kNow);
  ASSERT_EQ(desk.book.outages.size(), 1u);
  EXPECT_EQ(desk.book.outages[0].unsafe.reason, UnsafeReason::under_water);
  EXPECT_EQ(desk.book.outages[0].unsafe.device, desk.book.outages[0].probable.device);
  desk.water = with(with(desk.water, .5, 1.8), 1, 0);
  desk.advance(hour(1.5));
  EXPECT_EQ(desk.book.outages[0].unsafe.reason, UnsafeReason::not_inspected);
}

TEST(Energisation, ADeviceSevenMetresUnderHasFiniteOdds) {
  const NetworkModel network = drawing::draw(kFeeder);
  OutageDesk desk{network};
  desk.water = with({}, -1, 12);
  for (const char* name : {"T1.1", "T1.2", "T1.3"})
    desk.hear({"", hour(-.3), kNow, "", LastGasp{drawing::usage_point(network, name)}});
  desk.advance(kNow);
  ASSERT_EQ(desk.book.outages.size(), 1u);
  for (const EvidenceShare& share : desk.book.outages[0].why)
    EXPECT_TRUE(std::isfinite(share.log_odds)) << share.kind;
}

}  // namespace
}  // namespace gridmend::energisation_test
