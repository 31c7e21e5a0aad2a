#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "routing/road/fleet_question.h"
#include "routing/road/pocket_changes.h"

namespace gridmend {
namespace {

// Crews move on: places that nobody asks for any more are not kept for ever.
constexpr std::size_t kMostPlaces = 20'000;
// 64 MB a vehicle class; a larger plan's matrix is not kept.
constexpr std::size_t kMostCells = 16'000'000;

std::size_t hash_of(std::span<const SearchStart> doors) {
  std::size_t hash = doors.size();
  const auto mix = [&](std::size_t value) { hash = (hash ^ value) * 0x9e37'79b9'7f4a'7c15U; };
  for (const SearchStart& door : doors) {
    mix(door.place.edge.index);
    mix(std::hash<double>{}(door.place.along_m));
    mix(std::hash<double>{}(door.seconds));
  }
  return hash;
}

// Reached and left over lasting roads.
bool on_safe_ground(const FleetRoads& roads, const FleetSite& site) {
  const RoadStates& states = roads.index().states();
  const auto safe = roads.safe_ground();
  const auto is_safe = [&](std::uint32_t state) { return safe.empty() || safe[state] != 0; };
  const auto open = [&](const SearchStart& door) {
    return !roads.lasting().conditions().closed(door.place.edge);
  };
  const bool out = std::ranges::any_of(site.doors, [&](const SearchStart& door) {
    return open(door) && is_safe(states.after(door.place.edge).index);
  });
  const bool in = std::ranges::any_of(site.doors, [&](const SearchStart& door) {
    return open(door) && std::ranges::any_of(states.arcs_of(door.place.edge), [&](auto arc) {
             return is_safe(states.from(arc).index);
           });
  });
  return out && (in || site.only_left);
}

// Whoever is at one is at the other, where there is a way at all. Neighbours in latitude are looked
// at only.
void join_places(std::span<const FleetSite> sites, std::vector<double>& seconds) {
  std::vector<std::size_t> northward(sites.size());
  std::iota(northward.begin(), northward.end(), std::size_t{0});
  std::ranges::sort(northward, {}, [&](std::size_t s) { return sites[s].position.latitude_deg; });
  const auto join = [&](std::size_t from, std::size_t to) {
    double& value = seconds[from * sites.size() + to];
    if (from == to || value < std::numeric_limits<double>::infinity()) value = 0;
  };
  constexpr double kWindow_deg = 2e-5;
  for (std::size_t i = 0; i < northward.size(); ++i) {
    const Position here = sites[northward[i]].position;
    join(northward[i], northward[i]);
    for (std::size_t j = i + 1; j < northward.size(); ++j) {
      const Position there = sites[northward[j]].position;
      if (there.latitude_deg - here.latitude_deg > kWindow_deg) break;
      if (!at_one_place(here, there)) continue;
      join(northward[i], northward[j]);
      join(northward[j], northward[i]);
    }
  }
}

// Row by row: a whole matrix is written once, not first cleared.
std::vector<double> as_seconds(std::span<const Weight> matrix, std::size_t columns) {
  std::vector<double> seconds;
  seconds.reserve(matrix.size());
  std::vector<double> row(columns);
  for (std::size_t begin = 0; begin < matrix.size(); begin += columns) {
    std::ranges::transform(matrix.subspan(begin, columns), row.begin(), [](Weight ms) {
      return ms < kNoWay ? ms / 1000.0 : std::numeric_limits<double>::infinity();
    });
    seconds.insert(seconds.end(), row.begin(), row.end());
  }
  return seconds;
}

}  // namespace

FleetBook::FleetBook(const FleetRoads& roads, FleetBook&& before)
    : roads_(roads),
      doors_(std::move(before.doors_)),
      doors_by_hash_(std::move(before.doors_by_hash_)),
      in_span_(std::move(before.in_span_)),
      spare_(std::move(before.spare_)) {
  const PocketChanges changes(before.roads_, roads);
  keep_matrix(before);
  std::vector<char> same;
  same.reserve(doors_.size());
  for (const auto& doors : doors_) same.push_back(changes.same_ways(doors) ? 1 : 0);
  if (roads.safe_ground().empty()) in_span_.reset();
  if (changes.only_worse()) {
    bounds_ =
        before.pockets_ ? std::move(*before.pockets_).take_bounds() : std::move(before.bounds_);
  }
  for (auto& [key, ways] : before.ways_) {
    if (same[key.first] == 0 && !changes.only_worse()) continue;
    if (same[key.first] == 0) keep_what_holds(ways, changes);
    ways_.emplace_hint(ways_.end(), key, std::move(ways));
  }
  for (auto& [key, lasting] : before.lasting_) {
    if (same[key.first] == 0 && !changes.only_worse()) continue;
    if (same[key.first] == 0) keep_what_holds(lasting, key.second);
    lasting_.emplace_hint(lasting_.end(), key, lasting);
  }
  for (auto& [steps, inside] : before.inside_) {
    // A change anywhere may be one of lasting ways.
    if (steps == kCutOff) continue;
    const auto same_ways = [&](std::uint32_t d) { return same[d] != 0; };
    if (std::ranges::all_of(inside.doors, same_ways) ||
        changes.same_inside(steps.first, steps.until))
      inside_.emplace_hint(inside_.end(), steps, std::move(inside));
  }
}

// After changes for the worse only.
void FleetBook::keep_what_holds(Ways& ways, const PocketChanges& changes) {
  const auto keep = [&](auto& found) {
    if (!found) return;
    if (found->basis.too_many || !changes.same_at(found->basis.states)) found.reset();
  };
  keep(ways.in);
  keep(ways.out);
  keep(ways.quickest_in);
  keep(ways.quickest_out);
}

// Where there was no way there is none.
void FleetBook::keep_what_holds(Lasting& lasting, std::uint32_t first) {
  if (lasting.until_in && *lasting.until_in > first) lasting.until_in.reset();
  if (lasting.until_out && *lasting.until_out > first) lasting.until_out.reset();
}

std::uint32_t FleetBook::number_doors(std::span<const SearchStart> doors) {
  const std::size_t hash = hash_of(doors);
  const auto [begin, end] = doors_by_hash_.equal_range(hash);
  for (auto known = begin; known != end; ++known) {
    if (std::ranges::equal(doors_[known->second], doors, is_same)) return known->second;
  }
  const auto number = static_cast<std::uint32_t>(doors_.size());
  doors_.emplace_back(doors.begin(), doors.end());
  doors_by_hash_.emplace(hash, number);
  return number;
}

void FleetBook::forget_places() {
  doors_.clear();
  doors_by_hash_.clear();
  ways_.clear();
  lasting_.clear();
  inside_.clear();
  in_span_.reset();
  shut_in_.clear();
  keys_.clear();
  starts_.clear();
  goals_.clear();
  matrix_.clear();
  changes_.reset();
  spare_ = {};
}

PocketSearch& FleetBook::pockets() {
  if (!pockets_) pockets_.emplace(roads_, std::move(bounds_));
  return *pockets_;
}

const PocketSearch::WaysIn& FleetBook::ways_in(std::uint32_t doors, StepSpan steps) {
  auto& known = ways_[{doors, steps}].in;
  if (!known) known = pockets().ways_in(steps, doors_[doors]);
  return *known;
}

const PocketSearch::WaysOut& FleetBook::ways_out(std::uint32_t doors, StepSpan steps) {
  auto& known = ways_[{doors, steps}].out;
  if (!known) known = pockets().ways_out(steps, doors_[doors]);
  return *known;
}

double FleetBook::quickest_in_s(std::uint32_t doors, StepSpan steps) {
  auto& known = ways_[{doors, steps}].quickest_in;
  if (!known) known = pockets().quickest_in(steps, doors_[doors]);
  return known->seconds;
}

double FleetBook::quickest_out_s(std::uint32_t doors, StepSpan steps) {
  auto& known = ways_[{doors, steps}].quickest_out;
  if (!known) known = pockets().quickest_out(steps, doors_[doors]);
  return known->seconds;
}

std::uint32_t FleetBook::until_in(std::uint32_t doors, std::uint32_t first) {
  auto& known = lasting_[{doors, first}].until_in;
  if (!known) known = pockets().until_in(first, doors_[doors]);
  return *known;
}

std::uint32_t FleetBook::until_out(std::uint32_t doors, std::uint32_t first) {
  auto& known = lasting_[{doors, first}].until_out;
  if (!known) known = pockets().until_out(first, doors_[doors]);
  return *known;
}

FleetTravel FleetBook::travel(Time now, std::span<const FleetSite> sites, unsigned threads) {
  if (doors_.size() > kMostPlaces) forget_places();
  Question question{now, sites};
  question.made.spans.resize(sites.size());
  question.made.own.assign(sites.size(), 0);
  question.made.cut_off.resize(sites.size());
  for (const FleetSite& site : sites) {
    question.keys.push_back({number_doors(site.doors), kAlways, site.only_left, false});
    question.starts.push_back(site.doors);
    question.goals.push_back(site.only_left ? std::vector<SearchGoal>{}
                                            : as_goals(roads_.lasting().conditions(), site.doors));
  }
  find_spans(question);
  const bool changes = !roads_.safe_ground().empty();
  find_cut_off(question);
  if (changes) find_stays(question, threads);
  fill_matrix(question, threads);
  question.made.seconds = as_seconds(question.matrix, sites.size());
  fill_within(question, threads);
  for (const auto& [from, to, ms] : question.within_stays) {
    double& value = question.made.seconds[question.cell(from, to)];
    value = std::min(value, ms / 1000.0);
  }
  join_places(sites, question.made.seconds);
  if (question.matrix.size() <= kMostCells) {
    keys_ = std::move(question.keys);
    starts_ = std::move(question.starts);
    goals_ = std::move(question.goals);
    spare_ = std::exchange(matrix_, std::move(question.matrix));
    changes_.reset();
  }
  return std::move(question.made);
}

void FleetBook::find_spans(Question& question) {
  const bool has_pockets = !roads_.safe_ground().empty();
  std::vector<std::size_t> pending;
  for (std::size_t s = 0; s < question.sites.size(); ++s) {
    const bool on_foot = !question.sites[s].on_foot.always();
    if (!has_pockets && !on_foot) continue;
    const bool safe = on_safe_ground(roads_, question.sites[s]);
    if (safe && !on_foot) continue;
    if (has_pockets && !safe) {
      pending.push_back(s);
    } else if (!safe || !take_walk(question, s)) {
      leave_alone(question, s);
    }
  }
  const RoadOutlook& outlook = roads_.outlook();
  const std::uint32_t now = outlook.forecast().step_at(question.now);
  for (std::uint32_t first = now; first < outlook.steps() && !pending.empty(); ++first) {
    std::erase_if(pending, [&](std::size_t s) {
      const FleetSite& site = question.sites[s];
      // Where nothing opens there is nothing that the step before did not have.
      if (first != now && !outlook.opens(first) && !site.on_foot.opens(first)) return false;
      if (site.on_foot.closed(first)) return false;
      std::uint32_t until = std::min(until_out(question.keys[s].doors, first),
                                     site.on_foot.closes(first, outlook.steps()));
      if (!site.only_left) until = std::min(until, until_in(question.keys[s].doors, first));
      const Time begun = std::max({question.now, site.ready, outlook.forecast().begins(first)});
      for (std::uint32_t end = until; end > first; --end) {
        // A shorter span with the same beginning has less room.
        if (later(begun, site.work) > outlook.forecast().ends(end - 1)) break;
        if (take_span(question, s, {first, end})) return true;
      }
      return false;
    });
  }
  // A crew that is cut off for good still serves its hill. One that can leave is not sent to where
  // it could not: a lasting way in does not help who cannot get out again.
  for (const std::size_t s : pending) {
    if (!question.sites[s].on_foot.always()) {
      leave_alone(question, s);
      continue;
    }
    question.keys[s].span = kCutOff;
    question.goals[s].clear();
  }
}

void FleetBook::leave_alone(Question& question, std::size_t s) {
  question.keys[s].span = kNever;
  question.starts[s].clear();
  question.goals[s].clear();
}

bool FleetBook::has_room(const Question& question, std::size_t s, const RoadAccess::Span& span,
                         double in_s, double out_s) {
  if (in_s == std::numeric_limits<double>::infinity() ||
      out_s == std::numeric_limits<double>::infinity()) {
    return false;
  }
  const FleetSite& site = question.sites[s];
  const Time entered = std::max(question.now, span.from);
  const Time begun = std::max(site.ready, later(entered, from_seconds(in_s)));
  return later(later(begun, site.work), from_seconds(out_s)) <= span.until;
}

// The road there is safe ground, the way on foot is not: the first time it is open long enough.
bool FleetBook::take_walk(Question& question, std::size_t s) const {
  const FleetSite& site = question.sites[s];
  const RoadForecast& forecast = roads_.outlook().forecast();
  double walk_s = 0;
  for (const SearchStart& door : site.doors) walk_s = std::max(walk_s, door.seconds);
  const double in_s = site.only_left ? 0 : walk_s;
  for (std::uint32_t first = forecast.step_at(question.now); first < forecast.steps(); ++first) {
    if (site.on_foot.closed(first)) continue;
    const std::uint32_t until = site.on_foot.closes(first, forecast.steps());
    const RoadAccess::Span span{forecast.begins(first), forecast.ends(until - 1)};
    if (has_room(question, s, span, in_s, walk_s)) {
      question.keys[s].span = {first, until};
      question.made.spans[s] = SiteSpan{span, in_s, walk_s};
      return true;
    }
    first = until;
  }
  return false;
}

// False: way in, work and way out do not fit into it.
bool FleetBook::take_span(Question& question, std::size_t s, StepSpan steps) {
  const FleetSite& site = question.sites[s];
  const RoadForecast& forecast = roads_.outlook().forecast();
  SiteSpan span{{forecast.begins(steps.first), forecast.ends(steps.until - 1)}, 0, 0};
  const auto fits = [&](double in_s, double out_s) {
    return has_room(question, s, span.span, in_s, out_s);
  };
  const std::uint32_t doors = question.keys[s].doors;
  const double least_in_s = site.only_left ? 0 : quickest_in_s(doors, steps);
  if (!fits(least_in_s, quickest_out_s(doors, steps))) return false;
  const PocketSearch::WaysOut& out = ways_out(doors, steps);
  if (!fits(least_in_s, out.longest_s)) return false;
  if (!site.only_left) {
    const PocketSearch::WaysIn& in = ways_in(doors, steps);
    if (!fits(in.longest_s, out.longest_s)) return false;
    span.way_in_s = in.longest_s;
    question.goals[s] = in.goals;
  }
  span.way_out_s = out.longest_s;
  question.starts[s] = out.starts;
  question.keys[s].span = steps;
  question.made.spans[s] = span;
  return true;
}

FleetTravel fleet_travel(const FleetRoads& roads, Time now, std::span<const FleetSite> sites,
                         unsigned threads) {
  return FleetBook{roads}.travel(now, sites, threads);
}

}  // namespace gridmend
