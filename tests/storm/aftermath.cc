#include "tests/storm/aftermath.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/call_expiry.h"
#include "core/outage/outage_book.h"

namespace gridmend::storm {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const Time kTrip = Time{} + std::chrono::hours{24 * 365 * 56};
const Time kBack = kTrip + minutes{20};

// Network and truth of one storm.
class Streets {
  struct Behind {
    Id<Device> device;
    std::vector<Id<UsagePoint>> customers;
  };
  // What build() takes, before what it makes.
  std::vector<ConnectivityNode> nodes_;
  std::vector<Device> devices_;
  std::vector<UsagePoint> points_;
  std::vector<Behind> failed_;

 public:
  std::vector<Id<Device>> breakers, failed;
  std::vector<bool> stays_dark;  // by usage point
  NetworkModel network;

  Streets(Random& random, int feeders) : network(build(random, feeders)) {
    stays_dark.resize(network.usage_points().size());
    for (const Behind& one : failed_) {
      failed.push_back(one.device);
      for (const Id<UsagePoint> id : one.customers) stays_dark[id.index] = true;
    }
  }

 private:
  NetworkModel build(Random& random, int feeders) {
    NetworkRecords records;
    std::vector<Feeder> sources(static_cast<std::size_t>(feeders));
    for (Feeder& feeder : sources) {
      feeder.source_node = new_node();
      add_feeder(random, feeder.source_node);
    }
    records.nodes = Table<ConnectivityNode>{std::move(nodes_)};
    records.devices = Table<Device>{std::move(devices_)};
    records.usage_points = Table<UsagePoint>{std::move(points_)};
    records.feeders = Table<Feeder>{std::move(sources)};
    return *NetworkModel::from_records(std::move(records));
  }

  void add_feeder(Random& random, Id<ConnectivityNode> source) {
    const Id<ConnectivityNode> bus = new_node();
    breakers.push_back(hang_on(DeviceKind::breaker, source, bus));
    std::vector<Behind> may_fail;
    for (int f = 0; f < 8; ++f) {
      const Id<ConnectivityNode> lateral = new_node();
      Behind fuse{hang_on(DeviceKind::fuse, bus, lateral), {}};
      for (std::uint64_t t = 1 + random.below(4); t > 0; --t) {
        const Id<ConnectivityNode> node = new_node();
        Behind transformer{hang_on(DeviceKind::power_transformer, lateral, node), {}};
        for (std::uint64_t u = 1 + random.below(random.chance(.3) ? 3 : 20); u > 0; --u) {
          UsagePoint& point = points_.emplace_back();
          point.node = node;
          point.customers = 1;
          transformer.customers.push_back(Id<UsagePoint>{points_.size() - 1});
        }
        fuse.customers.insert(fuse.customers.end(), transformer.customers.begin(),
                              transformer.customers.end());
        may_fail.push_back(std::move(transformer));
      }
      may_fail.push_back(std::move(fuse));
    }
    failed_.push_back(may_fail[random.below(may_fail.size())]);
  }

  Id<ConnectivityNode> new_node() {
    nodes_.emplace_back();
    return Id<ConnectivityNode>{nodes_.size() - 1};
  }
  Id<Device> hang_on(DeviceKind kind, Id<ConnectivityNode> from, Id<ConnectivityNode> to) {
    Device& device = devices_.emplace_back();
    device.kind = kind;
    device.from = from;
    device.to = to;
    return Id<Device>{devices_.size() - 1};
  }
};

// All that is heard, by the time it is heard at.
std::vector<Evidence> evidence_of(const Streets& streets, const Aftermath& aftermath,
                                  Random& random) {
  std::vector<Evidence> items;
  for (const Id<UsagePoint> id : streets.network.usage_points().ids()) {
    const bool dark = streets.stays_dark[id.index];
    if (random.chance(aftermath.reach))
      items.push_back({"", kTrip + from_seconds(random.uniform(0, 20)), {}, "", LastGasp{id}});
    if (random.chance(aftermath.reach) && !dark)
      items.push_back({"", kBack + from_seconds(1 + random.exponential(8)), {}, "", PowerUp{id}});
    const Time call = kTrip + from_seconds(random.exponential(30 * 60 / .6931));
    if (random.chance(.1) && (dark || call < kBack))
      items.push_back({"", call, {}, "", TroubleCall{id, {}, {}, {}}});
  }
  for (const Id<Device> breaker : streets.breakers) {
    if (aftermath.told_by == Aftermath::ToldBy::scada_and_crew) {
      const PhaseSet open = PhaseSet::abc();
      items.push_back({"", kTrip, {}, "scada", SwitchPosition{breaker, open}});
      items.push_back({"", kBack, {}, "scada", SwitchPosition{breaker, {}}});
    }
    if (aftermath.told_by != Aftermath::ToldBy::nobody)
      items.push_back({"", kBack, {}, "crew", FieldReport{breaker, {}, Finding::restored, {}}});
  }
  std::ranges::stable_sort(items, {}, &Evidence::event_time);
  return items;
}

class Desk {
 public:
  Desk(const Streets& streets, const Aftermath& aftermath, std::vector<Evidence> items)
      : streets_(streets),
        items_(std::move(items)),
        switches_(streets.network),
        forest_(InferenceForest::contract(SupplyForest::derive(streets.network, switches_))),
        book_(streets.network) {
    settings_.reliability.last_gasp_reach = aftermath.reach;
    settings_.reliability.ping_lost = 1 - aftermath.reach;
  }

  void look(Time at) {
    while (next_ < items_.size() && items_[next_].event_time <= at) book_.record(items_[next_++]);
    const EvidenceBook before = book_;
    expire_calls({forest_, before, dry_, at}, outages_, settings_.outages, book_);
    OutageUpdate update =
        update_outages({forest_, book_, dry_, at}, switches_, outages_, settings_);
    outages_ = std::move(update.book);
    apply_settlements(update.settlements, book_);
    if (at < kBack) return;
    for (const Outage& outage : outages_.outages) {
      const auto dark = [&](Id<UsagePoint> id) { return streets_.stays_dark[id.index]; };
      if (takes_supply(outage.status) && outage.detected_at > kBack &&
          std::ranges::none_of(outage.affected.to_vector(), dark))
        phantoms_.insert(outage.id);
    }
  }

  void score(AftermathScore::Look& score) const {
    std::set<Id<Device>> named;
    UsagePointSet listed;
    for (const Outage& outage : outages_.outages) {
      if (!takes_supply(outage.status)) continue;
      listed = listed.united(outage.dark);
      if (outage.probable.device.valid()) named.insert(outage.probable.device);
    }
    for (const Id<Device> device : streets_.failed)
      ++(named.contains(device) ? score.hits : score.misses);
    for (const Id<Device> device : named)
      score.false_alarms += std::ranges::find(streets_.failed, device) == streets_.failed.end();
    for (const Id<UsagePoint> id : listed.to_vector())
      ++(streets_.stays_dark[id.index] ? score.dark_listed : score.lit_listed);
    score.dark += static_cast<std::uint64_t>(std::ranges::count(streets_.stays_dark, true));
    score.phantoms += static_cast<int>(phantoms_.size());
  }

 private:
  const Streets& streets_;
  std::vector<Evidence> items_;
  std::size_t next_ = 0;
  SwitchState switches_;
  InferenceForest forest_;
  EvidenceBook book_;
  Water dry_;
  LocaliserSettings settings_;
  OutageBook outages_;
  std::set<std::string> phantoms_;
};

}  // namespace

double AftermathScore::Look::precision() const {
  const auto listed = static_cast<double>(dark_listed + lit_listed);
  return listed > 0 ? static_cast<double>(dark_listed) / listed : 1;
}

double AftermathScore::Look::recall() const {
  return dark > 0 ? static_cast<double>(dark_listed) / static_cast<double>(dark) : 1;
}

AftermathScore run_aftermath(const Aftermath& aftermath, int storms, std::uint64_t seed) {
  AftermathScore score;
  score.storms = storms;
  for (int storm = 0; storm < storms; ++storm) {
    Random random = Random{seed}.fork(static_cast<std::uint64_t>(storm));
    const Streets streets{random, aftermath.feeders};
    Desk desk{streets, aftermath, evidence_of(streets, aftermath, random)};
    for (const int minute : {1, 5, 15}) desk.look(kTrip + minutes{minute});
    for (const int second : {5, 10, 20, 40, 60, 120, 300}) desk.look(kBack + seconds{second});
    for (std::size_t i = 0; i < kAftermathLooks.size(); ++i) {
      desk.look(kBack + kAftermathLooks[i]);
      desk.score(score.looks[i]);
    }
  }
  return score;
}

}  // namespace gridmend::storm
