#include "core/outage/leaf_reader.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace gridmend::leaf_reader_test {
namespace {

const Time kNow = Time{} + std::chrono::hours{500'000};

Time some_time(Random& random) {
  if (random.chance(.4)) return kNeverHeard;
  // Some ahead of now, some long ago, and often the same.
  return kNow + std::chrono::minutes{static_cast<int>(random.below(14)) * 10 - 120};
}

MeterEvidence some_meter(Random& random) {
  MeterEvidence meter;
  meter.last_gasp = some_time(random);
  meter.ping_unanswered = some_time(random);
  if (random.chance(.3)) meter.call = some_time(random);
  meter.live = some_time(random);
  if (random.chance(.3)) meter.void_before = some_time(random);
  if (meter.live != kNeverHeard) meter.live_sign = LiveSign::ping_answered;
  if (random.chance(.2)) meter.complaint = Complaint::partial;
  if (random.chance(.3)) meter.gasp_slots = static_cast<std::uint8_t>(random.below(12));
  return meter;
}

TEST(LeafReader, ReadsWhatIsPlainlySaidAsItReadsEverythingToTheLastBit) {
  const std::uint64_t seed = 20261129;
  Random random{seed};
  const ReliabilityParameters reliability;
  std::vector<int> met(LeafReader::kPlain + 1, 0);
  for (int round = 0; round < 50'000; ++round) {
    std::optional<Time> onset;
    if (random.chance(.8)) onset = kNow - std::chrono::minutes{random.below(100)};
    const LeafReader reader{reliability, kNow, onset};
    const MeterEvidence meter = some_meter(random);
    const Time restored = random.chance(.3) ? some_time(random) : kNeverHeard;
    const std::size_t says = reader.plain(meter, restored);
    ++met[says];
    if (says == LeafReader::kNotPlain) continue;
    const LeafEvidence plain = reader.read_plain(says);
    ASSERT_TRUE(same_evidence(plain, reader.read(&meter, restored)))
        << "seed " << seed << " round " << round;
    ASSERT_TRUE(same_evidence(plain, reader.read(&meter, restored, DiedSince{})))
        << "seed " << seed << " round " << round;
  }
  // A last gasp takes an earlier sign of life back, and a later one settles it: never both.
  for (std::size_t says = 0; says <= LeafReader::kPlain; ++says) {
    const bool both = says < LeafReader::kPlain && (says & 5U) == 5U;
    EXPECT_EQ(met[says] > 100, !both) << says << ": " << met[says];
  }
}

TEST(LeafReader, TakesACallAndAnOldSignOfLifeForMoreThanPlain) {
  const ReliabilityParameters reliability;
  const LeafReader reader{reliability, kNow, kNow - std::chrono::hours{9}};
  MeterEvidence called, lived;
  called.call = kNow - std::chrono::hours{11};
  lived.live = kNow - reliability.live_fresh;
  EXPECT_EQ(reader.plain(called, kNeverHeard), LeafReader::kNotPlain);
  EXPECT_LT(reader.plain(called, kNow - std::chrono::hours{10}), LeafReader::kPlain)
      << "settled by a restoration";
  EXPECT_EQ(reader.plain(called, kNow), LeafReader::kNotPlain)
      << "since the onset: it should have reported";
  EXPECT_LT(reader.plain(lived, kNeverHeard), LeafReader::kPlain);
  lived.live = kNow - reliability.live_fresh - Duration{1};
  EXPECT_EQ(reader.plain(lived, kNeverHeard), LeafReader::kNotPlain);
}

}  // namespace
}  // namespace gridmend::leaf_reader_test
