#include "routing/road/path_steps.h"

namespace gridmend {
namespace {

bool continues(const PathStep& step, const PathStep& next) {
  if (next.name.empty() && next.length_m < kScrap_m) return true;
  return step.name == next.name && (!step.name.empty() || step.road_class == next.road_class);
}

}  // namespace

std::vector<PathStep> path_steps(const RoadGraph& graph, const RoadConditions& conditions,
                                 const RoadPath& path) {
  std::vector<PathStep> steps;
  for (std::size_t i = 0; i < path.edges.size(); ++i) {
    const Id<RoadEdge> id = path.edges[i];
    const RoadEdge& e = graph.edges()[id];
    const auto whole_m = static_cast<double>(e.length_m);
    const double begin_m = i == 0 ? path.start.along_m : 0.0;
    const double end_m = i + 1 == path.edges.size() ? path.goal.along_m : whole_m;
    const double share = whole_m > 0 ? (end_m - begin_m) / whole_m : 1.0;
    const PathStep next{graph.name(id),
                        e.road_class,
                        end_m - begin_m,
                        share * static_cast<double>(conditions.seconds(id)),
                        e.structure == RoadStructure::bridge,
                        e.structure == RoadStructure::tunnel};
    if (steps.empty() || !continues(steps.back(), next)) {
      steps.push_back(next);
      continue;
    }
    PathStep& step = steps.back();
    step.length_m += next.length_m;
    step.seconds += next.seconds;
    step.over_bridge |= next.over_bridge;
    step.through_tunnel |= next.through_tunnel;
  }
  return steps;
}

}  // namespace gridmend
