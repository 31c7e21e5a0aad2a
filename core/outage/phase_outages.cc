#include <algorithm>

#include "core/outage/candidate_parts.h"
#include "core/outage/explanation.h"

namespace gridmend {

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
    for (std::uint8_t phase = 1; phase <= 4; phase = static_cast<std::uint8_t>(phase << 1U)) {
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

namespace {

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
  onset.note_calls(view, loss.zone);
  onset.write(tree.onset, outage);
  outage.affected = UsagePointSet::of(affected);
  outage.dark = UsagePointSet::of(dark);
}

OutageCandidate loss_candidate(const EvidenceView& view, const TreePosterior& tree,
                               const PhasePosterior& phases, PhaseLoss loss,
                               std::span<const PhaseLoss> listed) {
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
  write_shares(gather_shares(view, phases, loss, listed), outage);
  for (const ZoneReport& report : view.reports(loss.zone)) {
    if (report.evidence->speaks_for_open()) ++outage.dead_items;
  }
  explain(forest.network(), outage);
  return candidate;
}

}  // namespace

void add_phase_losses(const EvidenceView& view, const TreePosterior& tree,
                      const PhasePosterior& phases, std::vector<OutageCandidate>& candidates) {
  UsagePointSet taken;
  const std::vector<PhaseLoss> listed =
      listed_losses(view.input().forest, phases, view.settings().outages.predict_at);
  for (const PhaseLoss& loss : listed) {
    OutageCandidate candidate = loss_candidate(view, tree, phases, loss, listed);
    Outage& outage = candidate.outage;
    outage.affected = outage.affected.without(taken);
    outage.dark = outage.dark.without(taken);
    if (outage.affected.empty()) continue;
    taken = taken.united(outage.affected);
    candidates.push_back(std::move(candidate));
  }
}

}  // namespace gridmend
