#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/ingest/cim_model.h"

namespace gridmend {

// A terminal as a device sees it.
struct CimTerminal {
  Id<CimObject> object;
  Id<CimObject> node;  // none: it names neither ConnectivityNode nor TopologicalNode
  float sequence_number = 0;
  bool connected = true;
};

// What a model's objects are to each other, found once: objects by class, parts by what they belong
// to, terminals with their nodes. Holds a reference to the model. Linear.
class CimIndex {
 public:
  explicit CimIndex(const CimModel& model);

  // In the order they first came. Only objects that are defined.
  std::span<const std::uint32_t> of_class(CimClass cim_class) const;
  std::size_t count(CimClass cim_class) const { return of_class(cim_class).size(); }
  // Whatever names this object as its owner: terminals, phases, ends, tanks.
  std::span<const std::uint32_t> parts(Id<CimObject> owner) const {
    return std::span{parts_}.subspan(parts_begin_[owner.index],
                                     parts_begin_[owner.index + 1] - parts_begin_[owner.index]);
  }

  // The terminals of a piece of equipment in order of sequence number; `terminals` is overwritten.
  void terminals_of(Id<CimObject> equipment, std::vector<CimTerminal>& terminals) const;
  CimTerminal terminal(Id<CimObject> object) const;

  // Nodes are ConnectivityNodes; TopologicalNodes where the model has none, and where a terminal
  // names no ConnectivityNode: then one of the TopologicalNode's, if it has any.
  bool nodes_are_topological() const { return count(CimClass::connectivity_node) == 0; }

 private:
  const CimModel& model_;
  std::vector<std::uint32_t> by_class_;
  std::vector<std::uint32_t> class_begin_;
  std::vector<std::uint32_t> parts_;
  std::vector<std::uint32_t> parts_begin_;
  std::vector<std::uint32_t> node_of_topological_;  // by object; empty when nodes are topological
};

}  // namespace gridmend
