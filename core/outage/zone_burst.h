#pragma once

#include <span>

#include "core/outage/heard_returns.h"

namespace gridmend {

// The first of the newest power-ups together by which a zone came back; kNeverHeard.
struct ZoneBurst {
  Time back{};
  bool is_coming_back = false;  // power-ups of its drops may still be on their way
};

// Of a zone, where it is known of those next behind it, by zone: when they came back by power-ups,
// and since when somebody behind each is dark whom nothing was heard of since. SupplyReturns says
// what counts. O(own usage points + zones next behind, log).
ZoneBurst newest_burst(const HeardReturns& heard, Id<InferenceZone> zone,
                       std::span<const Time> bursts, std::span<const Time> dark);

template <class Visitor>
void visit_next_behind(const InferenceForest& forest, Id<InferenceZone> zone, Visitor&& visitor) {
  const std::span<const InferenceZone> zones = forest.zones();
  for (std::uint32_t z = zone.index + 1; z < zones[zone.index].zones_end; z = zones[z].zones_end)
    visitor(z);
}

}  // namespace gridmend
