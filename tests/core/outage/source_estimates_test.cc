#include "core/outage/source_estimates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/device_priors.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::source_estimates_test {
namespace {

const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");
const Time kNow = kOnset + std::chrono::hours{1};

constexpr std::string_view kFeeder = R"(
  S==B1--n1--F1--T1(4)
         |
         n2--F2--T2(3)
)";

struct Street {
  NetworkModel network = drawing::draw(kFeeder);
  SwitchState switches{network};
  InferenceForest forest = InferenceForest::contract(SupplyForest::derive(network, switches));
  EvidenceBook book{network};
  Water dry;
  LocaliserSettings settings;

  Street() {
    settings.priors.premises = 0;
    settings.priors.overhead_per_km = settings.priors.underground_per_km = 0;
    settings.reliability.last_gasp_half_time = settings.reliability.call_half_time = {};
    settings.reliability.call_lead = {};
  }
  LocaliserInput input() const { return {forest, book, dry, kNow}; }
  void gasp(const std::string& meter) {
    book.record({"", kOnset, {}, "", LastGasp{drawing::usage_point(network, meter)}});
  }
  void call(const std::string& meter, const std::string& source) {
    const TroubleCall said{drawing::usage_point(network, meter), {}, Complaint::no_light, {}};
    book.record({"", kOnset, {}, source, said});
  }
  void position(const std::string& device, bool open, const std::string& source) {
    const SwitchPosition said{drawing::device(network, device),
                              open ? PhaseSet::abc() : PhaseSet::none()};
    book.record({"", kOnset, {}, source, said});
  }
};

// Everything that may be so, one by one: what is open, whose concentrator is down, which report has
// nothing to do with its device. Shares no code with what it checks.
struct Enumeration {
  double total = 0, false_gasps = 0, false_calls = 0, live_meters = 0, live_customers = 0;
  double unrelated = 0, dead_groups = 0, dead_groups_down = 0;

  struct Meter {
    int transformer;
    bool gasped, called;
  };
  void run(const Street& street, const std::vector<Meter>& meters, bool reported) {
    const ReliabilityParameters& r = street.settings.reliability;
    const auto kind = [&](DeviceKind k) {
      return street.settings.priors.by_kind[static_cast<std::size_t>(k)];
    };
    const double priors[] = {kind(DeviceKind::breaker), kind(DeviceKind::fuse),
                             kind(DeviceKind::power_transformer), kind(DeviceKind::fuse),
                             kind(DeviceKind::power_transformer)};
    // What is behind F2, once reported open and if dead, may be silent by a common cause: all
    // links, or nobody can be heard.
    enum Cause { apart, links, nobody };
    for (unsigned state = 0; state < 128 * (reported ? 3u : 1u); ++state) {
      const unsigned x = state % 128;
      const auto cause = static_cast<Cause>(state / 128);
      const auto is_open = [x](int i) { return (x >> i & 1) != 0; };
      const bool live[] = {!is_open(0) && !is_open(1) && !is_open(2),
                           !is_open(0) && !is_open(3) && !is_open(4)};
      double w = 1;
      if (reported) {
        const bool dead = is_open(0) || is_open(3);
        const double chance[] = {1 - r.branch_links_down - r.branch_unreachable,
                                 r.branch_links_down, r.branch_unreachable};
        w *= dead ? chance[cause] : (cause == apart ? 1 : 0);
      }
      for (int i = 0; i < 5; ++i) w *= is_open(i) ? priors[i] : 1 - priors[i];
      const bool down[] = {is_open(5), is_open(6)};
      for (int t = 0; t < 2; ++t) {
        const double kappa = live[t] ? r.group_down_if_live : r.group_down_if_dead;
        w *= down[t] ? kappa : 1 - kappa;
      }
      double gasps = 0, calls = 0, alive = 0, customers = 0;
      for (const Meter& meter : meters) {
        const bool lit = live[meter.transformer];
        const double gasp = lit ? r.last_gasp_false : r.last_gasp_reach;
        const double call = lit ? r.call_false : r.call_rate;
        const Cause because = meter.transformer == 1 ? cause : apart;
        if (because == nobody) w *= meter.gasped || meter.called ? 0 : 1;
        if (because == nobody) continue;
        if (down[meter.transformer] || because == links) {
          w *= meter.gasped ? 0 : 1;
        } else {
          w *= meter.gasped ? gasp : 1 - gasp;
        }
        w *= meter.called ? call : 1 - call;
        gasps += lit && meter.gasped;
        calls += lit && meter.called;
        alive += lit && !down[meter.transformer];
        customers += lit;
      }
      double unrelated_share = 0;
      if (reported) {  // F2 is said to be open
        const double u = street.settings.sources.unrelated;
        const double a = r.scada_open.if_open, b = r.scada_open.if_closed;
        const double related = (1 - u) * (is_open(3) ? a : b);
        const double apart = u * (a + b) / 2;
        // The view takes a source of which nothing was found at its word.
        w *= is_open(3) ? a : b;
        unrelated_share = apart / (related + apart);
      }
      for (int t = 0; t < 2; ++t) {
        if (live[t] || (t == 1 && cause != apart)) continue;
        dead_groups += w;
        dead_groups_down += down[t] ? w : 0;
      }
      total += w;
      false_gasps += w * gasps;
      false_calls += w * calls;
      live_meters += w * alive;
      live_customers += w * customers;
      unrelated += w * unrelated_share;
    }
  }
};

TEST(SourceEstimates, AreTheExpectationsOfAnEnumeration) {
  constexpr std::uint64_t kSeed = 4;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Street street;
    for (double& q : street.settings.priors.by_kind) q = random.uniform(.001, .4);
    ReliabilityParameters& r = street.settings.reliability;
    r.report_clip = 0;
    r.group_down_if_live = random.uniform(0, .3);
    r.group_down_if_dead = random.uniform(0, .6);
    r.branch_links_down = random.uniform(0, .4);
    r.branch_unreachable = random.uniform(0, .4);
    r.last_gasp_false = random.uniform(.001, .1);
    r.call_false = random.uniform(.0005, .05);
    std::vector<Enumeration::Meter> meters;
    for (int m = 0; m < 7; ++m) {
      const std::string name =
          m < 4 ? "T1." + std::to_string(m + 1) : "T2." + std::to_string(m - 3);
      meters.push_back({m < 4 ? 0 : 1, m == 0 || random.chance(m < 4 ? .3 : .1),
                        random.chance(m < 4 ? .3 : .1)});
      if (meters.back().gasped) street.gasp(name);
      if (meters.back().called) street.call(name, "phone");
    }
    const bool reported = random.chance(.5);
    if (reported) street.position("F2", true, "gateway");
    Enumeration truth;
    truth.run(street, meters, reported);
    const EvidenceView view{street.input(), street.settings};
    const SourceEstimates found = estimate_sources(view, street.settings);
    EXPECT_NEAR(found.false_gasps, truth.false_gasps / truth.total, 1e-9);
    EXPECT_NEAR(found.false_calls, truth.false_calls / truth.total, 1e-9);
    EXPECT_NEAR(found.live_meters, truth.live_meters / truth.total, 1e-9);
    const SourceSettings& s = street.settings.sources;
    const double calls = s.false_items + truth.false_calls / truth.total;
    const double rate = calls / (s.false_items / r.call_false + truth.live_customers / truth.total);
    const bool clearly = rate * (1 - 1 / std::sqrt(calls)) > r.call_false;
    EXPECT_NEAR(found.call_false, clearly ? std::min(rate, r.call_rate / 2) : r.call_false, 1e-9);
    const double down = (s.groups * r.group_down_if_dead + truth.dead_groups_down / truth.total) /
                        (s.groups + truth.dead_groups / truth.total);
    EXPECT_NEAR(found.group_down_if_dead, down, 1e-9);
    if (reported) {
      const std::size_t gateway =
          street.book.find(drawing::device(street.network, "F2"))->position_source;
      EXPECT_NEAR(found.sources.unrelated[gateway],
                  (s.reports * s.unrelated + truth.unrelated / truth.total) / (s.reports + 1),
                  1e-9);
    }
    if (HasFailure()) return;
  }
}

TEST(SourceEstimates, LeaveWhatIsAsToldToTheLastBit) {
  Street street;
  for (const char* meter : {"T1.1", "T1.2", "T1.4"}) street.gasp(meter);
  street.call("T1.2", "phone");
  street.position("F1", true, "scada");
  const LocaliserSettings heard = heard_settings(street.input(), street.settings);
  EXPECT_EQ(heard.reliability.last_gasp_false, street.settings.reliability.last_gasp_false);
  EXPECT_EQ(heard.reliability.call_false, street.settings.reliability.call_false);
  EXPECT_EQ(heard.reliability.group_down_if_dead, street.settings.reliability.group_down_if_dead);
  EXPECT_EQ(heard.reliability.sources, SourceReliability{});
}

TEST(SourceEstimates, AreNotMadeWhereTheyAreSwitchedOffOrNothingSpeaksForDark) {
  Street street;
  EXPECT_EQ(heard_settings(street.input(), street.settings).reliability.sources,
            SourceReliability{});
  street.settings.sources.zones = 0;
  street.settings.sources.reports = street.settings.sources.false_items = .01;
  for (const char* meter : {"T1.1", "T2.1"}) street.gasp(meter);
  const LocaliserSettings heard = heard_settings(street.input(), street.settings);
  EXPECT_EQ(heard.reliability.last_gasp_false, street.settings.reliability.last_gasp_false);
  street.settings.sources.zones = 4;  // the tree has five
  EXPECT_EQ(heard_settings(street.input(), street.settings).reliability.last_gasp_false,
            street.settings.reliability.last_gasp_false)
      << "a tree with more zones than are looked at is not";
  street.settings.sources.zones = 5;
  EXPECT_GT(heard_settings(street.input(), street.settings).reliability.last_gasp_false,
            street.settings.reliability.last_gasp_false);
}

TEST(SourceEstimates, CallOfALyingSourceIsWorthLessThanAnotherAndNeverSpeaksForLight) {
  Street street;
  street.settings.reliability.sources.calls = {0, 0, 2, 40};
  const auto share = [&](const char* meter) {
    const EvidenceView view{street.input(), street.settings};
    const LeafReader reader = view.reader(street.forest.roots().front());
    const LeafEvidence leaf =
        reader.read(street.book.find(drawing::usage_point(street.network, meter)), kNeverHeard);
    return leaf.other_dead - leaf.other_live;
  };
  street.call("T1.1", "phone");
  street.call("T1.2", "app");
  street.call("T1.3", "bot");
  EXPECT_NEAR(share("T1.1") - share("T1.2"), 2, 1e-12);
  EXPECT_EQ(share("T1.3"), 0);
}

// One crew saw damage, another found nothing later, and everybody behind the fuse has light: the
// first was wrong, not the second.
TEST(SourceEstimates, DamageThatIsNotSoIsChargedToWhoSawIt) {
  Street street;
  const Id<Device> fuse = drawing::device(street.network, "F2");
  const auto found = [&](const char* crew, int minutes, Finding finding) {
    street.book.record({"",
                        kOnset + std::chrono::minutes{minutes},
                        {},
                        crew,
                        FieldReport{fuse, std::nullopt, finding, ""}});
  };
  found("crew/1", 0, Finding::damaged);
  found("crew/2", 10, Finding::nothing_found);
  for (const char* meter : {"T2.1", "T2.2", "T2.3"}) {
    const PingResult alive{drawing::usage_point(street.network, meter), true};
    street.book.record({"", kOnset + std::chrono::minutes{50}, {}, "", alive});
  }
  const DeviceEvidence& heard = *street.book.find(fuse);
  ASSERT_NE(heard.against_source, heard.report_source);
  const EvidenceView view{street.input(), street.settings};
  const SourceEstimates estimates = estimate_sources(view, street.settings);
  const double usual = street.settings.sources.unrelated;
  // (50 usual + unrelated) / 51: a crew that is believed falls below what is usual.
  EXPECT_GT(estimates.sources.unrelated[heard.against_source], usual);
  EXPECT_LT(estimates.sources.unrelated[heard.report_source], usual);
}

TEST(SourceEstimates, ReportOfALyingSourceIsWorthLess) {
  Street street;
  street.position("F1", true, "scada");
  street.position("F2", true, "gateway");
  const auto share = [&](const char* name) {
    const Id<Device> device = drawing::device(street.network, name);
    const ZoneReport report{street.forest.zone_of(device), device, street.book.find(device)};
    return report_shares({&report, 1}, kOnset, kNow, street.settings.reliability).switch_position;
  };
  const double plain = share("F2");
  EXPECT_EQ(share("F1"), plain);
  street.settings.reliability.sources.unrelated = {0, 0, .5};
  EXPECT_EQ(share("F1"), plain);
  EXPECT_NEAR(share("F2"), std::log((.5 * .999 + .25) / (.5 * .001 + .25)), 1e-12);
}

}  // namespace
}  // namespace gridmend::source_estimates_test
