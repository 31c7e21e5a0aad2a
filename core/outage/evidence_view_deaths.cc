#include <optional>

#include "core/outage/evidence_view.h"

// The part of EvidenceView that knows what may have died since it was last heard alive.

namespace gridmend {

// Calls that name no usage point say the same whenever it died.
ZoneDeath EvidenceView::zone_death(Id<InferenceZone> zone, std::span<const DiedSince> times) const {
  ZoneDeath death{0, std::vector<double>(times.size(), 0)};
  const Id<InferenceZone> root = input_.forest.root_of(zone);
  visit_readings(zone, [&](const HeardGroup& reading) {
    if (reading.linked) return;
    const std::span<const Id<UsagePoint>> group = members(reading);
    const GroupTerms* own = own_terms(group);
    std::optional<TreeReader> mine;
    if (own != nullptr) mine.emplace(make_reader(root, own->reliability, own->group));
    const TreeReader& reader = mine ? *mine : tree_reader(root);
    const double along = reading.likelihood.log_if_dead_along;
    death.apart += reading.likelihood.log_if_dead - along;
    for (std::size_t k = 0; k < times.size(); ++k) {
      const DiedSince since = reader.leaves.died_since(times[k].newest);
      death.since[k] += group_likelihood(group, zone, reader, since).log_if_died_since - along;
    }
  });
  return death;
}

std::vector<DiedSince> EvidenceView::times_of_death(
    std::span<const Id<InferenceZone>> roots) const {
  if (roots.empty()) return {};
  std::vector<Time> newest;
  for (const Id<InferenceZone> root : roots) {
    for (std::uint32_t z = root.index; z < input_.forest[root].zones_end; ++z) {
      visit_readings(Id<InferenceZone>{z}, [&](const HeardGroup& reading) {
        if (!reading.linked) newest.push_back(reading.newest);
      });
    }
  }
  return gridmend::times_of_death(tree_reader(roots.front()).leaves, newest);
}

const DiedTogether& EvidenceView::died_together(Id<InferenceZone> root) const {
  std::unique_ptr<const DiedTogether>& known = died_[place_of(root)];
  if (known != nullptr) return *known;
  const std::vector<DiedSince> times = times_of_death(std::span{&root, 1});
  if (times.empty()) return *(known = std::make_unique<const DiedTogether>());
  const auto zone = [root](std::size_t place) {
    return Id<InferenceZone>{root.index + static_cast<std::uint32_t>(place)};
  };
  known = std::make_unique<const DiedTogether>(
      input_.forest.parents_in_tree(root), times,
      [&](std::size_t place) { return zone_death(zone(place), times); },
      [&](std::size_t place) { return prior(zone(place)).probability; });
  return *known;
}

}  // namespace gridmend
