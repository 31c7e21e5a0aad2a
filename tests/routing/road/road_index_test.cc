#include "routing/road/road_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "tests/routing/road/random_roads.h"
#include "tests/routing/road/road_map.h"

namespace gridmend::road_index_test {
namespace {

std::vector<SearchStart> random_starts(Random& random, const RoadGraph& graph) {
  std::vector<SearchStart> starts;
  for (int i = random.between(0, 3); i > 0; --i) {
    starts.push_back({random_place(random, graph), random.uniform(0, 60)});
  }
  return starts;
}

std::vector<SearchGoal> random_goals(Random& random, const RoadGraph& graph) {
  std::vector<SearchGoal> goals;
  for (int i = random.between(0, 3); i > 0; --i) {
    goals.push_back({random_place(random, graph), random.uniform(0, 60), 0});
  }
  return goals;
}

RoadConditions with_some_closed(Random& random, const RoadGraph& graph) {
  std::vector<Id<RoadEdge>> closed;
  for (const Id<RoadEdge> e : graph.edges().ids()) {
    if (random.chance(0.15)) closed.push_back(e);
  }
  return RoadConditions::derive(graph, VehicleClass::truck, {}, RoadWater{}, closed);
}

// The way's own milliseconds, edge by edge and turn by turn.
double drive_s(const RoadStates& states, const RoadConditions& conditions, const RoadWay& way,
               const std::vector<SearchStart>& starts, const std::vector<SearchGoal>& goals) {
  const RoadGraph& graph = states.graph();
  double best = INFINITY;
  for (const SearchStart& start : starts) {
    for (const SearchGoal& goal : goals) {
      if (start.place.edge != way.start.edge || start.place.along_m != way.start.along_m ||
          goal.place.edge != way.goal.edge || goal.place.along_m != way.goal.along_m) {
        continue;
      }
      Weight ms = to_milliseconds(start.seconds) + to_milliseconds(goal.seconds) -
                  milliseconds_to(graph, conditions, start.place);
      for (std::size_t i = 0; i < way.edges.size(); ++i) {
        EXPECT_FALSE(conditions.closed(way.edges[i]));
        if (i > 0) {
          const Id<GraphVertex> state = states.after(way.edges[i - 1]);
          const auto arcs = states.arcs_of(way.edges[i]);
          const auto arc =
              std::ranges::find(arcs, state, [&](Id<GraphArc> a) { return states.from(a); });
          EXPECT_NE(arc, arcs.end()) << "a turn that is forbidden, or no turn";
          if (arc != arcs.end()) ms += states.arcs()[arc->index].turn_ms;
        }
        if (i + 1 < way.edges.size()) ms += conditions.milliseconds(way.edges[i]);
      }
      ms += milliseconds_to(graph, conditions, goal.place);
      best = std::min(best, ms / 1000.0);
    }
  }
  return best;
}

TEST(RoadIndexProperty, EqualsDijkstraToTheMillisecond) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const RoadGraph graph = random_graph(random);
    if (graph.empty()) continue;
    const TurnSettings turns{random.chance(0.3) ? 0 : random.uniform(0, 40), random.chance(0.5)};
    const RoadIndex index = RoadIndex::build(graph, turns);
    const RoadMetric metric{index, with_some_closed(random, graph)};
    RoadQuery query{metric};
    for (int run = 0; run < 6; ++run) {
      const auto starts = random_starts(random, graph);
      const auto goals = random_goals(random, graph);
      RoadSearch search{index.states(), metric.conditions(), goals, 1};
      const double expected = search.run(starts).front();
      const auto found = query.run(starts, goals);
      ASSERT_EQ(found.has_value(), std::isfinite(expected));
      ASSERT_EQ(query.way().has_value(), found.has_value());
      if (!found) continue;
      ASSERT_EQ(*found, expected);
      ASSERT_EQ(drive_s(index.states(), metric.conditions(), *query.way(), starts, goals),
                expected);
    }
  }
}

TEST(RoadIndexProperty, AMatrixEqualsItsQueries) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const RoadGraph graph = random_graph(random);
    if (graph.empty()) continue;
    const RoadMetric metric{RoadIndex::build(graph), with_some_closed(random, graph)};
    std::vector<std::vector<SearchStart>> origins;
    std::vector<std::vector<SearchGoal>> targets;
    for (int i = random.between(0, 25); i > 0; --i) origins.push_back(random_starts(random, graph));
    for (int i = random.between(0, 25); i > 0; --i) targets.push_back(random_goals(random, graph));
    const auto matrix = road_matrix(metric, origins, targets);
    RoadQuery query{metric};
    for (std::size_t i = 0; i < origins.size(); ++i) {
      for (std::size_t j = 0; j < targets.size(); ++j) {
        ASSERT_EQ(matrix[i * targets.size() + j],
                  query.run(origins[i], targets[j]).value_or(INFINITY));
      }
    }
  }
}

TEST(RoadIndexProperty, ChangedConditionsEqualANewMetric) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const RoadGraph graph = random_graph(random);
    if (graph.empty()) continue;
    const RoadIndex index = RoadIndex::build(graph);
    RoadMetric metric{index, RoadConditions::dry(graph, VehicleClass::truck)};
    for (int step = 0; step < 4; ++step) {
      const RoadConditions conditions = with_some_closed(random, graph);
      metric.change(conditions);
      const RoadMetric fresh{index, conditions};
      ASSERT_TRUE(std::ranges::equal(metric.weights().up(), fresh.weights().up()));
      ASSERT_TRUE(std::ranges::equal(metric.weights().down(), fresh.weights().down()));
    }
  }
}

TEST(RoadIndex, ComesBackFromItsOrder) {
  Random random{7};
  const RoadGraph graph = random_graph(random);
  const RoadIndex built = RoadIndex::build(graph, {20});
  const auto again = RoadIndex::from_order(graph, {20}, built.order());
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(std::ranges::equal(again->hierarchy().head(), built.hierarchy().head()));
  EXPECT_FALSE(RoadIndex::from_order(graph, {20}, {}).has_value());
}

TEST(RoadIndexProperty, AnOrderThatWasKeptAnswersTheSame) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const RoadGraph graph = random_graph(random);
    if (graph.empty()) continue;
    const ContractionOrder order = RoadIndex::find_order(graph);
    ASSERT_EQ(order.size(), RoadStates::count(graph));
    const auto kept = RoadIndex::from_order(graph, {}, order);
    ASSERT_TRUE(kept.has_value());
    const RoadMetric metric{*kept, with_some_closed(random, graph)};
    RoadQuery query{metric};
    const auto starts = random_starts(random, graph);
    const auto goals = random_goals(random, graph);
    RoadSearch search{graph, metric.conditions(), goals, 1};
    ASSERT_EQ(query.run(starts, goals).value_or(INFINITY), search.run(starts).front());
  }
}

//   A--B--C     from A straight on to C; left into D is forbidden. Without a price, driving past B,
//      |        turning at C and coming back would be the way.
//      D
TEST(RoadIndex, ARestrictionIsNotDodgedByTurningRoundBehindIt) {
  const RoadMap map{{"A--B--C", "   |   ", "   D   "}};
  const RoadGraph graph = map.graph({"ABD"});
  const auto seconds = [&](const TurnSettings& turns) {
    const RoadMetric metric{RoadIndex::build(graph, turns),
                            RoadConditions::dry(graph, VehicleClass::truck)};
    RoadQuery query{metric};
    const std::vector<SearchStart> start{{{RoadMap::edge(graph, "AB"), 0, 0, {}}, 0}};
    const std::vector<SearchGoal> goal{{{RoadMap::edge(graph, "BD"), 0, 0, {}}, 0, 0}};
    return query.run(start, goal).value();
  };
  EXPECT_DOUBLE_EQ(seconds({0}), 90) << "to C and back";
  EXPECT_DOUBLE_EQ(seconds({30}), 120);
  EXPECT_DOUBLE_EQ(seconds({30, true}), 120);
}

//   A--B--C     a vehicle that stands on B-C towards C and wants back to A turns round at C.
TEST(RoadIndex, TurningRoundCostsWhatItIsSaidToCost) {
  const RoadMap map{{"A--B--C"}};
  const RoadGraph graph = map.graph({});
  const auto seconds = [&](double u_turn_s) {
    const RoadMetric metric{RoadIndex::build(graph, {u_turn_s, true}),
                            RoadConditions::dry(graph, VehicleClass::truck)};
    RoadQuery query{metric};
    const std::vector<SearchStart> start{{{RoadMap::edge(graph, "BC"), 0, 0, {}}, 0}};
    const std::vector<SearchGoal> goal{{{RoadMap::edge(graph, "BA"), 0, 0, {}}, 0, 0}};
    return query.run(start, goal).value();
  };
  EXPECT_DOUBLE_EQ(seconds(25), seconds(0) + 25);
}

}  // namespace
}  // namespace gridmend::road_index_test
