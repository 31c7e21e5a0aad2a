#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "core/network/link_suspicion.h"
#include "core/outage/group_likelihood.h"
#include "core/outage/link_mixture.h"

namespace gridmend {

// A usage point's evidence and the other transformers it may hang on.
struct LinkedLeaf {
  LeafEvidence evidence;
  std::span<const SuspectedLink> links;  // empty: the record is right
  // Shared with the leaves beside it that have the same; counts for those who hang where declared.
  Id<Device> drop = {};
  double drop_open = 0;
  // By link: P(its transformer lives), where that lies in another tree. Empty: all do.
  std::span<const double> live_elsewhere = {};
  double drop_died_since = 0;  // DropLeaves::died_since
};

// Nothing came over the link of any of them.
bool all_silent(std::span<const LinkedLeaf> leaves);

// The evidence of one communication group of one zone in which links are suspected, as factors on
// the zone and on zones above it: inference over the tree stays exact and linear.
//
// Model: each usage point hangs where it is declared, or on the transformer of one of its links,
// with their probabilities, independently. Declared ones share the group's concentrator; one that
// hangs elsewhere reports through a concentrator of its own. A link elsewhere in the tree lives as
// long as the nearest zone above both (spread_over_links says why), one to another tree with the
// chance that the leaf is given, one to a transformer without supply never. All of these zones
// stand in line above the group's, so what counts is the lowest that lives: with j of it, the
// group's likelihood F_j is a sum over the concentrator of products over usage points, and level j
// gets log F_j - log F_{j+1}.
class LinkedGroup {
 public:
  // O(leaves * levels + levels log); levels are at most one more than the links.
  LinkedGroup(const InferenceForest& forest, Id<InferenceZone> zone,
              std::span<const LinkedLeaf> leaves, const GroupSettings& settings,
              double died_since = 0);

  // The group's zone first, then those above it that links lead to.
  std::span<const Id<InferenceZone>> levels() const { return levels_; }
  // One a level. Their sum is log P(evidence | all live) - log P(evidence | all dead).
  std::vector<ZoneShare> shares() const;
  // The zone that all its usage points lie at or behind, wherever they hang; none where one may
  // hang in another tree or on a transformer without supply.
  std::optional<Id<InferenceZone>> top() const;
  // Where top() is dead: log P(evidence), and what of it is left with all links down. The rest is
  // not filled in.
  GroupLikelihood if_all_dead() const;
  // P(the leaf is without supply | all evidence), its premises included, by leaf. `p_live` is the
  // posterior that each level lives.
  std::vector<double> p_out(std::span<const double> p_live) const;
  // log P(evidence of the group), where levels live as `p_live` says without it.
  double log_evidence(std::span<const double> p_live) const;

 private:
  // Log likelihood of a leaf, all of it and the part in which the leaf is dead.
  struct Term {
    double whole = 0;
    double dead = 0;
  };
  // Given that levels from `lowest` upwards live and none below.
  struct State {
    std::size_t lowest = 0;
    bool down = false;
    bool since = false;  // dead since the newest sign of life
  };
  // What the drop of some leaves may be: open all along, or since its newest sign of life.
  enum class Drop : std::uint8_t { closed, open, died };
  static constexpr std::array kDrops = {Drop::closed, Drop::open, Drop::died};
  // What a leaf says, whatever the state.
  struct Said {
    GroupProduct declared;      // where it is recorded
    double by_itself = 0;       // there, dead by itself, the concentrator up
    GroupLikelihood elsewhere;  // behind a concentrator of its own
    double premises_dead = 0;   // there, its zone live
    double log_declared = 0;    // that it hangs where it is recorded
  };
  struct Links {
    std::vector<double> weight;  // by level: hangs elsewhere and lives with it
    double declared = 1;
    double always = 0;
    double never = 0;
  };

  void place(const InferenceForest& forest, Id<InferenceZone> zone,
             std::span<const LinkedLeaf> leaves);
  void read(std::span<const LinkedLeaf> leaves);
  Term term(std::size_t leaf, State state, Drop drop) const;
  double own_if_dead(const Said& said, State state, Drop drop) const;
  std::size_t drop_end(std::size_t leaf) const;
  // log P(that, and what leaves from `begin` on that share it say), one a kDrops.
  std::array<double, 3> log_by_drop(std::size_t begin, State state) const;
  double log_concentrator(State state) const;
  double log_product(State state) const;
  double log_likelihood(std::size_t lowest) const;
  // What the concentrator and the time of death may be.
  static std::span<const State> states();

  GroupSettings settings_;
  double died_since_ = 0;
  std::vector<Id<InferenceZone>> levels_;
  double log_premises_ = 0;
  std::vector<Said> said_;  // by leaf
  std::vector<Links> links_;
  std::vector<Id<Device>> drop_;  // by leaf
  std::vector<double> drop_open_, drop_died_since_;
};

}  // namespace gridmend
