#include "core/network/phase_set.h"

#include <utility>

namespace gridmend {

std::string to_string(PhaseSet phases) {
  if ((phases.bits & ~PhaseSet::kOneOf) == 0) return "-";
  std::string text;
  if (phases.one_of()) text += '?';
  constexpr std::pair<std::uint8_t, std::string_view> kNames[] = {
      {PhaseSet::kA, "A"},   {PhaseSet::kB, "B"},   {PhaseSet::kC, "C"},
      {PhaseSet::kS1, "s1"}, {PhaseSet::kS2, "s2"}, {PhaseSet::kNeutral, "N"}};
  for (const auto& [bit, name] : kNames) {
    if ((phases.bits & bit) != 0) text += name;
  }
  return text;
}

std::optional<PhaseSet> parse_phases(std::string_view text) {
  if (text == "-") return PhaseSet::none();
  PhaseSet phases;
  if (!text.empty() && text.front() == '?') {
    phases.bits = PhaseSet::kOneOf;
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  const auto is_one_of = [](char letter, std::string_view letters) {
    return letters.find(letter) != std::string_view::npos;
  };
  while (!text.empty()) {
    const char letter = text.front();
    text.remove_prefix(1);
    if (is_one_of(letter, "Aa")) {
      phases.bits |= PhaseSet::kA;
    } else if (is_one_of(letter, "Bb")) {
      phases.bits |= PhaseSet::kB;
    } else if (is_one_of(letter, "Cc")) {
      phases.bits |= PhaseSet::kC;
    } else if (is_one_of(letter, "Nn")) {
      phases.bits |= PhaseSet::kNeutral;
    } else if (is_one_of(letter, "Ss") && !text.empty() && is_one_of(text.front(), "12")) {
      for (; !text.empty() && is_one_of(text.front(), "12"); text.remove_prefix(1)) {
        phases.bits |= text.front() == '1' ? PhaseSet::kS1 : PhaseSet::kS2;
      }
    } else {
      return std::nullopt;
    }
  }
  return phases;
}

}  // namespace gridmend
