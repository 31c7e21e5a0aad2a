#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gridmend {

// Log likelihoods of what one usage point's evidence says, given that the usage point is live or
// dead. `link` is what comes over its communication group (last gasps, pings, signs of life),
// `other` what does not (calls).
struct LeafEvidence {
  double link_live = 0;
  double link_dead = 0;
  double other_live = 0;
  double other_dead = 0;
  bool link_silent = true;  // nothing came over the link at all
  bool called = false;      // a call that speaks for dark
  // Beside link_dead, given that the usage point died by itself: its signs of life may be of before
  // that, and the older they are the sooner.
  double aged = 0;
  // Given that only some of a customer's phases are live (phase_group.h): the meter reports as a
  // live one does, and people call, of part of the house rather than of no light.
  double other_partly = 0;
  // Given that its zone is dead and went dead after the newest sign of life of its group
  // (DiedSince): what was said up to then, as of a live one; what was said or not said after it.
  double since_before = 0;
  double since_link = 0;
  double since_other = 0;
  bool since_silent = true;
  // All of that, of the service drop that it shares having died after the drop's newest sign.
  double drop_since = 0;
};

struct GroupSettings {
  double premises = 0;      // prior that a usage point is dead while its zone is live
  double down_if_live = 0;  // kappa: the whole group is silent, its zone live
  double down_if_dead = 0;

  friend bool operator==(const GroupSettings&, const GroupSettings&) = default;
};

// One communication group inside one zone, all leaves summed out:
//   l(s) = (1 - kappa_s) prod_u P(link_u, other_u | s) + kappa_s [all silent] prod_u P(other_u | s)
// where P(. | live zone) = (1 - premises) P(. | live) + premises P(. | dead by itself). Of a dead
// zone, a share `died_since` is for all of it having died at once after the newest sign of life:
// then it lived until that sign, so all that was said or missed up to it weighs as in a live zone,
// and the concentrator is free to have died with it. Else it was dead all along, and every sign of
// life is false:
//   l(dead) = (1 - died_since) l(dead all along) + died_since l(dead since)
// l(dead since) is never above l(live), and l(dead all along) does not change with the age of
// signs: time alone says no more for dark than that the zone may have gone unheard.
struct GroupLikelihood {
  double log_if_live = 0;
  double log_if_dead = 0;
  double log_up_if_live = 0;    // the two terms of l(live), for the leaves' posteriors
  double log_down_if_live = 0;  // -infinity when something was heard
  // Given a dead zone and the concentrator down; -infinity when something came over the link.
  double log_silent_if_dead = 0;
  // Given a dead zone, dead all along; and that it died since, where that was asked for.
  double log_if_dead_along = 0;
  double log_if_died_since = 0;
  bool unheard = true;  // nothing came over the link, and nobody called

  double log_ratio() const { return log_if_live - log_if_dead; }
};

// The leaves of a group multiplied, for each state of the zone and of the concentrator; logarithms.
struct GroupProduct {
  double up_if_live = 0;
  double up_if_dead = 0;
  double down_if_live = 0;  // -infinity when something was heard
  double down_if_dead = 0;
  double up_if_died_since = 0;
  double down_if_died_since = 0;  // -infinity when something was heard since
  double unheard = 0;             // -infinity when something was heard or somebody called
  double up_if_drop_died_since = 0;
};
// Of a single leaf.
GroupProduct leaf_product(const LeafEvidence& leaf, const GroupSettings& settings);

// Do two leaves say the same, bit by bit; and a hash of what they say.
bool same_evidence(const LeafEvidence& a, const LeafEvidence& b);
std::size_t hash_of(const LeafEvidence& leaf);

// leaf_product(), to the last bit, of leaves that mostly say one of a few things: what was asked
// for lately is not worked out again.
class LeafProducts {
 public:
  explicit LeafProducts(const GroupSettings& settings);
  // Of these settings, kept by this thread until it asks for others.
  static LeafProducts& of_this_thread(const GroupSettings& settings);
  const GroupProduct& of(const LeafEvidence& leaf);

 private:
  struct Known {
    LeafEvidence leaf;
    GroupProduct product;
    bool any = false;
  };
  GroupSettings settings_;
  std::vector<Known> known_;
  std::size_t last_ = 0;  // that was asked for
};

// The concentrator and the time of death summed out.
GroupLikelihood group_likelihood(const GroupProduct& product, const GroupSettings& settings,
                                 double died_since = 0);

// What hangs on one service drop that several share. While its zone is live the drop is open with
// this probability, and then all of its leaves are dead at once.
struct DropLeaves {
  GroupProduct product;  // of its leaves, the drop closed
  double open = 0;
  double died_since = 0;  // of the ways for it to be open: since the newest sign of life behind it
};
// log P(its leaves | the drop open, the concentrator up).
double log_if_open(const DropLeaves& drop);
// The drop summed out: what it adds to its group's product.
GroupProduct drop_product(const DropLeaves& drop);

// Adds leaves one by one, or many alike at once; O(1) each.
class GroupAccumulator {
 public:
  // `known`, if given, is of the same settings and outlives the accumulator.
  explicit GroupAccumulator(const GroupSettings& settings, LeafProducts* known = nullptr)
      : settings_(settings), known_(known) {}
  void add(const LeafEvidence& leaf, double times = 1);
  void add(const DropLeaves& drop);
  void add(const GroupProduct& more, double times = 1);  // of leaves
  GroupLikelihood finish(double died_since = 0) const {
    return group_likelihood(product_, settings_, died_since);
  }
  const GroupProduct& product() const { return product_; }

 private:
  GroupSettings settings_;
  LeafProducts* known_;
  GroupProduct product_;
};

// P(the drop is open | its zone is live, all evidence of its group).
double p_drop_open(const DropLeaves& drop, const GroupLikelihood& group);

// P(the usage point is dead | its zone is live, all evidence of its group). `drop` is the one it
// hangs on with others.
double p_premises(const LeafEvidence& leaf, const GroupLikelihood& group,
                  const GroupSettings& settings, const DropLeaves& drop = {});

// log(e^a + e^b); -infinity is log 0.
double log_add(double a, double b);

}  // namespace gridmend
