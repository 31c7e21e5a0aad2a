#include "data/synth/town_network.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "core/base/random.h"
#include "data/synth/feeder_plan.h"
#include "data/synth/low_voltage.h"

namespace gridmend {
namespace {

constexpr double kUsagePointsATransformer = 70;
constexpr double kTrunkShare = .3;  // of its feeder's load behind a trunk's end

// How many usage points stand along each street: by length, denser towards the middle.
std::vector<std::uint32_t> spread_usage_points(const StreetPlan& plan, std::uint64_t usage_points) {
  std::vector<double> upto;
  double sum = 0;
  for (const StreetEdge& edge : plan.edges) {
    const PlanePoint a = plan.vertices[edge.a].at;
    const double middle = std::hypot(a.east_m, a.north_m);
    const double quiet = edge.road_class <= RoadClass::secondary ? .5 : 1;
    const double density = quiet * (.4 + 1.2 * std::exp(-middle / std::max(1., plan.reach_m)));
    sum += edge.built_on && edge.road_class != RoadClass::motorway ? edge.length_m * density : 0;
    upto.push_back(sum);
  }
  std::vector<std::uint32_t> load(plan.edges.size(), 0);
  if (sum <= 0) return load;
  std::uint64_t given = 0;
  for (std::size_t e = 0; e < load.size(); ++e) {
    const auto due =
        static_cast<std::uint64_t>(std::llround(static_cast<double>(usage_points) * upto[e] / sum));
    load[e] = static_cast<std::uint32_t>(due - given);
    given = due;
  }
  return load;
}

class NetworkGrowth {
 public:
  NetworkGrowth(const StreetPlan& plan, const Terrain& terrain, std::uint64_t usage_points,
                std::uint64_t seed)
      : plan_(plan),
        load_(spread_usage_points(plan, usage_points)),
        feeders_(plan_feeders(plan, terrain, load_, seed)),
        random_(Random{seed}.fork(0x9e7)),
        low_voltage_(plan, out_, seed),
        trunk_(plan.vertices.size(), false) {}

  TownNetwork run() {
    for (const std::uint32_t v : feeders_.substation_vertices) {
      out_.substations.push_back({plan_.vertices[v].at});
    }
    for (std::uint32_t f = 0; f < feeders_.feeders.size(); ++f) begin_feeder(f);
    mark_trunks();
    for (const std::uint32_t v : feeders_.settled) lay_tree_street(v);
    for (std::uint32_t e = 0; e < plan_.edges.size(); ++e) lay_lateral(e);
    for (std::uint32_t e = 0; e < plan_.edges.size(); ++e) lay_tie(e);
    return std::move(out_);
  }

 private:
  std::uint32_t add_node(PlanePoint at) {
    out_.nodes.push_back(at);
    return static_cast<std::uint32_t>(out_.nodes.size() - 1);
  }

  // The feeder's node at a street corner; made when it first comes there.
  std::uint32_t node_at(std::uint32_t vertex, std::uint32_t feeder) {
    const auto [it, is_new] = corner_nodes_.try_emplace({vertex, feeder}, 0);
    if (is_new) it->second = add_node(plan_.vertices[vertex].at);
    return it->second;
  }
  bool comes_to(std::uint32_t vertex, std::uint32_t feeder) const {
    return corner_nodes_.contains({vertex, feeder});
  }

  void add_line(std::uint32_t from, std::uint32_t to, std::span<const PlanePoint> shape,
                std::uint32_t feeder, bool underground) {
    TownLine line;
    line.from = from;
    line.to = to;
    line.feeder = feeder;
    line.underground = underground;
    line.shape_begin = static_cast<std::uint32_t>(out_.shapes.size());
    out_.shapes.insert(out_.shapes.end(), shape.begin(), shape.end());
    line.shape_end = static_cast<std::uint32_t>(out_.shapes.size());
    out_.lines.push_back(line);
  }

  // A switch in front of `node`'s next line; answers the node behind it.
  std::uint32_t add_switch(DeviceKind kind, std::uint32_t node, std::uint32_t feeder) {
    const std::uint32_t behind = add_node(out_.nodes[node]);
    out_.switches.push_back({kind, node, behind, feeder, out_.nodes[node], false});
    return behind;
  }

  // Breaker at the substation; a cable of its own to where its streets begin.
  void begin_feeder(std::uint32_t f) {
    const FeederPlan::Feeder& feeder = feeders_.feeders[f];
    const std::uint32_t root = feeders_.substation_vertices[feeder.substation];
    const std::uint32_t source = add_node(plan_.vertices[root].at);
    out_.feeders.push_back({feeder.substation, source});
    const std::uint32_t head = add_switch(DeviceKind::breaker, source, f);
    if (feeder.start_vertex == root) {
      corner_nodes_[{root, f}] = head;
      return;
    }
    std::vector<PlanePoint> way;  // from the start back to the substation
    for (std::uint32_t v = feeder.start_vertex; v != root; v = feeders_.parent_vertex[v]) {
      const StreetEdge& edge = plan_.edges[feeders_.parent_edge[v]];
      std::vector<PlanePoint> street = plan_.polyline(edge);
      if (edge.a == v) {
        way.insert(way.end(), street.begin(), street.end());
      } else {
        way.insert(way.end(), street.rbegin(), street.rend());
      }
    }
    std::ranges::reverse(way);
    add_line(head, node_at(feeder.start_vertex, f), way, f, true);
  }

  // The trunk follows the heaviest street from the feeder's start while enough load is behind it.
  void mark_trunks() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t>
        heaviest;  // (vertex, feeder) -> child
    for (const std::uint32_t v : feeders_.settled) {
      if (feeders_.parent_vertex[v] == FeederPlan::kNone) continue;
      auto& child =
          heaviest.try_emplace({feeders_.parent_vertex[v], feeders_.feeder[v]}, v).first->second;
      if (feeders_.load_behind[v] > feeders_.load_behind[child]) child = v;
    }
    for (std::uint32_t f = 0; f < feeders_.feeders.size(); ++f) {
      std::uint32_t v = feeders_.feeders[f].start_vertex;
      for (;;) {
        const auto it = heaviest.find({v, f});
        if (it == heaviest.end()) break;
        v = it->second;
        if (feeders_.load_behind[v] < kTrunkShare * feeders_.feeders[f].load) break;
        trunk_[v] = true;
      }
    }
  }

  bool needed(std::uint32_t v) const { return feeders_.load_behind[v] > 0; }

  void lay_tree_street(std::uint32_t v) {
    const std::uint32_t p = feeders_.parent_vertex[v];
    if (p == FeederPlan::kNone || !needed(v)) return;
    const std::uint32_t f = feeders_.feeder[v];
    const std::uint32_t e = feeders_.parent_edge[v];
    if (f == FeederPlan::kNone) return;
    // A street whose own load is another feeder's, passed by this one's cable only.
    std::uint32_t from = node_at(p, f);
    const bool starts = feeders_.feeders[f].start_vertex == p;
    if (trunk_[v]) {
      if (starts == false && recloser_here(v, f)) from = add_switch(DeviceKind::recloser, from, f);
      if (!starts && random_.chance(.15)) from = add_switch(DeviceKind::load_break_switch, from, f);
    } else if (starts || trunk_[p]) {
      from = add_switch(DeviceKind::fuse, from, f);
    } else if (random_.chance(.12)) {
      from = add_switch(DeviceKind::disconnector, from, f);
    }
    const bool forward = plan_.edges[e].a == p;
    lay_street(e, forward, from, f, node_at(v, f));
  }

  // Once a feeder: where about half of its load is left.
  bool recloser_here(std::uint32_t v, std::uint32_t f) {
    if (feeders_.load_behind[v] > .6 * feeders_.feeders[f].load) return false;
    return reclosed_.insert(f).second;
  }

  void lay_lateral(std::uint32_t e) {
    const std::uint32_t host = feeders_.host[e];
    if (host == FeederPlan::kNone || load_[e] == 0) return;
    const std::uint32_t f = feeders_.lateral_feeder[host];
    if (f == FeederPlan::kNone) return;
    const std::uint32_t fuse = add_switch(DeviceKind::fuse, node_at(host, f), f);
    lateral_ends_[e] = lay_street(e, plan_.edges[e].a == host, fuse, f, FeederPlan::kNone);
  }

  // Lines from tap to tap; to `end` when there is one. Answers the last node.
  std::uint32_t lay_street(std::uint32_t e, bool forward, std::uint32_t from, std::uint32_t feeder,
                           std::uint32_t end) {
    const StreetEdge& edge = plan_.edges[e];
    std::vector<PlanePoint> street = plan_.polyline(edge);
    if (!forward) std::ranges::reverse(street);
    const double whole = plane_length_m(street);
    const bool underground =
        edge.structure != RoadStructure::at_grade || edge.road_class <= RoadClass::secondary;
    const std::uint32_t load = load_[e];
    const int taps =
        load == 0 ? 0 : std::max(1, static_cast<int>(std::lround(load / kUsagePointsATransformer)));
    double at_m = 0;
    std::uint32_t given = 0;
    for (int i = 0; i < taps; ++i) {
      const double tap_m = whole * (i + .5) / taps;
      const PlanePose pose = pose_along(street, tap_m);
      const std::uint32_t tap = add_node(pose.at);
      add_line(from, tap, part_of(street, at_m, tap_m), feeder, underground);
      from = tap;
      at_m = tap_m;
      const auto upto = static_cast<std::uint32_t>(
          std::uint64_t{load} * (static_cast<unsigned>(i) + 1) / static_cast<unsigned>(taps));
      low_voltage_.grow({e, forward, tap, feeder, tap_m, whole / taps, upto - given, street});
      given = upto;
    }
    if (end == FeederPlan::kNone) return from;
    add_line(from, end, part_of(street, at_m, whole), feeder, underground);
    return end;
  }

  // A normally open way to a neighbouring feeder, along a street that neither uses as its own way.
  void lay_tie(std::uint32_t e) {
    const std::uint32_t host = feeders_.host[e];
    if (host == FeederPlan::kNone) return;
    const StreetEdge& edge = plan_.edges[e];
    const std::uint32_t other = edge.a == host ? edge.b : edge.a;
    const std::uint32_t f = feeders_.lateral_feeder[host];
    const std::uint32_t g = feeders_.feeder[other];
    if (f == FeederPlan::kNone || g == FeederPlan::kNone || f == g) return;
    if (!comes_to(other, g) || !comes_to(host, f) || !(trunk_[other] || random_.chance(.3))) return;
    if (ties_[{std::min(f, g), std::max(f, g)}]++ > 0) return;
    std::vector<PlanePoint> street = plan_.polyline(edge);
    if (edge.a != host) std::ranges::reverse(street);
    const auto lateral = lateral_ends_.find(e);
    const std::uint32_t from = lateral == lateral_ends_.end() ? node_at(host, f) : lateral->second;
    const double whole = plane_length_m(street);
    const int taps =
        load_[e] == 0
            ? 0
            : std::max(1, static_cast<int>(std::lround(load_[e] / kUsagePointsATransformer)));
    const double begin_m = taps == 0 ? 0 : whole * (taps - .5) / taps;
    const std::uint32_t corner = node_at(other, g);
    const std::uint32_t open_end = add_node(out_.nodes[corner]);
    add_line(from, open_end, part_of(street, begin_m, whole), f, false);
    out_.switches.push_back(
        {DeviceKind::load_break_switch, open_end, corner, f, out_.nodes[corner], true});
  }

  const StreetPlan& plan_;
  std::vector<std::uint32_t> load_;
  FeederPlan feeders_;
  Random random_;
  TownNetwork out_;
  LowVoltage low_voltage_;
  std::vector<bool> trunk_;
  std::set<std::uint32_t> reclosed_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> corner_nodes_;
  std::map<std::uint32_t, std::uint32_t> lateral_ends_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> ties_;
};

}  // namespace

TownNetwork grow_network(const StreetPlan& plan, const Terrain& terrain, std::uint64_t usage_points,
                         std::uint64_t seed) {
  TownNetwork network = NetworkGrowth{plan, terrain, usage_points, seed}.run();
  name_places(network, terrain, seed);
  return network;
}

}  // namespace gridmend
