// Calls in an EvidenceBook: repeated ones, those that name no usage point, and what is forgotten.

#include <algorithm>
#include <iterator>
#include <tuple>

#include "core/outage/evidence_book.h"

namespace gridmend {
namespace {

// By places, then by time; of equal times the graver complaint last, for the last ones are kept.
bool call_less(const std::shared_ptr<const SpreadCall>& a,
               const std::shared_ptr<const SpreadCall>& b) {
  const auto key = [](const CallPlace& place) {
    return std::tuple{place.usage_point, place.probability};
  };
  const auto order = std::lexicographical_compare_three_way(
      a->places.begin(), a->places.end(), b->places.begin(), b->places.end(),
      [&](const CallPlace& x, const CallPlace& y) { return key(x) <=> key(y); });
  if (order != 0) return order < 0;
  return std::tuple{a->time, b->complaint} < std::tuple{b->time, a->complaint};
}

}  // namespace

// Kept from the second call on: of a single one MeterEvidence says all.
void EvidenceBook::note_call(Id<UsagePoint> usage_point, const TroubleCall& call, Time heard) {
  if (call.complaint == Complaint::hazard) return;
  oldest_named_call_ = std::min(oldest_named_call_, heard);
  const MeterEvidence* known = meters_.find(usage_point);
  if (known == nullptr || known->call == kNeverHeard || known->call == heard) return;
  CallTimes& times = repeated_.at(usage_point);
  times.note(known->call);
  times.note(heard);
}

std::uint32_t EvidenceBook::unsettled_calls(Id<UsagePoint> usage_point) const {
  const MeterEvidence* meter = meters_.find(usage_point);
  if (meter == nullptr || !meter->dead_call()) return 0;
  const CallTimes* times = repeated_.find(usage_point);
  if (times == nullptr) return 1;
  const auto unsettled = times->after(meter->settled_until()).size();
  return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(unsettled));
}

std::span<const std::int32_t> EvidenceBook::earlier_calls(Id<UsagePoint> usage_point) const {
  const MeterEvidence* meter = meters_.find(usage_point);
  const CallTimes* times = repeated_.find(usage_point);
  if (meter == nullptr || times == nullptr || !meter->dead_call()) return {};
  const auto unsettled = times->after(meter->settled_until());
  const bool newest_is_kept =
      !unsettled.empty() && unsettled.front() == CallTimes::slot_of(meter->call);
  return unsettled.subspan(newest_is_kept ? 1 : 0);
}

EvidenceBook::Calls& EvidenceBook::calls_to_write() {
  if (calls_ == nullptr) {
    calls_ = std::make_shared<Calls>();
  } else if (calls_.use_count() > 1) {
    calls_ = std::make_shared<Calls>(*calls_);
  }
  return *calls_;
}

EvidenceUse EvidenceBook::keep_call(const TroubleCall& call, Time heard) {
  if (call.complaint == Complaint::hazard) return EvidenceUse::not_supply;
  if (call.places.empty()) return EvidenceUse::unplaced;
  Calls& calls = calls_to_write();
  const auto made =
      std::make_shared<const SpreadCall>(SpreadCall{heard, call.complaint, call.places});
  const auto it = std::ranges::lower_bound(calls, made, call_less);
  if (it != calls.end() && **it == *made) return EvidenceUse::superseded;
  oldest_call_ = std::min(oldest_call_, heard);
  const auto placed = calls.insert(it, made);
  const auto same = [&](const auto& kept) { return kept->places == call.places; };
  auto oldest = placed, newest = placed;
  while (oldest != calls.begin() && same(*std::prev(oldest))) --oldest;
  while (std::next(newest) != calls.end() && same(*std::next(newest))) ++newest;
  if (static_cast<std::size_t>(newest - oldest) + 1 <= call.places.size())
    return EvidenceUse::spread;
  const bool itself = oldest == placed;
  calls.erase(oldest);
  return itself ? EvidenceUse::superseded : EvidenceUse::spread;
}

bool is_settled(const MeterEvidence* meter, Time call) {
  return meter != nullptr && meter->is_past(call);
}

void EvidenceBook::drop_settled_calls() {
  const auto settled = [this](const std::shared_ptr<const SpreadCall>& call) {
    return std::ranges::all_of(call->places, [&](const CallPlace& place) {
      return is_settled(meters_.find(place.usage_point), call->time);
    });
  };
  if (std::ranges::any_of(calls(), settled)) std::erase_if(calls_to_write(), settled);
}

bool EvidenceBook::has_calls_to_forget(Time oldest, std::size_t most) const {
  return !calls().empty() && (oldest_call_ < oldest || calls().size() > most);
}

std::size_t EvidenceBook::forget_calls(Time oldest, std::size_t most) {
  if (!has_calls_to_forget(oldest, most)) return 0;
  const auto is_young = [&](const auto& call) { return call->time >= oldest; };
  std::vector<Time> times;
  for (const auto& call : calls()) {
    if (is_young(call)) times.push_back(call->time);
  }
  if (times.size() > most) {
    const auto first =
        times.begin() + static_cast<std::ptrdiff_t>(times.size() - (most - most / 16));
    if (first == times.end()) {
      oldest = Time::max();
    } else {
      std::ranges::nth_element(times, first);
      oldest = *first;
    }
  }
  const std::size_t forgotten =
      std::erase_if(calls_to_write(), [&](const auto& call) { return !is_young(call); });
  oldest_call_ = Time::max();
  for (const auto& call : calls()) oldest_call_ = std::min(oldest_call_, call->time);
  return forgotten;
}

std::size_t EvidenceBook::forget_calls_where(
    const std::function<bool(Id<UsagePoint>, Time)>& is_over,
    const std::function<bool(const SpreadCall&)>& spread_is_over) {
  std::vector<Id<UsagePoint>> over;
  std::vector<std::pair<Id<UsagePoint>, std::int32_t>> earlier_over;
  oldest_named_call_ = Time::max();
  meters_.visit([&](Id<UsagePoint> id, const MeterEvidence& meter) {
    if (!meter.dead_call()) return;
    if (is_over(id, meter.call)) {
      over.push_back(id);
      return;
    }
    oldest_named_call_ = std::min(oldest_named_call_, Time{meter.call});
    for (const std::int32_t slot : earlier_calls(id)) {
      if (is_over(id, CallTimes::begin_of(slot))) {
        earlier_over.emplace_back(id, slot);
      } else {
        oldest_named_call_ = std::min(oldest_named_call_, CallTimes::begin_of(slot));
      }
    }
  });
  for (const Id<UsagePoint> id : over) {
    MeterEvidence& meter = meters_.at(id);
    meter.call = kNeverHeard;
    meter.complaint = Complaint::no_light;
    meter.call_source = 0;
    if (repeated_.find(id) != nullptr) repeated_.at(id) = {};
  }
  for (const auto& [id, slot] : earlier_over) repeated_.at(id).forget(slot);
  const std::size_t named = over.size() + earlier_over.size();
  const auto spread_over = [&](const auto& call) { return spread_is_over(*call); };
  if (std::ranges::none_of(calls(), spread_over)) return named;
  const std::size_t forgotten = named + std::erase_if(calls_to_write(), spread_over);
  oldest_call_ = Time::max();
  for (const auto& call : calls()) oldest_call_ = std::min(oldest_call_, call->time);
  return forgotten;
}

}  // namespace gridmend
