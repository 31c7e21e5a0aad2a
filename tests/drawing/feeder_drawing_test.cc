#include "tests/drawing/feeder_drawing.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "core/base/random.h"

namespace gridmend::drawing::feeder_drawing_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> device_mrids(const NetworkModel& network) {
  std::vector<std::string> mrids;
  for (const Id<Device> id : network.devices().ids()) mrids.emplace_back(network.mrid(id));
  return mrids;
}

TEST(FeederDrawing, AChainBecomesDevicesAndTheLinesBetweenThem) {
  const NetworkModel network = draw("S==B1--n1--F1--T1(3)");
  EXPECT_THAT(device_mrids(network), ElementsAre("B1", "F1", "T1", "B1-n1", "n1-F1", "F1-T1"));
  // S = B1.1, B1.2, n1, F1.1, F1.2, T1.1, T1.2
  EXPECT_EQ(network.nodes().size(), 7U);
  ASSERT_EQ(network.feeders().size(), 1U);
  EXPECT_EQ(node(network, "S"), node(network, "B1.1"));
  EXPECT_EQ(network.devices()[device(network, "B1-n1")].to, node(network, "n1"));
  EXPECT_EQ(network.devices()[device(network, "F1")].kind, DeviceKind::fuse);
  ASSERT_EQ(network.usage_points().size(), 3U);
  const UsagePoint& last = network.usage_points()[usage_point(network, "T1.3")];
  EXPECT_EQ(last.node, network.devices()[device(network, "T1")].to);
  EXPECT_EQ(last.transformer, device(network, "T1"));
  EXPECT_EQ(last.phases, PhaseSet::unknown_single());
}

TEST(FeederDrawing, BranchesHangOnVerticalLinesAndTiesStandOpen) {
  const NetworkModel network = draw(R"(
S==B1--n1--F1--T1(3)
       |
       |
       n2--F2[A]--T2[A](2,hospital)
       |
       +---L1/---B2==S2
)");
  EXPECT_EQ(network.feeders().size(), 2U);
  const Device& down = network.devices()[device(network, "n1-n2")];
  EXPECT_EQ(down.from, node(network, "n1"));
  EXPECT_EQ(down.to, node(network, "n2"));
  EXPECT_NEAR(down.length_m, 150, 1);
  EXPECT_EQ(network.devices()[device(network, "L1")].normally_open, 1);
  EXPECT_EQ(network.devices()[device(network, "F2")].phases, PhaseSet{PhaseSet::kA});
  const UsagePoint& hospital = network.usage_points()[usage_point(network, "T2.3")];
  EXPECT_EQ(hospital.category, UsagePointCategory::hospital);
  EXPECT_EQ(hospital.phases, PhaseSet{PhaseSet::kA});
  EXPECT_EQ(node(network, "S2"), node(network, "B2.2"));
}

TEST(FeederDrawing, TerminalsAndUsagePointsHavePhasesOfTheirOwn) {
  const NetworkModel network =
      draw("S==a==A1[?AB]==b==T1[AB>s1s2](1,hospital:?s1s2)\na==F1[A]==b\nb==T2(1:BC)");
  EXPECT_EQ(network.devices()[device(network, "A1")].kind, DeviceKind::ac_line_segment);
  EXPECT_EQ(network.devices()[device(network, "A1")].phases, *parse_phases("?AB"));
  EXPECT_EQ(network.devices()[device(network, "F1")].to, node(network, "b"));
  EXPECT_EQ(network.devices()[device(network, "F1")].to_phases, PhaseSet::none());
  const Device& transformer = network.devices()[device(network, "T1")];
  EXPECT_EQ(transformer.phases, *parse_phases("AB"));
  EXPECT_EQ(transformer.to_phases, PhaseSet::split_phase());
  const auto phases = [&](std::string_view mrid) {
    return network.usage_points()[usage_point(network, mrid)].phases;
  };
  EXPECT_EQ(phases("T1.1"), PhaseSet::split_phase());
  EXPECT_EQ(phases("T1.2"), *parse_phases("?s1s2"));
  EXPECT_EQ(phases("T2.1"), *parse_phases("BC"));
}

TEST(FeederDrawing, ANameInLowerCaseUsedTwiceIsOneNode) {
  const NetworkModel network = draw("S--a--b(1)\na--F1==b");
  EXPECT_EQ(network.devices()[device(network, "F1")].to, node(network, "b"));
  EXPECT_EQ(network.incident(node(network, "a")).size(), 3U);
  EXPECT_EQ(network.usage_points()[Id<UsagePoint>{0}].node, node(network, "b"));
}

TEST(FeederDrawing, SaysWhereItCannotRead) {
  const auto message = [](std::string_view drawing) {
    const auto records = read_feeders(drawing);
    return records ? std::string{"read"} : records.error().message;
  };
  EXPECT_THAT(message("S--n1--"), HasSubstr("leads nowhere"));
  EXPECT_THAT(message("--n1"), HasSubstr("leads nowhere"));
  EXPECT_THAT(message("S-=n1"), HasSubstr("no connection"));
  EXPECT_THAT(message("S--F1--F1"), HasSubstr("drawn twice"));
  EXPECT_THAT(message("S--Q1"), HasSubstr("row 1, column 4"));
  EXPECT_THAT(message("S--n1\n   |"), HasSubstr("row 2, column 4"));
  EXPECT_THAT(message("S--F1[Q]"), HasSubstr("no phases"));
  EXPECT_THAT(message("S--F1[A>Q]"), HasSubstr("no phases"));
  EXPECT_THAT(message("S--T1(1:Q)"), HasSubstr("no usage points"));
  EXPECT_THAT(message("S--T1(many)"), HasSubstr("no usage points"));
  EXPECT_THAT(message("S--T1(3"), HasSubstr("stays open"));
  EXPECT_THAT(message("S--n1 ? n2"), HasSubstr("means nothing"));
}

TEST(FeederDrawing, SurvivesGarbage) {
  const std::string sample = "S==B1--n1--F1[A]--T1(3)\n       |\n       n2--L1/--n3\n";
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::string text = sample;
    for (int i = random.between(1, 8); i > 0; --i) {
      text[random.below(text.size())] = "S=-|n1F[]()/+ ,A\n\x80\0"[random.below(19)];
    }
    if (auto records = read_feeders(text)) {
      EXPECT_TRUE(NetworkModel::from_records(std::move(*records)));
    }
  }
}

}  // namespace
}  // namespace gridmend::drawing::feeder_drawing_test
