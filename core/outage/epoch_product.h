#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/outage/sum_product.h"

namespace gridmend {

// A rooted forest like ZoneTree over time: devices open one after another, a later one perhaps
// behind an earlier. Time is cut into epochs 0 .. K - 1; K stands for "not yet". Device v opens in
// epoch T_v, and its zone dies in tau_v = min(tau_parent, T_v); a root's feed lives.
//
// Columns have K + 1 numbers a zone, zone by zone.
struct EpochTree {
  std::uint32_t epochs = 0;  // K
  std::span<const std::uint32_t> parent;
  std::span<const double> opening;         // P(T_v = k); K + 1 of them sum to 1
  std::span<const double> log_likelihood;  // log P(evidence in zone v | it died in k), up to a
                                           // constant; K: it lives. Finite
};

// Exact posterior; columns as above.
struct EpochMarginals {
  std::vector<double> below;     // G_v[k] = log_likelihood + sum of the children's messages,
  std::vector<double> message;   // U_v[k] = log P(at and behind v | feed died in k), both less that
                                 // of epoch 0
  std::vector<double> p_died;    // P(tau_v = k)
  std::vector<double> p_active;  // P(v opened in k under a live feed: it is what took the zone);
                                 // K: it did not
  std::vector<double> p_open;    // P(T_v = k), with openings behind another open device
  double log_evidence = 0;       // log P(evidence) - log P(evidence | all died in epoch 0)
};

// The most probable joint explanation, as epochs. Ties go to "not yet", then to the later.
struct EpochExplanation {
  std::vector<std::uint32_t> opened;  // T_v
  std::vector<std::uint32_t> died;    // tau_v
  std::vector<double> message;
};

// O(zones * K), by sums over the epochs before. Agree with enumeration to 1e-9.
void infer_epoch_marginals(const EpochTree& tree, EpochMarginals& out);
void infer_epoch_explanation(const EpochTree& tree, EpochExplanation& out);

}  // namespace gridmend
