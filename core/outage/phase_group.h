#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/outage/group_likelihood.h"
#include "core/outage/phase_product.h"

namespace gridmend {

// How a usage point lives on its zone's phases.
struct PhaseWish {
  enum class Kind : std::uint8_t {
    each,      // on all of `phases`: live with all, dead with none, else partly
    one_of,    // on one of `phases`, each equally likely, nobody knows which
    together,  // through one winding between `phases`: dead unless all are live
    any,       // on whatever the zone has
  };
  Kind kind = Kind::each;
  std::uint8_t phases = kAllPhases;

  friend bool operator==(const PhaseWish&, const PhaseWish&) = default;
};

// P(what the usage point gets | the zone is live on t).
struct PhaseLiveness {
  double live = 0;
  double partly = 0;
  double dead = 0;
};
PhaseLiveness liveness(PhaseWish wish, std::uint8_t live_phases);

// What one leaf's evidence says of its zone being live on each set t of phases.
struct PhaseLeaf {
  // Log likelihood: the whole, and the parts in which it is dead or partly live.
  struct Term {
    double whole = 0;
    double dead = 0;
    double partly = 0;
  };
  GroupProduct product;                        // leaf_product()
  std::array<std::array<Term, 8>, 2> terms{};  // by concentrator up, down; by t
  // The same with the concentrator up, where the phases of its zone that are gone went after the
  // newest sign of life of its group.
  std::array<Term, 8> since{};
};
PhaseLeaf phase_leaf(const LeafEvidence& leaf, PhaseWish wish, const GroupSettings& settings);

// Leaves that share one service drop, which is open with this probability while the zone has any
// phase, and then takes all their phases.
struct PhaseDrop {
  double open = 0;
  std::array<ByPhases, 2> if_closed{};  // by concentrator up, down
  ByPhases if_closed_since{};           // PhaseLeaf::since
  std::array<ByPhases, 2> if_open{};
  GroupProduct leaves;    // for their having died since
  double died_since = 0;  // DropLeaves::died_since
};

// The drop summed out: what it adds to its group's products, by t.
struct PhaseDropSum {
  ByPhases up{};
  ByPhases down{};
  ByPhases since{};
  double down_since = 0;  // for t = {}
};
PhaseDropSum sum_out(const PhaseDrop& drop);

// P(the drop is open | the zone is live on t, all its leaves said), by concentrator up, down, up
// and phases gone since; by t.
using PhaseDropOpen = std::array<ByPhases, 3>;
PhaseDropOpen p_open(const PhaseDrop& drop);

// What each state of a group weighs, given what the group said: P(its zone is live on t, its
// concentrator is up, or down, or up and what is gone went since). With no phase live all are dead.
struct PhaseWeights {
  double none_live = 0;
  std::array<ByPhases, 3> of_state{};
};

// phase_leaf() and sum_out(), to the last bit; what was asked for lately is not worked out again.
class PhaseLeaves {
 public:
  explicit PhaseLeaves(const GroupSettings& settings);
  // Of these settings, kept by this thread until it asks for others.
  static PhaseLeaves& of_this_thread(const GroupSettings& settings);
  const PhaseLeaf& of(const LeafEvidence& leaf, PhaseWish wish);
  const PhaseDropSum& of(const PhaseDrop& drop);

 private:
  struct KnownDrop {
    PhaseDrop drop;
    PhaseDropSum sum;
    bool any = false;
  };
  struct Known {
    LeafEvidence leaf;
    PhaseWish wish;
    PhaseLeaf says;
    bool any = false;
  };
  GroupSettings settings_;
  std::vector<Known> known_;
  std::vector<KnownDrop> known_drops_;
};

// One communication group inside one zone that is live on any set t of phases, all leaves summed
// out; as GroupLikelihood, with unknown phases of customers marginalised. The concentrator has
// power while any phase of the zone lives: kappa is down_if_dead for t = {} only. A customer who
// is partly live has a live meter and calls of his own kind.
class PhaseGroup {
 public:
  // `died_since` as for group_likelihood: of the ways for any phases to be dead, which went
  // together then. `known`, if given, is of the same settings and outlives the group.
  explicit PhaseGroup(const GroupSettings& settings, double died_since = 0,
                      PhaseLeaves* known = nullptr)
      : settings_(settings), died_since_(died_since), known_(known) {}

  void add(const LeafEvidence& leaf, PhaseWish wish, double times = 1);  // O(8)
  void add(const PhaseLeaf& leaf, double times = 1);
  void add_to(PhaseDrop& drop, const LeafEvidence& leaf, PhaseWish wish) const;
  void add(const PhaseDrop& drop);
  void add(const PhaseDropSum& sum);

  // log P(evidence of the group | live on t).
  ByPhases log_likelihood() const;
  // P(the leaf is without supply), and P(on some of its phases only | all evidence), its premises
  // included. `p_live` is the zone's posterior; the leaf must have been added, by itself or in
  // `drop`.
  struct Out {
    double dead = 0;
    double partly = 0;
  };
  Out p_out(const LeafEvidence& leaf, PhaseWish wish, const ByPhases& p_live,
            const PhaseDrop& drop = {}) const;
  // The same of many leaves of one group and drop.
  PhaseWeights weigh(const ByPhases& p_live) const;
  static Out p_out(const PhaseLeaf& leaf, const PhaseWeights& weights, const PhaseDropOpen& open);

 private:
  const PhaseLeaf& read(const LeafEvidence& leaf, PhaseWish wish, PhaseLeaf& scratch) const;
  double log_concentrator(std::uint8_t t, bool down) const;

  GroupSettings settings_;
  double died_since_ = 0;
  PhaseLeaves* known_ = nullptr;
  ByPhases since_{};
  double down_since_ = 0;
  ByPhases up_{};
  ByPhases down_{};
};

}  // namespace gridmend
