#include "core/outage/switch_topologies.h"

#include <algorithm>
#include <cmath>
#include <utility>

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

std::vector<double> open_weights(const LocaliserInput& input, const Joint& joint,
                                 const LocaliserSettings& settings) {
  std::vector<double> weights;
  weights.reserve(joint.devices.size());
  for (const Id<Device> device : joint.devices)
    weights.push_back(open_weight(input, device, settings));
  return weights;
}

// The forest of one that `known` has, or a new one.
std::shared_ptr<const InferenceForest> forest_of(const Joint& joint, const TopologyCase& one,
                                                 const SwitchState& as_recorded,
                                                 std::span<const SwitchTopology> known) {
  const auto same = std::ranges::find(known, one.opened, &SwitchTopology::opened);
  if (same != known.end()) return same->forest;
  SwitchState state = as_recorded;
  for (const Id<Device> device : one.opened) state.open(device);
  return std::make_shared<const InferenceForest>(
      InferenceForest::contract(SupplyForest::derive(joint.network, state)));
}

// In place of those it has, which are of the same network.
void find_topologies(const SwitchState& switches, Joint& joint) {
  std::vector<TopologyCase> cases = TopologySearch{joint}.run();
  if (cases.size() > joint.most_topologies) cases.resize(joint.most_topologies);
  double kept = 0;
  for (const TopologyCase& one : cases) kept += one.prior;
  SwitchState as_recorded{joint.network};
  for (std::size_t c = 0; c < joint.devices.size(); ++c) {
    if (!switches.conducts(joint.devices[c])) continue;
    as_recorded.set_open_phases(Id<Device>{c}, switches.open_phases(joint.devices[c]));
  }
  const std::vector<SwitchTopology> known = std::move(joint.topologies);
  joint.topologies.clear();
  for (const TopologyCase& one : cases) {
    joint.topologies.push_back(
        {one.prior / kept, one.opened, forest_of(joint, one, as_recorded, known)});
  }
  for (DoubtedSwitch& doubt : joint.doubted) {
    doubt.topologies = static_cast<std::uint32_t>(cases.size());
    doubt.left_out = std::max(0.0, 1 - kept);
  }
}

// The same joint where neither its network nor what was heard of its switches changed.
std::shared_ptr<const Joint> with_topologies(std::shared_ptr<const Joint> joint,
                                             const LocaliserInput& input,
                                             const SwitchState& switches,
                                             const LocaliserSettings& settings, std::size_t most) {
  std::vector<double> weights = open_weights(input, *joint, settings);
  if (joint->most_topologies == most && joint->open_weight == weights) return joint;
  auto made = std::make_shared<Joint>(*joint);
  made->open_weight = std::move(weights);
  made->most_topologies = most;
  find_topologies(switches, *made);
  return made;
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
                                          const LocaliserSettings& settings,
                                          const SwitchTopologies* before) {
  SwitchTopologies result;
  std::optional<DarkNodes> dark;
  result.doubted_ = find_doubted_switches(input, switches, settings, dark);
  for (DoubtedSwitch& doubt : result.doubted_) doubt.closed = doubt.closed_before;
  if (result.doubted_.empty()) return result;
  if (!dark) dark.emplace(input.forest, switches);
  std::vector<std::shared_ptr<const Joint>> known;
  if (before != nullptr) {
    known = before->joints_;
    known.insert(known.end(), before->beyond_.begin(), before->beyond_.end());
  }
  std::size_t zones_left = settings.switching.by_topologies_zones;
  for (std::shared_ptr<const Joint>& joint : contract_joints(
           input, switches, *dark, result.doubted_, settings.switching.switches, known)) {
    // The record itself is one of the ways, and the first to be left out would be a coin's other
    // side.
    if (joint->doubted.empty() || zones_left < 2 * joint->parts.size()) {
      result.beyond_.push_back(std::move(joint));
      continue;
    }
    const std::size_t parts = std::max<std::size_t>(joint->parts.size(), 1);
    const std::size_t most =
        std::min<std::size_t>(settings.switching.topologies, zones_left / parts);
    joint = with_topologies(std::move(joint), input, switches, settings, most);
    zones_left -= joint->topologies.size() * parts;
    for (const DoubtedSwitch& doubt : joint->doubted) {
      *std::ranges::lower_bound(result.doubted_, doubt.device, {}, &DoubtedSwitch::device) = doubt;
    }
    result.joints_.push_back(std::move(joint));
  }
  return result;
}

SwitchTopologies TopologyMemory::derive(const LocaliserInput& input, const SwitchState& switches,
                                        const LocaliserSettings& settings) {
  SwitchTopologies before;
  {
    const std::lock_guard lock{mutex_};
    before = last_;
  }
  SwitchTopologies now = SwitchTopologies::derive(input, switches, settings, &before);
  const std::lock_guard lock{mutex_};
  last_ = now;
  return now;
}

const Joint* SwitchTopologies::joint_of(Id<InferenceZone> root) const {
  for (const std::shared_ptr<const Joint>& joint : joints_) {
    if (std::ranges::binary_search(joint->roots, root)) return joint.get();
  }
  return nullptr;
}

}  // namespace gridmend
