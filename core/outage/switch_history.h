#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/network/network_model.h"
#include "core/outage/evidence.h"
#include "core/outage/shared_column.h"

namespace gridmend {

// An opening without a reason that comes within this time of a closing without one takes up the
// order that stood before: relays report twice, and a switch that springs back was never closed.
inline constexpr Duration kOrderSurvives = std::chrono::minutes{5};

// One word on how a switch stands, as SwitchPosition has it.
struct SaidPosition {
  Time at{};
  PositionOrigin origin = PositionOrigin::scada;
  SwitchingReason reason = SwitchingReason::unknown;
  PhaseSet open{};

  friend bool operator==(const SaidPosition&, const SaidPosition&) = default;
};

// How a switch stands on record, and by whose order.
//
// Whatever has a reason was ordered: the record follows it. A closing without a reason closes what
// stood open. An opening without one may be a trip, evidence to be explained, and opens nothing;
// where an order to open stands it says the same again.
struct SwitchStanding {
  PhaseSet open{};
  PhaseSet ordered{};  // open by an order that nobody with a reason has taken back; none: no order
  SwitchingReason reason = SwitchingReason::unknown;  // of that order
  Time ordered_at{};                                  // meaningful with an order
  Time closed_at = Time::min();  // since the order it was said, without a reason, to be closed

  void hear(const SaidPosition& said);

  friend bool operator==(const SwitchStanding&, const SwitchStanding&) = default;
};

// It was closed at a time, and had stood open (on some phase) from another.
struct SwitchClosing {
  Time at{};
  Time open_from{};
};

// What was said of one switch. The newest kKept words are kept, so that a late one takes its place
// by event time; what is older than those changes nothing any more.
class SwitchHistory {
 public:
  static constexpr std::size_t kKept = 16;
  // A recloser that tries again has not brought supply back.
  static constexpr Duration kStoodOpen = std::chrono::minutes{1};
  // One that closed on a fault and opened again has not either.
  static constexpr Duration kStayedClosed = std::chrono::minutes{1};

  explicit SwitchHistory(SwitchStanding before) : before_(before), standing_(before) {}

  // O(kKept). What was heard already, and what is too old, changes nothing.
  void hear(const SaidPosition& said);
  const SwitchStanding& standing() const { return standing_; }
  std::span<const SaidPosition> kept() const { return kept_; }
  // The newest by which it was closed after it had stood open for kStoodOpen or longer, and opened
  // again no sooner than kStayedClosed later.
  std::optional<SwitchClosing> last_closing() const;
  // No word up to it is heard any more.
  Time heard_until() const { return heard_until_; }
  void hear_nothing_until(Time time) { heard_until_ = std::max(heard_until_, time); }

 private:
  // How it opened and closed, word by word.
  struct Closings {
    std::optional<Time> open_from;  // it stands open since then
    std::optional<SwitchClosing> last, before_last;

    void hear(const SaidPosition& said);
  };

  SwitchStanding before_;     // what is kept
  Closings closings_before_;  // and what was kept
  Time heard_until_ = Time::min();
  std::vector<SaidPosition> kept_;  // by time; between equal times by what is believed, last
  SwitchStanding standing_;
};

// Of all switches. A value, cheap to copy.
class SwitchHistories {
 public:
  SwitchHistories() = default;
  explicit SwitchHistories(const NetworkModel& network);

  // How the switch stands on record once this is heard; it says no more than was known where the
  // position is unknown. The device must be named.
  SwitchStanding hear(const SwitchPosition& position, Time at);
  // It stands so from `at` on; nothing older is heard any more.
  void settle(Id<Device> device, PhaseSet open, Time at);
  SwitchStanding standing(Id<Device> device) const;
  std::optional<SwitchClosing> last_closing(Id<Device> device) const;
  Time heard_until(Id<Device> device) const;

  // In another network: what stood otherwise than in normal operation stands so there, anything
  // else as is normal there. Orders go along; what was said before is heard no more.
  SwitchHistories carried_over(const IdVector<Device, Id<Device>>& devices,
                               const NetworkModel& after) const;

  // Every switch something was said of, by id.
  template <class Visitor>
  void visit(Visitor&& visitor) const {
    column_.visit([&](Id<Device> id, const std::shared_ptr<const SwitchHistory>& history) {
      if (history != nullptr) visitor(id, *history);
    });
  }

 private:
  PhaseSet normal(Id<Device> device) const;

  Table<Device> devices_;
  SharedColumn<Device, std::shared_ptr<const SwitchHistory>> column_;
};

}  // namespace gridmend
