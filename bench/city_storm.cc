#include "bench/city_storm.h"

#include <algorithm>

#include "core/outage/inference_forest.h"

namespace gridmend {

CityStorm::CityStorm(const NetworkModel& network, const CityStormSettings& settings, Random random)
    : usage_points_(network.usage_points().size()) {
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  dark_at_ = IdVector<UsagePoint, float>(usage_points_, kNever);
  back_at_ = dark_at_;
  for (const Id<Device> id : network.devices().ids()) {
    const DeviceKind kind = network.devices()[id].kind;
    const bool fails =
        (kind == DeviceKind::power_transformer && random.chance(settings.dark_share)) ||
        (kind == DeviceKind::fuse && random.chance(settings.dark_share / 10)) ||
        (kind == DeviceKind::breaker && random.chance(settings.dark_share / 10));
    const Id<InferenceZone> zone = forest.zone_of(id);
    if (!fails || !zone.valid() || !forest.heads(zone, id)) continue;
    const double from = random.uniform(0, .7 * settings.seconds);
    const bool returns = random.chance(.3);
    failed_.push_back({id, returns});
    for (const Id<UsagePoint> point : forest.usage_points_behind(zone)) {
      dark_at_[point] = std::min(dark_at_[point], static_cast<float>(from));
      if (returns && back_at_[point] == kNever)
        back_at_[point] = static_cast<float>(from + .25 * settings.seconds);
      if (!returns) back_at_[point] = 2 * kNever;
    }
  }
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    if (dark_at_[id] != kNever) dark_.push_back(id);
  }
  std::ranges::sort(dark_, {}, [this](Id<UsagePoint> id) { return dark_at_[id]; });
}

CityStorm::Kind CityStorm::kind_of_dark(Id<UsagePoint> id, double at, double draw) const {
  if (is_live(id, at)) return Kind::power_up;
  if (draw < .95) return Kind::last_gasp;
  return draw < .999 ? Kind::call : Kind::call_from_place;
}

CityStorm::Item CityStorm::next(double at, Random& random) {
  while (gone_ < dark_.size() && dark_at_[dark_[gone_]] <= at) ++gone_;
  const double draw = random.uniform(0, 1);
  Item item;
  item.usage_point = Id<UsagePoint>{random.below(usage_points_)};
  double earliest = 0;
  const bool live = is_live(item.usage_point, at);
  if (gone_ == 0 || draw < .5) {
    const bool answers = live && !random.chance(.1);
    item.kind = answers ? Kind::ping_answered : Kind::ping_unanswered;
  } else if (draw < .52) {
    item.kind = live ? Kind::reading : Kind::zero_reading;
  } else if (draw < .521) {
    item.kind = Kind::last_gasp;
  } else {
    item.usage_point = dark_[random.below(gone_)];
    item.kind = kind_of_dark(item.usage_point, at, draw);
    earliest =
        item.kind == Kind::power_up ? back_at_[item.usage_point] : dark_at_[item.usage_point];
  }
  item.happened = std::max(earliest, at - random.uniform(0, 5));
  return item;
}

}  // namespace gridmend
