#include "data/ingest/defect_log.h"

#include <numeric>
#include <utility>

namespace gridmend {

void DefectLog::add(Defect defect) {
  std::size_t& count = counts_[static_cast<std::size_t>(defect.defect_class)];
  ++count;
  ++severities_[static_cast<std::size_t>(defect.severity)];
  if (count <= kKeptOfAClass) defects_.push_back(std::move(defect));
}

std::size_t DefectLog::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0});
}

std::vector<Defect> DefectLog::finish() && {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] <= kKeptOfAClass) continue;
    Defect more;
    more.defect_class = static_cast<DefectClass>(i);
    more.severity = DefectSeverity::note;
    more.message =
        std::to_string(counts_[i] - kKeptOfAClass) + " more of this class are not listed";
    defects_.push_back(std::move(more));
  }
  return std::move(defects_);
}

}  // namespace gridmend
