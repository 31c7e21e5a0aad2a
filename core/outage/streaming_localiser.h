#pragma once

#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <span>
#include <vector>

#include "core/outage/branch_silence.h"
#include "core/outage/call_spreading.h"
#include "core/outage/device_priors.h"
#include "core/outage/evidence_view.h"
#include "core/outage/linked_group.h"
#include "core/outage/streaming_tree.h"
#include "core/outage/supply_returns.h"

namespace gridmend {

// The posterior of localise(), kept up to date as evidence arrives item by item, in any order, late
// or twice, and as time passes. At every moment it agrees with localise() over the same book and
// links at the same time to 1e-9, but for waters of uncertain depth (it takes depths as told) and
// for groups and sources whose reliability was told apart (it takes all for alike).
//
// An item about a usage point changes its leaf, its group's product, its zone's log likelihood and
// a StreamingTree: O(log zones), whatever the size of the group. So does a report about a device.
// What moves the silence of a whole tree (time, an earlier onset, a first onset anywhere; where
// fault current was seen, what joins it), or makes
// a reported branch of it one or none, makes that tree stale; it is read again, O(its zones and
// usage points), when it is next asked about or written to. A report that something is back in
// service, and a trip that comes or goes, go over everything heard: they settle what lies behind,
// or bound the lead of calls there. A usage point in whose group links are suspected takes its
// group with it: O(its usage points and levels).
//
// Calls that name no usage point and links to another tree tie trees together: what they say
// depends on what all of these believe (project_calls, project_links). They are taken out of the
// trees and said anew when one of those trees is asked about after anything changed in them: O(such
// calls and links * log zones), and no tree is read again for it.
//
// Memory beyond the forest and the book: 4 bytes a usage point, 96 a group, 48 an unsettled sign of
// death, and 190 a zone of the trees that were asked about. The forest, the water and the settings
// must outlive it. The links are of the forest's network. One thread.
class StreamingLocaliser {
 public:
  StreamingLocaliser(const InferenceForest& forest, const Water& water,
                     const LocaliserSettings& settings, EvidenceBook book, Time at,
                     SuspectedLinks links = {});

  EvidenceUse record(const Evidence& evidence, Duration clock_skew = std::chrono::minutes{5});
  // As EvidenceBook's.
  void supply_confirmed(Id<UsagePoint> usage_point, Time time);
  void device_settled(Id<Device> device, Time time, Finding finding);
  // Time passes: silence says more, signs of life and old reports less. Never back. O(1), and where
  // there is water O(its boxes and slices).
  void advance(Time at);

  Time at() const { return at_; }
  const EvidenceBook& evidence() const { return book_; }
  std::optional<Time> onset(Id<InferenceZone> root) const;
  // O(log zones squared) where the tree is fresh.
  double p_live(Id<InferenceZone> zone) { return fresh(zone).p_live(local(zone)); }
  double p_active(Id<InferenceZone> zone) { return fresh(zone).p_active(local(zone)); }
  double p_open(Id<InferenceZone> zone) { return fresh(zone).p_open(local(zone)); }
  double log_likelihood(Id<InferenceZone> zone) { return fresh(zone).log_likelihood(local(zone)); }
  double prior(Id<InferenceZone> zone) { return fresh(zone).prior(local(zone)); }

 private:
  // One communication group inside one zone: a run of usage_points_in_order().
  struct Group {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    GroupProduct product;            // "down": of the silent leaves alone
    std::uint32_t heard = 0;         // leaves that something came from over the link
    std::uint32_t heard_since = 0;   // the same since `newest`
    std::uint32_t heard_at_all = 0;  // or called
    Time newest = kNeverHeard;       // sign of life
    std::uint32_t changes = 0;       // since the product was last made anew
    bool linked = false;             // links are suspected in it: no product, but linked_shares_
  };
  struct Tree {
    Id<InferenceZone> root;
    std::multiset<Time> dead_since;  // of every unsettled sign of death but fault current
    std::vector<Time> faults_seen;   // when its indicators saw that, unsettled, ascending
    std::optional<StreamingTree> zones;
    BranchSilence branches;  // of zones reported open
    DiedTogether died;       // after old signs of life: what moves one zone then moves all above it
    // What `zones` was read for; none: never.
    std::optional<LeafReader> reader;
    std::optional<Time> silence_from;
    std::optional<Time> dead_onset;  // where fault current was seen
    Time read_at{};
    bool tied = false;  // to others, by calls or links
    // Of water, where nothing is heard of the tree; as of the moment it was looked at, if it was.
    mutable std::optional<Time> water_onset;
    mutable std::optional<Time> looked_at_water;
  };
  // What a linked group is to branches reported open, at its LinkedGroup::top().
  struct LinkedSilence {
    Id<InferenceZone> at;  // none: it counts for no branch
    SilentShare share;
  };
  struct Pending {
    Time visible;
    Id<UsagePoint> usage_point;
    bool operator>(const Pending& other) const { return visible > other.visible; }
  };

  void index_groups();
  std::size_t place_of_tree(Id<InferenceZone> zone) const;
  Tree& tree_of(Id<InferenceZone> zone) { return trees_[place_of_tree(zone)]; }
  std::uint32_t local(Id<InferenceZone> zone) const { return zone.index - forest_[zone].root; }
  static std::optional<Time> dead_onset(const Tree& tree);
  std::optional<Time> heard_onset(const Tree& tree) const;
  std::optional<Time> silence_from(const Tree& tree) const;
  std::optional<Time> water_onset(const Tree& tree) const;
  bool is_fresh(const Tree& tree) const;
  StreamingTree& fresh(Id<InferenceZone> zone);
  void read(Tree& tree);
  double read_prior(const Tree& tree, Id<InferenceZone> zone) const;
  void read_groups(const Tree& tree, Id<InferenceZone> zone);
  std::span<const Id<UsagePoint>> members(const Group& group) const {
    return forest_.usage_points_in_order().subspan(group.begin, group.end - group.begin);
  }
  void find_newest(const Tree& tree, Group& group) const;
  DiedSince died_since(const Tree& tree, std::span<const Id<UsagePoint>> usage_points) const;
  void read_group(const Tree& tree, Id<InferenceZone> zone, Group& group);
  void read_leaves(const Tree& tree, Id<InferenceZone> zone, Group& group, const DiedSince& since);
  void read_deaths(Tree& tree);
  HeardReturns heard_returns() const;
  // Supply came back to zones at other times than were known: they are read anew.
  void note_returns(std::span<const ChangedReturn> changes);
  void reread_zone(Tree& tree, Id<InferenceZone> zone);
  void read_branches(Tree& tree);
  GroupLikelihood likelihood(const Tree& tree, Id<InferenceZone> zone, const Group& group) const;
  GroupLikelihood likelihood(const Tree& tree, Id<InferenceZone> zone, const Group& group,
                             double died_since) const;
  double zone_log_likelihood(const Tree& tree, Id<InferenceZone> zone) const;

  void note_everything();
  void note_reports();
  void note_ahead(Id<UsagePoint> usage_point, const MeterEvidence& meter);
  void replace_sign(Tree& tree, Time before, Time after);
  Time dead_since(const MeterEvidence* meter, Id<UsagePoint> usage_point) const;
  Time dead_since(const MeterEvidence* meter, Id<UsagePoint> usage_point, Time zone_restored) const;
  Time open_since(const DeviceEvidence& evidence) const;
  std::vector<ZoneReport> reports(Id<InferenceZone> zone) const;
  void note_faults_seen();
  std::vector<Time> faults_seen(Id<InferenceZone> zone) const;
  std::vector<Time> faults_seen(std::span<const Id<InferenceZone>> zones) const;
  void replace_faults(Tree& tree, std::span<const Time> before, std::span<const Time> after);
  std::vector<Id<InferenceZone>> zones_spoken_of(Id<Device> device) const;
  std::vector<ZoneReport>::iterator find_report(Id<Device> device);
  void place_report(Id<Device> device);
  void refresh_prior(Id<InferenceZone> zone);
  Time restored_at(Id<InferenceZone> zone) const;
  Time reported_back_at(Id<InferenceZone> zone) const;
  Time restored_at(Id<UsagePoint> usage_point) const;
  Time drop_restored_at(Id<UsagePoint> usage_point) const;
  // The product of a run of usage points behind one shared drop, or of one by itself, as if
  // `changed` had said `instead`.
  GroupProduct read_run(const Tree& tree, std::span<const Id<UsagePoint>> run, Id<Device> drop,
                        const DiedSince& since, Id<UsagePoint> changed,
                        const MeterEvidence* instead) const;
  static void add(Group& group, const GroupProduct& leaf, double times);

  template <class Change>
  void change_meter(Id<UsagePoint> usage_point, Change&& change);
  template <class Change>
  void change_device(Id<Device> device, Change&& change);
  void replace_leaf(Tree& tree, Id<UsagePoint> usage_point, const MeterEvidence* before);

  // Links: streaming_localiser_ties.cc.
  void index_links();
  LinkedGroup linked_group(const Tree& tree, Id<InferenceZone> zone, const Group& group,
                           std::span<const double> live_elsewhere) const;
  void read_linked_group(const Tree& tree, Id<InferenceZone> zone, std::uint32_t group);
  void sum_linked(Id<InferenceZone> zone);
  void replace_linked_group(Tree& tree, Id<InferenceZone> zone, std::uint32_t group);
  // And what ties trees together.
  CallSurroundings call_surroundings() const;
  void note_calls();
  void note_call_signs();
  void tie_trees();
  void unsay();
  void say(Id<InferenceZone> zone, double log_ratio);
  void retie();
  void tie_by_links();
  void tie_by_calls();

  const InferenceForest& forest_;
  const Water& water_;
  const LocaliserSettings& settings_;
  GroupSettings group_settings_;
  EvidenceBook book_;
  Time at_{};
  std::vector<Group> groups_;
  std::vector<std::uint32_t> first_group_;  // by zone, one more
  IdVector<UsagePoint, std::uint32_t> group_of_;
  std::vector<Tree> trees_;          // by root
  std::multiset<Time> onsets_;       // of the trees that have one
  std::vector<ZoneReport> reports_;  // by zone and device; their evidence is read from the book
  SupplyReturns returns_;
  std::vector<Time> reported_back_;  // reported_back()
  std::vector<Restoration> restorations_;
  std::vector<Time> tripped_;  // trips_by_zone()
  // Signs of usage points whose clock runs ahead; and whether a restoration's does.
  std::priority_queue<Pending, std::vector<Pending>, std::greater<>> ahead_;
  bool reports_ahead_ = false;
  std::optional<Box> wet_;  // at `at_`

  SuspectedLinks links_;
  std::vector<double> linked_;  // by zone: what linked groups give it; empty without links
  // What each linked group gives, and which of them give a zone something, ascending: so far as
  // their trees were read.
  std::map<std::uint32_t, std::vector<ZoneShare>> linked_shares_;
  std::map<std::uint32_t, LinkedSilence> linked_silence_;  // by group
  std::map<Id<InferenceZone>, std::vector<std::uint32_t>> linked_groups_at_;

  std::vector<std::pair<Id<InferenceZone>, Time>> call_signs_;  // of death, by root
  std::set<Id<UsagePoint>> call_places_;                        // who may have made a call
  bool calls_ahead_ = false;
  std::set<Id<InferenceZone>> said_more_;  // zones that say in their trees what ties them
  bool ties_are_stale_ = true;
};

}  // namespace gridmend
