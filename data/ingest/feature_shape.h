#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/geo/position.h"
#include "data/ingest/vector_source.h"

namespace gridmend {

// What a feature was drawn as.
enum class FeatureShape : std::uint8_t { none, point, line, area };
FeatureShape shape_of(const VectorFeature& feature);

// Between the end of a part of a line and the beginning of the next.
double widest_gap_m(std::span<const Position> vertices, std::span<const std::size_t> line_ends);

// The lines that the parts of a feature make. A part goes on in the one that begins or ends where
// it does, up to `tolerance_m`, whatever the order and direction they were drawn in; where several
// meet in one place none goes on, so that the place stays an end. O(n).
std::vector<Polyline> joined_parts(std::span<const Position> vertices,
                                   std::span<const std::size_t> line_ends, double tolerance_m);

}  // namespace gridmend
