#include "core/outage/branch_silence.h"

#include <algorithm>
#include <cmath>

#include "core/outage/settings.h"

namespace gridmend {

SilentShare& SilentShare::operator+=(const SilentShare& other) {
  links_down += other.links_down;
  unreachable += other.unreachable;
  link_heard += other.link_heard;
  anyone_heard += other.anyone_heard;
  return *this;
}

SilentShare SilentShare::operator-(const SilentShare& other) const {
  return {links_down - other.links_down, unreachable - other.unreachable,
          link_heard - other.link_heard, anyone_heard - other.anyone_heard};
}

SilentShare silent_share(const GroupLikelihood& group) {
  SilentShare share;
  if (std::isinf(group.log_silent_if_dead)) {
    share.link_heard = 1;
  } else {
    share.links_down = group.log_silent_if_dead - group.log_if_dead;
  }
  if (group.unheard) {
    share.unreachable = -group.log_if_dead;
  } else {
    share.anyone_heard = 1;
  }
  return share;
}

BranchSilence::Settings branch_settings(const ReliabilityParameters& reliability) {
  return {reliability.branch_links_down, reliability.branch_unreachable};
}

BranchSilence::BranchSilence(const InferenceForest& forest,
                             std::span<const Id<InferenceZone>> branches, Settings settings,
                             const std::function<SilentShare(Id<InferenceZone>)>& own)
    : settings_(settings) {
  for (const Id<InferenceZone> zone : branches)
    branches_.push_back({zone, forest[zone].zones_end, kNone, {}, 0, 0, 1});
  for (std::uint32_t b = 0; b < branches_.size(); ++b) {
    const Id<InferenceZone> zone = branches_[b].zone;
    std::uint32_t above = b == 0 ? kNone : b - 1;
    while (above != kNone && branches_[above].zones_end <= zone.index)
      above = branches_[above].above;
    branches_[b].above = above;
  }
  for (std::uint32_t b = static_cast<std::uint32_t>(branches_.size()); b-- > 0;) {
    Branch& branch = branches_[b];
    std::uint32_t next = b + 1;  // the next branch behind it
    for (std::uint32_t z = branch.zone.index; z < branch.zones_end;) {
      while (next < branches_.size() && branches_[next].zone.index < z) ++next;
      if (next < branches_.size() && branches_[next].zone.index == z) {
        branch.silent += branches_[next].silent;
        z = branches_[next].zones_end;
      } else {
        branch.silent += own(Id<InferenceZone>{z++});
      }
    }
    weigh(b);
  }
}

double BranchSilence::added(Id<InferenceZone> zone) const {
  const auto it = std::ranges::lower_bound(branches_, zone, {}, &Branch::zone);
  if (it == branches_.end() || it->zone != zone) return 0;
  return it->dead_behind - it->dead;
}

std::uint32_t BranchSilence::innermost(Id<InferenceZone> zone) const {
  const auto after = std::ranges::upper_bound(branches_, zone, {}, &Branch::zone);
  auto b = static_cast<std::uint32_t>(after - branches_.begin());
  b = b == 0 ? kNone : b - 1;
  while (b != kNone && branches_[b].zones_end <= zone.index) b = branches_[b].above;
  return b;
}

double BranchSilence::log_if_all_dead() const {
  double sum = 0;
  for (const Branch& branch : branches_) sum += branch.above == kNone ? branch.dead : 0;
  return sum;
}

double log_if_dead_together(const SilentShare& silent, BranchSilence::Settings settings,
                            double dead_behind) {
  double dead = std::log1p(-(settings.links_down + settings.unreachable)) + dead_behind;
  if (silent.link_heard == 0)
    dead = log_add(dead, std::log(settings.links_down) + silent.links_down);
  if (silent.anyone_heard == 0)
    dead = log_add(dead, std::log(settings.unreachable) + silent.unreachable);
  return dead;
}

void BranchSilence::weigh(std::uint32_t b) {
  Branch& branch = branches_[b];
  const double before = branch.dead;
  const double apart =
      std::log1p(-(settings_.links_down + settings_.unreachable)) + branch.dead_behind;
  branch.dead = log_if_dead_together(branch.silent, settings_, branch.dead_behind);
  branch.apart = std::exp(apart - branch.dead);
  if (branch.above != kNone) branches_[branch.above].dead_behind += branch.dead - before;
}

}  // namespace gridmend
