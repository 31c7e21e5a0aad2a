#include "core/outage/dark_customers.h"

#include <algorithm>
#include <cmath>

#include "core/outage/normal_distribution.h"

namespace gridmend {
namespace {

// Customers dark behind a zone, given that the zone itself is live.
struct Moments {
  double total = 0;  // customers behind, dark or not
  double mean = 0;
  double variance = 0;
};

// Bisection: quantiles are needed to a tenth of a customer, and libraries differ in finer digits.
double normal_quantile(double p) {
  double low = -9, high = 9;
  for (int step = 0; step < 60; ++step) {
    const double middle = .5 * (low + high);
    (normal_cdf(middle) < p ? low : high) = middle;
  }
  return .5 * (low + high);
}

// `p_cut_if_fed` runs over the zones of the tree of `root`.
Moments moments_if_live(const InferenceForest& forest, Id<InferenceZone> root,
                        std::span<const double> p_cut_if_fed, Id<InferenceZone> zone) {
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
    const double p = p_cut_if_fed[id.index - root.index];
    const double mean = p * own.total + (1 - p) * own.mean;
    const double spread = own.total - own.mean;
    above.total += own.total;
    above.mean += mean;
    above.variance += (1 - p) * own.variance + p * (1 - p) * spread * spread;
  }
  return behind.front();
}

// One picture of the depths: with `weight` it is so, and the zone lives with `live` then.
struct Part {
  double weight = 1;
  double live = 1;
  Moments if_live;
};

// Of: `total` unless the zone lives, otherwise normal within [0, total].
double quantile(double p, std::span<const Part> parts) {
  const double total = parts.front().if_live.total;
  double live = 0;
  for (const Part& part : parts) live += part.weight * part.live;
  if (p >= live) return total;
  if (parts.size() == 1) {
    const Moments& one = parts.front().if_live;
    const double x = one.mean + std::sqrt(one.variance) * normal_quantile(p / live);
    return std::clamp(x, 0.0, total);
  }
  const auto below = [&](double x) {
    double sum = 0;
    for (const Part& part : parts) {
      const double deviation = std::sqrt(part.if_live.variance);
      const double share = deviation > 0 ? normal_cdf((x - part.if_live.mean) / deviation)
                           : x >= part.if_live.mean ? 1
                                                    : 0;
      sum += part.weight * part.live * share;
    }
    return sum;
  };
  double low = 0, high = total;
  for (int step = 0; step < 60; ++step) {
    const double middle = .5 * (low + high);
    (below(middle) < p ? low : high) = middle;
  }
  return high;
}

}  // namespace

DarkCustomers dark_customers(const InferenceForest& forest, const Posterior& posterior,
                             const TreePosterior& tree, Id<InferenceZone> zone) {
  std::vector<Part> parts;
  for (std::size_t k = 0; k < tree.in_water.size(); ++k) {
    const TreePosterior::InWater& water = tree.in_water[k];
    parts.push_back({posterior.water_errors[k].probability, tree(water.p_live, zone),
                     moments_if_live(forest, tree.root, water.p_cut_if_fed, zone)});
  }
  if (parts.empty()) {
    parts.push_back(
        {1, tree(tree.p_live, zone), moments_if_live(forest, tree.root, tree.p_cut_if_fed, zone)});
  }
  DarkCustomers dark;
  for (const Part& part : parts) {
    dark.mean +=
        part.weight * ((1 - part.live) * part.if_live.total + part.live * part.if_live.mean);
  }
  // A quantile may pass the mean by a fraction of a customer; the interval should not be seen to.
  const double middle = std::round(dark.mean);
  dark.low = static_cast<std::uint32_t>(std::min(std::floor(quantile(.05, parts)), middle));
  dark.high = static_cast<std::uint32_t>(std::max(std::ceil(quantile(.95, parts)), middle));
  return dark;
}

}  // namespace gridmend
