#include "data/ingest/opendss_buses.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "data/ingest/letter_case.h"

namespace gridmend {
namespace {

constexpr std::uint8_t kNode3 = 4;
constexpr std::uint8_t kNode4 = 8;
constexpr std::uint8_t kHigherNodes = 16;
constexpr std::uint8_t kThreeFrom4Up = 32;
constexpr std::size_t kMostNodes = 32;  // of one terminal
constexpr double kSameVoltage = .25;

std::uint8_t bit_of(int node) {
  if (node <= 0) return 0;
  return node <= 4 ? static_cast<std::uint8_t>(1U << static_cast<unsigned>(node - 1))
                   : kHigherNodes;
}

std::uint8_t nodes_of(std::string_view dotted, int phases) {
  std::array<int, kMostNodes> nodes{};
  const auto count = static_cast<std::size_t>(std::clamp(phases, 1, static_cast<int>(kMostNodes)));
  for (std::size_t i = 0; i < count; ++i) nodes[i] = static_cast<int>(i) + 1;
  std::size_t given = 0;
  while (!dotted.empty() && given < kMostNodes) {
    const std::string_view part = dotted.substr(0, dotted.find('.'));
    dotted.remove_prefix(std::min(part.size() + 1, dotted.size()));
    int node = 0;
    std::from_chars(part.data(), part.data() + part.size(), node);
    nodes[given++] = node;
  }
  std::uint8_t bits = 0;
  int from_4_up = 0;
  for (std::size_t i = 0; i < std::max(count, given); ++i) {
    bits |= bit_of(nodes[i]);
    if (nodes[i] >= 4) ++from_4_up;
  }
  if (from_4_up >= 3) bits |= kThreeFrom4Up;
  return bits;
}

}  // namespace

DssTerminal DssBuses::terminal(std::string_view spec, int phases) {
  const std::string_view name = name_of(spec);
  const std::uint32_t bus = numbers_.intern(lower_names_, lower_case(name));
  if (bus == spellings_.size()) {
    spellings_.push_back(name);
    nodes_.push_back(0);
    parents_.push_back(bus);
    groups_.emplace_back();
  }
  const std::string_view dotted =
      name.size() < spec.size() ? spec.substr(name.size() + 1) : std::string_view{};
  const DssTerminal terminal{bus, nodes_of(dotted, phases)};
  nodes_[bus] |= terminal.nodes;
  if ((terminal.nodes & kNode3) != 0) groups_[find(bus)].three_phases = true;
  return terminal;
}

std::optional<std::uint32_t> DssBuses::known(std::string_view name) const {
  return numbers_.find(lower_names_, lower_case(name));
}

std::uint32_t DssBuses::find(std::uint32_t bus) const {
  while (parents_[bus] != bus) bus = parents_[bus] = parents_[parents_[bus]];
  return bus;
}

void DssBuses::join(DssTerminal a, DssTerminal b) {
  const std::uint32_t root = std::min(find(a.bus), find(b.bus));
  const std::uint32_t other = std::max(find(a.bus), find(b.bus));
  if (root == other) return;
  parents_[other] = root;
  groups_[root].split |= groups_[other].split;
  groups_[root].three_phases |= groups_[other].three_phases;
  if (groups_[root].kv <= 0) groups_[root].kv = groups_[other].kv;
}

void DssBuses::mark_split(DssTerminal terminal) { groups_[find(terminal.bus)].split = true; }

bool DssBuses::set_kv(std::uint32_t bus, double kv) {
  double& known = groups_[find(bus)].kv;
  if (known <= 0) known = kv;
  return std::abs(known - kv) <= kSameVoltage * std::max(known, kv);
}

PhaseSet DssBuses::phases(DssTerminal terminal) const {
  const Group& group = groups_[find(terminal.bus)];
  PhaseSet phases;
  if (group.split && !group.three_phases) {
    if ((terminal.nodes & 1U) != 0) phases.bits |= PhaseSet::kS1;
    if ((terminal.nodes & 2U) != 0) phases.bits |= PhaseSet::kS2;
  } else {
    phases.bits = terminal.nodes & (PhaseSet::kA | PhaseSet::kB | PhaseSet::kC);
  }
  // A second circuit on higher nodes of the bus: which phases is said of three alone.
  if (!phases.any() && (terminal.nodes & kThreeFrom4Up) != 0) return PhaseSet::abc();
  if (!phases.any() && (terminal.nodes & kHigherNodes) != 0) return PhaseSet::unknown_single();
  if ((terminal.nodes & kNode4) != 0) phases.bits |= PhaseSet::kNeutral;
  return phases;
}

}  // namespace gridmend
