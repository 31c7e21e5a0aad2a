#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/outage/localiser.h"

namespace gridmend::storm {

// The reference storm: one feeder with a breaker (open with .02), three reclosers (.04), 10 to 18
// laterals behind each of the four (.05), a quarter of them with a second fuse, transformers (.01)
// with 3 to 14 customers each. What is open, what is heard and what is thought are drawn apart:
// truth never sees the localiser.
struct StormParameters {
  double last_gasp_reach = .8;
  double last_gasp_false = .002;
  double call_rate = .1;
  double call_false = .0005;
  // A transformer's concentrator takes all last gasps of its meters with it.
  double group_down_if_live = 0;
  double group_down_if_dead = 0;
};

struct Storm {
  NetworkModel network;
  std::vector<std::uint8_t> open;  // by device: truly open
  EvidenceBook evidence;
  Time at{};
};

// Several feeders are drawn one after another and share nothing.
Storm make_storm(Random& random, const StormParameters& parameters, int feeders = 1);

// What the storm was made with, so that posterior and truth are of one model.
LocaliserSettings matched_settings(const StormParameters& parameters);

// Scores over many storms. A device counts when it is open and fed: one that keeps people dark.
struct StormScore {
  std::uint64_t storms = 0;
  std::uint64_t exact = 0;  // storms whose explanation is the truth
  std::uint64_t hits = 0, false_alarms = 0, misses = 0;
  std::uint64_t customer_hits = 0, customer_false = 0, customer_misses = 0;
  struct Bin {
    std::uint64_t count = 0;
    double expected = 0;
    std::uint64_t happened = 0;
  };
  std::array<Bin, 10> bins;  // of p_active

  double device_f1() const;
  double customer_f1() const;
  double exact_share() const;
  double calibration_error() const;             // ECE
  double worst_bin(std::uint64_t least) const;  // of bins with at least so many devices
};

StormScore run_storms(const StormParameters& parameters, const LocaliserSettings& settings,
                      std::uint64_t storms, std::uint64_t seed);

}  // namespace gridmend::storm
