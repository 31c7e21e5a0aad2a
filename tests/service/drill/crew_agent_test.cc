// Crews with their tablets on tasks that are more than one crew's drive and work.

#include "service/drill/crew_agent.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "gridmend/v1/dispatch.grpc.pb.h"
#include "service/converters/geography_converter.h"
#include "service/converters/time_converter.h"
#include "service/drill/drill.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::crew_agent_test {
namespace {

using control_room::at_minute;
using control_room::kStart;

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |
         n4--F2--n5--T3(6)
)";
constexpr Position kYard{120, 30};

// A server, and nothing broken: what crews find there does not matter.
class Yard {
 public:
  Yard() {
    PlannerSettings planner;
    planner.iteration_limit = 200;
    planner.time_limit_s = 1e6;
    server_ = LocalServer::start(region_, kStart, PlanningPolicy::optimised, planner).value();
    client_ = std::make_unique<DrillClient>(server_->channel());
    desk_ = v1::DispatchService::NewStub(server_->channel());
  }

  void crew(const std::string& id, double capacity = 0, double load = 0) {
    v1::CreateCrewRequest request;
    request.set_request_id("make " + id);
    v1::Crew& made = *request.mutable_crew();
    made.set_id(id);
    made.set_name(id);
    *made.mutable_position() = to_proto(kYard);
    made.set_capacity(capacity);
    made.set_load(load);
    EXPECT_TRUE(client_->create_crew(request));
    agents_.emplace_back(id, VehicleClass::truck, kYard, kStart, std::nullopt);
  }
  void depot(const std::string& id, Position position) {
    v1::CreateDepotRequest request;
    request.set_request_id("make " + id);
    request.mutable_depot()->set_id(id);
    request.mutable_depot()->set_name(id);
    *request.mutable_depot()->mutable_position() = to_proto(position);
    request.mutable_depot()->mutable_loading_duration()->set_seconds(600);
    EXPECT_TRUE(client_->create_depot(request));
  }
  std::string task(Position position, std::uint32_t crews, double demand = 0,
                   const std::string& after = {}) {
    v1::CreateWorkTaskRequest request;
    v1::WorkTask& made = *request.mutable_work_task();
    made.set_kind(v1::WorkTask::INSPECT);
    *made.mutable_position() = to_proto(position);
    made.set_weight(1);
    made.set_crews_needed(crews);
    made.set_demand(demand);
    made.mutable_expected_duration()->set_seconds(1800);
    if (!after.empty()) made.add_hard_after(after);
    grpc::ClientContext context;
    v1::WorkTask answer;
    EXPECT_TRUE(desk_->CreateWorkTask(&context, request, &answer).ok());
    return answer.id();
  }
  void play(double minutes) {
    for (double minute = 1; minute <= minutes; ++minute) {
      ASSERT_TRUE(client_->advance(at_minute(minute)));
      for (CrewAgent& agent : agents_) {
        ASSERT_TRUE(
            agent.step(at_minute(minute), region_->network, *client_, roads_, truth_, 0, tally));
      }
    }
  }

  CrewTally tally;

 private:
  std::shared_ptr<const Region> region_ = control_room::drawn_region(kStreet);
  SupplyForest forest_ = SupplyForest::derive(region_->network, SwitchState{region_->network});
  Storm storm_;
  TrueStorm truth_{forest_, storm_, {}, 1};
  Water dry_;
  TrueRoads roads_{region_->roads, dry_, VehicleLimits{}};
  std::unique_ptr<LocalServer> server_;
  std::unique_ptr<DrillClient> client_;
  std::unique_ptr<v1::DispatchService::Stub> desk_;
  std::vector<CrewAgent> agents_;
};

const VisitRecord* visit_of(const CrewTally& tally, const std::string& crew,
                            const std::string& task) {
  for (const VisitRecord& visit : tally.visits) {
    if (visit.crew == crew && visit.task == task) return &visit;
  }
  return nullptr;
}

TEST(CrewAgent, TwoCrewsBeginTogetherAndEndTogether) {
  Yard yard;
  yard.crew("C1");
  yard.crew("C2");
  const std::string id = yard.task({120.05, 30}, 2);
  yard.play(90);
  const VisitRecord* first = visit_of(yard.tally, "C1", id);
  const VisitRecord* second = visit_of(yard.tally, "C2", id);
  ASSERT_TRUE(first != nullptr && second != nullptr);
  EXPECT_LE(std::chrono::abs(first->arrive - second->arrive), std::chrono::minutes{1});
  EXPECT_EQ(first->finish - first->arrive, std::chrono::minutes{30});
}

TEST(CrewAgent, AnEmptyVanGoesByTheDepot) {
  Yard yard;
  yard.depot("D1", {120.02, 30});
  yard.crew("C1", 4, 0);
  const std::string id = yard.task({120.05, 30}, 1, 3);
  yard.play(120);
  ASSERT_NE(visit_of(yard.tally, "C1", id), nullptr);
  EXPECT_EQ(yard.tally.loads, 1);
  ASSERT_EQ(yard.tally.drives.size(), 2U);
  EXPECT_GE(yard.tally.drives[1].depart - yard.tally.drives[0].arrive, std::chrono::minutes{10});
}

TEST(CrewAgent, NobodyBeginsBeforeWhatHasToBeDoneBefore) {
  Yard yard;
  yard.crew("C1");
  yard.crew("C2");
  const std::string before = yard.task({120.05, 30}, 1);
  const std::string after = yard.task({120.051, 30}, 1, 0, before);
  yard.play(150);
  const VisitRecord* late = nullptr;
  const VisitRecord* early = nullptr;
  for (const char* who : {"C1", "C2"}) {
    if (const auto* found = visit_of(yard.tally, who, after)) late = found;
    if (const auto* found = visit_of(yard.tally, who, before)) early = found;
  }
  ASSERT_TRUE(early != nullptr && late != nullptr);
  EXPECT_GE(late->arrive, early->finish);
}

TEST(CrewAgent, AVanLoadsWhileItWaitsForWhatIsDoneBefore) {
  Yard yard;
  yard.depot("D1", {120.02, 30});
  yard.crew("C1");
  yard.crew("C2", 4, 0);
  const std::string before = yard.task({120.05, 30}, 1);
  const std::string after = yard.task({120.051, 30}, 1, 3, before);
  yard.play(150);
  const VisitRecord* early = visit_of(yard.tally, "C1", before);
  const VisitRecord* late = visit_of(yard.tally, "C2", after);
  ASSERT_TRUE(early != nullptr && late != nullptr);
  EXPECT_EQ(yard.tally.loads, 1);
  EXPECT_GE(late->arrive, early->finish);
  EXPECT_LE(late->arrive - early->finish, std::chrono::minutes{3});
}

}  // namespace
}  // namespace gridmend::crew_agent_test
