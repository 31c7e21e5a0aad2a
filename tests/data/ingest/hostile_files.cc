#include "tests/data/ingest/hostile_files.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <zlib.h>

#include <fstream>

#include "data/ingest/gis_writer.h"

namespace gridmend {
namespace {

void append(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

std::string deflated(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// What the local header and the directory have in common.
std::string description(const ZipEntry& entry, std::size_t packed) {
  std::string text;
  append(text, 20, 2);  // version needed
  append(text, 0, 2);
  append(text, Z_DEFLATED, 2);
  append(text, 0, 4);  // time
  append(text,
         crc32(0, reinterpret_cast<const Bytef*>(entry.bytes.data()),
               static_cast<uInt>(entry.bytes.size())),
         4);
  append(text, packed, 4);
  append(text, entry.declared_size != 0 ? entry.declared_size : entry.bytes.size(), 4);
  append(text, entry.name.size(), 2);
  append(text, 0, 2);
  return text;
}

std::string numbered(const std::string& name, int i) {
  return i == 0 ? name : std::string(1, static_cast<char>('a' + i % 26)) + name.substr(1);
}

}  // namespace

void write_geopackage(const std::filesystem::path& path, const std::vector<std::string>& sql) {
  {
    auto writer = GisWriter::create(path);
    ASSERT_TRUE(writer) << describe(writer.error());
    const auto layer =
        writer->add_layer({"lines", GisGeometryType::line_string, {{"mrid", GisColumnType::text}}});
    ASSERT_TRUE(layer);
    const std::vector<Position> shape = {{8, 49}, {8.1, 49.1}};
    for (const std::string_view id : {"L1", "L2"}) {
      ASSERT_TRUE(writer->write(*layer, std::vector<GisValue>{id}, shape));
    }
    ASSERT_TRUE(writer->close());
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
  for (const std::string& statement : sql) {
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(database, statement.c_str(), nullptr, nullptr, &error), SQLITE_OK)
        << statement << ": " << error;
  }
  sqlite3_close(database);
}

std::vector<std::string> view_as_layer(const std::string& name, const std::string& query) {
  return {"CREATE VIEW " + name + " AS " + query,
          "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('" + name +
              "', 'attributes', '" + name + "')"};
}

std::vector<std::string> virtual_table(const std::string& name, const std::string& module_call) {
  std::string quoted = module_call;
  for (std::size_t at = 0; (at = quoted.find('\'', at)) != std::string::npos; at += 2) {
    quoted.insert(at, 1, '\'');
  }
  return {"PRAGMA writable_schema = 1",
          "INSERT INTO sqlite_master VALUES ('table', '" + name + "', '" + name +
              "', 0, 'CREATE VIRTUAL TABLE " + name + " USING " + quoted + "')",
          "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('" + name +
              "', 'attributes', '" + name + "')"};
}

void write_zip(const std::filesystem::path& path, const std::vector<ZipEntry>& entries) {
  std::string file;
  std::string directory;
  std::size_t count = 0;
  for (const ZipEntry& entry : entries) {
    const std::string packed = deflated(entry.bytes);
    const std::size_t offset = file.size();
    append(file, 0x04034b50, 4);
    file += description(entry, packed.size()) + entry.name + packed;
    for (int i = 0; i < entry.times; ++i, ++count) {
      append(directory, 0x02014b50, 4);
      append(directory, 20, 2);
      directory += description(entry, packed.size());
      append(directory, 0, 2);  // comment
      append(directory, 0, 2);  // disk
      append(directory, 0, 2);
      append(directory, 0, 4);
      append(directory, offset, 4);
      directory += numbered(entry.name, i);
    }
  }
  const std::size_t begin = file.size();
  file += directory;
  append(file, 0x06054b50, 4);
  append(file, 0, 4);
  append(file, count, 2);
  append(file, count, 2);
  append(file, directory.size(), 4);
  append(file, begin, 4);
  append(file, 0, 2);
  std::ofstream{path, std::ios::binary} << file;
}

std::vector<Decoy> decoys(const std::string& host) {
  const std::string url = "http://" + host + "/a";
  const std::string curl = "/vsicurl/" + url;
  const std::string vrt =
      "<OGRVRTDataSource><OGRVRTLayer name=\"lines\"><SrcDataSource>" + curl +
      ".csv</SrcDataSource><SrcLayer>a</SrcLayer></OGRVRTLayer></OGRVRTDataSource>";
  const std::string raster =
      "<VRTDataset rasterXSize=\"2\" "
      "rasterYSize=\"2\"><SRS>EPSG:4326</SRS><GeoTransform>8,1,0,49,0,"
      "-1</GeoTransform><VRTRasterBand dataType=\"Float32\" band=\"1\"><SimpleSource>"
      "<SourceFilename>" +
      curl + ".tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>";
  return {
      {"lines.gpkg", vrt},
      {"lines.geojson", vrt},
      {"lines.csv", vrt},
      {"lines.fgb", vrt},
      {"bare.geojson", "\"" + curl + ".geojson\""},
      {"url.geojson", url + ".geojson"},
      {"path.csv", curl + ".csv\n"},
      {"view.tab", "!Table\n!Version 100\nOpen Table \"" + curl +
                       "\" Hide\nCreate View x As\nSelect *\nFrom a\n"},
      {"wfs.geojson", "<OGRWFSDataSource><URL>" + url + "</URL></OGRWFSDataSource>"},
      {"schema.gpkg",
       "<?xml version=\"1.0\"?><gml:FeatureCollection xmlns:gml=\"http://www.opengis.net/gml\" "
       "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"http://x " +
           url + ".xsd\"/>"},
      {"link.geojson", "<kml><Document><NetworkLink><Link><href>" + url +
                           ".kml</href></Link></NetworkLink></Document></kml>"},
      {"entity.gpkg", "<!DOCTYPE x [<!ENTITY a SYSTEM \"" + url + "\">]><x>&a;</x>"},
      {"water.tif", raster},
      {"tiles.tif",
       "<GDAL_WMS><Service name=\"TMS\"><ServerUrl>" + url +
           "/${z}/${x}/${y}.png</ServerUrl></Service><DataWindow><UpperLeftX>0</UpperLeftX>"
           "<UpperLeftY>1</UpperLeftY><LowerRightX>1</LowerRightX><LowerRightY>0</LowerRightY>"
           "<SizeX>256</SizeX><SizeY>256</SizeY></DataWindow><BandsCount>1</BandsCount></"
           "GDAL_WMS>"},
      {"header.tif",
       "DatasetHeader Begin\nDataFile = \"" + curl +
           ".tif\"\nRasterInfo Begin\nCellType = IEEE4ByteReal\nNrOfLines = "
           "2\nNrOfCellsPerLine = 2\nNrOfBands = 1\nRasterInfo End\nDatasetHeader End\n"},
      {"name.asc", curl + ".asc"},
  };
}

}  // namespace gridmend
