#include <gtest/gtest.h>

#include <string>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/evidence_view.h"
#include "core/outage/outage_book.h"
#include "core/outage/source_estimates.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::parallel_pass_test {
namespace {

const Time kNow = *parse_rfc3339("2026-07-20T08:00:00Z");

constexpr std::size_t kCustomers = 490;  // of a feeder

// Large enough that several threads are worth it.
std::string many_feeders(int count) {
  std::string drawing;
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    drawing += "S" + n + "==B" + n + "--a" + n + "--F" + n + "--b" + n + "--T" + n + "(400)--c" +
               n + "--H" + n + "--d" + n + "(90)\n";
  }
  return drawing;
}

void hear(const NetworkModel& network, Random& random, EvidenceBook& book) {
  const auto lately = [&] { return kNow - from_seconds(random.uniform(0, 3000)); };
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    const bool blacked_out = id.index / kCustomers % 5 == 0;
    const double dark = blacked_out ? .6 : .01;
    if (!blacked_out && random.chance(.5))
      book.record({"", lately(), {}, "ami", PingResult{id, true}});
    if (random.chance(dark)) book.record({"", lately(), {}, "ami", LastGasp{id}});
    if (random.chance(dark / 20))
      book.record({"", lately(), {}, "phone", TroubleCall{id, {}, {}, {}}});
    if (!random.chance(.002)) continue;
    TroubleCall somewhere;
    const std::size_t other = (id.index + 300) % network.usage_points().size();
    somewhere.places = {{id, .6}, {Id<UsagePoint>{other}, .3}};
    if (other < id.index)
      std::swap(somewhere.places[0].usage_point, somewhere.places[1].usage_point);
    book.record({"", lately(), {}, "phone", somewhere});
  }
}

TEST(ParallelPass, IsTheSameToTheLastBitOnAnyNumberOfThreads) {
  constexpr std::uint64_t kSeed = 4711;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  const NetworkModel network = drawing::draw(many_feeders(80));
  const SwitchState switches{network};
  const InferenceForest forest = InferenceForest::contract(SupplyForest::derive(network, switches));
  EvidenceBook book{network};
  Random random{kSeed};
  hear(network, random, book);
  const Water dry;
  const LocaliserSettings settings;
  const auto look = [&](unsigned threads) {
    return update_outages({forest, book, dry, kNow, {}, threads}, switches, {}, settings).book;
  };
  const OutageBook one = look(1);
  ASSERT_GE(one.outages.size(), 16U);  // one feeder in five is dark
  ASSERT_NE(heard_view(EvidenceView{{forest, book, dry, kNow, {}, 1}, settings}), nullptr)
      << "rates are corrected, so that views are made from views";
  for (const unsigned threads : {2U, 5U}) {
    const OutageBook many = look(threads);
    ASSERT_EQ(many.outages.size(), one.outages.size());
    for (std::size_t i = 0; i < one.outages.size(); ++i) {
      const Outage &a = one.outages[i], &b = many.outages[i];
      EXPECT_EQ(a.id, b.id);
      EXPECT_EQ(a.probable.device, b.probable.device);
      EXPECT_EQ(a.probable.p_active, b.probable.p_active);
      EXPECT_EQ(a.expected_customers, b.expected_customers);
      EXPECT_EQ(a.weight, b.weight);
      EXPECT_EQ(a.affected, b.affected);
      ASSERT_EQ(a.why.size(), b.why.size());
      for (std::size_t k = 0; k < a.why.size(); ++k)
        EXPECT_EQ(a.why[k].log_odds, b.why[k].log_odds);
    }
  }
}

}  // namespace
}  // namespace gridmend::parallel_pass_test
