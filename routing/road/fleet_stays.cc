#include <algorithm>
#include <map>
#include <unordered_set>

#include "routing/road/fleet_question.h"
#include "routing/road/nearest_first.h"

// Crews that are cut off: who they are, and that they work on where they are.

namespace gridmend {

// Crews for which roads are open as long.
struct FleetBook::StayGroup {
  StepSpan steps;          // in all of which its roads are open
  bool may_leave = false;  // nobody is cut off yet
  std::size_t crews = 0;
  std::vector<std::size_t> stops;  // the crews' starts, then sites in pockets
  std::vector<Weight> ms;          // from stop to stop

  bool joined(std::size_t a, std::size_t b) const {
    return ms[a * stops.size() + b] < kNoWay && ms[b * stops.size() + a] < kNoWay;
  }
};

namespace {

bool could_work(const FleetSite& site, std::size_t crew) {
  return std::ranges::find(site.crews, crew) != site.crews.end();
}

bool on_large_part(const FleetRoads& roads, const FleetSite& site) {
  return std::ranges::any_of(site.doors, [&](const SearchStart& door) {
    const auto after = roads.index().states().after(door.place.edge);
    return !roads.lasting().conditions().closed(door.place.edge) &&
           roads.large_parts()[after.index] != 0;
  });
}

}  // namespace

// Little road leads away from there, and all of it ends where some is closed for good.
bool FleetBook::is_shut_in(std::uint32_t doors) {
  const auto [known, fresh] = shut_in_.try_emplace(doors, false);
  if (fresh) known->second = find_shut_in(doors_[doors]);
  return known->second;
}

bool FleetBook::find_shut_in(std::span<const SearchStart> doors) const {
  const RoadStates& states = roads_.index().states();
  std::unordered_set<std::uint32_t> seen;
  std::vector<std::uint32_t> queue;
  bool closed = false;
  const auto enter = [&](Id<RoadEdge> edge, std::uint32_t state) {
    if (!roads_.outlook().ever_open(edge)) {
      closed = true;
    } else if (seen.insert(state).second) {
      queue.push_back(state);
    }
  };
  for (const SearchStart& door : doors) enter(door.place.edge, states.after(door.place.edge).index);
  while (!queue.empty() && seen.size() <= FleetTravel::kLittle) {
    const std::uint32_t state = queue.back();
    queue.pop_back();
    for (std::uint32_t a = states.first_arc()[state]; a < states.first_arc()[state + 1]; ++a)
      enter(states.arcs()[a].edge, states.arcs()[a].to.index);
  }
  return closed && queue.empty();
}

bool FleetBook::is_a_pocket(StepSpan span) {
  return span != kAlways && span != kCutOff && span != kNever;
}

// Where the walk to the work has times of its own the pocket's are kept.
bool FleetBook::may_be_own(const Question& question, std::size_t s) {
  const Key& key = question.keys[s];
  return key.span != kAlways && key.span != kNever && !key.stays &&
         question.sites[s].on_foot.always();
}

void FleetBook::find_cut_off(Question& question) {
  const RoadForecast& forecast = roads_.outlook().forecast();
  for (std::size_t s = 0; s < question.sites.size(); ++s) {
    const FleetSite& site = question.sites[s];
    if (!site.only_left || site.other_class) continue;
    const StepSpan span = question.keys[s].span;
    if (is_a_pocket(span)) {
      const Time opens = forecast.begins(span.first);
      if (opens > std::max(question.now, site.ready)) question.made.cut_off[s] = opens;
    } else if (span == kCutOff || span == kNever || is_shut_in(question.keys[s].doors)) {
      question.made.cut_off[s] = Time::max();
    }
  }
}

void FleetBook::find_stays(Question& question, unsigned threads) {
  const RoadOutlook& outlook = roads_.outlook();
  const std::uint32_t now = outlook.forecast().step_at(question.now);
  const Time soon = later(question.now, kStays);
  std::map<std::pair<std::uint32_t, bool>, StayGroup> groups;
  for (std::size_t s = 0; s < question.sites.size(); ++s) {
    const StepSpan span = question.keys[s].span;
    if (!question.sites[s].only_left || !is_a_pocket(span)) continue;
    if (!question.sites[s].on_foot.always()) continue;
    const bool may_leave = span.first == now;
    if (may_leave && (outlook.forecast().ends(span.until - 1) > soon ||
                      !on_large_part(roads_, question.sites[s]))) {
      continue;
    }
    const std::uint32_t until = may_leave ? outlook.steps() : span.until;
    StayGroup& group = groups[{until, may_leave}];
    group.steps = {now, until};
    group.may_leave = may_leave;
    group.stops.push_back(s);
  }
  for (auto& [key, group] : groups) {
    group.crews = group.stops.size();
    bool any_work = false;
    for (std::size_t s = 0; s < question.sites.size() && !any_work; ++s) {
      if (!may_be_own(question, s)) continue;
      any_work = std::ranges::any_of(
          group.stops, [&](std::size_t crew) { return could_work(question.sites[s], crew); });
    }
    if (any_work) find_stay(question, group, threads);
  }
}

// From stop to stop over roads that are open all the while.
void FleetBook::join_stops(const Question& question, StayGroup& group, unsigned threads) const {
  for (std::size_t s = 0; s < question.sites.size(); ++s) {
    if (may_be_own(question, s) && !question.sites[s].only_left) group.stops.push_back(s);
  }
  const auto drive = [&](const RoadMetric& metric) {
    std::vector<std::vector<SearchStart>> from;
    std::vector<std::vector<SearchGoal>> to;
    for (const std::size_t s : group.stops) {
      from.push_back(question.sites[s].doors);
      to.push_back(as_goals(metric.conditions(), question.sites[s].doors));
    }
    group.ms = road_weights(metric, from, to, threads);
  };
  if (group.steps == StepSpan{0, roads_.outlook().steps()}) return drive(roads_.lasting());
  RoadMetric metric = roads_.lasting();
  metric.change(roads_.outlook().held(group.steps.first, group.steps.until - 1));
  drive(metric);
}

// By when work there is done for the way out once it has opened to some crew here.
Time FleetBook::done_by(const Question& question, const StayGroup& group, std::size_t stop) {
  if (group.steps.until == roads_.outlook().steps()) return Time::max();
  const Time closes = roads_.outlook().forecast().ends(group.steps.until - 1);
  Time latest = Time::min();
  for (std::size_t c = 0; c < group.crews; ++c) {
    if (!group.joined(c, stop)) continue;
    const StepSpan open{question.keys[group.stops[c]].span.first, group.steps.until};
    const auto& out = ways_out(question.keys[group.stops[stop]].doors, open);
    const Time leaves = closes - from_seconds(out.longest_s);
    const bool opens_first = leaves >= roads_.outlook().forecast().begins(open.first);
    if (!out.starts.empty() && opens_first) latest = std::max(latest, leaves);
  }
  return latest;
}

void FleetBook::find_stay(Question& question, StayGroup& group, unsigned threads) {
  join_stops(question, group, threads);
  NearestFirst work;
  for (std::size_t c = 0; c < group.crews; ++c) {
    const FleetSite& start = question.sites[group.stops[c]];
    const StepSpan span = question.keys[group.stops[c]].span;
    const Time opens =
        group.may_leave ? Time::max() : roads_.outlook().forecast().begins(span.first);
    work.crews.push_back({std::max(question.now, start.ready), std::min(start.until, opens)});
  }
  for (std::size_t p = group.crews; p < group.stops.size(); ++p) {
    const FleetSite& site = question.sites[group.stops[p]];
    NearestFirst::Place place{site.ready, site.work, done_by(question, group, p), {}};
    for (std::size_t c = 0; c < group.crews; ++c) {
      const bool able = could_work(site, group.stops[c]) && group.joined(c, p);
      place.crews.push_back(able ? 1 : 0);
    }
    if (std::ranges::count(place.crews, 1) < site.crews_needed) place.crews.assign(group.crews, 0);
    work.places.push_back(std::move(place));
  }
  work.ms = std::move(group.ms);
  const std::vector<char> taken = work.taken();
  group.ms = std::move(work.ms);
  std::vector<char> stays(group.stops.size(), 0);
  for (std::size_t p = 0; p < taken.size(); ++p) {
    if (taken[p] == 0) continue;
    stays[group.crews + p] = 1;
    for (std::size_t c = 0; c < group.crews; ++c) {
      if (work.places[p].crews[c] != 0) stays[c] = 1;
    }
    take_own(question, group, group.crews + p, work.places[p].done_by);
  }
  add_cells(question, group, stays);
  for (std::size_t c = 0; c < group.crews && !group.may_leave; ++c) {
    const std::size_t s = group.stops[c];
    if (stays[c] == 0) continue;
    question.starts[s].clear();
    question.keys[s].span = kAlways;
    question.keys[s].stays = true;
    question.made.spans[s]->span.from = Time::min();
  }
}

void FleetBook::take_own(Question& question, const StayGroup& group, std::size_t stop,
                         Time done_by) const {
  const std::size_t s = group.stops[stop];
  question.made.own[s] = 1;
  question.made.spans[s].reset();
  if (done_by < Time::max()) {
    const Time closes = roads_.outlook().forecast().ends(group.steps.until - 1);
    question.made.spans[s] = SiteSpan{{Time::min(), closes}, 0, seconds(closes - done_by)};
  }
  question.starts[s].clear();
  question.goals[s].clear();
  question.keys[s].span = kAlways;
  question.keys[s].stays = true;
}

// To other sites of the same ground only while its roads are open, which their own spans see to.
void FleetBook::add_cells(Question& question, const StayGroup& group,
                          std::span<const char> stays) const {
  const std::size_t count = group.stops.size();
  for (std::size_t from = 0; from < count; ++from) {
    for (std::size_t to = group.crews; to < count; ++to) {
      if (from == to || !group.joined(from, to)) continue;
      const StepSpan in = question.keys[group.stops[from]].span;
      const StepSpan at = question.keys[group.stops[to]].span;
      const bool opens = is_a_pocket(at) && at.until <= group.steps.until;
      const bool from_outside = stays[from] == 0;
      const bool allowed =
          from_outside ? stays[to] != 0 && !group.may_leave && from >= group.crews && in != kCutOff
                       : stays[to] != 0 || opens;
      if (!allowed) continue;
      question.within_stays.emplace_back(group.stops[from], group.stops[to],
                                         group.ms[from * count + to]);
    }
  }
}

}  // namespace gridmend
