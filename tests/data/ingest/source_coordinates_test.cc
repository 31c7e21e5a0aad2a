#include "data/ingest/source_coordinates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "data/ingest/region_import.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::source_coordinates_test {
namespace {

Position converted(const SourceCoordinates& declared, Position p) {
  const auto conversion = CoordinateConversion::create(declared, {});
  EXPECT_TRUE(conversion) << describe(conversion.error());
  if (!conversion) return {};
  conversion->to_wgs84(std::span{&p, 1});
  return p;
}

std::string refused(const SourceCoordinates& declared) {
  const auto conversion = CoordinateConversion::create(declared, {});
  return conversion ? "taken" : conversion.error().reason;
}

TEST(SourceCoordinates, NothingDeclaredChangesNothing) {
  EXPECT_EQ(converted({}, {120, 30}), (Position{120, 30}));
}

TEST(SourceCoordinates, LocalCoordinatesAreLaidAroundTheirOrigin) {
  SourceCoordinates local;
  local.origin = Position{-80, 36};
  local.unit = "ft";
  const Position p = converted(local, {1000, -500});
  EXPECT_NEAR(distance_m({-80, 36}, p), std::hypot(304.8, 152.4), 0.5);
  EXPECT_GT(p.longitude_deg, -80);
  EXPECT_LT(p.latitude_deg, 36);
}

// The third of the zones of three degrees whose numbers carry their zone (CGCS2000 / 3-degree
// Gauss-Kruger zone 38), against the series of the transverse Mercator at its central meridian.
TEST(SourceCoordinates, GaussKrugerWithTheZoneInTheEasting) {
  SourceCoordinates zone;
  zone.crs = "EPSG:4526";
  const Position p = converted(zone, {38'500'000, 3'320'113.398});
  EXPECT_NEAR(p.longitude_deg, 114, 1e-9);
  EXPECT_NEAR(p.latitude_deg, 30, 1e-6);
}

TEST(SourceCoordinates, AxesUnitsAndDatumsAreUndoneTogether) {
  SourceCoordinates swapped;
  swapped.crs = "EPSG:4526";
  swapped.axis_order = AxisOrder::lat_lon;
  swapped.unit = "km";
  const Position p = converted(swapped, {3320.113398, 38'500});
  EXPECT_NEAR(p.longitude_deg, 114, 1e-9);
  EXPECT_NEAR(p.latitude_deg, 30, 1e-6);

  SourceCoordinates mars;
  mars.datum = Datum::gcj02;
  const Position q = converted(mars, {121.531541859215, 31.17530398364597});
  EXPECT_NEAR(q.longitude_deg, 121.5272106, 1e-9);
  EXPECT_NEAR(q.latitude_deg, 31.1774276, 1e-9);
}

TEST(SourceCoordinates, WhatCannotBeMeantIsRefused) {
  EXPECT_EQ(refused({.crs = "EPSG:999999"}), "CRS_UNKNOWN");
  EXPECT_EQ(refused({.crs = "http://localhost/crs.wkt"}), "CRS_UNKNOWN");
  EXPECT_EQ(refused({.crs = "/etc/hostname"}), "CRS_UNKNOWN");
  EXPECT_EQ(refused({.origin = Position{0, 0}, .unit = "furlong"}), "UNIT_UNKNOWN");
  EXPECT_EQ(refused({.unit = "ft"}), "UNIT_UNKNOWN");
  EXPECT_EQ(refused({.crs = "EPSG:4526", .origin = Position{0, 0}}), "ORIGIN_INVALID");
  EXPECT_EQ(refused({.origin = Position{500, 0}}), "ORIGIN_INVALID");
}

TEST(SourceCoordinates, WhatProjCannotPlaceIsNowhere) {
  const Position p = converted({.crs = "EPSG:4526"}, {1e30, 1e30});
  EXPECT_FALSE(is_on_earth(p));
}

TEST(SourceCoordinates, ARegionTomlDeclaresThemForEachSource) {
  const TownSource town;
  town.write_file("r.toml", R"(
[[sources]]
path = "a.gpkg"
crs = "EPSG:4547"
datum = "gcj02"
axis_order = "lat_lon"
tolerance_m = 0.5
[[sources]]
path = "master.dss"
origin = [-80.1, 36]
unit = "ft"
)");
  const auto spec = read_region_toml(town.folder() / "r.toml");
  ASSERT_TRUE(spec) << describe(spec.error());
  EXPECT_EQ(spec->sources[0].coordinates.crs, "EPSG:4547");
  EXPECT_EQ(spec->sources[0].coordinates.datum, Datum::gcj02);
  EXPECT_EQ(spec->sources[0].coordinates.axis_order, AxisOrder::lat_lon);
  EXPECT_EQ(spec->sources[0].tolerance_m, 0.5);
  EXPECT_EQ(spec->sources[1].coordinates.origin, (Position{-80.1, 36}));
  EXPECT_EQ(spec->sources[1].coordinates.unit, "ft");
}

TEST(SourceCoordinates, ARegionTomlThatDeclaresNonsenseIsRefusedByLine) {
  const TownSource town;
  for (const char* line :
       {"datum = \"mars\"", "origin = [1]", "origin = [\"a\", 2]", "axis_order = \"up\"",
        "tolerance_m = 0", "tolerance_m = nan", "crs = 4547"}) {
    town.write_file("r.toml", std::string{"[[sources]]\npath = \"a.gpkg\"\n"} + line + "\n");
    const auto spec = read_region_toml(town.folder() / "r.toml");
    ASSERT_FALSE(spec) << line;
    EXPECT_EQ(spec.error().reason, "REGION_TOML_INVALID") << line;
    EXPECT_NE(spec.error().message.find("line 3"), std::string::npos) << spec.error().message;
  }
}

TEST(SourceCoordinates, ARegionTomlThatIsNotThereIsCalledThat) {
  const auto spec = read_region_toml("nowhere/r.toml");
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().reason, "SOURCE_NOT_FOUND");
  EXPECT_EQ(describe(spec.error()), "nowhere/r.toml: there is no such file");
}

}  // namespace
}  // namespace gridmend::source_coordinates_test
