#include "core/network/phase_supply.h"

#include <gmock/gmock.h>

#include <bit>
#include <string>
#include <vector>

#include "core/base/random.h"

namespace gridmend::phase_supply_test {
namespace {

PhaseSet phases(std::string_view text) { return parse_phases(text).value(); }

Device line(std::string_view text) {
  Device device;
  device.phases = phases(text);
  return device;
}

Device transformer(std::string_view from, std::string_view to) {
  Device device = line(from);
  device.kind = DeviceKind::power_transformer;
  device.to_phases = phases(to);
  return device;
}

PhaseSupply with_live(std::string_view connected, std::string_view live) {
  return {phases(connected), phases(live), {}};
}

// "connected live unknown".
std::string text(const PhaseSupply& supply) {
  return to_string(supply.connected) + " " + to_string(supply.live) + " " +
         to_string(supply.unknown);
}

std::string forward(const Device& device, const PhaseSupply& supply, std::string_view open = "-") {
  return text(pass(device, phases(open), FlowDirection::from_to, supply));
}
std::string backward(const Device& device, const PhaseSupply& supply, std::string_view open = "-") {
  return text(pass(device, phases(open), FlowDirection::to_from, supply));
}

TEST(PhaseSupply, ALinePassesThePhasesItHas) {
  EXPECT_EQ(forward(line("ABCN"), PhaseSupply::source()), "ABC ABC -");
  EXPECT_EQ(forward(line("AC"), with_live("ABC", "AB")), "AC A -");
  EXPECT_EQ(forward(line("B"), with_live("AC", "AC")), "- - -");
  EXPECT_EQ(backward(line("AC"), with_live("ABC", "AB")), "AC A -");
}

TEST(PhaseSupply, AnOpenPhaseStaysConnectedAndIsDead) {
  EXPECT_EQ(forward(line("ABC"), PhaseSupply::source(), "B"), "ABC AC -");
  EXPECT_EQ(backward(line("ABC"), PhaseSupply::source(), "B"), "ABC AC -");
  EXPECT_EQ(forward(line("s1s2"), with_live("s1s2", "s1s2"), "ABC"), "s1s2 - -");
}

TEST(PhaseSupply, AnUnknownPhaseIsCarriedUntilSomethingNamesIt) {
  EXPECT_EQ(forward(line("?ABC"), with_live("ABC", "AB")), "?ABC ?AB -");
  EXPECT_EQ(forward(line("ABC"), with_live("?ABC", "?AB")), "?ABC ?AB -");
  EXPECT_EQ(forward(line("BC"), with_live("?ABC", "?AB")), "?BC ?B -");
  EXPECT_EQ(forward(line("C"), with_live("?ABC", "?AB")), "C - -");
  EXPECT_EQ(forward(line("?AB"), with_live("BC", "C")), "B - -");
}

TEST(PhaseSupply, ASingleConductorMayChangeItsName) {
  Device swap = line("A");
  swap.to_phases = phases("B");
  EXPECT_EQ(forward(swap, with_live("ABC", "AC")), "B B -");
  EXPECT_EQ(forward(swap, with_live("ABC", "BC")), "B - -");
  EXPECT_EQ(backward(swap, with_live("ABC", "BC")), "A A -");
}

TEST(PhaseSupply, BothLegsDieWithThePrimaryPhase) {
  const Device tank = transformer("B", "s1s2N");
  EXPECT_EQ(forward(tank, PhaseSupply::source()), "s1s2 s1s2 -");
  EXPECT_EQ(forward(tank, with_live("ABC", "AC")), "s1s2 - -");
  EXPECT_EQ(forward(tank, PhaseSupply::source(), "B"), "s1s2 - -");
  EXPECT_EQ(forward(transformer("?ABC", "s1s2"), with_live("ABC", "AC")), "s1s2 - s1s2");
  EXPECT_EQ(forward(transformer("?AC", "s1s2"), with_live("ABC", "AC")), "s1s2 s1s2 -");
}

TEST(PhaseSupply, APhaseToPhasePrimaryNeedsBoth) {
  for (const Device& tank : {transformer("AB", "s1s2"), transformer("AB", "AB")}) {
    EXPECT_EQ(pass(tank, {}, FlowDirection::from_to, PhaseSupply::source()).live, tank.to_phases);
    EXPECT_EQ(pass(tank, {}, FlowDirection::from_to, with_live("ABC", "AC")).live, PhaseSet{});
    EXPECT_EQ(pass(tank, phases("A"), FlowDirection::from_to, PhaseSupply::source()).live,
              PhaseSet{});
  }
}

TEST(PhaseSupply, ThreePhasesKeepTheirOwnAndLegsOfThemAreUnknownWithOneLost) {
  EXPECT_EQ(forward(transformer("ABC", "ABCN"), with_live("ABC", "AC")), "ABC AC -");
  EXPECT_EQ(forward(transformer("ABC", "s1s2"), PhaseSupply::source()), "s1s2 s1s2 -");
  EXPECT_EQ(forward(transformer("ABC", "s1s2"), with_live("ABC", "AC")), "s1s2 - s1s2");
  EXPECT_EQ(forward(transformer("ABC", "s1s2"), with_live("ABC", "-")), "s1s2 - -");
}

TEST(PhaseSupply, AnOpenDeltaInOneRecordIsUnknownWithOnePhaseLost) {
  EXPECT_EQ(forward(transformer("AB", "ABC"), PhaseSupply::source()), "ABC ABC -");
  EXPECT_EQ(forward(transformer("AB", "ABC"), with_live("ABC", "AC")), "ABC - ABC");
  EXPECT_EQ(forward(transformer("AB", "ABC"), with_live("ABC", "C")), "ABC - -");
  // With a neutral the windings stand between phase and neutral.
  EXPECT_EQ(forward(transformer("ABN", "ABC"), with_live("ABC", "AC")), "ABC A C");
  EXPECT_EQ(forward(transformer("ABN", "ABN"), with_live("ABC", "AC")), "AB A -");
}

TEST(PhaseSupply, TwoTanksOfAnOpenDeltaLiveByThemselves) {
  const std::vector<Device> tanks{transformer("AB", "AB"), transformer("BC", "BC")};
  const auto bank = [&](const PhaseSupply& supply, PhaseSet open_in_first) {
    const PhaseSupply brought[] = {pass(tanks[0], open_in_first, FlowDirection::from_to, supply),
                                   pass(tanks[1], {}, FlowDirection::from_to, supply)};
    return side_by_side(brought);
  };
  EXPECT_EQ(text(bank(PhaseSupply::source(), {})), "ABC ABC -");
  EXPECT_EQ(text(bank(PhaseSupply::source(), PhaseSet::abc())), "ABC BC -");
  EXPECT_EQ(text(bank(with_live("ABC", "BC"), {})), "ABC BC -");
  EXPECT_EQ(text(bank(with_live("ABC", "AC"), {})), "ABC - -");
  // Who hangs between the live two has light, who hangs on the dead one not.
  const PhaseSupply one_open = bank(PhaseSupply::source(), PhaseSet::abc());
  EXPECT_EQ(one_open.of(phases("BC")), Liveness::live);
  EXPECT_EQ(one_open.of(phases("AB")), Liveness::partly);
  EXPECT_EQ(one_open.of(phases("A")), Liveness::dead);
}

TEST(PhaseSupply, BackFeedLightsThePrimaryThroughItsWinding) {
  EXPECT_EQ(backward(transformer("B", "s1s2"), with_live("s1s2", "s1s2")), "B B -");
  EXPECT_EQ(backward(transformer("B", "s1s2"), with_live("s1s2", "s1")), "B - B");
  EXPECT_EQ(backward(transformer("B", "s1s2"), with_live("s1s2", "s1s2"), "B"), "B - -");
  EXPECT_EQ(backward(transformer("AB", "AB"), with_live("ABC", "ABC")), "AB AB -");
  EXPECT_EQ(backward(transformer("ABC", "ABC"), with_live("ABC", "AC")), "ABC AC -");
}

TEST(PhaseSupply, LegsAndPhasesMeetWhereTwoSourcesNameThemDifferently) {
  EXPECT_EQ(forward(line("s1s2"), with_live("A", "A")), "s1s2 s1s2 -");
  EXPECT_EQ(forward(line("s1s2"), with_live("A", "-")), "s1s2 - -");
  EXPECT_EQ(forward(line("AB"), with_live("s1s2", "s1s2")), "AB AB -");
  EXPECT_EQ(forward(line("AB"), with_live("s1s2", "s2")), "AB - AB");
  EXPECT_EQ(forward(line("AB"), with_live("s1s2", "s1s2"), "AB"), "AB - -");
}

TEST(PhaseSupply, AnswersForOneOrSeveralConductors) {
  const PhaseSupply supply{PhaseSet::abc(), phases("A"), phases("B")};
  EXPECT_EQ(supply.of(phases("A")), Liveness::live);
  EXPECT_EQ(supply.of(phases("B")), Liveness::unknown);
  EXPECT_EQ(supply.of(phases("C")), Liveness::dead);
  EXPECT_EQ(supply.of(phases("AC")), Liveness::partly);
  EXPECT_EQ(supply.of(phases("ABC")), Liveness::partly);
  EXPECT_EQ(supply.of(phases("AB")), Liveness::unknown);
  EXPECT_EQ(supply.of(phases("BC")), Liveness::unknown);
  EXPECT_EQ(supply.of(phases("?ABC")), Liveness::unknown);
  EXPECT_EQ(supply.of(phases("?AB")), Liveness::unknown);
  EXPECT_EQ(PhaseSupply::source().of(phases("?ABC")), Liveness::live);
  EXPECT_EQ(with_live("ABC", "-").of(phases("?ABC")), Liveness::dead);
  EXPECT_EQ(with_live("?ABC", "?AB").of(phases("?ABC")), Liveness::unknown);
  // Nothing of what it wants is here: it hangs on something of what is.
  EXPECT_EQ(with_live("s1s2", "s1s2").of(phases("A")), Liveness::live);
  EXPECT_EQ(with_live("AB", "A").of(phases("C")), Liveness::unknown);
  EXPECT_EQ(PhaseSupply{}.of(phases("A")), Liveness::unknown);
}

TEST(PhaseSupply, UnnamedConductorsSideBySideAreUnknownUntilTheyAgree) {
  const PhaseSupply live = with_live("?ABC", "?ABC");
  const PhaseSupply dead = with_live("?ABC", "-");
  EXPECT_EQ(text(side_by_side(std::vector{live, live, live})), "ABC ABC -");
  EXPECT_EQ(text(side_by_side(std::vector{live, dead, live})), "ABC - ABC");
  EXPECT_EQ(text(side_by_side(std::vector{dead, dead, dead})), "ABC - -");
  EXPECT_EQ(text(side_by_side(std::vector{dead, with_live("A", "A")})), "ABC A -");
  EXPECT_EQ(text(side_by_side(std::vector{live, with_live("A", "-")})), "ABC BC -");
}

TEST(PhaseSupply, ALoopMakesAConductorLiveFromEitherSide) {
  EXPECT_EQ(text(either_way(with_live("ABC", "AB"), with_live("BC", "C"))), "ABC ABC -");
  // An unnamed conductor may be the dead one, or not.
  EXPECT_EQ(text(either_way(with_live("ABC", "AB"), with_live("?ABC", "?ABC"))), "ABC AB C");
  EXPECT_EQ(text(either_way(with_live("?ABC", "-"), with_live("?ABC", "?ABC"))), "?ABC ?ABC -");
}

TEST(Bundle, IsMadeOfDevicesThatEachBringAConductor) {
  const auto completes = [](std::vector<Device> bundle, const Device& device) {
    std::vector<const Device*> members;
    for (const Device& member : bundle) members.push_back(&member);
    return completes_bundle(members, device);
  };
  EXPECT_TRUE(completes({line("A")}, line("B")));
  EXPECT_TRUE(completes({line("A"), line("B")}, line("C")));
  EXPECT_FALSE(completes({line("A"), line("B")}, line("B")));
  EXPECT_FALSE(completes({line("ABC")}, line("ABC")));
  EXPECT_FALSE(completes({line("A"), line("B")}, line("ABC")));
  EXPECT_TRUE(completes({transformer("AB", "AB")}, transformer("BC", "BC")));
  EXPECT_TRUE(
      completes({transformer("AB", "AB"), transformer("BC", "BC")}, transformer("AC", "AC")));
  EXPECT_TRUE(completes({transformer("A", "s1")}, transformer("A", "s2")));
  EXPECT_TRUE(completes({line("?ABC"), line("?ABC")}, line("?ABC")));
  EXPECT_FALSE(completes({line("?ABC"), line("?ABC"), line("?ABC")}, line("?ABC")));
  EXPECT_FALSE(completes({line("ABC")}, line("?ABC")));
}

// Random ways from a source to a usage point against every world: a world says on which phase each
// device and the usage point of unknown phase really are.

struct Step {
  Device device;
  PhaseSet open;
};

PhaseSet random_phases(Random& random, bool one_of) {
  PhaseSet set{static_cast<std::uint8_t>(1 + random.below(7))};
  if (one_of && std::popcount(set.live_bits()) > 1) set.bits |= PhaseSet::kOneOf;
  return set;
}

Step random_step(Random& random, bool legs) {
  Step step;
  if (random.chance(.2)) {
    step.open = PhaseSet{static_cast<std::uint8_t>(random.below(8))};
  }
  if (legs) {
    step.device.phases = PhaseSet::split_phase();
    return step;
  }
  if (!random.chance(.2)) {
    step.device.phases = random_phases(random, random.chance(.4));
    return step;
  }
  step.device.kind = DeviceKind::power_transformer;
  static constexpr const char* kPrimaries[] = {"A", "B", "?ABC", "?BC", "AB", "BC"};
  step.device.phases = phases(kPrimaries[random.below(6)]);
  step.device.to_phases = PhaseSet::split_phase();
  return step;
}

class Worlds {
 public:
  Worlds(const std::vector<Step>& way, PhaseSet wanted) : way_(way), wanted_(wanted) {
    visit(0, PhaseSet::kA | PhaseSet::kB | PhaseSet::kC,
          PhaseSet::kA | PhaseSet::kB | PhaseSet::kC);
  }
  bool any() const { return live_ + dead_ + partly_ > 0; }
  Liveness answer() const {
    if (dead_ + partly_ == 0) return Liveness::live;
    if (live_ + partly_ == 0) return Liveness::dead;
    return live_ + dead_ == 0 ? Liveness::partly : Liveness::unknown;
  }

 private:
  void visit(std::size_t step, unsigned have, unsigned live) {
    if (step == way_.size()) return arrive(have, live);
    const Device& device = way_[step].device;
    const unsigned within = have & conductor_bits(device.phases);
    if (!device.phases.one_of()) return follow(step, within, live);
    for (unsigned bit = 1; bit <= PhaseSet::kS2; bit *= 2) {
      if ((within & bit) != 0) follow(step, bit, live);
    }
  }
  void follow(std::size_t step, unsigned have, unsigned live) {
    if (have == 0) return;
    const Device& device = way_[step].device;
    live &= have & conductor_bits(left_closed(device.phases, way_[step].open));
    if (device.kind != DeviceKind::power_transformer) return visit(step + 1, have, live);
    const unsigned to = conductor_bits(device.to_phases);
    visit(step + 1, to, live == have ? to : 0);
  }
  void arrive(unsigned have, unsigned live) {
    const unsigned found = have & conductor_bits(wanted_);
    if (!wanted_.one_of()) return found == 0 ? void() : count(found, live);
    for (unsigned bit = 1; bit <= PhaseSet::kS2; bit *= 2) {
      if ((found & bit) != 0) count(bit, live);
    }
  }
  void count(unsigned on, unsigned live) {
    ++((live & on) == on ? live_ : (live & on) == 0 ? dead_ : partly_);
  }

  const std::vector<Step>& way_;
  PhaseSet wanted_;
  int live_ = 0, dead_ = 0, partly_ = 0;
};

TEST(PhaseSupply, SaysOfEveryWayWhatAllWorldsAgreeOn) {
  int told = 0, unknown = 0, contradicted = 0;
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::vector<Step> way(1 + random.below(5));
    PhaseSupply supply = PhaseSupply::source();
    for (Step& step : way) {
      step = random_step(random, supply.connected.split_bits() != 0);
      supply = pass(step.device, step.open, FlowDirection::from_to, supply);
    }
    const bool legs = supply.connected.split_bits() != 0;
    const PhaseSet wanted =
        legs ? PhaseSet::split_phase() : random_phases(random, random.chance(.6));
    const Worlds worlds{way, wanted};
    if (!worlds.any()) {
      ++contradicted;
      continue;
    }
    const Liveness answer = supply.of(wanted);
    ASSERT_EQ(to_string(answer), to_string(worlds.answer())) << text(supply);
    ++(answer == Liveness::unknown ? unknown : told);
  }
  EXPECT_GT(told, 8000);
  EXPECT_GT(unknown, 300);
  EXPECT_GT(contradicted, 500);
}

}  // namespace
}  // namespace gridmend::phase_supply_test
