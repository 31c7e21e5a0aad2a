#include "data/ingest/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/base/random.h"
#include "data/ingest/network_source.h"
#include "data/ingest/shipped_profiles.h"

namespace gridmend::profile_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

constexpr std::string_view kSmallest = R"(
name = "small"
[[feeders]]
layer = "f"
mrid = "id"
source_node = "n"
[[devices]]
layer = ["a", "b"]
mrid = "id"
kind = { default = "fuse" }
from_node = "x"
to_node = "y"
[[usage_points]]
layer = "u"
mrid = "id"
node = "n"
)";

std::string refused(const std::string& toml) {
  const auto profile = parse_profile(toml, "p.toml");
  EXPECT_FALSE(profile) << "was taken";
  if (profile) return {};
  EXPECT_EQ(profile.error().reason, "PROFILE_INVALID");
  EXPECT_EQ(profile.error().place.file, "p.toml");
  return profile.error().message;
}

TEST(Profile, TheShippedOnesAreReadAndSpeakOfEverything) {
  EXPECT_THAT(shipped_profile_names(), IsSupersetOf({"bdgd", "native"}));
  for (const std::string& name : shipped_profile_names()) {
    const auto profile = find_profile(name);
    ASSERT_TRUE(profile) << describe(profile.error());
    EXPECT_EQ(profile->name, name);
    EXPECT_FALSE(profile->title.empty());
  }
}

TEST(Profile, AKeyInChineseWithoutQuotesIsRefusedWithTheWayToWriteIt) {
  const std::string small{kSmallest};
  EXPECT_THAT(refused(small + "category = { column = \"c\", values = { 医院 = \"hospital\" } }\n"),
              HasSubstr("stands in quotes"));
  EXPECT_TRUE(parse_profile(
      small + "category = { column = \"c\", values = { \"医院\" = \"hospital\" } }\n", "p.toml"));
}

TEST(Profile, TheSmallestIsEnough) {
  const auto profile = parse_profile(kSmallest, "p.toml");
  ASSERT_TRUE(profile) << describe(profile.error());
  EXPECT_THAT(profile->devices[0].layer.layers, ElementsAre("a", "b"));
  EXPECT_EQ(profile->devices[0].kind.fallback, "fuse");
}

TEST(Profile, ExactValuesComeBeforePatternsAndLongPatternsBeforeShort) {
  const auto profile = parse_profile(std::string{kSmallest} + R"(
address = { column = "c", values = { "*" = "1", "R*" = "2", "RU*" = "3", "RU4" = "4" } }
)",
                                     "p.toml");
  ASSERT_TRUE(profile) << describe(profile.error());
  std::vector<std::string> meanings;
  for (const auto& [pattern, meaning] : profile->usage_points[0].address.values) {
    meanings.push_back(meaning);
  }
  EXPECT_THAT(meanings, ElementsAre("4", "3", "2", "1"));
}

TEST(Profile, WhatIsWrongIsRefusedByKeyAndLine) {
  const std::string small{kSmallest};
  EXPECT_THAT(refused("name = "), HasSubstr("line 1"));
  EXPECT_THAT(refused(""), HasSubstr("'name'"));
  EXPECT_THAT(refused("name = \"x\""), HasSubstr("[[feeders]]"));
  EXPECT_THAT(refused(small + "colour = \"red\"\n"),
              AllOf(HasSubstr("line 17"), HasSubstr("'colour'")));
  EXPECT_THAT(refused(small + "phases = 3\n"), HasSubstr("'phases'"));
  EXPECT_THAT(refused(small + "phases = { }\n"), HasSubstr("'phases'"));
  EXPECT_THAT(refused(small + "phases = { column = \"p\", hue = 1 }\n"), HasSubstr("'hue'"));
  EXPECT_THAT(refused(small + "phases = { column = \"p\", values = \"none\" }\n"),
              HasSubstr("value_maps.none"));
  EXPECT_THAT(refused(small + "place = { column = \"p\", lookup = \"poles\" }\n"),
              HasSubstr("'poles'"));
  EXPECT_THAT(refused(small + "category_overrides = [ { when = \"x\" } ]\n"),
              HasSubstr("'column'"));
  std::string no_kind = small;
  no_kind.erase(no_kind.find("kind"), 27);
  EXPECT_THAT(refused(no_kind), HasSubstr("'kind'"));
}

TEST(Profile, AWordThatTheFieldCannotBeIsRefusedAndNotTakenForAnother) {
  const std::string small{kSmallest};
  EXPECT_THAT(
      refused(small + "category = { column = \"c\", values = { KH = \"hopital\" } }\n"),
      AllOf(HasSubstr("line 17"), HasSubstr("'category' cannot be 'hopital', as 'KH' is said to")));
  EXPECT_THAT(refused(small + "phases = { column = \"p\", default = \"XYZ\" }\n"),
              HasSubstr("cannot be 'XYZ', its default"));
  EXPECT_THAT(refused(small + "active = { column = \"a\", values = { A = \"maybe\" } }\n"),
              HasSubstr("'maybe'"));
  EXPECT_THAT(
      refused(small + "category_overrides = [ { column = \"c\", values = { H = \"x\" } } ]\n"),
      HasSubstr("'x'"));
  EXPECT_THAT(refused(small + "customers = { column = \"c\", scale = inf }\n"),
              HasSubstr("'scale'"));
  std::string odd_kind = small;
  odd_kind.replace(odd_kind.find("\"fuse\""), 6, "\"fuze\"");
  EXPECT_THAT(refused(odd_kind), HasSubstr("'kind' cannot be 'fuze'"));
  EXPECT_TRUE(
      parse_profile(small + "category = { column = \"c\", values = { \"*\" = \"\" } }\n", "p.toml"))
      << "nothing said";
}

TEST(Profile, AnUnknownNameIsRefusedWithTheKnownOnes) {
  const auto profile = find_profile("nowhere");
  ASSERT_FALSE(profile);
  EXPECT_EQ(profile.error().reason, "PROFILE_UNKNOWN");
  EXPECT_THAT(profile.error().message, AllOf(HasSubstr("bdgd"), HasSubstr("native")));
  EXPECT_EQ(find_profile("/nowhere/x.toml").error().reason, "PROFILE_UNKNOWN");

  SourceSpec spec;
  spec.path = "a.gpkg";
  spec.profile = "nowhere";
  const auto source = open_network_source(spec);
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().message, AllOf(HasSubstr("bdgd"), HasSubstr("cim, opendss")));
}

TEST(Profile, OfADrawnNetworkNobodyHasToNameConnectivityNodes) {
  const std::string rules = R"(
[[feeders]]
layer = "f"
mrid = "id"
levels = ["mv"]
[[devices]]
layer = "d"
mrid = "id"
kind = { default = "ac_line_segment" }
level = { default = "mv" }
tapped = false
)";
  const auto drawn = parse_profile(
      "name = \"p\"\n[connectivity]\nmode = \"geometry\"\n"
      "tolerance_m = 0.2\nfar_usage_points = \"leave_out\"" +
          rules,
      "p.toml");
  ASSERT_TRUE(drawn) << drawn.error().message;
  EXPECT_EQ(drawn->connectivity.mode, ConnectivityMode::geometry);
  EXPECT_DOUBLE_EQ(drawn->connectivity.tolerance_m, 0.2);
  EXPECT_TRUE(drawn->connectivity.leave_out_far_usage_points);
  EXPECT_FALSE(drawn->devices.front().tapped);
  EXPECT_EQ(drawn->feeders.front().levels, std::vector<std::string>{"mv"});

  const auto refused = [&](const std::string& connectivity, const char* what) {
    const auto profile =
        parse_profile("name = \"p\"\n[connectivity]\n" + connectivity + rules, "p.toml");
    ASSERT_FALSE(profile) << connectivity;
    EXPECT_THAT(profile.error().message, HasSubstr(what));
  };
  refused("mode = \"ids\"", "lacks 'source_node'");
  refused("mode = \"guess\"", "ids, geometry or ids_checked");
  refused("mode = \"geometry\"\ntolerance_m = 0", "must be metres");
  refused("mode = \"geometry\"\ntolerance_m = 4000", "at most 1000");
  refused("mode = \"geometry\"\nfar_usage_points = \"lose\"", "refuse or leave_out");
  refused("mode = \"geometry\"\nsnap = 1", "unknown key 'snap'");
}

TEST(Profile, PatternsMatchWithoutRegardToCase) {
  EXPECT_TRUE(matches_pattern("*SUB*", "rd_sub_urb"));
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_TRUE(matches_pattern("a*b*c", "aXbXbc"));
  EXPECT_FALSE(matches_pattern("a*b", "ac"));
  EXPECT_FALSE(matches_pattern("", "a"));
  EXPECT_TRUE(matches_pattern("AT", "at"));
}

TEST(Profile, SpoiltTomlNeverCrashesIt) {
  for (const ShippedProfile& shipped : shipped_profiles()) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      Random random{seed};
      std::string toml{shipped.toml};
      for (int i = random.between(1, 8); i > 0; --i) {
        const std::size_t at = random.below(toml.size());
        if (random.chance(0.5)) {
          toml[at] = static_cast<char>(random.below(256));
        } else {
          toml.erase(at, random.below(30));
        }
      }
      const auto profile = parse_profile(toml, "p.toml");
      EXPECT_TRUE(profile || !profile.error().message.empty());
    }
  }
}

TEST(Profile, AMapThatNamesItselfIsReadAsAMapAndNothingIsLookedUpInIt) {
  const std::string map = "\n[value_maps.kinds]\nfuse = { column = \"o\", values = \"kinds\" }\n";
  EXPECT_TRUE(parse_profile(std::string{kSmallest} + map, "p.toml")) << "nobody asks for it";
  EXPECT_THAT(
      refused(std::string{kSmallest} + "category = { column = \"c\", values = \"kinds\" }\n" + map),
      HasSubstr("must be a text"));
}

TEST(Profile, ALookupThatIsNotThereIsRefusedByItsLineWhereverItIsAsked) {
  for (const char* field : {"category = { column = \"c\", lookup = \"nowhere\" }",
                            "where = { column = \"c\", is = \"1\", lookup = \"nowhere\" }"}) {
    const std::string message = refused(std::string{kSmallest} + field + "\n");
    EXPECT_THAT(message, HasSubstr("no [[lookups]] named 'nowhere'")) << field;
    EXPECT_THAT(message, HasSubstr("line ")) << field;
  }
}

TEST(Profile, NoFieldHasBothColumnAndJoin) {
  EXPECT_THAT(
      refused(std::string{kSmallest} + "where = { column = \"c\", join = [\"a\", \"b\"], is "
                                       "= \"1\" }\n"),
      HasSubstr("has both column and join"));
}

}  // namespace
}  // namespace gridmend::profile_test
