#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "service/engine/world.h"

namespace gridmend {

enum class ChangeKind : std::uint8_t {
  outage,
  crew,
  work_task,
  plan,  // id is empty
  water_slice,
  road_closure,
  device_switch,  // id is the device's mRID
  depot,
  region,  // id is the new region's
};

// What to look up again in the World; a thing that is no longer there was removed.
struct Change {
  ChangeKind kind;
  std::string id;
  friend auto operator<=>(const Change&, const Change&) = default;
};

// Everything that changed in (from, to], each thing once, ordered by kind and id; `world` is the
// state at `to`. A watcher that is behind gets the newest state of each thing, never a backlog.
struct ChangeSet {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::vector<Change> changes;
  std::shared_ptr<const World> world;
};

// The newest changes, in a ring of bounded size. Thread-safe.
class ChangeFeed {
 public:
  explicit ChangeFeed(std::size_t most_changes) : most_changes_(most_changes) {}

  // One entry a revision, ascending, above every one before; `world` is the state after the last.
  // Readers see all of them or none.
  void append(std::vector<std::pair<std::uint64_t, std::vector<Change>>> changes,
              std::shared_ptr<const World> world);
  // Starts anew: nothing before world->revision is known.
  void reset(std::shared_ptr<const World> world);

  std::shared_ptr<const World> world() const;
  // Refuses a revision no longer held (out_of_range, REVISION_TOO_OLD: fetch the full state) and
  // one that has not been yet (out_of_range, REVISION_AHEAD).
  Result<ChangeSet> since(std::uint64_t revision) const;

 private:
  struct Entry {
    std::uint64_t revision;
    std::vector<Change> changes;
  };
  const std::size_t most_changes_;
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  std::size_t held_ = 0;
  std::uint64_t complete_after_ = 0;  // changes of every revision above this are held
  std::shared_ptr<const World> world_;
};

}  // namespace gridmend
