#include "core/outage/phase_group.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/outage/log_zero.h"

namespace gridmend {

PhaseLiveness liveness(PhaseWish wish, std::uint8_t live_phases) {
  const int wanted = std::popcount(unsigned{wish.phases});
  const int got = std::popcount(static_cast<unsigned>(wish.phases & live_phases));
  switch (wish.kind) {
    case PhaseWish::Kind::any:
      return live_phases != 0 ? PhaseLiveness{1, 0, 0} : PhaseLiveness{0, 0, 1};
    case PhaseWish::Kind::one_of:
      return {1.0 * got / wanted, 0, 1.0 * (wanted - got) / wanted};
    case PhaseWish::Kind::together:
      return got == wanted ? PhaseLiveness{1, 0, 0} : PhaseLiveness{0, 0, 1};
    case PhaseWish::Kind::each:
      break;
  }
  if (got == wanted) return {1, 0, 0};
  return got == 0 ? PhaseLiveness{0, 0, 1} : PhaseLiveness{0, 1, 0};
}

namespace {

// `if_gone`: of a leaf that its zone's dead phases take all supply from, the concentrator up.
PhaseLeaf::Term term(const LeafEvidence& leaf, PhaseWish wish, const GroupSettings& settings,
                     std::uint8_t t, bool down, double if_gone) {
  if (down && !leaf.link_silent) return {kLogZero, kLogZero, kLogZero};
  const double q = settings.premises;
  const PhaseLiveness gets = liveness(wish, t);
  const double link_live = down ? 0 : leaf.link_live;
  const double by_itself = (down ? 0 : leaf.link_dead + leaf.aged) + leaf.other_dead;
  const double live = std::log(gets.live * (1 - q)) + link_live + leaf.other_live;
  PhaseLeaf::Term term;
  term.partly = std::log(gets.partly * (1 - q)) + link_live + leaf.other_partly;
  term.dead = log_add(std::log(gets.dead) + (down ? leaf.other_dead : if_gone),
                      std::log((gets.live + gets.partly) * q) + by_itself);
  term.whole = log_add(live, log_add(term.partly, term.dead));
  return term;
}

}  // namespace

PhaseLeaf phase_leaf(const LeafEvidence& leaf, PhaseWish wish, const GroupSettings& settings) {
  PhaseLeaf says;
  says.product = leaf_product(leaf, settings);
  for (std::uint8_t t = 0; t < 8; ++t) {
    says.terms[0][t] = term(leaf, wish, settings, t, false, says.product.up_if_dead);
    says.terms[1][t] = term(leaf, wish, settings, t, true, 0);
    says.since[t] = term(leaf, wish, settings, t, false, says.product.up_if_died_since);
  }
  return says;
}

namespace {

// log P(its leaves | it is open), by concentrator up, down.
std::array<double, 2> if_open(const PhaseDrop& drop, std::uint8_t t) {
  std::array<double, 2> open = {drop.if_open[0][t], drop.if_open[1][t]};
  if (drop.died_since > 0) {
    open[0] = log_add(std::log1p(-drop.died_since) + open[0],
                      std::log(drop.died_since) + drop.leaves.up_if_drop_died_since);
  }
  return open;
}

}  // namespace

PhaseDropSum sum_out(const PhaseDrop& drop) {
  const double down_since = drop.leaves.down_if_died_since;
  if (drop.open <= 0)
    return {drop.if_closed[0], drop.if_closed[1], drop.if_closed_since, down_since};
  const double log_closed = std::log1p(-drop.open), log_open = std::log(drop.open);
  PhaseDropSum sum;
  for (std::uint8_t t = 0; t < 8; ++t) {
    const std::array<double, 2> open = if_open(drop, t);
    sum.up[t] = log_add(log_closed + drop.if_closed[0][t], log_open + open[0]);
    sum.down[t] = log_add(log_closed + drop.if_closed[1][t], log_open + open[1]);
    sum.since[t] = log_add(log_closed + drop.if_closed_since[t], log_open + open[0]);
    if (t > 0) continue;
    // Dead all along, the drop makes no difference.
    sum.up[0] = drop.if_closed[0][0];
    sum.down[0] = drop.if_closed[1][0];
    sum.down_since =
        down_since == kLogZero ? kLogZero : log_add(log_closed + down_since, log_open + open[0]);
  }
  return sum;
}

PhaseDropOpen p_open(const PhaseDrop& drop) {
  PhaseDropOpen open{};
  if (drop.open <= 0) return open;
  const double log_closed = std::log1p(-drop.open), log_open = std::log(drop.open);
  for (std::uint8_t t = 1; t < 8; ++t) {
    const std::array<double, 2> leaves = if_open(drop, t);
    const std::array closed = {drop.if_closed[0][t], drop.if_closed[1][t], drop.if_closed_since[t]};
    for (std::size_t state = 0; state < closed.size(); ++state) {
      const double open_here = log_open + leaves[state == 1 ? 1 : 0];
      const double either = log_add(log_closed + closed[state], open_here);
      open[state][t] = either == kLogZero ? 0 : std::exp(open_here - either);
    }
  }
  return open;
}

PhaseLeaves::PhaseLeaves(const GroupSettings& settings)
    : settings_(settings), known_(512), known_drops_(512) {}

PhaseLeaves& PhaseLeaves::of_this_thread(const GroupSettings& settings) {
  thread_local PhaseLeaves known{settings};
  if (known.settings_ != settings) known = PhaseLeaves{settings};
  return known;
}

const PhaseDropSum& PhaseLeaves::of(const PhaseDrop& drop) {
  std::uint64_t hash = 0;
  for (const double value : {drop.open, drop.if_closed[0][0], drop.if_closed[0][1],
                             drop.if_closed[0][2], drop.if_closed[0][7], drop.if_closed[1][7]}) {
    hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 32U;
  }
  const auto same = [](const PhaseDrop& a, const PhaseDrop& b) {
    return a.open == b.open && a.died_since == b.died_since &&
           a.leaves.down_if_died_since == b.leaves.down_if_died_since &&
           a.leaves.up_if_drop_died_since == b.leaves.up_if_drop_died_since &&
           a.if_closed_since == b.if_closed_since &&
           std::memcmp(&a.if_closed, &b.if_closed, sizeof a.if_closed) == 0 &&
           std::memcmp(&a.if_open, &b.if_open, sizeof a.if_open) == 0;
  };
  KnownDrop& known = known_drops_[hash % known_drops_.size()];
  if (!known.any || !same(known.drop, drop)) known = {drop, sum_out(drop), true};
  return known.sum;
}

const PhaseLeaf& PhaseLeaves::of(const LeafEvidence& leaf, PhaseWish wish) {
  const std::size_t of_wish = 31 * static_cast<std::size_t>(wish.kind) + wish.phases;
  Known& known = known_[(hash_of(leaf) ^ of_wish) % known_.size()];
  if (!known.any || known.wish != wish || !same_evidence(known.leaf, leaf))
    known = {leaf, wish, phase_leaf(leaf, wish, settings_), true};
  return known.says;
}

const PhaseLeaf& PhaseGroup::read(const LeafEvidence& leaf, PhaseWish wish,
                                  PhaseLeaf& scratch) const {
  if (known_ != nullptr) return known_->of(leaf, wish);
  return scratch = phase_leaf(leaf, wish, settings_);
}

void PhaseGroup::add(const LeafEvidence& leaf, PhaseWish wish, double times) {
  PhaseLeaf scratch;
  add(read(leaf, wish, scratch), times);
}

void PhaseGroup::add(const PhaseLeaf& leaf, double times) {
  down_since_ += times * leaf.product.down_if_died_since;
  for (std::uint8_t t = 0; t < 8; ++t) {
    up_[t] += times * leaf.terms[0][t].whole;
    down_[t] += times * leaf.terms[1][t].whole;
    since_[t] += times * leaf.since[t].whole;
  }
}

void PhaseGroup::add_to(PhaseDrop& drop, const LeafEvidence& leaf, PhaseWish wish) const {
  PhaseLeaf scratch;
  const PhaseLeaf& says = read(leaf, wish, scratch);
  drop.leaves.down_if_died_since += says.product.down_if_died_since;
  drop.leaves.up_if_drop_died_since += says.product.up_if_drop_died_since;
  for (std::uint8_t t = 0; t < 8; ++t) drop.if_closed_since[t] += says.since[t].whole;
  for (const bool down : {false, true}) {
    const double dead = down ? (leaf.link_silent ? 0 : kLogZero) : leaf.link_dead;
    for (std::uint8_t t = 0; t < 8; ++t) {
      drop.if_closed[down][t] += says.terms[down][t].whole;
      drop.if_open[down][t] += dead + leaf.other_dead;
    }
  }
}

void PhaseGroup::add(const PhaseDrop& drop) {
  PhaseDropSum scratch;
  if (known_ == nullptr) scratch = sum_out(drop);
  add(known_ != nullptr ? known_->of(drop) : scratch);
}

void PhaseGroup::add(const PhaseDropSum& sum) {
  down_since_ += sum.down_since;
  for (std::uint8_t t = 0; t < 8; ++t) {
    up_[t] += sum.up[t];
    down_[t] += sum.down[t];
    since_[t] += sum.since[t];
  }
}

double PhaseGroup::log_concentrator(std::uint8_t t, bool down) const {
  const double kappa = t == 0 ? settings_.down_if_dead : settings_.down_if_live;
  return down ? std::log(kappa) : std::log1p(-kappa);
}

ByPhases PhaseGroup::log_likelihood() const {
  ByPhases sum;
  for (std::uint8_t t = 0; t < 8; ++t) {
    double up = up_[t], down = down_[t];
    if (died_since_ > 0) {
      const double along = std::log1p(-died_since_);
      // The concentrator was up until then.
      const double since =
          std::log(died_since_) + (t == 0 ? std::log1p(-settings_.down_if_live) : 0);
      up = log_add(along + up, since + since_[t]);
      if (t == 0) down = log_add(along + down, since + down_since_);
    }
    sum[t] = log_add(log_concentrator(t, false) + up, log_concentrator(t, true) + down);
  }
  return sum;
}

PhaseWeights PhaseGroup::weigh(const ByPhases& p_live) const {
  PhaseWeights weights;
  const ByPhases either = log_likelihood();
  weights.none_live = p_live[0];
  const double along = std::log1p(-died_since_), since = std::log(died_since_);
  for (std::uint8_t t = 1; t < 8; ++t) {
    const double up = log_concentrator(t, false) - either[t];
    const double down = log_concentrator(t, true) - either[t];
    weights.of_state[0][t] = p_live[t] * std::exp(along + up + up_[t]);
    weights.of_state[1][t] = p_live[t] * std::exp(down + down_[t]);
    if (died_since_ > 0) weights.of_state[2][t] = p_live[t] * std::exp(since + up + since_[t]);
  }
  return weights;
}

PhaseGroup::Out PhaseGroup::p_out(const PhaseLeaf& leaf, const PhaseWeights& weights,
                                  const PhaseDropOpen& open) {
  Out out;
  out.dead = weights.none_live;
  for (std::uint8_t t = 1; t < 8; ++t) {
    for (std::size_t state = 0; state < weights.of_state.size(); ++state) {
      const double weight = weights.of_state[state][t];
      if (!(weight > 0)) continue;
      const PhaseLeaf::Term& of_leaf = state == 2 ? leaf.since[t] : leaf.terms[state][t];
      const double drop_open = open[state][t];
      out.dead += weight * drop_open;
      if (drop_open >= 1) continue;
      out.dead += weight * (1 - drop_open) * std::exp(of_leaf.dead - of_leaf.whole);
      out.partly += weight * (1 - drop_open) * std::exp(of_leaf.partly - of_leaf.whole);
    }
  }
  out.dead = std::min(1.0, out.dead);
  out.partly = std::min(1.0, out.partly);
  return out;
}

PhaseGroup::Out PhaseGroup::p_out(const LeafEvidence& leaf, PhaseWish wish, const ByPhases& p_live,
                                  const PhaseDrop& drop) const {
  PhaseLeaf scratch;
  return p_out(read(leaf, wish, scratch), weigh(p_live), p_open(drop));
}

}  // namespace gridmend
