#include "core/outage/restatement.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <vector>

#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::restatement_test {
namespace {

using testing::HasSubstr;

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |       |
         |       n3--T2(4)
         |       |
         |       n9--T6(1,hospital)
         |
         n4--F2--n5--T3(6)
)";

const Time kStart = *parse_rfc3339("2026-07-01T00:00:00Z");
Time hour(double hours) { return kStart + from_seconds(3600 * hours); }

struct Street {
  NetworkModel network = drawing::draw(kStreet);
  OutageDesk desk{network};

  template <class Kind, class... More>
  void hear(double at, std::initializer_list<const char*> names, More... more) {
    for (const char* name : names)
      desk.hear({"", hour(at), {}, "", Kind{drawing::usage_point(network, name), more...}});
  }
  const Outage& first() const { return desk.book.outages.at(0); }
  // Two callers behind F1, and what follows makes their outage improbable.
  void predict() {
    hear<TroubleCall>(0, {"T1.1", "T2.4"}, std::nullopt, Complaint::no_light, std::string{});
    desk.advance(hour(.5));
    ASSERT_EQ(desk.book.outages.size(), 1U);
    ASSERT_EQ(first().probable.device, drawing::device(network, "F1"));
    ASSERT_GT(first().expected_customers, 6);
    ASSERT_EQ(first().critical.size(), 1U);
  }
  // P(the zone of a transformer is dark), by a look of its own.
  double p_dark(const char* transformer) const {
    const SupplyForest supply = SupplyForest::derive(network, desk.switches);
    const InferenceForest forest = InferenceForest::contract(supply);
    const LocaliserInput input{forest, desk.evidence, desk.water, now};
    const Id<InferenceZone> zone = forest.zone_of(drawing::device(network, transformer));
    const Id<InferenceZone> root = forest.root_of(zone);
    const Posterior posterior = localise(input, std::span{&root, 1}, desk.settings);
    return 1 - posterior.trees[0](posterior.trees[0].p_live, zone);
  }
  Time now = hour(100);
};

TEST(Restatement, WhatIsLeftOfAPredictionIsToldFromOnePosterior) {
  Street street;
  street.predict();
  street.desk.advance(hour(100));
  const Outage& outage = street.first();
  ASSERT_EQ(outage.status, OutageStatus::predicted) << "nothing moves on silence";
  EXPECT_LT(outage.probable.p_active, .2);
  EXPECT_NEAR(outage.expected_customers,
              6 * street.p_dark("T1") + 4 * street.p_dark("T2") + 2 * street.p_dark("T6"), 1e-6);
  EXPECT_LE(outage.customers_low, outage.expected_customers);
  EXPECT_LT(outage.weight, 10) << "the hospital has light, very probably";
  EXPECT_TRUE(outage.critical.empty());
  EXPECT_THAT(outage.explanation_en,
              HasSubstr("about " + std::to_string(std::lround(outage.expected_customers)) +
                        " of 12 customers"));
  EXPECT_GT(outage.dead_items, 0U) << "somebody spoke for it once";
}

TEST(Restatement, AnOperatorsWordOutweighsThePosterior) {
  Street street;
  street.predict();
  street.desk.book = confirm_outage(street.desk.book, street.first().id, hour(.6)).value().book;
  street.hear<PingResult>(1, {"T1.2", "T1.3"}, true);
  street.hear<PingResult>(1, {"T2.1", "T2.2"}, true);
  street.desk.advance(hour(1));
  const Outage* kept = street.desk.book.find("O-000001");
  ASSERT_EQ(kept->status, OutageStatus::confirmed);
  EXPECT_EQ(kept->dark.size(), 8U) << "all but the four that answered";
  EXPECT_EQ(kept->expected_customers, 8);
  EXPECT_EQ(kept->customers_low, 8U);
  EXPECT_EQ(kept->critical.size(), 1U);
  EXPECT_THAT(kept->explanation_en, HasSubstr("about 8 of 12 customers"));
}

TEST(Restatement, WhoHasLightAgainIsToldSo) {
  Street street;
  street.predict();
  street.hear<PowerUp>(1, {"T1.1", "T2.4", "T1.2", "T2.1"});
  street.desk.advance(hour(1));
  const Outage& outage = street.first();
  ASSERT_EQ(outage.status, OutageStatus::restored);
  EXPECT_EQ(outage.expected_customers, 0);
  EXPECT_THAT(outage.explanation_en, HasSubstr("supply is back"));
}

// What phases say of these usage points, zone by zone.
double expected_by_phases(const EvidenceView& view, const RefinedPosterior& posterior,
                          std::span<const Id<UsagePoint>> dark) {
  const InferenceForest& forest = view.input().forest;
  const PhasePosterior& phases = posterior.phases.begin()->second;
  double expected = 0;
  std::map<Id<InferenceZone>, std::vector<PhaseGroup::Out>> out;
  for (const Id<UsagePoint> id : dark) {
    const Id<InferenceZone> zone = forest.zone_of(id);
    const auto own = forest.own_usage_points(zone);
    const auto place = static_cast<std::size_t>(std::ranges::find(own, id) - own.begin());
    if (!out.contains(zone)) out[zone] = usage_point_p_out(view, phases, zone);
    expected += out[zone][place].dead + out[zone][place].partly;
  }
  return expected;
}

// Nobody shows a sign of life after its onset.
Outage outage_of(Id<Device> device, std::span<const Id<UsagePoint>> dark) {
  Outage outage;
  outage.probable.device = device;
  outage.onset_earliest = hour(0);
  outage.onset_latest = hour(50);
  outage.affected = outage.dark = UsagePointSet::of(dark);
  return outage;
}

// Of several zones, some customers of each, as phases tell them apart.
TEST(Restatement, ByPhasesEveryCustomerCountsAsHisPhasesDo) {
  const NetworkModel network = drawing::draw(
      "S==B1==a==F1==b==T1(3:A,3:B,3:C,1:ABC)\n"
      "b==T2(3:A,3:B,3:C,1:ABC)\n"
      "a==F2==c==T3(3:A,3:B,3:C,1:ABC)\n");
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  EvidenceBook book{network};
  const auto point = [&](const char* name) { return drawing::usage_point(network, name); };
  for (const char* name : {"T1.1", "T1.2", "T2.1"})
    book.record({"", hour(0), {}, "", LastGasp{point(name)}});
  for (const char* name : {"T1.4", "T1.7", "T2.4"})
    book.record({"", hour(.1), {}, "", PingResult{point(name), true}});
  const LocaliserSettings settings;
  const Water dry;
  const EvidenceView view{{forest, book, dry, hour(.5)}, settings};
  const RefinedPosterior posterior = localise_refined(view, forest.roots());
  ASSERT_EQ(posterior.phases.size(), 1U);
  std::vector<Id<UsagePoint>> dark;
  for (const char* name : {"T3.3", "T1.10", "T2.5", "T1.1", "T2.2", "T1.6", "T3.8"})
    dark.push_back(point(name));
  Outage outage = outage_of(drawing::device(network, "F1"), dark);
  restate(view, posterior, device_outlook(view, posterior.all, outage), outage);
  EXPECT_NEAR(outage.expected_customers, expected_by_phases(view, posterior, dark), 1e-9);
  EXPECT_GT(outage.expected_customers, 1) << "phase A is gone";
  EXPECT_EQ(outage.dark.size(), dark.size());
}

// A large outage whose customers lie in two zones by turns.
TEST(Restatement, ByPhasesCustomersMayComeInAnyOrderOfZones) {
  using Node = Id<ConnectivityNode>;
  constexpr std::size_t kPoints = 6000;
  std::vector<Device> devices(3);
  for (std::size_t d = 0; d < 3; ++d) {
    devices[d].kind = d == 0 ? DeviceKind::fuse : DeviceKind::power_transformer;
    devices[d].from = Node{d == 0 ? std::size_t{0} : std::size_t{1}};
    devices[d].to = Node{d + 1};
  }
  std::vector<UsagePoint> points(kPoints);
  static constexpr std::uint8_t kPhases[] = {PhaseSet::kA, PhaseSet::kB, PhaseSet::kC};
  for (std::size_t i = 0; i < kPoints; ++i) {
    points[i].node = Node{2 + i % 2};
    points[i].phases = PhaseSet{kPhases[i % 3]};
  }
  std::vector<Feeder> feeders(1);
  feeders[0].source_node = Node{std::size_t{0}};
  NetworkRecords records;
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(4)};
  records.devices = Table<Device>{std::move(devices)};
  records.feeders = Table<Feeder>{std::move(feeders)};
  records.usage_points = Table<UsagePoint>{std::move(points)};
  const NetworkModel network = *NetworkModel::from_records(std::move(records));
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  EvidenceBook book{network};
  std::vector<Id<UsagePoint>> all;
  for (std::size_t i = 0; i < kPoints; ++i) {
    const Id<UsagePoint> id{i};
    all.push_back(id);
    if (i % 3 == 0 && i % 30 != 0) book.record({"", hour(0), {}, "", LastGasp{id}});
    if (i % 30 == 1 || i % 30 == 4) book.record({"", hour(.1), {}, "", PingResult{id, true}});
  }
  const LocaliserSettings settings;
  const Water dry;
  const EvidenceView view{{forest, book, dry, hour(.5)}, settings};
  const RefinedPosterior posterior = localise_refined(view, forest.roots());
  ASSERT_EQ(posterior.phases.size(), 1U);
  Outage outage = outage_of(Id<Device>{std::size_t{0}}, all);
  restate(view, posterior, device_outlook(view, posterior.all, outage), outage);
  double expected = 0;
  for (const std::size_t zone : {std::size_t{1}, std::size_t{2}}) {
    const Id<InferenceZone> of = forest.zone_of(Id<Device>{zone});
    for (const PhaseGroup::Out& out : usage_point_p_out(view, posterior.phases.begin()->second, of))
      expected += out.dead + out.partly;
  }
  EXPECT_NEAR(outage.expected_customers, expected, 1e-6);
  EXPECT_GT(expected, kPoints / 6.) << "phase A is gone";
}

double sum_of(const std::vector<EvidenceShare>& why) {
  double sum = 0;
  for (const EvidenceShare& share : why) sum += share.log_odds;
  return sum;
}

// Phase A of a fuse, and then nearly everybody on it answers.
TEST(Restatement, OfAPhaseIsToldWhatIsLeftOfIt) {
  Street street{
      drawing::draw("S==B1==a==F1==b==T1(3:A,3:B,3:C,1:ABC)\n"
                    "b==T2(3:A,3:B,3:C,1:ABC)\n")};
  DevicePriorSettings& priors = street.desk.settings.priors;
  priors.by_kind[static_cast<std::size_t>(DeviceKind::power_transformer)] = 0;
  priors.by_kind[static_cast<std::size_t>(DeviceKind::breaker)] = 0;
  priors.overhead_per_km = priors.underground_per_km = 0;
  street.desk.settings.sources.zones = 0;
  street.hear<LastGasp>(0, {"T1.1"});
  street.hear<TroubleCall>(.1, {"T2.2"}, std::nullopt, Complaint::no_light, std::string{});
  street.hear<TroubleCall>(.1, {"T2.10"}, std::nullopt, Complaint::partial, std::string{});
  street.desk.advance(hour(.3));
  ASSERT_EQ(street.desk.book.outages.size(), 1U);
  ASSERT_EQ(to_string(PhaseSet{street.first().phases.live_bits()}), "A");
  ASSERT_EQ(street.first().probable.device, drawing::device(street.network, "F1"));
  street.hear<PingResult>(.4, {"T1.2", "T1.3", "T2.1"}, true);
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(street.network, street.desk.switches));
  const EvidenceView view{{forest, street.desk.evidence, street.desk.water, hour(.5)},
                          street.desk.settings};
  const RefinedPosterior posterior = localise_refined(view, forest.roots());
  ASSERT_EQ(posterior.phases.size(), 1U);
  const PhasePosterior& phases = posterior.phases.begin()->second;
  const Id<InferenceZone> zone = forest.zone_of(drawing::device(street.network, "F1"));
  Outage outage = street.first();
  const double before = outage.expected_customers;
  restate(view, posterior, device_outlook(view, posterior.all, outage), outage);
  EXPECT_NEAR(outage.probable.p_active, phases.p_active_on(zone, kAllPhases), 1e-9);
  EXPECT_LT(outage.probable.p_active, .5);
  const ByPhases& open = phases.marginals.p_open[phases.entry(zone)];
  EXPECT_NEAR(sum_of(outage.why), std::log(open[1] / open[0]), 1e-9);
  EXPECT_NEAR(outage.expected_customers,
              expected_by_phases(view, posterior, outage.dark.to_vector()), 1e-9);
  EXPECT_LT(outage.expected_customers, before / 2);
  EXPECT_THAT(outage.explanation_en, HasSubstr("answered pings"));
  EXPECT_THAT(outage.explanation_en,
              HasSubstr("about " + std::to_string(std::lround(outage.expected_customers)) + " of"));
}

// A relay says open, a customer calls, and then everybody answers.
TEST(Restatement, OfASwitchIsToldWhatIsLeftOfIt) {
  Street street{drawing::draw("S==B1--n1--L1--n2--T1(4)")};
  DevicePriorSettings& priors = street.desk.settings.priors;
  priors.by_kind[static_cast<std::size_t>(DeviceKind::power_transformer)] = 0;
  priors.by_kind[static_cast<std::size_t>(DeviceKind::breaker)] = 0;
  priors.overhead_per_km = priors.underground_per_km = 0;
  street.desk.settings.sources.zones = 0;
  street.desk.evidence.record(
      {"",
       hour(0),
       {},
       "",
       SwitchPosition{drawing::device(street.network, "L1"), PhaseSet::abc()}});
  street.hear<TroubleCall>(.1, {"T1.1"}, std::nullopt, Complaint::no_light, std::string{});
  street.desk.advance(hour(.2));
  ASSERT_EQ(street.desk.book.outages.size(), 1U);
  const Id<Device> opened = drawing::device(street.network, "L1");
  ASSERT_EQ(street.first().probable.device, opened);
  ASSERT_GT(street.first().probable.p_active, .95);
  street.hear<PingResult>(.3, {"T1.2", "T1.3", "T1.4"}, true);
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(street.network, street.desk.switches));
  const EvidenceView view{{forest, street.desk.evidence, street.desk.water, hour(.4)},
                          street.desk.settings};
  const RefinedPosterior posterior = localise_refined(view, forest.roots());
  const TreePosterior& tree = posterior.all.trees[0];
  const Id<InferenceZone> zone = forest.zone_of(opened);
  Outage outage = street.first();
  restate(view, posterior, device_outlook(view, posterior.all, outage), outage);
  const double active = tree(tree.p_active, zone);
  EXPECT_LT(active, .01);
  EXPECT_EQ(outage.probable.p_active, active);
  EXPECT_NEAR(sum_of(outage.why), std::log(active / (1 - active)), 1e-9);
  EXPECT_EQ(outage.dark.size(), 1U) << "the caller";
  EXPECT_NEAR(outage.expected_customers, 1 - tree(tree.p_live, zone), 1e-9);
  EXPECT_EQ(outage.customers_low, 0U);
  EXPECT_THAT(outage.explanation_en, HasSubstr("against 3 answered pings"));
}

// What stands open by an order is told by the order, whatever its customers' meters say.
TEST(Restatement, WhatWasSwitchedOffIsToldByItsOrder) {
  Street street;
  std::vector<Id<UsagePoint>> all;
  for (const Id<UsagePoint> id : street.network.usage_points().ids()) all.push_back(id);
  Outage outage = outage_of(drawing::device(street.network, "F1"), all);
  outage.switched_off = true;
  outage.status = OutageStatus::confirmed;
  outage.explanation_en = "Switched off on purpose";
  street.hear<PingResult>(60, {"T1.1", "T1.2"}, true);
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(street.network, street.desk.switches));
  const EvidenceView view{{forest, street.desk.evidence, street.desk.water, hour(61)},
                          street.desk.settings};
  const RefinedPosterior posterior = localise_refined(view, forest.roots());
  const std::size_t dark = outage.dark.size();
  restate(view, posterior, device_outlook(view, posterior.all, outage), outage);
  EXPECT_EQ(outage.dark.size(), dark);
  EXPECT_EQ(outage.explanation_en, "Switched off on purpose");
}

// A drop that two customers share: of the report about it is told what the prior takes.
TEST(Restatement, OfASharedDropIsToldWhatWasReportedOfIt) {
  Street street{drawing::draw("S==B1--n1--T3--n6(1)--H1--n7(2)")};
  const Id<Device> drop = drawing::device(street.network, "H1");
  street.desk.settings.sources.zones = 0;
  street.desk.hear({"", hour(0), {}, "crew", FieldReport{drop, {}, Finding::damaged, {}}});
  street.desk.hear({"", hour(.1), {}, "", SwitchPosition{drop, PhaseSet::abc()}});
  street.hear<TroubleCall>(.1, {"n7.1"}, std::nullopt, Complaint::no_light, std::string{});
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(street.network, SwitchState{street.network}));
  ASSERT_TRUE(forest.is_shared_drop(drop));
  const EvidenceView view{{forest, street.desk.evidence, street.desk.water, hour(.2)},
                          street.desk.settings};
  const RefinedPosterior posterior = localise_refined(view, forest.roots());
  Outage outage = outage_of(drop, forest.usage_points_on(drop));
  restate(view, posterior, device_outlook(view, posterior.all, outage), outage);
  double reported = 0;
  for (const EvidenceShare& share : outage.why) {
    const bool of_drop = share.kind == "field_report" || share.kind == "switch_position" ||
                         share.kind == "report_limit";
    if (of_drop) reported += share.log_odds;
  }
  const double open = view.drop_open(drop), before = street.desk.settings.priors.premises;
  EXPECT_NEAR(reported, std::log(open / (1 - open)) - std::log(before / (1 - before)), 1e-9);
  EXPECT_GT(outage.probable.p_active, .5);
}

TEST(Restatement, WhatIsTakenInIsInTheSentence) {
  Street street;
  street.predict();
  Outage into = street.first();
  Outage part = into;
  part.affected = part.dark = {};
  take_in(part, street.network, into);
  EXPECT_EQ(into.customers_affected, 24U);
  EXPECT_THAT(into.explanation_en, HasSubstr(" of 24 customers"));
}

}  // namespace
}  // namespace gridmend::restatement_test
