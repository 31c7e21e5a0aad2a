#include "service/engine/travel_afloat.h"

#include <algorithm>
#include <limits>

#include "routing/road/travel_times.h"
#include "service/engine/prepared_roads.h"

namespace gridmend {
namespace {

// Ways that stay from now until the end of a step.
struct Afloat {
  Time until = Time::max();
  std::vector<double> seconds;  // from site to site
  std::vector<double> out_s;    // by site, until the boat is out of the water
};

class AfloatWays {
 public:
  AfloatWays(const World& world, Time now, Time until, const EngineSettings& settings,
             std::span<const TravelSite> sites, std::span<const std::size_t> own_starts)
      : settings_(settings),
        keel_(world.roads->fleet(world, VehicleClass::boat, now, until, settings)),
        wheels_(world.roads->fleet(world, settings.boats.trailer, now, until, settings)),
        afloat_(keel_->lasting()),
        on_wheels_(wheels_->lasting()) {
    for (const TravelSite& site : sites) positions_.push_back(site.position);
    for (const std::size_t start : own_starts) starts_.push_back(sites[start].position);
    for (const LaunchPoint& launch : settings.boats.launches) launches_.push_back(launch.position);
  }

  // Each with more ways than the one before.
  std::vector<Afloat> all(Time now) {
    const RoadForecast& forecast = keel_->outlook().forecast();
    const std::uint32_t first = forecast.step_at(now);
    std::vector<Afloat> made{held(first, forecast.steps() - 1)};
    const bool changes = !keel_->outlook().moving().empty() || !wheels_->outlook().moving().empty();
    if (!changes || launches_.empty()) return made;
    std::uint32_t before = forecast.steps() - 1;
    for (const int h : {8, 4, 2, 1}) {
      const std::uint32_t last = forecast.step_at(later(now, std::chrono::hours{h}));
      if (last >= before) continue;
      made.push_back(held(first, last));
      before = last;
    }
    return made;
  }

 private:
  Afloat held(std::uint32_t first, std::uint32_t last) {
    afloat_.change(keel_->outlook().held(first, last));
    on_wheels_.change(wheels_->outlook().held(first, last));
    Afloat made;
    made.until = keel_->outlook().forecast().ends(last);
    if (launches_.empty()) {
      SnapSettings near = settings_.snap;
      near.reach_m = settings_.boats.reach_m;
      for (const float value : travel_seconds(afloat_, positions_, positions_, near))
        made.seconds.push_back(value < 0 ? kNoWay_s : static_cast<double>(value));
      return made;
    }
    const BoatRoads roads{on_wheels_, afloat_, settings_.boats, settings_.snap};
    made.seconds = boat_matrix(roads, positions_, positions_);
    const auto out = boat_matrix(roads, positions_, launches_);
    for (std::size_t s = 0; s < positions_.size(); ++s) {
      const auto row = std::span{out}.subspan(s * launches_.size(), launches_.size());
      made.out_s.push_back(*std::ranges::min_element(row) + settings_.boats.launch_s);
    }
    // Where it stays on its wheels all the way there is no water to get out of.
    const auto driven = travel_seconds(on_wheels_, positions_, starts_, settings_.snap);
    for (std::size_t s = 0; s < positions_.size(); ++s) {
      for (std::size_t c = 0; c < starts_.size(); ++c) {
        const auto back = static_cast<double>(driven[s * starts_.size() + c]);
        if (back >= 0) made.out_s[s] = std::min(made.out_s[s], back);
      }
    }
    return made;
  }

  const EngineSettings& settings_;
  std::shared_ptr<const FleetRoads> keel_, wheels_;
  RoadMetric afloat_, on_wheels_;
  std::vector<Position> positions_, starts_, launches_;
};

// In, work and out find room, from where some crew with a boat starts and when it can set out.
bool has_room(const Afloat& ways, std::span<const TravelSite> sites,
              std::span<const std::size_t> own_starts, std::size_t site, Time now) {
  Time there = Time::max();
  for (const std::size_t start : own_starts) {
    const double in_s = ways.seconds[start * sites.size() + site];
    if (in_s == kNoWay_s) continue;
    there = std::min(there, later(std::max(now, sites[start].ready), from_seconds(in_s)));
  }
  if (there == Time::max() || ways.out_s[site] == kNoWay_s) return false;
  const Time done = later(std::max(there, sites[site].ready), sites[site].work);
  return later(done, from_seconds(ways.out_s[site])) <= ways.until;
}

}  // namespace

ClassTravel travel_afloat(const World& world, Time now, Time until, const EngineSettings& settings,
                          std::span<const TravelSite> sites, std::size_t starts,
                          std::size_t vehicle) {
  std::vector<std::size_t> own_starts;
  for (std::size_t s = 0; s < starts; ++s) {
    if (sites[s].vehicle == vehicle) own_starts.push_back(s);
  }
  const std::vector<Afloat> ways =
      AfloatWays{world, now, until, settings, sites, own_starts}.all(now);
  const std::size_t count = sites.size();
  std::vector<std::size_t> way_of(count, 0);
  ClassTravel travel{{}, std::vector<std::optional<SiteSpan>>(count)};
  std::vector<char> reached(count, 1);
  for (std::size_t s = 0; s < count && !settings.boats.launches.empty(); ++s) {
    std::size_t way = 0;
    const auto fits = [&](const Afloat& in) {
      return s < starts ? in.out_s[s] < kNoWay_s : has_room(in, sites, own_starts, s, now);
    };
    while (way < ways.size() && !fits(ways[way])) ++way;
    reached[s] = way < ways.size() ? 1 : 0;
    if (way == 0 || way == ways.size()) continue;
    way_of[s] = way;
    travel.spans[s] = SiteSpan{{Time::min(), ways[way].until}, 0, ways[way].out_s[s]};
  }
  // On what stays for the site's own span; or, where the place before has a shorter one, at least
  // no later than that is over.
  const auto drive = [&](std::size_t from, std::size_t to) {
    const std::size_t cell = from * count + to;
    const double stays = ways[way_of[to]].seconds[cell];
    if (way_of[from] <= way_of[to] || stays < kNoWay_s) return stays;
    const Afloat& before = ways[way_of[from]];
    if (before.seconds[cell] == kNoWay_s) return kNoWay_s;
    const Time left = from < starts ? std::max(now, sites[from].ready)
                                    : before.until - from_seconds(before.out_s[from]);
    const bool in_time = later(left, from_seconds(before.seconds[cell])) <= before.until;
    return in_time ? before.seconds[cell] : kNoWay_s;
  };
  std::vector<double> seconds(count * count, kNoWay_s);
  for (std::size_t from = 0; from < count; ++from) {
    for (std::size_t to = starts; to < count; ++to) {
      if (reached[to] != 0) seconds[from * count + to] = drive(from, to);
    }
    seconds[from * count + from] = 0;
  }
  travel.matrix = TravelMatrix{static_cast<std::uint32_t>(count), std::move(seconds)};
  return travel;
}

}  // namespace gridmend
