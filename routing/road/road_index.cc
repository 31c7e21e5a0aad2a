#include "routing/road/road_index.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "core/base/check.h"
#include "routing/hierarchy/contraction_matrix.h"

namespace gridmend {
namespace {

std::vector<ArcEnds> arc_ends(const RoadStates& states) {
  std::vector<ArcEnds> ends;
  ends.reserve(states.arcs().size());
  for (std::uint32_t i = 0; i < states.arcs().size(); ++i) {
    ends.push_back({states.from(Id<GraphArc>{i}), states.arcs()[i].to});
  }
  return ends;
}

std::vector<PlanePoint> places_of(const RoadStates& states) {
  const auto& vertices = states.graph().vertices();
  std::vector<PlanePoint> places;
  if (vertices.empty()) return places;
  const LocalPlane plane{vertices[Id<RoadVertex>{0}].position};
  places.reserve(states.size());
  for (std::uint32_t state = 0; state < states.size(); ++state) {
    places.push_back(plane.to_plane(vertices[states.vertex(Id<GraphVertex>{state})].position));
  }
  return places;
}

Weight arc_weight(const RoadStates::Arc& arc, const RoadConditions& conditions) {
  return std::min(kNoWay, conditions.milliseconds(arc.edge) + arc.turn_ms);
}

std::vector<Weight> arc_weights(const RoadStates& states, const RoadConditions& conditions) {
  std::vector<Weight> weights;
  weights.reserve(states.arcs().size());
  for (const RoadStates::Arc& arc : states.arcs()) weights.push_back(arc_weight(arc, conditions));
  return weights;
}

// Where a start or a goal meets the states.
std::optional<QueryEnd> start_end(const RoadMetric& metric, const SearchStart& start) {
  const RoadConditions& conditions = metric.conditions();
  if (conditions.closed(start.place.edge)) return std::nullopt;
  const Weight rest = conditions.milliseconds(start.place.edge) -
                      milliseconds_to(metric.index().graph(), conditions, start.place);
  return QueryEnd{metric.index().states().after(start.place.edge),
                  plus(to_milliseconds(start.seconds), rest)};
}

template <class Visit>
void for_goal_ends(const RoadMetric& metric, const SearchGoal& goal, Visit visit) {
  const RoadConditions& conditions = metric.conditions();
  if (conditions.closed(goal.place.edge)) return;
  const RoadStates& states = metric.index().states();
  const Weight part = plus(milliseconds_to(metric.index().graph(), conditions, goal.place),
                           to_milliseconds(goal.seconds));
  for (const Id<GraphArc> arc : states.arcs_of(goal.place.edge)) {
    visit(QueryEnd{states.from(arc), plus(part, states.arcs()[arc.index].turn_ms)});
  }
}

// Straight ahead on one edge, without passing a state.
Weight direct_ms(const RoadMetric& metric, const SearchStart& start, const SearchGoal& goal) {
  if (start.place.edge != goal.place.edge || goal.place.along_m < start.place.along_m ||
      metric.conditions().closed(start.place.edge)) {
    return kNoWay;
  }
  const RoadGraph& graph = metric.index().graph();
  const Weight ahead = milliseconds_to(graph, metric.conditions(), goal.place) -
                       milliseconds_to(graph, metric.conditions(), start.place);
  return plus(plus(to_milliseconds(start.seconds), ahead), to_milliseconds(goal.seconds));
}

}  // namespace

ContractionOrder RoadIndex::find_order(const RoadGraph& graph, const TurnSettings& turns) {
  const RoadStates states{graph, turns};
  return nested_dissection(states.size(), arc_ends(states), places_of(states));
}

RoadIndex RoadIndex::build(const RoadGraph& graph, const TurnSettings& turns) {
  auto index = from_order(graph, turns, find_order(graph, turns));
  GRIDMEND_CHECK(index.has_value(), "a dissection orders every state");
  return std::move(*index);
}

Result<RoadIndex> RoadIndex::from_order(const RoadGraph& graph, const TurnSettings& turns,
                                        std::span<const Id<GraphVertex>> order) {
  RoadIndex index;
  index.states_ = RoadStates{graph, turns};
  auto hierarchy = ContractionIndex::build(index.states_.size(), arc_ends(index.states_), order);
  if (!hierarchy) return unexpected(hierarchy.error());
  index.hierarchy_ = std::move(*hierarchy);
  return index;
}

ContractionOrder RoadIndex::order() const {
  ContractionOrder order(hierarchy_.vertices());
  for (std::uint32_t state = 0; state < order.size(); ++state) {
    order[hierarchy_.rank(Id<GraphVertex>{state})] = Id<GraphVertex>{state};
  }
  return order;
}

RoadMetric::RoadMetric(const RoadIndex& index, RoadConditions conditions, unsigned threads)
    : index_(index),
      conditions_(std::move(conditions)),
      weights_(index.hierarchy(), arc_weights(index.states(), conditions_), threads) {}

void RoadMetric::change(RoadConditions conditions) {
  const auto before = conditions_.all_milliseconds();
  const auto after = conditions.all_milliseconds();
  GRIDMEND_CHECK(before.size() == after.size(), "conditions are of this graph");
  std::vector<ContractionMetric::ArcChange> changes;
  for (std::uint32_t edge = 0; edge < after.size(); ++edge) {
    if (before[edge] == after[edge]) continue;
    for (const Id<GraphArc> arc : index_.states().arcs_of(Id<RoadEdge>{edge})) {
      changes.push_back({arc, arc_weight(index_.states().arcs()[arc.index], conditions)});
    }
  }
  conditions_ = std::move(conditions);
  weights_.change(changes);
}

RoadQuery::RoadQuery(const RoadMetric& metric) : metric_(metric), query_(metric.weights()) {}

std::optional<double> RoadQuery::run(std::span<const SearchStart> starts,
                                     std::span<const SearchGoal> goals) {
  starts_.assign(starts.begin(), starts.end());
  goals_.assign(goals.begin(), goals.end());
  start_ends_.clear();
  goal_ends_.clear();
  start_of_end_.clear();
  goal_of_end_.clear();
  direct_.reset();
  for (std::uint32_t i = 0; i < starts_.size(); ++i) {
    const auto end = start_end(metric_, starts_[i]);
    if (!end) continue;
    start_ends_.push_back(*end);
    start_of_end_.push_back(i);
  }
  for (std::uint32_t i = 0; i < goals_.size(); ++i) {
    for_goal_ends(metric_, goals_[i], [&](const QueryEnd& end) {
      goal_ends_.push_back(end);
      goal_of_end_.push_back(i);
    });
  }
  found_ = query_.run(start_ends_, goal_ends_);
  for (const SearchStart& start : starts_) {
    for (const SearchGoal& goal : goals_) {
      const Weight ms = direct_ms(metric_, start, goal);
      if (ms >= found_) continue;
      found_ = ms;
      direct_ = RoadWay{{start.place.edge}, start.place, goal.place};
    }
  }
  if (found_ >= kNoWay) return std::nullopt;
  return found_ / 1000.0;
}

std::optional<RoadWay> RoadQuery::way() const {
  if (direct_ || found_ >= kNoWay) return direct_;
  const ContractionQuery::Way found = query_.way();
  RoadWay way;
  way.start = starts_[start_of_end_[found.start]].place;
  way.goal = goals_[goal_of_end_[found.goal]].place;
  way.edges.push_back(way.start.edge);
  for (const Id<GraphArc> arc : found.arcs) {
    way.edges.push_back(metric_.index().states().arcs()[arc.index].edge);
  }
  way.edges.push_back(way.goal.edge);
  return way;
}

Weight least_on_from(const RoadMetric& metric, std::span<const SearchStart> starts,
                     std::span<const Weight> from_state) {
  Weight least = kNoWay;
  for (const SearchStart& start : starts) {
    const auto end = start_end(metric, start);
    if (end) least = std::min(least, plus(end->weight, from_state[end->vertex.index]));
  }
  return least;
}

Weight least_up_to(const RoadMetric& metric, std::span<const Weight> to_state,
                   std::span<const SearchGoal> goals) {
  Weight least = kNoWay;
  for (const SearchGoal& goal : goals) {
    for_goal_ends(metric, goal, [&](const QueryEnd& end) {
      least = std::min(least, plus(to_state[end.vertex.index], end.weight));
    });
  }
  return least;
}

std::vector<Weight> road_weights(const RoadMetric& metric,
                                 std::span<const std::vector<SearchStart>> origins,
                                 std::span<const std::vector<SearchGoal>> targets,
                                 unsigned threads) {
  PlaceEnds sources;
  PlaceEnds sinks;
  std::vector<QueryEnd> ends;
  for (const std::vector<SearchStart>& origin : origins) {
    ends.clear();
    for (const SearchStart& start : origin) {
      if (const auto end = start_end(metric, start)) ends.push_back(*end);
    }
    sources.add_place(ends);
  }
  // Which targets have a goal on an edge, for ways that never leave it.
  std::vector<std::pair<Id<RoadEdge>, std::uint32_t>> target_on_edge;
  for (std::uint32_t target = 0; target < targets.size(); ++target) {
    ends.clear();
    for (const SearchGoal& goal : targets[target]) {
      for_goal_ends(metric, goal, [&](const QueryEnd& end) { ends.push_back(end); });
      target_on_edge.emplace_back(goal.place.edge, target);
    }
    sinks.add_place(ends);
  }
  std::ranges::sort(target_on_edge);
  std::vector<Weight> matrix = contraction_matrix(metric.weights(), sources, sinks, threads);
  for (std::size_t origin = 0; origin < origins.size(); ++origin) {
    for (const SearchStart& start : origins[origin]) {
      const auto on_edge = std::ranges::equal_range(target_on_edge, start.place.edge, {},
                                                    &std::pair<Id<RoadEdge>, std::uint32_t>::first);
      for (const auto& [edge, target] : on_edge) {
        Weight& cell = matrix[origin * targets.size() + target];
        for (const SearchGoal& goal : targets[target]) {
          cell = std::min(cell, direct_ms(metric, start, goal));
        }
      }
    }
  }
  return matrix;
}

std::vector<double> road_matrix(const RoadMetric& metric,
                                std::span<const std::vector<SearchStart>> origins,
                                std::span<const std::vector<SearchGoal>> targets,
                                unsigned threads) {
  const std::vector<Weight> matrix = road_weights(metric, origins, targets, threads);
  std::vector<double> seconds(matrix.size(), std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    if (matrix[i] < kNoWay) seconds[i] = matrix[i] / 1000.0;
  }
  return seconds;
}

}  // namespace gridmend
