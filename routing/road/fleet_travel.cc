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
constexpr std::size_t kMostInsides = 256;

// Of a place on a road only edge and distance along it matter to searches.
bool is_same(const SearchStart& a, const SearchStart& b) {
  return a.place.edge == b.place.edge && a.place.along_m == b.place.along_m &&
         a.seconds == b.seconds;
}

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

// Of a matrix that is older than the roads before, or of other steps, nothing is known.
void FleetBook::keep_matrix(FleetBook& before) {
  if (before.changes_ || before.keys_.empty() ||
      !PocketChanges::same_steps(before.roads_, roads_)) {
    spare_ = std::move(before.matrix_);
    return;
  }
  changes_.emplace(before.roads_, roads_);
  keys_ = std::move(before.keys_);
  starts_ = std::move(before.starts_);
  goals_ = std::move(before.goals_);
  matrix_ = std::move(before.matrix_);
  if (!changes_->too_many()) return;
  changes_.reset();
  keys_.clear();
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

void FleetBook::fill_matrix(Question& question, unsigned threads) {
  question.matrix = std::move(spare_);
  question.matrix.assign(question.sites.size() * question.sites.size(), kNoWay);
  std::vector<char> fresh(question.sites.size(), 1);
  const std::vector<Cell> changed = fill_from_kept(question, fresh);
  fill_fresh(question, fresh, changed, threads);
}

// Where doors alone do not tell what the last matrix began and ended with, they are compared.
bool FleetBook::is_kept(const Question& question, std::size_t s, std::size_t kept) const {
  if (!changes_) return true;
  const auto same_goal = [](const SearchGoal& a, const SearchGoal& b) {
    return is_same({a.place, a.seconds}, {b.place, b.seconds});
  };
  const auto differs = [&](const auto& end) { return changes_->differs(end.place.edge); };
  return std::ranges::equal(question.starts[s], starts_[kept], is_same) &&
         std::ranges::equal(question.goals[s], goals_[kept], same_goal) &&
         std::ranges::none_of(question.starts[s], differs) &&
         std::ranges::none_of(question.goals[s], differs);
}

// Cells between sites that the last matrix had. The answer are those of them that the roads may
// have changed.
std::vector<FleetBook::Cell> FleetBook::fill_from_kept(Question& question,
                                                       std::vector<char>& fresh) const {
  std::vector<std::uint32_t> by_key(keys_.size());
  std::iota(by_key.begin(), by_key.end(), 0U);
  const auto key_of = [&](std::uint32_t kept) { return keys_[kept]; };
  std::ranges::sort(by_key, {}, key_of);
  std::vector<std::pair<std::size_t, std::uint32_t>> known;  // site, and where it was
  for (std::size_t s = 0; s < question.sites.size(); ++s) {
    if (question.keys[s].stays) continue;
    const auto kept = std::ranges::lower_bound(by_key, question.keys[s], {}, key_of);
    if (kept == by_key.end() || keys_[*kept] != question.keys[s]) continue;
    if (!is_kept(question, s, *kept)) continue;
    known.emplace_back(s, *kept);
    fresh[s] = 0;
  }
  std::vector<Weight> from_nearest;
  for (const auto& [to, kept] : known) {
    if (changes_) from_nearest.push_back(changes_->from_nearest(roads_, question.goals[to]));
  }
  std::vector<Cell> changed;
  for (const auto& [from, kept_from] : known) {
    const Weight* const row = matrix_.data() + std::size_t{kept_from} * keys_.size();
    const Weight to_nearest = changes_ ? changes_->to_nearest(roads_, question.starts[from]) : 0;
    for (std::size_t i = 0; i < known.size(); ++i) {
      const auto [to, kept_to] = known[i];
      const Weight ms = row[kept_to];
      question.matrix[question.cell(from, to)] = ms;
      if (!changes_ || changes_->same(ms, to_nearest, from_nearest[i])) continue;
      if (question.starts[from].empty() || question.goals[to].empty()) continue;
      changed.emplace_back(from, to);
    }
  }
  return changed;
}

void FleetBook::fill_fresh(Question& question, std::span<const char> fresh,
                           std::span<const Cell> changed, unsigned threads) const {
  std::vector<std::size_t> all(question.sites.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const auto fill = [&](const std::vector<std::size_t>& rows,
                        const std::vector<std::size_t>& columns) {
    if (rows.empty() || columns.empty()) return;
    std::vector<std::vector<SearchStart>> starts;
    std::vector<std::vector<SearchGoal>> goals;
    for (const std::size_t s : rows) starts.push_back(question.starts[s]);
    for (const std::size_t s : columns) goals.push_back(question.goals[s]);
    const auto weights = road_weights(roads_.lasting(), starts, goals, threads);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t j = 0; j < columns.size(); ++j) {
        question.matrix[question.cell(rows[i], columns[j])] = weights[i * columns.size() + j];
      }
    }
  };
  const Lines lines = lines_of(fresh, changed);
  fill(lines.rows, all);
  fill(lines.rows_else, lines.columns);
  fill(lines.other_rows, lines.other_columns);
}

// What is fresh, and whatever has many cells that may have changed, is looked for as a whole line;
// of the rest a rectangle.
FleetBook::Lines FleetBook::lines_of(std::span<const char> fresh, std::span<const Cell> changed) {
  constexpr std::size_t kShareOfLine = 16;
  const std::size_t many = std::max<std::size_t>(fresh.size() / kShareOfLine, 1);
  std::vector<char> row(fresh.begin(), fresh.end());
  std::vector<char> column(fresh.begin(), fresh.end());
  const auto take = [&](std::vector<char>& line, std::size_t Cell::*of) {
    std::vector<std::size_t> cells(fresh.size(), 0);
    for (const Cell& cell : changed) {
      if (row[cell.first] == 0 && column[cell.second] == 0) ++cells[cell.*of];
    }
    for (std::size_t s = 0; s < cells.size(); ++s) {
      if (cells[s] >= many) line[s] = 1;
    }
  };
  take(column, &Cell::second);
  take(row, &Cell::first);
  std::vector<char> other_row(fresh.size(), 0);
  std::vector<char> other_column(fresh.size(), 0);
  for (const auto& [from, to] : changed) {
    if (row[from] == 0 && column[to] == 0) other_row[from] = other_column[to] = 1;
  }
  const auto numbers = [](std::span<const char> marked, char mark) {
    std::vector<std::size_t> lines;
    for (std::size_t s = 0; s < marked.size(); ++s) {
      if (marked[s] == mark) lines.push_back(s);
    }
    return lines;
  };
  return {numbers(row, 1), numbers(column, 1), numbers(row, 0), numbers(other_row, 1),
          numbers(other_column, 1)};
}

bool FleetBook::Inside::has(std::span<const std::uint32_t> asked) const {
  return std::ranges::includes(doors, asked);
}

std::size_t FleetBook::Inside::place(std::uint32_t asked) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(doors, asked) - doors.begin());
}

// The span's, with all that safe ground has on both sides left out.
RoadConditions FleetBook::inside_pockets(StepSpan steps) {
  const RoadConditions held = roads_.outlook().held(steps.first, steps.until - 1);
  std::vector<Weight> ms(held.all_milliseconds().begin(), held.all_milliseconds().end());
  if (touching_.empty()) {
    touching_.reserve(ms.size());
    for (std::uint32_t e = 0; e < ms.size(); ++e)
      touching_.push_back(touches_pocket(roads_, Id<RoadEdge>{e}) ? 1 : 0);
  }
  for (std::uint32_t e = 0; e < ms.size(); ++e) {
    if (touching_[e] == 0) ms[e] = kNoWay;
  }
  return RoadConditions::of(held.vehicle_class(), std::move(ms));
}

FleetBook::Inside FleetBook::find_inside(std::vector<std::uint32_t> doors, const RoadMetric& metric,
                                         unsigned threads) const {
  std::vector<std::vector<SearchStart>> from;
  std::vector<std::vector<SearchGoal>> to;
  for (const std::uint32_t d : doors) {
    from.push_back(doors_[d]);
    to.push_back(as_goals(metric.conditions(), doors_[d]));
  }
  std::vector<Weight> ms = road_weights(metric, from, to, threads);
  return {std::move(doors), std::move(ms)};
}

// Straight from site to site of one span, or of what is cut off for good, without a detour over
// safe ground.
void FleetBook::fill_within(Question& question, unsigned threads) {
  std::map<StepSpan, std::vector<std::size_t>> members;
  for (std::size_t s = 0; s < question.sites.size(); ++s) {
    const StepSpan span = question.keys[s].span;
    if (span != kAlways && span != kNever) members[question.keys[s].span].push_back(s);
  }
  if (inside_.size() > kMostInsides) inside_.clear();
  for (const auto& [steps, of_span] : members) {
    if (of_span.size() < 2) continue;
    std::vector<std::uint32_t> doors;
    for (const std::size_t s : of_span) doors.push_back(question.keys[s].doors);
    std::ranges::sort(doors);
    const auto repeated = std::ranges::unique(doors);
    doors.erase(repeated.begin(), repeated.end());
    Inside& inside = inside_[steps];
    if (!inside.has(doors)) {
      if (steps == kCutOff) {
        inside = find_inside(std::move(doors), roads_.lasting(), threads);
      } else {
        // From span to span, in order, little differs, and between two questions.
        if (in_span_) {
          in_span_->change(inside_pockets(steps));
        } else {
          in_span_.emplace(roads_.index(), inside_pockets(steps), threads);
        }
        inside = find_inside(std::move(doors), *in_span_, threads);
      }
    }
    std::vector<std::size_t> places;
    for (const std::size_t s : of_span) places.push_back(inside.place(question.keys[s].doors));
    for (std::size_t i = 0; i < of_span.size(); ++i) {
      for (std::size_t j = 0; j < of_span.size(); ++j) {
        if (question.sites[of_span[j]].only_left) continue;
        const Weight ms = inside.ms[places[i] * inside.doors.size() + places[j]];
        if (ms >= kNoWay) continue;
        double& value = question.made.seconds[question.cell(of_span[i], of_span[j])];
        value = std::min(value, ms / 1000.0);
      }
    }
  }
}

FleetTravel fleet_travel(const FleetRoads& roads, Time now, std::span<const FleetSite> sites,
                         unsigned threads) {
  return FleetBook{roads}.travel(now, sites, threads);
}

}  // namespace gridmend
