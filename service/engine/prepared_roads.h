#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "data/region/region.h"
#include "routing/road/fleet_roads.h"
#include "service/engine/engine_settings.h"

namespace gridmend {

// The roads of a region, prepared for questions, and what was prepared for the last ones: the index
// is made once; water is sampled on the roads once for all classes and kept while it is the same;
// a class is customised when water, closures or the step of the forecast change, and only for what
// differs. Every World of a region shares one. Thread-safe; the answers depend on the arguments
// alone. Without roads only region() may be asked.
class PreparedRoads {
 public:
  explicit PreparedRoads(std::shared_ptr<const Region> region);

  const std::shared_ptr<const Region>& region() const { return region_; }
  // Made at the first question: from the order the region keeps, else some seconds for a large
  // city.
  const RoadIndex& index();

  // Vehicles of one class under the world's water and closures from `now` on; what happens after
  // `until` is not looked at.
  std::shared_ptr<const FleetRoads> fleet(const World& world, VehicleClass vehicle_class, Time now,
                                          Time until, const EngineSettings& settings);
  // Where somebody at the position enters and leaves the roads on wheels.
  std::vector<SearchStart> doors(Position position, const SnapSettings& settings);
  // Can a crew get there, see find_access().
  RoadAccess access(const World& world, const AccessQuestion& question,
                    const EngineSettings& settings);

 private:
  struct Kept {
    std::shared_ptr<const Water> water;
    std::shared_ptr<const RecordMap<ClosureRecord>> closures;
    Time until{};
    std::shared_ptr<const RoadForecast> forecast;
    std::map<VehicleClass, std::shared_ptr<const FleetRoads>> fleets;
  };
  void take_water(const World& world);
  const RoadForecast& forecast(const World& world, Time now, Time until,
                               const EngineSettings& settings);

  std::shared_ptr<const Region> region_;
  std::once_flag indexed_;
  RoadIndex index_;
  std::mutex mutex_;
  SampledWater sampled_;  // of kept_.water
  Kept kept_;
  std::map<std::pair<double, double>, std::vector<SearchStart>> doors_;
};

}  // namespace gridmend
