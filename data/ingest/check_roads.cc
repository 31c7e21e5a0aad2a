#include "data/ingest/check_roads.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "data/ingest/check_context.h"

namespace gridmend {
namespace {

constexpr std::size_t kMostRoadProbes = 2000;

}  // namespace

void check_roads(const NetworkModel& network, const RoadGraph& roads, const CheckSettings& settings,
                 DefectLog& defects) {
  if (roads.empty() || roads.origin() == RoadOrigin::derived_access) return;
  const std::size_t step = std::max<std::size_t>(1, network.devices().size() / kMostRoadProbes);
  std::size_t asked = 0, far = 0;
  Id<Device> first;
  for (std::size_t i = 0; i < network.devices().size(); i += step) {
    const Id<Device> id{i};
    const Position position = network.devices()[id].position;
    if (position == Position{}) continue;
    ++asked;
    if (!roads.snap(position, settings.roads_far_m).empty()) continue;
    if (far++ == 0) first = id;
  }
  if (asked == 0 ||
      static_cast<double>(far) * 100 <= settings.roads_far_percent * static_cast<double>(asked)) {
    return;
  }
  // As many as there would be if the devices looked at stand for all.
  const auto& points = network.usage_points();
  const auto customers =
      std::accumulate(points.begin(), points.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const UsagePoint& p) { return sum + p.customers; });
  const auto unreached = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(customers * far / asked, std::numeric_limits<std::uint32_t>::max()));
  // One vertex of the roads tells a reader where they do lie.
  const Position there = roads.vertices()[Id<RoadVertex>{0}].position;
  const Position here = network.devices()[first].position;
  ErrorPlace place;
  place.feature_id = network.mrid(first);
  defects.add({DefectClass::roads_far_from_network, DefectSeverity::warning, std::move(place),
               std::to_string(far) + " of " + std::to_string(asked) +
                   " devices looked at, this one first, have no road within " +
                   distance_text(settings.roads_far_m) + "; the first road is " +
                   distance_text(distance_m(here, there)) + " away from it",
               "kept; crews cannot reach them by road", here,
               DefectSubject{first, {}, {}, unreached}});
}

}  // namespace gridmend
