#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "core/outage/device_priors.h"
#include "core/outage/evidence_book.h"
#include "core/outage/inference_forest.h"
#include "core/outage/settings.h"

namespace gridmend {

// What returns of supply are read from. What is dated after `until` is not known yet.
struct HeardReturns {
  const InferenceForest& forest;
  const EvidenceBook& book;
  std::span<const ZoneReport> reports;  // by zone; their evidence is looked up in the book
  Time until{};
  const ReliabilityParameters& reliability;
};

// Of a probability that settings may have at 0 or 1, finite all the same.
inline double clamped_log(double probability) {
  return std::log(std::clamp(probability, 1e-9, 1.0));
}

}  // namespace gridmend
