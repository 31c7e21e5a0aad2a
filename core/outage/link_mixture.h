#pragma once

#include <span>
#include <vector>

#include "core/network/link_suspicion.h"
#include "core/outage/inference_forest.h"

namespace gridmend {

// What one usage point's evidence adds to the log likelihood ratio (live over dead) of a zone.
struct ZoneShare {
  Id<InferenceZone> zone;
  double log_ratio = 0;

  friend bool operator==(const ZoneShare&, const ZoneShare&) = default;
};

// Spreads the evidence of a usage point with suspected links over the zones it may hang in, so that
// inference over the tree stays exact and linear. `log_live` and `log_dead` are log P(its evidence
// | supply of the usage point is live, dead). Shares go to the zone it is declared in and to zones
// above that one, none of them twice; without suspicion all goes to its own.
//
// Model: with the probability of each link the evidence is that of a usage point behind that
// transformer. A link elsewhere in the same tree is taken to live as long as the nearest zone above
// both does (openings of its own beyond there are small beside that, and would couple zones that do
// not stand above each other); a link to another tree to live; one to a transformer without supply
// to be dead. For zones in line the mixture telescopes into factors,
//   f_k = P(dead) sum of the weights below k + P(live) sum of the rest,  share_k = log f_k /
//   f_{k+1},
// so under this model nothing is lost. Empty for a usage point without supply.
std::vector<ZoneShare> spread_over_links(const InferenceForest& forest, Id<UsagePoint> usage_point,
                                         std::span<const SuspectedLink> links, double log_live,
                                         double log_dead);

}  // namespace gridmend
