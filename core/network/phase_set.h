#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gridmend {

// Conductors of a terminal: any of A, B, C and the neutral, or the two legs S1 and S2 of a
// split-phase secondary (CIM: s1, s2). `one_of` marks a single-phase thing whose phase is not
// known: it is on one of the phases named.
struct PhaseSet {
  static constexpr std::uint8_t kA = 1, kB = 2, kC = 4, kNeutral = 8, kOneOf = 16, kS1 = 32,
                                kS2 = 64;

  std::uint8_t bits = 0;

  static constexpr PhaseSet abc() { return {kA | kB | kC}; }
  static constexpr PhaseSet none() { return {0}; }
  static constexpr PhaseSet unknown_single() { return {kA | kB | kC | kOneOf}; }
  static constexpr PhaseSet split_phase() { return {kS1 | kS2}; }

  // The phases that carry load, A, B and C: bits 0 to 2.
  constexpr std::uint8_t live_bits() const { return bits & (kA | kB | kC); }
  // The legs of a split-phase secondary: bits 5 and 6.
  constexpr std::uint8_t split_bits() const { return bits & (kS1 | kS2); }
  constexpr bool any() const { return (live_bits() | split_bits()) != 0; }
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

// "ABCN", "AB", "s1s2N", "?ABC" for one_of, "-" for none.
std::string to_string(PhaseSet phases);
// Letters A, B, C, N and the legs s1, s2 (also "S1", "s12") in any order and case, with a leading
// '?' for one_of; "-" for none.
std::optional<PhaseSet> parse_phases(std::string_view text);

}  // namespace gridmend
