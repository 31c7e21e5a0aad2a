#pragma once

#include <optional>

#include "core/base/error.h"
#include "data/ingest/profile.h"
#include "data/ingest/vector_source.h"

namespace gridmend {

// The shipped profile whose `detect` layers the source has; none where no profile's are there.
Result<std::optional<Profile>> recognise_profile(const FeatureSource& source);
// The same, else `native`.
Result<Profile> detect_profile(const FeatureSource& source);

}  // namespace gridmend
