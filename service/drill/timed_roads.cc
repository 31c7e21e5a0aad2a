#include "service/drill/timed_roads.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include "routing/road/strong_parts.h"

namespace gridmend {
namespace {

Time look_before(Time time) {
  return Time{time.time_since_epoch() / TimedRoads::kLook * TimedRoads::kLook};
}

}  // namespace

TimedRoads::TimedRoads(const RoadStates& states, VehicleClass vehicle_class,
                       const VehicleLimits& limits, Water water, std::vector<RoadClosure> closures,
                       Time now)
    : states_(states),
      vehicle_class_(vehicle_class),
      limits_(limits),
      water_(std::move(water)),
      closures_(std::move(closures)),
      now_(now),
      last_change_(now) {
  for (const auto& slice : water_.slices()) last_change_ = std::max(last_change_, slice->valid_at);
  for (const RoadClosure& closure : closures_) {
    last_change_ = std::max(last_change_, closure.from);
    if (closure.until) last_change_ = std::max(last_change_, *closure.until);
  }
}

const RoadConditions& TimedRoads::at(Time time) {
  const Time look = time >= last_change_ ? last_change_ : look_before(time);
  const auto known = conditions_.find(look);
  if (known != conditions_.end()) return known->second;
  return conditions_
      .emplace(look, RoadConditions::derive(states_.graph(), vehicle_class_, limits_, water_,
                                            closures_, look))
      .first->second;
}

bool TimedRoads::open(Id<RoadEdge> edge, Time from, Time until) {
  for (Time time = from; time < until; time = look_before(time) + kLook) {
    if (at(time).closed(edge)) return false;
    if (time >= last_change_) return true;
  }
  return !at(until).closed(edge);
}

std::optional<Time> TimedRoads::pass(Id<RoadEdge> edge, double share, Time from) {
  for (Time enter = from;; enter = look_before(enter) + kLook) {
    if (!at(enter).closed(edge)) {
      const double whole_s = static_cast<double>(at(enter).seconds(edge));
      const Time through = enter + from_seconds(share * whole_s);
      if (open(edge, enter, through)) return through;
    }
    if (enter >= last_change_) return std::nullopt;
  }
}

std::vector<Time> TimedRoads::earliest(std::span<const SearchStart> from, Time depart) {
  std::vector<Time> times(states_.size(), Time::max());
  using Entry = std::pair<Time, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  const auto reach = [&](std::uint32_t state, std::optional<Time> there) {
    if (!there || *there >= times[state]) return;
    times[state] = *there;
    queue.emplace(*there, state);
  };
  for (const SearchStart& start : from) {
    const auto length_m = static_cast<double>(states_.graph().edges()[start.place.edge].length_m);
    const double share = length_m > 0 ? 1 - start.place.along_m / length_m : 0;
    reach(states_.after(start.place.edge).index,
          pass(start.place.edge, share, depart + from_seconds(start.seconds)));
  }
  while (!queue.empty()) {
    const auto [time, state] = queue.top();
    queue.pop();
    if (time > times[state]) continue;
    for (std::uint32_t a = states_.first_arc()[state]; a < states_.first_arc()[state + 1]; ++a) {
      const RoadStates::Arc& arc = states_.arcs()[a];
      reach(arc.to.index, pass(arc.edge, 1, time + from_seconds(arc.turn_ms / 1000.0)));
    }
  }
  return times;
}

std::optional<Time> TimedRoads::arrival(std::span<const SearchStart> from,
                                        std::span<const SearchStart> to, Time depart) {
  const std::vector<Time> times = earliest(from, depart);
  std::optional<Time> best;
  const auto take = [&](const SearchStart& goal, Time enter, double metres) {
    const auto length_m = static_cast<double>(states_.graph().edges()[goal.place.edge].length_m);
    const auto there = pass(goal.place.edge, length_m > 0 ? metres / length_m : 0, enter);
    if (!there) return;
    const Time done = *there + from_seconds(goal.seconds);
    best = std::min(best.value_or(done), done);
  };
  for (const SearchStart& goal : to) {
    for (const Id<GraphArc> arc : states_.arcs_of(goal.place.edge)) {
      const Time before = times[states_.from(arc).index];
      if (before == Time::max()) continue;
      take(goal, before + from_seconds(states_.arcs()[arc.index].turn_ms / 1000.0),
           goal.place.along_m);
    }
    for (const SearchStart& start : from) {
      if (start.place.edge != goal.place.edge || goal.place.along_m < start.place.along_m) continue;
      take(goal, depart + from_seconds(start.seconds), goal.place.along_m - start.place.along_m);
    }
  }
  return best;
}

bool TimedRoads::reaches(std::span<const SearchStart> from, std::uint32_t part, Time depart) {
  const std::span<const std::uint32_t> part_of = parts();
  const std::vector<Time> times = earliest(from, depart);
  for (std::size_t s = 0; s < times.size(); ++s) {
    if (times[s] < Time::max() && part_of[s] == part) return true;
  }
  return false;
}

// Depth moves linearly between slices: what is open at all of them stays open.
void TimedRoads::find_parts() {
  std::vector<Time> moments{now_, last_change_};
  for (const auto& slice : water_.slices()) {
    if (slice->valid_at > now_) moments.push_back(slice->valid_at);
  }
  for (const RoadClosure& closure : closures_) {
    if (closure.from > now_) moments.push_back(closure.from);
  }
  std::vector<char> stays(states_.graph().edges().size(), 1);
  for (const Time moment : moments) {
    const RoadConditions then =
        RoadConditions::derive(states_.graph(), vehicle_class_, limits_, water_, closures_, moment);
    for (const Id<RoadEdge> edge : states_.graph().edges().ids()) {
      if (then.closed(edge)) stays[edge.index] = 0;
    }
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> stay;
  for (std::uint32_t a = 0; a < states_.arcs().size(); ++a) {
    const RoadStates::Arc& arc = states_.arcs()[a];
    if (stays[arc.edge.index] != 0)
      stay.emplace_back(states_.from(Id<GraphArc>{a}).index, arc.to.index);
  }
  parts_ = strong_parts(static_cast<std::uint32_t>(states_.size()), stay).of;
  std::vector<double> length_m(states_.size(), 0);
  for (std::uint32_t a = 0; a < states_.arcs().size(); ++a) {
    const RoadStates::Arc& arc = states_.arcs()[a];
    const std::uint32_t part = parts_[arc.to.index];
    if (stays[arc.edge.index] == 0 || parts_[states_.from(Id<GraphArc>{a}).index] != part) continue;
    length_m[part] += static_cast<double>(states_.graph().edges()[arc.edge].length_m);
  }
  double longest_m = 0;
  for (std::uint32_t& part : parts_) {
    if (length_m[part] <= 0) {
      part = kNowhere;  // a crossing by itself is no ground
    } else if (length_m[part] > longest_m) {
      longest_m = length_m[main_ = part];
    }
  }
}

std::span<const std::uint32_t> TimedRoads::parts() {
  if (parts_.empty()) find_parts();
  return parts_;
}

std::uint32_t TimedRoads::main_part() {
  (void)parts();
  return main_;
}

}  // namespace gridmend
