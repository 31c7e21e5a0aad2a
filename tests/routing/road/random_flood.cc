#include "tests/routing/road/random_flood.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "tests/routing/road/road_map.h"

namespace gridmend {
namespace {

using std::chrono::minutes;

constexpr int kLongestWait = 700;

// `add` draws more water into the slice of a number.
Water random_flood(Random& random, const std::vector<std::string>& streets, Time start, int slices,
                   int patches, const std::function<void(int, std::vector<std::string>&)>& add) {
  Water water;
  Time at = start;
  for (int i = 0; i < slices; ++i) {
    std::vector<std::string> drawing(streets.size(), std::string(streets[0].size(), ' '));
    for (int patch = random.between(0, patches); patch > 0; --patch) {
      const auto row = random.below(drawing.size());
      const auto column = random.below(drawing[0].size());
      const char depth = random.chance(0.2) ? 'A' : static_cast<char>('1' + random.below(9));
      for (std::size_t r = row; r < std::min(drawing.size(), row + 3); ++r) {
        for (std::size_t c = column; c < std::min(drawing[0].size(), column + 4); ++c) {
          drawing[r][c] = depth;
        }
      }
    }
    add(i, drawing);
    WaterSlice slice = RoadMap::water(drawing, at);
    slice.id = std::to_string(i);
    water = water.with_slice(std::move(slice));
    at += minutes{10 * random.between(2, 9)};
  }
  return water;
}

}  // namespace

std::vector<std::string> street_grid() {
  return {"A--B--C--D",  //
          "|  |  |  |",  //
          "E==G--I>>J",  //
          "|  |  |  |",  //
          "K--L--M--N"};
}

Water random_flood(Random& random, const std::vector<std::string>& streets, Time start) {
  return random_flood(random, streets, start, random.between(2, 5), 3,
                      [](int, const std::vector<std::string>&) {});
}

Water random_cut(Random& random, const std::vector<std::string>& streets, Time start) {
  const int slices = random.between(4, 7);
  const int from = random.between(0, 1);
  const int until = random.between(from + 1, slices);
  const auto column = 1 + random.below(streets[0].size() - 3);
  return random_flood(random, streets, start - minutes{30}, slices, random.between(0, 1),
                      [&](int i, std::vector<std::string>& drawing) {
                        if (i < from || i >= until) return;
                        for (std::string& row : drawing) row[column] = row[column + 1] = 'B';
                      });
}

std::vector<RoadClosure> random_closures(Random& random, Time start) {
  if (random.chance(0.6)) return {};
  RoadClosure closure;
  closure.id = "c";
  closure.line = {RoadMap::position(random.between(0, 9), 2 * random.between(0, 2))};
  closure.from = start + minutes{10 * random.between(-3, 9)};
  if (random.chance(0.7)) closure.until = closure.from + minutes{10 * random.between(1, 12)};
  return {closure};
}

MinuteRoads::MinuteRoads(const RoadStates& states, VehicleClass vehicle_class,
                         const VehicleLimits& limits, const Water& water,
                         const std::vector<RoadClosure>& closures, Time start, int minutes_)
    : states_(states), start_(start) {
  for (int m = 0; m < minutes_; ++m) {
    by_minute_.push_back(RoadConditions::derive(states.graph(), vehicle_class, limits, water,
                                                closures, start + minutes{m}));
  }
}

const RoadConditions& MinuteRoads::at(Time time) const {
  const auto minute = std::chrono::floor<minutes>(time - start_).count();
  return by_minute_[static_cast<std::size_t>(
      std::clamp<std::int64_t>(minute, 0, static_cast<std::int64_t>(by_minute_.size()) - 1))];
}

bool MinuteRoads::open(Id<RoadEdge> edge, Time from, Time until) const {
  for (Time time = from; time < until; time += minutes{1}) {
    if (at(time).closed(edge)) return false;
  }
  return !at(until).closed(edge);
}

// When one is through with the share of an edge, leaving when it is best to.
std::optional<Time> MinuteRoads::pass(Id<RoadEdge> edge, double share, Time from) const {
  std::optional<Time> best;
  for (int wait = 0; wait <= kLongestWait; ++wait) {
    const Time enter = from + minutes{wait};
    if (best && enter >= *best) break;
    if (at(enter).closed(edge)) continue;
    const Time through = enter + from_seconds(share * static_cast<double>(at(enter).seconds(edge)));
    if (open(edge, enter, through)) best = std::min(best.value_or(through), through);
  }
  return best;
}

std::vector<Time> MinuteRoads::earliest(const std::vector<SearchStart>& starts, Time depart) const {
  std::vector<Time> times(states_.size(), Time::max());
  for (const SearchStart& start : starts) {
    const auto length_m = static_cast<double>(states_.graph().edges()[start.place.edge].length_m);
    const auto there = pass(start.place.edge, 1 - start.place.along_m / length_m,
                            depart + from_seconds(start.seconds));
    Time& time = times[states_.after(start.place.edge).index];
    if (there) time = std::min(time, *there);
  }
  // Small maps: every state in the order of its time, by looking for it.
  std::vector<char> done(states_.size(), 0);
  while (true) {
    std::uint32_t next = 0;
    Time least = Time::max();
    for (std::uint32_t s = 0; s < times.size(); ++s) {
      if (done[s] == 0 && times[s] < least) least = times[next = s];
    }
    if (least == Time::max()) return times;
    done[next] = 1;
    for (std::uint32_t a = states_.first_arc()[next]; a < states_.first_arc()[next + 1]; ++a) {
      const RoadStates::Arc& arc = states_.arcs()[a];
      const auto there = pass(arc.edge, 1, least + from_seconds(arc.turn_ms / 1000.0));
      if (there) times[arc.to.index] = std::min(times[arc.to.index], *there);
    }
  }
}

std::optional<Time> MinuteRoads::arrival(const std::vector<SearchStart>& starts,
                                         const std::vector<SearchGoal>& goals, Time depart) const {
  const std::vector<Time> times = earliest(starts, depart);
  Time best = Time::max();
  for (const SearchGoal& goal : goals) {
    const auto length_m = static_cast<double>(states_.graph().edges()[goal.place.edge].length_m);
    const auto take = [&](Time from, double share) {
      const auto there = pass(goal.place.edge, share, from);
      if (there) best = std::min(best, *there + from_seconds(goal.seconds));
    };
    for (const Id<GraphArc> arc : states_.arcs_of(goal.place.edge)) {
      const Time from = times[states_.from(arc).index];
      if (from == Time::max()) continue;
      take(from + from_seconds(states_.arcs()[arc.index].turn_ms / 1000.0),
           goal.place.along_m / length_m);
    }
    for (const SearchStart& start : starts) {
      if (start.place.edge != goal.place.edge || goal.place.along_m < start.place.along_m) continue;
      take(depart + from_seconds(start.seconds),
           (goal.place.along_m - start.place.along_m) / length_m);
    }
  }
  return best == Time::max() ? std::nullopt : std::optional{best};
}

std::optional<Time> MinuteRoads::arrival(const std::vector<SearchStart>& starts,
                                         std::span<const char> states, Time depart) const {
  const std::vector<Time> times = earliest(starts, depart);
  Time best = Time::max();
  for (std::uint32_t s = 0; s < times.size(); ++s) {
    if (states[s] != 0) best = std::min(best, times[s]);
  }
  return best == Time::max() ? std::nullopt : std::optional{best};
}

}  // namespace gridmend
