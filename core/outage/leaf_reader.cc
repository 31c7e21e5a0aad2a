#include "core/outage/leaf_reader.h"

#include <algorithm>
#include <cmath>

#include "core/outage/flapping.h"

namespace gridmend {
namespace {

// Share of what arrives with this half-time that has arrived after `elapsed`.
double arrived(Duration elapsed, Duration half_time) {
  if (half_time <= Duration::zero()) return 1;
  if (elapsed <= Duration::zero()) return 0;
  return -std::expm1(-std::log(2.0) * seconds(elapsed) / seconds(half_time));
}

// That a meter which is alive again has sent no power-up so long after its supply came back.
double log_no_power_up(Duration elapsed, const ReliabilityParameters& r) {
  const double reported = (1 - r.ping_lost) * arrived(elapsed, r.last_gasp_half_time);
  return std::log(std::max(1 - reported, r.ping_false));
}

ShareKind share_kind(LiveSign sign) {
  switch (sign) {
    case LiveSign::ping_answered:
      return ShareKind::ping_answered;
    case LiveSign::meter_reading:
    case LiveSign::interval_reading:
      return ShareKind::meter_reading;
    case LiveSign::power_up:
    case LiveSign::none:
      break;
  }
  return ShareKind::power_up;
}

}  // namespace

double flapping_share(std::uint8_t gasp_slots, const ReliabilityParameters& reliability) {
  return flapping(gasp_slots > 0 ? gasp_slots - 1 : 0, reliability);
}

LeafReader::LeafReader(const ReliabilityParameters& reliability, Time at, std::optional<Time> onset)
    : reliability_(reliability),
      at_(at),
      until_(at + reliability.clock_skew),
      onset_(onset),
      logs_{std::log(reliability.last_gasp_false),    std::log(reliability.last_gasp_reach),
            std::log1p(-reliability.last_gasp_false), std::log(reliability.ping_lost),
            std::log1p(-reliability.ping_false),      std::log1p(-reliability.ping_lost),
            std::log(reliability.call_false),         std::log(reliability.ping_false)} {
  if (!onset_) return;
  heard_calls_ = reliability.call_rate * arrived(at - *onset_, reliability.call_half_time);
  const double gasps =
      reliability.last_gasp_reach * arrived(at - *onset_, reliability.last_gasp_half_time);
  // Early on fewer have arrived than are false: then silence says nothing, never the contrary.
  silent_.link_live = logs_.no_gasp_false;
  silent_.link_dead = std::log1p(-std::max(gasps, reliability.last_gasp_false));
  silent_.other_live = std::log1p(-reliability.call_false);
  silent_.other_dead = std::log1p(-std::max(heard_calls_, reliability.call_false));
  silent_.other_partly = silent_.other_dead;
}

// A sign of life says "live" of its own moment: a meter dead now may have died since.
double LeafReader::gone(Duration age) const {
  if (age <= reliability_.live_fresh) return 0;
  return arrived(age - reliability_.live_fresh, reliability_.live_half_life);
}

// What a flapping meter says is partly said whatever the truth.
LeafReader::LogPair LeafReader::gasped(const MeterEvidence& meter) const {
  const double unrelated = flapping_share(meter.gasp_slots, reliability_);
  if (unrelated <= 0) return {logs_.gasp_false, logs_.gasp_reach};
  const ReliabilityParameters& r = reliability_;
  return {std::log(mixed(r.last_gasp_false, r.last_gasp_reach, unrelated)),
          std::log(mixed(r.last_gasp_reach, r.last_gasp_false, unrelated))};
}

LeafReader::LogPair LeafReader::lived(const MeterEvidence& meter) const {
  const ReliabilityParameters& r = reliability_;
  const bool by_itself = meter.live_sign == LiveSign::power_up;
  const double unrelated = by_itself ? flapping_share(meter.gasp_slots, r) : 0;
  LogPair said{logs_.no_ping_lost, logs_.fresh_if_dead};
  double sign = r.ping_false;
  if (unrelated > 0) {
    sign = mixed(r.ping_false, 1 - r.ping_lost, unrelated);
    said = {std::log(mixed(1 - r.ping_lost, r.ping_false, unrelated)), std::log(sign)};
  }
  const double died = gone(at_ - meter.live);
  if (died > 0) said.aged = std::log(sign + (1 - r.ping_lost - sign) * died) - said.dead;
  return said;
}

Time LeafReader::came_back(const MeterEvidence* meter, Time restored_at) const {
  if (!onset_) return kNeverHeard;
  if (restored_at >= *onset_) return restored_at;
  const bool unheard_since = meter != nullptr && meter->last_gasp != kNeverHeard &&
                             meter->last_gasp > meter->live &&
                             meter->last_gasp <= meter->void_before;
  return unheard_since && calls(*meter, restored_at) ? Time{meter->void_before} : kNeverHeard;
}

double LeafReader::false_call(const MeterEvidence& meter) const {
  const std::vector<double>& calls = reliability_.sources.calls;
  return logs_.call_false + (meter.call_source < calls.size() ? calls[meter.call_source] : 0);
}

DiedSince LeafReader::died_since(Time newest) const {
  DiedSince since;
  if (newest == kNeverHeard) return since;
  const ReliabilityParameters& r = reliability_;
  since.newest = newest;
  since.share = gone(at_ - newest);
  if (since.share <= 0) return since;
  since.heard_calls = r.call_rate * arrived(at_ - newest, r.call_half_time);
  const double gasps = r.last_gasp_reach * arrived(at_ - newest, r.last_gasp_half_time);
  since.silent_link = std::log1p(-std::max(gasps, r.last_gasp_false));
  since.silent_other = std::log1p(-std::max(since.heard_calls, r.call_false));
  return since;
}

std::optional<std::size_t> LeafReader::doublings(Time newest) const {
  if (newest == kNeverHeard || gone(at_ - newest) <= 0) return std::nullopt;
  const double fresh = std::max(1.0, seconds(reliability_.live_fresh));
  const double age = std::max(1.0, seconds(at_ - newest) / fresh);
  return static_cast<std::size_t>(std::log2(age));
}

// What is older counts as in a live zone, what was missed with it.
LeafReader::Since LeafReader::read_since(const MeterEvidence* meter, Time restored_at,
                                         const DiedSince& since) const {
  const ReliabilityParameters& r = reliability_;
  Since says{0, since.silent_link, since.silent_other, true};
  const Time back = came_back(meter, restored_at);
  const bool lives = lived_at(meter) != kNeverHeard;
  const bool has_gasped = meter != nullptr && meter->dead_gasp() && meter->last_gasp <= until_;
  const bool explained = has_gasped && meter->last_gasp <= back;
  if (has_gasped && meter->last_gasp > since.newest) {
    says.link = explained ? 0 : gasped(*meter).dead;
    says.silent = false;
  } else if (explained || (back != kNeverHeard && !has_gasped)) {
    if (!has_gasped) says.before += silent_.link_dead;
    if (!lives) says.before += log_no_power_up(at_ - back, r);
  } else {
    // Without an onset silence says nothing, of those nobody heard of and of those who spoke.
    says.before += has_gasped ? gasped(*meter).live : silent_.link_live;
  }
  const bool called = meter != nullptr && calls(*meter, restored_at);
  if (!called) says.before += silent_.other_live;
  if (meter == nullptr) return says;
  if (meter->dead_ping() && meter->ping_unanswered > restored_at &&
      meter->ping_unanswered <= until_) {
    if (meter->ping_unanswered > since.newest) {
      says.link += logs_.no_ping_false;
    } else {
      says.before += logs_.ping_lost;
    }
  }
  if (lives && meter->live <= since.newest) {
    says.before += lived(*meter).live;
  } else if (lives) {
    says.link += lived(*meter).dead;
    says.silent = false;
  }
  if (called && meter->call > since.newest) {
    double rate = since.heard_calls;
    if (meter->complaint == Complaint::partial) rate *= r.partial_call_share;
    if (meter->complaint == Complaint::dim) rate *= r.dim_call_share;
    says.other = std::log(std::max(rate, r.call_false));
  } else if (called) {
    says.before += false_call(*meter);
  }
  return says;
}

LeafEvidence LeafReader::read(const MeterEvidence* meter, Time restored_at, const DiedSince& since,
                              const DiedSince& of_drop) const {
  LeafEvidence leaf = read(meter, restored_at);
  if (since.share > 0) {
    const Since says = read_since(meter, restored_at, since);
    leaf.since_before = says.before;
    leaf.since_link = says.link;
    leaf.since_other = says.other;
    leaf.since_silent = says.silent;
  }
  if (of_drop.share > 0) {
    const Since says = read_since(meter, restored_at, of_drop);
    leaf.drop_since = says.before + says.link + says.other;
  }
  return leaf;
}

void LeafReader::read_call(const MeterEvidence& meter, Time restored_at, LeafEvidence& leaf,
                           Shares* shares) const {
  if (!calls(meter, restored_at)) return;
  double rate = heard_calls_, rate_if_partly = heard_calls_;
  if (meter.complaint == Complaint::partial) rate *= reliability_.partial_call_share;
  if (meter.complaint == Complaint::dim) rate *= reliability_.dim_call_share;
  // Who has light in half the house says "no light" as rarely as who has none says "half".
  if (meter.complaint == Complaint::no_light) rate_if_partly *= reliability_.partial_call_share;
  leaf.called = true;
  // A source whose calls are mostly false makes a call worth nothing, never a word for light.
  leaf.other_dead = std::log(std::max(rate, reliability_.call_false));
  leaf.other_live = std::min(false_call(meter), leaf.other_dead);
  leaf.other_partly = std::log(std::max(rate_if_partly, reliability_.call_false));
  if (shares != nullptr) shares->add(ShareKind::trouble_call, leaf.other_dead - leaf.other_live);
}

LeafEvidence LeafReader::read(const MeterEvidence* meter, Time restored_at, Shares* shares) const {
  LeafEvidence leaf = silent_;
  const bool lives = lived_at(meter) != kNeverHeard;
  const Time back = came_back(meter, restored_at);
  if (back != kNeverHeard) {
    // It was dark until then: whether it sent a last gasp says nothing of now, but that it has not
    // reported since does.
    leaf.link_live = leaf.link_dead;
    // Its concentrator was there when it gasped in the outage that ended.
    if (restored_at < *onset_) leaf.link_silent = false;
    if (!lives) leaf.link_live += log_no_power_up(at_ - back, reliability_);
  }
  if (meter == nullptr) return leaf;
  const auto add_link = [&](LogPair said, ShareKind kind) {
    leaf.link_live += said.live;
    leaf.link_dead += said.dead;
    leaf.aged += said.aged;
    if (shares != nullptr) shares->add(kind, said.dead + said.aged - said.live);
  };
  if (meter->dead_gasp() && meter->last_gasp <= until_) {
    const LogPair said =
        meter->last_gasp <= back ? LogPair{leaf.link_live - leaf.link_dead, 0} : gasped(*meter);
    leaf.link_live = leaf.link_dead = 0;  // in place of the missing last gasp
    leaf.link_silent = false;
    add_link(said, ShareKind::last_gasp);
  }
  if (meter->dead_ping() && meter->ping_unanswered > restored_at &&
      meter->ping_unanswered <= until_) {
    add_link({logs_.ping_lost, logs_.no_ping_false}, ShareKind::ping_unanswered);
  }
  if (lives) {
    leaf.link_silent = false;
    add_link(lived(*meter), share_kind(meter->live_sign));
  }
  read_call(*meter, restored_at, leaf, shares);
  return leaf;
}

LeafEvidence LeafReader::read_plain(std::size_t says) const {
  LeafEvidence leaf = silent_;
  if ((says & kGasped) != 0) {
    leaf.link_silent = false;
    leaf.link_live = logs_.gasp_false;
    leaf.link_dead = logs_.gasp_reach;
  }
  if ((says & kUnanswered) != 0) {
    leaf.link_live += logs_.ping_lost;
    leaf.link_dead += logs_.no_ping_false;
  }
  if ((says & kLives) != 0) {
    leaf.link_silent = false;
    leaf.link_live += logs_.no_ping_lost;
    leaf.link_dead += logs_.fresh_if_dead;
  }
  return leaf;
}

DeadSigns dead_signs(const MeterEvidence& meter, Time restored_at, Time tripped_at, Time at,
                     const ReliabilityParameters& reliability) {
  DeadSigns signs;
  const Time until = at + reliability.clock_skew;
  const auto note = [&](Time heard, Duration lead) {
    if (heard > until) return;
    if (signs.heard == kNeverHeard || heard < signs.heard) signs.heard = heard;
    if (signs.since == kNeverHeard || heard - lead < signs.since) signs.since = heard - lead;
  };
  if (meter.dead_gasp()) note(meter.last_gasp, {});
  if (meter.dead_ping() && meter.ping_unanswered > restored_at) note(meter.ping_unanswered, {});
  Duration lead = reliability.call_lead;
  if (tripped_at != kNeverHeard && tripped_at <= meter.call)
    lead = std::min(lead, meter.call - tripped_at);
  if (meter.dead_call() && meter.call > restored_at) note(meter.call, lead);
  return signs;
}

}  // namespace gridmend
