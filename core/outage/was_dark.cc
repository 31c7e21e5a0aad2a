#include "core/outage/was_dark.h"

#include <algorithm>
#include <cmath>

#include "core/outage/log_zero.h"

namespace gridmend {
namespace {

// How often somebody is said to be dark, or to have come back, who never was dark. Ample, and not
// what was found of this storm: whoever believes other rates of false signs sees the same returns.
constexpr double kFalseSign = .01;
constexpr double kFalseCall = .002;
// Of a group's concentrator, that it died with the supply of its meters.
constexpr double kConcentratorDied = .3;

// What one item says for "dark until then" rather than "supplied all along", in log odds.
struct Worth {
  explicit Worth(const ReliabilityParameters& r)
      : gasp(above_nothing(r.last_gasp_reach, kFalseSign)),
        no_gasp(std::min(0.0, clamped_log(1 - r.last_gasp_reach) - clamped_log(1 - kFalseSign))),
        power_up(above_nothing(1 - r.ping_lost, kFalseSign)),
        unanswered(above_nothing(1 - r.ping_false, r.ping_lost)),
        call(above_nothing(r.call_rate, kFalseCall)),
        alive(-above_nothing(1 - r.ping_lost, r.ping_false)) {}

  static double above_nothing(double if_dark, double if_not) {
    return std::max(0.0, clamped_log(if_dark) - clamped_log(if_not));
  }
  double gasp, no_gasp, power_up, unanswered, call, alive;
};

// Was that said in a darkness that ended at `back`, and not in one that was settled before?
bool is_of(Time sign, const MeterEvidence& meter, Time back) {
  return sign != kNeverHeard && sign <= back &&
         (sign > meter.void_before || meter.void_before >= back);
}

class Noticed {
 public:
  Noticed(const HeardReturns& heard, Time from, Time back)
      : book_(heard.book),
        worth_(heard.reliability),
        window_(heard.reliability.back_together),
        // It may have gone, and be told of, with clocks that differ.
        from_(from == kNeverHeard ? from : from - window_),
        back_(back),
        until_(heard.until) {}

  bool anybody() const { return anybody_; }

  double group(std::span<const Id<UsagePoint>> members) {
    double silence = 0, said = 0;
    bool silent = true;
    for (const Id<UsagePoint> id : members) {
      const MeterEvidence* meter = book_.find(id);
      if (meter == nullptr) {
        silence += worth_.no_gasp;
        continue;
      }
      said += told(*meter);
      switch (link(*meter)) {
        case Link::silent:
          silence += worth_.no_gasp;
          break;
        case Link::unknown:
          silent = false;
          break;
        case Link::gasped:
          silent = false;
          said += worth_.gasp;
          break;
        case Link::powered_up:
          silent = false;
          said += worth_.no_gasp + worth_.power_up;
          break;
        case Link::alive:
          silent = false;
          said += worth_.alive;
          break;
      }
    }
    // Its concentrator may have died with it.
    if (silent)
      silence = clamped_log(kConcentratorDied + (1 - kConcentratorDied) * std::exp(silence));
    return silence + said;
  }

 private:
  enum class Link { silent, unknown, gasped, powered_up, alive };

  bool is_of_then(Time sign, const MeterEvidence& meter) const {
    return (from_ == kNeverHeard || sign >= from_) && is_of(sign, meter, back_);
  }

  Link link(const MeterEvidence& meter) {
    const bool came_up = meter.power_up != kNeverHeard && meter.power_up <= until_ &&
                         meter.power_up >= back_ - window_ && meter.power_up <= back_ + window_;
    if (is_of_then(meter.last_gasp, meter)) return noticed(Link::gasped);
    if (came_up) return noticed(Link::powered_up);
    // Its newer words may stand in place of what it said then; what it said before may explain why
    // it was silent.
    if (meter.last_gasp > back_ || meter.power_up > back_) return Link::unknown;
    if (meter.dead_gasp()) return Link::unknown;
    const bool lived = from_ != kNeverHeard && meter.known_live_at() > from_ + 2 * window_ &&
                       meter.known_live_at() < back_ - window_;
    return lived ? Link::alive : Link::silent;
  }

  double told(const MeterEvidence& meter) {
    double said = 0;
    if (is_of_then(meter.ping_unanswered, meter)) said += worth_.unanswered;
    if (is_of_then(meter.call, meter)) said += worth_.call;
    anybody_ = anybody_ || said > 0;
    return said;
  }

  Link noticed(Link how) {
    anybody_ = true;
    return how;
  }

  const EvidenceBook& book_;
  Worth worth_;
  Duration window_;
  Time from_, back_, until_;
  bool anybody_ = false;
};

}  // namespace

double was_dark(const HeardReturns& heard, Id<InferenceZone> zone, Time from, Time back) {
  Noticed noticed{heard, from, back};
  double said = 0;
  for (std::uint32_t z = zone.index; z < heard.forest[zone].zones_end; ++z) {
    for (const Id<ZoneGroup> group : heard.forest.groups(Id<InferenceZone>{z}))
      said += noticed.group(heard.forest.usage_points_in(group));
  }
  return noticed.anybody() ? said : kLogZero;
}

bool own_were_dark(const HeardReturns& heard, Id<InferenceZone> zone, Time back) {
  const Worth worth{heard.reliability};
  double said = 0;
  bool anybody = false;
  for (const Id<UsagePoint> id : heard.forest.own_usage_points(zone)) {
    const MeterEvidence* meter = heard.book.find(id);
    if (meter == nullptr) {
      said += worth.no_gasp;
      continue;
    }
    const bool gasped = is_of(meter->last_gasp, *meter, back);
    const bool later = meter->last_gasp > back && meter->last_gasp != kNeverHeard;
    if (!later) said += gasped ? worth.gasp : worth.no_gasp;
    const bool unanswered = is_of(meter->ping_unanswered, *meter, back);
    const bool called = is_of(meter->call, *meter, back);
    if (unanswered) said += worth.unanswered;
    if (called) said += worth.call;
    anybody = anybody || gasped || unanswered || called;
  }
  return anybody && said >= 0;
}

}  // namespace gridmend
