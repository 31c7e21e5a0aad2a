#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.h"
#include "core/outage/branch_silence.h"
#include "core/outage/evidence_view.h"
#include "core/outage/switch_topologies.h"
#include "core/outage/topology_localiser.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

// Feeders with switches of which nobody is sure, what is heard of them, and the posterior by plain
// enumeration of every way to stand, every failure and every common cause of silence.

namespace gridmend::switched {

inline const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");

inline Time after(double minutes) { return kOnset + from_seconds(60 * minutes); }

// L3 and L5 stand open between three feeders.
inline constexpr std::string_view kTown = R"(
  S==B1--n1(2)--L1--n2(2)--L2--n3(3)--L3/--n4(2)--L4--n5(2)--B2==S2
  n2--L5/--n6(2)--B3==S3
)";

struct Town {
  NetworkModel network;
  OutageDesk desk{network};

  explicit Town(std::string_view drawn = kTown) : network(drawing::draw(drawn)) {
    desk.settings.priors.overhead_per_km = 0;  // lines fail whoever feeds them
    desk.settings.switching.tie_closed = .2;
  }
  Id<Device> device(std::string_view name) const { return drawing::device(network, name); }
  void hear(Time time, EvidenceKind kind) { desk.hear({"", time, {}, "", std::move(kind)}); }
  void doubt(const std::string& name, double minute = -60) {
    SwitchPosition position;
    position.device = device(name);
    position.origin = PositionOrigin::operator_entry;
    position.unknown = true;
    hear(after(minute), position);
  }
  void open(const std::string& name, double minute, SwitchingReason reason) {
    hear(after(minute),
         SwitchPosition{device(name), PhaseSet::abc(), PositionOrigin::operator_entry, reason});
  }
  void hear_at_random(Random& random) {
    for (const Id<UsagePoint> id : network.usage_points().ids()) {
      if (random.chance(.3)) hear(after(random.uniform(0, 2)), LastGasp{id});
      if (random.chance(.3)) hear(after(random.uniform(3, 20)), PingResult{id, random.chance(.6)});
    }
  }
};

// Everything about one picture that outlives the calls.
struct Looked {
  explicit Looked(const Town& town, double minute, unsigned threads = 1)
      : forest(InferenceForest::contract(SupplyForest::derive(town.network, town.desk.switches))),
        switching(
            SwitchTopologies::derive({forest, town.desk.evidence, town.desk.water, after(minute)},
                                     town.desk.switches, town.desk.settings)),
        view(LocaliserInput{forest,
                            town.desk.evidence,
                            town.desk.water,
                            after(minute),
                            {},
                            threads,
                            &switching},
             town.desk.settings),
        posterior(localise(view, forest.roots())) {}

  InferenceForest forest;
  SwitchTopologies switching;
  EvidenceView view;
  Posterior posterior;
};

// The whole network, device by device, by plain recursion.
class Enumeration {
 public:
  Enumeration(const Town& town, const Looked& looked) : town_(town), looked_(looked) {
    for (const Id<Device> id : town.network.devices().ids()) {
      if (interrupts_supply(town.network.devices()[id].kind)) devices_.push_back(id);
    }
    // Evidence by connectivity node, as it is read for the zone on record.
    const Joint& joint = *looked.switching.joints()[0];
    for (const Id<ConnectivityNode> node : town.network.nodes().ids()) {
      const auto here = town.network.usage_points_at(node);
      if (here.empty()) continue;
      const Id<InferenceZone> zone = looked.forest.zone_of(node);
      if (zone.valid()) {
        heard_[node] = looked.view.log_likelihood_apart(zone);
        looked.view.visit_readings(zone, [&](const HeardGroup& group) {
          silent_[node] += silent_share(group.likelihood);
        });
        continue;
      }
      for (std::uint32_t part = 0; part < joint.parts.size(); ++part) {
        const auto own = joint.usage_points_in(part);
        if (!own.empty() && town.network.usage_points()[own.front()].node == node)
          note(node, UnsuppliedPart{looked.view, joint, part}.read());
      }
    }
    for (const Id<Device> id : devices_) {
      const Id<InferenceZone> zone = looked.forest.zone_of(id);
      const auto kind = static_cast<std::size_t>(town.network.devices()[id].kind);
      prior_[id] = zone.valid() ? looked.view.prior(zone).probability
                                : town.desk.settings.priors.by_kind[kind];
    }
  }

  void run() {
    std::set<Id<Device>> open;
    for (const Id<Device> id : devices_) {
      if (!town_.desk.switches.conducts(id)) open.insert(id);
    }
    stand(0, open, {}, 1);
    for (auto& [node, sum] : live) sum /= total;
    for (auto* sums : {&active, &opened, &closed}) {
      for (auto& [id, sum] : *sums) sum /= total;
    }
  }

  double total = 0;
  std::size_t topologies = 0;
  std::map<Id<ConnectivityNode>, double> live;
  std::map<Id<Device>, double> active, opened, closed;

 private:
  using Nodes = std::set<Id<ConnectivityNode>>;
  struct Branch {
    Nodes behind;
    Id<ConnectivityNode> first;  // dead when the branch is
  };

  void note(Id<ConnectivityNode> node, const UnsuppliedPart::Said& said) {
    heard_[node] = said.log_likelihood;
    silent_[node] = said.silent;
  }

  const Device& device(Id<Device> id) const { return town_.network.devices()[id]; }

  void stand(std::size_t next, std::set<Id<Device>> open, std::vector<Id<Device>> closing,
             double prior) {
    const auto doubted = looked_.switching.doubted();
    if (next == doubted.size()) return close(open, closing, prior);
    const DoubtedSwitch& doubt = doubted[next];
    std::set<Id<Device>> with = open, without = open;
    with.insert(doubt.device);
    without.erase(doubt.device);
    stand(next + 1, with, closing, prior * (1 - doubt.closed_before));
    if (doubt.recorded_open) {
      closing.push_back(doubt.device);
      stand(next + 1, with, closing, prior * doubt.closed_before);
    } else {
      stand(next + 1, without, closing, prior * doubt.closed_before);
    }
  }

  void close(std::set<Id<Device>> open, std::vector<Id<Device>> closing, double prior) {
    if (closing.empty()) return weigh(open, prior);
    const Id<Device> closes = closing.front();
    closing.erase(closing.begin());
    std::vector<Id<Device>> ring;
    for (const Id<Device> id : devices_) {
      if (open.contains(id)) continue;
      // On the ring is what parts the two ends.
      std::set<Id<Device>> cut = open;
      if (!joined(open, closes)) break;
      cut.insert(id);
      if (!joined(cut, closes)) ring.push_back(id);
    }
    std::erase_if(ring, [&](Id<Device> id) {
      return std::ranges::any_of(looked_.switching.doubted(),
                                 [&](const auto& doubt) { return doubt.device == id; });
    });
    const bool rings = joined(open, closes);
    open.erase(closes);
    if (!rings) return close(open, closing, prior);
    for (const Id<Device> point : ring) {
      std::set<Id<Device>> next = open;
      next.insert(point);
      close(next, closing, prior / static_cast<double>(ring.size()));
    }
  }

  std::set<Id<ConnectivityNode>> reach(const std::set<Id<Device>>& open,
                                       std::set<Id<ConnectivityNode>> from) const {
    std::vector<Id<ConnectivityNode>> todo{from.begin(), from.end()};
    while (!todo.empty()) {
      const Id<ConnectivityNode> node = todo.back();
      todo.pop_back();
      for (const auto [id, opposite] : town_.network.incident(node)) {
        if (!open.contains(id) && from.insert(opposite).second) todo.push_back(opposite);
      }
    }
    return from;
  }
  std::set<Id<ConnectivityNode>> sources() const {
    std::set<Id<ConnectivityNode>> nodes;
    for (const Feeder& feeder : town_.network.feeders()) nodes.insert(feeder.source_node);
    return nodes;
  }
  bool joined(const std::set<Id<Device>>& open, Id<Device> id) const {
    const auto all = reach(open, sources());
    const auto one = reach(open, {device(id).from});
    return (all.contains(device(id).from) && all.contains(device(id).to)) ||
           one.contains(device(id).to);
  }

  // What somebody reported open, from the farthest up on.
  std::vector<Branch> branches(const std::set<Id<Device>>& open, const Nodes& supplied) const {
    std::vector<Branch> found;
    for (const Id<Device> id : devices_) {
      const DeviceEvidence* heard = town_.desk.evidence.find(id);
      if (open.contains(id) || heard == nullptr || heard->report_at == kNeverHeard) continue;
      std::set<Id<Device>> cut = open;
      cut.insert(id);
      const Nodes left = reach(cut, sources());
      Branch branch;
      for (const Id<ConnectivityNode> node : supplied) {
        if (!left.contains(node)) branch.behind.insert(node);
      }
      branch.first = left.contains(device(id).from) ? device(id).to : device(id).from;
      found.push_back(branch);
    }
    std::ranges::sort(found, std::ranges::greater{},
                      [](const Branch& branch) { return branch.behind.size(); });
    return found;
  }

  // By what is silent together: 1 links, 2 everybody. Over what it would be apart.
  double together(const Nodes& nodes, int cause) const {
    double ratio = 1;
    for (const Id<ConnectivityNode> node : nodes) {
      const auto heard = silent_.find(node);
      if (heard == silent_.end()) continue;
      const SilentShare& silent = heard->second;
      const bool said = cause == 1 ? silent.link_heard > 0 : silent.anyone_heard > 0;
      ratio *= said ? 0 : std::exp(cause == 1 ? silent.links_down : silent.unreachable);
    }
    return ratio;
  }
  double chance(int cause) const {
    const ReliabilityParameters& r = town_.desk.settings.reliability;
    const double of[] = {1 - r.branch_links_down - r.branch_unreachable, r.branch_links_down,
                         r.branch_unreachable};
    return of[cause];
  }

  // Over every cause that each dead branch may have; what is the case ahead is the case behind.
  double all_causes(const std::vector<Branch>& branches, const Nodes& lit) const {
    std::size_t ways = 1;
    for (std::size_t i = 0; i < branches.size(); ++i) ways *= 3;
    double sum = 0;
    for (std::size_t way = 0; way < ways; ++way) {
      double weight = 1;
      Nodes explained;
      std::size_t rest = way;
      for (const Branch& branch : branches) {
        const int cause = static_cast<int>(rest % 3);
        rest /= 3;
        if (lit.contains(branch.first)) {
          weight *= cause == 0 ? 1 : 0;
          continue;
        }
        weight *= chance(cause);
        if (cause == 0) continue;
        Nodes more;
        for (const Id<ConnectivityNode> node : branch.behind) {
          if (!explained.contains(node)) more.insert(node);
        }
        weight *= together(more, cause);
        explained.insert(more.begin(), more.end());
      }
      sum += weight;
    }
    return sum;
  }

  // Islands that doubted switches closed on record leave dark.
  double left_dark(const std::set<Id<Device>>& open, const Nodes& supplied) const {
    std::set<Nodes> islands;
    for (const DoubtedSwitch& doubt : looked_.switching.doubted()) {
      if (doubt.recorded_open || !open.contains(doubt.device)) continue;
      for (const Id<ConnectivityNode> end : {device(doubt.device).from, device(doubt.device).to}) {
        if (!supplied.contains(end)) islands.insert(reach(open, {end}));
      }
    }
    double ratio = 1;
    for (const Nodes& island : islands)
      ratio *= chance(0) + chance(1) * together(island, 1) + chance(2) * together(island, 2);
    return ratio;
  }

  void weigh(const std::set<Id<Device>>& open, double prior) {
    ++topologies;
    const auto supplied = reach(open, sources());
    const std::vector<Branch> silent = branches(open, supplied);
    prior *= left_dark(open, supplied);
    for (unsigned x = 0; x < (1u << devices_.size()); ++x) {
      std::set<Id<Device>> broken = open;
      double weight = prior;
      for (std::size_t i = 0; i < devices_.size(); ++i) {
        const bool fails = (x >> i & 1) != 0;
        weight *= fails ? prior_[devices_[i]] : 1 - prior_[devices_[i]];
        if (fails) broken.insert(devices_[i]);
      }
      const auto lit = reach(broken, sources());
      for (const auto& [node, log_likelihood] : heard_) {
        if (lit.contains(node)) weight *= std::exp(log_likelihood);
      }
      weight *= all_causes(silent, lit);
      total += weight;
      for (const auto& [node, log_likelihood] : heard_)
        live[node] += lit.contains(node) ? weight : 0;
      for (std::size_t i = 0; i < devices_.size(); ++i) {
        const Id<Device> id = devices_[i];
        const bool from = lit.contains(device(id).from), to = lit.contains(device(id).to);
        // A switch that stands open keeps dark whom nothing else could feed.
        const bool lone = supplied.contains(device(id).from) != supplied.contains(device(id).to);
        const bool is_open = broken.contains(id);
        closed[id] += open.contains(id) ? 0 : weight;
        opened[id] += is_open ? weight : 0;
        active[id] += is_open && from != to && (!open.contains(id) || lone) ? weight : 0;
      }
    }
  }

  const Town& town_;
  const Looked& looked_;
  std::vector<Id<Device>> devices_;
  std::map<Id<ConnectivityNode>, double> heard_;
  std::map<Id<ConnectivityNode>, SilentShare> silent_;
  std::map<Id<Device>, double> prior_;
};

inline void expect_as_enumerated(const Town& town, const Looked& looked) {
  ASSERT_EQ(looked.switching.joints().size(), 1U);
  const Joint& joint = *looked.switching.joints()[0];
  const JointPosterior& joined = looked.posterior.joints[0];
  Enumeration all{town, looked};
  all.run();
  EXPECT_EQ(joint.topologies.size(), all.topologies);
  for (std::uint32_t part = 0; part < joint.parts.size(); ++part) {
    const auto own = joint.usage_points_in(part);
    if (own.empty()) continue;
    const Id<ConnectivityNode> node = town.network.usage_points()[own.front()].node;
    EXPECT_NEAR(joined.p_live[part], all.live[node], 1e-9) << town.network.mrid(node);
  }
  for (std::size_t c = 0; c < joint.devices.size(); ++c) {
    const Id<Device> id = joint.devices[c];
    EXPECT_NEAR(joined.p_active[c], all.active[id], 1e-9) << town.network.mrid(id);
    EXPECT_NEAR(joined.p_open[c], all.opened[id], 1e-9) << town.network.mrid(id);
    const Id<InferenceZone> zone = looked.forest.zone_of(id);
    if (!zone.valid()) continue;
    const TreePosterior& tree = *looked.posterior.tree_of(looked.forest.root_of(zone));
    EXPECT_NEAR(tree(tree.p_active, zone), all.active[id], 1e-9) << town.network.mrid(id);
    EXPECT_NEAR(tree(tree.p_open, zone), all.opened[id], 1e-9) << town.network.mrid(id);
  }
  for (std::size_t i = 0; i < joint.doubted.size(); ++i)
    EXPECT_NEAR(joined.closed[i], all.closed[joint.doubted[i].device], 1e-9);
}

}  // namespace gridmend::switched
