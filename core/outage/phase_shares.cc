#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "core/outage/candidate_parts.h"
#include "core/outage/log_zero.h"

namespace gridmend {
namespace {

// What a zone is live on: if the device in question is closed, and if it opened.
struct LiveEitherWay {
  std::uint8_t closed = 0;
  std::uint8_t opened = 0;
};

struct Weighed {
  double weight = 0;
  double log = 0;
};
// log sum of weight e^log.
double log_sum(std::initializer_list<Weighed> terms) {
  double high = kLogZero, sum = 0;
  for (const Weighed& term : terms)
    if (term.weight > 0) high = std::max(high, term.log);
  for (const Weighed& term : terms)
    if (term.weight > 0) sum += term.weight * std::exp(term.log - high);
  return high + std::log(sum);
}

class PhaseShares {
 public:
  PhaseShares(const EvidenceView& view, const PhasePosterior& phases, PhaseLoss loss,
              std::span<const PhaseLoss> listed)
      : view_(view),
        forest_(view.input().forest),
        phases_(phases),
        loss_(loss),
        listed_(listed),
        reader_(view.reader(phases.root)) {}

  Shares gather() {
    const std::uint32_t end = forest_[loss_.zone].zones_end;
    std::vector<LiveEitherWay> live(end - loss_.zone.index);
    live[0] = at_the_loss();
    add_own();
    for (std::uint32_t z = loss_.zone.index; z < end; ++z) {
      const Id<InferenceZone> zone{z};
      LiveEitherWay& here = live[z - loss_.zone.index];
      if (zone != loss_.zone) {
        const LiveEitherWay& above = live[forest_[zone].parent.index - loss_.zone.index];
        const std::uint8_t passes = passing(zone);
        here = {static_cast<std::uint8_t>(above.closed & passes),
                static_cast<std::uint8_t>(above.opened & passes)};
      }
      if (here.closed != here.opened) add_heard(zone, here);
    }
    return shares_;
  }

 private:
  std::uint8_t carried(Id<InferenceZone> zone) const {
    const std::uint32_t i = phases_.entry(zone);
    return phases_.zones[i].one_of ? phases_.best.carried[i] : phases_.zones[i].carries;
  }
  // What a listed loss opens: a device that opens all it carries does so.
  std::uint8_t opening(PhaseLoss loss) const {
    const PhaseZone& zone = phases_.zones[phases_.entry(loss.zone)];
    if (zone.one_of) return kAllPhases;
    return zone.opening[loss.lost] > 0 ? loss.lost : zone.carries;
  }
  // Of what comes to a zone, with every other listed loss standing.
  std::uint8_t passing(Id<InferenceZone> zone) const {
    const auto at = std::ranges::lower_bound(listed_, zone, {}, &PhaseLoss::zone);
    const bool lost = zone != loss_.zone && at != listed_.end() && at->zone == zone;
    return static_cast<std::uint8_t>(carried(zone) & ~(lost ? opening(*at) : 0));
  }

  LiveEitherWay at_the_loss() {
    feed_ = kAllPhases;
    for (Id<InferenceZone> above = forest_[loss_.zone].parent; above.valid();
         above = forest_[above].parent)
      feed_ = static_cast<std::uint8_t>(feed_ & passing(above));
    const auto closed = static_cast<std::uint8_t>(feed_ & carried(loss_.zone));
    return {closed, static_cast<std::uint8_t>(closed & ~opening(loss_))};
  }

  // Log odds that it keeps these of the phases that reach it, against none of them.
  double log_odds_of(const PhaseZone& zone) const {
    double open = 0, closed = 0;
    const auto kept = static_cast<std::uint8_t>(opening(loss_) & feed_);
    for (std::uint8_t o = 0; o < 8; ++o) {
      const auto reached = zone.one_of ? o : static_cast<std::uint8_t>(o & feed_);
      if (reached == 0) {
        closed += zone.opening[o];
      } else if (zone.one_of || reached == kept) {
        open += zone.opening[o];
      }
    }
    return told_log_odds(open, closed);
  }

  void add_own() {
    const PhaseZone& placed = phases_.zones[phases_.entry(loss_.zone)];
    const ZonePrior prior = view_.prior(loss_.zone);
    const double dry_prior =
        zone_prior(forest_, loss_.zone, Water{}, view_.input().at, kNeverHeard, 0, view_.settings())
            .probability;
    const auto told_at = [&](double q) {
      return log_odds_of(unreported_opening(view_, loss_.zone, placed, q));
    };
    const double dry = told_at(dry_prior);
    add_prior_shares(
        {dry, prior.flood > 0 ? told_at(prior.before_reports) : dry, log_odds_of(placed)},
        phase_report_shares(view_, loss_.zone, placed, opening(loss_)), view_.reports(loss_.zone),
        shares_);
  }

  void add_heard(Id<InferenceZone> zone, LiveEitherWay live) {
    Shares items;
    for (const Id<UsagePoint> id : forest_.own_usage_points(zone)) add_said(id, live, items);
    if (const auto calls = view_.zone_calls().find(zone); calls != view_.zone_calls().end()) {
      const std::uint8_t carries = phases_.zones[phases_.entry(zone)].carries;
      const double ratio = calls->second.log_ratio;
      items.add(
          ShareKind::trouble_call,
          call_log_ratio(ratio, carries, live.opened) - call_log_ratio(ratio, carries, live.closed),
          calls->second.items);
    }
    const ByPhases& says = phases_.log_likelihood[phases_.entry(zone)];
    double all = 0;
    for (const double share : items.log_odds) all += share;
    shares_ += items;
    shares_.add(ShareKind::silence, says[live.opened] - says[live.closed] - all, 0);
  }

  // Each by itself; what the usage point loses of its phases may be all, some, or nothing.
  void add_said(Id<UsagePoint> id, LiveEitherWay live, Shares& items) const {
    const MeterEvidence* meter = view_.input().evidence.find(id);
    if (meter == nullptr) return;
    const PhaseWish wish = phase_wish(forest_, id);
    const PhaseLiveness before = liveness(wish, live.closed), after = liveness(wish, live.opened);
    if (before.dead == after.dead && before.partly == after.partly) return;
    Shares said;
    const LeafEvidence leaf = reader_.read(meter, view_.restored_at(id), &said);
    const double if_dead = leaf.link_dead + leaf.aged;
    const auto of_link = [&](const PhaseLiveness& gets) {
      return log_sum({{gets.live + gets.partly, leaf.link_live}, {gets.dead, if_dead}});
    };
    const auto of_calls = [&leaf](const PhaseLiveness& gets) {
      return log_sum({{gets.live, leaf.other_live},
                      {gets.partly, leaf.other_partly},
                      {gets.dead, leaf.other_dead}});
    };
    const double whole = if_dead - leaf.link_live;
    const double link = of_link(after) - of_link(before);
    for (std::size_t k = 0; k < kShareKinds; ++k) {
      const auto kind = static_cast<ShareKind>(k);
      if (said.items[k] == 0) continue;
      if (kind == ShareKind::trouble_call) {
        items.add(kind, of_calls(after) - of_calls(before), said.items[k]);
      } else if (before.dead != after.dead && whole != 0) {
        items.add(kind, said.log_odds[k] * link / whole, said.items[k]);
      }
    }
  }

  const EvidenceView& view_;
  const InferenceForest& forest_;
  const PhasePosterior& phases_;
  PhaseLoss loss_;
  std::span<const PhaseLoss> listed_;
  LeafReader reader_;
  std::uint8_t feed_ = kAllPhases;
  Shares shares_;
};

}  // namespace

Shares gather_shares(const EvidenceView& view, const PhasePosterior& phases, PhaseLoss loss,
                     std::span<const PhaseLoss> listed) {
  return PhaseShares{view, phases, loss, listed}.gather();
}

}  // namespace gridmend
