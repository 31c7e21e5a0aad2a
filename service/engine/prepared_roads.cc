#include "service/engine/prepared_roads.h"

#include <algorithm>
#include <utility>

namespace gridmend {
namespace {

// Crews move on; what they left is not kept for ever.
constexpr std::size_t kMostDoors = 200'000;
// Some hundred kilobytes each under a flooded city.
constexpr std::size_t kMostSamples = 2'000;

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

void PreparedRoads::take_water(const World& world, const StructureLimits& structures) {
  if (water_ == world.water && structures_ == structures) return;
  sampled_.clear();
  water_ = world.water;
  structures_ = structures;
  known_.forecast.reset();
}

void PreparedRoads::forget_samples(Time before) {
  sampled_.erase(sampled_.begin(), sampled_.lower_bound(before));
  // Single questions look at moments of their own.
  if (sampled_.size() > kMostSamples) sampled_.clear();
}

std::shared_ptr<const RoadForecast> PreparedRoads::forecast(const World& world, Time now,
                                                            Time until,
                                                            const EngineSettings& settings) {
  const std::lock_guard lock(mutex_);
  take_water(world, settings.vehicle_limits.structures);
  const bool known = known_.forecast != nullptr && known_.closures == world.closures &&
                     known_.until == until && known_.step == settings.road_step &&
                     known_.from <= now && now < known_.forecast->ends(0);
  if (known) return known_.forecast;
  ForecastSteps steps;
  steps.from = now;
  steps.until = until;
  steps.step = settings.road_step;
  known_ = {world.closures, now, until, settings.road_step,
            std::make_shared<const RoadForecast>(
                RoadForecast::make(region_->roads, *world.water, closures_of(world), steps,
                                   settings.vehicle_limits.structures, sampled_))};
  forget_samples(known_.forecast->begins(0));
  return known_.forecast;
}

void PreparedRoads::prepare(Fleet& fleet, const World& world, VehicleClass vehicle_class, Time now,
                            Time until, const EngineSettings& settings) {
  const RoadIndex& roads = index();
  std::shared_ptr<const RoadForecast> ahead = forecast(world, now, until, settings);
  const bool same_limits = fleet.limits == settings.vehicle_limits;
  if (fleet.roads != nullptr && fleet.roads->outlook().shared_forecast() == ahead && same_limits) {
    return;
  }
  if (!same_limits) fleet.wet_times.clear();
  fleet.limits = settings.vehicle_limits;
  std::optional<std::vector<Id<RoadEdge>>> otherwise;
  if (same_limits && fleet.roads != nullptr)
    otherwise = ahead->closed_otherwise(fleet.roads->outlook().forecast());
  auto outlook =
      otherwise ? std::make_shared<const RoadOutlook>(region_->roads, fleet.roads->outlook(),
                                                      std::move(ahead), *otherwise, fleet.wet_times)
                : std::make_shared<const RoadOutlook>(region_->roads, vehicle_class, fleet.limits,
                                                      std::move(ahead), fleet.wet_times);
  auto made = std::make_shared<const FleetRoads>(roads, std::move(outlook), fleet.roads.get());
  fleet.book = fleet.book == nullptr ? std::make_unique<FleetBook>(*made)
                                     : std::make_unique<FleetBook>(*made, std::move(*fleet.book));
  fleet.roads = std::move(made);
}

std::shared_ptr<const FleetRoads> PreparedRoads::fleet(const World& world,
                                                       VehicleClass vehicle_class, Time now,
                                                       Time until, const EngineSettings& settings) {
  Fleet& fleet = fleets_[static_cast<std::size_t>(vehicle_class)];
  const std::lock_guard lock(fleet.mutex);
  prepare(fleet, world, vehicle_class, now, until, settings);
  return fleet.roads;
}

FleetTravel PreparedRoads::travel(const World& world, VehicleClass vehicle_class, Time now,
                                  Time until, const EngineSettings& settings,
                                  std::span<const FleetSite> sites, unsigned threads) {
  Fleet& fleet = fleets_[static_cast<std::size_t>(vehicle_class)];
  const std::lock_guard lock(fleet.mutex);
  prepare(fleet, world, vehicle_class, now, until, settings);
  const auto& ahead = fleet.roads->outlook().shared_forecast();
  std::vector<FleetSite> with_ways{sites.begin(), sites.end()};
  for (FleetSite& site : with_ways) site.on_foot = way_on_foot(world, ahead, site, settings.snap);
  return fleet.book->travel(now, with_ways, threads);
}

WayOnFoot PreparedRoads::way_on_foot(const World& world,
                                     const std::shared_ptr<const RoadForecast>& ahead,
                                     const FleetSite& site, const SnapSettings& snap) {
  // Most sites stand at a road.
  const bool walked = std::ranges::any_of(
      site.doors, [&](const SearchStart& door) { return door.place.off_road_m > snap.roadside_m; });
  if (!walked || world.water->empty()) return {};
  const std::pair key{site.position.longitude_deg, site.position.latitude_deg};
  {
    const std::lock_guard lock(mutex_);
    if (on_foot_.forecast != ahead || on_foot_.snap != snap) on_foot_ = {ahead, snap, {}};
    if (const auto known = on_foot_.ways.find(key); known != on_foot_.ways.end()) {
      return known->second;
    }
  }
  std::vector<RoadPlace> places;
  for (const SearchStart& door : site.doors) places.push_back(door.place);
  WayOnFoot way = WayOnFoot::find(*world.water, *ahead, site.position, places, snap);
  const std::lock_guard lock(mutex_);
  const bool same = on_foot_.forecast == ahead && on_foot_.snap == snap;
  if (same && on_foot_.ways.size() < kMostDoors) on_foot_.ways.insert_or_assign(key, way);
  return way;
}

std::vector<SearchStart> PreparedRoads::doors(Position position, const SnapSettings& settings) {
  const std::pair key{position.longitude_deg, position.latitude_deg};
  {
    const std::lock_guard lock(mutex_);
    if (snap_ == settings) {
      if (const auto known = doors_.find(key); known != doors_.end()) return known->second;
    }
  }
  auto found = search_starts(region_->roads, position, settings);
  const std::lock_guard lock(mutex_);
  if (snap_ != settings || doors_.size() >= kMostDoors) doors_.clear();
  snap_ = settings;
  return doors_.insert_or_assign(key, std::move(found)).first->second;
}

RoadAccess PreparedRoads::access(const World& world, const AccessQuestion& question,
                                 const EngineSettings& settings) {
  const std::vector<RoadClosure> closures = closures_of(world);
  SampledWater sampled;
  {
    const std::lock_guard lock(mutex_);
    take_water(world, settings.vehicle_limits.structures);
    sampled = sampled_;
  }
  const ChangingRoads roads{index().states(),        *world.water,  closures,
                            settings.vehicle_limits, settings.snap, settings.road_step};
  RoadAccess access = question.vehicle_class == VehicleClass::boat
                          ? find_boat_access(index(), roads, settings.boats, question, sampled)
                          : find_access(roads, question, sampled);
  const std::lock_guard lock(mutex_);
  const bool same = water_ == world.water && structures_ == settings.vehicle_limits.structures;
  if (same && sampled_.size() + sampled.size() <= kMostSamples) sampled_.merge(sampled);
  return access;
}

std::size_t PreparedRoads::samples() {
  const std::lock_guard lock(mutex_);
  return sampled_.size();
}

}  // namespace gridmend
