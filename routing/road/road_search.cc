#include "routing/road/road_search.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace gridmend {

Weight to_milliseconds(double seconds) {
  if (!(seconds < kNoWay / 1000.0)) return kNoWay;
  return static_cast<Weight>(std::lround(std::max(seconds, 0.0) * 1000));
}

Weight milliseconds_to(const RoadGraph& graph, Weight whole, const RoadPlace& place) {
  const auto length_m = static_cast<double>(graph.edges()[place.edge].length_m);
  const double share = length_m > 0 ? std::clamp(place.along_m / length_m, 0.0, 1.0) : 0.0;
  return static_cast<Weight>(std::lround(share * whole));
}

Weight milliseconds_to(const RoadGraph& graph, const RoadConditions& conditions,
                       const RoadPlace& place) {
  return milliseconds_to(graph, conditions.milliseconds(place.edge), place);
}

RoadSearch::RoadSearch(RoadStates states, const RoadConditions& conditions,
                       std::vector<SearchGoal> goals, std::uint32_t targets)
    : states_(std::move(states)),
      conditions_(conditions),
      goals_(std::move(goals)),
      targets_(targets),
      first_target_(states_.size()) {
  GRIDMEND_CHECK(conditions.all_milliseconds().size() == states_.graph().edges().size(),
                 "conditions are of this graph");
  index_goals();
}

void RoadSearch::index_goals() {
  const std::size_t edges = states_.graph().edges().size();
  goals_begin_.assign(edges + 1, 0);
  std::vector<char> named(targets_, 0);
  std::erase_if(goals_, [&](const SearchGoal& g) {
    GRIDMEND_CHECK(g.place.edge.index < edges && g.target < targets_,
                   "a goal names an edge of this graph and a target");
    return conditions_.closed(g.place.edge);
  });
  for (const SearchGoal& g : goals_) {
    ++goals_begin_[g.place.edge.index + 1];
    named[g.target] = 1;
  }
  std::partial_sum(goals_begin_.begin(), goals_begin_.end(), goals_begin_.begin());
  std::ranges::stable_sort(goals_, {}, [](const SearchGoal& g) { return g.place.edge; });
  targets_with_goals_ = static_cast<std::uint32_t>(std::ranges::count(named, 1));
}

Weight RoadSearch::part_ms(const RoadPlace& place) const {
  return milliseconds_to(states_.graph(), conditions_, place);
}

void RoadSearch::reach(std::uint32_t state, const Label& label) {
  if (label.ms >= labels_[state].ms) return;
  labels_[state] = label;
  queue_.emplace_back(label.ms, state);
  std::ranges::push_heap(queue_, std::greater{});
}

void RoadSearch::begin_at(std::uint32_t number, const SearchStart& start) {
  const Id<RoadEdge> edge = start.place.edge;
  if (conditions_.closed(edge)) return;
  const Weight before = to_milliseconds(start.seconds);
  const Weight passed = part_ms(start.place);
  reach(states_.after(edge).index,
        {before + conditions_.milliseconds(edge) - passed, kNone, edge.index, number});
  for (std::uint32_t g = goals_begin_[edge.index]; g < goals_begin_[edge.index + 1]; ++g) {
    if (goals_[g].place.along_m < start.place.along_m) continue;
    // No state lies between a start and a goal ahead of it: the label keeps the start instead.
    const Weight ahead = part_ms(goals_[g].place) - passed;
    reach(
        first_target_ + goals_[g].target,
        {std::min(kNoWay, before + ahead) + to_milliseconds(goals_[g].seconds), kNone, number, g});
  }
}

void RoadSearch::leave(std::uint32_t state) {
  const Weight now = labels_[state].ms;
  const auto arcs = states_.arcs();
  for (std::uint32_t a = states_.first_arc()[state]; a < states_.first_arc()[state + 1]; ++a) {
    const std::uint32_t edge = arcs[a].edge.index;
    if (conditions_.closed(arcs[a].edge)) continue;
    const Weight turned = std::min(kNoWay, now + arcs[a].turn_ms);
    for (std::uint32_t g = goals_begin_[edge]; g < goals_begin_[edge + 1]; ++g) {
      const Weight there = std::min(kNoWay, turned + part_ms(goals_[g].place));
      reach(first_target_ + goals_[g].target,
            {there + to_milliseconds(goals_[g].seconds), state, edge, g});
    }
    reach(arcs[a].to.index, {turned + conditions_.milliseconds(arcs[a].edge), state, edge, kNone});
  }
}

const std::vector<double>& RoadSearch::run(std::span<const SearchStart> starts) {
  labels_.assign(first_target_ + targets_, Label{});
  queue_.clear();
  starts_.assign(starts.begin(), starts.end());
  for (std::uint32_t i = 0; i < starts_.size(); ++i) begin_at(i, starts_[i]);
  for (std::uint32_t left = targets_with_goals_; left > 0 && !queue_.empty();) {
    std::ranges::pop_heap(queue_, std::greater{});
    const auto [time, state] = queue_.back();
    queue_.pop_back();
    if (time > labels_[state].ms) continue;
    if (state >= first_target_) {
      --left;
    } else {
      leave(state);
    }
  }
  seconds_.assign(targets_, std::numeric_limits<double>::infinity());
  for (std::uint32_t t = 0; t < targets_; ++t) {
    const Weight ms = labels_[first_target_ + t].ms;
    if (ms < kNoWay) seconds_[t] = ms / 1000.0;
  }
  return seconds_;
}

std::optional<RoadWay> RoadSearch::way(std::uint32_t target) const {
  GRIDMEND_CHECK(target < targets_, "target is of this search");
  if (labels_.empty()) return std::nullopt;
  const Label& last = labels_[first_target_ + target];
  if (last.ms >= kNoWay) return std::nullopt;
  RoadWay way;
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
