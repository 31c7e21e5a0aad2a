#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/ingest/written_number.h"
#include "tests/data/ingest/read_layer.h"

namespace gridmend::positions_in_columns_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

}  // namespace
}  // namespace gridmend::positions_in_columns_test
