// What is found behind a breaker that tripped and is back, beside a model that knows every true
// rate: transformers with a few customers each behind fuses, some of which had opened unseen.
// bench_restoration [LAST_GASP_REACH] [POWER_UP_REACH] [TRIPS]
// Figures and the command that gives them: docs/algorithms/localisation.md.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <vector>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/localiser.h"
#include "core/outage/outage_book.h"

namespace gridmend {
namespace {

using std::chrono::minutes;

const Time kTrip = Time{} + std::chrono::hours{24 * 365 * 56};
const Time kRestored = kTrip + minutes{60};
constexpr double kFuse = .05, kTransformer = .01, kPremises = .001;

struct Options {
  double gasp_reach = .8;
  double power_up_reach = .9;
  int trips = 400;
};

struct Transformer {
  Id<Device> device;
  std::vector<Id<UsagePoint>> customers;
};
struct Fuse {
  Id<Device> device;
  std::vector<Transformer> transformers;
};

// One breaker, eight fuses, three transformers behind each.
struct Street {
  Id<Device> breaker;
  std::vector<Fuse> fuses;
  NetworkModel network;

  Street() : network(build()) {}

 private:
  NetworkModel build() {
    static constexpr int kCustomers[] = {1, 1, 1, 2, 2, 3, 4, 6, 8, 12, 1, 2};
    std::vector<ConnectivityNode> nodes(2);
    std::vector<Device> devices;
    std::vector<UsagePoint> points;
    const auto hang_on = [&](DeviceKind kind, Id<ConnectivityNode> from, Id<ConnectivityNode> to) {
      Device& device = devices.emplace_back();
      device.kind = kind;
      device.from = from;
      device.to = to;
      return Id<Device>{devices.size() - 1};
    };
    const auto new_node = [&] {
      nodes.emplace_back();
      return Id<ConnectivityNode>{nodes.size() - 1};
    };
    const Id<ConnectivityNode> source{std::size_t{0}}, bus{std::size_t{1}};
    breaker = hang_on(DeviceKind::breaker, source, bus);
    std::size_t next = 0;
    for (int f = 0; f < 8; ++f) {
      const Id<ConnectivityNode> behind = new_node();
      Fuse& fuse = fuses.emplace_back(Fuse{hang_on(DeviceKind::fuse, bus, behind), {}});
      for (int t = 0; t < 3; ++t) {
        const Id<ConnectivityNode> node = new_node();
        Transformer transformer{hang_on(DeviceKind::power_transformer, behind, node), {}};
        for (int u = kCustomers[next++ % std::size(kCustomers)]; u > 0; --u) {
          UsagePoint& point = points.emplace_back();
          point.node = node;
          point.customers = 1;
          transformer.customers.push_back(Id<UsagePoint>{points.size() - 1});
        }
        fuse.transformers.push_back(std::move(transformer));
      }
    }
    std::vector<Feeder> feeders(1);
    feeders[0].source_node = source;
    NetworkRecords records;
    records.nodes = Table<ConnectivityNode>{std::move(nodes)};
    records.devices = Table<Device>{std::move(devices)};
    records.usage_points = Table<UsagePoint>{std::move(points)};
    records.feeders = Table<Feeder>{std::move(feeders)};
    return *NetworkModel::from_records(std::move(records));
  }
};

struct Score {
  int hits = 0, false_alarms = 0, misses = 0;
  double brier = 0;

  void count(bool named, bool open, double p) {
    hits += named && open;
    false_alarms += named && !open;
    misses += !named && open;
    brier += (p - (open ? 1 : 0)) * (p - (open ? 1 : 0));
  }
  void report(const char* who) const {
    std::printf("| %s | %d | %d | %d | %.3f | %.1f |\n", who, hits, false_alarms, misses,
                2.0 * hits / (2 * hits + false_alarms + misses), brier);
  }
};

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        switches_(street_.network),
        forest_(InferenceForest::contract(SupplyForest::derive(street_.network, switches_))) {
    settings_.reliability.last_gasp_reach = options.gasp_reach;
    settings_.reliability.ping_lost = 1 - options.power_up_reach;
  }

  void run() {
    for (int trip = 0; trip < options_.trips; ++trip)
      play(Random{11}.fork(static_cast<std::uint64_t>(trip)));
    std::printf(
        "%d trips\n\n| | found | false alarms | missed | F1 | Brier |\n"
        "| --- | --- | --- | --- | --- | --- |\n",
        options_.trips);
    found_.report("Gridmend");
    known_.report("all rates known");
  }

 private:
  void play(Random random) {
    EvidenceBook book{street_.network};
    std::map<std::uint32_t, bool> open;
    std::vector<bool> reports(street_.network.usage_points().size());
    for (const Fuse& fuse : street_.fuses) {
      open[fuse.device.index] = random.chance(kFuse);
      for (const Transformer& transformer : fuse.transformers) {
        open[transformer.device.index] = random.chance(kTransformer);
        const bool dark = open[fuse.device.index] || open[transformer.device.index];
        for (const Id<UsagePoint> id : transformer.customers) {
          const bool alone = random.chance(kPremises);
          const Time gasps = kTrip + from_seconds(random.uniform(0, 20));
          if (random.chance(options_.gasp_reach)) book.record({"", gasps, {}, "", LastGasp{id}});
          reports[id.index] = random.chance(options_.power_up_reach) && !dark && !alone;
        }
      }
    }
    OutageBook outages;
    look(minutes{5}, book, outages);
    for (const Id<UsagePoint> id : street_.network.usage_points().ids()) {
      if (reports[id.index])
        book.record({"", kRestored + from_seconds(random.exponential(8)), {}, "", PowerUp{id}});
    }
    book.record({"", kRestored, {}, "", FieldReport{street_.breaker, {}, Finding::restored, {}}});
    for (const int minute : {62, 65, 70}) look(minutes{minute}, book, outages);
    judge(open, reports, book, outages);
  }

  void look(Duration after, EvidenceBook& book, OutageBook& outages) const {
    OutageUpdate update =
        update_outages({forest_, book, dry_, kTrip + after}, switches_, outages, settings_);
    outages = std::move(update.book);
    apply_settlements(update.settlements, book);
  }

  void judge(const std::map<std::uint32_t, bool>& open, const std::vector<bool>& reports,
             const EvidenceBook& book, const OutageBook& outages) {
    const auto named = [&](Id<Device> device) {
      return std::ranges::any_of(outages.outages, [&](const Outage& outage) {
        return takes_supply(outage.status) && outage.probable.device == device;
      });
    };
    const Posterior posterior =
        localise({forest_, book, dry_, kTrip + minutes{70}}, forest_.roots(), settings_);
    const TreePosterior& tree = posterior.trees.front();
    const auto count = [&](Id<Device> device, bool is_open, double known) {
      found_.count(named(device), is_open, tree(tree.p_active, forest_.zone_of(device)));
      known_.count(known >= .5, is_open, known);
    };
    for (const Fuse& fuse : street_.fuses) {
      const bool fuse_open = open.at(fuse.device.index);
      std::vector<double> live, dark;
      double if_closed = 1, if_open = 1;
      for (const Transformer& transformer : fuse.transformers) {
        double lit = 1, unlit = 1;
        for (const Id<UsagePoint> id : transformer.customers) {
          const double reach = options_.power_up_reach;
          lit *= reports[id.index] ? (1 - kPremises) * reach
                                   : (1 - kPremises) * (1 - reach) + kPremises;
          if (reports[id.index]) unlit = 0;
        }
        live.push_back(lit);
        dark.push_back(unlit);
        if_closed *= (1 - kTransformer) * lit + kTransformer * unlit;
        if_open *= unlit;
      }
      const double p_fuse = kFuse * if_open / (kFuse * if_open + (1 - kFuse) * if_closed);
      count(fuse.device, fuse_open, p_fuse);
      for (std::size_t t = 0; t < live.size(); ++t) {
        const Id<Device> device = fuse.transformers[t].device;
        const double p = kTransformer * dark[t];
        count(device, open.at(device.index) && !fuse_open,
              (1 - p_fuse) * p / (p + (1 - kTransformer) * live[t]));
      }
    }
  }

  Options options_;
  Street street_;
  SwitchState switches_;
  InferenceForest forest_;
  Water dry_;
  LocaliserSettings settings_;
  Score found_, known_;
};

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  gridmend::Options options;
  if (argc > 1) options.gasp_reach = std::strtod(argv[1], nullptr);
  if (argc > 2) options.power_up_reach = std::strtod(argv[2], nullptr);
  if (argc > 3) options.trips = std::atoi(argv[3]);
  const auto is_share = [](double p) { return p > 0 && p < 1; };
  if (!is_share(options.gasp_reach) || !is_share(options.power_up_reach) || options.trips < 1) {
    std::fprintf(stderr, "bench_restoration [LAST_GASP_REACH] [POWER_UP_REACH] [TRIPS]\n");
    return 2;
  }
  gridmend::Bench{options}.run();
  return 0;
}
