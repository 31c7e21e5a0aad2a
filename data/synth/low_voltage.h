#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "data/synth/town_network.h"

namespace gridmend {

// A stretch of street with its transformer in the middle.
struct TransformerArea {
  std::uint32_t street_edge = 0;
  bool forward = true;
  std::uint32_t tap = 0;  // node on the feeder
  std::uint32_t feeder = 0;
  double tap_m = 0;      // along `street`
  double stretch_m = 0;  // of street that it serves
  std::uint32_t usage_points = 0;
  const std::vector<PlanePoint>& street;
};

// Transformers, poles, service drops and meters along a street.
class LowVoltage {
 public:
  LowVoltage(const StreetPlan& plan, TownNetwork& out, std::uint64_t seed)
      : plan_(plan), out_(out), random_(Random{seed}.fork(0x10)) {}

  void grow(const TransformerArea& area);

 private:
  std::uint32_t add_node(PlanePoint at);
  void add_line(DeviceKind kind, std::uint32_t from, std::uint32_t to, std::uint32_t feeder,
                PhaseSet phases);
  std::uint32_t add_transformer(const TransformerArea& area);
  std::uint32_t building(const TransformerArea& area, double along_m, std::uint32_t pole,
                         PhaseSet phases);
  void move_in(const TransformerArea& area, std::uint32_t transformer, std::uint32_t node,
               int count, PhaseSet phases);

  const StreetPlan& plan_;
  TownNetwork& out_;
  Random random_;
  std::uint16_t house_ = 0;
};

// Makes hospitals, pump stations, schools and the like of some usage points: pump stations near the
// river, hospitals away from it.
void name_places(TownNetwork& network, const Terrain& terrain, std::uint64_t seed);

}  // namespace gridmend
