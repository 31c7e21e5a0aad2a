#pragma once

#include <set>
#include <span>
#include <vector>

#include "core/outage/heard_returns.h"

namespace gridmend {

// Supply came back to a zone at another time than was known: `before`, or kNeverHeard.
struct ChangedReturn {
  Id<InferenceZone> zone;
  Time before{};
};

// When supply last came back to each zone, so that all behind it had been dark until then, whatever
// else had opened there. Known by
//  - a report that a device is back in service, or a device that stood open for a while and was
//    told to be closed (DeviceEvidence::closed_at; not where it is flapping). Such a word counts
//    when what was heard behind the device says rather that supply had gone (was_dark()): who never
//    was dark owes no power-up;
//  - power-ups that came within ReliabilityParameters::back_together of each other, though nobody
//    reported anything: the newest such burst counts that says rather that the whole zone came back
//    than that each in it did so by itself, by its first. In a burst are a zone's service drops and
//    the zones next behind it that came back so themselves; against it speak drops and zones that
//    were dark and stay silent, and the silence of one phase. A burst of usage points of which none
//    or too few were heard to be dark before is of meters that were started anew.
// What follows a return by no more than back_together is of the same one. It comes to all behind;
// but a zone whose meters were heard since and said neither that supply had gone nor that it came
// back takes no part in it, whatever was told.
class SupplyReturns {
 public:
  // All of it. O(zones + usage points heard + usage points behind what was told to be back).
  void read(const HeardReturns& heard);
  // The same after something more was heard from usage points of the zone, or became known of them
  // as time passed. The zones to which supply came back at another time than was known. O(usage
  // points of the zone and those behind what was told to be back ahead of it, zones next behind);
  // where something changed also O(zones and usage points behind the first that did).
  std::vector<ChangedReturn> reread(const HeardReturns& heard, Id<InferenceZone> zone);
  // The same as time passes, with what was known: where power-ups are on their way, each that does
  // not come says more. O(as reread() of the zones in which some came within the last ten
  // half-times of their arrival).
  std::vector<ChangedReturn> pass_time(const HeardReturns& heard);

  // By zone; kNeverHeard where it never did. Empty when it came back nowhere.
  const std::vector<Time>& by_zone() const { return returned_; }

 private:
  void read_words(const HeardReturns& heard);
  void read_power_ups(const HeardReturns& heard);
  Id<InferenceZone> reread_words(const HeardReturns& heard, Id<InferenceZone> zone);
  Id<InferenceZone> reread_power_ups(const HeardReturns& heard, Id<InferenceZone> zone);
  Time read_burst(const HeardReturns& heard, Id<InferenceZone> zone);
  void inherit(const HeardReturns& heard, Id<InferenceZone> first,
               std::vector<ChangedReturn>& changed);
  void take_part(const HeardReturns& heard, Id<InferenceZone> zone,
                 std::vector<ChangedReturn>& changed);

  // By zone; empty where nothing is known. By word; by power-ups; since when somebody behind is
  // dark whom nothing was heard of since; the last of the first two, of it and all ahead of it; the
  // same where it took part.
  std::vector<Time> told_, burst_, dark_, passed_on_, returned_;
  std::set<Id<InferenceZone>> coming_back_;  // power-ups of theirs may be on their way
};

// By zone: when something ahead of it, its own device among them, was last reported to be back in
// service, true or not; kNeverHeard. Empty when nothing was.
std::vector<Time> reported_back(const InferenceForest& forest, std::span<const ZoneReport> reports,
                                Time until);

}  // namespace gridmend
