#pragma once

#include <optional>

#include "core/outage/evidence_book.h"
#include "core/outage/evidence_shares.h"
#include "core/outage/group_likelihood.h"
#include "core/outage/settings.h"

namespace gridmend {

// The newest sign of life that a communication group gave since its tree's onset, or another time,
// and what it leaves open: that all of the group has died together since. Signs of life of after
// that time are false then.
struct DiedSince {
  Time newest = kNeverHeard;
  double share = 0;        // of the ways to be dead: it died after `newest`. Grows with its age
  double heard_calls = 0;  // r F(t), t from `newest` on
  double silent_link = 0;  // log likelihoods of having said nothing since
  double silent_other = 0;
};

// Turns what one usage point's book says into likelihoods, for one tree at one time: parameters
// whose logarithms depend on the time since onset are taken once.
class LeafReader {
 public:
  LeafReader(const ReliabilityParameters& reliability, Time at, std::optional<Time> silence_from);

  // `meter` may be nullptr: nothing heard. `restored_at`: when something above was last reported
  // back in service; older calls and pings are settled by that. If that was since the onset, the
  // meter was dark until then, and whether it sent a last gasp says nothing of now; that no
  // power-up came since does (after_restoration.h). `shares` may be nullptr.
  LeafEvidence read(const MeterEvidence* meter, Time restored_at, Shares* shares = nullptr) const;
  // The same with what it says to its group's having died since, and the drop that it shares.
  LeafEvidence read(const MeterEvidence* meter, Time restored_at, const DiedSince& since,
                    const DiedSince& of_drop = {}) const;
  // Of a meter that counts as alive, the time of its sign; kNeverHeard.
  // What lived before the onset may be what died at it, and so may an interval's energy that began
  // before it.
  Time lived_at(const MeterEvidence* meter) const {
    const bool counts = meter != nullptr && meter->live <= until_ &&
                        meter->lives_since(onset_.value_or(Time::min()));
    return counts ? Time{meter->live} : kNeverHeard;
  }
  DiedSince died_since(Time newest) const;
  // How often the age of a sign of life is twice live_fresh; none: it is fresh, or there is none.
  std::optional<std::size_t> doublings(Time newest) const;

  // Most meters say one of a few things that do not depend on when: a last gasp or none, a ping
  // unanswered or none, a fresh sign of life or none, no call, no word that changed too often, and
  // nobody was reported back in service since the onset.
  // Which, or kNotPlain; read() of two that say the same is the same.
  static constexpr std::size_t kPlain = 8;
  static constexpr std::size_t kNotPlain = kPlain;
  std::size_t plain(const MeterEvidence& meter, Time restored_at) const {
    return plain(meter, restored_at, onset_.value_or(Time::min()), at_, reliability_);
  }
  // The same without a reader, of a tree with such an onset (of none: Time::min()). It does not
  // depend on the rates that a storm's evidence may correct (heard_settings).
  static std::size_t plain(const MeterEvidence& meter, Time restored_at, Time onset, Time at,
                           const ReliabilityParameters& reliability);
  static constexpr bool lives_plainly(std::size_t says) { return (says & kLives) != 0; }
  // read() of one that says so.
  LeafEvidence read_plain(std::size_t says) const;

 private:
  struct LogPair {
    double live = 0;
    double dead = 0;
    double aged = 0;  // LeafEvidence::aged
  };
  // What was said up to a newest sign of life, as of a live one, and since then.
  struct Since {
    double before = 0;
    double link = 0;
    double other = 0;
    bool silent = true;
  };
  static constexpr std::size_t kGasped = 1, kUnanswered = 2, kLives = 4;

  bool calls(const MeterEvidence& meter, Time restored_at) const {
    return meter.dead_call() && meter.call > restored_at && meter.call <= until_;
  }
  // When supply came back since which the meter should have reported: that of something above,
  // since the onset; or of an outage that ended, where the customer calls and the meter, which had
  // gasped, was not heard since. kNeverHeard: never.
  Time came_back(const MeterEvidence* meter, Time restored_at) const;
  double gone(Duration age) const;
  Since read_since(const MeterEvidence* meter, Time restored_at, const DiedSince& since) const;
  LogPair gasped(const MeterEvidence& meter) const;
  LogPair lived(const MeterEvidence& meter) const;
  double false_call(const MeterEvidence& meter) const;
  void read_call(const MeterEvidence& meter, Time restored_at, LeafEvidence& leaf,
                 Shares* shares) const;

  // Logarithms that every usage point needs.
  struct Logs {
    double gasp_false, gasp_reach, no_gasp_false, ping_lost, no_ping_false, no_ping_lost;
    double call_false, fresh_if_dead;
  };

  const ReliabilityParameters& reliability_;
  Time at_;
  Time until_;
  std::optional<Time> onset_;
  double heard_calls_ = 0;  // F(t)
  LeafEvidence silent_;
  Logs logs_;
};

// Of what a meter that gasped in so many slots of an hour says, the share that says nothing.
double flapping_share(std::uint8_t gasp_slots, const ReliabilityParameters& reliability);

inline std::size_t LeafReader::plain(const MeterEvidence& meter, Time restored_at, Time onset,
                                     Time at, const ReliabilityParameters& reliability) {
  if (onset != Time::min() && restored_at >= onset) return kNotPlain;
  const Time until = at + reliability.clock_skew;
  const bool called = meter.dead_call() && meter.call > restored_at && meter.call <= until;
  const bool flaps = meter.gasp_slots > 1 && flapping_share(meter.gasp_slots, reliability) > 0;
  if (called || flaps) return kNotPlain;
  std::size_t says = 0;
  if (meter.dead_gasp() && meter.last_gasp <= until) says |= kGasped;
  if (meter.dead_ping() && meter.ping_unanswered > restored_at && meter.ping_unanswered <= until)
    says |= kUnanswered;
  if (meter.live > until || !meter.lives_since(onset)) return says;
  return at - meter.live <= reliability.live_fresh ? says | kLives : kNotPlain;
}

// When supply went by the earliest unsettled sign of death; kNeverHeard without any.
struct DeadSigns {
  Time since = kNeverHeard;  // a call's time less its lead
  Time heard = kNeverHeard;  // the sign's own
};
// Of one meter, as of `at`; `restored_at` as for LeafReader. A call leads by call_lead, but by no
// more than to `tripped_at`, when the first of what is ahead of it is known to have opened.
DeadSigns dead_signs(const MeterEvidence& meter, Time restored_at, Time tripped_at, Time at,
                     const ReliabilityParameters& reliability);

}  // namespace gridmend
