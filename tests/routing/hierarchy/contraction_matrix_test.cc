#include "routing/hierarchy/contraction_matrix.h"

#include <gtest/gtest.h>

#include "tests/routing/hierarchy/random_graph.h"

namespace gridmend::contraction_matrix_test {
namespace {

PlaceEnds random_places(Random& random, std::uint32_t vertices, std::uint32_t count) {
  PlaceEnds places;
  for (std::uint32_t i = 0; i < count; ++i) places.add_place(random_ends(random, vertices));
  return places;
}

TEST(ContractionMatrix, EqualsTheQueryForEveryPair) {
  Random random{51};
  for (int round = 0; round < 25; ++round) {
    const RandomGraph graph =
        random_streets(random, 2 + static_cast<std::uint32_t>(random.below(25)),
                       2 + static_cast<std::uint32_t>(random.below(25)));
    const ContractionMetric metric{index_of(graph), graph.weights};
    const PlaceEnds sources =
        random_places(random, graph.vertices, static_cast<std::uint32_t>(random.below(60)));
    const PlaceEnds targets =
        random_places(random, graph.vertices, static_cast<std::uint32_t>(random.below(60)));
    const auto matrix = contraction_matrix(metric, sources, targets, 1 + round % 2);
    ASSERT_EQ(matrix.size(), std::size_t{sources.places()} * targets.places());
    ContractionQuery query{metric};
    const auto ends_of = [](const PlaceEnds& places, std::uint32_t i) {
      return std::span{places.ends}.subspan(places.first[i], places.first[i + 1] - places.first[i]);
    };
    for (std::uint32_t i = 0; i < sources.places(); ++i) {
      for (std::uint32_t j = 0; j < targets.places(); ++j) {
        ASSERT_EQ(matrix[std::size_t{i} * targets.places() + j],
                  query.run(ends_of(sources, i), ends_of(targets, j)))
            << "round " << round << ", " << i << " to " << j;
      }
    }
  }
}

}  // namespace
}  // namespace gridmend::contraction_matrix_test
