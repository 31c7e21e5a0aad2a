#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/outage/outage_builder.h"

namespace gridmend {

// Who a present outage and a candidate have in common.
struct OutageOverlap {
  std::uint32_t outage = 0;  // places in the lists that were compared
  std::uint32_t candidate = 0;
  std::uint32_t usage_points = 0;
  double customers = 0;
};

// Which candidate carries which outage on.
struct OutageMatching {
  static constexpr std::uint32_t kNobody = 0xffffffff;

  std::vector<OutageOverlap> overlaps;  // by outage, then candidate; outages that ended have none
  std::vector<std::uint32_t> candidate_of;  // by outage
  std::vector<std::uint32_t> outage_of;     // by candidate
  // By candidate: of the outages that have at least the share `keep_id_overlap` of its usage
  // points, the one with most of its customers; kNobody: there is none.
  std::vector<std::uint32_t> origin_of;

  // Of one outage.
  std::span<const OutageOverlap> of_outage(std::uint32_t outage) const;
};

// Everything two lists have in common. O(runs log runs + usage points in common), as long as the
// candidates are disjoint, as build_candidates() makes them.
std::vector<OutageOverlap> overlaps_of(std::span<const Outage> outages,
                                       std::span<const OutageCandidate> candidates,
                                       const NetworkModel& network);

// An outage keeps its id with the candidate that has most of its customers, greedily by customers
// in common, the same device first among equals. Pairs that share less than `keep_id_overlap` of
// the smaller one, or that `may_continue` forbids, are none.
OutageMatching match_outages(
    std::span<const Outage> outages, std::span<const OutageCandidate> candidates,
    const NetworkModel& network, double keep_id_overlap,
    const std::function<bool(const Outage&, const OutageCandidate&)>& may_continue);

}  // namespace gridmend
