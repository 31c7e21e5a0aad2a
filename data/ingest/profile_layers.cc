#include "data/ingest/profile_layers.h"

#include <algorithm>
#include <string>
#include <vector>

namespace gridmend {
namespace {

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 40;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  return names.size() > kMost ? text + ", ..." : text;
}

std::string layers_of(const FeatureSource& source) {
  std::vector<std::string> names;
  for (const VectorLayer& layer : source.layers()) names.push_back(layer.name);
  return listed(names);
}

std::string hint_for(const Profile& profile) {
  return profile.name == "native"
             ? "; what has layers of its own is read through a profile of its own (--profile), and "
               "import --describe prints one to fill in"
             : "";
}

}  // namespace

std::optional<std::size_t> find_layer(const FeatureSource& source, const LayerRule& rule) {
  for (const std::string& name : rule.layers) {
    if (const auto layer = source.find_layer(name)) return layer;
  }
  return std::nullopt;
}

Result<void> check_any_layer(const FeatureSource& source, const Profile& profile) {
  std::vector<std::string> wanted;
  bool found = false;
  const auto look_for = [&](const auto& rules) {
    for (const auto& rule : rules) {
      found = found || rule.layer.required || find_layer(source, rule.layer).has_value();
      for (const std::string& name : rule.layer.layers) {
        if (std::ranges::find(wanted, name) == wanted.end()) wanted.push_back(name);
      }
    }
  };
  look_for(profile.devices);
  look_for(profile.feeders);
  look_for(profile.usage_points);
  look_for(profile.nodes);
  look_for(profile.substations);
  found = found || std::ranges::any_of(profile.roads.layers, [&](const std::string& name) {
            return source.find_layer(name).has_value();
          });
  if (found) return {};
  return refuse_at({source.name(), {}, {}, {}}, ErrorCode::invalid_argument, "LAYER_MISSING",
                   "has none of the layers that the profile '" + profile.name + "' names, " +
                       listed(wanted) + "; it has " + layers_of(source) + hint_for(profile));
}

tl::unexpected<Error> refuse_missing_layer(const FeatureSource& source, const Profile& profile,
                                           const LayerRule& rule) {
  return refuse_at(
      {.file = source.name(), .layer = rule.layers.front(), .feature_id = {}, .column = {}},
      ErrorCode::invalid_argument, "LAYER_MISSING",
      "the source has no such layer; it has " + layers_of(source) + hint_for(profile));
}

}  // namespace gridmend
