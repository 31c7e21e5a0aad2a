#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/ingest/town_import.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::native_refusal_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(NativeImport, AMissingLayerIsRefusedByName) {
  TownSource town;
  town.layers.erase("lines");
  const Error error = refusal(town.write());
  EXPECT_EQ(error.reason, "LAYER_MISSING");
  EXPECT_EQ(error.place.layer, "lines");
  EXPECT_THAT(describe(error), AllOf(HasSubstr("'lines'"), HasSubstr("usage_points")));
}

TEST(NativeImport, ASourceThatLeavesEverybodyInTheDarkSaysWhatItLacks) {
  TownSource town;
  town.layers.erase("transformers");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  ASSERT_TRUE(imported->refusal.has_value());
  EXPECT_EQ(imported->refusal->reason, "NOBODY_SUPPLIED");
  EXPECT_THAT(describe(*imported->refusal), HasSubstr("no layer of transformers"));
}

TEST(NativeImport, AMissingColumnIsRefusedByName) {
  TownSource town;
  for (std::string& feature : town.layers["lines"]) {
    const auto at = feature.find("\"from_node\"");
    feature.replace(at, 11, "\"from\"");
  }
  const Error error = refusal(town.write());
  EXPECT_EQ(error.reason, "COLUMN_MISSING");
  EXPECT_EQ(error.place.file, town.folder().filename().string() + "/lines.geojson");
  EXPECT_EQ(error.place.layer, "lines");
  EXPECT_EQ(error.place.column, "from_node");
}

TEST(NativeImport, AColumnOfTheWrongTypeIsRefusedByName) {
  TownSource town;
  town.replace("transformers", "\"rated_kva\":400", "\"rated_kva\":\"large\"");
  const Error error = refusal(town.write());
  EXPECT_EQ(error.reason, "COLUMN_TYPE");
  EXPECT_EQ(error.place.layer, "transformers");
  EXPECT_EQ(error.place.column, "rated_kva");

  TownSource second;
  for (std::string& feature : second.layers["usage_points"]) {
    const auto at = feature.find("\"node\":\"m1\"");
    feature.replace(at, 11, "\"node\":1.5");
  }
  EXPECT_EQ(refusal(second.write()).place.column, "node");
}

TEST(NativeImport, ASourceNamedTwiceIsRefusedWithBothPlaces) {
  const TownSource town;
  town.write();
  const auto read = [&town](const std::string& toml) {
    town.write_file("region.toml", toml);
    return read_region_toml(town.folder() / "region.toml");
  };
  const std::string name = town.folder().filename().string();
  const auto same =
      read("[[sources]]\npath = \".\"\nprofile = \"native\"\n\n[[sources]]\npath = \"../" + name +
           "/\"\nprofile = \"native\"\n");
  ASSERT_FALSE(same);
  EXPECT_THAT(same.error().message,
              AllOf(HasSubstr("line 5"), HasSubstr("line 1"), HasSubstr("twice")));
  // One leaves its profile to be found out.
  const auto quiet =
      read("[[sources]]\npath = \".\"\n[[sources]]\npath = \".\"\nprofile = \"native\"\n");
  ASSERT_TRUE(quiet) << describe(quiet.error());
  const auto imported = import_region(*quiet, {.most_severe_percent = kAnySevere, .progress = {}});
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.error().reason, "SOURCE_TWICE");
  EXPECT_THAT(imported.error().message, AllOf(HasSubstr("source 1"), HasSubstr("source 2")));
  // Two profiles may each read their layers of one source.
  EXPECT_TRUE(
      read("[[sources]]\npath = \".\"\nprofile = \"a.toml\"\n[[sources]]\npath = \".\"\n"
           "profile = \"b.toml\"\n"));
}

TEST(NativeImport, AnUnknownProfileIsRefusedWithTheKnownOnes) {
  const TownSource town;
  const Error error = refusal(town.write(), "martian");
  EXPECT_EQ(error.reason, "PROFILE_UNKNOWN");
  EXPECT_THAT(error.message, AllOf(HasSubstr("martian"), HasSubstr("bdgd"), HasSubstr("native")));
}

TEST(NativeImport, EmptyAndMissingSourcesAreRefused) {
  const TownSource town;
  EXPECT_EQ(refusal(town.folder() / "none.gpkg").reason, "SOURCE_NOT_FOUND");
  EXPECT_EQ(refusal(town.folder()).reason, "SOURCE_EMPTY");
  for (const char* name : {"a.gpkg", "a.geojson", "a.zip", "a.shp"}) {
    town.write_file(name, "");
    EXPECT_EQ(refusal(town.folder() / name).reason, "SOURCE_EMPTY") << name;
  }
  town.write_file("b.geojson", R"({"type":"FeatureCollection","features":[]})");
  EXPECT_EQ(refusal(town.folder() / "b.geojson").reason, "LAYER_MISSING");
  for (const char* name : {"c.gpkg", "c.geojson", "c.zip", "c.txt"}) {
    town.write_file(name, "this is no data set");
    const Error error = refusal(town.folder() / name);
    EXPECT_THAT(error.reason, ::testing::AnyOf("SOURCE_FORMAT", "SOURCE_EMPTY")) << name;
    EXPECT_THAT(describe(error), HasSubstr(name));
  }
}

TEST(NativeImport, ANetworkWithoutDevicesOrFeedersIsRefused) {
  TownSource town;
  for (const char* layer : {"lines", "switches", "transformers"}) {
    std::string columns = R"("mrid":null,"kind":null,"from_node":null,"to_node":null)";
    town.layers[layer] = {bare_feature(columns)};
  }
  EXPECT_EQ(refusal(town.write()).reason, "NETWORK_EMPTY");
}

TEST(NativeImport, NothingIsFetchedFromANetwork) {
  EXPECT_EQ(refusal("/vsicurl/http://127.0.0.1:1/a.gpkg").reason, "SOURCE_NETWORK");
  EXPECT_EQ(refusal("https://127.0.0.1:1/a.gpkg").reason, "SOURCE_NETWORK");
  // A file that only points elsewhere.
  const TownSource town;
  town.write_file("a.vrt",
                  "<OGRVRTDataSource><OGRVRTLayer name='lines'><SrcDataSource>"
                  "/vsicurl/http://127.0.0.1:1/a.gpkg</SrcDataSource></OGRVRTLayer>"
                  "</OGRVRTDataSource>");
  EXPECT_EQ(refusal(town.folder() / "a.vrt").reason, "SOURCE_FORMAT");
  town.write_file("b.geojson", "http://127.0.0.1:1/a.geojson");
  EXPECT_EQ(refusal(town.folder() / "b.geojson").reason, "SOURCE_FORMAT");
}

TEST(NativeImport, TooManySevereDefectsRefuseTheSource) {
  TownSource town;
  town.replace("lines", R"("to_node":"m1")", R"("to_node":null)");
  const auto strict = import(town.write(), {}, 1);
  ASSERT_TRUE(strict) << describe(strict.error());
  ASSERT_TRUE(strict->refusal);
  EXPECT_EQ(strict->refusal->reason, "TOO_MANY_SEVERE_DEFECTS");
  const auto lenient = import(town.folder(), {}, 100);
  ASSERT_TRUE(lenient);
  EXPECT_FALSE(lenient->refusal);
}

TEST(NativeImport, HalfATownWithoutSupplyIsRefusedUnlessItIsAllowed) {
  TownSource town;
  town.layers["usage_points"].push_back(bare_feature(R"("mrid":"u8","node":"n9","customers":1)"));
  town.layers["usage_points"].push_back(bare_feature(R"("mrid":"u9","node":"n9","customers":1)"));
  town.replace("feeders", R"("source_node":"s2")", R"("source_node":"s9")");
  const auto half = import(town.write());
  ASSERT_TRUE(half) << describe(half.error());
  ASSERT_EQ(half->usage_points.total, 4u);
  ASSERT_EQ(half->usage_points.supplied, 2u);
  ASSERT_TRUE(half->refusal);
  EXPECT_EQ(half->refusal->reason, "TOO_MANY_UNSUPPLIED");
  EXPECT_THAT(half->refusal->message,
              AllOf(HasSubstr("2 of 4"), HasSubstr("25 %"), HasSubstr("unsupplied_island")));
  RegionSpec spec;
  spec.sources.push_back({town.folder(), "native"});
  const auto allowed = import_region(
      spec, {.most_severe_percent = kAnySevere, .most_unsupplied_percent = 50, .progress = {}});
  ASSERT_TRUE(allowed) << describe(allowed.error());
  EXPECT_FALSE(allowed->refusal);
  town.write_file("region.toml",
                  "[[sources]]\npath = \".\"\nprofile = \"native\"\n[checks]\n"
                  "most_unsupplied_percent = 60\nmost_severe_percent = 100\n");
  const auto declared = read_region_toml(town.folder() / "region.toml");
  ASSERT_TRUE(declared) << describe(declared.error());
  EXPECT_FALSE(import_region(*declared, {})->refusal);
}

TEST(NativeImport, ALimitOfOneClassRefusesAndASeverityIsTheUtilitysOwn) {
  TownSource town;
  town.replace("transformers", R"("feeder":"S1")", R"("feeder":"S2")");
  town.write();
  const auto import_with = [&town](const std::string& checks) {
    town.write_file("region.toml", "[[sources]]\npath = \".\"\nprofile = \"native\"\n" + checks);
    const auto spec = read_region_toml(town.folder() / "region.toml");
    EXPECT_TRUE(spec) << describe(spec.error());
    return import_region(*spec, {});
  };
  const auto lenient = import_with("[checks]\nmesh_loops = 2\n");
  ASSERT_TRUE(lenient) << describe(lenient.error());
  EXPECT_FALSE(lenient->refusal);
  const auto noted = import_with("[checks.classes.feeder_disagrees]\nseverity = \"note\"\n");
  ASSERT_TRUE(noted);
  EXPECT_EQ(find_defect(*noted, DefectClass::feeder_disagrees)->severity, DefectSeverity::note);
  EXPECT_EQ(noted->defect_tally.of(DefectClass::feeder_disagrees, DefectSeverity::note), 1u);
  const auto refused = import_with("[checks.classes.feeder_disagrees]\nseverity = \"refuse\"\n");
  ASSERT_TRUE(refused);
  ASSERT_TRUE(refused->refusal);
  EXPECT_EQ(refused->refusal->reason, "DEFECT_LIMIT");
  EXPECT_THAT(refused->refusal->message, HasSubstr("feeder_disagrees"));
}

TEST(NativeImport, ARegionTomlThatIsWrongIsRefusedByLine) {
  const TownSource town;
  const auto reason = [&](const char* text) {
    town.write_file("region.toml", text);
    const auto spec = read_region_toml(town.folder() / "region.toml");
    EXPECT_FALSE(spec);
    return spec ? std::string{} : spec.error().reason + " " + spec.error().message;
  };
  EXPECT_THAT(reason(""), HasSubstr("REGION_TOML_INVALID"));
  EXPECT_THAT(reason("name = \"a\"\n[[sources]]\n"), HasSubstr("'path'"));
  EXPECT_THAT(reason("\nsorces = 1"), AllOf(HasSubstr("line 2"), HasSubstr("sorces")));
  EXPECT_THAT(reason("[checks]\nmesh = 1"), AllOf(HasSubstr("line 2"), HasSubstr("'mesh'")));
  EXPECT_THAT(reason("[checks.classes.nonsense]\nmost = 1"), HasSubstr("nonsense"));
  EXPECT_THAT(reason("[checks]\nvoltage_ratio = 0.5"), HasSubstr("a number from 1"));
  EXPECT_THAT(reason("= ="), HasSubstr("line 1"));
  EXPECT_EQ(read_region_toml(town.folder() / "none.toml").error().reason, "SOURCE_NOT_FOUND");
}

}  // namespace
}  // namespace gridmend::native_refusal_test
