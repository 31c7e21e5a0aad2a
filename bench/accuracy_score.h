#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "bench/accuracy_storm.h"

namespace gridmend::accuracy {

struct Counts {
  double hits = 0, false_alarms = 0, misses = 0;
  double precision() const;
  double recall() const;
  double f1() const;
};

// Predictions by tenths of their probability, with what became true.
struct ReliabilityBins {
  struct Bin {
    double count = 0, expected = 0, happened = 0;
  };
  std::array<Bin, 10> bins;

  void add(double p, bool happened);
  double error() const;                 // ECE: mean |said - happened|, weighed by count
  double worst(double at_least) const;  // of bins with so many
};

// Over many storms. A device counts when it is open, fed and keeps somebody dark; a feeder is exact
// when the devices named in its tree are those that count.
class AccuracyScore {
 public:
  // Keys ascending. `forest` is the one both speak of.
  void add(const InferenceForest& forest, const AccuracyStorm& storm,
           std::span<const std::uint64_t> named, std::span<const std::uint8_t> dark);

  Counts devices, households;
  ReliabilityBins device_bins, household_bins;
  double feeders = 0, exact = 0;
  double ordered_named = 0;  // devices named that somebody had switched off

  double exact_rate() const { return feeders > 0 ? exact / feeders : 1; }
};

}  // namespace gridmend::accuracy
