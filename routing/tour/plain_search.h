#pragma once

#include "routing/tour/search.h"

namespace gridmend {

// search() for plain problems, where whole stretches of tours have a constant-time price: ruin and
// recreate or a double bridge, then descent over near places, under simulated annealing.
SearchResult search_plain(const ProblemIndex& index, const CrewSequences& first, std::uint64_t seed,
                          const SearchLimits& limits);

}  // namespace gridmend
