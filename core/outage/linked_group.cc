#include "core/outage/linked_group.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/outage/log_zero.h"

namespace gridmend {
namespace {

// The nearest zone above both; none in different trees.
Id<InferenceZone> above_both(const InferenceForest& forest, Id<InferenceZone> zone,
                             Id<InferenceZone> other) {
  while (zone.valid() && (other < zone || other.index >= forest[zone].zones_end)) {
    zone = forest[zone].parent;
  }
  return zone;
}

}  // namespace

bool all_silent(std::span<const LinkedLeaf> leaves) {
  return std::ranges::all_of(leaves,
                             [](const LinkedLeaf& leaf) { return leaf.evidence.link_silent; });
}

LinkedGroup::LinkedGroup(const InferenceForest& forest, Id<InferenceZone> zone,
                         std::span<const LinkedLeaf> leaves, const GroupSettings& settings,
                         double died_since)
    : settings_(settings), died_since_(died_since) {
  place(forest, zone, leaves);
  read(leaves);
}

void LinkedGroup::read(std::span<const LinkedLeaf> leaves) {
  log_premises_ = std::log(settings_.premises);
  said_.reserve(leaves.size());
  for (std::size_t u = 0; u < leaves.size(); ++u) {
    Said& said = said_.emplace_back();
    said.declared = leaf_product(leaves[u].evidence, settings_);
    said.log_declared = std::log(links_[u].declared);
    GroupAccumulator alone{settings_};
    LeafEvidence by_itself = leaves[u].evidence;
    by_itself.link_dead += std::exchange(by_itself.aged, 0);
    alone.add(by_itself);
    said.elsewhere = alone.finish();
    said.by_itself = alone.product().up_if_dead;
    said.premises_dead = log_add(std::log1p(-settings_.down_if_live) + said.by_itself,
                                 std::log(settings_.down_if_live) + said.declared.down_if_dead);
  }
}

void LinkedGroup::place(const InferenceForest& forest, Id<InferenceZone> zone,
                        std::span<const LinkedLeaf> leaves) {
  struct Found {
    std::size_t leaf = 0;
    Id<InferenceZone> level;
    double weight = 0;
  };
  std::vector<Found> found;
  levels_.push_back(zone);
  for (std::size_t u = 0; u < leaves.size(); ++u) {
    drop_.push_back(leaves[u].drop);
    drop_open_.push_back(leaves[u].drop.valid() ? leaves[u].drop_open : 0);
    drop_died_since_.push_back(leaves[u].drop_died_since);
    Links& links = links_.emplace_back();
    for (std::size_t k = 0; k < leaves[u].links.size(); ++k) {
      const SuspectedLink& link = leaves[u].links[k];
      const double weight = std::min(static_cast<double>(link.probability), links.declared);
      links.declared -= weight;
      const Id<InferenceZone> other = forest.zone_of(link.likelier);
      if (!other.valid()) {
        links.never += weight;
        continue;
      }
      const Id<InferenceZone> level = above_both(forest, zone, other);
      if (level.valid()) {
        found.push_back({u, level, weight});
        levels_.push_back(level);
      } else {
        const double lives = leaves[u].live_elsewhere.empty() ? 1 : leaves[u].live_elsewhere[k];
        links.always += weight * lives;
        links.never += weight * (1 - lives);
      }
    }
  }
  // Of zones in line the farther up has the lower id.
  std::ranges::sort(levels_, std::ranges::greater{});
  const auto repeated = std::ranges::unique(levels_);
  levels_.erase(repeated.begin(), repeated.end());
  for (Links& links : links_) links.weight.assign(levels_.size(), 0);
  for (const Found& one : found) {
    const auto level = std::ranges::find(levels_, one.level) - levels_.begin();
    links_[one.leaf].weight[static_cast<std::size_t>(level)] += one.weight;
  }
}

double LinkedGroup::own_if_dead(const Said& said, State state, Drop drop) const {
  const GroupProduct& own = said.declared;
  if (drop == Drop::closed && state.lowest == 0)
    return state.down ? own.down_if_dead : said.by_itself;
  if (drop == Drop::closed && state.since)
    return state.down ? own.down_if_died_since : own.up_if_died_since;
  if (state.down && !state.since) return own.down_if_dead;
  if (state.down && own.down_if_died_since == kLogZero) return kLogZero;
  return drop == Drop::died ? own.up_if_drop_died_since : own.up_if_dead;
}

LinkedGroup::Term LinkedGroup::term(std::size_t u, State state, Drop drop) const {
  const Said& said = said_[u];
  const Links& links = links_[u];
  const double log_premises = log_premises_;
  const auto dead_part = [&](bool zone_live, double if_dead) {
    return zone_live ? log_premises + if_dead : if_dead;
  };
  const GroupProduct& own = said.declared;
  const bool zone_live = state.lowest == 0 && drop == Drop::closed;
  const double own_dead = own_if_dead(said, state, drop);
  const double own_live = state.down ? own.down_if_live : own.up_if_live;
  Term term{said.log_declared + (zone_live ? own_live : own_dead),
            said.log_declared + dead_part(zone_live, own_dead)};
  double lives = links.always, dies = links.never;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    (level >= state.lowest ? lives : dies) += links.weight[level];
  }
  const GroupLikelihood& elsewhere = said.elsewhere;
  if (lives > 0) {
    term.whole = log_add(term.whole, std::log(lives) + elsewhere.log_if_live);
    term.dead = log_add(term.dead, std::log(lives) + log_premises + said.premises_dead);
  }
  if (dies > 0) {
    term.whole = log_add(term.whole, std::log(dies) + elsewhere.log_if_dead);
    term.dead = log_add(term.dead, std::log(dies) + elsewhere.log_if_dead);
  }
  return term;
}

double LinkedGroup::log_concentrator(State state) const {
  const double down = state.lowest == 0 ? settings_.down_if_live : settings_.down_if_dead;
  const double log_down = state.down ? std::log(down) : std::log1p(-down);
  if (state.lowest == 0) return state.since ? kLogZero : log_down;
  if (!state.since) return log_down + std::log1p(-died_since_);
  return log_down + std::log(died_since_) + std::log1p(-settings_.down_if_live);
}

std::span<const LinkedGroup::State> LinkedGroup::states() {
  static constexpr std::array<State, 4> kStates = {
      {{0, false, false}, {0, true, false}, {0, false, true}, {0, true, true}}};
  return kStates;
}

double LinkedGroup::log_likelihood(std::size_t lowest) const {
  double sum = kLogZero;
  for (State state : states()) {
    state.lowest = lowest;
    if (log_concentrator(state) == kLogZero) continue;
    sum = log_add(sum, log_product(state));
  }
  return sum;
}

// Past the leaves that share a drop with this one; past itself for one that shares none.
std::size_t LinkedGroup::drop_end(std::size_t u) const {
  std::size_t end = u + 1;
  while (drop_[u].valid() && end < drop_.size() && drop_[end] == drop_[u]) ++end;
  return end;
}

std::array<double, 3> LinkedGroup::log_by_drop(std::size_t begin, State state) const {
  const double open = drop_open_[begin], since = drop_died_since_[begin];
  // Dead all along, it makes no difference.
  const bool shared = open > 0 && (state.lowest == 0 || state.since);
  std::array<double, 3> sums = {0, kLogZero, kLogZero};
  if (shared) {
    sums = {std::log1p(-open), std::log(open) + std::log1p(-since), std::log(open * since)};
  }
  for (std::size_t d = 0; d < kDrops.size(); ++d) {
    for (std::size_t u = begin; u < drop_end(begin) && sums[d] != kLogZero; ++u)
      sums[d] += term(u, state, kDrops[d]).whole;
  }
  return sums;
}

double LinkedGroup::log_product(State state) const {
  double sum = log_concentrator(state);
  for (std::size_t begin = 0; begin < said_.size(); begin = drop_end(begin)) {
    const std::array<double, 3> by_drop = log_by_drop(begin, state);
    sum += log_add(by_drop[0], log_add(by_drop[1], by_drop[2]));
  }
  return sum;
}

std::optional<Id<InferenceZone>> LinkedGroup::top() const {
  const auto leads_out = [](const Links& links) { return links.always > 0 || links.never > 0; };
  if (std::ranges::any_of(links_, leads_out)) return std::nullopt;
  return levels_.back();
}

// Dead wherever they hang, with their links down wherever they hang: where that is makes no
// difference.
GroupLikelihood LinkedGroup::if_all_dead() const {
  GroupLikelihood group;
  group.log_if_dead = log_likelihood(levels_.size());
  group.log_silent_if_dead = 0;
  for (const Said& said : said_) {
    group.log_silent_if_dead += said.declared.down_if_dead;
    group.unheard = group.unheard && !std::isinf(said.declared.unheard);
  }
  return group;
}

std::vector<ZoneShare> LinkedGroup::shares() const {
  std::vector<ZoneShare> shares;
  double lives = log_likelihood(0);
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    const double dead = log_likelihood(level + 1);
    shares.push_back({levels_[level], lives - dead});
    lives = dead;
  }
  return shares;
}

double LinkedGroup::log_evidence(std::span<const double> p_live) const {
  double sum = kLogZero;
  double below = 0;
  for (std::size_t lowest = 0; lowest <= levels_.size(); ++lowest) {
    const double lives = lowest < levels_.size() ? p_live[lowest] : 1;
    if (lives > below) sum = log_add(sum, std::log(lives - below) + log_likelihood(lowest));
    below = std::max(below, lives);
  }
  return sum;
}

std::vector<double> LinkedGroup::p_out(std::span<const double> p_live) const {
  std::vector<double> out(said_.size(), 0);
  double below = 0;
  for (std::size_t lowest = 0; lowest <= levels_.size(); ++lowest) {
    const double lives = lowest < levels_.size() ? p_live[lowest] : 1;
    const double p_state = std::max(0.0, lives - below);
    below = lives;
    const double any = log_likelihood(lowest);
    for (State state : states()) {
      state.lowest = lowest;
      if (log_concentrator(state) == kLogZero) continue;
      const double weight = p_state * std::exp(log_product(state) - any);
      if (!(weight > 0)) continue;
      for (std::size_t begin = 0; begin < said_.size(); begin = drop_end(begin)) {
        const std::array<double, 3> by_drop = log_by_drop(begin, state);
        const double either = log_add(by_drop[0], log_add(by_drop[1], by_drop[2]));
        for (std::size_t d = 0; d < kDrops.size(); ++d) {
          const double p_drop = either == kLogZero ? 0 : std::exp(by_drop[d] - either);
          if (!(p_drop > 0)) continue;
          for (std::size_t u = begin; u < drop_end(begin); ++u) {
            const Term said = term(u, state, kDrops[d]);
            out[u] += weight * p_drop * std::exp(said.dead - said.whole);
          }
        }
      }
    }
  }
  for (double& p : out) p = std::min(1.0, p);
  return out;
}

}  // namespace gridmend
