#include "routing/road/road_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/random.h"
#include "tests/routing/road/random_flood.h"
#include "tests/routing/road/road_map.h"
#include "tests/routing/road/water_since_noon.h"

namespace gridmend::road_access_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

SnapSettings whole_map() {
  SnapSettings settings;
  settings.fragment_m = 0;
  return settings;
}

struct Scene {
  RoadMap map;
  Water water;
  std::vector<RoadClosure> closures = {};
  RoadGraph graph = map.graph();
  RoadStates states{graph};

  RoadAccess ask(char from, char to, int minute, int work_min,
                 VehicleClass vehicle = VehicleClass::truck) const {
    SampledWater sampled;
    const VehicleLimits limits;
    const SnapSettings snap = whole_map();
    return find_access(
        {states, water, closures, limits, snap},
        {map.position(from), map.position(to), vehicle, kNoon + minutes{minute}, minutes{work_min}},
        sampled);
  }
};

// The causeway from B to C goes under from noon to one: a truck's 0.5 m are reached at 12:30.
Scene causeway() { return {RoadMap{{"A--B-C--D"}}, water_at({{0, {""}}, {60, {"    A    "}}})}; }

TEST(RoadAccess, WithoutWaterThereIsNoEndToIt) {
  const Scene scene{RoadMap{{"A--B--C"}}, {}};
  const RoadAccess access = scene.ask('A', 'C', 0, 60);
  EXPECT_TRUE(access.reachable);
  EXPECT_EQ(access.reason, NoAccess::none);
  ASSERT_TRUE(access.way_in);
  EXPECT_NEAR(access.way_in->seconds, 60, 1e-3);
  EXPECT_NEAR(access.way_out_s, 60, 1e-3);
  EXPECT_EQ(access.span->until, Time::max());
  EXPECT_EQ(access.start_by, Time::max());
}

TEST(RoadAccess, TheWayOutCounts) {
  const Scene scene = causeway();
  // In takes a minute and a half, out four: there the water is as deep as the truck may have it.
  const RoadAccess quick = scene.ask('A', 'D', 0, 15);
  EXPECT_TRUE(quick.reachable);
  ASSERT_TRUE(quick.span);
  EXPECT_LE(minute_of(quick.span->until), 30);
  EXPECT_GT(minute_of(quick.span->until), 27) << "looked at to the minute or so";
  EXPECT_LT(quick.start_by, quick.span->until - minutes{15});
  EXPECT_EQ(quick.set_out, kNoon);

  const RoadAccess slow = scene.ask('A', 'D', 0, 45);
  EXPECT_FALSE(slow.reachable) << "it would be cut off";
  EXPECT_EQ(slow.reason, NoAccess::too_short);
  ASSERT_TRUE(slow.too_short);
  EXPECT_LE(minute_of(slow.too_short->until), 30);
  EXPECT_FALSE(slow.span) << "the water stays, as far as is known";
  EXPECT_TRUE(scene.ask('A', 'D', 0, 45, VehicleClass::high_water_truck).reachable == false);
  EXPECT_FALSE(scene.ask('A', 'D', 40, 1).reachable);
  EXPECT_EQ(scene.ask('A', 'D', 40, 1).reason, NoAccess::no_way);
  EXPECT_TRUE(scene.ask('A', 'B', 40, 600).reachable);
}

TEST(RoadAccess, WhatIsCutOffOpensWhenTheWaterHasFallen) {
  Scene scene = causeway();
  scene.water = water_at({{0, {"    B    "}}, {120, {""}}});
  // 2 m fall to 0.5 m in 90 minutes.
  const RoadAccess access = scene.ask('A', 'D', 10, 60);
  EXPECT_FALSE(access.reachable);
  EXPECT_EQ(access.reason, NoAccess::no_way);
  ASSERT_TRUE(access.span);
  EXPECT_GE(minute_of(access.span->from), 90);
  EXPECT_LT(minute_of(access.span->from), 93);
  EXPECT_EQ(access.set_out, access.span->from);
  EXPECT_GT(access.arrive, access.set_out + minutes{2}) << "through half a metre of water";
  EXPECT_EQ(access.span->until, Time::max());
  scene.water = water_at({{0, {"BBBB     "}}});
  EXPECT_EQ(scene.ask('A', 'D', 10, 60).reason, NoAccess::closed_at_start);
  EXPECT_EQ(scene.ask('D', 'A', 10, 60).reason, NoAccess::closed_at_site);
}

TEST(RoadAccess, ItOpensBetweenTwoFloodsOnlyWhenThereIsTimeEnough) {
  Scene scene = causeway();
  scene.water = water_at(
      {{0, {"    B    "}}, {60, {""}}, {120, {"    B    "}}, {240, {"    B    "}}, {300, {""}}});
  const RoadAccess between = scene.ask('A', 'D', 10, 15);
  ASSERT_TRUE(between.span);
  EXPECT_GE(minute_of(between.span->from), 45);
  EXPECT_LT(minute_of(between.span->from), 48);
  EXPECT_LE(minute_of(between.span->until), 75);
  const RoadAccess after = scene.ask('A', 'D', 10, 40);
  ASSERT_TRUE(after.span);
  EXPECT_GE(minute_of(after.span->from), 285);
}

// The site stands two squares north of the road, its way there under water that falls to nothing.
TEST(RoadAccess, WaterOnTheWayOnFootClosesTheDoor) {
  const RoadMap map{{"           ", "           ", "A----B----C"}};
  const RoadGraph graph = map.graph();
  const RoadStates states{graph};
  const Position site = RoadMap::position(5, 0);
  const auto ask = [&](const Water& water, Position from, Position to, int minute,
                       SnapSettings snap = whole_map(),
                       VehicleClass vehicle = VehicleClass::truck) {
    SampledWater sampled;
    const std::vector<RoadClosure> closures;
    const VehicleLimits limits;
    return find_access({states, water, closures, limits, snap},
                       {from, to, vehicle, kNoon + minutes{minute}, minutes{5}}, sampled);
  };
  const Position start = map.position('A');
  const Water stays = water_at({{0, {"    AAA    "}}});
  const RoadAccess in = ask(stays, start, site, 10);
  EXPECT_FALSE(in.reachable);
  EXPECT_FALSE(in.span);
  EXPECT_EQ(in.reason, NoAccess::no_walk_at_site);
  EXPECT_EQ(ask(stays, site, start, 10).reason, NoAccess::no_walk_at_start);
  EXPECT_TRUE(ask(stays, start, map.position('C'), 10).reachable);
  EXPECT_TRUE(ask({}, start, site, 10).reachable);
  const RoadAccess before = ask(stays, start, site, -60);
  EXPECT_TRUE(before.reachable) << "it is dry until the first picture";
  EXPECT_EQ(before.span->until, kNoon);

  const Water falls = water_at({{0, {"    AAA    "}}, {100, {""}}});
  const RoadAccess later = ask(falls, start, site, 10);
  EXPECT_FALSE(later.reachable);
  ASSERT_TRUE(later.span);
  EXPECT_GE(minute_of(later.span->from), 70);
  EXPECT_LT(minute_of(later.span->from), 73) << "0.3 m are left then";
  const RoadAccess rises = ask(water_at({{0, {""}}, {100, {"    AAA    "}}}), start, site, 0);
  EXPECT_TRUE(rises.reachable);
  EXPECT_LE(minute_of(rises.span->until), 30);
  EXPECT_GT(minute_of(rises.span->until), 27);

  const Water shallow = water_at({{0, {"    222    "}}});
  EXPECT_TRUE(ask(shallow, start, site, 10).reachable) << "half a square of it";
  SnapSettings dry_feet = whole_map();
  dry_feet.wade_m = 10;
  EXPECT_FALSE(ask(shallow, start, site, 10, dry_feet).reachable);
  SnapSettings waders = whole_map();
  waders.wadable_depth_m = 1.2;
  EXPECT_TRUE(ask(stays, start, site, 10, waders).reachable);
}

TEST(WayOnFoot, WadingIsBoundedInDepthAndLength) {
  const SnapSettings settings;
  EXPECT_TRUE(is_wadable(std::vector<DepthSample>{}, settings));
  EXPECT_TRUE(is_wadable(std::vector<DepthSample>{{0, 0.3}, {5, 0.3}}, settings));
  EXPECT_FALSE(is_wadable(std::vector<DepthSample>{{0, 0}, {5, 0.31}, {10, 0}}, settings));
  EXPECT_TRUE(is_wadable(std::vector<DepthSample>{{0, 0.2}, {100, 0.2}}, settings));
  EXPECT_FALSE(is_wadable(std::vector<DepthSample>{{0, 0.2}, {101, 0.2}}, settings));
  EXPECT_TRUE(is_wadable(std::vector<DepthSample>{{0, 0.04}, {500, 0.04}}, settings));
}

TEST(RoadAccess, TheWayInIsAsSlowAsTheWaterIsThen) {
  const Scene scene = causeway();
  const RoadAccess now = scene.ask('A', 'D', 0, 5);
  const RoadAccess later = scene.ask('A', 'D', 18, 0);
  ASSERT_TRUE(now.reachable);
  ASSERT_TRUE(later.reachable);
  EXPECT_LT(now.way_in->seconds, 120);
  EXPECT_GT(later.way_in->seconds, 200);
  EXPECT_FALSE(now.steps.empty());
}

TEST(RoadAccess, AClosureOpensAndClosesToTheMicrosecond) {
  Scene scene{RoadMap{{"A--B--C"}}, {}};
  scene.closures = {{"c", {RoadMap::position(4.5, 0)}, kNoon, kNoon + minutes{47}, "a tree"}};
  const RoadAccess shut = scene.ask('A', 'C', 10, 30);
  EXPECT_FALSE(shut.reachable);
  ASSERT_TRUE(shut.span);
  EXPECT_EQ(shut.span->from, kNoon + minutes{47});
  const RoadAccess before = scene.ask('A', 'C', -60, 30);
  EXPECT_TRUE(before.reachable);
  EXPECT_EQ(before.span->until, kNoon);
}

TEST(RoadAccess, ASiteWithoutARoadIsSaidToBeOne) {
  const Scene scene{RoadMap{{"A--B"}}, {}};
  SampledWater sampled;
  const VehicleLimits limits;
  const SnapSettings snap = whole_map();
  const ChangingRoads roads{scene.states, scene.water, scene.closures, limits, snap};
  const Position far = RoadMap::position(0, 90);
  const Position near = scene.map.position('A');
  EXPECT_EQ(find_access(roads, {near, far, VehicleClass::car, kNoon, {}}, sampled).reason,
            NoAccess::no_road_at_site);
  EXPECT_EQ(find_access(roads, {far, near, VehicleClass::car, kNoon, {}}, sampled).reason,
            NoAccess::no_road_at_start);
}

// Reachability over edges that are open in all steps of [first, until), by looking at every state.
bool connected(const RoadStates& states, const RoadOutlook& outlook, std::uint32_t first,
               std::uint32_t until, const std::vector<RoadPlace>& from,
               const std::vector<RoadPlace>& to) {
  const auto open = [&](Id<RoadEdge> edge) {
    for (std::uint32_t s = first; s < until; ++s) {
      if (outlook.closed(edge, s)) return false;
    }
    return true;
  };
  std::vector<char> reached(states.size(), 0);
  for (const RoadPlace& place : from) {
    if (open(place.edge)) reached[states.after(place.edge).index] = 1;
    for (const RoadPlace& goal : to) {
      if (goal.edge == place.edge && goal.along_m >= place.along_m && open(goal.edge)) return true;
    }
  }
  for (bool grew = true; grew;) {
    grew = false;
    for (std::uint32_t a = 0; a < states.arcs().size(); ++a) {
      const RoadStates::Arc& arc = states.arcs()[a];
      if (reached[states.from(Id<GraphArc>{a}).index] == 0 || reached[arc.to.index] != 0) continue;
      if (!open(arc.edge)) continue;
      reached[arc.to.index] = 1;
      grew = true;
    }
  }
  return std::ranges::any_of(to, [&](const RoadPlace& goal) {
    return open(goal.edge) && std::ranges::any_of(states.arcs_of(goal.edge), [&](Id<GraphArc> arc) {
             return reached[states.from(arc).index] != 0;
           });
  });
}

Position somewhere(Random& random) {
  return RoadMap::position(random.uniform(0, 9), 2 * random.between(0, 2) + random.uniform(0, 0.3));
}

// In, work and out in steps [first, until): nothing when it does not fit.
std::optional<RoadAccess> within(const RoadStates& states, const RoadOutlook& outlook,
                                 const SnapSettings& snap, const AccessQuestion& q,
                                 std::uint32_t first, std::uint32_t until) {
  const RoadForecast& forecast = outlook.forecast();
  // Edges that stay open, as slow as in steps `from` to `to`.
  const auto slowed = [&](std::uint32_t from, std::uint32_t to) {
    std::vector<Weight> ms;
    for (const Id<RoadEdge> edge : states.graph().edges().ids()) {
      Weight slowest = 0;
      for (std::uint32_t s = first; s < until; ++s) {
        const Weight then = outlook.milliseconds(edge, s);
        if (then >= kNoWay || (s >= from && s <= to)) slowest = std::max(slowest, then);
      }
      ms.push_back(slowest);
    }
    return RoadConditions::of(q.vehicle_class, std::move(ms));
  };
  RoadAccess access;
  access.span = {forecast.begins(first), forecast.ends(until - 1)};
  access.set_out = std::max(q.at, forecast.begins(first));
  const std::uint32_t sets_out = forecast.step_at(access.set_out);
  for (std::uint32_t last = sets_out; last < until && !access.way_in; ++last) {
    const auto in = fastest_path(states, slowed(sets_out, last), q.from, q.to, snap);
    if (!in) return std::nullopt;
    access.arrive = access.set_out + from_seconds(in->seconds);
    if (access.arrive <= forecast.ends(last)) access.way_in = in;
  }
  if (!access.way_in) return std::nullopt;
  const Time done = access.arrive + q.work;
  if (forecast.step_at(done) >= until) return std::nullopt;
  const auto out =
      fastest_path(states, slowed(forecast.step_at(done), until - 1), q.to, q.from, snap);
  if (!out || done + from_seconds(out->seconds) > forecast.ends(until - 1)) return std::nullopt;
  access.way_out_s = out->seconds;
  return access;
}

// At every minute of every step that is open, one can walk.
TEST(WayOnFootProperty, AnOpenStepIsOpenAllThrough) {
  const RoadMap map{street_grid()};
  const RoadGraph graph = map.graph();
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  const SnapSettings snap = whole_map();
  int open = 0;
  int closed = 0;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const Water water = random_flood(random, street_grid(), kNoon);
    SampledWater sampled;
    const RoadForecast forecast =
        RoadForecast::make(graph, water, {}, {.from = kNoon, .step = minutes{10}}, {}, sampled);
    const Position site = somewhere(random);
    const auto places = road_places(graph, dry, site, snap);
    const WayOnFoot way = WayOnFoot::find(water, forecast, site, places, snap);
    for (int minute = 0; minute < 300; ++minute) {
      const Time at = kNoon + minutes{minute};
      bool wadable = true;
      for (const RoadPlace& place : places) {
        if (distance_m(place.position, site) <= snap.roadside_m) continue;
        const Polyline whole{place.position, site};
        const Polyline line{position_along(whole, snap.roadside_m), site};
        wadable = wadable && is_wadable(water.depths_along(line, at, 5), snap);
      }
      if (way.closed(forecast.step_at(at))) {
        ++closed;
      } else {
        ASSERT_TRUE(wadable) << to_rfc3339(at);
        ++open;
      }
    }
  }
  EXPECT_GT(open, 1000);
  EXPECT_GT(closed, 500);
}

TEST(RoadAccessProperty, EqualsTryingEverySpan) {
  const RoadMap map{street_grid()};
  const RoadGraph graph = map.graph({"ABG", "EGI"});
  const RoadStates states{graph};
  const SnapSettings snap = whole_map();
  int reachable = 0;
  int opening = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const Water water = random_flood(random, street_grid(), kNoon);
    const auto closures = random_closures(random, kNoon);
    const AccessQuestion question{somewhere(random), somewhere(random),
                                  static_cast<VehicleClass>(random.below(kVehicleClasses)),
                                  kNoon + minutes{random.between(-20, 200)},
                                  minutes{random.between(0, 90)}};
    SampledWater sampled;
    const auto forecast = std::make_shared<const RoadForecast>(RoadForecast::make(
        graph, water, closures, {.from = question.at, .step = minutes{10}}, {}, sampled));
    const RoadOutlook outlook{graph, question.vehicle_class, {}, forecast};
    const RoadAccess found = find_access(states, outlook, snap, question);

    // Every first step, with the longest span that has a way in and a way out.
    std::optional<RoadAccess> expected;
    const std::uint32_t asked = forecast->step_at(question.at);
    for (std::uint32_t first = asked; first < outlook.steps() && !expected; ++first) {
      const RoadConditions then = outlook.held(first, first);
      const auto from = road_places(graph, then, question.from, snap);
      const auto to = road_places(graph, then, question.to, snap);
      std::uint32_t until = outlook.steps();
      while (until > first && !(connected(states, outlook, first, until, from, to) &&
                                connected(states, outlook, first, until, to, from))) {
        --until;
      }
      if (until == first) continue;
      for (; until > first && !expected; --until) {
        expected = within(states, outlook, snap, question, first, until);
        if (expected) expected->reachable = first == asked;
      }
    }
    ASSERT_EQ(found.span.has_value(), expected.has_value());
    if (!expected) continue;
    reachable += found.reachable ? 1 : 0;
    opening += found.reachable ? 0 : 1;
    ASSERT_EQ(found.reachable, expected->reachable);
    ASSERT_EQ(found.span->from, expected->span->from);
    ASSERT_EQ(found.span->until, expected->span->until);
    ASSERT_EQ(found.set_out, expected->set_out);
    ASSERT_EQ(found.arrive, expected->arrive);
    ASSERT_EQ(found.way_out_s, expected->way_out_s);
  }
  EXPECT_GT(reachable, 30);
  EXPECT_GT(opening, 8);
}

TEST(RoadAccessProperty, TheWayInAndAWayOutAreOpenAtEveryMomentUntilTheCrewIsOut) {
  const RoadMap map{street_grid()};
  const RoadGraph graph = map.graph();
  const RoadStates states{graph};
  const SnapSettings snap = whole_map();
  const VehicleLimits limits;
  int answered = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const Water water = random_flood(random, street_grid(), kNoon);
    const auto closures = random_closures(random, kNoon);
    const AccessQuestion question{somewhere(random), somewhere(random),
                                  static_cast<VehicleClass>(random.below(kVehicleClasses - 1)),
                                  kNoon + minutes{random.between(-20, 200)},
                                  minutes{random.between(0, 90)}};
    SampledWater sampled;
    const RoadAccess access =
        find_access({states, water, closures, limits, snap}, question, sampled);
    if (!access.span) continue;
    ++answered;
    const Time out = access.arrive + question.work + from_seconds(access.way_out_s);
    ASSERT_LE(out, access.span->until);
    ASSERT_GE(access.set_out, access.span->from);
    for (Time at = access.set_out; at < out; at += minutes{1}) {
      const auto then =
          RoadConditions::derive(graph, question.vehicle_class, limits, water, closures, at);
      for (const Id<RoadEdge> edge : access.way_in->edges) {
        ASSERT_FALSE(then.closed(edge)) << graph.name(edge) << " at " << to_rfc3339(at);
      }
      ASSERT_TRUE(fastest_path(states, then, question.to, question.from, snap))
          << "no way out at " << to_rfc3339(at);
      for (const auto& [place, door] : {std::pair{question.from, access.way_in->start},
                                        std::pair{question.to, access.way_in->goal}}) {
        if (door.off_road_m < snap.roadside_m) continue;
        const Polyline whole{door.position, place};
        ASSERT_LE(water.deepest_m(Polyline{position_along(whole, snap.roadside_m), place}, at, 5),
                  snap.wadable_depth_m);
      }
    }
  }
  EXPECT_GT(answered, 60);
}

TEST(RoadAccessProperty, WhatIsOpenLongEnoughIsFound) {
  const RoadMap map{street_grid()};
  const RoadGraph graph = map.graph();
  const RoadStates states{graph};
  SnapSettings snap = whole_map();
  snap.roadside_m = snap.reach_m;  // roads alone
  const VehicleLimits limits;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const Water water = random_flood(random, street_grid(), kNoon);
    const auto closures = random_closures(random, kNoon);
    const AccessQuestion question{somewhere(random), somewhere(random), VehicleClass::truck, kNoon,
                                  minutes{20}};
    SampledWater sampled;
    const RoadAccess access =
        find_access({states, water, closures, limits, snap}, question, sampled);
    // A whole hour over roads that stay open, of which a drive of this map takes a part.
    const auto lasting = [&](int minute) {
      std::vector<Weight> slowest(graph.edges().size(), 0);
      for (int m = minute; m <= minute + 80; m += 2) {
        const auto then = RoadConditions::derive(graph, VehicleClass::truck, limits, water,
                                                 closures, kNoon + minutes{m});
        for (const Id<RoadEdge> e : graph.edges().ids()) {
          slowest[e.index] = std::max(slowest[e.index], then.milliseconds(e));
        }
      }
      const RoadConditions held = RoadConditions::of(VehicleClass::truck, std::move(slowest));
      const auto in = fastest_path(states, held, question.from, question.to, snap);
      const auto out = fastest_path(states, held, question.to, question.from, snap);
      return in && out && in->seconds + out->seconds < 1200;
    };
    for (int minute = 0; minute < 360; minute += 10) {
      if (!lasting(minute)) continue;
      ASSERT_TRUE(access.span) << "from minute " << minute << " on there is a way";
      ASSERT_LE(minute_of(access.set_out), minute + 31) << "a step later at the most";
      break;
    }
  }
}

}  // namespace
}  // namespace gridmend::road_access_test
