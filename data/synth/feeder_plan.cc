#include "data/synth/feeder_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <tuple>

#include "core/base/random.h"

namespace gridmend {
namespace {

constexpr double kUsagePointsASubstation = 25'000;
constexpr double kMostLoadAFeeder = 2'500;
constexpr double kLeastLoadAFeeder = 40;

class FeederPlanner {
 public:
  FeederPlanner(const StreetPlan& plan, const Terrain& terrain,
                const std::vector<std::uint32_t>& load, std::uint64_t seed)
      : plan_(plan),
        terrain_(terrain),
        load_(load),
        incidence_(plan),
        random_(Random{seed}.fork(0xfeed)) {
    for (const std::uint32_t l : load) total_ += l;
  }

  FeederPlan run() {
    place_substations();
    spread();
    hang_laterals();
    cut();
    hand_down();
    return std::move(out_);
  }

 private:
  // Farthest-point choice, drawn towards higher ground and away from the water.
  void place_substations() {
    const auto count = static_cast<std::size_t>(
        std::max(total_ >= 1500 ? 2. : 1., std::round(total_ / kUsagePointsASubstation)));
    std::vector<double> nearest(plan_.vertices.size(), plan_.reach_m);
    while (out_.substation_vertices.size() < std::min(count, plan_.vertices.size())) {
      std::uint32_t best = 0;
      double best_score = -1;
      for (std::uint32_t v = 0; v < plan_.vertices.size(); ++v) {
        const PlanePoint at = plan_.vertices[v].at;
        const double middle = std::hypot(at.east_m, at.north_m);
        const double height = std::clamp(terrain_.height_m(at) / 6, 0., 1.);
        const double central = std::exp(-middle / std::max(1., plan_.reach_m));
        const double score = nearest[v] * (.15 + height) * central * (.9 + .2 * random_.uniform());
        if (score > best_score) std::tie(best, best_score) = std::pair{v, score};
      }
      out_.substation_vertices.push_back(best);
      for (std::uint32_t v = 0; v < plan_.vertices.size(); ++v) {
        nearest[v] =
            std::min(nearest[v], plane_distance_m(plan_.vertices[v].at, plan_.vertices[best].at));
      }
    }
  }

  static double dearness(const StreetEdge& edge) {
    // Feeders keep to ordinary streets; bridges and tunnels are a last way.
    return edge.structure == RoadStructure::at_grade ? 1 : 3;
  }

  void spread() {
    const std::size_t n = plan_.vertices.size();
    out_.distance_m.assign(n, std::numeric_limits<double>::infinity());
    out_.parent_vertex.assign(n, FeederPlan::kNone);
    out_.parent_edge.assign(n, FeederPlan::kNone);
    using Entry = std::pair<double, std::uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    for (const std::uint32_t v : out_.substation_vertices) {
      out_.distance_m[v] = 0;
      queue.emplace(0, v);
    }
    std::vector<bool> done(n, false);
    while (!queue.empty()) {
      const auto [distance, v] = queue.top();
      queue.pop();
      if (done[v]) continue;
      done[v] = true;
      out_.settled.push_back(v);
      for (const std::uint32_t e : incidence_.edges_at(v)) {
        const StreetEdge& edge = plan_.edges[e];
        const std::uint32_t w = edge.a == v ? edge.b : edge.a;
        const double through = distance + edge.length_m * dearness(edge);
        if (through >= out_.distance_m[w]) continue;
        out_.distance_m[w] = through;
        out_.parent_vertex[w] = v;
        out_.parent_edge[w] = e;
        queue.emplace(through, w);
      }
    }
  }

  void hang_laterals() {
    out_.host.assign(plan_.edges.size(), FeederPlan::kNone);
    for (std::uint32_t e = 0; e < plan_.edges.size(); ++e) {
      const StreetEdge& edge = plan_.edges[e];
      if (out_.parent_edge[edge.a] == e || out_.parent_edge[edge.b] == e) continue;
      out_.host[e] = out_.distance_m[edge.a] <= out_.distance_m[edge.b] ? edge.a : edge.b;
    }
  }

  std::uint32_t add_feeder(std::uint32_t vertex, double load) {
    std::uint32_t root = vertex;
    while (out_.parent_vertex[root] != FeederPlan::kNone) root = out_.parent_vertex[root];
    const auto substation = static_cast<std::uint32_t>(
        std::ranges::find(out_.substation_vertices, root) - out_.substation_vertices.begin());
    out_.feeders.push_back({substation, vertex, load});
    return static_cast<std::uint32_t>(out_.feeders.size() - 1);
  }

  // From the ends inwards: whatever has gathered at a vertex becomes a feeder once it is enough.
  void cut() {
    const std::size_t n = plan_.vertices.size();
    out_.feeder.assign(n, FeederPlan::kNone);
    out_.lateral_feeder.assign(n, FeederPlan::kNone);
    out_.load_behind.assign(n, 0);
    std::vector<double> open(n, 0);  // load behind that no feeder has yet, laterals included
    for (std::uint32_t e = 0; e < plan_.edges.size(); ++e) {
      if (out_.host[e] == FeederPlan::kNone) continue;
      open[out_.host[e]] += load_[e];
      out_.load_behind[out_.host[e]] += load_[e];
    }
    std::vector<std::vector<std::uint32_t>> children(n);
    for (const std::uint32_t v : out_.settled) {
      if (out_.parent_vertex[v] != FeederPlan::kNone) children[out_.parent_vertex[v]].push_back(v);
    }
    const double wanted = std::clamp(total_ / 10, kLeastLoadAFeeder, kMostLoadAFeeder);
    for (std::size_t i = out_.settled.size(); i-- > 0;) {
      const std::uint32_t v = out_.settled[i];
      const bool root = out_.parent_vertex[v] == FeederPlan::kNone;
      gather(v, children[v], wanted, root, open);
      if (!root) {
        const double own = load_[out_.parent_edge[v]];
        open[v] += own;
        out_.load_behind[v] += own;
      }
    }
  }

  void gather(std::uint32_t v, const std::vector<std::uint32_t>& children, double wanted, bool root,
              std::vector<double>& open) {
    double laterals = open[v];
    double gathered = laterals;
    std::vector<std::uint32_t> group;
    bool with_laterals = true;
    const auto close_group = [&] {
      const std::uint32_t feeder = add_feeder(v, gathered);
      for (const std::uint32_t c : group) out_.feeder[c] = feeder;
      if (with_laterals) out_.lateral_feeder[v] = feeder;
      with_laterals = false;
      group.clear();
      gathered = 0;
    };
    for (const std::uint32_t c : children) {
      if (open[c] > 0 || out_.feeder[c] == FeederPlan::kNone) {
        group.push_back(c);
        gathered += open[c];
      }
      if (gathered >= wanted) close_group();
    }
    if (root && (gathered > 0 || !group.empty())) close_group();
    open[v] = gathered;
    for (const std::uint32_t c : children) out_.load_behind[v] += out_.load_behind[c];
  }

  // What no cut decided belongs to the feeder that comes in.
  void hand_down() {
    for (const std::uint32_t v : out_.settled) {
      const std::uint32_t p = out_.parent_vertex[v];
      if (p != FeederPlan::kNone && out_.feeder[v] == FeederPlan::kNone)
        out_.feeder[v] = out_.feeder[p];
      if (out_.lateral_feeder[v] == FeederPlan::kNone) out_.lateral_feeder[v] = out_.feeder[v];
    }
  }

  const StreetPlan& plan_;
  const Terrain& terrain_;
  const std::vector<std::uint32_t>& load_;
  StreetIncidence incidence_;
  Random random_;
  double total_ = 0;
  FeederPlan out_;
};

}  // namespace

FeederPlan plan_feeders(const StreetPlan& plan, const Terrain& terrain,
                        const std::vector<std::uint32_t>& load, std::uint64_t seed) {
  return FeederPlanner{plan, terrain, load, seed}.run();
}

}  // namespace gridmend
