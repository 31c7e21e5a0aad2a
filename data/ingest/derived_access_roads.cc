#include "data/ingest/derived_access_roads.h"

#include <algorithm>
#include <utility>
// Boost 1.74 in C++20 needs <utility> first.
#include <boost/pending/disjoint_sets.hpp>

#include "core/geo/spatial_index.h"
#include "data/ingest/line_network.h"
#include "data/ingest/road_graph_builder.h"

namespace gridmend {
namespace {

constexpr double kLeast_m = 0.5;

bool has_place(Position p) { return is_on_earth(p) && p != Position{}; }

std::vector<DrawnLine> lines_of(const NetworkModel& network) {
  std::vector<DrawnLine> lines;
  for (const Id<Device> id : network.devices().ids()) {
    const Device& device = network.devices()[id];
    if (device.kind == DeviceKind::service_drop) continue;
    const auto drawn = network.polyline(id);
    Polyline line(drawn.begin(), drawn.end());
    if (line.size() < 2) {
      line = {network.nodes()[device.from].position, network.nodes()[device.to].position};
    }
    if (!std::ranges::all_of(line, has_place) || length_m(line) < kLeast_m) continue;
    lines.push_back({std::move(line), 0});
  }
  return lines;
}

// Straight ways between junctions of different parts, shortest first, until no two parts are
// within reach of each other: a spanning forest.
std::vector<std::pair<std::uint32_t, std::uint32_t>> gaps_to_bridge(const JoinedLines& joined,
                                                                    double reach_m) {
  boost::disjoint_sets_with_storage<> parts(joined.junctions.size());
  for (const JoinedPart& part : joined.parts) parts.union_set(part.from, part.to);
  const SpatialIndex index{std::span<const Position>{joined.junctions}};
  std::vector<std::pair<double, std::pair<std::uint32_t, std::uint32_t>>> candidates;
  for (std::uint32_t a = 0; a < joined.junctions.size(); ++a) {
    for (const std::uint32_t b : index.touching(box_around(joined.junctions[a], reach_m))) {
      if (b <= a || parts.find_set(a) == parts.find_set(b)) continue;
      const double gap_m = distance_m(joined.junctions[a], joined.junctions[b]);
      if (gap_m <= reach_m) candidates.push_back({gap_m, {a, b}});
    }
  }
  std::ranges::sort(candidates);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> gaps;
  for (const auto& [gap_m, ends] : candidates) {
    if (parts.find_set(ends.first) == parts.find_set(ends.second)) continue;
    parts.union_set(ends.first, ends.second);
    gaps.push_back(ends);
  }
  return gaps;
}

}  // namespace

RoadImport derive_access_roads(const NetworkModel& network, const AccessRoadSettings& settings) {
  const std::vector<DrawnLine> lines = lines_of(network);
  const JoinedLines joined = join_lines(lines, settings.tolerance_m);
  RoadGraphBuilder builder;
  for (const Position junction : joined.junctions) builder.add_vertex(junction);
  const auto add = [&](std::uint32_t from, std::uint32_t to, const Polyline& line) {
    builder.add({Id<RoadVertex>{from},
                 Id<RoadVertex>{to},
                 line,
                 {},
                 RoadClass::access,
                 RoadStructure::at_grade,
                 0,
                 settings.speed_kmh,
                 settings.speed_kmh});
  };
  for (const JoinedPart& part : joined.parts) add(part.from, part.to, part.part);
  const auto gaps = gaps_to_bridge(joined, settings.bridge_gap_m);
  for (const auto& [from, to] : gaps) {
    add(from, to, {joined.junctions[from], joined.junctions[to]});
  }
  RoadImport result{std::move(builder).finish(RoadOrigin::derived_access), {}};
  result.report.features = network.devices().size();
  result.report.features_left_out = network.devices().size() - lines.size();
  for (const DrawnLine& l : lines) {
    result.report.source_vertices += l.line.size();
    result.report.source_segments += l.line.size() - 1;
  }
  DefectLog log;
  log.add({DefectClass::road_layer_missing,
           DefectSeverity::warning,
           {},
           "the region has no roads",
           "an access network was derived from " + std::to_string(lines.size()) +
               " power lines, joined over " + std::to_string(gaps.size()) + " gaps",
           std::nullopt});
  report_components(result.records, {}, result.report, log);
  result.report.defects = std::move(log).finish();
  return result;
}

}  // namespace gridmend
