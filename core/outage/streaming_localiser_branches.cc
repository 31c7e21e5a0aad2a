#include <algorithm>

#include "core/outage/streaming_localiser.h"
#include "core/outage/water_onset.h"

// The part of StreamingLocaliser that knows which branches were reported open, and since when water
// alone says that a tree is dark.

namespace gridmend {

void StreamingLocaliser::read_branches(Tree& tree) {
  std::vector<Id<InferenceZone>> open;
  auto report = std::ranges::lower_bound(reports_, tree.root, {}, &ZoneReport::zone);
  for (; report != reports_.end() && report->zone.index < forest_[tree.root].zones_end; ++report) {
    const DeviceEvidence* evidence = book_.find(report->device);
    const bool repeated = !open.empty() && open.back() == report->zone;
    if (!repeated && open_since(*evidence) != kNeverHeard) open.push_back(report->zone);
  }
  std::map<Id<InferenceZone>, SilentShare> linked;
  auto silence = linked_silence_.lower_bound(first_group_[tree.root.index]);
  for (; !open.empty() && silence != linked_silence_.end() &&
         silence->first < first_group_[forest_[tree.root].zones_end];
       ++silence) {
    if (silence->second.at.valid()) linked[silence->second.at] += silence->second.share;
  }
  tree.branches = BranchSilence{
      forest_, open, branch_settings(settings_.reliability), [&](Id<InferenceZone> zone) {
        SilentShare share;
        if (const auto it = linked.find(zone); it != linked.end()) share += it->second;
        for (std::uint32_t g = first_group_[zone.index]; g < first_group_[zone.index + 1]; ++g) {
          if (!groups_[g].linked) share += silent_share(likelihood(tree, zone, groups_[g]));
        }
        return share;
      }};
}

std::optional<Time> StreamingLocaliser::water_onset(const Tree& tree) const {
  if (!wet_) return std::nullopt;
  if (tree.looked_at_water == at_) return tree.water_onset;
  std::vector<ZoneReport> heard;
  auto it = std::ranges::lower_bound(reports_, tree.root, {}, &ZoneReport::zone);
  for (; it != reports_.end() && it->zone.index < forest_[tree.root].zones_end; ++it)
    heard.push_back({it->zone, it->device, book_.find(it->device)});
  tree.looked_at_water = at_;
  return tree.water_onset =
             gridmend::water_onset(forest_, tree.root, water_, *wet_, at_, heard, settings_);
}

}  // namespace gridmend
