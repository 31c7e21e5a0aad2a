#include "core/outage/told_reliability.h"

#include <algorithm>
#include <cmath>

namespace gridmend {
namespace {

ReliabilityParameters of_group(ReliabilityParameters r, const ToldGroup& told) {
  r.last_gasp_reach = told.last_gasp_reach.value_or(r.last_gasp_reach);
  // What was found to be false more often than told may not be more than what is true here.
  r.last_gasp_false = told.last_gasp_false.value_or(std::min(r.last_gasp_false, r.last_gasp_reach));
  r.ping_lost = told.ping_lost.value_or(r.ping_lost);
  r.ping_false = told.ping_false.value_or(std::min(r.ping_false, 1 - r.ping_lost));
  r.group_down_if_live = told.group_down_if_live.value_or(r.group_down_if_live);
  r.group_down_if_dead = told.group_down_if_dead.value_or(r.group_down_if_dead);
  return r;
}

}  // namespace

GroupSettings group_settings(const LocaliserSettings& settings) {
  return {settings.priors.premises, settings.reliability.group_down_if_live,
          settings.reliability.group_down_if_dead};
}

std::map<Id<CommunicationGroup>, GroupTerms> group_terms(const NetworkModel& network,
                                                         const LocaliserSettings& settings) {
  std::map<Id<CommunicationGroup>, GroupTerms> terms;
  if (settings.told_groups.empty()) return terms;
  const Table<CommunicationGroup, TextId>& groups = network.communication_groups();
  for (const Id<CommunicationGroup> id : groups.ids()) {
    const auto told = settings.told_groups.find(std::string{network.text(groups[id])});
    if (told == settings.told_groups.end()) continue;
    const ReliabilityParameters own = of_group(settings.reliability, told->second);
    terms.emplace(
        id, GroupTerms{own,
                       {settings.priors.premises, own.group_down_if_live, own.group_down_if_dead}});
  }
  return terms;
}

std::optional<LocaliserSettings> with_told_sources(const LocaliserSettings& settings,
                                                   std::span<const std::string> sources) {
  std::optional<LocaliserSettings> told;
  for (std::size_t s = 0; s < sources.size() && !settings.told_sources.empty(); ++s) {
    const auto of_source = settings.told_sources.find(sources[s]);
    if (of_source == settings.told_sources.end()) continue;
    if (!told) {
      told = settings;
      told->reliability.sources = {std::vector<double>(sources.size()),
                                   std::vector<double>(sources.size())};
    }
    SourceReliability& by_source = told->reliability.sources;
    by_source.calls[s] = std::log(of_source->second.call_false_factor.value_or(1));
    by_source.unrelated[s] = of_source->second.unrelated.value_or(0);
  }
  return told;
}

}  // namespace gridmend
