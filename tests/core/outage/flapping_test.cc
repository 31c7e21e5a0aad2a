#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/device_priors.h"
#include "core/outage/evidence_view.h"
#include "core/outage/flapping.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::flapping_test {
namespace {

const Time kStart = *parse_rfc3339("2026-07-20T02:00:00Z");
Time at(double minute) { return kStart + from_seconds(60 * minute); }

constexpr std::string_view kFeeder = R"(
  S==B1--n1--F1--n2--T1(6)
         |
         n4--F2--n5--T2(6)
)";

class Flapping : public ::testing::Test {
 protected:
  void gasp(double minute, const char* meter = "T1.1") {
    book_.record({"", at(minute), {}, "", LastGasp{drawing::usage_point(network_, meter)}});
  }
  void power_up(double minute, const char* meter = "T1.1") {
    book_.record({"", at(minute), {}, "", PowerUp{drawing::usage_point(network_, meter)}});
  }
  void position(double minute, bool open) {
    const SwitchPosition said{drawing::device(network_, "F1"),
                              open ? PhaseSet::abc() : PhaseSet::none()};
    book_.record({"", at(minute), {}, "scada", said});
  }
  double p_open(const char* device, double minute) const {
    const EvidenceView view{{forest_, book_, dry_, at(minute)}, settings_};
    const Posterior posterior = localise(view, forest_.roots());
    const TreePosterior& tree = posterior.trees.front();
    return tree(tree.p_open, forest_.zone_of(drawing::device(network_, device)));
  }
  double position_share(double minute) const {
    const Id<Device> device = drawing::device(network_, "F1");
    const ZoneReport report{forest_.zone_of(device), device, book_.find(device)};
    return report_shares({&report, 1}, at(-60), at(minute), settings_.reliability).switch_position;
  }
  const MeterEvidence& meter(const char* name = "T1.1") const {
    return *book_.find(drawing::usage_point(network_, name));
  }

  NetworkModel network_ = drawing::draw(kFeeder);
  SwitchState switches_{network_};
  InferenceForest forest_ = InferenceForest::contract(SupplyForest::derive(network_, switches_));
  EvidenceBook book_{network_};
  Water dry_;
  LocaliserSettings settings_;
};

TEST(RecentSlots, CountWhatASetOfSlotsCountsInAnyOrder) {
  Random random{20260720};
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::int32_t> noted;
    for (std::uint64_t i = 0, n = 1 + random.below(12); i < n; ++i)
      noted.push_back(static_cast<std::int32_t>(random.below(100)) - 50);
    RecentSlots slots, other_way;
    for (const std::int32_t slot : noted) slots.note(slot);
    for (auto it = noted.rbegin(); it != noted.rend(); ++it) other_way.note(*it);
    const std::int32_t newest = *std::ranges::max_element(noted);
    std::set<std::int32_t> expected;
    for (const std::int32_t slot : noted)
      if (newest - slot < RecentSlots::kSlots) expected.insert(slot);
    EXPECT_EQ(slots, other_way) << "round " << round;
    EXPECT_EQ(slots.count(), static_cast<int>(expected.size())) << "round " << round;
    for (std::int32_t slot = -60; slot < 60; ++slot)
      EXPECT_EQ(slots.any(slot), expected.contains(slot)) << "round " << round;
  }
}

TEST_F(Flapping, CountsAMetersGaspsWhateverTheirOrder) {
  Random random{7};
  for (int round = 0; round < 500; ++round) {
    std::vector<double> minutes;
    for (std::uint64_t i = 0, n = 1 + random.below(10); i < n; ++i)
      minutes.push_back(random.uniform(0, 240));
    book_ = EvidenceBook{network_};
    for (const double minute : minutes) gasp(minute);
    const std::int32_t newest = RecentSlots::slot_of(at(*std::ranges::max_element(minutes)));
    std::set<std::int32_t> expected;
    for (const double minute : minutes) {
      const std::int32_t slot = RecentSlots::slot_of(at(minute));
      if (newest - slot < RecentSlots::kSlots) expected.insert(slot);
    }
    EXPECT_EQ(meter().gasp_slots, expected.size()) << "round " << round;
  }
}

TEST_F(Flapping, MeterIsWorthLessWithEachTimeItGoesAndComes) {
  double before = 1;
  for (int times = 1; times <= 12; ++times) {
    gasp(4 * times);
    const double p = p_open("F1", 4 * times + 1);
    if (times <= 3) {
      EXPECT_NEAR(p, before == 1 ? p : before, .15 * before) << "a few are free";
    } else {
      EXPECT_LT(p, before) << times;
    }
    before = p;
    power_up(4 * times + 2);
  }
  EXPECT_LT(before, .02);
}

TEST_F(Flapping, RecloserThatTriesInOneMinuteCountsOnce) {
  for (const double minute : {10., 10.1, 10.3, 10.9}) {
    position(minute, true);
    position(minute + .05, false);
    gasp(minute);
    power_up(minute + .05);
  }
  position(11, true);
  EXPECT_EQ(meter().gasp_slots, 1);
  const ReliabilityParameters& r = settings_.reliability;
  EXPECT_DOUBLE_EQ(position_share(12), std::log(r.scada_open.if_open / r.scada_open.if_closed));
}

TEST_F(Flapping, RelayIsWorthLessWithEveryChange) {
  double open_before = 1e9;
  for (int times = 0; times < 7; ++times) {
    position(4 * times, true);
    const double share = position_share(4 * times + 1);
    EXPECT_GT(share, 0) << "it never says the contrary";
    if (times >= 2) {
      EXPECT_LT(share, open_before) << times;
    }
    open_before = share;
    position(4 * times + 2, false);
    EXPECT_LT(position_share(4 * times + 3), 0);
  }
  EXPECT_LT(open_before, 2);
  position(600, true);
  const ReliabilityParameters& r = settings_.reliability;
  EXPECT_DOUBLE_EQ(position_share(601), std::log(r.scada_open.if_open / r.scada_open.if_closed))
      << "after an hour of rest its word is as good as any";
}

TEST_F(Flapping, OrderedSwitchingIsNone) {
  for (int times = 0; times < 8; ++times) {
    SwitchPosition said{drawing::device(network_, "F1"), PhaseSet::abc(),
                        PositionOrigin::operator_entry, SwitchingReason::planned};
    book_.record({"", at(4 * times), {}, "desk", said});
  }
  EXPECT_EQ(book_.find(drawing::device(network_, "F1"))->opened.count(), 0);
}

TEST_F(Flapping, FewSourcesAreKeptByNameAndTooManyAreNobody) {
  for (int i = 0; i < 300; ++i) {
    const TroubleCall call{drawing::usage_point(network_, "T1.2"), {}, Complaint::no_light, {}};
    book_.record({"", at(i), {}, "source " + std::to_string(i), call});
    const SourceIndex kept = meter("T1.2").call_source;
    if (i < 255) {
      EXPECT_EQ(book_.sources()[kept], "source " + std::to_string(i));
    } else {
      EXPECT_EQ(kept, 0);
    }
  }
  EXPECT_EQ(book_.sources().size(), 256u);
}

}  // namespace
}  // namespace gridmend::flapping_test
