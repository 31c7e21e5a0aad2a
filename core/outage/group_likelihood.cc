#include "core/outage/group_likelihood.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gridmend {
namespace {

constexpr double kLogZero = -std::numeric_limits<double>::infinity();

// log((1 - q) e^live + q e^dead).
double leaf_in_live_zone(double q, double live, double dead) {
  return log_add(std::log1p(-q) + live, std::log(q) + dead);
}

}  // namespace

double log_add(double a, double b) {
  const double high = std::max(a, b);
  if (high == kLogZero) return kLogZero;
  return high + std::log1p(std::exp(-std::abs(a - b)));
}

void GroupAccumulator::add(const LeafEvidence& leaf, double times) {
  const double q = settings_.premises;
  up_live_ += times * leaf_in_live_zone(q, leaf.link_live + leaf.other_live,
                                        leaf.link_dead + leaf.other_dead);
  up_dead_ += times * (leaf.link_dead + leaf.other_dead);
  if (!leaf.link_silent) all_silent_ = false;
  if (!all_silent_) return;
  down_live_ += times * leaf_in_live_zone(q, leaf.other_live, leaf.other_dead);
  down_dead_ += times * leaf.other_dead;
}

GroupLikelihood GroupAccumulator::finish() const {
  GroupLikelihood group;
  group.log_up_if_live = std::log1p(-settings_.down_if_live) + up_live_;
  group.log_down_if_live = all_silent_ ? std::log(settings_.down_if_live) + down_live_ : kLogZero;
  group.log_if_live = log_add(group.log_up_if_live, group.log_down_if_live);
  group.log_if_dead =
      log_add(std::log1p(-settings_.down_if_dead) + up_dead_,
              all_silent_ ? std::log(settings_.down_if_dead) + down_dead_ : kLogZero);
  return group;
}

double p_premises(const LeafEvidence& leaf, const GroupLikelihood& group,
                  const GroupSettings& settings) {
  const double log_q = std::log(settings.premises);
  // P(leaf dead | zone live, group up or down): its dead term's share of the leaf's sum.
  const auto share = [&](double live, double dead) {
    return std::exp(log_q + dead - leaf_in_live_zone(settings.premises, live, dead));
  };
  const double up = std::exp(group.log_up_if_live - group.log_if_live);
  const double down = std::exp(group.log_down_if_live - group.log_if_live);
  double p = up * share(leaf.link_live + leaf.other_live, leaf.link_dead + leaf.other_dead);
  if (down > 0) p += down * share(leaf.other_live, leaf.other_dead);
  return std::min(1.0, p);
}

}  // namespace gridmend
