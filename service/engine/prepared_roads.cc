#include "service/engine/prepared_roads.h"

#include <utility>

namespace gridmend {
namespace {

// Crews move on; what they left is not kept for ever.
constexpr std::size_t kMostDoors = 200'000;

std::vector<RoadClosure> closures_of(const World& world) {
  std::vector<RoadClosure> closures;
  for (const auto& [id, record] : *world.closures) closures.push_back(record->closure);
  return closures;
}

}  // namespace

PreparedRoads::PreparedRoads(std::shared_ptr<const Region> region) : region_(std::move(region)) {}

const RoadIndex& PreparedRoads::index() {
  std::call_once(indexed_, [this] {
    auto made = RoadIndex::from_order(region_->roads, {}, region_->road_order);
    // A region that keeps no order, or one for other turns.
    index_ = made ? std::move(*made) : RoadIndex::build(region_->roads);
  });
  return index_;
}

void PreparedRoads::take_water(const World& world) {
  if (kept_.water == world.water) return;
  sampled_.clear();
  kept_.water = world.water;
  kept_.forecast.reset();
}

const RoadForecast& PreparedRoads::forecast(const World& world, Time now, Time until,
                                            const EngineSettings& settings) {
  take_water(world);
  const bool known = kept_.forecast != nullptr && kept_.closures == world.closures &&
                     kept_.until == until && kept_.forecast->begins(0) <= now &&
                     now < kept_.forecast->ends(0);
  if (!known) {
    ForecastSteps steps;
    steps.from = now;
    steps.until = until;
    steps.step = settings.road_step;
    kept_.closures = world.closures;
    kept_.until = until;
    kept_.forecast = std::make_shared<const RoadForecast>(
        RoadForecast::make(region_->roads, *world.water, closures_of(world), steps,
                           settings.vehicle_limits.structures, sampled_));
  }
  return *kept_.forecast;
}

std::shared_ptr<const FleetRoads> PreparedRoads::fleet(const World& world,
                                                       VehicleClass vehicle_class, Time now,
                                                       Time until, const EngineSettings& settings) {
  const RoadIndex& roads = index();
  const std::lock_guard lock(mutex_);
  const RoadForecast& ahead = forecast(world, now, until, settings);
  std::shared_ptr<const FleetRoads>& kept = kept_.fleets[vehicle_class];
  if (kept == nullptr || &kept->outlook().forecast() != &ahead) {
    auto outlook = std::make_shared<const RoadOutlook>(region_->roads, vehicle_class,
                                                       settings.vehicle_limits, kept_.forecast);
    kept = std::make_shared<const FleetRoads>(roads, std::move(outlook), kept.get());
  }
  return kept;
}

std::vector<SearchStart> PreparedRoads::doors(Position position, const SnapSettings& settings) {
  const std::pair key{position.longitude_deg, position.latitude_deg};
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = doors_.find(key); known != doors_.end()) return known->second;
  }
  auto found = search_starts(region_->roads, position, settings);
  const std::lock_guard lock(mutex_);
  if (doors_.size() >= kMostDoors) doors_.clear();
  return doors_.insert_or_assign(key, std::move(found)).first->second;
}

RoadAccess PreparedRoads::access(const World& world, const AccessQuestion& question,
                                 const EngineSettings& settings) {
  const std::vector<RoadClosure> closures = closures_of(world);
  SampledWater sampled;
  {
    const std::lock_guard lock(mutex_);
    take_water(world);
    sampled = sampled_;
  }
  const ChangingRoads roads{index().states(),        *world.water,  closures,
                            settings.vehicle_limits, settings.snap, settings.road_step};
  const bool launched =
      question.vehicle_class == VehicleClass::boat && !settings.boats.launches.empty();
  RoadAccess access = launched ? find_boat_access(index(), roads, settings.boats, question, sampled)
                               : find_access(roads, question, sampled);
  const std::lock_guard lock(mutex_);
  if (kept_.water == world.water) sampled_.merge(sampled);
  return access;
}

}  // namespace gridmend
