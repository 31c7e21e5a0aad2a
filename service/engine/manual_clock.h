#pragma once

#include <atomic>

#include "core/base/clock.h"

namespace gridmend {

// Simulated time: stands still until somebody moves it. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start = Time{}) : micros_(start.time_since_epoch().count()) {}

  Time now() const override { return Time{Duration{micros_.load()}}; }
  void set(Time time) { micros_.store(time.time_since_epoch().count()); }
  void advance(Duration duration) { micros_.fetch_add(duration.count()); }

 private:
  std::atomic<Duration::rep> micros_;
};

}  // namespace gridmend
