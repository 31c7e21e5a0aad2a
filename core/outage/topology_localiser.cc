#include "core/outage/topology_localiser.h"

#include <algorithm>
#include <deque>
#include <tuple>
#include <utility>

#include "core/base/parallel_for.h"
#include "core/outage/after_restoration.h"
#include "core/outage/topology_mixture.h"

namespace gridmend {
namespace {

// From when silence counts in trees that stand apart on record: the earliest of theirs.
std::optional<Time> silence_from(const EvidenceView& view, const Joint& joint) {
  std::optional<Time> from;
  for (const Id<InferenceZone> root : joint.roots) {
    const std::optional<Time> its = view.silence_from(root);
    if (its && (!from || *its < *from)) from = its;
  }
  return from;
}

// What is heard in a part of a zone that has several (a meshed one), group by group.
UnsuppliedPart::Said read_part_of_zone(const EvidenceView& view, const Joint& joint,
                                       std::uint32_t part) {
  const InferenceForest& forest = view.input().forest;
  const LeafReader reader = view.reader(forest.root_of(joint.parts[part].zone));
  const std::span<const Id<UsagePoint>> own = joint.usage_points_in(part);
  const Table<UsagePoint>& points = forest.network().usage_points();
  UnsuppliedPart::Said said;
  for (std::size_t begin = 0, end = 0; begin < own.size(); begin = end) {
    while (end < own.size() &&
           points[own[end]].communication_group == points[own[begin]].communication_group) {
      ++end;
    }
    const std::span<const Id<UsagePoint>> group = own.subspan(begin, end - begin);
    GroupAccumulator leaves{view.group_settings()};
    const DiedSince since = view.died_since(group, reader);
    for (const Id<UsagePoint> id : group)
      leaves.add(reader.read(view.input().evidence.find(id), view.restored_at(id), since));
    const GroupSettings settings = came_back(view, joint.parts[part].zone)
                                       ? after_restoration(view.group_settings(), leaves.product())
                                       : view.group_settings();
    const GroupLikelihood says = group_likelihood(leaves.product(), settings, since.share);
    said.log_likelihood += says.log_ratio();
    said.silent += silent_share(says);
  }
  return said;
}

// What is heard in a zone that one part speaks for.
UnsuppliedPart::Said read_zone(const EvidenceView& view, Id<InferenceZone> zone) {
  UnsuppliedPart::Said said{view.log_likelihood_apart(zone), {}};
  view.visit_readings(zone, [&said](const HeardGroup& group) {
    if (!group.linked) said.silent += silent_share(group.likelihood);
  });
  return said;
}

// One joint, topology by topology.
class JointPass {
 public:
  JointPass(const EvidenceView& view, const Joint& joint)
      : view_(view), joint_(joint), silence_from_(silence_from(view, joint)) {}

  JointPosterior run() {
    read_parts();
    hear_of_devices();
    std::vector<Columns> columns;
    for (const SwitchTopology& topology : joint_.topologies) columns.push_back(read(topology));
    std::vector<Topology> topologies;
    for (std::size_t t = 0; t < columns.size(); ++t) {
      topologies.push_back({joint_.topologies[t].prior,
                            {columns[t].parent, columns[t].prior, columns[t].log_likelihood},
                            {},
                            columns[t].log_if_dead});
    }
    const WeighedTopologies weighed = weigh_topologies(topologies);
    JointPosterior mixed;
    mixed.probability = weighed.probability;
    mixed.best = static_cast<std::size_t>(std::ranges::max_element(mixed.probability) -
                                          mixed.probability.begin());
    for (auto* column : {&mixed.p_live, &mixed.source_lost}) {
      column->assign(joint_.parts.size(), 0);
    }
    for (auto* column : {&mixed.p_active, &mixed.p_open}) column->assign(joint_.devices.size(), 0);
    mixed.closed.assign(joint_.doubted.size(), 0);
    mixed.through.assign(joint_.doubted.size(), std::vector<double>(joint_.parts.size(), 0));
    for (std::size_t t = 0; t < columns.size(); ++t) {
      if (mixed.probability[t] > 0)
        add(joint_.topologies[t], weighed.marginals[t], mixed.probability[t], mixed);
    }
    // Sums of weights may pass 1 by a rounding.
    for (auto* column :
         {&mixed.p_live, &mixed.source_lost, &mixed.p_active, &mixed.p_open, &mixed.closed}) {
      for (double& p : *column) p = std::min(p, 1.0);
    }
    for (std::vector<double>& parts : mixed.through) {
      for (double& p : parts) p = std::min(p, 1.0);
    }
    explain(joint_.topologies[mixed.best], topologies[mixed.best].tree, mixed);
    return mixed;
  }

 private:
  struct Columns {
    std::vector<std::uint32_t> parent;
    std::vector<double> prior;
    std::vector<double> log_likelihood;
    double log_if_dead = 0;
  };
  struct HeardDevice {
    Id<Device> device;       // of the joint's network; none: a line or the like,
    std::uint32_t part = 0;  // of this part
    const DeviceEvidence* evidence = nullptr;
    Time settled = kNeverHeard;  // as on record (ZoneReport)
    Time joined = kNeverHeard;
  };

  static Id<InferenceZone> zone_of(const SwitchTopology& topology, std::uint32_t part) {
    return topology.forest->zone_of(Id<ConnectivityNode>{part});
  }

  void read_parts() {
    times_ = view_.times_of_death(joint_.roots);
    for (const NetworkPart& part : joint_.parts) {
      const bool heard = part.zone.valid() && part.speaks_for_zone && !times_.empty();
      deaths_.push_back(heard ? view_.zone_death(part.zone, times_) : ZoneDeath{});
    }
    for (std::uint32_t part = 0; part < joint_.parts.size(); ++part) {
      const NetworkPart& its = joint_.parts[part];
      if (!its.zone.valid()) {
        said_.push_back(UnsuppliedPart{view_, joint_, part}.read());
      } else if (its.speaks_for_zone) {
        said_.push_back(read_zone(view_, its.zone));
      } else {
        said_.push_back(read_part_of_zone(view_, joint_, part));
      }
    }
    for (std::size_t c = 0; c < joint_.devices.size(); ++c) {
      const InferenceForest& forest = view_.input().forest;
      const Id<Device> whole = joint_.devices[c];
      const Id<InferenceZone> zone = forest.zone_of(whole);
      const bool heads = zone.valid() && forest.heads(zone, whole);
      const auto kind = static_cast<std::size_t>(forest.network().devices()[whole].kind);
      recorded_.push_back(heads ? zone : Id<InferenceZone>{});
      open_.push_back(heads ? view_.prior(zone).probability
                            : view_.settings().priors.by_kind[kind]);
    }
  }

  void hear_of_devices() {
    const InferenceForest& forest = view_.input().forest;
    view_.input().evidence.devices().visit([&](Id<Device> id, const DeviceEvidence& evidence) {
      if (!evidence.any() || forest.is_shared_drop(id)) return;
      HeardDevice heard{joint_.find(id), 0, &evidence};
      if (const ZoneReport* on_record = view_.report_of(id)) {
        heard.settled = on_record->settled;
        heard.joined = on_record->joined;
      }
      if (!heard.device.valid()) {
        const Id<InferenceZone> zone = forest.zone_of(id);
        if (!zone.valid() || !std::ranges::binary_search(joint_.roots, forest.root_of(zone)))
          return;
        heard.part = joint_.part_of(zone);
      } else if (std::ranges::binary_search(joint_.doubted, id, {}, &DoubtedSwitch::device)) {
        // How it stands is what the topology says.
        DeviceEvidence& other = without_position_.emplace_back(evidence);
        other.position_at = kNeverHeard;
        heard.evidence = &other;
      }
      heard_.push_back(heard);
    });
  }

  // As reports_by_zone().
  std::vector<ZoneReport> reports(const InferenceForest& forest) const {
    std::vector<ZoneReport> reports;
    for (const HeardDevice& heard : heard_) {
      const Id<InferenceZone> zone = heard.device.valid()
                                         ? forest.zone_of(heard.device)
                                         : forest.zone_of(Id<ConnectivityNode>{heard.part});
      if (!zone.valid()) continue;
      const bool heads = heard.device.valid() && forest.heads(zone, heard.device);
      const bool indicator_only =
          heard.evidence->position_at == kNeverHeard && heard.evidence->report_at == kNeverHeard;
      reports.push_back({heads || indicator_only ? zone : forest.clearing_zone(zone), heard.device,
                         heard.evidence, heard.settled, heard.joined});
    }
    std::ranges::stable_sort(reports, {}, [](const ZoneReport& r) {
      return std::tuple{r.zone, r.device};
    });
    return reports;
  }

  Columns read(const SwitchTopology& topology) const {
    const InferenceForest& forest = *topology.forest;
    const std::vector<ZoneReport> told = reports(forest);
    Columns columns;
    columns.log_likelihood.assign(forest.zones().size(), 0);
    for (std::uint32_t part = 0; part < joint_.parts.size(); ++part) {
      const Id<InferenceZone> zone = zone_of(topology, part);
      if (zone.valid()) columns.log_likelihood[zone.index] += said_[part].log_likelihood;
    }
    for (std::size_t z = 0; z < forest.zones().size(); ++z) {
      const Id<InferenceZone> zone{z};
      const Id<InferenceZone> parent = forest[zone].parent;
      columns.parent.push_back(parent.valid() ? parent.index : kNoParent);
      const auto about = std::ranges::equal_range(told, zone, {}, &ZoneReport::zone);
      columns.prior.push_back(reported_zone_prior(forest, zone, view_.input().water,
                                                  view_.input().at, {about.begin(), about.end()},
                                                  from(forest[zone].device), view_.settings())
                                  .probability);
    }
    fall_silent(topology, told, columns);
    die_together(topology, columns);
    return columns;
  }

  // What old signs of life add. What is no zone of its own on record is taken group by group.
  void die_together(const SwitchTopology& topology, Columns& columns) const {
    if (times_.empty()) return;
    std::vector<ZoneDeath> own(columns.parent.size(),
                               ZoneDeath{0, std::vector<double>(times_.size(), 0)});
    for (std::uint32_t part = 0; part < joint_.parts.size(); ++part) {
      const Id<InferenceZone> zone = zone_of(topology, part);
      const ZoneDeath& its = deaths_[part];
      if (!zone.valid() || its.since.empty()) continue;
      own[zone.index].apart += its.apart;
      for (std::size_t k = 0; k < times_.size(); ++k) own[zone.index].since[k] += its.since[k];
    }
    const DiedTogether died{columns.parent, times_, [&](std::size_t z) { return own[z]; },
                            [&](std::size_t z) { return columns.prior[z]; }};
    for (std::size_t z = 0; z < columns.parent.size(); ++z)
      columns.log_likelihood[z] += died.added(z);
    columns.log_if_dead += died.log_if_all_dead();
  }

  // What common causes of silence add.
  void fall_silent(const SwitchTopology& topology, std::span<const ZoneReport> told,
                   Columns& columns) const {
    const InferenceForest& forest = *topology.forest;
    const Time until = view_.input().at + view_.settings().reliability.clock_skew;
    std::vector<Id<InferenceZone>> open;
    for (const ZoneReport& report : told) {
      const Time since = report.evidence->open_since();
      if (since == kNeverHeard || since > until) continue;
      if (open.empty() || open.back() != report.zone) open.push_back(report.zone);
    }
    const BranchSilence::Settings settings = branch_settings(view_.settings().reliability);
    columns.log_if_dead = left_dark(topology, settings);
    if (open.empty()) return;
    std::vector<SilentShare> own(forest.zones().size());
    for (std::uint32_t part = 0; part < joint_.parts.size(); ++part) {
      const Id<InferenceZone> zone = zone_of(topology, part);
      if (zone.valid()) own[zone.index] += said_[part].silent;
    }
    const BranchSilence branches{forest, open, settings,
                                 [&own](Id<InferenceZone> zone) { return own[zone.index]; }};
    for (const Id<InferenceZone> zone : open)
      columns.log_likelihood[zone.index] += branches.added(zone);
    columns.log_if_dead += branches.log_if_all_dead();
  }

  // Of what doubted switches leave without supply though they are closed on record, each island a
  // branch: log P(all of it), less what it would be group by group.
  double left_dark(const SwitchTopology& topology, BranchSilence::Settings settings) const {
    std::vector<std::uint32_t> ends;
    for (const DoubtedSwitch& doubt : joint_.doubted) {
      const Id<Device> device = joint_.find(doubt.device);
      if (doubt.recorded_open || !device.valid() || !topology.opens(device)) continue;
      const Device& its = joint_.network.devices()[device];
      for (const Id<ConnectivityNode> end : {its.from, its.to}) {
        if (!topology.forest->zone_of(end).valid()) ends.push_back(end.index);
      }
    }
    double sum = 0;
    std::vector<bool> seen(ends.empty() ? 0 : joint_.network.nodes().size());
    for (const std::uint32_t end : ends) {
      if (!seen[end]) sum += log_if_dead_together(silence_around(topology, end, seen), settings);
    }
    return sum;
  }

  // Of all that hangs together with a node, which are marked.
  SilentShare silence_around(const SwitchTopology& topology, std::uint32_t node,
                             std::vector<bool>& seen) const {
    SilentShare silent;
    std::vector<std::uint32_t> todo{node};
    seen[node] = true;
    while (!todo.empty()) {
      const std::uint32_t at = todo.back();
      todo.pop_back();
      if (at < joint_.parts.size()) silent += said_[at].silent;
      for (const auto [device, opposite] : joint_.network.incident(Id<ConnectivityNode>{at})) {
        if (topology.opens(device) || seen[opposite.index]) continue;
        seen[opposite.index] = true;
        todo.push_back(opposite.index);
      }
    }
    return silent;
  }

  std::optional<Time> from(Id<Device> device) const {
    const Id<InferenceZone> recorded =
        device.valid() ? recorded_[device.index] : Id<InferenceZone>{};
    if (!recorded.valid()) return silence_from_;
    return view_.silence_from(view_.input().forest.root_of(recorded));
  }

  void add(const SwitchTopology& topology, const Marginals& marginals, double weight,
           JointPosterior& mixed) const {
    const InferenceForest& forest = *topology.forest;
    for (std::uint32_t part = 0; part < joint_.parts.size(); ++part) {
      const Id<InferenceZone> zone = zone_of(topology, part);
      if (!zone.valid()) continue;
      mixed.p_live[part] += weight * marginals.p_live[zone.index];
      if (!forest[zone].device.valid())
        mixed.source_lost[part] += weight * marginals.p_active[zone.index];
    }
    for (std::size_t c = 0; c < joint_.devices.size(); ++c) {
      const Id<Device> device{c};
      const Id<InferenceZone> zone = forest.zone_of(device);
      if (topology.opens(device)) {
        mixed.p_open[c] += weight;
        mixed.p_active[c] += weight * opening_active(topology, marginals.p_live, device);
      } else if (zone.valid() && forest.heads(zone, device)) {
        mixed.p_open[c] += weight * marginals.p_open[zone.index];
        mixed.p_active[c] += weight * marginals.p_active[zone.index];
      } else {
        mixed.p_open[c] += weight * open_[c];
      }
    }
    for (std::size_t i = 0; i < joint_.doubted.size(); ++i) {
      const Id<Device> device = joint_.find(joint_.doubted[i].device);
      if (!device.valid()) {
        mixed.closed[i] += weight * joint_.doubted[i].closed_before;
        continue;
      }
      if (topology.opens(device)) continue;
      mixed.closed[i] += weight;
      const Id<InferenceZone> entry = forest.zone_of(device);
      if (!entry.valid() || !forest.heads(entry, device)) continue;
      for (std::uint32_t part = 0; part < joint_.parts.size(); ++part) {
        const Id<InferenceZone> zone = zone_of(topology, part);
        if (zone.valid() && zone >= entry && zone.index < forest[entry].zones_end)
          mixed.through[i][part] += weight;
      }
    }
  }

  // A switch that the topology has open keeps one side dark where it alone has no supply.
  double opening_active(const SwitchTopology& topology, const std::vector<double>& live,
                        Id<Device> device) const {
    const Device& its = joint_.network.devices()[device];
    const Id<InferenceZone> from = topology.forest->zone_of(its.from),
                            to = topology.forest->zone_of(its.to);
    if (from.valid() == to.valid()) return 0;
    return live[from.valid() ? from.index : to.index];
  }

  void explain(const SwitchTopology& topology, const ZoneTree& tree, JointPosterior& mixed) const {
    Explanation explanation;
    infer_explanation(tree, explanation);
    std::vector<double> lit;
    for (std::size_t z = 0; z < tree.parent.size(); ++z) {
      const bool fed = tree.parent[z] == kNoParent || lit[tree.parent[z]] > 0;
      lit.push_back(fed && explanation.active[z] == 0 ? 1 : 0);
    }
    mixed.cut = std::move(explanation.active);
    mixed.cut_by_opening.assign(joint_.devices.size(), 0);
    for (const Id<Device> device : topology.opened)
      mixed.cut_by_opening[device.index] = opening_active(topology, lit, device) > 0 ? 1 : 0;
  }

  const EvidenceView& view_;
  const Joint& joint_;
  std::optional<Time> silence_from_;
  std::vector<UnsuppliedPart::Said> said_;   // by part
  std::vector<DiedSince> times_;             // of death, after old signs of life
  std::vector<ZoneDeath> deaths_;            // by part; empty for what is no zone on record
  std::vector<Id<InferenceZone>> recorded_;  // by device: the zone it heads on record
  std::vector<double> open_;                 // by device: its prior
  std::deque<DeviceEvidence> without_position_;
  std::vector<HeardDevice> heard_;
};

void take_over(const EvidenceView& view, const Joint& joint, const JointPosterior& mixed,
               TreePosterior& tree) {
  const InferenceForest& forest = view.input().forest;
  const std::vector<std::uint32_t> parents = forest.parents_in_tree(tree.root);
  const SwitchTopology& best = joint.topologies[mixed.best];
  tree.in_water.clear();
  for (std::size_t i = 0; i < tree.prior.size(); ++i) {
    const Id<InferenceZone> zone{tree.root.index + i};
    const std::uint32_t part = joint.part_of(zone);
    const Id<Device> whole = forest[zone].device;
    const Id<Device> device = whole.valid() ? joint.find(whole) : Id<Device>{};
    tree.p_live[i] = mixed.p_live[part];
    tree.p_active[i] = device.valid() ? mixed.p_active[device.index] : mixed.source_lost[part];
    const Id<InferenceZone> now = device.valid() ? best.forest->zone_of(device)
                                                 : best.forest->zone_of(Id<ConnectivityNode>{part});
    const bool heads = device.valid() ? now.valid() && best.forest->heads(now, device)
                                      : now.valid() && !(*best.forest)[now].device.valid();
    tree.cut[i] = heads ? mixed.cut[now.index] : 0;
    if (device.valid()) {
      tree.p_open[i] = mixed.p_open[device.index];
      if (mixed.cut_by_opening[device.index] != 0) tree.cut[i] = 1;
    }
    const double fed = parents[i] == kNoParent ? 1 : tree.p_live[parents[i]];
    tree.p_cut_if_fed[i] = fed > 0 ? std::min(1.0, tree.p_active[i] / fed) : tree.prior[i];
  }
  // A switch that may stand open is open for that too.
  for (const DoubtedSwitch& doubt : joint.doubted) {
    const Id<InferenceZone> zone = forest.zone_of(doubt.device);
    if (doubt.recorded_open || !zone.valid() || !tree.contains(zone)) continue;
    if (!forest.heads(zone, doubt.device)) continue;
    double& prior = tree.prior[zone.index - tree.root.index];
    prior = 1 - (1 - prior) * doubt.closed_before;
  }
}

}  // namespace

UnsuppliedPart::UnsuppliedPart(const EvidenceView& view, const Joint& joint, std::uint32_t part)
    : view_(view),
      usage_points_(joint.usage_points_in(part)),
      reader_(view.settings().reliability, view.input().at,
              joint.dark_since && *joint.dark_since <= view.input().at
                  ? joint.dark_since
                  : silence_from(view, joint)) {}

// Calls visitor(place of the first, group, its leaves, its likelihood).
template <class Visitor>
void UnsuppliedPart::visit_groups(Visitor&& visitor) const {
  const Table<UsagePoint>& points = view_.input().forest.network().usage_points();
  std::vector<LeafEvidence> leaves;
  for (std::size_t begin = 0, end = 0; begin < usage_points_.size(); begin = end) {
    const Id<CommunicationGroup> group = points[usage_points_[begin]].communication_group;
    while (end < usage_points_.size() && points[usage_points_[end]].communication_group == group)
      ++end;
    const std::span<const Id<UsagePoint>> members = usage_points_.subspan(begin, end - begin);
    const DiedSince since = view_.died_since(members, reader_);
    GroupAccumulator product{view_.group_settings()};
    leaves.clear();
    for (const Id<UsagePoint> id : members) {
      leaves.push_back(reader_.read(view_.input().evidence.find(id), kNeverHeard, since));
      product.add(leaves.back());
    }
    visitor(begin, std::as_const(leaves), product.finish(since.share));
  }
}

UnsuppliedPart::Said UnsuppliedPart::read() const {
  Said said;
  visit_groups([&](std::size_t, const auto&, const GroupLikelihood& likelihood) {
    said.log_likelihood += likelihood.log_ratio();
    said.silent += silent_share(likelihood);
  });
  return said;
}

std::vector<double> UnsuppliedPart::p_out(double live) const {
  std::vector<double> p_out(usage_points_.size());
  visit_groups([&](std::size_t begin, const std::vector<LeafEvidence>& leaves,
                   const GroupLikelihood& likelihood) {
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      p_out[begin + i] =
          (1 - live) + live * p_premises(leaves[i], likelihood, view_.group_settings());
    }
  });
  return p_out;
}

void localise_joints(const EvidenceView& view, Posterior& posterior) {
  if (view.input().switching == nullptr || view.input().switching->joints().empty()) return;
  const auto joints = view.input().switching->joints();
  posterior.joints.resize(joints.size());
  parallel_for(joints.size(), view.input().threads, [&](std::size_t j) {
    posterior.joints[j] = JointPass{view, *joints[j]}.run();
    for (TreePosterior& tree : posterior.trees) {
      if (std::ranges::binary_search(joints[j]->roots, tree.root))
        take_over(view, *joints[j], posterior.joints[j], tree);
    }
  });
}

}  // namespace gridmend
