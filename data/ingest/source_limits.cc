#include "data/ingest/source_limits.h"

#include <string>

namespace gridmend {

Result<void> check_feature_count(const SourceLimits& limits, std::int64_t features,
                                 const ErrorPlace& place) {
  if (features <= limits.features) return {};
  return refuse_at(place, ErrorCode::failed_precondition, "IMPORT_FEATURE_LIMIT",
                   "has more than the " + std::to_string(limits.features) +
                       " features that are allowed (--max-features)");
}

Result<void> check_vertex_count(const SourceLimits& limits, std::size_t vertices,
                                const ErrorPlace& place) {
  if (vertices <= limits.vertices) return {};
  return refuse_at(place, ErrorCode::failed_precondition, "IMPORT_VERTEX_LIMIT",
                   "has more than the " + std::to_string(limits.vertices) +
                       " vertices that are allowed (--max-vertices)");
}

}  // namespace gridmend
