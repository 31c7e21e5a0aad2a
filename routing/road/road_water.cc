#include "routing/road/road_water.h"

#include <algorithm>
#include <map>

#include "routing/road/structure_spans.h"

namespace gridmend {
namespace {

// Stretches that some wet box touches, ascending.
std::vector<std::uint32_t> touched_stretches(const RoadGraph& graph,
                                             const std::vector<Box>& boxes) {
  std::vector<char> touched(graph.stretches(), 0);
  for (const Box& box : boxes) {
    for (const std::uint32_t s : graph.stretches_touching(box)) touched[s] = 1;
  }
  std::vector<std::uint32_t> result;
  for (std::uint32_t s = 0; s < touched.size(); ++s) {
    if (touched[s] != 0) result.push_back(s);
  }
  return result;
}

double deepest_of(const std::vector<DepthSample>& samples) {
  double deepest = 0;
  for (const DepthSample& s : samples) deepest = std::max(deepest, s.depth_m);
  return deepest;
}

struct Sampler {
  const RoadGraph& graph;
  const Water& water;
  Time at;
  const StructureLimits& limits;
  double step_m;

  std::vector<DepthSample> along(Id<RoadEdge> edge) const {
    return water.depths_along(graph.polyline(edge), at, step_m);
  }

  double deepest_along(const StructureSpan& span) const {
    double deepest = 0;
    for (const Id<RoadEdge> edge : span.edges) deepest = std::max(deepest, deepest_of(along(edge)));
    return deepest;
  }

  // What a vehicle meets on the structure; 0 when it is dry.
  double depth_on(const StructureSpan& span) const {
    double depth = 0;
    for (const Id<RoadVertex> end : span.ends) {
      depth = std::max(depth, water.depth_m(graph.vertices()[end].position, at));
    }
    if (span.structure == RoadStructure::bridge) {
      if (span.ends.empty()) depth = deepest_along(span);
      return depth > limits.bridge_deck_m ? depth : 0;
    }
    if (span.ends.empty() || span.length_m <= limits.deep_tunnel_m) {
      depth = std::max(depth, deepest_along(span));
    }
    return depth > 0 ? depth + limits.tunnel_dip_m : 0;
  }
};

// Neighbouring parts of one depth become one, so that a stretch under a flat polygon is one part.
void append_part(std::vector<WetPart>& parts, std::size_t begin, double share, double depth_m) {
  const auto depth = static_cast<float>(depth_m);
  if (parts.size() > begin && parts.back().depth_m == depth) {
    parts.back().share += static_cast<float>(share);
  } else {
    parts.push_back({static_cast<float>(share), depth});
  }
}

// Depth on each stretch of a bridge or tunnel, by stretch; adds the wet ones to `touched`.
std::map<std::uint32_t, double> depths_on_structures(const Sampler& sampler,
                                                     std::vector<std::uint32_t>& touched) {
  std::map<std::uint32_t, double> depths;
  for (const StructureSpan& span : structure_spans(sampler.graph)) {
    const double depth = sampler.depth_on(span);
    for (const Id<RoadEdge> edge : span.edges) {
      depths[sampler.graph.stretch(edge)] = depth;
      if (depth > 0) touched.push_back(sampler.graph.stretch(edge));
    }
  }
  std::ranges::sort(touched);
  const auto [first, last] = std::ranges::unique(touched);
  touched.erase(first, last);
  return depths;
}

// `dip_m` is added wherever water stands.
void append_line(std::vector<WetPart>& parts, const std::vector<DepthSample>& samples,
                 double dip_m) {
  const std::size_t begin = parts.size();
  const double length_m = samples.back().along_m;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const double depth = std::max(samples[i - 1].depth_m, samples[i].depth_m);
    const double share = length_m > 0 ? (samples[i].along_m - samples[i - 1].along_m) / length_m
                                      : 1.0 / static_cast<double>(samples.size() - 1);
    append_part(parts, begin, share, depth > 0 ? depth + dip_m : 0);
  }
}

Weight wet_ms(const RoadEdge& e, std::span<const WetPart> parts) {
  double hours_per_km = 0;
  for (const WetPart& part : parts) {
    hours_per_km +=
        static_cast<double>(part.share) /
        speed_in_water_kmh(static_cast<double>(e.speed_kmh), static_cast<double>(part.depth_m));
  }
  return driving_ms(static_cast<double>(e.length_m), 1 / hours_per_km);
}

std::vector<WetEdge> edges_of(const RoadGraph& graph, const RoadWater& water) {
  std::vector<WetEdge> edges;
  for (std::uint32_t wet = 0; wet < water.stretches().size(); ++wet) {
    const WetStretch& stretch = water.stretches()[wet];
    for (const Id<RoadEdge> edge : graph.edges_of_stretch(stretch.stretch)) {
      edges.push_back({edge, wet, wet_ms(graph.edges()[edge], water.parts(stretch))});
    }
  }
  std::ranges::sort(edges, {}, &WetEdge::edge);
  return edges;
}

}  // namespace

std::size_t edges_outside(const RoadGraph& graph, const DepthGrid& grid) {
  std::size_t outside = 0;
  for (std::uint32_t s = 0; s < graph.stretches(); ++s) {
    const auto edges = graph.edges_of_stretch(s);
    const bool told = std::ranges::all_of(graph.polyline(edges.front()), [&](Position vertex) {
      return told_depth_m(grid, vertex).has_value();
    });
    if (!told) outside += edges.size();
  }
  return outside;
}

RoadWater RoadWater::sample(const RoadGraph& graph, const Water& water, Time at,
                            const StructureLimits& limits, double step_m) {
  RoadWater result;
  const auto boxes = water.wet_boxes(at);
  if (boxes.empty() || graph.empty()) return result;
  result.depth_sigma_m_ = water.depth_sigma_m(at);
  const Sampler sampler{graph, water, at, limits, step_m};
  std::vector<std::uint32_t> touched = touched_stretches(graph, boxes);
  const auto on_structure = depths_on_structures(sampler, touched);

  for (const std::uint32_t s : touched) {
    const Id<RoadEdge> edge = graph.edges_of_stretch(s).front();
    const RoadStructure structure = graph.edges()[edge].structure;
    const auto samples = sampler.along(edge);
    const double below = deepest_of(samples);
    const auto found = on_structure.find(s);
    const double dip = structure == RoadStructure::ford ? limits.ford_dip_m : 0;
    const double met = found != on_structure.end() ? found->second : below > 0 ? below + dip : 0;
    if (met <= 0 && below <= 0) continue;
    const auto begin = static_cast<std::uint32_t>(result.parts_.size());
    if (found != on_structure.end()) {
      result.parts_.push_back({1, static_cast<float>(met)});
    } else {
      append_line(result.parts_, samples, dip);
    }
    const double floats = structure == RoadStructure::tunnel
                              ? 0.0
                              : std::ranges::min(samples, {}, &DepthSample::depth_m).depth_m;
    result.stretches_.push_back({s, static_cast<float>(met), static_cast<float>(floats), begin,
                                 static_cast<std::uint32_t>(result.parts_.size())});
  }
  result.edges_ = edges_of(graph, result);
  return result;
}

}  // namespace gridmend
