#include "service/engine/dispatch_builder.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "core/geo/position.h"
#include "service/converters/time_converter.h"
#include "service/engine/restoration_estimates.h"
#include "service/engine/site_spans.h"
#include "service/engine/travel_matrices.h"

namespace gridmend {
namespace {

// After the last shift crews drive home.
constexpr Duration kWayHome = std::chrono::hours{1};
// What was learnt of a class of work changes what is expected by no more than this factor.
constexpr double kMostLearnt = 4;

// Sites are numbered as they are met: crews' starts first, each its own, then tasks' places, equal
// ones once.
struct Sites {
  std::vector<TravelSite> all;
  std::map<std::pair<double, double>, Id<Site>> of_tasks;

  Id<Site> add(TravelSite site) {
    all.push_back(site);
    return Id<Site>{all.size() - 1};
  }
  Id<Site> of_task(const TravelSite& site) {
    const auto [place, fresh] =
        of_tasks.try_emplace({site.position.longitude_deg, site.position.latitude_deg});
    if (fresh) {
      place->second = add(site);
    } else {
      TravelSite& known = all[place->second.index];
      known.ready = std::min(known.ready, site.ready);
      known.work = std::min(known.work, site.work);
    }
    return place->second;
  }
};

struct Builder {
  const World& world;
  Time now;
  const EngineSettings& settings;
  DispatchCase dispatch{};
  Sites sites{};
  std::vector<const WorkTaskRecord*> tasks{};
  std::map<std::string, Id<DispatchCrew>, std::less<>> crew_ids{};
  std::map<std::string, Id<DispatchTask>, std::less<>> task_ids{};
  std::vector<VehicleClass> classes{};

  double seconds_from_now(Time time) const { return std::max(0.0, seconds(time - now)); }

  void add_crews();
  void plan_rest(const Crew& crew, DispatchCrew& made) const;
  const UnsafeToEnergise* water_at(const WorkTask& task) const;
  void choose_tasks();
  void add_tasks();
  double expected_s(const WorkTask& task) const;
  void travel();
  void set_out(DispatchCrew& crew, const ClassTravel& by_class) const;
  void keep_started(DispatchTask& task, const ClassTravel& by_class);
  Time latest_end() const;
  DispatchTask describe(const WorkTaskRecord& record);
  void mark_under_way(const WorkTaskRecord& record, DispatchTask& made) const;
  void link(const WorkTask& task, DispatchTask& made) const;
};

void Builder::add_crews() {
  for (const auto& [id, record] : *world.crews) {
    const Crew& crew = record->crew;
    if (crew.status == CrewStatus::off_shift) continue;
    DispatchCrew made;
    made.id = id;
    made.start_site = sites.add({crew.position, std::max(now, crew.shift_start), {}});
    made.start_time = seconds_from_now(crew.shift_start);
    if (crew.shift_end != Time{}) made.shift_end = seconds_from_now(crew.shift_end);
    made.skills = crew.skills;
    made.capacity = crew.capacity;
    plan_rest(crew, made);
    auto known = std::find(classes.begin(), classes.end(), crew.vehicle_class);
    if (known == classes.end()) known = classes.insert(classes.end(), crew.vehicle_class);
    made.matrix = static_cast<std::uint32_t>(known - classes.begin());
    crew_ids.emplace(id, Id<DispatchCrew>{dispatch.problem.crews.size()});
    dispatch.problem.crews.push_back(std::move(made));
  }
}

// A break whose window is over was taken, or is not to be had any more.
void Builder::plan_rest(const Crew& crew, DispatchCrew& made) const {
  const bool is_over = crew.rest_latest && *crew.rest_latest < now;
  if (crew.rest_length <= Duration::zero() || is_over) return;
  made.rest_length = seconds(crew.rest_length);
  if (crew.rest_earliest) made.rest_earliest = seconds_from_now(*crew.rest_earliest);
  if (crew.rest_latest) made.rest_latest = seconds_from_now(*crew.rest_latest);
}

// A repair ends in energising: not while water reaches the device's live parts. Looking is allowed.
const UnsafeToEnergise* Builder::water_at(const WorkTask& task) const {
  if (task.outage.empty() || task.kind != WorkKind::repair || is_under_way(task.status)) {
    return nullptr;
  }
  const OutageRecord* record = world.find_outage(task.outage);
  if (record == nullptr || task.device != record->outage.probable.device) return nullptr;
  const UnsafeToEnergise& unsafe = record->outage.unsafe;
  return unsafe.reason == UnsafeReason::under_water ? &unsafe : nullptr;
}

void Builder::choose_tasks() {
  for (const auto& [id, record] : *world.tasks) {
    if (is_final(record->task.status)) continue;
    const UnsafeToEnergise* water = water_at(record->task);
    if (water != nullptr && water->dry_at == Time{}) {
      dispatch.left_out.push_back({id, "under_water"});
    } else if (record->held_back) {
      dispatch.left_out.push_back({id, "handed_back"});
    } else if (record->task.crews_needed > 1) {
      dispatch.left_out.push_back({id, "needs_several_crews"});
    } else if (is_under_way(record->task.status) && !crew_ids.contains(record->task.crew)) {
      dispatch.left_out.push_back({id, "crew_off_shift"});
    } else if (!record->task.pinned_to.empty() && !crew_ids.contains(record->task.pinned_to)) {
      dispatch.left_out.push_back({id, "pinned_crew_off_shift"});
    } else {
      tasks.push_back(record.get());
    }
  }
  std::sort(tasks.begin(), tasks.end(), [](const WorkTaskRecord* a, const WorkTaskRecord* b) {
    return std::tie(a->task.created_at, a->task.id) < std::tie(b->task.created_at, b->task.id);
  });
}

double Builder::expected_s(const WorkTask& task) const {
  const Device* device =
      task.device.valid() ? &world.region->network.devices()[task.device] : nullptr;
  const double ratio = dispatch.repair_times.of(work_class(task.kind, device)).median_ratio();
  return seconds(task.expected_duration) * std::clamp(ratio, 1 / kMostLearnt, kMostLearnt);
}

DispatchTask Builder::describe(const WorkTaskRecord& record) {
  const WorkTask& task = record.task;
  DispatchTask made;
  made.id = task.id;
  made.kind = task.kind;
  made.duration = expected_s(task);
  made.weight = task.weight;
  made.demand = task.demand;
  made.skills = task.skills;
  if (task.earliest) made.earliest = seconds_from_now(*task.earliest);
  if (const UnsafeToEnergise* water = water_at(task))
    made.earliest = std::max(made.earliest, seconds_from_now(water->dry_at));
  if (task.deadline) made.deadline = seconds_from_now(*task.deadline);
  if (!task.pinned_to.empty()) made.pinned_to = crew_ids.at(task.pinned_to);
  if (const auto holder = crew_ids.find(task.crew); holder != crew_ids.end()) {
    made.held_by = holder->second;
    made.change_penalty = settings.change_penalty_s * std::max(task.weight, 1.0);
  }
  if (task.due) made.due = seconds_from_now(*task.due);
  made.late_weight = task.late_weight;
  for (const std::string& crew : task.vetoed_crews) {
    if (const auto known = crew_ids.find(crew); known != crew_ids.end())
      made.vetoed.push_back(known->second);
  }
  mark_under_way(record, made);
  // Who is there, or on the way for good, has a span whatever is left to do.
  const Duration work = made.started ? Duration{} : from_seconds(made.duration);
  const Time ready = made.started ? now : std::max(now, task.earliest.value_or(now));
  made.site = sites.of_task({task.position, ready, work});
  return made;
}

// At work: stays. On its way: may be turned round, at a price; the baseline never turns anybody.
void Builder::mark_under_way(const WorkTaskRecord& record, DispatchTask& made) const {
  const WorkTask& task = record.task;
  if (!is_under_way(task.status)) return;
  const bool may_turn = settings.policy == PlanningPolicy::optimised &&
                        std::isfinite(settings.turn_gain_customer_min);
  if (task.status == WorkStatus::en_route && may_turn) {
    made.turn_penalty = std::max(60 * settings.turn_gain_customer_min, 1.0);
    return;
  }
  made.started = true;
  if (task.status != WorkStatus::arrived || !record.arrived_at) return;
  made.duration -= seconds(now - *record.arrived_at);
  if (made.duration < settings.overdue_s) made.duration = settings.overdue_s;
}

// Predecessors that are done or given up bind nobody; one that cannot be planned keeps a hard
// follower waiting.
void Builder::link(const WorkTask& task, DispatchTask& made) const {
  for (const std::string& id : task.after) {
    if (const auto place = task_ids.find(id); place != task_ids.end())
      made.after.push_back(place->second);
  }
  for (const std::string& id : task.hard_after) {
    const WorkTaskRecord* before = world.find_task(id);
    if (before == nullptr || is_final(before->task.status)) continue;
    if (const auto place = task_ids.find(id); place != task_ids.end()) {
      made.hard_after.push_back(place->second);
    } else {
      made.earliest = kNever;
    }
  }
}

void Builder::add_tasks() {
  for (const WorkTaskRecord* record : tasks) {
    task_ids.emplace(record->task.id, Id<DispatchTask>{dispatch.problem.tasks.size()});
    dispatch.problem.tasks.push_back(describe(*record));
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) link(tasks[i]->task, dispatch.problem.tasks[i]);
}

// When the last crew is home; the end of time when one's shift has no end. Work under way may
// outlast its shift.
Time Builder::latest_end() const {
  double latest = 0;
  for (const DispatchCrew& crew : dispatch.problem.crews) latest = std::max(latest, crew.shift_end);
  if (latest == kNever) return Time::max();
  for (const DispatchTask& task : dispatch.problem.tasks) {
    if (task.started) latest = std::max(latest, task.duration);
  }
  return later(later(now, from_seconds(latest)), kWayHome);
}

// When a crew whose start the water cuts off can leave, and by when it has to.
void Builder::set_out(DispatchCrew& crew, const ClassTravel& by_class) const {
  if (by_class.spans.empty() || !by_class.spans[crew.start_site.index]) return;
  const SiteSpan& span = *by_class.spans[crew.start_site.index];
  if (span.span.from > now)
    crew.start_time = std::max(crew.start_time, seconds(span.span.from - now));
  crew.leave_by = leave_by(span, now);
}

// The crew is at it, or on its way: it has to be out again before the water comes.
void Builder::keep_started(DispatchTask& task, const ClassTravel& by_class) {
  if (by_class.spans.empty() || !by_class.spans[task.site.index]) return;
  const DispatchCrew& crew = dispatch.problem.crews[task.held_by.index];
  const double there = crew.start_time + by_class.matrix(crew.start_site.index, task.site.index);
  if (leave_in_time(*by_class.spans[task.site.index], now, there, task)) return;
  dispatch.cut_short.push_back({task.id, "water_closes_first"});
}

void Builder::travel() {
  DispatchProblem& problem = dispatch.problem;
  problem.sites = static_cast<std::uint32_t>(sites.all.size());
  const std::size_t starts = problem.crews.size();
  auto by_class = travel_matrices(world, now, latest_end(), settings, classes, sites.all, starts);
  std::vector<int> crews_by_class(by_class.size(), 0);
  for (DispatchCrew& crew : problem.crews) {
    ++crews_by_class[crew.matrix];
    set_out(crew, by_class[crew.matrix]);
  }
  std::vector<std::vector<char>> held(by_class.size(), std::vector<char>(problem.sites, 0));
  for (DispatchTask& task : problem.tasks) {
    if (!task.started || !task.held_by.valid()) continue;
    const std::uint32_t matrix = problem.crews[task.held_by.index].matrix;
    held[matrix][task.site.index] = 1;
    keep_started(task, by_class[matrix]);
  }
  const auto entries = agree_on_spans(by_class, crews_by_class, starts, now, held);
  for (DispatchTask& task : problem.tasks) {
    const auto& entry = entries[task.site.index];
    const bool opens_later = entry && entry->span.from > now && !task.started;
    dispatch.opens.push_back(opens_later ? seconds(entry->span.from - now) + entry->way_in_s : 0);
    if (entry && !task.started) keep_to_span(*entry, now, task);
  }
  for (ClassTravel& travel : by_class) problem.travel.push_back(std::move(travel.matrix));
}

Time at_second(Time zero, double second) { return zero + from_seconds(second); }

}  // namespace

DispatchCase build_dispatch(const World& world, Time now, const EngineSettings& settings) {
  Builder builder{world, now, settings};
  builder.dispatch.zero = now;
  builder.dispatch.repair_times = learn_repair_times(world, settings.forecast.prior);
  builder.add_crews();
  builder.choose_tasks();
  builder.add_tasks();
  builder.travel();
  return std::move(builder.dispatch);
}

journal::v1::AdoptPlan describe_plan(const DispatchCase& dispatch, const DispatchPlan& plan,
                                     const World& world, PlanningPolicy policy, std::string cause) {
  journal::v1::AdoptPlan act;
  act.set_policy(policy == PlanningPolicy::naive ? journal::v1::AdoptPlan::NAIVE
                                                 : journal::v1::AdoptPlan::OPTIMISED);
  act.set_cause(std::move(cause));
  act.set_unserved_weight(plan.unserved_weight);
  v1::Plan& message = *act.mutable_plan();
  message.set_based_on_revision(world.revision);
  message.set_objective(plan.objective);
  const DispatchProblem& problem = dispatch.problem;
  for (const DispatchTour& tour : plan.tours) {
    if (tour.stops.empty()) continue;
    v1::PlannedTour& made = *message.add_tours();
    made.set_crew(problem.crews[tour.crew.index].id);
    for (const DispatchStop& stop : tour.stops) {
      v1::PlannedStop& step = *made.add_stops();
      step.set_work_task(problem.tasks[stop.task.index].id);
      // Who comes early waits on safe ground, not in the water.
      const double arrival = std::max(stop.arrival, dispatch.opens[stop.task.index]);
      *step.mutable_arrival_time() = to_proto(at_second(dispatch.zero, arrival));
      *step.mutable_start_time() = to_proto(at_second(dispatch.zero, stop.start));
      *step.mutable_completion_time() = to_proto(at_second(dispatch.zero, stop.completion));
      if (stop.rest) *step.mutable_rest_time() = to_proto(at_second(dispatch.zero, *stop.rest));
    }
  }
  auto leave_out = [&message](const std::string& task, const std::string& reason) {
    v1::UnservedTask& made = *message.add_unserved();
    made.set_work_task(task);
    made.set_reason(reason);
  };
  for (const UnservedTask& task : plan.unserved)
    leave_out(problem.tasks[task.task.index].id, task.reason);
  for (const UnplannedTask& task : dispatch.left_out) leave_out(task.task, task.reason);
  for (const UnplannedTask& task : dispatch.cut_short) leave_out(task.task, task.reason);
  return act;
}

}  // namespace gridmend
