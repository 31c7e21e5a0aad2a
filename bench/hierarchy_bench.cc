// The contraction hierarchy on streets, beside Boost's Dijkstra in the same run.
// bench_hierarchy FILE.osm.pbf | LAYER | VERTICES [--merged SHARE] [--export DIR]
// With a number instead of a file a city of about so many vertices is made; --merged says what
// share of its local streets two blocks do without (street_growth.h). --export writes the graph as
// arrays of 32-bit numbers (first_out, head, weight, and float longitude, latitude), so that
// another program can be measured on it. Figures: README.md.

#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>
// Boost 1.74 in C++20 needs <utility> first.
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>

#include "bench/figures.h"
#include "core/base/random.h"
#include "data/ingest/line_road_reader.h"
#include "data/synth/street_growth.h"
#include "routing/hierarchy/contraction_matrix.h"
#include "routing/hierarchy/contraction_query.h"

namespace gridmend {
namespace {

struct Streets {
  std::uint32_t vertices = 0;
  std::vector<ArcEnds> arcs;  // by tail
  std::vector<Weight> weights;
  std::vector<Position> positions;
  std::vector<PlanePoint> where;
};

Streets streets_of(const RoadRecords& roads) {
  Streets streets;
  streets.vertices = static_cast<std::uint32_t>(roads.vertices.size());
  std::vector<RoadEdge> edges(roads.edges.begin(), roads.edges.end());
  std::ranges::stable_sort(edges, {}, &RoadEdge::from);
  for (const RoadEdge& edge : edges) {
    streets.arcs.push_back({Id<GraphVertex>{edge.from.index}, Id<GraphVertex>{edge.to.index}});
    streets.weights.push_back(
        std::max<Weight>(1, static_cast<Weight>(edge.length_m / edge.speed_kmh * 3600.0F)));
  }
  const LocalPlane plane{roads.vertices[Id<RoadVertex>{0}].position};
  for (const RoadVertex& vertex : roads.vertices) {
    streets.positions.push_back(vertex.position);
    streets.where.push_back(plane.to_plane(vertex.position));
  }
  return streets;
}

std::optional<Streets> read_streets(const std::string& what, double merged_share) {
  if (what.find_first_not_of("0123456789") != std::string::npos) {
    const auto roads = read_road_file(what);
    if (!roads) {
      std::fprintf(stderr, "%s\n", describe(roads.error()).c_str());
      return std::nullopt;
    }
    return streets_of(roads->records);
  }
  const double stretches = std::stod(what) * 1.55;
  TownSize size = town_size(1'000'000);
  size.reach_m *= std::sqrt(stretches / size.streets);
  size.streets = stretches;
  if (merged_share > 0) size.merged_share = merged_share;
  const River river{size.reach_m, 1};
  return streets_of(to_road_records(grow_streets(size, river, TownFrame{{112.35, 30.62}, .2}, 1)));
}

class BoostReference {
 public:
  explicit BoostReference(const Streets& streets) : distance_(streets.vertices) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
    for (const ArcEnds& arc : streets.arcs) ends.emplace_back(arc.from.index, arc.to.index);
    std::vector<Arc> arcs;
    for (const Weight weight : streets.weights) arcs.push_back({weight});
    graph_ =
        Graph(boost::edges_are_sorted, ends.begin(), ends.end(), arcs.begin(), streets.vertices);
  }

  const std::vector<Weight>& run(std::uint32_t from, std::uint32_t until = kNobody) {
    struct Reached {};
    struct Stop : boost::default_dijkstra_visitor {
      std::uint32_t goal;
      void examine_vertex(std::uint32_t v, const Graph&) const {
        if (v == goal) throw Reached{};
      }
    };
    Stop stop;
    stop.goal = until;
    try {
      boost::dijkstra_shortest_paths(graph_, from,
                                     boost::weight_map(get(&Arc::weight, graph_))
                                         .distance_map(boost::make_iterator_property_map(
                                             distance_.begin(), get(boost::vertex_index, graph_)))
                                         .distance_inf(kNoWay)
                                         .visitor(stop));
    } catch (const Reached&) {
    }
    return distance_;
  }

 private:
  static constexpr std::uint32_t kNobody = 0xffff'ffff;
  struct Arc {
    Weight weight;
  };
  using Graph =
      boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, Arc,
                                         boost::no_property, std::uint32_t, std::uint32_t>;
  Graph graph_;
  std::vector<Weight> distance_;
};

std::vector<QueryEnd> at(std::uint32_t vertex) { return {{Id<GraphVertex>{vertex}, 0}}; }

void measure_customisation(const Streets& streets, const ContractionIndex& index, Random& random) {
  for (const unsigned threads : {1U, 2U}) {
    row("customise, " + std::to_string(threads) + " thread(s)",
        least_milliseconds(7,
                           [&] {
                             ContractionMetric{index, streets.weights, threads};
                           }),
        "ms");
  }
  ContractionMetric metric{index, streets.weights};
  for (const std::size_t closed : {1U, 10U, 100U, 1000U}) {
    std::vector<double> closing;
    for (int round = 0; round < (closed <= 10 ? 101 : 11); ++round) {
      std::vector<ContractionMetric::ArcChange> close;
      std::vector<ContractionMetric::ArcChange> open;
      for (std::size_t i = 0; i < closed; ++i) {
        const Id<GraphArc> arc{static_cast<std::uint32_t>(random.below(streets.arcs.size()))};
        close.push_back({arc, kNoWay});
        open.push_back({arc, streets.weights[arc.index]});
      }
      closing.push_back(milliseconds([&] { metric.change(close); }));
      metric.change(open);
    }
    row("close " + std::to_string(closed) + " arcs (median)", median(closing), "ms");
  }
}

void measure_queries(const Streets& streets, const ContractionMetric& metric, Random& random) {
  BoostReference boost{streets};
  ContractionQuery query{metric};
  const auto anywhere = [&] { return static_cast<std::uint32_t>(random.below(streets.vertices)); };
  std::vector<double> to_all, to_one, queries, ways;
  std::size_t wrong = 0, pairs = 0;
  for (int i = 0; i < 10; ++i) {
    const std::uint32_t from = anywhere();
    to_all.push_back(milliseconds([&] { boost.run(from); }));
    const std::vector<Weight> expected = boost.run(from);
    for (int j = 0; j < 1000; ++j, ++pairs) {
      const std::uint32_t to = anywhere();
      if (query.run(at(from), at(to)) != expected[to]) ++wrong;
    }
    const std::uint32_t to = anywhere();
    to_one.push_back(milliseconds([&] { boost.run(from, to); }));
  }
  for (int i = 0; i < 10'000; ++i) {
    const auto start = at(anywhere());
    const auto goal = at(anywhere());
    queries.push_back(milliseconds([&] { query.run(start, goal); }) * 1000);
    ways.push_back(queries.back() + milliseconds([&] { query.way(); }) * 1000);
  }
  row("Boost's Dijkstra, one to all (median)", median(to_all), "ms");
  row("Boost's Dijkstra, a pair (median)", median(to_one), "ms");
  row("query of a pair (median)", median(queries), "us");
  row("query of a pair with its way (median)", median(ways), "us");
  std::printf("| %zu of %zu pairs differ from Boost's answer\n", wrong, pairs);
}

void measure_matrix(const Streets& streets, const ContractionMetric& metric, Random& random) {
  for (const std::uint32_t size : {100U, 1000U}) {
    PlaceEnds sources, targets;
    for (std::uint32_t i = 0; i < size; ++i) {
      sources.add_place(at(static_cast<std::uint32_t>(random.below(streets.vertices))));
      targets.add_place(at(static_cast<std::uint32_t>(random.below(streets.vertices))));
    }
    for (const unsigned threads : {1U, 2U}) {
      row("matrix " + std::to_string(size) + " x " + std::to_string(size) + ", " +
              std::to_string(threads) + " thread(s)",
          least_milliseconds(5, [&] { contraction_matrix(metric, sources, targets, threads); }),
          "ms");
    }
  }
}

template <class Value>
void write_array(const std::filesystem::path& path, const std::vector<Value>& values) {
  std::ofstream out{path, std::ios::binary};
  out.write(reinterpret_cast<const char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(Value)));
}

void export_graph(const Streets& streets, const std::filesystem::path& folder) {
  std::vector<std::uint32_t> first(streets.vertices + 1, 0), head;
  for (const ArcEnds& arc : streets.arcs) {
    ++first[arc.from.index + 1];
    head.push_back(arc.to.index);
  }
  for (std::uint32_t v = 0; v < streets.vertices; ++v) first[v + 1] += first[v];
  std::vector<float> longitude, latitude;
  for (const Position& position : streets.positions) {
    longitude.push_back(static_cast<float>(position.longitude_deg));
    latitude.push_back(static_cast<float>(position.latitude_deg));
  }
  std::filesystem::create_directories(folder);
  write_array(folder / "first_out", first);
  write_array(folder / "head", head);
  write_array(folder / "weight", streets.weights);
  write_array(folder / "longitude", longitude);
  write_array(folder / "latitude", latitude);
}

// What a search upwards looks at, on average over all vertices.
double edges_above_a_vertex(const ContractionIndex& index) {
  std::vector<double> above(index.vertices());
  double sum = 0;
  for (std::uint32_t rank = index.vertices(); rank-- > 0;) {
    above[rank] = index.first_edge()[rank + 1] - index.first_edge()[rank];
    if (index.parent(rank) != ContractionIndex::kNone) above[rank] += above[index.parent(rank)];
    sum += above[rank];
  }
  return sum / index.vertices();
}

double megabytes_in_use() { return static_cast<double>(mallinfo2().uordblks) / 1e6; }

struct Options {
  std::string export_to;
  double merged_share = 0;  // 0: as a made town has it
};

int run(const std::string& what, const Options& options) {
  const auto streets = read_streets(what, options.merged_share);
  if (!streets) return 1;
  std::printf("%s: %u vertices, %zu arcs\n", what.c_str(), streets->vertices, streets->arcs.size());
  if (!options.export_to.empty()) export_graph(*streets, options.export_to);
  ContractionOrder order;
  row("order", milliseconds([&] {
        order = nested_dissection(streets->vertices, streets->arcs, streets->where);
      }),
      "ms");
  const double before_mb = megabytes_in_use();
  ContractionIndex index;
  row("index from the order", milliseconds([&] {
        index = *ContractionIndex::build(streets->vertices, streets->arcs, order);
      }),
      "ms");
  row("memory of the index", megabytes_in_use() - before_mb, "MB");
  std::printf("| %u edges in the hierarchy, %.0f above a vertex\n", index.edges(),
              edges_above_a_vertex(index));
  Random random{1};
  measure_customisation(*streets, index, random);
  const ContractionMetric metric{index, streets->weights};
  measure_queries(*streets, metric, random);
  measure_matrix(*streets, metric, random);
  return 0;
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  gridmend::Options options;
  bool understood = argc > 1 && argc % 2 == 0;
  const bool made =
      understood && std::string{argv[1]}.find_first_not_of("0123456789") == std::string::npos;
  for (int i = 2; understood && i < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--export") {
      options.export_to = argv[i + 1];
    } else if (option == "--merged") {
      options.merged_share = std::atof(argv[i + 1]);
      understood = made && options.merged_share > 0 && options.merged_share < 1;
    } else {
      understood = false;
    }
  }
  if (!understood) {
    std::fprintf(stderr,
                 "usage: bench_hierarchy FILE | VERTICES [--merged SHARE] [--export DIR]\n");
    return 2;
  }
  return gridmend::run(argv[1], options);
}
