#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/outage/call_mixture.h"
#include "core/outage/evidence_book.h"
#include "core/outage/settings.h"
#include "core/outage/streaming_tree.h"

namespace gridmend {

// What spreading calls that name no usage point has to know of everything else that was heard.
struct CallSurroundings {
  const InferenceForest& forest;
  const LocaliserSettings& settings;
  Time at{};
  // From when a tree's silence counts, by its root; none where nothing speaks for dark anywhere.
  std::function<std::optional<Time>(Id<InferenceZone>)> silence_from;
  // Was the usage point's supply confirmed after the call?
  std::function<bool(Id<UsagePoint>, Time)> settled;
};

// What a call says of its places as they stand: those whose supply was settled since explain it and
// say nothing of now.
struct PlacedCall {
  CallMixture mixture;
  Id<InferenceZone> likeliest;
};

// Places calls one by one; what they say of a tree's usage points is worked out once. One thread.
class CallPlacing {
 public:
  explicit CallPlacing(const CallSurroundings& surroundings) : around_(surroundings) {}
  // None that a wrong clock dates ahead, nor one of which every place is settled. `repeated`: the
  // one before it (calls_by_time) has the very same places.
  std::optional<PlacedCall> place(const SpreadCall& call, bool repeated);

 private:
  // Of a usage point if it is dead, and if it lives.
  struct Says {
    double if_dead = 0, if_live = 0;
  };
  Says read(const SpreadCall& call, Id<InferenceZone> root);
  Says read(const SpreadCall& call, Time onset) const;

  const CallSurroundings& around_;
  std::map<std::pair<Id<InferenceZone>, Complaint>, Says> known_;
};

struct CallInTurn {
  const SpreadCall* call = nullptr;
  bool repeated = false;
};
// All of a book's, in the order in which they are spread.
std::vector<CallInTurn> calls_by_time(const EvidenceBook& book);

// From when a call that is kept makes trees dark, by root: those that it is of probably enough.
std::vector<std::pair<Id<InferenceZone>, Time>> call_onsets(const SpreadCall& call,
                                                            const CallSurroundings& surroundings);

// Spreads calls whose zones do not stand in line: expectation propagation, each call anew on what
// all the others say. Two rounds come nine tenths of the way from one to the truth, more come no
// nearer. `tree_of` gives the tree of a root with everything else in it; when it is done all shares
// are in the trees too. By call, the shares. O(calls * zones of a call squared * log zones).
std::vector<std::vector<ZoneShare>> project_calls(
    const InferenceForest& forest, std::span<const CallMixture> calls,
    const std::function<StreamingTree&(Id<InferenceZone>)>& tree_of);

}  // namespace gridmend
