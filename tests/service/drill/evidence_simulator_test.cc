#include "service/drill/evidence_simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/drawing/feeder_drawing.h"

namespace gridmend::evidence_simulator_test {
namespace {

constexpr auto kDay = std::chrono::hours{24};

class Simulator : public ::testing::Test {
 protected:
  void SetUp() override {
    rates_.call_false_per_day = rates_.last_gasp_false_per_day = 0;
    rates_.concentrator_down = 0;
  }
  EvidenceSimulator simulator(std::uint64_t seed) const { return {forest_, rates_, seed}; }
  Id<Device> breaker() const { return drawing::device(network_, "B1"); }

  // Everything goes dark, and stays so or comes back after `dark_for`.
  std::vector<v1::Evidence> said(std::uint64_t seed, std::optional<Duration> dark_for) const {
    EvidenceSimulator hears = simulator(seed);
    TrueSupply supply{forest_};
    hears.supply_changed(supply.open(breaker()), true, kStart);
    hears.device_moved(breaker(), true, kStart);
    std::vector<v1::Evidence> all;
    if (dark_for) {
      all = hears.arrived(kStart + *dark_for, supply);
      hears.supply_changed(supply.close(breaker()), false, kStart + *dark_for);
    }
    for (v1::Evidence& message : hears.arrived(kStart + kDay, supply)) all.push_back(message);
    EXPECT_EQ(hears.sent(), all.size());
    return all;
  }
  static long gasps(const std::vector<v1::Evidence>& messages) {
    return std::ranges::count_if(messages, &v1::Evidence::has_last_gasp);
  }
  static long calls(const std::vector<v1::Evidence>& messages) {
    return std::ranges::count_if(messages, &v1::Evidence::has_trouble_call);
  }

  static constexpr Time kStart = std::chrono::sys_days{std::chrono::year{2026} / 7 / 20};
  NetworkModel network_ = drawing::draw(R"(
S==B1--n1--F1--T1(60)
       |
       n2--F2--T2(40)
)");
  SupplyForest forest_ = SupplyForest::derive(network_, SwitchState{network_});
  EvidenceRates rates_;
};

std::string text_of(const std::vector<v1::Evidence>& messages) {
  std::string text;
  for (const v1::Evidence& message : messages) text += message.ShortDebugString() + "\n";
  return text;
}

TEST_F(Simulator, TheSameSeedSaysTheSameAndAnotherSomethingElse) {
  std::set<std::string> texts;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::string text = text_of(said(seed, std::nullopt));
    EXPECT_FALSE(text.empty());
    EXPECT_EQ(text_of(said(seed, std::nullopt)), text);
    texts.insert(text);
  }
  EXPECT_EQ(texts.size(), 10U);
}

TEST_F(Simulator, EveryMessageHasItsOwnKey) {
  std::set<std::string> keys;
  const auto messages = said(3, std::chrono::hours{2});
  for (const v1::Evidence& message : messages) keys.insert(message.idempotency_key());
  EXPECT_EQ(keys.size(), messages.size());
}

TEST_F(Simulator, WithoutReachNoMeterGaspsAndWithFullReachEveryOneDoes) {
  rates_.last_gasp_reach = 0;
  EXPECT_EQ(gasps(said(1, std::nullopt)), 0);
  rates_.last_gasp_reach = 1;
  EXPECT_EQ(gasps(said(1, std::nullopt)), 100);
  rates_.concentrator_down = 1;
  EXPECT_EQ(gasps(said(1, std::nullopt)), 0) << "dead concentrators pass nothing on";
}

TEST_F(Simulator, NobodyCallsWhoseLightIsBack) {
  rates_.call_rate = 1;
  rates_.call_delay_min = 60;
  EXPECT_GE(calls(said(1, std::nullopt)), 100) << "everybody who sits in the dark";
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto back = std::chrono::minutes{30};
    EvidenceSimulator hears = simulator(seed);
    TrueSupply supply{forest_};
    hears.supply_changed(supply.open(breaker()), true, kStart);
    const long in_the_dark = calls(hears.arrived(kStart + back, supply));
    EXPECT_GT(in_the_dark, 0);
    EXPECT_LT(in_the_dark, 100);
    hears.supply_changed(supply.close(breaker()), false, kStart + back);
    EXPECT_EQ(calls(hears.arrived(kStart + kDay, supply)), 0);
  }
}

TEST_F(Simulator, NothingArrivesBeforeItsTimeOrTwice) {
  EvidenceSimulator hears = simulator(4);
  TrueSupply supply{forest_};
  hears.supply_changed(supply.open(breaker()), true, kStart);
  EXPECT_TRUE(hears.arrived(kStart, supply).empty());
  EXPECT_FALSE(hears.arrived(kStart + std::chrono::minutes{5}, supply).empty());
  EXPECT_TRUE(hears.arrived(kStart + std::chrono::minutes{5}, supply).empty());
}

TEST_F(Simulator, PingsAnswerByWhatIsTrueAndTelemetryReportsBreakersOnly) {
  rates_.ping_lost = 0;
  rates_.scada_reach = 1;
  EvidenceSimulator hears = simulator(1);
  TrueSupply supply{forest_};
  supply.open(drawing::device(network_, "F2"));
  hears.device_moved(drawing::device(network_, "F2"), true, kStart);
  const Id<UsagePoint> asked[] = {drawing::usage_point(network_, "T1.1"),
                                  drawing::usage_point(network_, "T2.1")};
  hears.ping(asked, supply, kStart);
  const auto answers = hears.arrived(kStart + kDay, supply);
  ASSERT_EQ(answers.size(), 2U) << "a fuse has no telemetry";
  EXPECT_TRUE(answers[0].ping_result().answered());
  EXPECT_FALSE(answers[1].ping_result().answered());

  hears.device_moved(breaker(), true, kStart + kDay);
  const auto scada = hears.arrived(kStart + 2 * kDay, supply);
  ASSERT_EQ(scada.size(), 1U);
  EXPECT_EQ(scada[0].switch_position().device(), "B1");
  EXPECT_EQ(scada[0].switch_position().position(), v1::SwitchPosition::OPEN);
}

TEST_F(Simulator, WrongLinksMoveMetersButLoseNone) {
  rates_.wrong_links = .3;
  const EvidenceSimulator hears = simulator(2);
  std::set<std::uint32_t> places;
  int moved = 0;
  for (const Id<UsagePoint> meter : network_.usage_points().ids()) {
    places.insert(hears.place_of(meter).index);
    moved += hears.place_of(meter) != meter ? 1 : 0;
  }
  EXPECT_EQ(places.size(), network_.usage_points().size());
  EXPECT_GT(moved, 10);
  EXPECT_LE(moved, 30);
}

// An outage that nobody ever spoke of would stand for the rest of the drill, and nobody could know.
TEST_F(Simulator, NobodySitsInTheDarkForDaysWithoutCalling) {
  rates_.call_rate = rates_.last_gasp_reach = rates_.call_without_meter = 0;
  EvidenceSimulator hears = simulator(3);
  TrueSupply supply{forest_};
  hears.supply_changed(supply.open(breaker()), true, kStart);
  std::set<std::string> callers;
  const auto note = [&callers](const std::vector<v1::Evidence>& messages) {
    for (const v1::Evidence& message : messages) {
      callers.insert(message.trouble_call().usage_point());
    }
  };
  note(hears.arrived(kStart + std::chrono::hours{2}, supply));
  EXPECT_LT(callers.size(), 60u);
  note(hears.arrived(kStart + 10 * kDay, supply));
  EXPECT_GE(callers.size(), 99u);  // of a hundred
}

}  // namespace
}  // namespace gridmend::evidence_simulator_test
