#include "core/network/switch_state.h"

#include "core/network/phase_supply.h"

namespace gridmend {

PhaseSet SwitchState::normal(Id<Device> device) const {
  return devices_[device].normally_open != 0 ? PhaseSet::abc() : PhaseSet::none();
}

PhaseSet SwitchState::open_phases(Id<Device> device) const {
  const auto it = departures_.find(device);
  return it == departures_.end() ? normal(device) : it->second;
}

bool SwitchState::conducts(Id<Device> device) const {
  return left_closed(devices_[device].phases, open_phases(device)).any();
}

void SwitchState::set_open_phases(Id<Device> device, PhaseSet open) {
  open = open & PhaseSet::abc();
  if (open == normal(device)) {
    departures_.erase(device);
  } else {
    departures_.insert_or_assign(device, open);
  }
}

}  // namespace gridmend
