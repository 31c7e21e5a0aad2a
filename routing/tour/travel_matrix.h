#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/base/check.h"

namespace gridmend {

// Seconds between sites, row-major: from row to column. Infinity: no way. It is all the tour
// planner ever sees of roads.
class TravelMatrix {
 public:
  TravelMatrix() = default;
  TravelMatrix(std::uint32_t sites, std::vector<double> seconds)
      : sites_(sites), seconds_(std::move(seconds)) {
    GRIDMEND_CHECK(seconds_.size() == std::size_t{sites} * sites, "matrix is square");
  }

  std::uint32_t sites() const { return sites_; }
  double operator()(std::uint32_t from, std::uint32_t to) const {
    return seconds_[std::size_t{from} * sites_ + to];
  }
  bool reachable(std::uint32_t from, std::uint32_t to) const {
    return std::isfinite((*this)(from, to));
  }

 private:
  std::uint32_t sites_ = 0;
  std::vector<double> seconds_;
};

}  // namespace gridmend
