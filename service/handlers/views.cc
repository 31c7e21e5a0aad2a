#include "service/handlers/views.h"

#include <algorithm>

#include "service/converters/enum_converter.h"
#include "service/converters/field_path.h"
#include "service/converters/network_converter.h"
#include "service/converters/outage_converter.h"
#include "service/converters/time_converter.h"
#include "service/converters/work_converter.h"
#include "service/engine/plan_words.h"

namespace gridmend {

namespace {

v1::PlannedStop stop_view(const PlannedStop& stop) {
  v1::PlannedStop message;
  message.set_work_task(stop.task);
  *message.mutable_arrival_time() = to_proto(stop.arrival);
  *message.mutable_start_time() = to_proto(stop.start);
  *message.mutable_completion_time() = to_proto(stop.completion);
  if (stop.rest) *message.mutable_rest_time() = to_proto(*stop.rest);
  message.set_depot(stop.depot);
  if (stop.leave_by) *message.mutable_leave_by_time() = to_proto(*stop.leave_by);
  message.set_takes_over_from(stop.takes_over_from);
  return message;
}

v1::Plan plan_without_tours(const World& world) {
  const Plan& plan = *world.plan;
  v1::Plan message;
  if (plan.revision != 0) *message.mutable_adopt_time() = to_proto(plan.made_at);
  message.set_based_on_revision(plan.made_from_revision);
  message.set_objective(plan.objective);
  for (const UnplannedTask& unserved : plan.unserved) {
    v1::UnservedTask& added = *message.add_unserved();
    added.set_work_task(unserved.task);
    added.set_reason(unserved.reason);
  }
  for (const CutOffCrew& crew : plan.cut_off) {
    v1::CutOffCrew& added = *message.add_cut_off();
    added.set_crew(crew.crew);
    if (crew.until) *added.mutable_until() = to_proto(*crew.until);
  }
  message.set_revision(world.revision);
  message.set_cause(plan.cause);
  message.set_gain_customer_minutes(plan.gain_customer_min);
  for (const PlanCause& cause : plan.causes) *message.add_causes() = to_proto(cause);
  message.set_causes_in_all(plan.causes_in_all);
  return message;
}

void add_tour(const PlannedTour& tour, v1::Plan& message) {
  v1::PlannedTour& added = *message.add_tours();
  added.set_crew(tour.crew);
  for (const PlannedStop& stop : tour.stops) *added.add_stops() = stop_view(stop);
  if (tour.return_time) *added.mutable_return_time() = to_proto(*tour.return_time);
  added.set_home_cut_off(tour.home_cut_off);
}

// "2026-07-20 14:20 UTC".
std::string minute_of(Time time) {
  std::string text = to_rfc3339(time).substr(0, 16);
  text[10] = ' ';
  return text + " UTC";
}

void tell_restoration(const RestorationEstimate& estimate, v1::Outage& message) {
  *message.mutable_estimated_restoration()->mutable_p50() = to_proto(estimate.p50);
  *message.mutable_estimated_restoration()->mutable_p90() = to_proto(estimate.p90);
  const std::string p50 = minute_of(estimate.p50);
  const std::string p90 = minute_of(estimate.p90);
  if (!message.explanation_en().empty()) message.mutable_explanation_en()->push_back(' ');
  message.mutable_explanation_en()->append("By the plan the light is back at " + p50 +
                                           ", nine times in ten by " + p90 + ".");
  message.mutable_explanation_zh()->append("按当前计划预计" + p50 + "恢复供电，九成把握在" + p90 +
                                           "前恢复。");
}

v1::Assignment assignment_view(const World& world, const WorkTaskRecord& record) {
  v1::Assignment message;
  *message.mutable_work_task() = work_task_view(world, record);
  if (const OutageRecord* outage = world.find_outage(record.task.outage)) {
    message.set_outage_explanation_en(outage->outage.explanation_en);
    message.set_outage_explanation_zh(outage->outage.explanation_zh);
    message.set_customers_affected(outage->outage.customers_affected);
  }
  return message;
}

}  // namespace

v1::Outage outage_view(const World& world, const OutageRecord& record) {
  v1::Outage message = to_proto(record.outage, world.region->network);
  for (const std::string& task : record.tasks) message.add_work_tasks(task);
  if (is_open(record.outage)) {
    if (const auto estimate = world.estimated_restoration(record.outage.id))
      tell_restoration(*estimate, message);
  }
  message.set_etag(etag_of(record.revision));
  return message;
}

v1::Crew crew_view(const CrewRecord& record) {
  v1::Crew message = to_proto(record.crew);
  message.set_etag(etag_of(record.revision));
  return message;
}

v1::Depot depot_view(const DepotRecord& record) {
  v1::Depot message = to_proto(record.depot);
  message.set_etag(etag_of(record.revision));
  return message;
}

v1::WorkTask work_task_view(const World& world, const WorkTaskRecord& record) {
  v1::WorkTask message = to_proto(record.task, world.region->network);
  if (record.worked != Duration{}) *message.mutable_worked_duration() = to_proto(record.worked);
  message.set_etag(etag_of(record.revision));
  return message;
}

v1::Plan plan_view(const World& world) {
  v1::Plan message = plan_without_tours(world);
  for (const PlannedTour& tour : world.plan->tours) add_tour(tour, message);
  for (const ExplainedChange& change : world.plan->changes)
    *message.add_changes() = to_proto(change);
  for (const auto& [outage, estimate] : world.plan->restorations) {
    v1::PlannedRestoration& added = *message.add_restorations();
    added.set_outage(outage);
    *added.mutable_p50() = to_proto(estimate.p50);
    *added.mutable_p90() = to_proto(estimate.p90);
  }
  return message;
}

v1::Plan plan_view(const World& world, std::string_view crew) {
  v1::Plan message = plan_without_tours(world);
  for (const PlannedTour& tour : world.plan->tours) {
    if (tour.crew == crew) add_tour(tour, message);
  }
  for (const ExplainedChange& change : world.plan->changes) {
    if (change.crew_before == crew || change.crew_after == crew)
      *message.add_changes() = to_proto(change);
  }
  return message;
}

std::vector<v1::Assignment> assignments_view(const World& world, std::string_view crew) {
  std::vector<v1::Assignment> assignments;
  for (const PlannedStop& stop : world.assignments(crew)) {
    const WorkTaskRecord* record = world.find_task(stop.task);
    if (record == nullptr) continue;
    v1::Assignment& assignment = assignments.emplace_back(assignment_view(world, *record));
    assignment.set_order(static_cast<std::uint32_t>(assignments.size() - 1));
    const bool planned = stop.completion != Time{};
    if (planned) *assignment.mutable_planned() = stop_view(stop);
    if (const DepotRecord* depot = world.find_depot(stop.depot))
      *assignment.mutable_depot() = depot_view(*depot);
  }
  return assignments;
}

bool is_open(const WorkTask& task) {
  return task.status != WorkStatus::completed && task.status != WorkStatus::cancelled;
}

bool is_open(const Outage& outage) {
  return outage.status != OutageStatus::closed && outage.status != OutageStatus::withdrawn;
}

Result<OutageMatcher> OutageMatcher::make(const v1::OutageFilter& filter,
                                          const NetworkModel& network, std::string_view at) {
  for (int i = 0; i < filter.statuses_size(); ++i) {
    if (to_domain(filter.statuses(i))) continue;
    return refuse(ErrorCode::invalid_argument, "VALUE_UNKNOWN", "no such outage status",
                  field_path(at, "statuses", static_cast<std::size_t>(i)));
  }
  for (int i = 0; i < filter.causes_size(); ++i) {
    if (to_domain(filter.causes(i))) continue;
    return refuse(ErrorCode::invalid_argument, "VALUE_UNKNOWN", "no such outage cause",
                  field_path(at, "causes", static_cast<std::size_t>(i)));
  }
  OutageMatcher matcher{filter};
  if (!filter.feeder().empty()) {
    auto feeder = find_feeder(network, filter.feeder(), field_path(at, "feeder"));
    if (!feeder) return unexpected(feeder.error());
  }
  return matcher;
}

bool OutageMatcher::operator()(const World& world, const OutageRecord& record) const {
  const Outage& outage = record.outage;
  if (filter_.statuses_size() == 0) {
    if (!is_open(outage)) return false;
  } else if (std::count(filter_.statuses().begin(), filter_.statuses().end(),
                        static_cast<int>(to_proto(outage.status))) == 0) {
    return false;
  }
  if (filter_.causes_size() != 0 && std::count(filter_.causes().begin(), filter_.causes().end(),
                                               static_cast<int>(to_proto(outage.cause))) == 0) {
    return false;
  }
  if (outage.customers_affected < filter_.min_customers()) return false;
  return place_matches(world, outage);
}

bool OutageMatcher::place_matches(const World& world, const Outage& outage) const {
  if (filter_.feeder().empty() && !filter_.has_within()) return true;
  const NetworkModel& network = world.region->network;
  const SuspectDevice& suspect = outage.probable;
  if (!suspect.device.valid() && !suspect.usage_point.valid()) return false;
  const Position position = suspect.device.valid()
                                ? network.devices()[suspect.device].position
                                : network.usage_points()[suspect.usage_point].position;
  if (filter_.has_within()) {
    const v1::BoundingBox& box = filter_.within();
    const bool inside =
        position.longitude_deg >= box.west_deg() && position.longitude_deg <= box.east_deg() &&
        position.latitude_deg >= box.south_deg() && position.latitude_deg <= box.north_deg();
    if (!inside) return false;
  }
  if (filter_.feeder().empty()) return true;
  // By name: the matcher of a watch outlives regions.
  const auto is_meant = [&](Id<Feeder> feeder) {
    return feeder.valid() && network.mrid(feeder) == filter_.feeder();
  };
  if (suspect.device.valid()) {
    const Device& device = network.devices()[suspect.device];
    return is_meant(device.feeder.valid() ? device.feeder : world.forest().feeder(device.from));
  }
  return is_meant(world.forest().feeder(network.usage_points()[suspect.usage_point].node));
}

}  // namespace gridmend
