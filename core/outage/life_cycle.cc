#include "core/outage/life_cycle.h"

#include <algorithm>

#include "core/outage/explanation.h"

namespace gridmend {
namespace {

bool crew_has_seen(const EvidenceView& view, const Outage& outage) {
  if (!outage.probable.device.valid()) return false;
  const DeviceEvidence* heard = view.input().evidence.find(outage.probable.device);
  return heard != nullptr && heard->speaks_for_open() &&
         (heard->finding == Finding::damaged || heard->finding == Finding::open ||
          heard->against_at != kNeverHeard);
}

void take_over(Outage& outage, const Outage& now, Time at) {
  Outage next = now;
  next.id = outage.id;
  next.status = outage.status;
  next.detected_at = outage.detected_at;
  next.operator_confirmed = outage.operator_confirmed || now.operator_confirmed;
  next.operator_merged = outage.operator_merged;
  // Only another word of an operator's says the cause anew: an order that came since.
  next.operator_cause = outage.operator_cause && (outage.switched_off || !now.switched_off);
  if (next.operator_cause) next.cause = outage.cause;
  next.split_from = outage.split_from;
  const bool same = outage.probable.device == now.probable.device &&
                    outage.probable.usage_point == now.probable.usage_point;
  next.device_since = same ? outage.device_since : at;
  next.onset_earliest = std::min(outage.onset_earliest, now.onset_earliest);
  next.onset_latest = std::min(outage.onset_latest, now.onset_latest);
  // A prediction may have been wrong about who is affected; a confirmed outage was not.
  if (outage.status != OutageStatus::predicted || outage.operator_merged) {
    next.affected = outage.affected.united(now.affected);
  }
  outage = std::move(next);
}

// P(premises or a shared drop keep their usage points dark in a live zone).
double p_by_itself(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone,
                   const SuspectDevice& suspect) {
  if (suspect.usage_point.valid()) {
    const std::span<const Id<UsagePoint>> itself{&suspect.usage_point, 1};
    return usage_point_p_out(view, tree, zone, itself).front() - (1 - tree(tree.p_live, zone));
  }
  const std::vector<DropPosterior> drops = drop_posteriors(view, tree, zone);
  const auto found = std::ranges::find(drops, suspect.device, &DropPosterior::drop);
  return found == drops.end() ? 0 : found->p_active;
}

bool is_momentary(const Outage& outage, const OutageSettings& settings) {
  const Time onset = outage.onset_earliest + (outage.onset_latest - outage.onset_earliest) / 2;
  return outage.restored_at - onset <= settings.sustained_after;
}

double customers_in(const UsagePointSet& set, const NetworkModel& network,
                    const CategoryWeights& weights, double& weight) {
  double customers = 0;
  for (const IdRange<UsagePoint>& range : set.ranges()) {
    for (const Id<UsagePoint> id : range) {
      const UsagePoint& point = network.usage_points()[id];
      customers += point.customers;
      weight += point.customers * weights.weight[static_cast<std::size_t>(point.category)];
    }
  }
  return customers;
}

Outage& move_to(Outage& outage, OutageStatus status) {
  outage.status = status;
  return outage;
}

// When supply came back to the device's zone as its position or power-ups tell, and not only to
// what feeds it; kNeverHeard.
Time came_back_itself(const EvidenceView& view, Id<InferenceZone> zone, Id<Device> device) {
  if (!zone.valid() || view.input().forest.is_shared_drop(device)) return kNeverHeard;
  const Time back = view.restored_at(zone);
  const Id<InferenceZone> parent = view.input().forest[zone].parent;
  return parent.valid() && back <= view.restored_at(parent) ? kNeverHeard : back;
}

}  // namespace

SignsOfLife signs_of_life(const EvidenceView& view, const Outage& outage,
                          const UsagePointSet& elsewhere) {
  SignsOfLife signs;
  std::vector<Time> back;
  const Time until = view.input().at + view.settings().reliability.clock_skew;
  for (const Id<UsagePoint> id : outage.affected.without(elsewhere).to_vector()) {
    const MeterEvidence* meter = view.input().evidence.find(id);
    if (meter == nullptr) continue;
    // One that a wrong clock dates ahead must not hide the others.
    Time died = kNeverHeard;
    for (const Time sign : {Time{meter->last_gasp}, Time{meter->call}, Time{meter->ping_unanswered},
                            view.may_have_called(id)}) {
      if (sign <= until) died = std::max(died, sign);
    }
    const bool heard_dead = died >= outage.onset_earliest && died != kNeverHeard;
    const bool alive = meter->lives_since(outage.onset_latest) && meter->live <= until;
    if (alive) ++signs.alive;
    if (alive && heard_dead && meter->live >= died && meter->is_past(died)) {
      ++signs.back;
      back.push_back(meter->live);
    } else if (view.dead_since(id) != kNeverHeard && died > view.restored_at(id)) {
      // What was said before supply came back is of the outage that ended then.
      ++signs.still_dead;
    }
  }
  if (!back.empty()) {
    std::ranges::nth_element(back, back.begin() + back.size() / 2);
    signs.back_at = back[back.size() / 2];
  }
  return signs;
}

bool most_are_back(const SignsOfLife& signs, const OutageSettings& settings) {
  return signs.back > 0 && signs.back >= settings.restored_share * (signs.back + signs.still_dead);
}

void take_away(const UsagePointSet& gone, const NetworkModel& network,
               const CategoryWeights& weights, Outage& outage) {
  // Not all who are listed as critical are among the dark: some of them have answered since.
  std::erase_if(outage.critical, [&](Id<UsagePoint> id) { return gone.contains(id); });
  UsagePointSet left = outage.dark.without(gone);
  if (left.size() == outage.dark.size()) return;
  double weight = 0;
  const double customers = customers_in(outage.dark.without(left), network, weights, weight);
  outage.dark = std::move(left);
  const auto less = [customers](std::uint32_t& count) {
    count -= std::min(count, static_cast<std::uint32_t>(customers));
  };
  outage.expected_customers = std::max(0.0, outage.expected_customers - customers);
  outage.weight = std::max(0.0, outage.weight - weight);
  less(outage.customers_low);
  less(outage.customers_high);
  explain(network, outage);
}

void take_in(const Outage& part, const NetworkModel& network, Outage& outage) {
  outage.affected = outage.affected.united(part.affected);
  outage.dark = outage.dark.united(part.dark);
  outage.weight += part.weight;
  outage.expected_customers += part.expected_customers;
  outage.customers_low += part.customers_low;
  outage.customers_high += part.customers_high;
  outage.customers_affected += part.customers_affected;
  outage.dead_items += part.dead_items;
  outage.onset_earliest = std::min(outage.onset_earliest, part.onset_earliest);
  outage.onset_latest = std::min(outage.onset_latest, part.onset_latest);
  outage.critical.insert(outage.critical.end(), part.critical.begin(), part.critical.end());
  explain(network, outage);
}

void set_restored(Outage& outage, Time at, const OutageSettings& settings) {
  outage.status = OutageStatus::restored;
  outage.restored_at = at;
  outage.momentary = is_momentary(outage, settings);
  outage.dark = {};
  outage.fed_through.clear();
  outage.critical.clear();
  outage.expected_customers = outage.weight = 0;
  outage.customers_low = outage.customers_high = 0;
}

DeviceOutlook device_outlook(const EvidenceView& view, const Posterior& posterior,
                             const Outage& outage) {
  DeviceOutlook outlook;
  const InferenceForest& forest = view.input().forest;
  Id<InferenceZone> zone;
  if (outage.probable.usage_point.valid()) {
    zone = forest.zone_of(outage.probable.usage_point);
  } else if (outage.probable.device.valid()) {
    zone = forest.zone_of(outage.probable.device);
    const DeviceEvidence* heard = view.input().evidence.find(outage.probable.device);
    if (heard != nullptr && heard->restored_at <= view.input().at &&
        heard->restored_at >= heard->open_since()) {
      outlook.restored_at = heard->restored_at;
    }
    const Time back = came_back_itself(view, zone, outage.probable.device);
    if (back > outlook.restored_at && (heard == nullptr || back > heard->open_since())) {
      outlook.restored_at = back;
      const bool closed = heard != nullptr && back == heard->closed_at;
      outlook.returned = closed ? "switch_position" : "power_up";
    }
  } else if (!outage.affected.empty()) {
    zone = forest.zone_of(outage.affected.ranges().front().first);
    if (zone.valid()) zone = forest.root_of(zone);
  }
  if (!zone.valid()) return outlook;
  const TreePosterior* tree = posterior.tree_of(forest.root_of(zone));
  if (tree == nullptr) return outlook;
  outlook.known = true;
  outlook.zone = zone;
  outlook.quiet = !tree->onset;
  outlook.fed_since = view.restored_at(zone);
  outlook.by_itself =
      outage.probable.usage_point.valid() ||
      (outage.probable.device.valid() && forest.is_shared_drop(outage.probable.device));
  outlook.p_active = outlook.by_itself ? p_by_itself(view, *tree, zone, outage.probable)
                                       : (*tree)(tree->p_active, zone);
  outlook.p_active = std::clamp(outlook.p_active, 0.0, 1.0);
  outlook.p_live = (*tree)(tree->p_live, zone);
  return outlook;
}

std::optional<std::string> continue_outage(Outage& outage, const OutageCandidate& candidate,
                                           const EvidenceView& view) {
  const OutageSettings& settings = view.settings().outages;
  take_over(outage, candidate.outage, view.input().at);
  if (crew_has_seen(view, outage)) outage.operator_confirmed = true;
  switch (outage.status) {
    case OutageStatus::predicted:
      if (outage.switched_off) {
        outage.operator_confirmed = true;
        move_to(outage, OutageStatus::confirmed);
        return "switch_position";
      }
      if (outage.operator_confirmed) {
        move_to(outage, OutageStatus::confirmed);
        return "field_report";
      }
      if (outage.probable.p_active >= settings.confirm_at &&
          outage.dead_items >= settings.confirm_items) {
        move_to(outage, OutageStatus::confirmed);
        return "evidence";
      }
      return std::nullopt;
    case OutageStatus::restored:
      move_to(outage, OutageStatus::confirmed);
      outage.restored_at = {};
      outage.momentary = false;
      return "dark again";
    case OutageStatus::confirmed: {
      const auto affected = static_cast<double>(outage.affected.size());
      const auto back = affected - static_cast<double>(outage.dark.size());
      if (back < settings.partial_share * affected || back < 1) return std::nullopt;
      if (signs_of_life(view, outage, {}).alive == 0) return std::nullopt;
      move_to(outage, OutageStatus::partially_restored);
      return "power_up";
    }
    default:
      return std::nullopt;
  }
}

std::optional<std::string> resolve_outage(Outage& outage, const SignsOfLife& signs,
                                          const DeviceOutlook& outlook, Time at,
                                          const OutageSettings& settings) {
  outage.tell_apart = {};
  outage.fed_through.clear();
  if (outage.status == OutageStatus::restored) {
    if (at < outage.restored_at + settings.close_after) return std::nullopt;
    move_to(outage, OutageStatus::closed);
    return "supply stayed";
  }
  if (outlook.known && !outage.switched_off) outage.probable.p_active = outlook.p_active;
  const bool fed = outlook.known && (outlook.by_itself || outlook.quiet ||
                                     outlook.p_live >= settings.restored_live_at);
  const bool enough = most_are_back(signs, settings);
  const bool reported =
      outlook.restored_at != kNeverHeard && outlook.restored_at >= outage.onset_latest;
  if (fed && (enough || reported)) {
    set_restored(outage, reported ? outlook.restored_at : signs.back_at, settings);
    return enough ? "power_up" : outlook.returned;
  }
  const bool contradicted = signs.alive > 0 && signs.still_dead == 0;
  // What was said before supply came back is of what ended then.
  const bool over = outlook.fed_since > outage.onset_latest;
  const bool groundless = signs.still_dead == 0 && (outage.dead_items == 0 || over);
  const bool unlikely = outlook.known && outage.probable.p_active < settings.withdraw_below;
  const bool stood = at >= std::max(outage.detected_at, outage.device_since) + settings.dwell;
  if (outage.status == OutageStatus::predicted && !outage.operator_confirmed && unlikely && stood &&
      (contradicted || groundless || signs.alive > signs.still_dead)) {
    move_to(outage, OutageStatus::withdrawn);
    if (signs.alive > 0) return "signs of life";
    return over ? "supply came back" : "no evidence left";
  }
  return std::nullopt;
}

}  // namespace gridmend
