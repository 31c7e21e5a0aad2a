#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "routing/tour/plan_gantt.h"
#include "routing/tour/plan_geojson.h"
#include "routing/tour/planner.h"
#include "routing/tour/problem_file.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::plan_output_test {
namespace {

using Json = nlohmann::json;
using testing::ProblemOnALine;

class PlanOutputTest : public ::testing::Test {
 protected:
  PlanOutputTest() : line_({0, 10, 20}) {
    line_.crew("a<&>\"", 0).end_site = Id<Site>{0};
    line_.task("one", 1, 5);
    line_.task("two", 2, 5);
    DispatchTask& left_out = line_.task("three", 2, 5);
    left_out.skills.add(Skill::boat);
    plan_ = plan_dispatch(line_.problem(), {.time_limit_s = 0});
  }

  static std::size_t count(const std::string& text, const std::string& word) {
    std::size_t found = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      ++found;
    }
    return found;
  }

  ProblemOnALine line_;
  DispatchPlan plan_;
};

TEST_F(PlanOutputTest, GeoJsonHasALineATourAndAPointATask) {
  const std::vector<SitePlace> places = {{100, 10}, {101, 11}, {102, 12}};
  const Json root = Json::parse(write_plan_geojson(line_.problem(), plan_, places));
  EXPECT_EQ(root["type"], "FeatureCollection");
  ASSERT_EQ(root["features"].size(), 4U);
  const Json& tour = root["features"][0];
  EXPECT_EQ(tour["geometry"]["type"], "LineString");
  EXPECT_EQ(tour["geometry"]["coordinates"], Json::parse("[[100,10],[101,11],[102,12],[100,10]]"));
  EXPECT_EQ(tour["properties"]["crew"], "a<&>\"");
  EXPECT_EQ(tour["properties"]["returnArrival"], 50);
  const Json& stop = root["features"][2];
  EXPECT_EQ(stop["geometry"]["coordinates"], Json::parse("[102,12]"));
  EXPECT_EQ(stop["properties"]["task"], "two");
  EXPECT_EQ(stop["properties"]["place"], 2);
  EXPECT_EQ(stop["properties"]["completion"], 30);
  EXPECT_EQ(root["features"][3]["properties"]["reason"], "no_skilled_crew");
}

TEST_F(PlanOutputTest, WithoutCoordinatesTheGeometriesAreNull) {
  const Json root = Json::parse(write_plan_geojson(line_.problem(), plan_, {}));
  ASSERT_EQ(root["features"].size(), 4U);
  for (const Json& feature : root["features"]) EXPECT_TRUE(feature["geometry"].is_null());
}

TEST_F(PlanOutputTest, TheGanttChartHasABarAStopAndEscapesNames) {
  const std::string svg = write_plan_gantt(line_.problem(), plan_);
  EXPECT_EQ(svg.rfind("<svg ", 0), 0U);
  EXPECT_EQ(count(svg, "<rect "), 2U);
  EXPECT_EQ(count(svg, "</title></rect>"), 2U);
  EXPECT_NE(svg.find("a&lt;&amp;&gt;&quot;"), std::string::npos);
  EXPECT_EQ(svg.find("a<"), std::string::npos);
  EXPECT_NE(svg.find("repair two: there 25.00 s, work 25.00 s to 30.00 s"), std::string::npos);
  EXPECT_NE(svg.find("three: no_skilled_crew"), std::string::npos);
}

TEST_F(PlanOutputTest, BreaksAndDepotsAreShown) {
  ProblemOnALine line({0, 10, 20});
  DispatchCrew& crew = line.crew("crew", 0);
  crew.capacity = 5;
  crew.rest_length = 7;
  crew.rest_earliest = 12;
  line.task("one", 1, 5).demand = 4;
  line.task("two", 2, 5).demand = 4;
  line.problem().tasks[1].kind = WorkKind::drain;
  line.problem().depots = {{"yard", Id<Site>{0}, 3}};
  const DispatchPlan plan = plan_dispatch(line.problem(), {.time_limit_s = 0});
  const Json root = Json::parse(write_plan_json(line.problem(), plan));
  const Json& second = root["tours"][0]["stops"][1];
  EXPECT_EQ(second["rest"], 15);
  EXPECT_EQ(second["depot"], "yard");
  EXPECT_EQ(second["arrival"], 15 + 7 + 10 + 3 + 20);
  const std::string svg = write_plan_gantt(line.problem(), plan);
  EXPECT_NE(svg.find("break, 15.00 s to 22.00 s"), std::string::npos);
  EXPECT_NE(svg.find("drain two"), std::string::npos);
  const Json map = Json::parse(
      write_plan_geojson(line.problem(), plan, std::vector<SitePlace>{{0, 0}, {1, 0}, {2, 0}}));
  EXPECT_EQ(map["features"][0]["geometry"]["coordinates"],
            Json::parse("[[0,0],[1,0],[0,0],[2,0]]"));
}

TEST_F(PlanOutputTest, AnEmptyPlanIsDrawnToo) {
  const DispatchProblem nothing;
  const std::string svg = write_plan_gantt(nothing, {});
  EXPECT_EQ(count(svg, "<rect "), 0U);
  EXPECT_NE(svg.find("</svg>"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

}  // namespace
}  // namespace gridmend::plan_output_test
