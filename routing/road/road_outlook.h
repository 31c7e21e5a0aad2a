#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "routing/road/road_conditions.h"
#include "routing/road/road_forecast.h"

namespace gridmend {

// What sampled water means for the edges of one vehicle class, kept by whoever makes several
// outlooks of it under the same limits.
using KnownWetTimes = std::map<std::shared_ptr<const RoadWater>, std::vector<EdgeTime>>;

// What a forecast means for one vehicle class: for each edge and step, the time to drive it as the
// slower of the step's two ends has it, or closed when it is closed anywhere in the step. So an
// edge that is open in some steps one after another can be driven at any moment of them. Immutable.
class RoadOutlook {
 public:
  RoadOutlook(const RoadGraph& graph, VehicleClass vehicle_class, const VehicleLimits& limits,
              std::shared_ptr<const RoadForecast> forecast, KnownWetTimes&& none_known = {})
      : RoadOutlook(graph, vehicle_class, limits, std::move(forecast), none_known) {}
  // `known` is looked up, and afterwards has what this forecast is made of.
  RoadOutlook(const RoadGraph& graph, VehicleClass vehicle_class, const VehicleLimits& limits,
              std::shared_ptr<const RoadForecast> forecast, KnownWetTimes& known);

  // The same as made anew under the limits of another outlook, whose forecast has the same steps
  // and water: only the edges that closures close in other steps are looked at, see
  // RoadForecast::closed_otherwise(). `known` is that of the outlook before.
  RoadOutlook(const RoadGraph& graph, const RoadOutlook& before,
              std::shared_ptr<const RoadForecast> forecast,
              std::span<const Id<RoadEdge>> closed_otherwise, const KnownWetTimes& known);

  VehicleClass vehicle_class() const { return vehicle_class_; }
  const RoadForecast& forecast() const { return *forecast_; }
  const std::shared_ptr<const RoadForecast>& shared_forecast() const { return forecast_; }
  std::uint32_t steps() const { return forecast_->steps(); }

  // Edges that are not the same in all steps, ascending.
  std::span<const Id<RoadEdge>> moving() const { return moving_; }
  Weight milliseconds(Id<RoadEdge> edge, std::uint32_t step) const {
    const std::uint32_t row = row_of_edge_[edge.index];
    return row == kSteady ? steady_[edge.index] : moving_ms_[std::size_t{row} * steps() + step];
  }
  bool closed(Id<RoadEdge> edge, std::uint32_t step) const {
    return milliseconds(edge, step) >= kNoWay;
  }
  // In some step.
  bool ever_open(Id<RoadEdge> edge) const { return ever_open_[edge.index] != 0; }
  // Is some edge open in this step and closed in the one before it?
  bool opens(std::uint32_t step) const { return opens_[step] != 0; }
  // The first step from `step` on in which the edge is closed; steps() when it stays open.
  std::uint32_t closes(Id<RoadEdge> edge, std::uint32_t step) const;

  // Edges that another outlook of the same graph, with as many steps, has otherwise in some step.
  std::vector<Id<RoadEdge>> differing(const RoadOutlook& other) const;

  // The slowest of steps `first` to `last`; kNoWay when any of them has it closed. O(steps).
  Weight held_milliseconds(Id<RoadEdge> edge, std::uint32_t first, std::uint32_t last) const;
  // Conditions that hold all through steps `first` to `last`: closed where any of them has it
  // closed, otherwise the slowest. O(edges + moving edges x steps).
  RoadConditions held(std::uint32_t first, std::uint32_t last) const;
  // The same edges closed, the others as slow as in the slowest of those steps `driven` to `until`,
  // all among the others: for a drive at some time in a span that stays open as a whole.
  RoadConditions held(std::uint32_t first, std::uint32_t last, std::uint32_t driven,
                      std::uint32_t until) const;

 private:
  void take_steps(const RoadGraph& graph, const std::vector<std::vector<EdgeTime>>& by_step);
  // Of the edge, or 0 where it is the same in all steps.
  std::span<const Weight> row_of(Id<RoadEdge> edge) const;
  void count_openings(std::span<const Weight> row, int sign);

  static constexpr std::uint32_t kSteady = 0xffff'ffff;

  VehicleClass vehicle_class_;
  std::shared_ptr<const RoadForecast> forecast_;
  std::vector<Weight> steady_;  // by edge; of a moving one it means nothing
  std::vector<std::uint32_t> row_of_edge_;
  std::vector<Id<RoadEdge>> moving_;
  std::vector<Weight> moving_ms_;  // by row, then step
  std::vector<int> opens_;         // by step: how many edges
  std::vector<char> ever_open_;    // by edge
};

}  // namespace gridmend
