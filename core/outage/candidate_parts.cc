#include "core/outage/candidate_parts.h"

#include <algorithm>
#include <cmath>

namespace gridmend {

// Deep water is as good as certain, and some kinds of device never open by themselves: infinite
// odds could be neither added nor told.
double told_log_odds(double p) { return told_log_odds(p, 1 - p); }
double told_log_odds(double p, double otherwise) {
  constexpr double kLeast = 1e-12;
  return std::log(std::max(p, kLeast) / std::max(otherwise, kLeast));
}

SuspectDevice suspect(const InferenceForest& forest, Id<InferenceZone> zone, double p_active) {
  return {forest[zone].device, {}, p_active};
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
  return meter != nullptr && meter->lives_since(onset.value_or(Time::min()));
}

void OnsetInterval::note(const MeterEvidence& meter, const DeadSigns& signs) {
  if (signs.since != kNeverHeard) {
    earliest_ = std::min(earliest_, signs.since);
    latest_ = std::min(latest_, signs.heard);
  }
  if (meter.known_live_at() != kNeverHeard) lives_.push_back(meter.known_live_at());
}

void OnsetInterval::note_open(Time since) {
  earliest_ = std::min(earliest_, since);
  latest_ = std::min(latest_, since);
}

void OnsetInterval::note_calls(const EvidenceView& view, Id<InferenceZone> zone) {
  const auto& calls = view.zone_calls();
  const std::uint32_t end = view.input().forest[zone].zones_end;
  for (auto it = calls.lower_bound(zone); it != calls.end() && it->first.index < end; ++it) {
    if (it->second.items > 0) note_open(it->second.since);
  }
}

void OnsetInterval::write(std::optional<Time> tree_onset, Outage& outage) const {
  const Time fallback = tree_onset.value_or(Time{});
  outage.onset_latest = latest_ == Time::max() ? fallback : latest_;
  outage.onset_earliest = earliest_ == Time::max() ? fallback : earliest_;
  for (const Time live : lives_) {
    if (live < outage.onset_latest) outage.onset_earliest = std::max(outage.onset_earliest, live);
  }
}

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

void add_prior_shares(const PriorLogOdds& prior, const ReportShares& told,
                      std::span<const ZoneReport> reports, Shares& shares) {
  std::uint32_t positions = 0, indicators = 0, findings = 0;
  for (const ZoneReport& report : reports) {
    if (report.evidence->position_at != kNeverHeard) ++positions;
    if (report.evidence->indicator_at != kNeverHeard) ++indicators;
    if (report.evidence->report_at != kNeverHeard) ++findings;
  }
  shares.add(ShareKind::switch_position, told.switch_position, positions);
  shares.add(ShareKind::fault_indicator, told.fault_indicator, indicators);
  shares.add(ShareKind::field_report, told.field_report + told.against, findings);
  shares.add(ShareKind::device_class, prior.dry, 0);
  if (prior.wet != prior.dry) shares.add(ShareKind::flood, prior.wet - prior.dry, 1);
  constexpr double kRounding = 1e-9;
  const double taken = prior.reported - prior.wet;
  if (std::abs(taken - told.sum()) > kRounding)
    shares.add(ShareKind::report_limit, taken - told.sum(), 0);
}

void add_own_shares(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone,
                    Shares& shares) {
  const auto reports = view.reports(zone);
  const ReliabilityParameters& r = view.settings().reliability;
  const ReportShares told =
      report_shares(reports, view.silence_from(tree.root), view.input().at + r.clock_skew, r);
  const double flood = tree(tree.flood, zone);
  const double dry = zone_prior(view.input().forest, zone, Water{}, view.input().at, kNeverHeard, 0,
                                view.settings())
                         .probability;
  const double reported = tree(tree.prior, zone);
  double wet = 1 - (1 - dry) * (1 - flood);
  // Of a loop in water of uncertain depth only the whole is known.
  if (view.input().forest[zone].meshed)
    wet = reports.empty() ? reported : view.prior(zone).before_reports;
  add_prior_shares(
      {told_log_odds(dry), told_log_odds(flood > 0 ? wet : dry), told_log_odds(reported)}, told,
      reports, shares);
}

Shares gather_shares(const EvidenceView& view, const TreePosterior& tree, const ListedZone& listed,
                     const EpochPosterior* epochs) {
  Shares shares;
  const LeafReader reader = view.reader(tree.root);
  const std::uint32_t opened = epochs != nullptr ? epochs->probably_opened(listed.zone) : 0;
  visit_listed(view.input().forest, listed, [&](Id<InferenceZone> zone) {
    view.add_shares(zone, reader, shares);
    if (epochs == nullptr) return;
    shares.add(ShareKind::silence, epochs->log_ratio(zone, opened) + view.log_likelihood(zone), 0);
  });
  add_own_shares(view, tree, listed.zone, shares);
  return shares;
}

void add_drop_shares(const EvidenceView& view, Id<Device> drop, Shares& shares) {
  const DeviceEvidence* heard = view.input().evidence.find(drop);
  if (heard == nullptr) return;
  const InferenceForest& forest = view.input().forest;
  const Id<InferenceZone> zone = forest.zone_of(forest.usage_points_on(drop).front());
  const ZoneReport report{zone, drop, heard};
  const ReliabilityParameters& r = view.settings().reliability;
  const ReportShares told = report_shares({&report, 1}, view.silence_from(forest.root_of(zone)),
                                          view.input().at + r.clock_skew, r);
  const double premises = told_log_odds(view.settings().priors.premises);
  Shares own;
  add_prior_shares({premises, premises, told_log_odds(view.drop_open(drop))}, told, {&report, 1},
                   own);
  own.log_odds[static_cast<std::size_t>(ShareKind::device_class)] = 0;
  shares += own;
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

FavouredWaterError favoured_error(const Posterior& posterior, const TreePosterior& tree,
                                  Id<InferenceZone> zone) {
  if (tree.in_water.empty() || tree(tree.flood, zone) <= 0) return {};
  const WaterErrorPosterior& best =
      *std::ranges::max_element(posterior.water_errors, {}, &WaterErrorPosterior::probability);
  return {best.deeper_m, best.probability, best.prior};
}

OutageCause cause_of(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone) {
  for (const ZoneReport& report : view.reports(zone)) {
    const DeviceEvidence& e = *report.evidence;
    if (e.damage_seen()) return OutageCause::fault;
    if (fault_seen_at(report) != kNeverHeard) return OutageCause::fault;
  }
  // Of the ways to be open that the prior knows, water is the likelier one.
  const double flood = tree(tree.flood, zone);
  const ZonePrior dry = zone_prior(view.input().forest, zone, Water{}, view.input().at, kNeverHeard,
                                   0, view.settings());
  return flood > dry.probability ? OutageCause::flood_trip : OutageCause::unknown;
}

}  // namespace gridmend
