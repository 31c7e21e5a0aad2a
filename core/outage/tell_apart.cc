#include "core/outage/tell_apart.h"

#include <algorithm>

#include "core/outage/explanation.h"
#include "core/outage/ping_candidates.h"
#include "core/outage/tree_search.h"

namespace gridmend {
namespace {

constexpr std::size_t kZonesASuspect = 4;
// Gains below this share of the list's cost are rounding.
constexpr double kNoDifference = 1e-9;

std::vector<Id<InferenceZone>> suspect_zones(const InferenceForest& forest,
                                             const TreePosterior& tree, Id<InferenceZone> probable,
                                             std::span<const SuspectDevice> runners_up) {
  std::vector<Id<InferenceZone>> zones{probable};
  for (const SuspectDevice& suspect : runners_up) {
    if (suspect.usage_point.valid()) continue;
    const Id<InferenceZone> zone =
        suspect.device.valid() ? forest.zone_of(suspect.device) : tree.root;
    if (zone.valid() && tree.contains(zone)) zones.push_back(zone);
  }
  std::ranges::sort(zones);
  const auto repeated = std::ranges::unique(zones);
  zones.erase(repeated.begin(), repeated.end());
  return zones;
}

// The first zones with usage points that hang on a suspect and on no other behind it.
std::vector<Id<InferenceZone>> zones_to_ask(const InferenceForest& forest,
                                            std::span<const Id<InferenceZone>> suspects) {
  std::vector<Id<InferenceZone>> zones;
  for (const Id<InferenceZone> suspect : suspects) {
    std::size_t found = 0;
    for (std::uint32_t z = suspect.index;
         z < forest[suspect].zones_end && found < kZonesASuspect;) {
      const Id<InferenceZone> zone{z};
      if (zone != suspect && std::ranges::binary_search(suspects, zone)) {
        z = forest[zone].zones_end;
        continue;
      }
      if (!forest.own_usage_points(zone).empty()) {
        zones.push_back(zone);
        ++found;
      }
      ++z;
    }
  }
  return zones;
}

class Discrimination {
 public:
  Discrimination(const EvidenceView& view, const TreePosterior& tree,
                 const std::shared_ptr<const TreeLayout>& layout,
                 std::span<const Id<InferenceZone>> suspects)
      : view_(view),
        suspects_(suspects),
        search_(view, tree, layout, suspects),
        belief_(search_.belief()),
        value_(belief_, search_.suspects()) {
    least_ = kNoDifference * (1 + value_.cost());
  }

  TellApart best() {
    consider_pings();
    consider_looks();
    TellApart tell;
    const bool pings = ping_gain_ > least_ && ping_gain_ >= look_gain_;
    if (pings) {
      tell.usage_point = ping_.usage_point;
      tell.gain_minutes = ping_gain_;
      explain_ping(network(), feeder(), likeliest(value_.p_active_after(ping_.question, true)),
                   likeliest(value_.p_active_after(ping_.question, false)), tell);
    } else if (look_.valid()) {
      const std::uint32_t place = search_.place(look_);
      tell.device = view_.input().forest[look_].device;
      tell.gain_minutes = std::max(0.0, look_gain_);
      explain_look(network(), feeder(), likeliest(value_.p_active_if_closed(place)), tell);
    }
    return tell;
  }

 private:
  const NetworkModel& network() const { return view_.input().forest.network(); }
  Id<Feeder> feeder() const { return view_.input().forest[search_.tree().root].feeder; }

  SuspectDevice likeliest(const std::vector<double>& p_active) const {
    const auto most = std::ranges::max_element(p_active);
    const auto& suspect = search_.suspects()[static_cast<std::size_t>(most - p_active.begin())];
    return {view_.input().forest[search_.zone(suspect.zone)].device, {}, *most};
  }

  void consider_pings() {
    const InferenceForest& forest = view_.input().forest;
    const LeafReader reader = view_.reader(search_.tree().root);
    for (const Id<InferenceZone> zone : zones_to_ask(forest, suspects_)) {
      for (PingCandidate& one : ping_candidates(view_, search_.tree(), zone, reader)) {
        const double gain = value_.ping_gain(one.question);
        if (gain <= ping_gain_) continue;
        ping_gain_ = gain;
        ping_ = std::move(one);
      }
    }
  }

  void consider_looks() {
    double known = 0;
    for (const SearchSuspect& suspect : search_.suspects()) {
      const double gain = value_.first_look_gain(suspect.zone, suspect.minutes);
      const double for_nothing = value_.look_gain(suspect.zone);
      const bool better = gain > std::max(least_, look_gain_);
      if (for_nothing <= least_ || !(better || (look_gain_ <= least_ && for_nothing > known))) {
        continue;
      }
      known = std::max(known, for_nothing);
      look_gain_ = better ? gain : 0;
      look_ = search_.zone(suspect.zone);
    }
  }

  const EvidenceView& view_;
  std::span<const Id<InferenceZone>> suspects_;
  TreeSearch search_;
  ZoneBelief belief_;
  InformationValue value_;
  double least_ = 0;
  double ping_gain_ = 0;
  PingCandidate ping_;
  double look_gain_ = 0;
  Id<InferenceZone> look_;
};

}  // namespace

TellApart tell_apart(const EvidenceView& view, const TreePosterior& tree,
                     Id<InferenceZone> probable, std::span<const SuspectDevice> runners_up,
                     std::shared_ptr<const TreeLayout>& layout) {
  const std::vector<Id<InferenceZone>> suspects =
      suspect_zones(view.input().forest, tree, probable, runners_up);
  if (suspects.size() < 2) return {};
  if (layout == nullptr) layout = std::make_shared<const TreeLayout>(view, tree);
  return Discrimination{view, tree, layout, suspects}.best();
}

}  // namespace gridmend
