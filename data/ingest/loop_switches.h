#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/network/network_model.h"

namespace gridmend {

// A loop as a path: from where supply enters it, through `closing`, back to there or to the other
// source. Devices follow each other.
struct LoopPath {
  std::vector<Id<Device>> devices;
  std::size_t closing = 0;       // place of the device that closes it
  bool between_sources = false;  // its ends are two sources
};

// The conductors A, B and C that go all the way round, as far as phases are known.
std::uint8_t phases_all_round(const NetworkModel& network, const LoopPath& loop);

// Which switch of a loop stands open in truth. Several signs, each worth some log odds, are added:
//  - how many switches of its kind stand open in this network (of few, what is usual: load-break
//    switches and disconnectors, opened by hand, before fuses and breakers);
//  - the declared feeders of what lies before and behind it differ;
//  - it lies in the middle, about as far from the loop's one end as from the other;
//  - its id says tie, NO or 联络;
//  - it is not the first device behind a source, and no neighbour is already open.
class LoopSwitches {
 public:
  // O(devices).
  explicit LoopSwitches(const NetworkModel& network);

  struct Suspect {
    std::size_t place = 0;  // in LoopPath::devices
    std::string reasons;    // for a person: "a disconnector (20 of 112 stand open here), ..."
    // It carries no phase that does not go all the way round: open, it takes none from anybody.
    bool spares_phases = false;
    bool at_source = false;  // nothing lies between it and a source
  };
  // None when the loop has no switch; one that spares phases before all others. O(length of the
  // loop and incident devices).
  std::optional<Suspect> likeliest(const LoopPath& loop) const;

 private:
  double kind_score(DeviceKind kind) const;
  std::pair<Id<Feeder>, Id<Feeder>> feeders_beside(const LoopPath& loop, std::size_t place) const;
  bool open_neighbour(Id<Device> id) const;

  const NetworkModel& network_;
  std::array<std::size_t, kDeviceKinds> all_{};
  std::array<std::size_t, kDeviceKinds> open_{};
  std::vector<std::uint8_t> is_source_;  // by connectivity node
};

}  // namespace gridmend
