#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/outage/branch_silence.h"
#include "core/outage/epoch_product.h"

namespace gridmend {

// Common causes of silence (BranchSilence) over time. What died in an epoch because a branch died
// in it has its links down together with probability links_down, and cannot be heard at all with
// unreachable, as far as no branch ahead of it is the cause already. What had died behind the
// branch before that keeps what is its own:
//   U_c[k, cause] = sum_{T<k} pi(T) D_c[T] + P(T >= k) G_c[k, cause]    for every cause but none,
//   D_v[k] = log((1 - a - b) e^{G_v[k, none]} + a e^{G_v[k, links]} + b e^{G_v[k, nobody]})
// for a branch, and D_v = G_v[none] elsewhere; with D_v for "T >= k" where there is no cause ahead.
struct EpochBranches {
  std::span<const std::uint8_t> is_branch;  // by zone
  // By zone and epoch: log P(evidence in the zone | it died in k, all links down together), and
  // where nobody can be heard; K numbers a zone, up to the zone's constant in EpochTree. -infinity:
  // something was heard.
  std::span<const double> links_down;
  std::span<const double> unreachable;
  BranchSilence::Settings settings;
};

// As infer_epoch_marginals(), with every cause; `below` and `message` stay empty. log_evidence
// counts from "all died in epoch 0, apart". `added`, K + 1 numbers a zone, becomes what the causes
// add to the log likelihood of a branch's having died in k, all that lies behind it summed out.
// O(zones * K).
void infer_epoch_marginals(const EpochTree& tree, const EpochBranches& branches,
                           EpochMarginals& out, std::vector<double>& added);

}  // namespace gridmend
