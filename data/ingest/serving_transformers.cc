#include "data/ingest/serving_transformers.h"

#include <algorithm>

namespace gridmend {

IdVector<ConnectivityNode, Id<Device>> serving_transformers(const SupplyForest& forest) {
  const NetworkModel& network = forest.network();
  IdVector<ConnectivityNode, Id<Device>> serving(network.nodes().size());
  for (const Id<ConnectivityNode> node : forest.tour()) {
    const Id<Device> by = forest.parent_device(node);
    if (!by.valid()) continue;
    const bool transforms = network.devices()[by].kind == DeviceKind::power_transformer;
    serving[node] = transforms ? by : serving[forest.parent(node)];
  }
  return serving;
}

bool are_one_bank(const NetworkModel& network, Id<Device> a, Id<Device> b) {
  if (a == b) return true;
  const Device& one = network.devices()[a];
  const Device& other = network.devices()[b];
  return one.kind == other.kind &&
         std::minmax(one.from, one.to) == std::minmax(other.from, other.to);
}

}  // namespace gridmend
