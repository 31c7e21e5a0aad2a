#include "core/network/block_cut_tree.h"

#include <algorithm>
#include <tuple>
#include <utility>
// Boost 1.74 in C++20 needs <utility> first.
#include <boost/graph/biconnected_components.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>

namespace gridmend {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

using Arcs = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, std::uint32_t,
                                                boost::no_property, std::uint32_t, std::uint32_t>;

// Takes down the component of an edge under the edge's number, whichever of its two arcs Boost
// names.
struct ComponentOfEdge {
  using key_type = boost::graph_traits<Arcs>::edge_descriptor;
  using value_type = std::size_t;
  using reference = std::size_t;
  using category = boost::writable_property_map_tag;

  const Arcs* arcs;
  std::vector<std::uint32_t>* component;

  friend void put(const ComponentOfEdge& map, const key_type& arc, std::size_t component) {
    (*map.component)[(*map.arcs)[arc]] = static_cast<std::uint32_t>(component);
  }
};

// Component of every edge of a simple undirected graph. Boost's depth-first search keeps its own
// stack, so that long chains do not exhaust ours.
std::vector<std::uint32_t> biconnected_components_of(
    std::uint32_t vertices, std::span<const std::pair<std::uint32_t, std::uint32_t>> edges) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> arcs;
  std::vector<std::uint32_t> numbers;
  arcs.reserve(2 * edges.size());
  numbers.reserve(2 * edges.size());
  for (std::uint32_t e = 0; e < edges.size(); ++e) {
    arcs.push_back(edges[e]);
    arcs.emplace_back(edges[e].second, edges[e].first);
    numbers.insert(numbers.end(), 2, e);
  }
  const Arcs graph(boost::edges_are_unsorted_multi_pass, arcs.begin(), arcs.end(), numbers.begin(),
                   vertices);
  std::vector<std::uint32_t> component(edges.size(), kNone);
  boost::biconnected_components(graph, ComponentOfEdge{&graph, &component});
  return component;
}

}  // namespace

BlockCutTree::BlockCutTree(const SupplyForest& forest)
    : forest_(forest),
      block_above_(forest.network().nodes().size()),
      feeds_(forest.network().nodes().size(), 0),
      block_of_device_(forest.network().devices().size()) {}

// Vertex 0 joins the sources; node i of the tour is vertex i + 1, and edge i leads up from it.
BlockCutTree BlockCutTree::derive(const SupplyForest& forest) {
  BlockCutTree tree{forest};
  const auto tour = forest.tour();
  std::vector<LoopStep> loops = tree.loop_steps();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  edges.reserve(tour.size() + loops.size());
  for (std::uint32_t i = 0; i < tour.size(); ++i) {
    const Id<ConnectivityNode> parent = forest.parent(tour[i]);
    edges.emplace_back(parent.valid() ? forest.tour_place(parent) + 1 : 0, i + 1);
  }
  for (std::size_t i = 0; i < loops.size(); ++i) {
    LoopStep& step = loops[i];
    const bool again = i > 0 && loops[i - 1].a == step.a && loops[i - 1].b == step.b;
    // `a` stands before `b`, so only b's way up can be the same step.
    if (forest.parent(tour[step.b]) == tour[step.a]) {
      step.edge = step.b;
    } else if (again) {
      step.edge = loops[i - 1].edge;
    } else {
      step.edge = static_cast<std::uint32_t>(edges.size());
      edges.emplace_back(step.a + 1, step.b + 1);
    }
  }
  tree.number_blocks(biconnected_components_of(static_cast<std::uint32_t>(tour.size() + 1), edges));
  tree.place_nodes();
  tree.place_devices(loops);
  return tree;
}

std::vector<BlockCutTree::LoopStep> BlockCutTree::loop_steps() const {
  std::vector<LoopStep> steps;
  for (const Id<Device> id : forest_.loop_devices()) {
    const Device& device = forest_.network().devices()[id];
    if (device.from == device.to) continue;
    const auto [a, b] =
        std::minmax({forest_.tour_place(device.from), forest_.tour_place(device.to)});
    steps.push_back({a, b, id, 0});
  }
  std::ranges::sort(steps, {}, [](const LoopStep& s) { return std::tuple{s.a, s.b, s.device}; });
  return steps;
}

// The first edge of a component in tour order hangs on the component's node nearest the source.
void BlockCutTree::number_blocks(std::span<const std::uint32_t> component) {
  const auto tour = forest_.tour();
  std::vector<std::uint32_t> number(component.size(), kNone);
  for (std::uint32_t i = 0; i < tour.size(); ++i) {
    std::uint32_t& block = number[component[i]];
    if (block == kNone) {
      block = static_cast<std::uint32_t>(blocks_.size());
      Block fresh;
      fresh.entry = forest_.parent(tour[i]);
      if (fresh.entry.valid()) feeds_[fresh.entry] = 1;
      blocks_.push_back(fresh);
    }
    block_above_[tour[i]] = Id<NetworkBlock>{block};
    ++blocks_[block].nodes_end;
  }
}

void BlockCutTree::place_nodes() {
  std::uint32_t place = 0;
  for (Block& block : blocks_) {
    block.nodes_begin = place;
    place += block.nodes_end;
    block.meshed = block.nodes_end > 1;
    block.nodes_end = block.nodes_begin;
  }
  nodes_.resize(place);
  for (const Id<ConnectivityNode> node : forest_.tour()) {
    nodes_[blocks_[block_above_[node].index].nodes_end++] = node;
  }
}

void BlockCutTree::place_devices(std::span<const LoopStep> loops) {
  const auto tour = forest_.tour();
  for (const Id<ConnectivityNode> node : tour) {
    for (const Id<Device> id : forest_.parent_devices(node)) {
      block_of_device_[id] = block_above_[node];
    }
  }
  // A loop lies in the block of its later end: the tree leads from there up to the earlier one, or
  // to where the sources are joined.
  for (const LoopStep& step : loops) {
    const Id<NetworkBlock> block = block_above_[tour[step.b]];
    block_of_device_[step.device] = block;
    blocks_[block.index].meshed = true;
  }
  for (const Id<NetworkBlock> block : block_of_device_.values()) {
    if (block.valid()) ++blocks_[block.index].devices_end;
  }
  std::uint32_t place = 0;
  for (Block& block : blocks_) {
    block.devices_begin = place;
    place += block.devices_end;
    block.devices_end = block.devices_begin;
  }
  devices_.resize(place);
  for (const Id<Device> id : block_of_device_.ids()) {
    const Id<NetworkBlock> block = block_of_device_[id];
    if (block.valid()) devices_[blocks_[block.index].devices_end++] = id;
  }
}

Id<NetworkBlock> BlockCutTree::parent(Id<NetworkBlock> block) const {
  const Id<ConnectivityNode> from = at(block).entry;
  return from.valid() ? block_above_[from] : Id<NetworkBlock>{};
}

std::span<const Id<Device>> BlockCutTree::devices(Id<NetworkBlock> id) const {
  const Block& block = at(id);
  return std::span{devices_}.subspan(block.devices_begin, block.devices_end - block.devices_begin);
}

std::span<const Id<ConnectivityNode>> BlockCutTree::nodes(Id<NetworkBlock> id) const {
  const Block& block = at(id);
  return std::span{nodes_}.subspan(block.nodes_begin, block.nodes_end - block.nodes_begin);
}

std::vector<std::span<const Id<Device>>> BlockCutTree::cuts(Id<ConnectivityNode> node) const {
  std::vector<std::span<const Id<Device>>> steps;
  for (Id<NetworkBlock> block = block_above_[node]; block.valid(); block = parent(block)) {
    if (!meshed(block) && !devices(block).empty()) steps.push_back(devices(block));
  }
  return steps;
}

bool BlockCutTree::supplied_without(Id<ConnectivityNode> node, Id<Device> device) const {
  if (!forest_.supplied(node)) return false;
  const Id<NetworkBlock> block = block_of(device);
  if (!block.valid() || meshed(block) || devices(block).size() > 1) return true;
  return !forest_.is_behind(node, forest_.downstream_node(device));
}

bool BlockCutTree::supplied_without(Id<ConnectivityNode> node,
                                    std::span<const Id<Device>> devices) const {
  if (!forest_.supplied(node)) return false;
  std::vector<Id<Device>> opened{devices.begin(), devices.end()};
  std::ranges::sort(opened);
  std::vector<Id<NetworkBlock>> touched;
  for (const Id<Device> id : opened) touched.push_back(block_of(id));
  std::ranges::sort(touched);
  while (node.valid()) {
    const Id<NetworkBlock> block = block_above_[node];
    if (std::ranges::binary_search(touched, block) && !crosses_without(block, node, opened)) {
      return false;
    }
    node = entry(block);
  }
  return true;
}

// Breadth first inside the block, from the node towards what feeds the block.
bool BlockCutTree::crosses_without(Id<NetworkBlock> block, Id<ConnectivityNode> node,
                                   std::span<const Id<Device>> opened) const {
  const auto inside = nodes(block);
  const auto place = [&](Id<ConnectivityNode> at) {
    const auto it =
        std::ranges::lower_bound(inside, forest_.tour_place(at), {},
                                 [this](Id<ConnectivityNode> n) { return forest_.tour_place(n); });
    return static_cast<std::size_t>(it - inside.begin());
  };
  std::vector<std::uint8_t> seen(inside.size(), 0);
  std::vector<Id<ConnectivityNode>> reached{node};
  seen[place(node)] = 1;
  for (std::size_t next = 0; next < reached.size(); ++next) {
    const Id<ConnectivityNode> from = reached[next];
    // A source in a block without an entry: where sources are joined.
    if (!forest_.parent(from).valid()) return true;
    for (const auto [device, opposite] : forest_.network().incident(from)) {
      if (block_of(device) != block || std::ranges::binary_search(opened, device)) continue;
      if (opposite == entry(block)) return true;
      std::uint8_t& known = seen[place(opposite)];
      if (known != 0) continue;
      known = 1;
      reached.push_back(opposite);
    }
  }
  return false;
}

}  // namespace gridmend
