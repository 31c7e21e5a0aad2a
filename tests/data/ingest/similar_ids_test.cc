#include "data/ingest/similar_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/data/ingest/town_import.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::similar_ids_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(SimilarIds, IdsThatAreOneToPeopleAreFound) {
  const std::vector<std::string> there = {"T-12", "0017", "Ä1", "A0", "x.y", "N\xC2\xA0"};
  SimilarIds ids{there.size(),
                 [&](std::size_t i) { return std::optional{std::string_view{there[i]}}; }};
  EXPECT_EQ(ids.find("t-0012"), "T-12");
  EXPECT_EQ(ids.find(" T-12"), "T-12");
  EXPECT_EQ(ids.find("17.0"), "0017");
  EXPECT_EQ(ids.find("17"), "0017");
  EXPECT_EQ(ids.find("n"), "N\xC2\xA0");
  EXPECT_EQ(ids.find("X.Y"), "x.y");
  for (const char* other : {"T-12", "T-120", "T12", "170", "A", "", " ", "17.5", "ä1"}) {
    EXPECT_FALSE(ids.find(other)) << other;
  }
  EXPECT_NE(plain_id("12.05"), plain_id("12.5"));
  EXPECT_EQ(ids.did_you_mean("nothing"), "");
  EXPECT_EQ(ids.did_you_mean("t-12"), "; did you mean 'T-12'?");
  EXPECT_EQ(ids.did_you_mean("T-012"), "; did you mean 'T-12'?");
  EXPECT_EQ(ids.meant(), 2u);
  EXPECT_EQ(ids.first(), "'t-12' and 'T-12' differ only in the case of letters");
  EXPECT_EQ(what_differs("7.0", "7"), "decimals of a whole number");
  EXPECT_EQ(what_differs("07", "7"), "leading zeros");
  EXPECT_EQ(what_differs("7 ", "7"), "blanks around them");
}

std::vector<std::string> dangling(const RegionImport& imported) {
  std::vector<std::string> messages;
  for (const Defect& defect : imported.region.defects) {
    if (defect.defect_class == DefectClass::dangling_reference) messages.push_back(defect.message);
  }
  return messages;
}

TEST(SimilarIds, AReferenceThatLeadsNowhereSaysWhatMayHaveBeenMeantAndHowMany) {
  TownSource town;
  town.replace("usage_points", R"("transformer":"T1")", R"("transformer":"t1")");
  town.replace("usage_points", R"("transformer":"T1")", R"("transformer":"T01")");
  town.replace("feeders", R"("source_node":"s2")", R"("source_node":"S2")");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const auto messages = dangling(*imported);
  EXPECT_THAT(messages, ::testing::Contains("no transformer 't1'; did you mean 'T1'?"));
  EXPECT_THAT(messages, ::testing::Contains("no transformer 'T01'; did you mean 'T1'?"));
  EXPECT_THAT(messages,
              ::testing::Contains(HasSubstr("'S2', which no device names; did you mean 's2'?")));
  EXPECT_THAT(messages,
              ::testing::Contains(AllOf(HasSubstr("2 references to transformers"),
                                        HasSubstr("'t1' and 'T1' differ only in the case"))));
}

TEST(SimilarIds, LayersThatWriteTheirNodesInTwoWaysAreSaid) {
  TownSource town;
  town.replace("lines", R"("from_node":"v1")", R"("from_node":"V1")");
  town.layers["usage_points"].push_back(bare_feature(R"("mrid":"u3","node":"v1","customers":1)"));
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_THAT(dangling(*imported),
              ::testing::ElementsAre(AllOf(HasSubstr("did you mean one connectivity node?"),
                                           HasSubstr("'v1' and 'V1'"), HasSubstr("1 pair"))));
}

}  // namespace
}  // namespace gridmend::similar_ids_test
