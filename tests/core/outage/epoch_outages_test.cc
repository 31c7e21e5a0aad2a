#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/outage/epoch_localiser.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::epoch_outages_test {
namespace {

using ::testing::SizeIs;

constexpr std::string_view kFeeder = R"(
  S==B1--n1--F1--n2--T1(4)
         |       |
         |       n3--T2(4)
         |
         n4--L1--n5--T3(6)
         |
         n6--T4(4)
)";

const Time kStart = *parse_rfc3339("2026-07-20T02:00:00Z");

// The fuse F1 blows, half an hour later the breaker above it trips.
class FuseThenBreaker : public ::testing::Test {
 protected:
  FuseThenBreaker() {
    gasp({"T1.1", "T1.2", "T1.3", "T2.1", "T2.2", "T2.4"}, 0);
    advance(3);
    gasp({"T3.1", "T3.2", "T3.3", "T3.5", "T3.6", "T4.1", "T4.2", "T4.4"}, 30);
    advance(33);
  }

  static Time at(int minute) { return kStart + std::chrono::minutes{minute}; }
  void gasp(const std::vector<std::string>& usage_points, int minute) {
    for (const std::string& name : usage_points) {
      desk_.hear({"", at(minute), {}, "", LastGasp{drawing::usage_point(network_, name)}});
    }
  }
  void advance(int minute) {
    const OutageBook before = desk_.book;
    expect_sound(desk_.advance(at(minute)), before);
  }
  const Outage* blamed_on(const std::string& device) const {
    for (const Outage& outage : desk_.book.outages) {
      if (outage.probable.device == drawing::device(network_, device) && !has_ended(outage.status))
        return &outage;
    }
    return nullptr;
  }

  NetworkModel network_ = drawing::draw(kFeeder);
  OutageDesk desk_{network_};
};

TEST_F(FuseThenBreaker, AreTwoOutagesOfTheirOwnCustomers) {
  const Outage* fuse = blamed_on("F1");
  const Outage* breaker = blamed_on("B1");
  ASSERT_NE(fuse, nullptr);
  ASSERT_NE(breaker, nullptr);
  EXPECT_EQ(fuse->id, "O-000001") << "it keeps its id";
  EXPECT_THAT(fuse->affected.to_vector(), SizeIs(8));
  EXPECT_THAT(breaker->affected.to_vector(), SizeIs(10));
  EXPECT_EQ(fuse->affected.overlap(breaker->affected), 0U);
  EXPECT_GT(fuse->probable.p_active, .9);
  EXPECT_GT(breaker->probable.p_active, .9);
  EXPECT_LT(fuse->onset_latest, at(1));
  EXPECT_GE(breaker->onset_latest, at(30));
  EXPECT_NEAR(fuse->expected_customers + breaker->expected_customers, 18, .5);
}

// Each against the lights being on, at the time at which its own device opened.
TEST_F(FuseThenBreaker, SharesOfEvidenceSumToWhatItSaysOfTheirOwnTimes) {
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network_, desk_.switches));
  const EvidenceView view{{forest, desk_.evidence, desk_.water, at(33)}, desk_.settings};
  const Id<InferenceZone> root = forest.roots().front();
  const std::vector<Id<InferenceZone>> roots{root};
  const auto epochs = death_epochs(view, roots);
  ASSERT_THAT(epochs, SizeIs(1));
  const EpochPosterior posterior = localise_epochs(view, root, epochs.at(root));
  const Id<InferenceZone> fuse = forest.zone_of(drawing::device(network_, "F1"));
  double of_fuse = 0, of_breaker = 0;
  for (std::uint32_t z = root.index; z < forest[root].zones_end; ++z) {
    const bool behind_fuse = z >= fuse.index && z < forest[fuse].zones_end;
    (behind_fuse ? of_fuse : of_breaker) +=
        posterior.log_ratio(Id<InferenceZone>{z}, behind_fuse ? 0 : 1);
  }
  const auto sum = [](const Outage& outage) {
    double all = 0;
    for (const EvidenceShare& share : outage.why) {
      if (share.kind != "device_class") all += share.log_odds;
    }
    return all;
  };
  EXPECT_NEAR(sum(*blamed_on("F1")), of_fuse, 1e-9);
  EXPECT_NEAR(sum(*blamed_on("B1")), of_breaker, 1e-9);
}

TEST_F(FuseThenBreaker, ClosingTheBreakerLeavesTheFuse) {
  for (const char* name : {"T3.1", "T3.2", "T3.3", "T3.4", "T3.5", "T3.6", "T4.1", "T4.2"}) {
    desk_.hear({"", at(60), {}, "", PowerUp{drawing::usage_point(network_, name)}});
  }
  advance(62);
  advance(66);
  EXPECT_EQ(blamed_on("B1"), nullptr);
  const Outage* fuse = blamed_on("F1");
  ASSERT_NE(fuse, nullptr);
  EXPECT_EQ(fuse->id, "O-000001");
  EXPECT_THAT(fuse->affected.to_vector(), SizeIs(8));
}

TEST_F(FuseThenBreaker, WithoutEpochsTheFuseIsLostInTheBreaker) {
  desk_.settings.outages.by_epochs_zones = 0;
  desk_.book = {};
  advance(34);
  EXPECT_EQ(blamed_on("F1"), nullptr);
  ASSERT_NE(blamed_on("B1"), nullptr);
  EXPECT_THAT(blamed_on("B1")->affected.to_vector(), SizeIs(18));
}

}  // namespace
}  // namespace gridmend::epoch_outages_test
