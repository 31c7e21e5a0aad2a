#include "data/ingest/suspected_links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "data/ingest/link_model.h"
#include "tests/data/ingest/wrong_links.h"

namespace gridmend::suspected_links_test {
namespace {

const NetworkRecords& town() {
  static const NetworkRecords kTown = [] {
    auto records = town_records(6000, 11);
    EXPECT_TRUE(records) << describe(records.error());
    return std::move(*records);
  }();
  return kTown;
}

SuspectedLinks suspected(const NetworkModel& network, double least) {
  const SwitchState switches{network};
  return find_suspected_links(SupplyForest::derive(network, switches), least);
}

LinkScore scored(const Spoiling& spoiling, std::uint64_t seed = 5) {
  Random random{seed};
  const SpoiltLinks spoilt = spoil_links(town(), spoiling, random);
  return score(spoilt, suspected(spoilt.network, 0));
}

double part(std::size_t of, std::size_t all) {
  return static_cast<double>(of) / static_cast<double>(all);
}

TEST(SuspectedLinks, WrongLinksOfATownAreFoundAndFewRightOnesSuspected) {
  const LinkScore found = scored({.share = 0.05});
  ASSERT_GT(found.wrong, 200u);
  const LinkScore::At& at = found.at[1];
  EXPECT_EQ(at.threshold, 0.8);
  EXPECT_GT(part(at.wrong, at.said), 0.85) << "precision";
  EXPECT_GT(part(at.wrong, found.wrong), 0.15) << "recall";
  EXPECT_GT(part(at.corrected, at.wrong), 0.9) << "the true one is named";
  EXPECT_GT(part(found.at[0].wrong, found.wrong), 0.5) << "recall from 0.5";
  EXPECT_GT(found.area_under_curve, 0.95);
}

TEST(SuspectedLinks, WithoutDrawnLowVoltageNeighboursAndDistanceStillTell) {
  const LinkScore found = scored({.share = 0.05, .low_voltage = false});
  const LinkScore::At& at = found.at[1];
  EXPECT_GT(part(at.wrong, at.said), 0.85) << "precision";
  EXPECT_GT(part(at.wrong, found.wrong), 0.15) << "recall";
}

TEST(SuspectedLinks, ASoundTownGivesNextToNone) {
  for (const bool low_voltage : {true, false}) {
    const LinkScore found = scored({.share = 0, .low_voltage = low_voltage});
    EXPECT_EQ(found.wrong, 0u);
    EXPECT_LT(part(found.at[1].said, found.usage_points), 0.002) << low_voltage;
  }
}

// Whatever is said with 0.8 to 0.9 is so in about so many cases.
TEST(SuspectedLinks, ProbabilitiesAreWhatTheySay) {
  for (const bool low_voltage : {true, false}) {
    const LinkScore found = scored({.share = 0.05, .low_voltage = low_voltage});
    double off = 0;
    for (const LinkScore::Bin& bin : found.bins) {
      const double seen = bin.count == 0 ? 0 : part(bin.wrong, bin.count);
      off += part(bin.count, found.usage_points) * std::abs(seen - bin.predicted);
    }
    EXPECT_LT(off, 0.02) << "expected calibration error, low voltage " << low_voltage;
  }
}

TEST(SuspectedLinks, TheSameNetworkGivesTheSameSuspicions) {
  Random random{3};
  const SpoiltLinks spoilt = spoil_links(town(), {}, random);
  const auto once = suspected(spoilt.network, 0.2), again = suspected(spoilt.network, 0.2);
  ASSERT_EQ(once.rows().size(), again.rows().size());
  EXPECT_TRUE(std::ranges::equal(once.rows(), again.rows()));
  for (const SuspectedLink& link : once.rows()) EXPECT_GE(link.probability, 0.2F);
}

// Feature 1 decides (with logistic noise), the others are noise; a tenth of the links is wrong.
std::vector<ObservedLink> observed_links(bool alone) {
  Random random{17};
  std::vector<ObservedLink> observed;
  for (int i = 0; i < 6000; ++i) {
    ObservedLink one;
    one.alone = alone;
    std::vector<double> weight;
    for (int k = 0; k < 4; ++k) {
      one.features.push_back({random.normal(), random.normal() * 2, random.normal(), 0});
      weight.push_back(std::exp(3 * one.features.back()[1]));
    }
    double draw = random.uniform() * std::accumulate(weight.begin(), weight.end(), 0.0);
    while (one.linked < 3 && draw >= weight[one.linked]) draw -= weight[one.linked++];
    if (random.chance(0.1)) one.linked = (one.linked + 1 + random.below(3)) % 4;
    observed.push_back(std::move(one));
  }
  return observed;
}

TEST(LinkModel, LearnsWhichFeatureTellsAndHowOftenLinksAreWrong) {
  const LinkModel model = LinkModel::fit(observed_links(false));
  EXPECT_NEAR(model.weights()[1], 3, 0.5);
  EXPECT_LT(model.weights()[0], 0.3);
  EXPECT_NEAR(model.error_rate(), 0.1, 0.02);
}

TEST(LinkModel, OfUsagePointsAloneItHoldsSomeOddLinksToBeRight) {
  const double among_others = LinkModel::fit(observed_links(false)).error_rate();
  const double alone = LinkModel::fit(observed_links(true)).error_rate();
  EXPECT_LT(alone, among_others - 0.01);
  EXPECT_GT(alone, 0.06);
}

TEST(LinkModel, PosteriorsSumToOne) {
  const LinkModel model = LinkModel::fit({});
  const ObservedLink one{{{0, 0, 0, 0}, {-800, 3, 700, 1}, {1, 1, 1, 1}}, 0, true};
  const std::vector<double> p = model.posterior(one);
  EXPECT_NEAR(p[0] + p[1] + p[2], 1, 1e-12);
}

}  // namespace
}  // namespace gridmend::suspected_links_test
