#pragma once

#include "core/base/error.h"
#include "data/ingest/network_builder.h"
#include "data/ingest/profile.h"
#include "data/ingest/reading_progress.h"
#include "data/ingest/vector_source.h"

namespace gridmend {

// Reads the layers that the profile names into the builder. Refuses a missing required layer
// (LAYER_MISSING) and whatever the source refuses; what is wrong with single features
// becomes a defect. The transformer layers are read before the lines: where layers number their
// features alike, what people talk about keeps its plain id.
// A network that was only drawn is resolved by drawn_network.h.
Result<void> read_through_profile(const FeatureSource& source, const Profile& profile,
                                  NetworkBuilder& builder, const ReadingProgress& progress);

}  // namespace gridmend
