#include "routing/road/lasting_changes.h"

#include <algorithm>
#include <functional>

#include "routing/hierarchy/contraction_reach.h"

namespace gridmend {
namespace {

// Beyond this share of all edges most ways pass by one of them.
constexpr std::size_t kShareOfEdges = 50;

void lower(std::vector<Weight>& to, const std::vector<Weight>& by) {
  if (to.empty()) {
    to = by;
  } else {
    std::ranges::transform(to, by, to.begin(), [](Weight a, Weight b) { return std::min(a, b); });
  }
}

}  // namespace

LastingChanges::LastingChanges(const FleetRoads& before, const FleetRoads& now) {
  const auto was = before.lasting().conditions().all_milliseconds();
  const auto is = now.lasting().conditions().all_milliseconds();
  differs_.resize(is.size());
  std::vector<Id<RoadEdge>> edges;
  bool only_better = true;
  for (std::uint32_t e = 0; e < is.size(); ++e) {
    if (was[e] == is[e]) continue;
    differs_[e] = 1;
    edges.emplace_back(e);
    (is[e] > was[e] ? only_better : only_worse_) = false;
  }
  too_many_ = edges.size() > is.size() / kShareOfEdges;
  if (too_many_) return;
  const RoadStates& states = now.index().states();
  const auto measure = [&](const RoadMetric& metric) {
    std::vector<QueryEnd> onto;
    std::vector<QueryEnd> behind;
    for (const Id<RoadEdge> edge : edges) {
      const Weight ms = metric.conditions().milliseconds(edge);
      if (ms >= kNoWay) continue;
      for (const Id<GraphArc> arc : states.arcs_of(edge)) onto.push_back({states.from(arc), ms});
      behind.push_back({states.after(edge), 0});
    }
    lower(to_, reach_to(metric.weights(), onto));
    lower(from_, reach_from(metric.weights(), behind));
  };
  // Where roads became worse a way was cut if it led there before; where better, if it does now.
  if (!only_better || edges.empty()) measure(before.lasting());
  if (!only_worse_) measure(now.lasting());
}

}  // namespace gridmend
