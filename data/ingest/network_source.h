#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "data/ingest/network_builder.h"
#include "data/ingest/reading_progress.h"
#include "data/ingest/region_roads.h"
#include "data/ingest/source_coordinates.h"
#include "data/ingest/source_description.h"
#include "data/ingest/source_limits.h"

namespace gridmend {

struct SourceSpec {
  std::filesystem::path path;
  std::string profile;  // a profile or a format's name; empty: the source decides
  SourceCoordinates coordinates = {};
  std::optional<double> tolerance_m = {};  // of connectivity by geometry; none: the profile's
  std::string encoding = {};               // of texts, where the format does not fix it
  SourceLimits limits = {};
};

// A file, or files that belong together, from which a network can be read: GIS layers seen through
// a profile, or a model in a format of its own.
class NetworkSource {
 public:
  virtual ~NetworkSource() = default;

  // The file's name as errors and defects say it.
  virtual const std::string& name() const = 0;
  // The profile or format it is read by: "bdgd", "opendss".
  virtual const std::string& profile() const = 0;
  // Of the data, where the profile knows it; else empty.
  virtual std::string licence() const { return {}; }
  // What is wrong with single features becomes a defect; a source that cannot be read is refused.
  virtual Result<void> read(NetworkBuilder& builder, const ReadingProgress& progress) const = 0;
  // What it holds, of a model in a format of its own; refuses what reading refuses.
  virtual Result<ModelDescription> describe() const;
  // Its own layer of roads, where it may have one.
  virtual std::optional<RoadLayerSource> road_layer() const { return std::nullopt; }
  // The file itself, where it may hold roads as an OpenStreetMap file does.
  virtual std::optional<std::filesystem::path> road_file() const { return std::nullopt; }
};

// Opens what the spec names by the reader its profile, else its name and content, call for. Refuses
// an unknown profile (PROFILE_UNKNOWN) before a large file is opened, and whatever the reader's own
// opening refuses.
Result<std::unique_ptr<NetworkSource>> open_network_source(const SourceSpec& spec);

// It is described by its classes: CIM or OpenDSS, named so or by its content, or OpenStreetMap.
bool is_model(const SourceSpec& spec);

}  // namespace gridmend
