// RoutingKit's customizable hierarchy on the graph that bench_hierarchy wrote, asked the same:
//   bench_hierarchy FILE | VERTICES --export DIR
//   peer_routingkit DIR
// Built when GRIDMEND_ROUTINGKIT names a folder with RoutingKit's include/ and lib/.

#include <routingkit/contraction_hierarchy.h>
#include <routingkit/customizable_contraction_hierarchy.h>
#include <routingkit/inverse_vector.h>
#include <routingkit/nested_dissection.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "bench/figures.h"
#include "bench/peers/exported_streets.h"

namespace {

namespace rk = RoutingKit;
using gridmend::ExportedStreets;
using gridmend::least_milliseconds;
using gridmend::median;
using gridmend::milliseconds;
using gridmend::row;

void measure_closures(const ExportedStreets& streets,
                      const rk::CustomizableContractionHierarchy& index, std::mt19937& random) {
  std::vector<unsigned> weight = streets.weight;
  rk::CustomizableContractionHierarchyMetric metric{index, weight};
  metric.customize();
  rk::CustomizableContractionHierarchyPartialCustomization partial{index};
  for (const unsigned closed : {1U, 10U, 100U, 1000U}) {
    std::vector<double> closing;
    for (int round = 0; round < (closed <= 10 ? 101 : 11); ++round) {
      std::vector<unsigned> arcs(closed);
      for (unsigned& arc : arcs) arc = static_cast<unsigned>(random() % streets.head.size());
      const auto update = [&] {
        partial.reset(index);
        for (const unsigned arc : arcs) partial.update_arc(arc);
        partial.customize(metric);
      };
      for (const unsigned arc : arcs) weight[arc] = rk::inf_weight;
      closing.push_back(milliseconds(update));
      for (const unsigned arc : arcs) weight[arc] = streets.weight[arc];
      update();
    }
    row("close " + std::to_string(closed) + " arcs (median)", median(closing), "ms");
  }
}

void measure_queries(unsigned vertices, const rk::CustomizableContractionHierarchyMetric& metric,
                     std::mt19937& random) {
  rk::CustomizableContractionHierarchyQuery query{metric};
  std::vector<double> pairs, ways;
  std::size_t arcs = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto from = static_cast<unsigned>(random() % vertices);
    const auto to = static_cast<unsigned>(random() % vertices);
    pairs.push_back(milliseconds([&] { query.reset().add_source(from).add_target(to).run(); }) *
                    1000);
    ways.push_back(pairs.back() +
                   milliseconds([&] { arcs += query.get_arc_path().size(); }) * 1000);
  }
  row("query of a pair (median)", median(pairs), "us");
  row("query of a pair with its way (median)", median(ways), "us");
  std::printf("| %zu arcs in 10,000 ways\n", arcs);
}

template <class Query>
double matrix_milliseconds(Query& query, const std::vector<unsigned>& sources,
                           const std::vector<unsigned>& targets) {
  std::vector<unsigned> distances(targets.size());
  return least_milliseconds(3, [&] {
    query.reset().pin_targets(targets);
    for (const unsigned source : sources) {
      query.reset_source().add_source(source).run_to_pinned_targets().get_distances_to_targets(
          distances.data());
    }
  });
}

void measure_matrix(unsigned vertices, rk::CustomizableContractionHierarchyMetric& metric,
                    std::mt19937& random) {
  rk::ContractionHierarchy perfect;
  row("perfect customisation", milliseconds([&] {
        perfect = metric.build_contraction_hierarchy_using_perfect_witness_search();
      }),
      "ms");
  for (const unsigned size : {100U, 1000U}) {
    std::vector<unsigned> sources, targets;
    for (unsigned i = 0; i < size; ++i) {
      sources.push_back(static_cast<unsigned>(random() % vertices));
      targets.push_back(static_cast<unsigned>(random() % vertices));
    }
    const std::string name = "matrix " + std::to_string(size) + " x " + std::to_string(size);
    rk::CustomizableContractionHierarchyQuery query{metric};
    row(name, matrix_milliseconds(query, sources, targets), "ms");
    rk::ContractionHierarchyQuery perfect_query{perfect};
    row(name + " after it", matrix_milliseconds(perfect_query, sources, targets), "ms");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: peer_routingkit DIR\n");
    return 2;
  }
  const ExportedStreets streets{argv[1]};
  const std::vector<unsigned> tail = rk::invert_inverse_vector(streets.first_out);
  std::vector<unsigned> order;
  row("order", milliseconds([&] {
        order = rk::compute_nested_node_dissection_order_using_inertial_flow(
            streets.vertices(), tail, streets.head, streets.latitude, streets.longitude);
      }),
      "ms");
  rk::CustomizableContractionHierarchy index;
  row("index from the order", milliseconds([&] {
        index = rk::CustomizableContractionHierarchy{order, tail, streets.head};
      }),
      "ms");
  std::printf("| %u edges in the hierarchy\n", index.cch_arc_count());
  rk::CustomizableContractionHierarchyMetric metric{index, streets.weight};
  row("customise, 1 thread", least_milliseconds(7, [&] { metric.customize(); }), "ms");
  std::mt19937 random{1};
  measure_closures(streets, index, random);
  measure_queries(streets.vertices(), metric, random);
  measure_matrix(streets.vertices(), metric, random);
  return 0;
}
