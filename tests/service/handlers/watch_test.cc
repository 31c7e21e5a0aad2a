#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "gridmend/v1/dispatch.grpc.pb.h"
#include "gridmend/v1/outage.grpc.pb.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::watch_test {
namespace {

using server_desk::ServerDesk;
using Outages = v1::OutageService;

// A client that keeps the watched outages as the vocabulary says it should.
class OutageWatcher {
 public:
  explicit OutageWatcher(ServerDesk& desk, std::uint64_t resume_after = 0)
      : stub_(desk.stub<Outages>()) {
    v1::WatchOutagesRequest request;
    request.set_resume_after_revision(resume_after);
    revision = resume_after;
    stream_ = stub_->WatchOutages(&context_, request);
  }
  ~OutageWatcher() { context_.TryCancel(); }

  // Reads one message and takes it in; false at the end of the stream.
  bool read() {
    v1::WatchOutagesResponse message;
    if (!stream_->Read(&message)) return false;
    EXPECT_GE(message.revision(), revision) << "revisions do not fall";
    last = message;
    switch (message.change_case()) {
      case v1::WatchOutagesResponse::kFullState:
        for (const auto& outage : message.full_state().outages()) held[outage.id()] = outage.etag();
        break;
      case v1::WatchOutagesResponse::kDelta:
        EXPECT_GT(message.revision(), revision) << "a delta is news";
        for (const auto& outage : message.delta().changed()) held[outage.id()] = outage.etag();
        for (const auto& id : message.delta().removed()) held.erase(id);
        break;
      case v1::WatchOutagesResponse::kResync:
        held.clear();
        break;
      default:
        break;
    }
    revision = message.revision();
    return true;
  }

  bool read_until(std::uint64_t wanted) {
    while (revision < wanted || last.has_resync() ||
           (last.has_full_state() && !last.full_state().complete())) {
      if (!read()) return false;
    }
    return true;
  }

  grpc::Status finish() { return stream_->Finish(); }

  std::map<std::string, std::string> held;  // etag by id
  std::uint64_t revision = 0;
  v1::WatchOutagesResponse last;

 private:
  grpc::ClientContext context_;
  std::unique_ptr<Outages::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<v1::WatchOutagesResponse>> stream_;
};

// What a client should hold: the open outages of the newest state.
std::map<std::string, std::string> open_outages(const ServerDesk& desk) {
  std::map<std::string, std::string> open;
  const auto world = desk.room.world();
  for (const auto& [id, record] : *world->outages) {
    const OutageStatus status = record->outage.status;
    if (status != OutageStatus::closed && status != OutageStatus::withdrawn) {
      open[id] = etag_of(record->revision);
    }
  }
  return open;
}

ServerSettings quick() {
  ServerSettings settings;
  settings.watches.coalesce = std::chrono::milliseconds{5};
  settings.watches.bookmark_every = std::chrono::milliseconds{200};
  return settings;
}

TEST(Watch, BeginsWithTheFullStateAndGoesOnWithDeltas) {
  ServerDesk desk{server_desk::kStreet, quick()};
  desk.blow_f2(0);
  OutageWatcher watcher{desk};
  ASSERT_TRUE(watcher.read());
  EXPECT_TRUE(watcher.last.has_full_state());
  EXPECT_TRUE(watcher.last.full_state().complete());
  EXPECT_EQ(watcher.held, open_outages(desk));
  ASSERT_EQ(watcher.held.size(), 1U);

  v1::WithdrawOutageRequest withdraw;
  withdraw.set_id("O-000001");
  withdraw.set_request_id("w");
  withdraw.set_reason("a test");
  desk.ok<Outages>(&Outages::Stub::WithdrawOutage, withdraw);
  ASSERT_TRUE(watcher.read_until(desk.room.world()->revision));
  EXPECT_TRUE(watcher.held.empty());
}

TEST(Watch, ResumesWithoutAGapOrARepeat) {
  ServerDesk desk{server_desk::kStreet, quick()};
  desk.blow_f2(0);
  std::uint64_t revision = 0;
  std::map<std::string, std::string> held;
  {
    OutageWatcher watcher{desk};
    ASSERT_TRUE(watcher.read());
    revision = watcher.revision;
    held = watcher.held;
  }
  desk.room.at(5).ok(control_room::call("T1.1", control_room::at_minute(5)));
  desk.room.at(6).ok(control_room::call("T1.2", control_room::at_minute(6)));
  desk.room.at(7).reassess();
  OutageWatcher watcher{desk, revision};
  watcher.held = held;
  ASSERT_TRUE(watcher.read());
  EXPECT_FALSE(watcher.last.has_full_state());
  EXPECT_FALSE(watcher.last.has_resync());
  ASSERT_TRUE(watcher.read_until(desk.room.world()->revision));
  EXPECT_EQ(watcher.held, open_outages(desk));
}

TEST(Watch, AResumeWithNothingNewIsAnsweredByABookmarkAtOnce) {
  ServerDesk desk{server_desk::kStreet, quick()};
  desk.blow_f2(0);
  const std::uint64_t revision = desk.room.world()->revision;
  OutageWatcher watcher{desk, revision};
  ASSERT_TRUE(watcher.read());
  EXPECT_TRUE(watcher.last.has_bookmark());
  EXPECT_EQ(watcher.revision, revision);
}

TEST(Watch, ARevisionTheServerNeverHadStartsOverWithAReason) {
  ServerDesk desk{server_desk::kStreet, quick()};
  desk.blow_f2(0);
  v1::WatchOutagesRequest request;
  request.set_resume_after_revision(1'000'000);
  grpc::ClientContext context;
  const auto stub = desk.stub<Outages>();
  const auto stream = stub->WatchOutages(&context, request);
  v1::WatchOutagesResponse message;
  ASSERT_TRUE(stream->Read(&message));
  ASSERT_TRUE(message.has_resync());
  EXPECT_EQ(message.resync().reason(), v1::WatchResync::REVISION_UNKNOWN);
  ASSERT_TRUE(stream->Read(&message));
  ASSERT_TRUE(message.has_full_state());
  EXPECT_EQ(message.full_state().outages_size(), 1);
  EXPECT_EQ(message.revision(), desk.room.world()->revision);
  context.TryCancel();
}

TEST(Watch, ARevisionNoLongerHeldStartsOverWithAReason) {
  EngineSettings engine;
  engine.change_ring = 4;
  ServerDesk desk{server_desk::kStreet, quick(), engine};
  desk.blow_f2(0);
  for (int i = 0; i < 20; ++i) desk.room.ok(control_room::crew("C" + std::to_string(i), {120, 30}));
  OutageWatcher watcher{desk, 1};
  v1::WatchOutagesResponse first;
  ASSERT_TRUE(watcher.read());
  ASSERT_TRUE(watcher.last.has_resync());
  EXPECT_EQ(watcher.last.resync().reason(), v1::WatchResync::REVISION_COMPACTED);
  ASSERT_TRUE(watcher.read());
  EXPECT_TRUE(watcher.last.has_full_state());
  EXPECT_EQ(watcher.held, open_outages(desk));
}

TEST(Watch, AnIdleWatcherHearsOfNewRevisionsByBookmark) {
  ServerDesk desk{server_desk::kStreet, quick()};
  OutageWatcher watcher{desk};
  ASSERT_TRUE(watcher.read());
  desk.room.ok(control_room::crew("C1", {120, 30}));  // nothing about outages
  ASSERT_TRUE(watcher.read_until(desk.room.world()->revision));
  EXPECT_TRUE(watcher.last.has_bookmark());
}

// Fifty watchers come and go while the state changes; whoever stays holds exactly the state.
TEST(Watch, ManyWatchersHoldTheSameStateAfterAStorm) {
  ServerDesk desk{server_desk::kStreet, quick()};
  std::vector<std::unique_ptr<OutageWatcher>> watchers;
  std::vector<std::thread> readers;
  std::atomic<std::uint64_t> last_revision{0};
  for (int i = 0; i < 50; ++i) watchers.push_back(std::make_unique<OutageWatcher>(desk));
  std::atomic<int> caught_up{0};
  for (auto& watcher : watchers) {
    readers.emplace_back([&, reader = watcher.get()] {
      while (last_revision == 0 || reader->revision < last_revision) {
        if (!reader->read()) return;
      }
      ++caught_up;
    });
  }
  for (int minute = 0; minute < 40; minute += 2) {
    if (minute % 8 == 0) desk.blow_f2(minute);
    desk.room.at(minute + 1)
        .ok(control_room::call(minute % 4 == 0 ? "T1.1" : "T2.3",
                               control_room::at_minute(minute + 1)));
    desk.room.reassess();
    { const OutageWatcher passer_by{desk}; }
  }
  last_revision = desk.room.world()->revision;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(caught_up, 50);
  for (const auto& watcher : watchers) EXPECT_EQ(watcher->held, open_outages(desk));
}

TEST(Watch, OfThePlanShowsCrewsTasksAndTours) {
  ServerDesk desk{server_desk::kStreet, quick()};
  desk.room.ok(control_room::crew("C1", {120, 30}));
  const auto stub = desk.stub<v1::DispatchService>();
  grpc::ClientContext context;
  const auto stream = stub->WatchPlan(&context, v1::WatchPlanRequest{});
  std::set<std::string> crews;
  std::set<std::string> tasks;
  bool complete = false;
  v1::WatchPlanResponse message;
  while (!complete) {
    ASSERT_TRUE(stream->Read(&message));
    ASSERT_TRUE(message.has_full_state());
    for (const auto& crew : message.full_state().crews()) crews.insert(crew.id());
    for (const auto& task : message.full_state().work_tasks()) tasks.insert(task.id());
    complete = message.full_state().complete();
  }
  EXPECT_THAT(crews, ::testing::ElementsAre("C1"));
  EXPECT_TRUE(tasks.empty());
  desk.blow_f2(0);
  desk.room.plan();
  bool planned = false;
  while (!planned && stream->Read(&message)) {
    for (const auto& task : message.delta().work_tasks()) tasks.insert(task.id());
    planned = message.delta().has_plan() && message.delta().plan().tours_size() > 0;
  }
  EXPECT_TRUE(planned);
  EXPECT_EQ(tasks.size(), 1U);
  context.TryCancel();
}

TEST(Watch, OfThePlanTellsOfDepots) {
  ServerDesk desk{server_desk::kStreet, quick()};
  v1::CreateDepotRequest create;
  create.mutable_depot()->set_id("D1");
  create.mutable_depot()->set_name("first");
  create.mutable_depot()->mutable_position()->set_latitude_deg(30);
  create.mutable_depot()->set_stock(4);
  desk.ok<v1::DispatchService>(&v1::DispatchService::Stub::CreateDepot, create);
  const auto stub = desk.stub<v1::DispatchService>();
  grpc::ClientContext context;
  const auto stream = stub->WatchPlan(&context, v1::WatchPlanRequest{});
  v1::WatchPlanResponse message;
  ASSERT_TRUE(stream->Read(&message));
  ASSERT_EQ(message.full_state().depots_size(), 1);
  EXPECT_EQ(message.full_state().depots(0).stock(), 4);
  v1::UpdateDepotRequest update;
  update.mutable_depot()->set_id("D1");
  update.mutable_depot()->set_stock(9);
  update.mutable_update_mask()->add_paths("stock");
  desk.ok<v1::DispatchService>(&v1::DispatchService::Stub::UpdateDepot, update);
  do {
    ASSERT_TRUE(stream->Read(&message));
  } while (!message.has_delta());
  ASSERT_EQ(message.delta().depots_size(), 1);
  EXPECT_EQ(message.delta().depots(0).stock(), 9);
  v1::DeleteDepotRequest gone;
  gone.set_id("D1");
  desk.ok<v1::DispatchService>(&v1::DispatchService::Stub::DeleteDepot, gone);
  do {
    ASSERT_TRUE(stream->Read(&message));
  } while (!message.has_delta());
  EXPECT_EQ(message.delta().depots_size(), 0);
  ASSERT_EQ(message.delta().removed_depots_size(), 1);
  EXPECT_EQ(message.delta().removed_depots(0), "D1");
  context.TryCancel();
}

TEST(Watch, ADrainEndsStreamsWithUnavailableAndRefusesNewOnes) {
  ServerDesk desk{server_desk::kStreet, quick()};
  desk.blow_f2(0);
  OutageWatcher watcher{desk};
  ASSERT_TRUE(watcher.read());
  std::thread drain{[&] { desk.server->drain(); }};
  while (watcher.read()) EXPECT_TRUE(watcher.last.has_bookmark());
  const grpc::Status status = watcher.finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(server_desk::reason_of(status), "SHUTTING_DOWN");
  drain.join();
}

TEST(Watch, AFilterNobodyUnderstandsIsRefusedByField) {
  ServerDesk desk;
  const auto stub = desk.stub<Outages>();
  grpc::ClientContext context;
  v1::WatchOutagesRequest request;
  request.mutable_filter()->set_feeder("nowhere");
  const auto stream = stub->WatchOutages(&context, request);
  v1::WatchOutagesResponse message;
  EXPECT_FALSE(stream->Read(&message));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(server_desk::field_of(status), "filter.feeder");
}

}  // namespace
}  // namespace gridmend::watch_test
