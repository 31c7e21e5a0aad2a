#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/geo/position.h"

namespace gridmend {

// A line and the junctions it names as its ends.
struct JunctionLine {
  std::string_view from, to;  // ids; empty: none
  Position front, back;       // where it is drawn
};

// By line: 1 where it is drawn from its `to` to its `from`. Tools that make one line of a street's
// two directions leave the ids as they come. A junction lies where most of its lines have an end;
// lines whose junctions are nobody else's, or lie nowhere near their ends, are taken as they say.
// Ends within the tolerance are one place. O(lines log lines).
std::vector<char> drawn_against(std::span<const JunctionLine> lines, double tolerance_m);

}  // namespace gridmend
