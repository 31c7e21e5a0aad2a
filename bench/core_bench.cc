#include <benchmark/benchmark.h>

#include <utility>
#include <vector>

#include "core/base/random.h"
#include "core/geo/spatial_index.h"
#include "core/network/block_cut_tree.h"
#include "core/network/supply_forest.h"

namespace gridmend {
namespace {

// A radial network: every node hangs on one of the `reach` nodes before it, so a small reach makes
// long feeders; ten feeders, a usage point at every node, ties that stand open.
NetworkRecords radial(std::uint32_t nodes, std::uint32_t reach) {
  constexpr std::uint32_t kFeeders = 10;
  Random random{1};
  std::vector<Device> devices;
  devices.reserve(nodes + nodes / 100);
  for (std::uint32_t i = kFeeders; i < nodes; ++i) {
    const std::uint32_t back = static_cast<std::uint32_t>(random.below(std::min(i, reach))) + 1;
    Device device;
    device.from = Id<ConnectivityNode>{i - back};
    device.to = Id<ConnectivityNode>{i};
    device.kind = i % 16 == 0 ? DeviceKind::fuse : DeviceKind::ac_line_segment;
    devices.push_back(device);
  }
  for (std::uint32_t i = 0; i < nodes / 100; ++i) {
    Device tie;
    tie.from = Id<ConnectivityNode>{random.below(nodes)};
    tie.to = Id<ConnectivityNode>{random.below(nodes)};
    tie.kind = DeviceKind::load_break_switch;
    tie.normally_open = 1;
    devices.push_back(tie);
  }
  std::vector<UsagePoint> usage_points(nodes);
  for (std::uint32_t i = 0; i < nodes; ++i) usage_points[i].node = Id<ConnectivityNode>{i};
  std::vector<Feeder> feeders(kFeeders);
  for (std::uint32_t i = 0; i < kFeeders; ++i) feeders[i].source_node = Id<ConnectivityNode>{i};
  NetworkRecords records;
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(nodes)};
  records.devices = Table<Device>{std::move(devices)};
  records.feeders = Table<Feeder>{std::move(feeders)};
  records.usage_points = Table<UsagePoint>{std::move(usage_points)};
  return records;
}

NetworkModel radial_network(benchmark::State& state) {
  return *NetworkModel::from_records(radial(static_cast<std::uint32_t>(state.range(0)), 200));
}

void network_from_records(benchmark::State& state) {
  const NetworkRecords records = radial(static_cast<std::uint32_t>(state.range(0)), 200);
  for (auto _ : state) benchmark::DoNotOptimize(NetworkModel::from_records(records));
}
BENCHMARK(network_from_records)
    ->RangeMultiplier(10)
    ->Range(10000, 1000000)
    ->Unit(benchmark::kMillisecond);

void derive_supply_forest(benchmark::State& state) {
  const NetworkModel network = radial_network(state);
  const SwitchState switches{network};
  for (auto _ : state) benchmark::DoNotOptimize(SupplyForest::derive(network, switches));
}
BENCHMARK(derive_supply_forest)
    ->RangeMultiplier(10)
    ->Range(10000, 1000000)
    ->Unit(benchmark::kMillisecond);

// The same with all ties closed: ten thousand loops.
void derive_meshed_supply_forest(benchmark::State& state) {
  NetworkRecords records = radial(static_cast<std::uint32_t>(state.range(0)), 200);
  std::vector<Device> devices{records.devices.begin(), records.devices.end()};
  for (Device& device : devices) device.normally_open = 0;
  records.devices = Table<Device>{std::move(devices)};
  const NetworkModel network = *NetworkModel::from_records(records);
  const SwitchState switches{network};
  for (auto _ : state) benchmark::DoNotOptimize(SupplyForest::derive(network, switches));
}
BENCHMARK(derive_meshed_supply_forest)->Arg(1000000)->Unit(benchmark::kMillisecond);

void derive_block_cut_tree(benchmark::State& state) {
  const NetworkModel network = radial_network(state);
  const SupplyForest forest = SupplyForest::derive(network, SwitchState{network});
  for (auto _ : state) benchmark::DoNotOptimize(BlockCutTree::derive(forest));
}
BENCHMARK(derive_block_cut_tree)
    ->RangeMultiplier(10)
    ->Range(10000, 1000000)
    ->Unit(benchmark::kMillisecond);

// Everything behind the feeder with the most nodes.
void trace_largest_feeder(benchmark::State& state) {
  const NetworkModel network = radial_network(state);
  const SupplyForest forest = SupplyForest::derive(network, SwitchState{network});
  Id<ConnectivityNode> source;
  for (const Feeder& feeder : network.feeders()) {
    const std::size_t largest = source.valid() ? forest.subtree(source).size() : 0;
    if (forest.subtree(feeder.source_node).size() > largest) source = feeder.source_node;
  }
  std::size_t devices = 0;
  for (auto _ : state) devices = trace_downstream(forest, source).size();
  state.counters["devices"] = static_cast<double>(devices);
}
BENCHMARK(trace_largest_feeder)->Arg(1000000)->Unit(benchmark::kMicrosecond);

void usage_points_behind_a_device(benchmark::State& state) {
  const NetworkModel network = radial_network(state);
  const SupplyForest forest = SupplyForest::derive(network, SwitchState{network});
  Random random{2};
  std::size_t sum = 0;
  for (auto _ : state) {
    const Id<ConnectivityNode> at{random.below(network.nodes().size())};
    sum += forest.usage_points_behind(at).size();
  }
  benchmark::DoNotOptimize(sum);
}
BENCHMARK(usage_points_behind_a_device)->Arg(1000000);

void trace_to_the_source(benchmark::State& state) {
  const NetworkModel network = radial_network(state);
  const SupplyForest forest = SupplyForest::derive(network, SwitchState{network});
  const Id<ConnectivityNode> last{network.nodes().size() - 1};
  std::size_t devices = 0;
  for (auto _ : state) devices = trace_upstream(forest, last).size();
  state.counters["devices"] = static_cast<double>(devices);
}
BENCHMARK(trace_to_the_source)->Arg(1000000)->Unit(benchmark::kMicrosecond);

std::vector<Position> scattered(std::size_t count) {
  Random random{3};
  std::vector<Position> points(count);
  for (Position& p : points) p = {random.uniform(120, 121), random.uniform(30, 31)};
  return points;
}

void index_places(benchmark::State& state) {
  const std::vector<Position> points = scattered(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(SpatialIndex{points});
}
BENCHMARK(index_places)->Arg(1000000)->Unit(benchmark::kMillisecond);

void eight_nearest_places(benchmark::State& state) {
  const SpatialIndex index{scattered(static_cast<std::size_t>(state.range(0)))};
  Random random{4};
  for (auto _ : state) {
    const Position from{random.uniform(120, 121), random.uniform(30, 31)};
    benchmark::DoNotOptimize(index.nearest(from, 8));
  }
}
BENCHMARK(eight_nearest_places)->Arg(1000000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace gridmend

BENCHMARK_MAIN();
