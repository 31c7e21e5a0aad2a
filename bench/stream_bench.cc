// Figures of the localiser's further variants: bench_stream. One core; prints tables for
// docs/algorithms/localisation.md. Times are of the processor.

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <vector>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/epoch_product.h"
#include "core/outage/phase_product.h"
#include "core/outage/streaming_localiser.h"

namespace gridmend {
namespace {

const Time kOnset{std::chrono::hours{500'000}};

// Processor time of this thread: other work on the machine does not count.
double milliseconds(const std::function<void()>& work) {
  const auto now = [] {
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
  };
  const double start = now();
  work();
  return now() - start;
}

double median_of(int runs, const std::function<void()>& work) {
  work();
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) times.push_back(milliseconds(work));
  std::ranges::sort(times);
  return times[times.size() / 2];
}

// `reach`: how far back a parent may stand. 1 makes one chain, a large one shallow bushes.
std::uint32_t random_parent(Random& random, std::size_t v, std::size_t reach) {
  return static_cast<std::uint32_t>(v - 1 - random.below(std::min(v, reach)));
}

// One feeder of fuses, a usage point behind each.
NetworkModel one_feeder(std::size_t zones, std::size_t reach) {
  Random random{1};
  NetworkRecords records;
  std::vector<Device> devices(zones);
  std::vector<UsagePoint> points(zones);
  for (std::size_t v = 0; v < zones; ++v) {
    devices[v].from = Id<ConnectivityNode>{v == 0 ? 0 : 1 + random_parent(random, v, reach)};
    devices[v].to = points[v].node = Id<ConnectivityNode>{static_cast<std::uint32_t>(v + 1)};
    devices[v].kind = v == 0 ? DeviceKind::breaker : DeviceKind::fuse;
  }
  std::vector<Feeder> feeders(1);
  feeders[0].source_node = Id<ConnectivityNode>{0};
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(zones + 1)};
  records.devices = Table<Device>{std::move(devices)};
  records.usage_points = Table<UsagePoint>{std::move(points)};
  records.feeders = Table<Feeder>{std::move(feeders)};
  return *NetworkModel::from_records(std::move(records));
}

Evidence random_item(Random& random, std::size_t points) {
  const Id<UsagePoint> point{static_cast<std::uint32_t>(random.below(points))};
  const Time time = kOnset + std::chrono::seconds{random.between(1, 600)};
  switch (random.below(4)) {
    case 0:
      return {"", time, {}, "", TroubleCall{point, {}, {}, {}}};
    case 1:
      return {"", time, {}, "", PingResult{point, random.chance(.5)}};
    case 2:
      return {"", time, {}, "", PowerUp{point}};
    default:
      return {"", time, {}, "", LastGasp{point}};
  }
}

// An item is recorded and a probability asked; now and then time passes and all is read again.
void bench_stream(const char* shape, std::size_t zones, std::size_t reach) {
  const NetworkModel network = one_feeder(zones, reach);
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  const LocaliserSettings settings;
  const Water water;
  EvidenceBook book{network};
  book.record({"", kOnset, {}, "", LastGasp{Id<UsagePoint>{0}}});
  Time at = kOnset + std::chrono::minutes{10};
  StreamingLocaliser stream{forest, water, settings, book, at};
  double asked = stream.p_active(Id<InferenceZone>{0});
  Random random{2};
  constexpr int kItems = 100'000;
  std::vector<double> micros;
  for (int i = 0; i < kItems; ++i) {
    const Evidence item = random_item(random, zones);
    const Id<InferenceZone> zone{static_cast<std::uint32_t>(random.below(zones))};
    micros.push_back(1e3 * milliseconds([&] {
                       stream.record(item);
                       asked += stream.p_active(zone);
                     }));
  }
  std::ranges::sort(micros);
  const double passes = median_of(3, [&] {
    at += std::chrono::seconds{1};
    stream.advance(at);
    asked += stream.p_active(Id<InferenceZone>{0});
  });
  std::printf("| %-10s | %8zu | %6.2f | %6.2f | %7.2f | %7.0f |\n", shape, zones,
              micros[kItems / 2], micros[kItems / 100 * 99], micros.back() * (asked >= 0 ? 1 : 0),
              passes);
}

void bench_streams() {
  std::printf(
      "| one item and its question | zones | median us | p99 us | worst us | time passes ms |\n");
  std::printf("| --- | --- | --- | --- | --- | --- |\n");
  bench_stream("bushy", 1'000'000, 1'000'000);
  bench_stream("deep", 1'000'000, 32);
  bench_stream("chain", 50'000, 1);
}

void bench_phases(const char* what, std::size_t zones, bool by_phases) {
  Random random{3};
  std::vector<std::uint32_t> parent;
  std::vector<PhaseZone> heads;
  std::vector<ByPhases> evidence(zones);
  for (std::size_t v = 0; v < zones; ++v) {
    parent.push_back(v == 0 ? kNoParent : random_parent(random, v, zones));
    const double q = random.uniform(.001, .1);
    heads.push_back(by_phases ? single_phase_zone(q, 7, .3) : gang_operated_zone(q, 7));
    for (double& value : evidence[v]) value = random.normal();
  }
  const PhaseTree tree{parent, heads, evidence};
  PhaseMarginals marginals;
  PhaseExplanation best;
  const double sum = median_of(5, [&] { infer_phase_marginals(tree, marginals); });
  const double map = median_of(5, [&] { infer_phase_explanation(tree, best); });
  std::printf("| %-26s | %8zu | %7.1f | %7.1f |\n", what, zones, sum, map);
}

void bench_epochs(std::uint32_t epochs, std::size_t zones) {
  Random random{4};
  std::vector<std::uint32_t> parent;
  std::vector<double> opening, evidence;
  for (std::size_t v = 0; v < zones; ++v) {
    parent.push_back(v == 0 ? kNoParent : random_parent(random, v, zones));
    for (std::uint32_t k = 0; k < epochs; ++k) opening.push_back(.05 / epochs);
    opening.push_back(.95);
    for (std::uint32_t k = 0; k <= epochs; ++k) evidence.push_back(random.normal());
  }
  const EpochTree tree{epochs, parent, opening, evidence};
  EpochMarginals marginals;
  EpochExplanation best;
  const double sum = median_of(5, [&] { infer_epoch_marginals(tree, marginals); });
  const double map = median_of(5, [&] { infer_epoch_explanation(tree, best); });
  std::printf("| %-2u epochs                  | %8zu | %7.1f | %7.1f |\n", epochs, zones, sum, map);
}

void bench_variants() {
  std::printf(
      "\n| full pass, bushy | zones | marginals ms | MAP ms |\n| --- | --- | --- | --- |\n");
  bench_phases("phases, all opens together", 1'000'000, false);
  bench_phases("phases, each by itself", 1'000'000, true);
  bench_epochs(1, 1'000'000);
  bench_epochs(4, 1'000'000);
}

}  // namespace
}  // namespace gridmend

int main() {
  gridmend::bench_streams();
  gridmend::bench_variants();
  return 0;
}
