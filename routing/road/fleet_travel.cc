#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "routing/road/pocket_search.h"

namespace gridmend {
namespace {

constexpr double kSamePlace_m = 1;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

using StepSpan = std::pair<std::uint32_t, std::uint32_t>;  // [first, until)

Time later(Time time, double seconds) {
  const Duration by = from_seconds(seconds);
  return time > Time::max() - by ? Time::max() : time + by;
}

std::vector<SearchGoal> as_goals(const RoadConditions& conditions,
                                 std::span<const SearchStart> doors) {
  std::vector<SearchGoal> goals;
  for (const SearchStart& door : doors) {
    if (!conditions.closed(door.place.edge)) goals.push_back({door.place, door.seconds, 0});
  }
  return goals;
}

// Most pairs differ in latitude alone, which costs nothing to see: 1e-5 degrees are 1.1 m.
bool at_one_place(Position a, Position b) {
  return std::abs(a.latitude_deg - b.latitude_deg) < 1e-5 && distance_m(a, b) < kSamePlace_m;
}

class Travel {
 public:
  Travel(const FleetRoads& roads, Time now, std::span<const FleetSite> sites, unsigned threads)
      : roads_(roads), now_(now), sites_(sites), threads_(threads) {
    made_.spans.resize(sites.size());
    for (const FleetSite& site : sites) {
      starts_.push_back(site.doors);
      goals_.push_back(site.only_left ? std::vector<SearchGoal>{}
                                      : as_goals(roads.lasting().conditions(), site.doors));
    }
  }

  FleetTravel find() && {
    if (!roads_.safe_ground().empty()) find_spans();
    made_.seconds = road_matrix(roads_.lasting(), starts_, goals_, threads_);
    for (const auto& [steps, members] : members_) {
      if (members.size() > 1) within(RoadMetric{roads_.index(), held(steps), threads_}, members);
    }
    // A crew that is cut off for good still serves its hill. One that can leave is not sent to
    // where it could not: such a site has no span.
    within(roads_.lasting(), cut_off_);
    for (std::size_t from = 0; from < sites_.size(); ++from) {
      for (std::size_t to = 0; to < sites_.size(); ++to) {
        const bool same = at_one_place(sites_[from].position, sites_[to].position);
        double& value = made_.seconds[cell(from, to)];
        if (same && (from == to || value < kInfinite)) value = 0;
      }
    }
    return std::move(made_);
  }

 private:
  std::size_t cell(std::size_t from, std::size_t to) const { return from * sites_.size() + to; }

  // Reached and left over lasting roads.
  bool on_safe_ground(const FleetSite& site) const {
    const RoadStates& states = roads_.index().states();
    const auto safe = roads_.safe_ground();
    const auto open = [&](const SearchStart& door) {
      return !roads_.lasting().conditions().closed(door.place.edge);
    };
    const bool out = std::ranges::any_of(site.doors, [&](const SearchStart& door) {
      return open(door) && safe[states.after(door.place.edge).index] != 0;
    });
    const bool in = std::ranges::any_of(site.doors, [&](const SearchStart& door) {
      return open(door) && std::ranges::any_of(states.arcs_of(door.place.edge), [&](auto arc) {
               return safe[states.from(arc).index] != 0;
             });
    });
    return out && (in || site.only_left);
  }

  void find_spans() {
    std::vector<std::size_t> pending;
    for (std::size_t s = 0; s < sites_.size(); ++s) {
      if (!on_safe_ground(sites_[s])) pending.push_back(s);
    }
    if (pending.empty()) return;
    const RoadStates& states = roads_.index().states();
    const RoadOutlook& outlook = roads_.outlook();
    LastingWays in{states, outlook, LastingWays::Direction::away};
    LastingWays out{states, outlook, LastingWays::Direction::toward};
    PocketSearch pocket{roads_};
    for (std::uint32_t first = outlook.forecast().step_at(now_);
         first < outlook.steps() && !pending.empty(); ++first) {
      if (first != outlook.forecast().step_at(now_) && !outlook.opens(first)) continue;
      in.run(first, {}, roads_.safe_ground());
      out.run(first, {}, roads_.safe_ground());
      std::erase_if(pending, [&](std::size_t s) {
        std::uint32_t until_in = first;
        std::uint32_t until_out = first;
        for (const SearchStart& door : sites_[s].doors) {
          until_in = std::max(until_in, in.until(door.place));
          until_out = std::max(until_out, out.until(door.place));
        }
        const std::uint32_t until = sites_[s].only_left ? until_out : std::min(until_in, until_out);
        for (std::uint32_t end = until; end > first && has_room(sites_[s], {first, end}); --end) {
          if (take_span(s, {first, end}, pocket)) return true;
        }
        return false;
      });
    }
    cut_off_ = std::move(pending);
    // A lasting way in does not help who cannot get out again.
    for (const std::size_t s : cut_off_) goals_[s].clear();
  }

  const RoadConditions& held(StepSpan steps) {
    auto& known = held_[steps];
    if (!known) known = roads_.outlook().held(steps.first, steps.second - 1);
    return *known;
  }

  // For the work alone; a shorter span with the same beginning has less.
  bool has_room(const FleetSite& site, StepSpan steps, double ways_s = 0) const {
    const RoadForecast& forecast = roads_.outlook().forecast();
    const Time begun = std::max({now_, site.ready, forecast.begins(steps.first)});
    return later(begun, seconds(site.work) + ways_s) <= forecast.ends(steps.second - 1);
  }

  // False: way in, work and way out do not fit into it.
  bool take_span(std::size_t s, StepSpan steps, PocketSearch& pocket) {
    const FleetSite& site = sites_[s];
    const RoadForecast& forecast = roads_.outlook().forecast();
    const auto out = pocket.ways_out(held(steps), site.doors);
    if (out.starts.empty() || !has_room(site, steps, out.longest_s)) return false;
    PocketSearch::WaysIn in;
    if (!site.only_left) in = pocket.ways_in(held(steps), site.doors);
    if (in.goals.empty() && !site.only_left) return false;
    const SiteSpan span{{forecast.begins(steps.first), forecast.ends(steps.second - 1)},
                        in.longest_s,
                        out.longest_s};
    const Time entered = std::max(now_, span.span.from);
    const Time begun = std::max(site.ready, later(entered, span.way_in_s));
    const Time done = later(begun, seconds(site.work) + span.way_out_s);
    if (done > span.span.until) return false;
    made_.spans[s] = span;
    starts_[s] = out.starts;
    goals_[s] = std::move(in.goals);
    members_[steps].push_back(s);
    return true;
  }

  // Straight from site to site, without a detour over safe ground.
  void within(const RoadMetric& metric, const std::vector<std::size_t>& members) {
    if (members.size() < 2) return;
    std::vector<std::vector<SearchStart>> from;
    std::vector<std::vector<SearchGoal>> to;
    for (const std::size_t s : members) {
      from.push_back(sites_[s].doors);
      to.push_back(sites_[s].only_left ? std::vector<SearchGoal>{}
                                       : as_goals(metric.conditions(), sites_[s].doors));
    }
    const auto direct = road_matrix(metric, from, to, threads_);
    for (std::size_t i = 0; i < members.size(); ++i) {
      for (std::size_t j = 0; j < members.size(); ++j) {
        double& value = made_.seconds[cell(members[i], members[j])];
        value = std::min(value, direct[i * members.size() + j]);
      }
    }
  }

  const FleetRoads& roads_;
  Time now_;
  std::span<const FleetSite> sites_;
  unsigned threads_;
  std::vector<std::vector<SearchStart>> starts_;
  std::vector<std::vector<SearchGoal>> goals_;
  std::map<StepSpan, std::optional<RoadConditions>> held_;
  std::map<StepSpan, std::vector<std::size_t>> members_;
  std::vector<std::size_t> cut_off_;
  FleetTravel made_;
};

}  // namespace

FleetTravel fleet_travel(const FleetRoads& roads, Time now, std::span<const FleetSite> sites,
                         unsigned threads) {
  return Travel{roads, now, sites, threads}.find();
}

}  // namespace gridmend
