#include "core/outage/call_places.h"

#include <algorithm>
#include <cmath>

namespace gridmend {
namespace {

struct Weighed {
  Id<UsagePoint> usage_point;
  double distance_m = 0;
  double log_weight = 0;
};

// Probabilities in proportion to the weights, together `total`.
std::vector<CallPlace> share_out(const std::vector<Weighed>& found, double total) {
  double most = found.front().log_weight;
  for (const Weighed& one : found) most = std::max(most, one.log_weight);
  double sum = 0;
  for (const Weighed& one : found) sum += std::exp(one.log_weight - most);
  std::vector<CallPlace> places;
  for (const Weighed& one : found) {
    const double probability = total * std::exp(one.log_weight - most) / sum;
    if (probability > 0) places.push_back({one.usage_point, probability});
  }
  std::ranges::sort(places, {}, &CallPlace::usage_point);
  return places;
}

}  // namespace

std::vector<CallPlace> call_places(const NetworkModel& network, const PlaceIndex& places,
                                   std::optional<Position> position, std::string_view address,
                                   const CallPlaceSettings& settings) {
  const double sure = 1 - settings.position_elsewhere;
  std::vector<Weighed> found;
  const auto distance_of = [&](Id<UsagePoint> id) {
    return position ? distance_m(*position, network.usage_points()[id].position) : 0;
  };
  const auto share_by_distance = [&] {
    const auto nearest = std::ranges::min_element(found, {}, &Weighed::distance_m);
    const double near = std::exp(-nearest->distance_m / std::max(settings.position_reach_m, 1e-3));
    return share_out(found, sure * near);
  };
  if (!address.empty()) {
    double likest = 0;
    for (const LikeAddress& like :
         places.like_address(address, settings.candidates, settings.address_least)) {
      const double distance = distance_of(like.usage_point);
      if (position && distance > settings.position_reach_m) continue;
      likest = std::max(likest, like.likeness);
      found.push_back(
          {like.usage_point, distance,
           like.likeness / settings.address_spread - distance / settings.position_spread_m});
    }
    if (!found.empty()) return position ? share_by_distance() : share_out(found, sure * likest);
  }
  if (!position) return {};
  for (const Id<UsagePoint> id : places.nearest_usage_points(*position, settings.candidates)) {
    const double distance = distance_of(id);
    if (!(distance <= settings.position_reach_m)) continue;
    found.push_back({id, distance, -distance / settings.position_spread_m});
  }
  if (found.empty()) return {};
  return share_by_distance();
}

}  // namespace gridmend
