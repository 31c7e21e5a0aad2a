#include "service/drill/crew_agent.h"

#include <algorithm>

#include "service/converters/geography_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {
namespace {

bool is_ok(const v1::OperationResult& result) { return result.status().code() == 0; }

// How far the crew is with a task that it holds; UNSPECIFIED: it does not.
v1::WorkTask::Status part_of(const v1::WorkTask& task, const std::string& crew) {
  for (const v1::TaskCrew& part : task.crews()) {
    if (part.crew() == crew) return part.status();
  }
  return v1::WorkTask::STATUS_UNSPECIFIED;
}

// By the plan the crew would wait there, for others or for what has to be done before: it does not
// set out yet, though it loads. That it drives faster than was planned is no reason to.
Result<bool> is_early(const v1::Assignment& assignment, Time arrival) {
  if (!assignment.has_planned()) return false;
  const auto start = to_domain(assignment.planned().start_time(), "planned.start_time");
  if (!start) return unexpected(start.error());
  const auto planned = to_domain(assignment.planned().arrival_time(), "planned.arrival_time");
  if (!planned) return unexpected(planned.error());
  return *start > *planned + std::chrono::minutes{1} && arrival < *start;
}

// Work that is no look at what is broken.
bool is_water_work(const v1::WorkTask& task) {
  return task.kind() == v1::WorkTask::DRAIN || task.kind() == v1::WorkTask::DRY ||
         task.kind() == v1::WorkTask::INSPECT;
}

}  // namespace

CrewAgent::CrewAgent(std::string id, VehicleClass vehicle_class, Position depot, Time on_duty_from,
                     std::optional<Time> on_duty_until)
    : id_(std::move(id)),
      vehicle_class_(vehicle_class),
      position_(depot),
      on_duty_from_(on_duty_from),
      on_duty_until_(on_duty_until) {}

Position CrewAgent::position_at_time(Time now) const {
  const bool drives = activity_ == Activity::driving || activity_ == Activity::to_depot;
  if (!drives) return position_;
  return position_at(drive_, std::min(seconds(now - since_), drive_.seconds));
}

Result<v1::SyncResponse> CrewAgent::sync(DrillClient& client,
                                         std::vector<v1::TabletOperation> operations, Time now) {
  v1::SyncRequest request;
  request.set_crew(id_);
  request.set_device_id("tablet-" + id_);
  for (v1::TabletOperation& operation : operations) {
    ++operations_;
    operation.set_request_id("drill-" + id_ + "-" + std::to_string(operations_));
    operation.set_client_seq(operations_);
    *operation.mutable_observe_time() = to_proto(now);
    *request.add_operations() = std::move(operation);
  }
  return client.sync(request);
}

Result<void> CrewAgent::sign(Time now, DrillClient& client, bool on) {
  v1::TabletOperation operation;
  if (on) {
    *operation.mutable_sign_on()->mutable_position() = to_proto(position_);
    if (on_duty_until_)
      *operation.mutable_sign_on()->mutable_shift_end() = to_proto(*on_duty_until_);
  } else {
    operation.mutable_sign_off();
  }
  auto response = sync(client, {operation}, now);
  if (!response) return unexpected(response.error());
  activity_ = on ? Activity::free : Activity::off_duty;
  went_home_ = !on;
  return {};
}

Result<void> CrewAgent::step(Time now, const NetworkModel& network, DrillClient& client,
                             TrueRoads& roads, TrueStorm& storm, int pings, CrewTally& tally) {
  if (activity_ == Activity::off_duty) {
    if (went_home_ || now < on_duty_from_) return {};
    if (auto signed_on = sign(now, client, true); !signed_on) return signed_on;
  }
  if (activity_ == Activity::working) {
    if (auto done = work_on(now, client, storm, pings, tally); !done) return done;
  }
  if (activity_ == Activity::waiting) {
    if (auto done = wait_on(now, client, storm, tally); !done) return done;
  }
  if (activity_ == Activity::to_depot) {
    if (auto done = load_on(now, client, tally); !done) return done;
  }
  if (activity_ == Activity::driving) {
    if (auto done = drive_on(now, network, client, storm, tally); !done) return done;
  }
  if (activity_ != Activity::free) return {};
  if (on_duty_until_ && now >= *on_duty_until_) return sign(now, client, false);
  return take_next(now, client, roads, tally);
}

Result<void> CrewAgent::take_next(Time now, DrillClient& client, TrueRoads& roads,
                                  CrewTally& tally) {
  const auto synced = sync(client, {}, now);
  if (!synced) return unexpected(synced.error());
  const v1::Assignment* first = nullptr;
  for (const v1::Assignment& assignment : synced->assignments().changed()) {
    if (first == nullptr || assignment.order() < first->order()) first = &assignment;
  }
  if (first == nullptr) return {};
  const bool loads = first->has_depot() && loaded_for_ != first->work_task().id();
  const auto site =
      to_domain(loads ? first->depot().position() : first->work_task().position(), "position");
  if (!site) return unexpected(site.error());
  auto drive = roads.drive(vehicle_class_, position_, *site, now);
  if (!drive) {
    ++tally.waits_for_water;
    return {};
  }
  if (loads) {
    depot_ = first->depot().id();
    loaded_for_ = first->work_task().id();
    drive_ = std::move(*drive);
    since_ = now;
    until_ = now + from_seconds(drive_.seconds +
                                static_cast<double>(first->depot().loading_duration().seconds()));
    activity_ = Activity::to_depot;
    return {};
  }
  const auto wait = is_early(*first, now + from_seconds(drive->seconds));
  if (!wait) return unexpected(wait.error());
  if (*wait) return {};
  v1::TabletOperation acknowledge;
  acknowledge.mutable_acknowledge()->set_work_task(first->work_task().id());
  v1::TabletOperation set_out;
  set_out.mutable_set_out()->set_work_task(first->work_task().id());
  const v1::WorkTask task = first->work_task();
  const auto answer = sync(client, {acknowledge, set_out}, now);
  if (!answer) return unexpected(answer.error());
  if (!std::ranges::all_of(answer->results(), is_ok)) return {};  // reassigned meanwhile
  task_ = task;
  drive_ = std::move(*drive);
  since_ = now;
  until_ = now + from_seconds(drive_.seconds);
  activity_ = Activity::driving;
  return {};
}

// At the depot, when all is on board.
Result<void> CrewAgent::load_on(Time now, DrillClient& client, CrewTally& tally) {
  if (now < until_) return {};
  tally.drives.push_back({id_, since_, since_ + from_seconds(drive_.seconds), drive_.polyline});
  position_ = drive_.polyline.back();
  activity_ = Activity::free;
  v1::TabletOperation operation;
  operation.mutable_load_material()->set_depot(depot_);
  const auto answer = sync(client, {operation}, now);
  if (!answer) return unexpected(answer.error());
  if (is_ok(answer->results(0))) ++tally.loads;
  return {};
}

// Until as many crews are there as the task needs, or this one is called off.
Result<void> CrewAgent::wait_on(Time now, DrillClient& client, TrueStorm& storm, CrewTally& tally) {
  const auto synced = sync(client, {}, now);
  if (!synced) return unexpected(synced.error());
  for (const v1::Assignment& assignment : synced->assignments().changed()) {
    const v1::WorkTask& task = assignment.work_task();
    if (task.id() != task_.id() || part_of(task, id_) != v1::WorkTask::ARRIVED) continue;
    task_ = task;
    if (task.status() != v1::WorkTask::ARRIVED) return {};
    return begin_if_ready(now, client, storm, tally);
  }
  activity_ = Activity::free;
  return {};
}

void CrewAgent::leave(Time now) {
  position_ = position_at_time(now);
  activity_ = Activity::free;
}

Result<void> CrewAgent::drive_on(Time now, const NetworkModel& network, DrillClient& client,
                                 TrueStorm& storm, CrewTally& tally) {
  std::vector<v1::TabletOperation> operations;
  if (now >= until_) {
    operations.emplace_back().mutable_arrive()->set_work_task(task_.id());
  }
  const auto synced = sync(client, operations, now);
  if (!synced) return unexpected(synced.error());
  // Called off: somebody else's now, or still this crew's but not next.
  const bool mine = std::ranges::any_of(synced->assignments().changed(), [&](const auto& a) {
    return a.work_task().id() == task_.id() &&
           part_of(a.work_task(), id_) == v1::WorkTask::EN_ROUTE;
  });
  const bool arrived = now >= until_ && is_ok(synced->results(0));
  if (now < until_ ? !mine : !arrived) {
    tally.drives.push_back({id_, since_, now, drive_.polyline});
    leave(now);
    return {};
  }
  if (!arrived) return {};
  tally.drives.push_back({id_, since_, until_, drive_.polyline});
  position_ = drive_.polyline.back();
  if (auto resolved = resolve_site(network, client); !resolved) return resolved;
  activity_ = Activity::waiting;
  if (synced->results(0).work_task().status() != v1::WorkTask::ARRIVED) return {};
  return begin_if_ready(now, client, storm, tally);
}

// Not before what has to be done before.
Result<void> CrewAgent::begin_if_ready(Time now, DrillClient& client, TrueStorm& storm,
                                       CrewTally& tally) {
  for (const std::string& id : task_.hard_after()) {
    const auto before = client.work_task(id);
    if (!before) return unexpected(before.error());
    const bool over =
        before->status() == v1::WorkTask::COMPLETED || before->status() == v1::WorkTask::CANCELLED;
    if (!over) return {};
  }
  begin_work(now, storm, tally);
  return {};
}

void CrewAgent::begin_work(Time now, TrueStorm& storm, CrewTally& tally) {
  visit_ = storm.look(site_device_, site_premises_, task_.kind() == v1::WorkTask::REPAIR);
  if (is_water_work(task_)) {
    visit_.work = from_seconds(static_cast<double>(task_.expected_duration().seconds()));
    ++tally.water_works;
  } else {
    if (visit_.switched_off && !visit_.was_open) ++tally.visits_to_switched_off;
    if (!visit_.was_open) ++tally.visits_in_vain;
  }
  if (task_.crews_needed() > 1) tally.by_several.insert(task_.id());
  since_ = now;
  until_ = now + visit_.work;
  activity_ = Activity::working;
}

// The device of the task, or the premises its outage is about.
Result<void> CrewAgent::resolve_site(const NetworkModel& network, DrillClient& client) {
  site_device_ = {};
  site_premises_ = {};
  if (!task_.device().empty()) {
    if (const auto device = network.find_device(task_.device())) site_device_ = *device;
    return {};
  }
  if (task_.outage().empty()) return {};
  const auto outage = client.outage(task_.outage());
  if (!outage) return unexpected(outage.error());
  if (const auto premises = network.find_usage_point(outage->probable().usage_point())) {
    site_premises_ = *premises;
  }
  return {};
}

Result<void> CrewAgent::work_on(Time now, DrillClient& client, TrueStorm& storm, int pings,
                                CrewTally& tally) {
  if (now < until_) return {};
  storm.finish(visit_, until_);
  v1::TabletOperation operation;
  v1::Complete& complete = *operation.mutable_complete();
  complete.set_work_task(task_.id());
  const bool looked = task_.kind() != v1::WorkTask::DRAIN && task_.kind() != v1::WorkTask::DRY;
  if (looked) {
    complete.set_finding(!visit_.repairs.empty() ? v1::FieldReport::RESTORED
                         : visit_.was_open       ? v1::FieldReport::DAMAGED
                                                 : v1::FieldReport::INTACT);
  }
  const auto answer = sync(client, {operation}, now);
  if (!answer) return unexpected(answer.error());
  tally.visits.push_back({id_, task_.id(), position_, since_, until_, !visit_.repairs.empty()});
  activity_ = Activity::free;

  // The control room asks some of the meters behind.
  std::vector<Id<UsagePoint>> asked;
  if (site_premises_.valid()) {
    asked.push_back(site_premises_);
  } else if (site_device_.valid() && pings > 0) {
    const auto behind = storm.usage_points_behind(site_device_);
    const std::size_t stride =
        std::max<std::size_t>(1, behind.size() / static_cast<std::size_t>(pings));
    for (std::size_t i = 0; i < behind.size(); i += stride) asked.push_back(behind[i]);
  }
  storm.evidence().ping(asked, storm.supply(), now);
  return {};
}

}  // namespace gridmend
