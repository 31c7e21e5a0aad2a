#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/outage/outage_builder.h"

namespace gridmend {

// What the builders of candidates share: how a candidate's fields follow from view and posterior.

SuspectDevice suspect(const InferenceForest& forest, Id<InferenceZone> zone, double p_active);
// Zones above and behind from OutageSettings::runner_up_at on, by falling p_active.
std::vector<SuspectDevice> runners_up(const InferenceForest& forest, const TreePosterior& tree,
                                      Id<InferenceZone> zone, const OutageSettings& settings);
OutageCause cause_of(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone);

// A sign of life since the onset (any, without one).
bool lives_since(const MeterEvidence* meter, std::optional<Time> onset);

// Onset lies between the last sign of life before the first sign of death and that sign.
class OnsetInterval {
 public:
  void note(const MeterEvidence& meter, const DeadSigns& signs);
  void note_open(Time since);
  // Calls that name no usage point, of the zone and those behind it.
  void note_calls(const EvidenceView& view, Id<InferenceZone> zone);
  // Without any sign it is the tree's.
  void write(std::optional<Time> tree_onset, Outage& outage) const;

 private:
  Time earliest_ = Time::max();
  Time latest_ = Time::max();
  std::vector<Time> lives_;
};

// Counts a usage point among the affected; among the critical ones when it is probably dark.
void add_customer(const NetworkModel& network, const CategoryWeights& weights, Id<UsagePoint> id,
                  double p_dark, std::uint32_t critical_listed, Outage& outage);

// A zone that is to be an outage, without what behind it is one of its own: none of `left_out`
// behind another, ascending.
struct ListedZone {
  Id<InferenceZone> zone;
  std::vector<Id<InferenceZone>> left_out;
};
// Calls visitor(zone) for the zone and everything behind it that is not left out, in order.
template <class Visitor>
void visit_listed(const InferenceForest& forest, const ListedZone& listed, Visitor&& visitor) {
  auto skip = listed.left_out.begin();
  for (std::uint32_t z = listed.zone.index; z < forest[listed.zone].zones_end;) {
    if (skip != listed.left_out.end() && skip->index == z) {
      z = forest[*skip++].zones_end;
    } else {
      visitor(Id<InferenceZone>{z++});
    }
  }
}

// Log odds that can be told: finite where something is as good as certain, or never happens.
double told_log_odds(double p);
double told_log_odds(double p, double otherwise);
// Of what a prior comes to, for open: without water and reports, with water, with all.
struct PriorLogOdds {
  double dry = 0;
  double wet = 0;
  double reported = 0;
};
// These by kind, so that the shares add up to `reported`; `told` is what `reports` say by
// themselves.
void add_prior_shares(const PriorLogOdds& prior, const ReportShares& told,
                      std::span<const ZoneReport> reports, Shares& shares);
// What is known of the zone's head itself: its class, reports, water.
void add_own_shares(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone,
                    Shares& shares);
// What comes of all that was heard in the listed zone and behind it, given that it died with the
// zone against given that it lives. `epochs`, of its tree if that was looked at over time: in the
// epoch in which its device probably opened; what is of another epoch is the silence's.
Shares gather_shares(const EvidenceView& view, const TreePosterior& tree, const ListedZone& listed,
                     const EpochPosterior* epochs = nullptr);
// Phases that a zone's device keeps from it, and nothing above it does.
struct PhaseLoss {
  Id<InferenceZone> zone;
  std::uint8_t lost = 0;
};
// Those of a tree that are to be outages, by zone.
std::vector<PhaseLoss> listed_losses(const InferenceForest& forest, const PhasePosterior& phases,
                                     double predict_at);
// What comes of all that was heard in the zone and behind it, given that its device opened on these
// phases against given that it is closed; other losses that are listed stand either way. A leaf
// counts as its own phases do, a group as it says of them; what is no item's is the silence's.
Shares gather_shares(const EvidenceView& view, const PhasePosterior& phases, PhaseLoss loss,
                     std::span<const PhaseLoss> listed);
// What was reported of a shared service drop.
void add_drop_shares(const EvidenceView& view, Id<Device> drop, Shares& shares);
// The likeliest error of the water's depths, where the zone stands in it.
FavouredWaterError favoured_error(const Posterior& posterior, const TreePosterior& tree,
                                  Id<InferenceZone> zone);
// `why`, by falling weight, and `dead_items`.
void write_shares(const Shares& shares, Outage& outage);

// The builders themselves; each appends to `candidates`.
void add_phase_losses(const EvidenceView& view, const TreePosterior& tree,
                      const PhasePosterior& phases, std::vector<OutageCandidate>& candidates);
// Of trees that may be switched in several ways (LocaliserInput::switching): what is listed is what
// opens by the likeliest of them and its explanation, or by all of them with predict_at, with whom
// it feeds by that one. Those without supply on record are left to build_switched_off().
void add_joint_outages(const EvidenceView& view, const Posterior& posterior,
                       std::vector<OutageCandidate>& candidates);
// Usage points and shared drops that are dark by themselves, where no candidate so far explains it.
void add_premises(const EvidenceView& view, const Posterior& posterior,
                  std::vector<OutageCandidate>& candidates);

}  // namespace gridmend
