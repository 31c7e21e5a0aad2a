#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/outage/epoch_product.h"
#include "core/outage/evidence_view.h"

namespace gridmend {

// A tree that did not go dark all at once: what went by when. Epoch k runs from begin[k] to before
// begin[k + 1], the last one to now.
struct DeathEpochs {
  std::vector<Time> begin;  // rising, at least one

  std::uint32_t count() const { return static_cast<std::uint32_t>(begin.size()); }
  // The last that had begun; the first for what is older.
  std::uint32_t epoch_of(Time time) const;
};

// Of these trees, those in which supply went at several times, as unsettled last gasps tell it:
// they are parted where none came for OutageSettings::epoch_gap, and a part with fewer than
// epoch_items is no epoch of its own; a part longer than epoch_gap says that clocks or meters do
// not tell times apart, and the tree is left out. Where there would be more than `epochs`, the
// nearest are one.
// The first epoch begins at the tree's onset. Trees with suspected links in them are left out.
// O(usage points heard, log).
std::map<Id<InferenceZone>, DeathEpochs> death_epochs(const EvidenceView& view,
                                                      std::span<const Id<InferenceZone>> trees);

// What is believed about one tree over time. Columns have K + 1 numbers a zone (EpochTree), zone by
// zone from the root on; K stands for "lives", or "is not open".
struct EpochPosterior {
  Id<InferenceZone> root;
  DeathEpochs epochs;
  std::vector<double> log_likelihood;  // of a zone's own evidence, that it died in k; of a branch
                                       // with what its common causes of silence add
  EpochMarginals marginals;
  EpochExplanation best;
  std::vector<std::uint8_t> cut;  // by zone: there it takes the zone, in any epoch

  std::size_t entry(Id<InferenceZone> zone) const { return zone.index - root.index; }
  double p_live(Id<InferenceZone> zone) const;
  // P(it is what took its zone), in any epoch; a later opening above does not change that.
  double p_active(Id<InferenceZone> zone) const;
  double p_open(Id<InferenceZone> zone) const;
  // The epoch in which it took its zone, if it did.
  std::uint32_t probably_opened(Id<InferenceZone> zone) const;
  // Log odds that the zone's own evidence gives to having died in the epoch against living.
  double log_ratio(Id<InferenceZone> zone, std::uint32_t epoch) const;
};

// The exact posterior and the most probable explanation of one tree whose devices open one after
// another: what had opened before what lies above it is known by its own deaths, which came first.
// A zone's prior of being open is that of localise(), each epoch alike.
//
// Evidence counts by its time. Of a zone that died in epoch k: a last gasp of k is one that
// arrived, of another epoch a false one; calls and unanswered pings of before are those of a live
// customer, as signs of life before are; silence counts from the beginning of k. In one epoch it
// says what localise() says. The first epoch begins where the view's silence_from(root) is.
// Suspected links count as none. What lies behind a device that was reported open has the common
// causes of silence of BranchSilence, of the epoch in which it died (epoch_branch_product.h); the
// explanation takes them with what lies behind summed out. O((zones + usage points of the tree) K).
EpochPosterior localise_epochs(const EvidenceView& view, Id<InferenceZone> root,
                               DeathEpochs epochs);

}  // namespace gridmend
