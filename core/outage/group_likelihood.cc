#include "core/outage/group_likelihood.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/outage/log_zero.h"

namespace gridmend {
namespace {

// log((1 - q) e^live + q e^dead).
double leaf_in_live_zone(double q, double live, double dead) {
  return log_add(std::log1p(-q) + live, std::log(q) + dead);
}

// P(the drop is open | zone live, concentrator up or down, all evidence).
double share_open(double open, double closed_leaves, double dead_leaves) {
  if (open <= 0) return 0;
  return std::exp(std::log(open) + dead_leaves -
                  leaf_in_live_zone(open, closed_leaves, dead_leaves));
}

}  // namespace

double log_add(double a, double b) {
  const double high = std::max(a, b);
  if (high == kLogZero) return kLogZero;
  return high + std::log1p(std::exp(-std::abs(a - b)));
}

GroupProduct leaf_product(const LeafEvidence& leaf, const GroupSettings& settings) {
  const double q = settings.premises;
  const double live = leaf.link_live + leaf.other_live, dead = leaf.link_dead + leaf.other_dead;
  const double by_itself = dead + leaf.aged;
  GroupProduct product;
  product.up_if_live = leaf_in_live_zone(q, live, by_itself);
  product.up_if_dead = dead;
  product.down_if_live = product.down_if_dead = kLogZero;
  product.down_if_died_since = product.unheard = kLogZero;
  const double since = leaf.since_before + leaf.since_other;
  product.up_if_died_since = leaf_in_live_zone(q, since + leaf.since_link, by_itself);
  if (leaf.since_silent) product.down_if_died_since = leaf_in_live_zone(q, since, by_itself);
  product.up_if_drop_died_since = leaf_in_live_zone(q, leaf.drop_since, by_itself);
  if (!leaf.link_silent) return product;
  product.down_if_live = leaf_in_live_zone(q, leaf.other_live, leaf.other_dead);
  product.down_if_dead = leaf.other_dead;
  if (!leaf.called) product.unheard = 0;
  return product;
}

bool same_evidence(const LeafEvidence& a, const LeafEvidence& b) {
  const auto same = [](double x, double y) {
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  };
  return same(a.link_live, b.link_live) && same(a.link_dead, b.link_dead) &&
         same(a.other_live, b.other_live) && same(a.other_dead, b.other_dead) &&
         same(a.other_partly, b.other_partly) && same(a.since_before, b.since_before) &&
         same(a.since_link, b.since_link) && same(a.since_other, b.since_other) &&
         same(a.aged, b.aged) && same(a.drop_since, b.drop_since) &&
         a.link_silent == b.link_silent && a.since_silent == b.since_silent && a.called == b.called;
}

std::size_t hash_of(const LeafEvidence& leaf) {
  std::uint64_t hash = leaf.link_silent ? 1 : 2;
  for (const double value : {leaf.link_live, leaf.link_dead, leaf.other_dead, leaf.other_partly,
                             leaf.since_before, leaf.since_link, leaf.aged}) {
    hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 32U;
  }
  return hash;
}

LeafProducts::LeafProducts(const GroupSettings& settings) : settings_(settings), known_(256) {}

LeafProducts& LeafProducts::of_this_thread(const GroupSettings& settings) {
  thread_local LeafProducts known{settings};
  if (known.settings_ != settings) known = LeafProducts{settings};
  return known;
}

const GroupProduct& LeafProducts::of(const LeafEvidence& leaf) {
  if (known_[last_].any && same_evidence(known_[last_].leaf, leaf)) return known_[last_].product;
  last_ = hash_of(leaf) % known_.size();
  Known& known = known_[last_];
  if (!known.any || !same_evidence(known.leaf, leaf))
    known = {leaf, leaf_product(leaf, settings_), true};
  return known.product;
}

void GroupAccumulator::add(const GroupProduct& more, double times) {
  product_.up_if_live += times * more.up_if_live;
  product_.up_if_dead += times * more.up_if_dead;
  product_.down_if_live += times * more.down_if_live;
  product_.down_if_dead += times * more.down_if_dead;
  product_.up_if_died_since += times * more.up_if_died_since;
  product_.down_if_died_since += times * more.down_if_died_since;
  product_.unheard += times * more.unheard;
  product_.up_if_drop_died_since += times * more.up_if_drop_died_since;
}

void GroupAccumulator::add(const LeafEvidence& leaf, double times) {
  add(known_ != nullptr ? known_->of(leaf) : leaf_product(leaf, settings_), times);
}

double log_if_open(const DropLeaves& drop) {
  if (drop.died_since <= 0) return drop.product.up_if_dead;
  return log_add(std::log1p(-drop.died_since) + drop.product.up_if_dead,
                 std::log(drop.died_since) + drop.product.up_if_drop_died_since);
}

GroupProduct drop_product(const DropLeaves& drop) {
  GroupProduct product = drop.product;
  product.up_if_drop_died_since = 0;  // of this drop, not of its group
  if (drop.open <= 0) return product;
  const double open = log_if_open(drop);
  product.up_if_live = leaf_in_live_zone(drop.open, product.up_if_live, open);
  product.down_if_live = leaf_in_live_zone(drop.open, product.down_if_live, product.down_if_dead);
  product.up_if_died_since = leaf_in_live_zone(drop.open, product.up_if_died_since, open);
  if (product.down_if_died_since != kLogZero)
    product.down_if_died_since = leaf_in_live_zone(drop.open, product.down_if_died_since, open);
  return product;
}

void GroupAccumulator::add(const DropLeaves& drop) { add(drop_product(drop)); }

GroupLikelihood group_likelihood(const GroupProduct& product, const GroupSettings& settings,
                                 double died_since) {
  GroupLikelihood group;
  group.log_up_if_live = std::log1p(-settings.down_if_live) + product.up_if_live;
  group.log_down_if_live = std::log(settings.down_if_live) + product.down_if_live;
  group.log_if_live = log_add(group.log_up_if_live, group.log_down_if_live);
  group.log_if_dead = log_add(std::log1p(-settings.down_if_dead) + product.up_if_dead,
                              std::log(settings.down_if_dead) + product.down_if_dead);
  group.log_if_dead_along = group.log_if_dead;
  group.log_silent_if_dead = product.down_if_dead;
  group.unheard = !std::isinf(product.unheard);
  if (died_since > 0) {
    // After a sign of life, the concentrator was up until then. Where it gave none, it may have
    // been down all along.
    const double since = std::log1p(-settings.down_if_live) +
                         log_add(std::log1p(-settings.down_if_dead) + product.up_if_died_since,
                                 std::log(settings.down_if_dead) + product.down_if_died_since);
    group.log_if_died_since = log_add(since, group.log_down_if_live);
    group.log_if_dead =
        log_add(std::log1p(-died_since) + group.log_if_dead, std::log(died_since) + since);
  }
  return group;
}

double p_drop_open(const DropLeaves& drop, const GroupLikelihood& group) {
  const double up = std::exp(group.log_up_if_live - group.log_if_live);
  const double down = std::exp(group.log_down_if_live - group.log_if_live);
  double p = up * share_open(drop.open, drop.product.up_if_live, log_if_open(drop));
  if (down > 0) {
    p += down * share_open(drop.open, drop.product.down_if_live, drop.product.down_if_dead);
  }
  return std::min(1.0, p);
}

double p_premises(const LeafEvidence& leaf, const GroupLikelihood& group,
                  const GroupSettings& settings, const DropLeaves& drop) {
  const double log_q = std::log(settings.premises);
  // P(leaf dead | zone live, group up or down): its dead term's share of the leaf's sum.
  const auto share = [&](double live, double dead) {
    return std::exp(log_q + dead - leaf_in_live_zone(settings.premises, live, dead));
  };
  const double up = std::exp(group.log_up_if_live - group.log_if_live);
  const double down = std::exp(group.log_down_if_live - group.log_if_live);
  const double open_if_up = share_open(drop.open, drop.product.up_if_live, log_if_open(drop));
  const double dead_if_up =
      share(leaf.link_live + leaf.other_live, leaf.link_dead + leaf.aged + leaf.other_dead);
  double p = up * (open_if_up + (1 - open_if_up) * dead_if_up);
  if (down > 0) {
    const double open_if_down =
        share_open(drop.open, drop.product.down_if_live, drop.product.down_if_dead);
    p += down * (open_if_down + (1 - open_if_down) * share(leaf.other_live, leaf.other_dead));
  }
  return std::min(1.0, p);
}

}  // namespace gridmend
