#include "routing/road/way_on_foot.h"

#include <algorithm>

namespace gridmend {
namespace {

constexpr double kSampleOnFoot_m = 5;
// Wet feet.
constexpr double kPuddle_m = 0.05;

// What is walked: from beside the vehicle to the site; empty where that is all one.
std::vector<Polyline> lines_of(Position position, std::span<const RoadPlace> places,
                               const SnapSettings& settings) {
  std::vector<Polyline> lines;
  for (const RoadPlace& place : places) {
    const double whole_m = distance_m(place.position, position);
    if (whole_m <= settings.roadside_m) continue;
    const Polyline whole{place.position, position};
    Polyline line{position_along(whole, settings.roadside_m), position};
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
  }
  return lines;
}

bool is_wadable_at(const Water& water, const Polyline& line, Time at,
                   const SnapSettings& settings) {
  return is_wadable(water.depths_along(line, at, kSampleOnFoot_m), settings);
}

// The deepest of both ends, so that it holds at every moment between them.
bool is_wadable_between(const Water& water, const Polyline& line, Time begin, Time end,
                        const SnapSettings& settings) {
  auto samples = water.depths_along(line, begin, kSampleOnFoot_m);
  const auto later = water.depths_along(line, end, kSampleOnFoot_m);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].depth_m = std::max(samples[i].depth_m, later[i].depth_m);
  }
  return is_wadable(samples, settings);
}

}  // namespace

bool is_wadable(std::span<const DepthSample> samples, const SnapSettings& settings) {
  double wet_m = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].depth_m > settings.wadable_depth_m) return false;
    if (i == 0) continue;
    const double deeper_m = std::max(samples[i - 1].depth_m, samples[i].depth_m);
    if (deeper_m > kPuddle_m) wet_m += samples[i].along_m - samples[i - 1].along_m;
  }
  return wet_m <= settings.wade_m;
}

WayOnFoot WayOnFoot::find(const Water& water, const RoadForecast& forecast, Position position,
                          std::span<const RoadPlace> places, const SnapSettings& settings) {
  WayOnFoot way;
  if (water.empty()) return way;
  const auto lines = lines_of(position, places, settings);
  if (lines.empty()) return way;
  // Depths move linearly between slices: what holds at both of two slices together holds between.
  const auto times = water.slice_times();
  const bool wadable = std::ranges::all_of(lines, [&](const Polyline& line) {
    if (!is_wadable_at(water, line, times.front(), settings)) return false;
    for (std::size_t i = 1; i < times.size(); ++i) {
      if (!is_wadable_between(water, line, times[i - 1], times[i], settings)) return false;
    }
    return true;
  });
  if (wadable) return way;
  way.closed_.resize(forecast.steps());
  for (std::uint32_t step = 0; step < forecast.steps(); ++step) {
    const Time begin = forecast.begins(step);
    // With the first slice the water comes at once.
    const Time end = forecast.ends(step) <= times.front() ? begin : forecast.ends(step);
    const bool open = std::ranges::all_of(lines, [&](const Polyline& line) {
      return is_wadable_between(water, line, begin, end, settings);
    });
    way.closed_[step] = open ? 0 : 1;
  }
  if (std::ranges::count(way.closed_, 1) == 0) way.closed_.clear();
  return way;
}

std::uint32_t WayOnFoot::closes(std::uint32_t step, std::uint32_t steps) const {
  if (always()) return steps;
  const auto found = std::find(closed_.begin() + step, closed_.end(), 1);
  return static_cast<std::uint32_t>(found - closed_.begin());
}

}  // namespace gridmend
