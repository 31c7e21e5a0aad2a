#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "data/ingest/foreign_names.h"
#include "data/ingest/text_decoding.h"
#include "tests/data/ingest/read_layer.h"

namespace gridmend::text_encoding_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "变压器" (transformer) and "台区一号" in GBK.
constexpr const char* kTransformerGbk = "\xb1\xe4\xd1\xb9\xc6\xf7";
constexpr const char* kAreaGbk = "\xcc\xa8\xc7\xf8\xd2\xbb\xba\xc5";

// A dBASE table of text columns of 20 letters.
std::string dbf(const std::vector<std::string>& columns,
                const std::vector<std::vector<std::string>>& rows, unsigned char language) {
  constexpr std::size_t kWidth = 20;
  const auto u16 = [](std::string& bytes, std::size_t at, std::size_t value) {
    bytes[at] = static_cast<char>(value & 0xff);
    bytes[at + 1] = static_cast<char>(value >> 8);
  };
  std::string bytes(32, '\0');
  bytes[0] = 3;
  bytes[1] = 100;
  bytes[2] = bytes[3] = 1;
  u16(bytes, 4, rows.size());
  u16(bytes, 8, 32 + 32 * columns.size() + 1);
  u16(bytes, 10, 1 + kWidth * columns.size());
  bytes[29] = static_cast<char>(language);
  for (const std::string& column : columns) {
    std::string field(32, '\0');
    std::memcpy(field.data(), column.data(), std::min<std::size_t>(column.size(), 10));
    field[11] = 'C';
    field[16] = kWidth;
    bytes += field;
  }
  bytes += '\r';
  for (const auto& row : rows) {
    bytes += ' ';
    for (std::string value : row) {
      value.resize(kWidth, ' ');
      bytes += value;
    }
  }
  bytes += '\x1a';
  return bytes;
}

TEST(Encodings, AShapefileTableInGbkIsReadByItsCpgItsLanguageByteOrItsLooks) {
  struct Case {
    const char* cpg;
    unsigned char language;
    bool guessed;
  };
  for (const Case c :
       {Case{"GBK", 0, false}, Case{"GB18030\r\n", 0x57, false}, Case{"936", 0x57, false},
        Case{"ANSI 936", 0, false}, Case{"", 0x4d, false}, Case{"", 0, true}, Case{"", 0x57, true},
        Case{"UTF-8", 0, true}, Case{"KLINGON", 0, true}}) {
    const TownSource town;
    town.write_file("t.dbf",
                    dbf({"ID", kTransformerGbk}, {{"T1", kAreaGbk}, {"T2", "A-1"}}, c.language));
    if (*c.cpg != '\0') town.write_file("t.cpg", c.cpg);
    const VectorSource source = open(town, "t.dbf");
    EXPECT_THAT(source.layers()[0].columns, ElementsAre("ID", "变压器")) << c.cpg;
    const Read table = read(source, {{"id"}, {"变压器"}});
    EXPECT_EQ(table.refusal, "");
    ASSERT_EQ(table.texts.size(), 2u);
    EXPECT_THAT(table.texts[0], ElementsAre("T1", "台区一号")) << c.cpg;
    EXPECT_FALSE(table.repaired[0]);
    EXPECT_EQ(!table.findings.empty(), c.guessed) << c.cpg << +c.language;
    if (c.guessed) {
      EXPECT_THAT(table.findings[0], HasSubstr("GB18030"));
      EXPECT_THAT(table.findings[0], HasSubstr("encoding"));
    }
  }
}

// "状态" (state), whose bytes are two characters of UTF-8 as well, and "编号" (number).
constexpr const char* kStateGbk = "\xd7\xb4\xcc\xac";
constexpr const char* kNumberGbk = "\xb1\xe0\xba\xc5";

TEST(Encodings, NamesOfColumnsAreReadAsTheTableIsHoweverTheyLookByThemselves) {
  const TownSource town;
  const std::string table = dbf({kStateGbk, kNumberGbk}, {{"1", "2"}}, 0);
  town.write_file("t.dbf", table);
  EXPECT_THAT(open(town, "t.dbf").layers()[0].columns, ElementsAre("状态", "编号"));
  town.write_file("alone.dbf", dbf({kStateGbk}, {{"1"}}, 0));
  VectorSource alone = open(town, "alone.dbf");
  EXPECT_THAT(alone.layers()[0].columns, ElementsAre("\u05f4\u032c")) << "nothing says otherwise";
  alone.declare({}, "GBK");
  EXPECT_THAT(alone.layers()[0].columns, ElementsAre("状态"));
  EXPECT_EQ(read(alone, {{"状态"}}).texts[0][0], "1");
  town.write_file("alone.cpg", "GBK");
  EXPECT_THAT(open(town, "alone.dbf").layers()[0].columns, ElementsAre("状态"));
}

// "台11" (station 11) and "医院" (hospital), each of which UTF-8 reads as letters of its own.
constexpr const char* kStationGbk =
    "\xcc\xa8"
    "11";
constexpr const char* kHospitalGbk = "\xd2\xbd\xd4\xba";

TEST(Encodings, TextsAreReadAsTheirSourceIsHoweverTheyLookByThemselves) {
  const TownSource town;
  std::filesystem::create_directory(town.folder() / "gis");
  town.write_file("gis/stations.dbf", dbf({"ID"}, {{kStationGbk}}, 0));
  town.write_file("gis/meters.dbf",
                  dbf({"ID", "STATION", "USE"},
                      {{"1", kStationGbk, kHospitalGbk}, {"2", kStationGbk, kTransformerGbk}}, 0));
  auto source = VectorSource::open(town.folder() / "gis");
  ASSERT_TRUE(source) << describe(source.error());
  const auto texts = [&source](const char* layer, const std::vector<ColumnRequest>& columns) {
    std::vector<std::string> all;
    const auto visited = source->read(*source->find_layer(layer), columns,
                                      [&](const VectorFeature& feature) -> Result<void> {
                                        for (std::size_t i = 0; i < columns.size(); ++i)
                                          all.emplace_back(feature.text(i));
                                        return {};
                                      });
    EXPECT_TRUE(visited) << describe(visited.error());
    return all;
  };
  EXPECT_THAT(texts("stations", {{"ID"}}), ElementsAre("台11"));
  EXPECT_THAT(texts("meters", {{"STATION"}, {"USE"}}),
              ElementsAre("台11", "医院", "台11", "变压器"));
  // Beside what can be nothing but UTF-8 it is UTF-8 too, as is one that says so.
  town.write_file("gis/streets.dbf", dbf({"NAME"}, {{"人民路"}}, 0));
  source = VectorSource::open(town.folder() / "gis");
  EXPECT_THAT(texts("stations", {{"ID"}}), ElementsAre("\u032811"));
  EXPECT_EQ(looks_of("Stra\xc3\x9f"
                     "e"),
            TextLooks::utf8);
  EXPECT_EQ(looks_of("\xc3\x84"), TextLooks::utf8);
  EXPECT_EQ(looks_of("S\xc3\xa3o"), TextLooks::utf8_or_chinese);
  EXPECT_EQ(looks_of("plain"), TextLooks::ascii);
  EXPECT_EQ(looks_of(kStationGbk), TextLooks::utf8_or_chinese);
  EXPECT_EQ(looks_of(kTransformerGbk), TextLooks::not_utf8);
  EXPECT_EQ(looks_of("人民路"), TextLooks::utf8);
}

TEST(Encodings, AColumnIsFoundByItsWholeNameWhereItsTableCutIt) {
  const TownSource town;
  // "变压器编号" is ten bytes of GBK, and "变压器" nine and a bit of UTF-8.
  town.write_file("gbk.dbf", dbf({std::string{kTransformerGbk} + kNumberGbk}, {{"T1"}}, 0x4d));
  EXPECT_EQ(read(open(town, "gbk.dbf"), {{"变压器编号名称"}}).texts[0][0], "T1");
  town.write_file("utf8.dbf", dbf({"变压器编号"}, {{"T1"}}, 0));
  town.write_file("utf8.cpg", "UTF-8");
  const VectorSource utf8 = open(town, "utf8.dbf");
  EXPECT_THAT(utf8.layers()[0].columns, ElementsAre("变压器"));
  EXPECT_EQ(read(utf8, {{"变压器编号"}}).texts[0][0], "T1");
  EXPECT_THAT(read(utf8, {{"变电站编号"}}).refusal, HasSubstr("COLUMN_MISSING"));
}

TEST(Encodings, FilesWithNamesInGbkAreLayersOfTheirChineseNames) {
  const TownSource town;
  std::filesystem::create_directory(town.folder() / "folder");
  for (const std::string name : {kTransformerGbk, kStateGbk}) {
    town.write_file("folder/" + name + ".csv", "id,name\n1,x\n");
  }
  auto source = VectorSource::open(town.folder() / "folder");
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_TRUE(source->find_layer("变压器"));
  EXPECT_TRUE(source->find_layer("状态"));
  auto one = VectorSource::open(town.folder() / "folder" / (std::string{kTransformerGbk} + ".csv"));
  ASSERT_TRUE(one) << describe(one.error());
  EXPECT_TRUE(one->find_layer("变压器"));
}

TEST(Encodings, NamesInAnArchiveAreThoseOfItsMakersMachine) {
  using Names = std::vector<std::string>;
  // As GDAL spells entries that do not say they are UTF-8: in code page 437.
  const auto spelled = [](std::string_view bytes) {
    bool damaged = false;
    return TextDecoder::create("CP437")->decode(bytes, damaged);
  };
  EXPECT_EQ(decoded_archive_names({spelled(kTransformerGbk) + ".shp", "a.shp"}),
            (Names{"变压器.shp", "a.shp"}));
  EXPECT_EQ(decoded_archive_names({spelled("变压器.shp")}), Names{"变压器.shp"});
  EXPECT_EQ(decoded_archive_names({"变压器.shp", "Straße.shp"}),
            (Names{"变压器.shp", "Straße.shp"}));
  for (const char* european : {"Straße", "Zähler", "Übergabe", "ligação", "Trafostationen Süd"}) {
    EXPECT_EQ(decoded_archive_names({european}), Names{european});
  }
}

TEST(Encodings, PortugueseWithoutACpgIsWesternEuropean) {
  const TownSource town;
  town.write_file("t.dbf",
                  dbf({"ID", "BAIRRO"},
                      {{"1", "S\xe3o Jos\xe9"}, {"2", "Liga\xe7\xe3o"}, {"3", "Centro"}}, 0x57));
  const Read table = read(open(town, "t.dbf"), {{"ID"}, {"BAIRRO"}});
  ASSERT_EQ(table.texts.size(), 3u);
  EXPECT_EQ(table.texts[0][1], "São José");
  EXPECT_EQ(table.texts[1][1], "Ligação");
  EXPECT_THAT(table.findings, ElementsAre(HasSubstr("CP1252")));
}

TEST(Encodings, Utf8WithoutACpgIsUtf8AndNothingIsSaid) {
  const TownSource town;
  town.write_file("t.dbf", dbf({"ID", "NAME"}, {{"1", "台区"}}, 0x57));
  const Read table = read(open(town, "t.dbf"), {{"ID"}, {"NAME"}});
  EXPECT_EQ(table.texts[0][1], "台区");
  EXPECT_THAT(table.findings, IsEmpty());
}

TEST(Encodings, ACharacterThatTheColumnCutInTwoIsDropped) {
  const TownSource town;
  std::string name;
  for (int i = 0; i < 10; ++i) name += kTransformerGbk;
  town.write_file("t.dbf", dbf({"ID", "NAME"}, {{"1", "x" + name.substr(0, 19)}}, 0x4d));
  const Read table = read(open(town, "t.dbf"), {{"ID"}, {"NAME"}});
  EXPECT_EQ(table.texts[0][1], "x变压器变压器变压器");
  EXPECT_FALSE(table.repaired[0]);
}

TEST(Encodings, ACsvInGbkIsGuessedOrDeclared) {
  const TownSource town;
  town.write_file("t.csv", std::string{"id,name\n1,"} + kAreaGbk + "\n2,plain\n");
  EXPECT_EQ(read(open(town, "t.csv"), {{"id"}, {"name"}}).texts[0][1], "台区一号");
  VectorSource declared = open(town, "t.csv");
  declared.declare({}, "gb2312");
  const Read table = read(declared, {{"id"}, {"name"}});
  EXPECT_EQ(table.texts[0][1], "台区一号");
  EXPECT_THAT(table.findings, IsEmpty());
  declared.declare({}, "klingon");
  EXPECT_THAT(read(declared, {{"id"}}).refusal, HasSubstr("ENCODING_UNKNOWN"));
}

TEST(Encodings, NamesOfEncodingsAreThoseOfCpgFiles) {
  const auto name = [](const char* text) {
    const auto decoder = TextDecoder::create(text);
    return decoder ? decoder->encoding() : std::string{"unknown"};
  };
  EXPECT_EQ(name("utf-8"), "UTF-8");
  EXPECT_EQ(name("UTF8"), "UTF-8");
  EXPECT_EQ(name("1252"), "CP1252");
  EXPECT_EQ(name("ANSI 1251"), "CP1251");
  EXPECT_EQ(name("OEM 437"), "CP437");
  EXPECT_EQ(name("88591"), "ISO-8859-1");
  EXPECT_EQ(name("ISO-8859-15"), "ISO-8859-15");
  EXPECT_EQ(name("EUC-CN"), "GB18030");
  EXPECT_EQ(name(""), "unknown");
  EXPECT_EQ(name("GBK//TRANSLIT"), "unknown");
}

}  // namespace
}  // namespace gridmend::text_encoding_test
