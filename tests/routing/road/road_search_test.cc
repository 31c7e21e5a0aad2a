#include "routing/road/road_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <utility>
// Boost 1.74 in C++20 needs <utility> first.
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>

#include "core/base/random.h"
#include "tests/routing/road/random_roads.h"
#include "tests/routing/road/road_map.h"

namespace gridmend::road_search_test {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
// Every part of an edge is rounded to a millisecond.
constexpr double kRounding_s = 5e-3;

// The expanded graph: a vertex an edge ("at its beginning"), a source, and a target each. An arc
// runs from an edge to each edge one may turn into, and costs what the first edge costs.
class ExpandedGraph {
 public:
  ExpandedGraph(const RoadGraph& graph, const RoadConditions& conditions)
      : graph_(graph), conditions_(conditions), arcs_(graph.edges().size() + 1) {
    for (const Id<RoadEdge> e : graph.edges().ids()) {
      for (const Id<RoadEdge> f : graph.edges().ids()) {
        if (may_turn(e, f)) add(e.index, f.index, conditions.seconds(e));
      }
    }
  }

  double seconds(const std::vector<SearchStart>& starts, const std::vector<SearchGoal>& goals,
                 std::uint32_t target) const {
    Arcs arcs = arcs_;
    const auto source = static_cast<std::uint32_t>(graph_.edges().size());
    const auto sink = static_cast<std::uint32_t>(boost::add_vertex(arcs));
    for (const SearchStart& s : starts) {
      if (conditions_.closed(s.place.edge)) continue;
      const double rest = conditions_.seconds(s.place.edge) * (1 - share(s.place));
      for (const Id<RoadEdge> f : graph_.edges().ids()) {
        if (may_turn(s.place.edge, f)) boost::add_edge(source, f.index, s.seconds + rest, arcs);
      }
      for (const SearchGoal& g : goals) {
        if (g.target != target || g.place.edge != s.place.edge) continue;
        if (share(g.place) < share(s.place)) continue;
        const double ahead = conditions_.seconds(g.place.edge) * (share(g.place) - share(s.place));
        boost::add_edge(source, sink, s.seconds + ahead + g.seconds, arcs);
      }
    }
    for (const SearchGoal& g : goals) {
      if (g.target != target || conditions_.closed(g.place.edge)) continue;
      boost::add_edge(g.place.edge.index, sink,
                      conditions_.seconds(g.place.edge) * share(g.place) + g.seconds, arcs);
    }
    std::vector<double> distance(boost::num_vertices(arcs));
    boost::dijkstra_shortest_paths(
        arcs, source,
        boost::distance_map(
            boost::make_iterator_property_map(distance.begin(), get(boost::vertex_index, arcs)))
            .distance_inf(kNever));
    return distance[sink];
  }

 private:
  using Arcs = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                                     boost::property<boost::edge_weight_t, double>>;

  bool may_turn(Id<RoadEdge> e, Id<RoadEdge> f) const {
    if (conditions_.closed(e) || conditions_.closed(f)) return false;
    if (graph_.edges()[e].to != graph_.edges()[f].from) return false;
    return std::ranges::none_of(graph_.records().turn_restrictions, [&](const TurnRestriction& t) {
      return t.from_edge == e && t.to_edge == f;
    });
  }
  void add(std::uint32_t from, std::uint32_t to, float seconds) {
    boost::add_edge(from, to, static_cast<double>(seconds), arcs_);
  }
  double share(const RoadPlace& p) const {
    return p.along_m / static_cast<double>(graph_.edges()[p.edge].length_m);
  }

  const RoadGraph& graph_;
  const RoadConditions& conditions_;
  Arcs arcs_;
};

// The way's own seconds, driven edge by edge.
double drive(const RoadGraph& graph, const RoadConditions& conditions, const RoadWay& way) {
  double sum = 0;
  for (std::size_t i = 0; i < way.edges.size(); ++i) {
    const RoadEdge& e = graph.edges()[way.edges[i]];
    EXPECT_FALSE(conditions.closed(way.edges[i]));
    const auto whole = static_cast<double>(e.length_m);
    const double begin = i == 0 ? way.start.along_m / whole : 0;
    const double end = i + 1 == way.edges.size() ? way.goal.along_m / whole : 1;
    EXPECT_LE(begin, end);
    sum += static_cast<double>(conditions.seconds(way.edges[i])) * (end - begin);
    if (i == 0) continue;
    EXPECT_EQ(graph.edges()[way.edges[i - 1]].to, e.from);
    for (const TurnRestriction& t : graph.records().turn_restrictions) {
      EXPECT_FALSE(t.from_edge == way.edges[i - 1] && t.to_edge == way.edges[i]);
    }
  }
  return sum;
}

TEST(RoadSearchProperty, EqualsBoostsDijkstraOnTheExpandedGraph) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const RoadGraph graph = random_graph(random);
    if (graph.empty()) continue;
    std::vector<Id<RoadEdge>> closed;
    for (const Id<RoadEdge> e : graph.edges().ids()) {
      if (random.chance(0.15)) closed.push_back(e);
    }
    const auto conditions =
        RoadConditions::derive(graph, VehicleClass::truck, {}, RoadWater{}, closed);
    const ExpandedGraph expanded{graph, conditions};
    const auto targets = static_cast<std::uint32_t>(random.between(1, 5));
    std::vector<SearchGoal> goals;
    for (int i = random.between(0, 8); i > 0; --i) {
      const RoadPlace place = random_place(random, graph);
      if (conditions.closed(place.edge)) continue;
      goals.push_back(
          {place, random.uniform(0, 60), static_cast<std::uint32_t>(random.below(targets))});
    }
    RoadSearch search{graph, conditions, goals, targets};
    for (int run = 0; run < 3; ++run) {
      std::vector<SearchStart> starts;
      for (int i = random.between(1, 3); i > 0; --i) {
        starts.push_back({random_place(random, graph), random.uniform(0, 60)});
      }
      const std::vector<double> found = search.run(starts);
      for (std::uint32_t t = 0; t < targets; ++t) {
        const double expected = expanded.seconds(starts, goals, t);
        const auto way = search.way(t);
        ASSERT_EQ(way.has_value(), expected < kNever);
        if (!way) {
          ASSERT_EQ(found[t], kNever);
          continue;
        }
        ASSERT_NEAR(found[t], expected, kRounding_s);
        ASSERT_LE(drive(graph, conditions, *way), expected + kRounding_s);
      }
    }
  }
}

//   A--B--C     from A to C straight over B, but A-B-C is forbidden:
//      |  |     round by D and E
//      D--E
TEST(RoadSearch, AForbiddenTurnForcesAWayRound) {
  const RoadMap map{{"A--B--C", "   |  |", "   D--E"}};
  const auto edges = [&map](const std::vector<std::string>& forbidden, double u_turn_s = 0) {
    const RoadGraph graph = map.graph(forbidden);
    const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
    RoadSearch search{RoadStates{graph, {u_turn_s}},
                      dry,
                      {{{RoadMap::edge(graph, "BC"), 300, 0, {}}, 0, 0},
                       {{RoadMap::edge(graph, "EC"), 200, 0, {}}, 0, 0}},
                      1};
    search.run(std::vector<SearchStart>{{{RoadMap::edge(graph, "AB"), 0, 0, {}}, 0}});
    std::string names;
    const auto way = search.way(0);
    if (!way) return names;
    for (const Id<RoadEdge> e : way->edges) names += std::string{graph.name(e)} + " ";
    return names;
  };
  EXPECT_EQ(edges({}), "AB BC ");
  EXPECT_EQ(edges({"ABC"}), "AB BD DB BC ") << "turning round at D";
  EXPECT_EQ(edges({"ABC"}, 20), "AB BD DE EC ") << "which costs more than going round";
  EXPECT_EQ(edges({"ABC", "BDB"}), "AB BD DE EC ");
  EXPECT_EQ(edges({"ABC", "ABD"}), "") << "only back to A, and then the same again";
}

}  // namespace
}  // namespace gridmend::road_search_test
