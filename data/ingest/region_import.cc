#include "data/ingest/region_import.h"

#include <utility>

#include "core/network/supply_forest.h"
#include "data/ingest/check_roads.h"
#include "data/ingest/datum_detection.h"
#include "data/ingest/import_verdict.h"
#include "data/ingest/network_checks.h"
#include "data/ingest/region_roads.h"
#include "data/ingest/source_name.h"
#include "data/ingest/suspected_links.h"
#include "routing/road/road_index.h"

namespace gridmend {
namespace {

using OpenSources = std::vector<std::unique_ptr<NetworkSource>>;

// The name of a region that nobody named.
std::string source_title(const std::filesystem::path& source) {
  const std::string name = source_name(source);
  return is_database(source) ? name : std::filesystem::path{name}.stem().string();
}

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
    provenance.name = source_title(spec.sources.front().path);
  }
  if (spec.roads) provenance.sources.push_back(source_name(*spec.roads));
  return provenance;
}

std::vector<LayerCount> count_layers(const BuiltNetwork& built) {
  std::vector<LayerCount> counts;
  for (const ErrorPlace& layer : built.layers) counts.push_back({layer.file, layer.layer, 0, 0});
  for (const std::uint16_t layer : built.layer_of_device) ++counts.at(layer).devices;
  for (const std::uint16_t layer : built.layer_of_usage_point) ++counts.at(layer).usage_points;
  std::erase_if(counts, [](const LayerCount& c) { return c.devices == 0 && c.usage_points == 0; });
  return counts;
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
    auto roads = import_roads(own, spec.limits, {}, layers, network, defects);
    if (roads || roads.error().reason != "OSM_NO_ROADS") return roads;
  }
  return import_roads(spec.roads, spec.limits, spec.roads_profile, layers, network, defects);
}

// Also where one of them leaves the profile to be found out.
Result<void> check_named_once(const RegionSpec& spec, const OpenSources& sources) {
  for (std::size_t later = 0; later < sources.size(); ++later) {
    for (std::size_t i = 0; i < later; ++i) {
      const SourceSpec &a = spec.sources[i], &b = spec.sources[later];
      const bool same_profile =
          a.profile == b.profile || ((a.profile.empty() || b.profile.empty()) &&
                                     sources[i]->profile() == sources[later]->profile());
      if (!same_profile || !is_same_path(a.path, b.path)) continue;
      return refuse_at({.file = source_name(b.path), .layer = {}, .feature_id = {}, .column = {}},
                       ErrorCode::invalid_argument, "SOURCE_TWICE",
                       "is source " + std::to_string(i + 1) + " and source " +
                           std::to_string(later + 1) + " of the region, both read as " +
                           sources[later]->profile() + ": all of it would be there twice");
    }
  }
  return {};
}

// The same with what was found out declared; what is declared is not looked for again.
RegionSpec undone(const RegionSpec& spec, const std::vector<ShiftedSource>& shifted) {
  RegionSpec again = spec;
  for (const ShiftedSource& source : shifted) {
    for (const std::size_t number : source.sources) {
      again.sources[number].coordinates.datum = source.evidence.datum;
    }
    again.findings.push_back(source.defect());
  }
  return again;
}

Result<OpenSources> open_sources(const RegionSpec& spec) {
  OpenSources sources;
  for (const SourceSpec& source : spec.sources) {
    auto opened = open_network_source(source);
    if (!opened) return unexpected(opened.error());
    sources.push_back(std::move(*opened));
  }
  if (auto once = check_named_once(spec, sources); !once) return unexpected(once.error());
  return sources;
}

std::vector<ShiftedSource> shifted_among(const RegionSpec& spec, const OpenSources& sources,
                                         const BuiltNetwork& built, const RoadGraph& roads) {
  std::vector<std::string> names;
  for (const auto& source : sources) names.push_back(source->name());
  return find_shifted_sources(spec.sources, names, built, roads,
                              spec.roads ? source_name(*spec.roads) : std::string{});
}

// Whoever imports may think otherwise of a class.
void set_severities(const CheckSettings& settings, BuiltNetwork& built) {
  for (std::size_t i = 0; i < kDefectClasses; ++i) {
    const auto severity = settings.rules[i].severity;
    if (!severity) continue;
    const auto defect_class = static_cast<DefectClass>(i);
    built.defects.set_severity(defect_class, *severity);
    for (FindingGroup& group : built.findings) {
      if (group.defect_class == defect_class) group.severity = *severity;
    }
  }
}

}  // namespace

Result<RegionImport> import_region(const RegionSpec& spec, const ImportOptions& options) {
  CheckSettings settings = spec.checks;
  if (options.most_severe_percent) settings.most_severe_percent = *options.most_severe_percent;
  if (options.most_unsupplied_percent) {
    settings.most_unsupplied_percent = *options.most_unsupplied_percent;
  }
  const auto begin_step = [&options](std::string_view step) {
    if (options.progress) options.progress(step, 0, -1);
  };
  const auto sources = open_sources(spec);
  if (!sources) return unexpected(sources.error());
  NetworkBuilder builder;
  std::vector<std::string> profiles;
  for (const auto& source : *sources) {
    if (auto read = source->read(builder, options.progress); !read) return unexpected(read.error());
    profiles.push_back(source->profile());
  }
  begin_step("resolving ids and places");
  auto built = std::move(builder).finish();
  if (!built) return unexpected(built.error());
  auto network = NetworkModel::from_records(built->records);
  if (!network) return unexpected(network.error());
  // Before the checks, which a source that has to be read again would have run for nothing.
  begin_step("making roads");
  DefectLog road_defects;
  auto roads = find_roads(spec, *sources, *network, road_defects);
  if (options.progress) options.progress("making roads", 1, 1);
  if (!roads) return unexpected(roads.error());
  const auto shifted = shifted_among(spec, *sources, *built, roads->graph);
  if (!shifted.empty()) return import_region(undone(spec, shifted), options);

  SuspectedLinks suspected_links;
  {
    begin_step("checking the network");
    SupplyForest forest = SupplyForest::derive(*network, SwitchState{*network});
    if (!forest.loop_devices().empty() && open_loops(forest, settings, *built)) {
      network = NetworkModel::from_records(built->records);
      if (!network) return unexpected(network.error());
      forest = SupplyForest::derive(*network, SwitchState{*network});
    }
    const SwitchState switches{*network};
    check_network(forest, switches, settings, *built);
    begin_step("doubting links of customers");
    suspected_links = check_links(forest, switches, settings, *built);
    find_subjects(forest, *built);
  }
  built->defects.append(std::move(road_defects));
  check_roads(*network, roads->graph, settings, built->defects);
  set_severities(settings, *built);
  for (const Defect& finding : spec.findings) built->defects.add(finding);

  const Hash128 id = content_id(network->records(), roads->graph.records());
  if (!roads->graph.empty()) begin_step("ordering roads");
  ContractionOrder road_order = RoadIndex::find_order(roads->graph);
  const DefectTally tally = built->defects.tally();
  std::vector<LayerCount> layers = count_layers(*built);
  RegionImport result{.region = {.network = std::move(*network),
                                 .roads = std::move(roads->graph),
                                 .defects = std::move(built->defects).finish(),
                                 .provenance = provenance_of(spec, *sources),
                                 .id = id,
                                 .suspected_links = std::move(suspected_links),
                                 .road_order = std::move(road_order)},
                      .usage_points = std::move(built->usage_points),
                      .features = built->features,
                      .layers = std::move(layers),
                      .severe_defects = tally.of(DefectSeverity::severe),
                      .defect_tally = tally,
                      .finding_groups = {std::move(built->findings), std::move(built->layers),
                                         std::move(built->layer_of_usage_point)},
                      .profiles = std::move(profiles),
                      .roads = std::move(roads->statement),
                      .refusal = std::nullopt};
  result.refusal = refusal_of(settings, tally, result.usage_points, result.features,
                              result.region.network, source_name(spec.sources.front().path));
  return result;
}

}  // namespace gridmend
