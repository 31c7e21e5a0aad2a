#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/outage/search_list.h"

namespace gridmend {

// The posterior of one tree of zones (sum_product.h) in Euler-tour order: zone 0 is the root, and
// everything behind zone v is [v, zones_end[v]). Columns are of one length.
struct ZoneBelief {
  std::span<const std::uint32_t> parent;     // kNoParent for the root
  std::span<const std::uint32_t> zones_end;  // one past the last zone behind
  std::span<const double> prior;             // q_v, reports folded in
  std::span<const double> p_live;            // h_v
  std::span<const double> p_active;          // f_v

  bool holds(std::uint32_t zone, std::uint32_t other) const {
    return zone <= other && other < zones_end[zone];
  }
};

// A device on the list: what it costs when it is the open one, and how long a look at it takes.
struct SearchSuspect {
  std::uint32_t zone = 0;  // that it heads
  double weight = 0;       // of the customers behind it
  double minutes = 0;      // above 0
};

// A meter that may be asked. What it says depends on which of some zones in line (`levels`, lowest
// first, each ahead of the one before; mostly the meter's own zone alone) is the lowest that lives:
// answered[i] and unanswered[i] are the chances given that it is levels[i] and given all that was
// heard, the last entry that none lives. They sum to 1.
struct PingQuestion {
  std::vector<std::uint32_t> levels;
  std::vector<double> answered;
  std::vector<double> unanswered;
};

// P(it will be answered). O(levels).
double p_answered(const ZoneBelief& belief, const PingQuestion& question);

// What an answer is worth: the cost of the list of suspects (search_list.h) as things are believed
// now, less its mean over the answers, each with the list in the best order for what is believed
// then. Exact; the tree is not inferred again for it.
//
// Ping at zone z, with e one of its answers: the suspects' losses together with e are
//   i at or above z:      P(i active, e) = f_i P(e | dead)
//   i elsewhere, m the lowest zone that holds i and z:
//                         P(i active, e) = f_i (h_z P(e | live) + (h_m - h_z) P(e | dead)) / h_m
// for what is active above z makes z dead, and given that m lives, its branches know nothing of
// each other. With several levels the bracket is a sum over the lowest that lives.
// Look at the device of zone v, which shows whether it is open, p its parent:
//   v itself: active means open.          i above v: v is open with its prior q_v.
//   i behind v: v is closed.              i elsewhere: open with
//   (f_v + (h_m - h_p) q_v) / h_m.
// Costs are of the first degree in the losses, so joint ones need no division by P(e).
//
// O(sum of the suspects' depths) to make, O(suspects log) a question. Belief and suspects must
// outlive it.
class InformationValue {
 public:
  InformationValue(const ZoneBelief& belief, std::span<const SearchSuspect> suspects);

  // Of the list as things are believed now, in weighted customer-minutes.
  double cost() const { return cost_; }
  // At least 0.
  double ping_gain(const PingQuestion& question);
  // By knowing alone, for nothing. At least 0.
  double look_gain(std::uint32_t zone);
  // By going there first, for `minutes` in which everybody waits, and then down the list of the
  // others as it is best after what was seen; a device found open is put right then. May be
  // negative; at least 0 for the first on the list with its own minutes.
  double first_look_gain(std::uint32_t zone, double minutes);
  // p_active of each suspect once an answer is known, or it was seen that the device of `zone` is
  // closed. 0 for all when that cannot be.
  std::vector<double> p_active_after(const PingQuestion& question, bool answered) const;
  std::vector<double> p_active_if_closed(std::uint32_t zone) const;
  // Suspects in the order of the list, as places in `suspects`.
  std::vector<std::uint32_t> order();

 private:
  // Chances of seeing the device of `zone` open and closed, given that a suspect is active.
  struct Seen {
    double open = 0;
    double closed = 0;
  };
  Seen seen(std::uint32_t zone, std::size_t suspect) const;
  double given_active(const PingQuestion& question, std::span<const double> answer,
                      std::size_t suspect) const;
  std::uint32_t holding_both(std::size_t suspect, std::uint32_t zone) const;
  // Mean cost after a look at the zone's device, those who are behind it when it is open left out
  // if `put_right`.
  double cost_after_look(std::uint32_t zone, bool put_right);

  const ZoneBelief& belief_;
  std::span<const SearchSuspect> suspects_;
  SearchList list_;
  std::vector<double> losses_;
  std::vector<double> joint_;
  std::vector<std::uint32_t> paths_;        // of each suspect, root first
  std::vector<std::uint32_t> paths_begin_;  // by suspect, one more
  double cost_ = 0;
};

}  // namespace gridmend
