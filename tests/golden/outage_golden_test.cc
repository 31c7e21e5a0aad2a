#include <gtest/gtest.h>

#include <cstdio>
#include <sstream>
#include <string>

#include "tests/golden/golden_file.h"
#include "tests/scenario/storm_desk.h"

namespace gridmend::outage_golden_test {
namespace {

using scenario::StormDesk;

constexpr std::string_view kQuarter = R"(
S==B1--a--F1--T1(8)
       |  |
       |  F2--T2(6,hospital)
       |
       b--R1--c--F3--T3(8)
              |
              d--F4[A]--T4[A](5,life_support)
              |
              e--L1/--B2==S2
)";

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

// What an operator sees, to three digits: enough to notice a change, not the last bit of a
// logarithm.
void print(std::ostream& out, StormDesk& desk, const char* what) {
  out << "== " << what << "\n";
  for (const Outage& outage : desk.look()) {
    out << outage.id << " " << to_string(outage.status) << " " << to_string(outage.cause) << " "
        << desk.blamed(outage) << " " << rounded(outage.probable.p_active) << ", "
        << outage.customers_low << " to " << outage.customers_high << " customers, weight "
        << rounded(outage.weight) << "\n";
    for (const SuspectDevice& suspect : outage.runners_up) {
      out << "  or " << (suspect.device.valid() ? desk.network().mrid(suspect.device) : "premises")
          << " " << rounded(suspect.p_active) << "\n";
    }
    for (const EvidenceShare& share : outage.why) {
      out << "  " << share.kind << " x" << share.items << " " << rounded(share.log_odds) << "\n";
    }
    out << "  " << outage.explanation_en << "\n  " << outage.explanation_zh << "\n";
  }
  for (const OutageChange& change : desk.last_changes()) {
    out << "  " << change.id << ": " << to_string(change.before) << " -> "
        << to_string(change.after) << " (" << change.why << ")\n";
  }
}

TEST(OutageGolden, HowAnEveningIsToldToItsOperator) {
  StormDesk desk{kQuarter};
  std::ostringstream out;
  print(out, desk, "nothing heard");
  desk.at(0).call("T1.2").at(4).call("T2.1");
  print(out, desk.at(5), "two calls behind F1");
  desk.at(6).gasp("T3.* T4.1 T4.2 T4.5");
  print(out, desk.at(7), "last gasps behind R1");
  desk.report("F1", Finding::open);
  print(out, desk.at(20), "a crew finds F1 open");
  desk.position("R1", true, SwitchingReason::de_energised_for_safety);
  print(out, desk.at(25), "R1 is kept open on purpose: water");
  desk.report("F1", Finding::restored);
  desk.at(41).power_up("T1.* T2.*");
  print(out, desk.at(42), "F1 is back, and its meters say so");
  print(out, desk.at(50), "a little later");
  golden::expect_same("outages_of_an_evening.txt", out.str());
}

}  // namespace
}  // namespace gridmend::outage_golden_test
