#include "data/ingest/defect_log.h"

#include <numeric>
#include <utility>

namespace gridmend {

std::size_t DefectTally::of(DefectClass defect_class) const {
  const auto& severities = counts_[index(defect_class)];
  return std::accumulate(severities.begin(), severities.end(), std::size_t{0});
}

std::size_t DefectTally::of(DefectSeverity severity) const {
  std::size_t sum = 0;
  for (const auto& severities : counts_) sum += severities[static_cast<std::size_t>(severity)];
  return sum;
}

std::size_t DefectTally::total() const {
  return of(DefectSeverity::note) + of(DefectSeverity::warning) + of(DefectSeverity::severe);
}

void DefectTally::add(const DefectTally& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    for (std::size_t s = 0; s < counts_[i].size(); ++s) counts_[i][s] += other.counts_[i][s];
  }
}

void DefectTally::move(DefectClass defect_class, DefectSeverity severity) {
  const std::size_t all = of(defect_class);
  counts_[index(defect_class)] = {};
  counts_[index(defect_class)][static_cast<std::size_t>(severity)] = all;
}

void DefectLog::set_severity(DefectClass defect_class, DefectSeverity severity) {
  tally_.move(defect_class, severity);
  for (Defect& defect : defects_) {
    if (defect.defect_class == defect_class) defect.severity = severity;
  }
}

void DefectLog::add(Defect defect) {
  tally_.count(defect.defect_class, defect.severity);
  if (tally_.of(defect.defect_class) <= kKeptOfAClass) defects_.push_back(std::move(defect));
}

void DefectLog::append(DefectLog later) {
  std::array<std::size_t, kDefectClasses> of_class{};
  for (Defect& defect : later.defects_) {
    const std::size_t number = ++of_class[static_cast<std::size_t>(defect.defect_class)];
    if (tally_.of(defect.defect_class) + number > kKeptOfAClass) continue;
    defects_.push_back(std::move(defect));
  }
  tally_.add(later.tally_);
}

std::vector<Defect> DefectLog::finish() && {
  for (std::size_t i = 0; i < kDefectClasses; ++i) {
    const auto defect_class = static_cast<DefectClass>(i);
    if (tally_.of(defect_class) <= kKeptOfAClass) continue;
    Defect more;
    more.defect_class = defect_class;
    more.severity = DefectSeverity::note;
    more.message = std::to_string(tally_.of(defect_class) - kKeptOfAClass) +
                   " more of this class are not listed";
    defects_.push_back(std::move(more));
  }
  return std::move(defects_);
}

}  // namespace gridmend
