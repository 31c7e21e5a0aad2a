#include "core/outage/outage_book.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <tuple>

#include "core/outage/life_cycle.h"
#include "core/outage/outage_builder.h"

namespace gridmend {
namespace {

std::string outage_id(std::uint32_t number) {
  char text[24];
  std::snprintf(text, sizeof text, "O-%06u", number);
  return text;
}

// Ids are of equal length up to a million; longer ones are greater.
bool id_before(std::string_view a, std::string_view b) {
  return std::tuple{a.size(), a} < std::tuple{b.size(), b};
}

Outage* find_open(OutageBook& book, std::string_view id) {
  for (Outage& outage : book.outages) {
    if (outage.id == id) return &outage;
  }
  return nullptr;
}

// One update, step by step.
class Update {
 public:
  Update(const EvidenceView& view, const SwitchState& switches, OutageUpdate& result)
      : view_(view), switches_(switches), result_(result) {}

  void run() {
    posterior_ = localise_with_phases(view_, trees());
    candidates_ = build_candidates(view_, posterior_);
    auto switched_off = build_switched_off(view_.input(), switches_, view_.settings());
    std::ranges::move(switched_off, std::back_inserter(candidates_));
    match();
    merge_swallowed();
    continue_matched();
    resolve_unmatched();
    open_new();
    std::ranges::stable_sort(result_.changes, id_before, &OutageChange::id);
  }

 private:
  static constexpr std::uint32_t kNobody = 0xffffffff;

  std::vector<Outage>& outages() { return result_.book.outages; }

  std::vector<Id<InferenceZone>> trees() {
    std::set<Id<InferenceZone>> roots;
    for (const auto& [root, onset] : view_.onsets()) roots.insert(root);
    const InferenceForest& forest = view_.input().forest;
    for (const Outage& outage : outages()) {
      if (has_ended(outage.status)) continue;
      for (const Id<UsagePoint> id : outage.affected.to_vector()) {
        const Id<InferenceZone> zone = forest.zone_of(id);
        if (zone.valid()) roots.insert(forest.root_of(zone));
      }
    }
    return {roots.begin(), roots.end()};
  }

  // May the candidate carry the outage on? What was switched off stays with its switch, and a
  // device reported back in service is not dragged along by what lies dark behind it.
  bool may_continue(const Outage& outage, const OutageCandidate& candidate) const {
    const bool same = outage.probable.device == candidate.outage.probable.device &&
                      outage.probable.usage_point == candidate.outage.probable.usage_point;
    if (same) return outage.switched_off == candidate.outage.switched_off;
    if (outage.switched_off || candidate.outage.switched_off) return false;
    const DeviceOutlook outlook = device_outlook(view_, posterior_.all, outage);
    return outlook.restored_at == kNeverHeard || outlook.restored_at < outage.onset_latest;
  }

  bool largely(std::size_t shared, std::size_t all) const {
    return static_cast<double>(shared) >=
           view_.settings().outages.keep_id_overlap * static_cast<double>(all);
  }

  // Greedily by shared usage points, the same device first among equals.
  void match() {
    struct Pair {
      std::size_t shared;
      bool same;
      std::uint32_t outage, candidate;
    };
    std::vector<Pair> pairs;
    candidate_of_.assign(outages().size(), kNobody);
    outage_of_.assign(candidates_.size(), kNobody);
    for (std::uint32_t o = 0; o < outages().size(); ++o) {
      const Outage& outage = outages()[o];
      if (has_ended(outage.status)) continue;
      for (std::uint32_t c = 0; c < candidates_.size(); ++c) {
        const Outage& now = candidates_[c].outage;
        const std::size_t shared = outage.affected.overlap(now.affected);
        const std::size_t smaller = std::min(outage.affected.size(), now.affected.size());
        if (shared == 0 || !largely(shared, smaller)) continue;
        if (!may_continue(outage, candidates_[c])) continue;
        pairs.push_back({shared, outage.probable.device == now.probable.device, o, c});
      }
    }
    std::ranges::sort(pairs, [](const Pair& a, const Pair& b) {
      return std::tuple{b.same, b.shared, a.outage, a.candidate} <
             std::tuple{a.same, a.shared, b.outage, b.candidate};
    });
    for (const Pair& pair : pairs) {
      if (candidate_of_[pair.outage] != kNobody || outage_of_[pair.candidate] != kNobody) continue;
      candidate_of_[pair.outage] = pair.candidate;
      outage_of_[pair.candidate] = pair.outage;
    }
  }

  // What only evidence said may be said otherwise: of a prediction always, of what was confirmed so
  // once its device is no longer thought to be the open one.
  bool may_merge(const Outage& outage) const {
    if (outage.operator_confirmed || outage.switched_off) return false;
    if (outage.status == OutageStatus::predicted) return true;
    if (outage.status != OutageStatus::confirmed &&
        outage.status != OutageStatus::partially_restored) {
      return false;
    }
    const DeviceOutlook outlook = device_outlook(view_, posterior_.all, outage);
    return outlook.known && outlook.p_active < view_.settings().outages.withdraw_below;
  }

  // An outage whose usage points another present outage now explains was part of that one.
  void merge_swallowed() {
    for (std::uint32_t o = 0; o < outages().size(); ++o) {
      Outage& outage = outages()[o];
      if (candidate_of_[o] != kNobody || !may_merge(outage)) continue;
      for (std::uint32_t c = 0; c < candidates_.size(); ++c) {
        if (outage_of_[c] == kNobody) continue;
        const std::size_t shared = outage.affected.overlap(candidates_[c].outage.affected);
        if (!largely(shared, outage.affected.size())) {
          continue;
        }
        note(outage, OutageStatus::withdrawn, "merged into " + outages()[outage_of_[c]].id);
        break;
      }
    }
  }

  void note(Outage& outage, OutageStatus after, std::string why) {
    const OutageStatus before = outage.status;
    outage.status = after;
    outage.updated_at = view_.input().at;
    result_.changes.push_back({outage.id, before, after, false, std::move(why)});
  }

  void continue_matched() {
    for (std::uint32_t o = 0; o < outages().size(); ++o) {
      if (candidate_of_[o] == kNobody) continue;
      Outage& outage = outages()[o];
      const OutageStatus before = outage.status;
      const auto why = continue_outage(outage, candidates_[candidate_of_[o]], view_);
      outage.updated_at = view_.input().at;
      if (why) result_.changes.push_back({outage.id, before, outage.status, false, *why});
    }
  }

  void resolve_unmatched() {
    UsagePointSet still_dark;
    for (const OutageCandidate& candidate : candidates_) {
      still_dark = still_dark.united(candidate.outage.affected);
    }
    for (std::uint32_t o = 0; o < outages().size(); ++o) {
      Outage& outage = outages()[o];
      if (candidate_of_[o] != kNobody || has_ended(outage.status)) continue;
      const OutageStatus before = outage.status;
      const auto why = resolve_outage(outage, signs_of_life(view_, outage, still_dark),
                                      device_outlook(view_, posterior_.all, outage),
                                      view_.input().at, view_.settings().outages);
      outage.updated_at = view_.input().at;
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
      if (outage_of_[c] != kNobody) continue;
      Outage outage = candidates_[c].outage;
      outage.id = outage_id(result_.book.next_number++);
      outage.detected_at = outage.updated_at = view_.input().at;
      const auto why = continue_outage(outage, {candidates_[c].outage, candidates_[c].zone}, view_);
      outage.detected_at = view_.input().at;
      outage.updated_at = view_.input().at;
      result_.changes.push_back(
          {outage.id, OutageStatus::predicted, outage.status, true, why.value_or("evidence")});
      outages().push_back(std::move(outage));
    }
  }

  const EvidenceView& view_;
  const SwitchState& switches_;
  OutageUpdate& result_;
  PhasedPosterior posterior_;
  std::vector<OutageCandidate> candidates_;
  std::vector<std::uint32_t> candidate_of_;  // by outage
  std::vector<std::uint32_t> outage_of_;     // by candidate
};

// What was switched off and is switched on again was explained by its switch: its last gasps speak
// no more, before anything is inferred from them.
void settle_switched_on(const LocaliserInput& input, const SwitchState& switches,
                        OutageUpdate& result) {
  for (Outage& outage : result.book.outages) {
    if (has_ended(outage.status) || outage.status == OutageStatus::restored) continue;
    if (!outage.switched_off || !switches.conducts(outage.probable.device)) continue;
    const DeviceEvidence* heard = input.evidence.find(outage.probable.device);
    const bool dated = heard != nullptr && heard->position_at != kNeverHeard &&
                       !heard->open_phases.any() && heard->position_at <= input.at;
    const OutageStatus before = outage.status;
    outage.status = OutageStatus::restored;
    outage.restored_at = outage.updated_at = dated ? heard->position_at : input.at;
    outage.dark = {};
    outage.expected_customers = outage.weight = 0;
    outage.customers_low = outage.customers_high = 0;
    outage.critical.clear();
    result.changes.push_back({outage.id, before, OutageStatus::restored, false, "switch_position"});
    result.settlements.push_back({outage.affected.to_vector(), {}, outage.restored_at});
  }
}

tl::unexpected<Error> refuse_outage(const OutageBook& book, std::string_view id) {
  if (book.find(id) == nullptr) {
    return refuse(ErrorCode::not_found, "OUTAGE_UNKNOWN",
                  "there is no outage '" + std::string{id} + "'", "outage");
  }
  return refuse(ErrorCode::failed_precondition, "OUTAGE_ENDED",
                "outage '" + std::string{id} + "' has ended", "outage");
}

}  // namespace

const Outage* OutageBook::find(std::string_view id) const {
  const auto it = std::ranges::lower_bound(outages, id, id_before, &Outage::id);
  return it == outages.end() || it->id != id ? nullptr : &*it;
}

bool has_ended(OutageStatus status) {
  return status == OutageStatus::closed || status == OutageStatus::withdrawn;
}

bool may_need_repair(const Outage& outage) {
  return !outage.switched_off && outage.cause != OutageCause::de_energised_for_safety &&
         outage.cause != OutageCause::planned;
}

OutageUpdate update_outages(const LocaliserInput& input, const SwitchState& switches,
                            const OutageBook& previous, const LocaliserSettings& settings) {
  OutageUpdate result;
  result.book = previous;
  settle_switched_on(input, switches, result);
  if (result.settlements.empty()) {
    Update{EvidenceView{input, settings}, switches, result}.run();
    return result;
  }
  EvidenceBook settled = input.evidence;
  apply_settlements(result.settlements, settled);
  const LocaliserInput after{input.forest, settled, input.water, input.at, input.links};
  Update{EvidenceView{after, settings}, switches, result}.run();
  return result;
}

void apply_settlements(std::span<const Settlement> settlements, EvidenceBook& book) {
  for (const Settlement& settlement : settlements) {
    book.supply_confirmed(settlement.usage_points, settlement.time);
    if (settlement.device.valid()) book.device_in_service(settlement.device, settlement.time);
  }
  if (!settlements.empty()) book.drop_settled_calls();
}

Result<OutageUpdate> confirm_outage(OutageBook book, std::string_view id, Time at) {
  Outage* outage = find_open(book, id);
  if (outage == nullptr || has_ended(outage->status)) return refuse_outage(book, id);
  OutageUpdate update;
  const OutageStatus before = outage->status;
  if (before == OutageStatus::predicted) outage->status = OutageStatus::confirmed;
  outage->operator_confirmed = true;
  outage->updated_at = at;
  update.changes.push_back({outage->id, before, outage->status, false, "operator"});
  update.book = std::move(book);
  return update;
}

Result<OutageUpdate> withdraw_outage(OutageBook book, std::string_view id, std::string why,
                                     Time at) {
  Outage* outage = find_open(book, id);
  if (outage == nullptr || has_ended(outage->status)) return refuse_outage(book, id);
  OutageUpdate update;
  const OutageStatus before = outage->status;
  outage->status = OutageStatus::withdrawn;
  outage->updated_at = at;
  update.changes.push_back({outage->id, before, OutageStatus::withdrawn, false,
                            why.empty() ? std::string{"operator"} : "operator: " + std::move(why)});
  update.settlements.push_back({outage->affected.to_vector(), outage->probable.device, at});
  update.book = std::move(book);
  return update;
}

Result<OutageUpdate> restore_outage(OutageBook book, std::string_view id, Time at) {
  Outage* outage = find_open(book, id);
  if (outage == nullptr || has_ended(outage->status)) return refuse_outage(book, id);
  OutageUpdate update;
  const OutageStatus before = outage->status;
  outage->status = OutageStatus::restored;
  outage->restored_at = outage->updated_at = at;
  outage->dark = {};
  update.changes.push_back({outage->id, before, OutageStatus::restored, false, "operator"});
  update.settlements.push_back({outage->affected.to_vector(), outage->probable.device, at});
  update.book = std::move(book);
  return update;
}

}  // namespace gridmend
