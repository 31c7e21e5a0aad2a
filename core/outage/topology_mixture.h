#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/outage/sum_product.h"

namespace gridmend {

// One way the network may be switched: a tie that may be closed, one of the places where a ring may
// stand open. Its supply as a forest of its own, whose entry i is the zone zone_of[i] of the
// reference all topologies share. A zone not named has no supply in it.
struct Topology {
  double prior = 0;  // P(switched so), before any evidence; relative weights will do
  ZoneTree tree;     // log likelihoods are those of the reference's zones
  std::span<const std::uint32_t> zone_of;
  // log P(evidence | everything dead, switched so), less a number that is the same for all of them.
  double log_if_dead = 0;
};

// Exact posterior over topologies, and of the reference's zones over all of them.
struct TopologyPosterior {
  std::vector<double> probability;  // by topology
  std::vector<double> p_live;       // by zone
  std::vector<double> p_active;
  std::vector<double> p_open;
  double log_evidence = 0;  // log P(evidence), less that of everything dead with log_if_dead = 0
};

// What evidence makes of the topologies alone, with the passes it was found by; `zone_of` is not
// read. Priors as below. O(sum of the topologies' zones).
struct WeighedTopologies {
  std::vector<double> probability;   // by topology
  std::vector<Marginals> marginals;  // by topology, over its own entries; empty where prior is 0
  double log_evidence = 0;
};
WeighedTopologies weigh_topologies(std::span<const Topology> topologies);

// Evidence weighs a topology by e^{log_if_dead + sum of R over its roots}: R counts from
// "everything dead", so that zones without supply weigh nothing but what log_if_dead says of them.
// Those keep the prior in `open_if_unsupplied`, one a zone. Priors must not all be 0. O(sum of the
// topologies' zones).
TopologyPosterior infer_topologies(std::span<const Topology> topologies,
                                   std::span<const double> open_if_unsupplied);

}  // namespace gridmend
