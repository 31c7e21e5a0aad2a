#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "routing/road/fleet_roads.h"

namespace gridmend {

// Steps [first, until) of an outlook.
struct StepSpan {
  std::uint32_t first = 0;
  std::uint32_t until = 0;
  friend constexpr auto operator<=>(const StepSpan&, const StepSpan&) = default;
};

// Ways between pockets and safe ground. The pockets are a graph of their own, made once: how long
// its ways last, and how far it is from everywhere in it to the nearest ground, is found for all
// states together, once a step or span, and kept; a site's own ways are found along these distances
// (A* with the exact rest of the way, or a bound of it). One thread at a time. The roads must have
// safe ground and something else, and must outlive it.
class PocketSearch {
 public:
  // How far it is at the least between pockets' states and the nearest ground, in what was asked of
  // a search on roads of the same index: it holds on as long as roads become worse only.
  struct Bounds {
    struct Rest {
      std::vector<Weight> in, out;  // by number
      std::shared_ptr<const std::vector<std::uint32_t>>
          number;  // of pockets' states then, by state
    };
    std::map<StepSpan, Rest> by_span;
  };

  // Bounds save finding how far it is now.
  explicit PocketSearch(const FleetRoads& roads, Bounds bounds = {});
  Bounds take_bounds() &&;

  // Over roads that are all open from step `first` on: the first step in which the way that lasts
  // longest is closed; steps() when it stays; `first` or less when there is none.
  std::uint32_t until_in(std::uint32_t first, std::span<const SearchStart> doors);
  std::uint32_t until_out(std::uint32_t first, std::span<const SearchStart> doors);

  // What an answer depends on, as states: where nothing at them differs, and nothing became better
  // anywhere, the answer is the same. Of searches through whole pockets they are not kept.
  struct Basis {
    std::vector<std::uint32_t> states;
    bool too_many = false;  // then it is not known

    void add(std::uint32_t state) {
      if (states.size() == kMostStates) too_many = true;
      if (too_many) {
        states = {};
      } else {
        states.push_back(state);
      }
    }
    static constexpr std::size_t kMostStates = 4096;
  };

  // The quickest way on roads as slow as they get in the span; infinite: there is none.
  struct Quickest {
    double seconds = 0;
    Basis basis;
  };
  Quickest quickest_in(StepSpan steps, std::span<const SearchStart> doors);
  Quickest quickest_out(StepSpan steps, std::span<const SearchStart> doors);

  // Ways from safe ground in, as goals that end them on the ground's side: a matrix over lasting
  // roads that ends at them ends at the site. The nearest `kGates` gates only; empty: no way.
  struct WaysIn {
    std::vector<SearchGoal> goals;
    double longest_s = 0;
    Basis basis;
  };
  WaysIn ways_in(StepSpan steps, std::span<const SearchStart> doors);
  // The same out of the pocket, as starts.
  struct WaysOut {
    std::vector<SearchStart> starts;
    double longest_s = 0;
    Basis basis;
  };
  WaysOut ways_out(StepSpan steps, std::span<const SearchStart> doors);

  static constexpr std::size_t kGates = 8;

 private:
  // A place is a pocket's state by its number or, from pockets_ on, any state by its own.
  struct Arc {
    std::uint32_t slot = 0;   // of its edge in edges_
    std::uint32_t other = 0;  // the place at the other end
    Weight turn_ms = 0;
  };
  // The arcs of each pocket's state, in one direction.
  struct Arcs {
    std::vector<std::uint32_t> first{0};
    std::vector<Arc> arcs;
    std::span<const Arc> of(std::uint32_t place) const {
      return std::span{arcs}.subspan(first[place], first[place + 1] - first[place]);
    }
  };
  struct Lasting {
    std::vector<std::uint32_t> in, out;  // by pocket's state: until when
  };
  struct Held {
    std::vector<Weight> ms;     // by slot
    Bounds::Rest rest;          // by pocket's state
    bool exact = true;          // or at least so far
    std::size_t looked_at = 0;  // by searches along bounds
  };
  struct Gate {
    Weight ms;
    Id<GraphVertex> state;
    friend constexpr auto operator<=>(const Gate&, const Gate&) = default;
  };
  using Queue = std::vector<std::pair<Weight, std::uint32_t>>;

  void number_pockets();
  void add_arcs();
  std::uint32_t place_of(Id<GraphVertex> state) const {
    return number_[state.index] == kSafe ? pockets_ + state.index : number_[state.index];
  }
  const Lasting& lasting(std::uint32_t first);
  std::vector<std::uint32_t> spread(std::uint32_t first, std::span<const std::uint32_t> closes,
                                    const Arcs& along, const Arcs& against) const;
  Held& held(StepSpan steps);
  void find_rest(Held& held) const;
  std::vector<Weight> bound(const Bounds::Rest& rest,
                            const std::vector<Weight> Bounds::Rest::*way) const;
  std::vector<Weight> nearest(std::span<const Weight> ms, const Arcs& along,
                              const Arcs& against) const;
  // Places where a way in or out may begin at the site, with what it has cost so far.
  template <class Visit>
  void for_ways_in(StepSpan steps, std::span<const SearchStart> doors, Visit visit) const;
  template <class Visit>
  void for_ways_out(StepSpan steps, std::span<const SearchStart> doors, Visit visit) const;
  void begin();
  void reach(std::uint32_t place, Weight ms, std::span<const Weight> rest);
  // Adds to the basis what is looked at on the way.
  std::vector<Gate> run(Held& held, std::vector<Weight> Bounds::Rest::*way, const Arcs& along,
                        std::size_t most, Basis& basis);
  Basis doors_of(std::span<const SearchStart> doors) const;
  std::uint32_t state_of(std::uint32_t place) const {
    return place < pockets_ ? state_of_pocket_[place] : place - pockets_;
  }
  Quickest quickest(Weight least, std::uint32_t place, std::span<const Weight> ms,
                    std::span<const Weight> rest, const Arcs& along,
                    std::span<const SearchStart> doors) const;

  // From where the search has begun.
  Quickest nearest_gate(Held& held, std::vector<Weight> Bounds::Rest::*way, const Arcs& along,
                        std::span<const SearchStart> doors);

  static constexpr std::uint32_t kSafe = 0xffff'ffff;

  const FleetRoads& roads_;
  const RoadStates& states_;
  const RoadOutlook& outlook_;
  std::uint32_t pockets_ = 0;
  std::vector<std::uint32_t> number_;           // by state
  std::vector<std::uint32_t> state_of_pocket_;  // by number
  std::vector<Id<RoadEdge>> edges_;             // those ever open that pockets have arcs of
  Arcs out_, in_;
  std::map<std::uint32_t, Lasting> lasting_;
  std::map<StepSpan, Held> held_;

  Bounds bounds_;

  std::vector<Weight> ms_;  // by place
  std::vector<std::uint32_t> touched_;
  Queue queue_;
};

}  // namespace gridmend
