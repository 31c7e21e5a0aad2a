#include "core/outage/water_onset.h"

#include <algorithm>
#include <vector>

namespace gridmend {
namespace {

// Times in (from, at] at which depths may change their course, both ends included.
std::vector<Time> course_of(const Water& water, Time from, Time at) {
  std::vector<Time> times{from};
  for (const Time slice : water.slice_times()) {
    if (slice > from && slice < at) times.push_back(slice);
  }
  times.push_back(at);
  return times;
}

bool lies_in(const Box& box, Position position) {
  return position.longitude_deg >= box.west_deg && position.longitude_deg <= box.east_deg &&
         position.latitude_deg >= box.south_deg && position.latitude_deg <= box.north_deg;
}

class Drowning {
 public:
  Drowning(const InferenceForest& forest, const Water& water, Time at,
           const LocaliserSettings& settings)
      : forest_(forest), water_(water), at_(at), settings_(settings) {}

  // When the zone's head had probably failed; none: it has not.
  std::optional<Time> since(Id<InferenceZone> zone, std::span<const ZoneReport> reports) const {
    if (!has_failed(zone, reports, at_)) return std::nullopt;
    Time from = at_ - settings_.priors.flood_memory;
    const Time until = at_ + settings_.reliability.clock_skew;
    for (const ZoneReport& report : reports) {
      const bool heads = forest_.heads(zone, report.device);
      const Time sound = heads ? known_sound_at(report.evidence, until) : kNeverHeard;
      from = std::max(from, std::min(at_, sound));
    }
    const std::vector<Time> times = course_of(water_, from, at_);
    const auto first =
        std::ranges::find_if(times, [&](Time time) { return has_failed(zone, reports, time); });
    if (first == times.begin()) return from;
    // Depth moves linearly between two of these: once deep enough it has been since.
    Time dry = first[-1], deep = *first;
    while (deep - dry > std::chrono::seconds{1}) {
      const Time middle = dry + (deep - dry) / 2;
      (has_failed(zone, reports, middle) ? deep : dry) = middle;
    }
    return deep;
  }

 private:
  bool has_failed(Id<InferenceZone> zone, std::span<const ZoneReport> reports, Time time) const {
    return reported_zone_prior(forest_, zone, water_, time, reports, std::nullopt, settings_)
               .flood >= settings_.outages.predict_at;
  }

  const InferenceForest& forest_;
  const Water& water_;
  Time at_;
  const LocaliserSettings& settings_;
};

}  // namespace

std::optional<Box> wet_extent(const Water& water, Time at, const DevicePriorSettings& settings) {
  std::optional<Box> extent;
  if (water.empty()) return extent;
  for (const Time time : course_of(water, at - settings.flood_memory, at)) {
    for (const Box& box : water.wet_boxes(time)) {
      if (!extent) extent = box;
      extent->west_deg = std::min(extent->west_deg, box.west_deg);
      extent->south_deg = std::min(extent->south_deg, box.south_deg);
      extent->east_deg = std::max(extent->east_deg, box.east_deg);
      extent->north_deg = std::max(extent->north_deg, box.north_deg);
    }
  }
  return extent;
}

std::optional<Time> water_onset(const InferenceForest& forest, Id<InferenceZone> root,
                                const Water& water, const Box& wet, Time at,
                                std::span<const ZoneReport> reports,
                                const LocaliserSettings& settings) {
  const Table<Device>& devices = forest.network().devices();
  const Drowning drowning{forest, water, at, settings};
  std::optional<Time> onset;
  for (std::uint32_t z = root.index; z < forest[root].zones_end; ++z) {
    const Id<InferenceZone> zone{z};
    const auto stands_in_it = [&](Id<Device> member) {
      return lies_in(wet, devices[member].position);
    };
    if (std::ranges::none_of(forest.members(zone), stands_in_it)) continue;
    const auto its = std::ranges::equal_range(reports, zone, {}, &ZoneReport::zone);
    const std::optional<Time> since = drowning.since(zone, {its.begin(), its.end()});
    if (since) onset = std::min(onset.value_or(*since), *since);
  }
  return onset;
}

}  // namespace gridmend
