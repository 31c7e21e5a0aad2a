#include <gtest/gtest.h>

#include <cstdlib>

#include "service/engine/replay.h"
#include "service/engine/state.h"
#include "tests/service/engine/random_storm.h"

namespace gridmend::determinism_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary

constexpr std::string_view kTown = R"(
  S==B1--n1--F1--n2--T1(4)
         |       |
         |       n3--T2(4,hospital)
         |
         n4--R1--n5--F2--T3(4)
                 |
                 n6--L1/--n7--T5(4)
                          |
                          n8--B2==S2
)";

// Imports of the town that differ: renamed, grown, without its hospital.
constexpr std::string_view kTowns[] = {kTown, R"(
  S==B1--n0--F0--T0(3)
         |
         n1--F1--n2--T1(4)
         |       |
         |       n3--T2(4,hospital)
         |
         n4--R1--n5--F9--T3(4)
                 |
                 n6--L1/--n7--T5(4)
                          |
                          n8--B2==S2
)",
                                       R"(
  S==B1--n1--F1--n2--T1(4)
         |
         n4--R1--n5--F2--T3(5)
                 |
                 n6--L1--n7--T5(4)
                         |
                         n8--B2/==S2
)"};

int seeds() {
  const char* given = std::getenv("GRIDMEND_STORM_SEEDS");
  return given == nullptr ? 25 : std::atoi(given);
}

StateHash hash_of_replay(const ControlRoom& room) {
  State state(room.region, room.settings.state);
  const MemoryStore store(room.journal);
  const auto replayed = replay(store, state, room.regions.get());
  EXPECT_TRUE(replayed) << describe(replayed.error());
  return {state.revision(), state.hash(), state.region()->id};
}

// The invariants that hold whatever is said.
void check_world(const World& world) {
  std::map<std::string, int> at_task;
  for (const auto& [id, record] : *world.tasks) {
    const WorkTask& task = record->task;
    const bool open = !is_final(task.status);
    if (!open) continue;
    EXPECT_LE(task.crews.size(), static_cast<std::size_t>(task.crews_needed)) << id;
    EXPECT_LE(task.pinned_to.size(), static_cast<std::size_t>(task.crews_needed)) << id;
    EXPECT_EQ(task.status, status_by_crews(task)) << id;
    EXPECT_EQ(task.status == WorkStatus::arrived, record->arrived_at.has_value()) << id;
    for (const TaskCrew& part : task.crews) {
      const CrewRecord* crew = world.find_crew(part.crew);
      ASSERT_NE(crew, nullptr) << id << " is held by nobody that is there";
      EXPECT_NE(crew->crew.status, CrewStatus::off_shift) << id << " is held by a crew off shift";
      EXPECT_EQ(crew->crew.status == CrewStatus::arrived && crew->crew.current_task == id,
                part.status == WorkStatus::arrived)
          << id;
      EXPECT_EQ(part.status == WorkStatus::arrived, part.arrived_at.has_value()) << id;
      if (!is_under_way(part.status)) continue;
      EXPECT_EQ(crew->crew.current_task, id);
      EXPECT_EQ(++at_task[part.crew], 1) << part.crew << " is at two places";
    }
  }
  for (const auto& [id, record] : *world.crews) {
    const Crew& crew = record->crew;
    const bool under_way =
        crew.status == CrewStatus::en_route || crew.status == CrewStatus::arrived;
    EXPECT_EQ(under_way, !crew.current_task.empty()) << id;
    if (under_way) {
      EXPECT_TRUE(is_held_by(world.find_task(crew.current_task)->task, id));
    }
    if (crew.status == CrewStatus::assigned) {
      EXPECT_FALSE(world.assignments(id).empty()) << id;
    }
    if (crew.status == CrewStatus::awaiting_assignment) {
      EXPECT_TRUE(world.assignments(id).empty()) << id;
    }
  }
  for (const auto& [id, record] : *world.outages) {
    for (const std::string& task : record->tasks) EXPECT_EQ(world.find_task(task)->task.outage, id);
    for (std::size_t i = 1; i < record->customers_out.size(); ++i) {
      EXPECT_LE(record->customers_out[i - 1].time, record->customers_out[i].time);
    }
  }
}

struct Step {
  Command command;
  double minute;
};

// Reassessments at once, beside the writer, and with whatever comes between the mark and its use.
class Reassessor {
 public:
  explicit Reassessor(std::uint64_t seed) : random_(seed * 13) {}

  void sometimes(ControlRoom& room) {
    if (random_.chance(.06)) room.reassess();
    if (random_.chance(.04)) {
      ASSERT_TRUE(room.engine->reassess_beside());
    }
    if (marked_ == 0 && random_.chance(.06)) {
      Command command;
      command.set_actor("engine");
      command.mutable_reassess()->set_step(journal::v1::Reassess::MARK);
      marked_ = room.ok(std::move(command)).revision;
    }
    if (marked_ == 0 || !random_.chance(.3)) return;
    Command command;
    command.set_actor("engine");
    command.mutable_reassess()->set_step(journal::v1::Reassess::APPLY);
    command.mutable_reassess()->set_mark_revision(marked_);
    // Refused where another mark was set or another region taken meanwhile.
    (void)room.engine->execute(std::move(command));
    marked_ = 0;
  }

 private:
  Random random_;
  std::uint64_t marked_ = 0;
};

// A storm of random words; answers what was said and when.
std::vector<Step> play(ControlRoom& room, std::uint64_t seed, int steps) {
  std::vector<Step> script;
  RandomStorm storm(seed, room.region);
  Random random{seed * 77};
  Reassessor reassessor{seed};
  double minute = 0;
  for (int i = 0; i < steps; ++i) {
    minute += random.uniform(0, 2);
    room.at(minute);
    reassessor.sometimes(room);
    if (random.chance(.05)) room.plan();
    Command command = storm.next(*room.world(), room.clock->now());
    script.push_back({command, minute});
    (void)room.engine->execute(std::move(command));
  }
  return script;
}

TEST(Determinism, AReplayedJournalGivesTheSameState) {
  for (int seed = 1; seed <= seeds(); ++seed) {
    SCOPED_TRACE(seed);
    ControlRoom room{kTown};
    play(room, static_cast<std::uint64_t>(seed), 300);
    check_world(*room.world());
    const StateHash live = room.engine->state_hash();
    const StateHash replayed = hash_of_replay(room);
    ASSERT_EQ(live.revision, replayed.revision);
    ASSERT_EQ(to_hex(live.hash), to_hex(replayed.hash));
    room.restart();
    ASSERT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
    ASSERT_EQ(room.world()->revision, live.revision);
  }
}

// The same with another import every now and then.
TEST(Determinism, AReplayedJournalGoesThroughTheSameRegions) {
  for (int seed = 1; seed <= seeds(); ++seed) {
    SCOPED_TRACE(seed);
    ControlRoom room{kTown};
    RandomStorm storm(static_cast<std::uint64_t>(seed), room.region);
    Random random{static_cast<std::uint64_t>(seed) * 31};
    Reassessor reassessor{static_cast<std::uint64_t>(seed)};
    double minute = 0;
    std::size_t town = 0;
    for (int i = 0; i < 250; ++i) {
      minute += random.uniform(0, 2);
      room.at(minute);
      reassessor.sometimes(room);
      if (random.chance(.05)) room.plan();
      if (random.chance(.04)) {
        town = (town + 1 + random.below(2)) % 3;
        room.load(kTowns[town]);
        check_world(*room.world());
      }
      (void)room.engine->execute(storm.next(*room.world(), room.clock->now()));
    }
    check_world(*room.world());
    ASSERT_FALSE(room.world()->region_loads->empty());
    const StateHash live = room.engine->state_hash();
    const StateHash replayed = hash_of_replay(room);
    ASSERT_EQ(live.revision, replayed.revision);
    ASSERT_EQ(to_hex(live.hash), to_hex(replayed.hash));
    ASSERT_EQ(to_hex(live.region), to_hex(replayed.region));
    room.restart();
    ASSERT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
  }
}

// The same words, now waiting in the queue together, now one by one: where batches end is nobody's
// business.
TEST(Determinism, BatchesLeaveNoTrace) {
  for (int seed = 1; seed <= seeds(); ++seed) {
    SCOPED_TRACE(seed);
    ControlRoom first{kTown};
    const std::vector<Step> script = play(first, static_cast<std::uint64_t>(seed), 150);
    std::vector<std::pair<Command, Time>> journal;
    for (const JournalRecord& record : first.journal->records) {
      Command command;
      ASSERT_TRUE(command.ParseFromString(record.payload));
      journal.emplace_back(std::move(command), record.time);
    }
    EngineSettings settings;
    settings.batch_commands = static_cast<std::size_t>(1 + seed % 7);
    ControlRoom second{kTown, settings};
    std::vector<std::future<Result<Answer>>> answers;
    for (auto& [command, time] : journal) {
      second.clock->set(time);
      answers.push_back(second.engine->submit(command));
    }
    for (auto& answer : answers) ASSERT_TRUE(answer.get());
    ASSERT_EQ(to_hex(first.engine->state_hash().hash), to_hex(second.engine->state_hash().hash));
    ASSERT_EQ(first.journal->records.size(), second.journal->records.size());
  }
}

TEST(Determinism, ARefusedCommandLeavesNoTrace) {
  for (int seed = 1; seed <= seeds(); ++seed) {
    SCOPED_TRACE(seed);
    ControlRoom room{kTown};
    RandomStorm storm(static_cast<std::uint64_t>(seed), room.region);
    int refused = 0;
    for (int i = 0; i < 200; ++i) {
      room.at(i);
      if (i % 20 == 0) room.reassess();
      if (i % 30 == 0) room.plan();
      const StateHash before = room.engine->state_hash();
      const auto answer = room.engine->execute(storm.next(*room.world(), room.clock->now()));
      const StateHash after = room.engine->state_hash();
      const bool changed = answer && answer->revision > before.revision;
      refused += answer ? 0 : 1;
      ASSERT_EQ(before.hash == after.hash, !changed) << "command " << i;
      ASSERT_EQ(after.revision, before.revision + (changed ? 1 : 0));
    }
    EXPECT_GT(refused, 10) << "the storm says things that must be refused";
  }
}

TEST(Determinism, TheHashTellsStatesApart) {
  ControlRoom a{kTown};
  ControlRoom b{kTown};
  EXPECT_EQ(a.engine->state_hash().hash, b.engine->state_hash().hash);
  a.ok(crew("C1", {120, 30}));
  b.ok(crew("C1", {120, 30.0000001}));
  EXPECT_NE(a.engine->state_hash().hash, b.engine->state_hash().hash);
}

}  // namespace
}  // namespace gridmend::determinism_test
