#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/network/link_suspicion.h"
#include "core/network/network_model.h"

namespace gridmend {

// Made towns whose links between usage points and transformers have been spoilt, and how well
// suspicions find what was spoilt. Used by tests and by bench/links_bench.cc.

struct Spoiling {
  double share = 0.05;           // of the links, or of the buildings
  bool whole_buildings = false;  // all usage points of a building go wrong together
  bool low_voltage = true;       // false: the lines behind transformers are taken away
};

struct SpoiltLinks {
  NetworkModel network;
  std::vector<Id<Device>> truth;  // by usage point
  std::size_t wrong = 0;
};

// A town of data/synth as an import brings it in.
Result<NetworkRecords> town_records(std::uint64_t usage_points, std::uint64_t seed);

// A wrong link leads to one of the five nearest other transformers, with the connectivity node:
// that of the nearest pole behind it, or its own where no low voltage is drawn.
SpoiltLinks spoil_links(const NetworkRecords& records, const Spoiling& spoiling, Random& random);

struct LinkScore {
  struct Bin {
    std::size_t count = 0, wrong = 0;
    double predicted = 0;  // mean probability that the link is wrong
  };
  struct At {
    double threshold = 0;
    std::size_t said = 0;       // usage points whose likelier transformer reaches the threshold
    std::size_t wrong = 0;      // of them: the link is wrong
    std::size_t corrected = 0;  // of these: the likelier transformer is the true one
  };
  std::size_t usage_points = 0, wrong = 0;
  double area_under_curve = 0;  // a wrong link is more suspected than a right one
  std::array<At, 4> at{{{0.5}, {0.8}, {0.9}, {0.95}}};
  std::array<Bin, 10> bins{};  // tenths of the probability that the link is wrong
};
LinkScore score(const SpoiltLinks& spoilt, const SuspectedLinks& links);

}  // namespace gridmend
