#pragma once

#include <map>

#include "core/network/network_model.h"

namespace gridmend {

// Which phases of which switches are open now: the as-built normal positions plus what has been
// operated since. A small overlay, cheap to copy with the snapshots that carry it.
class SwitchState {
 public:
  explicit SwitchState(const NetworkModel& network) : devices_(network.devices()) {}

  PhaseSet open_phases(Id<Device> device) const;
  // What stands open in normal operation: everything at a normally open device, else nothing.
  PhaseSet normal(Id<Device> device) const;
  // At least one conductor of the device passes current. Lines and transformers always do, unless
  // they have been opened (a line cut clear). What is open on A, B and C is open on the legs of a
  // split-phase device too.
  bool conducts(Id<Device> device) const;

  void open(Id<Device> device) { set_open_phases(device, PhaseSet::abc()); }
  void close(Id<Device> device) { set_open_phases(device, PhaseSet::none()); }
  void set_open_phases(Id<Device> device, PhaseSet open);

  // Devices that stand otherwise than in normal operation, by id.
  const std::map<Id<Device>, PhaseSet>& departures() const { return departures_; }

 private:
  Table<Device> devices_;
  std::map<Id<Device>, PhaseSet> departures_;
};

}  // namespace gridmend
