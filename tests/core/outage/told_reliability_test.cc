#include "core/outage/told_reliability.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/base/random.h"
#include "core/outage/refined_posterior.h"
#include "core/outage/source_estimates.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::told_reliability_test {
namespace {

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |       |
         |       n3--T2(6)
         |
         n4--F2--n5--T3(6)
)";

const Time kStart = *parse_rfc3339("2026-07-20T02:00:00Z");
Time minute(double minutes) { return kStart + from_seconds(60 * minutes); }

// The drawing, every transformer's meters in a group that is called as it is.
NetworkModel with_groups() {
  NetworkRecords records = std::move(drawing::read_feeders(kStreet).value());
  const NetworkModel plain = drawing::draw(kStreet);
  std::vector<UsagePoint> points{records.usage_points.begin(), records.usage_points.end()};
  std::vector<TextId> names;
  for (const char* transformer : {"T1", "T2", "T3"}) {
    for (const Id<UsagePoint> id : plain.usage_points().ids()) {
      if (plain.mrid(id).starts_with(transformer))
        points[id.index].communication_group = Id<CommunicationGroup>{names.size()};
    }
    names.push_back(records.devices[drawing::device(plain, transformer)].mrid);
  }
  records.communication_groups = Table<CommunicationGroup, TextId>{std::move(names)};
  records.usage_points = Table<UsagePoint>{std::move(points)};
  return std::move(NetworkModel::from_records(std::move(records)).value());
}

struct Street {
  NetworkModel network = with_groups();
  SupplyForest supply = SupplyForest::derive(network, SwitchState{network});
  InferenceForest forest = InferenceForest::contract(supply);
  EvidenceBook book{network};
  Water water;

  void hear(const Evidence& item) { book.record(item); }
  void random_storm(Random& random) {
    for (const Id<UsagePoint> id : network.usage_points().ids()) {
      if (random.chance(.3)) hear({"", minute(random.uniform(0, 5)), {}, "ami", LastGasp{id}});
      if (random.chance(.2))
        hear({"", minute(random.uniform(0, 60)), {}, "ami", PingResult{id, random.chance(.5)}});
      if (random.chance(.1)) {
        hear({"",
              minute(random.uniform(0, 60)),
              {},
              random.chance(.5) ? "95598" : "grid",
              TroubleCall{id, {}, Complaint::no_light, ""}});
      }
    }
  }
  RefinedPosterior look(const LocaliserSettings& settings) const {
    const EvidenceView view{{forest, book, water, minute(61)}, settings};
    return localise_refined(view, forest.roots());
  }
  std::vector<double> out(const LocaliserSettings& settings) const {
    const EvidenceView view{{forest, book, water, minute(61)}, settings};
    const RefinedPosterior posterior = localise_refined(view, forest.roots());
    std::vector<double> all;
    for (const TreePosterior& tree : posterior.all.trees) {
      for (std::uint32_t z = tree.root.index; z < tree.end(); ++z) {
        for (const double p : usage_point_p_out(view, tree, Id<InferenceZone>{z})) all.push_back(p);
        all.push_back(tree(tree.p_active, Id<InferenceZone>{z}));
      }
    }
    return all;
  }
  double p_active(const char* device, const LocaliserSettings& settings) const {
    const Id<InferenceZone> zone = forest.zone_of(drawing::device(network, device));
    const RefinedPosterior posterior = look(settings);
    const TreePosterior& tree = *posterior.all.tree_of(forest.root_of(zone));
    return tree(tree.p_active, zone);
  }
};

TEST(ToldReliability, OfEveryGroupIsAsOfAll) {
  const std::uint64_t seed = 20260720;
  Random random{seed};
  ToldGroup told;
  told.last_gasp_reach = .4;
  told.last_gasp_false = .01;
  told.ping_lost = .3;
  told.ping_false = .02;
  told.group_down_if_live = .1;
  told.group_down_if_dead = .6;
  LocaliserSettings by_group, of_all;
  for (const char* group : {"T1", "T2", "T3", "nobody's"}) by_group.told_groups[group] = told;
  of_all.reliability.last_gasp_reach = .4;
  of_all.reliability.last_gasp_false = .01;
  of_all.reliability.ping_lost = .3;
  of_all.reliability.ping_false = .02;
  of_all.reliability.group_down_if_live = .1;
  of_all.reliability.group_down_if_dead = .6;
  for (int round = 0; round < 100; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    Street street;
    street.random_storm(random);
    const std::vector<double> a = street.out(by_group), b = street.out(of_all);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-12);
  }
}

TEST(ToldReliability, OverTimeTooAGroupIsReadAsItIsTold) {
  // Two bursts: the fuse first, the rest half an hour later.
  Street street;
  for (const Id<UsagePoint> id : street.network.usage_points().ids()) {
    const bool first =
        street.network.mrid(id).starts_with("T1") || street.network.mrid(id).starts_with("T2");
    street.hear({"", minute(first ? 0 : 30), {}, "ami", LastGasp{id}});
  }
  LocaliserSettings by_group, of_all;
  for (const char* group : {"T1", "T2", "T3"}) by_group.told_groups[group].last_gasp_reach = .4;
  of_all.reliability.last_gasp_reach = .4;
  ASSERT_EQ(street.look(by_group).epochs.size(), 1U);
  const std::vector<double> a = street.out(by_group), b = street.out(of_all);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-12);
}

TEST(ToldReliability, SilenceOfAGroupThatIsHardlyHeardSaysLess) {
  Street street;
  for (int i = 1; i <= 6; ++i) {
    street.hear({"",
                 minute(0),
                 {},
                 "ami",
                 LastGasp{drawing::usage_point(street.network, "T1." + std::to_string(i))}});
  }
  LocaliserSettings settings;
  const double before = street.p_active("F1", settings);
  settings.told_groups["T2"].last_gasp_reach = .05;
  EXPECT_GT(street.p_active("F1", settings), before)
      << "T2's silence no longer speaks for T1's transformer alone";
}

// Most calls of a quiet street are false, which the storm itself shows, and of one group is told
// how often its meters are heard. What an outage of premises is said to rest on is read by both, as
// the posterior was.
TEST(ToldReliability, WhyOfPremisesIsReadAsTheirGroupIsToldAndAsTheStormIs) {
  Street street;
  OutageDesk desk{street.network};
  desk.settings.told_groups["T2"].ping_lost = .35;
  desk.settings.told_groups["T2"].last_gasp_reach = .5;
  const Id<UsagePoint> house = drawing::usage_point(street.network, "T2.3");
  const auto hear = [&](double at, EvidenceKind kind) {
    desk.hear({"", minute(at), {}, "95598", std::move(kind)});
  };
  for (const Id<UsagePoint> id : street.network.usage_points().ids()) {
    if (id == house) continue;
    hear(1, TroubleCall{id, {}, Complaint::no_light, ""});
    if (id.index % 2 == 0) hear(2, LastGasp{id});
    hear(40, PingResult{id, true});
  }
  for (const char* calls : {"T1.1", "T1.2", "T3.1", "T3.2", "T3.3", "T3.4"}) {
    hear(45, TroubleCall{drawing::usage_point(street.network, calls), {}, Complaint::no_light, ""});
  }
  hear(41, LastGasp{house});
  for (const double at : {42., 55.}) hear(at, TroubleCall{house, {}, Complaint::no_light, ""});
  hear(50, PingResult{house, false});
  const OutageUpdate made = desk.update(minute(60));
  const auto outage = std::ranges::find(made.book.outages, house,
                                        [](const Outage& one) { return one.probable.usage_point; });
  ASSERT_NE(outage, made.book.outages.end());

  const EvidenceView told{{street.forest, desk.evidence, desk.water, minute(60)}, desk.settings};
  const auto found = heard_view(told);
  ASSERT_NE(found, nullptr) << "the storm shows nothing";
  const ReliabilityParameters& r = found->settings.reliability;
  ASSERT_GT(r.call_false, desk.settings.reliability.call_false);
  const auto why = [&](std::string_view kind) {
    const auto share = std::ranges::find(outage->why, kind, &EvidenceShare::kind);
    return share == outage->why.end() ? 0 : share->log_odds;
  };
  EXPECT_NEAR(why("last_gasp"), std::log(.5 / r.last_gasp_false), 1e-9);
  EXPECT_NEAR(why("ping_unanswered"), std::log((1 - r.ping_false) / .35), 1e-9);
  Shares by_found;
  found->view.reader(street.forest.roots()[0])
      .read(desk.evidence.find(house), kNeverHeard, &by_found);
  EXPECT_NEAR(why("trouble_call"),
              by_found.log_odds[static_cast<std::size_t>(ShareKind::trouble_call)], 1e-9);
}

TEST(ToldReliability, ASourceWhoseCallsAreOftenFalseIsBelievedLess) {
  Street street;
  for (const char* name : {"T1.1", "T2.1"}) {
    street.hear(
        {"",
         minute(30),
         {},
         "grid",
         TroubleCall{drawing::usage_point(street.network, name), {}, Complaint::no_light, ""}});
  }
  LocaliserSettings settings;
  settings.sources.zones = 0;
  const double before = street.p_active("F1", settings);
  settings.told_sources["95598"].call_false_factor = 20;
  EXPECT_EQ(street.p_active("F1", settings), before) << "another source's";
  settings.told_sources["grid"].call_false_factor = 20;
  EXPECT_LT(street.p_active("F1", settings), before / 2);
}

TEST(ToldReliability, ASourceWhoseReportsAreOfOtherDevicesIsBelievedLess) {
  Street street;
  street.hear({"",
               minute(60),
               {},
               "scada/north",
               SwitchPosition{drawing::device(street.network, "F1"), PhaseSet::abc()}});
  LocaliserSettings settings;
  settings.sources.zones = 0;
  const double before = street.p_active("F1", settings);
  ASSERT_GT(before, .5);
  settings.told_sources["scada/north"].unrelated = .5;
  EXPECT_LT(street.p_active("F1", settings), before - .2);
}

}  // namespace
}  // namespace gridmend::told_reliability_test
