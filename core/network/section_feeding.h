#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/network/supply_forest.h"

namespace gridmend {

struct Section;  // tag: connectivity nodes between which nothing can be switched

// The network cut at its switches: what hangs together through devices that are no switch, stand
// normally closed and stand as they normally do (a line cut clear borders a section as a switch
// does). Sections are numbered by their lowest connectivity node. O(nodes + devices).
class Sections {
 public:
  static Sections derive(const NetworkModel& network, const SwitchState& switches);

  IdRange<Section> ids() const { return {Id<Section>{0}, Id<Section>{begin_.size() - 1}}; }
  Id<Section> section(Id<ConnectivityNode> node) const { return section_[node]; }
  // Breadth first from the lowest.
  std::span<const Id<ConnectivityNode>> nodes(Id<Section> section) const;

 private:
  IdVector<ConnectivityNode, Id<Section>> section_;
  std::vector<Id<ConnectivityNode>> nodes_;
  std::vector<std::uint32_t> begin_;  // by section, one more
};

// How supply enters a section; everything is none when it does not.
struct Feeding {
  Id<Feeder> feeder;
  Id<ConnectivityNode> source;  // the feeder's source node
  Id<Device> entry;             // supply comes through it; none at the source itself
  PhaseSet phases;              // that reach the section

  friend bool operator==(const Feeding&, const Feeding&) = default;
};

// A device that stands otherwise than in normal operation.
struct SwitchOperation {
  Id<Device> device;
  PhaseSet normally_open;
  PhaseSet open;

  friend bool operator==(const SwitchOperation&, const SwitchOperation&) = default;
};

struct SectionFeeding {
  Id<Section> section;
  Id<ConnectivityNode> node;  // the section's lowest
  Feeding normal;
  Feeding present;
  std::uint32_t usage_points = 0;  // in the section
  std::uint64_t customers = 0;
  // What explains the difference: departures on the way supply normally comes, nearest first, then
  // those on the way it comes now. Empty when nothing differs.
  std::vector<SwitchOperation> operations;

  bool otherwise() const { return normal != present; }
};

// Every section in order of id: how it is fed normally and at present. The three arguments after
// `sections` belong to one network; `normal` is derived from SwitchState{network}, `present` from
// `switches`. Where a loop lets supply enter a section twice, its first node in the forest's tour
// speaks for it. O(nodes + devices + sections * operations on their paths); values only.
std::vector<SectionFeeding> feeding_of_sections(const Sections& sections,
                                                const SupplyForest& normal,
                                                const SupplyForest& present,
                                                const SwitchState& switches);

// Only those fed otherwise than in normal operation: from another feeder, through another device,
// on other phases, or not at all. In order of section.
std::vector<SectionFeeding> present_feeding(const Sections& sections, const SupplyForest& normal,
                                            const SupplyForest& present,
                                            const SwitchState& switches);

}  // namespace gridmend
