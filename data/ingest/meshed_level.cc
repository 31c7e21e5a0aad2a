#include "data/ingest/meshed_level.h"

#include <algorithm>
#include <cstdint>

namespace gridmend {
namespace {

// Volts taken for kilovolts are no transmission grid.
constexpr float kMostOfAnyGrid_kv = 1200;

}  // namespace

MeshedLevel::MeshedLevel(const NetworkModel& network, double above_kv)
    : network_(network), above_kv_(above_kv), kv_(network.nodes().size(), 0) {
  const auto learn = [this](Id<ConnectivityNode> node, float kv) {
    if (!node.valid() || !(kv > 0 && kv <= kMostOfAnyGrid_kv)) return;
    float& known = kv_[node.index];
    known = known > 0 ? std::min(known, kv) : kv;
  };
  for (const Device& device : network.devices()) {
    learn(device.from, device.nominal_kv);
    if (device.kind != DeviceKind::power_transformer) learn(device.to, device.nominal_kv);
  }
  for (const Feeder& feeder : network.feeders()) learn(feeder.source_node, feeder.nominal_kv);
  // What follows only hands voltages on.
  exists_ = std::ranges::any_of(kv_, [&](float kv) { return kv > above_kv; });
  if (!exists_) return;
  std::vector<Id<ConnectivityNode>> reached;
  for (std::uint32_t i = 0; i < kv_.size(); ++i) {
    if (kv_[i] > 0) reached.push_back(Id<ConnectivityNode>{i});
  }
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (const auto [id, opposite] : network.incident(reached[i])) {
      if (network.devices()[id].kind == DeviceKind::power_transformer) continue;
      if (kv_[opposite.index] > 0) continue;
      kv_[opposite.index] = kv_[reached[i].index];
      reached.push_back(opposite);
    }
  }
}

// One more than devices; none when these do not follow each other.
std::vector<Id<ConnectivityNode>> MeshedLevel::nodes_of(const LoopPath& loop) const {
  const auto& devices = network_.devices();
  for (const bool backwards : {false, true}) {
    if (loop.devices.empty()) break;
    const Device& first = devices[loop.devices.front()];
    std::vector<Id<ConnectivityNode>> nodes{backwards ? first.to : first.from};
    for (const Id<Device> id : loop.devices) {
      const Device& device = devices[id];
      if (device.from != nodes.back() && device.to != nodes.back()) break;
      nodes.push_back(device.from == nodes.back() ? device.to : device.from);
    }
    if (nodes.size() == loop.devices.size() + 1) return nodes;
  }
  return {};
}

bool MeshedLevel::holds(const LoopPath& loop) const {
  const auto nodes = nodes_of(loop);
  auto begin = nodes.begin(), end = nodes.end();
  const auto is_above = [this](Id<ConnectivityNode> node) { return above(node); };
  if (loop.between_sources) {
    begin = std::find_if(begin, end, is_above);
    while (begin != end && !is_above(*(end - 1))) --end;
  }
  return begin != end && std::all_of(begin, end, is_above);
}

}  // namespace gridmend
