#include "core/network/phase_set.h"

namespace gridmend {

std::string to_string(PhaseSet phases) {
  constexpr std::uint8_t kConductors = PhaseSet::abc().bits | PhaseSet::kNeutral;
  if ((phases.bits & kConductors) == 0) return "-";
  std::string text;
  if (phases.one_of()) text += '?';
  constexpr char kLetters[] = {'A', 'B', 'C', 'N'};
  for (int i = 0; i < 4; ++i) {
    if ((phases.bits >> i & 1) != 0) text += kLetters[i];
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
  for (const char letter : text) {
    switch (letter) {
      case 'A':
      case 'a':
        phases.bits |= PhaseSet::kA;
        break;
      case 'B':
      case 'b':
        phases.bits |= PhaseSet::kB;
        break;
      case 'C':
      case 'c':
        phases.bits |= PhaseSet::kC;
        break;
      case 'N':
      case 'n':
        phases.bits |= PhaseSet::kNeutral;
        break;
      default:
        return std::nullopt;
    }
  }
  return phases;
}

}  // namespace gridmend
