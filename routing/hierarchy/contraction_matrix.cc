#include "routing/hierarchy/contraction_matrix.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "routing/hierarchy/vector_lanes.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kLanes = 16;  // sources swept side by side

using Lanes = std::array<Weight, kLanes>;

// What lies above the targets, highest rank first, so that a sweep reads and writes in one
// direction. `edges` of place i lead to places before it.
struct TargetCone {
  struct Edge {
    std::uint32_t head;
    Weight down;
  };
  std::vector<std::uint32_t> place_of_rank;
  std::vector<std::uint32_t> rank_of_place;
  std::vector<std::uint32_t> first_edge{0};
  std::vector<Edge> edges;
};

// The hierarchy as a way uses it: weights up and weights down. Backwards, from targets to sources,
// a way climbs what it otherwise descends.
struct Direction {
  const ContractionIndex& index;
  std::span<const Weight> up, down;
};

TargetCone cone_above(const Direction& way, const PlaceEnds& targets) {
  const ContractionIndex& index = way.index;
  TargetCone cone;
  cone.place_of_rank.assign(index.vertices(), ContractionIndex::kNone);
  for (const QueryEnd& end : targets.ends) {
    for (std::uint32_t rank = index.rank(end.vertex);
         rank != ContractionIndex::kNone && cone.place_of_rank[rank] == ContractionIndex::kNone;
         rank = index.parent(rank)) {
      cone.place_of_rank[rank] = 0;
      cone.rank_of_place.push_back(rank);
    }
  }
  std::ranges::sort(cone.rank_of_place, std::greater{});
  for (std::uint32_t place = 0; place < cone.rank_of_place.size(); ++place) {
    const std::uint32_t rank = cone.rank_of_place[place];
    cone.place_of_rank[rank] = place;
    for (std::uint32_t e = index.first_edge()[rank]; e < index.first_edge()[rank + 1]; ++e) {
      if (way.down[e] >= kNoWay) continue;
      cone.edges.push_back({cone.place_of_rank[index.head()[e]], way.down[e]});
    }
    cone.first_edge.push_back(static_cast<std::uint32_t>(cone.edges.size()));
  }
  return cone;
}

GRIDMEND_VECTOR_LANES void sweep(const TargetCone& cone, Lanes* lanes) {
  const TargetCone::Edge* edges = cone.edges.data();
  const auto places = static_cast<std::uint32_t>(cone.rank_of_place.size());
  for (std::uint32_t place = 0; place < places; ++place) {
    Lanes least = lanes[place];
    for (std::uint32_t e = cone.first_edge[place]; e < cone.first_edge[place + 1]; ++e) {
      const Lanes& above = lanes[edges[e].head];
      const Weight down = edges[e].down;
      for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
        least[lane] = std::min(least[lane], above[lane] + down);
      }
    }
    lanes[place] = least;
  }
}

// Where the weights from the sources of a block go: source by source, or the other way round.
struct Cells {
  std::vector<Weight>& matrix;
  std::size_t of_source, of_target;  // from one to the next

  Weight* from(std::uint32_t source) const { return matrix.data() + source * of_source; }
};

// Sources in blocks of kLanes; one a thread.
class BlockWorker {
 public:
  BlockWorker(const Direction& way, const PlaceEnds& sources, const PlaceEnds& targets,
              const TargetCone& cone, const Cells& cells)
      : way_(way),
        sources_(sources),
        targets_(targets),
        cone_(cone),
        cells_(cells),
        weights_(way.index.vertices(), kNoWay),
        lanes_(cone.rank_of_place.size()) {
    goals_.reserve(targets.ends.size());
    for (const QueryEnd& goal : targets.ends) {
      goals_.push_back(
          {cone.place_of_rank[way.index.rank(goal.vertex)], std::min(goal.weight, kNoWay)});
    }
  }

  void run(std::uint32_t block) {
    const std::uint32_t begin = block * kLanes;
    const std::uint32_t end = std::min(begin + kLanes, sources_.places());
    for (Lanes& lanes : lanes_) lanes.fill(kNoWay);
    for (std::uint32_t source = begin; source < end; ++source) climb(source, source - begin);
    sweep(cone_, lanes_.data());
    for (std::uint32_t target = 0; target < targets_.places(); ++target) {
      for (std::uint32_t i = targets_.first[target]; i < targets_.first[target + 1]; ++i) {
        const Lanes& reached = lanes_[goals_[i].head];
        for (std::uint32_t source = begin; source < end; ++source) {
          Weight& cell = cells_.from(source)[target * cells_.of_target];
          cell = std::min(cell, reached[source - begin] + goals_[i].down);
        }
      }
    }
  }

 private:
  // The search upwards from one source, into its lane of the cone: from all its ends at once, the
  // lowest rank first, for their ways up soon become one.
  void climb(std::uint32_t source, std::uint32_t lane) {
    const ContractionIndex& index = way_.index;
    climbing_.clear();
    for (std::uint32_t i = sources_.first[source]; i < sources_.first[source + 1]; ++i) {
      const QueryEnd& start = sources_.ends[i];
      const std::uint32_t rank = index.rank(start.vertex);
      weights_[rank] = std::min(weights_[rank], start.weight);
      climbing_.push_back(rank);
    }
    while (!climbing_.empty()) {
      const auto lowest = std::ranges::min_element(climbing_);
      const std::uint32_t rank = *lowest;
      pass(rank, lane);
      const std::uint32_t parent = index.parent(rank);
      *lowest = parent;
      if (parent != ContractionIndex::kNone && std::ranges::count(climbing_, parent) == 1) continue;
      *lowest = climbing_.back();
      climbing_.pop_back();
    }
  }

  void pass(std::uint32_t rank, std::uint32_t lane) {
    const ContractionIndex& index = way_.index;
    const auto head = index.head();
    const auto up = way_.up;
    const Weight weight = std::exchange(weights_[rank], kNoWay);
    if (weight >= kNoWay) return;
    if (cone_.place_of_rank[rank] != ContractionIndex::kNone)
      lanes_[cone_.place_of_rank[rank]][lane] = weight;
    const std::uint32_t end = index.first_edge()[rank + 1];
    for (std::uint32_t e = index.first_edge()[rank]; e < end; ++e) {
      Weight& above = weights_[head[e]];
      above = std::min(above, weight + up[e]);
    }
  }

  const Direction& way_;
  const PlaceEnds& sources_;
  const PlaceEnds& targets_;
  const TargetCone& cone_;
  const Cells& cells_;
  std::vector<TargetCone::Edge> goals_;  // by end of targets_: its place, and the rest of the way
  std::vector<Weight> weights_;
  std::vector<std::uint32_t> climbing_;  // ranks
  std::vector<Lanes> lanes_;
};

void fill(const Direction& way, const PlaceEnds& sources, const PlaceEnds& targets,
          const Cells& cells, unsigned threads) {
  const TargetCone cone = cone_above(way, targets);
  const std::uint32_t blocks = (sources.places() + kLanes - 1) / kLanes;
  std::atomic<std::uint32_t> next{0};
  const auto work = [&] {
    BlockWorker worker{way, sources, targets, cone, cells};
    for (std::uint32_t block = next++; block < blocks; block = next++) worker.run(block);
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < std::min(threads, blocks); ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
}

}  // namespace

std::vector<Weight> contraction_matrix(const ContractionMetric& metric, const PlaceEnds& sources,
                                       const PlaceEnds& targets, unsigned threads) {
  std::vector<Weight> matrix(std::size_t{sources.places()} * targets.places(), kNoWay);
  const std::size_t columns = targets.places();
  if (sources.places() <= targets.places()) {
    fill({metric.index(), metric.up(), metric.down()}, sources, targets, {matrix, columns, 1},
         threads);
  } else {
    fill({metric.index(), metric.down(), metric.up()}, targets, sources, {matrix, 1, columns},
         threads);
  }
  return matrix;
}

}  // namespace gridmend
