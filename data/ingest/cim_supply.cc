// Where supply enters, and which feeders begin there.

#include <algorithm>
#include <numeric>
#include <utility>

#include "data/ingest/cim_translation.h"

namespace gridmend {
namespace {

constexpr CimClass kConducting[] = {CimClass::ac_line_segment,
                                    CimClass::breaker,
                                    CimClass::recloser,
                                    CimClass::sectionaliser,
                                    CimClass::fuse,
                                    CimClass::load_break_switch,
                                    CimClass::disconnector,
                                    CimClass::power_transformer,
                                    CimClass::jumper};

std::uint32_t root_of(std::vector<std::uint32_t>& above, std::uint32_t i) {
  while (above[i] != i) i = above[i] = above[above[i]];
  return i;
}

}  // namespace

std::vector<CimTranslation::Supply> CimTranslation::supplies_of(CimClass cim_class) {
  std::vector<Supply> supplies;
  for (const std::uint32_t i : index_.of_class(cim_class)) {
    const Object equipment{i};
    index_.terminals_of(equipment, terminals_);
    if (terminals_.empty() || !terminals_.front().node.valid()) {
      defect(equipment, DefectClass::dangling_reference, DefectSeverity::severe, {},
             "supplies no connectivity node: it has no terminal at one", "left out");
      continue;
    }
    if (!terminals_.front().connected || out_of_service(equipment)) {
      defect(equipment, DefectClass::statement_not_understood, DefectSeverity::note, {},
             "is a source out of service or not connected", "supplies nothing");
      continue;
    }
    float kv = model_.number(equipment, CimProperty::nominal_voltage).value_or(0) * units_.kv;
    if (kv <= 0) kv = kv_of(equipment);
    supplies.push_back(
        {equipment, terminals_.front().node, container_of(equipment, CimClass::feeder), kv});
  }
  return supplies;
}

std::vector<CimTranslation::Object> CimTranslation::head_nodes(Object feeder) const {
  std::vector<Object> nodes;
  model_.for_each_reference(feeder, CimProperty::head_terminal, [&](Object terminal) {
    const Object node = index_.terminal(terminal).node;
    if (node.valid() && std::ranges::find(nodes, node) == nodes.end()) nodes.push_back(node);
  });
  return nodes;
}

// In CIM 14 those of a transformer are its windings'.
void CimTranslation::find_all_terminals(Object equipment) {
  index_.terminals_of(equipment, terminals_);
  if (!terminals_.empty() || model_.class_of(equipment) != CimClass::power_transformer) return;
  std::vector<CimTerminal> of_winding;
  for (const std::uint32_t i : index_.parts(equipment)) {
    if (model_.class_of(Object{i}) != CimClass::transformer_end) continue;
    index_.terminals_of(Object{i}, of_winding);
    terminals_.insert(terminals_.end(), of_winding.begin(), of_winding.end());
  }
}

// Nodes that hang together with a source through what is normally closed.
void CimTranslation::find_nodes_supplied() {
  std::vector<std::uint32_t> above(model_.objects());
  std::iota(above.begin(), above.end(), 0u);
  for (const CimClass cim_class : kConducting) {
    for (const std::uint32_t i : index_.of_class(cim_class)) {
      const Object equipment{i};
      if (stands_open(equipment) || out_of_service(equipment)) continue;
      find_all_terminals(equipment);
      std::uint32_t first = CimModel::kNone;
      for (const CimTerminal& terminal : terminals_) {
        if (!terminal.node.valid() || !terminal.connected) continue;
        const std::uint32_t root = root_of(above, terminal.node.index);
        if (first == CimModel::kNone) first = root;
        above[root] = first = root_of(above, first);
      }
    }
  }
  std::vector<std::uint8_t> has_source(model_.objects(), 0);
  for (const Supply& supply : supplies_) has_source[root_of(above, supply.node.index)] = 1;
  supplied_.resize(model_.objects());
  for (std::uint32_t i = 0; i < supplied_.size(); ++i) {
    supplied_[i] = has_source[root_of(above, i)];
  }
}

// To the injections of other networks. What hangs together with one of those and is no feeder's own
// is a generator: CGMES describes wind and sun so.
void CimTranslation::add_energy_sources() {
  std::vector<Supply> sources = supplies_of(CimClass::energy_source);
  if (!supplies_.empty() && !sources.empty()) {
    find_nodes_supplied();
    const auto generators = std::ranges::stable_partition(sources, [this](const Supply& source) {
      return source.feeder.valid() || supplied_[source.node.index] == 0;
    });
    if (!generators.empty()) {
      const std::size_t others = generators.size() - 1;
      defect(generators.front().equipment, DefectClass::statement_not_understood,
             DefectSeverity::note, {},
             "an ExternalNetworkInjection supplies its node already" +
                 (others == 0 ? std::string{}
                              : ", and those of " + std::to_string(others) + " more like it"),
             "taken as generators, not as where supply enters");
    }
    sources.erase(generators.begin(), generators.end());
    supplied_.clear();
  }
  supplies_.insert(supplies_.end(), sources.begin(), sources.end());
}

// The stub of a line that is not connected leaves its EquivalentInjection behind at a node of the
// boundary.
void CimTranslation::leave_out_lonely_machines() {
  std::vector<std::uint8_t> has_device(model_.objects(), 0);
  for (const CimClass cim_class : kConducting) {
    for (const std::uint32_t i : index_.of_class(cim_class)) {
      find_all_terminals(Object{i});
      for (const CimTerminal& terminal : terminals_) {
        if (terminal.node.valid()) has_device[terminal.node.index] = 1;
      }
    }
  }
  const auto lonely = std::ranges::stable_partition(
      supplies_, [&](const Supply& supply) { return has_device[supply.node.index] != 0; });
  if (lonely.empty() || lonely.size() == supplies_.size()) return;
  defect(lonely.front().equipment, DefectClass::statement_not_understood, DefectSeverity::note, {},
         std::to_string(lonely.size()) +
             " of the machines stand at connectivity nodes that no device names; this is the first",
         "supply nothing");
  supplies_.erase(lonely.begin(), lonely.end());
}

// A feeder with a source of its own begins there; without one at its head terminal, unless a source
// of the model already supplies that (then the substation is modelled and supply is traced from the
// source through it). Machines count only where there is nothing else.
void CimTranslation::decide_feeders() {
  is_feeder_.assign(model_.objects(), 0);
  supplies_ = supplies_of(CimClass::network_injection);
  add_energy_sources();
  const auto feeders = index_.of_class(CimClass::feeder);
  bool has_heads = false;
  for (const std::uint32_t i : feeders) {
    if (!head_nodes(Object{i}).empty()) {
      has_heads = true;
    } else if (const auto head = model_.reference(Object{i}, CimProperty::head_terminal)) {
      defect(Object{i}, DefectClass::dangling_reference, DefectSeverity::warning,
             "Feeder.NormalHeadTerminal",
             "its head terminal '" + model_.id(*head) + "' is at no connectivity node", "left out");
    }
  }
  for (const CimClass cim_class : {CimClass::machine, CimClass::power_electronics}) {
    if (!supplies_.empty() || has_heads) break;
    supplies_ = supplies_of(cim_class);
    leave_out_lonely_machines();
    if (supplies_.empty()) continue;
    defect(supplies_.front().equipment, DefectClass::statement_not_understood,
           DefectSeverity::warning, {},
           "the model has neither EnergySource nor ExternalNetworkInjection; this and other "
           "machines are its only sources",
           "taken as where supply enters");
  }
  // The only feeder is what the only source supplies.
  if (feeders.size() == 1 && supplies_.size() == 1 && !supplies_.front().feeder.valid()) {
    supplies_.front().feeder = Object{feeders.front()};
  }
  for (const Supply& supply : supplies_) {
    if (supply.feeder.valid()) is_feeder_[supply.feeder.index] = 1;
  }
  for (const std::uint32_t i : feeders) {
    if (is_feeder_[i] != 0) continue;
    const Object feeder{i};
    const auto heads = head_nodes(feeder);
    if (supplies_.empty()) {
      is_feeder_[i] = 1;
      continue;
    }
    if (supplied_.empty()) find_nodes_supplied();
    if (!heads.empty() && supplied_[heads.front().index] == 0) {
      is_feeder_[i] = 1;
      continue;
    }
    const std::string name = name_of(feeder);
    defect(feeder, DefectClass::feeder_disagrees, DefectSeverity::note, {},
           "feeder '" + (name.empty() ? model_.mrid(feeder) : name) + "' has no source of its own" +
               (heads.empty() ? " and no head terminal"
                              : "; its head is supplied from a source of the model"),
           "its equipment is traced from the model's sources");
  }
}

void CimTranslation::add_feeders() {
  std::vector<std::uint8_t> named(model_.objects(), 0);
  const auto substation_mrid = [&](Object object) {
    const auto energizing = model_.reference(object, CimProperty::energizing_substation);
    const Object substation = energizing ? *energizing : container_of(object, CimClass::substation);
    return substation.valid() ? model_.mrid(substation) : std::string{};
  };
  const auto add = [&](Object from, std::string mrid, Object node, float kv) {
    const std::string name = name_of(from), substation = substation_mrid(from);
    const std::string source = node.valid() ? model_.id(node) : std::string{};
    builder_.add_feeder(at(from), {mrid, name, substation, source, kv});
  };
  for (const Supply& supply : supplies_) {
    const bool as_feeder = supply.feeder.valid() && named[supply.feeder.index] == 0;
    if (as_feeder) named[supply.feeder.index] = 1;
    const Object from = as_feeder ? supply.feeder : supply.equipment;
    add(from, model_.mrid(from), supply.node, supply.kv);
  }
  for (const std::uint32_t i : index_.of_class(CimClass::feeder)) {
    if (is_feeder_[i] == 0 || named[i] != 0) continue;
    const Object feeder{i};
    const auto heads = head_nodes(feeder);
    const std::string mrid = model_.mrid(feeder);
    if (heads.empty()) add(feeder, mrid, {}, 0);
    for (std::size_t head = 0; head < heads.size(); ++head) {
      const auto level = model_.reference(heads[head], CimProperty::container);
      const float kv = level ? base_kv(*level) : 0;
      add(feeder, head == 0 ? mrid : mrid + "/" + std::to_string(head + 1), heads[head], kv);
    }
  }
}

}  // namespace gridmend
