#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/outage/evidence_view.h"
#include "core/outage/value_of_information.h"

namespace gridmend {

// What of a tree does not depend on what is believed. Numbered from its root.
struct TreeLayout {
  // O(zones and usage points of the tree).
  TreeLayout(const EvidenceView& view, const TreePosterior& tree);

  std::vector<std::uint32_t> parent;
  std::vector<std::uint32_t> zones_end;
  std::vector<double> weight_before;  // by usage point in order from the tree's first, one more
};

// The list of suspects of one tree: zones whose device is the open one with at least
// PatrolSettings::suspect_at and has somebody behind it, and of those no more than
// PatrolSettings::suspects, the ones that cost most. One crew goes down it. By zone, numbered from
// the tree's root as in TreePosterior's columns.
class TreeSearch {
 public:
  // With `around` only zones at, ahead of and behind it. View and posterior must outlive it.
  // O(zones and usage points of the tree).
  TreeSearch(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> around = {});
  // Of these zones of the tree whatever their chances, without repeats. O(zones given).
  TreeSearch(const EvidenceView& view, const TreePosterior& tree,
             std::shared_ptr<const TreeLayout> layout, std::span<const Id<InferenceZone>> zones);

  const TreePosterior& tree() const { return tree_; }
  ZoneBelief belief() const {
    return {layout_->parent, layout_->zones_end, tree_.prior, tree_.p_live, tree_.p_active};
  }
  std::span<const SearchSuspect> suspects() const { return suspects_; }
  Id<InferenceZone> zone(std::uint32_t place) const {
    return Id<InferenceZone>{tree_.root.index + place};
  }
  std::uint32_t place(Id<InferenceZone> zone) const { return zone.index - tree_.root.index; }
  // To get to a zone's device, look at it, and walk the lines whose faults it clears.
  double patrol_minutes(Id<InferenceZone> zone) const;

 private:
  void add_suspect(Id<InferenceZone> zone);
  double weight_behind(Id<InferenceZone> zone) const;

  const EvidenceView& view_;
  const TreePosterior& tree_;
  std::shared_ptr<const TreeLayout> layout_;
  std::vector<SearchSuspect> suspects_;
};

}  // namespace gridmend
