#include "data/ingest/road_report.h"

#include <algorithm>
#include <boost/pending/disjoint_sets.hpp>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include "routing/road/strong_parts.h"

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

// By vertex: can it be driven to from the core, or with `backward` the core from it?
std::vector<char> reached_from(const RoadRecords& records, std::vector<char> reached,
                               bool backward) {
  std::vector<std::vector<std::uint32_t>> next(records.vertices.size());
  for (const RoadEdge& e : records.edges) {
    const auto [from, to] = backward ? std::pair{e.to, e.from} : std::pair{e.from, e.to};
    next[from.index].push_back(to.index);
  }
  std::vector<std::uint32_t> stack;
  for (std::uint32_t v = 0; v < reached.size(); ++v) {
    if (reached[v] != 0) stack.push_back(v);
  }
  while (!stack.empty()) {
    const std::uint32_t here = stack.back();
    stack.pop_back();
    for (const std::uint32_t there : next[here]) {
      if (reached[there] != 0) continue;
      reached[there] = 1;
      stack.push_back(there);
    }
  }
  return reached;
}

// By vertex: is it of the core of these stretches' component?
std::vector<char> core_of(const RoadRecords& records, std::span<const Id<RoadEdge>> stretches) {
  const std::vector<std::uint32_t> part = strong_parts(records).of;
  std::map<std::uint32_t, double> length_m;
  for (const Id<RoadEdge> id : stretches) {
    const RoadEdge& e = records.edges[id];
    if (part[e.from.index] == part[e.to.index]) {
      length_m[part[e.from.index]] += static_cast<double>(e.length_m);
    }
  }
  std::vector<char> core(records.vertices.size(), 0);
  if (length_m.empty()) return core;
  const auto longest =
      std::ranges::max_element(length_m, {}, [](const auto& one) { return one.second; });
  for (std::size_t v = 0; v < core.size(); ++v) core[v] = part[v] == longest->first ? 1 : 0;
  return core;
}

void report_one_way_parts(const RoadRecords& records, std::span<const Id<RoadEdge>> stretches,
                          const ErrorPlace& place, RoadReport& report, DefectLog& log) {
  const std::vector<char> core = core_of(records, stretches);
  if (std::ranges::count(core, 1) == 0) return;
  const std::vector<char> entered = reached_from(records, core, false);
  const std::vector<char> left = reached_from(records, core, true);
  // Vertices that one gets to, or away from, alike hang together.
  const auto kind = [&](Id<RoadVertex> v) { return 2 * entered[v.index] + left[v.index]; };
  boost::disjoint_sets_with_storage<> sets(records.vertices.size());
  for (const Id<RoadEdge> id : stretches) {
    const RoadEdge& e = records.edges[id];
    if (kind(e.from) == kind(e.to)) sets.union_set(e.from.index, e.to.index);
  }
  constexpr int kBoth = 3;
  std::map<std::pair<int, std::size_t>, Component> parts;
  for (const Id<RoadEdge> id : stretches) {
    const RoadEdge& e = records.edges[id];
    const Id<RoadVertex> v = kind(e.from) < kind(e.to) ? e.from : e.to;
    if (kind(v) == kBoth) continue;
    Component& part = parts[{kind(v), sets.find_set(v.index)}];
    if (part.stretches++ == 0) part.vertex = v;
    part.length_m += static_cast<double>(e.length_m);
  }
  for (const auto& [key, part] : parts) {
    const bool in = key.first / 2 != 0;
    const bool out = key.first % 2 != 0;
    if (in) report.no_way_out_km += part.length_m / 1000;
    if (out) report.no_way_in_km += part.length_m / 1000;
    log.add({DefectClass::road_component, DefectSeverity::note, place,
             std::to_string(part.stretches) + (part.stretches == 1 ? " road, " : " roads, ") +
                 std::to_string(static_cast<long>(part.length_m)) + " m, " +
                 (in    ? "can be entered but not left"
                  : out ? "can be left but not entered"
                        : "can be neither entered nor left") +
                 " by the directions that may be driven",
             in ? "kept; a crew that drives in does not get out again" : "kept; no crew gets in",
             records.vertices[part.vertex].position});
  }
}

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
  if (by_length.empty()) return;
  std::vector<Id<RoadEdge>> of_largest;
  const auto largest = sets.find_set(by_length.front().vertex.index);
  for (const Id<RoadEdge> id : one_edge_a_stretch(records)) {
    if (sets.find_set(records.edges[id].from.index) == largest) of_largest.push_back(id);
  }
  report_one_way_parts(records, of_largest, place, report, log);
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
