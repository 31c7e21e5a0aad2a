#include <gtest/gtest.h>

#include <string>

#include "tests/core/outage/switched_town.h"

namespace gridmend::topology_silence_test {
namespace {

using switched::after;
using switched::expect_as_enumerated;
using switched::Looked;
using switched::Town;

// L3 stands open between two feeders with laterals that lie on no ring.
constexpr std::string_view kLaterals = R"(
  S==B1--n1(2)--L1--n2(2)--L3/--n4(2)--L4--n5(2)--B2==S2
         |                      |
         n6--F1--n7(2)          n8--F2--n9(2)--F3--n10(2)
)";

// Where supply may come another way, what was reported open still has a common cause to be silent
// behind it, and so has what a doubted switch would leave dark.
TEST(TopologySilence, EveryCommonCauseAgreesWithEnumeration) {
  constexpr std::uint64_t kSeed = 76;
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Town town{kLaterals};
    town.desk.settings.reliability.branch_links_down = random.uniform(0, .4);
    town.desk.settings.reliability.branch_unreachable =
        random.chance(.2) ? 0 : random.uniform(0, .4);
    town.doubt("L3");
    if (random.chance(.5)) town.doubt(random.chance(.5) ? "L1" : "L4");
    for (const char* name : {"F1", "F2", "F3"}) {
      if (random.chance(.6))
        town.hear(after(0), FieldReport{town.device(name), {}, Finding::damaged, {}});
    }
    if (random.chance(.5)) {
      town.hear_at_random(random);
    } else {
      // Nobody says anything but that he does not answer.
      for (const Id<UsagePoint> id : town.network.usage_points().ids()) {
        if (random.chance(.3)) town.hear(after(random.uniform(3, 20)), PingResult{id, false});
      }
    }
    expect_as_enumerated(town, Looked{town, 30});
    if (HasFailure()) return;
  }
}

// Sixteen transformers say nothing, and somebody says of their breaker that he does not know how it
// stands: each of them were a witness that it is closed.
TEST(TopologySilence, ADoubtedBreakerStandsAgainstTheSilenceOfMany) {
  Town town{R"(
    S==B1--n1--T1(8)--a1--T2(8)--a2--T3(8)--a3--T4(8)
           |
           n3--T5(8)--b1--T6(8)--b2--T7(8)--b3--T8(8)
           |
           n5--T9(8)--c1--T10(8)--c2--T11(8)--c3--T12(8)
           |
           n7--T13(8)--d1--T14(8)--d2--T15(8)--d3--T16(8)
    S2==B2--m1--T17(8)
  )"};
  town.doubt("B1", 0);
  town.hear(after(0), LastGasp{drawing::usage_point(town.network, "T17.1")});
  const auto p_open = [&town] {
    const Looked looked{town, 60};
    return 1 - looked.posterior.joints.at(0).closed.at(0);
  };
  EXPECT_GT(p_open(), .02);
  town.desk.settings.reliability.branch_links_down = 0;
  town.desk.settings.reliability.branch_unreachable = 0;
  EXPECT_LT(p_open(), 1e-4) << "each a witness of its own";
}

}  // namespace
}  // namespace gridmend::topology_silence_test
