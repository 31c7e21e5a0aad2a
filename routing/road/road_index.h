#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "routing/hierarchy/contraction_metric.h"
#include "routing/hierarchy/contraction_query.h"
#include "routing/road/road_search.h"

namespace gridmend {

// The roads prepared for fast queries, once a region: a contraction hierarchy over the states of
// RoadStates. Topology only: immutable, cheap to copy, safe to share; water and closures make
// RoadMetrics of it.
class RoadIndex {
 public:
  RoadIndex() = default;
  // The order that build() finds, to be kept: topology alone decides it, so it serves whatever
  // roads are closed. O(n log n) cuts; a fraction of a second for a city of 80,000 vertices.
  static ContractionOrder find_order(const RoadGraph& graph, const TurnSettings& turns = {});
  // Finds an order first.
  static RoadIndex build(const RoadGraph& graph, const TurnSettings& turns = {});
  // With an order that was kept, of the same graph and of turns that cost nothing or something as
  // then. Refuses CONTRACTION_ORDER_INVALID.
  static Result<RoadIndex> from_order(const RoadGraph& graph, const TurnSettings& turns,
                                      std::span<const Id<GraphVertex>> order);

  const RoadGraph& graph() const { return states_.graph(); }
  const RoadStates& states() const { return states_; }
  const ContractionIndex& hierarchy() const { return hierarchy_; }
  // What from_order() wants.
  ContractionOrder order() const;

 private:
  RoadStates states_;
  ContractionIndex hierarchy_;
};

// An index under the conditions of one vehicle class at one time: customised in milliseconds. A
// copy costs the memory of the weights.
class RoadMetric {
 public:
  RoadMetric(const RoadIndex& index, RoadConditions conditions, unsigned threads = 1);

  const RoadIndex& index() const { return index_; }
  const RoadConditions& conditions() const { return conditions_; }
  const ContractionMetric& weights() const { return weights_; }

  // Takes other conditions of the same graph; costs what differs.
  void change(RoadConditions conditions);

 private:
  RoadIndex index_;
  RoadConditions conditions_;
  ContractionMetric weights_;
};

// RoadSearch's questions and its answers, to the millisecond, from a metric. Keeps its scratch
// between runs; one thread at a time. The metric must outlive the query.
class RoadQuery {
 public:
  explicit RoadQuery(const RoadMetric& metric);

  // Seconds from the starts to the nearest of the goals, all of which stand for one target; nullopt
  // when there is no way.
  std::optional<double> run(std::span<const SearchStart> starts, std::span<const SearchGoal> goals);
  // The way found by the last run.
  std::optional<RoadWay> way() const;

 private:
  const RoadMetric& metric_;
  ContractionQuery query_;
  std::vector<SearchStart> starts_;
  std::vector<SearchGoal> goals_;
  std::vector<QueryEnd> start_ends_, goal_ends_;
  std::vector<std::uint32_t> start_of_end_, goal_of_end_;
  Weight found_ = kNoWay;
  std::optional<RoadWay> direct_;  // the way when it never leaves its edge
};

// Seconds from every origin to every target, row by row: infinity where there is no way. The starts
// of an origin, and the goals of a target, are alternatives.
std::vector<double> road_matrix(const RoadMetric& metric,
                                std::span<const std::vector<SearchStart>> origins,
                                std::span<const std::vector<SearchGoal>> targets,
                                unsigned threads = 1);
// On from the starts, or up to the goals, where by state it is so far from there, or to there: the
// least; kNoWay: no way. Ways that never leave their edge are none of these.
Weight least_on_from(const RoadMetric& metric, std::span<const SearchStart> starts,
                     std::span<const Weight> from_state);
Weight least_up_to(const RoadMetric& metric, std::span<const Weight> to_state,
                   std::span<const SearchGoal> goals);
// As road_matrix(), in milliseconds; kNoWay or more: no way.
std::vector<Weight> road_weights(const RoadMetric& metric,
                                 std::span<const std::vector<SearchStart>> origins,
                                 std::span<const std::vector<SearchGoal>> targets,
                                 unsigned threads = 1);

}  // namespace gridmend
