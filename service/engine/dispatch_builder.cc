#include "service/engine/dispatch_builder.h"

#include <algorithm>

#include "service/engine/case_builder.h"
#include "service/engine/restoration_estimates.h"
#include "service/engine/site_spans.h"

namespace gridmend {

void CaseBuilder::add_crews() {
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
    TravelSite& start = sites.all[made.start_site.index];
    start.vehicle = made.matrix;
    if (crew.shift_end != Time{}) start.until = crew.shift_end;
    crew_ids.emplace(id, Id<DispatchCrew>{dispatch.problem.crews.size()});
    dispatch.problem.crews.push_back(std::move(made));
  }
}

// A break whose window is over was taken, or is not to be had any more.
void CaseBuilder::plan_rest(const Crew& crew, DispatchCrew& made) const {
  const bool is_over = crew.rest_latest && *crew.rest_latest < now;
  if (crew.rest_length <= Duration::zero() || is_over) return;
  made.rest_length = seconds(crew.rest_length);
  if (crew.rest_earliest) made.rest_earliest = seconds_from_now(*crew.rest_earliest);
  if (crew.rest_latest) made.rest_latest = seconds_from_now(*crew.rest_latest);
}

// A depot is a place of the problem where somebody's tour ends there, or where material is needed
// and it has some.
void CaseBuilder::add_depots() {
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

// Without crews, or without work, nobody goes anywhere: all places are one.
bool CaseBuilder::stand_still() {
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

// When the last crew is home; the end of time when one's shift has no end. Work under way may
// outlast its shift.
Time CaseBuilder::latest_end() const {
  double latest = 0;
  for (const DispatchCrew& crew : dispatch.problem.crews) latest = std::max(latest, crew.shift_end);
  if (latest == kNever) return Time::max();
  for (const DispatchTask& task : dispatch.problem.tasks) {
    if (task.started) latest = std::max(latest, task.duration);
  }
  return later(later(now, from_seconds(latest)), settings.way_home);
}

// Crews load while the water lets them in and out again.
void CaseBuilder::open_depots(std::span<const std::optional<SiteSpan>> entries) {
  for (DispatchDepot& depot : dispatch.problem.depots) {
    const auto& entry = entries[depot.site.index];
    if (!entry) continue;
    depot.earliest = opens_at(*entry, now);
    depot.leave_by = leave_by(*entry, now);
  }
}

// Its tour ends at its depot, if there is a way there and the water does not close it before the
// shift ends.
void CaseBuilder::go_home(std::size_t crew, const TravelMatrix& matrix,
                          std::span<const std::optional<SiteSpan>> entries) {
  DispatchCrew& made = dispatch.problem.crews[crew];
  const auto home = depot_sites.find(world.find_crew(made.id)->crew.home_depot);
  if (home == depot_sites.end()) return;
  const auto& entry = entries[home->second.index];
  const double opens = entry ? opens_at(*entry, now) : 0;
  const double closes =
      entry && entry->span.until != Time::max() ? seconds(entry->span.until - now) : kNever;
  if (matrix.reachable(made.start_site.index, home->second.index) && opens <= made.shift_end &&
      closes >= made.shift_end) {
    made.end_site = home->second;
    dispatch.home_opens[crew] = opens;
  } else {
    dispatch.home_cut_off[crew] = 1;
  }
}

// When a crew whose start the water cuts off can leave, and by when it has to.
void CaseBuilder::set_out(DispatchCrew& crew, const ClassTravel& by_class) const {
  if (by_class.spans.empty() || !by_class.spans[crew.start_site.index]) return;
  const SiteSpan& span = *by_class.spans[crew.start_site.index];
  if (span.span.from > now)
    crew.start_time = std::max(crew.start_time, seconds(span.span.from - now));
  crew.leave_by = leave_by(span, now);
}

// Who could do some task at a place with what is on board.
void CaseBuilder::find_able_crews() {
  const DispatchProblem& problem = dispatch.problem;
  const auto is_able = [&](std::size_t c, const DispatchTask& task) {
    const DispatchCrew& crew = problem.crews[c];
    const Id<DispatchCrew> id{c};
    if (task.started) return task.held_by == id;
    const bool free = !task.pinned_to.valid() || task.pinned_to == id || task.crews_needed > 1;
    return free && crew.skills.covers(task.skills) &&
           std::min(crew.load, crew.capacity) >= task.demand / task.crews_needed &&
           std::ranges::find(task.vetoed, id) == task.vetoed.end();
  };
  for (std::size_t c = 0; c < problem.crews.size(); ++c) {
    for (const DispatchTask& task : problem.tasks) {
      auto& crews = sites.all[task.site.index].crews;
      if (!is_able(c, task) || (!crews.empty() && crews.back() == c)) continue;
      crews.push_back(static_cast<std::uint32_t>(c));
    }
  }
}

void CaseBuilder::travel() {
  DispatchProblem& problem = dispatch.problem;
  dispatch.home_cut_off.assign(problem.crews.size(), 0);
  dispatch.home_opens.assign(problem.crews.size(), 0);
  dispatch.cut_off.resize(problem.crews.size());
  if (stand_still()) return;
  problem.sites = static_cast<std::uint32_t>(sites.all.size());
  const std::size_t starts = problem.crews.size();
  // Without water and closures nobody is cut off.
  if (!world.water->slices().empty() || !world.closures->empty()) find_able_crews();
  auto by_class = travel_matrices(world, now, latest_end(), settings, classes, sites.all, starts);
  std::vector<int> crews_by_class(by_class.size(), 0);
  for (const DispatchCrew& crew : problem.crews) ++crews_by_class[crew.matrix];
  std::vector<std::vector<char>> held(by_class.size(), std::vector<char>(problem.sites, 0));
  for (const DispatchTask& task : problem.tasks) {
    if (task.started && task.held_by.valid())
      held[problem.crews[task.held_by.index].matrix][task.site.index] = 1;
  }
  const auto entries = agree_on_spans(by_class, crews_by_class, starts, now, held);
  open_depots(entries);
  for (std::size_t c = 0; c < starts; ++c) {
    go_home(c, by_class[problem.crews[c].matrix].matrix, entries);
    const ClassTravel& travel = by_class[problem.crews[c].matrix];
    set_out(problem.crews[c], travel);
    if (!travel.cut_off.empty())
      dispatch.cut_off[c] = travel.cut_off[problem.crews[c].start_site.index];
  }
  for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
    if (problem.tasks[t].started && problem.tasks[t].held_by.valid()) keep_started(t, by_class);
  }
  for (ClassTravel& travel : by_class) problem.travel.push_back(std::move(travel.matrix));
  work_together();
  for (DispatchTask& task : problem.tasks) {
    const auto& entry = entries[task.site.index];
    const bool opens_later = entry && entry->span.from > now && !task.started;
    dispatch.opens.push_back(opens_later ? opens_at(*entry, now) : 0);
    if (entry && !task.started) keep_to_span(*entry, now, task);
  }
}

DispatchCase build_dispatch(const World& world, Time now, const EngineSettings& settings) {
  CaseBuilder builder{world, now, settings};
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
