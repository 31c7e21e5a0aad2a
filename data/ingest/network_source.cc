#include "data/ingest/network_source.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "data/ingest/cim_source.h"
#include "data/ingest/opendss_source.h"
#include "data/ingest/osm_extract.h"
#include "data/ingest/osm_power_source.h"
#include "data/ingest/profile_detection.h"
#include "data/ingest/profile_reader.h"

namespace gridmend {
namespace {

// GIS layers seen through a profile.
class ProfiledSource final : public NetworkSource {
 public:
  ProfiledSource(VectorSource source, Profile profile)
      : source_(std::move(source)), profile_(std::move(profile)) {}

  const std::string& name() const override { return source_.name(); }
  const std::string& profile() const override { return profile_.name; }
  std::string licence() const override { return profile_.licence; }
  Result<void> read(NetworkBuilder& builder, const ReadingProgress& progress) const override {
    return read_through_profile(source_, profile_, builder, progress);
  }
  std::optional<RoadLayerSource> road_layer() const override {
    return RoadLayerSource{&source_, &profile_.roads};
  }

 private:
  VectorSource source_;
  Profile profile_;
};

// An OpenStreetMap file: the network and the roads.
class OsmNetworkSource final : public NetworkSource {
 public:
  OsmNetworkSource(OsmPowerSource source, Profile profile, std::filesystem::path path)
      : source_(std::move(source)), profile_(std::move(profile)), path_(std::move(path)) {}

  const std::string& name() const override { return source_.name(); }
  const std::string& profile() const override { return profile_.name; }
  std::string licence() const override { return profile_.licence; }
  Result<void> read(NetworkBuilder& builder, const ReadingProgress& progress) const override {
    return read_through_profile(source_, profile_, builder, progress);
  }
  std::optional<std::filesystem::path> road_file() const override { return path_; }
  Result<ModelDescription> describe() const override {
    ModelDescription description{source_.name(), "OpenStreetMap", {source_.name()}, {}};
    for (const VectorLayer& layer : source_.layers()) {
      if (layer.features == 0) continue;
      description.classes.push_back({layer.name, static_cast<std::size_t>(layer.features), {}});
    }
    std::ranges::stable_sort(description.classes, std::greater{}, &DescribedClass::objects);
    return description;
  }

 private:
  OsmPowerSource source_;
  Profile profile_;
  std::filesystem::path path_;
};

constexpr const char* kOsmProfile = "osm-power";

// Beside profiles the same argument names the formats that are read without one.
Error with_formats(Error error) {
  if (error.field == "profile") {
    error.message += "; formats read without one are cim, " + std::string{kOpenDssFormat};
  }
  return error;
}

bool is_cim(const SourceSpec& spec) {
  return spec.profile.empty() ? is_cim_source(spec.path) : spec.profile == "cim";
}

bool is_opendss(const SourceSpec& spec) {
  return spec.profile.empty() ? is_opendss_model(spec.path) : spec.profile == kOpenDssFormat;
}

}  // namespace

Result<ModelDescription> NetworkSource::describe() const {
  return refuse(ErrorCode::unimplemented, "SOURCE_NOT_A_MODEL",
                "is described by its layers, not by classes");
}

bool is_model(const SourceSpec& spec) {
  return is_cim(spec) || is_opendss(spec) || is_osm_file(spec.path);
}

Result<std::unique_ptr<NetworkSource>> open_network_source(const SourceSpec& spec) {
  if (is_cim(spec)) return open_cim_source(spec);
  if (is_opendss(spec)) return open_opendss_source(spec);
  std::optional<Profile> named;
  if (!spec.profile.empty()) {
    auto profile = find_profile(spec.profile);
    if (!profile) return unexpected(with_formats(std::move(profile.error())));
    named = std::move(*profile);
  }
  if (is_osm_file(spec.path)) {
    if (!named) {
      auto profile = find_profile(kOsmProfile);
      if (!profile) return unexpected(profile.error());
      named = std::move(*profile);
    }
    auto osm = OsmPowerSource::open(spec.path, spec.limits);
    if (!osm) return unexpected(osm.error());
    if (spec.tolerance_m) named->connectivity.tolerance_m = *spec.tolerance_m;
    return std::make_unique<OsmNetworkSource>(std::move(*osm), std::move(*named), spec.path);
  }
  auto source = VectorSource::open(spec.path, spec.limits);
  if (!source) return unexpected(source.error());
  if (!named) {
    auto profile = detect_profile(*source);
    if (!profile) return unexpected(profile.error());
    named = std::move(*profile);
  }
  if (spec.tolerance_m) named->connectivity.tolerance_m = *spec.tolerance_m;
  // What the user declares wins over the profile, and that over the files.
  source->declare(overlaid(spec.coordinates, named->coordinates),
                  spec.encoding.empty() ? named->encoding : spec.encoding);
  return std::make_unique<ProfiledSource>(std::move(*source), std::move(*named));
}

}  // namespace gridmend
