#include "routing/hierarchy/inertial_cut.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace gridmend {
namespace {

constexpr double kTerminalShare = 0.25;

// East, north and what lies between them.
constexpr std::array<PlanePoint, 4> kDirections = {PlanePoint{1, 0}, PlanePoint{0, 1},
                                                   PlanePoint{1, 1}, PlanePoint{1, -1}};

constexpr std::uint8_t kInner = 0, kSource = 1, kSink = 2;

}  // namespace

// A flow of one unit an edge from all sources to all sinks (Dinic). An edge is two arcs, each the
// other's reverse; flow on an arc is -1, 0 or 1.
struct InertialCutter::Scratch {
  std::vector<std::uint32_t> by_direction;
  std::vector<double> projection;
  std::vector<std::uint32_t> reverse;  // by arc
  std::vector<std::int8_t> flow;       // by arc
  std::vector<std::uint8_t> terminal;  // by vertex
  std::vector<std::uint32_t> level;    // by vertex
  std::vector<std::uint32_t> next_arc;
  std::vector<std::uint32_t> queue;
  std::vector<std::uint32_t> arcs_taken;
  std::vector<std::uint8_t> best_side;

  void pair_arcs(const NeighbourLists& graph);
  void place_terminals(const NeighbourLists& graph, std::span<const PlanePoint> where,
                       PlanePoint direction);
  bool set_levels(const NeighbourLists& graph);
  bool push_one(const NeighbourLists& graph, std::uint32_t source);
  // The size of the smallest cut, or a number above `most` when it is known to be larger.
  std::uint32_t flow_up_to(const NeighbourLists& graph, std::uint32_t most);
};

void InertialCutter::Scratch::pair_arcs(const NeighbourLists& graph) {
  reverse.resize(graph.neighbours.size());
  for (std::uint32_t v = 0; v < graph.vertices(); ++v) {
    for (std::uint32_t arc = graph.begin[v]; arc < graph.begin[v + 1]; ++arc) {
      const std::uint32_t w = graph.neighbours[arc];
      if (w < v) continue;
      const auto back = graph.of(w);
      const auto at = static_cast<std::uint32_t>(std::ranges::find(back, v) - back.begin());
      reverse[arc] = graph.begin[w] + at;
      reverse[graph.begin[w] + at] = arc;
    }
  }
}

void InertialCutter::Scratch::place_terminals(const NeighbourLists& graph,
                                              std::span<const PlanePoint> where,
                                              PlanePoint direction) {
  const std::uint32_t n = graph.vertices();
  projection.resize(n);
  for (std::uint32_t v = 0; v < n; ++v) {
    projection[v] = where[v].east_m * direction.east_m + where[v].north_m * direction.north_m;
  }
  by_direction.resize(n);
  std::iota(by_direction.begin(), by_direction.end(), 0U);
  const auto ends = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(n * kTerminalShare));
  const auto before = [this](std::uint32_t a, std::uint32_t b) {
    return projection[a] != projection[b] ? projection[a] < projection[b] : a < b;
  };
  std::ranges::nth_element(by_direction, by_direction.begin() + ends, before);
  std::nth_element(by_direction.begin() + ends, by_direction.end() - ends, by_direction.end(),
                   before);
  terminal.assign(n, kInner);
  for (std::uint32_t i = 0; i < ends; ++i) {
    terminal[by_direction[i]] = kSource;
    terminal[by_direction[n - 1 - i]] = kSink;
  }
}

bool InertialCutter::Scratch::set_levels(const NeighbourLists& graph) {
  level.assign(graph.vertices(), 0);
  queue.clear();
  for (std::uint32_t v = 0; v < graph.vertices(); ++v) {
    if (terminal[v] != kSource) continue;
    level[v] = 1;
    queue.push_back(v);
  }
  bool reached = false;
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const std::uint32_t v = queue[next];
    if (terminal[v] == kSink) {
      reached = true;
      continue;
    }
    for (std::uint32_t arc = graph.begin[v]; arc < graph.begin[v + 1]; ++arc) {
      const std::uint32_t w = graph.neighbours[arc];
      if (level[w] != 0 || flow[arc] == 1) continue;
      level[w] = level[v] + 1;
      queue.push_back(w);
    }
  }
  return reached;
}

// One more unit from this source along rising levels.
bool InertialCutter::Scratch::push_one(const NeighbourLists& graph, std::uint32_t source) {
  arcs_taken.clear();
  std::uint32_t v = source;
  while (terminal[v] != kSink) {
    std::uint32_t& arc = next_arc[v];
    while (arc < graph.begin[v + 1] &&
           (flow[arc] == 1 || level[graph.neighbours[arc]] != level[v] + 1)) {
      ++arc;
    }
    if (arc < graph.begin[v + 1]) {
      arcs_taken.push_back(arc);
      v = graph.neighbours[arc];
      continue;
    }
    if (arcs_taken.empty()) return false;
    const std::uint32_t back = reverse[arcs_taken.back()];
    arcs_taken.pop_back();
    v = graph.neighbours[back];
    ++next_arc[v];
  }
  for (const std::uint32_t arc : arcs_taken) {
    ++flow[arc];
    --flow[reverse[arc]];
  }
  return true;
}

std::uint32_t InertialCutter::Scratch::flow_up_to(const NeighbourLists& graph, std::uint32_t most) {
  flow.assign(graph.neighbours.size(), 0);
  std::uint32_t value = 0;
  while (set_levels(graph)) {
    next_arc.assign(graph.begin.begin(), graph.begin.end() - 1);
    for (std::uint32_t v = 0; v < graph.vertices(); ++v) {
      if (terminal[v] != kSource) continue;
      while (push_one(graph, v)) {
        if (++value > most) return value;
      }
    }
  }
  return value;
}

InertialCutter::InertialCutter() : scratch_(std::make_unique<Scratch>()) {}
InertialCutter::~InertialCutter() = default;

VertexSeparator InertialCutter::cut(const NeighbourLists& graph,
                                    std::span<const PlanePoint> where) {
  Scratch& s = *scratch_;
  const std::uint32_t n = graph.vertices();
  s.pair_arcs(graph);
  double best = std::numeric_limits<double>::infinity();
  for (const PlanePoint direction : kDirections) {
    s.place_terminals(graph, where, direction);
    // No side is larger than half, so a larger cut than this cannot be better.
    const double most = best * (n / 2.0);
    const std::uint32_t limit = most < static_cast<double>(graph.neighbours.size())
                                    ? static_cast<std::uint32_t>(most)
                                    : n * 4;
    const std::uint32_t size = s.flow_up_to(graph, limit);
    if (size > limit) continue;
    // Two smallest cuts are at hand: around what the sources still reach, and around what still
    // reaches the sinks. The levels of the last search tell the first.
    const auto reached = static_cast<std::uint32_t>(
        std::ranges::count_if(s.level, [](std::uint32_t level) { return level != 0; }));
    const double score = size / static_cast<double>(std::min(reached, n - reached));
    if (score >= best) continue;
    best = score;
    s.best_side.resize(n);
    for (std::uint32_t v = 0; v < n; ++v) s.best_side[v] = s.level[v] != 0 ? 1 : 0;
  }

  // The ends of the cut edges on one side are a separator: the fewer of the two.
  std::array<std::vector<std::uint32_t>, 2> borders;
  for (std::uint32_t v = 0; v < n; ++v) {
    const bool on_border = std::ranges::any_of(
        graph.of(v), [&](std::uint32_t w) { return s.best_side[w] != s.best_side[v]; });
    if (on_border) borders[s.best_side[v]].push_back(v);
  }
  VertexSeparator result;
  result.separator = borders[0].size() <= borders[1].size() ? borders[0] : borders[1];
  constexpr std::uint8_t kSeparator = 2;
  for (const std::uint32_t v : result.separator) s.best_side[v] = kSeparator;
  for (std::uint32_t v = 0; v < n; ++v) {
    if (s.best_side[v] == kSeparator) continue;
    (s.best_side[v] == 1 ? result.side_a : result.side_b).push_back(v);
  }
  return result;
}

}  // namespace gridmend
