#include "core/outage/dark_nodes.h"

namespace gridmend {

DarkNodes::DarkNodes(const InferenceForest& forest, const SwitchState& switches)
    : forest_(forest), switches_(switches), island_(forest.network().nodes().size(), kSupplied) {}

std::uint32_t DarkNodes::island_at(Id<ConnectivityNode> start) {
  if (forest_.zone_of(start).valid()) return kSupplied;
  if (island_[start] != kSupplied) return island_[start];
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  std::vector<Id<ConnectivityNode>>& found = nodes_.emplace_back();
  island_[start] = number;
  found.push_back(start);
  for (std::size_t next = 0; next < found.size(); ++next) {
    for (const auto [device, opposite] : forest_.network().incident(found[next])) {
      if (!switches_.conducts(device) || island_[opposite] != kSupplied) continue;
      if (forest_.zone_of(opposite).valid()) continue;
      island_[opposite] = number;
      found.push_back(opposite);
    }
  }
  return number;
}

}  // namespace gridmend
