#include <cpl_conv.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "data/ingest/gdal_session.h"
#include "data/ingest/gis_writer.h"
#include "data/ingest/line_road_reader.h"
#include "data/ingest/osm_power_source.h"
#include "data/ingest/source_description.h"
#include "data/ingest/water_reader.h"
#include "tests/data/ingest/hostile_source.h"
#include "tests/data/ingest/loopback_listener.h"

namespace gridmend::hostile_source_test {
namespace {

using testing::HasSubstr;

TEST_F(HostileSource, NothingAFileSaysMakesTheReaderFetch) {
  const LoopbackListener listener;
  std::vector<ZipEntry> all;
  for (const Decoy& decoy : decoys(listener.host())) {
    town.write_file(decoy.name, decoy.text);
    all.push_back({"in/" + decoy.name, decoy.text});
    const bool raster = decoy.name.ends_with(".tif") || decoy.name.ends_with(".asc");
    if (raster) {
      EXPECT_FALSE(read_water_slice(file(decoy.name), "w", Time{})) << decoy.name;
    } else if (const auto source = VectorSource::open(file(decoy.name))) {
      for (const VectorLayer& layer : source->layers()) {
        EXPECT_EQ(read_layer(*source, layer.name).features, 0U) << decoy.name;
      }
    }
    EXPECT_FALSE(listener.connected()) << decoy.name;
  }
  write_zip(file("all.zip"), all);
  (void)VectorSource::open(file("all.zip"));
  (void)VectorSource::open(town.folder());
  EXPECT_FALSE(listener.connected());
  ASSERT_EQ(listener.knock(), 0);
  EXPECT_TRUE(listener.connected()) << "the listener would have noticed";
}

TEST_F(HostileSource, GdalItselfHasNoWayOut) {
  prepare_gdal();
  const LoopbackListener listener;
  CPLSetThreadLocalConfigOption("AWS_S3_ENDPOINT", listener.host().c_str());
  CPLSetThreadLocalConfigOption("AWS_NO_SIGN_REQUEST", "YES");
  CPLSetThreadLocalConfigOption("AWS_HTTPS", "NO");
  CPLSetThreadLocalConfigOption("AWS_VIRTUAL_HOSTING", "FALSE");
  const std::string url = "http://" + listener.host() + "/a.zip";
  const std::vector<std::string> paths = {"/vsicurl/" + url,
                                          "/vsicurl_streaming/" + url,
                                          "/vsis3/bucket/a.zip",
                                          "/vsizip/{/vsicurl/" + url + "}/a.csv",
                                          "/vsizip//vsis3/bucket/a.zip/a.csv",
                                          "/vsisubfile/0_10,/vsis3/bucket/a.zip",
                                          "/vsigzip//vsis3/bucket/a.gz"};
  for (const std::string& path : paths) {
    VSILFILE* opened = VSIFOpenL(path.c_str(), "rb");
    EXPECT_EQ(opened, nullptr) << path;
    if (opened != nullptr) VSIFCloseL(opened);
  }
  for (const char* driver :
       {"VRT", "OGR_VRT", "WMS", "WFS", "HTTP", "GML", "KML", "SQLite", "PDF"}) {
    EXPECT_EQ(GDALGetDriverByName(driver), nullptr) << driver;
  }
  EXPECT_FALSE(listener.connected());
}

TEST_F(HostileSource, ARecursiveViewIsNotFollowed) {
  // GDAL forgets how to open databases when it has closed one.
  write_geopackage(file("before.gpkg"), {});
  ASSERT_TRUE(VectorSource::open(file("before.gpkg")));
  const fs::path path = geopackage(view_as_layer(
      "endless",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid, i FROM n"));
  const auto source = VectorSource::open(path);
  if (!source) {
    EXPECT_EQ(source.error().reason, "SOURCE_UNSAFE") << describe(source.error());
    return;
  }
  EXPECT_EQ(read_layer(*source, "lines").features, 2U);
  const ReadLayer endless = read_layer(*source, "endless");
  EXPECT_EQ(endless.features, 0U);
  EXPECT_FALSE(endless.refusal.empty());
}

TEST_F(HostileSource, ATableThatReadsOtherFilesIsRefused) {
  for (const char* module : {"VirtualText('/etc/passwd', 'UTF-8', 0, COMMA, NONE, ':')",
                             "VirtualOGR('/vsicurl/http://127.0.0.1/a.csv')", "vrt('x')"}) {
    const auto source = VectorSource::open(geopackage(virtual_table("evil", module)));
    ASSERT_FALSE(source) << module;
    EXPECT_EQ(source.error().reason, "SOURCE_UNSAFE") << describe(source.error());
    EXPECT_THAT(source.error().message, HasSubstr("'evil'"));
  }
}

TEST_F(HostileSource, ASpatialIndexIsNoStranger) {
  auto writer = GisWriter::create(file("indexed.gpkg"), {.spatial_index = true});
  ASSERT_TRUE(writer);
  const auto layer = writer->add_layer({"points", GisGeometryType::point, {}});
  ASSERT_TRUE(layer);
  const std::vector<Position> place = {{8, 49}};
  ASSERT_TRUE(writer->write(*layer, {}, place));
  ASSERT_TRUE(writer->close());
  const auto source = VectorSource::open(file("indexed.gpkg"));
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_EQ(read_layer(*source, "points").features, 1U);
}

TEST_F(HostileSource, AFunctionInAViewIsNotCalled) {
  // One of GDAL's own, which a map's view has no need of; ogr_geocode would fetch.
  const fs::path path = geopackage(
      view_as_layer("calls", "SELECT fid, ogr_geocode('Paris', 'wkt') AS place FROM lines"));
  const LoopbackListener listener;
  CPLSetThreadLocalConfigOption("OGR_GEOCODE_QUERY_TEMPLATE",
                                ("http://" + listener.host() + "/?q=%s").c_str());
  if (const auto source = VectorSource::open(path)) (void)read_layer(*source, "calls");
  EXPECT_FALSE(listener.connected());
}

TEST_F(HostileSource, ViewsTablesWithoutShapesAndNamesOfAnyKindAreLayersLikeOthers) {
  const auto source = VectorSource::open(geopackage(
      {R"(ALTER TABLE lines RENAME COLUMN mrid TO "select")",
       R"(CREATE VIEW seen AS SELECT fid AS OGC_FID, geom, "select" FROM lines)",
       "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
       "VALUES ('seen', 'features', 'seen', 4326)",
       "INSERT INTO gpkg_geometry_columns VALUES ('seen', 'geom', 'LINESTRING', 4326, 0, 0)",
       R"sql(CREATE TABLE "10 kV 线路 (new)" ("order" TEXT))sql",
       R"sql(INSERT INTO "10 kV 线路 (new)" VALUES ('0017'))sql"}));
  ASSERT_TRUE(source) << describe(source.error());
  const auto ids = [&](const char* layer, const char* column) {
    std::vector<std::string> found;
    const std::vector<ColumnRequest> columns = {{column}};
    const auto read = source->read(source->find_layer(layer).value(), columns,
                                   [&](const VectorFeature& feature) -> Result<void> {
                                     found.push_back(std::string{feature.text(0)} + " " +
                                                     std::to_string(feature.geometry().size()));
                                     return {};
                                   });
    EXPECT_TRUE(read) << describe(read.error());
    return found;
  };
  EXPECT_THAT(ids("lines", "SELECT"), testing::ElementsAre("L1 2", "L2 2"));
  EXPECT_THAT(ids("seen", "select"), testing::ElementsAre("L1 2", "L2 2"));
  EXPECT_THAT(ids("10 kV 线路 (new)", "order"), testing::ElementsAre("0017 0"));
}

TEST_F(HostileSource, TriggersAreNotRunAndTheFileStaysAsItIs) {
  const fs::path path =
      geopackage({"CREATE TRIGGER t AFTER INSERT ON lines BEGIN DELETE FROM lines; END",
                  "CREATE TRIGGER u AFTER UPDATE ON gpkg_contents BEGIN DELETE FROM lines; END"});
  const std::string before = bytes_of(path);
  const auto source = VectorSource::open(path);
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_EQ(read_layer(*source, "lines").features, 2U);
  EXPECT_EQ(bytes_of(path), before);
}

TEST_F(HostileSource, ReadingAMapWritesNothingBesideIt) {
  const fs::path path = geopackage({"PRAGMA journal_mode = WAL"});
  const std::string before = bytes_of(path);
  const auto source = VectorSource::open(path);
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_EQ(read_layer(*source, "lines").features, 2U);
  EXPECT_FALSE(fs::exists(path.string() + "-shm"));
  EXPECT_FALSE(fs::exists(path.string() + "-wal"));
  EXPECT_EQ(bytes_of(path), before);
}

TEST_F(HostileSource, AThousandMillionDeclaredFeaturesAreCountedAnew) {
  const auto source = VectorSource::open(geopackage(
      {"CREATE TABLE IF NOT EXISTS gpkg_ogr_contents (table_name TEXT PRIMARY KEY, feature_count "
       "INTEGER)",
       "DELETE FROM gpkg_ogr_contents",
       "INSERT INTO gpkg_ogr_contents VALUES ('lines', 1000000000)"}));
  ASSERT_TRUE(source) << describe(source.error());
  const ReadLayer lines = read_layer(*source, "lines");
  EXPECT_EQ(lines.features, 2U);
  EXPECT_EQ(lines.refusal, "") << lines.message;
}

TEST_F(HostileSource, ATableThatDeclaresMoreThanItsFileHoldsIsDamaged) {
  auto writer = GisWriter::create(file("t.shp"));
  ASSERT_TRUE(writer);
  const auto layer =
      writer->add_layer({"t", GisGeometryType::point, {{"mrid", GisColumnType::text}}});
  const std::vector<Position> place = {{8, 49}};
  ASSERT_TRUE(writer->write(*layer, std::vector<GisValue>{std::string_view{"a"}}, place));
  ASSERT_TRUE(writer->close());
  std::string table = bytes_of(file("t.dbf"));
  table.replace(4, 4, std::string("\x00\xca\x9a\x3b", 4));  // 1,000,000,000
  town.write_file("lone.dbf", table);
  const auto source = VectorSource::open(file("lone.dbf"));
  if (!source) return;
  EXPECT_EQ(read_layer(*source, "lone").refusal, "LAYER_DAMAGED");
}

TEST_F(HostileSource, CoordinatesThatAreNoNumbersAreInvalid) {
  town.write_file("nan.geojson",
                  R"({"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"mrid":"a"},"geometry":{"type":"Point","coordinates":[NaN,49]}},
{"type":"Feature","properties":{"mrid":"b"},"geometry":{"type":"Point","coordinates":[8,Infinity]}},
{"type":"Feature","properties":{"mrid":"c"},"geometry":{"type":"LineString","coordinates":[[8,49],[8,-1e999]]}},
{"type":"Feature","properties":{"mrid":"d"},"geometry":{"type":"Point","coordinates":[8,49]}}]})");
  const auto source = VectorSource::open(file("nan.geojson"));
  if (!source) return;  // refused whole is as good
  const ReadLayer read = read_layer(*source, "nan");
  EXPECT_LE(read.placed, 1U);
}

TEST_F(HostileSource, AMillionTimesAroundTheEarthIsNotGone) {
  for (const char* crs : {"EPSG:3857", "EPSG:4490", "EPSG:31983"}) {
    SCOPED_TRACE(crs);
    town.write_file("far.geojson",
                    std::string{R"({"type":"FeatureCollection","crs":{"type":"name","properties":)"
                                R"({"name":")"} +
                        crs + R"("}},"features":[
{"type":"Feature","properties":{"mrid":"a"},"geometry":{"type":"Point","coordinates":[1e300,49]}},
{"type":"Feature","properties":{"mrid":"b"},"geometry":{"type":"Point","coordinates":[-1e18,-1e300]}}]})");
    const auto source = VectorSource::open(file("far.geojson"));
    ASSERT_TRUE(source) << describe(source.error());
    const ReadLayer read = read_layer(*source, "far");
    EXPECT_EQ(read.features, 2U);
    EXPECT_EQ(read.invalid, 2U);
  }
}

TEST_F(HostileSource, NaNInAGeoPackageIsInvalidToo) {
  // WKB of a point, little-endian, with the bits of not-a-number and infinity.
  const auto source = VectorSource::open(geopackage(
      {"UPDATE lines SET geom = x'47500001E6100000010200000002000000"
       "0000000000001040000000000000F87F000000000000F07F0000000000004940' WHERE fid = 1"}));
  ASSERT_TRUE(source) << describe(source.error());
  const ReadLayer read = read_layer(*source, "lines");
  EXPECT_EQ(read.features, 2U);
  EXPECT_EQ(read.invalid, 1U);
}

TEST_F(HostileSource, WhatIsNestedWithoutEndIsRefusedNotFollowed) {
  const std::string open(200'000, '[');
  town.write_file("deep.geojson", R"({"type":"FeatureCollection","features":)" + open);
  town.write_file(
      "deeper.geojson",
      R"({"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":)" + open +
          std::string(200'000, ']') + "}}");
  std::string collections;
  for (int i = 0; i < 50'000; ++i) collections += "GEOMETRYCOLLECTION(";
  town.write_file("deep.csv", "mrid,WKT\na,\"" + collections + "POINT(8 49)" +
                                  std::string(50'000, ')') + "\"\n");
  for (const char* name : {"deep.geojson", "deeper.geojson", "deep.csv"}) {
    if (const auto source = VectorSource::open(file(name))) {
      EXPECT_LE(read_layer(*source, source->layers()[0].name).features, 1U) << name;
    }
  }
}

TEST_F(HostileSource, AZipThatWouldGrowBeyondReasonIsRefused) {
  write_zip(file("liar.zip"), {{"lines.csv", "mrid,WKT\n", 0xfffffff0U}});
  EXPECT_EQ(VectorSource::open(file("liar.zip")).error().reason, "SOURCE_ZIP_BOMB");
  // One stretch of zeros that many names share.
  write_zip(file("overlapping.zip"), {{"a.csv", std::string(100'000'000, '\0'), 0, 26}});
  EXPECT_LT(fs::file_size(file("overlapping.zip")), 200'000U);
  EXPECT_EQ(VectorSource::open(file("overlapping.zip")).error().reason, "SOURCE_ZIP_BOMB");
}

// SQLite keeps any value in any column.
TEST_F(HostileSource, WhatIsNoNumberInAGeoPackageIsNotTakenForTheOneItBeginsWith) {
  const auto source = VectorSource::open(geopackage(
      {"ALTER TABLE lines ADD COLUMN rated REAL", "ALTER TABLE lines ADD COLUMN code INTEGER",
       "UPDATE lines SET rated = 50, code = 3",
       "UPDATE lines SET rated = '12,x', code = '3b' WHERE mrid = 'L2'"}));
  ASSERT_TRUE(source) << describe(source.error());
  std::vector<std::string> rows;
  const std::vector<ColumnRequest> columns = {
      {"mrid"}, {"rated", ColumnKind::number}, {"code", ColumnKind::text}};
  const auto read = source->read(0, columns, [&](const VectorFeature& f) -> Result<void> {
    rows.push_back(std::string{f.text(0)} + " " + (f.number(1) ? "number" : "none") + " " +
                   std::string{f.text(1)} + " " + std::string{f.text(2)});
    return {};
  });
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_THAT(rows, testing::ElementsAre("L1 number  3", "L2 none 12,x 3b"));
}

TEST_F(HostileSource, AFirstLookGoesThroughTheFirstRowsOfAGeoPackageAlone) {
  auto source = VectorSource::open(geopackage(
      {"ALTER TABLE lines ADD COLUMN rated REAL", "DELETE FROM lines WHERE mrid <> 'L1'",
       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000) "
       "INSERT INTO lines (mrid, rated) SELECT 'X' || i, CASE WHEN i % 40000 = 0 THEN 'n/a' ELSE "
       "i "
       "END FROM n"}));
  ASSERT_TRUE(source) << describe(source.error());
  const SourceDescription description = describe_source(*source);
  EXPECT_THAT(
      description.layers.at(0).remarks,
      testing::ElementsAre(testing::HasSubstr("2 of the first 100,000 rows hold texts, as 'n/a'")))
      << "and not the third, in row 120,001";
}

TEST_F(HostileSource, AZipInAZipIsNotOpened) {
  town.write();
  write_zip(file("inner.zip"), {{"lines.geojson", bytes_of(file("lines.geojson"))}});
  write_zip(file("outer.zip"), {{"inner.zip", bytes_of(file("inner.zip"))}});
  EXPECT_EQ(VectorSource::open(file("outer.zip")).error().reason, "SOURCE_EMPTY");
}

TEST_F(HostileSource, NamesThatClimbOutOfAZipLeadNowhere) {
  town.write();
  write_zip(file("climb.zip"), {{"../../../../etc/lines.geojson", bytes_of(file("lines.geojson"))},
                                {"/etc/points.csv", "WKT,id\n\"POINT(8 49)\",1\n"}});
  const auto source = VectorSource::open(file("climb.zip"));
  if (!source) return;
  for (const VectorLayer& layer : source->layers())
    EXPECT_THAT(layer.file, HasSubstr("climb.zip/"));
}

TEST_F(HostileSource, LinksThatLeadOutOfAFolderAreRefused) {
  town.write();
  const fs::path folder = file("folder");
  fs::create_directories(folder / "t.gdb");
  fs::copy_file(file("lines.geojson"), folder / "lines.geojson");
  ASSERT_TRUE(VectorSource::open(folder / "lines.geojson"));
  fs::create_symlink("lines.geojson", folder / "again.geojson");
  fs::remove(folder / "t.gdb");
  EXPECT_TRUE(VectorSource::open(folder)) << "a link inside is fine";
  fs::create_symlink("/etc/passwd", folder / "users.csv");
  EXPECT_EQ(VectorSource::open(folder).error().reason, "SOURCE_LINK_OUTSIDE");
  fs::remove(folder / "users.csv");
  fs::create_directories(folder / "t.gdb");
  fs::create_symlink("/etc/passwd", folder / "t.gdb" / "a00000001.gdbtable");
  EXPECT_EQ(VectorSource::open(folder).error().reason, "SOURCE_LINK_OUTSIDE");
  EXPECT_EQ(VectorSource::open(folder / "t.gdb").error().reason, "SOURCE_LINK_OUTSIDE");
}

TEST_F(HostileSource, AMapInfoTableThatShowsOthersIsNotOpened) {
  const auto reason = [&](const std::string& text) {
    town.write_file("shown.tab", "!table\n!version 300\n" + text);
    const auto source = VectorSource::open(file("shown.tab"));
    return source ? std::string{} : source.error().reason;
  };
  EXPECT_EQ(
      reason("Open Table \"../elsewhere/meters\"\nCreate View v As\nSelect id\nFrom meters\n"),
      "SOURCE_UNSAFE");
  const std::string one_column =
      "!charset Neutral\n\nDefinition Table\n  Type NATIVE Charset \"Neutral\"\n  Fields 1\n"
      "    Table Char (254) ;\n";
  EXPECT_EQ(reason(one_column + "begin_metadata\n\"\\IsSeamless\" = \"TRUE\"\nend_metadata\n"),
            "SOURCE_UNSAFE");
  EXPECT_NE(reason(one_column + "begin_metadata\n\"\\IsSeamless\" = \"FALSE\"\nend_metadata\n"),
            "SOURCE_UNSAFE");
}

TEST_F(HostileSource, APipeIsNotWaitedFor) {
  ASSERT_EQ(::mkfifo(file("pipe.csv").c_str(), 0600), 0);
  EXPECT_EQ(VectorSource::open(file("pipe.csv")).error().reason, "SOURCE_NOT_A_FILE");
  EXPECT_EQ(VectorSource::open(town.folder()).error().reason, "SOURCE_NOT_A_FILE");
  EXPECT_EQ(VectorSource::open("/dev/zero").error().reason, "SOURCE_NOT_A_FILE");
  ASSERT_EQ(::mkfifo(file("pipe.tif").c_str(), 0600), 0);
  EXPECT_FALSE(read_water_slice(file("pipe.tif"), "w", Time{}));
}

TEST_F(HostileSource, EntitiesOfAnOsmFileAreNotExpanded) {
  std::string entities = "<!ENTITY e0 'aaaaaaaaaaaaaaaaaaaa'>";
  for (int i = 1; i < 12; ++i) {
    entities += "<!ENTITY e" + std::to_string(i) + " '";
    for (int k = 0; k < 10; ++k) entities += "&e" + std::to_string(i - 1) + ";";
    entities += "'>";
  }
  const std::string ways =
      "<node id='1' lat='49' lon='8'/><node id='2' lat='49.1' lon='8'/><way id='1'><nd ref='1'/>"
      "<nd ref='2'/><tag k='highway' v='primary'/><tag k='name' v='&e11;'/></way>";
  town.write_file("laughs.osm",
                  "<!DOCTYPE osm [" + entities + "]><osm version='0.6'>" + ways + "</osm>");
  EXPECT_FALSE(read_road_file(file("laughs.osm")));
  town.write_file("secret.txt", "highly secret");
  town.write_file("outside.osm", "<!DOCTYPE osm [<!ENTITY e11 SYSTEM 'file://" +
                                     file("secret.txt").string() + "'>]><osm version='0.6'>" +
                                     ways + "</osm>");
  const auto roads = read_road_file(file("outside.osm"));
  if (!roads) return;
  for (std::size_t i = 0; i < roads->records.texts.size(); ++i) {
    EXPECT_THAT(std::string{roads->records.texts[TextId{static_cast<std::uint32_t>(i)}]},
                testing::Not(HasSubstr("secret")));
  }
}

// A header that is sound, then what is no blob.
std::string pbf_that_breaks_off() {
  using namespace std::string_literals;
  return "\0\0\0\x0d\x0a\x09OSMHeader\x18\x12"s + "\x0a\x10\x22\x0eOsmSchema-V0.6"s +
         "\0\0\0\x08no blob!"s;
}

std::ptrdiff_t open_descriptors() {
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

TEST_F(HostileSource, ADamagedPbfIsClosed) {
  for (const std::string& content :
       {std::string("\0\0\0\x08no blob!", 12), pbf_that_breaks_off(), std::string{}}) {
    town.write_file("damaged.osm.pbf", content);
    std::ptrdiff_t first = 0;
    for (int i = 0; i < 20; ++i) {
      const auto roads = read_road_file(file("damaged.osm.pbf"));
      ASSERT_FALSE(roads);
      EXPECT_FALSE(OsmPowerSource::open(file("damaged.osm.pbf")));
      if (i == 0) first = open_descriptors();
    }
    EXPECT_EQ(open_descriptors(), first);
  }
}

TEST_F(HostileSource, NamesOfFilesArePrintable) {
  town.write();
  const fs::path odd = town.folder() / "a\n\"b'\x1b[2J\xff.geojson";
  fs::copy_file(file("lines.geojson"), odd);
  const auto source = VectorSource::open(odd);
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_EQ(source->name(), "a\\x0a\"b'\\x1b[2J\xef\xbf\xbd.geojson");
  EXPECT_EQ(source->layers()[0].file, source->name());
}

// By a program that knows nothing of GDAL's record of how many rows there are.
TEST(HostileGeoPackage, RowsThatItWronglyRemembersAreCounted) {
  const TownSource town;
  write_geopackage(town.folder() / "lines.gpkg",
                   {"UPDATE gpkg_ogr_contents SET feature_count = 5"});
  const auto source = VectorSource::open(town.folder() / "lines.gpkg");
  ASSERT_TRUE(source) << describe(source.error());
  const std::vector<ColumnRequest> columns = {{"mrid"}};
  std::vector<std::string> ids;
  const auto read = source->read(0, columns, [&](const VectorFeature& feature) -> Result<void> {
    ids.emplace_back(feature.text(0));
    return {};
  });
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(ids, (std::vector<std::string>{"L1", "L2"}));
}

}  // namespace
}  // namespace gridmend::hostile_source_test
