#include "tests/storm/aftermath.h"

#include <gtest/gtest.h>

#include <string>

namespace gridmend::storm::aftermath_test {
namespace {

using ToldBy = Aftermath::ToldBy;

// What is listed ten minutes after supply came back is what is listed the next day, and lost
// power-ups are no outages.
void expect_steady(double reach, ToldBy told_by, double f1, double phantoms) {
  const AftermathScore score = run_aftermath({reach, told_by}, 30, 7);
  for (std::size_t i = 0; i < score.looks.size(); ++i) {
    SCOPED_TRACE(std::to_string(kAftermathLooks[i].count()) + " minutes after");
    EXPECT_GE(score.looks[i].device_f1(), f1);
    EXPECT_GE(score.looks[i].precision(), .97);
    EXPECT_GE(score.looks[i].recall(), .95);
    EXPECT_LE(score.looks[i].phantoms, phantoms * score.storms);
  }
}

TEST(Aftermath, SupplyThatScadaAndACrewBroughtBackStays) {
  expect_steady(.8, ToldBy::scada_and_crew, .78, .1);
}
TEST(Aftermath, SupplyThatACrewBroughtBackStays) { expect_steady(.95, ToldBy::crew, .88, .1); }
TEST(Aftermath, SupplyThatCameBackUnreportedStays) { expect_steady(.95, ToldBy::nobody, .88, 1.3); }

}  // namespace
}  // namespace gridmend::storm::aftermath_test
