// `gridmend ctl` about depots, what tasks need and who has them, against a server of this process.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "tests/service/cli/program.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::ctl_dispatch_test {
namespace {

using control_room::crew;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Position kYard{120, 30};

struct Refused {
  const char* arguments;
  int exit_code;
  const char* says;
};

class CtlDispatch : public ::testing::Test {
 protected:
  Ran ctl(const std::string& arguments) {
    return gridmend("ctl --server " + desk_.server->address() + " " + arguments);
  }
  // Says what is wrong with it, and changes nothing.
  void expect_refused(const std::vector<Refused>& table) {
    const auto before = desk_.room.world()->revision;
    for (const Refused& wrong : table) {
      const Ran ran = ctl(wrong.arguments);
      EXPECT_EQ(ran.exit_code, wrong.exit_code) << wrong.arguments << '\n' << ran.output;
      EXPECT_THAT(ran.output, HasSubstr(wrong.says)) << wrong.arguments;
    }
    EXPECT_EQ(desk_.room.world()->revision, before);
  }

  server_desk::ServerDesk desk_;
};

TEST_F(CtlDispatch, ATaskIsMadeByHandAndCancelled) {
  Ran ran = ctl(
      "--json task add safety-visit --id V-1 --at 120,30 --minutes 20 --skills line,cable --weight "
      "3 "
      "--earliest 2026-07-20T04:00:00Z --deadline 2026-07-20T09:00:00Z --due 2026-07-20T08:00:00Z "
      "--late-weight 5");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, AllOf(HasSubstr("SAFETY_VISIT"), HasSubstr("1200s"), HasSubstr("CABLE"),
                                HasSubstr("2026-07-20T09:00:00Z"), HasSubstr("lateWeight")));
  EXPECT_EQ(ctl("task add repair --id R-1 --device F1 --crews 2 --hard-after V-1").exit_code, 0);
  const auto repair = desk_.room.world()->find_task("R-1");
  ASSERT_NE(repair, nullptr);
  EXPECT_EQ(repair->task.hard_after, std::vector<std::string>{"V-1"});
  EXPECT_EQ(ctl("task cancel R-1").output, "task R-1 is cancelled\n");
  expect_refused({{"task add dancing --device F1", 2, "safety-visit"},
                  {"task add repair", 2, "--device or --at"},
                  {"task add repair --device F1 --at 1,1", 2, "--device or --at"},
                  {"task add repair --device F1 --deadline tomorrow", 2, "--deadline wants a time"},
                  {"task add repair --device F1 --skills juggling", 2, "no skill"},
                  {"task add repair --device nothing", 1, "nothing"},
                  {"task cancel nothing", 1, "nothing"}});
}

TEST_F(CtlDispatch, ATeamFromOutsideComesLaterAndRests) {
  const Ran ran =
      ctl("--json crew add A-1 --at 120,30 --shift-start 2026-07-20T04:00:00Z --rest 30 "
          "--rest-from 2026-07-20T08:00:00Z --rest-by 2026-07-20T10:00:00Z");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, AllOf(HasSubstr("\"shiftStart\":\"2026-07-20T04:00:00Z\""),
                                HasSubstr("1800s"), HasSubstr("2026-07-20T10:00:00Z")));
  EXPECT_EQ(ctl("crew add A-2 --at 120,30 --shift-start soon").exit_code, 2);
}

TEST_F(CtlDispatch, ADepotIsMadeChangedAndListed) {
  EXPECT_THAT(ctl("depots").output, HasSubstr("no depots"));
  EXPECT_EQ(ctl("depot add yard --at 120,30 --stock 4 --loading 15").output,
            "depot yard holds 4\n");
  EXPECT_EQ(ctl("depot add any --at 120.1,30 --name 'Any yard'").output,
            "depot any holds as much as is asked for\n");
  Ran list = ctl("depots");
  EXPECT_THAT(list.output, ContainsRegex("yard +yard +4 +15 +120.00000,30.00000"));
  EXPECT_THAT(list.output, ContainsRegex("any +Any yard +any +0 +120.10000,30.00000"));

  EXPECT_EQ(ctl("depot set yard --stock 9.5").output, "depot yard holds 9.5\n");
  EXPECT_THAT(ctl("depots").output, ContainsRegex("yard +yard +9.5 +15 +120.00000,30.00000"))
      << "what is not named stays";
  EXPECT_EQ(ctl("depot set yard --any-stock --name Hof --at 119,31 --loading 0").exit_code, 0);
  list = ctl("--json depots");
  EXPECT_THAT(list.output, HasSubstr(R"("id":"yard","name":"Hof","position":{"longitudeDeg":119)"));
  EXPECT_THAT(list.output, Not(HasSubstr("stock")));
}

TEST_F(CtlDispatch, WhatADepotCannotBeIsTold) {
  ASSERT_EQ(ctl("depot add yard --at 120,30").exit_code, 0);
  expect_refused({
      {"depot add", 2, "id is required"},
      {"depot add x", 2, "--at is required"},
      {"depot add x --at here", 2, "--at wants LON,LAT in degrees"},
      {"depot add x --at 120,95", 1, "POSITION_INVALID (depot.position)"},
      {"depot add 'a b' --at 120,30", 1, "ID_INVALID (depot.id)"},
      {"depot add x --at 120,30 --stock -1", 2, "--stock: is a number not below 0, not '-1'"},
      {"depot add x --at 120,30 --stock nan", 2, "--stock: is a finite number, not 'nan'"},
      {"depot add x --at 120,30 --loading 1441", 2, "--loading"},
      {"depot add yard --at 120,30", 1, "DEPOT_EXISTS (depot.id)"},
      {"depot set yard", 2, "say what changes"},
      {"depot set yard --stock 1 --any-stock", 2, "--stock excludes --any-stock"},
      {"depot set nowhere --stock 1", 1, "DEPOT_UNKNOWN (depot.id)"},
      {"depot remove", 2, "id is required"},
      {"depot remove nowhere", 1, "DEPOT_UNKNOWN (id)"},
      {"depot remove yard --new-home nowhere", 1, "DEPOT_UNKNOWN (new_home_depot)"},
      {"depot remove yard --new-home yard", 1, "DEPOT_IS_THE_SAME (new_home_depot)"},
      {"depot remove yard --new-home other --force", 2, "--new-home excludes --force"},
      {"crew add C1 --at 120,30 --depot nowhere", 1, "DEPOT_UNKNOWN (crew.home_depot)"},
      {"crew add C1 --at 120,30 --skills flying", 2, "'flying' is no skill: line, cable, "},
      {"crew add C1 --at 120,30 --vehicle ship", 2, "'ship' is no class of vehicle: car, van, "},
      {"crew add C1 --at 120,30 --capacity -2", 2, "--capacity: is a number not below 0, not '-2'"},
  });
}

TEST_F(CtlDispatch, ADepotIsGivenUpWithAWordAboutTheCrewsThatGoHomeThere) {
  ASSERT_EQ(ctl("depot add yard --at 120,30").exit_code, 0);
  ASSERT_EQ(ctl("depot add hall --at 120.1,30").exit_code, 0);
  ASSERT_EQ(ctl("crew add C1 --at 120,30 --depot yard").exit_code, 0);
  const Ran in_use = ctl("depot remove yard");
  EXPECT_EQ(in_use.exit_code, 1);
  EXPECT_THAT(in_use.output, HasSubstr("it is the home of 1 crew, crew 'C1' for one"));
  EXPECT_EQ(ctl("depot remove yard --new-home hall").output, "depot yard is given up\n");
  EXPECT_EQ(desk_.room.world()->find_crew("C1")->crew.home_depot, "hall");
  EXPECT_EQ(ctl("depot remove hall --force").exit_code, 0);
  EXPECT_THAT(ctl("depots").output, HasSubstr("no depots"));
}

TEST_F(CtlDispatch, TaskRulesAreShownTakenFromAFileAndTakenBack) {
  EXPECT_THAT(ctl("task-rules show").output, HasSubstr("the program's own"));
  const std::string file = testing::TempDir() + "ctl_task_rules.toml";
  std::ofstream{file} << "[repair.fuse]\ncrews = 2\nmaterial = 1.5\n";
  EXPECT_THAT(ctl("task-rules put " + file).output, HasSubstr("hold from revision"));
  EXPECT_EQ(ctl("task-rules show").output, "[repair.fuse]\ncrews = 2\nmaterial = 1.5\n");
  EXPECT_THAT(ctl("task-rules show --whole").output, HasSubstr("[assess.premises]"));
  desk_.blow_f2(0);
  EXPECT_EQ(desk_.room.world()->find_task("T-000001")->task.crews_needed, 2);
  std::ofstream{file} << "[repair.fuse]\ncrews = 0\n";
  expect_refused({
      {"task-rules", 2, "A subcommand is required"},
      {"task-rules put", 2, "file is required"},
      {"task-rules put /nowhere.toml", 1, "/nowhere.toml"},
  });
  const Ran wrong = ctl("task-rules put " + file);
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.output,
              AllOf(HasSubstr(file), HasSubstr("'repair.fuse.crews' must be 1 to 8")));
  EXPECT_EQ(ctl("task-rules reset").exit_code, 0);
  EXPECT_EQ(desk_.room.world()->find_task("T-000001")->task.crews_needed, 1);
  std::remove(file.c_str());
}

TEST_F(CtlDispatch, AnEmptyVanIsSentByTheDepotAndLoadsThere) {
  desk_.blow_f2(0);
  ASSERT_EQ(ctl("depot add yard --at 120,30 --stock 10 --loading 15").exit_code, 0);
  Command van = crew("C1", kYard);
  van.mutable_create_crew()->mutable_crew()->set_capacity(4);
  van.mutable_create_crew()->mutable_crew()->set_load(0);
  desk_.room.ok(van);
  ASSERT_EQ(ctl("needs T-000001 --material 3").exit_code, 0);
  EXPECT_THAT(ctl("replan").output, HasSubstr("loads at yard"));
  EXPECT_THAT(ctl("tasks").output, ContainsRegex("T-000001 .* 3 +C1 "));
  EXPECT_THAT(ctl("crews").output, HasSubstr(" 0 of 4 "));

  EXPECT_THAT(ctl("crew step C1 nowhere load").output, HasSubstr("there is no depot 'nowhere'"));
  EXPECT_EQ(ctl("crew step C1 yard load").output, "done\n");
  EXPECT_THAT(ctl("depots").output, ContainsRegex("yard +yard +6 "));
  EXPECT_THAT(ctl("replan").output, Not(HasSubstr("loads at yard")));
}

TEST_F(CtlDispatch, ATaskThatNeedsTwoCrewsIsHeldByBoth) {
  desk_.blow_f2(0);
  desk_.room.ok(crew("C1", kYard));
  ASSERT_EQ(ctl("replan").exit_code, 0);
  EXPECT_EQ(ctl("needs T-000001 --crews 2").output, "T-000001: crew C1 (of 2), pinned to -\n");
  desk_.room.ok(crew("C2", kYard));
  Ran ran = ctl("replan");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ctl("tasks").output, AnyOf(HasSubstr(" C1+C2 "), HasSubstr(" C2+C1 ")));
  ASSERT_EQ(ctl("pin T-000001 C1").exit_code, 0);
  EXPECT_THAT(ctl("pin T-000001 C2").output, HasSubstr("pinned to C1+C2"));
  ran = ctl("--json needs T-000001 --crews 3 --material 4.5");
  EXPECT_THAT(ran.output, HasSubstr(R"("crewsNeeded":3)"));
  EXPECT_EQ(desk_.room.world()->find_task("T-000001")->task.demand, 4.5);
}

TEST_F(CtlDispatch, WhatATaskCannotNeedIsTold) {
  desk_.blow_f2(0);
  expect_refused({
      {"needs", 2, "task is required"},
      {"needs T-000001", 2, "say what it needs"},
      {"needs T-000001 --crews 0", 2, "--crews"},
      {"needs T-000001 --crews 9", 2, "--crews"},
      {"needs T-000001 --crews two", 2, "--crews"},
      {"needs T-000001 --material -3", 2, "--material: is a number not below 0, not '-3'"},
      {"needs T-000001 --material 1e300", 1, "NUMBER_INVALID (work_task.demand)"},
      {"needs T-000099 --crews 2", 1, "WORK_TASK_UNKNOWN"},
  });
}

TEST_F(CtlDispatch, ACrewTakesTheNamedOnesPlace) {
  desk_.blow_f2(0);
  for (const char* id : {"C1", "C2"}) desk_.room.ok(crew(id, kYard));
  ASSERT_EQ(ctl("needs T-000001 --crews 2").exit_code, 0);
  ASSERT_EQ(ctl("reassign T-000001 C1").exit_code, 0);
  ASSERT_EQ(ctl("reassign T-000001 C2").exit_code, 0);
  desk_.room.ok(crew("C3", kYard));
  EXPECT_EQ(ctl("reassign T-000001 C3 --instead-of C1").output,
            "T-000001: crew C2+C3, pinned to -\n");
  expect_refused({
      {"reassign T-000001", 2, "crew is required"},
      {"reassign T-000001 C1 --instead-of", 2, "--instead-of"},
      {"reassign T-000001 C2 --instead-of C1", 1, "CREW_WITHOUT_TASK (replaced_crew)"},
      {"reassign T-000001 C1 --instead-of nobody", 1, "CREW_WITHOUT_TASK (replaced_crew)"},
      {"reassign T-000001 nobody --instead-of C2", 1, "CREW_UNKNOWN (crew)"},
      {"reassign T-000099 C1 --instead-of C2", 1, "WORK_TASK_UNKNOWN (work_task)"},
  });
}

}  // namespace
}  // namespace gridmend::ctl_dispatch_test
