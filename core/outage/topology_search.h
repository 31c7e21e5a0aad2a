#pragma once

#include <vector>

#include "core/outage/switch_topologies.h"

namespace gridmend {

// What stands open in one way to switch a joint (devices of Joint::network, ascending), and with
// what probability before anything was heard of supply.
struct TopologyCase {
  double prior = 0;
  std::vector<Id<Device>> opened;
};

// All ways in which the doubted switches of a joint may stand (SwitchTopologies), by falling prior;
// equal ones in the order of their switches. Not more than a few thousand are looked for: what
// their priors leave to 1 is those not found, and those that cannot be (a ring without a switch to
// open). O(2^doubted + ways * parts).
class TopologySearch {
 public:
  // Of a ring's switches one is the open point as probably as Joint::open_weight says.
  explicit TopologySearch(const Joint& joint);
  std::vector<TopologyCase> run();

 private:
  void stand(std::uint32_t otherwise, double prior);
  void close_from(std::size_t next, double prior);
  std::vector<Id<Device>> path(Id<Device> between) const;
  bool may_open(Id<Device> device) const;

  const Joint& joint_;
  std::vector<Id<Device>> doubted_;  // of the joint's network, none: of no effect there
  std::vector<Id<ConnectivityNode>> sources_;
  std::vector<std::uint8_t> open_;   // by device of the joint's network
  std::vector<Id<Device>> closing_;  // recorded open, in this case closed
  std::vector<TopologyCase> cases_;
};

}  // namespace gridmend
