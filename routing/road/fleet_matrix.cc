#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "routing/road/fleet_question.h"
#include "routing/road/pocket_changes.h"

// The part of FleetBook that fills the matrix of a question, from the last one where that holds.

namespace gridmend {
namespace {

constexpr std::size_t kMostInsides = 256;

}  // namespace

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

}  // namespace gridmend
