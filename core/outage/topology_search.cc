#include "core/outage/topology_search.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace gridmend {
namespace {

constexpr std::size_t kMostCases = 4096;

}  // namespace

TopologySearch::TopologySearch(const Joint& joint)
    : joint_(joint), open_(joint.network.devices().size(), 0) {
  for (const DoubtedSwitch& doubt : joint.doubted) doubted_.push_back(joint.find(doubt.device));
  for (const Feeder& feeder : joint.network.feeders()) {
    if (feeder.source_node.valid()) sources_.push_back(feeder.source_node);
  }
}

std::vector<TopologyCase> TopologySearch::run() {
  const auto count = std::uint32_t{1} << doubted_.size();
  std::vector<double> prior(count, 1);
  for (std::uint32_t otherwise = 0; otherwise < count; ++otherwise) {
    for (std::size_t i = 0; i < doubted_.size(); ++i) {
      const DoubtedSwitch& doubt = joint_.doubted[i];
      const bool closed = ((otherwise >> i & 1) != 0) == doubt.recorded_open;
      prior[otherwise] *= closed ? doubt.closed_before : 1 - doubt.closed_before;
    }
  }
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::uint32_t otherwise) { return prior[otherwise]; });
  for (const std::uint32_t otherwise : order) {
    if (cases_.size() >= kMostCases) break;
    stand(otherwise, prior[otherwise]);
  }
  std::ranges::stable_sort(cases_, std::ranges::greater{}, &TopologyCase::prior);
  return std::move(cases_);
}

// Those of `otherwise`, a bit a doubted switch, stand otherwise than recorded.
void TopologySearch::stand(std::uint32_t otherwise, double prior) {
  std::ranges::fill(open_, std::uint8_t{0});
  closing_.clear();
  for (std::size_t i = 0; i < doubted_.size(); ++i) {
    if (!doubted_[i].valid()) continue;
    const bool changed = (otherwise >> i & 1) != 0;
    const bool recorded_open = joint_.doubted[i].recorded_open;
    // Those that close do it one by one below.
    open_[doubted_[i].index] = changed || recorded_open ? 1 : 0;
    if (changed && recorded_open) closing_.push_back(doubted_[i]);
  }
  close_from(0, prior);
}

void TopologySearch::close_from(std::size_t next, double prior) {
  if (cases_.size() >= kMostCases) return;
  if (next == closing_.size()) {
    TopologyCase& found = cases_.emplace_back();
    found.prior = prior;
    for (std::size_t c = 0; c < open_.size(); ++c) {
      if (open_[c] != 0) found.opened.push_back(Id<Device>{c});
    }
    return;
  }
  const Id<Device> closes = closing_[next];
  const std::vector<Id<Device>> ring = path(closes);
  open_[closes.index] = 0;
  if (ring.empty()) {
    close_from(next + 1, prior);
  } else {
    std::vector<std::pair<Id<Device>, double>> points;
    double sum = 0;
    for (const Id<Device> device : ring) {
      if (!may_open(device)) continue;
      points.emplace_back(device, joint_.open_weight[device.index]);
      sum += points.back().second;
    }
    for (const auto& [device, weight] : points) {
      if (!(sum > 0)) break;
      open_[device.index] = 1;
      close_from(next + 1, prior * weight / sum);
      open_[device.index] = 0;
    }
  }
  open_[closes.index] = 1;
}

bool TopologySearch::may_open(Id<Device> device) const {
  if (device.index >= joint_.devices.size() || std::ranges::count(doubted_, device) > 0)
    return false;
  const DeviceKind kind = joint_.network.devices()[device].kind;
  return is_switch(kind) && kind != DeviceKind::fuse;
}

// How its two ends hang together without it, by fewest devices, sources being joined; empty: not.
std::vector<Id<Device>> TopologySearch::path(Id<Device> between) const {
  const NetworkModel& network = joint_.network;
  const Device& device = network.devices()[between];
  struct Step {
    Id<ConnectivityNode> before;
    Id<Device> through;
    bool seen = false;
  };
  std::vector<Step> steps(network.nodes().size());
  std::vector<Id<ConnectivityNode>> reached{device.from};
  steps[device.from.index].seen = true;
  const auto reach = [&](Id<ConnectivityNode> node, Step step) {
    if (steps[node.index].seen) return;
    steps[node.index] = step;
    reached.push_back(node);
  };
  for (std::size_t next = 0; next < reached.size() && !steps[device.to.index].seen; ++next) {
    const Id<ConnectivityNode> node = reached[next];
    if (std::ranges::count(sources_, node) > 0) {
      for (const Id<ConnectivityNode> source : sources_) reach(source, {node, {}, true});
    }
    for (const auto [through, opposite] : network.incident(node)) {
      if (open_[through.index] == 0) reach(opposite, {node, through, true});
    }
  }
  std::vector<Id<Device>> ring;
  if (!steps[device.to.index].seen) return ring;
  for (Id<ConnectivityNode> node = device.to; node != device.from;) {
    const Step& step = steps[node.index];
    if (step.through.valid()) ring.push_back(step.through);
    node = step.before;
  }
  std::ranges::sort(ring);
  return ring;
}

}  // namespace gridmend
