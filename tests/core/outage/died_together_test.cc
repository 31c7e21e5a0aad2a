#include "core/outage/died_together.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/outage/evidence_view.h"
#include "core/outage/localiser.h"
#include "core/outage/phase_localiser.h"
#include "core/outage/refined_posterior.h"
#include "core/outage/sum_product.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::died_together_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::string_view kFeeder = R"(
  S==B1--n1--F1--n2--T1(17)
         |       |
         |       n3--T2(1)
         |
         n4--F2--n5--T3(12)
         |       |
         |       n6--T4(17)
         |
         n7--T5(3)
)";

const Time kTrip = *parse_rfc3339("2026-11-30T03:00:00Z");
const Time kRestored = kTrip + minutes{20};

// What a model with a state a zone - lives, dead all along, dead after each of the times - gives by
// enumeration of what every device did.
class Enumeration {
 public:
  Enumeration(std::span<const std::uint32_t> parent, std::span<const double> q,
              std::span<const double> share, std::span<const std::vector<double>> says)
      : parent_(parent), q_(q), share_(share), says_(says), state_(parent.size()) {
    live.resize(parent.size());
    active.resize(parent.size());
    visit(0, 1);
    for (std::vector<double>* sums : {&live, &active}) {
      for (double& sum : *sums) sum /= all_;
    }
  }
  std::vector<double> live, active;

 private:
  // States: 0 lives, 1 dead all along, 2 + k dead after time k. `says_` is by zone and state.
  void visit(std::size_t zone, double weight) {
    if (zone == parent_.size()) return count(weight);
    const std::size_t above = parent_[zone] == kNoParent ? 0 : state_[parent_[zone]];
    const auto try_state = [&](std::size_t state, double p) {
      state_[zone] = state;
      visit(zone + 1, weight * p * std::exp(says_[zone][state]));
    };
    try_state(above, 1 - q_[zone]);
    try_state(1, q_[zone]);
    for (std::size_t k = 0; above == 0 && k < share_.size(); ++k)
      try_state(2 + k, q_[zone] * share_[k]);
  }
  void count(double weight) {
    all_ += weight;
    for (std::size_t z = 0; z < parent_.size(); ++z) {
      if (state_[z] == 0) live[z] += weight;
      const bool fed = parent_[z] == kNoParent || state_[parent_[z]] == 0;
      if (state_[z] != 0 && fed) active[z] += weight;
    }
  }

  std::span<const std::uint32_t> parent_;
  std::span<const double> q_, share_;
  std::span<const std::vector<double>> says_;
  std::vector<std::size_t> state_;
  double all_ = 0;
};

TEST(DiedTogether, AgreesWithEnumerationOfWhatEveryDeviceDidAndWhen) {
  constexpr std::uint64_t kSeed = 1130;
  const NetworkModel network = drawing::draw(kFeeder);
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  const Id<InferenceZone> root = forest.roots().front();
  const std::vector<std::uint32_t> parent = forest.parents_in_tree(root);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    std::vector<DiedSince> times(1 + random.below(2));
    std::vector<double> share, q, log_likelihood;
    for (DiedSince& time : times) share.push_back(time.share = random.uniform(0, .5));
    std::vector<std::vector<double>> says;
    std::vector<ZoneDeath> own;
    for (std::size_t z = 0; z < parent.size(); ++z) {
      q.push_back(random.uniform(0, .4));
      says.push_back({random.uniform(-6, 6), 0});
      own.push_back({random.uniform(-2, 2), {}});
      for (std::size_t k = 0; k < times.size(); ++k) {
        own.back().since.push_back(random.uniform(-6, 6));
        says.back().push_back(own.back().since.back());
      }
    }
    const DiedTogether died{parent, times, [&](std::size_t z) { return own[z]; },
                            [&](std::size_t z) { return q[z]; }};
    for (std::size_t z = 0; z < parent.size(); ++z)
      log_likelihood.push_back(says[z][0] - own[z].apart + died.added(z));
    Marginals marginals;
    infer_marginals({parent, q, log_likelihood}, marginals);
    const Enumeration expected{parent, q, share, says};
    for (std::size_t z = 0; z < parent.size(); ++z) {
      EXPECT_NEAR(marginals.p_live[z], expected.live[z], 1e-9) << z;
      EXPECT_NEAR(marginals.p_active[z], expected.active[z], 1e-9) << z;
    }
    if (testing::Test::HasFailure()) return;
  }
}

// A breaker tripped and is back; one transformer had failed unseen behind it.
struct Storm {
  NetworkModel network = drawing::draw(kFeeder);
  OutageDesk desk{network};
  Id<Device> breaker = drawing::device(network, "B1");

  void position(Time at, bool open) {
    const PhaseSet phases = open ? PhaseSet::abc() : PhaseSet{};
    desk.hear({"", at, {}, "SCADA", SwitchPosition{breaker, phases, PositionOrigin::scada}});
  }
  bool lies_behind(Id<UsagePoint> id, std::string_view transformer) const {
    return network.mrid(id).starts_with(std::string{transformer} + ".");
  }
  void trip(Random& random, double reach) {
    for (const Id<UsagePoint> id : network.usage_points().ids()) {
      if (random.chance(reach))
        desk.hear({"", kTrip + from_seconds(random.uniform(0, 5)), {}, "", LastGasp{id}});
    }
  }
  void come_back(Random& random, double reach, std::string_view dark) {
    for (const Id<UsagePoint> id : network.usage_points().ids()) {
      if (!random.chance(reach) || lies_behind(id, dark)) continue;
      desk.hear({"", kRestored + from_seconds(random.uniform(1, 9)), {}, "", PowerUp{id}});
    }
  }
};

// The picture at 03:30 is the picture the next day.
TEST(DiedTogether, TimeAloneDoesNotOpenAFeederThatCameBack) {
  for (const double reach : {.5, .8, .95}) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      SCOPED_TRACE("reach " + std::to_string(reach) + ", seed " + std::to_string(seed));
      Random random{seed};
      Storm storm;
      storm.desk.settings.reliability.last_gasp_reach = reach;
      storm.position(kTrip, true);
      storm.trip(random, reach);
      storm.desk.advance(kTrip + minutes{10});
      ASSERT_THAT(storm.desk.listed(), testing::ElementsAre("B1"));
      storm.position(kRestored, false);
      storm.desk.hear(
          {"", kRestored, {}, "crew 7", FieldReport{storm.breaker, {}, Finding::restored, ""}});
      storm.come_back(random, .8, "T4");
      for (const int minute : {30, 45, 90, 200, 400, 540, 720, 1080, 1440, 2880}) {
        storm.desk.advance(kTrip + minutes{minute});
        ASSERT_THAT(storm.desk.listed(), testing::ElementsAre("T4")) << minute;
      }
    }
  }
}

// Whatever was said before signs of life: as they grow old, a device may have opened since then,
// and no more than that. Beside it the model in which signs of life never grow old.
TEST(DiedTogether, TimeAloneNeverSaysMoreForOpenThanThePrior) {
  constexpr std::uint64_t kSeed = 1201;
  double most = 0;
  for (int round = 0; round < 400; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Storm storm;
    if (random.chance(.5)) storm.position(kTrip, true);
    storm.trip(random, random.uniform(.1, 1));
    const bool reported = random.chance(.7);
    if (reported) storm.position(kRestored, false);
    if (reported && random.chance(.5))
      storm.desk.hear(
          {"", kRestored, {}, "crew 7", FieldReport{storm.breaker, {}, Finding::restored, ""}});
    for (const Id<UsagePoint> id : storm.network.usage_points().ids()) {
      if (random.chance(.05))
        storm.desk.hear({"", kTrip + minutes{9}, {}, "", TroubleCall{id, {}, {}, {}}});
      if (random.chance(.05))
        storm.desk.hear({"", kRestored + from_seconds(.5), {}, "", PingResult{id, false}});
      if (random.chance(.05))
        storm.desk.hear({"", kRestored + minutes{9}, {}, "", PingResult{id, true}});
    }
    storm.come_back(random, random.uniform(.3, 1), random.chance(.5) ? "T4" : "T2");
    const InferenceForest forest =
        InferenceForest::contract(SupplyForest::derive(storm.network, storm.desk.switches));
    LocaliserSettings never = storm.desk.settings;
    never.reliability.live_fresh = hours{10'000};
    const auto look = [&](Time at, const LocaliserSettings& settings) {
      return localise({forest, storm.desk.evidence, storm.desk.water, at}, forest.roots(), settings)
          .trees.front();
    };
    const auto odds = [](double p) { return p / (1 - p); };
    for (const int hour : {1, 3, 8, 24, 48}) {
      const Time at = kRestored + minutes{10} + hours{hour};
      const TreePosterior aged = look(at, storm.desk.settings), fresh = look(at, never);
      for (std::size_t z = 0; z < aged.p_active.size(); ++z) {
        const double bound = odds(fresh.p_active[z]) + odds(aged.prior[z]);
        most = std::max(most, odds(aged.p_active[z]) / bound);
        ASSERT_LE(odds(aged.p_active[z]), bound * 1.02 + 1e-9) << "zone " << z << ", hour " << hour;
      }
    }
  }
  RecordProperty("most", std::to_string(most));
}

// Priors and shares may be 0 and 1.
TEST(DiedTogether, IsAProbabilityAtTheEdgesOfItsSettings) {
  constexpr std::uint64_t kSeed = 1202;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Storm storm;
    LocaliserSettings& settings = storm.desk.settings;
    const auto edge = [&](double otherwise) {
      return random.chance(.3) ? static_cast<double>(random.below(2)) : otherwise;
    };
    for (double& prior : settings.priors.by_kind) prior = edge(prior);
    settings.priors.premises = edge(settings.priors.premises);
    settings.reliability.group_down_if_live = random.chance(.3) ? 0 : .01;
    settings.reliability.group_down_if_dead = random.chance(.3) ? 0 : .3;
    settings.reliability.back_by_itself = edge(.001);
    settings.reliability.live_half_life = hours{random.below(2)};
    settings.reliability.live_fresh = minutes{random.below(2)};
    ASSERT_TRUE(validate(settings));
    storm.trip(random, .8);
    storm.come_back(random, .6, "T4");
    const InferenceForest forest =
        InferenceForest::contract(SupplyForest::derive(storm.network, storm.desk.switches));
    for (const int hour : {0, 1, 8, 48}) {
      const Time at = kRestored + minutes{1} + hours{hour};
      const TreePosterior tree =
          localise({forest, storm.desk.evidence, storm.desk.water, at}, forest.roots(), settings)
              .trees.front();
      for (std::size_t z = 0; z < tree.p_active.size(); ++z) {
        ASSERT_TRUE(tree.p_active[z] >= 0 && tree.p_active[z] <= 1 + 1e-9) << z << ", " << hour;
        ASSERT_TRUE(tree.p_live[z] >= 0 && tree.p_live[z] <= 1 + 1e-9) << z << ", " << hour;
      }
    }
  }
}

}  // namespace
}  // namespace gridmend::died_together_test
