// Calls that name no usage point, from the book to the outages.

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/outage/call_places.h"
#include "core/outage/evidence_view.h"
#include "core/outage/outage_book.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::spread_calls_test {
namespace {

using drawing::device;
using drawing::usage_point;
using std::chrono::minutes;
using testing::IsEmpty;
using testing::SizeIs;

Time at(double minute) { return Time{} + std::chrono::hours{1000} + from_seconds(60 * minute); }

class CallStreet : public testing::Test {
 protected:
  NetworkModel network_ = drawing::draw(
      "S==B1==a==F1==b==T1(6)\nb==T2(6)\n\n\n\n\n\n\n\n\n\na==F2==c==T3(6)\nS2==B2==d==T4(6)\n");
  InferenceForest forest_ =
      InferenceForest::contract(SupplyForest::derive(network_, SwitchState{network_}));
  SwitchState switches_{network_};
  PlaceIndex places_{network_};
  LocaliserSettings settings_;
  EvidenceBook book_{network_};
  OutageBook outages_;

  Id<InferenceZone> zone(const char* device_name) {
    return forest_.zone_of(device(network_, device_name));
  }
  EvidenceUse hear(EvidenceKind kind, double minute) {
    return book_.record({"", at(minute), at(minute), "", std::move(kind)});
  }
  EvidenceUse call(std::vector<CallPlace> places, double minute,
                   Complaint complaint = Complaint::no_light) {
    std::ranges::sort(places, {}, &CallPlace::usage_point);
    return hear(TroubleCall{{}, {}, complaint, "", std::move(places)}, minute);
  }
  // From a position some metres beside a usage point.
  EvidenceUse call_beside(const char* name, double east_m, double minute) {
    const Position there = network_.usage_points()[usage_point(network_, name)].position;
    const Position from = LocalPlane{there}.to_position({east_m, 0});
    return call(call_places(network_, places_, from, {}, settings_.call_places), minute);
  }
  void update(double minute) {
    OutageUpdate update =
        update_outages({forest_, book_, water_, at(minute)}, switches_, outages_, settings_);
    apply_settlements(update.settlements, book_);
    outages_ = std::move(update.book);
  }
  double p_open(const char* name, double minute) {
    const Posterior posterior =
        localise({forest_, book_, water_, at(minute)}, forest_.roots(), settings_);
    const TreePosterior& tree = *posterior.tree_of(forest_.root_of(zone(name)));
    return tree(tree.p_open, zone(name));
  }
  std::string standing() {
    std::string text;
    for (const Outage& outage : outages_.outages) {
      if (has_ended(outage.status)) continue;
      const bool known = outage.probable.device.valid();
      text += std::string{known ? network_.mrid(outage.probable.device) : "?"} + " " +
              std::string{to_string(outage.status)} + "\n";
    }
    return text;
  }
  Water water_;
};

TEST_F(CallStreet, ACertainPlaceSaysWhatTheCallItselfSays) {
  call({{usage_point(network_, "T1.1"), 1}}, 0);
  const EvidenceView view{{forest_, book_, water_, at(20)}, settings_};
  const double ratio = view.zone_calls().at(zone("T1")).log_ratio;
  const double dead = settings_.reliability.call_rate * (1 - std::exp2(-25.0 / 30));
  const double live = settings_.reliability.call_false;
  const double premises = settings_.priors.premises;
  EXPECT_NEAR(ratio, std::log(((1 - premises) * live + premises * dead) / dead), 1e-9);
}

TEST_F(CallStreet, HouseholdsThatOnlyCallWithAPositionAreFound) {
  EXPECT_EQ(call_beside("T3.1", 3, 0), EvidenceUse::spread);
  EXPECT_EQ(call_beside("T3.3", -2, 4), EvidenceUse::spread);
  EXPECT_EQ(call_beside("T3.5", 4, 9), EvidenceUse::spread);
  update(12);
  ASSERT_THAT(outages_.outages, SizeIs(1));
  const Outage& outage = outages_.outages[0];
  EXPECT_TRUE(outage.probable.device == device(network_, "T3") ||
              outage.probable.device == device(network_, "F2"))
      << standing();
  EXPECT_TRUE(outage.affected.contains(usage_point(network_, "T3.1")));
  EXPECT_EQ(outage.dead_items, 3U);
  EXPECT_EQ(outage.onset_earliest, at(-5)) << "supply went before the first of them called";
  const auto why = std::ranges::find(outage.why, "trouble_call", &EvidenceShare::kind);
  ASSERT_NE(why, outage.why.end());
  EXPECT_EQ(why->items, 3U);
  EXPECT_GT(why->log_odds, 5);
}

TEST_F(CallStreet, CallsBetweenTwoTransformersBlameWhatFeedsBoth) {
  // Each may come from either; all of T1 and T2 hang behind F1.
  for (int i = 1; i <= 6; ++i) {
    const std::string n = std::to_string(i);
    call({{usage_point(network_, "T1." + n), .45}, {usage_point(network_, "T2." + n), .45}}, i);
  }
  EXPECT_GT(p_open("F1", 12), .5);
  EXPECT_LT(p_open("F2", 12), .2);
}

TEST_F(CallStreet, OneCallFromTwoFeedersIsTheExactMixture) {
  const auto p = [&](const std::vector<CallPlace>& places) {
    book_ = EvidenceBook{network_};
    // Onsets the same whichever place it is: silence is the same.
    hear(LastGasp{usage_point(network_, "T3.6")}, -5);
    hear(LastGasp{usage_point(network_, "T4.6")}, -5);
    if (!places.empty()) call(places, 0);
    return std::array{p_open("T1", 20), p_open("T4", 20), p_open("B1", 20)};
  };
  const Id<UsagePoint> one = usage_point(network_, "T1.1"), other = usage_point(network_, "T4.1");
  const auto none = p({}), here = p({{one, 1}}), there = p({{other, 1}}),
             both = p({{one, .6}, {other, .4}});
  // P(device) = sum over places of P(place | call) P(device | from there); the device's own tree
  // learns only from a call of its own. P(place | call) by how far each call is likely at all.
  const auto evidence = [&](const char* name, Id<UsagePoint> from) {
    book_ = EvidenceBook{network_};
    hear(LastGasp{usage_point(network_, "T3.6")}, -5);
    hear(LastGasp{usage_point(network_, "T4.6")}, -5);
    call({{from, 1}}, 0);
    const EvidenceView view{{forest_, book_, water_, at(20)}, settings_};
    const double ratio = std::exp(view.zone_calls().at(zone(name)).log_ratio);
    book_ = EvidenceBook{network_};
    hear(LastGasp{usage_point(network_, "T3.6")}, -5);
    hear(LastGasp{usage_point(network_, "T4.6")}, -5);
    const Posterior posterior =
        localise({forest_, book_, water_, at(20)}, forest_.roots(), settings_);
    const TreePosterior& tree = *posterior.tree_of(forest_.root_of(zone(name)));
    const double live = tree(tree.p_live, zone(name));
    return live * ratio + (1 - live);  // in units of P(call | dead)
  };
  const double from_here = .6 * evidence("T1", one), from_there = .4 * evidence("T4", other);
  const double share = from_here / (from_here + from_there);
  EXPECT_NEAR(both[0], share * here[0] + (1 - share) * none[0], 1e-9);
  EXPECT_NEAR(both[1], share * none[1] + (1 - share) * there[1], 1e-9);
  EXPECT_NEAR(both[2], share * here[2] + (1 - share) * none[2], 1e-9);
  EXPECT_GT(here[0], 5 * none[0]) << "the test is about a call that says something";
}

TEST_F(CallStreet, APlaceThatLivesSinceExplainsTheCall) {
  const Id<UsagePoint> one = usage_point(network_, "T1.1"), other = usage_point(network_, "T3.1");
  call({{one, .8}, {other, .2}}, 0);
  const double before = p_open("T3", 20);
  hear(PingResult{one, true}, 5);
  const EvidenceView view{{forest_, book_, water_, at(20)}, settings_};
  EXPECT_NEAR(view.zone_calls().at(zone("T3")).log_ratio, std::log(.8), .01);
  EXPECT_LE(p_open("T3", 20), before + 1e-9) << "the other is no more suspicious for it";
}

TEST_F(CallStreet, AnOutageOfSuchCallsEndsWhenMetersComeBackAndStaysEnded) {
  for (int i = 1; i <= 6; ++i) call_beside(("T3." + std::to_string(i)).c_str(), i, i);
  update(12);
  ASSERT_NE(standing(), "");
  for (int i = 1; i <= 6; ++i) hear(PowerUp{usage_point(network_, "T3." + std::to_string(i))}, 30);
  update(31);
  update(40);
  EXPECT_EQ(standing(), "");
  EXPECT_EQ(outages_.outages[0].status, OutageStatus::closed);
  update(100);
  EXPECT_EQ(standing(), "") << "what is settled does not come back";
}

TEST_F(CallStreet, CallsWhosePlacesAreAllSettledAreForgotten) {
  const Id<UsagePoint> one = usage_point(network_, "T1.1"), other = usage_point(network_, "T3.1");
  call({{one, .5}, {other, .4}}, 0);
  call({{other, .9}}, 0);
  book_.supply_confirmed(other, at(1));
  EXPECT_THAT(book_.calls(), SizeIs(2));
  book_.drop_settled_calls();
  ASSERT_THAT(book_.calls(), SizeIs(1));
  EXPECT_EQ(book_.calls()[0]->places.size(), 2U);
  book_.supply_confirmed(one, at(1));
  book_.drop_settled_calls();
  EXPECT_THAT(book_.calls(), IsEmpty());
}

TEST_F(CallStreet, TheOrderInWhichTheyArriveDoesNotMatter) {
  constexpr std::uint64_t kSeed = 7;
  Random random{kSeed};
  struct Item {
    std::vector<CallPlace> places;
    double minute;
    Complaint complaint;
  };
  std::vector<Item> items;
  for (int i = 0; i < 40; ++i) {
    std::vector<CallPlace> places;
    for (const char* t : {"T1.", "T2.", "T3.", "T4."}) {
      if (random.chance(.4))
        places.push_back({usage_point(network_, t + std::to_string(random.between(1, 2))), .2});
    }
    if (places.empty()) continue;
    items.push_back({places, static_cast<double>(random.between(0, 5)),
                     random.chance(.3) ? Complaint::partial : Complaint::no_light});
  }
  const auto heard = [&] {
    book_ = EvidenceBook{network_};
    for (const Item& item : items) call(item.places, item.minute, item.complaint);
    std::vector<SpreadCall> kept;
    for (const auto& call : book_.calls()) kept.push_back(*call);
    return kept;
  };
  const std::vector<SpreadCall> first = heard();
  EXPECT_LT(first.size(), items.size()) << "of the very same places not more than places";
  for (int round = 0; round < 20; ++round) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
    ASSERT_EQ(heard(), first) << "seed " << kSeed << ", round " << round;
  }
}

TEST_F(CallStreet, ASecondCallFromTheVerySamePlacesMayBeOfTheSameCaller) {
  const std::vector<CallPlace> building{{usage_point(network_, "T1.1"), .5},
                                        {usage_point(network_, "T1.2"), .5}};
  const auto ratio = [&] {
    const EvidenceView view{{forest_, book_, water_, at(20)}, settings_};
    return view.zone_calls().at(zone("T1")).log_ratio;
  };
  EXPECT_EQ(call(building, 0), EvidenceUse::spread);
  const double one = ratio();
  EXPECT_EQ(call(building, 0), EvidenceUse::superseded) << "the same call";
  EXPECT_EQ(call(building, 1), EvidenceUse::spread);
  EXPECT_LT(ratio(), one);
  EXPECT_GT(ratio(), one + std::log(settings_.call_places.same_caller) - 1e-9);
  // Two households live there: no more than two callers.
  EXPECT_EQ(call(building, 2), EvidenceUse::spread);
  ASSERT_THAT(book_.calls(), SizeIs(2));
  EXPECT_EQ(book_.calls()[0]->time, at(1));
  EXPECT_EQ(call(building, .5), EvidenceUse::superseded);
  EXPECT_THAT(book_.calls(), SizeIs(2));
}

TEST_F(CallStreet, ACopyOfTheBookKeepsItsCalls) {
  call({{usage_point(network_, "T1.1"), .9}}, 0);
  const EvidenceBook before = book_;
  call({{usage_point(network_, "T1.2"), .9}}, 0);
  EXPECT_THAT(before.calls(), SizeIs(1));
  EXPECT_THAT(book_.calls(), SizeIs(2));
}

TEST_F(CallStreet, WhatIsOfNoUseIsSaidSo) {
  EXPECT_EQ(call({}, 0), EvidenceUse::unplaced);
  EXPECT_EQ(call({{usage_point(network_, "T1.1"), .9}}, 0, Complaint::hazard),
            EvidenceUse::not_supply);
  EXPECT_EQ(hear(FieldReport{{}, Position{120, 30}, Finding::damaged, ""}, 0),
            EvidenceUse::unplaced);
  EXPECT_EQ(
      book_.record({"", at(10), at(0), "", TroubleCall{{}, {}, {}, "", {{Id<UsagePoint>{0}, .5}}}}),
      EvidenceUse::dated_ahead);
  EXPECT_THAT(book_.calls(), IsEmpty());
}

TEST_F(CallStreet, PositionsThatContradictEachOtherAtTheSameTimeAreSaidSoAndOneIsKept) {
  const Id<Device> f1 = device(network_, "F1");
  const SwitchPosition open{f1, PhaseSet::abc(), PositionOrigin::scada, {}};
  const SwitchPosition closed{f1, PhaseSet::none(), PositionOrigin::scada, {}};
  EXPECT_EQ(hear(open, 0), EvidenceUse::recorded);
  EXPECT_EQ(hear(closed, 0), EvidenceUse::contradicted);
  EXPECT_EQ(hear(open, 0), EvidenceUse::superseded) << "the same again contradicts nothing";
  EXPECT_TRUE(book_.find(f1)->open_phases.any());
  // The other way round the same is kept.
  book_ = EvidenceBook{network_};
  EXPECT_EQ(hear(closed, 0), EvidenceUse::recorded);
  EXPECT_EQ(hear(open, 0), EvidenceUse::contradicted);
  EXPECT_TRUE(book_.find(f1)->open_phases.any());
}

TEST_F(CallStreet, MoveToAnotherNetworkWithThePlacesThatAreStillThere) {
  const Id<UsagePoint> stays = usage_point(network_, "T1.1"), goes = usage_point(network_, "T3.1");
  call({{stays, .5}, {goes, .4}}, 0);
  call({{goes, .9}}, 1);
  IdVector<UsagePoint, Id<UsagePoint>> points(network_.usage_points().size());
  IdVector<Device, Id<Device>> devices(network_.devices().size());
  points[stays] = Id<UsagePoint>{3};
  const EvidenceBook::CarriedOver carried = book_.carried_over(points, devices, network_);
  EXPECT_EQ(carried.calls, 1U);
  EXPECT_EQ(carried.lost_calls, 1U);
  ASSERT_THAT(carried.book.calls(), SizeIs(1));
  EXPECT_EQ(carried.book.calls()[0]->places, (std::vector<CallPlace>{{Id<UsagePoint>{3}, .5}}));
}

}  // namespace
}  // namespace gridmend::spread_calls_test
