#include "data/ingest/region_roads.h"

#include <cstdio>
#include <utility>

#include "data/ingest/derived_access_roads.h"
#include "data/ingest/line_road_reader.h"
#include "data/ingest/source_name.h"

namespace gridmend {
namespace {

std::string kilometres(double km) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f km", km);
  return text;
}

constexpr double kSaid_km = 0.05;

// A restriction that is not kept lets a way be found that the signs forbid.
std::string restrictions(const RoadReport& report) {
  const std::size_t left_out = report.turn_restrictions_left_out;
  if (left_out == 0) return "";
  std::string text = "; " + std::to_string(left_out) + " of " +
                     std::to_string(report.turn_restrictions + left_out) +
                     " turn restrictions are not kept";
  if (report.turn_restrictions_by_way > 0) {
    text += " (" + std::to_string(report.turn_restrictions_by_way) + " by way of a whole road)";
  }
  return text;
}

std::string parts(std::size_t components) {
  return components == 1 ? "1 part" : std::to_string(components) + " parts";
}

struct FoundRoads {
  RoadImport import;
  std::string from;
};

Result<std::optional<FoundRoads>> read_own_layer(const std::vector<RoadLayerSource>& sources) {
  for (const RoadLayerSource& candidate : sources) {
    for (const std::string& name : candidate.rule->layers) {
      const auto layer = candidate.source->find_layer(name);
      if (!layer) continue;
      if (auto one = check_only_one(*candidate.source, *layer); !one)
        return unexpected(one.error());
      const LineRoadSettings settings = line_road_settings(*candidate.rule);
      auto roads = read_line_roads(*candidate.source, *layer, settings);
      if (!roads && roads.error().reason == "ROADS_EMPTY") continue;
      if (!roads) return unexpected(roads.error());
      return FoundRoads{std::move(*roads), "layer '" + name + "' of " + candidate.source->name()};
    }
  }
  return std::nullopt;
}

Result<FoundRoads> find_roads(const std::optional<std::filesystem::path>& file,
                              const SourceLimits& limits,
                              const std::optional<std::filesystem::path>& profile,
                              const std::vector<RoadLayerSource>& sources,
                              const NetworkModel& network) {
  if (file) {
    std::optional<RoadRule> rule;
    if (profile) {
      auto found = find_road_rule(*profile);
      if (!found) return unexpected(found.error());
      rule = std::move(*found);
    }
    auto roads = read_road_file(*file, limits, rule ? &*rule : nullptr);
    if (!roads) return unexpected(roads.error());
    return FoundRoads{std::move(*roads), source_name(*file)};
  }
  auto own = read_own_layer(sources);
  if (!own) return unexpected(own.error());
  if (*own) return std::move(**own);
  return FoundRoads{derive_access_roads(network),
                    "derived from where the power lines run; there is no road layer"};
}

}  // namespace

Result<ImportedRoads> import_roads(const std::optional<std::filesystem::path>& file,
                                   const SourceLimits& limits,
                                   const std::optional<std::filesystem::path>& profile,
                                   const std::vector<RoadLayerSource>& sources,
                                   const NetworkModel& network, DefectLog& defects) {
  auto found = find_roads(file, limits, profile, sources, network);
  if (!found) return unexpected(found.error());
  const RoadReport& report = found->import.report;
  for (const Defect& defect : report.defects) defects.add(defect);
  std::string statement =
      found->from + ": " + kilometres(report.length_km) + " in " + parts(report.components);
  if (report.components > 1) {
    statement += ", the largest " + kilometres(report.largest_component_km);
  }
  if (report.no_way_out_km >= kSaid_km) {
    statement += ", " + kilometres(report.no_way_out_km) + " of them entered but never left";
  }
  if (report.no_way_in_km >= kSaid_km) {
    statement += ", " + kilometres(report.no_way_in_km) + " of them left but never entered";
  }
  statement += restrictions(report);
  auto graph = RoadGraph::from_records(std::move(found->import.records));
  if (!graph) return unexpected(graph.error());
  return ImportedRoads{std::move(*graph), std::move(statement)};
}

}  // namespace gridmend
