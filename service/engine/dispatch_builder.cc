#include "service/engine/dispatch_builder.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "core/geo/position.h"
#include "service/engine/restoration_estimates.h"
#include "service/engine/site_spans.h"
#include "service/engine/travel_matrices.h"

namespace gridmend {
namespace {

// Sites are numbered as they are met: crews' starts first, each its own, then depots, then tasks'
// places, equal ones once.
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
  std::map<std::string, Id<Site>, std::less<>> depot_sites{};

  double seconds_from_now(Time time) const { return std::max(0.0, seconds(time - now)); }

  void add_crews();
  void plan_rest(const Crew& crew, DispatchCrew& made) const;
  const UnsafeToEnergise* water_at(const WorkTask& task) const;
  void choose_tasks();
  bool has_crew(const WorkTask& task) const;
  void add_depots();
  void add_tasks();
  double expected_s(const WorkTask& task) const;
  bool stand_still();
  void travel();
  void go_home(std::size_t crew, const TravelMatrix& matrix);
  void set_out(DispatchCrew& crew, const ClassTravel& by_class) const;
  void keep_started(std::size_t task, std::span<const ClassTravel> travel);
  double cut_by_shift(const DispatchTask& task, const TravelMatrix& matrix, double there) const;
  void work_together();
  void leave_the_rest(std::size_t task, double seconds_left);
  Time latest_end() const;
  DispatchTask describe(const WorkTaskRecord& record);
  void mark_holders(const WorkTaskRecord& record, DispatchTask& made);
  void rule_out_others(const WorkTask& task, DispatchTask& made) const;
  void mark_under_way(const WorkTaskRecord& record, DispatchTask& made) const;
  void add_partners();
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
    made.load = crew.on_board();
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

// A repair ends in energising: not while water reaches the device's live parts; nor is there
// anything to drain or dry before. Looking is allowed.
const UnsafeToEnergise* Builder::water_at(const WorkTask& task) const {
  const bool waits =
      task.kind == WorkKind::repair || task.kind == WorkKind::restore || is_water_work(task.kind);
  if (task.outage.empty() || !waits || is_under_way(task.status)) return nullptr;
  const OutageRecord* record = world.find_outage(task.outage);
  if (record == nullptr || task.device != record->outage.probable.device) return nullptr;
  const UnsafeToEnergise& unsafe = record->outage.unsafe;
  return unsafe.reason == UnsafeReason::under_water ? &unsafe : nullptr;
}

// Those who are at work on it, or who an operator wants for it, are on shift.
bool Builder::has_crew(const WorkTask& task) const {
  return std::ranges::all_of(task.crews, [&](const TaskCrew& part) {
    return !is_under_way(part.status) || crew_ids.contains(part.crew);
  });
}

void Builder::choose_tasks() {
  for (const auto& [id, record] : *world.tasks) {
    if (is_final(record->task.status)) continue;
    const UnsafeToEnergise* water = water_at(record->task);
    if (water != nullptr && water->dry_at == Time{}) {
      dispatch.left_out.push_back({id, "under_water"});
    } else if (record->held_back) {
      dispatch.left_out.push_back({id, "handed_back"});
    } else if (!has_crew(record->task)) {
      dispatch.left_out.push_back({id, "crew_off_shift"});
    } else if (!std::ranges::all_of(record->task.pinned_to, [&](const std::string& crew) {
                 return crew_ids.contains(crew);
               })) {
      dispatch.left_out.push_back({id, "pinned_crew_off_shift"});
    } else {
      tasks.push_back(record.get());
    }
  }
  std::sort(tasks.begin(), tasks.end(), [](const WorkTaskRecord* a, const WorkTaskRecord* b) {
    return std::tie(a->task.created_at, a->task.id) < std::tie(b->task.created_at, b->task.id);
  });
}

// A depot is a place of the problem where somebody's tour ends there, or where material is needed
// and it has some.
void Builder::add_depots() {
  const bool needed = std::ranges::any_of(
      tasks, [](const WorkTaskRecord* record) { return record->task.demand > 0; });
  for (const auto& [id, record] : *world.depots) {
    const Depot& depot = record->depot;
    const bool home = std::ranges::any_of(crew_ids, [&](const auto& crew) {
      return world.find_crew(crew.first)->crew.home_depot == id;
    });
    const bool loads = needed && depot.has_material();
    if (!home && !loads) continue;
    const Id<Site> site = sites.add({depot.position, now, loads ? depot.loading : Duration{}});
    depot_sites.emplace(id, site);
    if (loads) dispatch.problem.depots.push_back({id, site, seconds(depot.loading)});
  }
}

double Builder::expected_s(const WorkTask& task) const {
  const Device* device =
      task.device.valid() ? &world.region->network.devices()[task.device] : nullptr;
  const double ratio = dispatch.repair_times.of(work_class(task.kind, device)).median_ratio();
  return seconds(task.expected_duration) *
         std::clamp(ratio, 1 / settings.most_learnt, settings.most_learnt);
}

DispatchTask Builder::describe(const WorkTaskRecord& record) {
  const WorkTask& task = record.task;
  DispatchTask made;
  made.id = task.id;
  made.kind = task.kind;
  made.duration = expected_s(task);
  if (record.worked > Duration{})
    made.duration = std::max(made.duration - seconds(record.worked),
                             std::min(made.duration, settings.overdue_s));
  made.crews_needed = task.crews_needed;
  made.weight = task.weight;
  made.demand = task.demand;
  made.skills = task.skills;
  if (task.earliest) made.earliest = seconds_from_now(*task.earliest);
  if (const UnsafeToEnergise* water = water_at(task))
    made.earliest = std::max(made.earliest, seconds_from_now(water->dry_at));
  if (task.deadline) made.deadline = seconds_from_now(*task.deadline);
  mark_holders(record, made);
  if (task.due) made.due = seconds_from_now(*task.due);
  made.late_weight = task.late_weight;
  for (const std::string& crew : task.vetoed_crews) {
    if (const auto known = crew_ids.find(crew); known != crew_ids.end())
      made.vetoed.push_back(known->second);
  }
  rule_out_others(task, made);
  mark_under_way(record, made);
  // Who is there, or on the way for good, has a span whatever is left to do.
  const Duration work = made.started ? Duration{} : from_seconds(made.duration);
  const Time ready = made.started ? now : std::max(now, task.earliest.value_or(now));
  made.site = sites.of_task({task.position, ready, work});
  return made;
}

// The crew that is furthest with it counts as the one that holds it.
void Builder::mark_holders(const WorkTaskRecord& record, DispatchTask& made) {
  const WorkTask& task = record.task;
  if (!task.pinned_to.empty()) made.pinned_to = crew_ids.at(task.pinned_to.front());
  const TaskCrew* holder = nullptr;
  for (const TaskCrew& part : task.crews) {
    if (!crew_ids.contains(part.crew)) continue;
    if (holder == nullptr || part.status > holder->status) holder = &part;
  }
  if (holder == nullptr) return;
  made.held_by = crew_ids.at(holder->crew);
  made.change_penalty = settings.change_penalty_s * std::max(task.weight, 1.0);
}

// The planner binds a task to one crew. Where more are pinned everybody else is ruled out but as
// many as are missing: who holds it, then the nearest with the skills.
void Builder::rule_out_others(const WorkTask& task, DispatchTask& made) const {
  const auto needed = static_cast<std::size_t>(task.crews_needed);
  if (task.pinned_to.size() < 2) return;
  std::vector<std::tuple<bool, double, Id<DispatchCrew>>> others;
  for (const auto& [id, crew] : crew_ids) {
    if (is_pinned_to(task, id)) continue;
    const Crew& who = world.find_crew(id)->crew;
    const bool unable = !who.skills.covers(task.skills) || is_vetoed(task, id);
    const double away = unable ? kNever : distance_m(who.position, task.position);
    others.emplace_back(!is_held_by(task, id), away, crew);
  }
  std::sort(others.begin(), others.end());
  for (std::size_t i = needed - std::min(needed, task.pinned_to.size()); i < others.size(); ++i)
    made.vetoed.push_back(std::get<2>(others[i]));
}

// At work, or all of several crews on their way: stays. On its way: may be turned round, at a
// price; the baseline never turns anybody.
void Builder::mark_under_way(const WorkTaskRecord& record, DispatchTask& made) const {
  const WorkTask& task = record.task;
  if (!is_under_way(task.status)) return;
  const bool may_turn = settings.policy == PlanningPolicy::optimised &&
                        std::isfinite(settings.turn_gain_customer_min);
  const auto on_the_way = std::ranges::count_if(
      task.crews, [](const TaskCrew& part) { return is_under_way(part.status); });
  const bool several = task.crews_needed > 1;
  if (several && on_the_way < task.crews_needed) {
    if (may_turn) made.turn_penalty = std::max(60 * settings.turn_gain_customer_min, 1.0);
    return;
  }
  if (task.status == WorkStatus::en_route && may_turn && !several) {
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
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    link(tasks[i]->task, dispatch.problem.tasks[i]);
    dispatch.parts.push_back({DispatchPart::Role::whole, Id<DispatchTask>{i}, {}, kNever});
  }
  add_partners();
}

// The planner calls no second crew to what is started: each further one has a part of its own.
void Builder::add_partners() {
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (!dispatch.problem.tasks[i].started) continue;
    dispatch.problem.tasks[i].demand /= tasks[i]->task.crews_needed;
    for (const TaskCrew& part : tasks[i]->task.crews) {
      const Id<DispatchCrew> crew = crew_ids.at(part.crew);
      if (crew == dispatch.problem.tasks[i].held_by) continue;
      DispatchTask partner = dispatch.problem.tasks[i];
      partner.weight = partner.late_weight = partner.change_penalty = 0;
      partner.after.clear();
      partner.hard_after.clear();
      partner.pinned_to = {};
      partner.held_by = crew;
      dispatch.partners.emplace(std::pair{i, std::size_t{crew.index}},
                                Id<DispatchTask>{dispatch.problem.tasks.size()});
      dispatch.problem.tasks.push_back(std::move(partner));
      dispatch.parts.push_back({DispatchPart::Role::partner, Id<DispatchTask>{i}, {}, kNever});
    }
  }
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
  return later(later(now, from_seconds(latest)), settings.way_home);
}

// When a crew whose start the water cuts off can leave, and by when it has to.
void Builder::set_out(DispatchCrew& crew, const ClassTravel& by_class) const {
  if (by_class.spans.empty() || !by_class.spans[crew.start_site.index]) return;
  const SiteSpan& span = *by_class.spans[crew.start_site.index];
  if (span.span.from > now)
    crew.start_time = std::max(crew.start_time, seconds(span.span.from - now));
  crew.leave_by = leave_by(span, now);
}

// Its tour ends at its depot, if there is a way there.
void Builder::go_home(std::size_t crew, const TravelMatrix& matrix) {
  DispatchCrew& made = dispatch.problem.crews[crew];
  const auto home = depot_sites.find(world.find_crew(made.id)->crew.home_depot);
  if (home == depot_sites.end()) return;
  if (matrix.reachable(made.start_site.index, home->second.index)) {
    made.end_site = home->second;
  } else {
    dispatch.home_cut_off[crew] = 1;
  }
}

// When the crew at work leaves for home with its work undone; never, where it gets done in the
// shift, or a little later, or is going on after the shift already.
double Builder::cut_by_shift(const DispatchTask& task, const TravelMatrix& matrix,
                             double there) const {
  const DispatchCrew& crew = dispatch.problem.crews[task.held_by.index];
  double home = 0;
  if (crew.end_site.valid()) home = matrix(task.site.index, crew.end_site.index);
  const double leaves = crew.shift_end - home;
  const bool done = there + task.duration <= leaves + seconds(settings.overtime);
  return done || !std::isfinite(home) || leaves <= there ? kNever : leaves;
}

// The crew is at it, or on its way: it has to be out again before the water comes, and home before
// its shift ends.
void Builder::keep_started(std::size_t index, std::span<const ClassTravel> travel) {
  DispatchTask& task = dispatch.problem.tasks[index];
  const DispatchCrew& crew = dispatch.problem.crews[task.held_by.index];
  const ClassTravel& by_class = travel[crew.matrix];
  const double there = crew.start_time + by_class.matrix(crew.start_site.index, task.site.index);
  if (!std::isfinite(there)) return;
  DispatchPart& whole = dispatch.parts[dispatch.parts[index].of.index];
  whole.cut_at = std::min(whole.cut_at, cut_by_shift(task, by_class.matrix, there));
  if (by_class.spans.empty() || !by_class.spans[task.site.index]) return;
  task.leave_by = leave_by(*by_class.spans[task.site.index], now);
  if (there + task.duration > task.leave_by) whole.cut_at = std::min(whole.cut_at, task.leave_by);
}

// Several crews begin when the last of them is there, and end together: when it is done, or when
// the first of them has to leave. What they leave undone is a task of its own.
void Builder::work_together() {
  DispatchProblem& problem = dispatch.problem;
  const std::size_t count = problem.tasks.size();
  const auto arrival = [&](const DispatchTask& task) {
    const DispatchCrew& crew = problem.crews[task.held_by.index];
    const TravelMatrix& matrix = problem.travel[crew.matrix];
    return crew.start_time + matrix(crew.start_site.index, task.site.index);
  };
  std::vector<double> begin(count, 0);
  for (std::size_t t = 0; t < count; ++t) {
    if (!problem.tasks[t].started || !problem.tasks[t].held_by.valid()) continue;
    double& latest = begin[dispatch.parts[t].of.index];
    latest = std::max(latest, arrival(problem.tasks[t]));
  }
  std::vector<std::pair<std::size_t, double>> cut;
  for (std::size_t t = 0; t < count; ++t) {
    DispatchTask& task = problem.tasks[t];
    if (!task.started || !task.held_by.valid()) continue;
    const Id<DispatchTask> of = dispatch.parts[t].of;
    const double there = arrival(task);
    if (!std::isfinite(there) || !std::isfinite(begin[of.index])) continue;
    const double done = begin[of.index] + task.duration;
    const double leaves = std::min(done, dispatch.parts[of.index].cut_at);
    if (of.index == t && leaves < done)
      cut.emplace_back(t, done - std::max(leaves, begin[of.index]));
    task.duration = std::max(0.0, leaves - there);
  }
  for (const auto& [task, seconds_left] : cut) leave_the_rest(task, seconds_left);
}

// The light returns when the rest is done, so its weight is the rest's; what waits for the task
// waits for the rest too.
void Builder::leave_the_rest(std::size_t index, double seconds_left) {
  DispatchProblem& problem = dispatch.problem;
  const Id<DispatchTask> rest_id{problem.tasks.size()};
  DispatchTask rest = problem.tasks[index];
  const double water = rest.leave_by;
  dispatch.cut_short.push_back(
      {rest.id, dispatch.parts[index].cut_at >= water ? "water_closes_first" : "shift_ends_first"});
  rest.duration = seconds_left;
  rest.demand = 0;
  rest.started = false;
  rest.held_by = rest.pinned_to = {};
  rest.change_penalty = 0;
  rest.leave_by = kNever;
  rest.after.clear();
  rest.hard_after = {Id<DispatchTask>{index}};
  DispatchTask& whole = problem.tasks[index];
  whole.weight = whole.late_weight = 0;
  for (DispatchTask& task : problem.tasks) {
    for (auto* before : {&task.after, &task.hard_after}) {
      if (std::ranges::find(*before, Id<DispatchTask>{index}) != before->end())
        before->push_back(rest_id);
    }
  }
  dispatch.parts[index].rest = rest_id;
  dispatch.parts.push_back({DispatchPart::Role::rest, Id<DispatchTask>{index}, {}, kNever});
  problem.tasks.push_back(std::move(rest));
}

// Without crews, or without work, nobody goes anywhere: all places are one.
bool Builder::stand_still() {
  DispatchProblem& problem = dispatch.problem;
  if (!problem.crews.empty() && !problem.tasks.empty()) return false;
  problem.sites = 1;
  problem.travel.emplace_back(1, std::vector<double>{0});
  problem.depots.clear();
  for (DispatchTask& task : problem.tasks) task.site = Id<Site>{0};
  for (DispatchCrew& crew : problem.crews) {
    crew.start_site = Id<Site>{0};
    crew.matrix = 0;
  }
  dispatch.opens.assign(problem.tasks.size(), 0);
  return true;
}

void Builder::travel() {
  DispatchProblem& problem = dispatch.problem;
  dispatch.home_cut_off.assign(problem.crews.size(), 0);
  if (stand_still()) return;
  problem.sites = static_cast<std::uint32_t>(sites.all.size());
  const std::size_t starts = problem.crews.size();
  const std::size_t first_task = starts + depot_sites.size();
  auto by_class = travel_matrices(world, now, latest_end(), settings, classes, sites.all, starts);
  keep_out_of_pockets(by_class, starts, first_task);
  std::vector<int> crews_by_class(by_class.size(), 0);
  for (std::size_t c = 0; c < starts; ++c) {
    DispatchCrew& crew = problem.crews[c];
    ++crews_by_class[crew.matrix];
    go_home(c, by_class[crew.matrix].matrix);
    set_out(crew, by_class[crew.matrix]);
  }
  std::vector<std::vector<char>> held(by_class.size(), std::vector<char>(problem.sites, 0));
  for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
    const DispatchTask& task = problem.tasks[t];
    if (!task.started || !task.held_by.valid()) continue;
    held[problem.crews[task.held_by.index].matrix][task.site.index] = 1;
    keep_started(t, by_class);
  }
  const auto entries = agree_on_spans(by_class, crews_by_class, first_task, now, held);
  for (ClassTravel& travel : by_class) problem.travel.push_back(std::move(travel.matrix));
  work_together();
  for (DispatchTask& task : problem.tasks) {
    const auto& entry = entries[task.site.index];
    const bool opens_later = entry && entry->span.from > now && !task.started;
    dispatch.opens.push_back(opens_later ? seconds(entry->span.from - now) + entry->way_in_s : 0);
    if (entry && !task.started) keep_to_span(*entry, now, task);
  }
}

}  // namespace

DispatchCase build_dispatch(const World& world, Time now, const EngineSettings& settings) {
  Builder builder{world, now, settings};
  builder.dispatch.zero = now;
  builder.dispatch.repair_times = learn_repair_times(world, settings.forecast.prior);
  builder.add_crews();
  builder.choose_tasks();
  builder.add_depots();
  builder.add_tasks();
  builder.travel();
  return std::move(builder.dispatch);
}

}  // namespace gridmend
