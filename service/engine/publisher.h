#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "service/engine/change_feed.h"

namespace gridmend {

// Where readers find the newest World, what changed, and when there is something new. Thread-safe.
class Publisher {
 public:
  explicit Publisher(std::size_t most_changes) : feed_(most_changes) {}

  void start(std::shared_ptr<const World> world) { feed_.reset(std::move(world)); }
  // One entry a revision, ascending; the last of them is the world's or below.
  void publish(std::shared_ptr<const World> world,
               std::vector<std::pair<std::uint64_t, std::vector<Change>>> changes);

  std::shared_ptr<const World> world() const { return feed_.world(); }
  Result<ChangeSet> since(std::uint64_t revision) const { return feed_.since(revision); }

  // False when nothing came in time or wake_all() was called for good.
  bool wait_after(std::uint64_t revision, std::chrono::milliseconds patience) const;
  void close();  // nobody waits any more

  using Listener = std::function<void(std::uint64_t)>;
  // The listener is not called any more once the answer is destroyed.
  std::shared_ptr<void> subscribe(Listener listener);

 private:
  struct Listeners {
    std::mutex mutex;
    std::map<std::uint64_t, Listener> by_number;
    std::uint64_t next = 0;
  };

  ChangeFeed feed_;
  mutable std::mutex mutex_;
  mutable std::condition_variable published_;
  bool closed_ = false;
  std::shared_ptr<Listeners> listeners_ = std::make_shared<Listeners>();
};

}  // namespace gridmend
