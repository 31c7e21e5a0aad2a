#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/network/link_suspicion.h"
#include "core/outage/inference_forest.h"
#include "core/outage/linked_group.h"
#include "core/outage/streaming_tree.h"

namespace gridmend {

// A suspected link whose transformer lies in another tree than the usage point's zone.
struct CrossingLink {
  std::size_t row = 0;  // in the rows of the suspected links
  Id<InferenceZone> zone;
  std::span<const Id<UsagePoint>> group;  // that reports with the usage point
  Id<InferenceZone> elsewhere;
};

// Beyond so many, links to another tree are taken to live always.
inline constexpr std::size_t kMostCrossing = 1000;

// Of usage points that said something, where one of the two trees has an onset; the first
// kMostCrossing.
struct CrossingQuestions {
  std::function<bool(Id<InferenceZone>)> has_onset;  // by root
  std::function<bool(Id<UsagePoint>)> was_heard_of;
};
std::vector<CrossingLink> crossing_links(const InferenceForest& forest, const SuspectedLinks& links,
                                         const CrossingQuestions& questions);

// Expectation propagation, as with calls: each link anew on what all the others say, in two rounds.
// The usage point's tree learns how probably the transformer elsewhere lives without it; that
// transformer's tree what the usage point's whole group says if it lives against if it is dead,
// over what its own tree says of the group's zones. Exact where there is one such link between two
// trees.
//
// `tree_of` gives the tree of a root with everything but calls in it, every link elsewhere live;
// `read` the link's group as `live_elsewhere` (by row, all 1 at first) stands. When it is done both
// and the trees say what was found. By link, what it says of its zone elsewhere (live over dead).
std::vector<double> project_links(const InferenceForest& forest,
                                  std::span<const CrossingLink> links,
                                  std::span<double> live_elsewhere,
                                  const std::function<StreamingTree&(Id<InferenceZone>)>& tree_of,
                                  const std::function<LinkedGroup(const CrossingLink&)>& read);

}  // namespace gridmend
