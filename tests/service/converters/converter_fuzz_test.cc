// Random bytes and mutated messages: every converter answers with a value or with an error that
// names a reason, and never crashes.

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <string>

#include "core/base/random.h"
#include "service/converters/evidence_converter.h"
#include "service/converters/hazard_converter.h"
#include "service/converters/time_converter.h"
#include "service/converters/work_converter.h"
#include "tests/drawing/feeder_drawing.h"
#include "tests/service/converters/random_message.h"

namespace gridmend::converter_fuzz_test {
namespace {

constexpr int kRounds = 20'000;

const NetworkModel& network() {
  static const NetworkModel model = drawing::draw("S==B1--n1--F1--T1(3)");
  return model;
}

// Texts that some of the time name what is there.
const std::vector<std::string>& texts() {
  static const std::vector<std::string> pool = {"",
                                                "T1.1",
                                                "F1",
                                                "B1",
                                                "A",
                                                "ABC",
                                                "?",
                                                "w1",
                                                "x y",
                                                "中文",
                                                "\n",
                                                "\x01",
                                                std::string(3000, 'z')};
  return pool;
}

// What came out must either be sound or say why not.
template <class T>
bool expect_reason(const Result<T>& result, std::uint64_t seed, int round) {
  if (!result) {
    EXPECT_FALSE(result.error().reason.empty()) << "seed " << seed << " round " << round;
    EXPECT_FALSE(result.error().message.empty()) << "seed " << seed << " round " << round;
  }
  return result.has_value();
}

TEST(ConverterFuzz, RandomEvidenceIsTakenOrRefusedAndWhatIsTakenComesBack) {
  constexpr std::uint64_t kSeed = 11;
  Random random{kSeed};
  int taken = 0;
  for (int round = 0; round < kRounds; ++round) {
    v1::Evidence message;
    fill_at_random(message, random, texts());
    const auto evidence = to_domain(message, network(), "evidence[0]");
    if (!expect_reason(evidence, kSeed, round)) continue;
    ++taken;
    const v1::Evidence written = to_proto(*evidence, network());
    const auto again = to_domain(written, network());
    ASSERT_TRUE(again) << again.error().message << " seed " << kSeed << " round " << round;
    ASSERT_EQ(to_proto(*again, network()).SerializeAsString(), written.SerializeAsString());
  }
  EXPECT_GT(taken, 50);
}

TEST(ConverterFuzz, RandomCrewsTasksAndWaterAreTakenOrRefused) {
  constexpr std::uint64_t kSeed = 12;
  Random random{kSeed};
  int taken = 0;
  for (int round = 0; round < kRounds; ++round) {
    v1::Crew crew;
    fill_at_random(crew, random, texts());
    taken += expect_reason(to_domain(crew, "crew"), kSeed, round);
    v1::Depot depot;
    fill_at_random(depot, random, texts());
    taken += expect_reason(to_domain(depot, "depot"), kSeed, round);
    v1::WorkTask task;
    fill_at_random(task, random, texts());
    taken += expect_reason(to_domain(task, network(), "work_task"), kSeed, round);
    v1::WaterLayer layer;
    fill_at_random(layer, random, texts());
    taken += expect_reason(to_domain(layer, "layer"), kSeed, round);
    v1::RoadClosure closure;
    fill_at_random(closure, random, texts());
    taken += expect_reason(to_domain(closure, Time{}, "closure"), kSeed, round);
  }
  EXPECT_GT(taken, 10);
}

TEST(ConverterFuzz, MutatedBytesThatStillParseAreTakenOrRefused) {
  constexpr std::uint64_t kSeed = 13;
  Random random{kSeed};
  const google::protobuf::LogSilencer silence;
  int parsed = 0;
  for (int round = 0; round < kRounds; ++round) {
    v1::Evidence message;
    fill_at_random(message, random, texts());
    std::string bytes = message.SerializeAsString();
    mutate(bytes, random);
    if (!message.ParseFromString(bytes)) continue;
    ++parsed;
    expect_reason(to_domain(message, network()), kSeed, round);
  }
  EXPECT_GT(parsed, 100);
}

TEST(ConverterFuzz, MutatedLinesAreTakenOrRefused) {
  constexpr std::uint64_t kSeed = 14;
  Random random{kSeed};
  const std::string line =
      R"({"idempotencyKey":"k1","eventTime":"2026-07-20T02:00:01Z","source":"ami","lastGasp":{"usagePoint":"T1.1"}})";
  for (int round = 0; round < kRounds; ++round) {
    std::string mutated = line;
    mutate(mutated, random);
    expect_reason(parse_evidence_line(mutated, network()), kSeed, round);
  }
}

}  // namespace
}  // namespace gridmend::converter_fuzz_test
