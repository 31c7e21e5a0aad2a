#pragma once

#include <iosfwd>
#include <span>
#include <string>

#include "bench/accuracy_score.h"

namespace gridmend::accuracy {

struct ReliabilitySeries {
  std::string name;
  ReliabilityBins bins;
};

// An SVG: what was said (across) against what happened (up), a dot a tenth, its area by the count's
// logarithm. Bins of fewer than `at_least` are left out. At most four series.
void write_reliability_diagram(std::ostream& out, const std::string& title,
                               std::span<const ReliabilitySeries> series, double at_least);

}  // namespace gridmend::accuracy
