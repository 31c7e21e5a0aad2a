#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "data/region/region.h"
#include "routing/road/fleet_book.h"
#include "service/engine/engine_settings.h"

namespace gridmend {

// The roads of a region, prepared for questions, and what was prepared for the last ones: the index
// is made once; water is sampled on the roads once for all classes and kept while it is the same
// and ahead; a class is customised when water, closures, limits or the step of the forecast change,
// and only for what differs; what was found about sites is kept as long. Every World of a region
// shares one. Thread-safe; the answers depend on the arguments alone. Without roads only region()
// may be asked.
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
  // Their travel times, see fleet_travel(). Classes may be asked for at the same time; one class is
  // answered one question after another. Ways on foot are looked up here: sites come without.
  FleetTravel travel(const World& world, VehicleClass vehicle_class, Time now, Time until,
                     const EngineSettings& settings, std::span<const FleetSite> sites,
                     unsigned threads = 1);
  // Where somebody at the position enters and leaves the roads on wheels.
  std::vector<SearchStart> doors(Position position, const SnapSettings& settings);
  // Can a crew get there, see find_access().
  RoadAccess access(const World& world, const AccessQuestion& question,
                    const EngineSettings& settings);
  // Moments whose water is kept, for whoever watches that they do not pile up.
  std::size_t samples();

 private:
  // What a forecast was made of.
  struct Known {
    std::shared_ptr<const RecordMap<ClosureRecord>> closures;
    Time from{};
    Time until{};
    Duration step{};
    std::shared_ptr<const RoadForecast> forecast;
  };
  struct Fleet {
    std::mutex mutex;
    VehicleLimits limits;
    KnownWetTimes wet_times;
    std::shared_ptr<const FleetRoads> roads;
    std::unique_ptr<FleetBook> book;  // of `roads`
  };
  // Ways on foot that are not always open, kept while forecast and settings are the same.
  struct OnFoot {
    std::shared_ptr<const RoadForecast> forecast;
    SnapSettings snap;
    std::map<std::pair<double, double>, WayOnFoot> ways;
  };
  WayOnFoot way_on_foot(const World& world, const std::shared_ptr<const RoadForecast>& ahead,
                        const FleetSite& site, const SnapSettings& snap);
  void take_water(const World& world, const StructureLimits& structures);
  void forget_samples(Time before);
  std::shared_ptr<const RoadForecast> forecast(const World& world, Time now, Time until,
                                               const EngineSettings& settings);
  // The class's, up to date; its mutex is to be held.
  void prepare(Fleet& fleet, const World& world, VehicleClass vehicle_class, Time now, Time until,
               const EngineSettings& settings);

  std::shared_ptr<const Region> region_;
  std::once_flag indexed_;
  RoadIndex index_;
  std::array<Fleet, kVehicleClasses> fleets_;
  std::mutex mutex_;  // of all that follows; taken after a fleet's
  std::shared_ptr<const Water> water_;
  StructureLimits structures_;
  SampledWater sampled_;  // of water_ and structures_
  Known known_;
  SnapSettings snap_;
  std::map<std::pair<double, double>, std::vector<SearchStart>> doors_;  // by snap_
  OnFoot on_foot_;
};

}  // namespace gridmend
