#include "core/outage/storm_log.h"

#include <gmock/gmock.h>

#include "tests/drawing/feeder_drawing.h"

namespace gridmend::storm_log_test {
namespace {

using drawing::device;
using drawing::usage_point;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Time at(Duration after) { return Time{} + hours{1000} + after; }

// T1 and T2 stand side by side; T3 is 5 km to the south.
std::string two_places() {
  return "S==B1==a==T1(3)\na==T2(3)\n" + std::string(100, '\n') + "a==T3(3)\n";
}

class Outages : public testing::Test {
 protected:
  NetworkModel network_ = drawing::draw(two_places());
  InferenceForest forest_ =
      InferenceForest::contract(SupplyForest::derive(network_, SwitchState{network_}));
  LinkSettings settings_;
  StormLog log_;

  Outage outage(const char* transformer, Duration from, Duration to,
                OutageStatus status = OutageStatus::closed) {
    Outage outage;
    outage.id = transformer;
    outage.status = status;
    outage.probable.device = device(network_, transformer);
    outage.onset_earliest = outage.onset_latest = at(from);
    outage.restored_at = at(to);
    outage.affected =
        UsagePointSet::of(forest_.usage_points_behind(forest_.zone_of(outage.probable.device)));
    return outage;
  }
  auto take(std::vector<Outage> standing = {}) {
    return log_.take_ended(network_, standing, settings_);
  }
};

TEST_F(Outages, OneByItselfIsAStormOnceItIsOver) {
  log_.add(forest_, outage("T1", hours{0}, hours{1}));
  const auto storms = take();
  ASSERT_THAT(storms, SizeIs(1));
  EXPECT_TRUE(storms[0].known);
  EXPECT_THAT(storms[0].spells,
              ElementsAre(DarkSpell{device(network_, "T1"), at({}), at(hours{1})}));
  EXPECT_THAT(take(), IsEmpty()) << "handed out once";
  EXPECT_THAT(log_.waiting(), IsEmpty());
}

TEST_F(Outages, ThatOverlapWaitForEachOtherAndComeTogether) {
  log_.add(forest_, outage("T1", hours{0}, hours{1}));
  const Outage other = outage("T2", minutes{30}, hours{2}, OutageStatus::confirmed);
  EXPECT_THAT(take({other}), IsEmpty());
  EXPECT_THAT(log_.waiting(), SizeIs(1));
  log_.add(forest_, outage("T2", minutes{30}, hours{2}));
  const auto storms = take();
  ASSERT_THAT(storms, SizeIs(1));
  EXPECT_THAT(storms[0].spells, SizeIs(2));
}

TEST_F(Outages, ThatAreFarApartOrLongApartAreStormsOfTheirOwn) {
  log_.add(forest_, outage("T1", hours{0}, hours{1}));
  log_.add(forest_, outage("T3", hours{0}, hours{1}));
  EXPECT_THAT(take({outage("T3", hours{0}, hours{9}, OutageStatus::confirmed)}), SizeIs(1))
      << "T1 need not wait for a place that is far away";
  log_.add(forest_, outage("T1", hours{0}, hours{1}));
  log_.add(forest_, outage("T2", hours{3}, hours{4}));
  EXPECT_THAT(take(), SizeIs(3));
}

TEST_F(Outages, WithdrawnAndSinglePremisesLeaveNothing) {
  log_.add(forest_, outage("T1", hours{0}, hours{1}, OutageStatus::withdrawn));
  Outage premises = outage("T1", hours{0}, hours{1});
  premises.probable = {{}, usage_point(network_, "T1.1"), .9};
  log_.add(forest_, premises);
  EXPECT_THAT(log_.waiting(), IsEmpty());
}

TEST_F(Outages, OfASourceMakeTheirStormUnknown) {
  Outage source = outage("T1", hours{0}, hours{1});
  source.probable = {};
  log_.add(forest_, source);
  log_.add(forest_, outage("T2", minutes{10}, hours{1}));
  const auto storms = take();
  ASSERT_THAT(storms, SizeIs(1));
  EXPECT_FALSE(storms[0].known);
}

TEST_F(Outages, ThatCameBackInPartsOrOnSomePhasesAreNotKnownWell) {
  log_.add(forest_, outage("T1", hours{0}, hours{1}), false);
  EXPECT_FALSE(take().at(0).known);
  Outage phase = outage("T1", hours{0}, hours{1});
  phase.phases = PhaseSet{1};
  log_.add(forest_, phase);
  EXPECT_FALSE(take().at(0).known);
  Outage shrunk = outage("T1", hours{0}, hours{1});
  shrunk.affected = shrunk.affected.united(outage("T2", {}, {}).affected);
  log_.add(forest_, shrunk);
  EXPECT_FALSE(take().at(0).known) << "T2 was dark as well, nobody knows until when";
}

TEST_F(Outages, AreCarriedIntoAnotherNetwork) {
  log_.add(forest_, outage("T1", hours{0}, hours{1}));
  log_.add(forest_, outage("T3", hours{0}, hours{1}));
  IdVector<Device, Id<Device>> moved(network_.devices().size());
  moved[device(network_, "T1")] = Id<Device>{0};
  log_.carry_over(moved);
  log_.carry_over(IdVector<Device, Id<Device>>(1, Id<Device>{0}));
  const auto storms = take();
  ASSERT_THAT(storms, SizeIs(2));
  EXPECT_EQ(storms[0].spells[0].transformer, Id<Device>{0});
  EXPECT_TRUE(storms[0].known);
  EXPECT_FALSE(storms[1].known) << "its transformer is gone";
}

}  // namespace
}  // namespace gridmend::storm_log_test
