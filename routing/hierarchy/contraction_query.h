#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "routing/hierarchy/contraction_metric.h"

namespace gridmend {

// A vertex where a way may begin or end, and what it has cost to get there or still costs.
struct QueryEnd {
  Id<GraphVertex> vertex;
  Weight weight = 0;
};

// Shortest ways between ends: a search up the elimination tree from each side, without a queue.
// Keeps its scratch between runs; one thread at a time. The metric must outlive the query.
class ContractionQuery {
 public:
  explicit ContractionQuery(const ContractionMetric& metric);

  // The least of start weight + way + goal weight; kNoWay when there is none. O(ranks above the
  // ends, with their edges).
  Weight run(std::span<const QueryEnd> starts, std::span<const QueryEnd> goals);

  // The way that the last run found: arcs of the graph in order, and which end of each side it
  // uses. Nothing when there was no way.
  struct Way {
    std::vector<Id<GraphArc>> arcs;
    std::size_t start = 0;
    std::size_t goal = 0;
    bool found = false;
  };
  Way way() const;

 private:
  struct Label {
    Weight weight = kNoWay;
    std::uint32_t edge = ContractionIndex::kNone;  // came up it; none where an end is
  };
  struct Start {
    std::uint32_t rank;
    std::uint32_t end;  // by place among the ends
  };
  struct Side {
    std::vector<Label> labels;         // by rank
    std::vector<std::uint32_t> ranks;  // labelled in the last run, ascending
    std::vector<Start> starts;         // several of one rank: the last is the best
  };
  // A directed edge of the hierarchy that a way uses.
  struct Part {
    std::uint32_t edge;
    bool up;
  };

  void clear(Side& side);
  void enter(Side& side, std::span<const QueryEnd> ends);
  void climb(Side& side, std::span<const QueryEnd> ends, std::span<const Weight> weights);
  // Labels from `rank` up, as long as the edges of a rank lead where those of the one before it
  // do; the rank that comes next.
  std::uint32_t climb_chain(Side& side, std::uint32_t rank, std::span<const Weight> weights);
  bool begins_chain(std::uint32_t rank) const;
  static std::size_t end_of(const Side& side, std::uint32_t rank);
  void unpack(Part whole, std::vector<Part>& open, std::vector<Id<GraphArc>>& arcs) const;
  // The two parts that the way over an edge is made of, when it weighs `weight`.
  bool split(Part part, Weight weight, std::vector<Part>& open) const;

  const ContractionMetric& metric_;
  const ContractionIndex& index_;
  Side forward_;
  Side backward_;
  std::vector<std::uint32_t> waiting_;
  // Of climb_chain(): labels of the ranks that a rank's edges lead to.
  std::vector<Weight> reached_;
  std::vector<std::uint32_t> came_by_;
  std::uint32_t meeting_ = ContractionIndex::kNone;
};

}  // namespace gridmend
