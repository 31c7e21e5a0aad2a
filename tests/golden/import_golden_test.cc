#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <system_error>

#include "data/synth/town.h"
#include "tests/golden/import_summary.h"

namespace gridmend {
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
  TownSettings settings;
  settings.usage_points = 3000;
  settings.seed = 7;
  const auto town = make_town(settings);
  ASSERT_TRUE(town);
  const auto written = write_town(*town, folder);
  ASSERT_TRUE(written) << describe(written.error());
  RegionSpec spec;
  spec.sources.push_back({folder / "network.gpkg", ""});
  golden::expect_import("import_made_town.txt", spec, "");
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

}  // namespace
}  // namespace gridmend
