#include "data/ingest/known_value_maps.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "data/ingest/letter_case.h"

namespace gridmend {
namespace {

using Meaning = std::pair<std::string_view, std::string_view>;

// ArcFM and the Utility Network of ArcGIS: A is 4, B is 2, C is 1, N is 8.
constexpr auto kBitsCba = std::to_array<Meaning>({{"1", "C"},
                                                  {"2", "B"},
                                                  {"3", "BC"},
                                                  {"4", "A"},
                                                  {"5", "AC"},
                                                  {"6", "AB"},
                                                  {"7", "ABC"},
                                                  {"9", "CN"},
                                                  {"10", "BN"},
                                                  {"11", "BCN"},
                                                  {"12", "AN"},
                                                  {"13", "ACN"},
                                                  {"14", "ABN"},
                                                  {"15", "ABCN"},
                                                  {"0", "?ABC"}});

// A is 1, B is 2, C is 4, N is 8.
constexpr auto kBitsAbc = std::to_array<Meaning>({{"1", "A"},
                                                  {"2", "B"},
                                                  {"3", "AB"},
                                                  {"4", "C"},
                                                  {"5", "AC"},
                                                  {"6", "BC"},
                                                  {"7", "ABC"},
                                                  {"9", "AN"},
                                                  {"10", "BN"},
                                                  {"11", "ABN"},
                                                  {"12", "CN"},
                                                  {"13", "ACN"},
                                                  {"14", "BCN"},
                                                  {"15", "ABCN"},
                                                  {"0", "?ABC"}});

// Digits for letters: "12" is A and B.
constexpr auto kDigits = std::to_array<Meaning>({{"1", "A"},
                                                 {"2", "B"},
                                                 {"3", "C"},
                                                 {"12", "AB"},
                                                 {"13", "AC"},
                                                 {"23", "BC"},
                                                 {"123", "ABC"},
                                                 {"1-2", "AB"},
                                                 {"1-3", "AC"},
                                                 {"2-3", "BC"},
                                                 {"1-2-3", "ABC"},
                                                 {"0", "?ABC"}});

// The names of IEC 60445, for the three phases; where L1 and L2 are the legs of a split phase, they
// are s1 and s2 instead.
constexpr auto kIec = std::to_array<Meaning>({{"L1", "A"},
                                              {"L2", "B"},
                                              {"L3", "C"},
                                              {"L1L2", "AB"},
                                              {"L1L3", "AC"},
                                              {"L2L3", "BC"},
                                              {"L1L2L3", "ABC"},
                                              {"L1N", "AN"},
                                              {"L2N", "BN"},
                                              {"L3N", "CN"},
                                              {"L1L2N", "ABN"},
                                              {"L1L3N", "ACN"},
                                              {"L2L3N", "BCN"},
                                              {"L1L2L3N", "ABCN"},
                                              {"L1L2L3PEN", "ABCN"}});

// 甲乙丙, the letters with 相, and the colours of the phases: yellow, green, red.
constexpr auto kChinese = std::to_array<Meaning>(
    {{"甲", "A"},       {"乙", "B"},        {"丙", "C"},          {"甲相", "A"},
     {"乙相", "B"},     {"丙相", "C"},      {"甲乙", "AB"},       {"甲丙", "AC"},
     {"乙丙", "BC"},    {"甲乙丙", "ABC"},  {"A相", "A"},         {"B相", "B"},
     {"C相", "C"},      {"AB相", "AB"},     {"AC相", "AC"},       {"BC相", "BC"},
     {"ABC相", "ABC"},  {"ABCN相", "ABCN"}, {"A", "A"},           {"B", "B"},
     {"C", "C"},        {"AB", "AB"},       {"AC", "AC"},         {"BC", "BC"},
     {"ABC", "ABC"},    {"ABCN", "ABCN"},   {"AN", "AN"},         {"BN", "BN"},
     {"CN", "CN"},      {"黄", "A"},        {"绿", "B"},          {"红", "C"},
     {"黄绿红", "ABC"}, {"三相", "ABC"},    {"三相四线", "ABCN"}, {"三相三线", "ABC"},
     {"单相", "?ABC"},  {"两相", "?ABC"},   {"未知", "?ABC"}});

template <std::size_t N, std::size_t M>
constexpr std::array<Meaning, N + M> joined(const std::array<Meaning, N>& a,
                                            const std::array<Meaning, M>& b) {
  std::array<Meaning, N + M> all{};
  for (std::size_t i = 0; i < N; ++i) all[i] = a[i];
  for (std::size_t i = 0; i < M; ++i) all[N + i] = b[i];
  return all;
}

// Of the positions of a switch those words that mean nothing else in any other column; their maps
// have more.
constexpr auto kPlainChinesePositions = std::to_array<Meaning>({{"分", "yes"},
                                                                {"断开", "yes"},
                                                                {"打开", "yes"},
                                                                {"分闸", "yes"},
                                                                {"分位", "yes"},
                                                                {"常开", "yes"},
                                                                {"合", "no"},
                                                                {"闭合", "no"},
                                                                {"合闸", "no"},
                                                                {"合位", "no"},
                                                                {"常闭", "no"}});
constexpr auto kChinesePositions = joined(
    kPlainChinesePositions,
    std::to_array<Meaning>(
        {{"开", "yes"}, {"热备用", "yes"}, {"冷备用", "yes"}, {"关", "no"}, {"运行", "no"}}));

constexpr auto kPlainPositions = std::to_array<Meaning>({{"open", "yes"},
                                                         {"opened", "yes"},
                                                         {"normally open", "yes"},
                                                         {"aberto", "yes"},
                                                         {"aberta", "yes"},
                                                         {"abierto", "yes"},
                                                         {"abierta", "yes"},
                                                         {"offen", "yes"},
                                                         {"ouvert", "yes"},
                                                         {"closed", "no"},
                                                         {"close", "no"},
                                                         {"normally closed", "no"},
                                                         {"fechado", "no"},
                                                         {"fechada", "no"},
                                                         {"cerrado", "no"},
                                                         {"cerrada", "no"},
                                                         {"geschlossen", "no"},
                                                         {"fermé", "no"}});
constexpr auto kOpenWords =
    joined(kPlainPositions,
           std::to_array<Meaning>({{"o", "yes"}, {"off", "yes"}, {"c", "no"}, {"on", "no"}}));

constexpr auto kYesNo = std::to_array<Meaning>(
    {{"yes", "yes"}, {"y", "yes"},   {"true", "yes"},       {"t", "yes"},  {"1", "yes"},
     {"是", "yes"},  {"有", "yes"},  {"sim", "yes"},        {"sí", "yes"}, {"si", "yes"},
     {"ja", "yes"},  {"oui", "yes"}, {"verdadeiro", "yes"}, {"да", "yes"}, {"verdadero", "yes"},
     {"no", "no"},   {"n", "no"},    {"false", "no"},       {"f", "no"},   {"0", "no"},
     {"否", "no"},   {"无", "no"},   {"não", "no"},         {"nao", "no"}, {"nein", "no"},
     {"non", "no"},  {"nej", "no"},  {"falso", "no"},       {"нет", "no"}});

constexpr auto kChineseKinds = std::to_array<Meaning>({{"*断路器*", "breaker"},
                                                       {"*重合器*", "recloser"},
                                                       {"*分段器*", "sectionaliser"},
                                                       {"*熔断器*", "fuse"},
                                                       {"*跌落*", "fuse"},
                                                       {"*负荷开关*", "load_break_switch"},
                                                       {"*环网柜*", "load_break_switch"},
                                                       {"*隔离*", "disconnector"},
                                                       {"*刀闸*", "disconnector"},
                                                       {"*闸刀*", "disconnector"}});

struct Named {
  std::string_view name;
  KnownValues values;
};

constexpr auto kMaps = std::to_array<Named>({{"phases_bits_cba", kBitsCba},
                                             {"phases_bits_abc", kBitsAbc},
                                             {"phases_digits", kDigits},
                                             {"phases_iec", kIec},
                                             {"phases_chinese", kChinese},
                                             {"open_chinese", kChinesePositions},
                                             {"open_words", kOpenWords},
                                             {"kinds_chinese", kChineseKinds}});

std::optional<bool> meaning_of(std::string_view text, KnownValues words) {
  for (const auto& [word, meaning] : words) {
    if (same_word(word, text)) return meaning == "yes";
  }
  return std::nullopt;
}

}  // namespace

std::optional<bool> read_yes_no(std::string_view text) { return meaning_of(text, kYesNo); }

std::optional<bool> read_open_position(std::string_view text) {
  const auto position = meaning_of(text, kPlainPositions);
  return position ? position : meaning_of(text, kPlainChinesePositions);
}

std::optional<KnownValues> known_values(std::string_view name) {
  for (const Named& map : kMaps) {
    if (map.name == name) return map.values;
  }
  return std::nullopt;
}

std::string known_value_maps() {
  std::string names;
  for (const Named& map : kMaps) names += (names.empty() ? "" : ", ") + std::string{map.name};
  return names;
}

}  // namespace gridmend
