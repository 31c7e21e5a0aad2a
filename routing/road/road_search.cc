#include "routing/road/road_search.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

namespace gridmend {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

std::pair<Id<RoadEdge>, Id<RoadEdge>> key(const TurnRestriction& t) {
  return {t.from_edge, t.to_edge};
}

}  // namespace

RoadSearch::RoadSearch(const RoadGraph& graph, const RoadConditions& conditions,
                       std::vector<SearchGoal> goals, std::uint32_t targets)
    : graph_(graph),
      conditions_(conditions),
      goals_(std::move(goals)),
      targets_(targets),
      vertices_(static_cast<std::uint32_t>(graph.vertices().size())) {
  GRIDMEND_CHECK(conditions.all_seconds().size() == graph.edges().size(),
                 "conditions are of this graph");
  first_out_.assign(vertices_ + 1, 0);
  for (const RoadEdge& e : graph.edges()) ++first_out_[e.from.index + 1];
  std::partial_sum(first_out_.begin(), first_out_.end(), first_out_.begin());
  index_restrictions();
  index_goals();
}

void RoadSearch::index_restrictions() {
  const auto all = graph_.records().turn_restrictions.values();
  restrictions_.assign(all.begin(), all.end());
  std::ranges::sort(restrictions_, {}, key);
  for (const TurnRestriction& t : restrictions_) {
    if (restricted_.empty() || restricted_.back() != t.from_edge) {
      restricted_.push_back(t.from_edge);
    }
  }
  state_after_.reserve(graph_.edges().size());
  for (const RoadEdge& e : graph_.edges()) state_after_.push_back(e.to.index);
  for (std::uint32_t i = 0; i < restricted_.size(); ++i) {
    state_after_[restricted_[i].index] = vertices_ + i;
  }
  first_target_ = vertices_ + static_cast<std::uint32_t>(restricted_.size());
}

void RoadSearch::index_goals() {
  goals_begin_.assign(graph_.edges().size() + 1, 0);
  std::vector<char> named(targets_, 0);
  for (const SearchGoal& g : goals_) {
    GRIDMEND_CHECK(g.place.edge.index < graph_.edges().size() && g.target < targets_,
                   "a goal names an edge of this graph and a target");
    ++goals_begin_[g.place.edge.index + 1];
    named[g.target] = 1;
  }
  std::partial_sum(goals_begin_.begin(), goals_begin_.end(), goals_begin_.begin());
  std::ranges::stable_sort(goals_, {}, [](const SearchGoal& g) { return g.place.edge; });
  targets_with_goals_ = static_cast<std::uint32_t>(std::ranges::count(named, 1));
}

double RoadSearch::part_seconds(const RoadPlace& place) const {
  const auto length_m = static_cast<double>(graph_.edges()[place.edge].length_m);
  const double share = length_m > 0 ? std::clamp(place.along_m / length_m, 0.0, 1.0) : 0.0;
  return share * static_cast<double>(conditions_.seconds(place.edge));
}

std::uint32_t RoadSearch::vertex_of(std::uint32_t state) const {
  return state < vertices_ ? state : graph_.edges()[restricted_[state - vertices_]].to.index;
}

bool RoadSearch::banned(std::uint32_t state, std::uint32_t edge) const {
  if (state < vertices_) return false;
  const std::pair turn{restricted_[state - vertices_], Id<RoadEdge>{edge}};
  const auto it = std::ranges::lower_bound(restrictions_, turn, {}, key);
  return it != restrictions_.end() && key(*it) == turn;
}

void RoadSearch::reach(std::uint32_t state, const Label& label) {
  if (!(label.seconds < labels_[state].seconds)) return;
  labels_[state] = label;
  queue_.emplace_back(label.seconds, state);
  std::ranges::push_heap(queue_, std::greater{});
}

void RoadSearch::begin_at(std::uint32_t number, const SearchStart& start) {
  const std::uint32_t edge = start.place.edge.index;
  const auto whole = static_cast<double>(conditions_.seconds(start.place.edge));
  if (whole < 0) return;
  const double passed = part_seconds(start.place);
  reach(state_after_[edge], {start.seconds + whole - passed, kNone, edge, number});
  for (std::uint32_t g = goals_begin_[edge]; g < goals_begin_[edge + 1]; ++g) {
    const double ahead = part_seconds(goals_[g].place) - passed;
    if (ahead < 0) continue;
    // No state lies between a start and a goal ahead of it: the label keeps the start instead.
    reach(first_target_ + goals_[g].target,
          {start.seconds + ahead + goals_[g].seconds, kNone, number, g});
  }
}

void RoadSearch::leave(std::uint32_t state) {
  const std::uint32_t vertex = vertex_of(state);
  const double now = labels_[state].seconds;
  const auto seconds = conditions_.all_seconds();
  for (std::uint32_t e = first_out_[vertex]; e < first_out_[vertex + 1]; ++e) {
    if (seconds[e] < 0 || banned(state, e)) continue;
    for (std::uint32_t g = goals_begin_[e]; g < goals_begin_[e + 1]; ++g) {
      reach(first_target_ + goals_[g].target,
            {now + part_seconds(goals_[g].place) + goals_[g].seconds, state, e, g});
    }
    reach(state_after_[e], {now + static_cast<double>(seconds[e]), state, e, kNone});
  }
}

const std::vector<double>& RoadSearch::run(std::span<const SearchStart> starts) {
  labels_.assign(first_target_ + targets_, Label{kNever, kNone, kNone, kNone});
  queue_.clear();
  starts_.assign(starts.begin(), starts.end());
  for (std::uint32_t i = 0; i < starts_.size(); ++i) begin_at(i, starts_[i]);
  for (std::uint32_t left = targets_with_goals_; left > 0 && !queue_.empty();) {
    std::ranges::pop_heap(queue_, std::greater{});
    const auto [time, state] = queue_.back();
    queue_.pop_back();
    if (time > labels_[state].seconds) continue;
    if (state >= first_target_) {
      --left;
    } else {
      leave(state);
    }
  }
  seconds_.resize(targets_);
  for (std::uint32_t t = 0; t < targets_; ++t) seconds_[t] = labels_[first_target_ + t].seconds;
  return seconds_;
}

std::optional<RoadSearch::Way> RoadSearch::way(std::uint32_t target) const {
  GRIDMEND_CHECK(target < targets_, "target is of this search");
  if (labels_.empty()) return std::nullopt;
  const Label& last = labels_[first_target_ + target];
  if (last.seconds == kNever) return std::nullopt;
  Way way;
  way.goal = goals_[last.place].place;
  way.edges.push_back(way.goal.edge);
  if (last.previous == kNone) {
    way.start = starts_[last.edge].place;
    return way;
  }
  for (std::uint32_t state = last.previous; state != kNone; state = labels_[state].previous) {
    way.edges.emplace_back(labels_[state].edge);
    if (labels_[state].previous == kNone) way.start = starts_[labels_[state].place].place;
  }
  std::ranges::reverse(way.edges);
  return way;
}

}  // namespace gridmend
