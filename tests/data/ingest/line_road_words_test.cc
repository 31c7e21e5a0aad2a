#include "data/ingest/line_road_words.h"

#include <gtest/gtest.h>

namespace gridmend::line_road_words_test {
namespace {

TEST(LineRoadWords, OnlyKnownWordsMakeABridgeOrATunnel) {
  using enum RoadWord;
  for (const char* text : {"", "nan", "NaN", "None", "null", "NULL", "NA", "n/a", "n.a.", "-",
                           "<NA>", " ", "'nan'", "[nan, nan]"}) {
    EXPECT_EQ(read_bridge_word(text), nothing) << text;
    EXPECT_EQ(read_tunnel_word(text), nothing) << text;
  }
  for (const char* text : {"yes", "Y", "true", "T", "1", "1.0", "viaduct", "Aqueduct", "covered",
                           "movable", "['yes', 'viaduct']", "yes;cantilever"}) {
    EXPECT_EQ(read_bridge_word(text), yes) << text;
  }
  for (const char* text : {"no", "N", "false", "F", "0", "0.0", "culvert", "['no', 'no']"}) {
    EXPECT_EQ(read_bridge_word(text), no) << text;
    EXPECT_EQ(read_tunnel_word(text), no) << text;
  }
  for (const char* text : {"missing", "maybe", "2", "['yes', 'no']", "['yes', nan]", "yesterday"}) {
    EXPECT_EQ(read_bridge_word(text), unknown) << text;
    EXPECT_EQ(read_tunnel_word(text), unknown) << text;
  }
  EXPECT_EQ(read_bridge_word("low_water_crossing"), ford) << "it is made to be flooded";
  EXPECT_EQ(read_tunnel_word("building_passage"), no);
  EXPECT_EQ(read_tunnel_word("underpass"), yes);
}

TEST(LineRoadWords, DirectionsAreSaidInManyWays) {
  const auto open = [](const char* text) {
    const OnewayWord word = read_oneway_word(text);
    return std::string{word.forward ? "f" : ""} + (word.backward ? "b" : "") +
           (word.known ? "" : "?");
  };
  for (const char* text : {"yes", "Y", "True", "1", "1.0", "F", "FT"}) EXPECT_EQ(open(text), "f");
  for (const char* text : {"-1", "reverse", "T", "TF"}) EXPECT_EQ(open(text), "b") << text;
  for (const char* text : {"", "no", "N", "0", "B", "nan", "None", "reversible"}) {
    EXPECT_EQ(open(text), "fb") << text;
  }
  for (const char* text : {"einbahn", "2", "maybe"}) EXPECT_EQ(open(text), "fb?") << text;
}

TEST(LineRoadWords, OfSeveralSpeedsTheSlowestCounts) {
  EXPECT_EQ(read_speed_word_kmh("50"), 50);
  EXPECT_EQ(read_speed_word_kmh("['50', '30']"), 30);
  EXPECT_EQ(read_speed_word_kmh("50;30"), 30);
  EXPECT_EQ(read_speed_word_kmh("['50', nan]"), 50);
  EXPECT_EQ(read_speed_word_kmh("none"), 120) << "OSM's word for a road without a limit";
  for (const char* text : {"", "nan", "None", "<NA>", "fast"}) {
    EXPECT_FALSE(read_speed_word_kmh(text)) << text;
  }
}

}  // namespace
}  // namespace gridmend::line_road_words_test
