#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/network/link_suspicion.h"
#include "core/outage/evidence_book.h"
#include "core/outage/inference_forest.h"
#include "core/outage/outage.h"
#include "core/outage/settings.h"

namespace gridmend {

// A transformer without supply from one time to another.
struct DarkSpell {
  Id<Device> transformer;
  Time from{};
  Time to{};

  friend bool operator==(const DarkSpell&, const DarkSpell&) = default;
};

// What an outage that is over says of the transformers behind its probable device: dark from the
// middle of its onset interval until it was restored. `forest` is of the switch state the outage
// was found under. Empty when the outage is not over, is of single premises or of a source.
std::vector<DarkSpell> dark_spells(const InferenceForest& forest, const Outage& outage);

// What closed outages say about where usage points really hang. Each meter is asked of every outage
// near it: did it die and come back with its declared transformer, or with another one near by?
// The answers of storms are independent evidence and add up in log odds, by Bayes' rule:
//
//   P(transformer | outages) ~ prior(transformer) * product over storms of P(signals | transformer)
//
// Prior: the declared link is right but for LinkSettings::wrong, which the nearest other
// transformers share by distance; where the import suspects a usage point by geometry, its figures
// stand instead. Signals: last gasp and power-up with their times, signs of life, pings, calls,
// and their absence, by the localiser's ReliabilityParameters; silence of a whole communication
// group and dead premises are allowed for, and no storm adds more than most_per_storm.
//
// Usage points without a declared transformer or without another in reach are not looked at. 24
// bytes a candidate; a value.
class LinkLedger {
 public:
  // O(usage points * candidates, log transformers). `settings` must have passed validate();
  // `geometric` must be of `network`.
  LinkLedger(const NetworkModel& network, const LocaliserSettings& settings,
             const SuspectedLinks& geometric = {});

  // Takes in one storm: every transformer that was dark in it (one may have several spells), and
  // what was heard. A transformer not named counts as live throughout, so hand over outages that
  // overlap together, once they are over, before what they settled is overwritten by newer
  // evidence. O(usage points near the dark transformers).
  void record(std::span<const DarkSpell> spells, const EvidenceBook& evidence);

  // P(the usage point hangs on the transformer); 0 for one that does not come into question.
  double probability(Id<UsagePoint> usage_point, Id<Device> transformer) const;
  // What is suspected from LinkSettings::listed_at on, for the localiser and for the utility.
  Result<SuspectedLinks> suspected() const;

 private:
  struct Candidate {
    Id<UsagePoint> usage_point;
    Id<Device> transformer;
    double log_prior = 0;
    double log_odds = 0;  // of what was heard, against the declared transformer
  };

  void add_candidates(Id<UsagePoint> id, std::span<const SuspectedLink> suspected,
                      std::span<const Candidate> near);
  std::span<const Candidate> candidates(Id<UsagePoint> id) const;
  double log_sum(std::span<const Candidate> all) const;

  NetworkModel network_;
  LocaliserSettings settings_;
  std::vector<std::uint32_t> begin_;      // by usage point, one more: its run of candidates_
  std::vector<Candidate> candidates_;     // the declared transformer first
  std::vector<std::uint32_t> by_device_;  // places in candidates_, by transformer
};

}  // namespace gridmend
