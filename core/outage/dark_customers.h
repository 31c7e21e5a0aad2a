#pragma once

#include <cstdint>

#include "core/outage/localiser.h"

namespace gridmend {

// Customers behind a zone that are without supply: the posterior mean, and the 5 % and 95 %
// quantiles of the mixture "all of them (the zone is dark), or those behind deeper cuts", the
// latter as a normal distribution with its exact mean and variance. Single premises are not
// counted. Where the water's depths are uncertain, customers behind several devices in it are dark
// together or not at all: the quantiles are of the mixture over its errors.
struct DarkCustomers {
  double mean = 0;
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};

// O(zones and usage points behind).
DarkCustomers dark_customers(const InferenceForest& forest, const Posterior& posterior,
                             const TreePosterior& tree, Id<InferenceZone> zone);

}  // namespace gridmend
