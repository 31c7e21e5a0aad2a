#include "core/outage/tree_search.h"

#include <algorithm>

#include "core/outage/sum_product.h"

namespace gridmend {

TreeLayout::TreeLayout(const EvidenceView& view, const TreePosterior& tree)
    : parent(view.input().forest.parents_in_tree(tree.root)) {
  const InferenceForest& forest = view.input().forest;
  for (std::uint32_t z = tree.root.index; z < tree.end(); ++z) {
    zones_end.push_back(forest[Id<InferenceZone>{z}].zones_end - tree.root.index);
  }
  const Table<UsagePoint>& points = forest.network().usage_points();
  weight_before.push_back(0);
  for (const Id<UsagePoint> id : forest.usage_points_behind(tree.root)) {
    const UsagePoint& point = points[id];
    const double weight = view.settings().weights.weight[static_cast<std::size_t>(point.category)];
    weight_before.push_back(weight_before.back() + weight * point.customers);
  }
}

TreeSearch::TreeSearch(const EvidenceView& view, const TreePosterior& tree,
                       Id<InferenceZone> around)
    : view_(view), tree_(tree), layout_(std::make_shared<const TreeLayout>(view, tree)) {
  const PatrolSettings& settings = view.settings().patrols;
  const ZoneBelief believed = belief();
  const std::uint32_t middle = around.valid() ? place(around) : 0;
  for (std::uint32_t v = 0; v < believed.parent.size(); ++v) {
    const bool in_line = believed.holds(v, middle) || believed.holds(middle, v);
    if (in_line && tree.p_active[v] >= settings.suspect_at) add_suspect(zone(v));
  }
  if (suspects_.size() <= settings.suspects) return;
  const auto loss = [&](const SearchSuspect& s) { return s.weight * tree.p_active[s.zone]; };
  std::ranges::stable_sort(suspects_, std::ranges::greater{}, loss);
  suspects_.resize(settings.suspects);
  std::ranges::sort(suspects_, {}, &SearchSuspect::zone);
}

TreeSearch::TreeSearch(const EvidenceView& view, const TreePosterior& tree,
                       std::shared_ptr<const TreeLayout> layout,
                       std::span<const Id<InferenceZone>> zones)
    : view_(view), tree_(tree), layout_(std::move(layout)) {
  for (const Id<InferenceZone> zone : zones) add_suspect(zone);
  std::ranges::sort(suspects_, {}, &SearchSuspect::zone);
}

double TreeSearch::weight_behind(Id<InferenceZone> zone) const {
  const InferenceForest& forest = view_.input().forest;
  const std::uint32_t first = forest[tree_.root].usage_points_begin;
  return layout_->weight_before[forest[zone].usage_points_behind_end - first] -
         layout_->weight_before[forest[zone].usage_points_begin - first];
}

void TreeSearch::add_suspect(Id<InferenceZone> zone) {
  const double weight = weight_behind(zone);
  if (weight > 0) suspects_.push_back({place(zone), weight, patrol_minutes(zone)});
}

double TreeSearch::patrol_minutes(Id<InferenceZone> id) const {
  const PatrolSettings& settings = view_.settings().patrols;
  const InferenceZone& zone = view_.input().forest[id];
  const double km = (static_cast<double>(zone.overhead_m) + zone.underground_m) / 1000;
  return seconds(settings.visit) / 60 + settings.walk_minutes_per_km * km;
}

}  // namespace gridmend
