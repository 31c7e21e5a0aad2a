#include "core/outage/outage_builder.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "core/outage/dark_customers.h"
#include "core/outage/explanation.h"
#include "core/outage/tell_apart.h"

namespace gridmend {
namespace {

SuspectDevice suspect(const InferenceForest& forest, Id<InferenceZone> zone, double p_active) {
  return {forest[zone].device, {}, p_active};
}

// The cuts to be listed: no one behind another, so that every usage point has one outage.
std::vector<Id<InferenceZone>> listed_zones(const InferenceForest& forest,
                                            const TreePosterior& tree, double predict_at) {
  std::vector<Id<InferenceZone>> listed;
  for (std::uint32_t z = tree.root.index; z < tree.end();) {
    const Id<InferenceZone> id{z};
    const bool likely = tree(tree.p_active, id) >= predict_at;
    if (tree.cut[z - tree.root.index] == 0 && !likely) {
      ++z;
      continue;
    }
    if (!forest.usage_points_behind(id).empty()) listed.push_back(id);
    z = forest[id].zones_end;
  }
  return listed;
}

std::vector<SuspectDevice> runners_up(const InferenceForest& forest, const TreePosterior& tree,
                                      Id<InferenceZone> zone, const OutageSettings& settings) {
  std::vector<SuspectDevice> others;
  const auto consider = [&](Id<InferenceZone> other) {
    const double p = tree(tree.p_active, other);
    if (p >= settings.runner_up_at) others.push_back(suspect(forest, other, p));
  };
  for (Id<InferenceZone> above = forest[zone].parent; above.valid(); above = forest[above].parent) {
    consider(above);
  }
  for (std::uint32_t z = zone.index + 1; z < forest[zone].zones_end; ++z) {
    consider(Id<InferenceZone>{z});
  }
  std::ranges::stable_sort(others, std::ranges::greater{}, &SuspectDevice::p_active);
  if (others.size() > settings.runners_up) others.resize(settings.runners_up);
  return others;
}

bool lives_since(const MeterEvidence* meter, std::optional<Time> onset) {
  return meter != nullptr && meter->lives() && (!onset || meter->live >= *onset);
}

// Onset lies between the last sign of life before the first sign of death and that sign.
class OnsetInterval {
 public:
  void note(const MeterEvidence& meter, const DeadSigns& signs) {
    if (signs.since != kNeverHeard) {
      earliest_ = std::min(earliest_, signs.since);
      latest_ = std::min(latest_, signs.heard);
    }
    if (meter.live != kNeverHeard) lives_.push_back(meter.live);
  }
  void note_open(Time since) {
    earliest_ = std::min(earliest_, since);
    latest_ = std::min(latest_, since);
  }
  void write(std::optional<Time> tree_onset, Outage& outage) const {
    const Time fallback = tree_onset.value_or(Time{});
    outage.onset_latest = latest_ == Time::max() ? fallback : latest_;
    outage.onset_earliest = earliest_ == Time::max() ? fallback : earliest_;
    for (const Time live : lives_) {
      if (live < outage.onset_latest) {
        outage.onset_earliest = std::max(outage.onset_earliest, live);
      }
    }
  }

 private:
  Time earliest_ = Time::max();
  Time latest_ = Time::max();
  std::vector<Time> lives_;
};

void add_customer(const NetworkModel& network, const CategoryWeights& weights, Id<UsagePoint> id,
                  double p_dark, std::uint32_t critical_listed, Outage& outage) {
  const UsagePoint& point = network.usage_points()[id];
  const auto category = static_cast<std::size_t>(point.category);
  outage.customers_affected += point.customers;
  outage.weight += p_dark * point.customers * weights.weight[category];
  if (weights.critical[category] && p_dark >= .5 && outage.critical.size() < critical_listed) {
    outage.critical.push_back(id);
  }
}

void describe_members(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone,
                      Outage& outage) {
  const InferenceForest& forest = view.input().forest;
  OnsetInterval onset;
  std::vector<Id<UsagePoint>> dark;
  for (std::uint32_t z = zone.index; z < forest[zone].zones_end; ++z) {
    const double p_dark = 1 - tree(tree.p_live, Id<InferenceZone>{z});
    for (const Id<UsagePoint> id : forest.own_usage_points(Id<InferenceZone>{z})) {
      const MeterEvidence* meter = view.input().evidence.find(id);
      add_customer(forest.network(), view.settings().weights, id, p_dark,
                   view.settings().outages.critical_listed, outage);
      if (!lives_since(meter, tree.onset)) dark.push_back(id);
      if (meter != nullptr) onset.note(*meter, view.dead_signs(id));
    }
  }
  for (const ZoneReport& report : view.reports(zone)) {
    if (report.evidence->speaks_for_open()) onset.note_open(report.evidence->open_since());
  }
  const auto& calls = view.zone_calls();
  for (auto it = calls.lower_bound(zone);
       it != calls.end() && it->first.index < forest[zone].zones_end; ++it) {
    if (it->second.items > 0) onset.note_open(it->second.since);
  }
  onset.write(tree.onset, outage);
  outage.affected = UsagePointSet::of(forest.usage_points_behind(zone));
  outage.dark = UsagePointSet::of(dark);
}

void add_own_shares(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone,
                    Shares& shares) {
  const auto reports = view.reports(zone);
  const Time until = view.input().at + view.settings().reliability.clock_skew;
  const ReportShares told = report_shares(reports, tree.onset, until, view.settings().reliability);
  std::uint32_t positions = 0, indicators = 0, findings = 0;
  for (const ZoneReport& report : reports) {
    if (report.evidence->position_at != kNeverHeard) ++positions;
    if (report.evidence->indicator_at != kNeverHeard) ++indicators;
    if (report.evidence->report_at != kNeverHeard) ++findings;
  }
  shares.add(ShareKind::switch_position, told.switch_position, positions);
  shares.add(ShareKind::fault_indicator, told.fault_indicator, indicators);
  shares.add(ShareKind::field_report, told.field_report, findings);
  const double flood = tree(tree.flood, zone);
  const ZonePrior prior = zone_prior(view.input().forest, zone, Water{}, view.input().at,
                                     kNeverHeard, 0, view.settings());
  const double dry = std::log(prior.probability / (1 - prior.probability));
  const double wet = 1 - (1 - prior.probability) * (1 - flood);
  shares.add(ShareKind::device_class, dry, 0);
  if (flood > 0) shares.add(ShareKind::flood, std::log(wet / (1 - wet)) - dry, 1);
}

Shares gather_shares(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone) {
  Shares shares;
  const LeafReader reader = view.reader(tree.root);
  for (std::uint32_t z = zone.index; z < view.input().forest[zone].zones_end; ++z) {
    view.add_shares(Id<InferenceZone>{z}, reader, shares);
  }
  add_own_shares(view, tree, zone, shares);
  return shares;
}

// What was heard from these usage points only; their silence is not counted.
Shares gather_shares(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone,
                     std::span<const Id<UsagePoint>> usage_points) {
  Shares shares;
  const LeafReader reader = view.reader(tree.root);
  for (const Id<UsagePoint> id : usage_points) {
    const MeterEvidence* meter = view.input().evidence.find(id);
    if (meter != nullptr) reader.read(meter, view.restored_at(id), &shares);
  }
  const auto& calls = view.zone_calls();
  for (auto it = calls.lower_bound(zone);
       it != calls.end() && it->first.index < view.input().forest[zone].zones_end; ++it) {
    shares.add(ShareKind::trouble_call, -it->second.log_ratio, it->second.items);
  }
  add_own_shares(view, tree, zone, shares);
  return shares;
}

void write_shares(const Shares& shares, Outage& outage) {
  for (int kind = 0; kind < kShareKinds; ++kind) {
    const auto k = static_cast<std::size_t>(kind);
    if (shares.items[k] == 0 && shares.log_odds[k] == 0) continue;
    outage.why.push_back({std::string{to_string(static_cast<ShareKind>(kind))}, shares.items[k],
                          shares.log_odds[k]});
  }
  std::ranges::stable_sort(outage.why, std::ranges::greater{},
                           [](const EvidenceShare& s) { return std::abs(s.log_odds); });
  const auto count = [&shares](ShareKind kind) {
    return shares.items[static_cast<std::size_t>(kind)];
  };
  outage.dead_items = count(ShareKind::last_gasp) + count(ShareKind::trouble_call) +
                      count(ShareKind::ping_unanswered);
}

OutageCause cause_of(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone) {
  for (const ZoneReport& report : view.reports(zone)) {
    const DeviceEvidence& e = *report.evidence;
    if (e.speaks_for_open() && e.finding == Finding::damaged) return OutageCause::fault;
    if (e.indicator_passed && e.indicator_at > e.void_before) return OutageCause::fault;
  }
  // Of the ways to be open that the prior knows, water is the likelier one.
  const double flood = tree(tree.flood, zone);
  const ZonePrior dry = zone_prior(view.input().forest, zone, Water{}, view.input().at, kNeverHeard,
                                   0, view.settings());
  return flood > dry.probability ? OutageCause::flood_trip : OutageCause::unknown;
}

OutageCandidate zone_candidate(const EvidenceView& view, const TreePosterior& tree,
                               Id<InferenceZone> zone, std::shared_ptr<const TreeLayout>& layout) {
  const InferenceForest& forest = view.input().forest;
  OutageCandidate candidate;
  candidate.zone = zone;
  Outage& outage = candidate.outage;
  outage.probable = suspect(forest, zone, tree(tree.p_active, zone));
  outage.runners_up = runners_up(forest, tree, zone, view.settings().outages);
  outage.cause = cause_of(view, tree, zone);
  outage.feeder = forest[zone].feeder;
  outage.phases = forest[zone].phases;
  describe_members(view, tree, zone, outage);
  const DarkCustomers dark = dark_customers(forest, tree, zone);
  outage.expected_customers = dark.mean;
  outage.customers_low = dark.low;
  outage.customers_high = dark.high;
  write_shares(gather_shares(view, tree, zone), outage);
  for (const ZoneReport& report : view.reports(zone)) {
    if (report.evidence->speaks_for_open()) ++outage.dead_items;
  }
  explain(forest.network(), outage);
  outage.tell_apart = tell_apart(view, tree, zone, outage.runners_up, layout);
  return candidate;
}

// Phases that a zone's device keeps from it, and nothing above it does.
struct PhaseLoss {
  Id<InferenceZone> zone;
  std::uint8_t lost = 0;
};

std::vector<PhaseLoss> listed_losses(const InferenceForest& forest, const PhasePosterior& phases,
                                     double predict_at) {
  struct Above {
    std::uint32_t zones_end = 0;
    std::uint8_t lost = 0;
  };
  std::vector<PhaseLoss> listed;
  std::vector<Above> above;
  for (std::uint32_t z = phases.root.index; z < forest[phases.root].zones_end; ++z) {
    const Id<InferenceZone> zone{z};
    const std::uint32_t i = phases.entry(zone);
    while (!above.empty() && above.back().zones_end <= z) above.pop_back();
    std::uint8_t lost = phases.best.active[i];
    for (std::uint8_t phase = 1; phase <= 4; phase = phase << 1U) {
      if ((phases.zones[i].carries & phase) != 0 && phases.p_active_on(zone, phase) >= predict_at)
        lost |= phase;
    }
    if (!above.empty()) lost = static_cast<std::uint8_t>(lost & ~above.back().lost);
    if (lost == 0 || forest.usage_points_behind(zone).empty()) continue;
    listed.push_back({zone, lost});
    const std::uint8_t before = above.empty() ? 0 : above.back().lost;
    above.push_back({forest[zone].zones_end, static_cast<std::uint8_t>(before | lost)});
  }
  return listed;
}

// What a loss means to the usage points behind it.
class LossReader {
 public:
  LossReader(const EvidenceView& view, const PhasePosterior& phases, PhaseLoss loss)
      : view_(view), forest_(view.input().forest), phases_(phases), loss_(loss) {}

  struct Member {
    Id<UsagePoint> usage_point;
    double p_out = 0;     // without supply, or with part of it only
    bool partly = false;  // some of its phases stay
    bool surely = false;  // it is known to hang on what is lost
  };

  std::vector<Member> members() const {
    std::vector<Member> members;
    for (std::uint32_t z = loss_.zone.index; z < forest_[loss_.zone].zones_end; ++z) {
      const Id<InferenceZone> zone{z};
      const auto own = forest_.own_usage_points(zone);
      if (own.empty()) continue;
      const std::vector<PhaseGroup::Out> out = usage_point_p_out(view_, phases_, zone);
      for (std::size_t i = 0; i < own.size(); ++i) {
        Member member{own[i], out[i].dead + out[i].partly, false, false};
        if (loses(zone, member)) members.push_back(member);
      }
    }
    return members;
  }

 private:
  bool loses(Id<InferenceZone> zone, Member& member) const {
    const PhaseWish wish = phase_wish(forest_, member.usage_point);
    const auto hit = static_cast<std::uint8_t>(wish.phases & loss_.lost);
    switch (wish.kind) {
      case PhaseWish::Kind::each:
        member.partly = hit != wish.phases;
        member.surely = true;
        return hit != 0;
      case PhaseWish::Kind::together:
        member.surely = true;
        return hit != 0;
      case PhaseWish::Kind::one_of:
        member.surely = hit == wish.phases;
        return hit != 0 && (member.surely || member.p_out >= .5);
      case PhaseWish::Kind::any:
        return (phases_.best.carried[phases_.entry(zone)] & loss_.lost) != 0 && member.p_out >= .5;
    }
    return false;
  }

  const EvidenceView& view_;
  const InferenceForest& forest_;
  const PhasePosterior& phases_;
  PhaseLoss loss_;
};

// Customers: the posterior mean of those that lose something, and from none (or, as good as sure,
// all that are known to hang on what is lost) to all of them.
void describe_loss(const EvidenceView& view, const TreePosterior& tree, PhaseLoss loss,
                   std::span<const LossReader::Member> members, Outage& outage) {
  const NetworkModel& network = view.input().forest.network();
  OnsetInterval onset;
  std::vector<Id<UsagePoint>> affected, dark;
  const bool sure = outage.probable.p_active >= .95;
  for (const LossReader::Member& member : members) {
    const MeterEvidence* meter = view.input().evidence.find(member.usage_point);
    const std::uint32_t before = outage.customers_affected;
    add_customer(network, view.settings().weights, member.usage_point, member.p_out,
                 view.settings().outages.critical_listed, outage);
    const std::uint32_t customers = outage.customers_affected - before;
    outage.expected_customers += member.p_out * customers;
    outage.customers_low += sure && member.surely ? customers : 0;
    affected.push_back(member.usage_point);
    if (member.partly || !lives_since(meter, tree.onset)) dark.push_back(member.usage_point);
    if (meter != nullptr) onset.note(*meter, view.dead_signs(member.usage_point));
  }
  outage.customers_high = outage.customers_affected;
  for (const ZoneReport& report : view.reports(loss.zone)) {
    if (report.evidence->speaks_for_open()) onset.note_open(report.evidence->open_since());
  }
  onset.write(tree.onset, outage);
  outage.affected = UsagePointSet::of(affected);
  outage.dark = UsagePointSet::of(dark);
  write_shares(gather_shares(view, tree, loss.zone, affected), outage);
}

OutageCandidate loss_candidate(const EvidenceView& view, const TreePosterior& tree,
                               const PhasePosterior& phases, PhaseLoss loss) {
  const InferenceForest& forest = view.input().forest;
  OutageCandidate candidate;
  candidate.zone = loss.zone;
  Outage& outage = candidate.outage;
  outage.probable = suspect(forest, loss.zone, phases.p_active_on(loss.zone, loss.lost));
  outage.runners_up = runners_up(forest, tree, loss.zone, view.settings().outages);
  outage.cause = cause_of(view, tree, loss.zone);
  outage.feeder = forest[loss.zone].feeder;
  outage.phases = PhaseSet{loss.lost};
  describe_loss(view, tree, loss, LossReader{view, phases, loss}.members(), outage);
  for (const ZoneReport& report : view.reports(loss.zone)) {
    if (report.evidence->speaks_for_open()) ++outage.dead_items;
  }
  explain(forest.network(), outage);
  return candidate;
}

void add_losses(const EvidenceView& view, const TreePosterior& tree, const PhasePosterior& phases,
                std::vector<OutageCandidate>& candidates) {
  UsagePointSet taken;
  for (const PhaseLoss& loss :
       listed_losses(view.input().forest, phases, view.settings().outages.predict_at)) {
    OutageCandidate candidate = loss_candidate(view, tree, phases, loss);
    Outage& outage = candidate.outage;
    outage.affected = outage.affected.without(taken);
    outage.dark = outage.dark.without(taken);
    if (outage.affected.empty()) continue;
    taken = taken.united(outage.affected);
    candidates.push_back(std::move(candidate));
  }
}

OutageCandidate premises_candidate(const EvidenceView& view, const TreePosterior& tree,
                                   Id<UsagePoint> id, double p_out) {
  const InferenceForest& forest = view.input().forest;
  const Id<InferenceZone> zone = forest.zone_of(id);
  const MeterEvidence& meter = *view.input().evidence.find(id);
  OutageCandidate candidate;
  candidate.zone = zone;
  Outage& outage = candidate.outage;
  const double dark_zone = 1 - tree(tree.p_live, zone);
  outage.probable = {{}, id, p_out - dark_zone};
  if (dark_zone >= view.settings().outages.runner_up_at) {
    outage.runners_up.push_back(suspect(forest, zone, tree(tree.p_active, zone)));
  }
  outage.cause = OutageCause::premises;
  outage.feeder = forest[zone].feeder;
  outage.phases = forest[zone].phases;
  add_customer(forest.network(), view.settings().weights, id, p_out,
               view.settings().outages.critical_listed, outage);
  outage.expected_customers = p_out * outage.customers_affected;
  outage.customers_low = p_out >= .95 ? outage.customers_affected : 0;
  outage.customers_high = outage.customers_affected;
  OnsetInterval onset;
  onset.note(meter, view.dead_signs(id));
  onset.write(tree.onset, outage);
  outage.affected = UsagePointSet::of(std::span{&id, 1});
  outage.dark = outage.affected;
  Shares shares;
  const LeafReader reader = view.reader(tree.root);
  reader.read(&meter, view.restored_at(id), &shares);
  write_shares(shares, outage);
  explain(forest.network(), outage);
  return candidate;
}

// Several customers whose one service drop is open.
OutageCandidate drop_candidate(const EvidenceView& view, const TreePosterior& tree,
                               const DropPosterior& drop, Id<InferenceZone> zone) {
  const InferenceForest& forest = view.input().forest;
  const auto members = forest.usage_points_on(drop.drop);
  OutageCandidate candidate;
  candidate.zone = zone;
  Outage& outage = candidate.outage;
  outage.probable = {drop.drop, {}, drop.p_active};
  const double dark_zone = 1 - tree(tree.p_live, zone);
  if (dark_zone >= view.settings().outages.runner_up_at) {
    outage.runners_up.push_back(suspect(forest, zone, tree(tree.p_active, zone)));
  }
  outage.feeder = forest[zone].feeder;
  outage.phases = forest[zone].phases;
  OnsetInterval onset;
  Shares shares;
  const LeafReader reader = view.reader(tree.root);
  std::vector<Id<UsagePoint>> dark;
  const double p_dark = dark_zone + drop.p_active;
  for (const Id<UsagePoint> id : members) {
    const MeterEvidence* meter = view.input().evidence.find(id);
    add_customer(forest.network(), view.settings().weights, id, p_dark,
                 view.settings().outages.critical_listed, outage);
    if (!lives_since(meter, tree.onset)) dark.push_back(id);
    if (meter == nullptr) continue;
    onset.note(*meter, view.dead_signs(id));
    reader.read(meter, view.restored_at(id), &shares);
  }
  const DeviceEvidence* heard = view.input().evidence.find(drop.drop);
  const bool found_open = heard != nullptr && heard->speaks_for_open();
  if (found_open) onset.note_open(heard->open_since());
  outage.cause =
      found_open && heard->finding == Finding::damaged ? OutageCause::fault : OutageCause::unknown;
  outage.expected_customers = p_dark * outage.customers_affected;
  outage.customers_low = p_dark >= .95 ? outage.customers_affected : 0;
  outage.customers_high = outage.customers_affected;
  onset.write(tree.onset, outage);
  outage.affected = UsagePointSet::of(members);
  outage.dark = UsagePointSet::of(dark);
  if (heard != nullptr && heard->report_at != kNeverHeard) {
    const double prior = view.settings().priors.premises;
    const double now = view.drop_open(drop.drop);
    shares.add(ShareKind::field_report, std::log(now / (1 - now)) - std::log(prior / (1 - prior)),
               1);
  }
  write_shares(shares, outage);
  if (found_open) ++outage.dead_items;
  explain(forest.network(), outage);
  return candidate;
}

// By usage point: does a listed outage take its supply?
std::vector<bool> explained_by(const EvidenceView& view,
                               const std::vector<OutageCandidate>& listed) {
  std::vector<bool> explained(view.input().forest.network().usage_points().size());
  for (const OutageCandidate& candidate : listed) {
    for (const IdRange<UsagePoint>& range : candidate.outage.affected.ranges()) {
      for (const Id<UsagePoint> id : range) explained[id.index] = true;
    }
  }
  return explained;
}

struct LoneVoice {
  Id<InferenceZone> zone;
  Id<UsagePoint> usage_point;
};

// Who was heard to be dark and is explained by nothing listed; by zone, then by id.
std::vector<LoneVoice> lone_voices(const EvidenceView& view, const std::vector<bool>& explained) {
  std::vector<LoneVoice> voices;
  for (const Id<UsagePoint> id : view.heard_dead()) {
    if (!explained[id.index]) voices.push_back({view.input().forest.zone_of(id), id});
  }
  std::ranges::sort(voices, {}, [](const LoneVoice& v) {
    return std::tuple{v.zone, v.usage_point};
  });
  return voices;
}

// Of one zone; `voices` by id.
void add_premises_of(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone,
                     std::span<const Id<UsagePoint>> voices,
                     std::vector<OutageCandidate>& candidates) {
  const double least = view.settings().outages.premises_at;
  std::set<Id<Device>> open_drops;
  for (const DropPosterior& drop : drop_posteriors(view, tree, zone, least)) {
    if (drop.p_active < least) continue;
    candidates.push_back(drop_candidate(view, tree, drop, zone));
    open_drops.insert(drop.drop);
  }
  const std::vector<double> p_out = usage_point_p_out(view, tree, zone, voices);
  const double dark_zone = 1 - tree(tree.p_live, zone);
  const auto is_listed = [&](std::size_t i) {
    return p_out[i] - dark_zone >= least &&
           !open_drops.contains(view.input().forest.shared_drop(voices[i]));
  };
  std::vector<std::pair<std::size_t, std::size_t>> listed;  // place in the zone, in `voices`
  const auto own = view.input().forest.own_usage_points(zone);
  for (std::size_t i = 0; i < voices.size(); ++i) {
    if (!is_listed(i)) continue;
    const auto place = std::ranges::find(own, voices[i]) - own.begin();
    listed.emplace_back(static_cast<std::size_t>(place), i);
  }
  std::ranges::sort(listed);
  for (const auto& [place, i] : listed)
    candidates.push_back(premises_candidate(view, tree, voices[i], p_out[i]));
}

void add_premises(const EvidenceView& view, const Posterior& posterior,
                  std::vector<OutageCandidate>& candidates) {
  const std::vector<LoneVoice> voices = lone_voices(view, explained_by(view, candidates));
  std::vector<Id<UsagePoint>> of_zone;
  for (std::size_t begin = 0, end = 0; begin < voices.size(); begin = end) {
    const Id<InferenceZone> zone = voices[begin].zone;
    of_zone.clear();
    for (end = begin; end < voices.size() && voices[end].zone == zone; ++end)
      of_zone.push_back(voices[end].usage_point);
    const TreePosterior* tree = posterior.tree_of(view.input().forest.root_of(zone));
    if (tree != nullptr) add_premises_of(view, *tree, zone, of_zone, candidates);
  }
}

}  // namespace

std::vector<OutageCandidate> build_candidates(const EvidenceView& view,
                                              const PhasedPosterior& posterior) {
  std::vector<OutageCandidate> candidates;
  for (const TreePosterior& tree : posterior.all.trees) {
    if (!tree.onset) continue;
    if (const PhasePosterior* phases = posterior.phases_of(tree.root)) {
      add_losses(view, tree, *phases, candidates);
      continue;
    }
    std::shared_ptr<const TreeLayout> layout;  // of the tree, for whoever needs it first
    for (const Id<InferenceZone> zone :
         listed_zones(view.input().forest, tree, view.settings().outages.predict_at)) {
      candidates.push_back(zone_candidate(view, tree, zone, layout));
    }
  }
  add_premises(view, posterior.all, candidates);
  return candidates;
}

}  // namespace gridmend
