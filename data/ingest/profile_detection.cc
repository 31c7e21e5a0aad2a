#include "data/ingest/profile_detection.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gridmend {

Result<std::optional<Profile>> recognise_profile(const FeatureSource& source) {
  for (const std::string& name : shipped_profile_names()) {
    auto profile = find_profile(name);
    if (!profile) return unexpected(profile.error());
    const bool speaks = !profile->detect.empty() &&
                        std::ranges::all_of(profile->detect, [&](const std::string& layer) {
                          return source.find_layer(layer).has_value();
                        });
    if (speaks) return std::optional<Profile>{std::move(*profile)};
  }
  return std::optional<Profile>{};
}

Result<Profile> detect_profile(const FeatureSource& source) {
  auto recognised = recognise_profile(source);
  if (!recognised) return unexpected(recognised.error());
  if (*recognised) return std::move(**recognised);
  return find_profile("native");
}

}  // namespace gridmend
