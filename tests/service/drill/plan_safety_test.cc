#include "service/drill/plan_safety.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/converters/geography_converter.h"
#include "service/converters/time_converter.h"
#include "tests/routing/road/road_map.h"

namespace gridmend::plan_safety_test {
namespace {

using std::chrono::minutes;
using testing::ElementsAre;
using Reason = UnsafeWay::Reason;

constexpr Time kNoon{std::chrono::hours{12}};

// The causeway from B to C is deeper than a truck passes from half past twelve until half past two.
class Causeway {
 public:
  Causeway() {
    scene_.now = kNoon;
    v1::Crew crew;
    crew.set_id("C1");
    crew.set_vehicle_class(v1::Vehicle::TRUCK);
    *crew.mutable_position() = to_proto(map_.position('A'));
    scene_.crews.emplace("C1", crew);
    const std::string over = "             B       ";
    for (const auto& [minute, drawing] :
         std::vector<std::pair<int, std::string>>{{29, ""}, {30, over}, {149, over}, {150, ""}}) {
      WaterSlice slice = RoadMap::water({drawing}, kNoon + minutes{minute});
      slice.id = std::to_string(minute);
      water_ = water_.with_slice(std::move(slice));
    }
  }
  Causeway& at(Time now, char crew) {
    scene_.now = now;
    *scene_.crews.at("C1").mutable_position() = to_proto(map_.position(crew));
    return *this;
  }
  Causeway& dry() {
    water_ = {};
    return *this;
  }
  Causeway& close(char vertex, Time from) {
    RoadClosure closure;
    closure.id = "tree";
    const Position there = map_.position(vertex);
    closure.line = {{there.longitude_deg - 5e-4, there.latitude_deg}};
    closure.from = from;
    closures_ = {closure};
    return *this;
  }
  // On the causeway: '~'.
  Causeway& stop(const std::string& id, char place, int start_min, int done_min,
                 const std::string& after = {}, int status = v1::WorkTask::WAITING) {
    v1::WorkTask& task = scene_.tasks[id];
    task.set_id(id);
    task.set_status(static_cast<v1::WorkTask::Status>(status));
    *task.mutable_position() =
        to_proto(place == '~' ? RoadMap::position(13, 0) : map_.position(place));
    if (!after.empty()) task.add_hard_after(after);
    v1::PlannedStop& stop = *tour_.add_stops();
    stop.set_work_task(id);
    *stop.mutable_start_time() = to_proto(kNoon + minutes{start_min});
    *stop.mutable_completion_time() = to_proto(kNoon + minutes{done_min});
    return *this;
  }
  // Where the last stop was made: so many metres north of the street.
  Causeway& off_street(double metres) {
    v1::WorkTask& task = scene_.tasks.at(tour_.stops().rbegin()->work_task());
    task.mutable_position()->set_latitude_deg(task.position().latitude_deg() +
                                              metres / kMetresPerDegree);
    return *this;
  }
  Causeway& pond(double depth_m) {
    const Position d = map_.position('D');
    const double west = d.longitude_deg - 5e-4, east = d.longitude_deg + 5e-4;
    const double south = d.latitude_deg + 2e-4, north = d.latitude_deg + 9e-4;
    WaterSlice pond{"pond", kNoon, {}, {}};
    pond.polygons = {
        {{{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}}, depth_m}};
    water_ = Water{}.with_slice(std::move(pond));
    return *this;
  }
  Causeway& home(char depot, int return_min) {
    scene_.depots["yard"] = map_.position(depot);
    scene_.crews.at("C1").set_home_depot("yard");
    *tour_.mutable_return_time() = to_proto(kNoon + minutes{return_min});
    return *this;
  }
  // On the way to the last stop.
  Causeway& rest(int begin_min, int length_min) {
    scene_.crews.at("C1").mutable_rest_length()->set_seconds(60 * length_min);
    *tour_.mutable_stops()->rbegin()->mutable_rest_time() = to_proto(kNoon + minutes{begin_min});
    return *this;
  }
  std::vector<Reason> judged() {
    v1::Plan plan;
    tour_.set_crew("C1");
    *plan.add_tours() = tour_;
    PlanSafety safety{graph_, VehicleLimits{}};
    safety.know(water_, closures_);
    safety.judge(plan, scene_);
    std::vector<Reason> reasons;
    for (const UnsafeWay& way : safety.score().unsafe) reasons.push_back(way.reason);
    return reasons;
  }

 private:
  RoadMap map_{{"K--------A--B-C--D--E"}};
  RoadGraph graph_ = map_.graph();
  Water water_;
  std::vector<RoadClosure> closures_;
  PlanSafety::Scene scene_;
  v1::PlannedTour tour_;
};

TEST(PlanSafety, WhatIsDoneAndLeftBeforeTheWaterComesIsSafe) {
  EXPECT_THAT(Causeway{}.stop("T1", 'D', 3, 20).stop("T2", 'K', 30, 40).judged(), ElementsAre());
}

TEST(PlanSafety, AWayThroughWaterIsSeen) {
  const Time later = kNoon + minutes{60};
  EXPECT_THAT(Causeway{}.at(later, 'A').stop("T1", 'D', 65, 80).judged(),
              ElementsAre(Reason::too_late));
  EXPECT_THAT(Causeway{}.at(later, 'A').stop("T1", 'D', 160, 170).judged(), ElementsAre())
      << "when the water is gone";
}

TEST(PlanSafety, AWayThatClosesBehindACrewIsSeen) {
  Causeway causeway;
  causeway.dry().close('C', kNoon + minutes{30});
  EXPECT_THAT(causeway.stop("T1", 'D', 3, 60).judged(), ElementsAre(Reason::cut_off));
  Causeway in_time;
  in_time.dry().close('C', kNoon + minutes{30});
  EXPECT_THAT(in_time.stop("T1", 'D', 3, 20).judged(), ElementsAre());
}

TEST(PlanSafety, ACrewThatIsCutOffMayWorkWhereItIs) {
  Causeway causeway;
  causeway.dry().close('C', kNoon - minutes{30});
  EXPECT_THAT(causeway.at(kNoon, 'D').stop("T1", 'E', 3, 60).judged(), ElementsAre());
  EXPECT_THAT(causeway.stop("T2", 'K', 80, 90).judged(), ElementsAre(Reason::no_way));
}

TEST(PlanSafety, WorkInTheWaterIsSeen) {
  EXPECT_THAT(Causeway{}.stop("T1", '~', 20, 60).judged(), ElementsAre(Reason::water_at_the_site));
}

TEST(PlanSafety, AWayHomeThroughWaterIsSeen) {
  EXPECT_THAT(Causeway{}.stop("T1", 'A', 5, 20).home('E', 29).judged(), ElementsAre());
  EXPECT_THAT(Causeway{}.stop("T1", 'A', 5, 60).home('E', 75).judged(),
              ElementsAre(Reason::too_late));
  EXPECT_THAT(Causeway{}.stop("T1", 'A', 5, 60).home('E', 175).judged(), ElementsAre());
  Causeway closed;
  closed.dry().close('C', kNoon + minutes{30});
  EXPECT_THAT(closed.stop("T1", 'A', 5, 60).home('E', 175).judged(), ElementsAre(Reason::no_way));
}

TEST(PlanSafety, WaterOnTheWayOnFootIsSeen) {
  for (const double depth_m : {.2, .4}) {
    EXPECT_THAT(Causeway{}.pond(depth_m).stop("T1", 'D', 10, 20).off_street(50).judged(),
                depth_m > .3 ? ElementsAre(Reason::water_on_foot)
                             : testing::Matcher<std::vector<Reason>>(ElementsAre()));
  }
  EXPECT_THAT(Causeway{}.pond(.4).stop("T1", 'D', 10, 20).off_street(8).judged(), ElementsAre())
      << "beside the vehicle";
  EXPECT_THAT(Causeway{}.pond(.2).stop("T1", 'D', 10, 20).off_street(150).judged(), ElementsAre())
      << "80 m of it are wet";
}

TEST(PlanSafety, ABreakThatTheWaterCutsShortIsSeen) {
  const auto with_break = [](int begin_min, int start_min) {
    return Causeway{}.stop("T1", 'A', 2, 5).stop("T2", 'D', start_min, 170).rest(begin_min, 20);
  };
  EXPECT_THAT(with_break(6, 160).judged(), ElementsAre()) << "the water is waited for";
  EXPECT_THAT(with_break(6, 31).judged(), ElementsAre()) << "there before the water";
  EXPECT_THAT(with_break(20, 36).judged(), ElementsAre(Reason::no_room_for_break));
}

TEST(PlanSafety, WorkBeforeItsTurnIsSeen) {
  EXPECT_THAT(Causeway{}.dry().stop("T1", 'B', 10, 20).stop("T2", 'A', 25, 30, "T1").judged(),
              ElementsAre());
  EXPECT_THAT(Causeway{}.dry().stop("T2", 'A', 5, 8, "T1").stop("T1", 'B', 10, 20).judged(),
              ElementsAre(Reason::not_yet_due));
  EXPECT_THAT(Causeway{}
                  .dry()
                  .stop("T2", 'A', 5, 8, "T1")
                  .stop("T1", 'B', 10, 20, "", v1::WorkTask::COMPLETED)
                  .judged(),
              ElementsAre());
}

}  // namespace
}  // namespace gridmend::plan_safety_test
