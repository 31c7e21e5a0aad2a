#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/outage/candidate_parts.h"
#include "core/outage/explanation.h"
#include "core/outage/topology_localiser.h"

namespace gridmend {
namespace {

// What is to be listed of a joint: a zone of its likeliest topology, or a switch that this has
// open.
struct ListedCut {
  Id<InferenceZone> zone;  // of the topology: that it heads, or that feeds the open switch
  Id<Device> device;       // of the joint's network; none: the source of `zone`
  bool by_opening = false;
  std::vector<std::uint32_t> parts;  // whom it keeps dark
};

class JointOutages {
 public:
  JointOutages(const EvidenceView& view, const Posterior& posterior, const Joint& joint,
               const JointPosterior& mixed)
      : view_(view),
        posterior_(posterior),
        joint_(joint),
        mixed_(mixed),
        topology_(joint.topologies[mixed.best]),
        first_part_(topology_.forest->zones().size(), 0),
        parts_of_(topology_.forest->zones().size()) {
    for (std::uint32_t part = 0; part < joint.parts.size(); ++part) {
      const Id<InferenceZone> zone = zone_of(part);
      if (!zone.valid()) continue;
      if (parts_of_[zone.index].empty()) first_part_[zone.index] = part;
      parts_of_[zone.index].push_back(part);
    }
  }

  void add(std::vector<OutageCandidate>& candidates) {
    bool dark = false;
    for (const Id<InferenceZone> root : joint_.roots)
      dark = dark || (posterior_.tree_of(root) != nullptr && view_.onset(root));
    if (!dark) return;
    std::vector<ListedCut> cuts = listed_zones();
    add_openings(cuts);
    for (const ListedCut& cut : cuts) {
      OutageCandidate candidate = describe(cut);
      if (!candidate.outage.affected.empty()) candidates.push_back(std::move(candidate));
    }
  }

 private:
  const InferenceForest& forest() const { return *topology_.forest; }
  const NetworkModel& network() const { return view_.input().forest.network(); }
  Id<InferenceZone> zone_of(std::uint32_t part) const {
    return forest().zone_of(Id<ConnectivityNode>{part});
  }
  double p_active(Id<InferenceZone> zone) const {
    const Id<Device> device = forest()[zone].device;
    return device.valid() ? mixed_.p_active[device.index]
                          : mixed_.source_lost[first_part_[zone.index]];
  }

  // No one behind another.
  std::vector<ListedCut> listed_zones() const {
    std::vector<ListedCut> cuts;
    for (std::uint32_t z = 0; z < forest().zones().size();) {
      const Id<InferenceZone> zone{z};
      if (mixed_.cut[z] == 0 && p_active(zone) < view_.settings().outages.predict_at) {
        ++z;
        continue;
      }
      ListedCut cut{zone, forest()[zone].device, false, {}};
      for (; z < forest()[zone].zones_end; ++z)
        cut.parts.insert(cut.parts.end(), parts_of_[z].begin(), parts_of_[z].end());
      cuts.push_back(std::move(cut));
    }
    return cuts;
  }

  // Who is without supply by the topology: with the switch that has it so, or where that is not
  // what keeps them dark, with what keeps the switch dark.
  void add_openings(std::vector<ListedCut>& cuts) const {
    std::vector<std::uint8_t> taken(joint_.parts.size(), 0);
    const std::size_t zones = cuts.size();
    for (const Id<Device> device : topology_.opened) {
      const Device& its = joint_.network.devices()[device];
      const bool feeds_to = forest().zone_of(its.from).valid();
      const Id<ConnectivityNode> fed = feeds_to ? its.from : its.to;
      const Id<ConnectivityNode> dark = feeds_to ? its.to : its.from;
      if (!forest().zone_of(fed).valid() || forest().zone_of(dark).valid()) continue;
      std::vector<std::uint32_t> parts = island(dark, taken);
      if (parts.empty()) continue;
      const Id<InferenceZone> above = forest().zone_of(fed);
      const auto covers = std::find_if(
          cuts.begin(), cuts.begin() + static_cast<std::ptrdiff_t>(zones), [&](const auto& cut) {
            return cut.zone <= above && above.index < forest()[cut.zone].zones_end;
          });
      if (covers != cuts.begin() + static_cast<std::ptrdiff_t>(zones)) {
        covers->parts.insert(covers->parts.end(), parts.begin(), parts.end());
      } else {
        cuts.push_back({above, device, true, std::move(parts)});
      }
    }
  }

  std::vector<std::uint32_t> island(Id<ConnectivityNode> start,
                                    std::vector<std::uint8_t>& taken) const {
    std::vector<std::uint32_t> parts;
    const auto reach = [&](Id<ConnectivityNode> node) {
      if (node.index >= joint_.parts.size() || taken[node.index] != 0) return;
      taken[node.index] = 1;
      parts.push_back(node.index);
    };
    reach(start);
    for (std::size_t next = 0; next < parts.size(); ++next) {
      for (const auto [device, opposite] :
           joint_.network.incident(Id<ConnectivityNode>{parts[next]})) {
        if (!topology_.opens(device)) reach(opposite);
      }
    }
    return parts;
  }

  Id<InferenceZone> recorded(const ListedCut& cut) const {
    const InferenceForest& record = view_.input().forest;
    if (!cut.device.valid()) return joint_.parts[first_part_[cut.zone.index]].zone;
    const Id<Device> whole = joint_.devices[cut.device.index];
    const Id<InferenceZone> zone = record.zone_of(whole);
    return zone.valid() && record.heads(zone, whole) ? zone : Id<InferenceZone>{};
  }

  SuspectDevice suspect(Id<Device> device, double p) const {
    return {device.valid() ? joint_.devices[device.index] : Id<Device>{}, {}, p};
  }

  std::vector<SuspectDevice> runners_up(const ListedCut& cut) const {
    std::vector<SuspectDevice> others;
    const OutageSettings& settings = view_.settings().outages;
    const auto consider = [&](Id<InferenceZone> zone) {
      const double p = p_active(zone);
      if (p >= settings.runner_up_at) others.push_back(suspect(forest()[zone].device, p));
    };
    Id<InferenceZone> above = cut.by_opening ? cut.zone : forest()[cut.zone].parent;
    for (; above.valid(); above = forest()[above].parent) consider(above);
    if (!cut.by_opening) {
      for (std::uint32_t z = cut.zone.index + 1; z < forest()[cut.zone].zones_end; ++z)
        consider(Id<InferenceZone>{z});
    }
    std::ranges::stable_sort(others, std::ranges::greater{}, &SuspectDevice::p_active);
    if (others.size() > settings.runners_up) others.resize(settings.runners_up);
    return others;
  }

  void describe_members(const ListedCut& cut, Outage& outage) const {
    OnsetInterval onset;
    std::optional<Time> earliest;
    std::vector<Id<UsagePoint>> all, dark;
    for (const std::uint32_t part : cut.parts) {
      if (!joint_.parts[part].zone.valid()) continue;
      const std::optional<Time> since =
          view_.onset(view_.input().forest.root_of(joint_.parts[part].zone));
      if (since && (!earliest || *since < *earliest)) earliest = since;
      const double p_dark = 1 - mixed_.p_live[part];
      for (const Id<UsagePoint> id : joint_.usage_points_in(part)) {
        const MeterEvidence* meter = view_.input().evidence.find(id);
        const std::uint32_t customers = network().usage_points()[id].customers;
        add_customer(network(), view_.settings().weights, id, p_dark,
                     view_.settings().outages.critical_listed, outage);
        outage.expected_customers += p_dark * customers;
        if (p_dark >= .95) outage.customers_low += customers;
        if (p_dark > .05) outage.customers_high += customers;
        all.push_back(id);
        if (!lives_since(meter, since)) dark.push_back(id);
        if (meter != nullptr) onset.note(*meter, view_.dead_signs(id));
      }
    }
    if (const Id<InferenceZone> zone = recorded(cut); zone.valid()) {
      for (const ZoneReport& report : view_.reports(zone)) {
        if (!report.evidence->speaks_for_open()) continue;
        onset.note_open(report.evidence->open_since());
        ++outage.dead_items;
      }
      onset.note_calls(view_, zone);
    }
    onset.write(earliest, outage);
    outage.affected = UsagePointSet::of(all);
    outage.dark = UsagePointSet::of(dark);
  }

  void gather_why(const ListedCut& cut, Outage& outage) const {
    Shares shares;
    for (const std::uint32_t part : cut.parts) {
      const NetworkPart& its = joint_.parts[part];
      if (!its.zone.valid() || !its.speaks_for_zone) continue;
      view_.add_shares(its.zone, view_.reader(view_.input().forest.root_of(its.zone)), shares);
    }
    const Id<InferenceZone> zone = recorded(cut);
    const TreePosterior* tree =
        zone.valid() ? posterior_.tree_of(view_.input().forest.root_of(zone)) : nullptr;
    if (tree != nullptr) {
      add_own_shares(view_, *tree, zone, shares);
      outage.cause = cause_of(view_, *tree, zone);
    }
    const std::uint32_t reports = outage.dead_items;
    write_shares(shares, outage);
    outage.dead_items += reports;
  }

  OutageCandidate describe(const ListedCut& cut) const {
    OutageCandidate candidate;
    candidate.zone = recorded(cut);
    Outage& outage = candidate.outage;
    outage.probable = suspect(
        cut.device, cut.by_opening ? mixed_.p_active[cut.device.index] : p_active(cut.zone));
    outage.runners_up = runners_up(cut);
    outage.feeder = forest()[cut.zone].feeder;
    outage.phases = forest()[cut.zone].phases;
    describe_members(cut, outage);
    gather_why(cut, outage);
    explain(network(), outage);
    return candidate;
  }

  const EvidenceView& view_;
  const Posterior& posterior_;
  const Joint& joint_;
  const JointPosterior& mixed_;
  const SwitchTopology& topology_;
  std::vector<std::uint32_t> first_part_;             // by zone of the topology
  std::vector<std::vector<std::uint32_t>> parts_of_;  // the same
};

// Who of an outage belongs to a joint, and how they may be fed.
class FeedTelling {
 public:
  FeedTelling(const EvidenceView& view, const Joint& joint, const JointPosterior& mixed)
      : view_(view), joint_(joint), mixed_(mixed) {}

  void tell(Outage& outage) const {
    const Table<UsagePoint>& points = view_.input().forest.network().usage_points();
    double customers = 0;
    std::vector<double> through(joint_.doubted.size(), 0);
    double expected = 0;
    std::uint32_t low = 0, high = 0;
    std::vector<Id<UsagePoint>> live;
    for (std::uint32_t part = 0; part < joint_.parts.size(); ++part) {
      for (const Id<UsagePoint> id : joint_.usage_points_in(part)) {
        if (!outage.affected.contains(id)) continue;
        const auto its = points[id].customers;
        customers += its;
        for (std::size_t i = 0; i < through.size(); ++i)
          through[i] += its * mixed_.through[i][part];
        const double p_dark = 1 - mixed_.p_live[part];
        expected += p_dark * its;
        if (p_dark >= .95) low += its;
        if (p_dark > .05) high += its;
        if (p_dark < .5) live.push_back(id);
      }
    }
    if (!(customers > 0)) return;
    constexpr double kWorthTelling = .01;
    for (std::size_t i = 0; i < through.size(); ++i) {
      const double p = through[i] / customers;
      if (!joint_.doubted[i].recorded_open || p < kWorthTelling) continue;
      outage.fed_through.push_back({joint_.doubted[i].device, p});
    }
    std::ranges::stable_sort(outage.fed_through, std::ranges::greater{},
                             &PossibleFeed::probability);
    if (!outage.switched_off) return;
    // By the record all of it is dark.
    outage.weight *= outage.customers_affected > 0 ? expected / outage.customers_affected : 1;
    outage.expected_customers = expected;
    outage.customers_low = low;
    outage.customers_high = high;
    outage.dark = outage.dark.without(UsagePointSet::of(live));
  }

 private:
  const EvidenceView& view_;
  const Joint& joint_;
  const JointPosterior& mixed_;
};

}  // namespace

void add_joint_outages(const EvidenceView& view, const Posterior& posterior,
                       std::vector<OutageCandidate>& candidates) {
  for (std::size_t j = 0; j < posterior.joints.size(); ++j)
    JointOutages{view, posterior, *view.input().switching->joints()[j], posterior.joints[j]}.add(
        candidates);
}

void tell_possible_feeds(const EvidenceView& view, const Posterior& posterior,
                         std::span<OutageCandidate> candidates) {
  for (std::size_t j = 0; j < posterior.joints.size(); ++j) {
    const FeedTelling telling{view, *view.input().switching->joints()[j], posterior.joints[j]};
    for (OutageCandidate& candidate : candidates) {
      if (!candidate.outage.fed_through.empty()) continue;
      telling.tell(candidate.outage);
      if (!candidate.outage.fed_through.empty())
        explain(view.input().forest.network(), candidate.outage);
    }
  }
}

}  // namespace gridmend
