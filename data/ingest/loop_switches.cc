#include "data/ingest/loop_switches.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "data/ingest/check_context.h"

namespace gridmend {
namespace {

// What share of a kind usually stands open, worth as much as kUsualWeight switches seen.
constexpr double kUsualWeight = 20;
double usual_share(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::load_break_switch:
      return 0.2;
    case DeviceKind::disconnector:
      return 0.15;
    case DeviceKind::sectionaliser:
    case DeviceKind::recloser:
      return 0.05;
    case DeviceKind::fuse:
      return 0.02;
    default:
      return 0.01;
  }
}

constexpr double kFeederChanges = 2.5;
constexpr double kInTheMiddle = 1.5;
constexpr double kNamedTie = 2;
constexpr double kAtTheSource = -3;
constexpr double kNeighbourOpen = -1;

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? char(letter - 'A' + 'a') : letter;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z'); }

// "TIE 4", "sw_no_17", "N.O.", "联络12": the short ones only as words of their own.
bool says_tie(std::string_view mrid) {
  std::string text{mrid};
  std::ranges::transform(text, text.begin(), lower);
  if (text.find("联络") != std::string::npos || text.find("n.o.") != std::string::npos) return true;
  for (const std::string_view word : {"tie", "no", "na", "nopen"}) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      const bool begins = at == 0 || !is_letter(text[at - 1]);
      const std::size_t end = at + word.size();
      if (begins && (end == text.size() || !is_letter(text[end]))) return true;
    }
  }
  return false;
}

// Metres before the middle of each device, and in all; a device without length counts one metre.
struct PathLengths {
  std::vector<double> to_middle_m;
  double all_m = 0;
};
PathLengths lengths_of(const NetworkModel& network, const LoopPath& loop) {
  PathLengths lengths;
  for (const Id<Device> id : loop.devices) {
    const double stated_m = static_cast<double>(network.devices()[id].length_m);
    const double length_m = stated_m > 1 && std::isfinite(stated_m) ? stated_m : 1;
    lengths.to_middle_m.push_back(lengths.all_m + length_m / 2);
    lengths.all_m += length_m;
  }
  return lengths;
}

void add_reason(std::string& reasons, const std::string& reason) {
  reasons += (reasons.empty() ? "" : ", ") + reason;
}

}  // namespace

std::uint8_t phases_all_round(const NetworkModel& network, const LoopPath& loop) {
  std::uint8_t common = PhaseSet::abc().bits;
  for (const Id<Device> id : loop.devices) {
    const PhaseSet phases = network.devices()[id].phases;
    if (!phases.one_of() && phases.live_bits() != 0) common &= phases.bits;
  }
  return common;
}

LoopSwitches::LoopSwitches(const NetworkModel& network)
    : network_(network), is_source_(network.nodes().size(), 0) {
  for (const Device& device : network.devices()) {
    ++all_[static_cast<std::size_t>(device.kind)];
    if (device.normally_open != 0) ++open_[static_cast<std::size_t>(device.kind)];
  }
  for (const Feeder& feeder : network.feeders()) {
    if (feeder.source_node.valid()) is_source_[feeder.source_node.index] = 1;
  }
}

double LoopSwitches::kind_score(DeviceKind kind) const {
  const auto at = static_cast<std::size_t>(kind);
  const double share = (static_cast<double>(open_[at]) + kUsualWeight * usual_share(kind)) /
                       (static_cast<double>(all_[at]) + kUsualWeight);
  return std::log(share / (1 - share));
}

// The declared feeders nearest before and behind the device on the path.
std::pair<Id<Feeder>, Id<Feeder>> LoopSwitches::feeders_beside(const LoopPath& loop,
                                                               std::size_t place) const {
  const auto feeder = [&](std::size_t i) { return network_.devices()[loop.devices[i]].feeder; };
  std::pair<Id<Feeder>, Id<Feeder>> beside;
  for (std::size_t i = place; i-- > 0 && !beside.first.valid();) beside.first = feeder(i);
  for (std::size_t i = place + 1; i < loop.devices.size() && !beside.second.valid(); ++i) {
    beside.second = feeder(i);
  }
  return beside;
}

bool LoopSwitches::open_neighbour(Id<Device> id) const {
  const Device& device = network_.devices()[id];
  for (const Id<ConnectivityNode> node : {device.from, device.to}) {
    for (const auto [neighbour, opposite] : network_.incident(node)) {
      if (network_.devices()[neighbour].normally_open != 0) return true;
    }
  }
  return false;
}

std::optional<LoopSwitches::Suspect> LoopSwitches::likeliest(const LoopPath& loop) const {
  const PathLengths lengths = lengths_of(network_, loop);
  std::optional<Suspect> best;
  double best_score = 0;
  const unsigned all_round = phases_all_round(network_, loop);
  for (std::size_t place = 0; place < loop.devices.size(); ++place) {
    const Id<Device> id = loop.devices[place];
    const Device& device = network_.devices()[id];
    if (!is_switch(device.kind)) continue;
    const double from_m = lengths.to_middle_m[place];
    const double to_m = lengths.all_m - from_m;
    const double middle = 1 - std::abs(from_m - to_m) / lengths.all_m;
    const auto [before, behind] = feeders_beside(loop, place);
    const bool changes = before.valid() && behind.valid() && before != behind;
    const bool tie = says_tie(network_.mrid(id));
    const bool at_source = is_source_[device.from.index] != 0 || is_source_[device.to.index] != 0;
    const bool neighbour = open_neighbour(id);
    const double score = kind_score(device.kind) + (changes ? kFeederChanges : 0) +
                         kInTheMiddle * middle + (tie ? kNamedTie : 0) +
                         (at_source ? kAtTheSource : 0) + (neighbour ? kNeighbourOpen : 0);
    const bool spares = device.phases.one_of() || (device.phases.live_bits() & ~all_round) == 0;
    if (best && std::pair{spares, score} <= std::pair{best->spares_phases, best_score}) continue;
    best_score = score;
    std::string kind{to_string(device.kind)};
    std::ranges::replace(kind, '_', ' ');
    const auto k = static_cast<std::size_t>(device.kind);
    std::string reasons = "a " + kind;
    if (open_[k] > 0) {
      reasons += " (" + std::to_string(open_[k]) + " of " + std::to_string(all_[k]) +
                 " stand open in this network)";
    } else if (!is_protective(device.kind)) {
      reasons += ", opened by hand";
    }
    if (changes) {
      add_reason(reasons, "the declared feeder changes from '" +
                              std::string{network_.mrid(before)} + "' to '" +
                              std::string{network_.mrid(behind)} + "' across it");
    }
    if (tie) add_reason(reasons, "its id says it is a tie");
    if (middle > 0.6) {
      add_reason(reasons, distance_text(from_m) + " from the one end of the loop and " +
                              distance_text(to_m) + " from the other");
    }
    best = Suspect{place, std::move(reasons), spares, at_source};
  }
  return best;
}

}  // namespace gridmend
