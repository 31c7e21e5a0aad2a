#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/outage/sum_product.h"

namespace gridmend {

// Sets of phases as bits 0 to 2 for A, B and C (PhaseSet::live_bits), and one number for each set.
inline constexpr std::uint8_t kAllPhases = 7;
using ByPhases = std::array<double, 8>;

// What heads a zone, phase by phase.
struct PhaseZone {
  ByPhases opening{};                 // P(x_v = o), o within `carries`; they sum to 1
  std::uint8_t carries = kAllPhases;  // phases that pass when nothing is open
  // On a single phase of `carries`, each equally likely beforehand, nobody knows which. Every
  // opening but none then opens it.
  bool one_of = false;
};

// A rooted forest like ZoneTree, but each zone is live on a set of phases: s_v = s_parent and what
// the zone carries, less what is open (a root's feed has all three).
//
// log_likelihood[v][t] = log P(evidence in zone v | it is live on exactly t), up to a constant.
struct PhaseTree {
  std::span<const std::uint32_t> parent;
  std::span<const PhaseZone> zones;
  std::span<const ByPhases> log_likelihood;  // finite
};

// Exact posterior, one entry a zone. For a zone of unknown phase the sets below name that phase, so
// that they also say which phase it probably is.
struct PhaseMarginals {
  std::vector<ByPhases> below;     // G_v[t] = log_likelihood + sum of the children's messages,
  std::vector<ByPhases> message;   // U_v[s] = log P(at and behind v | feed s), both less that of
                                   // no phase at all
  std::vector<ByPhases> p_live;    // P(zone v is live on exactly t)
  std::vector<ByPhases> p_active;  // P(v cuts exactly these phases, which do reach it)
  std::vector<ByPhases> p_open;    // P(x_v = o), with what is hidden behind other openings
  double log_evidence = 0;         // log P(evidence) - log P(evidence | everything dead)
};

// The most probable joint explanation, as phase sets. Ties go to closed.
struct PhaseExplanation {
  std::vector<std::uint8_t> open;     // x_v
  std::vector<std::uint8_t> carried;  // `carries`, or the one phase it is taken to be
  std::vector<std::uint8_t> live;
  std::vector<std::uint8_t> active;                 // open and fed
  std::vector<std::array<std::uint8_t, 8>> choice;  // by feed: scratch
  std::vector<ByPhases> message;
};

// O(27) a zone: the pairs of a feed and a subset of it that is left. Both agree with enumeration to
// 1e-9 for openings of probability 0 to 1 and log likelihoods of any finite size. Where every
// opening is of all or nothing, infer_marginals says the same in a twentieth of the time.
void infer_phase_marginals(const PhaseTree& tree, PhaseMarginals& out);
void infer_phase_explanation(const PhaseTree& tree, PhaseExplanation& out);

// All or nothing of `carries`, open with probability q.
PhaseZone gang_operated_zone(double q, std::uint8_t carries);
// One conductor on an unknown phase of `carries`.
PhaseZone unknown_phase_zone(double q, std::uint8_t carries);
// What opens phase by phase: open on any phase with probability q, by a cause that takes all of
// them (this share of q) or else by each phase on its own, alike and independently.
PhaseZone single_phase_zone(double q, std::uint8_t carries, double together_share);

}  // namespace gridmend
