#include "service/engine/plan_causes.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "routing/road/road_closure.h"
#include "service/engine/plan_words.h"

namespace gridmend {
namespace {

// The outage a task serves, or itself.
std::string subject(const WorkTask& task) { return task.outage.empty() ? task.id : task.outage; }

}  // namespace

PlanCauses::PlanCauses(const World& world, const DispatchCase& dispatch, const CrewSequences& tours)
    : world_(world), dispatch_(dispatch), tours_(tours), since_(world.plan->made_from_revision) {
  for (const PlannedTour& tour : world.plan->tours) {
    for (const PlannedStop& stop : tour.stops) {
      known_.emplace_back(stop.task);
      former_crews_.emplace(stop.task, tour.crew);
    }
  }
  for (const UnplannedTask& task : world.plan->unserved) known_.emplace_back(task.task);
  std::sort(known_.begin(), known_.end());
  by_crew_.resize(dispatch.problem.crews.size());
  look_at_tasks();
  look_at_crews();
  look_at_hazards();
  std::ranges::stable_sort(events_, std::ranges::greater{}, &Event::revision);
}

const WorkTaskRecord& PlanCauses::record(Id<DispatchTask> task) const {
  return *world_.find_task(dispatch_.problem.tasks[task.index].id);
}

bool PlanCauses::is_new(std::string_view task) const {
  return !std::binary_search(known_.begin(), known_.end(), task);
}

bool PlanCauses::has_changed_duty(std::string_view crew) const {
  const CrewRecord* record = world_.find_crew(crew);
  return record == nullptr || record->duty_revision > since_;
}

// New work stands in the new tours, work that ended in the old ones; new work counts for more.
void PlanCauses::look_at_tasks() {
  std::map<std::string_view, std::size_t> places;
  for (std::size_t c = 0; c < by_crew_.size(); ++c) places[dispatch_.problem.crews[c].id] = c;
  for (const auto& [id, record] : *world_.tasks) {
    const bool ended = is_final(record->task.status) && record->revision > since_ && !is_new(id);
    if (ended) {
      const Event event{record->revision, {PlanCause::Kind::work_ended, subject(record->task)}};
      events_.push_back(event);
      const auto [first, last] = former_crews_.equal_range(id);
      for (auto former = first; former != last; ++former) {
        const auto crew = places.find(former->second);
        if (crew != places.end()) by_crew_[crew->second] = event;
      }
    }
    const auto came = [&](const TaskCrew& part) { return part.arrived_at > world_.plan->made_at; };
    for (const TaskCrew& part : record->task.crews) {
      if (record->revision > since_ && came(part))
        events_.push_back({record->revision, {PlanCause::Kind::crew, part.crew}});
    }
    if (record->decided_revision > since_)
      events_.push_back({record->decided_revision, {PlanCause::Kind::operator_word, id}});
  }
  for (std::size_t c = 0; c < tours_.size(); ++c) {
    for (const Id<DispatchTask> task : tours_[c]) {
      const WorkTaskRecord& about = record(task);
      if (!is_new(about.task.id)) continue;
      const Event event{std::max(about.asked_revision, std::uint64_t{1}),
                        {PlanCause::Kind::new_work, subject(about.task)}};
      events_.push_back(event);
      by_crew_[c] = event;
    }
  }
}

void PlanCauses::look_at_crews() {
  for (const auto& [id, record] : *world_.crews) {
    if (record->duty_revision > since_)
      events_.push_back({record->duty_revision, {PlanCause::Kind::crew, id}});
  }
}

// The newest are known of older journals too, the others from where this program wrote.
void PlanCauses::look_at_hazards() {
  const auto add = [&](std::uint64_t revision, PlanCause cause) {
    if (revision > since_) events_.push_back({revision, std::move(cause)});
  };
  for (const HazardLog::Entry& entry : world_.hazard_log->entries) add(entry.revision, entry.cause);
  add(world_.newest_water.revision, {PlanCause::Kind::water, world_.newest_water.id});
  add(world_.newest_closure.revision, {PlanCause::Kind::road, world_.newest_closure.id});
  add(world_.newest_depot.revision, {PlanCause::Kind::depot, world_.newest_depot.id});
}

std::vector<PlanCause> PlanCauses::all() const {
  std::vector<PlanCause> causes;
  std::set<std::pair<PlanCause::Kind, std::string_view>> named;
  for (const Event& event : events_) {
    if (named.emplace(event.cause.kind, event.cause.id).second) causes.push_back(event.cause);
  }
  return causes;
}

const PlanCauses::Event* PlanCauses::in_tour(Id<DispatchCrew> crew) const {
  if (!crew.valid() || by_crew_[crew.index].revision == 0) return nullptr;
  return &by_crew_[crew.index];
}

// What was reopened did close something, as far as is known.
bool PlanCauses::can_be_blamed(const PlanCause& cause) const {
  if (cause.kind != PlanCause::Kind::road) return true;
  const auto closure = world_.closures->find(cause.id);
  return closure == world_.closures->end() ||
         !closed_edges(world_.region->roads, closure->second->closure).empty();
}

const PlanCauses::Event* PlanCauses::newest(Among among) const {
  const auto [place, fresh] = newest_.emplace(among, nullptr);
  if (fresh) place->second = find_newest(among);
  return place->second;
}

const PlanCauses::Event* PlanCauses::find_newest(Among among) const {
  const auto found = std::ranges::find_if(events_, [&](const Event& event) {
    const bool hazard =
        event.cause.kind == PlanCause::Kind::water || event.cause.kind == PlanCause::Kind::road;
    return (hazard || among == Among::everything) && can_be_blamed(event.cause);
  });
  return found == events_.end() ? nullptr : &*found;
}

PlanCause PlanCauses::of(const PlanChange& change) const {
  const WorkTaskRecord& about = record(change.task);
  if (about.decided_revision > since_) return {PlanCause::Kind::operator_word, about.task.id};
  if (is_new(about.task.id)) return {PlanCause::Kind::new_work, subject(about.task)};
  std::vector<std::string_view> crews;
  const auto [first, last] = former_crews_.equal_range(about.task.id);
  for (auto former = first; former != last; ++former) crews.push_back(former->second);
  for (const Id<DispatchCrew> crew : {change.before, change.after}) {
    if (crew.valid()) crews.push_back(dispatch_.problem.crews[crew.index].id);
  }
  for (const std::string_view crew : crews) {
    if (has_changed_duty(crew)) return {PlanCause::Kind::crew, std::string(crew)};
  }
  if (about.asked_revision > since_) return {PlanCause::Kind::reassessed, subject(about.task)};
  if (!change.after.valid()) {
    const Event* hazard = newest(Among::water_and_roads);
    if (hazard != nullptr) return hazard->cause;
  }
  const Event* left = in_tour(change.before);
  const Event* joined = in_tour(change.after);
  for (const PlanCause::Kind kind : {PlanCause::Kind::new_work, PlanCause::Kind::work_ended}) {
    for (const Event* event : {left, joined}) {
      if (event != nullptr && event->cause.kind == kind) return event->cause;
    }
  }
  const Event* latest = newest(Among::everything);
  return latest == nullptr ? PlanCause{} : latest->cause;
}

CrewSequences running_sequences(const DispatchCase& dispatch, const World& world) {
  const DispatchProblem& problem = dispatch.problem;
  std::map<std::string_view, Id<DispatchTask>> tasks;
  for (std::size_t t = 0; t < problem.tasks.size(); ++t)
    tasks.emplace(problem.tasks[t].id, Id<DispatchTask>{t});
  CrewSequences running(problem.crews.size());
  for (std::size_t c = 0; c < running.size(); ++c) {
    for (const PlannedStop& stop : world.assignments(problem.crews[c].id)) {
      const auto task = tasks.find(stop.task);
      if (task != tasks.end())
        running[c].push_back(dispatch.part_of(task->second, Id<DispatchCrew>{c}));
    }
  }
  return running;
}

void describe_changes(const DispatchCase& dispatch, const CrewSequences& running,
                      const DispatchPlan& plan, const World& world, v1::Plan& message) {
  constexpr double kMinute = 60;
  const DispatchProblem& problem = dispatch.problem;
  const CrewSequences tours = sequences_of(problem, plan);
  const PlanCauses causes(world, dispatch, tours);
  const auto name = [&](Id<DispatchCrew> crew) {
    return crew.valid() ? problem.crews[crew.index].id : std::string{};
  };
  for (const PlanChange& change : compare_plans(problem, running, tours)) {
    if (message.changes_size() == Plan::kChangesKept) break;
    if (dispatch.parts[change.task.index].role != DispatchPart::Role::whole) continue;
    ExplainedChange explained{change.kind,         problem.tasks[change.task.index].id,
                              name(change.before), name(change.after),
                              causes.of(change),   {}};
    if (change.gain) explained.gain_customer_min = *change.gain / kMinute;
    *message.add_changes() = to_proto(explained);
  }
  const std::vector<PlanCause> all = causes.all();
  for (const PlanCause& cause : all) {
    if (message.causes_size() == Plan::kCausesKept) break;
    *message.add_causes() = to_proto(cause);
  }
  message.set_causes_in_all(static_cast<std::uint32_t>(all.size()));
  const bool is_running =
      std::any_of(running.begin(), running.end(), [](const auto& tour) { return !tour.empty(); });
  if (is_running && plan.first_unserved_weight == plan.unserved_weight)
    message.set_gain_customer_minutes(
        (plan.first_objective - plan.first_penalties - plan.objective + plan.penalties) / kMinute);
}

}  // namespace gridmend
