#include "tests/routing/road/road_map.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace gridmend {
namespace {

constexpr double kSquare_m = 100;
constexpr double kSquare_deg = kSquare_m / 111195.0802;

char square(const std::vector<std::string>& drawing, std::size_t row, std::size_t column) {
  return row < drawing.size() && column < drawing[row].size() ? drawing[row][column] : ' ';
}

// Letters that draw structures are not vertices.
bool is_vertex(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0 && c != 'H' && c != 'U' && c != 'F';
}

}  // namespace

RoadMap::RoadMap(const std::vector<std::string>& drawing) {
  for (std::size_t row = 0; row < drawing.size(); ++row) {
    for (std::size_t column = 0; column < drawing[row].size(); ++column) {
      if (!is_vertex(drawing[row][column])) continue;
      vertices_[drawing[row][column]] =
          position(static_cast<double>(column), static_cast<double>(row));
      follow(drawing, row, column, false);
      follow(drawing, row, column, true);
    }
  }
}

void RoadMap::follow(const std::vector<std::string>& drawing, std::size_t row, std::size_t column,
                     bool south) {
  const std::string_view marks = south ? "|HUFv^" : "-=uf><";
  Road road{drawing[row][column], ' ', 0, RoadStructure::at_grade, true, true};
  while (true) {
    ++(south ? row : column);
    ++road.squares;
    const char c = square(drawing, row, column);
    if (is_vertex(c) && road.squares > 1) {
      road.to = c;
      roads_.push_back(road);
      return;
    }
    switch (marks.find(c)) {
      case 0:
        break;
      case 1:
        road.structure = RoadStructure::bridge;
        break;
      case 2:
        road.structure = RoadStructure::tunnel;
        break;
      case 3:
        road.structure = RoadStructure::ford;
        break;
      case 4:
        road.backward = false;
        break;
      case 5:
        road.forward = false;
        break;
      default:
        return;
    }
  }
}

Position RoadMap::position(double column, double row) {
  return {8 + column * kSquare_deg, -row * kSquare_deg};
}

Position RoadMap::position(char vertex) const { return vertices_.at(vertex); }

RoadGraph RoadMap::graph() const { return graph({}); }

RoadGraph RoadMap::graph(const std::vector<std::string>& forbidden_turns) const {
  std::map<char, Id<RoadVertex>> ids;
  std::vector<RoadVertex> vertices;
  for (const auto& [letter, place] : vertices_) {
    ids[letter] = Id<RoadVertex>{vertices.size()};
    vertices.push_back({place});
  }
  std::vector<Position> shapes;
  std::vector<std::pair<std::string, RoadEdge>> edges;
  TextPoolBuilder texts;
  for (const Road& road : roads_) {
    RoadEdge e;
    e.shape_begin = static_cast<std::uint32_t>(shapes.size());
    shapes.push_back(vertices_.at(road.from));
    shapes.push_back(vertices_.at(road.to));
    e.shape_end = static_cast<std::uint32_t>(shapes.size());
    e.length_m = static_cast<float>(road.squares * kSquare_m);
    e.speed_kmh = 36;
    e.structure = road.structure;
    const auto add = [&](char from, char to, bool against) {
      e.from = ids.at(from);
      e.to = ids.at(to);
      e.against_shape = against ? 1 : 0;
      e.name = texts.add(std::string{from, to});
      edges.emplace_back(std::string{from, to}, e);
    };
    if (road.forward) add(road.from, road.to, false);
    if (road.backward) add(road.to, road.from, true);
  }
  std::ranges::stable_sort(edges, {}, [](const auto& x) { return x.second.from; });
  std::map<std::string, Id<RoadEdge>> edge_ids;
  std::vector<RoadEdge> values;
  for (const auto& [name, e] : edges) {
    edge_ids[name] = Id<RoadEdge>{values.size()};
    values.push_back(e);
  }
  std::vector<TurnRestriction> turns;
  for (const std::string& t : forbidden_turns) {
    turns.push_back({edge_ids.at(t.substr(0, 2)), edge_ids.at(t.substr(1, 2))});
  }
  RoadRecords records{Table<RoadVertex>{std::move(vertices)},
                      Table<RoadEdge>{std::move(values)},
                      Table<TurnRestriction>{std::move(turns)},
                      Table<RoadShapePoint, Position>{std::move(shapes)},
                      std::move(texts).finish(),
                      RoadOrigin::synthetic};
  auto graph = RoadGraph::from_records(std::move(records));
  if (!graph) throw std::logic_error(describe(graph.error()));
  return *graph;
}

Id<RoadEdge> RoadMap::edge(const RoadGraph& graph, std::string_view name) {
  for (const Id<RoadEdge> id : graph.edges().ids()) {
    if (graph.name(id) == name) return id;
  }
  throw std::logic_error("no road " + std::string{name});
}

WaterSlice RoadMap::water(const std::vector<std::string>& drawing, Time at) {
  DepthGrid grid;
  const Position corner = position(-0.5, -0.5);
  grid.west_deg = corner.longitude_deg;
  grid.north_deg = corner.latitude_deg;
  grid.step_east_deg = grid.step_south_deg = kSquare_deg;
  grid.rows = static_cast<std::uint32_t>(drawing.size());
  for (const std::string& row : drawing) {
    grid.columns = std::max(grid.columns, static_cast<std::uint32_t>(row.size()));
  }
  for (std::size_t row = 0; row < grid.rows; ++row) {
    for (std::size_t column = 0; column < grid.columns; ++column) {
      const char c = square(drawing, row, column);
      float depth = 0;
      if (c >= '1' && c <= '9') depth = static_cast<float>(c - '0') / 10;
      if (c >= 'A' && c <= 'Z') depth = static_cast<float>(c - 'A' + 1);
      grid.depth_m.push_back(depth);
    }
  }
  WaterSlice slice{"drawn", at, std::move(grid), {}};
  slice.dry_elsewhere = true;
  return slice;
}

}  // namespace gridmend
