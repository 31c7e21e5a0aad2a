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
    std::uint32_t end = 0;
  };
  struct Side {
    std::vector<Label> labels;         // by rank
    std::vector<std::uint32_t> ranks;  // labelled in the last run, ascending
  };

  void clear(Side& side);
  void climb(Side& side, std::span<const QueryEnd> ends, std::span<const Weight> weights);
  void unpack(std::uint32_t edge, bool up, std::vector<Id<GraphArc>>& arcs) const;

  const ContractionMetric& metric_;
  const ContractionIndex& index_;
  Side forward_;
  Side backward_;
  std::vector<std::uint32_t> waiting_;
  std::uint32_t meeting_ = ContractionIndex::kNone;
};

}  // namespace gridmend
