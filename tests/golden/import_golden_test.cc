#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <system_error>

#include "tests/golden/import_summary.h"
#include "tests/golden/made_town.h"

namespace gridmend::import_golden_test {
namespace {

namespace fs = std::filesystem;

TEST(ImportGolden, TheGeodatabaseOfMux) {
  const auto folder = golden::shared_data("bdgd_mux");
  if (!folder) GTEST_SKIP() << "the shared BDGD set is not beside this source tree";
  RegionSpec spec;
  for (const auto& entry : fs::directory_iterator(*folder)) {
    if (entry.path().string().ends_with(".gdb.zip")) spec.sources.push_back({entry.path(), ""});
  }
  ASSERT_EQ(spec.sources.size(), 1u);
  golden::expect_import("import_bdgd_mux.txt", spec, "");
}

TEST(ImportGolden, AMadeTown) {
  const fs::path folder = fs::path{GRIDMEND_BINARY_DIR} / "golden_town";
  const auto written = golden::write_made_town(folder);
  ASSERT_TRUE(written) << describe(written.error());
  RegionSpec spec;
  spec.sources.push_back({folder / "network.gpkg", ""});
  golden::expect_import("import_made_town.txt", spec, "");
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

void expect_openstreetmap(const char* golden_name, const char* file) {
  const auto path = golden::shared_data(std::string{"roads_osm/"} + file);
  if (!path) GTEST_SKIP() << "the shared OpenStreetMap set is not beside this source tree";
  RegionSpec spec;
  spec.sources.push_back({*path, ""});
  golden::expect_import(golden_name, spec, "");
}

TEST(ImportGolden, TheLinesOfNorthBayreuth) {
  expect_openstreetmap("import_osm_north_bayreuth.txt", "north-bayreuth.osm.gz");
}

TEST(ImportGolden, TheLinesOfMonaco) {
  expect_openstreetmap("import_osm_monaco.txt", "monaco.osm.pbf");
}

TEST(ImportGolden, HeidelbergsExtractHasRoadsAndNoElectricity) {
  const auto path = golden::shared_data("roads_osm/heidelberg.osm.pbf");
  if (!path) GTEST_SKIP() << "the shared OpenStreetMap set is not beside this source tree";
  RegionSpec spec;
  spec.sources.push_back({*path, ""});
  const auto import = import_region(spec, {});
  ASSERT_FALSE(import);
  EXPECT_EQ(import.error().reason, "OSM_NO_POWER");
}

}  // namespace
}  // namespace gridmend::import_golden_test
