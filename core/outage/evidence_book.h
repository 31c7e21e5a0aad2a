#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/packed_time.h"
#include "core/network/network_model.h"
#include "core/outage/call_times.h"
#include "core/outage/crew_findings.h"
#include "core/outage/evidence.h"
#include "core/outage/recent_slots.h"
#include "core/outage/shared_column.h"
#include "core/outage/switch_history.h"

namespace gridmend {

inline constexpr Time kNeverHeard = Time::min();

// An interval_reading is energy over a while up to its time: the meter reports, and supply was
// there at some moment of the while.
enum class LiveSign : std::uint8_t {
  none,
  interval_reading,
  power_up,
  ping_answered,
  meter_reading
};

// What is known of one usage point: the newest event time of each kind. 46 bytes, in runs without
// gaps; times to the microsecond (PackedTime), kNeverHeard until something comes.
struct MeterEvidence {
  PackedTime last_gasp;
  PackedTime ping_unanswered;
  PackedTime call;
  PackedTime live;      // newest sign of life
  PackedTime power_up;  // newest of those that say that supply came back then
  // Supply was confirmed then: what is older is settled. Where the newest sign of life is an
  // interval's, that is by when it began, or by what signs of life of a moment came before.
  PackedTime void_before;
  LiveSign live_sign = LiveSign::none;
  Complaint complaint = Complaint::no_light;  // of `call`
  SourceIndex call_source = 0;
  std::uint8_t gasp_slots = 0;  // RecentSlots with a last gasp, of the hour up to the newest

  // Somebody said something, settled or not.
  bool any() const {
    return last_gasp != kNeverHeard || ping_unanswered != kNeverHeard || call != kNeverHeard ||
           live != kNeverHeard;
  }
  // Signs of death newer than every sign of life and every confirmation. An hour's energy may be
  // of the minutes before the last gasp: what was heard within the interval stands.
  bool dead_gasp() const { return !is_past(last_gasp); }
  bool dead_ping() const { return !is_past(ping_unanswered); }
  bool dead_call() const { return !is_past(call); }
  // A sign of life that no later last gasp takes back.
  bool lives() const {
    return live != kNeverHeard && live >= last_gasp &&
           (live_sign != LiveSign::interval_reading || last_gasp <= void_before);
  }
  // By its signs of life supply was there at that moment or after: an interval's energy may all be
  // of its beginning. A Time: a copy of a PackedTime goes through the stack in parts, for every
  // meter there is.
  Time known_live_at() const {
    return live_sign == LiveSign::interval_reading ? std::min(Time{void_before}, Time{live})
                                                   : Time{live};
  }
  // A sign of life of `onset` or after.
  bool lives_since(Time onset) const { return lives() && known_live_at() >= onset; }
  // Supply was there at that moment or after.
  bool is_past(Time time) const { return time <= settled_until(); }
  Time settled_until() const { return std::max(known_live_at(), Time{void_before}); }
};
static_assert(sizeof(MeterEvidence) == 46);

// What is known of one device: the newest item of each kind.
struct DeviceEvidence {
  Time position_at = kNeverHeard;
  Time indicator_at = kNeverHeard;
  Time report_at = kNeverHeard;
  Time restored_at = kNeverHeard;  // newest report that the device is back in service
  Time void_before = kNeverHeard;
  Time doubted_at = kNeverHeard;  // see position_doubted(); never older than position_at
  PhaseSet open_phases;
  PositionOrigin origin = PositionOrigin::scada;
  SwitchingReason reason = SwitchingReason::unknown;
  // What of it stands open by an order (SwitchHistory), since when and why. An opening that is said
  // again without a reason does not take it back.
  PhaseSet ordered;
  SwitchingReason ordered_reason = SwitchingReason::unknown;
  Time ordered_at = kNeverHeard;
  Finding finding = Finding::nothing_found;
  bool indicator_passed = false;
  SourceIndex position_source = 0;
  SourceIndex indicator_source = 0;
  SourceIndex report_source = 0;
  // Damage or an opening that somebody else saw than who reported last and found nothing: nobody
  // settled it, and either word weighs.
  Finding against = Finding::nothing_found;
  SourceIndex against_source = 0;
  Time against_at = kNeverHeard;
  // When it was last told to be closed after it had stood open for a minute or longer, and since
  // when it had; by the words that SwitchHistory keeps. kNeverHeard: never.
  Time closed_at = kNeverHeard;
  Time stood_open_from = kNeverHeard;
  RecentSlots opened;  // positions without a reason
  RecentSlots closed;

  bool any() const {
    return position_at != kNeverHeard || indicator_at != kNeverHeard || report_at != kNeverHeard;
  }
  // How it stands is not known: somebody said so, or two positions of the same time, origin and
  // reason contradict each other, and nothing newer says how it stands.
  bool position_doubted() const;
  // An open position nobody ordered, or damage seen, that nothing settled since.
  bool speaks_for_open() const;
  bool damage_seen() const;
  Time open_since() const;  // event time of what speaks_for_open(); kNeverHeard otherwise
  // When it opened without an order, by its position; kNeverHeard. Who finds it open says not when.
  Time tripped_at() const;
  // When it was back in service, by a report or by its position; kNeverHeard.
  Time back_at() const { return std::max(restored_at, closed_at); }
};

// A call that names no usage point.
struct SpreadCall {
  Time time{};
  Complaint complaint = Complaint::no_light;
  std::vector<CallPlace> places;  // by usage point, not empty

  friend bool operator==(const SpreadCall&, const SpreadCall&) = default;
};

enum class EvidenceUse : std::uint8_t {
  recorded,      // the newest of its kind
  superseded,    // older than what is known of its kind: changes nothing
  unplaced,      // names no usage point and no device: kept by the engine, no use here
  not_supply,    // says nothing about supply (a hazard call, a reading of zero)
  dated_ahead,   // its event lies after its receipt: a clock is wrong, and it would hide real news
  dated_behind,  // a meter's event of a year or more before its receipt: its clock has begun anew
  spread,        // a call that may come from several usage points
  contradicted,  // a switch position, where another of the same time says otherwise: one is kept; a
                 // report that nothing is wrong where somebody else saw damage: both are
};
std::string_view to_string(EvidenceUse use);

// What has been heard about supply. Order of arrival and repeats do not matter: for every usage
// point and device the newest event of each kind counts, and equal event times are settled the
// same way whichever came first. Keeping each idempotency key once is the engine's business.
// A value, cheap to copy (blocks are shared until written).
class EvidenceBook {
 public:
  EvidenceBook() = default;
  explicit EvidenceBook(const NetworkModel& network);

  // Ids must be of the network. O(1), a call that names no usage point O(log such calls); of those
  // from the very same places the newest are kept, as many as there are places. An event dated more
  // than `clock_skew` after its receipt is left out, and so is a meter's dated kOldestOfMeter
  // before it: it would be the onset of an outage. A receive time of the epoch is none.
  EvidenceUse record(const Evidence& evidence, Duration clock_skew = kClockSkew);
  static constexpr Duration kClockSkew = std::chrono::minutes{5};
  static bool is_dated_ahead(const Evidence& evidence, Duration clock_skew = kClockSkew);
  static constexpr Duration kOldestOfMeter = std::chrono::hours{24 * 365};
  static bool is_dated_behind(const Evidence& evidence);

  // Supply of these usage points is known to have been there at `time`: evidence for dark up to
  // then is settled and never speaks again. For closed and withdrawn outages.
  void supply_confirmed(Id<UsagePoint> usage_point, Time time);
  void supply_confirmed(std::span<const Id<UsagePoint>> usage_points, Time time);
  // The same for a device: what was reported of it (open, damaged) is settled, and it is taken as
  // reported `restored` at `time`, or `intact` where it was closed all along and nothing came back
  // into service.
  void device_settled(Id<Device> device, Time time, Finding finding);

  // Forgets calls that name no usage point where supply of everybody who may have called was
  // confirmed, or signs of life were heard, since: they say nothing any more. O(such calls).
  void drop_settled_calls();

  // Forgets calls that name no usage point and are of before `oldest`, and when there are more than
  // `most` so many of the oldest that a sixteenth of it is free again. How many? O(1) when there is
  // nothing to forget, else O(such calls log such calls).
  bool has_calls_to_forget(Time oldest, std::size_t most) const;
  std::size_t forget_calls(Time oldest, std::size_t most);

  // Forgets unsettled calls of which is_over(usage point, time), and those that name no usage point
  // of which spread_is_over(call). Of who called repeatedly, calls of before the newest are asked
  // about by when their slot of CallTimes begins. How many? O(usage points heard and such calls).
  std::size_t forget_calls_where(const std::function<bool(Id<UsagePoint>, Time)>& is_over,
                                 const std::function<bool(const SpreadCall&)>& spread_is_over);
  // Did anybody ever send a power-up?
  bool any_power_up() const { return any_power_up_; }
  // Is there any call of before `time`, as far as is known without looking?
  bool may_hold_calls_before(Time time) const {
    return oldest_named_call_ < time || (!calls().empty() && oldest_call_ < time);
  }

  // The same evidence in another network, whose tables have these sizes: by old id the new one,
  // none for what is gone. What was heard of those is in no book any more and is answered in
  // `lost_*`, by old id. O(what was heard).
  struct CarriedOver;
  CarriedOver carried_over(const IdVector<UsagePoint, Id<UsagePoint>>& usage_points,
                           const IdVector<Device, Id<Device>>& devices,
                           const NetworkModel& after) const;

  const MeterEvidence* find(Id<UsagePoint> usage_point) const { return meters_.find(usage_point); }
  const DeviceEvidence* find(Id<Device> device) const { return devices_.find(device); }
  const SharedColumn<UsagePoint, MeterEvidence>& meters() const { return meters_; }
  // Calls that name no usage point, by their places, then by time.
  std::span<const std::shared_ptr<const SpreadCall>> calls() const {
    if (calls_ == nullptr) return {};
    return *calls_;
  }
  const SharedColumn<Device, DeviceEvidence>& devices() const { return devices_; }
  // What crews and others reported of it, whoever they are; nullptr: nobody anything.
  const CrewFindings* findings(Id<Device> device) const {
    const auto* words = findings_.find(device);
    return words == nullptr ? nullptr : words->get();
  }
  // When it gasped within an hour, where that was in more than one slot; nullptr or none elsewhere.
  const RecentSlots* gasp_slots(Id<UsagePoint> usage_point) const {
    return gasps_.find(usage_point);
  }
  // When it called, where that was in more than one slot; nullptr or none elsewhere.
  const CallTimes* call_times(Id<UsagePoint> usage_point) const {
    return repeated_.find(usage_point);
  }
  // Of its calls that nothing settled those of before the newest, by their slots, newest first.
  std::span<const std::int32_t> earlier_calls(Id<UsagePoint> usage_point) const;
  // How many of its calls nothing settled, as CallTimes counts them.
  std::uint32_t unsettled_calls(Id<UsagePoint> usage_point) const;
  // How switches stand on record: what the SwitchState is to say.
  const SwitchHistories& switches() const { return switches_; }
  // Names by SourceIndex, in the order they were first heard; the first is empty. Sources beyond
  // the 255th are nobody by name.
  std::span<const std::string> sources() const {
    if (sources_ == nullptr) return {&kNobody, 1};
    return *sources_;
  }

 private:
  SharedColumn<UsagePoint, MeterEvidence> meters_;
  SharedColumn<Device, DeviceEvidence> devices_;
  SwitchHistories switches_;
  SharedColumn<Device, std::shared_ptr<const CrewFindings>> findings_;
  using Calls = std::vector<std::shared_ptr<const SpreadCall>>;
  Calls& calls_to_write();
  EvidenceUse keep_call(const TroubleCall& call, Time heard);
  SourceIndex source_index(const std::string& source);
  EvidenceUse keep_report(Id<Device> device, const SaidFinding& said);
  void note_gasp(Id<UsagePoint> usage_point, Time heard);
  void note_call(Id<UsagePoint> usage_point, const TroubleCall& call, Time heard);
  void carry_repeats(const IdVector<UsagePoint, Id<UsagePoint>>& usage_points,
                     EvidenceBook& after) const;

  static const std::string kNobody;
  bool any_power_up_ = false;
  std::shared_ptr<Calls> calls_;          // shared by copies until one of them writes
  Time oldest_call_ = Time::max();        // none of them is older
  Time oldest_named_call_ = Time::max();  // no unsettled call of a usage point is older
  std::shared_ptr<const std::vector<std::string>> sources_;  // none yet: nullptr
  // Of usage points that gasped in more than one slot of an hour.
  SharedColumn<UsagePoint, RecentSlots> gasps_;
  SharedColumn<UsagePoint, CallTimes> repeated_;  // of those that called more than once
};

// Was supply of the usage point confirmed, or a sign of life heard from it, at this time or after?
bool is_settled(const MeterEvidence* meter, Time call);

struct EvidenceBook::CarriedOver {
  EvidenceBook book;
  std::uint32_t meters = 0;  // carried, of those something was heard from
  std::uint32_t devices = 0;
  std::uint32_t calls = 0;
  std::uint32_t lost_calls = 0;  // that name no usage point, and of whose places none is left
  std::vector<Id<UsagePoint>> lost_usage_points;
  std::vector<Id<Device>> lost_devices;
};

}  // namespace gridmend
