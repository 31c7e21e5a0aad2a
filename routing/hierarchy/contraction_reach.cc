#include "routing/hierarchy/contraction_reach.h"

namespace gridmend {
namespace {

// Away from the ends a way climbs over `away`, then descends over `back`.
std::vector<Weight> reach(const ContractionIndex& index, std::span<const Weight> away,
                          std::span<const Weight> back, std::span<const QueryEnd> ends) {
  const auto first = index.first_edge();
  const auto head = index.head();
  std::vector<Weight> by_rank(index.vertices(), kNoWay);
  for (const QueryEnd& end : ends) {
    Weight& weight = by_rank[index.rank(end.vertex)];
    weight = std::min(weight, end.weight);
  }
  for (std::uint32_t rank = 0; rank < index.vertices(); ++rank) {
    if (by_rank[rank] >= kNoWay) continue;
    for (std::uint32_t e = first[rank]; e < first[rank + 1]; ++e) {
      Weight& above = by_rank[head[e]];
      above = std::min(above, by_rank[rank] + away[e]);
    }
  }
  for (std::uint32_t rank = index.vertices(); rank-- > 0;) {
    Weight least = by_rank[rank];
    for (std::uint32_t e = first[rank]; e < first[rank + 1]; ++e)
      least = std::min(least, by_rank[head[e]] + back[e]);
    by_rank[rank] = least;
  }
  std::vector<Weight> by_vertex(index.vertices());
  for (std::uint32_t v = 0; v < by_vertex.size(); ++v)
    by_vertex[v] = by_rank[index.rank(Id<GraphVertex>{v})];
  return by_vertex;
}

}  // namespace

std::vector<Weight> reach_from(const ContractionMetric& metric, std::span<const QueryEnd> ends) {
  return reach(metric.index(), metric.up(), metric.down(), ends);
}

std::vector<Weight> reach_to(const ContractionMetric& metric, std::span<const QueryEnd> ends) {
  return reach(metric.index(), metric.down(), metric.up(), ends);
}

}  // namespace gridmend
