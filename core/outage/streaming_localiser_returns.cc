#include "core/outage/streaming_localiser.h"

// The part of StreamingLocaliser that knows when supply came back.

namespace gridmend {

Time StreamingLocaliser::restored_at(Id<InferenceZone> zone) const {
  const std::vector<Time>& returned = returns_.by_zone();
  return returned.empty() || !zone.valid() ? kNeverHeard : returned[zone.index];
}

Time StreamingLocaliser::reported_back_at(Id<InferenceZone> zone) const {
  return reported_back_.empty() || !zone.valid() ? kNeverHeard : reported_back_[zone.index];
}

Time StreamingLocaliser::restored_at(Id<UsagePoint> usage_point) const {
  return std::max(restored_at(forest_.zone_of(usage_point)), drop_restored_at(usage_point));
}

Time StreamingLocaliser::drop_restored_at(Id<UsagePoint> usage_point) const {
  const Id<Device> drop = forest_.shared_drop(usage_point);
  const DeviceEvidence* heard = drop.valid() ? book_.find(drop) : nullptr;
  if (heard == nullptr || heard->restored_at > at_ + settings_.reliability.clock_skew)
    return kNeverHeard;
  return heard->restored_at;
}

HeardReturns StreamingLocaliser::heard_returns() const {
  return {forest_, book_, reports_, at_ + settings_.reliability.clock_skew, settings_.reliability};
}

void StreamingLocaliser::note_returns(std::span<const ChangedReturn> changes) {
  if (changes.empty()) return;
  for (const auto& [zone, before] : changes) {
    Tree& tree = tree_of(zone);
    for (const Id<UsagePoint> id : forest_.own_usage_points(zone)) {
      const MeterEvidence* meter = book_.find(id);
      if (meter != nullptr)
        replace_sign(tree, dead_since(meter, id, before), dead_since(meter, id));
    }
    reread_zone(tree, zone);
  }
  note_faults_seen();
  if (!book_.calls().empty()) note_call_signs();
  ties_are_stale_ = true;
}

// After supply came back to it at another time.
void StreamingLocaliser::reread_zone(Tree& tree, Id<InferenceZone> zone) {
  const bool apart = tree.branches.empty() && tree.died.empty() && !tree.tied && linked_.empty();
  if (!is_fresh(tree) || !apart) return tree.reader.reset();
  for (std::uint32_t g = first_group_[zone.index]; g < first_group_[zone.index + 1]; ++g)
    read_group(tree, zone, groups_[g]);
  tree.zones->set_log_likelihood(local(zone), zone_log_likelihood(tree, zone));
}

}  // namespace gridmend
