#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/reliability/interruption.h"

namespace gridmend {

// From `time` until the next point, `customers_out` sit in the dark.
struct CurvePoint {
  Time time{};
  double customers_out = 0;
};

// How many customers are out over [from, until]: a step function that begins with a point at `from`
// and has one at every change. O(n log n).
std::vector<CurvePoint> restoration_curve(std::span<const Interruption> interruptions, Time from,
                                          Time until);

// The area under the curve up to `until`, in customer-minutes.
double customer_minutes(std::span<const CurvePoint> curve, Time until);

// The first moment from which at most `share` (0 to 1) of the curve's peak is out until its end;
// nullopt when that is never so.
std::optional<Time> restored_to_share(std::span<const CurvePoint> curve, double share);

}  // namespace gridmend
