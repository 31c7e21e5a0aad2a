#pragma once

#include <memory>
#include <vector>

#include "core/network/section_feeding.h"
#include "core/network/supply_forest.h"
#include "core/network/switch_state.h"
#include "core/outage/inference_forest.h"
#include "core/outage/switch_topologies.h"

namespace gridmend {

// One switch state and what follows from it. The forests are derived when somebody first asks
// (thread-safe; the others wait), for a switch state that nobody looks at need not be traced.
class SupplyPicture {
 public:
  SupplyPicture(NetworkModel network, SwitchState switches);
  ~SupplyPicture();
  SupplyPicture(const SupplyPicture&) = delete;
  SupplyPicture& operator=(const SupplyPicture&) = delete;

  const SwitchState& switches() const { return switches_; }
  const SupplyForest& forest() const;
  const InferenceForest& inference() const;
  // What localisation found last of how inference() may be switched otherwise: it says nothing new.
  TopologyMemory& topologies() const;
  // Every section under these switches, beside how it is fed under `normal`: always the same one
  // for one picture.
  const std::vector<SectionFeeding>& sections(const SupplyForest& normal) const;

 private:
  struct Derived;
  NetworkModel network_;
  SwitchState switches_;
  std::unique_ptr<Derived> derived_;
};

}  // namespace gridmend
