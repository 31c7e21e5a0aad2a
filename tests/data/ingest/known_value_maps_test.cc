#include "data/ingest/known_value_maps.h"

#include <gtest/gtest.h>

#include <string>

#include "data/ingest/field_binding.h"
#include "data/ingest/line_road_words.h"

namespace gridmend::known_value_maps_test {
namespace {

std::string meaning(std::string_view map, std::string_view word) {
  const KnownValues values = known_values(map).value();
  for (const auto& [value, means] : values) {
    if (value == word) return std::string{means};
  }
  return {};
}

TEST(KnownValueMaps, APositionIsReadAsItsMapReadsIt) {
  EXPECT_EQ(meaning("open_chinese", "分位"), "yes");
  EXPECT_EQ(meaning("open_chinese", "合位"), "no");
  EXPECT_EQ(meaning("open_words", "aberta"), "yes");
  EXPECT_EQ(read_open_position("Normally Open"), true);
  EXPECT_EQ(read_open_position("合位"), false);
  for (const char* of_a_map_alone : {"o", "on", "off", "开", "运行"}) {
    EXPECT_FALSE(read_open_position(of_a_map_alone)) << of_a_map_alone;
  }
}

TEST(KnownValueMaps, YesAndNoAreTheSameWordsForNetworksAndRoads) {
  for (const char* word : {"yes", "SIM", "verdadeiro", "oui", "有", "да", "1"}) {
    EXPECT_EQ(parse_flag(word), true) << word;
    EXPECT_EQ(read_bridge_word(word), RoadWord::yes) << word;
  }
  for (const char* word : {"No", "nej", "falso", "无", "нет", "0"}) {
    EXPECT_EQ(parse_flag(word), false) << word;
    EXPECT_EQ(read_tunnel_word(word), RoadWord::no) << word;
  }
  // On is closed for a switch, and yes for a bridge.
  EXPECT_FALSE(parse_flag("on"));
  EXPECT_EQ(read_bridge_word("on"), RoadWord::yes);
}

}  // namespace
}  // namespace gridmend::known_value_maps_test
