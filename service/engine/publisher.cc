#include "service/engine/publisher.h"

namespace gridmend {

void Publisher::publish(std::shared_ptr<const World> world,
                        std::vector<std::pair<std::uint64_t, std::vector<Change>>> changes) {
  const std::uint64_t revision = world->revision;
  feed_.append(std::move(changes), std::move(world));
  { const std::lock_guard lock(mutex_); }
  published_.notify_all();
  const std::lock_guard lock(listeners_->mutex);
  for (const auto& [number, listener] : listeners_->by_number) listener(revision);
}

bool Publisher::wait_after(std::uint64_t revision, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  published_.wait_for(lock, patience, [&] { return closed_ || world()->revision > revision; });
  return world()->revision > revision;
}

void Publisher::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  published_.notify_all();
}

std::shared_ptr<void> Publisher::subscribe(Listener listener) {
  const std::lock_guard lock(listeners_->mutex);
  const std::uint64_t number = listeners_->next++;
  listeners_->by_number.emplace(number, std::move(listener));
  return std::shared_ptr<void>(nullptr, [listeners = listeners_, number](void*) {
    const std::lock_guard unlisten(listeners->mutex);
    listeners->by_number.erase(number);
  });
}

}  // namespace gridmend
