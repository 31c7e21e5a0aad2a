#include "service/engine/evidence_hash.h"

#include <type_traits>

namespace gridmend {
namespace {

// One overload a kind of value, so that a list of fields reads as one.
struct Feed {
  Hasher& hasher;

  template <class T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) void one(T value) { hasher.add(value); }
  void one(Time time) { hasher.add(time.time_since_epoch().count()); }
  void one(PhaseSet phases) { hasher.add(phases.bits); }
  template <class Record>
  void one(Id<Record> id) {
    hasher.add(id.index);
  }
  void one(const RecentSlots& slots) { all(slots.newest(), slots.bits()); }
  void one(const SaidPosition& said) { all(said.at, said.origin, said.reason, said.open); }
  void one(const SaidFinding& said) { all(said.at, said.finding, said.source); }
  void one(const SwitchStanding& standing) {
    all(standing.open, standing.ordered, standing.reason, standing.ordered_at, standing.closed_at);
  }
  void one(const SpreadCall& call) {
    all(call.time, call.complaint, std::uint64_t{call.places.size()});
    for (const CallPlace& place : call.places) all(place.usage_point, place.probability);
  }
  void one(const MeterEvidence& meter) {
    for (const PackedTime* time : {&meter.last_gasp, &meter.ping_unanswered, &meter.call,
                                   &meter.live, &meter.void_before, &meter.power_up})
      one(Time{*time});
    all(meter.live_sign, meter.complaint, meter.call_source, meter.gasp_slots);
  }
  void one(const DeviceEvidence& device) {
    all(device.position_at, device.indicator_at, device.report_at, device.restored_at,
        device.void_before, device.open_phases, device.origin, device.reason, device.finding,
        device.indicator_passed, device.position_source, device.indicator_source,
        device.report_source, device.against, device.against_source, device.against_at,
        device.doubted_at, device.closed_at, device.stood_open_from, device.opened, device.closed);
  }

  template <class... Fields>
  void all(const Fields&... fields) {
    (one(fields), ...);
  }
  void numbers(std::span<const std::int32_t> values) {
    for (const std::int32_t value : values) hasher.add(value);
  }
  template <class T>
  void each(std::span<const T> values) {
    hasher.add(std::uint64_t{values.size()});
    for (const T& value : values) one(value);
  }
};

}  // namespace

void add_to_hash(const SwitchHistories& switches, Hasher& hasher) {
  Feed feed{hasher};
  switches.visit([&](Id<Device> id, const SwitchHistory& history) {
    feed.all(id, history.heard_until());
    feed.each(history.kept());
    feed.one(history.standing());
  });
}

void add_to_hash(const EvidenceBook& book, Hasher& hasher) {
  Feed feed{hasher};
  book.meters().visit([&](Id<UsagePoint> id, const MeterEvidence& meter) {
    feed.all(id, meter);
    const RecentSlots* gasps = book.gasp_slots(id);
    if (gasps != nullptr && gasps->count() > 0) feed.one(*gasps);
    const CallTimes* calls = book.call_times(id);
    if (calls != nullptr) feed.numbers(calls->newest_first());
  });
  book.devices().visit([&](Id<Device> id, const DeviceEvidence& device) {
    feed.all(id, device);
    const CrewFindings* findings = book.findings(id);
    if (findings != nullptr) feed.each(findings->words());
  });
  add_to_hash(book.switches(), hasher);
  for (const std::string& source : book.sources()) hasher.add(std::string_view{source});
  hasher.add(std::uint64_t{book.calls().size()});
  for (const std::shared_ptr<const SpreadCall>& call : book.calls()) feed.one(*call);
}

}  // namespace gridmend
