#include "data/ingest/layer_coordinates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogr_srs_api.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "data/ingest/gdal_session.h"
#include "data/ingest/spatial_reference.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::layer_coordinates_test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// 114.3, 30.5 by Krueger's series of the transverse Mercator on GRS 80, computed beside this
// project, in the zones of the meridians 114 (38 of three degrees) and 111 (19 of six).
constexpr Position kPlace{114.3, 30.5};
constexpr Position kZone38{528'799.7424779402, 3'375'580.0002075825};
constexpr Position kZone19{816'882.0068320984, 3'380'176.515350099};

struct Settled {
  Position at;
  std::vector<std::string> findings;
  std::vector<DefectSeverity> severities;
  std::string refusal;
};

// A few hundred metres of network around one place.
Settled settle(const std::string& crs, const SourceCoordinates& declared, Position p, double step) {
  std::vector<Position> sample;
  for (int i = -10; i <= 10; ++i) {
    sample.push_back({p.longitude_deg + step * i, p.latitude_deg - step * i});
  }
  const SpatialReference srs = crs.empty() ? SpatialReference{} : spatial_reference(crs);
  const auto settled = settle_layer(srs.get(), declared, sample, {});
  Settled result;
  if (!settled) {
    result.refusal = settled.error().reason + ": " + settled.error().message;
    return result;
  }
  result.at = p;
  settled->conversion.to_wgs84({&result.at, 1});
  for (const LayerFinding& finding : settled->findings) {
    result.findings.push_back(finding.message + "; " + finding.action);
    result.severities.push_back(finding.severity);
  }
  return result;
}

Settled metres(const std::string& crs, Position p, const SourceCoordinates& declared = {}) {
  return settle(crs, declared, p, 10);
}
Settled degrees(const std::string& crs, Position p, const SourceCoordinates& declared = {}) {
  return settle(crs, declared, p, 1e-4);
}

void expect_at(const Settled& settled, Position p) {
  EXPECT_EQ(settled.refusal, "");
  EXPECT_NEAR(settled.at.longitude_deg, p.longitude_deg, 1e-6);
  EXPECT_NEAR(settled.at.latitude_deg, p.latitude_deg, 1e-6);
}

Position shifted(Position p, double easting) { return {p.longitude_deg + easting, p.latitude_deg}; }
Position exchanged(Position p) { return {p.latitude_deg, p.longitude_deg}; }

TEST(LayerCoordinates, EveryGaussKrugerZoneOfCgcs2000LandsOnItsMeridian) {
  struct Family {
    int first_epsg, first_zone, last_zone;
    double meridian_of_zone_0, degrees;
    bool numbered;
  };
  // 4491: six degrees with the number, 4502: without; 4513: three with, 4534: without.
  for (const Family& f : {Family{4491, 13, 23, -3, 6, true}, Family{4502, 13, 23, -3, 6, false},
                          Family{4513, 25, 45, 0, 3, true}, Family{4534, 25, 45, 0, 3, false}}) {
    for (int zone = f.first_zone; zone <= f.last_zone; ++zone) {
      const std::string crs = "EPSG:" + std::to_string(f.first_epsg + zone - f.first_zone);
      const double easting = 500'000 + (f.numbered ? zone * 1e6 : 0);
      const Settled settled = metres(crs, {easting, kZone38.latitude_deg - 55'466.6});
      EXPECT_EQ(settled.refusal, "") << crs;
      EXPECT_NEAR(settled.at.longitude_deg, f.meridian_of_zone_0 + f.degrees * zone, 1e-7) << crs;
      EXPECT_NEAR(settled.at.latitude_deg, 30, 2e-5) << crs;
      // Latitude 30 is far from some strips of the north-east.
      EXPECT_THAT(settled.findings, Each(HasSubstr("lies outside the area"))) << crs;
    }
  }
}

TEST(LayerCoordinates, AZonesNumberWhereTheSystemHasNoneIsTakenOffAndSaid) {
  const Settled plain = metres("EPSG:4547", kZone38);
  expect_at(plain, kPlace);
  EXPECT_THAT(plain.findings, IsEmpty());

  const Settled numbered = metres("EPSG:4547", shifted(kZone38, 38e6));
  expect_at(numbered, kPlace);
  EXPECT_THAT(numbered.findings, ElementsAre(HasSubstr("carry their zone 38")));

  const Settled six = metres("EPSG:4508", shifted(kZone19, 19e6));
  expect_at(six, kPlace);
  EXPECT_THAT(six.findings, ElementsAre(HasSubstr("carry their zone 19")));
}

TEST(LayerCoordinates, AMissingZonesNumberIsPutBackAndSaid) {
  const Settled settled = metres("EPSG:4526", kZone38);
  expect_at(settled, kPlace);
  EXPECT_THAT(settled.findings, ElementsAre(HasSubstr("lack their zone 38")));
}

TEST(LayerCoordinates, ANumberOfAnotherZoneIsRefused) {
  for (const char* crs : {"EPSG:4547", "EPSG:4526"}) {
    const Settled settled = metres(crs, shifted(kZone38, 39e6));
    EXPECT_THAT(settled.refusal, HasSubstr("LAYER_CRS")) << crs;
    EXPECT_THAT(settled.refusal, HasSubstr("carry the zone 39")) << crs;
    EXPECT_THAT(settled.refusal, HasSubstr("--crs")) << crs;
  }
}

TEST(LayerCoordinates, WithoutASystemTheNumberOfTheZoneSaysWhichItIs) {
  const Settled three = metres("", shifted(kZone38, 38e6));
  expect_at(three, kPlace);
  EXPECT_THAT(three.findings, ElementsAre(HasSubstr("CGCS2000, EPSG:4526")));
  EXPECT_THAT(three.severities, ElementsAre(DefectSeverity::warning));
  const Settled six = metres("", exchanged(shifted(kZone19, 19e6)));
  expect_at(six, kPlace);
  EXPECT_THAT(six.findings, ElementsAre(HasSubstr("EPSG:4497")));
}

TEST(LayerCoordinates, WithoutASystemDegreesAreWgs84AndMetresAreRefused) {
  const Settled town = degrees("", kPlace);
  expect_at(town, kPlace);
  EXPECT_THAT(town.findings, ElementsAre(HasSubstr("does not name its coordinate")));
  EXPECT_THAT(town.severities, ElementsAre(DefectSeverity::note));
  const Settled swapped = degrees("", exchanged(kPlace));
  expect_at(swapped, kPlace);
  EXPECT_THAT(swapped.findings, ElementsAre(HasSubstr("latitude first")));
  const Settled unknown = metres("", kZone38);
  EXPECT_THAT(unknown.refusal, HasSubstr("LAYER_CRS"));
  EXPECT_THAT(unknown.refusal, HasSubstr("528799.7"));
  EXPECT_THAT(unknown.refusal, HasSubstr("declare crs"));
  expect_at(metres("", kZone38, {.crs = "EPSG:4547"}), kPlace);
}

TEST(LayerCoordinates, AxesInTheWrongOrderAreSeenWhereOnlyOneOrderFits) {
  const Settled wgs84 = degrees("EPSG:4326", exchanged(kPlace));
  expect_at(wgs84, kPlace);
  EXPECT_THAT(wgs84.findings, ElementsAre(HasSubstr("latitude first")));
  // Both orders of Tapejara lie on earth; only one in Brazil.
  const Settled brazil = degrees("EPSG:4674", {-28.07, -52.01});
  expect_at(brazil, {-28.07, -52.01});  // the Atlantic is in SIRGAS's area: no verdict
  // Northing first, as Chinese surveyors write.
  const Settled northing = metres("EPSG:4547", exchanged(kZone38));
  expect_at(northing, kPlace);
  EXPECT_THAT(northing.findings, ElementsAre(HasSubstr("northing first")));
  const Settled numbered = metres("EPSG:4547", exchanged(shifted(kZone38, 38e6)));
  expect_at(numbered, kPlace);
  // What is declared is not doubted.
  SourceCoordinates kept;
  kept.axis_order = AxisOrder::lon_lat;
  EXPECT_THAT(degrees("EPSG:4326", exchanged(kPlace), kept).refusal, HasSubstr("LAYER_CRS"));
}

TEST(LayerCoordinates, DegreesUnderAProjectedSystemAreDegrees) {
  const Settled settled = degrees("EPSG:4547", kPlace);
  expect_at(settled, kPlace);
  EXPECT_THAT(settled.findings, ElementsAre(HasSubstr("are degrees")));
}

TEST(LayerCoordinates, MetresUnderAGeographicSystemAreRefused) {
  const Settled settled = metres("EPSG:4326", kZone38);
  EXPECT_THAT(settled.refusal, HasSubstr("is in degrees, but its numbers"));
}

TEST(LayerCoordinates, FeetAreThoseOfTheirSystemOrAsDeclared) {
  // EPSG:2264 is North Carolina in US feet, EPSG:32119 the same in metres.
  const Position there = metres("EPSG:32119", {535'000, 260'000}).at;
  constexpr double kFoot_m = 1200.0 / 3937.0;
  expect_at(metres("EPSG:2264", {535'000 / kFoot_m, 260'000 / kFoot_m}), there);
  expect_at(metres("EPSG:32119", {535'000 / kFoot_m, 260'000 / kFoot_m}, {.unit = "us-ft"}), there);
}

TEST(LayerCoordinates, GeographicCgcs2000IsWgs84) {
  const Settled settled = degrees("EPSG:4490", kPlace);
  expect_at(settled, kPlace);
  EXPECT_THAT(settled.findings, IsEmpty());
}

// EPSG's own parameters: what is lost on the way is said with a figure, or that nobody knows it.
TEST(LayerCoordinates, OldDatumsAreShiftedAndTheAccuracySaid) {
  const Settled dhdn = degrees("EPSG:4314", {8.7, 49.4});
  EXPECT_EQ(dhdn.refusal, "");
  const double moved_m = distance_m({8.7, 49.4}, dhdn.at);
  EXPECT_GT(moved_m, 80);
  EXPECT_LT(moved_m, 200);

  const Settled ed50 = degrees("EPSG:4230", {2.35, 48.85});
  EXPECT_GT(distance_m({2.35, 48.85}, ed50.at), 80);

  for (const char* china : {"EPSG:4214", "EPSG:4610"}) {
    const Settled old = degrees(china, kPlace);
    EXPECT_EQ(old.refusal, "") << china;
    EXPECT_LT(distance_m(kPlace, old.at), 300) << china;
    ASSERT_EQ(old.findings.size(), 1u) << china;
    EXPECT_THAT(old.findings[0], HasSubstr("to WGS 84")) << china;
  }
  EXPECT_THAT(degrees("EPSG:4674", {-52.01, -28.07}).findings, IsEmpty());
}

TEST(LayerCoordinates, AnotherContinentThanTheSystemsIsSaid) {
  const Settled settled = degrees("EPSG:4490", {2.35, 48.85});
  EXPECT_THAT(settled.findings, ElementsAre(HasSubstr("lies outside the area")));
}

TEST(LayerCoordinates, AnEmptyLayerDecidesNothing) {
  const auto settled = settle_layer(nullptr, {}, {}, {});
  ASSERT_TRUE(settled);
  EXPECT_THAT(settled->findings, IsEmpty());
}

TEST(LayerCoordinates, ADatumIsUndoneAfterTheSystem) {
  SourceCoordinates mars;
  mars.datum = Datum::gcj02;
  const Settled settled = metres("EPSG:4547", kZone38, mars);
  expect_at(settled, from_gcj02(kPlace));
}

// The proof that nothing is fetched: the environment asks for PROJ's network, and it stays off.
TEST(LayerCoordinates, ProjIsOfflineWhateverTheEnvironmentSays) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        ::setenv("PROJ_NETWORK", "ON", 1);
        prepare_gdal();
        std::exit(OSRGetPROJEnableNetwork() == 0 ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(OverlaidCoordinates, TheStrongerWinsKeyByKeyAndACrsDrivesOutAnOrigin) {
  SourceCoordinates weak;
  weak.origin = Position{1, 2};
  weak.unit = "ft";
  weak.axis_order = AxisOrder::lat_lon;
  SourceCoordinates strong;
  strong.crs = "EPSG:4547";
  const SourceCoordinates both = overlaid(strong, weak);
  EXPECT_EQ(both.crs, "EPSG:4547");
  EXPECT_FALSE(both.origin);
  EXPECT_EQ(both.unit, "");
  EXPECT_EQ(both.axis_order, AxisOrder::lat_lon);
  EXPECT_EQ(overlaid({}, weak).unit, "ft");
}

TEST(SpatialReferences, AnIdOfAnotherKindIsNotBelieved) {
  const SpatialReference srs = spatial_reference(
      R"wkt(GEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378130,)wkt"
      R"wkt(298.257223563,LENGTHUNIT["metre",1]]],PRIMEM["Greenwich",0,)wkt"
      R"wkt(ANGLEUNIT["degree",0.0174532925199433]],CS[ellipsoidal,2],)wkt"
      R"wkt(AXIS["geodetic latitude (Lat)",north,ORDER[1],ANGLEUNIT["degree",0.0174532925199433]],)wkt"
      R"wkt(AXIS["geodetic longitude (Lon)",east,ORDER[2],ANGLEUNIT["degree",0.0174532925199433]],)wkt"
      R"wkt(ID["EPSG",4338]])wkt");
  ASSERT_NE(srs, nullptr);
  const auto transformation = transformation_to_wgs84(srs.get(), {});
  ASSERT_TRUE(transformation) << describe(transformation.error());
  if (*transformation == nullptr) return;  // it is WGS 84
  Position at{9, 49};
  transform(*transformation, {&at, 1});
  EXPECT_NEAR(at.longitude_deg, 9, 1e-3);
  EXPECT_NEAR(at.latitude_deg, 49, 1e-3);
}

}  // namespace
}  // namespace gridmend::layer_coordinates_test
