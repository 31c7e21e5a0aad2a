#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/network/switch_state.h"
#include "core/outage/inference_forest.h"
#include "core/outage/localiser.h"
#include "core/outage/outage.h"

namespace gridmend {

// Connectivity nodes of a joint between which nothing can interrupt or be switched: what is
// supplied together however the doubted switches stand.
struct NetworkPart {
  Id<InferenceZone> zone;  // of the forest on record; none: without supply there
  // What is heard of the zone is heard of this part: the zone has no other with usage points.
  bool speaks_for_zone = false;
  std::uint32_t usage_points_begin = 0;  // in Joint::usage_points
  std::uint32_t usage_points_end = 0;
};

// One way in which the switches of a joint may stand.
struct SwitchTopology {
  double prior = 0;                // sums to 1 over those of a joint
  std::vector<Id<Device>> opened;  // of Joint::network, ascending; all else is closed
  std::shared_ptr<const InferenceForest> forest;  // of Joint::network under it

  bool opens(Id<Device> device) const;
};

// Trees and islands without supply that switches join of which nobody is sure. `network` is what
// can interrupt supply there, or be closed: its node p is part p (nodes beyond the parts carry the
// lengths of their lines), its device c is devices[c] of the whole network (devices beyond those
// are such lengths). Its feeders are those of the whole network, by the same ids.
struct Joint {
  std::vector<Id<InferenceZone>> roots;  // of the forest on record, ascending
  std::vector<DoubtedSwitch> doubted;    // by device
  std::vector<NetworkPart> parts;
  std::vector<Id<UsagePoint>> usage_points;  // by part, within it by communication group, then id
  std::vector<Id<Device>> devices;           // ascending
  NetworkModel network;
  std::vector<SwitchTopology> topologies;  // by falling prior; at least one
  // When the last of the ordered openings was that leave parts of it without supply; none: unknown.
  std::optional<Time> dark_since;
  // Which part speaks for a zone on record, by zone.
  std::vector<std::pair<Id<InferenceZone>, std::uint32_t>> part_of_zone;
  // What it was derived from, beside record and network: every doubt that joins it, as it was
  // before anything was heard of supply; what reports leave of the chance that a device stands
  // open, by device; and how many topologies were asked for at the most.
  std::vector<DoubtedSwitch> joined_by;
  std::vector<double> open_weight;
  std::size_t most_topologies = 0;

  Id<Device> find(Id<Device> whole) const;  // in `network`; none: nothing of the joint. O(log)
  std::uint32_t part_of(Id<InferenceZone> zone) const;  // on record, of one of the roots. O(log)
  std::span<const Id<UsagePoint>> usage_points_in(std::uint32_t part) const {
    return std::span{usage_points}.subspan(
        parts[part].usage_points_begin,
        parts[part].usage_points_end - parts[part].usage_points_begin);
  }
};

// How trees may be switched otherwise than on record, as far as somebody doubts the record:
// - a switch's position is doubted (DeviceEvidence::position_doubted());
// - a normally open switch whose position changed too often to be believed (flapping.h);
// - an island that ordered openings left without supply showed a sign of life after the last of
//   them: every normally open switch at its border that stands open may be closed.
//
// Switches stand independently of each other before anything is heard of supply. One recorded open
// that is closed would join two sources, or close a ring: networks are run so that they do not, so
// the ring stands open elsewhere then, at any of its switches (not fuses) that nobody doubts, each
// alike but for what was reported of its position. Rings closed on record stay closed.
//
// SwitchingSettings bounds what is looked at; what is left out is told with each switch. Nothing is
// doubted: O(devices heard + usage points of islands). Else O(network + topologies * parts).
// A value, cheap to copy.
class SwitchTopologies {
 public:
  // `switches` must be what input.forest was derived from. input.switching is not read. `before`,
  // if given, is of the same forest: joints whose doubts are the same are taken over from it as far
  // as what was heard left them so, which changes nothing but the time it takes.
  static SwitchTopologies derive(const LocaliserInput& input, const SwitchState& switches,
                                 const LocaliserSettings& settings,
                                 const SwitchTopologies* before = nullptr);

  bool empty() const { return doubted_.empty(); }
  std::span<const std::shared_ptr<const Joint>> joints() const { return joints_; }
  // All of them, by device; those of joints with `closed` as before anything was heard.
  std::span<const DoubtedSwitch> doubted() const { return doubted_; }
  // The joint that a tree on record belongs to; nullptr: none. O(joints log)
  const Joint* joint_of(Id<InferenceZone> root) const;

 private:
  std::vector<std::shared_ptr<const Joint>> joints_;
  std::vector<std::shared_ptr<const Joint>> beyond_;  // what may be looked at: contracted only
  std::vector<DoubtedSwitch> doubted_;
};

// What was derived last of one forest, for who looks at it again and again. Threads may share it.
class TopologyMemory {
 public:
  // SwitchTopologies::derive(); always of the same forest.
  SwitchTopologies derive(const LocaliserInput& input, const SwitchState& switches,
                          const LocaliserSettings& settings);

 private:
  std::mutex mutex_;
  SwitchTopologies last_;
};

}  // namespace gridmend
