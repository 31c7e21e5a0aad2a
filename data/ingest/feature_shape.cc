#include "data/ingest/feature_shape.h"

#include <algorithm>
#include <vector>

namespace gridmend {
namespace {

constexpr std::size_t kMostParts = 200;

}  // namespace

FeatureShape shape_of(const VectorFeature& feature) {
  if (!feature.outline().empty()) return FeatureShape::area;
  if (!feature.line_ends().empty()) return FeatureShape::line;
  return feature.geometry().empty() ? FeatureShape::none : FeatureShape::point;
}

double widest_gap_m(std::span<const Position> vertices, std::span<const std::size_t> line_ends) {
  double widest = 0;
  for (std::size_t i = 0; i + 1 < line_ends.size(); ++i) {
    if (line_ends[i] == 0 || line_ends[i] >= vertices.size()) continue;
    widest = std::max(widest, distance_m(vertices[line_ends[i] - 1], vertices[line_ends[i]]));
  }
  return widest;
}

std::optional<Polyline> chained_parts(std::span<const Position> vertices,
                                      std::span<const std::size_t> line_ends, double tolerance_m) {
  if (line_ends.size() > kMostParts) return std::nullopt;
  std::vector<Polyline> left;
  std::size_t begin = 0;
  for (const std::size_t end : line_ends) {
    left.emplace_back(vertices.begin() + static_cast<std::ptrdiff_t>(begin),
                      vertices.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end;
  }
  if (left.empty()) return std::nullopt;
  Polyline chain = std::move(left.front());
  left.erase(left.begin());
  const auto meets = [tolerance_m](Position a, Position b) {
    return a == b || distance_m(a, b) <= tolerance_m;
  };
  while (!left.empty()) {
    const auto next = std::ranges::find_if(left, [&](const Polyline& part) {
      return meets(chain.back(), part.front()) || meets(chain.back(), part.back()) ||
             meets(chain.front(), part.front()) || meets(chain.front(), part.back());
    });
    if (next == left.end()) return std::nullopt;
    if (!meets(chain.back(), next->front()) && !meets(chain.back(), next->back())) {
      std::ranges::reverse(chain);
    }
    if (!meets(chain.back(), next->front())) std::ranges::reverse(*next);
    chain.insert(chain.end(), next->begin() + (chain.back() == next->front() ? 1 : 0), next->end());
    left.erase(next);
  }
  return chain;
}

}  // namespace gridmend
