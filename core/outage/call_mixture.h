#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/outage/inference_forest.h"
#include "core/outage/link_mixture.h"

namespace gridmend {

// One of the zones a call may come from: P(the call, and it is from here | the zone is live, dead).
struct CallZone {
  Id<InferenceZone> zone;
  double if_live = 0;
  double if_dead = 0;
};

// A call that may come from several zones. Given what lives, its likelihood is a sum and not a
// product,
//   f(s) = elsewhere + sum over zones z of (if_live_z where z lives, else if_dead_z),
// which a tree of independent zones has no place for, except where the zones stand in line: there
// f telescopes into a factor a zone and nothing is lost (one zone is a line).
//
// Otherwise f is projected onto the tree: factors on its zones and on the zones where the ways to
// them part, such that every single zone's posterior is the exact one. It is exact because f is
// linear in what lives, so that its expectations follow from pairs of zones. What is lost is that
// after the call two zones behind different branches are not independent any more (one of them
// explains the call, the other need not). Several such calls, each projected on what the others
// say, are therefore an approximation (expectation propagation); the tests measure how good a one.
class CallMixture {
 public:
  // Zones in any order; the same zone several times is added up. Likelihoods are above 0.
  CallMixture(const InferenceForest& forest, std::vector<CallZone> zones, double elsewhere);

  // Each zone but the highest stands behind another: what else is believed does not matter.
  bool in_line() const { return in_line_; }
  // Those it may come from, ascending.
  std::span<const CallZone> zones() const { return zones_; }

  // What it adds to the log likelihood ratio (live over dead) of zones, ascending. `p_live` is the
  // posterior of all other evidence, asked for some zones of these trees. O(zones squared).
  std::vector<ZoneShare> shares(const std::function<double(Id<InferenceZone>)>& p_live) const;
  // The same where the zones stand in line.
  std::vector<ZoneShare> shares() const;

 private:
  // One of the zones, or one where the ways to them part.
  struct Node {
    Id<InferenceZone> zone;
    std::size_t parent = kNone;  // the nearest above it that is a node
    double weight = 0;           // if_dead - if_live
    double p_live = 1;
  };
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void place_nodes();
  bool behind(std::size_t node, std::size_t above) const;
  double live_given(std::span<const Node> nodes, std::size_t node, std::size_t live) const;
  double expected(std::span<const Node> nodes, std::size_t live, std::size_t dead) const;

  const InferenceForest& forest_;
  std::vector<CallZone> zones_;
  std::vector<Node> nodes_;  // ascending: parents first
  double all_dead_ = 0;
  bool in_line_ = true;
};

}  // namespace gridmend
