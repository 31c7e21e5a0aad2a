#include "core/outage/dark_customers.h"

#include <algorithm>
#include <cmath>

namespace gridmend {
namespace {

// Customers dark behind a zone, given that the zone itself is live.
struct Moments {
  double total = 0;  // customers behind, dark or not
  double mean = 0;
  double variance = 0;
};

double normal_cdf(double x) { return .5 * std::erfc(-x / std::sqrt(2.0)); }

// Bisection: quantiles are needed to a tenth of a customer, and libraries differ in finer digits.
double normal_quantile(double p) {
  double low = -9, high = 9;
  for (int step = 0; step < 60; ++step) {
    const double middle = .5 * (low + high);
    (normal_cdf(middle) < p ? low : high) = middle;
  }
  return .5 * (low + high);
}

Moments moments_if_live(const InferenceForest& forest, const TreePosterior& tree,
                        Id<InferenceZone> zone) {
  const std::uint32_t end = forest[zone].zones_end;
  std::vector<Moments> behind(end - zone.index);
  for (std::uint32_t z = end; z-- > zone.index;) {
    const Id<InferenceZone> id{z};
    Moments& own = behind[z - zone.index];
    for (const Id<UsagePoint> point : forest.own_usage_points(id)) {
      own.total += forest.network().usage_points()[point].customers;
    }
    if (id == zone) break;
    // Seen from the live zone above: all behind this device with p, or its own moments.
    Moments& above = behind[forest[id].parent.index - zone.index];
    const double p = tree(tree.p_cut_if_fed, id);
    const double mean = p * own.total + (1 - p) * own.mean;
    const double spread = own.total - own.mean;
    above.total += own.total;
    above.mean += mean;
    above.variance += (1 - p) * own.variance + p * (1 - p) * spread * spread;
  }
  return behind.front();
}

// Of: `total` with probability 1 - live, otherwise normal within [0, total].
double quantile(double p, double live, const Moments& if_live) {
  if (p >= live) return if_live.total;
  const double x = if_live.mean + std::sqrt(if_live.variance) * normal_quantile(p / live);
  return std::clamp(x, 0.0, if_live.total);
}

}  // namespace

DarkCustomers dark_customers(const InferenceForest& forest, const TreePosterior& tree,
                             Id<InferenceZone> zone) {
  const Moments if_live = moments_if_live(forest, tree, zone);
  const double live = tree(tree.p_live, zone);
  DarkCustomers dark;
  dark.mean = (1 - live) * if_live.total + live * if_live.mean;
  // A quantile may pass the mean by a fraction of a customer; the interval should not be seen to.
  const double middle = std::round(dark.mean);
  dark.low = static_cast<std::uint32_t>(std::min(std::floor(quantile(.05, live, if_live)), middle));
  dark.high = static_cast<std::uint32_t>(std::max(std::ceil(quantile(.95, live, if_live)), middle));
  return dark;
}

}  // namespace gridmend
