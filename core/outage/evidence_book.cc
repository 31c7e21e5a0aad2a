#include "core/outage/evidence_book.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <tuple>
#include <variant>

namespace gridmend {
namespace {

// Newest event wins; what else belongs to the item decides between equal times, so that the order
// of arrival never shows.
EvidenceUse keep_newest(PackedTime& kept, PackedTime heard) {
  if (heard <= kept) return EvidenceUse::superseded;
  kept = heard;
  return EvidenceUse::recorded;
}

EvidenceUse keep_live(MeterEvidence& meter, PackedTime heard, LiveSign sign) {
  // Beside an interval's, signs of a moment count for what was before them.
  const auto of_moment = [](LiveSign one) {
    return one != LiveSign::none && one != LiveSign::interval_reading;
  };
  if (std::tie(heard, sign) <= std::tie(meter.live, meter.live_sign)) {
    if (of_moment(sign) && meter.live_sign == LiveSign::interval_reading)
      meter.void_before = std::max(meter.void_before, heard);
    return EvidenceUse::superseded;
  }
  if (sign == LiveSign::interval_reading && of_moment(meter.live_sign))
    meter.void_before = std::max(meter.void_before, meter.live);
  meter.live = heard;
  meter.live_sign = sign;
  return EvidenceUse::recorded;
}

EvidenceUse keep_call(MeterEvidence& meter, PackedTime heard, Complaint complaint) {
  if (complaint == Complaint::hazard) return EvidenceUse::not_supply;
  // The graver complaint (no light is the smallest) wins between equal times.
  if (heard < meter.call || (heard == meter.call && complaint >= meter.complaint)) {
    return EvidenceUse::superseded;
  }
  meter.call = heard;
  meter.complaint = complaint;
  return EvidenceUse::recorded;
}

void note_position(DeviceEvidence& device, Time heard, const SwitchPosition& position) {
  if (position.reason != SwitchingReason::unknown) return;
  RecentSlots& slots = position.open_phases.any() ? device.opened : device.closed;
  slots.note(RecentSlots::slot_of(heard));
}

EvidenceUse keep_position(DeviceEvidence& device, Time heard, const SwitchPosition& position) {
  const bool contradicts =
      heard == device.position_at && position.open_phases != device.open_phases;
  const bool as_sure = device.origin == position.origin && device.reason == position.reason;
  if (contradicts && as_sure) device.doubted_at = std::max(device.doubted_at, heard);
  const auto rank = [](Time at, PositionOrigin origin, SwitchingReason reason, PhaseSet open) {
    return std::tuple{at, origin, reason, open.bits};
  };
  if (rank(heard, position.origin, position.reason, position.open_phases) <=
      rank(device.position_at, device.origin, device.reason, device.open_phases)) {
    return contradicts ? EvidenceUse::contradicted : EvidenceUse::superseded;
  }
  const auto surer = std::tuple{device.position_at, device.origin, device.reason} <
                     std::tuple{heard, position.origin, position.reason};
  if (surer && device.doubted_at <= heard) device.doubted_at = kNeverHeard;
  device.position_at = heard;
  device.origin = position.origin;
  device.reason = position.reason;
  device.open_phases = position.open_phases;
  return contradicts ? EvidenceUse::contradicted : EvidenceUse::recorded;
}

void note_order(DeviceEvidence& device, const SwitchStanding& standing) {
  device.ordered = standing.open & standing.ordered;
  const bool stands = device.ordered.any();
  device.ordered_reason = stands ? standing.reason : SwitchingReason::unknown;
  device.ordered_at = stands ? standing.ordered_at : kNeverHeard;
}

EvidenceUse keep_doubt(DeviceEvidence& device, Time heard) {
  if (heard <= device.doubted_at || heard <= device.position_at) return EvidenceUse::superseded;
  device.doubted_at = heard;
  return EvidenceUse::recorded;
}

EvidenceUse keep_indicator(DeviceEvidence& device, Time heard, bool passed) {
  if (std::tie(heard, passed) <= std::tie(device.indicator_at, device.indicator_passed)) {
    return EvidenceUse::superseded;
  }
  device.indicator_at = heard;
  device.indicator_passed = passed;
  return EvidenceUse::recorded;
}

bool is_kept(EvidenceUse use) {
  return use == EvidenceUse::recorded || use == EvidenceUse::contradicted;
}

// Finds the place of one item.
class Recorder {
 public:
  Recorder(SharedColumn<UsagePoint, MeterEvidence>& meters,
           SharedColumn<Device, DeviceEvidence>& devices, SwitchHistories& switches, Time heard,
           SourceIndex source)
      : meters_(meters), devices_(devices), switches_(switches), heard_(heard), source_(source) {}

  EvidenceUse operator()(const LastGasp& item) {
    if (!item.usage_point.valid()) return EvidenceUse::unplaced;
    return keep_newest(meters_.at(item.usage_point).last_gasp, heard_);
  }
  EvidenceUse operator()(const PowerUp& item) {
    if (!item.usage_point.valid()) return EvidenceUse::unplaced;
    MeterEvidence& meter = meters_.at(item.usage_point);
    meter.power_up = std::max(meter.power_up, PackedTime{heard_});
    return keep_live(meter, heard_, LiveSign::power_up);
  }
  EvidenceUse operator()(const PingResult& item) {
    if (!item.usage_point.valid()) return EvidenceUse::unplaced;
    MeterEvidence& meter = meters_.at(item.usage_point);
    return item.answered ? keep_live(meter, heard_, LiveSign::ping_answered)
                         : keep_newest(meter.ping_unanswered, heard_);
  }
  EvidenceUse operator()(const TroubleCall& item) {
    if (!item.usage_point.valid()) return EvidenceUse::unplaced;
    MeterEvidence& meter = meters_.at(item.usage_point);
    const EvidenceUse use = keep_call(meter, heard_, item.complaint);
    if (is_kept(use)) meter.call_source = source_;
    return use;
  }
  EvidenceUse operator()(const SwitchPosition& item) {
    if (!item.device.valid()) return EvidenceUse::unplaced;
    DeviceEvidence& device = devices_.at(item.device);
    if (item.unknown) return keep_doubt(device, heard_);
    note_position(device, heard_, item);
    const DeviceEvidence before = device;
    const EvidenceUse use = keep_position(device, heard_, item);
    const bool taken = before.position_at != device.position_at || before.origin != device.origin ||
                       before.reason != device.reason || before.open_phases != device.open_phases;
    if (taken) device.position_source = source_;
    note_order(device, switches_.hear(item, heard_));
    if (const auto closing = switches_.last_closing(item.device)) {
      device.closed_at = closing->at;
      device.stood_open_from = closing->open_from;
    } else if (device.closed_at > switches_.heard_until(item.device)) {
      device.closed_at = device.stood_open_from = kNeverHeard;
    }
    return use;
  }
  EvidenceUse operator()(const FaultIndicator& item) {
    if (!item.device.valid()) return EvidenceUse::unplaced;
    DeviceEvidence& device = devices_.at(item.device);
    const EvidenceUse use = keep_indicator(device, heard_, item.passed);
    if (is_kept(use)) device.indicator_source = source_;
    return use;
  }
  EvidenceUse operator()(const FieldReport&) { return EvidenceUse::unplaced; }  // keep_report()
  EvidenceUse operator()(const MeterReading& item) {
    if (!item.usage_point.valid()) return EvidenceUse::unplaced;
    if (!(item.energy_kwh > 0)) return EvidenceUse::not_supply;
    MeterEvidence& meter = meters_.at(item.usage_point);
    if (item.interval <= Duration::zero()) return keep_live(meter, heard_, LiveSign::meter_reading);
    const EvidenceUse use = keep_live(meter, heard_, LiveSign::interval_reading);
    meter.void_before = std::max(meter.void_before, PackedTime{heard_ - item.interval});
    return use;
  }

 private:
  SharedColumn<UsagePoint, MeterEvidence>& meters_;
  SharedColumn<Device, DeviceEvidence>& devices_;
  SwitchHistories& switches_;
  Time heard_;
  SourceIndex source_;
};

// Meters send so many items that nobody asks which head-end each came through.
bool has_source(const EvidenceKind& kind) {
  return std::holds_alternative<TroubleCall>(kind) ||
         std::holds_alternative<SwitchPosition>(kind) ||
         std::holds_alternative<FaultIndicator>(kind) || std::holds_alternative<FieldReport>(kind);
}

}  // namespace

std::string_view to_string(EvidenceUse use) {
  switch (use) {
    case EvidenceUse::recorded:
      return "recorded";
    case EvidenceUse::superseded:
      return "superseded";
    case EvidenceUse::unplaced:
      return "unplaced";
    case EvidenceUse::not_supply:
      return "not_supply";
    case EvidenceUse::dated_ahead:
      return "dated_ahead";
    case EvidenceUse::dated_behind:
      return "dated_behind";
    case EvidenceUse::spread:
      return "spread";
    case EvidenceUse::contradicted:
      return "contradicted";
  }
  return "unknown";
}

bool DeviceEvidence::position_doubted() const {
  if (doubted_at == kNeverHeard || doubted_at < position_at) return false;
  const bool found = finding == Finding::open || finding == Finding::restored;
  return !(found && report_at > doubted_at);
}

bool DeviceEvidence::speaks_for_open() const { return open_since() != kNeverHeard; }

Time DeviceEvidence::open_since() const {
  const bool found = (finding == Finding::damaged || finding == Finding::open) &&
                     report_at > void_before && report_at != kNeverHeard;
  const bool reported = found || against_at != kNeverHeard;
  const Time tripped = tripped_at();
  const Time seen = found ? report_at : against_at;
  if (reported && tripped != kNeverHeard) return std::min(seen, tripped);
  return reported ? seen : tripped;
}

Time DeviceEvidence::tripped_at() const {
  const bool tripped = position_at != kNeverHeard && open_phases.any() &&
                       reason == SwitchingReason::unknown && open_phases.without(ordered).any() &&
                       position_at > void_before && position_at > restored_at;
  return tripped ? position_at : kNeverHeard;
}

bool DeviceEvidence::damage_seen() const {
  return speaks_for_open() && (finding == Finding::damaged || against == Finding::damaged);
}

EvidenceBook::EvidenceBook(const NetworkModel& network)
    : meters_(network.usage_points().size()),
      devices_(network.devices().size()),
      switches_(network),
      findings_(network.devices().size()),
      gasps_(network.usage_points().size()),
      repeated_(network.usage_points().size()) {}

const std::string EvidenceBook::kNobody;

SourceIndex EvidenceBook::source_index(const std::string& source) {
  constexpr std::size_t kMost = std::numeric_limits<SourceIndex>::max();
  const std::span<const std::string> known = sources();
  const auto it = std::ranges::find(known, source);
  if (it != known.end()) return static_cast<SourceIndex>(it - known.begin());
  if (known.size() > kMost) return 0;
  std::vector<std::string> more{known.begin(), known.end()};
  more.push_back(source);
  sources_ = std::make_shared<const std::vector<std::string>>(std::move(more));
  return static_cast<SourceIndex>(sources_->size() - 1);
}

// Kept where there is a second slot within an hour: of a single one, the newest gasp says all.
void EvidenceBook::note_gasp(Id<UsagePoint> usage_point, Time heard) {
  const MeterEvidence* known = meters_.find(usage_point);
  if (known == nullptr || known->last_gasp == kNeverHeard) {
    meters_.at(usage_point).gasp_slots = 1;
    return;
  }
  const std::int32_t slot = RecentSlots::slot_of(heard);
  const std::int32_t newest = RecentSlots::slot_of(known->last_gasp);
  if (slot == newest) return;
  const bool near = std::abs(std::int64_t{slot} - newest) < RecentSlots::kSlots;
  if (near) {
    RecentSlots& slots = gasps_.at(usage_point);
    slots.note(newest);
    slots.note(slot);
    meters_.at(usage_point).gasp_slots = static_cast<std::uint8_t>(slots.count());
  } else if (slot > newest) {
    // Whatever was noted is of another hour: the next that is near begins anew.
    meters_.at(usage_point).gasp_slots = 1;
  }
}

bool EvidenceBook::is_dated_ahead(const Evidence& evidence, Duration clock_skew) {
  const bool received = evidence.receive_time != Time{};
  return received && evidence.event_time > evidence.receive_time + clock_skew;
}

bool EvidenceBook::is_dated_behind(const Evidence& evidence) {
  const EvidenceKind& kind = evidence.kind;
  const bool by_meter =
      std::holds_alternative<LastGasp>(kind) || std::holds_alternative<PowerUp>(kind) ||
      std::holds_alternative<PingResult>(kind) || std::holds_alternative<MeterReading>(kind);
  const bool received = evidence.receive_time != Time{};
  return by_meter && received && evidence.event_time <= evidence.receive_time - kOldestOfMeter;
}

EvidenceUse EvidenceBook::record(const Evidence& evidence, Duration clock_skew) {
  if (is_dated_ahead(evidence, clock_skew)) return EvidenceUse::dated_ahead;
  if (is_dated_behind(evidence)) return EvidenceUse::dated_behind;
  const auto* call = std::get_if<TroubleCall>(&evidence.kind);
  if (call != nullptr && !call->usage_point.valid()) return keep_call(*call, evidence.event_time);
  if (call != nullptr) note_call(call->usage_point, *call, evidence.event_time);
  if (const auto* gasp = std::get_if<LastGasp>(&evidence.kind);
      gasp != nullptr && gasp->usage_point.valid()) {
    note_gasp(gasp->usage_point, evidence.event_time);
  }
  const auto* power_up = std::get_if<PowerUp>(&evidence.kind);
  if (power_up != nullptr && power_up->usage_point.valid()) any_power_up_ = true;
  const SourceIndex source = has_source(evidence.kind) ? source_index(evidence.source) : 0;
  const auto* report = std::get_if<FieldReport>(&evidence.kind);
  if (report != nullptr && report->device.valid())
    return keep_report(report->device, {evidence.event_time, report->finding, source});
  return std::visit(Recorder{meters_, devices_, switches_, evidence.event_time, source},
                    evidence.kind);
}

EvidenceUse EvidenceBook::keep_report(Id<Device> id, const SaidFinding& said) {
  DeviceEvidence& device = devices_.at(id);
  if (said.finding == Finding::restored) device.restored_at = std::max(device.restored_at, said.at);
  auto& place = findings_.at(id);
  CrewFindings words = place == nullptr ? CrewFindings{} : *place;
  const bool news = words.hear(said);
  place = std::make_shared<const CrewFindings>(words);
  const SaidFinding& newest = words.words().front();
  device.report_at = newest.at;
  device.finding = newest.finding;
  device.report_source = newest.source;
  const SaidFinding* against =
      words.against_newest(std::max(device.restored_at, device.void_before));
  device.against = against == nullptr ? Finding::nothing_found : against->finding;
  device.against_source = against == nullptr ? SourceIndex{0} : against->source;
  device.against_at = against == nullptr ? kNeverHeard : against->at;
  if (!news) return EvidenceUse::superseded;
  if (against != nullptr && (said == newest || said == *against)) return EvidenceUse::contradicted;
  return said == newest ? EvidenceUse::recorded : EvidenceUse::superseded;
}

void EvidenceBook::supply_confirmed(Id<UsagePoint> usage_point, Time time) {
  // Kept even where nothing was heard: a last gasp of before may still be on its way.
  const MeterEvidence* known = meters_.find(usage_point);
  if (known != nullptr && time <= known->void_before) return;
  meters_.at(usage_point).void_before = time;
}

void EvidenceBook::supply_confirmed(std::span<const Id<UsagePoint>> usage_points, Time time) {
  for (const Id<UsagePoint> id : usage_points) supply_confirmed(id, time);
}

void EvidenceBook::device_settled(Id<Device> device, Time time, Finding finding) {
  DeviceEvidence& known = devices_.at(device);
  known.void_before = std::max(known.void_before, time);
  keep_report(device, {time, finding, 0});
}

void EvidenceBook::carry_repeats(const IdVector<UsagePoint, Id<UsagePoint>>& usage_points,
                                 EvidenceBook& after) const {
  gasps_.visit([&](Id<UsagePoint> id, const RecentSlots& slots) {
    if (slots.count() > 0 && usage_points[id].valid()) after.gasps_.at(usage_points[id]) = slots;
  });
  repeated_.visit([&](Id<UsagePoint> id, const CallTimes& times) {
    if (!times.newest_first().empty() && usage_points[id].valid())
      after.repeated_.at(usage_points[id]) = times;
  });
}

EvidenceBook::CarriedOver EvidenceBook::carried_over(
    const IdVector<UsagePoint, Id<UsagePoint>>& usage_points,
    const IdVector<Device, Id<Device>>& devices, const NetworkModel& after) const {
  CarriedOver carried{EvidenceBook{after}, 0, 0, 0, 0, {}, {}};
  carried.book.sources_ = sources_;
  carried.book.oldest_named_call_ = oldest_named_call_;
  carried.book.any_power_up_ = any_power_up_;
  carried.book.switches_ = switches_.carried_over(devices, after);
  carry_repeats(usage_points, carried.book);
  meters_.visit([&](Id<UsagePoint> id, const MeterEvidence& meter) {
    // Blocks hold records nobody wrote to; a settlement alone is worth keeping.
    if (!meter.any() && meter.void_before == kNeverHeard) return;
    const Id<UsagePoint> now = usage_points[id];
    if (now.valid()) {
      carried.book.meters_.at(now) = meter;
      carried.meters += meter.any() ? 1 : 0;
    } else if (meter.any()) {
      carried.lost_usage_points.push_back(id);
    }
  });
  devices_.visit([&](Id<Device> id, const DeviceEvidence& device) {
    const bool says_nothing = !device.any() && device.void_before == kNeverHeard;
    if (says_nothing && device.doubted_at == kNeverHeard) return;
    const Id<Device> now = devices[id];
    if (now.valid()) {
      carried.book.devices_.at(now) = device;
      if (const auto* words = findings_.find(id)) carried.book.findings_.at(now) = *words;
      carried.devices += device.any() ? 1 : 0;
    } else if (device.any()) {
      carried.lost_devices.push_back(id);
    }
  });
  for (const std::shared_ptr<const SpreadCall>& call : calls()) {
    TroubleCall moved{{}, {}, call->complaint, {}, {}};
    for (const CallPlace& place : call->places) {
      const Id<UsagePoint> now = usage_points[place.usage_point];
      if (now.valid()) moved.places.push_back({now, place.probability});
    }
    std::ranges::sort(moved.places, {}, &CallPlace::usage_point);
    ++(moved.places.empty() ? carried.lost_calls : carried.calls);
    if (!moved.places.empty()) carried.book.keep_call(moved, call->time);
  }
  return carried;
}

}  // namespace gridmend
