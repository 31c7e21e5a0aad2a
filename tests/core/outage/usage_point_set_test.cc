#include "core/outage/usage_point_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/base/random.h"

namespace gridmend::usage_point_set_test {
namespace {

using Ids = std::vector<Id<UsagePoint>>;

Ids random_ids(Random& random) {
  Ids ids(random.below(30));
  for (Id<UsagePoint>& id : ids) id = Id<UsagePoint>{static_cast<std::uint32_t>(random.below(40))};
  return ids;
}

Ids sorted(const std::set<Id<UsagePoint>>& set) { return {set.begin(), set.end()}; }

TEST(UsagePointSet, DoesWhatAStandardSetDoes) {
  constexpr std::uint64_t kSeed = 4;
  Random random{kSeed};
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const Ids a = random_ids(random), b = random_ids(random);
    const std::set<Id<UsagePoint>> in_a(a.begin(), a.end()), in_b(b.begin(), b.end());
    std::set<Id<UsagePoint>> both, either = in_a, only_a;
    either.insert(in_b.begin(), in_b.end());
    for (const Id<UsagePoint> id : in_a) (in_b.contains(id) ? both : only_a).insert(id);
    const UsagePointSet set_a = UsagePointSet::of(a), set_b = UsagePointSet::of(b);
    EXPECT_EQ(set_a.size(), in_a.size());
    EXPECT_EQ(set_a.to_vector(), sorted(in_a));
    EXPECT_EQ(set_a.overlap(set_b), both.size());
    EXPECT_EQ(set_a.united(set_b).to_vector(), sorted(either));
    EXPECT_EQ(set_a.without(set_b).to_vector(), sorted(only_a));
    EXPECT_EQ(set_a.united(set_b), UsagePointSet::of(sorted(either)));
    for (std::uint32_t i = 0; i < 40; ++i) {
      EXPECT_EQ(set_a.contains(Id<UsagePoint>{i}), in_a.contains(Id<UsagePoint>{i}));
    }
    if (HasFailure()) return;
  }
}

TEST(UsagePointSet, KeepsNeighboursAsOneRun) {
  const Ids ids{Id<UsagePoint>{5}, Id<UsagePoint>{3}, Id<UsagePoint>{4}, Id<UsagePoint>{9}};
  EXPECT_EQ(UsagePointSet::of(ids).ranges().size(), 2u);
}

}  // namespace
}  // namespace gridmend::usage_point_set_test
