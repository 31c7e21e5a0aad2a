#include "service/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "service/engine/prepared_command.h"
#include "service/engine/reports.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::engine_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary

constexpr std::string_view kLane = "S==B1--n1--F1--n2--T1(5)";
constexpr Position kDepot{120, 30};

// A memory store whose disk can be full, and that can hold a batch until it is let go.
class MoodyStore final : public Store {
 public:
  Result<void> append(std::span<const JournalRecord> records) override {
    ++appends;
    if (full) return refuse(ErrorCode::resource_exhausted, "DISK_FULL", "the disk is full");
    return store_.append(records);
  }
  std::uint64_t last_sequence() const override { return store_.last_sequence(); }
  Result<void> read(std::uint64_t from, const Take& take) const override {
    return store_.read(from, take);
  }
  std::string region_id() const override { return store_.region_id(); }
  Result<void> bind_region(std::string_view id) override { return store_.bind_region(id); }
  bool has_room() const override { return room; }

  std::atomic<bool> full{false};
  std::atomic<bool> room{true};
  std::atomic<int> appends{0};

 private:
  MemoryStore store_;
};

TEST(Idempotency, AKeyCountsOnceWhateverBatchItComesIn) {
  ControlRoom room{kLane};
  const Command batch = gasps({"T1.1", "T1.2"}, at_minute(0));
  EXPECT_EQ(room.ok(batch).evidence_accepted, 2U);
  const std::uint64_t revision = room.world()->revision;
  const StateHash before = room.engine->state_hash();
  const Answer again = room.ok(batch);
  EXPECT_EQ(again.evidence_accepted, 0U);
  EXPECT_EQ(again.evidence_duplicates, 2U);
  EXPECT_EQ(again.revision, revision);
  EXPECT_EQ(room.engine->state_hash().hash, before.hash) << "nothing new is not journaled";
  const Answer mixed = room.ok(gasps({"T1.2", "T1.3", "T1.3"}, at_minute(0)));
  EXPECT_EQ(mixed.evidence_accepted, 1U);
  EXPECT_EQ(mixed.evidence_duplicates, 2U);
  room.restart();
  EXPECT_EQ(room.ok(batch).evidence_duplicates, 2U) << "and so after a restart";
  EXPECT_EQ(room.engine->metrics().evidence_duplicates, 2U);
}

TEST(Idempotency, ARequestIsAnsweredAgainAndNotDoneAgain) {
  ControlRoom room{kLane};
  const Answer first = room.ok(crew("C1", kDepot, "r1"));
  EXPECT_FALSE(first.repeated);
  for (int i = 0; i < 2; ++i) {
    const Answer again = room.ok(crew("C1", kDepot, "r1"));
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.revision, first.revision);
    EXPECT_EQ(again.id, "C1");
    room.restart();
  }
  EXPECT_EQ(room.refused(crew("C2", kDepot, "r1")).code, ErrorCode::already_exists);
  EXPECT_EQ(room.refused(crew("C1", kDepot, "r2")).reason, "CREW_EXISTS");
  EXPECT_EQ(room.world()->crews->size(), 1U);
}

TEST(Idempotency, ARefusedRequestMayBeMadeAgain) {
  ControlRoom room{kLane};
  const Command early = tablet("C1", sign_on(), "r1");
  EXPECT_EQ(room.refused(early).reason, "CREW_UNKNOWN");
  room.ok(crew("C1", kDepot));
  EXPECT_FALSE(room.ok(early).repeated);
}

TEST(Evidence, SoundItemsAreTakenAndTheOthersNamed) {
  ControlRoom room{kLane};
  Command batch = gasps({"T1.1", "nobody", "T1.2"}, at_minute(0));
  batch.mutable_submit_evidence()->mutable_evidence(2)->clear_event_time();
  const Answer answer = room.ok(batch);
  EXPECT_EQ(answer.evidence_accepted, 1U);
  ASSERT_EQ(answer.refused.size(), 2U);
  EXPECT_EQ(answer.refused[0].index, 1U);
  EXPECT_EQ(answer.refused[0].error.reason, "USAGE_POINT_UNKNOWN");
  EXPECT_EQ(answer.refused[1].error.field, "evidence[2].event_time");
  EXPECT_EQ(room.world()->counters.evidence_unknown_reference, 1U);
  EXPECT_EQ(room.world()->counters.evidence_invalid, 1U);
  const EvidenceLedger& ledger = room.world()->evidence;
  ASSERT_EQ(ledger.size(), 1U);
  EXPECT_EQ(ledger.item(0).last_gasp().usage_point(), "T1.1");
  EXPECT_EQ(ledger.item(0).receive_time().seconds(), kStart.time_since_epoch().count() / 1'000'000);
  EXPECT_EQ(ledger.revision_of(0), answer.revision);
}

TEST(Engine, RefusesWhatNoStateCouldAccept) {
  ControlRoom room{kLane};
  EXPECT_EQ(room.refused(Command{}).reason, "ACT_MISSING");
  Command command = crew("C1", kDepot);
  command.set_request_id(std::string(65, 'x'));
  EXPECT_EQ(room.refused(command).code, ErrorCode::invalid_argument);
  EXPECT_EQ(room.engine->metrics().commands_refused, 2U);
  EXPECT_TRUE(room.journal->records.empty());
}

TEST(Engine, RefusesAJournalOfAnotherRegion) {
  ControlRoom room{kLane};
  const auto other = drawn_region("S==B1--n1--F9--n2--T1(5)");
  const auto opened = Engine::open(other, std::make_unique<MemoryStore>(room.journal), room.clock);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "STORE_OF_ANOTHER_REGION");
  EXPECT_THAT(opened.error().message, testing::HasSubstr(to_hex(room.region->id)));
}

TEST(Engine, RefusesARecordItCannotReadByItsSequence) {
  ControlRoom room{kLane};
  room.ok(crew("C1", kDepot));
  room.ok(crew("C2", kDepot));
  room.ok(crew("C3", kDepot));
  const auto open = [&] {
    return Engine::open(room.region, std::make_unique<MemoryStore>(room.journal), room.clock);
  };
  const MemoryStore::Contents sound = *room.journal;
  const auto expect = [&](const char* reason) {
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().reason, reason);
    EXPECT_EQ(opened.error().place.feature_id, "2");
    *room.journal = sound;
  };
  room.journal->records[1].schema_version = kSchemaVersion + 1;
  expect("JOURNAL_TOO_NEW");
  room.journal->records[1].payload = "\xff\xff\xff";
  expect("JOURNAL_DAMAGED");
  room.journal->records[1].payload = room.journal->records[0].payload;
  expect("JOURNAL_DIVERGES");
  EXPECT_TRUE(open());
}

TEST(Engine, GoesOnReadingOnAFullDiskAndWritesAgainWhenThereIsRoom) {
  const auto region = drawn_region(kLane);
  auto owned = std::make_unique<MoodyStore>();
  MoodyStore& store = *owned;
  const auto clock = std::make_shared<ManualClock>(kStart);
  auto opened = Engine::open(region, std::move(owned), clock);
  ASSERT_TRUE(opened);
  Engine& engine = **opened;
  ASSERT_TRUE(engine.execute(crew("C1", kDepot)));
  ASSERT_TRUE(engine.execute(gasps({"T1.1"}, at_minute(0))));
  const StateHash before = engine.state_hash();

  store.full = true;
  for (const Command& command : {crew("C2", kDepot, "r2"), gasps({"T1.2"}, at_minute(0))}) {
    const auto refused = engine.execute(command);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::resource_exhausted);
  }
  EXPECT_TRUE(engine.metrics().disk_full);
  EXPECT_EQ(engine.state_hash().hash, before.hash) << "the batch was taken back whole";
  EXPECT_EQ(engine.world()->crews->size(), 1U);
  EXPECT_EQ(engine.world()->evidence.size(), 1U);
  EXPECT_FALSE(engine.reassess_now());

  store.room = false;
  const int appends = store.appends;
  EXPECT_FALSE(engine.execute(crew("C2", kDepot)));
  EXPECT_EQ(store.appends, appends) << "a disk without room is not tried again and again";

  store.room = true;
  store.full = false;
  EXPECT_TRUE(engine.execute(crew("C2", kDepot, "r2")));
  EXPECT_EQ(engine.execute(gasps({"T1.2"}, at_minute(0)))->evidence_accepted, 1U)
      << "a key whose item was taken back is new";
  EXPECT_FALSE(engine.metrics().disk_full);
  EXPECT_EQ(engine.world()->revision, before.revision + 2);
}

TEST(Engine, RefusesMoreThanItsQueueHolds) {
  EngineSettings settings;
  settings.queue_commands = 3;
  ControlRoom room{kLane, settings};
  std::mutex gate;
  std::unique_lock held(gate);
  std::promise<void> inside;
  room.engine->submit(crew("C0", kDepot), [&](const Result<Answer>&) {
    inside.set_value();
    const std::lock_guard wait(gate);  // the writer stands here
  });
  inside.get_future().wait();
  std::vector<std::future<Result<Answer>>> answers;
  for (int i = 1; i <= 5; ++i)
    answers.push_back(room.engine->submit(crew("C" + std::to_string(i), kDepot)));
  held.unlock();
  int refused = 0;
  for (auto& answer : answers) {
    const auto got = answer.get();
    if (!got) {
      EXPECT_EQ(got.error().reason, "QUEUE_FULL");
      ++refused;
    }
  }
  EXPECT_EQ(refused, 2);
}

TEST(Engine, AnswersEverythingQueuedBeforeItGoes) {
  ControlRoom room{kLane};
  std::vector<std::future<Result<Answer>>> answers;
  for (int i = 0; i < 500; ++i)
    answers.push_back(room.engine->submit(crew("C" + std::to_string(i), kDepot)));
  room.engine.reset();
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_EQ(room.journal->records.size(), 500U);
}

TEST(Engine, GroupsWhatWaitsIntoOneBatch) {
  ControlRoom room{kLane};
  std::promise<void> release;
  auto released = release.get_future();
  room.engine->submit(crew("first", kDepot), [&](const Result<Answer>&) { released.wait(); });
  std::vector<std::future<Result<Answer>>> answers;
  for (int i = 0; i < 300; ++i)
    answers.push_back(room.engine->submit(crew("C" + std::to_string(i), kDepot)));
  release.set_value();
  for (auto& answer : answers) ASSERT_TRUE(answer.get());
  EXPECT_LE(room.engine->metrics().batches, 3U);
}

TEST(Engine, ManyProducersGetEachTheirOwnAnswer) {
  ControlRoom room{kLane};
  std::vector<std::thread> producers;
  std::mutex mutex;
  std::map<std::uint64_t, std::string> by_revision;
  for (int p = 0; p < 8; ++p) {
    producers.emplace_back([&, p] {
      for (int i = 0; i < 100; ++i) {
        const std::string id = "C" + std::to_string(p) + "-" + std::to_string(i);
        const auto answer = room.engine->execute(crew(id, kDepot));
        ASSERT_TRUE(answer);
        const auto world = room.engine->world();
        EXPECT_GE(world->revision, answer->revision) << "acknowledged means visible";
        EXPECT_NE(world->find_crew(id), nullptr);
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(by_revision.emplace(answer->revision, id).second);
      }
    });
  }
  for (std::thread& producer : producers) producer.join();
  ASSERT_EQ(by_revision.size(), 800U);
  EXPECT_EQ(by_revision.rbegin()->first, 800U);
  const auto page = room.engine->journal_page(400, 10);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->size(), 10U);
  Command command;
  ASSERT_TRUE(command.ParseFromString(page->front().payload));
  EXPECT_EQ(command.create_crew().crew().id(), by_revision[401]);
}

TEST(Engine, TellsListenersUntilTheyLeave) {
  ControlRoom room{kLane};
  std::atomic<std::uint64_t> newest{0};
  {
    const Engine::Subscription subscription =
        room.engine->subscribe([&](std::uint64_t revision) { newest = revision; });
    room.ok(crew("C1", kDepot));
    EXPECT_EQ(newest, 1U);
  }
  room.ok(crew("C2", kDepot));
  EXPECT_EQ(newest, 1U);
  EXPECT_TRUE(room.engine->wait_for_revision_after(1, std::chrono::milliseconds{0}));
  EXPECT_FALSE(room.engine->wait_for_revision_after(2, std::chrono::milliseconds{20}));
}

TEST(Engine, StampsTimesThatNeverFall) {
  ControlRoom room{kLane};
  room.at(10).ok(crew("C1", kDepot));
  room.at(5).ok(crew("C2", kDepot));
  EXPECT_EQ(room.journal->records[1].time, at_minute(10));
  room.restart();
  room.ok(crew("C3", kDepot));
  EXPECT_EQ(room.journal->records[2].time, at_minute(10));
}

void wait_for_work_of(ControlRoom& room, const std::string& crew) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (room.world()->assignments(crew).empty() && std::chrono::steady_clock::now() < deadline) {
    room.engine->wait_for_revision_after(room.world()->revision, std::chrono::milliseconds{50});
  }
}

TEST(Live, LocalisesAndPlansByItself) {
  EngineSettings settings;
  settings.automation = Automation::live;
  settings.reassess_after = std::chrono::milliseconds{5};
  settings.replan_after = std::chrono::milliseconds{5};
  ControlRoom room{kLane, settings};
  room.ok(crew("C1", kDepot));
  room.at(1).ok(gasps({"T1.1", "T1.2", "T1.3", "T1.4", "T1.5"}, at_minute(0)));
  wait_for_work_of(room, "C1");
  EXPECT_EQ(room.world()->assignments("C1").size(), 1U) << room.outages() << room.tasks();
  EXPECT_FALSE(room.world()->needs_reassessment());
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  const std::uint64_t settled = room.world()->revision;
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  EXPECT_EQ(room.world()->revision, settled) << "and rests when there is nothing to do";
}

TEST(Live, AChangeAfterACalmTimeIsPlannedAtOnce) {
  EngineSettings settings;
  settings.automation = Automation::live;
  settings.reassess_after = std::chrono::milliseconds{5};
  settings.replan_after = std::chrono::hours{1};
  ControlRoom room{kLane, settings};
  room.ok(crew("C1", kDepot));
  Command make;
  v1::WorkTask& task = *make.mutable_create_work_task()->mutable_work_task();
  task.set_kind(v1::WorkTask::REPAIR);
  task.set_device("F1");
  room.ok(std::move(make));
  wait_for_work_of(room, "C1");
  EXPECT_EQ(room.world()->assignments("C1").size(), 1U) << room.tasks();
}

TEST(Live, AChangeAmidASearchDoesNotWaitForItsEnd) {
  EngineSettings settings;
  settings.automation = Automation::live;
  settings.replan_after = std::chrono::milliseconds{5};
  settings.planner.time_limit_s = 600;
  ControlRoom room{kLane, settings};
  room.ok(crew("C1", kDepot));
  Command make;
  v1::WorkTask& task = *make.mutable_create_work_task()->mutable_work_task();
  task.set_kind(v1::WorkTask::REPAIR);
  task.set_device("F1");
  room.ok(make);
  wait_for_work_of(room, "C1");
  std::this_thread::sleep_for(std::chrono::milliseconds{300});  // the search has begun
  const std::uint64_t revision = room.ok(make).revision;
  const auto given_up = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (room.world()->plan->made_from_revision < revision &&
         std::chrono::steady_clock::now() < given_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  EXPECT_GE(room.world()->plan->made_from_revision, revision);
  EXPECT_EQ(room.world()->assignments("C1").size(), 2U) << room.tasks();
}

TEST(Plan, OneThatChangesNothingIsNotJournaled) {
  ControlRoom room{kLane};
  room.ok(crew("C1", kDepot));
  room.at(1).ok(gasps({"T1.1", "T1.2", "T1.3", "T1.4", "T1.5"}, at_minute(0)));
  room.reassess();
  room.plan();
  const std::uint64_t adopted = room.world()->revision;
  EXPECT_EQ(room.world()->plan->revision, adopted);
  room.plan();
  EXPECT_EQ(room.world()->revision, adopted);
  room.at(30).plan();
  EXPECT_GT(room.world()->revision, adopted)
      << "half an hour later nothing arrives when it was promised";
}

TEST(Plan, ThatTheWorldHasOvertakenIsRefused) {
  ControlRoom room{kLane};
  room.ok(crew("C1", kDepot));
  room.at(1).ok(gasps({"T1.1", "T1.2", "T1.3", "T1.4", "T1.5"}, at_minute(0)));
  room.reassess();
  const std::uint64_t revision = room.world()->revision;
  const std::string task = room.world()->tasks->begin()->first;
  Command adopt;
  v1::Plan& plan = *adopt.mutable_adopt_plan()->mutable_plan();
  plan.set_based_on_revision(revision);
  v1::PlannedTour& tour = *plan.add_tours();
  tour.set_crew("C1");
  tour.add_stops()->set_work_task(task);
  v1::TabletOperation off;
  off.mutable_sign_off();
  room.ok(tablet("C1", off));
  EXPECT_EQ(room.refused(adopt).reason, "PLAN_STALE");
  room.ok(tablet("C1", sign_on()));
  Command twice = adopt;
  twice.mutable_adopt_plan()->mutable_plan()->mutable_tours(0)->add_stops()->set_work_task(task);
  EXPECT_EQ(room.refused(twice).reason, "WORK_TASK_REPEATED");
  room.ok(adopt);
  EXPECT_EQ(room.world()->assignments("C1").size(), 1U);
  Command older = adopt;
  older.mutable_adopt_plan()->mutable_plan()->set_based_on_revision(revision - 1);
  EXPECT_EQ(room.refused(older).reason, "PLAN_STALE");
  older.mutable_adopt_plan()->mutable_plan()->set_based_on_revision(9999);
  EXPECT_EQ(room.refused(older).reason, "REVISION_AHEAD");
}

TEST(Plan, NaiveAndOptimisedAreBothThere) {
  for (const PlanningPolicy policy : {PlanningPolicy::naive, PlanningPolicy::optimised}) {
    ControlRoom room{kLane};
    room.ok(crew("C1", kDepot));
    room.at(1).ok(gasps({"T1.1", "T1.2", "T1.3", "T1.4", "T1.5"}, at_minute(0)));
    room.reassess();
    ASSERT_TRUE(room.engine->replan_now(room.settings.planner, policy, "tried"));
    EXPECT_EQ(room.world()->plan->policy, policy);
    EXPECT_EQ(room.world()->plan->cause, "tried");
    EXPECT_EQ(room.world()->plan->tours.size(), 1U);
  }
}

TEST(Reports, CountTheMinutesInTheDark) {
  ControlRoom room{kLane};
  room.at(1).ok(gasps({"T1.1", "T1.2", "T1.3", "T1.4", "T1.5"}, at_minute(0)));
  room.reassess();
  room.at(61).ok(power_ups({"T1.1", "T1.2", "T1.3", "T1.4", "T1.5"}, at_minute(60)));
  room.reassess();
  room.at(80).reassess();
  const auto world = room.world();
  ASSERT_EQ(room.outages(), "");
  const Time until = at_minute(100);
  EXPECT_EQ(customers_served(*room.region), 5);
  const ReliabilityIndices report = indices(*world, kStart - std::chrono::hours{1}, until);
  EXPECT_NEAR(report.customer_minutes, 5 * 60, 5 * 2);
  EXPECT_NEAR(report.saifi, 1, 1e-9);
  const auto points = curve(*world, kStart - std::chrono::hours{1}, until);
  EXPECT_EQ(points.back().customers_out, 0);
  EXPECT_NEAR(customer_minutes(points, until), report.customer_minutes, 1e-6);
}

}  // namespace
}  // namespace gridmend::engine_test
