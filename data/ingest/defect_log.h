#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "data/region/defect.h"

namespace gridmend {

// How many findings there are of each class and severity; exact, whatever was kept in full.
class DefectTally {
 public:
  void count(DefectClass defect_class, DefectSeverity severity) {
    ++counts_[index(defect_class)][static_cast<std::size_t>(severity)];
  }
  std::size_t of(DefectClass defect_class, DefectSeverity severity) const {
    return counts_[index(defect_class)][static_cast<std::size_t>(severity)];
  }
  std::size_t of(DefectClass defect_class) const;
  std::size_t of(DefectSeverity severity) const;
  std::size_t total() const;
  void add(const DefectTally& other);
  // All of a class are of this severity now.
  void move(DefectClass defect_class, DefectSeverity severity);

 private:
  static std::size_t index(DefectClass defect_class) {
    return static_cast<std::size_t>(defect_class);
  }
  std::array<std::array<std::size_t, 3>, kDefectClasses> counts_{};
};

// Collects defects. Counts are exact; of one class at most `kKeptOfAClass` are kept in full and one
// entry says how many more there were, so that a hopeless source does not fill the memory: all
// classes at their limit are some 200 MB.
class DefectLog {
 public:
  static constexpr std::size_t kKeptOfAClass = 20'000;

  void add(Defect defect);
  // As if what `later` holds had been found now, one after another.
  void append(DefectLog later);
  // Whoever imports may think otherwise of a class: all of it, past findings, is given this
  // severity. O(defects kept).
  void set_severity(DefectClass defect_class, DefectSeverity severity);

  std::size_t count(DefectClass defect_class) const { return tally_.of(defect_class); }
  std::size_t count(DefectSeverity severity) const { return tally_.of(severity); }
  std::size_t total() const { return tally_.total(); }
  const DefectTally& tally() const { return tally_; }
  const std::vector<Defect>& defects() const { return defects_; }
  std::vector<Defect>& defects() { return defects_; }

  // The defects kept, in the order they were found, and the entries for those that were not.
  std::vector<Defect> finish() &&;

 private:
  std::vector<Defect> defects_;
  DefectTally tally_;
};

}  // namespace gridmend
