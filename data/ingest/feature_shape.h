#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/geo/position.h"
#include "data/ingest/vector_source.h"

namespace gridmend {

// What a feature was drawn as.
enum class FeatureShape : std::uint8_t { none, point, line, area };
FeatureShape shape_of(const VectorFeature& feature);

// Between the end of a part of a line and the beginning of the next.
double widest_gap_m(std::span<const Position> vertices, std::span<const std::size_t> line_ends);

// The parts of a line one behind another, in whatever order and direction they were drawn: each
// ends where the next begins, up to `tolerance_m`. nullopt: they are not one line, or more than
// 200.
std::optional<Polyline> chained_parts(std::span<const Position> vertices,
                                      std::span<const std::size_t> line_ends, double tolerance_m);

}  // namespace gridmend
