#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/network/link_suspicion.h"
#include "core/network/place_index.h"
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
// Usage points without a declared transformer or without another in reach are not looked at. Kept
// is what storms said, 16 bytes a usage point and transformer that they told apart: where both were
// dark together, nothing. A value.
class LinkLedger {
 public:
  // What all storms so far said of one candidate, against the declared transformer.
  struct Suspicion {
    Id<UsagePoint> usage_point;
    Id<Device> transformer;
    double log_odds = 0;

    friend bool operator==(const Suspicion&, const Suspicion&) = default;
  };

  // O(1): who comes into question is found when it is asked. `settings` must have passed
  // validate(); `geometric` and `places` must be of `network`.
  LinkLedger(const NetworkModel& network, const LocaliserSettings& settings,
             const SuspectedLinks& geometric = {},
             std::shared_ptr<const PlaceIndex> places = nullptr);

  // Takes in one storm: every transformer that was dark in it (one may have several spells), and
  // what was heard. A transformer not named counts as live throughout, so hand over outages that
  // overlap together, once they are over, before what they settled is overwritten by newer
  // evidence. O(devices + usage points near the dark transformers, log).
  void record(std::span<const DarkSpell> spells, const EvidenceBook& evidence);

  // Everything is read by these from here on: who comes into question, the priors, what is listed.
  // What storms said by the ones before stays.
  void believe(const LocaliserSettings& settings) { settings_ = settings; }

  // P(the usage point hangs on the transformer); 0 for one that does not come into question.
  double probability(Id<UsagePoint> usage_point, Id<Device> transformer) const;
  // What is suspected from LinkSettings::listed_at on, for the localiser and for the utility: of
  // usage points that storms or geometry speak of. O(their number, log transformers).
  Result<SuspectedLinks> suspected() const;

  // Sorted by usage point and transformer.
  std::span<const Suspicion> suspicions() const { return suspicions_; }

  // What storms said, in another network: by old id the new one, none for what is gone. Counted are
  // those that could be carried and those that could not.
  struct CarriedOver;
  CarriedOver carried_over(const IdVector<UsagePoint, Id<UsagePoint>>& usage_points,
                           const IdVector<Device, Id<Device>>& devices, const NetworkModel& after,
                           const SuspectedLinks& geometric,
                           std::shared_ptr<const PlaceIndex> places) const;

 private:
  struct Candidate {
    Id<Device> transformer;
    double log_prior = 0;
    double log_odds = 0;
  };

  // The declared transformer first; empty when there is no other.
  std::vector<Candidate> candidates(Id<UsagePoint> id) const;
  std::vector<Id<Device>> candidate_transformers(Id<UsagePoint> id) const;
  std::vector<bool> near(std::span<const DarkSpell> sorted) const;
  std::span<const Suspicion> said_of(Id<UsagePoint> id) const;
  void add(std::vector<Suspicion> more);
  bool may_be_listed(Id<UsagePoint> id) const;

  NetworkModel network_;
  LocaliserSettings settings_;
  SuspectedLinks geometric_;
  std::shared_ptr<const PlaceIndex> places_;
  std::vector<Suspicion> suspicions_;
};

struct LinkLedger::CarriedOver {
  LinkLedger ledger;
  std::uint32_t carried = 0;
  std::uint32_t lost = 0;
};

}  // namespace gridmend
