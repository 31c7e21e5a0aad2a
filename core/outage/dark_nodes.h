#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/network/switch_state.h"
#include "core/outage/inference_forest.h"

namespace gridmend {

// Islands without supply: connectivity nodes that hang together through devices that conduct. Found
// where they are asked about, each once; arguments must outlive this. Numbers count from 0.
class DarkNodes {
 public:
  static constexpr std::uint32_t kSupplied = 0xffffffff;

  // `switches` must be what the forest was derived from. O(nodes)
  DarkNodes(const InferenceForest& forest, const SwitchState& switches);

  // kSupplied for a node with supply. O(island), the first time.
  std::uint32_t island_at(Id<ConnectivityNode> node);
  // The same; kSupplied too where nobody asked about its island.
  std::uint32_t known_island(Id<ConnectivityNode> node) const { return island_[node]; }
  std::size_t count() const { return nodes_.size(); }
  std::span<const Id<ConnectivityNode>> nodes(std::uint32_t island) const { return nodes_[island]; }

 private:
  const InferenceForest& forest_;
  const SwitchState& switches_;
  IdVector<ConnectivityNode, std::uint32_t> island_;
  std::vector<std::vector<Id<ConnectivityNode>>> nodes_;
};

}  // namespace gridmend
