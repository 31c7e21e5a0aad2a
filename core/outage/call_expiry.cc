#include "core/outage/call_expiry.h"

#include <algorithm>
#include <map>
#include <vector>

namespace gridmend {
namespace {

bool was_confirmed(const Outage& outage) {
  return outage.status == OutageStatus::confirmed ||
         outage.status == OutageStatus::partially_restored;
}

class CallExpiry {
 public:
  CallExpiry(const LocaliserInput& input, const OutageBook& outages, const OutageSettings& settings)
      : input_(input), settings_(settings) {
    std::vector<const UsagePointSet*> confirmed;
    for (const Outage& outage : outages.outages) {
      if (was_confirmed(outage)) confirmed.push_back(&outage.affected);
    }
    confirmed_ = UsagePointSet::united(confirmed);
    note_signs();
    note_pauses();
  }

  bool has_lost_force(Id<UsagePoint> caller, Time call) const {
    if (call > input_.at || confirmed_.contains(caller)) return false;
    return call < input_.at - settings_.calls_kept || is_parted(caller, call);
  }
  bool has_lost_force(const SpreadCall& call) const {
    return call.time <= input_.at && std::ranges::all_of(call.places, [&](const CallPlace& place) {
             return !confirmed_.contains(place.usage_point) &&
                    is_parted(place.usage_point, call.time);
           });
  }

 private:
  // Of most signs the moment is known; of a call before a customer's newest only its slot.
  struct Sign {
    Time first;
    Time last;
  };
  using Signs = std::vector<Sign>;

  void note_sign(Id<InferenceZone> zone, Sign sign) {
    if (zone.valid() && sign.last <= input_.at) signs_[input_.forest.root_of(zone)].push_back(sign);
  }
  void note_sign(Id<InferenceZone> zone, Time at) { note_sign(zone, {at, at}); }

  void note_signs() {
    const InferenceForest& forest = input_.forest;
    input_.evidence.meters().visit([&](Id<UsagePoint> id, const MeterEvidence& meter) {
      if (!meter.dead_gasp() && !meter.dead_ping() && !meter.dead_call()) return;
      const Id<InferenceZone> zone = forest.zone_of(id);
      if (meter.dead_gasp()) note_sign(zone, meter.last_gasp);
      if (meter.dead_ping()) note_sign(zone, meter.ping_unanswered);
      if (!meter.dead_call()) return;
      note_sign(zone, meter.call);
      for (const std::int32_t slot : input_.evidence.earlier_calls(id))
        note_sign(zone, {CallTimes::begin_of(slot), CallTimes::end_of(slot)});
    });
    input_.evidence.devices().visit([&](Id<Device> id, const DeviceEvidence& device) {
      if (device.speaks_for_open()) note_sign(forest.zone_of(id), device.open_since());
      const Time settled = std::max(device.void_before, device.restored_at);
      if (device.indicator_passed && device.indicator_at > settled)
        note_sign(forest.zone_of(id), device.indicator_at);
    });
    for (const std::shared_ptr<const SpreadCall>& call : input_.evidence.calls()) {
      for (const CallPlace& place : call->places) {
        if (is_settled(input_.evidence.find(place.usage_point), call->time)) continue;
        note_sign(forest.zone_of(place.usage_point), call->time);
      }
    }
  }

  // Since when, in each tree, one sign followed the other up to the newest. What a slot leaves open
  // counts as pause, so that nothing is joined that was parted when its moment was still known.
  void note_pauses() {
    for (auto& [root, signs] : signs_) {
      std::ranges::sort(signs, std::ranges::greater{}, &Sign::last);
      Time since = signs.front().first, last = signs.front().last;
      for (const Sign& sign : signs) {
        if (last - sign.first > settings_.call_pause) continue;
        since = std::min(since, sign.first);
        last = sign.last;
      }
      newest_since_.emplace(root, since);
    }
  }

  bool is_parted(Id<UsagePoint> caller, Time call) const {
    const Id<InferenceZone> zone = input_.forest.zone_of(caller);
    if (!zone.valid()) return false;
    const auto since = newest_since_.find(input_.forest.root_of(zone));
    return since != newest_since_.end() && call < since->second;
  }

  const LocaliserInput& input_;
  const OutageSettings& settings_;
  UsagePointSet confirmed_;
  std::map<Id<InferenceZone>, Signs> signs_;  // by root
  std::map<Id<InferenceZone>, Time> newest_since_;
};

}  // namespace

std::size_t expire_calls(const LocaliserInput& input, const OutageBook& outages,
                         const OutageSettings& settings, EvidenceBook& book) {
  const Time oldest = input.at - std::min(settings.calls_kept, settings.call_pause);
  if (!book.may_hold_calls_before(oldest)) return 0;
  const CallExpiry expiry{input, outages, settings};
  return book.forget_calls_where(
      [&](Id<UsagePoint> caller, Time call) { return expiry.has_lost_force(caller, call); },
      [&](const SpreadCall& call) { return expiry.has_lost_force(call); });
}

}  // namespace gridmend
