#include "core/outage/switch_topologies.h"

#include <algorithm>
#include <cmath>

#include "core/outage/dark_nodes.h"
#include "core/outage/device_priors.h"
#include "core/outage/joint_builder.h"
#include "core/outage/switch_doubts.h"
#include "core/outage/topology_search.h"

namespace gridmend {
namespace {

// What reports of a switch's position leave of the chance that it stands open.
double open_weight(const LocaliserInput& input, Id<Device> device,
                   const LocaliserSettings& settings) {
  const DeviceEvidence* heard = input.evidence.find(device);
  if (heard == nullptr) return 1;
  const ZoneReport report{{}, device, heard};
  const ReportShares told = report_shares(
      {&report, 1}, Time{}, input.at + settings.reliability.clock_skew, settings.reliability);
  return std::exp(std::min(0.0, told.switch_position));
}

void add_topologies(const LocaliserInput& input, const SwitchState& switches,
                    const LocaliserSettings& settings, std::size_t& zones_left, Joint& joint) {
  TopologySearch search{joint, [&](Id<Device> device) {
                          return open_weight(input, joint.devices[device.index], settings);
                        }};
  std::vector<TopologyCase> cases = search.run();
  const std::size_t parts = std::max<std::size_t>(joint.parts.size(), 1);
  const std::size_t most = std::min<std::size_t>(settings.switching.topologies, zones_left / parts);
  if (cases.size() > most) cases.resize(most);
  zones_left -= cases.size() * parts;
  double kept = 0;
  for (const TopologyCase& one : cases) kept += one.prior;
  SwitchState as_recorded{joint.network};
  for (std::size_t c = 0; c < joint.devices.size(); ++c) {
    if (!switches.conducts(joint.devices[c])) continue;
    as_recorded.set_open_phases(Id<Device>{c}, switches.open_phases(joint.devices[c]));
  }
  for (const TopologyCase& one : cases) {
    SwitchState state = as_recorded;
    for (const Id<Device> device : one.opened) state.open(device);
    joint.topologies.push_back(
        {one.prior / kept, one.opened,
         InferenceForest::contract(SupplyForest::derive(joint.network, state))});
  }
  for (DoubtedSwitch& doubt : joint.doubted) {
    doubt.topologies = static_cast<std::uint32_t>(cases.size());
    doubt.left_out = std::max(0.0, 1 - kept);
  }
}

}  // namespace

bool SwitchTopology::opens(Id<Device> device) const {
  return std::ranges::binary_search(opened, device);
}

Id<Device> Joint::find(Id<Device> whole) const {
  const auto it = std::ranges::lower_bound(devices, whole);
  if (it == devices.end() || *it != whole) return {};
  return Id<Device>{static_cast<std::size_t>(it - devices.begin())};
}

std::uint32_t Joint::part_of(Id<InferenceZone> zone) const {
  const auto it = std::ranges::lower_bound(part_of_zone, zone, {},
                                           &std::pair<Id<InferenceZone>, std::uint32_t>::first);
  GRIDMEND_CHECK(it != part_of_zone.end() && it->first == zone, "the zone is of the joint");
  return it->second;
}

SwitchTopologies SwitchTopologies::derive(const LocaliserInput& input, const SwitchState& switches,
                                          const LocaliserSettings& settings) {
  SwitchTopologies result;
  std::optional<DarkNodes> dark;
  result.doubted_ = find_doubted_switches(input, switches, settings, dark);
  for (DoubtedSwitch& doubt : result.doubted_) doubt.closed = doubt.closed_before;
  if (result.doubted_.empty()) return result;
  if (!dark) dark.emplace(input.forest, switches);
  std::size_t zones_left = settings.switching.by_topologies_zones;
  for (Joint& joint :
       contract_joints(input, switches, *dark, result.doubted_, settings.switching.switches)) {
    // The record itself is one of the ways, and the first to be left out would be a coin's other
    // side.
    if (joint.doubted.empty() || zones_left < 2 * joint.parts.size()) continue;
    add_topologies(input, switches, settings, zones_left, joint);
    for (const DoubtedSwitch& doubt : joint.doubted) {
      *std::ranges::lower_bound(result.doubted_, doubt.device, {}, &DoubtedSwitch::device) = doubt;
    }
    result.joints_.push_back(std::move(joint));
  }
  return result;
}

const Joint* SwitchTopologies::joint_of(Id<InferenceZone> root) const {
  for (const Joint& joint : joints_) {
    if (std::ranges::binary_search(joint.roots, root)) return &joint;
  }
  return nullptr;
}

}  // namespace gridmend
