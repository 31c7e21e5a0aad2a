#include "routing/road/instructions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/routing/road/road_map.h"

namespace gridmend::instructions_test {
namespace {

// The roads of a map under the names their streets really have: the drawing's letters tell which.
RoadGraph with_names(const RoadMap& map, const std::map<std::string, std::string>& names) {
  const RoadGraph drawn = map.graph();
  RoadRecords records = drawn.records();
  TextPoolBuilder texts;
  std::vector<RoadEdge> edges(records.edges.begin(), records.edges.end());
  for (RoadEdge& e : edges) {
    std::string letters{records.texts[e.name]};
    auto found = names.find(letters);
    if (found == names.end()) found = names.find({letters.rbegin(), letters.rend()});
    e.name = found == names.end() ? TextId{} : texts.add(found->second);
  }
  records.edges = Table<RoadEdge>{std::move(edges)};
  records.texts = std::move(texts).finish();
  auto graph = RoadGraph::from_records(std::move(records));
  EXPECT_TRUE(graph) << describe(graph.error());
  return *graph;
}

struct Told {
  std::vector<std::string> english;
  std::vector<std::string> chinese;
  double length_m = 0;
  double seconds = 0;
  RoadPath path;
};

Told tell(const RoadGraph& graph, Position from, Position to) {
  SnapSettings snap;
  snap.fragment_m = 0;
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  const auto path = fastest_path(graph, dry, from, to, snap);
  EXPECT_TRUE(path);
  Told told;
  told.path = *path;
  for (const Instruction& i : instructions(graph, dry, *path)) {
    told.english.push_back(say_in_english(i));
    told.chinese.push_back(say_in_chinese(i));
    told.length_m += i.length_m;
    told.seconds += i.seconds;
  }
  return told;
}

// North is up.
TEST(Instructions, TellTurnsByTheirAngles) {
  const RoadMap map{{"A---B---C",  //
                     "    |    ",  //
                     "D---E===G",  //
                     "|        ",  //
                     "I        "}};
  const RoadGraph graph = with_names(map, {{"AB", "Main Street"},
                                           {"BC", "Main Street"},
                                           {"BE", "人民路"},
                                           {"EG", "Bridge Lane"},
                                           {"DE", "Low Road"},
                                           {"DI", "Low Road"}});
  const Told told = tell(graph, map.position('A'), map.position('G'));
  EXPECT_THAT(told.english, testing::ElementsAre(
                                "Head east on Main Street", "Turn right into 人民路",
                                "Turn left into Bridge Lane, bridge", "Arrive at the destination"));
  EXPECT_THAT(told.chinese, testing::ElementsAre("沿Main Street向东出发", "右转进入人民路",
                                                 "左转进入Bridge Lane，过桥", "到达目的地"));
  EXPECT_NEAR(told.length_m, told.path.length_m, 1e-6);
  EXPECT_NEAR(told.seconds, told.path.seconds - told.path.on_foot_m * 3.6 / 4, 1e-3);

  const Told back = tell(graph, map.position('C'), map.position('I'));
  EXPECT_THAT(back.english,
              testing::ElementsAre("Head west on Main Street", "Turn left into 人民路",
                                   "Turn right into Low Road", "Arrive at the destination"))
      << "one street is told once, and a bend that leaves no choice not at all";
}

TEST(Instructions, AStreetThatTurnsAtAJunctionIsToldToBeStayedOn) {
  const RoadMap map{{"A---B---C",  //
                     "    |    ",  //
                     "    D    "}};
  const RoadGraph graph =
      with_names(map, {{"AB", "High Street"}, {"BD", "High Street"}, {"BC", "Side Street"}});
  EXPECT_THAT(tell(graph, map.position('A'), map.position('D')).english,
              testing::ElementsAre("Head east on High Street", "Turn right to stay on High Street",
                                   "Arrive at the destination"));
  EXPECT_THAT(tell(graph, map.position('A'), map.position('D')).chinese[1],
              "右转，仍沿High Street行驶");
  EXPECT_THAT(tell(graph, map.position('A'), map.position('C')).english,
              testing::ElementsAre("Head east on High Street", "Continue on Side Street",
                                   "Arrive at the destination"));
}

TEST(Instructions, AStreetWithoutANameIsCalledWhatItIs) {
  const RoadMap map{{"A--B", "   |", "   C"}};
  const RoadGraph graph = with_names(map, {{"AB", "East Street"}});
  EXPECT_THAT(
      tell(graph, map.position('A'), map.position('C')).english,
      testing::ElementsAre("Head east on East Street", "Turn right into the residential street",
                           "Arrive at the destination"));
  EXPECT_THAT(tell(graph, map.position('A'), map.position('C')).chinese[1], "右转进入小区道路");
}

TEST(Instructions, TheSideOfTheStreetIsTold) {
  const RoadMap map{{"A------B"}};
  const RoadGraph graph = with_names(map, {{"AB", "Long Street"}});
  const Position north = RoadMap::position(4, -0.2);
  const Position south = RoadMap::position(4, 0.2);
  EXPECT_EQ(tell(graph, map.position('A'), south).english.back(),
            "Arrive at the destination, on the right");
  EXPECT_EQ(tell(graph, map.position('B'), south).chinese.back(), "到达目的地，在左侧");
  EXPECT_EQ(tell(graph, map.position('B'), north).english.back(),
            "Arrive at the destination, on the right");
}

TEST(Instructions, BearingAndSharpTurnsAreToldApart) {
  std::vector<RoadVertex> vertices;
  const Position centre = RoadMap::position(10, 10);
  vertices.push_back({centre});
  std::vector<RoadEdge> edges;
  // One road in from the south, others out at every fifteen degrees.
  const auto around = [&](double degrees) {
    const LocalPlane plane{centre};
    const double radians = degrees * 3.14159265358979 / 180;
    return plane.to_position({300 * std::sin(radians), 300 * std::cos(radians)});
  };
  vertices.push_back({around(180)});
  TextPoolBuilder texts;
  const auto add = [&](std::uint32_t from, std::uint32_t to, const std::string& name) {
    RoadEdge e;
    e.from = Id<RoadVertex>{from};
    e.to = Id<RoadVertex>{to};
    e.length_m = 300;
    e.speed_kmh = 36;
    e.name = texts.add(name);
    edges.push_back(e);
  };
  for (int degrees = -150; degrees <= 150; degrees += 15) {
    vertices.push_back({around(degrees)});
    add(0, static_cast<std::uint32_t>(vertices.size()) - 1, std::to_string(degrees));
  }
  add(1, 0, "in");
  auto graph = RoadGraph::from_records({Table<RoadVertex>{vertices},
                                        Table<RoadEdge>{edges},
                                        {},
                                        {},
                                        std::move(texts).finish(),
                                        RoadOrigin::synthetic});
  ASSERT_TRUE(graph) << describe(graph.error());
  const std::map<int, std::string> expected = {{-150, "Turn sharp left into -150"},
                                               {-90, "Turn left into -90"},
                                               {-60, "Turn left into -60"},
                                               {-30, "Bear left into -30"},
                                               {-15, "Continue on -15"},
                                               {0, "Continue on 0"},
                                               {30, "Bear right into 30"},
                                               {90, "Turn right into 90"},
                                               {135, "Turn sharp right into 135"}};
  for (const auto& [degrees, words] : expected) {
    SnapSettings snap;
    snap.fragment_m = 0;
    const auto dry = RoadConditions::dry(*graph, VehicleClass::truck);
    const auto path = fastest_path(*graph, dry, around(180), around(degrees), snap);
    ASSERT_TRUE(path);
    const auto told = instructions(*graph, dry, *path);
    ASSERT_EQ(told.size(), 3U);
    EXPECT_EQ(say_in_english(told[1]), words);
  }
}

// At the end of a street turning round costs what crossing it does.
TEST(Instructions, WhoIsThereAlreadyNeedNotTurnRoundForTheOtherSide) {
  const RoadGraph graph = RoadMap{{"A---B"}}.graph();
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  SnapSettings snap;
  snap.fragment_m = 0;
  auto path =
      fastest_path(graph, dry, RoadMap::position(0, 0), RoadMap::position(4, 0), snap).value();
  ASSERT_EQ(path.edges.size(), 1U);
  path.edges.push_back(RoadMap::edge(graph, "BA"));
  path.goal = {path.edges.back(), .3, 20, RoadMap::position(4, 0), 1};
  auto told = instructions(graph, dry, path);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[1].manoeuvre, Manoeuvre::arrive);
  EXPECT_EQ(told[1].side, -1);
  EXPECT_NEAR(told[0].length_m, 400.3, .5);
  path.goal.along_m = 40;
  told = instructions(graph, dry, path);
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[1].manoeuvre, Manoeuvre::turn_round);
  EXPECT_EQ(told[2].side, 1);
}

TEST(Instructions, TurningRoundIsTold) {
  const RoadMap map{{"A--B--C", "   |   ", "   D   "}};
  const RoadGraph graph = map.graph({"ABD"});
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  RoadSearch search{RoadStates{graph, {0}},
                    dry,
                    {{{RoadMap::edge(graph, "BD"), 200, 0, map.position('D')}, 0, 0}},
                    1};
  const std::vector<SearchStart> start{{{RoadMap::edge(graph, "AB"), 0, 0, map.position('A')}, 0}};
  (void)search.run(start);
  const auto way = search.way(0);
  ASSERT_TRUE(way);
  RoadPath path;
  path.edges = way->edges;
  path.start = way->start;
  path.goal = way->goal;
  std::vector<Manoeuvre> told;
  for (const Instruction& i : instructions(graph, dry, path)) told.push_back(i.manoeuvre);
  EXPECT_THAT(told,
              testing::ElementsAre(Manoeuvre::depart, Manoeuvre::straight_on, Manoeuvre::turn_round,
                                   Manoeuvre::left, Manoeuvre::arrive));
}

}  // namespace
}  // namespace gridmend::instructions_test
