#include "data/ingest/line_road_words.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "data/ingest/known_value_maps.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/osm_road_tags.h"

namespace gridmend {
namespace {

constexpr std::array<std::string_view, 17> kNothing = {
    "",  "nan", "none", "null",   "nil",    "na",  "n/a",  "n.a.", "n.a",
    "-", "--",  "<na>", "<null>", "(null)", "\\n", "#n/a", "nat"};
constexpr std::array<std::string_view, 19> kBridges = {
    "bridge",   "viaduct",      "aqueduct",   "covered", "cantilever",
    "movable",  "trestle",      "suspension", "arch",    "beam",
    "truss",    "cable-stayed", "swing",      "bascule", "lift",
    "overpass", "flyover",      "brücke",     "桥"};
// What a culvert carries is the brook's: the road lies on the ground.
constexpr std::array<std::string_view, 1> kNoBridges = {"culvert"};
constexpr std::array<std::string_view, 1> kFords = {"low_water_crossing"};
constexpr std::array<std::string_view, 4> kTunnels = {"tunnel", "underpass", "covered", "隧道"};
constexpr std::array<std::string_view, 3> kNoTunnels = {"culvert", "building_passage",
                                                        "avalanche_protector"};

std::string_view without_quotes(std::string_view text) {
  constexpr std::string_view kAround = " \t'\"";
  const std::size_t begin = text.find_first_not_of(kAround);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kAround) + 1 - begin);
}

// "['a', 'b']" or "[a, nan]", and OSM's "a;b"; anything else is one.
std::vector<std::string_view> listed(std::string_view text) {
  char between = ';';
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
    between = ',';
  }
  std::vector<std::string_view> result;
  while (true) {
    const std::size_t end = text.find(between);
    result.push_back(without_quotes(text.substr(0, end)));
    if (end == text.npos) return result;
    text.remove_prefix(end + 1);
  }
}

// Numbers that were read as real ones, and words that in other columns are positions of switches.
std::optional<bool> yes_or_no(std::string_view word) {
  if (word == "on" || word == "1.0") return true;
  if (word == "off" || word == "0.0") return false;
  return read_yes_no(word);
}

template <typename Read>
RoadWord agreed(std::string_view text, Read&& read) {
  const std::string lowered = lower_case(text);
  std::optional<RoadWord> result;
  for (const std::string_view word : listed(lowered)) {
    const RoadWord one = says_nothing(word) ? RoadWord::nothing : read(word);
    if (result && *result != one) return RoadWord::unknown;
    result = one;
  }
  return result.value_or(RoadWord::nothing);
}

}  // namespace

bool says_nothing(std::string_view text) {
  // Longer texts are names: nothing is copied of them.
  return text.size() <= 8 && one_of(lower_case(without_quotes(text)), kNothing);
}

RoadWord read_bridge_word(std::string_view text) {
  return agreed(text, [](std::string_view word) {
    if (const auto said = yes_or_no(word)) return *said ? RoadWord::yes : RoadWord::no;
    if (one_of(word, kBridges)) return RoadWord::yes;
    if (one_of(word, kNoBridges)) return RoadWord::no;
    return one_of(word, kFords) ? RoadWord::ford : RoadWord::unknown;
  });
}

RoadWord read_tunnel_word(std::string_view text) {
  return agreed(text, [](std::string_view word) {
    if (const auto said = yes_or_no(word)) return *said ? RoadWord::yes : RoadWord::no;
    if (one_of(word, kTunnels)) return RoadWord::yes;
    return one_of(word, kNoTunnels) ? RoadWord::no : RoadWord::unknown;
  });
}

OnewayWord read_oneway_word(std::string_view text) {
  const std::string lowered = lower_case(text);
  const std::string_view word = without_quotes(lowered);
  if (one_of(word, std::array<std::string_view, 9>{"yes", "y", "true", "1", "1.0", "f", "ft",
                                                   "forward", "oneway"})) {
    return {true, false};
  }
  if (one_of(word,
             std::array<std::string_view, 6>{"-1", "-1.0", "reverse", "t", "tf", "backward"})) {
    return {false, true};
  }
  const bool both = says_nothing(word) ||
                    one_of(word, std::array<std::string_view, 11>{"no", "n", "false", "0", "0.0",
                                                                  "b", "both", "twoway", "two-way",
                                                                  "reversible", "alternating"});
  return {true, true, both};
}

std::optional<double> read_speed_word_kmh(std::string_view text) {
  std::optional<double> slowest;
  for (const std::string_view word : listed(text)) {
    const auto speed =
        says_nothing(word) && word != "none" ? std::nullopt : parse_osm_speed_kmh(word);
    if (speed && (!slowest || *speed < *slowest)) slowest = speed;
  }
  return slowest;
}

}  // namespace gridmend
