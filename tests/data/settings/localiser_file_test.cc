#include "data/settings/localiser_file.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "core/base/random.h"
#include "core/outage/settings_fields.h"

namespace gridmend::localiser_file_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

LocaliserSettings parse(std::string_view text) {
  auto settings = parse_localiser_settings(text, "l.toml");
  EXPECT_TRUE(settings) << describe(settings.error());
  return settings ? *settings : LocaliserSettings{};
}

std::string refusal(std::string_view text) {
  const auto settings = parse_localiser_settings(text, "l.toml");
  return settings ? "taken" : settings.error().reason + " " + describe(settings.error());
}

TEST(LocaliserFile, WhatItDoesNotNameKeepsItsDefault) {
  const LocaliserSettings settings = parse("");
  EXPECT_EQ(settings.reliability.last_gasp_reach, .8);
  EXPECT_EQ(write_localiser_settings(settings), "");
}

TEST(LocaliserFile, NamesNumbersDurationsCountsAndFlags) {
  const LocaliserSettings settings = parse(R"(
[reliability]
last_gasp_reach = 0.62
call_half_time_s = 900
scada_open = { if_open = 0.99, if_closed = 0.01 }
[priors.by_kind]
fuse = 0.07
[outages]
confirm_items = 5
[weights]
weight.hospital = 120
critical.school = true
)");
  EXPECT_EQ(settings.reliability.last_gasp_reach, .62);
  EXPECT_EQ(settings.reliability.call_half_time, std::chrono::minutes{15});
  EXPECT_EQ(settings.reliability.scada_open.if_closed, .01);
  EXPECT_EQ(settings.priors.by_kind[static_cast<std::size_t>(DeviceKind::fuse)], .07);
  EXPECT_EQ(settings.outages.confirm_items, 5u);
  EXPECT_EQ(settings.weights.weight[static_cast<std::size_t>(UsagePointCategory::hospital)], 120);
  EXPECT_TRUE(settings.weights.critical[static_cast<std::size_t>(UsagePointCategory::school)]);
}

TEST(LocaliserFile, RefusesWithLineAndName) {
  EXPECT_THAT(refusal("[reliability]\n\nlast_gasp_rech = 0.5\n"),
              AllOf(HasSubstr("SETTINGS_INVALID"), HasSubstr("l.toml"),
                    HasSubstr("line 3: 'reliability.last_gasp_rech' is no setting")));
  EXPECT_THAT(refusal("[reliability]\nlast_gasp_reach = \"much\"\n"),
              HasSubstr("line 2: 'reliability.last_gasp_reach' must be a number"));
  EXPECT_THAT(refusal("[reliability]\nlast_gasp_reach = nan\n"), HasSubstr("must be a number"));
  EXPECT_THAT(refusal("[reliability]\ncall_lead_s = -1\n"), HasSubstr("must be seconds"));
  EXPECT_THAT(refusal("[outages]\nconfirm_items = 2.5\n"), HasSubstr("whole number"));
  EXPECT_THAT(refusal("[weights.critical]\nschool = 1\n"), HasSubstr("true or false"));
  EXPECT_THAT(refusal("[reliability]\nlast_gasp_reach = 1.5\n"),
              HasSubstr("LOCALISER_SETTING_INVALID"));
  EXPECT_THAT(refusal("[reliability\n"), HasSubstr("line 1"));
  EXPECT_THAT(refusal("reliability = 3\n"), HasSubstr("'reliability' is no setting"));
  EXPECT_THAT(refusal(std::string(1 << 21, '\n')), HasSubstr("megabyte"));
}

TEST(LocaliserFile, TellsOfSingleSourcesAndCommunicationGroups) {
  const LocaliserSettings settings = parse(R"(
[reliability]
last_gasp_reach = 0.7
[reliability.source."95598"]
call_false_factor = 4
[reliability.source."scada/north.2"]
unrelated = 0.05
[reliability.group."TG-0017 \"old\""]
last_gasp_reach = 0.35
group_down_if_dead = 0.6
)");
  ASSERT_EQ(settings.told_sources.size(), 2U);
  EXPECT_EQ(settings.told_sources.at("95598").call_false_factor, 4);
  EXPECT_FALSE(settings.told_sources.at("95598").unrelated);
  EXPECT_EQ(settings.told_sources.at("scada/north.2").unrelated, .05);
  const ToldGroup& group = settings.told_groups.at("TG-0017 \"old\"");
  EXPECT_EQ(group.last_gasp_reach, .35);
  EXPECT_EQ(group.group_down_if_dead, .6);
  EXPECT_FALSE(group.ping_lost);
  const std::string text = write_localiser_settings(settings);
  const LocaliserSettings again = parse(text);
  EXPECT_EQ(again.told_sources, settings.told_sources);
  EXPECT_EQ(again.told_groups, settings.told_groups);
  EXPECT_EQ(write_localiser_settings(again), text);
}

TEST(LocaliserFile, RefusesWhatCannotBeMeantOfASourceOrAGroup) {
  EXPECT_THAT(refusal("[reliability.source.ami]\nlast_gasp_reach = 0.5\n"),
              HasSubstr("line 2: 'reliability.source.ami.last_gasp_reach' is no setting"));
  EXPECT_THAT(refusal("[reliability.source]\nami = 3\n"), HasSubstr("must be a table"));
  EXPECT_THAT(refusal("[reliability]\nsource = 3\n"),
              HasSubstr("'reliability.source' is no setting"));
  EXPECT_THAT(refusal("[reliability.source.ami]\nunrelated = 1\n"),
              HasSubstr("reliability.source.ami.unrelated is not within [0, 1)"));
  EXPECT_THAT(refusal("[reliability.source.ami]\ncall_false_factor = 0\n"),
              HasSubstr("is not a finite number above 0"));
  EXPECT_THAT(refusal("[reliability.group.G1]\nping_lost = \"often\"\n"),
              HasSubstr("must be a number"));
  EXPECT_THAT(refusal("[reliability.group.G1]\nlast_gasp_reach = 0\n"),
              HasSubstr("is not a probability within (0, 1)"));
  EXPECT_THAT(refusal("[reliability.group.G1]\nlast_gasp_false = 0.9\n"),
              HasSubstr("last gasps would speak for light"));
  EXPECT_THAT(refusal("[reliability.group.G1.more]\nping_lost = 0.2\n"),
              HasSubstr("is no setting"));
}

// Moves every setting a little, to what the kind of number allows.
struct Shake {
  Random& random;
  void operator()(const std::string&, double& value) const { value *= random.uniform(.9, 1); }
  void operator()(const std::string&, Duration& value) const {
    value = from_seconds(seconds(value) * random.uniform(.5, 1));
  }
  void operator()(const std::string&, std::uint32_t& value) const {
    value += static_cast<std::uint32_t>(random.below(3));
  }
  void operator()(const std::string&, bool& value) const { value = random.chance(.5); }
};

TEST(LocaliserFile, IsReadBackAsItWasWritten) {
  int checked = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random{seed};
    LocaliserSettings settings;
    visit_settings(settings, Shake{random});
    if (!validate(settings)) continue;
    ++checked;
    const std::string text = write_localiser_settings(settings);
    const auto read = parse_localiser_settings(text, "l.toml");
    ASSERT_TRUE(read) << "seed " << seed << ": " << describe(read.error()) << "\n" << text;
    EXPECT_EQ(write_localiser_settings(*read), text) << "seed " << seed;
    EXPECT_EQ(read->reliability.found_intact.if_closed,
              settings.reliability.found_intact.if_closed);
  }
  EXPECT_GT(checked, 150);
}

TEST(LocaliserFile, ReadsAFileAndSaysWhenItCannot) {
  const auto path = std::filesystem::path{testing::TempDir()} / "localiser_file_test.toml";
  std::ofstream{path} << "[links]\nwrong = 0.02\n";
  const auto settings = read_localiser_settings(path);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->links.wrong, .02);
  std::filesystem::remove(path);
  EXPECT_EQ(read_localiser_settings(path).error().reason, "FILE_NOT_READABLE");
  EXPECT_EQ(read_localiser_settings(testing::TempDir()).error().reason, "FILE_NOT_READABLE");
}

}  // namespace
}  // namespace gridmend::localiser_file_test
