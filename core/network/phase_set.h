#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gridmend {

// Conductors of a terminal: any of A, B, C and the neutral. `one_of` marks a single-phase thing
// whose phase is not known: it is on one of the phases named.
struct PhaseSet {
  static constexpr std::uint8_t kA = 1, kB = 2, kC = 4, kNeutral = 8, kOneOf = 16;

  std::uint8_t bits = 0;

  static constexpr PhaseSet abc() { return {kA | kB | kC}; }
  static constexpr PhaseSet none() { return {0}; }
  static constexpr PhaseSet unknown_single() { return {kA | kB | kC | kOneOf}; }

  // The phases that carry load, A, B and C: bits 0 to 2.
  constexpr std::uint8_t live_bits() const { return bits & (kA | kB | kC); }
  constexpr bool any() const { return live_bits() != 0; }
  constexpr bool one_of() const { return (bits & kOneOf) != 0; }

  friend constexpr PhaseSet operator&(PhaseSet a, PhaseSet b) {
    return {static_cast<std::uint8_t>(a.bits & b.bits)};
  }
  friend constexpr PhaseSet operator|(PhaseSet a, PhaseSet b) {
    return {static_cast<std::uint8_t>(a.bits | b.bits)};
  }
  constexpr PhaseSet without(PhaseSet b) const {
    return {static_cast<std::uint8_t>(bits & ~b.bits)};
  }
  friend constexpr bool operator==(PhaseSet, PhaseSet) = default;
};

// "ABCN", "AB", "?ABC" for one_of, "-" for none.
std::string to_string(PhaseSet phases);
// Letters A, B, C, N in any order and case, with a leading '?' for one_of; "-" for none.
std::optional<PhaseSet> parse_phases(std::string_view text);

}  // namespace gridmend
