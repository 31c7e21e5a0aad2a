#include "core/outage/link_mixture.h"

#include <algorithm>
#include <cmath>

#include "core/outage/group_likelihood.h"

namespace gridmend {
namespace {

// Weight of the links that live as long as `zone` does.
struct Level {
  Id<InferenceZone> zone;
  double weight = 0;
};

double log_mixture(double dead, double log_dead, double live, double log_live) {
  return log_add(std::log(dead) + log_dead, std::log(live) + log_live);
}

}  // namespace

std::vector<ZoneShare> spread_over_links(const InferenceForest& forest, Id<UsagePoint> usage_point,
                                         std::span<const SuspectedLink> links, double log_live,
                                         double log_dead) {
  const Id<InferenceZone> own = forest.zone_of(usage_point);
  if (!own.valid()) return {};
  const auto behind = [&](Id<InferenceZone> zone, Id<InferenceZone> above) {
    return zone >= above && zone.index < forest[above].zones_end;
  };
  std::vector<Level> levels{{own, 1}};
  double always_dead = 0, always_live = 0;
  for (const SuspectedLink& link : links) {
    const double weight = std::min(static_cast<double>(link.probability), levels.front().weight);
    levels.front().weight -= weight;
    const Id<InferenceZone> other = forest.zone_of(link.likelier);
    if (!other.valid()) {
      always_dead += weight;
      continue;
    }
    Id<InferenceZone> both = own;
    while (both.valid() && !behind(other, both)) both = forest[both].parent;
    if (both.valid()) {
      levels.push_back({both, weight});
    } else {
      always_live += weight;
    }
  }
  // From the usage point's own zone upwards: of zones in line the farther down has the higher id.
  std::ranges::stable_sort(levels, std::ranges::greater{}, &Level::zone);
  std::vector<ZoneShare> shares;
  double dead = always_dead;
  double live = always_live;
  for (const Level& level : levels) live += level.weight;
  double before = log_mixture(dead, log_dead, live, log_live);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    dead += levels[i].weight;
    live = std::max(0.0, live - levels[i].weight);
    if (i + 1 < levels.size() && levels[i + 1].zone == levels[i].zone) continue;
    const bool last = i + 1 == levels.size();
    // The sums' rounding must not leave a trace of light where there is none.
    if (last && always_live == 0) live = 0;
    const double after = log_mixture(dead, log_dead, live, log_live);
    shares.push_back({levels[i].zone, before - after});
    before = after;
  }
  return shares;
}

}  // namespace gridmend
