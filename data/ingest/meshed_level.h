#pragma once

#include <vector>

#include "core/network/network_model.h"
#include "data/ingest/loop_switches.h"

namespace gridmend {

// Where grids are run meshed: above a voltage a loop of closed devices is no mistake of the data.
// A connectivity node has the voltage of what is at it; of a transformer the higher side's is
// known, the lower's from what hangs there.
class MeshedLevel {
 public:
  // O(devices).
  MeshedLevel(const NetworkModel& network, double above_kv);

  bool above(Id<ConnectivityNode> node) const { return kv_[node.index] > above_kv_; }
  // False where no node is above: no loop needs to be looked at.
  bool exists() const { return exists_; }
  // Is all of the loop above that voltage? Between two sources: all that lies between the
  // transformers through which these feed it, as those of power stations do. Where a voltage is not
  // known it is not. O(length of the loop).
  bool holds(const LoopPath& loop) const;

 private:
  std::vector<Id<ConnectivityNode>> nodes_of(const LoopPath& loop) const;

  const NetworkModel& network_;
  double above_kv_;
  bool exists_ = false;
  std::vector<float> kv_;  // by connectivity node; 0 unknown
};

}  // namespace gridmend
