#include "core/outage/outage_matching.h"

#include <algorithm>
#include <tuple>

#include "core/outage/outage_book.h"

namespace gridmend {
namespace {

struct Run {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint32_t candidate = 0;
  std::uint32_t farthest = 0;  // end of all runs up to this one
};

std::vector<Run> runs_of(std::span<const OutageCandidate> candidates) {
  std::vector<Run> runs;
  for (std::uint32_t c = 0; c < candidates.size(); ++c) {
    for (const IdRange<UsagePoint>& range : candidates[c].outage.affected.ranges())
      runs.push_back({range.first.index, range.last.index, c, 0});
  }
  std::ranges::sort(runs, {}, [](const Run& run) { return std::tuple{run.first, run.candidate}; });
  std::uint32_t farthest = 0;
  for (Run& run : runs) run.farthest = farthest = std::max(farthest, run.last);
  return runs;
}

double customers_between(const NetworkModel& network, std::uint32_t first, std::uint32_t last) {
  double customers = 0;
  for (std::uint32_t i = first; i < last; ++i)
    customers += network.usage_points()[Id<UsagePoint>{i}].customers;
  return customers;
}

// Adds what one outage has in common with anybody.
void add_overlaps(std::uint32_t outage, const UsagePointSet& affected, const std::vector<Run>& runs,
                  const NetworkModel& network, std::vector<OutageOverlap>& overlaps) {
  const std::size_t begin = overlaps.size();
  for (const IdRange<UsagePoint>& range : affected.ranges()) {
    auto run = std::ranges::upper_bound(runs, range.first.index, {}, &Run::farthest);
    for (; run != runs.end() && run->first < range.last.index; ++run) {
      const std::uint32_t first = std::max(run->first, range.first.index);
      const std::uint32_t last = std::min(run->last, range.last.index);
      if (first >= last) continue;
      overlaps.push_back(
          {outage, run->candidate, last - first, customers_between(network, first, last)});
    }
  }
  const auto own =
      std::ranges::subrange(overlaps.begin() + static_cast<std::ptrdiff_t>(begin), overlaps.end());
  std::ranges::sort(own, {}, &OutageOverlap::candidate);
  std::size_t kept = begin;
  for (std::size_t i = begin; i < overlaps.size(); ++i) {
    if (kept > begin && overlaps[kept - 1].candidate == overlaps[i].candidate) {
      overlaps[kept - 1].usage_points += overlaps[i].usage_points;
      overlaps[kept - 1].customers += overlaps[i].customers;
    } else {
      overlaps[kept++] = overlaps[i];
    }
  }
  overlaps.resize(kept);
}

bool same_suspect(const SuspectDevice& a, const SuspectDevice& b) {
  return a.device == b.device && a.usage_point == b.usage_point;
}

}  // namespace

std::span<const OutageOverlap> OutageMatching::of_outage(std::uint32_t outage) const {
  const auto own = std::ranges::equal_range(overlaps, outage, {}, &OutageOverlap::outage);
  return {own.begin(), own.end()};
}

std::vector<OutageOverlap> overlaps_of(std::span<const Outage> outages,
                                       std::span<const OutageCandidate> candidates,
                                       const NetworkModel& network) {
  const std::vector<Run> runs = runs_of(candidates);
  std::vector<OutageOverlap> overlaps;
  for (std::uint32_t o = 0; o < outages.size(); ++o) {
    if (!has_ended(outages[o].status)) {
      add_overlaps(o, outages[o].affected, runs, network, overlaps);
    }
  }
  return overlaps;
}

OutageMatching match_outages(
    std::span<const Outage> outages, std::span<const OutageCandidate> candidates,
    const NetworkModel& network, double keep_id_overlap,
    const std::function<bool(const Outage&, const OutageCandidate&)>& may_continue) {
  OutageMatching matching;
  matching.overlaps = overlaps_of(outages, candidates, network);
  matching.candidate_of.assign(outages.size(), OutageMatching::kNobody);
  matching.outage_of.assign(candidates.size(), OutageMatching::kNobody);
  matching.origin_of.assign(candidates.size(), OutageMatching::kNobody);
  struct Pair {
    double customers;
    bool same;
    std::uint32_t outage, candidate;
  };
  const auto largely = [&](std::size_t shared, std::size_t all) {
    return static_cast<double>(shared) >= keep_id_overlap * static_cast<double>(all);
  };
  std::vector<Pair> pairs;
  std::vector<double> most(candidates.size(), -1);
  for (const OutageOverlap& overlap : matching.overlaps) {
    const Outage& outage = outages[overlap.outage];
    const Outage& now = candidates[overlap.candidate].outage;
    if (largely(overlap.usage_points, now.affected.size()) &&
        overlap.customers > most[overlap.candidate]) {
      most[overlap.candidate] = overlap.customers;
      matching.origin_of[overlap.candidate] = overlap.outage;
    }
    if (!largely(overlap.usage_points, std::min(outage.affected.size(), now.affected.size())))
      continue;
    if (!may_continue(outage, candidates[overlap.candidate])) continue;
    pairs.push_back({overlap.customers, same_suspect(outage.probable, now.probable), overlap.outage,
                     overlap.candidate});
  }
  std::ranges::sort(pairs, [](const Pair& a, const Pair& b) {
    return std::tuple{b.customers, b.same, a.outage, a.candidate} <
           std::tuple{a.customers, a.same, b.outage, b.candidate};
  });
  for (const Pair& pair : pairs) {
    std::uint32_t& candidate = matching.candidate_of[pair.outage];
    std::uint32_t& outage = matching.outage_of[pair.candidate];
    if (candidate != OutageMatching::kNobody || outage != OutageMatching::kNobody) continue;
    candidate = pair.candidate;
    outage = pair.outage;
  }
  return matching;
}

}  // namespace gridmend
