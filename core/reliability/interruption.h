#pragma once

#include <span>
#include <vector>

#include "core/base/clock.h"

namespace gridmend {

// From `time` on, `customers` sit in the dark because of one outage, until its next step.
struct CustomerStep {
  Time time{};
  double customers = 0;
};

// So many customers without supply in [from, until).
struct Interruption {
  Time from{};
  Time until{};
  double customers = 0;

  double minutes() const { return seconds(until - from) / 60; }
};

// Takes one outage's steps apart into interruptions. When the number falls, those longest in the
// dark come back first; when it rises, the further ones begin then. What still stands at `now` ends
// there. Steps are ascending in time; of steps at one time the last counts. Steps and parts of
// interruptions after `now` are left out. O(steps).
std::vector<Interruption> interruptions_of(std::span<const CustomerStep> steps, Time now);

}  // namespace gridmend
