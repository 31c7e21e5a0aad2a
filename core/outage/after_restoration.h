#pragma once

#include <cmath>
#include <optional>

#include "core/outage/evidence_view.h"
#include "core/outage/group_likelihood.h"

namespace gridmend {

// Did something ahead of the zone come back into service since its tree's onset? Then the zone was
// dark before, whatever it is now: LeafReader::read() of its usage points tells who reports again.
inline bool came_back(const EvidenceView& view, Id<InferenceZone> zone) {
  const std::optional<Time> from = view.silence_from(view.input().forest.root_of(zone));
  return from && view.restored_at(zone) >= *from;
}

// Did nothing at all come from the group?
inline bool is_silent(const EvidenceView& view, const HeardGroup& heard, const LeafReader& reader) {
  if (!heard.linked) return !std::isinf(heard.likelihood.log_silent_if_dead);
  for (const Id<UsagePoint> id : view.members(heard)) {
    const MeterEvidence* meter = view.input().evidence.find(id);
    if (!reader.read(meter, view.restored_at(id)).link_silent) return false;
  }
  return true;
}

// Of a group in such a zone. Its concentrator died or did not with all of its part of the network,
// whether the zone is live now or not; and one of which nothing at all was heard says nothing,
// for it may not be there.
inline GroupSettings after_restoration(GroupSettings settings, bool silent) {
  settings.down_if_live = settings.down_if_dead = silent ? 1 : settings.down_if_dead;
  return settings;
}
inline GroupSettings after_restoration(GroupSettings settings, const GroupProduct& product) {
  return after_restoration(settings, !std::isinf(product.down_if_live));
}

}  // namespace gridmend
