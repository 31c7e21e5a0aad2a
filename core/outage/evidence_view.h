#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/outage/branch_silence.h"
#include "core/outage/call_spreading.h"
#include "core/outage/device_priors.h"
#include "core/outage/died_together.h"
#include "core/outage/group_likelihood.h"
#include "core/outage/leaf_reader.h"
#include "core/outage/linked_group.h"
#include "core/outage/localiser.h"
#include "core/outage/phase_group.h"
#include "core/outage/streaming_tree.h"
#include "core/outage/told_reliability.h"

namespace gridmend {

// What calls that name no usage point say of a zone.
struct ZoneCalls {
  double log_ratio = 0;      // of all of them, live over dead
  std::uint32_t items = 0;   // calls whose likeliest zone it is,
  Time since = kNeverHeard;  // and when supply went by the earliest of them
};

// Somebody who may have made a call that names no usage point, the newest of them.
struct HeardCall {
  Id<UsagePoint> usage_point;
  Time time;
};

// What one communication group inside one zone says.
struct HeardGroup {
  Id<ZoneGroup> group;
  // Sign of life since the tree's onset. Where one is fresh (ReliabilityParameters::live_fresh) all
  // that are count as of now.
  Time newest = kNeverHeard;
  bool linked = false;  // links are suspected in it: see LinkedGroup; no likelihood here
  GroupLikelihood likelihood;
};

// Everything heard, seen from one forest at one time: which tree has an onset, what each zone's
// evidence says. Made once a localisation; O(usage points and devices heard). Readers that are
// handed in are reader(root) of the zone's tree: a group is read when its zone is first asked
// about, and once; so is a zone's prior.
//
// Suspected links are spread tree by tree when a tree is first asked about: O(usage points of the
// groups they are in). Those of usage points that said something to a transformer of another tree
// are projected when the view is made, the first thousand of them; their trees are read then. Calls
// that name no usage point are an item of their own each, beside what their usage points said, and
// spread over zones (CallMixture): those whose zones stand in line as they are, then the others by
// time, each on what all the others say; a tree with such a one is read when the view is made.
//
// Several threads may use it at once, as long as no two of them ask about the same tree: what is
// found is kept tree by tree. Nothing depends on which thread asked, or in which order.
class EvidenceView {
 public:
  EvidenceView(const LocaliserInput& input, const LocaliserSettings& settings);
  // The same heard at the same time, believed by other rates (heard_settings): who was heard of and
  // what most of them said does not depend on them and is shared with `other`, which need not
  // outlive this. Settings that heard_settings() leaves alone are those of `other`.
  EvidenceView(const EvidenceView& other, const LocaliserSettings& settings);

  const LocaliserInput& input() const { return input_; }
  const LocaliserSettings& settings() const { return settings_; }
  // Trees with unsettled evidence for dark, by root, with the earliest event time of it.
  const std::map<Id<InferenceZone>, Time>& onsets() const { return heard_->onsets; }
  // Of the other trees those in which water has probably drowned something, since when
  // (water_onset.h). What is of these moves no other tree.
  const std::map<Id<InferenceZone>, Time>& water_onsets() const { return heard_->water_onsets; }
  // Trees in which fault current was seen that counts, with the onset it gives them: of those in
  // onsets() that is no later; of others it moves no other tree.
  const std::map<Id<InferenceZone>, Time>& fault_onsets() const { return heard_->fault_onsets; }
  // Of any kind.
  std::optional<Time> onset(Id<InferenceZone> root) const;
  // From when silence counts: the tree's onset, or the earliest of all trees' (it would have been
  // heard had this one gone dark with the others); none when nothing speaks for dark anywhere.
  std::optional<Time> silence_from(Id<InferenceZone> root) const;
  // Reads usage points of one tree.
  LeafReader reader(Id<InferenceZone> root) const;
  // The same of the usage points of one communication group, by what is told of it if anything is.
  LeafReader reader(Id<InferenceZone> root, std::span<const Id<UsagePoint>> group) const;
  // What is told of it; nullptr: it is as all are. Phases, topologies, streams and suggestions of
  // pings take every group for as all are.
  const GroupTerms* own_terms(std::span<const Id<UsagePoint>> group) const;
  GroupSettings group_settings(std::span<const Id<UsagePoint>> group) const;
  // Of what is read of the tree; no two trees nor views have the same.
  std::uint64_t reading_number(Id<InferenceZone> root) const { return tree_reader(root).number; }

  std::span<const ZoneReport> reports(Id<InferenceZone> zone) const;
  // That about one device; nullptr: none, or about no zone.
  const ZoneReport* report_of(Id<Device> device) const;
  // Zones that somebody reported open or damaged, unsettled and not by order, ascending.
  std::span<const Id<InferenceZone>> reported_open() const { return heard_->reported_open; }
  // Those of one tree.
  std::span<const Id<InferenceZone>> reported_open(Id<InferenceZone> root) const;
  // What those of one tree may have for a common cause to be silent.
  const BranchSilence& branch_silence(Id<InferenceZone> root) const;
  // What having died together after old signs of life makes of the zones of one tree, by their
  // places behind the root.
  const DiedTogether& died_together(Id<InferenceZone> root) const;
  std::vector<DiedSince> times_of_death(std::span<const Id<InferenceZone>> roots) const;
  ZoneDeath zone_death(Id<InferenceZone> zone, std::span<const DiedSince> times) const;
  // q_v, reports folded in.
  ZonePrior prior(Id<InferenceZone> zone) const;
  // The same in another water; not kept.
  ZonePrior prior(Id<InferenceZone> zone, const Water& water) const;
  // When supply last came back to the zone, so that all behind it had been dark until then
  // (SupplyReturns); kNeverHeard.
  Time restored_at(Id<InferenceZone> zone) const;
  // The same of a usage point: its zone's, or that of the drop it shares.
  Time restored_at(Id<UsagePoint> usage_point) const;
  // When the zone's device or one above it was last reported back in service, whether supply had
  // gone or not; kNeverHeard.
  Time reported_back_at(Id<InferenceZone> zone) const;
  // P(a shared drop is open | its zone is live), reports folded in.
  double drop_open(Id<Device> drop) const;
  // Evidence of `run`, which are those that hang on one shared drop of a zone of the tree.
  DropLeaves read_drop(Id<InferenceZone> root, std::span<const Id<UsagePoint>> run,
                       const DiedSince& since) const;
  // Of the usage points of one communication group, or of one shared drop.
  DiedSince died_since(std::span<const Id<UsagePoint>> group, const LeafReader& reader) const;
  // Unsettled evidence for dark of a usage point.
  DeadSigns dead_signs(Id<UsagePoint> usage_point) const;
  // Usage points with such, ascending.
  std::span<const Id<UsagePoint>> heard_dead() const { return heard_->dead; }
  bool is_heard_dead(Id<UsagePoint> usage_point) const {
    return heard_->is_dead[usage_point.index];
  }
  Time dead_since(Id<UsagePoint> usage_point) const { return dead_signs(usage_point).since; }
  // What it said: LeafReader::plain() of its tree's reader.
  std::size_t said(Id<UsagePoint> usage_point) const { return heard_->said[usage_point.index]; }
  // What it says; `reader` is its tree's.
  LeafEvidence leaf(Id<UsagePoint> usage_point, const LeafReader& reader) const {
    const std::size_t says = said(usage_point);
    return says != LeafReader::kNotPlain
               ? reader.read_plain(says)
               : reader.read(input_.evidence.find(usage_point), restored_at(usage_point));
  }
  // Usage points with unsettled evidence for dark, marked.
  const std::vector<bool>& marks_of_heard_dead() const { return heard_->is_dead; }
  bool drops_heard_of() const { return heard_->drops; }

  // Nothing of such calls: an empty map.
  const std::map<Id<InferenceZone>, ZoneCalls>& zone_calls() const { return zone_calls_; }
  // The newest call that names no usage point and may come from this one; kNeverHeard.
  Time may_have_called(Id<UsagePoint> usage_point) const;

  GroupSettings group_settings() const;
  // Sum over the zone's communication groups: log P(evidence | live) - log P(evidence | dead). With
  // suspected links, what of it goes to zones above counts there; a zone reported open counts the
  // silence of what lies behind it by its common cause (BranchSilence).
  double log_likelihood(Id<InferenceZone> zone) const;
  // The same without any common cause, of silence or of death, for passes that know the zone in
  // another tree.
  double log_likelihood_apart(Id<InferenceZone> zone) const;
  // The same by kind, for "dark"; what is not any item's own (silence, groups, what suspected links
  // take away or bring) is the silence's.
  void add_shares(Id<InferenceZone> zone, const LeafReader& reader, Shares& shares) const;

  // What was heard from one usage point, by kind, read as its group is told; its silence is not
  // counted. `reader` is its tree's.
  void add_said(Id<UsagePoint> usage_point, const LeafReader& reader, Shares& shares) const;

  // Calls one of the visitors for each group in the zone, in order: visitor(its usage points, its
  // likelihood), or where links are suspected in it, linked_visitor(its usage points, LinkedGroup).
  template <class Visitor, class LinkedVisitor>
  void visit_groups(Id<InferenceZone> zone, const LeafReader& reader, Visitor&& visitor,
                    LinkedVisitor&& linked_visitor) const {
    visit_readings(zone, [&](const HeardGroup& reading) {
      const std::span<const Id<UsagePoint>> group = members(reading);
      if (reading.linked) {
        linked_visitor(group, linked_group(group, zone, reader));
      } else {
        visitor(group, reading.likelihood);
      }
    });
  }

  // Of a group in which links are suspected.
  LinkedGroup linked_group(std::span<const Id<UsagePoint>> group, Id<InferenceZone> zone,
                           const LeafReader& reader) const;

  // Calls visitor(HeardGroup) for each group in the zone, in order.
  template <class Visitor>
  void visit_readings(Id<InferenceZone> zone, Visitor&& visitor) const {
    if (is_read_[zone.index] == 0) read_groups(zone);
    for (const Id<ZoneGroup> group : input_.forest.groups(zone)) visitor(readings_[group.index]);
  }
  std::span<const Id<UsagePoint>> members(const HeardGroup& reading) const {
    return input_.forest.usage_points_in(reading.group);
  }

 private:
  // Who was heard of, and what they said in plain words.
  struct Heard {
    std::vector<ZoneReport> reports;
    std::vector<Id<InferenceZone>> reported_open;
    std::vector<Time> restored;       // by zone; empty when supply came back nowhere
    std::vector<Time> reported_back;  // reported_back()
    // By zone: when the first of what is ahead of it tripped; empty when nothing did.
    std::vector<Time> tripped;
    std::map<Id<InferenceZone>, Time> onsets;
    std::map<Id<InferenceZone>, Time> fault_onsets;
    std::map<Id<InferenceZone>, Time> water_onsets;
    std::optional<Time> earliest_onset;
    std::vector<Id<UsagePoint>> dead;
    std::vector<bool> is_dead;               // by usage point
    std::vector<std::uint8_t> said;          // by usage point: LeafReader::plain()
    bool drops = false;                      // of some shared drop
    std::vector<HeardCall> may_have_called;  // by usage point
  };
  // Of one tree, with the products of what most of its leaves say.
  struct TreeReader {
    LeafReader leaves;
    std::array<GroupProduct, LeafReader::kPlain> plain;
    std::uint64_t number = 0;
  };
  class DropProducts;
  std::size_t place_of(Id<InferenceZone> root) const;
  const TreeReader& tree_reader(Id<InferenceZone> root) const;
  TreeReader make_reader(Id<InferenceZone> root, const ReliabilityParameters& reliability,
                         const GroupSettings& group) const;
  void read_groups(Id<InferenceZone> zone) const;
  GroupLikelihood group_likelihood(std::span<const Id<UsagePoint>> group, Id<InferenceZone> zone,
                                   const TreeReader& reader, const DiedSince& since) const;
  DiedSince died_since(std::span<const Id<UsagePoint>> group, const TreeReader& reader) const;
  bool is_linked(std::span<const Id<UsagePoint>> group) const;
  std::map<Id<InferenceZone>, SilentShare> linked_silence(Id<InferenceZone> root) const;
  GroupProduct read_leaves(std::span<const Id<UsagePoint>> usage_points, Time restored_at,
                           const TreeReader& reader, const GroupSettings& settings,
                           const DiedSince& since, const DiedSince& of_drop = {}) const;
  DropLeaves read_drop(std::span<const Id<UsagePoint>> run, const TreeReader& reader,
                       const GroupSettings& settings, const DiedSince& since) const;
  double drop_of_run_open(std::span<const Id<UsagePoint>> run) const;
  void fetch(std::span<const Id<UsagePoint>> group) const;
  void forget_readings();
  void note_restorations();
  void note_trips();
  void note_onsets();
  void note_faults_seen();
  void note_water_onsets();
  void note_meters();
  void note_words();
  void note_callers();
  void note_drops();
  void note_drops_open();
  void find_linked_zones();
  void spread_links(Id<InferenceZone> root) const;
  double linked(Id<InferenceZone> zone) const;
  std::span<const double> live_elsewhere(std::span<const SuspectedLink> links) const;
  void project_links();
  CallSurroundings call_surroundings() const;
  void note_call_onsets();
  bool settled(Id<UsagePoint> usage_point, Time call) const;
  void project(const std::vector<CallMixture>& calls);
  void spread_calls();
  void add_shares_of_call(std::span<const ZoneShare> shares);
  StreamingTree read_tree(Id<InferenceZone> root) const;
  void note_dead(Id<InferenceZone> zone, Time since);

  LocaliserInput input_;
  std::shared_ptr<const LocaliserSettings> own_settings_;  // where sources are told apart
  const LocaliserSettings& settings_;
  std::map<Id<CommunicationGroup>, GroupTerms> group_terms_;
  std::shared_ptr<Heard> heard_;  // written to by the one that makes it, while it is made
  // What was asked for already. No bits: threads write side by side.
  mutable std::vector<std::unique_ptr<const TreeReader>> readers_;      // by place in roots()
  mutable std::vector<std::unique_ptr<const BranchSilence>> branches_;  // by place in roots()
  mutable std::vector<std::unique_ptr<const DiedTogether>> died_;       // by place in roots()
  mutable std::vector<HeardGroup> readings_;                            // by group
  mutable std::vector<std::uint8_t> is_read_;                           // by zone
  mutable std::vector<std::optional<ZonePrior>> priors_;                // by zone
  // All empty without suspected links.
  std::vector<bool> may_hang_elsewhere_;            // by usage point
  std::vector<Id<InferenceZone>> linked_zones_;     // with links suspected in them, ascending
  mutable std::vector<double> linked_;              // by zone: what LinkedGroups give it,
  mutable std::vector<std::uint8_t> links_spread_;  // by root: once its tree was asked about

  // Of links between trees: P(the transformer elsewhere lives), by row of the suspected links; what
  // they say of it, by its zone. Empty without such.
  std::vector<double> live_elsewhere_;
  std::map<Id<InferenceZone>, double> link_messages_;

  std::map<Id<InferenceZone>, ZoneCalls> zone_calls_;
};

}  // namespace gridmend
