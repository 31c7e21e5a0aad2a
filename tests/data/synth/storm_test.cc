#include "data/synth/storm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "core/base/random.h"

namespace gridmend::storm_test {
namespace {

using ::testing::HasSubstr;

std::string sample() {
  std::ifstream file{GRIDMEND_SOURCE_DIR "/data/samples/storm.toml", std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// What the text is refused for; empty when it is not.
std::string refusal(std::string_view text) {
  const auto storm = parse_storm(text, "s.toml");
  if (storm) return "";
  EXPECT_EQ(storm.error().reason, "STORM_INVALID");
  EXPECT_EQ(storm.error().place.file, "s.toml");
  return storm.error().message;
}

TEST(StormFile, AnEmptyFileIsAStormOfDefaults) {
  const auto read = parse_storm("", "s.toml");
  ASSERT_TRUE(read) << describe(read.error());
  const Storm defaults;
  EXPECT_EQ(read->name, defaults.name);
  EXPECT_EQ(read->start, parse_rfc3339("2026-07-20T02:00:00Z"));
  EXPECT_EQ(read->duration_h, 16);
  EXPECT_EQ(read->until_h, 72);
  EXPECT_TRUE(read->flood.made);
  EXPECT_TRUE(read->flood.file.empty());
  EXPECT_EQ(read->faults.transformer, defaults.faults.transformer);
  EXPECT_EQ(read->repair.median_min, defaults.repair.median_min);
  ASSERT_EQ(read->crews.size(), 1U);
  EXPECT_EQ(read->crews[0].count, 4);
}

TEST(StormFile, WhatIsSaidReplacesTheDefaultAndNothingElse) {
  const auto read = parse_storm(R"(start = "2026-08-01T10:00:00+08:00"
[faults]
fuse = 1
[repair]
fuse_min = 5
[[fault]]
device = "F7"
at_min = 30
[[crews]]
count = 2
vehicle = "boat"
skills = ["cable"]
shift_h = 8
)",
                                "s.toml");
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(to_rfc3339(read->start), "2026-08-01T02:00:00Z");
  EXPECT_EQ(read->faults.fuse, 1);
  EXPECT_EQ(read->faults.breaker, Storm{}.faults.breaker);
  EXPECT_EQ(read->repair.median_min[static_cast<std::size_t>(DeviceKind::fuse)], 5);
  ASSERT_EQ(read->named_faults.size(), 1U);
  EXPECT_EQ(read->named_faults[0].device, "F7");
  EXPECT_EQ(read->named_faults[0].at_min, 30);
  ASSERT_EQ(read->crews.size(), 1U);
  EXPECT_EQ(read->crews[0].vehicle_class, VehicleClass::boat);
  EXPECT_THAT(read->crews[0].skills, ::testing::ElementsAre(Skill::cable));
  EXPECT_EQ(read->crews[0].shift_h, 8);
}

TEST(StormFile, TheSampleReads) {
  const auto read = read_storm(GRIDMEND_SOURCE_DIR "/data/samples/storm.toml");
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(read->name, "summer flood");
  ASSERT_EQ(read->crews.size(), 2U);
  EXPECT_EQ(read->crews[1].vehicle_class, VehicleClass::high_water_truck);
  EXPECT_EQ(read->crews[1].arrive_h, 3);
}

TEST(StormFile, AFileThatIsNotThereIsNotFound) {
  const auto read = read_storm(GRIDMEND_SOURCE_DIR "/data/samples/no-such-storm.toml");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::not_found);
}

struct Refusal {
  const char* text;
  const char* line;
  const char* why;
};

TEST(StormFile, EveryRefusalNamesTheLineAndWhatIsWrong) {
  const Refusal refusals[] = {
      {"name = \"a\"\nwind = 3\n", "line 2:", "unknown key 'wind'"},
      {"\n[faults]\nfuze = .5\n", "line 3:", ""},  // not TOML: numbers begin with a digit
      {"\n[faults]\nfuze = 0.5\n", "line 3:", "unknown key 'fuze' in [faults]"},
      {"[[crews]]\ncount = 1\nsize = 2\n", "line 3:", "unknown key 'size' in [crews]"},
      {"name = 7\n", "line 1:", "'name' must be a text"},
      {"\nduration_h = \"long\"\n", "line 2:", "'duration_h' must be a number"},
      {"duration_h = true\n", "line 1:", "'duration_h' must be a number"},
      {"duration_h = nan\n", "line 1:", "'duration_h' must be a number"},
      {"duration_h = inf\n", "line 1:", "'duration_h' must be a number"},
      {"[flood]\nmade = 1\n", "line 2:", "'made' in [flood] must be true or false"},
      {"\nfaults = 3\n", "line 2:", "'faults' must be a table"},
      {"\ncrews = 3\n", "line 2:", "[[crews]]"},
      {"[faults]\nbreaker = 1.01\n", "line 2:", "from 0 to 1"},
      {"[evidence]\n\ncall_rate = -0.1\n", "line 3:", "from 0 to 1"},
      {"[[crews]]\ncount = 0\n", "line 1:", "not one crew"},
      {"\ncrews = [{count = 0}, {count = 0}]\n", "line 2:", "not one crew"},
      {"[[crews]]\ncount = 1.5\n", "line 2:", "whole number"},
      {"[[crews]]\nvehicle = \"balloon\"\n", "line 2:", "'balloon'"},
      {"[[crews]]\nskills = [\"line\",\n\"juggling\"]\n", "line 3:", "no skill"},
      {"\nstart = \"yesterday\"\n", "line 2:", "must be a time"},
      {"start = 2026-07-20\n", "line 1:", "must be a time"},
      {"start = 2026-07-20T02:00:00\n", "line 1:", "must be a time"},
      {"\nstep_s = 0.5\n", "line 2:", "at least 1"},
      {"\n[[fault]]\nat_min = 3\n", "line 2:", "lacks 'device'"},
      {"duration_h = 10\nuntil_h = 9\n", "line 2:", "before 'duration_h'"},
      {"name = \"a\"\nname = \"b\"\n", "line 2:", ""},
      {"name = \"a\n", "line 1", ""},
  };
  for (const Refusal& r : refusals) {
    SCOPED_TRACE(r.text);
    const std::string message = refusal(r.text);
    EXPECT_THAT(message, HasSubstr(r.line));
    EXPECT_THAT(message, HasSubstr(r.why));
  }
}

TEST(StormFile, GarbageIsRefusedOrReadAsASoundStorm) {
  const std::string sound = sample();
  ASSERT_FALSE(sound.empty());
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::string text = sound;
    for (std::uint64_t i = 1 + random.below(8); i > 0 && !text.empty(); --i) {
      const std::size_t at = random.below(text.size());
      switch (random.below(4)) {
        case 0:
          text[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          text.erase(at, 1 + random.below(12));
          break;
        case 2:
          text.insert(at, text.substr(random.below(text.size()), random.below(30)));
          break;
        default:
          text.insert(at, 1, "[]{}\"'=.,#-e9"[random.below(13)]);
      }
    }
    const auto read = parse_storm(text, "s.toml");
    if (!read) {
      ++refused;
      EXPECT_EQ(read.error().reason, "STORM_INVALID");
      EXPECT_THAT(read.error().message, HasSubstr("line "));
      continue;
    }
    int crews = 0;
    for (const CrewGroup& group : read->crews) crews += group.count;
    EXPECT_GE(crews, 1);
    EXPECT_GE(read->until_h, read->duration_h);
    EXPECT_GE(read->faults.fuse, 0);
    EXPECT_LE(read->faults.fuse, 1);
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace gridmend::storm_test
