#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/network/switch_state.h"
#include "core/outage/evidence_book.h"
#include "core/outage/inference_forest.h"

namespace gridmend::accuracy {

// What a storm breaks and what is heard of it. Drawn from these numbers alone: nothing here reads
// the localiser's settings or likelihoods.
struct StormRates {
  // P(a device stands open), by what it is; lines add to the device that clears their faults.
  double source = .005, breaker = .02, recloser = .04, sectionaliser = .03, fuse = .05;
  double load_break_switch = .01, disconnector = .005, transformer = .01;
  double overhead_per_km = .01, underground_per_km = .002;
  double premises = .001;  // a usage point by itself, a shared service drop at once

  double last_gasp_reach = .8;    // of dead meters
  double last_gasp_false = .002;  // of live ones, in the two hours
  double call_rate = .1;          // of dead customers, in the end; half of them within 30 minutes
  double call_false = .0005;      // of live ones, in the two hours
  double pinged = 0;              // of all meters, after 110 minutes
  double ping_lost = .1, ping_false = .001;
  double concentrator_dies = 0;  // with its part of the network
  double concentrator_dead = 0;  // before the storm and all along
  double clock_error_s = 0;      // standard deviation, each item by itself
  double wrong_links = 0;        // meters that hang elsewhere than recorded
  double ordered = 0;            // of what stands open: somebody switched it off
  double ordered_known = 1;      // of that: and it was recorded
};

enum class Said : std::uint8_t { last_gasp, call, ping_answered, ping_unanswered };

struct Heard {
  Id<UsagePoint> meter;
  Said said = Said::last_gasp;
  Time at{};        // by the meter's clock
  Time received{};  // by ours
};

// One storm over a network. Everything opens within ten minutes; two hours later one looks.
struct AccuracyStorm {
  Time at{};
  SwitchState switches;             // with the orders that were recorded
  std::vector<Id<Device>> ordered;  // recorded orders
  std::vector<std::uint64_t> open;  // keys (zone_key) of what is open, fed, and keeps somebody dark
  std::vector<std::uint8_t> dark;   // by meter
  std::vector<Heard> heard;         // in order of receipt
};

// Names a zone across forests: by its device or, of a source, by its feeder.
std::uint64_t zone_key(const InferenceZone& zone);

// `forest` is that of normal operation.
AccuracyStorm draw_storm(const InferenceForest& forest, const StormRates& rates, Random random);

EvidenceBook record(const NetworkModel& network, const AccuracyStorm& storm);

}  // namespace gridmend::accuracy
