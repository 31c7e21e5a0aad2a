#include "service/converters/work_converter.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "service/converters/time_converter.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::work_converter_test {
namespace {

v1::Crew sound_crew() {
  v1::Crew crew;
  crew.set_id("crew-7");
  crew.set_name("抢修一班");
  crew.mutable_position()->set_longitude_deg(120);
  crew.mutable_position()->set_latitude_deg(30);
  crew.add_skills(v1::Crew::LINE);
  crew.add_skills(v1::Crew::BOAT);
  crew.set_vehicle_class(v1::Vehicle::BOAT);
  *crew.mutable_shift_start() = to_proto(Time{std::chrono::hours{1000}});
  *crew.mutable_shift_end() = to_proto(Time{std::chrono::hours{1012}});
  crew.set_capacity(3);
  crew.set_load(1.5);
  crew.set_home_depot("depot-1");
  crew.set_status(v1::Crew::AWAITING_ASSIGNMENT);
  *crew.mutable_rest_length() = to_proto(Duration{std::chrono::minutes{30}});
  *crew.mutable_rest_earliest() = to_proto(Time{std::chrono::hours{1004}});
  *crew.mutable_rest_latest() = to_proto(Time{std::chrono::hours{1007}});
  return crew;
}

v1::WorkTask sound_task() {
  v1::WorkTask task;
  task.set_id("T-1");
  task.set_kind(v1::WorkTask::REPAIR);
  task.set_device("F1");
  task.set_weight(12.5);
  *task.mutable_expected_duration() = to_proto(Duration{std::chrono::minutes{40}});
  task.add_after("T-0");
  task.add_hard_after("T-9");
  task.add_skills(v1::Crew::CABLE);
  *task.mutable_due_time() = to_proto(Time{std::chrono::hours{1003}});
  task.set_late_weight(80);
  return task;
}

const NetworkModel& network() {
  static const NetworkModel model = drawing::draw("S==B1--n1--F1--T1(3)");
  return model;
}

TEST(WorkConverter, ACrewComesBack) {
  const v1::Crew message = sound_crew();
  const auto crew = to_domain(message, "crew");
  ASSERT_TRUE(crew) << crew.error().message;
  EXPECT_TRUE(crew->skills.has(Skill::line));
  EXPECT_TRUE(crew->skills.has(Skill::boat));
  EXPECT_FALSE(crew->skills.has(Skill::cable));
  EXPECT_EQ(crew->vehicle_class, VehicleClass::boat);
  EXPECT_EQ(to_proto(*crew).SerializeAsString(), message.SerializeAsString());
}

TEST(WorkConverter, WhatTheServerSetsIsIgnoredFromOutside) {
  v1::Crew message = sound_crew();
  message.set_current_task("T-5");
  message.set_etag("9");
  const auto crew = to_domain(message);
  ASSERT_TRUE(crew);
  EXPECT_TRUE(crew->current_task.empty());
  v1::WorkTask task_message = sound_task();
  task_message.set_status(v1::WorkTask::COMPLETED);
  task_message.set_crew("crew-7");
  task_message.set_pinned_to("crew-7");
  task_message.add_vetoed_crews("crew-8");
  const auto task = to_domain(task_message, network());
  ASSERT_TRUE(task);
  EXPECT_EQ(task->status, WorkStatus::waiting);
  EXPECT_TRUE(task->crews.empty());
  EXPECT_TRUE(task->pinned_to.empty());
  EXPECT_TRUE(task->vetoed_crews.empty());
}

TEST(WorkConverter, ATaskTakesThePositionOfItsDevice) {
  const auto task = to_domain(sound_task(), network(), "work_task");
  ASSERT_TRUE(task) << task.error().message;
  const auto device = drawing::device(network(), "F1");
  EXPECT_EQ(task->device, device);
  EXPECT_EQ(task->position, network().devices()[device].position);
  EXPECT_EQ(task->crews_needed, 1);
  const v1::WorkTask back = to_proto(*task, network());
  EXPECT_EQ(back.device(), "F1");
  EXPECT_EQ(back.after(0), "T-0");
  EXPECT_EQ(back.hard_after(0), "T-9");
  EXPECT_EQ(back.weight(), 12.5);
  EXPECT_EQ(back.late_weight(), 80);
  EXPECT_EQ(back.due_time().seconds(), sound_task().due_time().seconds());
  EXPECT_EQ(back.expected_duration().seconds(), 2400);
}

template <class Message>
struct Refusal {
  std::string field;
  std::string reason;
  std::function<void(Message&)> spoil;
};

TEST(WorkConverter, CrewRefusalsNameTheField) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Refusal<v1::Crew>> refusals = {
      {"id", "ID_MISSING", [](v1::Crew& crew) { crew.clear_id(); }},
      {"id", "ID_INVALID", [](v1::Crew& crew) { crew.set_id("two words"); }},
      {"id", "ID_INVALID", [](v1::Crew& crew) { crew.set_id(std::string(65, 'x')); }},
      {"name", "TEXT_TOO_LONG", [](v1::Crew& crew) { crew.set_name(std::string(300, 'x')); }},
      {"position", "POSITION_INVALID",
       [nan](v1::Crew& crew) { crew.mutable_position()->set_longitude_deg(nan); }},
      {"shift_end", "SHIFT_INVALID",
       [](v1::Crew& crew) { *crew.mutable_shift_end() = crew.shift_start(); }},
      {"skills[2]", "VALUE_UNKNOWN",
       [](v1::Crew& crew) { crew.add_skills(static_cast<v1::Crew::Skill>(77)); }},
      {"vehicle_class", "VALUE_UNKNOWN",
       [](v1::Crew& crew) { crew.set_vehicle_class(static_cast<v1::Vehicle::Class>(77)); }},
      {"status", "VALUE_UNKNOWN",
       [](v1::Crew& crew) { crew.set_status(static_cast<v1::Crew::Status>(77)); }},
      {"capacity", "NUMBER_INVALID", [](v1::Crew& crew) { crew.set_capacity(-1); }},
      {"load", "NUMBER_INVALID", [](v1::Crew& crew) { crew.set_load(-1); }},
      {"load", "NUMBER_INVALID", [](v1::Crew& crew) { crew.set_load(3.5); }},
      {"load", "NUMBER_INVALID", [nan](v1::Crew& crew) { crew.set_load(nan); }},
      {"capacity", "NUMBER_INVALID", [nan](v1::Crew& crew) { crew.set_capacity(nan); }},
      {"rest_length", "DURATION_INVALID",
       [](v1::Crew& crew) { crew.mutable_rest_length()->set_seconds(-1); }},
      {"rest_latest", "WINDOW_INVALID",
       [](v1::Crew& crew) { crew.mutable_rest_latest()->set_seconds(1); }},
  };
  for (const auto& refusal : refusals) {
    v1::Crew crew = sound_crew();
    refusal.spoil(crew);
    const auto refused = to_domain(crew, "crew");
    ASSERT_FALSE(refused) << refusal.field;
    EXPECT_EQ(refused.error().field, "crew." + refusal.field);
    EXPECT_EQ(refused.error().reason, refusal.reason) << refusal.field;
  }
}

v1::Depot sound_depot() {
  v1::Depot depot;
  depot.set_id("depot-1");
  depot.set_name("东城仓库");
  depot.mutable_position()->set_longitude_deg(120);
  depot.mutable_position()->set_latitude_deg(30);
  depot.set_stock(12);
  *depot.mutable_loading_duration() = to_proto(Duration{std::chrono::minutes{15}});
  return depot;
}

TEST(WorkConverter, ADepotComesBack) {
  v1::Depot message = sound_depot();
  const auto depot = to_domain(message, "depot");
  ASSERT_TRUE(depot) << depot.error().message;
  EXPECT_EQ(to_proto(*depot).SerializeAsString(), message.SerializeAsString());
  message.clear_stock();
  const auto any = to_domain(message, "depot");
  ASSERT_TRUE(any);
  EXPECT_TRUE(any->has_material());
  EXPECT_FALSE(to_proto(*any).has_stock());
}

TEST(WorkConverter, DepotRefusalsNameTheField) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Refusal<v1::Depot>> refusals = {
      {"id", "ID_MISSING", [](v1::Depot& depot) { depot.clear_id(); }},
      {"id", "ID_INVALID", [](v1::Depot& depot) { depot.set_id("two words"); }},
      {"name", "TEXT_TOO_LONG", [](v1::Depot& depot) { depot.set_name(std::string(300, 'x')); }},
      {"position", "POSITION_INVALID",
       [](v1::Depot& depot) { depot.mutable_position()->set_latitude_deg(91); }},
      {"stock", "NUMBER_INVALID", [](v1::Depot& depot) { depot.set_stock(-1); }},
      {"stock", "NUMBER_INVALID", [nan](v1::Depot& depot) { depot.set_stock(nan); }},
      {"loading_duration", "DURATION_INVALID",
       [](v1::Depot& depot) { depot.mutable_loading_duration()->set_seconds(-1); }},
      {"loading_duration", "DURATION_INVALID",
       [](v1::Depot& depot) { depot.mutable_loading_duration()->set_seconds(90'000); }},
  };
  for (const auto& refusal : refusals) {
    v1::Depot depot = sound_depot();
    refusal.spoil(depot);
    const auto refused = to_domain(depot, "depot");
    ASSERT_FALSE(refused) << refusal.field;
    EXPECT_EQ(refused.error().field, "depot." + refusal.field);
    EXPECT_EQ(refused.error().reason, refusal.reason) << refusal.field;
  }
}

TEST(WorkConverter, TaskRefusalsNameTheField) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<Refusal<v1::WorkTask>> refusals = {
      {"kind", "VALUE_UNKNOWN", [](v1::WorkTask& task) { task.clear_kind(); }},
      {"device", "PLACE_MISSING", [](v1::WorkTask& task) { task.clear_device(); }},
      {"device", "DEVICE_UNKNOWN", [](v1::WorkTask& task) { task.set_device("F99"); }},
      {"weight", "NUMBER_INVALID", [infinity](v1::WorkTask& task) { task.set_weight(infinity); }},
      {"weight", "NUMBER_INVALID", [](v1::WorkTask& task) { task.set_weight(1e300); }},
      {"late_weight", "NUMBER_INVALID", [](v1::WorkTask& task) { task.set_late_weight(-1); }},
      {"demand", "NUMBER_INVALID", [](v1::WorkTask& task) { task.set_demand(-2); }},
      {"crews_needed", "TOO_MANY", [](v1::WorkTask& task) { task.set_crews_needed(9); }},
      {"after[1]", "PRECEDENCE_CYCLE", [](v1::WorkTask& task) { task.add_after("T-1"); }},
      {"hard_after[1]", "ID_MISSING", [](v1::WorkTask& task) { task.add_hard_after(""); }},
      {"after", "TOO_MANY",
       [](v1::WorkTask& task) {
         for (int i = 0; i < 200; ++i) task.add_after("X" + std::to_string(i));
       }},
      {"expected_duration", "DURATION_INVALID",
       [](v1::WorkTask& task) { task.mutable_expected_duration()->set_seconds(-5); }},
      {"deadline", "WINDOW_INVALID",
       [](v1::WorkTask& task) {
         task.mutable_earliest_time()->set_seconds(2000);
         task.mutable_deadline()->set_seconds(1000);
       }},
  };
  for (const auto& refusal : refusals) {
    v1::WorkTask task = sound_task();
    refusal.spoil(task);
    const auto refused = to_domain(task, network(), "work_task");
    ASSERT_FALSE(refused) << refusal.field;
    EXPECT_EQ(refused.error().field, "work_task." + refusal.field);
    EXPECT_EQ(refused.error().reason, refusal.reason) << refusal.field;
  }
}

}  // namespace
}  // namespace gridmend::work_converter_test
