#include "data/synth/town.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/network/supply_forest.h"
#include "data/ingest/region_import.h"
#include "data/synth/storm.h"

namespace gridmend::town_test {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string folder = (fs::temp_directory_path() / "gridmend_town_XXXXXX").string();
    if (::mkdtemp(folder.data()) != nullptr) path = folder;
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path path;
};

Town town_of(std::uint64_t usage_points, std::uint64_t seed) {
  auto town = make_town({usage_points, seed, {}, *parse_rfc3339("2026-07-20T02:00:00Z")});
  EXPECT_TRUE(town) << describe(town.error());
  return std::move(*town);
}

// As `gridmend synth` and `gridmend import` do.
Result<RegionImport> import_of(const Town& town, const fs::path& folder) {
  if (auto written = write_town(town, folder); !written) return unexpected(written.error());
  RegionSpec spec;
  spec.sources.push_back({folder / "network.gpkg", ""});
  return import_region(spec, {});
}

struct Size {
  std::uint64_t usage_points;
  std::uint64_t seed;
};
class MadeTown : public ::testing::TestWithParam<Size> {};

INSTANTIATE_TEST_SUITE_P(Sizes, MadeTown,
                         ::testing::Values(Size{150, 1}, Size{150, 2}, Size{150, 3}, Size{1000, 1},
                                           Size{1000, 7}, Size{4000, 1}, Size{4000, 11}),
                         [](const auto& test) {
                           return "Of" + std::to_string(test.param.usage_points) + "Seed" +
                                  std::to_string(test.param.seed);
                         });

TEST_P(MadeTown, ImportsWholeWithEverybodySuppliedAndNothingSevere) {
  const Town town = town_of(GetParam().usage_points, GetParam().seed);
  EXPECT_EQ(town.network.usage_points.size(), GetParam().usage_points);
  const Folder folder;
  const auto import = import_of(town, folder.path);
  ASSERT_TRUE(import) << describe(import.error());
  EXPECT_FALSE(import->refusal);
  EXPECT_EQ(import->usage_points.total, GetParam().usage_points);
  EXPECT_EQ(import->usage_points.supplied, GetParam().usage_points);
  EXPECT_EQ(import->severe_defects, 0U);
  for (const Defect& defect : import->region.defects) {
    EXPECT_NE(defect.severity, DefectSeverity::severe) << defect.message;
  }
  const NetworkModel& network = import->region.network;
  EXPECT_EQ(network.usage_points().size(), GetParam().usage_points);
  EXPECT_FALSE(import->region.roads.empty());
  const SwitchState switches{network};
  const SupplyForest forest = SupplyForest::derive(network, switches);
  EXPECT_TRUE(forest.loop_devices().empty());
  EXPECT_TRUE(forest.unsupplied_usage_points().empty());
  EXPECT_TRUE(unsupplied_islands(forest, switches).empty());
}

TEST_P(MadeTown, HangsEveryUsagePointBehindTheTransformerItDeclares) {
  const Folder folder;
  const auto import = import_of(town_of(GetParam().usage_points, GetParam().seed), folder.path);
  ASSERT_TRUE(import) << describe(import.error());
  const NetworkModel& network = import->region.network;
  const SupplyForest forest = SupplyForest::derive(network, SwitchState{network});
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    const UsagePoint& usage_point = network.usage_points()[id];
    ASSERT_TRUE(usage_point.transformer.valid()) << network.mrid(id);
    ASSERT_THAT(trace_upstream(forest, usage_point.node),
                ::testing::Contains(usage_point.transformer))
        << network.mrid(id);
  }
}

TEST_P(MadeTown, TiesStandOpenBetweenTwoSuppliedEnds) {
  const Town town = town_of(GetParam().usage_points, GetParam().seed);
  const auto ties = std::ranges::count_if(town.network.switches, &TownSwitch::normally_open);
  const Folder folder;
  const auto import = import_of(town, folder.path);
  ASSERT_TRUE(import) << describe(import.error());
  const NetworkModel& network = import->region.network;
  const SupplyForest forest = SupplyForest::derive(network, SwitchState{network});
  std::ptrdiff_t open = 0;
  for (const Id<Device> id : network.devices().ids()) {
    const Device& device = network.devices()[id];
    if (device.normally_open == 0) continue;
    ++open;
    EXPECT_TRUE(is_switch(device.kind)) << network.mrid(id);
    EXPECT_TRUE(forest.supplied(device.from) && forest.supplied(device.to)) << network.mrid(id);
    EXPECT_NE(forest.feeder(device.from), forest.feeder(device.to)) << network.mrid(id);
  }
  EXPECT_EQ(open, ties);
  // A hamlet of few streets may have none.
  if (GetParam().usage_points >= 1000) {
    EXPECT_GT(ties, 0);
  }
}

TEST(Town, TheSameSettingsGiveTheSameRegionAndAnotherSeedAnother) {
  const auto id_of = [](std::uint64_t usage_points, std::uint64_t seed) {
    const Folder folder;
    const auto import = import_of(town_of(usage_points, seed), folder.path);
    EXPECT_TRUE(import) << describe(import.error());
    return to_hex(import->region.id);
  };
  const std::string first = id_of(1000, 5);
  EXPECT_EQ(id_of(1000, 5), first);
  EXPECT_NE(id_of(1000, 6), first);
  EXPECT_NE(id_of(1001, 5), first);
}

TEST(Town, RefusesSizesOutOfRange) {
  for (const std::uint64_t usage_points : {0ULL, 99ULL, 20'000'001ULL}) {
    const auto town = make_town({usage_points, 1, {}, {}});
    ASSERT_FALSE(town);
    EXPECT_EQ(town.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(town.error().reason, "USAGE_POINTS_OUT_OF_RANGE");
  }
}

TEST(Town, WritesAStormThatReadsBackWithItsFlood) {
  const Folder folder;
  ASSERT_TRUE(write_town(town_of(150, 4), folder.path));
  const auto storm = read_storm(folder.path / "storm.toml");
  ASSERT_TRUE(storm) << describe(storm.error());
  EXPECT_EQ(storm->start, parse_rfc3339("2026-07-20T02:00:00Z"));
  EXPECT_TRUE(fs::exists(storm->flood.file)) << storm->flood.file;
}

// Cells under water inside and outside the river's channel.
struct Wet {
  int channel = 0;
  int ground = 0;
};
Wet wet_cells(const Town& town, double hours) {
  const DepthGrid grid = flood_depths(town, hours);
  Wet wet;
  for (std::uint32_t row = 0; row < grid.rows; ++row) {
    for (std::uint32_t column = 0; column < grid.columns; ++column) {
      if (!(grid.depth_m[std::size_t{row} * grid.columns + column] > 0)) continue;
      const PlanePoint at =
          town.streets.frame.to_plane({grid.west_deg + (column + .5) * grid.step_east_deg,
                                       grid.north_deg - (row + .5) * grid.step_south_deg});
      ++(town.terrain.river().distance_to_bank_m(at) <= 0 ? wet.channel : wet.ground);
    }
  }
  return wet;
}

TEST_P(MadeTown, FloodBeginsInItsChannelCoversGroundAtItsPeakAndGoesBack) {
  const Town town = town_of(GetParam().usage_points, GetParam().seed);
  const Wet before = wet_cells(town, 0);
  EXPECT_GT(before.channel, 0);
  EXPECT_EQ(before.ground, 0);
  const Wet peak = wet_cells(town, 9);
  EXPECT_EQ(peak.channel, before.channel);
  EXPECT_GT(peak.ground, 0);
  EXPECT_LT(wet_cells(town, 4).ground, peak.ground);
  EXPECT_LT(wet_cells(town, 25).ground, peak.ground);
  EXPECT_EQ(wet_cells(town, 40).ground, 0);
}

}  // namespace
}  // namespace gridmend::town_test
