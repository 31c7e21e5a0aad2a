// Sources that are sound as files and odd as data: nothing of them is lost without a word.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "data/ingest/gis_writer.h"
#include "data/ingest/written_number.h"
#include "tests/data/ingest/read_layer.h"
#include "tests/data/ingest/town_import.h"

namespace gridmend::odd_sources_test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace fs = std::filesystem;

using Rows = std::vector<std::vector<std::string>>;

std::string collection(const std::string& features) {
  return R"({"type":"FeatureCollection","features":[)" + features + "]}";
}

TEST(OddIds, OfTwoColumnsOfOneNameTheFirstIsReadAndItIsSaid) {
  const TownSource town;
  town.write_file("m.csv", "ID;node;id;note\n00123;v1;a;x\n123;v2;b;y\n");
  const Read all = read(open(town, "m.csv"), {{"ID"}, {"node"}});
  EXPECT_EQ(all.texts, (Rows{{"00123", "v1"}, {"123", "v2"}}));
  EXPECT_THAT(all.findings, ElementsAre("2 columns are called 'ID'; the first of them was read"));
}

TEST(OddIds, ATypeFileThatTakesTheZerosFromIdsIsNamed) {
  const TownSource town;
  town.write_file("m.csv", "ID,node\n00123,v1\n");
  EXPECT_THAT(read(open(town, "m.csv"), {{"ID"}}).findings, IsEmpty());
  EXPECT_EQ(read(open(town, "m.csv"), {{"ID"}}).texts, (Rows{{"00123"}}));
  town.write_file("m.csvt", "Integer,String\n");
  const Read spoilt = read(open(town, "m.csv"), {{"ID"}, {"node"}});
  EXPECT_EQ(spoilt.texts, (Rows{{"123", "v1"}}));
  EXPECT_THAT(spoilt.findings,
              ElementsAre(AllOf(HasSubstr("column 'ID'"), HasSubstr("delete the .csvt"))));
}

TEST(OddIds, WhatLooksLikeADateStaysTheTextItIs) {
  const TownSource town;
  town.write_file("m.geojson", collection(bare_feature(R"("mrid":"2021-03-04")") + "," +
                                          bare_feature(R"("mrid":"2021/3/4")")));
  EXPECT_EQ(read(open(town, "m.geojson"), {{"mrid"}}).texts, (Rows{{"2021-03-04"}, {"2021/3/4"}}));
}

TEST(OddIds, NumbersUpToSixtyFourBitsKeepEveryDigitAndThoseBeyondAreNoId) {
  const TownSource town;
  town.write_file("m.geojson", collection(bare_feature(R"("mrid":9007199254740993)") + "," +
                                          bare_feature(R"("mrid":18446744073709551611)") + "," +
                                          bare_feature(R"("mrid":-18446744073709551611)")));
  const Read all = read(open(town, "m.geojson"), {{"mrid"}});
  EXPECT_EQ(all.texts, (Rows{{"9007199254740993"}, {""}, {""}}));
  EXPECT_THAT(all.findings,
              ElementsAre(AllOf(HasSubstr("column 'mrid'"), HasSubstr("beyond 64 bits"))));
}

TEST(OddIds, BlanksAroundAnIdAreNoneOfItHoweverWide) {
  const TownSource town;
  town.write_file("m.geojson", collection(bare_feature(R"("mrid":" n1 \t")") + "," +
                                          bare_feature(R"("mrid":"\u00a0n1\u3000")") + "," +
                                          bare_feature(R"("mrid":"\ufeff变 1\u200b ")") + "," +
                                          bare_feature(R"("mrid":"\u3000\u00a0")")));
  EXPECT_EQ(read(open(town, "m.geojson"), {{"mrid"}}).texts,
            (Rows{{"n1"}, {"n1"}, {"变 1"}, {""}}));
}

// A table of meters with one address that a test spoils, in line 4.
std::string meters(const std::string& address, const std::string& end = "\r\n") {
  std::string text = "mrid,node,phases,address" + end;
  for (int i = 1; i <= 6; ++i) {
    text += "m" + std::to_string(i) + ",n,ABC," + (i == 3 ? address : "\"Mill 1, yard\"") + end;
  }
  return text;
}

TEST(OddTables, AQuoteTooManyInACsvIsRefusedByItsLineAndTakesNoRows) {
  const TownSource town;
  const auto refusal = [&](const std::string& text) {
    town.write_file("m.csv", text);
    return read(open(town, "m.csv"), {{"mrid"}, {"address"}}).refusal;
  };
  for (const char* end : {"\n", "\r\n", "\r"}) {
    EXPECT_THAT(refusal(meters("Lindenweg 5\" yard", end)),
                AllOf(HasSubstr("CSV_BROKEN"), HasSubstr("line 4"), HasSubstr("inside a value")));
    EXPECT_THAT(refusal(meters("\"Haus am See", end)),
                AllOf(HasSubstr("CSV_BROKEN"), HasSubstr("line 4"), HasSubstr("line 5")));
  }
  EXPECT_THAT(refusal("mrid;address\nm1;n\nm2;\"n\nm3;n\n"),
              AllOf(HasSubstr("CSV_BROKEN"), HasSubstr("line 3"), HasSubstr("not closed")));
  EXPECT_THAT(refusal("mrid;address\nm1;n\nm2;\"a" + std::string(1, '\0') + "b\"\n"),
              AllOf(HasSubstr("CSV_BROKEN"), HasSubstr("line 3"), HasSubstr("zero")));
}

TEST(OddTables, RowsOfACsvThatLackValuesOrHaveTooManyAreNamedByTheirLines) {
  const TownSource town;
  const auto findings = [&](const std::string& text) {
    town.write_file("m.csv", text);
    const Read all = read(open(town, "m.csv"), {{"mrid"}});
    EXPECT_EQ(all.refusal, "");
    return all.findings;
  };
  EXPECT_THAT(findings(meters("Lindenweg 5, yard")),
              ElementsAre(HasSubstr("1 row has more values than the 4 columns: line 4")));
  EXPECT_THAT(findings("mrid,a,b\n1,2,3\n1,2\n1\n1,2,3\n"),
              ElementsAre(HasSubstr("2 rows have fewer values than the 3 columns: lines 3, 4")));
  EXPECT_THAT(findings("mrid,a,b\n1,2,3\n1,2"),
              ElementsAre(AllOf(HasSubstr("line 3"), HasSubstr("breaks off in its last line"))));
  EXPECT_THAT(findings(meters("\"Haus\r\nm9,n,ABC,Mill\r\nRohr 5\"")),
              ElementsAre(AllOf(HasSubstr("look like rows"), HasSubstr("line 4"))));
}

TEST(OddTables, WhatACsvMayHaveIsNoFault) {
  const TownSource town;
  const auto sound = [&](const std::string& text) {
    town.write_file("m.csv", text);
    const Read all = read(open(town, "m.csv"), {{"mrid"}});
    EXPECT_EQ(all.refusal, "");
    EXPECT_THAT(all.findings, IsEmpty());
    return all.texts.size();
  };
  EXPECT_EQ(sound(meters("\"Mill 1\r\nback yard, left\"")), 6u) << "a value of two lines";
  EXPECT_EQ(sound(meters("\"The \"\"Lion\"\"\"")), 6u) << "quotes written twice";
  EXPECT_EQ(sound(meters("5\" x 3\" pipe")), 6u) << "quotes in pairs";
  EXPECT_EQ(sound("\xef\xbb\xbf\"mrid\",\"a\"\n1,2\n\n3,4\n"), 2u) << "a mark, an empty line";
  EXPECT_EQ(sound("mrid,a\n1,2,\n3,4,,\n"), 2u) << "separators with nothing behind them";
  EXPECT_EQ(sound("mrid,a\n1,2\n3,\"4\""), 2u) << "no end of the last line";
}

TEST(OddTexts, OfMoreThanAKibibyteAreCutBetweenLettersAndItIsSaid) {
  const TownSource town;
  std::string wide;
  for (int i = 0; i < 500; ++i) wide += "\u53d8";  // three bytes each
  town.write_file("m.csv", "mrid,address\n1,Mill 1\n2," + wide + "\n");
  const Read all = read(open(town, "m.csv"), {{"mrid"}, {"address"}});
  ASSERT_EQ(all.texts.size(), 2u);
  EXPECT_EQ(all.texts[1][1], wide.substr(0, 1023));
  EXPECT_THAT(all.findings, ElementsAre(AllOf(HasSubstr("column 'address' has 1 text of more"),
                                              HasSubstr("feature 2"))));
}

TEST(OddGeometry, OfSeveralPointsTheFirstIsThePlaceAndItIsSaid) {
  TownSource town;
  town.layers["switches"][0] =
      R"({"type":"Feature","properties":{"mrid":"CB1","kind":"breaker","from_node":"s1","to_node":"n1"},)"
      R"("geometry":{"type":"MultiPoint","coordinates":[[120,30],[120.01,30]]}})";
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const Defect* defect = find_defect(*imported, DefectClass::invalid_geometry);
  ASSERT_NE(defect, nullptr);
  EXPECT_EQ(defect->place.feature_id, "CB1");
  EXPECT_EQ(defect->message, "has 2 positions");
}

std::string feature_with(const std::string& geometry, const std::string& properties) {
  return R"({"type":"Feature","geometry":)" + geometry + R"(,"properties":{)" + properties + "}}";
}

TEST(OddGeometry, AnotherKindOfGeometryThanTheLayersIsSaidByLayerAndFeature) {
  const std::string area =
      R"({"type":"Polygon","coordinates":[[[120,30],[120.002,30],[120.002,30.001],[120,30]]]})";
  const std::string point = R"({"type":"Point","coordinates":[120.001,30]})";
  const std::string line =
      R"({"type":"LineString","coordinates":[[120.0033,30.0001],[120.004,30]]})";
  const auto said = [](const std::string& layer, const std::string& feature) {
    TownSource town;
    town.layers["connectivity_nodes"] = {
        feature_with(R"({"type":"Point","coordinates":[120.002,30]})", R"("mrid":"n2")")};
    for (const char* node : {"s1", "n1", "n3", "v1", "m1", "n9", "s2", "x1", "x2"}) {
      town.layers["connectivity_nodes"].push_back(
          bare_feature(R"("mrid":")" + std::string{node} + "\""));
    }
    if (!layer.empty()) town.layers[layer].push_back(feature);
    const auto imported = import(town.write());
    EXPECT_TRUE(imported) << describe(imported.error());
    std::string text;
    for (const Defect& defect : imported->region.defects) {
      if (defect.defect_class != DefectClass::invalid_geometry) continue;
      text += defect.place.layer + " " + defect.place.feature_id + ": " + defect.message + "\n";
    }
    return text;
  };
  const auto as_line = [](const std::string& kind) {
    return R"("mrid":"x","kind":")" + kind + R"(","from_node":"x1","to_node":"x2")";
  };
  EXPECT_EQ(said("", ""), "");
  EXPECT_EQ(said("lines", feature_with(area, as_line("ac_line_segment"))),
            "lines x: is an area where a line is expected\n");
  EXPECT_EQ(said("lines", feature_with(point, as_line("service_drop"))),
            "lines x: is a point where a line is expected\n");
  EXPECT_EQ(said("connectivity_nodes", feature_with(line, R"("mrid":"x")")),
            "connectivity_nodes x: is a line where a point is expected\n");
  EXPECT_EQ(said("connectivity_nodes", feature_with(area, R"("mrid":"x")")),
            "connectivity_nodes x: is an area where a point is expected\n");
  EXPECT_EQ(said("usage_points", feature_with(line, R"("mrid":"x","node":"m1")")),
            "usage_points x: is a line where a point is expected\n");
  EXPECT_EQ(said("substations", feature_with(line, R"("mrid":"x")")),
            "substations x: is a line where a point is expected\n");
  // Switches are drawn as either, a house and a substation may be areas.
  EXPECT_EQ(said("switches", feature_with(line, as_line("disconnector"))), "");
  EXPECT_EQ(said("usage_points", feature_with(area, R"("mrid":"x","node":"m1")")), "");
  EXPECT_EQ(said("substations", feature_with(area, R"("mrid":"x")")), "");
}

TEST(OddGeometry, PartsOfALineThatDoNotMeetAreSaidAndThoseThatDoAreNot) {
  const auto with_line = [](const std::string& coordinates) {
    TownSource town;
    town.layers["lines"][0] =
        R"({"type":"Feature","properties":{"mrid":"L1","kind":"ac_line_segment","from_node":"n1","to_node":"n2"},)"
        R"("geometry":{"type":"MultiLineString","coordinates":)" +
        coordinates + "}}";
    auto imported = import(town.write());
    EXPECT_TRUE(imported) << describe(imported.error());
    const Defect* defect = find_defect(*imported, DefectClass::invalid_geometry);
    return defect == nullptr ? std::string{} : defect->place.feature_id + ": " + defect->message;
  };
  EXPECT_EQ(with_line("[[[120,30,5],[120.0005,30,6]],[[120.0005,30,6],[120.001,30,7]]]"), "");
  // In disorder, and one of them drawn against the others.
  EXPECT_EQ(with_line("[[[120.001,30],[120.002,30]],[[120.001,30],[120.0005,30]],"
                      "[[120,30],[120.0005,30]]]"),
            "");
  EXPECT_THAT(with_line("[[[120,30],[120.0005,30]],[[120.0015,30],[120.002,30]]]"),
              AllOf(HasSubstr("L1: its parts do not follow one another"), HasSubstr("96 m")));
}

TEST(OddGeometry, PartsInDisorderAreTheLineTheyMakeTogether) {
  TownSource town;
  town.layers["lines"][0] =
      R"({"type":"Feature","properties":{"mrid":"L1","kind":"ac_line_segment","from_node":"n1","to_node":"n2"},)"
      R"("geometry":{"type":"MultiLineString","coordinates":[[[120.001,30],[120.002,30]],)"
      R"([[120.001,30],[120.0005,30]],[[120,30],[120.0005,30]]]}})";
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const NetworkModel& network = imported->region.network;
  const Id<Device> line = *network.find_device("L1");
  EXPECT_NEAR(network.devices()[line].length_m, 192.6, 1) << "as the crow flies, not to and fro";
  EXPECT_EQ(network.polyline(line).size(), 4u);
}

TEST(OddGeometry, OfACollectionTheLinesAreRead) {
  const std::string part = R"({"type":"LineString","coordinates":[[120,30],[120.001,30]]})",
                    rest = R"({"type":"LineString","coordinates":[[120.001,30],[120.002,30]]})",
                    point = R"({"type":"Point","coordinates":[120.002,30]})";
  const auto collection = [](const std::string& members) {
    return R"({"type":"GeometryCollection","geometries":[)" + members + "]}";
  };
  TownSource town;
  town.layers["lines"][0] =
      feature_with(collection(point + "," + part + "," + rest),
                   R"("mrid":"L1","kind":"ac_line_segment","from_node":"n1","to_node":"n2")");
  town.layers["switches"][1] = feature_with(
      collection(point), R"("mrid":"F1","kind":"fuse","from_node":"n2","to_node":"n3")");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_EQ(find_defect(*imported, DefectClass::invalid_geometry), nullptr);
  const NetworkModel& network = imported->region.network;
  EXPECT_EQ(network.polyline(*network.find_device("L1")).size(), 4u);
  EXPECT_NEAR(network.devices()[*network.find_device("F1")].position.longitude_deg, 120.002, 1e-9);
}

TEST(OddGeometry, CurvesAreReadThoughTheyAreStraight) {
  const TownSource town;
  town.write_file(
      "lines.csv",
      "id,WKT\n"
      "a,\"MULTICURVE ((120 30, 120.001 30))\"\n"
      "b,\"COMPOUNDCURVE ((120 30, 120.001 30), (120.001 30, 120.002 30))\"\n"
      "c,\"CURVEPOLYGON ((120 30, 120.001 30, 120.001 30.001, 120 30))\"\n"
      "d,\"MULTICURVE Z (COMPOUNDCURVE Z (CIRCULARSTRING Z (120 30 1, 120.001 30.001 1, "
      "120.002 30 1), (120.002 30 1, 120.003 30 1)))\"\n");
  const Read lines = read(open(town, "lines.csv"), {{"id"}});
  ASSERT_EQ(lines.shapes.size(), 4u) << lines.refusal;
  EXPECT_EQ(lines.shapes[0].size(), 2u);
  EXPECT_EQ(lines.shapes[1].size(), 3u);
  EXPECT_EQ(lines.shapes[2].size(), 1u) << "its middle";
  EXPECT_GT(lines.shapes[3].size(), 10u) << "an arc in short pieces";
}

TEST(OddGeometry, ATextOfACsvThatIsNoPositionIsInvalidAndAnEmptyOneIsNot) {
  const auto invalid_of = [](const std::string& csv) {
    const TownSource town;
    town.write_file("meters.csv", csv);
    std::string of;
    const VectorSource source = open(town, "meters.csv");
    const std::vector<ColumnRequest> columns{{"id"}};
    const auto done = source.read(0, columns, [&](const VectorFeature& feature) -> Result<void> {
      if (feature.geometry_invalid()) of += feature.text(0);
      return {};
    });
    EXPECT_TRUE(done) << describe(done.error());
    return of;
  };
  EXPECT_EQ(invalid_of("id,WKT\na,POINT(120.001\nb,POINT (120 30)\nc,nowhere\nd,\n"
                       "e,SRID=4326;POINT (120 30)\nf,POINT EMPTY\n"),
            "ace");
  EXPECT_EQ(invalid_of("id,X,Y\na,abc,30\nb,120,30\nc,120,\nd,,\ne,1e400,30\n"), "ace");
  EXPECT_EQ(invalid_of("id,WKT,name\na,,b\nb,POINT (120 30),\n"), "");
}

TEST(OddGeometry, WhatCannotBeReadOfAGeoJsonIsSaid) {
  const TownSource town;
  town.write_file("meters.geojson",
                  R"({"type":"FeatureCollection","features":[)" +
                      point_feature(120, 30, R"("id":"a")") +
                      R"(,{"type":"Feature","properties":{"id":"b"},)"
                      R"("geometry":{"type":"Point","coordinates":["120.1","30"]}}]})");
  const Read all = read(open(town, "meters.geojson"), {{"id"}});
  EXPECT_EQ(all.texts.size(), 2u);
  EXPECT_THAT(all.findings, Contains(HasSubstr("not all that is written in it can be read")));
}

TEST(OddGeometry, OfAFileOfLinesThoseThatCannotBeReadAreSaidAndAnEndThatIsMissingIsRefused) {
  const TownSource town;
  const auto line = [](const char* id) {
    return point_feature(120, 30, R"("id":")" + std::string{id} + "\"");
  };
  const std::string half = line("b").substr(0, 40);
  town.write_file("meters.geojsonl", line("a") + "\n" + half + "\n" + line("c") + "\n");
  const Read all = read(open(town, "meters.geojsonl"), {{"id"}});
  EXPECT_EQ(all.texts, (Rows{{"a"}, {"c"}}));
  EXPECT_THAT(all.findings, Contains(AllOf(HasSubstr("has lines that cannot be read"),
                                           HasSubstr("their features were left out"))));
  town.write_file("cut.geojsonl", line("a") + "\n" + line("b") + "\n" + half);
  const Read cut = read(open(town, "cut.geojsonl"), {{"id"}});
  EXPECT_THAT(cut.refusal,
              AllOf(HasSubstr("LAYER_DAMAGED"), HasSubstr("breaks off after 2 features"),
                    Not(HasSubstr("2 of 2"))));
}

TEST(OddNumbers, AreWrittenWithTheDigitsThatTheyHave) {
  EXPECT_EQ(number_text(0.1 + 0.2), "0.3");
  EXPECT_EQ(number_text(13.8F), "13.8");
  EXPECT_EQ(number_text(123456789.0), "123456789");
  EXPECT_EQ(number_text(-0.5), "-0.5");
  TownSource town;
  town.replace("usage_points", "\"customers\":12", "\"customers\":13.8");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const Defect* defect = find_defect(*imported, DefectClass::unknown_value);
  ASSERT_NE(defect, nullptr);
  EXPECT_EQ(defect->message, "the value '13.8' is not known");
}

TEST(OddLayers, OneOfNothingNeedNotHaveColumns) {
  TownSource town;
  town.layers["substations"].clear();
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_EQ(imported->usage_points.supplied, 2U);
  town.layers["usage_points"].clear();
  const auto nobody = import(town.write());
  EXPECT_TRUE(nobody) << "a network may have no meters yet: " << describe(nobody.error());
  town.layers["lines"].clear();
  town.layers["switches"].clear();
  town.layers["transformers"].clear();
  EXPECT_EQ(refusal(town.write()).reason, "NETWORK_EMPTY");
}

TEST(OddLayers, SeveralOfOneNameAreNotOneOfThem) {
  TownSource town;
  town.write();
  // A second copy in another format; and a name that differs by case alone.
  town.write_file("LINES.csv", "mrid,kind\nL1,ac_line_segment\n");
  const Error error = refusal(town.folder(), "native");
  EXPECT_EQ(error.reason, "LAYER_AMBIGUOUS");
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("2 layers"), HasSubstr("/LINES.csv"), HasSubstr("/lines.geojson")));
}

TEST(OddTables, WhatGdalDoesNotTakeForATableIsExplained) {
  const TownSource town;
  const auto why = [&](const std::string& bytes) {
    town.write_file("m.csv", bytes);
    const auto source = VectorSource::open(town.folder() / "m.csv");
    EXPECT_FALSE(source);
    return source ? std::string{} : source.error().message;
  };
  EXPECT_THAT(why(std::string("\xff\xfeI\0D\0,\0N\0\n\0", 12)), HasSubstr("UTF-16"));
  EXPECT_THAT(why("mrid\nL1\n"), HasSubstr("no two columns"));
  EXPECT_THAT(why("sep=;\r\nmrid;node\r\nL1;a\r\n"), HasSubstr("first line, sep=;"));
  EXPECT_THAT(why("<!DOCTYPE html>\n<html><p>a,b,c\n"), HasSubstr("a page of the web"));
  EXPECT_THAT(why("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
              HasSubstr("git lfs pull"));
}

TEST(OddLayers, ASourceWithNoneOfTheProfilesLayersIsToldWhichItHas) {
  TownSource town;
  town.write_file("leitungen.csv", "mrid,von,nach\nL1,a,b\n");
  town.write_file(
      "p.toml",
      "name = \"ours\"\n[[feeders]]\nlayer = \"abgang\"\nmrid = \"mrid\"\nsource_node = "
      "\"von\"\n[[devices]]\nlayer = \"leitung\"\nmrid = \"mrid\"\nkind = { default = "
      "\"ac_line_segment\" }\nfrom_node = \"von\"\nto_node = \"nach\"\n[[usage_points]]\n"
      "layer = \"zaehler\"\nmrid = \"mrid\"\nnode = \"von\"\n");
  const Error error = refusal(town.folder(), (town.folder() / "p.toml").string());
  EXPECT_EQ(error.reason, "LAYER_MISSING");
  EXPECT_THAT(error.message, AllOf(HasSubstr("'ours'"), HasSubstr("leitung, abgang, zaehler"),
                                   HasSubstr("it has leitungen")));
}

TEST(OddTables, OfAFormatThatIsNotReadItIsSaidWhatIs) {
  const TownSource town;
  const auto why = [&](const std::string& name) {
    town.write_file(name, "<?xml version='1.0'?><kml xmlns='http://www.opengis.net/kml/2.2'/>");
    const auto source = VectorSource::open(town.folder() / name);
    EXPECT_FALSE(source);
    return source ? std::string{} : source.error().message;
  };
  EXPECT_THAT(why("lines.kml"),
              AllOf(HasSubstr("is KML, which is not read"), HasSubstr("ogr2ogr")));
  EXPECT_THAT(why("Lines.GML"), HasSubstr("is GML, which is not read"));
  EXPECT_THAT(why("lines.dxf"), HasSubstr("is DXF, which is not read"));
  EXPECT_THAT(why("lines.tar.gz"), HasSubstr("unpack it"));
  EXPECT_THAT(why("lines.txt"), HasSubstr("is read as .csv: rename it"));
  EXPECT_THAT(why("lines.what"), AllOf(HasSubstr("those are GeoPackage"), HasSubstr("OpenDSS"),
                                       HasSubstr("OpenStreetMap")));
}

// lines.shp with its other parts.
void write_shapefile(const fs::path& folder) {
  auto writer = GisWriter::create(folder / "lines.shp");
  ASSERT_TRUE(writer) << describe(writer.error());
  const auto layer = writer->add_layer({"lines", GisGeometryType::line_string, {{"mrid"}}});
  ASSERT_TRUE(layer) << describe(layer.error());
  const std::vector<Position> shape = {{120, 30}, {120.001, 30}};
  ASSERT_TRUE(writer->write(*layer, std::vector<GisValue>{std::string_view{"L1"}}, shape));
  ASSERT_TRUE(writer->close());
}

TEST(OddShapefile, APartThatIsMissingIsNamed) {
  {
    const TownSource town;
    write_shapefile(town.folder());
    fs::remove(town.folder() / "lines.dbf");
    EXPECT_THAT(
        read(open(town, "lines.shp"), {{"mrid"}}).refusal,
        AllOf(HasSubstr("COLUMN_MISSING"), HasSubstr("the .dbf with its columns is missing")));
  }
  {
    const TownSource town;
    write_shapefile(town.folder());
    fs::remove(town.folder() / "lines.shx");
    const auto source = VectorSource::open(town.folder() / "lines.shp");
    ASSERT_FALSE(source);
    EXPECT_THAT(source.error().message, HasSubstr("with all its parts"));
  }
  {
    const TownSource town;
    write_shapefile(town.folder());
    fs::remove(town.folder() / "lines.shp");
    const auto source = VectorSource::open(town.folder());
    ASSERT_TRUE(source) << describe(source.error());
    const Read table = read(*source, {{"mrid"}});
    EXPECT_EQ(table.texts, (Rows{{"L1"}}));
    EXPECT_THAT(table.findings,
                ElementsAre(HasSubstr("the .shp that belongs to its .shx is missing")));
  }
  const TownSource town;
  write_shapefile(town.folder());
  EXPECT_THAT(read(open(town, "lines.shp"), {{"mrid"}}).findings, IsEmpty());
}

}  // namespace
}  // namespace gridmend::odd_sources_test
