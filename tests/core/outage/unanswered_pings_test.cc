// Many unanswered pings of one communication group are one thing that may have happened: its
// concentrator is down.

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/network/supply_forest.h"
#include "core/outage/evidence_view.h"
#include "core/outage/localiser.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::unanswered_pings_test {
namespace {

const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");
const Time kAsked = kOnset + std::chrono::minutes{2};

struct Feeder {
  NetworkModel network = drawing::draw(R"(
    S==B1--n1--F1--n2--T1(20)
           |
           n3--T2(3)
  )");
  InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  EvidenceBook book{network};
  Water dry;
  LocaliserSettings settings;

  void ping(const std::string& usage_point, bool answered) {
    book.record(
        {"", kAsked, {}, "", PingResult{drawing::usage_point(network, usage_point), answered}});
  }
  // `count` meters of T1 do not answer.
  void nobody_answers(int count) {
    for (int i = 1; i <= count; ++i) ping("T1." + std::to_string(i), false);
  }
  TreePosterior look() const {
    const LocaliserInput input{forest, book, dry, kOnset + std::chrono::minutes{10}};
    return localise(input, forest.roots(), settings).trees.front();
  }
  double p_live(const std::string& device) const {
    const TreePosterior tree = look();
    return tree(tree.p_live, forest.zone_of(drawing::device(network, device)));
  }
};

TEST(UnansweredPings, OfOneGroupAreOneThingThatMayHaveHappened) {
  for (const int count : {1, 2, 5, 10, 20}) {
    SCOPED_TRACE(count);
    Feeder feeder;
    feeder.nobody_answers(count);
    const TreePosterior tree = feeder.look();
    const Id<InferenceZone> t1 = feeder.forest.zone_of(drawing::device(feeder.network, "T1"));
    // The concentrator of a live transformer is down with .01.
    EXPECT_GT(tree(tree.log_likelihood, t1),
              std::log(feeder.settings.reliability.group_down_if_live));
  }
}

TEST(UnansweredPings, OfOneGroupDoNotOutweighOneConfirmedLifeOfTheFeeder) {
  Feeder feeder;
  feeder.nobody_answers(20);
  feeder.ping("T2.1", true);
  EXPECT_GT(feeder.p_live("B1"), .99);
  EXPECT_GT(feeder.p_live("T2"), .99);
  EXPECT_LT(feeder.p_live("T1"), .9) << "they say something of their own transformer";
  EXPECT_GT(feeder.p_live("T1"), .05) << "but its concentrator may be down";
}

TEST(UnansweredPings, WhoAnswersBesideThemShowsThatTheirConcentratorIsUp) {
  Feeder feeder;
  feeder.nobody_answers(1);
  feeder.ping("T1.20", true);
  EXPECT_GT(feeder.p_live("T1"), .99);
}

}  // namespace
}  // namespace gridmend::unanswered_pings_test
