#pragma once

#include <map>
#include <optional>
#include <span>

#include "core/network/network_model.h"
#include "core/outage/evidence_book.h"
#include "core/outage/group_likelihood.h"
#include "core/outage/settings.h"

namespace gridmend {

// What holds of one communication group that LocaliserSettings::told_groups names.
struct GroupTerms {
  ReliabilityParameters reliability;
  GroupSettings group;
};

// By group, those that the network has; a name it has not is nobody's.
std::map<Id<CommunicationGroup>, GroupTerms> group_terms(const NetworkModel& network,
                                                         const LocaliserSettings& settings);
GroupSettings group_settings(const LocaliserSettings& settings);

// The settings with what they tell of sources in SourceReliability, by the indices that the book
// has for them; none where they tell nothing of any of those.
std::optional<LocaliserSettings> with_told_sources(const LocaliserSettings& settings,
                                                   std::span<const std::string> sources);

}  // namespace gridmend
