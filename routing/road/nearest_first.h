#pragma once

#include <optional>
#include <vector>

#include "core/base/clock.h"
#include "routing/hierarchy/contraction_metric.h"

namespace gridmend {

// Crews that have some places to themselves for a while: which do they get to? The crew that is
// free first goes to the nearest place that is left, and so on.
struct NearestFirst {
  struct Crew {
    Time free{};   // it sets out no earlier
    Time until{};  // work begins before that
  };
  struct Place {
    Time ready = Time::min();
    Duration work{};
    Time done_by = Time::max();
    std::vector<char> crews;  // by crew: could it work here?
  };
  std::vector<Crew> crews;
  std::vector<Place> places;
  // Milliseconds from stop to stop, row by row; crews are stops, then places.
  std::vector<Weight> ms;

  // By place: somebody gets there. O(crews x places + places^2).
  std::vector<char> taken() const;

 private:
  std::optional<std::size_t> nearest(std::size_t crew, std::size_t at, Time free,
                                     const std::vector<char>& taken) const;
  Time begin(std::size_t at, std::size_t place, Time free) const;
};

}  // namespace gridmend
