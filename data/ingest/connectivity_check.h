#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "data/ingest/network_builder.h"
#include "data/ingest/profile.h"

namespace gridmend {

// Compares the connectivity nodes that devices name with where their lines are drawn. A node stands
// where most of the ends that may be its are; what disagrees becomes a defect
// connectivity_disagrees (warning) that says both sides:
//  - an end farther than the tolerance from the node it names, and the node, if any, that it meets;
//  - two nodes of one level within the tolerance of each other that no point device joins.
// O(n log n); about 150 bytes a device.
class ConnectivityCheck {
 public:
  explicit ConnectivityCheck(const ConnectivityRule& rule);
  ~ConnectivityCheck();

  // A device with its node ids and geometry, on a level (drawn_network.h).
  void add_device(SourceFeature at, const DeviceInput& device, std::string_view level);

  // All is read: finds where nodes stand.
  void locate();
  // Where the drawing has a node; nullopt before locate(), and for nodes at which no line ends.
  std::optional<Position> position_of(std::string_view node) const;
  void report(NetworkBuilder& builder) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gridmend
