#include "core/outage/branch_silence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/network/supply_forest.h"
#include "core/outage/evidence_view.h"
#include "core/outage/localiser.h"
#include "core/outage/phase_localiser.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::branch_silence_test {
namespace {

const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");

// A breaker over sixteen transformers with eight customers each, as default groups.
constexpr std::string_view kFeeder = R"(
  S==B1--n1--F1--n2--T1(8)--a1--T2(8)--a2--T3(8)--a3--T4(8)
         |
         n3--F2--n4--T5(8)--b1--T6(8)--b2--T7(8)--b3--T8(8)
         |
         n5--F3--n6--T9(8)--c1--T10(8)--c2--T11(8)--c3--T12(8)
         |
         n7--F4--n8--T13(8)--d1--T14(8)--d2--T15(8)--d3--T16(8)
)";

struct Street {
  NetworkModel network = drawing::draw(kFeeder);
  InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  EvidenceBook book{network};
  Water dry;
  LocaliserSettings settings;

  void opened(const std::string& device) {
    book.record(
        {"", kOnset, {}, "", SwitchPosition{drawing::device(network, device), PhaseSet::abc()}});
  }
  double p_active(const std::string& device, Duration after) const {
    const LocaliserInput input{forest, book, dry, kOnset + after};
    const Id<InferenceZone> zone = forest.zone_of(drawing::device(network, device));
    return localise(input, forest.roots(), settings).trees.front().p_active[zone.index];
  }
};

TEST(BranchSilence, OneReportStandsAgainstTheSilenceOfManyConcentrators) {
  Street street;
  street.opened("B1");
  for (const int minutes : {1, 10, 60, 600}) {
    const double p = street.p_active("B1", std::chrono::minutes{minutes});
    EXPECT_GT(p, .5) << minutes;
    EXPECT_LT(p, .9) << "silence still says something, after " << minutes;
  }
  Street alone = std::move(street);
  alone.settings.reliability.branch_links_down = alone.settings.reliability.branch_unreachable = 0;
  EXPECT_LT(alone.p_active("B1", std::chrono::minutes{10}), .01)
      << "each concentrator a witness of its own";
}

TEST(BranchSilence, WhoSaysSomethingBehindTheReportEndsIt) {
  Street street;
  street.opened("B1");
  const Time soon = kOnset + std::chrono::minutes{1};
  street.book.record(
      {"", soon, {}, "", PingResult{drawing::usage_point(street.network, "T16.1"), true}});
  EXPECT_LT(street.p_active("B1", std::chrono::minutes{10}), .01);
}

TEST(BranchSilence, SilenceOfOthersIsHeardAsEver) {
  Street reported, other;
  reported.opened("F1");
  other.opened("F1");
  other.settings.reliability.branch_links_down = other.settings.reliability.branch_unreachable = 0;
  const Duration later = std::chrono::minutes{30};
  EXPECT_GT(reported.p_active("F1", later), other.p_active("F1", later));
  EXPECT_LT(reported.p_active("F2", later), .001);
}

TEST(BranchSilence, PhaseByPhaseItIsTheSameWhereAllPhasesOpenTogether) {
  Street street;
  street.opened("B1");
  const LocaliserInput input{street.forest, street.book, street.dry,
                             kOnset + std::chrono::minutes{20}};
  const EvidenceView view{input, street.settings};
  const TreePosterior tree = localise(view, street.forest.roots()).trees.front();
  const PhasePosterior phases = localise_phases(view, street.forest.roots().front());
  const Id<InferenceZone> b1 = street.forest.zone_of(drawing::device(street.network, "B1"));
  EXPECT_GT(tree(tree.p_active, b1), .5);
  EXPECT_NEAR(phases.p_active_on(b1, 7), tree(tree.p_active, b1), .02)
      << "fuses open by phases there";
}

}  // namespace
}  // namespace gridmend::branch_silence_test
