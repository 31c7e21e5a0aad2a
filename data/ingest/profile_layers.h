#pragma once

#include <cstddef>
#include <optional>

#include "core/base/error.h"
#include "data/ingest/profile.h"
#include "data/ingest/vector_source.h"

namespace gridmend {

// The first of a rule's layers that the source has.
std::optional<std::size_t> find_layer(const FeatureSource& source, const LayerRule& rule);

// Refuses (LAYER_MISSING) a source that has none of the layers that the profile names: it is
// another one, or the names are misspelt.
Result<void> check_any_layer(const FeatureSource& source, const Profile& profile);

// That a required layer is not there, and which are.
tl::unexpected<Error> refuse_missing_layer(const FeatureSource& source, const Profile& profile,
                                           const LayerRule& rule);

}  // namespace gridmend
