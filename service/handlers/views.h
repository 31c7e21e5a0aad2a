#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "gridmend/v1/crew.pb.h"
#include "gridmend/v1/outage.pb.h"
#include "gridmend/v1/work.pb.h"
#include "service/engine/world.h"

namespace gridmend {

// What is in a World, as the vocabulary shows it: the converters' resources with what only the
// World knows (etags, tasks of an outage, restoration estimates, places in a tour).

v1::Outage outage_view(const World& world, const OutageRecord& record);
v1::Crew crew_view(const CrewRecord& record);
v1::Depot depot_view(const DepotRecord& record);
v1::WorkTask work_task_view(const World& world, const WorkTaskRecord& record);
v1::Plan plan_view(const World& world);
// Only the crew's tour and changes, no restorations; the unserved tasks stay.
v1::Plan plan_view(const World& world, std::string_view crew);

// The crew's unfinished tasks: those in its tour in driving order, then what was given to it since.
std::vector<v1::Assignment> assignments_view(const World& world, std::string_view crew);

// Neither completed nor cancelled.
bool is_open(const WorkTask& task);
// Neither closed nor withdrawn.
bool is_open(const Outage& outage);

// Which outages a request means. Refuses a feeder the network has not, and values not known.
class OutageMatcher {
 public:
  static Result<OutageMatcher> make(const v1::OutageFilter& filter, const NetworkModel& network,
                                    std::string_view at);
  bool operator()(const World& world, const OutageRecord& record) const;

 private:
  explicit OutageMatcher(v1::OutageFilter filter) : filter_(std::move(filter)) {}
  bool place_matches(const World& world, const Outage& outage) const;

  v1::OutageFilter filter_;
};

}  // namespace gridmend
