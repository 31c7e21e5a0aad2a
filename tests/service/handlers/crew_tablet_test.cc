#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gridmend/v1/crew.grpc.pb.h"
#include "gridmend/v1/dispatch.grpc.pb.h"
#include "gridmend/v1/evidence.grpc.pb.h"
#include "gridmend/v1/outage.grpc.pb.h"
#include "service/converters/time_converter.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::crew_tablet_test {
namespace {

using server_desk::ServerDesk;
using Dispatch = v1::DispatchService;
using Tablet = v1::CrewService;

v1::CreateCrewRequest new_crew(const std::string& id) {
  v1::CreateCrewRequest request;
  request.set_request_id("make-" + id);
  v1::Crew& crew = *request.mutable_crew();
  crew.set_id(id);
  crew.set_name("crew " + id);
  crew.mutable_position()->set_longitude_deg(120);
  crew.mutable_position()->set_latitude_deg(30);
  crew.add_skills(v1::Crew::LINE);
  crew.add_skills(v1::Crew::CABLE);
  return request;
}

// What a tablet keeps between calls.
class TabletOf {
 public:
  TabletOf(ServerDesk& desk, std::string crew) : desk_(desk), crew_(std::move(crew)) {}

  v1::OperationResult does(v1::TabletOperation operation) {
    if (operation.request_id().empty()) {
      operation.set_request_id(crew_ + "-" + std::to_string(++operations_));
    }
    v1::SyncRequest request;
    request.set_crew(crew_);
    request.set_device_id("tablet-" + crew_);
    request.set_resume_after_revision(revision);
    *request.add_operations() = std::move(operation);
    answer = desk_.ok<Tablet>(&Tablet::Stub::Sync, request);
    revision = answer.revision();
    EXPECT_EQ(answer.results_size(), 1);
    return answer.results_size() == 1 ? answer.results(0) : v1::OperationResult{};
  }

  void must(v1::TabletOperation operation) {
    const auto result = does(std::move(operation));
    EXPECT_EQ(result.status().code(), 0) << result.status().message();
  }

  v1::SyncResponse answer;
  std::uint64_t revision = 0;

 private:
  ServerDesk& desk_;
  const std::string crew_;
  int operations_ = 0;
};

v1::TabletOperation with_id(v1::TabletOperation operation, const std::string& id) {
  operation.set_request_id(id);
  return operation;
}

class CrewTablet : public ::testing::Test {
 protected:
  // A crew that signed on, and an outage whose repair is in its tour.
  void hand_out_work() {
    desk.ok<Dispatch>(&Dispatch::Stub::CreateCrew, new_crew("C1"));
    tablet.must(control_room::sign_on());
    desk.blow_f2(0);
    const auto plan = desk.ok<Dispatch>(&Dispatch::Stub::Replan, v1::ReplanRequest{});
    ASSERT_EQ(plan.tours_size(), 1);
    ASSERT_EQ(plan.tours(0).stops_size(), 1);
    task = plan.tours(0).stops(0).work_task();
  }

  ServerDesk desk;
  TabletOf tablet{desk, "C1"};
  std::string task;
};

TEST_F(CrewTablet, WorksThroughAnAssignmentUntilTheLightIsBack) {
  hand_out_work();
  grpc::ClientContext context;
  v1::WatchAssignmentsRequest watch;
  watch.set_crew("C1");
  const auto stream = desk.stub<Tablet>()->WatchAssignments(&context, watch);
  v1::WatchAssignmentsResponse seen;
  ASSERT_TRUE(stream->Read(&seen));
  ASSERT_TRUE(seen.has_full_state()) << seen.ShortDebugString();
  EXPECT_TRUE(seen.full_state().complete());
  ASSERT_EQ(seen.full_state().assignments_size(), 1);
  const v1::Assignment& assignment = seen.full_state().assignments(0);
  EXPECT_EQ(assignment.work_task().id(), task);
  EXPECT_EQ(assignment.work_task().device(), "F2");
  EXPECT_EQ(assignment.customers_affected(), 12U);
  EXPECT_FALSE(assignment.outage_explanation_en().empty());
  EXPECT_FALSE(assignment.outage_explanation_zh().empty());
  EXPECT_GT(assignment.planned().completion_time().seconds(), 0);

  // Every step comes back on the watch, in order and under growing revisions.
  std::uint64_t revision = seen.revision();
  const auto next_status = [&] {
    v1::WatchAssignmentsResponse message;
    EXPECT_TRUE(stream->Read(&message));
    EXPECT_GT(message.revision(), revision);
    revision = message.revision();
    for (const auto& changed : message.delta().changed()) {
      if (changed.work_task().id() == task) return changed.work_task().status();
    }
    EXPECT_THAT(message.delta().removed(), ::testing::Contains(task));
    return v1::WorkTask::COMPLETED;
  };
  desk.room.at(2);
  tablet.must(control_room::acknowledge(task));
  EXPECT_EQ(next_status(), v1::WorkTask::ACKNOWLEDGED);
  desk.room.at(3);
  tablet.must(control_room::set_out(task));
  EXPECT_EQ(next_status(), v1::WorkTask::EN_ROUTE);
  desk.room.at(10);
  tablet.must(control_room::arrive(task));
  EXPECT_EQ(next_status(), v1::WorkTask::ARRIVED);
  desk.room.at(50);
  tablet.must(control_room::complete(task, v1::FieldReport::RESTORED));
  EXPECT_EQ(next_status(), v1::WorkTask::COMPLETED);
  context.TryCancel();

  EXPECT_TRUE(tablet.answer.assignments().changed().empty());
  EXPECT_THAT(tablet.answer.assignments().removed(), ::testing::Contains(task));
  std::vector<std::string> meters;
  for (const char* transformer : {"T3.", "T4."}) {
    for (int i = 1; i <= 6; ++i) meters.push_back(transformer + std::to_string(i));
  }
  desk.room.ok(control_room::power_ups(meters, control_room::at_minute(51)));
  desk.room.at(52).reassess();
  desk.room.at(90).reassess();
  v1::GetOutageRequest get;
  get.set_id("O-000001");
  const auto outage = desk.ok<v1::OutageService>(&v1::OutageService::Stub::GetOutage, get);
  EXPECT_TRUE(outage.status() == v1::Outage::RESTORED || outage.status() == v1::Outage::CLOSED)
      << outage.ShortDebugString();
  EXPECT_TRUE(outage.has_restore_time());
}

TEST_F(CrewTablet, TheSameOperationTwiceIsAnsweredAsTheFirstTime) {
  hand_out_work();
  const auto once = tablet.does(with_id(control_room::acknowledge(task), "op-7"));
  EXPECT_EQ(once.status().code(), 0);
  EXPECT_FALSE(once.repeated_answer());
  const std::uint64_t revision = desk.room.world()->revision;
  const auto twice = tablet.does(with_id(control_room::acknowledge(task), "op-7"));
  EXPECT_EQ(twice.status().code(), 0);
  EXPECT_TRUE(twice.repeated_answer());
  EXPECT_EQ(twice.work_task().id(), task);
  EXPECT_EQ(desk.room.world()->revision, revision);
}

TEST_F(CrewTablet, AnOperationsIdIsNotForAnotherOperation) {
  hand_out_work();
  tablet.must(with_id(control_room::acknowledge(task), "op-7"));
  const auto other = tablet.does(with_id(control_room::set_out(task), "op-7"));
  EXPECT_EQ(other.status().code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(other.work_task().status(), v1::WorkTask::ACKNOWLEDGED);
}

TEST_F(CrewTablet, AStaleAssignmentIsAbortedWithThePresentState) {
  hand_out_work();
  desk.ok<Dispatch>(&Dispatch::Stub::CreateCrew, new_crew("C2"));
  TabletOf{desk, "C2"}.must(control_room::sign_on());
  v1::ReassignTaskRequest reassign;
  reassign.set_request_id("r1");
  reassign.set_work_task(task);
  reassign.set_crew("C2");
  const auto changed = desk.ok<Dispatch>(&Dispatch::Stub::ReassignTask, reassign);
  EXPECT_EQ(changed.crew(), "C2");
  const auto stale = tablet.does(control_room::set_out(task));
  EXPECT_EQ(stale.status().code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(stale.work_task().crew(), "C2");
  EXPECT_EQ(stale.rule(), "not_yours");
  EXPECT_THAT(tablet.answer.assignments().removed(), ::testing::Contains(task));
}

TEST_F(CrewTablet, ARefusedOperationDoesNotHoldUpThoseAfterIt) {
  hand_out_work();
  v1::SyncRequest request;
  request.set_crew("C1");
  *request.add_operations() = with_id(control_room::arrive("T-999999"), "a");
  request.add_operations()->set_request_id("b");  // says nothing
  *request.add_operations() = with_id(control_room::acknowledge(task), "c");
  request.add_operations();  // not even an id
  *request.add_operations() = with_id(control_room::set_out(task), "d");
  const auto answer = desk.ok<Tablet>(&Tablet::Stub::Sync, request);
  ASSERT_EQ(answer.results_size(), 5);
  EXPECT_EQ(answer.results(0).status().code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(answer.results(1).status().code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(answer.results(2).status().code(), 0);
  EXPECT_EQ(answer.results(3).status().code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(answer.results(4).status().code(), 0);
  EXPECT_EQ(answer.results(4).work_task().status(), v1::WorkTask::EN_ROUTE);
  EXPECT_TRUE(answer.assignments().full());
  ASSERT_EQ(answer.assignments().changed_size(), 1);
}

TEST_F(CrewTablet, ASyncThatBringsNothingNewAnswersNothing) {
  hand_out_work();
  tablet.must(control_room::acknowledge(task));
  v1::SyncRequest request;
  request.set_crew("C1");
  request.set_resume_after_revision(tablet.revision);
  const auto answer = desk.ok<Tablet>(&Tablet::Stub::Sync, request);
  EXPECT_FALSE(answer.assignments().full());
  EXPECT_TRUE(answer.assignments().changed().empty());
  EXPECT_TRUE(answer.assignments().removed().empty());
  EXPECT_EQ(answer.revision(), tablet.revision);
  // A revision this server never had: everything is sent.
  request.set_resume_after_revision(1'000'000);
  EXPECT_TRUE(desk.ok<Tablet>(&Tablet::Stub::Sync, request).assignments().full());
}

TEST_F(CrewTablet, ReportsItsPosition) {
  hand_out_work();
  v1::ReportPositionRequest report;
  report.set_crew("C1");
  report.set_request_id("p1");
  report.mutable_position()->mutable_position()->set_longitude_deg(120.001);
  report.mutable_position()->mutable_position()->set_latitude_deg(30.002);
  desk.ok<Tablet>(&Tablet::Stub::ReportPosition, report);
  v1::GetCrewRequest get;
  get.set_id("C1");
  const auto crew = desk.ok<Dispatch>(&Dispatch::Stub::GetCrew, get);
  EXPECT_DOUBLE_EQ(crew.position().longitude_deg(), 120.001);
  report.set_crew("C9");
  report.set_request_id("p2");
  EXPECT_EQ(desk.refused<Tablet>(&Tablet::Stub::ReportPosition, report).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace gridmend::crew_tablet_test
