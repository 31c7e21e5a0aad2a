#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/error.h"

namespace gridmend {

// How much of a source is read before it is refused: a file can declare anything, and a view of a
// database can have rows without end. Far beyond a province. What a layer is to GIS files, a class
// is to a model (CIM, OpenDSS), and the ways of one kind to an OpenStreetMap file.
struct SourceLimits {
  std::int64_t features = 100'000'000;  // of one layer
  std::size_t vertices = 1'000'000;     // of one feature
  std::size_t layers = 10'000;
};

// Refuses what is beyond them, `place` a layer: IMPORT_FEATURE_LIMIT.
Result<void> check_feature_count(const SourceLimits& limits, std::int64_t features,
                                 const ErrorPlace& place);
// `place` a feature: IMPORT_VERTEX_LIMIT.
Result<void> check_vertex_count(const SourceLimits& limits, std::size_t vertices,
                                const ErrorPlace& place);

}  // namespace gridmend
