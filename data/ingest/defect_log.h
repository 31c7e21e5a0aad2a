#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "data/region/defect.h"

namespace gridmend {

// Collects defects. Counts are exact; of one class at most `kKeptOfAClass` are kept in full and one
// entry says how many more there were, so that a hopeless source does not fill the memory.
class DefectLog {
 public:
  static constexpr std::size_t kKeptOfAClass = 20'000;

  void add(Defect defect);

  std::size_t count(DefectClass defect_class) const {
    return counts_[static_cast<std::size_t>(defect_class)];
  }
  std::size_t count(DefectSeverity severity) const {
    return severities_[static_cast<std::size_t>(severity)];
  }
  std::size_t total() const;
  const std::vector<Defect>& defects() const { return defects_; }

  // The defects kept, in the order they were found, and the entries for those that were not.
  std::vector<Defect> finish() &&;

 private:
  std::vector<Defect> defects_;
  std::array<std::size_t, kDefectClasses> counts_{};
  std::array<std::size_t, 3> severities_{};
};

}  // namespace gridmend
