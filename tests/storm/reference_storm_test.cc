#include "tests/storm/reference_storm.h"

#include <gtest/gtest.h>

namespace gridmend::storm::reference_storm_test {
namespace {

constexpr std::uint64_t kSeed = 20260720;
constexpr std::uint64_t kStorms = 300;

struct Expectation {
  double last_gasp_reach, last_gasp_false;
  double device_f1, exact;  // of the independent reference, 250 storms
};

StormScore score(const StormParameters& parameters) {
  return run_storms(parameters, matched_settings(parameters), kStorms, kSeed);
}

// Three standard errors of the difference of two such samples: .03 for F1, .12 for exact sets at
// worst; a localiser that ignores silence or double counts it falls out by far more.
void expect_reference(const Expectation& e) {
  StormParameters parameters;
  parameters.last_gasp_reach = e.last_gasp_reach;
  parameters.last_gasp_false = e.last_gasp_false;
  const StormScore got = score(parameters);
  EXPECT_GE(got.device_f1(), e.device_f1 - .03);
  EXPECT_GE(got.exact_share(), e.exact - .1);
  EXPECT_LE(got.calibration_error(), .005);
  EXPECT_LE(got.worst_bin(100), .10);
}

TEST(ReferenceStorm, NearlyAllLastGaspsGetThrough) { expect_reference({.8, .002, .989, .90}); }
TEST(ReferenceStorm, AThirdOfTheLastGaspsGetsThrough) { expect_reference({.3, .002, .923, .43}); }
TEST(ReferenceStorm, ATenthOfTheLastGaspsGetsThrough) { expect_reference({.1, .002, .809, .18}); }
TEST(ReferenceStorm, OnlyCallsTell) { expect_reference({1e-4, 1e-4, .695, .09}); }

// A concentrator that dies with its transformer silences all its meters at once.
TEST(ReferenceStorm, CorrelatedSilenceIsNotCountedMeterByMeter) {
  StormParameters parameters;
  parameters.last_gasp_reach = .9;
  parameters.group_down_if_live = .01;
  parameters.group_down_if_dead = .3;
  parameters.call_rate = .08;
  const StormScore mixture = score(parameters);
  LocaliserSettings naive = matched_settings(parameters);
  naive.reliability.group_down_if_live = naive.reliability.group_down_if_dead = 0;
  const StormScore independent = run_storms(parameters, naive, kStorms, kSeed);
  EXPECT_GE(mixture.device_f1(), .86);
  EXPECT_LE(independent.device_f1(), mixture.device_f1() - .4);
  EXPECT_LE(mixture.calibration_error(), .005);
}

}  // namespace
}  // namespace gridmend::storm::reference_storm_test
