#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/network/records.h"

namespace gridmend {

// Whatever carries load: phases A, B, C and the legs S1, S2; no neutral, no one_of.
constexpr std::uint8_t conductor_bits(PhaseSet phases) {
  return phases.live_bits() | phases.split_bits();
}

// What someone gets of the conductors they hang on; `unknown`: the phases recorded do not say.
enum class Liveness : std::uint8_t { dead, partly, live, unknown };
std::string_view to_string(Liveness liveness);

// Supply at one connectivity node, conductor by conductor (A, B, C and the legs S1, S2; the neutral
// is nobody's supply). Each set is read as "if it is this conductor": where `connected` is one_of,
// there is a single conductor, and `live` names the phases on which it would be live. So a phase
// that is not known is carried, never guessed.
struct PhaseSupply {
  PhaseSet connected;  // lead here from a source, opened ones included
  PhaseSet live;       // of these
  PhaseSet unknown;    // of these: may be live

  static constexpr PhaseSupply source() { return {PhaseSet::abc(), PhaseSet::abc(), {}}; }

  // For someone on all conductors of `wanted`, or on one of them (one_of). A wish that nothing
  // here answers to (data that contradict, legs against phases) is read as one of what is here.
  // `unknown` when nothing is connected at all.
  Liveness of(PhaseSet wanted) const;

  friend constexpr bool operator==(const PhaseSupply&, const PhaseSupply&) = default;
};

// The conductors of a terminal that an opening of `open` leaves closed: A, B and C open together
// open the legs too.
PhaseSet left_closed(PhaseSet terminal, PhaseSet open);

// The phases of a device's second terminal: `to_phases`, or where that is none, `phases`.
PhaseSet phases_at_to(const Device& device);

enum class FlowDirection : std::uint8_t { from_to, to_from };

// What a device passes on of `supply` from its one end to the other, `open` phases (of the terminal
// at `from`) passing nothing. O(1).
//
// Lines, switches, regulators: each conductor to its own kind, those both terminals have. A single
// conductor that changes its name between its terminals is still one conductor.
// Power transformers, by their windings, told from the terminals alone:
// - one phase, or one of unknown phase, at `from`: one winding; all of `to` lives with that phase,
//   both legs of a split secondary too;
// - two phases without a neutral: one winding between them, all of `to` needs both (or the one of
//   them that leads there at all);
//   if `to` has three phases, it is a bank of two, and with one phase lost `to` is unknown;
// - two phases with a neutral: two windings, each phase to its own; a third phase at `to` (open
// wye,
//   open delta) needs both, and is unknown with one;
// - three phases: each to its own, as in a wye-wye bank; legs at `to` hang on phases that nobody
//   recorded, so with some lost they are unknown.
// Fed from `to`, a winding needs all of its `to`; with some of it the rest is unknown. A side fed
// by conductors of another naming (legs where phases are recorded, or the reverse) takes them as
// its own; where two recorded phases contradict, nothing passes and nothing is connected.
PhaseSupply pass(const Device& device, PhaseSet open, FlowDirection direction,
                 const PhaseSupply& supply);

// Is `device` a further conductor beside the devices of a bundle (three single-phase fuses, the
// tanks of an open delta), all between the same two nodes? No when one of them has all its phases,
// or it all of theirs: those close a loop. Devices of one unknown phase stand side by side up to
// three. A bundle never has more than kMostInBundle members.
inline constexpr std::size_t kMostInBundle = 10;
bool completes_bundle(std::span<const Device* const> bundle, const Device& device);

// What devices side by side bring to one node together.
PhaseSupply side_by_side(std::span<const PhaseSupply> members);

// What two ways from a source bring to one node that closed devices join in a loop: a conductor is
// live when either makes it so.
PhaseSupply either_way(const PhaseSupply& a, const PhaseSupply& b);

}  // namespace gridmend
