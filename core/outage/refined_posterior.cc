#include "core/outage/refined_posterior.h"

#include <algorithm>
#include <bit>
#include <set>
#include <utility>

#include "core/outage/switch_topologies.h"
#include "core/outage/tree_threads.h"

namespace gridmend {
namespace {

// Phases of usage points heard dead in one zone.
struct HeardPhases {
  std::uint8_t phases = 0;
  std::uint32_t usage_points = 0;
};

class Hearing {
 public:
  explicit Hearing(const EvidenceView& view)
      : view_(view), forest_(view.input().forest), heard_(forest_.zones().size()) {}

  std::set<Id<InferenceZone>> roots() {
    for (const Id<UsagePoint> id : view_.heard_dead()) hear(id, *view_.input().evidence.find(id));
    view_.input().evidence.devices().visit(
        [this](Id<Device> id, const DeviceEvidence& device) { hear(id, device); });
    for (std::uint32_t z = 0; z < heard_.size(); ++z) {
      const Id<InferenceZone> zone{z};
      const HeardPhases& heard = heard_[z];
      const std::uint8_t carries = forest_[zone].feeding_phases.live_bits();
      if (heard.usage_points >= 2 && (carries & ~heard.phases) != 0) note(zone);
    }
    return std::move(roots_);
  }

 private:
  void note(Id<InferenceZone> zone) { roots_.insert(forest_.root_of(zone)); }

  void hear(Id<UsagePoint> id, const MeterEvidence& meter) {
    const Id<InferenceZone> zone = forest_.zone_of(id);
    const bool partly = meter.complaint == Complaint::partial || meter.complaint == Complaint::dim;
    if (meter.dead_call() && partly) note(zone);
    const PhaseSet phases = forest_.network().usage_points()[id].phases;
    if (phases.one_of() || std::popcount(unsigned{phases.live_bits()}) != 1) return;
    HeardPhases& heard = heard_[zone.index];
    heard.phases = static_cast<std::uint8_t>(heard.phases | phases.live_bits());
    ++heard.usage_points;
  }

  void hear(Id<Device> id, const DeviceEvidence& device) {
    const std::uint8_t open = device.open_phases.live_bits();
    const Id<InferenceZone> zone = forest_.zone_of(id);
    if (open == 0 || open == kAllPhases || !device.speaks_for_open() || !zone.valid()) return;
    note(zone);
  }

  const EvidenceView& view_;
  const InferenceForest& forest_;
  std::set<Id<InferenceZone>> roots_;
  std::vector<HeardPhases> heard_;  // by zone
};

void take_over(const PhasePosterior& phases, TreePosterior& tree) {
  for (std::uint32_t z = tree.root.index; z < tree.end(); ++z) {
    const Id<InferenceZone> zone{z};
    const std::uint32_t i = phases.entry(zone);
    tree.p_live[i] = phases.p_live_on(zone, phases.best.carried[i]);
    tree.p_active[i] = phases.p_active_on(zone, kAllPhases);
    tree.p_open[i] = phases.p_open_on(zone, kAllPhases);
    tree.cut[i] = phases.best.active[i] != 0;
  }
}

// A device is open while supply reaches it exactly where its zone is dark and the one before is
// not.
void take_over(const EpochPosterior& epochs, std::span<const std::uint32_t> parents,
               TreePosterior& tree) {
  for (std::uint32_t z = tree.root.index; z < tree.end(); ++z) {
    const Id<InferenceZone> zone{z};
    const std::size_t i = epochs.entry(zone);
    tree.p_live[i] = epochs.p_live(zone);
    tree.p_active[i] = epochs.p_active(zone);
    tree.p_open[i] = epochs.p_open(zone);
    tree.cut[i] = epochs.cut[i];
    const double fed = parents[i] == kNoParent ? 1 : tree.p_live[parents[i]];
    if (fed > 0) tree.p_cut_if_fed[i] = std::clamp(1 - tree.p_live[i] / fed, 0.0, 1.0);
  }
}

TreePosterior& tree_at(Posterior& posterior, Id<InferenceZone> root) {
  return *std::ranges::lower_bound(posterior.trees, root, {}, &TreePosterior::root);
}

}  // namespace

const PhasePosterior* RefinedPosterior::phases_of(Id<InferenceZone> root) const {
  const auto it = phases.find(root);
  return it == phases.end() ? nullptr : &it->second;
}

const EpochPosterior* RefinedPosterior::epochs_of(Id<InferenceZone> root) const {
  const auto it = epochs.find(root);
  return it == epochs.end() ? nullptr : &it->second;
}

std::vector<Id<InferenceZone>> trees_that_hear_phases(const EvidenceView& view,
                                                      std::span<const Id<InferenceZone>> trees) {
  const std::set<Id<InferenceZone>> heard = Hearing{view}.roots();
  std::vector<Id<InferenceZone>> found;
  for (const Id<InferenceZone> root : trees) {
    if (heard.contains(root) && opens_by_phases(view.input().forest, root)) found.push_back(root);
  }
  return found;
}

RefinedPosterior localise_refined(const EvidenceView& view,
                                  std::span<const Id<InferenceZone>> trees) {
  RefinedPosterior posterior{localise(view, trees), {}, {}};
  const OutageSettings& settings = view.settings().outages;
  const auto affordable = [&](Id<InferenceZone> root, std::size_t& left) {
    if (!posterior.all.joints.empty() && view.input().switching->joint_of(root) != nullptr)
      return false;
    const std::size_t zones = view.input().forest[root].zones_end - root.index;
    if (zones > left) return false;
    left -= zones;
    return true;
  };
  // First who is looked at, then all of them at once.
  std::vector<Id<InferenceZone>> roots;
  std::size_t left = settings.by_phases_zones;
  if (left > 0) {
    for (const Id<InferenceZone> root : trees_that_hear_phases(view, trees)) {
      if (!affordable(root, left)) continue;
      roots.push_back(root);
      posterior.phases[root];
    }
    parallel_for_trees(view, roots, [&](std::size_t i) {
      PhasePosterior& phases = posterior.phases.find(roots[i])->second;
      phases = localise_phases(view, roots[i]);
      take_over(phases, tree_at(posterior.all, roots[i]));
    });
  }
  left = settings.by_epochs_zones;
  if (left > 0) {
    roots.clear();
    for (auto& [root, epochs] : death_epochs(view, trees)) {
      if (posterior.phases.contains(root) || !tree_at(posterior.all, root).in_water.empty())
        continue;
      if (!affordable(root, left)) continue;
      roots.push_back(root);
      posterior.epochs[root].epochs = std::move(epochs);
    }
    parallel_for_trees(view, roots, [&](std::size_t i) {
      EpochPosterior& epochs = posterior.epochs.find(roots[i])->second;
      epochs = localise_epochs(view, roots[i], std::move(epochs.epochs));
      take_over(epochs, view.input().forest.parents_in_tree(roots[i]),
                tree_at(posterior.all, roots[i]));
    });
  }
  return posterior;
}

}  // namespace gridmend
