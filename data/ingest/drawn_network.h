#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/drawn_connectivity.h"
#include "data/ingest/network_builder.h"
#include "data/ingest/profile.h"

namespace gridmend {

// What a drawn feature says beside what every device says.
struct DrawnTraits {
  std::string_view level;     // things of one level snap to each other
  std::string_view to_level;  // of a transformer's lower-voltage side; empty: as `level`
  bool tapped = true;         // others may meet the middle of the line
  std::optional<double> reach_m;
};

// Collects a network whose features name no connectivity nodes and hands it to a NetworkBuilder
// with the nodes that the drawing shows (drawn_connectivity.h; docs/algorithms/connectivity.md):
//  - a line that is cut, or whose parts do not meet, becomes devices "mrid", "mrid/1", "mrid/2",
//    ... in its direction; a declared length is shared out by length;
//  - nodes are named after their level and place: "mv@50.0123456,11.7654321";
//  - features without a usable geometry are left out (severe; usage points with a transformer
//    hang there);
//  - a usage point hangs at the nearest line's nearer end; out of reach of all it is refused, or
//    hangs at the transformer it names;
//  - a feeder starts where its point or area meets a line.
// Everything done beyond taking what meets exactly is a defect. Texts are copied; about 200 bytes
// a feature and 40 a vertex.
class DrawnNetwork {
 public:
  explicit DrawnNetwork(const ConnectivityRule& rule);
  ~DrawnNetwork();

  // `line_ends` as VectorFeature has them.
  void add_device(SourceFeature at, const DeviceInput& device, const DrawnTraits& traits,
                  std::span<const std::size_t> line_ends);
  void add_usage_point(SourceFeature at, const UsagePointInput& usage_point,
                       const std::vector<std::string>& levels, std::optional<double> reach_m);
  // `place` is a point, or the outline of an area, closed or not; or nothing.
  void add_feeder(SourceFeature at, const FeederInput& feeder, std::span<const Position> place,
                  const std::vector<std::string>& levels, std::optional<double> reach_m);

  // Where something is that has no geometry but names a connectivity node.
  using PlaceOfNode = std::function<std::optional<Position>(std::string_view node)>;
  // All is read.
  void resolve(NetworkBuilder& builder, const PlaceOfNode& place_of_node = {}) &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gridmend
