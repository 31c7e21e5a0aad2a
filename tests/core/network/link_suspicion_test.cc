#include "core/network/link_suspicion.h"

#include <gmock/gmock.h>

#include <limits>

#include "tests/drawing/feeder_drawing.h"

namespace gridmend::link_suspicion_test {
namespace {

using drawing::device;
using drawing::draw;
using drawing::usage_point;
using testing::ElementsAre;
using testing::IsEmpty;

struct Street {
  NetworkModel network = draw("S==B1--n1--F1--T1(3)\n|\nT2(2)\n|\nT3(1)");

  SuspectedLink link(const char* point, const char* likelier, float probability) const {
    const Id<UsagePoint> id = usage_point(network, point);
    return {id, network.usage_points()[id].transformer, device(network, likelier), probability};
  }
};

TEST(SuspectedLinks, AreFoundByUsagePointMostProbableFirst) {
  const Street street;
  const SuspectedLink a = street.link("T1.2", "T2", 0.2F);
  const SuspectedLink b = street.link("T1.2", "T3", 0.7F);
  const SuspectedLink c = street.link("T2.1", "T1", 0.5F);
  const auto links = SuspectedLinks::from_rows({c, a, b}, street.network);
  ASSERT_TRUE(links);
  EXPECT_THAT(links->of(a.usage_point), ElementsAre(b, a));
  EXPECT_THAT(links->of(c.usage_point), ElementsAre(c));
  EXPECT_THAT(links->of(usage_point(street.network, "T1.1")), IsEmpty());
  EXPECT_NEAR(links->declared_probability(a.usage_point), 0.1, 1e-6);
  EXPECT_EQ(links->declared_probability(usage_point(street.network, "T1.1")), 1);
}

TEST(SuspectedLinks, RefuseWhatCannotBe) {
  const Street street;
  const SuspectedLink good = street.link("T1.2", "T2", 0.2F);
  SuspectedLink wrong = good;
  const auto refused = [&](std::vector<SuspectedLink> rows) {
    const auto links = SuspectedLinks::from_rows(std::move(rows), street.network);
    return !links && links.error().reason == "SUSPECTED_LINKS_INVALID";
  };
  EXPECT_FALSE(refused({good}));
  EXPECT_TRUE(refused({good, good}));
  wrong.usage_point = Id<UsagePoint>{99};
  EXPECT_TRUE(refused({wrong}));
  wrong = good;
  wrong.likelier = device(street.network, "F1");
  EXPECT_TRUE(refused({wrong}));
  wrong.likelier = good.declared;
  EXPECT_TRUE(refused({wrong}));
  wrong = good;
  wrong.declared = device(street.network, "T3");
  EXPECT_TRUE(refused({wrong}));
  for (const float p : {-0.1F, 1.1F, std::numeric_limits<float>::quiet_NaN()}) {
    wrong = good;
    wrong.probability = p;
    EXPECT_TRUE(refused({wrong}));
  }
  EXPECT_TRUE(refused({street.link("T1.2", "T2", 0.6F), street.link("T1.2", "T3", 0.6F)}));
}

}  // namespace
}  // namespace gridmend::link_suspicion_test
