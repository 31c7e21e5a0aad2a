#pragma once

#include <cstdint>
#include <vector>

#include "bench/accuracy_storm.h"

namespace gridmend::accuracy {

// The rule that outage management systems have had for thirty years, as an honest opponent: reports
// are counted at their transformer, and roll up to a common upstream device by counts and
// percentages. It uses what the localiser uses: last gasps (those within a window of each other, so
// that scattered false ones do not add up), calls, and answered pings, which clear a transformer.
struct RuleParameters {
  int reports = 1;         // at a transformer, or all its customers, until it is suspected
  int least = 2;           // suspected branches, or all there are, until a device is,
  double share = .5;       // and of all its branches so many
  bool by_branch = true;   // branches are those of the device itself; else all transformers behind
  double window_min = 0;   // last gasps count together that lie so near; 0: all
  bool likeliest = true;   // of devices in a row that only together feed somebody, the one that
                           // opens by itself, rather than the first
  bool lone_calls = true;  // who called and is behind nothing suspected is dark by himself
};

struct RuleAnswer {
  std::vector<std::uint64_t> open;  // zone_key, ascending
  std::vector<std::uint8_t> dark;   // by meter
};

// Counts once what every set of parameters needs; `forest` is that of the recorded switches.
class UpstreamRule {
 public:
  UpstreamRule(const InferenceForest& forest, const AccuracyStorm& storm);
  RuleAnswer answer(const RuleParameters& parameters) const;

  // Every set of parameters that tuning tries.
  static std::vector<RuleParameters> grid();

 private:
  struct Reports {
    std::vector<double> gasps_min;  // ascending
    int calls = 0;
    bool lives = false;
    int count(double window_min) const;
  };

  std::vector<std::uint8_t> suspects(const RuleParameters& parameters) const;
  Id<InferenceZone> likeliest_in_row(Id<InferenceZone> zone) const;

  const InferenceForest& forest_;
  std::vector<Reports> reports_;         // by zone, of its own customers
  std::vector<std::uint32_t> branches_;  // by zone: that feed somebody, its own customers as one
  std::vector<std::uint32_t> leaves_;    // by zone: zones with customers of their own, behind
  std::vector<Id<UsagePoint>> callers_;
};

}  // namespace gridmend::accuracy
