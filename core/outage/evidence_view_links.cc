#include <algorithm>

#include "core/outage/evidence_view.h"
#include "core/outage/link_projection.h"

// The part of EvidenceView that hears usage points which may hang on a transformer of another tree.

namespace gridmend {

std::span<const double> EvidenceView::live_elsewhere(std::span<const SuspectedLink> links) const {
  if (live_elsewhere_.empty() || links.empty()) return {};
  const auto first = static_cast<std::size_t>(links.data() - input_.links.rows().data());
  return std::span{live_elsewhere_}.subspan(first, links.size());
}

// Groups of the tree in which links are suspected, by the zone that they lie behind wherever their
// usage points hang. Those that may hang out of the tree count for no branch, so it does not matter
// what is believed of other trees.
std::map<Id<InferenceZone>, SilentShare> EvidenceView::linked_silence(
    Id<InferenceZone> root) const {
  std::map<Id<InferenceZone>, SilentShare> silence;
  auto zone = std::ranges::lower_bound(linked_zones_, root);
  for (; zone != linked_zones_.end() && zone->index < input_.forest[root].zones_end; ++zone) {
    visit_groups(
        *zone, reader(root), [](const auto&, const auto&) {},
        [&silence](std::span<const Id<UsagePoint>>, const LinkedGroup& group) {
          if (const auto top = group.top()) silence[*top] += silent_share(group.if_all_dead());
        });
  }
  return silence;
}

void EvidenceView::project_links() {
  const std::vector<CrossingLink> crossing =
      crossing_links(input_.forest, input_.links,
                     {[this](Id<InferenceZone> root) { return onset(root).has_value(); },
                      [this](Id<UsagePoint> id) {
                        const MeterEvidence* meter = input_.evidence.find(id);
                        return meter != nullptr && meter->any();
                      }});
  if (crossing.empty()) return;
  live_elsewhere_.assign(input_.links.rows().size(), 1);
  std::map<Id<InferenceZone>, StreamingTree> trees;
  for (const CrossingLink& link : crossing) {
    for (const Id<InferenceZone> zone : {link.zone, link.elsewhere}) {
      const Id<InferenceZone> root = input_.forest.root_of(zone);
      if (!trees.contains(root)) trees.emplace(root, read_tree(root));
    }
  }
  const std::vector<double> messages = gridmend::project_links(
      input_.forest, crossing, live_elsewhere_,
      [&trees](Id<InferenceZone> root) -> StreamingTree& { return trees.at(root); },
      [this](const CrossingLink& link) {
        return linked_group(link.group, link.zone, reader(input_.forest.root_of(link.zone)));
      });
  for (std::size_t i = 0; i < crossing.size(); ++i)
    link_messages_[crossing[i].elsewhere] += messages[i];
  // These were read as if every link elsewhere lived.
  for (const auto& [root, tree] : trees) {
    links_spread_[root.index] = 0;
    for (std::uint32_t z = root.index; z < input_.forest[root].zones_end; ++z) linked_[z] = 0;
  }
}

}  // namespace gridmend
