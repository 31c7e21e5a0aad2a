#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/service/cli/program.h"

namespace gridmend::plan_command_test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kProblem = R"({
  "sites":[{"id":"yard","x":0,"y":0},{"id":"a","x":600,"y":0},{"id":"b","x":600,"y":800}],
  "crews":[{"id":"c1","startSite":"yard","endSite":"yard","skills":["line"],"returnWeight":1},
           {"id":"c2","startSite":"yard","skills":[]}],
  "tasks":[{"id":"fuse","site":"a","duration":300,"weight":40,"skills":["line"]},
           {"id":"lateral","site":"b","duration":600,"weight":5,"after":["fuse"],
            "skills":["line"]},
           {"id":"cable","site":"b","duration":600,"weight":5,"skills":["cable"]}]})";

class PlanCommand : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path{testing::TempDir()} /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ / name} << text;
    return (folder_ / name).string();
  }

  static std::string read(const fs::path& path) {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

  // `streams`: what of the two is wanted, in the shell's words.
  static Ran plan(const std::string& arguments, const std::string& streams = "2>&1") {
    return run_in_shell("'" GRIDMEND_PROGRAM "' plan " + arguments + " " + streams);
  }

  fs::path folder_;
};

TEST_F(PlanCommand, PrintsThePlanWithTheFieldsThatAreFixed) {
  const Ran answer =
      plan(file("p.json", kProblem) + " --time-limit 100ms --seed 1 --json", "2>/dev/null");
  ASSERT_EQ(answer.exit_code, 0) << answer.output;
  const Json root = Json::parse(answer.output);
  // c1: at 600, done 900, then 1700 to 2300, home 1000 later.
  EXPECT_EQ(root["objective"], 40 * 900 + 5 * 2300 + 3300);
  ASSERT_EQ(root["tours"].size(), 1U);
  EXPECT_EQ(root["tours"][0]["crew"], "c1");
  const Json& stop = root["tours"][0]["stops"][0];
  EXPECT_EQ(stop["task"], "fuse");
  EXPECT_EQ(stop["arrival"], 600);
  EXPECT_EQ(stop["completion"], 900);
  EXPECT_EQ(root["tours"][0]["stops"].size(), 2U);
  ASSERT_EQ(root["unserved"].size(), 1U);
  EXPECT_EQ(root["unserved"][0]["task"], "cable");
  EXPECT_EQ(root["unserved"][0]["reason"], "no_skilled_crew");
  EXPECT_TRUE(root["secondsToBest"].is_number());
}

TEST_F(PlanCommand, SumsUpForPeople) {
  const Ran answer = plan(file("p.json", kProblem) + " --time-limit 100ms");
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_THAT(answer.output, HasSubstr("tasks: 3, unserved: 1; crews: 2, sent out: 1"));
  EXPECT_THAT(answer.output, HasSubstr("first come, first served"));
  EXPECT_THAT(answer.output, HasSubstr("no_skilled_crew"));
}

TEST_F(PlanCommand, WritesThePlanTheMapAndTheChart) {
  const std::string out = (folder_ / "plan.json").string();
  const std::string map = (folder_ / "plan.geojson").string();
  const std::string chart = (folder_ / "plan.svg").string();
  const Ran answer = plan(file("p.json", kProblem) + " --time-limit 0s -o " + out + " --geojson " +
                          map + " --gantt " + chart);
  ASSERT_EQ(answer.exit_code, 0) << answer.output;
  EXPECT_EQ(Json::parse(read(out))["tours"].size(), 1U);
  const Json features = Json::parse(read(map))["features"];
  ASSERT_EQ(features.size(), 4U) << "a tour, two stops, one left out";
  EXPECT_EQ(features[0]["geometry"]["type"], "LineString");
  EXPECT_THAT(read(chart),
              AllOf(HasSubstr("<svg "), HasSubstr("repair fuse"), HasSubstr("</svg>")));
  const Ran nowhere = plan(file("p.json", kProblem) + " --time-limit 0s -o /nowhere/plan.json");
  EXPECT_NE(nowhere.exit_code, 0);
  EXPECT_THAT(nowhere.output, HasSubstr("/nowhere/plan.json: cannot be written"));
}

TEST_F(PlanCommand, ShowsProgressOnStandardErrorOnly) {
  const std::string problem = file("p.json", kProblem);
  const std::string arguments = problem + " --time-limit 200ms --progress --json";
  EXPECT_THAT(plan(arguments, "2>&1 >/dev/null").output,
              AllOf(HasSubstr("harm"), HasSubstr("unserved 1")));
  EXPECT_TRUE(Json::accept(plan(arguments, "2>/dev/null").output));
  EXPECT_EQ(plan(problem + " --time-limit 200ms --json", "2>&1 >/dev/null").output, "");
}

TEST_F(PlanCommand, TheSameSeedAndIterationsGiveTheSamePlan) {
  const std::string arguments =
      file("p.json", kProblem) + " --time-limit 1h --iterations 50 --seed 7 --json";
  Json once = Json::parse(plan(arguments, "2>/dev/null").output);
  Json again = Json::parse(plan(arguments, "2>/dev/null").output);
  once.erase("secondsToBest");
  again.erase("secondsToBest");
  EXPECT_EQ(once, again);
}

TEST_F(PlanCommand, ReadsStandardInputAndBenchmarks) {
  const Ran piped = plan("- --time-limit 0s --json < " + file("p.json", kProblem));
  EXPECT_EQ(piped.exit_code, 0) << piped.output;
  const Ran tsp = plan(file("four.tsp",
                            "NAME : four\nTYPE : TSP\nDIMENSION : 4\n"
                            "EDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n"
                            "1 0 0\n2 3 4\n3 6 8\n4 9 12\nEOF\n") +
                           " --time-limit 100ms --json",
                       "2>/dev/null");
  ASSERT_EQ(tsp.exit_code, 0);
  EXPECT_EQ(Json::parse(tsp.output)["objective"], 5 + 10 + 15 + 30) << "the way home counts";
}

TEST_F(PlanCommand, InterruptedWritesWhatItHasFound) {
  // Of so many tasks the search does not tire within a second.
  Json problem;
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    problem["sites"].push_back({{"id", "s" + n}, {"x", i * 997 % 5000}, {"y", i * 1741 % 5000}});
    problem["tasks"].push_back({{"id", "t" + n}, {"site", "s" + n}, {"weight", 1 + i * 13 % 50}});
  }
  problem["crews"] = {{{"id", "c1"}, {"startSite", "s0"}}, {{"id", "c2"}, {"startSite", "s0"}}};
  for (const std::string signal : {"INT", "TERM"}) {
    const std::string out = (folder_ / ("plan-" + signal + ".json")).string();
    const Ran answer =
        run_in_shell("timeout --preserve-status -s " + signal + " 1 '" GRIDMEND_PROGRAM "' plan " +
                     file("p.json", problem.dump()) + " --time-limit 10m -o " + out + " 2>&1");
    EXPECT_EQ(answer.exit_code, 130) << answer.output;
    EXPECT_THAT(answer.output,
                AllOf(HasSubstr("interrupted"), HasSubstr("tasks: 40, unserved: 0")));
    EXPECT_EQ(Json::parse(read(out))["tours"].size(), 2U);
  }
}

TEST_F(PlanCommand, RefusesWrongArgumentsAndSaysWhich) {
  const std::string problem = file("p.json", kProblem);
  const std::pair<std::string, const char*> wrong[] = {
      {"", "FILE is required"},
      {problem + " --time-limit soon", "'soon' is no time"},
      {problem + " --time-limit -5s", "is no time"},
      {problem + " --threads 0", "--threads"},
      {problem + " --threads many", "--threads"},
      {problem + " --seed -x", "--seed"},
      {problem + " --distances crow", "--distances"},
      {problem + " --fast", "--fast"},
      {(folder_ / "none.json").string(), "none.json: cannot be read"},
      {folder_.string(), "cannot be read"},
  };
  for (const auto& [arguments, message] : wrong) {
    const Ran answer = plan(arguments);
    EXPECT_NE(answer.exit_code, 0) << arguments;
    EXPECT_THAT(answer.output, HasSubstr(message)) << arguments;
  }
}

TEST_F(PlanCommand, RefusesBadProblemsByTheirField) {
  const std::string head =
      R"({"sites":[{"id":"a","x":0,"y":0}],"crews":[{"id":"c","startSite":"a"}],)";
  const std::pair<std::string, std::vector<const char*>> bad[] = {
      {"{", {"no JSON"}},
      {"", {"no JSON"}},
      {"[]", {"must be an object"}},
      {head + R"("tasks":[{"id":"t","site":"a","duration":-1}]})",
       {"tasks[0].duration", "negative"}},
      {head + R"("tasks":[{"id":"t","site":"a","duration":NaN}]})", {"no JSON"}},
      {head + R"("tasks":[{"id":"t","site":"a","weight":1e300}]})", {"tasks[0].weight"}},
      {head + R"("tasks":[{"id":"t","site":"a"},{"id":"t","site":"a"}]})",
       {"tasks[1].id", "'t' is there twice"}},
      {head + R"("tasks":[{"id":"t","site":"b"}]})", {"tasks[0].site", "there is no 'b'"}},
      {head + R"("tasks":[{"id":"t","site":"a","hardAfter":["u"]},
                          {"id":"u","site":"a","hardAfter":["t"]}]})",
       {"hardAfter", "circle", "'t' before 'u'"}},
      {R"({"travelTimes":{"rows":2,"seconds":[0,1,2]}})", {"travelTimes.seconds", "rows x rows"}},
      {R"({"travelTimes":{"rows":1,"seconds":[-3]}})", {"negative"}},
      {R"({"travelTimes":{"rows":1,"seconds":["soon"]}})", {"travelTimes.seconds[0]"}},
      {"NAME : x\nTYPE : CVRP\nDIMENSION : -4\n", {"DIMENSION"}},
  };
  for (const auto& [text, words] : bad) {
    const Ran answer = plan(file("bad.json", text) + " --time-limit 0s");
    EXPECT_EQ(answer.exit_code, 1) << text << "\n" << answer.output;
    for (const char* word : words) EXPECT_THAT(answer.output, HasSubstr(word)) << text;
    EXPECT_THAT(answer.output, Not(HasSubstr("sent out"))) << text;
  }
}

TEST_F(PlanCommand, UnknownFieldsAreWarnedOf) {
  const Ran answer =
      plan(file("p.json", R"({"sites":[{"id":"a","x":0,"y":0}],"crews":[{"id":"c","startSite":"a"}],
                         "tasks":[{"id":"t","site":"a","wieght":3}]})") +
           " --time-limit 0s");
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_THAT(answer.output, HasSubstr("tasks[0].wieght: unknown field"));
}

TEST_F(PlanCommand, NoCrewsLeaveEverythingOutWithTheReason) {
  const Ran answer =
      plan(file("p.json", R"({"sites":[{"id":"a","x":0,"y":0}],"tasks":[{"id":"t","site":"a"}]})") +
               " --time-limit 0s --json",
           "2>/dev/null");
  ASSERT_EQ(answer.exit_code, 0);
  EXPECT_EQ(Json::parse(answer.output)["unserved"][0]["reason"], "no_crew");
}

TEST_F(PlanCommand, TenThousandTasksGetAPlan) {
  Json problem;
  for (int s = 0; s < 200; ++s) {
    problem["sites"].push_back(
        {{"id", "s" + std::to_string(s)}, {"x", s * 37 % 1009}, {"y", s * 91 % 997}});
  }
  for (int c = 0; c < 100; ++c)
    problem["crews"].push_back(
        {{"id", "c" + std::to_string(c)}, {"startSite", "s" + std::to_string(c)}});
  for (int t = 0; t < 10'000; ++t) {
    problem["tasks"].push_back({{"id", "t" + std::to_string(t)},
                                {"site", "s" + std::to_string(t * 7 % 200)},
                                {"duration", 600},
                                {"weight", 1 + t % 13}});
  }
  const Ran answer =
      plan(file("large.json", problem.dump()) + " --time-limit 1s --json", "2>/dev/null");
  ASSERT_EQ(answer.exit_code, 0);
  std::size_t stops = 0;
  const Json root = Json::parse(answer.output);
  for (const Json& tour : root["tours"]) stops += tour["stops"].size();
  EXPECT_EQ(stops + root["unserved"].size(), 10'000U);
  EXPECT_TRUE(root["unserved"].empty());
  // Nobody waits for a dispatcher without a time limit.
  const Ran summary = plan((folder_ / "large.json").string() + " --time-limit 0s");
  EXPECT_THAT(summary.output, HasSubstr("tasks: 10000, unserved: 0"));
  EXPECT_THAT(summary.output, Not(HasSubstr("first come")));
}

}  // namespace
}  // namespace gridmend::plan_command_test
