#include "data/ingest/vector_source.h"

#include <cpl_vsi.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "data/ingest/gdal_session.h"
#include "data/ingest/gis_writer.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::vector_source_test {
namespace {

namespace fs = std::filesystem;

std::string read_bytes(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// Puts files into a new .zip, by GDAL.
void zip(const fs::path& archive, const std::vector<std::pair<std::string, std::string>>& files) {
  prepare_gdal();
  VSILFILE* keep_open = VSIFOpenL(("/vsizip/" + archive.string()).c_str(), "wb");
  ASSERT_NE(keep_open, nullptr);
  for (const auto& [name, bytes] : files) {
    VSILFILE* file = VSIFOpenL(("/vsizip/" + archive.string() + "/" + name).c_str(), "wb");
    ASSERT_NE(file, nullptr) << name;
    VSIFWriteL(bytes.data(), 1, bytes.size(), file);
    VSIFCloseL(file);
  }
  VSIFCloseL(keep_open);
}

std::vector<std::string> ids(const VectorSource& source, std::size_t layer) {
  std::vector<std::string> result;
  const std::vector<ColumnRequest> columns = {{"mrid"}};
  const auto read = source.read(layer, columns, [&](const VectorFeature& feature) -> Result<void> {
    result.emplace_back(feature.text(0));
    return {};
  });
  EXPECT_TRUE(read) << describe(read.error());
  return result;
}

TEST(VectorSource, AZipIsOpenedAsItIs) {
  const TownSource town;
  town.write();
  const fs::path archive = town.folder() / "town.zip";
  zip(archive, {{"deep/in/it/lines.geojson", read_bytes(town.folder() / "lines.geojson")},
                {"deep/in/it/switches.geojson", read_bytes(town.folder() / "switches.geojson")},
                {"README.txt", "of no interest"}});
  const auto source = VectorSource::open(archive);
  ASSERT_TRUE(source) << describe(source.error());
  ASSERT_EQ(source->layers().size(), 2u);
  EXPECT_EQ(source->layers()[0].file, "town.zip/deep/in/it/lines.geojson");
  EXPECT_THAT(ids(*source, *source->find_layer("LINES")), ::testing::ElementsAre("L1", "L9", "D1"));
}

// A superuser may read everything: the test is nobody for a while.
class Nobody {
 public:
  Nobody() : was_(::geteuid()) { changed_ = was_ == 0 && ::seteuid(65'534) == 0; }
  ~Nobody() {
    if (changed_) {
      EXPECT_EQ(::seteuid(was_), 0);
    }
  }
  Nobody(const Nobody&) = delete;
  Nobody& operator=(const Nobody&) = delete;

 private:
  ::uid_t was_;
  bool changed_ = false;
};

TEST(VectorSource, WhatMayNotBeReadIsNotCalledDamaged) {
  const TownSource town;
  town.write();
  const fs::path file = town.folder() / "lines.geojson";
  const fs::path folder = town.folder() / "inside";
  fs::create_directory(folder);
  fs::permissions(town.folder(), fs::perms{0755});
  fs::permissions(file, fs::perms::none);
  fs::permissions(folder, fs::perms::none);
  {
    const Nobody nobody;
    for (const fs::path& path : {file, folder}) {
      const auto source = VectorSource::open(path);
      ASSERT_FALSE(source);
      EXPECT_EQ(source.error().reason, "SOURCE_NOT_READABLE") << path;
      EXPECT_EQ(source.error().code, ErrorCode::permission_denied);
    }
  }
  fs::permissions(folder, fs::perms::owner_all);
}

TEST(VectorSource, AFolderStandsForTheOneArchiveOrFolderInIt) {
  const TownSource town;
  town.write();
  const std::string lines = read_bytes(town.folder() / "lines.geojson");
  const fs::path outer = town.folder() / "delivery";
  fs::create_directory(outer);
  zip(outer / "town.zip", {{"lines.geojson", lines}});
  town.write_file("delivery/README.md", "of no interest");
  const auto archive = VectorSource::open(outer);
  ASSERT_TRUE(archive) << describe(archive.error());
  EXPECT_EQ(archive->layers().size(), 1U);
  // Two of them, and the user is asked which.
  fs::create_directory(outer / "older");
  town.write_file("delivery/older/lines.geojson", lines);
  const auto several = VectorSource::open(outer);
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().reason, "SOURCE_AMBIGUOUS");
  EXPECT_THAT(several.error().message, ::testing::HasSubstr("older, town.zip"));
  fs::remove(outer / "town.zip");
  EXPECT_TRUE(VectorSource::open(outer)) << "one folder alone";
  town.write_file("delivery/lines.geojson", lines);
  zip(outer / "town.zip", {{"lines.geojson", lines}});
  const auto own = VectorSource::open(outer);
  ASSERT_TRUE(own) << "layers of its own come first";
  EXPECT_EQ(own->layers().size(), 1U);
}

TEST(VectorSource, AZipWithoutADataSetIsRefused) {
  const TownSource town;
  const fs::path archive = town.folder() / "a.zip";
  zip(archive, {{"README.txt", "nothing"}});
  EXPECT_EQ(VectorSource::open(archive).error().reason, "SOURCE_EMPTY");
}

TEST(VectorSource, AFolderOfMapInfoTextFilesHasALayerForEach) {
  const TownSource town;
  for (const std::string name : {"lines", "more"}) {
    town.write_file(
        name + ".mif",
        "Version 450\nCharset \"Neutral\"\nDelimiter \",\"\nCoordSys Earth Projection 1, "
        "104\nColumns 1\n  id Char(9)\nData\n\nLine 8 50 8.1 50\n");
    town.write_file(name + ".mid", "\"of " + name + "\"\n");
  }
  const auto source = VectorSource::open(town.folder());
  ASSERT_TRUE(source) << describe(source.error());
  ASSERT_EQ(source->layers().size(), 2U);
  const std::vector<ColumnRequest> columns = {{"id"}};
  std::vector<std::string> ids;
  for (std::size_t layer = 0; layer < 2; ++layer) {
    EXPECT_EQ(source->layers()[layer].name, layer == 0 ? "lines" : "more");
    ASSERT_TRUE(source->read(layer, columns, [&](const VectorFeature& f) -> Result<void> {
      ids.emplace_back(f.text(0));
      EXPECT_EQ(f.geometry().size(), 2U);
      return {};
    }));
  }
  EXPECT_THAT(ids, ::testing::ElementsAre("of lines", "of more"));
}

TEST(VectorSource, EveryWrittenFormatIsReadBack) {
  const TownSource town;
  for (const char* suffix : {"gpkg", "geojson", "fgb", "csv", "shp"}) {
    const fs::path path = town.folder() / (std::string{"things."} + suffix);
    auto writer = GisWriter::create(path);
    ASSERT_TRUE(writer) << describe(writer.error());
    const auto layer = writer->add_layer({"things",
                                          GisGeometryType::line_string,
                                          {{"mrid", GisColumnType::text},
                                           {"whole", GisColumnType::integer},
                                           {"part", GisColumnType::real}}});
    ASSERT_TRUE(layer) << describe(layer.error());
    const std::vector<Position> shape = {{120, 30}, {120.5, 30.25}, {121, 31}};
    const std::vector<GisValue> values = {std::string_view{"台区 1, \"a\""}, std::int64_t{7}, 2.5};
    ASSERT_TRUE(writer->write(*layer, values, shape));
    ASSERT_TRUE(writer->close());

    const auto source = VectorSource::open(path);
    ASSERT_TRUE(source) << suffix << describe(source.error());
    EXPECT_EQ(source->layers()[0].name, "things") << suffix;
    std::size_t count = 0;
    const std::vector<ColumnRequest> columns = {
        {"MRID"}, {"whole", ColumnKind::number}, {"part", ColumnKind::number}};
    const auto read = source->read(0, columns, [&](const VectorFeature& f) -> Result<void> {
      ++count;
      EXPECT_EQ(f.text(0), "台区 1, \"a\"") << suffix;
      EXPECT_EQ(f.number(1), 7) << suffix;
      EXPECT_EQ(f.number(2), 2.5) << suffix;
      EXPECT_EQ(f.geometry().size(), 3u) << suffix;
      EXPECT_NEAR(f.geometry().subspan(1).front().latitude_deg, 30.25, 1e-9) << suffix;
      return {};
    });
    ASSERT_TRUE(read) << suffix << describe(read.error());
    EXPECT_EQ(count, 1u) << suffix;
  }
}

TEST(VectorSource, PointsOfACsvAreItsXAndY) {
  const TownSource town;
  town.write_file("points.csv", "mrid,X,Y,customers\nu1,120.5,30.25,3\nu2,,,x\n");
  const auto source = VectorSource::open(town.folder() / "points.csv");
  ASSERT_TRUE(source) << describe(source.error());
  std::vector<std::size_t> positions;
  std::vector<std::optional<double>> customers;
  const std::vector<ColumnRequest> columns = {{"mrid"}, {"customers", ColumnKind::number}};
  ASSERT_TRUE(source->read(0, columns, [&](const VectorFeature& f) -> Result<void> {
    positions.push_back(f.geometry().size());
    customers.push_back(f.number(1));
    return {};
  }));
  EXPECT_THAT(positions, ::testing::ElementsAre(1u, 0u));
  EXPECT_EQ(customers[0], 3);
  EXPECT_EQ(customers[1], std::nullopt);
}

// By rows: what the columns `whole` and `part` give, "-" for no number, and the texts.
std::vector<std::string> numbers_and_texts(const fs::path& path) {
  const auto source = VectorSource::open(path);
  EXPECT_TRUE(source) << describe(source.error());
  std::vector<std::string> rows;
  if (!source) return rows;
  const std::vector<ColumnRequest> columns = {
      {"mrid"}, {"whole", ColumnKind::number}, {"part", ColumnKind::number}};
  const auto read = source->read(0, columns, [&](const VectorFeature& f) -> Result<void> {
    std::string row{f.text(0)};
    for (const std::size_t column : {1U, 2U}) {
      const auto number = f.number(column);
      row += number ? " " + std::to_string(static_cast<int>(*number)) : " -";
      if (!number) row += std::string{f.text(column)};
    }
    rows.push_back(row);
    return {};
  });
  EXPECT_TRUE(read) << describe(read.error());
  return rows;
}

void write_three_rows(const fs::path& path) {
  auto writer = GisWriter::create(path);
  ASSERT_TRUE(writer) << describe(writer.error());
  const auto layer = writer->add_layer({"things",
                                        GisGeometryType::point,
                                        {{"mrid", GisColumnType::text},
                                         {"whole", GisColumnType::integer},
                                         {"part", GisColumnType::real}}});
  ASSERT_TRUE(layer) << describe(layer.error());
  const std::vector<Position> shape = {{120, 30}};
  for (const std::string_view id : {"a", "b", "c"}) {
    ASSERT_TRUE(writer->write(*layer, std::vector<GisValue>{id, std::int64_t{7}, 250.}, shape));
  }
  ASSERT_TRUE(writer->close());
}

// Puts a text into the row of a .dbf where a number stands.
void spoil_dbf(const fs::path& path, std::size_t row, const std::string& column, std::string text) {
  std::string bytes = read_bytes(path);
  const auto number = [&bytes](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes.at(at))) |
           static_cast<std::size_t>(static_cast<unsigned char>(bytes.at(at + 1))) << 8U;
  };
  std::size_t at = number(8) + row * number(10) + 1;
  for (std::size_t field = 32; bytes.at(field) != '\r'; field += 32) {
    const auto length = static_cast<std::size_t>(static_cast<unsigned char>(bytes.at(field + 16)));
    if (bytes.compare(field, column.size() + 1, column.c_str(), column.size() + 1) == 0) {
      text.insert(0, length - text.size(), ' ');
      bytes.replace(at, length, text);
      std::ofstream{path, std::ios::binary} << bytes;
      return;
    }
    at += length;
  }
  FAIL() << "no column " << column;
}

TEST(VectorSource, WhatIsNoNumberInADbfIsNotTakenForTheOneItBeginsWith) {
  const TownSource town;
  write_three_rows(town.folder() / "things.shp");
  spoil_dbf(town.folder() / "things.dbf", 0, "part", "12,x");
  spoil_dbf(town.folder() / "things.dbf", 2, "part", "n/a");
  spoil_dbf(town.folder() / "things.dbf", 1, "whole", "3b");
  EXPECT_THAT(numbers_and_texts(town.folder() / "things.shp"),
              ::testing::ElementsAre("a 7 -12,x", "b -3b 250", "c 7 -n/a"));
}

TEST(VectorSource, ZerosBeforeTheWholeNumbersOfADbfAreNamedWhereIdsAreWantedOfThem) {
  const TownSource town;
  write_three_rows(town.folder() / "things.shp");
  spoil_dbf(town.folder() / "things.dbf", 0, "whole", "0");
  spoil_dbf(town.folder() / "things.dbf", 1, "whole", "0042");
  spoil_dbf(town.folder() / "things.dbf", 2, "whole", "07");
  const auto source = VectorSource::open(town.folder() / "things.shp");
  ASSERT_TRUE(source) << describe(source.error());
  const auto findings_of = [&](ColumnKind kind) {
    const std::vector<ColumnRequest> columns = {{"whole", kind}};
    std::vector<std::string> texts;
    const auto read = source->read(0, columns, [&](const VectorFeature& f) -> Result<void> {
      texts.emplace_back(f.text(0));
      return {};
    });
    EXPECT_TRUE(read) << describe(read.error());
    EXPECT_THAT(texts, ::testing::ElementsAre("0", "42", "7"));
    return source->take_findings(0);
  };
  const auto findings = findings_of(ColumnKind::text);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].message,
              ::testing::HasSubstr("2 of them are written with zeros before them, as '0042'"));
  EXPECT_THAT(findings[0].message, ::testing::HasSubstr("column 'whole'"));
  EXPECT_TRUE(findings_of(ColumnKind::number).empty()) << "a number loses nothing";
}

TEST(VectorSource, AFirstLookFindsTextsInTheFirstRowsOfADbfAndSaysHowManyItLookedAt) {
  const TownSource town;
  write_three_rows(town.folder() / "things.shp");
  spoil_dbf(town.folder() / "things.dbf", 0, "part", "12,x");
  spoil_dbf(town.folder() / "things.dbf", 2, "part", "n/a");
  auto source = VectorSource::open(town.folder() / "things.shp");
  ASSERT_TRUE(source) << describe(source.error());
  const std::vector<ColumnRequest> columns = {{"part", ColumnKind::number}};
  for (const auto& [rows, said] : {std::pair{2, "1 of the first 2 rows hold texts, as '12,x'"},
                                   std::pair{3, "2 of the first 3 rows hold texts, as '12,x'"}}) {
    source->look_at_first(rows);
    ASSERT_TRUE(source->read(0, columns, [](const VectorFeature&) -> Result<void> { return {}; }));
    const auto findings = source->take_findings(0);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_THAT(findings[0].message, ::testing::HasSubstr("column 'part'"));
    EXPECT_THAT(findings[0].message, ::testing::HasSubstr(said));
  }
}

TEST(VectorSource, AColumnOfTextsMayHoldNumbersButNotTextsAlone) {
  const TownSource town;
  town.write_file("things.geojson", R"({"type":"FeatureCollection","features":[)" +
                                        bare_feature(R"("mrid":"a","whole":"7","part":"1.234,5")") +
                                        "," + bare_feature(R"("mrid":"b","whole":"x","part":"")") +
                                        "]}");
  EXPECT_THAT(numbers_and_texts(town.folder() / "things.geojson"),
              ::testing::ElementsAre("a 7 1234", "b -x -"));
  town.write_file("words.geojson", R"({"type":"FeatureCollection","features":[)" +
                                       bare_feature(R"("mrid":"a","whole":"seven","part":1)") +
                                       "]}");
  const auto words = VectorSource::open(town.folder() / "words.geojson");
  ASSERT_TRUE(words);
  const std::vector<ColumnRequest> columns = {{"whole", ColumnKind::number}};
  const auto read =
      words->read(0, columns, [](const VectorFeature&) -> Result<void> { return {}; });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, "COLUMN_TYPE");
  EXPECT_EQ(read.error().place.column, "whole");
}

TEST(VectorSource, TheKeyOfATableIsAColumn) {
  const TownSource town;
  write_three_rows(town.folder() / "things.gpkg");
  const auto source = VectorSource::open(town.folder() / "things.gpkg");
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_EQ(source->layers()[0].columns.back(), "fid");
  const std::vector<ColumnRequest> columns = {{"FID"}, {"mrid"}, {"fid", ColumnKind::number}};
  std::vector<std::string> rows;
  const auto read = source->read(0, columns, [&](const VectorFeature& feature) -> Result<void> {
    rows.push_back(std::string{feature.text(0)} + std::string{feature.text(1)});
    EXPECT_EQ(feature.number(2), static_cast<double>(rows.size()));
    return {};
  });
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_THAT(rows, ::testing::ElementsAre("1a", "2b", "3c"));
}

TEST(VectorSource, WholeRealNumbersAreIdsAndOthersAreNone) {
  const TownSource town;
  town.write_file("things.geojson", R"({"type":"FeatureCollection","features":[)" +
                                        bare_feature(R"("mrid":1.0)") + "," +
                                        bare_feature(R"("mrid":-9007199254740991.0)") + "," +
                                        bare_feature(R"("mrid":1.5)") + "," +
                                        bare_feature(R"("mrid":9007199254740993.0)") + "]}");
  auto source = VectorSource::open(town.folder() / "things.geojson");
  ASSERT_TRUE(source);
  const std::vector<ColumnRequest> columns = {{"mrid"}};
  std::vector<std::string> ids;
  const auto read = source->read(0, columns, [&](const VectorFeature& feature) -> Result<void> {
    ids.emplace_back(feature.text(0));
    return {};
  });
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_THAT(ids, ::testing::ElementsAre("1", "-9007199254740991", "", ""));
  const auto findings = source->take_findings(0);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].message, ::testing::HasSubstr("column 'mrid' is one of real numbers"));
}

TEST(VectorSource, ARealColumnOfNoWholeNumberHoldsNoIds) {
  const TownSource town;
  town.write_file("things.geojson", R"({"type":"FeatureCollection","features":[)" +
                                        bare_feature(R"("mrid":1.5)") + "]}");
  const auto source = VectorSource::open(town.folder() / "things.geojson");
  ASSERT_TRUE(source);
  const std::vector<ColumnRequest> columns = {{"mrid"}};
  const auto read =
      source->read(0, columns, [](const VectorFeature&) -> Result<void> { return {}; });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, "COLUMN_TYPE");
}

TEST(VectorSource, ACsvWhoseTypeFileIsWrongSaysSo) {
  const TownSource town;
  town.write_file("things.csv", "mrid,whole,part\na,7,1.5\nb,7,n/a\nc,8,2.5\n");
  town.write_file("things.csvt", "String,Integer,Real\n");
  const auto source = VectorSource::open(town.folder() / "things.csv");
  ASSERT_TRUE(source);
  const std::vector<ColumnRequest> columns = {{"part", ColumnKind::number}};
  ASSERT_TRUE(source->read(0, columns, [](const VectorFeature&) -> Result<void> { return {}; }));
  const auto findings = source->take_findings(0);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].defect_class, DefectClass::unknown_value);
  EXPECT_THAT(findings[0].message, ::testing::HasSubstr("'part'"));
}

TEST(VectorSource, AVisitorsRefusalEndsTheReading) {
  const TownSource town;
  const auto source = VectorSource::open(town.write());
  ASSERT_TRUE(source);
  int visited = 0;
  const std::vector<ColumnRequest> columns = {{"mrid"}};
  const auto read = source->read(*source->find_layer("lines"), columns,
                                 [&](const VectorFeature&) -> Result<void> {
                                   ++visited;
                                   return refuse(ErrorCode::aborted, "ENOUGH", "enough");
                                 });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, "ENOUGH");
  EXPECT_EQ(visited, 1);
}

TEST(VectorSource, TextIsRepairedByteByByte) {
  EXPECT_EQ(repair_utf8("plain"), std::nullopt);
  EXPECT_EQ(repair_utf8("台区 é \xf0\x9f\x92\xa1"), std::nullopt);
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(repair_utf8("a\xff"), "a" + bad);
  EXPECT_EQ(repair_utf8("\xc0\xaf"), bad + bad);            // overlong
  EXPECT_EQ(repair_utf8("\xed\xa0\x80"), bad + bad + bad);  // a surrogate
  EXPECT_EQ(repair_utf8("\xe4\xb8"), bad + bad);            // breaks off
  EXPECT_EQ(repair_utf8("\xf5\x80\x80\x80"), bad + bad + bad + bad);
  EXPECT_EQ(repair_utf8("x\xe4y"), "x" + bad + "y");
}

}  // namespace
}  // namespace gridmend::vector_source_test
