#include "service/engine/change_feed.h"

#include <algorithm>

#include "core/base/check.h"

namespace gridmend {

void ChangeFeed::append(std::vector<std::pair<std::uint64_t, std::vector<Change>>> changes,
                        std::shared_ptr<const World> world) {
  const std::lock_guard lock(mutex_);
  GRIDMEND_CHECK(world_ != nullptr && world->revision > world_->revision, "revisions only grow");
  for (auto& [revision, things] : changes) {
    if (things.empty()) continue;
    held_ += things.size();
    entries_.push_back({revision, std::move(things)});
  }
  while (held_ > most_changes_) {
    complete_after_ = entries_.front().revision;
    held_ -= entries_.front().changes.size();
    entries_.pop_front();
  }
  world_ = std::move(world);
}

void ChangeFeed::reset(std::shared_ptr<const World> world) {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  held_ = 0;
  complete_after_ = world->revision;
  world_ = std::move(world);
}

std::shared_ptr<const World> ChangeFeed::world() const {
  const std::lock_guard lock(mutex_);
  return world_;
}

Result<ChangeSet> ChangeFeed::since(std::uint64_t revision) const {
  ChangeSet set;
  set.from = revision;
  {
    const std::lock_guard lock(mutex_);
    if (revision > world_->revision) {
      return refuse(ErrorCode::out_of_range, "REVISION_AHEAD",
                    "revision " + std::to_string(revision) + " has not been yet; the newest is " +
                        std::to_string(world_->revision));
    }
    if (revision < complete_after_) {
      return refuse(ErrorCode::out_of_range, "REVISION_TOO_OLD",
                    "changes after revision " + std::to_string(revision) +
                        " are no longer held; fetch the full state");
    }
    set.world = world_;
    set.to = world_->revision;
    const auto first =
        std::upper_bound(entries_.begin(), entries_.end(), revision,
                         [](std::uint64_t r, const Entry& entry) { return r < entry.revision; });
    for (auto entry = first; entry != entries_.end(); ++entry) {
      set.changes.insert(set.changes.end(), entry->changes.begin(), entry->changes.end());
    }
  }
  std::sort(set.changes.begin(), set.changes.end());
  set.changes.erase(std::unique(set.changes.begin(), set.changes.end()), set.changes.end());
  return set;
}

}  // namespace gridmend
