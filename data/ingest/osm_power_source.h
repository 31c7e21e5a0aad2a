#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/vector_source.h"

namespace gridmend {

// What an OpenStreetMap file says of electricity, as layers that a profile can name:
//  - power_lines: ways tagged power=line, minor_line or cable;
//  - power_transformers: power=transformer, poles and towers with transformer=*, and substations
//    that serve a street (all but those below);
//  - power_switches: power=switch, and poles and towers with switch=*;
//  - power_substations: substations that feed a network, points or areas: tagged transmission or
//    distribution, with 60 kV or more, met by a power=line, or larger than 1,500 m2;
//  - power_generators;
//  - buildings: areas and nodes tagged building=*, but for garages, sheds and the like.
// Columns are the features' tags (of buildings those about use and address), and of every layer:
// `@id` ("way/123"); `@kv`, the highest voltage; `@level`, lv below 1 kV, mv, hv from 60 kV
// (untagged lines are hv, others mv), rail and dc by their frequency; `@to_level` of transformers,
// lv or by voltage:secondary; `@rated_kva`, of rating; `@underground`; `@address`.
// Lines that share an OpenStreetMap node have a vertex in common to the last digit. Where an
// extract lacks nodes of a way, the way has parts. Memory grows with the features named, not with
// the file.
class OsmPowerSource final : public FeatureSource {
 public:
  // Refuses by name: OSM_FILE_NOT_FOUND, OSM_FILE_DAMAGED, OSM_NO_POWER (no power=* in it), and
  // what is beyond the limits.
  static Result<OsmPowerSource> open(const std::filesystem::path& path, SourceLimits limits = {});
  ~OsmPowerSource() override;
  OsmPowerSource(OsmPowerSource&&) noexcept;

  const std::string& name() const override;
  const std::vector<VectorLayer>& layers() const override;
  std::optional<std::size_t> find_layer(std::string_view name) const override;
  // Refuses a required column that no feature of the file is tagged with (COLUMN_MISSING).
  Result<void> read(std::size_t layer, std::span<const ColumnRequest> columns,
                    const std::function<Result<void>(const VectorFeature&)>& visit) const override;

 private:
  struct State;
  explicit OsmPowerSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gridmend
