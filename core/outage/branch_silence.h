#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/outage/group_likelihood.h"
#include "core/outage/inference_forest.h"

namespace gridmend {

// What a communication group, or several, would say if all of the branch were dead and its links
// down together; less what they say if it is dead and each of them has a concentrator of its own.
struct SilentShare {
  double links_down = 0;          // log P(said | links down) - log P(said); callers are heard
  double unreachable = 0;         // the same, callers not heard either
  std::int32_t link_heard = 0;    // groups something came from over the link: links are not down
  std::int32_t anyone_heard = 0;  // groups something came from at all

  SilentShare& operator+=(const SilentShare& other);
  SilentShare operator-(const SilentShare& other) const;
};
SilentShare silent_share(const GroupLikelihood& group);

struct ReliabilityParameters;

// A common cause above communication groups. Concentrators die one by one
// (GroupLikelihood), but what kills a whole branch may take all of its links with it (the backhaul,
// a mast, the relay in the substation), and at night or after an evacuation nobody there calls
// either. Without that the silence of a hundred concentrators is a hundred independent witnesses
// against the one report that a breaker is open.
//
// Of a zone v that somebody reported open (a branch), given that it is dead,
//   P(all behind v | v dead) = (1 - a - b) prod P(each of it | dead) + a [links silent]
//                              prod P(calls | dead) + b [nothing heard, nobody called]
// with a = links_down, b = unreachable; what lies behind another branch is that one's, and where
// v's links are down so are those. Only the dead side changes, and the dead side of a tree is one
// product, so it all comes to a log likelihood ratio that v has beside its own:
//   U_v = log((1 - a - b) e^{sum U_w} + a e^{D_v} + b e^{N_v}),   added(v) = sum U_w - U_v
// w the next branches behind v, D and N sums of SilentShare. Every pass that knows zones by their
// log likelihood ratio is exact for it as it is. A group in which links are suspected counts at the
// zone that it lies behind wherever its usage points hang (LinkedGroup::top()).
class BranchSilence {
 public:
  struct Settings {
    double links_down = 0;
    double unreachable = 0;
  };

  BranchSilence() = default;
  // `branches`: zones of one tree or of several, ascending. `own`: of one zone's groups, those
  // behind branches are asked for, each once. O(zones behind branches).
  BranchSilence(const InferenceForest& forest, std::span<const Id<InferenceZone>> branches,
                Settings settings, const std::function<SilentShare(Id<InferenceZone>)>& own);

  bool empty() const { return branches_.empty(); }
  // log P(all behind branches | everything dead), less what it would be without them.
  double log_if_all_dead() const;
  // 0 for a zone that is no branch. O(log branches).
  double added(Id<InferenceZone> zone) const;
  // Something in the zone said something else; calls visitor(zone) for each branch whose added() is
  // another now. O(log branches + branches above).
  template <class Visitor>
  void change(Id<InferenceZone> zone, const SilentShare& by, Visitor&& visitor) {
    for (std::uint32_t b = innermost(zone); b != kNone; b = branches_[b].above) {
      branches_[b].silent += by;
      weigh(b);
    }
    for (std::uint32_t b = innermost(zone); b != kNone; b = branches_[b].above)
      visitor(branches_[b].zone);
  }
  // P(the zone is dead, and no branch's links explain together that it is silent). `p_live(zone)`
  // is the posterior of branches and of the zone. O(log branches + branches above).
  template <class PLive>
  double p_dead_apart(Id<InferenceZone> zone, PLive&& p_live) const {
    double live = p_live(zone), dead = 0, apart = 1;
    for (std::uint32_t b = innermost(zone); b != kNone; b = branches_[b].above) {
      const double live_here = p_live(branches_[b].zone);
      dead += apart * (live_here - live);
      live = live_here;
      apart *= branches_[b].apart;
    }
    return dead + apart * (1 - live);
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct Branch {
    Id<InferenceZone> zone;
    std::uint32_t zones_end = 0;
    std::uint32_t above = kNone;
    SilentShare silent;      // of all groups behind it
    double dead = 0;         // U
    double dead_behind = 0;  // sum of U over the next branches behind it
    double apart = 1;        // P(its links are not down together | it is dead)
  };

  std::uint32_t innermost(Id<InferenceZone> zone) const;
  // U anew, and what it changes in the branch above.
  void weigh(std::uint32_t b);

  Settings settings_;
  std::vector<Branch> branches_;  // by zone
};

// The same of what is dead for certain and lies behind no other branch: U, given `silent`.
double log_if_dead_together(const SilentShare& silent, BranchSilence::Settings settings,
                            double dead_behind = 0);

BranchSilence::Settings branch_settings(const ReliabilityParameters& reliability);

}  // namespace gridmend
