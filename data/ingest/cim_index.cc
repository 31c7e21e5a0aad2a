#include "data/ingest/cim_index.h"

#include <algorithm>
#include <numeric>

namespace gridmend {
namespace {

constexpr std::size_t kCimClasses = static_cast<std::size_t>(CimClass::full_model) + 1;
// Of one piece of equipment: a bank of three has six terminals. Many may ask for the same one's.
constexpr std::size_t kMostPartsShown = 256;

}  // namespace

CimIndex::CimIndex(const CimModel& model) : model_(model) {
  const auto objects = static_cast<std::uint32_t>(model.objects());
  class_begin_.assign(kCimClasses + 1, 0);
  parts_begin_.assign(objects + std::size_t{1}, 0);
  std::uint32_t defined = 0, parts = 0;
  for (std::uint32_t i = 0; i < objects; ++i) {
    const Id<CimObject> object{i};
    if (!model.defined(object)) continue;
    ++defined;
    ++class_begin_[static_cast<std::size_t>(model.class_of(object)) + 1];
    if (const auto owner = model.reference(object, CimProperty::owner)) {
      ++parts;
      ++parts_begin_[owner->index + 1];
    }
  }
  std::partial_sum(class_begin_.begin(), class_begin_.end(), class_begin_.begin());
  std::partial_sum(parts_begin_.begin(), parts_begin_.end(), parts_begin_.begin());
  by_class_.resize(defined);
  parts_.resize(parts);
  {
    std::vector<std::uint32_t> next_of_class(class_begin_.begin(), class_begin_.end() - 1);
    std::vector<std::uint32_t> next_part(parts_begin_.begin(), parts_begin_.end() - 1);
    // In the order of definition, which is the order people find in the file.
    for (const CimModel::Description& d : model.descriptions()) {
      const Id<CimObject> object{d.object};
      if (model.first_description(object) != &d) continue;
      by_class_[next_of_class[static_cast<std::size_t>(model.class_of(object))]++] = d.object;
      if (const auto owner = model.reference(object, CimProperty::owner)) {
        parts_[next_part[owner->index]++] = d.object;
      }
    }
  }
  if (nodes_are_topological()) return;
  node_of_topological_.assign(objects, CimModel::kNone);
  for (const std::uint32_t node : of_class(CimClass::connectivity_node)) {
    const auto topological = model.reference(Id<CimObject>{node}, CimProperty::topological_node);
    if (!topological) continue;
    std::uint32_t& first = node_of_topological_[topological->index];
    if (first == CimModel::kNone) first = node;
  }
}

std::span<const std::uint32_t> CimIndex::of_class(CimClass cim_class) const {
  const auto i = static_cast<std::size_t>(cim_class);
  return std::span{by_class_}.subspan(class_begin_[i], class_begin_[i + 1] - class_begin_[i]);
}

CimTerminal CimIndex::terminal(Id<CimObject> object) const {
  CimTerminal terminal;
  terminal.object = object;
  if (const auto node = model_.reference(object, CimProperty::connectivity_node)) {
    terminal.node = *node;
  } else if (const auto topological = model_.reference(object, CimProperty::topological_node)) {
    terminal.node = *topological;
    if (!node_of_topological_.empty() &&
        node_of_topological_[topological->index] != CimModel::kNone) {
      terminal.node = Id<CimObject>{node_of_topological_[topological->index]};
    }
  }
  terminal.sequence_number = model_.number(object, CimProperty::sequence_number).value_or(0);
  terminal.connected = model_.flag(object, CimProperty::connected).value_or(true);
  return terminal;
}

void CimIndex::terminals_of(Id<CimObject> equipment, std::vector<CimTerminal>& terminals) const {
  terminals.clear();
  const auto all = parts(equipment);
  for (const std::uint32_t part : all.first(std::min(all.size(), kMostPartsShown))) {
    if (model_.class_of(Id<CimObject>{part}) != CimClass::terminal) continue;
    terminals.push_back(terminal(Id<CimObject>{part}));
  }
  std::ranges::stable_sort(terminals, {}, &CimTerminal::sequence_number);
}

}  // namespace gridmend
