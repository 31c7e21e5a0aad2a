#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "routing/hierarchy/contraction_query.h"

namespace gridmend {

// The ends of several places one after another: those of place i are ends[first[i]] to
// ends[first[i + 1] - 1]. A place without ends is reached by nobody.
struct PlaceEnds {
  std::vector<QueryEnd> ends;
  std::vector<std::uint32_t> first{0};

  std::uint32_t places() const { return static_cast<std::uint32_t>(first.size() - 1); }
  void add_place(std::span<const QueryEnd> place) {
    ends.insert(ends.end(), place.begin(), place.end());
    first.push_back(static_cast<std::uint32_t>(ends.size()));
  }
};

// The weight from every source to every target, row by row; kNoWay where there is no way. Only the
// part of the hierarchy above the targets is looked at, swept once for a block of sources side by
// side; where there are fewer targets, above the sources for blocks of targets. O(the fewer x edges
// above the others); blocks are shared by `threads` threads.
std::vector<Weight> contraction_matrix(const ContractionMetric& metric, const PlaceEnds& sources,
                                       const PlaceEnds& targets, unsigned threads = 1);

}  // namespace gridmend
