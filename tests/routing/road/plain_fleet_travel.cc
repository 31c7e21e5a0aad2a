#include "tests/routing/road/plain_fleet_travel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "routing/road/pocket_search.h"

namespace gridmend {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

Weight plus(Weight a, Weight b) { return std::min(kNoWay, a + b); }

class PlainTravel {
 public:
  PlainTravel(const FleetRoads& roads, Time now, std::span<const FleetSite> sites)
      : roads_(roads),
        states_(roads.index().states()),
        now_(now),
        sites_(sites),
        taken_(sites.size()) {
    made_.spans.resize(sites.size());
    for (const FleetSite& site : sites) {
      starts_.push_back(site.doors);
      goals_.push_back(goals_of(site, roads.lasting().conditions()));
    }
  }

  FleetTravel find() && {
    for (std::size_t s = 0; s < sites_.size(); ++s) {
      if (!roads_.safe_ground().empty() || !sites_[s].on_foot.always()) find_span(s);
    }
    made_.seconds = road_matrix(roads_.lasting(), starts_, goals_);
    for (std::size_t from = 0; from < sites_.size(); ++from) {
      for (std::size_t to = 0; to < sites_.size(); ++to) straight(from, to);
    }
    return std::move(made_);
  }

 private:
  using Gates = std::set<std::pair<Weight, std::uint32_t>>;

  bool safe(Id<GraphVertex> state) const {
    return roads_.safe_ground().empty() || roads_.safe_ground()[state.index] != 0;
  }
  bool lasts(Id<RoadEdge> edge) const { return !roads_.lasting().conditions().closed(edge); }

  static std::vector<SearchGoal> goals_of(const FleetSite& site, const RoadConditions& conditions) {
    std::vector<SearchGoal> goals;
    for (const SearchStart& door : site.doors) {
      if (site.only_left || conditions.closed(door.place.edge)) continue;
      goals.push_back({door.place, door.seconds, 0});
    }
    return goals;
  }

  bool in_a_pocket(const FleetSite& site) const {
    bool in = site.only_left;
    bool out = false;
    for (const SearchStart& door : site.doors) {
      if (!lasts(door.place.edge)) continue;
      out = out || safe(states_.after(door.place.edge));
      for (const Id<GraphArc> arc : states_.arcs_of(door.place.edge)) {
        in = in || safe(states_.from(arc));
      }
    }
    return !in || !out;
  }

  void find_span(std::size_t s) {
    const WayOnFoot& on_foot = sites_[s].on_foot;
    const bool pocket = in_a_pocket(sites_[s]);
    if (!pocket && on_foot.always()) return;
    const RoadForecast& forecast = roads_.outlook().forecast();
    const std::uint32_t now = forecast.step_at(now_);
    for (std::uint32_t first = now; first < forecast.steps(); ++first) {
      if (first != now && !roads_.outlook().opens(first) && !on_foot.opens(first)) continue;
      for (std::uint32_t until = forecast.steps(); until > first; --until) {
        bool walked = true;
        for (std::uint32_t step = first; step < until; ++step) {
          walked = walked && !on_foot.closed(step);
        }
        if (walked && (pocket ? take(s, {first, until}) : take_walk(s, {first, until}))) return;
      }
    }
    goals_[s].clear();
    if (on_foot.always()) {
      cut_off_.insert(s);
    } else {
      starts_[s].clear();
    }
  }

  // From safe ground, with nothing but the way on foot in between.
  bool take_walk(std::size_t s, StepSpan steps) {
    const FleetSite& site = sites_[s];
    double walk_s = 0;
    for (const SearchStart& door : site.doors) walk_s = std::max(walk_s, door.seconds);
    const double in_s = site.only_left ? 0 : walk_s;
    const RoadForecast& forecast = roads_.outlook().forecast();
    const SiteSpan span{
        {forecast.begins(steps.first), forecast.ends(steps.until - 1)}, in_s, walk_s};
    const Time begun =
        std::max(site.ready, later(std::max(now_, span.span.from), from_seconds(in_s)));
    if (later(later(begun, site.work), from_seconds(walk_s)) > span.span.until) return false;
    made_.spans[s] = span;
    taken_[s] = steps;
    return true;
  }

  bool take(std::size_t s, StepSpan steps) {
    const FleetSite& site = sites_[s];
    const RoadConditions held = roads_.outlook().held(steps.first, steps.until - 1);
    double in_s = 0;
    double out_s = 0;
    const auto goals = ways_in(held, site, in_s);
    const auto starts = ways_out(held, site, out_s);
    if (starts.empty() || (goals.empty() && !site.only_left)) return false;
    const RoadForecast& forecast = roads_.outlook().forecast();
    const SiteSpan span{{forecast.begins(steps.first), forecast.ends(steps.until - 1)},
                        site.only_left ? 0 : in_s,
                        out_s};
    const Time entered = std::max(now_, span.span.from);
    const Time begun = std::max(site.ready, later(entered, from_seconds(span.way_in_s)));
    const Time done = later(begun, site.work + from_seconds(out_s));
    if (done > span.span.until) return false;
    made_.spans[s] = span;
    taken_[s] = steps;
    starts_[s] = starts;
    goals_[s] = site.only_left ? std::vector<SearchGoal>{} : goals;
    return true;
  }

  // The ground's states that a way meets first, and how far they are: the nearest ones.
  template <class Leave>
  Gates nearest(std::map<std::uint32_t, Weight> least, Leave leave) const {
    Gates queue;
    Gates gates;
    for (const auto& [state, ms] : least) queue.emplace(ms, state);
    while (!queue.empty() && gates.size() < PocketSearch::kGates) {
      const auto [ms, state] = *queue.begin();
      queue.erase(queue.begin());
      if (safe(Id<GraphVertex>{state})) {
        gates.emplace(ms, state);
        continue;
      }
      leave(state, [&, now = ms](std::uint32_t next, Weight more) {
        const Weight there = plus(now, more);
        const auto known = least.find(next);
        if (there >= kNoWay || (known != least.end() && known->second <= there)) return;
        if (known != least.end()) queue.erase({known->second, next});
        least[next] = there;
        queue.emplace(there, next);
      });
    }
    return gates;
  }

  static void put(std::map<std::uint32_t, Weight>& least, std::uint32_t state, Weight ms) {
    if (ms >= kNoWay) return;
    const auto [known, fresh] = least.try_emplace(state, ms);
    if (!fresh) known->second = std::min(known->second, ms);
  }

  std::vector<SearchGoal> ways_in(const RoadConditions& held, const FleetSite& site,
                                  double& longest_s) const {
    std::map<std::uint32_t, Weight> begin;
    for (const SearchStart& door : site.doors) {
      if (held.closed(door.place.edge)) continue;
      const Weight part =
          plus(milliseconds_to(states_.graph(), held, door.place), to_milliseconds(door.seconds));
      for (const Id<GraphArc> arc : states_.arcs_of(door.place.edge)) {
        put(begin, states_.from(arc).index, plus(part, states_.arcs()[arc.index].turn_ms));
      }
    }
    const Gates gates = nearest(begin, [&](std::uint32_t state, auto reach) {
      for (std::uint32_t a = 0; a < states_.arcs().size(); ++a) {
        const RoadStates::Arc& arc = states_.arcs()[a];
        if (arc.to.index != state || held.closed(arc.edge)) continue;
        reach(states_.from(Id<GraphArc>{a}).index, held.milliseconds(arc.edge) + arc.turn_ms);
      }
    });
    std::vector<SearchGoal> goals;
    for (const auto& [ms, state] : gates) {
      for (std::uint32_t a = 0; a < states_.arcs().size(); ++a) {
        const RoadStates::Arc& arc = states_.arcs()[a];
        if (arc.to.index != state || !safe(states_.from(Id<GraphArc>{a})) || !lasts(arc.edge))
          continue;
        const auto length_m = static_cast<double>(states_.graph().edges()[arc.edge].length_m);
        goals.push_back({{arc.edge, length_m, 0, {}}, ms / 1000.0, 0});
        longest_s = std::max(longest_s, ms / 1000.0);
      }
    }
    return goals;
  }

  std::vector<SearchStart> ways_out(const RoadConditions& held, const FleetSite& site,
                                    double& longest_s) const {
    std::map<std::uint32_t, Weight> begin;
    for (const SearchStart& door : site.doors) {
      if (held.closed(door.place.edge)) continue;
      const Weight rest =
          held.milliseconds(door.place.edge) - milliseconds_to(states_.graph(), held, door.place);
      put(begin, states_.after(door.place.edge).index, plus(rest, to_milliseconds(door.seconds)));
    }
    const auto arcs_from = [&](std::uint32_t state) {
      const auto first = states_.first_arc();
      return states_.arcs().subspan(first[state], first[state + 1] - first[state]);
    };
    const Gates gates = nearest(begin, [&](std::uint32_t state, auto reach) {
      for (const RoadStates::Arc& arc : arcs_from(state)) {
        if (held.closed(arc.edge)) continue;
        reach(arc.to.index, held.milliseconds(arc.edge) + arc.turn_ms);
      }
    });
    std::vector<SearchStart> starts;
    for (const auto& [ms, state] : gates) {
      for (const RoadStates::Arc& arc : arcs_from(state)) {
        if (!safe(arc.to) || !lasts(arc.edge)) continue;
        const double seconds = plus(ms, arc.turn_ms) / 1000.0;
        starts.push_back({{arc.edge, 0, 0, {}}, seconds});
        longest_s = std::max(longest_s, seconds);
      }
    }
    return starts;
  }

  // Roads that have a pocket's state at one end.
  RoadConditions inside_pockets(StepSpan steps) const {
    const RoadConditions held = roads_.outlook().held(steps.first, steps.until - 1);
    std::vector<Weight> ms(held.all_milliseconds().begin(), held.all_milliseconds().end());
    std::vector<char> touches(ms.size(), 0);
    for (std::uint32_t a = 0; a < states_.arcs().size(); ++a) {
      const RoadStates::Arc& arc = states_.arcs()[a];
      if (!safe(arc.to) || !safe(states_.from(Id<GraphArc>{a}))) touches[arc.edge.index] = 1;
    }
    for (std::uint32_t e = 0; e < ms.size(); ++e) {
      if (touches[e] == 0 && safe(states_.after(Id<RoadEdge>{e}))) ms[e] = kNoWay;
    }
    return RoadConditions::of(held.vehicle_class(), std::move(ms));
  }

  // Between sites of one span, and between two that are cut off for good; and where they are one.
  void straight(std::size_t from, std::size_t to) {
    double& value = made_.seconds[from * sites_.size() + to];
    const bool one_span = from != to && taken_[from] && taken_[from] == taken_[to];
    if (one_span || (from != to && cut_off_.contains(from) && cut_off_.contains(to))) {
      const RoadConditions held =
          one_span ? inside_pockets(*taken_[from]) : roads_.lasting().conditions();
      RoadSearch search{states_, held, goals_of(sites_[to], held), 1};
      value = std::min(value, search.run(sites_[from].doors).front());
    }
    const bool same = distance_m(sites_[from].position, sites_[to].position) < 1;
    if (same && (from == to || value < kInfinite)) value = 0;
  }

  const FleetRoads& roads_;
  const RoadStates& states_;
  Time now_;
  std::span<const FleetSite> sites_;
  std::vector<std::optional<StepSpan>> taken_;
  std::set<std::size_t> cut_off_;
  std::vector<std::vector<SearchStart>> starts_;
  std::vector<std::vector<SearchGoal>> goals_;
  FleetTravel made_;
};

}  // namespace

FleetTravel plain_fleet_travel(const FleetRoads& roads, Time now,
                               std::span<const FleetSite> sites) {
  return PlainTravel{roads, now, sites}.find();
}

}  // namespace gridmend
