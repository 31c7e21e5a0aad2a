// What formats do not say, or say wrongly: encodings, positions in columns, coded domains.

#include <arpa/inet.h>
#include <cpl_conv.h>
#include <gdal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogr_api.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "data/ingest/feature_reader.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/profile.h"
#include "data/ingest/region_import.h"
#include "data/ingest/source_description.h"
#include "data/ingest/text_decoding.h"
#include "data/ingest/vector_source.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
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

struct Read {
  std::vector<std::vector<std::string>> texts;  // by feature
  std::vector<std::vector<Position>> shapes;
  std::vector<bool> repaired;
  std::vector<std::string> findings;
  std::string refusal;
};

Read read(const VectorSource& source, const std::vector<ColumnRequest>& columns,
          const GeometryColumns& geometry = {}) {
  Read result;
  const auto done =
      source.read_placed(0, columns, geometry, [&](const VectorFeature& feature) -> Result<void> {
        auto& texts = result.texts.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
          const auto number = feature.number(i);
          texts.push_back(columns[i].kind == ColumnKind::number && number
                              ? std::to_string(*number)
                              : std::string{feature.text(i)});
        }
        result.shapes.emplace_back(feature.geometry().begin(), feature.geometry().end());
        result.repaired.push_back(feature.repaired_column().has_value());
        return {};
      });
  if (!done) result.refusal = done.error().reason + ": " + done.error().message;
  for (const LayerFinding& finding : source.take_findings(0)) {
    result.findings.push_back(finding.message + "; " + finding.action);
  }
  return result;
}

VectorSource open(const TownSource& town, const std::string& file) {
  auto source = VectorSource::open(town.folder() / file);
  EXPECT_TRUE(source) << describe(source.error());
  return std::move(*source);
}

// ---- encodings

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

// ---- positions in columns

TEST(PositionsInColumns, XAndYMayHaveAnyNameAndDecimalCommas) {
  const TownSource town;
  town.write_file("t.csv", "id;ost;nord\n1;120,5;30,25\n2;120.75;30\n3;;\n4;x;30\n");
  const Read table = read(open(town, "t.csv"), {{"id"}}, {.x = "ost", .y = "nord"});
  EXPECT_EQ(table.refusal, "");
  ASSERT_EQ(table.shapes.size(), 4u);
  EXPECT_THAT(table.shapes[0], ElementsAre(Position{120.5, 30.25}));
  EXPECT_THAT(table.shapes[1], ElementsAre(Position{120.75, 30}));
  EXPECT_THAT(table.shapes[2], IsEmpty());
  EXPECT_THAT(table.shapes[3], IsEmpty());
}

TEST(PositionsInColumns, DelimitersAreFoundOut) {
  for (const char* delimiter : {",", ";", "\t"}) {
    const TownSource town;
    const std::string d = delimiter;
    town.write_file("t.csv", "id" + d + "x1" + d + "y1\na" + d + "120.5" + d + "30.25\n");
    const Read table = read(open(town, "t.csv"), {{"id"}}, {.x = "x1", .y = "y1"});
    ASSERT_EQ(table.refusal, "") << delimiter;
    EXPECT_THAT(table.shapes[0], ElementsAre(Position{120.5, 30.25})) << delimiter;
  }
}

TEST(PositionsInColumns, WktIsReadFromAnyColumn) {
  const TownSource town;
  town.write_file("t.csv", "id,lage\n1,\"LINESTRING (120 30,120.5 30.5)\"\n2,POINT (1\n3,\n");
  const Read table = read(open(town, "t.csv"), {{"id"}}, {.wkt = "lage"});
  EXPECT_EQ(table.refusal, "");
  ASSERT_EQ(table.shapes.size(), 3u);
  EXPECT_EQ(table.shapes[0].size(), 2u);
  EXPECT_THAT(table.shapes[1], IsEmpty());
  EXPECT_THAT(table.shapes[2], IsEmpty());
}

TEST(PositionsInColumns, AMissingColumnIsRefusedByName) {
  const TownSource town;
  town.write_file("t.csv", "id,x1\n1,2\n");
  EXPECT_THAT(read(open(town, "t.csv"), {{"id"}}, {.x = "x1", .y = "y1"}).refusal,
              HasSubstr("COLUMN_MISSING"));
}

TEST(PositionsInColumns, MetresWithoutASystemAreRefusedWithWhatToDeclare) {
  const TownSource town;
  town.write_file("t.csv", "id,x1,y1\n1,528799.742,3375580.0\n2,528899.742,3375590.0\n");
  VectorSource source = open(town, "t.csv");
  const GeometryColumns columns{.x = "x1", .y = "y1"};
  EXPECT_THAT(read(source, {{"id"}}, columns).refusal, HasSubstr("declare crs"));
  source.declare({.crs = "EPSG:4547"}, "");
  const Read table = read(source, {{"id"}}, columns);
  ASSERT_EQ(table.refusal, "");
  EXPECT_NEAR(table.shapes[0][0].longitude_deg, 114.3, 1e-6);
  EXPECT_NEAR(table.shapes[0][0].latitude_deg, 30.5, 1e-6);
}

TEST(WrittenNumbers, AreReadAsPeopleWriteThem) {
  for (const auto& [text, number] :
       std::vector<std::pair<std::string, double>>{{"1.5", 1.5},
                                                   {"1,5", 1.5},
                                                   {"-3", -3},
                                                   {"1.234,5", 1234.5},
                                                   {"1,234.5", 1234.5},
                                                   {"1 234,5", 1234.5},
                                                   {"1e3", 1000},
                                                   {"1.234.567,25", 1234567.25}}) {
    EXPECT_EQ(parse_written_number(text), number) << text;
  }
  for (const char* text : {"", "abc", "1,2,3", "1..2", ",", "1,5x", "inf", "nan", "12:30", "10 0.4",
                           "12 5", "1,23,4.5", "1.2345,6"}) {
    EXPECT_FALSE(parse_written_number(text)) << text;
  }
}

// ---- no network

// Somebody who listens, and can tell whether anybody came.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    listening_ = ::bind(socket_, plain, size) == 0 && ::listen(socket_, 4) == 0 &&
                 ::getsockname(socket_, plain, &size) == 0;
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { ::close(socket_); }
  bool listening() const { return listening_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/crs.wkt"; }
  bool was_asked() const {
    const int connection = ::accept(socket_, nullptr, nullptr);
    if (connection >= 0) ::close(connection);
    return connection >= 0;
  }

 private:
  int socket_;
  bool listening_ = false;
  int port_ = 0;
};

TEST(NoNetwork, AGeoJsonWhoseCrsIsALinkAsksNobody) {
  const Listener listener;
  if (!listener.listening()) GTEST_SKIP() << "no socket can be opened here";
  prepare_gdal();
  CPLSetConfigOption("GDAL_HTTP_TIMEOUT", "2");  // or a failing test would wait
  const TownSource town;
  for (const char* type : {"link", "url"}) {
    town.write_file("a.geojson", std::string{R"({"type":"FeatureCollection","crs":{"type":")"} +
                                     type + R"(","properties":{"href":")" + listener.url() +
                                     R"(","url":")" + listener.url() +
                                     R"(","type":"ogcwkt"}},"features":[)" +
                                     point_feature(120, 30, R"("mrid":"a")") + "]}");
    const auto source = VectorSource::open(town.folder() / "a.geojson");
    if (source) read(*source, {{"mrid"}});
    EXPECT_FALSE(listener.was_asked()) << type;
  }
  EXPECT_FALSE(CoordinateConversion::create({.crs = listener.url()}, {}));
  EXPECT_FALSE(listener.was_asked());
}

// ---- a File Geodatabase made here

TEST(CodedDomains, AreReadAsWhatTheyMeanWhereAsked) {
  prepare_gdal();
  const TownSource town;
  const std::string path = (town.folder() / "t.gdb").string();
  GDALDriverH driver = GDALGetDriverByName("OpenFileGDB");
  if (driver == nullptr || GDALGetMetadataItem(driver, GDAL_DCAP_CREATE, nullptr) == nullptr) {
    GTEST_SKIP() << "this GDAL writes no File Geodatabase";
  }
  GDALDatasetH dataset = GDALCreate(driver, path.c_str(), 0, 0, 0, GDT_Unknown, nullptr);
  ASSERT_NE(dataset, nullptr);
  const OGRCodedValue codes[] = {{const_cast<char*>("1"), const_cast<char*>("fuse")},
                                 {const_cast<char*>("2"), const_cast<char*>("断路器")},
                                 {nullptr, nullptr}};
  OGRFieldDomainH domain =
      OGR_CodedFldDomain_Create("KindDomain", nullptr, OFTInteger, OFSTNone, codes);
  char* why = nullptr;
  ASSERT_TRUE(GDALDatasetAddFieldDomain(dataset, domain, &why)) << (why == nullptr ? "" : why);
  OGR_FldDomain_Destroy(domain);
  OGRLayerH layer = GDALDatasetCreateLayer(dataset, "switches", nullptr, wkbNone, nullptr);
  OGRFieldDefnH field = OGR_Fld_Create("KIND", OFTInteger);
  OGR_Fld_SetDomainName(field, "KindDomain");
  OGR_L_CreateField(layer, field, 1);
  OGR_Fld_Destroy(field);
  for (const int code : {1, 2, 7}) {
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    OGR_F_SetFieldInteger(feature, 0, code);
    ASSERT_EQ(OGR_L_CreateFeature(layer, feature), OGRERR_NONE);
    OGR_F_Destroy(feature);
  }
  GDALClose(dataset);

  const VectorSource source = open(town, "t.gdb");
  const auto column = [&](bool coded_domain) {
    std::vector<std::string> values;
    const ColumnRequest request{"KIND", ColumnKind::text, false, coded_domain};
    for (const auto& texts : read(source, {request}).texts) values.push_back(texts[0]);
    return values;
  };
  EXPECT_THAT(column(false), ElementsAre("1", "2", "7"));
  EXPECT_THAT(column(true), ElementsAre("fuse", "断路器", "7"));
}

// ---- a whole network of tables, through a profile

constexpr const char* kProfile = R"(
name = "tables"
encoding = "GBK"

[coordinates]
crs = "EPSG:4547"

[[feeders]]
layer = "kreis"
mrid = { join = ["werk", "nr"], separator = "-" }
source_node = "start"

[[lookups]]
name = "terminals"
layer = "klemmen"
id = "klemme"
value = "knoten"

[[devices]]
layer = "geraet"
where = [ { column = "art", is = ["1", "2"] }, { column = "stand", is_not = ["geplant", ""] } ]
mrid = "id"
x = "ost"
y = "nord"
kind = { column = "art", values = { 1 = "breaker", 2 = "fuse" } }
from_node = { column = "k1", lookup = "terminals" }
to_node = { column = "k2", lookup = "terminals" }
phases = { column = "phase", values = "phases_chinese", default = "ABC" }
nominal_kv = { column = "u", unit = "by_value" }

[[devices]]
layer = "geraet"
where = { column = "art", is = "9" }
mrid = "id"
x = "ost"
y = "nord"
kind = { default = "power_transformer" }
from_node = { column = "k1", lookup = "terminals" }
to_node = { column = "k2", lookup = "terminals" }
phases = { column = "phase", values = "phases_chinese", default = "ABC" }
rated_kva = { column = "s", unit = "MVA" }
nominal_kv = { column = "u", unit = "by_value" }

[[usage_points]]
layer = "zaehler"
mrid = "id"
node = "knoten"
)";

TEST(TablesThroughAProfile, FiltersJoinedIdsTerminalsUnitsAndChinesePhases) {
  const TownSource town;
  town.write_file("tables.toml", kProfile);
  std::filesystem::create_directory(town.folder() / "tables");
  const auto write = [&](const char* name, const std::string& text) {
    town.write_file(std::string{"tables/"} + name, text);
  };
  write("kreis.csv", "werk;nr;start\nW;7;n0\n");
  write("klemmen.csv", "klemme;knoten\na1;n0\na2;n1\nb1;n1\nb2;n2\nc1;n2\nc2;v\n");
  // "甲乙" and "三相" in GBK.
  write("geraet.csv", std::string{"id;art;stand;k1;k2;phase;u;s;ost;nord\n"} +
                          "CB;1;da;a1;a2;\xc8\xfd\xcf\xe0;10000;;528799,7;3375580\n" +
                          "F;2;da;b1;b2;\xbc\xd7\xd2\xd2;10;;528899,7;3375580\n" +
                          "F2;2;geplant;b1;b2;A;10;;528899,7;3375580\n" +
                          "F3;2;;b1;b2;A;10;;528899,7;3375580\n" +
                          "T;9;da;c1;c2;A;400;0,4;528999,7;3375580\n");
  write("zaehler.csv", "id;knoten\nu1;v\n");
  RegionSpec spec;
  spec.sources.push_back({town.folder() / "tables", (town.folder() / "tables.toml").string()});
  const auto import = import_region(spec, {});
  ASSERT_TRUE(import) << describe(import.error());
  ASSERT_FALSE(import->refusal) << describe(*import->refusal);
  const NetworkModel& network = import->region.network;
  EXPECT_EQ(import->usage_points.supplied, 1u);
  ASSERT_EQ(network.devices().size(), 3u);
  const auto find = [&](std::string_view mrid) -> const Device& {
    for (const Id<Device> id : network.devices().ids()) {
      if (network.mrid(id) == mrid) return network.devices()[id];
    }
    ADD_FAILURE() << mrid;
    return *network.devices().begin();
  };
  EXPECT_EQ(to_string(find("F").phases), "AB");
  EXPECT_EQ(to_string(find("CB").phases), "ABC");
  EXPECT_EQ(find("CB").nominal_kv, 10);
  EXPECT_FLOAT_EQ(find("T").nominal_kv, 0.4F);
  EXPECT_FLOAT_EQ(find("T").rated_kva, 400);
  EXPECT_NEAR(find("CB").position.longitude_deg, 114.3, 1e-5);
}

TEST(TablesThroughAProfile, WhatTheUserDeclaresWinsOverTheProfile) {
  const TownSource town;
  town.write_file("tables.toml", kProfile);
  std::filesystem::create_directory(town.folder() / "tables");
  town.write_file("tables/kreis.csv", "werk;nr;start\nW;7;n0\n");
  town.write_file("tables/klemmen.csv", "klemme;knoten\na1;n0\na2;n1\n");
  town.write_file("tables/geraet.csv",
                  "id;art;stand;k1;k2;phase;u;s;ost;nord\nCB;1;da;a1;a2;A;10;;114,3;30,5\n");
  town.write_file("tables/zaehler.csv", "id;knoten\nu1;n1\n");
  RegionSpec spec;
  spec.sources.push_back({town.folder() / "tables", (town.folder() / "tables.toml").string()});
  spec.sources[0].coordinates.crs = "EPSG:4326";
  const auto import = import_region(spec, {});
  ASSERT_TRUE(import) << describe(import.error());
  EXPECT_NEAR(import->region.network.devices().begin()->position.longitude_deg, 114.3, 1e-9);
}

// ---- the description

TEST(SourceDescription, SaysWhatIsThereAndItsSkeletonIsAProfile) {
  const TownSource town;
  const auto source = VectorSource::open(town.write());
  ASSERT_TRUE(source);
  const SourceDescription description = describe_source(*source);
  const std::string text = description_text(description);
  EXPECT_THAT(text, HasSubstr("lines: 3 features"));
  EXPECT_THAT(text, HasSubstr("WGS 84"));
  EXPECT_THAT(text, HasSubstr("mrid (string): L1 | L9 | D1"));
  EXPECT_THAT(text, HasSubstr("around 120.0"));
  const std::string toml = profile_skeleton(description);
  const auto profile = parse_profile(toml, "skeleton.toml");
  ASSERT_TRUE(profile) << describe(profile.error()) << toml;
  EXPECT_EQ(profile->devices.size(), 3u);
  EXPECT_EQ(profile->feeders[0].source_node.columns, std::vector<std::string>{"source_node"});
  EXPECT_EQ(profile->usage_points[0].node.columns, std::vector<std::string>{"node"});

  // Of a source in clear words the skeleton is all it takes.
  town.write_file("skeleton.toml", toml);
  RegionSpec spec;
  spec.sources.push_back({town.folder(), (town.folder() / "skeleton.toml").string()});
  const auto import = import_region(spec, {.most_severe_percent = 100, .progress = {}});
  ASSERT_TRUE(import) << describe(import.error());
  EXPECT_GT(import->usage_points.supplied, 0u);
}

TEST(SourceDescription, ALayerThatCannotBeReadSaysWhy) {
  const TownSource town;
  town.write_file("poles.csv", "id,X,Y\n1,528799.742,3375580.0\n2,528899.742,3375590.0\n");
  const auto source = VectorSource::open(town.folder() / "poles.csv");
  ASSERT_TRUE(source);
  const SourceDescription description = describe_source(*source);
  EXPECT_THAT(description.layers[0].refusal, HasSubstr("declare crs"));
  EXPECT_THAT(profile_skeleton(description), HasSubstr("# crs = \"EPSG:...\""));
}

TEST(SourceDescription, OddNamesDoNotSpoilTheSkeleton) {
  const TownSource town;
  town.write_file("Li\"ne]].csv", "\"id\"\"x\",\"fr\\om\",end\na,b,c\n");
  town.write_file("导线.csv", "编号,起点,终点\nL1,a,b\n");
  const auto source = VectorSource::open(town.folder());
  ASSERT_TRUE(source) << describe(source.error());
  const std::string toml = profile_skeleton(describe_source(*source));
  const auto profile = parse_profile(toml, "skeleton.toml");
  EXPECT_TRUE(profile) << describe(profile.error()) << toml;
  EXPECT_THAT(toml, HasSubstr("from_node = \"起点\""));
}

}  // namespace
}  // namespace gridmend
