#pragma once

#include <vector>

namespace gridmend {

// What was found of single sources (source_estimates.h); by SourceIndex of the EvidenceBook.
// Sources beyond the end are like all.
struct SourceReliability {
  // log P(source | a call is false) - log P(source | it is not).
  std::vector<double> calls;
  // Of a source's reports, the share that has nothing to do with their devices.
  std::vector<double> unrelated;

  friend bool operator==(const SourceReliability&, const SourceReliability&) = default;
};

}  // namespace gridmend
