#include "core/outage/call_mixture.h"

#include <algorithm>
#include <cmath>

namespace gridmend {
namespace {

// So that no zone's ratio to one above it is without a value.
constexpr double kLeast = 1e-300;

bool is_behind(const InferenceForest& forest, Id<InferenceZone> zone, Id<InferenceZone> above) {
  return zone >= above && zone.index < forest[above].zones_end;
}

}  // namespace

CallMixture::CallMixture(const InferenceForest& forest, std::vector<CallZone> zones,
                         double elsewhere)
    : forest_(forest), all_dead_(elsewhere) {
  std::ranges::sort(zones, {}, &CallZone::zone);
  for (const CallZone& one : zones) {
    all_dead_ += one.if_dead;
    if (!zones_.empty() && zones_.back().zone == one.zone) {
      zones_.back().if_live += one.if_live;
      zones_.back().if_dead += one.if_dead;
    } else {
      zones_.push_back(one);
    }
  }
  for (std::size_t i = 1; i < zones_.size(); ++i) {
    in_line_ = in_line_ && is_behind(forest_, zones_[i].zone, zones_[i - 1].zone);
  }
  place_nodes();
}

// Zones are numbered so that the ways to two neighbours in order part where those to any two part.
void CallMixture::place_nodes() {
  std::vector<Id<InferenceZone>> all;
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    all.push_back(zones_[i].zone);
    if (i == 0) continue;
    Id<InferenceZone> above = zones_[i - 1].zone;
    while (above.valid() && !is_behind(forest_, zones_[i].zone, above)) {
      above = forest_[above].parent;
    }
    if (above.valid()) all.push_back(above);
  }
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  for (const Id<InferenceZone> zone : all) {
    Node node{zone, nodes_.empty() ? kNone : nodes_.size() - 1, 0, 1};
    while (node.parent != kNone && !is_behind(forest_, zone, nodes_[node.parent].zone)) {
      node.parent = nodes_[node.parent].parent;
    }
    const auto own = std::ranges::lower_bound(zones_, zone, {}, &CallZone::zone);
    if (own != zones_.end() && own->zone == zone) node.weight = own->if_dead - own->if_live;
    nodes_.push_back(node);
  }
}

bool CallMixture::behind(std::size_t node, std::size_t above) const {
  return is_behind(forest_, nodes_[node].zone, nodes_[above].zone);
}

// P(the node lives | `live` does); of `live` none, nothing is given.
double CallMixture::live_given(std::span<const Node> nodes, std::size_t node,
                               std::size_t live) const {
  while (live != kNone && !behind(node, live)) {
    if (behind(live, node)) return 1;
    live = nodes[live].parent;
  }
  if (live == kNone) return nodes[node].p_live;
  return std::min(1.0, nodes[node].p_live / nodes[live].p_live);
}

// E f, given that `live` lives and `dead`, the next node behind it, does not; either may be none.
double CallMixture::expected(std::span<const Node> nodes, std::size_t live,
                             std::size_t dead) const {
  double sum = all_dead_;
  for (std::size_t z = 0; z < nodes.size(); ++z) {
    if (nodes[z].weight == 0 || (dead != kNone && behind(z, dead))) continue;
    sum -= nodes[z].weight * live_given(nodes, z, live);
  }
  return std::max(sum, kLeast);
}

std::vector<ZoneShare> CallMixture::shares(
    const std::function<double(Id<InferenceZone>)>& p_live) const {
  std::vector<Node> nodes = nodes_;
  for (Node& node : nodes) {
    node.p_live = std::clamp(p_live(node.zone), kLeast, 1.0);
    // Rounding must not let a zone live more often than what feeds it.
    if (node.parent != kNone) node.p_live = std::min(node.p_live, nodes[node.parent].p_live);
  }
  std::vector<double> share(nodes.size(), 0);
  for (std::size_t v = nodes.size(); v-- > 0;) {
    const std::size_t above = nodes[v].parent;
    // What the whole of it says of v, given that supply reaches it; the nodes behind have theirs.
    const double whole = std::log(expected(nodes, v, kNone)) - std::log(expected(nodes, above, v));
    share[v] += whole;
    if (above == kNone) continue;
    const double live = live_given(nodes, v, above);
    share[above] -= std::log(live * std::exp(whole) + (1 - live));
  }
  std::vector<ZoneShare> shares;
  for (std::size_t v = 0; v < nodes.size(); ++v) shares.push_back({nodes[v].zone, share[v]});
  return shares;
}

std::vector<ZoneShare> CallMixture::shares() const {
  // Any beliefs do: their ratios cancel.
  double believed = 1;
  return shares([&believed](Id<InferenceZone>) { return believed /= 2; });
}

}  // namespace gridmend
