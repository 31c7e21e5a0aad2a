#include "core/network/phase_set.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace gridmend::phase_set_test {
namespace {

TEST(PhaseSet, IsReadBackAsItIsWritten) {
  for (int bits = 0; bits < 128; ++bits) {
    const PhaseSet phases{static_cast<std::uint8_t>(bits)};
    if (phases.bits == PhaseSet::kOneOf) continue;  // one of nothing says nothing
    EXPECT_EQ(parse_phases(to_string(phases)), phases) << to_string(phases);
  }
}

TEST(PhaseSet, IsReadInAnyOrderAndCase) {
  EXPECT_EQ(parse_phases("cba"), PhaseSet::abc());
  EXPECT_EQ(parse_phases("ABCN"), (PhaseSet{15}));
  EXPECT_EQ(parse_phases("?abc"), PhaseSet::unknown_single());
  EXPECT_EQ(parse_phases("-"), PhaseSet::none());
  for (const char* text : {"", "?", "--", "A B", "ABCD", "A?", "R", "1"}) {
    EXPECT_FALSE(parse_phases(text)) << text;
  }
}

TEST(PhaseSet, LegsOfASplitPhaseAreRead) {
  for (const char* text : {"s1s2", "s12", "S2s1", "s21"}) {
    EXPECT_EQ(parse_phases(text), PhaseSet::split_phase()) << text;
  }
  EXPECT_EQ(to_string(PhaseSet::split_phase()), "s1s2");
  EXPECT_TRUE(PhaseSet::split_phase().any());
  EXPECT_EQ(PhaseSet::split_phase().live_bits(), 0);
  for (const char* text : {"s", "s3", "1", "sA"}) EXPECT_FALSE(parse_phases(text)) << text;
}

TEST(PhaseSet, NeutralAloneCarriesNoLoad) {
  EXPECT_FALSE(PhaseSet{PhaseSet::kNeutral}.any());
  EXPECT_TRUE(PhaseSet{PhaseSet::kB}.any());
  EXPECT_EQ(PhaseSet::unknown_single().live_bits(), PhaseSet::abc().bits);
  EXPECT_EQ(PhaseSet::abc().without(PhaseSet{PhaseSet::kA}), (PhaseSet{6}));
}

TEST(PhaseSet, GarbageIsRefusedOrMeansSomething) {
  constexpr std::string_view kLetters = "ABCNabcn?-, sS12\xff";
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    Random random{seed};
    std::string text(random.below(6), ' ');
    for (char& c : text) c = kLetters[random.below(kLetters.size())];
    if (const auto phases = parse_phases(text)) {
      ASSERT_EQ(parse_phases(to_string(*phases)), *phases) << "seed " << seed << ": " << text;
    }
  }
}

}  // namespace
}  // namespace gridmend::phase_set_test
