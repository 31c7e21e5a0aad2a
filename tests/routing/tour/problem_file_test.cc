#include "routing/tour/problem_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/random.h"
#include "routing/tour/planner.h"

namespace gridmend::problem_file_test {
namespace {

constexpr std::string_view kSmall = R"({
 "sites":[{"id":"s0","x":0,"y":0},{"id":"s1","x":3,"y":4},{"id":"s2","x":0,"y":1.6}],
 "metric":"euclid",
 "crews":[{"id":"c1","startSite":"s0","endSite":"s0","startTime":2,"shiftEnd":1e9,
           "skills":["line","BOAT"],"vehicleClass":"truck","capacity":160,"returnWeight":1}],
 "tasks":[{"id":"t1","site":"s1","duration":7,"weight":3,"demand":7,"skills":["line"],
           "after":["t2"],"hardAfter":[],"earliest":0,"deadline":null,"crewsNeeded":1},
          {"id":"t2","site":"s2","deadline":50,"hardAfter":["t1"],"heldBy":"c1",
           "changePenalty":4}]})";

TEST(ProblemFile, EveryFieldArrives) {
  const Result<ProblemFile> file = read_problem_file(kSmall);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(file->warnings.empty());
  const DispatchProblem& problem = file->problem;
  ASSERT_EQ(problem.sites, 3U);
  EXPECT_DOUBLE_EQ(problem.travel[0](0, 1), 5);
  const DispatchCrew& crew = problem.crews.at(0);
  EXPECT_EQ(crew.start_time, 2);
  EXPECT_EQ(crew.shift_end, kNever);
  EXPECT_TRUE(crew.skills.has(Skill::line) && crew.skills.has(Skill::boat));
  EXPECT_EQ(crew.capacity, 160);
  EXPECT_EQ(crew.return_weight, 1);
  EXPECT_EQ(crew.end_site, Id<Site>{0});
  const DispatchTask& first = problem.tasks.at(0);
  EXPECT_EQ(first.duration, 7);
  EXPECT_EQ(first.weight, 3);
  EXPECT_EQ(first.demand, 7);
  EXPECT_EQ(first.after, std::vector{Id<DispatchTask>{1}}) << "named before it is read";
  EXPECT_EQ(first.deadline, kNever);
  const DispatchTask& second = problem.tasks.at(1);
  EXPECT_EQ(second.weight, 1);
  EXPECT_EQ(second.deadline, 50);
  EXPECT_EQ(second.hard_after, std::vector{Id<DispatchTask>{0}});
  EXPECT_EQ(second.held_by, Id<DispatchCrew>{0});
  EXPECT_EQ(second.change_penalty, 4);
}

TEST(ProblemFile, RoundedDistancesAreTheNearestInteger) {
  std::string text(kSmall);
  text.replace(text.find("euclid"), 6, "euclid_rounded");
  const Result<ProblemFile> file = read_problem_file(text);
  ASSERT_TRUE(file);
  EXPECT_DOUBLE_EQ(file->problem.travel[0](0, 2), 2) << "1.6";
  EXPECT_DOUBLE_EQ(file->problem.travel[0](1, 2), 4) << "3.84";
}

TEST(ProblemFile, AMatrixStandsInForCoordinatesAndSites) {
  const Result<ProblemFile> file = read_problem_file(R"({
    "travelTimes":{"rows":2,"seconds":[0,5,null,0]},
    "crews":[{"id":"c","startSite":"s0"}], "tasks":[{"id":"t","site":"s1"}]})");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->problem.travel[0](0, 1), 5);
  EXPECT_EQ(file->problem.travel[0](1, 0), kNever);
}

TEST(ProblemFile, AMisspeltFieldIsPointedOut) {
  std::string text(kSmall);
  text.replace(text.find("\"weight\""), 8, "\"wieght\"");
  const Result<ProblemFile> file = read_problem_file(text);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->warnings, std::vector<std::string>{"tasks[0].wieght: unknown field, ignored"});
}

struct Fault {
  std::string_view from;
  std::string_view to;
  std::string_view field;
};

TEST(ProblemFile, EachFaultNamesItsField) {
  const std::vector<Fault> faults = {
      {R"("duration":7)", R"("duration":"long")", "tasks[0].duration"},
      {R"("duration":7)", R"("duration":-7)", "tasks[0].duration"},
      {R"("x":3)", R"("x":null)", "sites[1].x"},
      {R"("id":"s1")", R"("id":"s0")", "sites[1].id"},
      {R"("id":"s1")", R"("id":7)", "sites[1].id"},
      {R"("id":"t2")", R"("id":"")", "tasks[1].id"},
      {R"("site":"s2")", R"("site":"s9")", "tasks[1].site"},
      {R"("site":"s2")", R"("place":"s2")", "tasks[1].site"},
      {R"("startSite":"s0")", R"("startSite":["s0"])", "crews[0].startSite"},
      {R"("startTime":2)", R"("startTime":1784512800)", "crews[0].startTime"},
      {R"("after":["t2"])", R"("after":["t2","t7"])", "tasks[0].after[1]"},
      {R"("after":["t2"])", R"("after":"t2")", "tasks[0].after"},
      {R"("after":["t2"])", R"("after":["t1"])", "tasks[0].after"},
      {R"("hardAfter":[])", R"("hardAfter":["t1"])", "tasks[0].hardAfter"},
      {R"("after":["t2"])", R"("after":[2])", "tasks[0].after[0]"},
      {R"("crewsNeeded":1)", R"("crewsNeeded":1.5)", "tasks[0].crewsNeeded"},
      {R"("crewsNeeded":1)", R"("crewsNeeded":99999999999999999999)", "tasks[0].crewsNeeded"},
      {R"("skills":["line"])", R"("skills":["juggling"])", "tasks[0].skills[0]"},
      {R"("vehicleClass":"truck")", R"("vehicleClass":"tank")", "crews[0].vehicleClass"},
      {R"("metric":"euclid")", R"("metric":"taxi")", "metric"},
      {R"("heldBy":"c1")", R"("heldBy":"c2")", "tasks[1].heldBy"},
      {R"("heldBy":"c1")", R"("started":1)", "tasks[1].started"},
      {R"("heldBy":"c1")", R"("started":true)", "tasks[1].started"},
      {R"("metric":"euclid")", R"("travelTimes":{"rows":3,"seconds":[1,2]})",
       "travelTimes.seconds"},
      {R"("metric":"euclid")", R"("travelTimes":{"rows":1,"seconds":[0]})", "travelTimes.rows"},
      {R"("metric":"euclid")", R"("travelTimes":{"rows":-1,"seconds":[0]})", "travelTimes.rows"},
      {R"("metric":"euclid")", R"("travelTimes":[])", "travelTimes"},
  };
  for (const Fault& fault : faults) {
    std::string text(kSmall);
    const std::size_t at = text.find(fault.from);
    ASSERT_NE(at, std::string::npos) << fault.from;
    text.replace(at, fault.from.size(), fault.to);
    const Result<ProblemFile> file = read_problem_file(text);
    ASSERT_FALSE(file) << fault.to;
    EXPECT_EQ(file.error().field, fault.field) << fault.to << ": " << file.error().message;
    EXPECT_FALSE(file.error().message.empty());
  }
}

TEST(ProblemFile, AMetricBesideAMatrixIsSaidNotToBeUsed) {
  const auto file = read_problem_file(
      R"({"sites":[{"id":"a"}],"metric":"euclid","travelTimes":{"rows":1,"seconds":[0]}})");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->warnings, std::vector<std::string>{"metric: not used: travelTimes are given"});
}

TEST(ProblemFile, WhatIsNoJsonIsRefused) {
  for (const std::string_view text :
       {"", " ", "{", "[]", "3", "\"x\"", "{\"tasks\":[1e999]}", "{\"tasks\":\"\xff\"}", "nul"}) {
    EXPECT_FALSE(read_problem_file(text)) << text;
  }
  EXPECT_FALSE(read_problem_file(std::string(200000, '[')));
}

// Garbage must be refused or planned, never crash. Mutations of a good file reach deeper than
// noise.
TEST(ProblemFile, SurvivesMutations) {
  constexpr std::string_view kBits[] = {"\"",     "{",    "}",   "[",     "]",         ":",
                                        ",",      "null", "-1",  "1e308", "0.5",       "\"c1\"",
                                        "\"t1\"", "true", "1e9", "99999", "\"after\"", "\\u0000"};
  int accepted = 0;
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::string text(kSmall);
    for (int changes = random.between(1, 3); changes > 0; --changes) {
      const std::size_t at = random.below(text.size());
      const std::size_t length = random.below(std::min<std::size_t>(8, text.size() - at) + 1);
      const std::string_view bit = kBits[random.below(std::size(kBits))];
      if (random.chance(0.3)) {
        text[at] = static_cast<char>(random.below(256));
      } else {
        text.replace(at, random.chance(0.5) ? length : 0, bit);
      }
    }
    const Result<ProblemFile> file = read_problem_file(text);
    if (!file) continue;
    ++accepted;
    const DispatchPlan plan = plan_dispatch(file->problem, {.time_limit_s = 0});
    EXPECT_FALSE(write_plan_json(file->problem, plan).empty());
  }
  EXPECT_GT(accepted, 100) << "the mutations no longer reach behind the reader";
}

TEST(ProblemFile, APlanIsWrittenWithItsNames) {
  const Result<ProblemFile> file = read_problem_file(kSmall);
  ASSERT_TRUE(file);
  DispatchProblem problem = file->problem;
  problem.tasks[1].skills.add(Skill::tree);
  problem.tasks[1].hard_after.clear();
  const DispatchPlan plan = plan_dispatch(problem);
  const auto json = nlohmann::json::parse(write_plan_json(problem, plan));
  EXPECT_EQ(json["objective"], plan.objective);
  EXPECT_EQ(json["tours"].size(), 1U);
  EXPECT_EQ(json["tours"][0]["crew"], "c1");
  EXPECT_EQ(json["tours"][0]["stops"][0]["task"], "t1");
  EXPECT_EQ(json["tours"][0]["stops"][0]["arrival"], 2 + 5);
  EXPECT_EQ(json["tours"][0]["stops"][0]["completion"], 2 + 5 + 7);
  EXPECT_EQ(json["unserved"][0]["task"], "t2");
  EXPECT_EQ(json["unserved"][0]["reason"], "no_skilled_crew");
  EXPECT_TRUE(json["secondsToBest"].is_number());
}

TEST(ProblemFile, TakesBreaksDepotsVetoesAndDeadlines) {
  const auto file = read_problem_file(R"({
    "sites":[{"id":"a","x":0,"y":0},{"id":"b","x":3,"y":4}],
    "crews":[{"id":"c","startSite":"a","capacity":9,"load":2,
              "restLength":30,"restEarliest":10,"restLatest":90},
             {"id":"d","startSite":"a"}],
    "tasks":[{"id":"t","site":"b","kind":"DRAIN","due":50,"lateWeight":7,"vetoed":["d"],
              "heldBy":"c","turnPenalty":11},
             {"id":"u","site":"b"}],
    "depots":[{"id":"yard","site":"b","duration":12,"earliest":60,"leaveBy":900},
              {"id":"field","site":"a","leaveBy":null}]})");
  ASSERT_TRUE(file) << file.error().field << file.error().message;
  EXPECT_TRUE(file->warnings.empty());
  const DispatchCrew& crew = file->problem.crews[0];
  EXPECT_EQ(crew.load, 2);
  EXPECT_EQ(crew.rest_length, 30);
  EXPECT_EQ(crew.rest_earliest, 10);
  EXPECT_EQ(crew.rest_latest, 90);
  EXPECT_EQ(file->problem.crews[1].rest_latest, kNever);
  const DispatchTask& task = file->problem.tasks[0];
  EXPECT_EQ(task.kind, WorkKind::drain);
  EXPECT_EQ(task.due, 50);
  EXPECT_EQ(task.late_weight, 7);
  EXPECT_EQ(task.vetoed, std::vector{Id<DispatchCrew>{1}});
  EXPECT_EQ(task.turn_penalty, 11);
  EXPECT_EQ(file->problem.tasks[1].kind, WorkKind::repair);
  EXPECT_EQ(file->problem.tasks[1].due, kNever);
  ASSERT_EQ(file->problem.depots.size(), 2U);
  EXPECT_EQ(file->problem.depots[0].duration, 12);
  EXPECT_EQ(file->problem.depots[0].earliest, 60);
  EXPECT_EQ(file->problem.depots[0].leave_by, 900);
  EXPECT_EQ(file->problem.depots[1].leave_by, kNever);
}

TEST(ProblemFile, RefusesABreakThatEndsBeforeItMayBeginByItsPath) {
  const auto file = read_problem_file(
      R"({"sites":[{"id":"a","x":0,"y":0}],
          "crews":[{"id":"c","startSite":"a","restEarliest":9,"restLatest":1}]})");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().field, "crews[0].restLatest");
}

}  // namespace
}  // namespace gridmend::problem_file_test
