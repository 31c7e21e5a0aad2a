#include "core/network/section_feeding.h"

#include <algorithm>
#include <utility>

namespace gridmend {
namespace {

// Departures on the way from a node up to its source, in one forest.
class DeparturesAbove {
 public:
  DeparturesAbove(const SupplyForest& forest, const SwitchState& switches)
      : forest_(forest), nearest_(forest.network().nodes().size()) {
    for (const auto& [device, open] : switches.departures()) {
      const Id<ConnectivityNode> node = forest.downstream_node(device);
      if (node.valid()) at_.emplace_back(node, device);
    }
    std::ranges::sort(at_);
    for (const auto& [node, device] : at_) nearest_[node] = node;
    for (const Id<ConnectivityNode> node : forest.tour()) {
      if (!nearest_[node].valid() && forest.parent(node).valid()) {
        nearest_[node] = nearest_[forest.parent(node)];
      }
    }
  }

  // Calls `visit` with each device, nearest first.
  template <class Visit>
  void visit(Id<ConnectivityNode> node, Visit visit) const {
    while (node.valid() && nearest_[node].valid()) {
      node = nearest_[node];
      for (const auto& [below, device] : std::ranges::equal_range(
               at_, node, {}, &std::pair<Id<ConnectivityNode>, Id<Device>>::first)) {
        visit(device);
      }
      node = forest_.parent(node);
    }
  }

 private:
  const SupplyForest& forest_;
  std::vector<std::pair<Id<ConnectivityNode>, Id<Device>>> at_;  // downstream node, departure
  IdVector<ConnectivityNode, Id<ConnectivityNode>> nearest_;
};

Feeding feeding_at(const SupplyForest& forest, Id<ConnectivityNode> node) {
  if (!node.valid()) return {};
  const Id<Feeder> feeder = forest.feeder(node);
  return {feeder, forest.network().feeders()[feeder].source_node, forest.parent_device(node),
          forest.phases(node)};
}

// By section its first node in the forest's tour; none when no source reaches it.
IdVector<Section, Id<ConnectivityNode>> entries(const Sections& sections,
                                                const SupplyForest& forest) {
  IdVector<Section, Id<ConnectivityNode>> entry(sections.ids().size());
  for (const Id<ConnectivityNode> node : forest.tour()) {
    Id<ConnectivityNode>& first = entry[sections.section(node)];
    if (!first.valid()) first = node;
  }
  return entry;
}

}  // namespace

Sections Sections::derive(const NetworkModel& network, const SwitchState& switches) {
  const auto joins = [&](Id<Device> id) {
    const Device& device = network.devices()[id];
    return !is_switch(device.kind) && device.normally_open == 0 &&
           !switches.departures().contains(id);
  };
  Sections sections;
  sections.section_ = IdVector<ConnectivityNode, Id<Section>>(network.nodes().size());
  sections.nodes_.reserve(network.nodes().size());
  for (const Id<ConnectivityNode> start : network.nodes().ids()) {
    if (sections.section_[start].valid()) continue;
    const Id<Section> section{sections.begin_.size()};
    std::size_t next = sections.nodes_.size();
    sections.begin_.push_back(static_cast<std::uint32_t>(next));
    sections.section_[start] = section;
    sections.nodes_.push_back(start);
    for (; next < sections.nodes_.size(); ++next) {
      for (const auto [device, opposite] : network.incident(sections.nodes_[next])) {
        if (sections.section_[opposite].valid() || !joins(device)) continue;
        sections.section_[opposite] = section;
        sections.nodes_.push_back(opposite);
      }
    }
  }
  sections.begin_.push_back(static_cast<std::uint32_t>(sections.nodes_.size()));
  return sections;
}

std::span<const Id<ConnectivityNode>> Sections::nodes(Id<Section> section) const {
  GRIDMEND_CHECK(section.index + 1 < begin_.size(), "section is of this network");
  const std::uint32_t begin = begin_[section.index];
  return std::span{nodes_}.subspan(begin, begin_[section.index + 1] - begin);
}

std::vector<SectionFeeding> feeding_of_sections(const Sections& sections,
                                                const SupplyForest& normal,
                                                const SupplyForest& present,
                                                const SwitchState& switches) {
  const NetworkModel& network = present.network();
  const auto normal_entry = entries(sections, normal);
  const auto present_entry = entries(sections, present);
  const DeparturesAbove normal_departures{normal, switches};
  const DeparturesAbove present_departures{present, switches};
  std::vector<SectionFeeding> feedings;
  feedings.reserve(sections.ids().size());
  for (const Id<Section> section : sections.ids()) {
    SectionFeeding feeding;
    feeding.section = section;
    feeding.node = sections.nodes(section).front();
    feeding.normal = feeding_at(normal, normal_entry[section]);
    feeding.present = feeding_at(present, present_entry[section]);
    for (const Id<ConnectivityNode> node : sections.nodes(section)) {
      for (const Id<UsagePoint> id : network.usage_points_at(node)) {
        ++feeding.usage_points;
        feeding.customers += network.usage_points()[id].customers;
      }
    }
    if (feeding.otherwise()) {
      const auto note = [&](Id<Device> id) {
        if (std::ranges::find(feeding.operations, id, &SwitchOperation::device) !=
            feeding.operations.end()) {
          return;
        }
        feeding.operations.push_back({id, switches.normal(id), switches.open_phases(id)});
      };
      normal_departures.visit(normal_entry[section], note);
      present_departures.visit(present_entry[section], note);
    }
    feedings.push_back(std::move(feeding));
  }
  return feedings;
}

std::vector<SectionFeeding> present_feeding(const Sections& sections, const SupplyForest& normal,
                                            const SupplyForest& present,
                                            const SwitchState& switches) {
  std::vector<SectionFeeding> feedings = feeding_of_sections(sections, normal, present, switches);
  std::erase_if(feedings, [](const SectionFeeding& feeding) { return !feeding.otherwise(); });
  return feedings;
}

}  // namespace gridmend
