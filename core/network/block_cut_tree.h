#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/network/supply_forest.h"

namespace gridmend {

struct NetworkBlock;  // tag: closed devices any two of which lie on a common loop, or a single step

// The supplied network cut at the nodes where all supply behind them must pass (articulation
// nodes). A block is either one step, the devices side by side between two nodes, or meshed: then
// no single opening inside keeps supply from anything. All sources count as joined in one place, so
// feeders that meet through closed ties are one meshed block. Normally-open ties that stand open
// play no part.
//
// Blocks are numbered in the forest's tour order, those nearer the source first. Deriving takes
// O(nodes + devices, log of the loop devices), without recursion; 30 bytes a node.
class BlockCutTree {
 public:
  static BlockCutTree derive(const SupplyForest& forest);

  IdRange<NetworkBlock> ids() const {
    return {Id<NetworkBlock>{0}, Id<NetworkBlock>{blocks_.size()}};
  }
  // The node through which the block is fed; none: it is fed at sources of its own (a feeder's
  // head, which is a block without devices, or feeders that meet).
  Id<ConnectivityNode> entry(Id<NetworkBlock> block) const { return at(block).entry; }
  // The block towards the source; none where `entry` is.
  Id<NetworkBlock> parent(Id<NetworkBlock> block) const;
  bool meshed(Id<NetworkBlock> block) const { return at(block).meshed; }
  // By id; loop devices among them.
  std::span<const Id<Device>> devices(Id<NetworkBlock> block) const;
  // All but the entry, in tour order.
  std::span<const Id<ConnectivityNode>> nodes(Id<NetworkBlock> block) const;

  // None when nothing flows through it: open, unsupplied, or both ends on one node.
  Id<NetworkBlock> block_of(Id<Device> device) const { return block_of_device_[device]; }
  // The block that brings supply to the node; none when unsupplied.
  Id<NetworkBlock> block_above(Id<ConnectivityNode> node) const { return block_above_[node]; }
  // Does supply of other blocks pass through the node?
  bool is_articulation(Id<ConnectivityNode> node) const { return feeds_[node] != 0; }

  // Steps without which the node has no supply, nearest first: each the devices side by side that
  // must all open for it. O(blocks towards the source).
  std::vector<std::span<const Id<Device>>> cuts(Id<ConnectivityNode> node) const;

  // Does closed equipment still lead from a source to the node when the device opens? Of a bundle
  // the other members go on (which phases they bring is SupplyForest's business). False for a node
  // without supply. O(1).
  bool supplied_without(Id<ConnectivityNode> node, Id<Device> device) const;
  // The same for several devices at once. O(blocks towards the source + size of the meshed ones
  // among them that hold one of the devices + devices log).
  bool supplied_without(Id<ConnectivityNode> node, std::span<const Id<Device>> devices) const;

  const SupplyForest& forest() const { return forest_; }

 private:
  struct Block {
    Id<ConnectivityNode> entry;
    std::uint32_t nodes_begin = 0;
    std::uint32_t nodes_end = 0;
    std::uint32_t devices_begin = 0;
    std::uint32_t devices_end = 0;
    bool meshed = false;
  };
  // A loop device as a step between two places of the tour.
  struct LoopStep {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    Id<Device> device;
    std::uint32_t edge = 0;
  };

  explicit BlockCutTree(const SupplyForest& forest);
  const Block& at(Id<NetworkBlock> block) const {
    GRIDMEND_CHECK(block.index < blocks_.size(), "block is of this tree");
    return blocks_[block.index];
  }
  std::vector<LoopStep> loop_steps() const;
  void number_blocks(std::span<const std::uint32_t> component);
  void place_nodes();
  void place_devices(std::span<const LoopStep> loops);
  bool crosses_without(Id<NetworkBlock> block, Id<ConnectivityNode> node,
                       std::span<const Id<Device>> opened) const;

  SupplyForest forest_;
  std::vector<Block> blocks_;
  IdVector<ConnectivityNode, Id<NetworkBlock>> block_above_;
  IdVector<ConnectivityNode, std::uint8_t> feeds_;
  IdVector<Device, Id<NetworkBlock>> block_of_device_;
  std::vector<Id<ConnectivityNode>> nodes_;
  std::vector<Id<Device>> devices_;
};

}  // namespace gridmend
