#include "data/ingest/road_report.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>
// Boost 1.74 in C++20 needs <utility> first.
#include <boost/pending/disjoint_sets.hpp>

namespace gridmend {
namespace {

struct Component {
  std::size_t stretches = 0;
  double length_m = 0;
  Id<RoadVertex> vertex;
};

// One edge of each stretch: of two edges of one shape the first.
std::vector<Id<RoadEdge>> one_edge_a_stretch(const RoadRecords& records) {
  std::map<std::uint32_t, Id<RoadEdge>> first;
  for (const Id<RoadEdge> id : records.edges.ids())
    first.emplace(records.edges[id].shape_begin, id);
  std::vector<Id<RoadEdge>> result;
  result.reserve(first.size());
  for (const auto& [shape, id] : first) result.push_back(id);
  std::ranges::sort(result);
  return result;
}

constexpr std::size_t kFewRoads = 20;

}  // namespace

void report_components(const RoadRecords& records, const ErrorPlace& place, RoadReport& report,
                       DefectLog& log) {
  boost::disjoint_sets_with_storage<> sets(records.vertices.size());
  for (const RoadEdge& e : records.edges) sets.union_set(e.from.index, e.to.index);
  std::map<std::size_t, Component> components;  // by their set's vertex
  for (const Id<RoadEdge> id : one_edge_a_stretch(records)) {
    const RoadEdge& e = records.edges[id];
    Component& c = components[sets.find_set(e.from.index)];
    if (c.stretches == 0) c.vertex = e.from;
    ++c.stretches;
    c.length_m += static_cast<double>(e.length_m);
  }
  std::vector<Component> by_length;
  for (const auto& [set, component] : components) by_length.push_back(component);
  std::ranges::stable_sort(by_length, [](const Component& a, const Component& b) {
    return std::pair{-a.length_m, a.vertex} < std::pair{-b.length_m, b.vertex};
  });
  report.components = by_length.size();
  for (std::size_t i = 0; i < by_length.size(); ++i) {
    const Component& c = by_length[i];
    report.stretches += c.stretches;
    report.length_km += c.length_m / 1000;
    if (i == 0) {
      report.largest_component_km = c.length_m / 1000;
      continue;
    }
    log.add({DefectClass::road_component, DefectSeverity::note, place,
             std::to_string(c.stretches) + " roads, " +
                 std::to_string(static_cast<long>(c.length_m)) +
                 " m, hang together but not with the rest",
             "kept; crews reach them only when the nearest connected road is far",
             records.vertices[c.vertex].position});
  }
}

void check_structures(const RoadRecords& records, const ErrorPlace& place, DefectLog& log) {
  const std::vector<Id<RoadEdge>> stretches = one_edge_a_stretch(records);
  if (stretches.size() < kFewRoads) return;
  const auto tell = [&](RoadStructure structure, const char* them, const char* harm) {
    const auto count = static_cast<std::size_t>(std::ranges::count_if(
        stretches, [&](Id<RoadEdge> id) { return records.edges[id].structure == structure; }));
    if (2 * count <= stretches.size()) return;
    log.add({DefectClass::value_out_of_range, DefectSeverity::warning, place,
             std::to_string(count) + " of " + std::to_string(stretches.size()) + " roads are " +
                 them + ": is a column taken for what it is not?",
             harm, std::nullopt});
  };
  tell(RoadStructure::bridge, "bridges", "kept; water closes no bridge until it reaches the deck");
  tell(RoadStructure::tunnel, "tunnels", "kept; a tunnel floods when water stands at a portal");
}

}  // namespace gridmend
