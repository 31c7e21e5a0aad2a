#include "data/ingest/water_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "core/base/random.h"
#include "tests/data/ingest/hostile_files.h"

namespace gridmend::water_reader_test {
namespace {

namespace fs = std::filesystem;

const char* const kWgs84 =
    R"(GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],)"
    R"(PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]])";
const char* const kUtm32 =
    R"(PROJCS["WGS_1984_UTM_Zone_32N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",)"
    R"(SPHEROID["WGS_1984",6378137,298.257223563]],PRIMEM["Greenwich",0],)"
    R"(UNIT["Degree",0.017453292519943295]],PROJECTION["Transverse_Mercator"],)"
    R"(PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",9],)"
    R"(PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],)"
    R"(PARAMETER["false_northing",0],UNIT["Meter",1]])";

class WaterFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path{testing::TempDir()} /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path write(const std::string& name, const std::string& content) const {
    const fs::path path = folder_ / name;
    std::ofstream{path, std::ios::binary} << content;
    return path;
  }
  // 3 columns, 2 rows; the lower left corner at 10, 50, cells of 0.01 degrees.
  fs::path write_grid(const std::string& name, const std::string& values,
                      const char* crs = kWgs84) const {
    if (crs != nullptr) write(fs::path{name}.stem().string() + ".prj", crs);
    return write(name,
                 "ncols 3\nnrows 2\nxllcorner 10.0\nyllcorner 50.0\ncellsize 0.01\n"
                 "NODATA_value 9999\n" +
                     values);
  }
  static std::string reason(const Result<WaterImport>& read) {
    return read ? std::string{"read"} : read.error().reason;
  }
  fs::path folder_;
};

constexpr Time kNoon{std::chrono::hours{12}};

double depth(const WaterSlice& slice, Position p) {
  return Water{}.with_slice(slice).depth_m(p, slice.valid_at);
}

TEST_F(WaterFiles, ARasterInDegreesIsTakenAsItIs) {
  const auto read = read_water_slice(write_grid("w.asc", "0.5 -1 2\n0 1 9999\n"), "w", kNoon);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(read->slice.id, "w");
  EXPECT_EQ(read->slice.valid_at, kNoon);
  EXPECT_FLOAT_EQ(static_cast<float>(depth(read->slice, {10.005, 50.015})), 0.5F);
  EXPECT_EQ(depth(read->slice, {10.015, 50.015}), 0) << "negative";
  EXPECT_EQ(depth(read->slice, {10.025, 50.015}), 2);
  EXPECT_EQ(depth(read->slice, {10.005, 50.005}), 0);
  EXPECT_EQ(depth(read->slice, {10.015, 50.005}), 1);
  EXPECT_EQ(depth(read->slice, {10.025, 50.005}), 0) << "the nodata value is large and positive";
  EXPECT_EQ(depth(read->slice, {10.035, 50.005}), 0) << "outside";
}

TEST_F(WaterFiles, AProjectedRasterComesToItsPlaceOnTheEarth) {
  // UTM zone 32, 500 km east is the meridian of 9 degrees; 10 m cells, water in the left half.
  write("utm.prj", kUtm32);
  std::string rows;
  for (int i = 0; i < 40; ++i) {
    for (int k = 0; k < 40; ++k) rows += k < 20 ? "1.5 " : "9999 ";
    rows += "\n";
  }
  const auto read = read_water_slice(
      write("utm.asc",
            "ncols 40\nnrows 40\nxllcorner 499800\nyllcorner 5540000\ncellsize 10\n"
            "NODATA_value 9999\n" +
                rows),
      "utm", kNoon);
  ASSERT_TRUE(read) << describe(read.error());
  // 5,540,200 m north on that meridian is 50.0123 N (by the ellipsoid's series, to 10 m).
  const double latitude = 50.0123;
  EXPECT_DOUBLE_EQ(depth(read->slice, {9.0 - 0.0014, latitude}), 1.5) << "100 m west";
  EXPECT_EQ(depth(read->slice, {9.0 + 0.0014, latitude}), 0) << "100 m east";
  EXPECT_EQ(depth(read->slice, {9.0 - 0.0035, latitude}), 0) << "250 m west";
  EXPECT_DOUBLE_EQ(depth(read->slice, {9.0 - 0.0003, latitude}), 1.5) << "20 m west";
  EXPECT_EQ(depth(read->slice, {9.0 + 0.0003, latitude}), 0) << "20 m east";
}

TEST_F(WaterFiles, RastersThatCannotBeTrustedAreRefusedByName) {
  EXPECT_EQ(
      reason(read_water_slice(write_grid("nocrs.asc", "1 1 1\n1 1 1\n", nullptr), "x", kNoon)),
      "WATER_CRS_MISSING");
  EXPECT_EQ(reason(read_water_slice(folder_ / "none.tif", "x", kNoon)), "WATER_FILE_NOT_FOUND");
  EXPECT_EQ(reason(read_water_slice("/vsicurl/http://example.org/a.tif", "x", kNoon)),
            "WATER_FILE_NOT_FOUND");
  EXPECT_EQ(reason(read_water_slice(write("empty.tif", ""), "x", kNoon)), "WATER_FILE_FORMAT");
  EXPECT_EQ(reason(read_water_slice(write("garbage.tif", "II*\0garbage"), "x", kNoon)),
            "WATER_FILE_FORMAT");
  EXPECT_EQ(reason(read_water_slice(write("link.vrt", "<VRTDataset/>"), "x", kNoon)),
            "WATER_FILE_FORMAT");
  EXPECT_EQ(reason(read_water_slice(write_grid("deep.asc", "1 1 1\n1 -9998 99990\n"), "x", kNoon)),
            "WATER_DEPTH");
  WaterFileSettings second_band;
  second_band.band = 2;
  EXPECT_EQ(
      reason(read_water_slice(write_grid("one.asc", "1 1 1\n1 1 1\n"), "x", kNoon, second_band)),
      "WATER_BAND");
}

TEST_F(WaterFiles, ScaleBringsCentimetresToMetres) {
  WaterFileSettings centimetres;
  centimetres.scale = 0.01;
  const auto read =
      read_water_slice(write_grid("w.asc", "50 0 0\n0 0 0\n"), "w", kNoon, centimetres);
  ASSERT_TRUE(read);
  EXPECT_NEAR(depth(read->slice, {10.005, 50.015}), 0.5, 1e-6);
}

const char* const kSquare = R"([[[10,50],[10.1,50],[10.1,50.1],[10,50.1],[10,50]]])";

std::string geojson(const std::string& features) {
  return R"({"type":"FeatureCollection","features":[)" + features + "]}";
}
std::string polygon(const std::string& properties, const std::string& rings = kSquare) {
  return R"({"type":"Feature","properties":{)" + properties +
         R"(},"geometry":{"type":"Polygon","coordinates":)" + rings + "}}";
}

TEST_F(WaterFiles, PolygonsHaveTheDepthOfTheirColumn) {
  const auto read = read_water_slice(
      write(
          "w.geojson",
          geojson(
              polygon(R"("depth_m":0.7)") + "," +
              polygon(R"("depth_m":1.1)",
                      "[[[11,50],[11.1,50],[11.1,50.1],[11,50.1],[11,50]],"
                      "[[11.04,50.04],[11.06,50.04],[11.06,50.06],[11.04,50.06],[11.04,50.04]]]"))),
      "w", kNoon);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_DOUBLE_EQ(depth(read->slice, {10.05, 50.05}), 0.7);
  EXPECT_DOUBLE_EQ(depth(read->slice, {11.02, 50.05}), 1.1);
  EXPECT_EQ(depth(read->slice, {11.05, 50.05}), 0) << "in the hole";
  EXPECT_TRUE(read->defects.empty());
}

TEST_F(WaterFiles, DepthClassesCountByTheirDeeperEnd) {
  const std::string far = "[[[11,50],[11.1,50],[11.1,50.1],[11,50.1],[11,50]]]";
  const std::string classes =
      geojson(polygon(R"("value":"0.50 - 1.00")") + "," + polygon(R"("value":"> 2.5 m")", far) +
              "," + polygon(R"("value":"unknown")") + "," + polygon(R"("value":"-1")"));
  const auto ems = read_water_slice(
      write("EMSR001_AOI01_DEL_PRODUCT_floodDepthA_r1_v1.geojson", classes), "w", kNoon);
  ASSERT_TRUE(ems) << describe(ems.error());
  EXPECT_DOUBLE_EQ(depth(ems->slice, {10.05, 50.05}), 1.0);
  EXPECT_DOUBLE_EQ(depth(ems->slice, {11.05, 50.05}), 2.5);
  EXPECT_EQ(ems->defects.size(), 2U) << "what is not understood is not taken for dry";
  EXPECT_EQ(reason(read_water_slice(write("other.geojson", classes), "w", kNoon)),
            "WATER_DEPTH_MISSING");
  WaterFileSettings settings;
  settings.depth_column = "value";
  EXPECT_TRUE(read_water_slice(write("other.geojson", classes), "w", kNoon, settings));
}

TEST_F(WaterFiles, AnExtentOfCopernicusHasTheDepthThatIsGiven) {
  WaterFileSettings settings;
  settings.depth_m = 0.4;
  settings.depth_sigma_m = 0.3;
  const auto read = read_water_slice(
      write("EMSR001_AOI01_DEL_PRODUCT_observedEventA_r1_v1.geojson",
            geojson(polygon(R"("event_type":"5-Flood","obj_desc":"Riverine flood")"))),
      "w", kNoon, settings);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_DOUBLE_EQ(depth(read->slice, {10.05, 50.05}), 0.4);
  EXPECT_DOUBLE_EQ(read->slice.depth_sigma_m, 0.3);
}

TEST_F(WaterFiles, AProductOfCopernicusIsReadInItsArchive) {
  const std::string extent = "EMSR001_AOI01_DEL_PRODUCT_observedEventA_r1_v1";
  const std::string depths = "EMSR001_AOI01_DEL_PRODUCT_floodDepthA_r1_v1";
  const std::string with_depth = geojson(polygon(R"("value":"0.50 - 1.00")"));
  const std::string without = geojson(polygon(R"("event_type":"5-Flood")"));
  const fs::path zip = folder_ / "EMSR001_AOI01_DEL_PRODUCT_v1.zip";
  write_zip(zip, {{"readme.txt", "flood"},
                  {"__MACOSX/" + depths + ".json", "no JSON"},
                  {extent + ".json", without},
                  {depths + ".json", with_depth}});
  const auto both = read_water_slice(zip, "w", kNoon);
  ASSERT_TRUE(both) << describe(both.error());
  EXPECT_EQ(both->slice.id, "w");
  EXPECT_DOUBLE_EQ(depth(both->slice, {10.05, 50.05}), 1);

  write_zip(zip, {{"maps/" + extent + ".json", without}});
  EXPECT_EQ(reason(read_water_slice(zip, "w", kNoon)), "WATER_DEPTH_MISSING");
  WaterFileSettings settings;
  settings.depth_m = 0.4;
  const auto only_extent = read_water_slice(zip, "w", kNoon, settings);
  ASSERT_TRUE(only_extent) << describe(only_extent.error());
  EXPECT_DOUBLE_EQ(depth(only_extent->slice, {10.05, 50.05}), 0.4);

  const std::string other = "EMSR001_AOI02_DEL_PRODUCT_floodDepthA_r1_v1";
  const std::string deep = geojson(polygon(R"("value":"above 2.00")"));
  write_zip(zip, {{depths + ".json", with_depth}, {other + ".json", deep}});
  EXPECT_EQ(reason(read_water_slice(zip, "w", kNoon)), "WATER_LAYER_UNCLEAR");
  settings.layer = other;
  const auto second = read_water_slice(zip, "w", kNoon, settings);
  ASSERT_TRUE(second) << describe(second.error());
  EXPECT_DOUBLE_EQ(depth(second->slice, {10.05, 50.05}), 2);
}

TEST_F(WaterFiles, ADepthAssumedIsOneThatWaterCanHave) {
  const fs::path path = write_grid("w.asc", "0.5 -1 2\n0 1 9999\n");
  for (const double wrong : {-1., 501., std::numeric_limits<double>::quiet_NaN()}) {
    WaterFileSettings outside, nodata;
    outside.outside_depth_m = wrong;
    nodata.nodata_depth_m = wrong;
    for (const WaterFileSettings& settings : {outside, nodata}) {
      EXPECT_EQ(reason(read_water_slice(path, "w", kNoon, settings)), "WATER_DEPTH") << wrong;
    }
  }
}

TEST_F(WaterFiles, SettingsThatContradictEachOtherAreRefused) {
  const fs::path path = write_grid("w.asc", "0.5 -1 2\n0 1 9999\n");
  WaterFileSettings both, dry, wet;
  both.nodata_unknown = true, both.nodata_depth_m = 0;
  dry.dry_elsewhere = dry.nodata_unknown = true;
  wet.dry_elsewhere = true, wet.outside_depth_m = .5;
  for (const WaterFileSettings& settings : {both, dry, wet})
    EXPECT_EQ(reason(read_water_slice(path, "w", kNoon, settings)), "WATER_SETTINGS");
}

TEST_F(WaterFiles, WhatARasterSaysNothingOfMayBeAssumedToBeWet) {
  WaterFileSettings settings;
  settings.outside_depth_m = 0.05;
  settings.nodata_depth_m = 0.1;
  const auto read =
      read_water_slice(write_grid("w.asc", "0.5 -1 2\n0 1 9999\n"), "w", kNoon, settings);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_FLOAT_EQ(static_cast<float>(depth(read->slice, {10.025, 50.005})), 0.1F) << "no value";
  EXPECT_EQ(depth(read->slice, {10.015, 50.015}), 0) << "negative is dry";
  EXPECT_EQ(depth(read->slice, {10.005, 50.005}), 0) << "0 is dry";
  EXPECT_EQ(depth(read->slice, {10.025, 50.015}), 2);
  for (const Position outside :
       {Position{10.035, 50.005}, {9.99, 50.01}, {10.01, 50.03}, {-70, -30}})
    EXPECT_DOUBLE_EQ(depth(read->slice, outside), 0.05);
}

TEST_F(WaterFiles, ARasterSaysNothingOfWhatLiesOutside) {
  const Water before = Water{}.with_slice(
      {"before", kNoon - std::chrono::hours{1}, DepthGrid{0, 90, 30, 90, 1, 1, {9}}, {}});
  const auto depths = [&](const WaterFileSettings& settings) {
    const auto read =
        read_water_slice(write_grid("w.asc", "0.5 -1 2\n0 1 9999\n"), "w", kNoon, settings);
    const Water water = before.with_slice(read->slice);
    return std::pair{water.depth_m({10.025, 50.005}, kNoon), water.depth_m({10.035, 50}, kNoon)};
  };
  EXPECT_EQ(depths({}), (std::pair{0., 9.})) << "a cell without a value is dry";
  WaterFileSettings settings;
  settings.nodata_unknown = true;
  EXPECT_EQ(depths(settings), (std::pair{9., 9.}));
  settings.nodata_unknown = false;
  settings.dry_elsewhere = true;
  EXPECT_EQ(depths(settings), (std::pair{0., 0.}));
  settings.dry_elsewhere = false;
  settings.outside_depth_m = .5;
  EXPECT_EQ(depths(settings), (std::pair{0., .5}));
}

TEST_F(WaterFiles, AProjectedRasterSaysNothingOfTheCornersBesideIt) {
  write("utm.prj", kUtm32);
  const auto read = read_water_slice(write("utm.asc",
                                           "ncols 2\nnrows 2\nxllcorner 800000\n"
                                           "yllcorner 5540000\ncellsize 9000\n1 1\n1 1\n"),
                                     "utm", kNoon);
  ASSERT_TRUE(read) << describe(read.error());
  const auto silent =
      std::ranges::count_if(read->slice.grid->depth_m, [](float d) { return std::isnan(d); });
  EXPECT_GT(silent, 0);
  EXPECT_LT(silent, 5);
}

TEST_F(WaterFiles, CellsWithoutAValueThatCountAsDryAreCounted) {
  const fs::path path = write_grid("w.asc", "0.5 -1 2\n9999 1 9999\n");
  const auto read = read_water_slice(path, "w", kNoon);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->notes.size(), 1U);
  EXPECT_EQ(read->notes[0].message, "2 of 6 cells have no value");
  WaterFileSettings settings;
  settings.nodata_depth_m = 0;
  EXPECT_TRUE(read_water_slice(path, "w", kNoon, settings)->notes.empty()) << "it is said";
}

TEST_F(WaterFiles, ATextGridOfWholeNumbersMayHaveNone) {
  WaterFileSettings settings;
  settings.nodata_unknown = true;
  const auto read =
      read_water_slice(write_grid("w.asc", "0 1 2\n0 nan 9999\n"), "w", kNoon, settings);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(std::ranges::count_if(read->slice.grid->depth_m, [](float d) { return std::isnan(d); }),
            2);
}

TEST_F(WaterFiles, LinesBecomeBands) {
  WaterFileSettings settings;
  settings.depth_m = 0.3;
  settings.half_width_m = 10;
  const auto read = read_water_slice(
      write("w.geojson",
            geojson(R"({"type":"Feature","properties":{},"geometry":{"type":"LineString",)"
                    R"("coordinates":[[10,50],[10.01,50]]}})")),
      "w", kNoon, settings);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_DOUBLE_EQ(depth(read->slice, {10.005, 50}), 0.3);
  EXPECT_DOUBLE_EQ(depth(read->slice, {10.005, 50.00008}), 0.3) << "9 m north";
  EXPECT_EQ(depth(read->slice, {10.005, 50.0001}), 0) << "11 m north";
}

TEST_F(WaterFiles, ASuffixMayBeInCapitals) {
  const auto read =
      read_water_slice(write("W.GEOJSON", geojson(polygon(R"("depth_m":0.7)"))), "w", kNoon);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(read->slice.polygons.size(), 1U);
}

TEST_F(WaterFiles, ArchivesAndListsOfFilesAreRefusedWithWhatToDo) {
  const auto broken = read_water_slice(write("ems.zip", "PK"), "w", kNoon);
  ASSERT_FALSE(broken);
  EXPECT_EQ(reason(broken), "WATER_FILE_FORMAT");
  write_zip(folder_ / "other.zip", {{"depth.tif", "II*"}});
  const auto zip = read_water_slice(folder_ / "other.zip", "w", kNoon);
  ASSERT_FALSE(zip);
  EXPECT_EQ(reason(zip), "WATER_FILE_FORMAT");
  EXPECT_NE(zip.error().message.find("unpack it"), std::string::npos);
  const auto list = read_water_slice(write("d.vrt", "<VRTDataset/>"), "w", kNoon);
  ASSERT_FALSE(list);
  EXPECT_NE(list.error().message.find("list of other files"), std::string::npos);
}

TEST_F(WaterFiles, FeaturesWithoutUseAreLeftOutAndSaid) {
  const auto read = read_water_slice(
      write("w.geojson",
            geojson(polygon(R"("depth_m":0.7)") + "," + polygon(R"("depth_m":null)") + "," +
                    polygon(R"("depth_m":-3)") + "," + polygon(R"("depth_m":2000)") + "," +
                    polygon(R"("depth_m":0)") + "," +
                    R"({"type":"Feature","properties":{"depth_m":1},"geometry":null},)"
                    R"({"type":"Feature","properties":{"depth_m":1},"geometry":{"type":"Point",)"
                    R"("coordinates":[10,50]}})")),
      "w", kNoon);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(read->slice.polygons.size(), 1U);
  EXPECT_EQ(read->defects.size(), 5U);
  for (const Defect& d : read->defects) EXPECT_EQ(d.place.file, "w.geojson");
}

TEST_F(WaterFiles, LayersThatDoNotSayTheDepthAreRefusedByName) {
  const auto refusal = [&](const std::string& name, const std::string& content) {
    return read_water_slice(write(name, content), "x", kNoon);
  };
  const auto read = refusal("w.geojson", geojson(polygon(R"("height":0.7)")));
  EXPECT_EQ(reason(read), "WATER_DEPTH_MISSING");
  EXPECT_EQ(read.error().place.column, "depth_m");
  EXPECT_EQ(reason(refusal("broken.geojson", R"({"type":"FeatureCollection","features":[)")),
            "WATER_FILE_FORMAT");
  EXPECT_EQ(reason(refusal("empty.geojson", "")), "WATER_FILE_FORMAT");
  EXPECT_EQ(reason(refusal("no.gpkg", "SQLite format 3")), "WATER_FILE_FORMAT");
  WaterFileSettings settings;
  settings.layer = "other";
  EXPECT_EQ(reason(read_water_slice(write("w.geojson", geojson(polygon(R"("depth_m":1)"))), "x",
                                    kNoon, settings)),
            "WATER_LAYER_UNCLEAR");
}

TEST_F(WaterFiles, AFloodIsItsSlicesInTheOrderOfTime) {
  write_grid("late.asc", "2 2 2\n2 2 2\n");
  write("early.geojson", geojson(polygon(R"("depth_m":0.5)")));
  const auto flood = read_flood(write("flood.toml", R"(
[[slice]]
time = 2026-07-20T06:00:00+02:00
file = "late.asc"
scale = 0.5
[[slice]]
time = "2026-07-20T02:00:00Z"
file = "early.geojson"
id = "first"
)"));
  ASSERT_TRUE(flood) << describe(flood.error());
  ASSERT_EQ(flood->slices.size(), 2U);
  EXPECT_EQ(flood->slices[0].id, "first");
  EXPECT_EQ(flood->slices[1].id, "late");
  EXPECT_EQ(to_rfc3339(flood->slices[0].valid_at), "2026-07-20T02:00:00Z");
  EXPECT_EQ(to_rfc3339(flood->slices[1].valid_at), "2026-07-20T04:00:00Z");
  const Water water = flood->water();
  EXPECT_NEAR(water.depth_m({10.005, 50.005}, *parse_rfc3339("2026-07-20T03:00:00Z")), 0.75, 1e-6);
}

TEST_F(WaterFiles, AManifestThatCannotBeFollowedIsRefusedWithItsLine) {
  write("w.geojson", geojson(polygon(R"("depth_m":0.5)")));
  const auto refusal = [&](const std::string& text) {
    const auto flood = read_flood(write("flood.toml", text));
    return flood ? std::string{"read"} : flood.error().reason + ": " + flood.error().message;
  };
  const std::string good = "[[slice]]\ntime = 2026-07-20T02:00:00Z\nfile = \"w.geojson\"\n";
  EXPECT_EQ(refusal(good), "read");
  using testing::StartsWith;
  EXPECT_THAT(refusal(""), StartsWith("FLOOD_INVALID"));
  EXPECT_THAT(refusal("slice = 3"), StartsWith("FLOOD_INVALID"));
  EXPECT_THAT(refusal("[[slice]\n"), StartsWith("FLOOD_INVALID: line 1"));
  EXPECT_THAT(refusal(good + "\ndepht_m = 1\n"), StartsWith("FLOOD_INVALID: line 5"));
  EXPECT_THAT(refusal(good + good), testing::HasSubstr("two slices have the id 'w'"));
  EXPECT_THAT(refusal("[[slice]]\ntime = 2026-07-20T02:00:00\nfile = \"w.geojson\"\n"),
              testing::HasSubstr("offset"));
  EXPECT_THAT(refusal("[[slice]]\nfile = \"w.geojson\"\n"), testing::HasSubstr("lacks 'time'"));
  EXPECT_THAT(refusal("[[slice]]\ntime = 2026-07-20T02:00:00Z\n"),
              testing::HasSubstr("lacks 'file'"));
  EXPECT_THAT(refusal("[[slice]]\ntime = 2026-07-20T02:00:00Z\nfile = \"no.tif\"\n"),
              StartsWith("WATER_FILE_NOT_FOUND"));
  EXPECT_EQ(read_flood(folder_ / "none.toml").error().reason, "FLOOD_NOT_FOUND");
}

TEST_F(WaterFiles, DamagedFilesAreAnErrorOrWaterNeverACrash) {
  write("grid.prj", kWgs84);
  const std::string grid =
      "ncols 3\nnrows 2\nxllcorner 10.0\nyllcorner 50.0\ncellsize 0.01\n0.5 1 2\n0 1 3\n";
  const std::string shape = geojson(polygon(R"("depth_m":0.7)"));
  const std::string flood = "[[slice]]\ntime = 2026-07-20T02:00:00Z\nfile = \"w.geojson\"\n";
  write("w.geojson", shape);
  for (int seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{static_cast<std::uint64_t>(seed)};
    const auto damage = [&random](std::string text) {
      if (random.chance(0.3)) text.resize(random.below(text.size()));
      for (int i = random.between(1, 5); i > 0 && !text.empty(); --i) {
        text[random.below(text.size())] = static_cast<char>(random.below(256));
      }
      return text;
    };
    const auto a = read_water_slice(write("grid.asc", damage(grid)), "a", kNoon);
    EXPECT_TRUE(!a || validate(a->slice));
    const auto b = read_water_slice(write("damaged.geojson", damage(shape)), "b", kNoon);
    EXPECT_TRUE(!b || validate(b->slice));
    const auto c = read_flood(write("flood.toml", damage(flood)));
    EXPECT_TRUE(c || !c.error().message.empty());
  }
}

fs::path shared(const std::string& name) {
  return fs::path{GRIDMEND_SOURCE_DIR}.parent_path() / "shared" / "data" / name;
}

#define NEEDS(path) \
  if (!fs::exists(path)) GTEST_SKIP() << path << " is not here"

// The data set's description: cells of some 10 m, at most 17.9 m over open water.
TEST(WaterReal, MiamiBeachIsAsDeepAsItSays) {
  double deepest_before = 0;
  for (const char* name : {"RP_1.tif", "RP_20.tif", "RP_100.tif"}) {
    const fs::path path = shared("flood_miami_beach") / name;
    NEEDS(path);
    const auto read = read_water_slice(path, name, kNoon);
    ASSERT_TRUE(read) << describe(read.error());
    ASSERT_TRUE(read->slice.grid);
    const DepthGrid& grid = *read->slice.grid;
    double deepest = 0;
    double sum = 0;
    for (const float d : grid.depth_m) {
      if (!(d > 0)) continue;
      deepest = std::max(deepest, static_cast<double>(d));
      sum += static_cast<double>(d);
    }
    EXPECT_LT(deepest, 18.0);
    EXPECT_GT(sum, deepest_before) << "rarer floods hold more water";
    deepest_before = sum;
    EXPECT_NEAR(grid.west_deg, -80.1, 0.2);
    EXPECT_NEAR(grid.north_deg, 25.8, 0.2);
  }
}

TEST(WaterReal, FloodedStreetsOfHoustonBecomeBands) {
  const fs::path path = shared("flood_houston/2017-08-31T20-47-00Z.geojson");
  NEEDS(path);
  WaterFileSettings settings;
  settings.depth_m = 0.4;
  const auto read = read_water_slice(path, "houston", kNoon, settings);
  ASSERT_TRUE(read) << describe(read.error());
  // 2,684 streets, 13 of them in several parts.
  EXPECT_GE(read->slice.polygons.size() + read->defects.size(), 2'684U);
  EXPECT_LT(read->defects.size(), 10U);
  EXPECT_DOUBLE_EQ(depth(read->slice, {-95.712, 29.87549}), 0.4);
}

}  // namespace
}  // namespace gridmend::water_reader_test
