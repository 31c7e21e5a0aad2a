#include "core/network/phase_supply.h"

#include <algorithm>
#include <array>
#include <bit>

namespace gridmend {
namespace {

constexpr std::uint8_t kPhases = PhaseSet::kA | PhaseSet::kB | PhaseSet::kC;
constexpr std::uint8_t kLegs = PhaseSet::kS1 | PhaseSet::kS2;

int count(PhaseSet phases) { return std::popcount(conductor_bits(phases)); }
bool is_single(PhaseSet phases) { return phases.one_of() || count(phases) == 1; }

PhaseSet conductors(std::uint8_t bits, bool one_of) {
  // A single conductor of which one phase is left is known.
  const bool unsure = one_of && std::popcount(bits) > 1;
  return {static_cast<std::uint8_t>(bits | (unsure ? PhaseSet::kOneOf : 0))};
}

// Three sets of conductors as bits, and whether they are one conductor of unknown phase.
PhaseSupply make_supply(unsigned connected, unsigned live, unsigned unknown, bool one_of) {
  const auto has = static_cast<std::uint8_t>(connected);
  const auto lives = static_cast<std::uint8_t>(live & connected);
  const auto may = static_cast<std::uint8_t>(unknown & connected & ~live);
  PhaseSupply supply{conductors(has, one_of), {lives}, {may}};
  if (supply.connected.one_of()) {
    if (lives != 0) supply.live.bits |= PhaseSet::kOneOf;
    if (may != 0) supply.unknown.bits |= PhaseSet::kOneOf;
  }
  return supply;
}

// One names phases where the other names legs.
bool named_otherwise(std::uint8_t here, std::uint8_t there) {
  return here != 0 && there != 0 && ((here & kPhases) == 0) != ((there & kPhases) == 0) &&
         (here & there) == 0;
}

struct Winding {
  PhaseSet at_supply;
  PhaseSet fed;
  bool some_is_unknown = false;  // with some of `at_supply` lost; else nothing is fed then
};

// All of `fed` lives with all of `at_supply`.
PhaseSupply through_winding(const Winding& winding, const PhaseSupply& supply) {
  const std::uint8_t named = conductor_bits(winding.at_supply);
  const std::uint8_t here = conductor_bits(supply.connected);
  const unsigned have = named_otherwise(here, named) ? here : unsigned{here} & named;
  if (have == 0) return {};
  const unsigned live = supply.live.bits & have;
  const unsigned may = supply.unknown.bits & have;
  const bool one_of = winding.at_supply.one_of() || supply.connected.one_of();
  const unsigned fed = conductor_bits(winding.fed);
  const bool lives = live == have;
  const bool unknown = one_of || winding.some_is_unknown ? (live | may) != 0 : (live | may) == have;
  return make_supply(fed, lives ? fed : 0, unknown ? fed : 0, winding.fed.one_of());
}

PhaseSupply through_conductors(PhaseSet phases, const PhaseSupply& supply) {
  const unsigned through = conductor_bits(phases);
  return make_supply(supply.connected.bits & through, supply.live.bits & through,
                     supply.unknown.bits & through, phases.one_of() || supply.connected.one_of());
}

// Without what `open` opens at a terminal of these phases; connected stays.
PhaseSupply opened(const PhaseSupply& supply, PhaseSet terminal, PhaseSet open) {
  if (!open.any()) return supply;
  const std::uint8_t here = conductor_bits(supply.connected);
  std::uint8_t closed = conductor_bits(left_closed(terminal, open));
  // Conductors of the other naming pass as one, opened when all of the terminal is.
  if (named_otherwise(here, conductor_bits(terminal))) closed = closed != 0 ? here : 0;
  return make_supply(here, supply.live.bits & closed, supply.unknown.bits & closed,
                     supply.connected.one_of());
}

PhaseSupply through_line(const Device& device, FlowDirection direction, const PhaseSupply& supply) {
  const PhaseSet from = device.phases;
  const PhaseSet to = phases_at_to(device);
  const PhaseSet entered = direction == FlowDirection::from_to ? from : to;
  const PhaseSet left = direction == FlowDirection::from_to ? to : from;
  if (named_otherwise(conductor_bits(supply.connected), conductor_bits(entered))) {
    return through_winding({entered, left, true}, supply);
  }
  if (from == to) return through_conductors(from, supply);
  if (is_single(from) && is_single(to) && conductor_bits(from & to) == 0) {
    return through_winding({entered, left}, supply);
  }
  return through_conductors(left, through_conductors(entered, supply));
}

// Phases each to their own; those that only `to` has live with all of `from`.
PhaseSupply through_bank(PhaseSet from, PhaseSet to, FlowDirection direction,
                         const PhaseSupply& supply) {
  const PhaseSet own = from & to;
  if (direction == FlowDirection::to_from) {
    return through_conductors(from, supply);
  }
  PhaseSupply fed = through_conductors(own, supply);
  const PhaseSet further = to.without(own);
  if (!further.any()) return fed;
  const PhaseSupply bridged = through_winding({from, further, true}, supply);
  return make_supply(fed.connected.bits | bridged.connected.bits, fed.live.bits | bridged.live.bits,
                     fed.unknown.bits | bridged.unknown.bits, fed.connected.one_of());
}

PhaseSupply through_transformer(const Device& device, FlowDirection direction,
                                const PhaseSupply& supply) {
  const PhaseSet from = device.phases;
  const PhaseSet to = phases_at_to(device);
  const bool forward = direction == FlowDirection::from_to;
  const auto winding = [&](bool some_is_unknown) {
    return forward ? through_winding({from, to, some_is_unknown}, supply)
                   : through_winding({to, from, true}, supply);
  };
  if (from.one_of() && to.one_of() && (from & to).live_bits() != 0) {
    return through_conductors(from & to, supply);
  }
  if (is_single(from)) return winding(false);
  const bool legs_only = to.live_bits() == 0;
  if (count(from) == 2 && (from.bits & PhaseSet::kNeutral) == 0) return winding(count(to) == 3);
  if (legs_only) return winding(count(from) > 2);
  if (named_otherwise(conductor_bits(supply.connected), conductor_bits(forward ? from : to))) {
    return winding(true);
  }
  return through_bank(from, to, direction, supply);
}

Liveness all_of(unsigned wanted, const PhaseSupply& supply) {
  const unsigned live = supply.live.bits & wanted;
  const unsigned may = supply.unknown.bits & wanted;
  if (live == wanted) return Liveness::live;
  if ((live | may) == 0) return Liveness::dead;
  const bool some_dead = (live | may) != wanted;
  return live != 0 && (some_dead || may == 0) ? Liveness::partly : Liveness::unknown;
}

Liveness one_of_them(unsigned wanted, const PhaseSupply& supply) {
  if ((supply.live.bits & wanted) == wanted) return Liveness::live;
  return ((supply.live.bits | supply.unknown.bits) & wanted) == 0 ? Liveness::dead
                                                                  : Liveness::unknown;
}

}  // namespace

std::string_view to_string(Liveness liveness) {
  constexpr std::array<std::string_view, 4> kNames = {"dead", "partly", "live", "unknown"};
  return kNames.at(static_cast<std::size_t>(liveness));
}

Liveness PhaseSupply::of(PhaseSet wanted) const {
  const std::uint8_t here = conductor_bits(connected);
  if (here == 0) return Liveness::unknown;
  const unsigned found = unsigned{here} & conductor_bits(wanted);
  if (found == 0) return one_of_them(here, *this);
  if (wanted.one_of() || connected.one_of()) return one_of_them(found, *this);
  return all_of(found, *this);
}

PhaseSet left_closed(PhaseSet terminal, PhaseSet open) {
  const unsigned opened = open.live_bits() == kPhases ? kPhases | kLegs : conductor_bits(open);
  return {static_cast<std::uint8_t>(terminal.bits & ~opened)};
}

PhaseSet phases_at_to(const Device& device) {
  return device.to_phases == PhaseSet::none() ? device.phases : device.to_phases;
}

PhaseSupply pass(const Device& device, PhaseSet open, FlowDirection direction,
                 const PhaseSupply& supply) {
  const bool transformer = device.kind == DeviceKind::power_transformer;
  const auto through = [&](const PhaseSupply& entering) {
    return transformer ? through_transformer(device, direction, entering)
                       : through_line(device, direction, entering);
  };
  if (direction == FlowDirection::from_to) return through(opened(supply, device.phases, open));
  return opened(through(supply), device.phases, open);
}

bool completes_bundle(std::span<const Device* const> bundle, const Device& device) {
  if (!device.phases.any() || bundle.size() >= kMostInBundle) return false;
  const auto covers = [](PhaseSet a, PhaseSet b) {
    return (conductor_bits(b) & ~conductor_bits(a)) == 0;
  };
  return std::ranges::all_of(bundle, [&](const Device* member) {
    if (member->phases.one_of() || device.phases.one_of()) {
      return bundle.size() < 3 && is_single(member->phases) && is_single(device.phases);
    }
    const PhaseSet to = phases_at_to(device);
    const PhaseSet member_to = phases_at_to(*member);
    const bool within = covers(member->phases, device.phases) && covers(member_to, to);
    const bool around = covers(device.phases, member->phases) && covers(to, member_to);
    return !within && !around;
  });
}

PhaseSupply side_by_side(std::span<const PhaseSupply> members) {
  unsigned connected = 0, live = 0, may = 0;
  int unnamed = 0;
  for (const PhaseSupply& member : members) {
    if (member.connected.one_of()) {
      ++unnamed;
      continue;
    }
    connected |= conductor_bits(member.connected);
    live |= conductor_bits(member.live);
    may |= conductor_bits(member.unknown);
  }
  if (unnamed == 0) return make_supply(connected, live, may, false);
  // A phase that a named conductor has is none of the unnamed ones'; for each other phase,
  // whichever of the unnamed conductors has it.
  const unsigned named = connected;
  unsigned all_live = kPhases | kLegs, some_live = 0, candidates = 0;
  for (const PhaseSupply& member : members) {
    if (!member.connected.one_of()) continue;
    const unsigned its = conductor_bits(member.connected) & ~named;
    candidates |= its;
    all_live &= conductor_bits(member.live) | ~its;
    some_live |= (conductor_bits(member.live) | conductor_bits(member.unknown)) & its;
  }
  const bool one_of = unnamed == 1 && named == 0;
  return make_supply(named | candidates, live | (all_live & candidates), may | some_live, one_of);
}

PhaseSupply either_way(const PhaseSupply& a, const PhaseSupply& b) {
  const bool same_kind =
      a.connected.one_of() == b.connected.one_of() || !a.connected.any() || !b.connected.any();
  unsigned live = conductor_bits(a.live) | conductor_bits(b.live);
  // A single conductor of unknown phase makes one of the known ones live, nobody knows which.
  unsigned doubtful = 0;
  if (!same_kind) {
    const PhaseSupply& known = a.connected.one_of() ? b : a;
    doubtful = conductor_bits(known.connected) & ~conductor_bits(known.live) & live;
    live &= ~doubtful;
  }
  return make_supply(conductor_bits(a.connected) | conductor_bits(b.connected), live,
                     conductor_bits(a.unknown) | conductor_bits(b.unknown) | doubtful,
                     same_kind && (a.connected.one_of() || b.connected.one_of()));
}

}  // namespace gridmend
