#include "data/ingest/region_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "data/ingest/region_import.h"
#include "data/ingest/vector_source.h"
#include "data/region/region_diff.h"
#include "data/synth/town.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::region_export_test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

Result<RegionImport> import(const fs::path& path, const std::string& profile = {}) {
  RegionSpec spec;
  spec.sources.push_back({path, profile});
  return import_region(spec, {.most_severe_percent = 100, .progress = {}});
}

SupplyForest forest_of(const Region& region) {
  return SupplyForest::derive(region.network, SwitchState{region.network});
}

// Says which records differ and in what, or nothing.
std::string told(const Region& before, const Region& after, RegionFieldSet allowed = {}) {
  const RegionDiff diff = diff_regions(before, after);
  std::string text;
  const auto table = [&](const char* name, const auto& t) {
    if (!t.added.empty() || !t.removed.empty()) {
      text += std::string{name} + ": " + std::to_string(t.added.size()) + " added, " +
              std::to_string(t.removed.size()) + " removed\n";
    }
    std::size_t shown = 0;
    for (const auto& change : t.changed) {
      for (const RegionField field : change.fields.to_vector()) {
        if (allowed.has(field) || ++shown > 5) continue;
        text += std::string{name} + " " + std::string{before.network.mrid(change.before)} + ": " +
                std::string{to_string(field)} + "\n";
      }
    }
  };
  table("substations", diff.substations);
  table("feeders", diff.feeders);
  table("nodes", diff.nodes);
  table("devices", diff.devices);
  table("usage points", diff.usage_points);
  if (!diff.supply_lost.empty() || !diff.supply_gained.empty()) text += "supply\n";
  return text;
}

// Exports, imports again by the native profile, and compares.
void expect_round_trip(const Region& region, const fs::path& file, RegionFieldSet allowed = {}) {
  const auto counts = export_region(region, forest_of(region), {}, file);
  ASSERT_TRUE(counts) << describe(counts.error());
  EXPECT_EQ(counts->usage_points, region.network.usage_points().size());
  EXPECT_EQ(counts->lines + counts->switches + counts->transformers,
            region.network.devices().size());
  const auto again = import(file, "native");
  ASSERT_TRUE(again) << describe(again.error());
  EXPECT_EQ(told(region, again->region, allowed), "");
}

TEST(RegionExport, ATownReadAgainIsTheSameNetwork) {
  const TownSource town;
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  expect_round_trip(imported->region, town.folder() / "out.gpkg");
}

TEST(RegionExport, AMadeTownReadAgainIsTheSameNetworkOnTheSameRoads) {
  const TownSource folder;
  const auto town = make_town({3000, 5, {}, *parse_rfc3339("2026-07-20T02:00:00Z")});
  ASSERT_TRUE(town && write_town(*town, folder.folder() / "town"));
  const auto imported = import(folder.folder() / "town" / "network.gpkg");
  ASSERT_TRUE(imported) << describe(imported.error());
  const fs::path file = folder.folder() / "out.gpkg";
  expect_round_trip(imported->region, file);
  const auto again = import(file, "native");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->region.roads.vertices().size(), imported->region.roads.vertices().size());
  EXPECT_EQ(again->region.roads.edges().size(), imported->region.roads.edges().size());
  EXPECT_EQ(again->region.id,
            content_id(again->region.network.records(), again->region.roads.records()));
}

// Two terminals of other phases, single-phase laterals, lines without a course.
TEST(RegionExport, ModelsOfOtherFormatsSurviveButForTheCourseOfLinesWithoutOne) {
  const fs::path data = fs::path{GRIDMEND_SOURCE_DIR} / ".." / "shared" / "data";
  RegionFieldSet drawn_straight;
  drawn_straight.add(RegionField::shape);
  for (const char* name :
       {"cim_ieee/IEEE13.xml", "cim_ieee/IEEE123.xml", "opendss_ieee/13Bus/IEEE13Nodeckt.dss"}) {
    SCOPED_TRACE(name);
    if (!fs::exists(data / name)) GTEST_SKIP() << "there is no " << data / name;
    const TownSource folder;
    const auto imported = import(data / name);
    ASSERT_TRUE(imported) << describe(imported.error());
    expect_round_trip(imported->region, folder.folder() / "out.gpkg", drawn_straight);
  }
}

TEST(RegionExport, AFeederIsWrittenWithItsOpenSwitchesAndNothingOfOthers) {
  const TownSource town;
  const auto imported = import(town.write());
  ASSERT_TRUE(imported);
  const Region& region = imported->region;
  const SupplyForest forest = forest_of(region);
  const fs::path file = town.folder() / "s2.gpkg";
  const ExportPart part = part_of_feeder(forest, *region.network.find_feeder("S2"));
  ASSERT_TRUE(export_region(region, forest, part, file));
  const auto again = import(file, "native");
  ASSERT_TRUE(again) << describe(again.error());
  std::set<std::string> devices, feeders;
  for (const Id<Device> id : again->region.network.devices().ids())
    devices.insert(std::string{again->region.network.mrid(id)});
  EXPECT_THAT(devices, UnorderedElementsAre("L9", "TIE"));
  EXPECT_EQ(again->region.network.usage_points().size(), 0u);
}

std::string text_of(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(RegionExport, GeoJsonIsOneLayerThatSaysWhichSuppliesWhom) {
  const TownSource town;
  const auto imported = import(town.write());
  ASSERT_TRUE(imported);
  const Region& region = imported->region;
  const fs::path file = town.folder() / "town.geojson";
  ASSERT_TRUE(export_region(region, forest_of(region), {}, file));
  const std::string text = text_of(file);
  EXPECT_THAT(text, HasSubstr(R"("layer": "transformers", "mrid": "T1")"));
  EXPECT_THAT(text, HasSubstr(R"("supplying_feeder": "S1 | S2")"));  // the tie
  EXPECT_THAT(text, HasSubstr(R"("customers_behind": 13)"));
}

TEST(RegionExport, EqualCallsWriteEqualFilesAndAnotherEndingIsRefused) {
  const TownSource town;
  const auto imported = import(town.write());
  ASSERT_TRUE(imported);
  const Region& region = imported->region;
  const fs::path a = town.folder() / "a.geojson", b = town.folder() / "b.geojson";
  ASSERT_TRUE(export_region(region, forest_of(region), {}, a));
  ASSERT_TRUE(export_region(region, forest_of(region), {}, b));
  EXPECT_EQ(text_of(a), text_of(b));
  const auto refused = export_region(region, forest_of(region), {}, town.folder() / "a.shp");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "GIS_FORMAT_UNKNOWN");
  EXPECT_FALSE(export_region(region, forest_of(region), {}, "/nowhere/at/all.gpkg"));
}

}  // namespace
}  // namespace gridmend::region_export_test
