#pragma once

#include <span>

#include "core/base/clock.h"
#include "core/reliability/interruption.h"

namespace gridmend {

struct IndexSettings {
  // Longer than this is sustained: IEEE 1366 says 5 minutes, DL/T 836 says 3.
  Duration sustained_after = std::chrono::minutes{5};
};

// Indices of IEEE 1366 over a period; durations in minutes.
struct ReliabilityIndices {
  double customers_served = 0;
  double customer_interruptions = 0;   // sustained
  double customer_minutes = 0;         // of sustained interruptions
  double momentary_interruptions = 0;  // customers times interruptions
  double saifi = 0;                    // interruptions a customer served
  double saidi_min = 0;                // minutes a customer served
  double caidi_min = 0;                // minutes an interrupted customer; 0 without interruptions
  double maifi = 0;
  double asai = 1;  // share of customer-time with supply
};

// Interruptions count in the period they begin in, [from, until), and with their whole length:
// IEEE 1366 counts an event once. No customers served: every ratio is 0 (and asai 1).
ReliabilityIndices reliability_indices(std::span<const Interruption> interruptions,
                                       double customers_served, Time from, Time until,
                                       const IndexSettings& settings = {});

}  // namespace gridmend
