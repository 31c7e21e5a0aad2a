#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "data/region/region.h"
#include "routing/tour/planner.h"
#include "service/engine/change_feed.h"
#include "service/engine/command.h"
#include "service/engine/engine_settings.h"
#include "service/engine/region_step.h"
#include "service/engine/world.h"
#include "service/store/region_store.h"
#include "service/store/store.h"

namespace gridmend {

// The state's hash, the revision it belongs to and the region of that revision.
struct StateHash {
  std::uint64_t revision = 0;
  Hash128 hash;
  Hash128 region;
};

// What taking a region would make of the state at a revision.
struct RegionPreview {
  std::uint64_t revision = 0;
  std::shared_ptr<const RegionStep> step;
  v1::RegionCarryOver carry_over;
};

// Figures of this process, not of the state.
struct EngineMetrics {
  std::uint64_t commands_accepted = 0;
  std::uint64_t commands_refused = 0;
  std::uint64_t commands_repeated = 0;
  std::uint64_t evidence_duplicates = 0;
  std::uint64_t batches = 0;
  std::uint64_t queue_length = 0;
  std::uint64_t plans_made = 0;
  std::uint64_t plans_stale = 0;  // made, but the state had moved on
  bool disk_full = false;         // commands are refused, reads go on
  double last_reassess_ms = 0;
  double reassess_on_writer_ms = 0;  // of it, what held up commands
  double last_plan_ms = 0;
};

// The one write path. A command is queued, validated against the state, appended to the journal,
// made durable together with its neighbours, applied by one thread, published as a World with
// numbered changes, and only then acknowledged.
//
//   submit -> queue -> [writer thread: validate, append, commit, apply, publish] -> acknowledge
//
// The state is a function of regions and journal alone: localisation runs only inside journaled
// commands, plans enter only as journaled AdoptPlan commands. Thread-safe throughout.
class Engine {
 public:
  // Reads the store's journal back (replay), then starts. `region` is one the journal holds or has
  // held; null when `regions` knows the one it begins with. Refuses a store of another region
  // (failed_precondition, STORE_OF_ANOTHER_REGION), a region that is not in `regions`
  // (failed_precondition, REGION_MISSING), a damaged record (internal, JOURNAL_DAMAGED, with its
  // sequence), a journal newer than this program (failed_precondition, JOURNAL_TOO_NEW). Without
  // `regions` no region can be loaded later.
  static Result<std::unique_ptr<Engine>> open(std::shared_ptr<const Region> region,
                                              std::unique_ptr<Store> store,
                                              std::shared_ptr<const Clock> clock,
                                              EngineSettings settings = {},
                                              std::shared_ptr<RegionStore> regions = nullptr);
  // Stops taking commands, answers everything queued, stops planning, closes the store.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Called once, on the engine's own thread (or at once on the caller's, when the command is
  // refused unseen): be quick, do not block, do not call execute().
  using Acknowledge = std::function<void(Result<Answer>)>;

  // A command with nothing to do (evidence that is known already, or all of it refused) is answered
  // with the present revision and not journaled. Refuses: invalid_argument (field says which),
  // not_found, already_exists (a request_id with other bytes), failed_precondition (a move a life
  // cycle does not allow), aborted (an etag or assignment that is stale), resource_exhausted (disk
  // or queue full), unavailable (shutting down).
  void submit(Command command, Acknowledge acknowledge);
  std::future<Result<Answer>> submit(Command command);
  // submit() and wait.
  Result<Answer> execute(Command command);

  // The newest published state. O(1).
  std::shared_ptr<const World> world() const;

  // What changed after `revision`; see ChangeFeed::since.
  Result<ChangeSet> changes_since(std::uint64_t revision) const;
  // Waits until world()->revision > revision, at most `patience`; false when it did not come.
  bool wait_for_revision_after(std::uint64_t revision, std::chrono::milliseconds patience) const;

  // Called after every publication with its revision, on the engine's own thread: only note it and
  // wake somebody. The listener lives until its Subscription dies; after that it is not called.
  using Listener = std::function<void(std::uint64_t revision)>;
  class Subscription {
   public:
    Subscription() = default;
    explicit Subscription(std::shared_ptr<void> hold) : hold_(std::move(hold)) {}

   private:
    std::shared_ptr<void> hold_;
  };
  [[nodiscard]] Subscription subscribe(Listener listener);

  // Runs the localiser now, as a journaled command, and waits for it. In live automation the engine
  // does so by itself after evidence; drills and tests with a clock of their own call this.
  Result<Answer> reassess_now();
  // The same over what is known now, worked out on the caller's thread while the engine goes on
  // taking commands; then adopted, and waited for. Evidence that comes meanwhile waits for the
  // next. Refuses when another such call came between (aborted, REASSESS_MARK_GONE). What live
  // automation does.
  Result<Answer> reassess_beside();
  // Plans on the present World and adopts the plan, and waits for it. With an iteration limit and
  // an infinite time limit the outcome is reproducible. Answers the adopted plan's revision; when
  // nothing would change, nothing is journaled and the present revision is answered.
  Result<Answer> replan_now(const PlannerSettings& settings, PlanningPolicy policy,
                            std::string cause = "asked for");
  Result<Answer> replan_now(const PlannerSettings& settings);  // policy of the settings

  // Goes on with another region, and waits for it. `regions` must know it already, or a restart
  // would not find it (failed_precondition, REGION_MISSING). Refuses while another is being loaded
  // (aborted, REGION_LOAD_UNDER_WAY), when `present`, where given, is not the id of the present
  // region any more (aborted, REGION_CHANGED), and the present region (already_exists,
  // REGION_PRESENT). O(n log n) beside the writer, O(state) on it.
  Result<Answer> load_region(std::shared_ptr<const Region> after, Command command,
                             std::string_view present = {});
  // What that would do now. Holds up the writer as loading would.
  Result<RegionPreview> preview_region(std::shared_ptr<const Region> after);

  // Over a canonical serialisation of the whole state, at a command's boundary. O(state).
  StateHash state_hash();

  // Records of the journal after `after_revision`, at most `count`, in order: the ledger. Waits for
  // the batch that is being written, so ask for pages of a few hundred.
  Result<std::vector<JournalRecord>> journal_page(std::uint64_t after_revision,
                                                  std::size_t count) const;

  EngineMetrics metrics() const;
  // The present one: world()->region.
  std::shared_ptr<const Region> region() const;
  const EngineSettings& settings() const;
  Time now() const;  // by the engine's clock

 private:
  struct Implementation;
  explicit Engine(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> impl_;
};

}  // namespace gridmend
