#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "core/network/supply_forest.h"
#include "tests/drawing/feeder_drawing.h"
#include "tests/golden/golden_file.h"

namespace gridmend::supply_golden_test {
namespace {

using drawing::device;
using drawing::draw;

// A riverside quarter with two feeders, a tie between them and single-phase laterals.
constexpr const char* kQuarter = R"(
S==B1--a--F1--T1(4)
       |
       b--F2[A]--c--T2[A](2)
       |         |
       |         d--T3[A](1,life_support)
       R1
       |
       e--F3--T4(hospital,2)
       |
       f--L1/--g--F4--T5(3,pump_station)
               |
               h--B2==S2
)";

void print(std::ostream& out, const SupplyForest& forest) {
  const NetworkModel& network = forest.network();
  for (const Id<ConnectivityNode> at : forest.tour()) {
    out << std::string(2 * trace_upstream(forest, at).size(), ' ');
    if (forest.parent_device(at).valid()) out << network.mrid(forest.parent_device(at)) << " > ";
    out << network.mrid(at) << " " << to_string(forest.phases(at));
    for (const Id<UsagePoint> id : network.usage_points_at(at))
      out << " {" << network.mrid(id) << "}";
    out << "\n";
  }
  for (const Id<Device> id : forest.loop_devices()) out << "loop: " << network.mrid(id) << "\n";
  for (const Id<UsagePoint> id : forest.unsupplied_usage_points()) {
    out << "dark: " << network.mrid(id) << "\n";
  }
}

TEST(SupplyGolden, HowAQuarterIsFedThroughAnEveningOfSwitching) {
  const NetworkModel network = draw(kQuarter);
  SwitchState switches{network};
  std::ostringstream out;
  const auto step = [&](const char* what) {
    out << "== " << what << "\n";
    print(out, SupplyForest::derive(network, switches));
  };
  step("normal operation");
  switches.open(device(network, "R1"));
  step("R1 tripped");
  switches.close(device(network, "L1"));
  step("the tie L1 closed: S2 carries the lower half");
  switches.close(device(network, "R1"));
  step("R1 closed again: a loop");
  switches.open(device(network, "L1"));
  switches.set_open_phases(device(network, "F1"), PhaseSet{PhaseSet::kB});
  switches.open(device(network, "F2"));
  step("one phase of F1 and the whole of F2 blown");
  golden::expect_same("supply_of_a_quarter.txt", out.str());
}

}  // namespace
}  // namespace gridmend::supply_golden_test
