#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/outage/leaf_reader.h"

namespace gridmend {

// Times after which all behind an open device may have died together, the newest first, of a tree
// in which groups gave their newest signs of life at these times: of those older than
// ReliabilityParameters::live_fresh the newest of each doubling of the age. `share` of each is of
// having opened after it and before the next.
std::vector<DiedSince> times_of_death(const LeafReader& reader, std::span<const Time> newest);

// What one zone's own groups say if they died after each of those times (`since`), and if each
// group may have died after its newest sign of life by itself (`apart`); log likelihoods less that
// of having been dead all along.
struct ZoneDeath {
  double apart = 0;
  std::vector<double> since;
};

// A device that opened after signs of life came from behind it took all that lived there at once,
// and nothing else: what was dark by then was dark by something of its own. With A what is heard
// behind v if all of it was dead all along, and one cut k for each time of death,
//   P(all behind v | v is what took it) = A (1 + sum_k share_k e^{W'_vk})
//   W'_vk = since_k of v + sum W_ck,  W_ck = log((1 - q_c) e^{W'_ck} + q_c)      c next behind v
// so a device may have opened since then with its prior once more, and no more than that: however
// old signs of life are, the odds of "open" never rise above what they were when those were new by
// more than the prior's. Groups by themselves (GroupLikelihood) would each be free to have died
// since, and what is dark all along among them would speak for what feeds them all. As with
// BranchSilence only the dead side changes, and it all comes to a log likelihood ratio that v has
// beside its own.
class DiedTogether {
 public:
  DiedTogether() = default;
  // Zones of one tree or of several by their places, parents (kNoParent: a root) before what lies
  // behind them. O(zones * times); without times nothing is asked for.
  DiedTogether(std::span<const std::uint32_t> parents, std::span<const DiedSince> times,
               const std::function<ZoneDeath(std::size_t)>& own,
               const std::function<double(std::size_t)>& prior);

  bool empty() const { return added_.empty(); }
  double added(std::size_t place) const { return added_.empty() ? 0 : added_[place]; }
  // log P(all of it | everything dead), less what it would be group by group.
  double log_if_all_dead() const { return log_if_all_dead_; }

 private:
  std::vector<double> added_;
  double log_if_all_dead_ = 0;
};

}  // namespace gridmend
