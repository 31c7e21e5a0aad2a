#include "core/outage/switch_history.h"

#include <tuple>

namespace gridmend {
namespace {

// Of equal times a person is believed before a relay, and one who says why before one who does not.
auto rank(const SaidPosition& said) {
  return std::tuple{said.at, said.origin, said.reason, said.open.bits};
}

bool ranks_before(const SaidPosition& a, const SaidPosition& b) { return rank(a) < rank(b); }

}  // namespace

void SwitchStanding::hear(const SaidPosition& said) {
  if (said.reason != SwitchingReason::unknown) {
    const bool repeated = said.open.any() && said.open == ordered && said.reason == reason &&
                          closed_at == Time::min();
    open = ordered = said.open;
    if (!repeated) ordered_at = said.at;
    reason = said.open.any() ? said.reason : SwitchingReason::unknown;
    closed_at = Time::min();
    return;
  }
  if (open.without(said.open).any()) {
    open = open & said.open;
    closed_at = said.at;
    return;
  }
  if (!said.open.any() || !ordered.any() || closed_at == Time::min()) return;
  if (said.at - closed_at <= kOrderSurvives) {
    open = open | (said.open & ordered);
  } else {
    ordered = open & ordered;
    if (!ordered.any()) reason = SwitchingReason::unknown;
  }
  closed_at = Time::min();
}

void SwitchHistory::hear(const SaidPosition& said) {
  if (said.at <= heard_until_) return;
  const auto place = std::ranges::lower_bound(kept_, said, ranks_before);
  if (place != kept_.end() && *place == said) return;
  kept_.insert(place, said);
  if (kept_.size() > kKept) {
    // All of one time go together: a word of that time could not find its place any more.
    heard_until_ = kept_.front().at;
    const auto later = std::ranges::upper_bound(kept_, heard_until_, {}, &SaidPosition::at);
    for (auto it = kept_.begin(); it != later; ++it) {
      before_.hear(*it);
      closings_before_.hear(*it);
    }
    kept_.erase(kept_.begin(), later);
  }
  standing_ = before_;
  for (const SaidPosition& one : kept_) standing_.hear(one);
}

void SwitchHistory::Closings::hear(const SaidPosition& said) {
  if (!said.open.any()) {
    if (open_from && said.at - *open_from >= kStoodOpen) {
      before_last = last;
      last = {said.at, *open_from};
    }
    open_from.reset();
    return;
  }
  if (open_from) return;
  open_from = said.at;
  if (!last || said.at - last->at >= kStayedClosed) return;
  open_from = last->open_from;
  last = before_last;
}

std::optional<SwitchClosing> SwitchHistory::last_closing() const {
  Closings closings = closings_before_;
  for (const SaidPosition& said : kept_) closings.hear(said);
  return closings.last;
}

std::optional<SwitchClosing> SwitchHistories::last_closing(Id<Device> device) const {
  const auto* known = column_.find(device);
  if (known == nullptr || *known == nullptr) return std::nullopt;
  return (*known)->last_closing();
}

Time SwitchHistories::heard_until(Id<Device> device) const {
  const auto* known = column_.find(device);
  return known == nullptr || *known == nullptr ? Time::min() : (*known)->heard_until();
}

SwitchHistories::SwitchHistories(const NetworkModel& network)
    : devices_(network.devices()), column_(network.devices().size()) {}

PhaseSet SwitchHistories::normal(Id<Device> device) const {
  return devices_[device].normally_open != 0 ? PhaseSet::abc() : PhaseSet::none();
}

SwitchStanding SwitchHistories::standing(Id<Device> device) const {
  const auto* known = column_.find(device);
  if (known == nullptr || *known == nullptr) return {normal(device)};
  return (*known)->standing();
}

SwitchStanding SwitchHistories::hear(const SwitchPosition& position, Time at) {
  if (position.unknown) return standing(position.device);
  auto& place = column_.at(position.device);
  SwitchHistory next =
      place == nullptr ? SwitchHistory{{normal(position.device)}} : SwitchHistory{*place};
  next.hear({at, position.origin, position.reason, position.open_phases & PhaseSet::abc()});
  place = std::make_shared<const SwitchHistory>(std::move(next));
  return place->standing();
}

void SwitchHistories::settle(Id<Device> device, PhaseSet open, Time at) {
  SwitchHistory next{{open & PhaseSet::abc()}};
  next.hear_nothing_until(at);
  column_.at(device) = std::make_shared<const SwitchHistory>(std::move(next));
}

SwitchHistories SwitchHistories::carried_over(const IdVector<Device, Id<Device>>& devices,
                                              const NetworkModel& after) const {
  SwitchHistories carried{after};
  visit([&](Id<Device> id, const SwitchHistory& history) {
    const Id<Device> now = devices[id];
    if (!now.valid()) return;
    SwitchStanding standing = history.standing();
    if (standing.open == normal(id)) standing.open = carried.normal(now);
    SwitchHistory next{standing};
    next.hear_nothing_until(history.kept().empty() ? history.heard_until()
                                                   : history.kept().back().at);
    carried.column_.at(now) = std::make_shared<const SwitchHistory>(std::move(next));
  });
  return carried;
}

}  // namespace gridmend
