#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>

#include "core/outage/doubted_reports.h"
#include "core/outage/energisation.h"
#include "core/outage/explanation.h"
#include "core/outage/life_cycle.h"
#include "core/outage/outage_book.h"
#include "core/outage/outage_matching.h"
#include "core/outage/restatement.h"
#include "core/outage/source_estimates.h"
#include "core/outage/switch_topologies.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kNobody = OutageMatching::kNobody;

std::string outage_id(std::uint32_t number) {
  char text[24];
  std::snprintf(text, sizeof text, "O-%06u", number);
  return text;
}

std::string suspect_name(const NetworkModel& network, const SuspectDevice& suspect,
                         Id<Feeder> feeder) {
  if (suspect.device.valid()) return name_of(network, suspect.device).en;
  if (suspect.usage_point.valid()) {
    return "premises " + std::string{network.mrid(suspect.usage_point)};
  }
  return "supply of feeder " + (feeder.valid() ? std::string{network.mrid(feeder)} : "unknown");
}

// One update, step by step.
class Update {
 public:
  Update(const EvidenceView& view, const SwitchState& switches,
         std::vector<OutageCandidate> phases_off, OutageUpdate& result)
      : view_(view), switches_(switches), result_(result), phases_off_(std::move(phases_off)) {}

  void run() {
    posterior_ = localise_refined(view_, trees());
    candidates_ = build_candidates(view_, posterior_, held_devices());
    auto switched_off = build_switched_off(view_.input(), switches_, view_.settings());
    std::ranges::move(switched_off, std::back_inserter(candidates_));
    leave_what_has_phases_off();
    tell_possible_feeds(view_, posterior_.all, candidates_);
    matching_ =
        match_outages(outages(), candidates_, network(), view_.settings().outages.keep_id_overlap,
                      [this](const Outage& outage, const OutageCandidate& candidate) {
                        return may_continue(outage, candidate);
                      });
    placed_.assign(candidates_.size(), false);
    leave_what_was_seen();
    merge_swallowed();
    continue_matched();
    absorb_into_merged();
    resolve_unmatched();
    open_new();
    for (Outage& outage : outages()) look_at_water(outage);
    note_doubted_switches();
    result_.book.doubted_reports = doubted_reports(view_, posterior_.all, outages());
    std::ranges::stable_sort(result_.changes, outage_id_before, &OutageChange::id);
  }

 private:
  std::vector<Outage>& outages() { return result_.book.outages; }
  const NetworkModel& network() const { return view_.input().forest.network(); }
  Time at() const { return view_.input().at; }

  std::vector<Id<InferenceZone>> trees() {
    std::set<Id<InferenceZone>> roots;
    for (const auto& [root, onset] : view_.onsets()) roots.insert(root);
    for (const auto& [root, onset] : view_.fault_onsets()) roots.insert(root);
    for (const auto& [root, onset] : view_.water_onsets()) roots.insert(root);
    const InferenceForest& forest = view_.input().forest;
    Id<InferenceZone> last;
    for (const Outage& outage : outages()) {
      if (has_ended(outage.status)) continue;
      for (const IdRange<UsagePoint>& range : outage.affected.ranges()) {
        for (const Id<UsagePoint> id : range) {
          const Id<InferenceZone> zone = forest.zone_of(id);
          if (!zone.valid() || forest.root_of(zone) == last) continue;
          last = forest.root_of(zone);
          roots.insert(last);
        }
      }
    }
    if (view_.input().switching != nullptr) {
      for (const std::shared_ptr<const Joint>& joint : view_.input().switching->joints()) {
        const bool any =
            std::ranges::any_of(joint->roots, [&](auto root) { return roots.contains(root); });
        if (any) roots.insert(joint->roots.begin(), joint->roots.end());
      }
    }
    return {roots.begin(), roots.end()};
  }

  void note_doubted_switches() {
    result_.book.doubted.clear();
    if (view_.input().switching == nullptr) return;
    std::vector<DoubtedSwitch>& doubted = result_.book.doubted;
    const auto all = view_.input().switching->doubted();
    doubted.assign(all.begin(), all.end());
    for (std::size_t j = 0; j < posterior_.all.joints.size(); ++j) {
      const std::vector<DoubtedSwitch>& weighed = view_.input().switching->joints()[j]->doubted;
      for (std::size_t i = 0; i < weighed.size(); ++i) {
        std::ranges::lower_bound(doubted, weighed[i].device, {}, &DoubtedSwitch::device)->closed =
            posterior_.all.joints[j].closed[i];
      }
    }
  }

  // Devices that present outages are blamed on. One that was reported back in service, and one that
  // was switched off, are held by nothing.
  std::vector<HeldDevice> held_devices() {
    const InferenceForest& forest = view_.input().forest;
    std::vector<HeldDevice> held;
    for (const Outage& outage : outages()) {
      const Id<Device> device = outage.probable.device;
      if (!takes_supply(outage.status) || outage.switched_off || !device.valid()) continue;
      const Id<InferenceZone> zone = forest.zone_of(device);
      if (!zone.valid() || !forest.heads(zone, device) || forest.is_shared_drop(device)) continue;
      const DeviceEvidence* heard = view_.input().evidence.find(device);
      if (heard != nullptr && heard->back_at() >= outage.onset_latest) continue;
      held.push_back({zone, at() < outage.device_since + view_.settings().outages.dwell});
    }
    std::ranges::sort(held, {}, &HeldDevice::zone);
    return held;
  }

  // May the candidate carry the outage on? What was switched off stays with its switch. What lies
  // dark behind a device that is back in service, by report or because most others are back, is an
  // outage of its own.
  bool may_continue(const Outage& outage, const OutageCandidate& candidate) const {
    const bool same = outage.probable.device == candidate.outage.probable.device &&
                      outage.probable.usage_point == candidate.outage.probable.usage_point;
    if (was_switched_off(outage, candidate.outage)) return true;
    // An operator's word that it was on purpose is of its own households, not of all the feeder's.
    if (outage.operator_cause && !may_need_repair(outage) &&
        !largely(outage.affected.overlap(candidate.outage.affected),
                 candidate.outage.affected.size()))
      return false;
    if (same) return outage.switched_off == candidate.outage.switched_off;
    if (outage.switched_off || candidate.outage.switched_off) return false;
    const DeviceOutlook outlook = device_outlook(view_, posterior_.all, outage);
    if (outlook.restored_at != kNeverHeard && outlook.restored_at >= outage.onset_latest) {
      return false;
    }
    if (!takes_supply(outage.status) || outage.status == OutageStatus::predicted) return true;
    const OutageSettings& settings = view_.settings().outages;
    const UsagePointSet& left = candidate.outage.affected;
    const bool most = static_cast<double>(outage.affected.overlap(left)) >=
                      settings.keep_id_overlap * static_cast<double>(outage.affected.size());
    return most || !most_are_back(signs_of_life(view_, outage, left), settings);
  }

  // Somebody saw it broken, and nothing settled that since.
  bool found_damaged(Id<Device> device) const {
    const DeviceEvidence* heard = device.valid() ? view_.input().evidence.find(device) : nullptr;
    return heard != nullptr && heard->damage_seen();
  }

  // Was what looks like a failure this order? At its own device whenever the order was told; at
  // another only when what raised it came after the order. What was seen broken stays a failure.
  bool was_switched_off(const Outage& outage, const Outage& order) const {
    if (outage.switched_off || !order.switched_off || outage.operator_merged) return false;
    if (!takes_supply(outage.status) || found_damaged(outage.probable.device)) return false;
    if (!largely(outage.affected.overlap(order.affected), outage.affected.size())) return false;
    const bool same = outage.probable.device == order.probable.device;
    if (same || outage.operator_confirmed) return same;
    return outage.affected.without(order.affected).empty() &&
           outage.onset_latest + view_.settings().reliability.clock_skew >= order.onset_earliest;
  }

  bool largely(std::size_t shared, std::size_t all) const {
    return static_cast<double>(shared) >=
           view_.settings().outages.keep_id_overlap * static_cast<double>(all);
  }

  // Who has lost phases by order is dark by that, whatever else is open ahead of it.
  void leave_what_has_phases_off() {
    for (const OutageCandidate& off : phases_off_) {
      for (OutageCandidate& candidate : candidates_) {
        take_away(off.outage.affected, network(), view_.settings().weights, candidate.outage);
        candidate.outage.affected = candidate.outage.affected.without(off.outage.affected);
      }
    }
    std::erase_if(candidates_, [](const auto& one) { return one.outage.affected.empty(); });
    std::ranges::move(phases_off_, std::back_inserter(candidates_));
  }

  // Somebody saw the device open: its customers stay with it, whatever is open ahead of it besides.
  void leave_what_was_seen() {
    for (std::uint32_t o = 0; o < outages().size(); ++o) {
      const Outage& outage = outages()[o];
      if (matching_.candidate_of[o] != kNobody || !outage.operator_confirmed) continue;
      if (!takes_supply(outage.status) || outage.switched_off) continue;
      for (const OutageOverlap& overlap : matching_.of_outage(o)) {
        Outage& now = candidates_[overlap.candidate].outage;
        take_away(outage.dark, network(), view_.settings().weights, now);
        now.affected = now.affected.without(outage.dark);
        if (!now.affected.empty()) continue;
        placed_[overlap.candidate] = true;
        std::uint32_t& other = matching_.outage_of[overlap.candidate];
        if (other != kNobody) matching_.candidate_of[other] = kNobody;
        other = kNobody;
      }
    }
  }

  // What only evidence said may be said otherwise: of a prediction always, of what was confirmed so
  // once its device is no longer thought to be the open one.
  bool may_merge(const Outage& outage) const {
    if (outage.operator_confirmed || outage.operator_merged || outage.switched_off) return false;
    if (outage.status == OutageStatus::predicted) return true;
    if (!takes_supply(outage.status)) return false;
    const DeviceOutlook outlook = device_outlook(view_, posterior_.all, outage);
    return outlook.known && outlook.p_active < view_.settings().outages.withdraw_below;
  }

  // An outage whose usage points another present outage now explains was part of that one: of
  // several the one that has most of its customers.
  void merge_swallowed() {
    for (std::uint32_t o = 0; o < outages().size(); ++o) {
      Outage& outage = outages()[o];
      if (matching_.candidate_of[o] != kNobody || has_ended(outage.status)) continue;
      const OutageOverlap* most = nullptr;
      for (const OutageOverlap& overlap : matching_.of_outage(o)) {
        if (matching_.outage_of[overlap.candidate] == kNobody) continue;
        if (!largely(overlap.usage_points, outage.affected.size())) continue;
        if (most == nullptr || overlap.customers > most->customers) most = &overlap;
      }
      if (most == nullptr) continue;
      if (!may_merge(outage) && !was_switched_off(outage, candidates_[most->candidate].outage))
        continue;
      Outage& into = outages()[matching_.outage_of[most->candidate]];
      outage.merged_into = into.id;
      note(outage, OutageStatus::withdrawn, "merged into " + into.id);
      note(into, into.status, "took in " + outage.id);
    }
  }

  void note(Outage& outage, OutageStatus after, std::string why) {
    const OutageStatus before = outage.status;
    outage.status = after;
    outage.updated_at = at();
    result_.changes.push_back({outage.id, before, after, false, std::move(why)});
  }

  void continue_matched() {
    for (std::uint32_t o = 0; o < outages().size(); ++o) {
      if (matching_.candidate_of[o] == kNobody) continue;
      Outage& outage = outages()[o];
      const OutageStatus before = outage.status;
      const SuspectDevice was = outage.probable;
      const Id<Feeder> feeder_was = outage.feeder;
      const OutageCause cause_was = outage.cause;
      const bool off_before = outage.switched_off;
      const auto why = continue_outage(outage, candidates_[matching_.candidate_of[o]], view_);
      outage.updated_at = at();
      if (outage.device_since == at() && !same_suspect(was, outage.probable)) {
        result_.changes.push_back({outage.id, before, before, false,
                                   "device: " + suspect_name(network(), was, feeder_was) + " to " +
                                       suspect_name(network(), outage.probable, outage.feeder)});
      }
      if (outage.switched_off && !off_before) {
        result_.changes.push_back({outage.id, before, before, false,
                                   "switched off, cause: " + std::string{to_string(cause_was)} +
                                       " to " + std::string{to_string(outage.cause)}});
      }
      if (why) result_.changes.push_back({outage.id, before, outage.status, false, *why});
    }
  }

  static bool same_suspect(const SuspectDevice& a, const SuspectDevice& b) {
    return a.device == b.device && a.usage_point == b.usage_point;
  }

  // What an operator joined stays one, however many devices the evidence blames.
  void absorb_into_merged() {
    for (std::uint32_t c = 0; c < candidates_.size(); ++c) {
      const std::uint32_t origin = matching_.origin_of[c];
      if (placed_[c] || matching_.outage_of[c] != kNobody || origin == kNobody) continue;
      Outage& into = outages()[origin];
      if (!into.operator_merged || !takes_supply(into.status)) continue;
      take_in(candidates_[c].outage, network(), into);
      placed_[c] = true;
    }
  }

  void resolve_unmatched() {
    std::vector<const UsagePointSet*> all;
    for (const OutageCandidate& candidate : candidates_) all.push_back(&candidate.outage.affected);
    const UsagePointSet still_dark = UsagePointSet::united(all);
    for (std::uint32_t o = 0; o < outages().size(); ++o) {
      Outage& outage = outages()[o];
      if (matching_.candidate_of[o] != kNobody || has_ended(outage.status)) continue;
      const OutageStatus before = outage.status;
      // Each of the dark has one outage.
      take_away(still_dark, network(), view_.settings().weights, outage);
      const DeviceOutlook outlook = device_outlook(view_, posterior_.all, outage);
      restate(view_, posterior_, outlook, outage);
      const auto why = resolve_outage(outage, signs_of_life(view_, outage, still_dark), outlook,
                                      at(), view_.settings().outages);
      if (outage.status == OutageStatus::restored) explain(network(), outage);
      outage.updated_at = at();
      if (!why) continue;
      result_.changes.push_back({outage.id, before, outage.status, false, *why});
      if (outage.status == OutageStatus::closed) {
        result_.settlements.push_back({outage.affected.without(still_dark).to_vector(),
                                       outage.probable.device, outage.restored_at});
      }
    }
  }

  void open_new() {
    for (std::uint32_t c = 0; c < candidates_.size(); ++c) {
      if (placed_[c] || matching_.outage_of[c] != kNobody) continue;
      Outage outage = candidates_[c].outage;
      outage.id = outage_id(result_.book.next_number++);
      outage.detected_at = outage.updated_at = outage.device_since = at();
      auto why = continue_outage(outage, {candidates_[c].outage, candidates_[c].zone}, view_)
                     .value_or("evidence");
      outage.detected_at = outage.updated_at = outage.device_since = at();
      if (const std::uint32_t origin = matching_.origin_of[c]; origin != kNobody) {
        Outage& from = outages()[origin];
        outage.split_from = from.id;
        if (from.operator_cause && takes_supply(from.status)) {
          outage.cause = from.cause;
          outage.operator_cause = true;
        }
        why = "split from " + from.id;
        if (!has_ended(from.status)) note(from, from.status, outage.id + " split off");
      }
      result_.changes.push_back(
          {outage.id, OutageStatus::predicted, outage.status, true, std::move(why)});
      outages().push_back(std::move(outage));
    }
  }

  void look_at_water(Outage& outage) const {
    if (has_ended(outage.status)) {
      outage.unsafe = {};
      return;
    }
    const Id<Device> device = outage.probable.device;
    const DeviceEvidence* heard = device.valid() ? view_.input().evidence.find(device) : nullptr;
    outage.unsafe =
        unsafe_to_energise(network(), device, view_.input().water, at(), heard, view_.settings());
  }

  const EvidenceView& view_;
  const SwitchState& switches_;
  OutageUpdate& result_;
  std::vector<OutageCandidate> phases_off_;
  RefinedPosterior posterior_;
  std::vector<OutageCandidate> candidates_;
  OutageMatching matching_;
  std::vector<bool> placed_;  // by candidate: somebody else has its customers
};

// Those whom something dark besides explains: what they said speaks for that still.
UsagePointSet without_failures(UsagePointSet switched_on, const OutageBook& book) {
  for (const Outage& outage : book.outages) {
    if (takes_supply(outage.status) && !outage.switched_off)
      switched_on = switched_on.without(outage.affected);
  }
  return switched_on;
}

// What was switched off and is switched on again was explained by its switch: its last gasps speak
// no more, before anything is inferred from them.
void settle_switched_on(const LocaliserInput& input, const SwitchState& switches,
                        const OutageSettings& settings, OutageUpdate& result) {
  for (Outage& outage : result.book.outages) {
    if (has_ended(outage.status) || outage.status == OutageStatus::restored) continue;
    if (!outage.switched_off || stands_open(outage, switches)) continue;
    const DeviceEvidence* heard = input.evidence.find(outage.probable.device);
    const bool dated = heard != nullptr && heard->position_at != kNeverHeard &&
                       !heard->open_phases.any() && heard->position_at <= input.at;
    const OutageStatus before = outage.status;
    set_restored(outage, dated ? heard->position_at : input.at, settings);
    outage.momentary = false;
    outage.updated_at = outage.restored_at;
    explain(input.forest.network(), outage);
    result.changes.push_back({outage.id, before, OutageStatus::restored, false, "switch_position"});
    result.settlements.push_back(
        {without_failures(outage.affected, result.book).to_vector(), {}, outage.restored_at});
  }
}

void update_by_what_was_heard(const LocaliserInput& input, const SwitchState& switches,
                              std::vector<OutageCandidate> phases_off,
                              const LocaliserSettings& settings, const LookAtView& look,
                              OutageUpdate& result) {
  const SwitchTopologies switching = input.topologies != nullptr
                                         ? input.topologies->derive(input, switches, settings)
                                         : SwitchTopologies::derive(input, switches, settings);
  LocaliserInput seen = input;
  seen.switching = switching.empty() ? nullptr : &switching;
  const EvidenceView told{seen, settings};
  const std::unique_ptr<const HeardView> heard = heard_view(told);
  const EvidenceView& view = heard != nullptr ? heard->view : told;
  Update{view, switches, std::move(phases_off), result}.run();
  if (look) look(view);
}

}  // namespace

OutageUpdate update_outages(const LocaliserInput& input, const SwitchState& switches,
                            const OutageBook& previous, const LocaliserSettings& settings,
                            const LookAtView& look) {
  OutageUpdate result;
  result.book = previous;
  settle_switched_on(input, switches, settings.outages, result);
  std::vector<OutageCandidate> phases_off = build_phases_switched_off(input, switches, settings);
  if (result.settlements.empty() && phases_off.empty()) {
    update_by_what_was_heard(input, switches, {}, settings, look, result);
    return result;
  }
  EvidenceBook settled = input.evidence;
  apply_settlements(result.settlements, settled);
  for (const OutageCandidate& off : phases_off) {
    settled.supply_confirmed(off.outage.affected.to_vector(),
                             input.at + settings.reliability.clock_skew);
  }
  update_by_what_was_heard({input.forest, settled, input.water, input.at, input.links,
                            input.threads, nullptr, input.topologies},
                           switches, std::move(phases_off), settings, look, result);
  return result;
}

}  // namespace gridmend
