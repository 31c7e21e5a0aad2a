#include "data/ingest/region_import.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "core/network/supply_forest.h"
#include "data/ingest/gis_writer.h"
#include "data/ingest/network_checks.h"
#include "data/ingest/region_roads.h"

namespace gridmend {
namespace {

using OpenSources = std::vector<std::unique_ptr<NetworkSource>>;

RegionProvenance provenance_of(const RegionSpec& spec, const OpenSources& sources) {
  RegionProvenance provenance;
  provenance.name = spec.name;
  provenance.licence = spec.licence;
  for (const auto& source : sources) {
    provenance.sources.push_back(source->name());
    if (provenance.profile.empty()) provenance.profile = source->profile();
    if (provenance.licence.empty()) provenance.licence = source->licence();
  }
  if (provenance.name.empty() && !spec.sources.empty()) {
    provenance.name = spec.sources.front().path.stem().string();
  }
  if (spec.roads) provenance.sources.push_back(spec.roads->filename().string());
  return provenance;
}

Error too_many_severe(const RegionSpec& spec, std::size_t severe, std::size_t features,
                      double percent) {
  char limit[32];
  std::snprintf(limit, sizeof limit, "%g", percent);
  Error error;
  error.code = ErrorCode::failed_precondition;
  error.reason = "TOO_MANY_SEVERE_DEFECTS";
  error.message = "severe defects: " + std::to_string(severe) + " in " + std::to_string(features) +
                  " features, more than " + limit + " %";
  error.place.file = spec.sources.front().path.filename().string();
  return error;
}

// A whole network in the dark before any storm is a source that lacks something.
Error nobody_supplied(const RegionSpec& spec, const NetworkModel& network, std::size_t total) {
  const auto none_of = [&network](auto is_wanted) {
    return std::ranges::none_of(network.devices(),
                                [&](const Device& d) { return is_wanted(d.kind); });
  };
  Error error;
  error.code = ErrorCode::failed_precondition;
  error.reason = "NOBODY_SUPPLIED";
  error.message =
      "no path leads from a feeder to any of " + std::to_string(total) + " usage points";
  if (none_of([](DeviceKind kind) { return is_switch(kind); })) {
    error.message += "; the source has no layer of switches, or an empty one";
  }
  if (none_of([](DeviceKind kind) { return kind == DeviceKind::power_transformer; })) {
    error.message += "; the source has no layer of transformers, or an empty one";
  }
  error.place.file = spec.sources.front().path.filename().string();
  return error;
}

// The roads the spec names, else those of an OpenStreetMap source's own file, else of its layers.
Result<ImportedRoads> find_roads(const RegionSpec& spec, const OpenSources& sources,
                                 const NetworkModel& network, DefectLog& defects) {
  std::vector<RoadLayerSource> layers;
  for (const auto& source : sources) {
    if (const auto layer = source->road_layer()) layers.push_back(*layer);
  }
  for (const auto& source : sources) {
    const auto own = spec.roads ? std::nullopt : source->road_file();
    if (!own) continue;
    auto roads = import_roads(own, layers, network, defects);
    if (roads || roads.error().reason != "OSM_NO_ROADS") return roads;
  }
  return import_roads(spec.roads, layers, network, defects);
}

}  // namespace

Result<RegionImport> import_region(const RegionSpec& spec, const ImportOptions& options) {
  OpenSources sources;
  for (const SourceSpec& source : spec.sources) {
    auto opened = open_network_source(source);
    if (!opened) return unexpected(opened.error());
    sources.push_back(std::move(*opened));
  }
  NetworkBuilder builder;
  std::vector<std::string> profiles;
  for (const auto& source : sources) {
    if (auto read = source->read(builder, options.progress); !read) return unexpected(read.error());
    profiles.push_back(source->profile());
  }
  auto built = std::move(builder).finish();
  if (!built) return unexpected(built.error());
  auto network = NetworkModel::from_records(built->records);
  if (!network) return unexpected(network.error());
  {
    const SwitchState switches{*network};
    check_network(SupplyForest::derive(*network, switches), switches, *built);
  }
  auto roads = find_roads(spec, sources, *network, built->defects);
  if (!roads) return unexpected(roads.error());

  const Hash128 id = content_id(network->records(), roads->graph.records());
  const DefectTally tally = built->defects.tally();
  RegionImport result{.region = {.network = std::move(*network),
                                 .roads = std::move(roads->graph),
                                 .defects = std::move(built->defects).finish(),
                                 .provenance = provenance_of(spec, sources),
                                 .id = id},
                      .usage_points = std::move(built->usage_points),
                      .features = built->features,
                      .severe_defects = tally.of(DefectSeverity::severe),
                      .defect_tally = tally,
                      .profiles = std::move(profiles),
                      .roads = std::move(roads->statement),
                      .refusal = std::nullopt};
  if (static_cast<double>(result.severe_defects) * 100 >
      options.most_severe_percent * static_cast<double>(result.features)) {
    result.refusal =
        too_many_severe(spec, result.severe_defects, result.features, options.most_severe_percent);
  } else if (result.usage_points.total > 0 && result.usage_points.supplied == 0) {
    result.refusal = nobody_supplied(spec, result.region.network, result.usage_points.total);
  }
  return result;
}

Result<void> write_defects(const std::vector<Defect>& defects, const std::filesystem::path& path) {
  auto writer = GisWriter::create(path, {.spatial_index = true});
  if (!writer) return unexpected(writer.error());
  const auto text = [](const char* name) { return GisColumn{name, GisColumnType::text}; };
  const auto layer =
      writer->add_layer({"defects",
                         GisGeometryType::point,
                         {text("class"), text("severity"), text("file"), text("layer"),
                          text("feature_id"), text("column"), text("message"), text("action")}});
  if (!layer) return unexpected(layer.error());
  for (const Defect& defect : defects) {
    const std::array<GisValue, 8> values = {to_string(defect.defect_class),
                                            to_string(defect.severity),
                                            std::string_view{defect.place.file},
                                            std::string_view{defect.place.layer},
                                            std::string_view{defect.place.feature_id},
                                            std::string_view{defect.place.column},
                                            std::string_view{defect.message},
                                            std::string_view{defect.action}};
    const std::span<const Position> position = defect.position
                                                   ? std::span<const Position>{&*defect.position, 1}
                                                   : std::span<const Position>{};
    if (auto written = writer->write(*layer, values, position); !written) return written;
  }
  return writer->close();
}

}  // namespace gridmend
