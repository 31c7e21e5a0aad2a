#include "core/reliability/restoration_curve.h"

#include <algorithm>
#include <map>

namespace gridmend {

std::vector<CurvePoint> restoration_curve(std::span<const Interruption> interruptions, Time from,
                                          Time until) {
  std::map<Time, double> change;
  change[from] = 0;
  for (const Interruption& interruption : interruptions) {
    const Time begin = std::max(interruption.from, from);
    const Time end = interruption.until;
    if (begin > until || end <= begin) continue;
    change[begin] += interruption.customers;
    if (end <= until) change[end] -= interruption.customers;
  }
  std::vector<CurvePoint> curve;
  double out = 0;
  for (const auto& [time, difference] : change) {
    out = std::max(0.0, out + difference);
    if (curve.empty() || curve.back().customers_out != out) curve.push_back({time, out});
  }
  return curve;
}

double customer_minutes(std::span<const CurvePoint> curve, Time until) {
  double sum = 0;
  for (std::size_t i = 0; i < curve.size() && curve[i].time < until; ++i) {
    const Time end = i + 1 < curve.size() ? std::min(curve[i + 1].time, until) : until;
    sum += curve[i].customers_out * seconds(end - curve[i].time) / 60;
  }
  return sum;
}

std::optional<Time> restored_to_share(std::span<const CurvePoint> curve, double share) {
  double peak = 0;
  for (const CurvePoint& point : curve) peak = std::max(peak, point.customers_out);
  std::optional<Time> since;
  for (const CurvePoint& point : curve) {
    if (point.customers_out > share * peak) {
      since.reset();
    } else if (!since) {
      since = point.time;
    }
  }
  return since;
}

}  // namespace gridmend
