#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gridmend {

inline constexpr std::uint32_t kNoParent = 0xffffffff;

// A rooted forest of things that can be open, as flat arrays of equal length. A parent stands
// before its children: parent[v] < v, or kNoParent.
//
// Model: x_v = 1 with prior[v], independently; zone v is live when x_v = 0 and its parent's zone is
// live (always, without a parent); log_likelihood[v] = log P(evidence in zone v | live) - log
// P(the same | dead). Logarithms are natural.
struct ZoneTree {
  std::span<const std::uint32_t> parent;
  std::span<const double> prior;           // in [0, 1], both ends included
  std::span<const double> log_likelihood;  // finite
};

// Exact posterior, one entry a zone.
struct Marginals {
  std::vector<double> below;         // S_v = log_likelihood + sum of the children's R
  std::vector<double> message;       // R_v = log((1 - q) e^S + q)
  std::vector<double> p_live;        // h_v: zone v is live
  std::vector<double> p_active;      // f_v: x_v = 1 and supply reaches it
  std::vector<double> p_open;        // P(x_v = 1), with those hidden behind another open one
  std::vector<double> p_cut_if_fed;  // q e^{-R}: x_v = 1, given that supply reaches it
  double log_evidence = 0;           // log P(evidence) - log P(evidence | everything dead)
};

// The most probable joint explanation. Ties go to closed.
struct Explanation {
  std::vector<double> message;       // M_v
  std::vector<std::uint8_t> open;    // x_v; behind an open one: more likely open than not
  std::vector<std::uint8_t> active;  // open and fed
};

// Both take O(zones), allocate only when `out` is too small, and agree with enumeration to 1e-9 for
// every prior in [0, 1] and log likelihoods of any finite size.
void infer_marginals(const ZoneTree& tree, Marginals& out);
void infer_explanation(const ZoneTree& tree, Explanation& out);

// Log of the joint probability of x and the evidence, less log P(evidence | everything dead): what
// infer_explanation maximises. -infinity for what cannot be. O(zones).
double log_joint(const ZoneTree& tree, std::span<const std::uint8_t> open);

// log((1 - q) e^s + q) without overflow or cancellation; exact at q = 0 and q = 1.
double upward_message(double q, double s);

}  // namespace gridmend
