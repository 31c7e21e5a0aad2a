#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/base/check.h"

namespace gridmend {

// Seconds between sites, row-major: from row to column. Infinity: no way. It is all the tour
// planner ever sees of roads. Copies share what they hold: a large one fills a cache many times
// over.
class TravelMatrix {
 public:
  TravelMatrix() = default;
  TravelMatrix(std::uint32_t sites, std::vector<double> seconds)
      : sites_(sites), held_(std::make_shared<std::vector<double>>(std::move(seconds))) {
    GRIDMEND_CHECK(held_->size() == std::size_t{sites} * sites, "matrix is square");
    seconds_ = held_->data();
  }

  std::uint32_t sites() const { return sites_; }
  double operator()(std::uint32_t from, std::uint32_t to) const {
    return seconds_[std::size_t{from} * sites_ + to];
  }
  bool reachable(std::uint32_t from, std::uint32_t to) const {
    return std::isfinite((*this)(from, to));
  }

  // No way any more from another site to those that are not 0. In place where nobody shares it.
  void shut(std::span<const char> sites) {
    if (held_.use_count() > 1) *this = TravelMatrix(sites_, *held_);
    std::vector<std::uint32_t> columns;
    for (std::uint32_t to = 0; to < sites_; ++to) {
      if (sites[to] != 0) columns.push_back(to);
    }
    for (std::uint32_t from = 0; from < sites_; ++from) {
      double* const row = held_->data() + std::size_t{from} * sites_;
      for (const std::uint32_t to : columns) {
        if (to != from) row[to] = std::numeric_limits<double>::infinity();
      }
    }
  }

 private:
  std::uint32_t sites_ = 0;
  const double* seconds_ = nullptr;  // of held_
  std::shared_ptr<std::vector<double>> held_;
};

}  // namespace gridmend
