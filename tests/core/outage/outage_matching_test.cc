#include "core/outage/outage_matching.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "core/base/random.h"
#include "core/outage/outage_book.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::outage_matching_test {
namespace {

constexpr std::uint64_t kSeed = 20260720;

NetworkModel network_of(std::size_t usage_points) {
  return drawing::draw("  S1==B1--T1(" + std::to_string(usage_points) + ")\n");
}

// Disjoint sets of a random part of the usage points; some of them are scattered.
std::vector<UsagePointSet> random_parts(Random& random, std::size_t usage_points, int most) {
  std::vector<std::vector<Id<UsagePoint>>> members(
      static_cast<std::size_t>(random.between(1, most)));
  std::size_t part = 0;
  for (std::uint32_t i = 0; i < usage_points; ++i) {
    if (random.chance(.3)) part = random.below(members.size() + 1);
    if (part < members.size()) members[part].push_back(Id<UsagePoint>{i});
  }
  std::vector<UsagePointSet> sets;
  for (const auto& ids : members) {
    if (!ids.empty()) sets.push_back(UsagePointSet::of(ids));
  }
  return sets;
}

std::vector<Outage> outages_of(const std::vector<UsagePointSet>& sets, Random& random) {
  std::vector<Outage> outages;
  for (const UsagePointSet& set : sets) {
    Outage& outage = outages.emplace_back();
    outage.affected = set;
    outage.status = random.chance(.1) ? OutageStatus::closed : OutageStatus::confirmed;
    outage.probable.device = Id<Device>{static_cast<std::uint32_t>(random.below(4))};
  }
  return outages;
}

std::vector<OutageCandidate> candidates_of(const std::vector<UsagePointSet>& sets, Random& random) {
  std::vector<OutageCandidate> candidates;
  for (Outage& outage : outages_of(sets, random)) candidates.push_back({std::move(outage), {}});
  return candidates;
}

TEST(OutageMatching, FindsWhatEveryPairHasInCommon) {
  const NetworkModel network = network_of(60);
  for (std::uint64_t round = 0; round < 2000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(round);
    const auto outages = outages_of(random_parts(random, 60, 8), random);
    // Outages keep who they ever affected, so theirs may overlap; candidates do not, mostly.
    auto sets = random_parts(random, 60, 8);
    if (random.chance(.2)) sets.push_back(sets.front());
    const auto candidates = candidates_of(sets, random);
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> found;
    for (const OutageOverlap& overlap : overlaps_of(outages, candidates, network)) {
      EXPECT_EQ(overlap.customers, overlap.usage_points);  // one customer each
      found[{overlap.outage, overlap.candidate}] += overlap.usage_points;
    }
    for (std::uint32_t o = 0; o < outages.size(); ++o) {
      for (std::uint32_t c = 0; c < candidates.size(); ++c) {
        const std::size_t shared = has_ended(outages[o].status)
                                       ? 0
                                       : outages[o].affected.overlap(candidates[c].outage.affected);
        const auto it = found.find({o, c});
        ASSERT_EQ(it == found.end() ? 0u : it->second, shared) << o << ", " << c;
      }
    }
  }
}

TEST(OutageMatching, NoPairThatSharesMoreIsLeftUnmatched) {
  const NetworkModel network = network_of(60);
  for (std::uint64_t round = 0; round < 2000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed + 1}.fork(round);
    const auto outages = outages_of(random_parts(random, 60, 6), random);
    const auto candidates = candidates_of(random_parts(random, 60, 6), random);
    const OutageMatching matching = match_outages(outages, candidates, network, .5,
                                                  [](const auto&, const auto&) { return true; });
    const auto shared = [&](std::uint32_t o, std::uint32_t c) {
      return outages[o].affected.overlap(candidates[c].outage.affected);
    };
    for (std::uint32_t o = 0; o < outages.size(); ++o) {
      const std::uint32_t mine = matching.candidate_of[o];
      if (mine != OutageMatching::kNobody) {
        ASSERT_EQ(matching.outage_of[mine], o);
      }
      for (std::uint32_t c = 0; c < candidates.size(); ++c) {
        const std::size_t both = shared(o, c);
        const std::size_t smaller =
            std::min(outages[o].affected.size(), candidates[c].outage.affected.size());
        if (has_ended(outages[o].status) || 2 * both < smaller || both == 0) continue;
        const std::uint32_t its = matching.outage_of[c];
        const bool outage_has = mine != OutageMatching::kNobody && shared(o, mine) >= both;
        const bool candidate_has = its != OutageMatching::kNobody && shared(its, c) >= both;
        ASSERT_TRUE(outage_has || candidate_has) << o << " and " << c << " share " << both;
      }
    }
  }
}

TEST(OutageMatching, MatchesThousandsOfOutagesInMilliseconds) {
  constexpr std::uint32_t kOutages = 5000, kEach = 20;
  const NetworkModel network = network_of(kOutages * kEach);
  std::vector<Outage> outages(kOutages);
  std::vector<OutageCandidate> candidates(kOutages);
  for (std::uint32_t i = 0; i < kOutages; ++i) {
    std::vector<Id<UsagePoint>> was, now;
    for (std::uint32_t k = 0; k < kEach; ++k) {
      was.push_back(Id<UsagePoint>{i * kEach + k});
      // Shifted by a quarter: each has most, not all, in common with the one before it.
      now.push_back(Id<UsagePoint>{(i * kEach + k + kEach / 4) % (kOutages * kEach)});
    }
    outages[i].status = OutageStatus::confirmed;
    outages[i].affected = UsagePointSet::of(was);
    candidates[i].outage.affected = UsagePointSet::of(now);
  }
  const auto begin = std::chrono::steady_clock::now();
  const OutageMatching matching = match_outages(outages, candidates, network, .5,
                                                [](const auto&, const auto&) { return true; });
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
  std::printf("5000 outages with 5000 candidates: %.2f ms\n", taken.count());
  for (std::uint32_t i = 0; i < kOutages; ++i) ASSERT_EQ(matching.candidate_of[i], i);
  EXPECT_EQ(matching.overlaps.size(), 2u * kOutages);
  // Every pair compared would be 25 million comparisons; a sanitizer is ten times slower.
  EXPECT_LT(taken.count(), 500);
}

}  // namespace
}  // namespace gridmend::outage_matching_test
