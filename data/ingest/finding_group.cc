#include "data/ingest/finding_group.h"

#include <algorithm>

namespace gridmend {

std::string first_of(const std::vector<std::string>& first, std::size_t all) {
  std::string text;
  const std::size_t named = std::min(first.size(), kNamedOfAGroup);
  for (std::size_t i = 0; i < named; ++i) text += (i == 0 ? "'" : ", '") + first[i] + "'";
  if (all > named) text += " and " + std::to_string(all - named) + " more";
  return text;
}

Result<void> each_member(const FindingGroups& groups, const NetworkModel& network,
                         const std::function<Result<void>(const Defect&)>& visit) {
  for (const FindingGroup& group : groups.groups) {
    Defect one;
    one.defect_class = group.defect_class;
    one.severity = group.severity;
    one.message = group.message;
    one.action = group.action;
    for (const Id<ConnectivityNode> id : group.nodes) {
      one.place.feature_id = network.mrid(id);
      one.position = network.nodes()[id].position;
      if (auto done = visit(one); !done) return done;
    }
    for (const Id<UsagePoint> id : group.usage_points) {
      const UsagePoint& record = network.usage_points()[id];
      one.place = groups.layers.at(groups.layer_of_usage_point.at(id.index));
      one.place.feature_id = network.mrid(id);
      one.position = record.position;
      one.subject = {{}, id, {}, record.customers};
      if (auto done = visit(one); !done) return done;
    }
  }
  return {};
}

}  // namespace gridmend
