#include "routing/road/pocket_search.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "core/base/check.h"

namespace gridmend {
namespace {

// A span takes some hundred kilobytes in a city; a plan asks for a dozen.
constexpr std::size_t kMostSpans = 256;

double as_seconds(Weight ms) {
  return ms < kNoWay ? ms / 1000.0 : std::numeric_limits<double>::infinity();
}

}  // namespace

PocketSearch::PocketSearch(const FleetRoads& roads, Bounds bounds)
    : roads_(roads),
      states_(roads.index().states()),
      outlook_(roads.outlook()),
      bounds_(std::move(bounds)) {
  GRIDMEND_CHECK(!roads.safe_ground().empty(), "there is safe ground and something else");
  number_pockets();
  add_arcs();
  ms_.assign(std::size_t{pockets_} + states_.size(), kNoWay);
}

PocketSearch::Bounds PocketSearch::take_bounds() && {
  const auto number = std::make_shared<const std::vector<std::uint32_t>>(std::move(number_));
  Bounds bounds = std::move(bounds_);
  for (auto& [steps, held] : held_) {
    held.rest.number = number;
    bounds.by_span.insert_or_assign(steps, std::move(held.rest));
  }
  if (bounds.by_span.size() > kMostSpans) bounds.by_span.clear();
  return bounds;
}

void PocketSearch::number_pockets() {
  number_.assign(states_.size(), kSafe);
  for (std::uint32_t state = 0; state < states_.size(); ++state) {
    if (roads_.safe_ground()[state] != 0) continue;
    number_[state] = pockets_++;
    state_of_pocket_.push_back(state);
  }
}

void PocketSearch::add_arcs() {
  constexpr std::uint32_t kNever = 0xffff'ffff;
  constexpr std::uint32_t kUnknown = 0xffff'fffe;
  std::vector<std::uint32_t> slots(states_.graph().edges().size(), kUnknown);
  const auto slot_of = [&](Id<RoadEdge> edge) {
    std::uint32_t& slot = slots[edge.index];
    if (slot == kUnknown) {
      slot = outlook_.ever_open(edge) ? static_cast<std::uint32_t>(edges_.size()) : kNever;
      if (slot != kNever) edges_.push_back(edge);
    }
    return slot;
  };
  const auto end_place = [](Arcs& arcs) {
    arcs.first.push_back(static_cast<std::uint32_t>(arcs.arcs.size()));
  };
  for (std::uint32_t state = 0; state < states_.size(); ++state) {
    if (number_[state] == kSafe) continue;
    for (std::uint32_t a = states_.first_arc()[state]; a < states_.first_arc()[state + 1]; ++a) {
      const RoadStates::Arc& arc = states_.arcs()[a];
      const std::uint32_t slot = slot_of(arc.edge);
      if (slot != kNever) out_.arcs.push_back({slot, place_of(arc.to), arc.turn_ms});
    }
    end_place(out_);
    for (const Id<GraphArc> id : states_.arcs_into(Id<GraphVertex>{state})) {
      const RoadStates::Arc& arc = states_.arcs()[id.index];
      const std::uint32_t slot = slot_of(arc.edge);
      if (slot != kNever) in_.arcs.push_back({slot, place_of(states_.from(id)), arc.turn_ms});
    }
    end_place(in_);
  }
}

// The way that lasts longest is a way whose first closing is the latest (a widest path): found from
// the ground into the pockets, the latest first. `along` are the arcs as the way uses them from a
// state towards the ground, `against` the same from their other ends.
std::vector<std::uint32_t> PocketSearch::spread(std::uint32_t first,
                                                std::span<const std::uint32_t> closes,
                                                const Arcs& along, const Arcs& against) const {
  std::vector<std::uint32_t> until(pockets_, first);
  std::vector<std::vector<std::uint32_t>> by_until(outlook_.steps() + std::size_t{1});
  const auto reach = [&](std::uint32_t place, std::uint32_t lasts) {
    if (lasts <= until[place]) return;
    until[place] = lasts;
    by_until[lasts].push_back(place);
  };
  for (std::uint32_t place = 0; place < pockets_; ++place) {
    for (const Arc& arc : along.of(place)) {
      if (arc.other >= pockets_) reach(place, closes[arc.slot]);
    }
  }
  for (std::uint32_t lasts = outlook_.steps(); lasts > first; --lasts) {
    auto& bucket = by_until[lasts];
    while (!bucket.empty()) {
      const std::uint32_t place = bucket.back();
      bucket.pop_back();
      if (until[place] != lasts) continue;
      for (const Arc& arc : against.of(place)) {
        if (arc.other < pockets_) reach(arc.other, std::min(lasts, closes[arc.slot]));
      }
    }
  }
  return until;
}

const PocketSearch::Lasting& PocketSearch::lasting(std::uint32_t first) {
  const auto [known, fresh] = lasting_.try_emplace(first);
  if (!fresh) return known->second;
  std::vector<std::uint32_t> closes;
  closes.reserve(edges_.size());
  for (const Id<RoadEdge> edge : edges_) closes.push_back(outlook_.closes(edge, first));
  known->second = {spread(first, closes, in_, out_), spread(first, closes, out_, in_)};
  return known->second;
}

std::uint32_t PocketSearch::until_in(std::uint32_t first, std::span<const SearchStart> doors) {
  const Lasting& ways = lasting(first);
  std::uint32_t until = first;
  for (const SearchStart& door : doors) {
    std::uint32_t best = first;
    for (const Id<GraphArc> arc : states_.arcs_of(door.place.edge)) {
      const std::uint32_t number = number_[states_.from(arc).index];
      best = std::max(best, number == kSafe ? outlook_.steps() : ways.in[number]);
    }
    until = std::max(until, std::min(best, outlook_.closes(door.place.edge, first)));
  }
  return until;
}

std::uint32_t PocketSearch::until_out(std::uint32_t first, std::span<const SearchStart> doors) {
  const Lasting& ways = lasting(first);
  std::uint32_t until = first;
  for (const SearchStart& door : doors) {
    const std::uint32_t number = number_[states_.after(door.place.edge).index];
    const std::uint32_t best = number == kSafe ? outlook_.steps() : ways.out[number];
    until = std::max(until, std::min(best, outlook_.closes(door.place.edge, first)));
  }
  return until;
}

std::vector<Weight> PocketSearch::nearest(std::span<const Weight> ms, const Arcs& along,
                                          const Arcs& against) const {
  std::vector<Weight> least(pockets_, kNoWay);
  Queue queue;
  for (std::uint32_t place = 0; place < pockets_; ++place) {
    for (const Arc& arc : along.of(place)) {
      if (arc.other < pockets_) continue;
      least[place] = std::min(least[place], plus(ms[arc.slot], arc.turn_ms));
    }
    if (least[place] < kNoWay) queue.emplace_back(least[place], place);
  }
  std::ranges::make_heap(queue, std::greater{});
  while (!queue.empty()) {
    std::ranges::pop_heap(queue, std::greater{});
    const auto [now, place] = queue.back();
    queue.pop_back();
    if (now > least[place]) continue;
    for (const Arc& arc : against.of(place)) {
      if (arc.other >= pockets_ || ms[arc.slot] >= kNoWay) continue;
      const Weight there = plus(now, ms[arc.slot] + arc.turn_ms);
      if (there >= least[arc.other]) continue;
      least[arc.other] = there;
      queue.emplace_back(there, arc.other);
      std::ranges::push_heap(queue, std::greater{});
    }
  }
  return least;
}

PocketSearch::Held& PocketSearch::held(StepSpan steps) {
  if (const auto known = held_.find(steps); known != held_.end()) return known->second;
  if (held_.size() >= kMostSpans) held_.clear();
  Held& made = held_[steps];
  made.ms.reserve(edges_.size());
  for (const Id<RoadEdge> edge : edges_) {
    made.ms.push_back(outlook_.held_milliseconds(edge, steps.first, steps.until - 1));
  }
  if (const auto known = bounds_.by_span.find(steps); known != bounds_.by_span.end()) {
    made.exact = false;
    made.rest.in = bound(known->second, &Bounds::Rest::in);
    made.rest.out = bound(known->second, &Bounds::Rest::out);
  } else {
    find_rest(made);
  }
  return made;
}

void PocketSearch::find_rest(Held& held) const {
  held.rest.in = nearest(held.ms, in_, out_);
  held.rest.out = nearest(held.ms, out_, in_);
  held.exact = true;
}

// Where there is a pocket now and was ground then, nothing is known.
std::vector<Weight> PocketSearch::bound(const Bounds::Rest& rest,
                                        const std::vector<Weight> Bounds::Rest::*way) const {
  std::vector<Weight> least;
  least.reserve(pockets_);
  for (const std::uint32_t state : state_of_pocket_) {
    const std::uint32_t number = (*rest.number)[state];
    least.push_back(number == kSafe ? 0 : (rest.*way)[number]);
  }
  return least;
}

template <class Visit>
void PocketSearch::for_ways_in(StepSpan steps, std::span<const SearchStart> doors,
                               Visit visit) const {
  for (const SearchStart& door : doors) {
    const Weight whole = outlook_.held_milliseconds(door.place.edge, steps.first, steps.until - 1);
    if (whole >= kNoWay) continue;
    const Weight part =
        plus(milliseconds_to(states_.graph(), whole, door.place), to_milliseconds(door.seconds));
    for (const Id<GraphArc> arc : states_.arcs_of(door.place.edge)) {
      visit(place_of(states_.from(arc)), plus(part, states_.arcs()[arc.index].turn_ms));
    }
  }
}

template <class Visit>
void PocketSearch::for_ways_out(StepSpan steps, std::span<const SearchStart> doors,
                                Visit visit) const {
  for (const SearchStart& door : doors) {
    const Weight whole = outlook_.held_milliseconds(door.place.edge, steps.first, steps.until - 1);
    if (whole >= kNoWay) continue;
    const Weight rest = whole - milliseconds_to(states_.graph(), whole, door.place);
    visit(place_of(states_.after(door.place.edge)), plus(rest, to_milliseconds(door.seconds)));
  }
}

PocketSearch::Basis PocketSearch::doors_of(std::span<const SearchStart> doors) const {
  Basis basis;
  for (const SearchStart& door : doors) {
    basis.add(states_.after(door.place.edge).index);
    for (const Id<GraphArc> arc : states_.arcs_of(door.place.edge))
      basis.add(states_.from(arc).index);
  }
  return basis;
}

// The way from `place` on is where each step leaves just so much to go.
PocketSearch::Quickest PocketSearch::quickest(Weight least, std::uint32_t place,
                                              std::span<const Weight> ms,
                                              std::span<const Weight> rest, const Arcs& along,
                                              std::span<const SearchStart> doors) const {
  if (least >= kNoWay) return {as_seconds(least), {}};  // worse roads make no way
  Quickest found{as_seconds(least), doors_of(doors)};
  while (place < pockets_) {
    found.basis.add(state_of_pocket_[place]);
    const auto next = std::ranges::find_if(along.of(place), [&](const Arc& arc) {
      const Weight to_go = arc.other < pockets_ ? rest[arc.other] : 0;
      return plus(to_go, plus(ms[arc.slot], arc.turn_ms)) == rest[place];
    });
    place = next->other;
  }
  found.basis.add(state_of(place));
  return found;
}

PocketSearch::Quickest PocketSearch::quickest_in(StepSpan steps,
                                                 std::span<const SearchStart> doors) {
  Held& conditions = held(steps);
  if (!conditions.exact) {
    begin();
    for_ways_in(steps, doors,
                [&](std::uint32_t place, Weight ms) { reach(place, ms, conditions.rest.in); });
    return nearest_gate(conditions, &Bounds::Rest::in, in_, doors);
  }
  Weight least = kNoWay;
  std::uint32_t at = 0;
  for_ways_in(steps, doors, [&](std::uint32_t place, Weight ms) {
    const Weight whole = plus(ms, place < pockets_ ? conditions.rest.in[place] : 0);
    if (whole < least) least = whole, at = place;
  });
  return quickest(least, at, conditions.ms, conditions.rest.in, in_, doors);
}

PocketSearch::Quickest PocketSearch::quickest_out(StepSpan steps,
                                                  std::span<const SearchStart> doors) {
  Held& conditions = held(steps);
  if (!conditions.exact) {
    begin();
    for_ways_out(steps, doors,
                 [&](std::uint32_t place, Weight ms) { reach(place, ms, conditions.rest.out); });
    return nearest_gate(conditions, &Bounds::Rest::out, out_, doors);
  }
  Weight least = kNoWay;
  std::uint32_t at = 0;
  for_ways_out(steps, doors, [&](std::uint32_t place, Weight ms) {
    const Weight whole = plus(ms, place < pockets_ ? conditions.rest.out[place] : 0);
    if (whole < least) least = whole, at = place;
  });
  return quickest(least, at, conditions.ms, conditions.rest.out, out_, doors);
}

PocketSearch::Quickest PocketSearch::nearest_gate(Held& held,
                                                  std::vector<Weight> Bounds::Rest::*way,
                                                  const Arcs& along,
                                                  std::span<const SearchStart> doors) {
  Basis basis = doors_of(doors);
  const std::vector<Gate> gates = run(held, way, along, 1, basis);
  if (gates.empty()) return {as_seconds(kNoWay), {}};
  return {as_seconds(gates[0].ms), std::move(basis)};
}

void PocketSearch::begin() {
  for (const std::uint32_t place : touched_) ms_[place] = kNoWay;
  touched_.clear();
  queue_.clear();
}

void PocketSearch::reach(std::uint32_t place, Weight ms, std::span<const Weight> rest) {
  if (ms >= ms_[place]) return;
  const Weight to_go = place < pockets_ ? rest[place] : 0;
  if (to_go >= kNoWay) return;
  if (ms_[place] == kNoWay) touched_.push_back(place);
  ms_[place] = ms;
  queue_.emplace_back(plus(ms, to_go), place);
  std::ranges::push_heap(queue_, std::greater{});
}

// The nearest gates, ties by state.
std::vector<PocketSearch::Gate> PocketSearch::run(Held& held,
                                                  std::vector<Weight> Bounds::Rest::*way,
                                                  const Arcs& along, std::size_t most,
                                                  Basis& basis) {
  const std::vector<Weight>& rest = held.rest.*way;
  std::vector<Gate> gates;
  std::size_t looked_at = 0;
  while (!queue_.empty()) {
    std::ranges::pop_heap(queue_, std::greater{});
    const auto [whole, place] = queue_.back();
    queue_.pop_back();
    if (gates.size() >= most && whole > gates[most - 1].ms) break;
    if (place >= pockets_) {
      if (whole != ms_[place]) continue;
      gates.push_back({whole, Id<GraphVertex>{place - pockets_}});
      basis.add(place - pockets_);
      continue;
    }
    const Weight now = ms_[place];
    if (whole > plus(now, rest[place])) continue;
    ++looked_at;
    basis.add(state_of_pocket_[place]);
    for (const Arc& arc : along.of(place)) {
      if (held.ms[arc.slot] >= kNoWay) continue;
      reach(arc.other, plus(now, held.ms[arc.slot] + arc.turn_ms), rest);
    }
  }
  // Bounds that mislead cost more than finding how far it is.
  if (!held.exact && (held.looked_at += looked_at) > std::size_t{2} * pockets_) find_rest(held);
  basis.states.shrink_to_fit();
  std::ranges::sort(gates);
  if (gates.size() > most) gates.resize(most);
  return gates;
}

PocketSearch::WaysIn PocketSearch::ways_in(StepSpan steps, std::span<const SearchStart> doors) {
  Held& conditions = held(steps);
  begin();
  for_ways_in(steps, doors,
              [&](std::uint32_t place, Weight ms) { reach(place, ms, conditions.rest.in); });
  WaysIn ways;
  ways.basis = doors_of(doors);
  for (const Gate& gate : run(conditions, &Bounds::Rest::in, in_, kGates, ways.basis)) {
    for (const Id<GraphArc> id : states_.arcs_into(gate.state)) {
      const Id<RoadEdge> edge = states_.arcs()[id.index].edge;
      const bool ground = number_[states_.from(id).index] == kSafe;
      if (!ground || roads_.lasting().conditions().closed(edge)) continue;
      const auto length_m = static_cast<double>(states_.graph().edges()[edge].length_m);
      ways.goals.push_back({{edge, length_m, 0, {}}, as_seconds(gate.ms), 0});
      ways.longest_s = std::max(ways.longest_s, as_seconds(gate.ms));
    }
  }
  return ways;
}

PocketSearch::WaysOut PocketSearch::ways_out(StepSpan steps, std::span<const SearchStart> doors) {
  Held& conditions = held(steps);
  begin();
  for_ways_out(steps, doors,
               [&](std::uint32_t place, Weight ms) { reach(place, ms, conditions.rest.out); });
  WaysOut ways;
  ways.basis = doors_of(doors);
  for (const Gate& gate : run(conditions, &Bounds::Rest::out, out_, kGates, ways.basis)) {
    const std::uint32_t state = gate.state.index;
    for (std::uint32_t a = states_.first_arc()[state]; a < states_.first_arc()[state + 1]; ++a) {
      const RoadStates::Arc& arc = states_.arcs()[a];
      const bool ground = number_[arc.to.index] == kSafe;
      if (!ground || roads_.lasting().conditions().closed(arc.edge)) continue;
      const double seconds = as_seconds(plus(gate.ms, arc.turn_ms));
      ways.starts.push_back({{arc.edge, 0, 0, {}}, seconds});
      ways.longest_s = std::max(ways.longest_s, seconds);
    }
  }
  return ways;
}

}  // namespace gridmend
