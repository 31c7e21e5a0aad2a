#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/hazard/water.h"
#include "routing/road/road_closure.h"
#include "routing/road/road_water.h"

namespace gridmend {

// Water on the roads by the moment it was sampled at, kept by whoever makes several forecasts of
// one and the same Water.
using SampledWater = std::map<Time, std::shared_ptr<const RoadWater>>;

// Adds without passing the end of time; `by` is not negative.
constexpr Time later(Time time, Duration by) {
  return time > Time::max() - by ? Time::max() : time + by;
}

// How finely time is cut.
struct ForecastSteps {
  Time from{};                               // the step that holds it is the first
  Time until = Time::max();                  // what happens later is not looked at
  Duration step = std::chrono::minutes{15};  // between two slices, at most
  std::vector<Time> marks = {};              // where steps begin besides
};

// Water and closures as far as they are known, in steps: the same for all vehicle classes. Steps
// begin at every slice and, between two of them, evenly; and where a closure ahead begins or ends:
// one that begins now changes no step, and what stands on another street can be kept. Else they
// depend on water and closures, not on `from`: a later forecast has the same steps, fewer of them.
// But two slices have no more than kMostBetween steps between them, however far apart they are; and
// where all slices ahead would have more than kMostSteps, all have fewer, half as many at a time:
// longer steps count a road as closed for longer, never as open.
// Depths move linearly between slices, so that a road passable at both ends of a step is passable
// all through it.
class RoadForecast {
 public:
  static constexpr std::int64_t kMostBetween = 96;
  static constexpr std::int64_t kMostSteps = 1000;

  // Dry for ever, nothing closed: one step.
  RoadForecast() = default;
  // O(steps x RoadWater::sample). `sampled` is looked up and added to; it must be of this water.
  static RoadForecast make(const RoadGraph& graph, const Water& water,
                           const std::vector<RoadClosure>& closures, const ForecastSteps& steps,
                           const StructureLimits& structures, SampledWater& sampled);

  std::uint32_t steps() const { return static_cast<std::uint32_t>(steps_.size()); }
  // Time::min() for what was before anything was known.
  Time begins(std::uint32_t step) const { return steps_[step].begins; }
  // Time::max() when nothing is known to change any more.
  Time ends(std::uint32_t step) const {
    return step + 1 < steps() ? steps_[step + 1].begins : known_until_;
  }
  // The step that holds the time; the first or the last for times beyond them.
  std::uint32_t step_at(Time time) const;

  const std::shared_ptr<const RoadWater>& water_at_begin(std::uint32_t step) const {
    return steps_[step].water_at_begin;
  }
  const std::shared_ptr<const RoadWater>& water_at_end(std::uint32_t step) const {
    return steps_[step].water_at_end;
  }
  // Edges that a closure closes in some part of the step, the first from `from` on, ascending.
  std::span<const Id<RoadEdge>> closed(std::uint32_t step) const { return steps_[step].closed; }

  // Edges that closures close in other steps than in another forecast, ascending; nullopt where
  // steps or water are not the same.
  std::optional<std::vector<Id<RoadEdge>>> closed_otherwise(const RoadForecast& other) const;

 private:
  struct Step {
    Time begins = Time::min();
    std::shared_ptr<const RoadWater> water_at_begin = std::make_shared<const RoadWater>();
    std::shared_ptr<const RoadWater> water_at_end = water_at_begin;
    std::vector<Id<RoadEdge>> closed;
  };

  std::vector<Step> steps_{Step{}};
  Time known_until_ = Time::max();
};

}  // namespace gridmend
