#include "service/drill/plan_safety.h"

#include <algorithm>
#include <array>

#include "service/converters/enum_converter.h"
#include "service/converters/geography_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {
namespace {

// A way is looked at every five minutes, the planner's in steps of its own.
constexpr Duration kTolerance = std::chrono::minutes{1};
constexpr double kStepOnFoot_m = 5;
constexpr double kPuddle_m = .05;  // no deeper: not wet

bool is_over(const v1::WorkTask& task) {
  return task.status() == v1::WorkTask::COMPLETED || task.status() == v1::WorkTask::CANCELLED;
}

bool is_at_work(const v1::WorkTask& task, const std::string& crew) {
  return std::ranges::any_of(task.crews(), [&](const v1::TaskCrew& part) {
    return part.crew() == crew && part.status() == v1::WorkTask::ARRIVED;
  });
}

Time time_of(const google::protobuf::Timestamp& stamp) {
  return to_domain(stamp, "plan").value_or(Time::max());
}

Position place_of(const v1::Position& position) {
  return to_domain(position, "position").value_or(Position{});
}

}  // namespace

std::string_view to_string(UnsafeWay::Reason reason) {
  switch (reason) {
    case UnsafeWay::Reason::no_way:
      return "no way";
    case UnsafeWay::Reason::too_late:
      return "too late";
    case UnsafeWay::Reason::water_at_the_site:
      return "water at the site";
    case UnsafeWay::Reason::water_on_foot:
      return "water on foot";
    case UnsafeWay::Reason::cut_off:
      return "cut off";
    case UnsafeWay::Reason::not_yet_due:
      return "not yet due";
    case UnsafeWay::Reason::no_room_for_break:
      return "no room for the break";
  }
  return "";
}

PlanSafety::PlanSafety(const RoadGraph& graph, const VehicleLimits& limits)
    : graph_(graph), limits_(limits) {
  if (!graph.empty()) states_ = std::make_unique<RoadStates>(graph);
}

void PlanSafety::know(const Water& water, const std::vector<RoadClosure>& closures) {
  water_ = water;
  closures_ = closures;
}

void PlanSafety::tell(const Scene& scene, const std::string& crew, const std::string& task,
                      UnsafeWay::Reason reason) {
  score_.unsafe.push_back({scene.now, crew, task, reason});
}

PlanSafety::Doors PlanSafety::doors(Position position) const {
  return search_starts(graph_, position);
}

TimedRoads& PlanSafety::roads_of(VehicleClass vehicle_class, Time now) {
  const std::pair key{vehicle_class, now};
  const auto known = roads_.find(key);
  if (known != roads_.end()) return known->second;
  return roads_.try_emplace(key, *states_, vehicle_class, limits_, water_, closures_, now)
      .first->second;
}

void PlanSafety::judge(const v1::Plan& plan, const Scene& scene) {
  ++score_.plans;
  judge_order(plan, scene);
  if (states_ == nullptr || (water_.slices().empty() && closures_.empty())) return;
  roads_.clear();
  for (const v1::PlannedTour& tour : plan.tours()) judge_tour(tour, scene);
}

void PlanSafety::judge_order(const v1::Plan& plan, const Scene& scene) {
  std::map<std::string, Time> done;
  for (const v1::PlannedTour& tour : plan.tours()) {
    for (const v1::PlannedStop& stop : tour.stops()) {
      const Time completion = time_of(stop.completion_time());
      const auto [known, fresh] = done.emplace(stop.work_task(), completion);
      if (!fresh) known->second = std::max(known->second, completion);
    }
  }
  for (const v1::PlannedTour& tour : plan.tours()) {
    for (const v1::PlannedStop& stop : tour.stops()) {
      const auto task = scene.tasks.find(stop.work_task());
      // What was asked for when the work had begun keeps nobody from it.
      if (task == scene.tasks.end() || is_at_work(task->second, tour.crew())) continue;
      for (const std::string& before : task->second.hard_after()) {
        const auto first = scene.tasks.find(before);
        if (first == scene.tasks.end() || is_over(first->second)) continue;
        const auto planned = done.find(before);
        if (planned == done.end() || planned->second > time_of(stop.start_time())) {
          tell(scene, tour.crew(), stop.work_task(), UnsafeWay::Reason::not_yet_due);
        }
      }
    }
  }
}

// The part on which one is when one has left through a door.
std::uint32_t PlanSafety::part_of(TimedRoads& roads, const Doors& doors) const {
  for (const SearchStart& door : doors) {
    const std::uint32_t part = roads.parts()[states_->after(door.place.edge).index];
    if (part != TimedRoads::kNowhere) return part;
  }
  return TimedRoads::kNowhere;
}

void PlanSafety::judge_tour(const v1::PlannedTour& tour, const Scene& scene) {
  const auto crew = scene.crews.find(tour.crew());
  if (crew == scene.crews.end()) return;
  const VehicleClass vehicle =
      to_domain(crew->second.vehicle_class()).value_or(VehicleClass::truck);
  if (vehicle == VehicleClass::boat) return;
  TimedRoads& roads = roads_of(vehicle, scene.now);
  OnTour at{crew->second, roads, doors(place_of(crew->second.position())), scene.now};
  if (crew->second.has_shift_start())
    at.free = std::max(at.free, time_of(crew->second.shift_start()));
  at.home = part_of(roads, at.doors);
  at.could_stay_out =
      at.home == roads.main_part() || roads.reaches(at.doors, roads.main_part(), at.free);
  for (const v1::PlannedStop& stop : tour.stops()) judge_stop(stop, scene, at);
  judge_way_home(tour, scene, at);
}

void PlanSafety::judge_way_home(const v1::PlannedTour& tour, const Scene& scene, const OnTour& at) {
  const auto depot = scene.depots.find(at.crew.home_depot());
  const bool goes_home = !tour.stops().empty() && tour.has_return_time() && !tour.home_cut_off();
  if (!goes_home || depot == scene.depots.end()) return;
  ++score_.ways;
  const std::array way{at.doors, doors(depot->second)};
  const auto there = end_of(at.roads, way, at.free);
  if (!there) {
    tell(scene, at.crew.id(), depot->first, UnsafeWay::Reason::no_way);
  } else if (*there > time_of(tour.return_time()) + kTolerance) {
    tell(scene, at.crew.id(), depot->first, UnsafeWay::Reason::too_late);
  }
}

void PlanSafety::judge_stop(const v1::PlannedStop& stop, const Scene& scene, OnTour& tour) {
  const auto task = scene.tasks.find(stop.work_task());
  if (task == scene.tasks.end()) return;
  const Doors site = doors(place_of(task->second.position()));
  const Time start = time_of(stop.start_time());
  const Time done = time_of(stop.completion_time());
  const std::string& crew = tour.crew.id();
  const bool at_work = is_at_work(task->second, crew);
  if (!at_work) {
    ++score_.ways;
    const bool gets_there = judge_way(stop, scene, tour, site);
    const bool dry = std::ranges::any_of(site, [&](const SearchStart& door) {
      return tour.roads.open(door.place.edge, start, done);
    });
    if (gets_there && !dry)
      tell(scene, crew, stop.work_task(), UnsafeWay::Reason::water_at_the_site);
    const Position place = place_of(task->second.position());
    if (gets_there && dry && !can_be_reached_on_foot(site, place, start, done))
      tell(scene, crew, stop.work_task(), UnsafeWay::Reason::water_on_foot);
    if (gets_there && dry && !gets_out(tour, site, done))
      tell(scene, crew, stop.work_task(), UnsafeWay::Reason::cut_off);
  }
  tour.doors = site;
  tour.free = std::max(tour.free, done);
}

std::optional<Time> PlanSafety::end_of(TimedRoads& roads, std::span<const Doors> way,
                                       Time depart) const {
  std::optional<Time> there = depart;
  for (std::size_t leg = 1; there && leg < way.size(); ++leg) {
    // Within one part every way is open at every time.
    const std::uint32_t part = part_of(roads, way[leg - 1]);
    const bool same = part != TimedRoads::kNowhere && part == part_of(roads, way[leg]);
    if (!same) there = roads.arrival(way[leg - 1], way[leg], *there);
  }
  return there;
}

bool PlanSafety::judge_way(const v1::PlannedStop& stop, const Scene& scene, const OnTour& tour,
                           const Doors& site) {
  std::vector<Doors> way{tour.doors};
  if (const auto depot = scene.depots.find(stop.depot()); depot != scene.depots.end())
    way.push_back(doors(depot->second));
  way.push_back(site);
  const auto there = end_of(tour.roads, way, tour.free);
  const bool late = there && *there > time_of(stop.start_time()) + kTolerance;
  if (!there || late) {
    tell(scene, tour.crew.id(), stop.work_task(),
         late ? UnsafeWay::Reason::too_late : UnsafeWay::Reason::no_way);
    return false;
  }
  if (stop.has_rest_time()) judge_break(stop, scene, tour, way);
  return true;
}

// Where the crew is, or where it goes: the plan says when only.
void PlanSafety::judge_break(const v1::PlannedStop& stop, const Scene& scene, const OnTour& tour,
                             std::span<const Doors> way) {
  const Time begins = std::max(time_of(stop.rest_time()), tour.free);
  const Duration length = to_domain(tour.crew.rest_length(), "rest").value_or(Duration{});
  const Time start = time_of(stop.start_time()) + kTolerance;
  const auto is_open = [&](const Doors& place, Time from, Time until) {
    return std::ranges::any_of(place, [&](const SearchStart& door) {
      return tour.roads.open(door.place.edge, from, until);
    });
  };
  const auto after_it = end_of(tour.roads, way, begins + length);
  if (after_it && *after_it <= start && is_open(way.front(), begins, begins + length)) return;
  const auto before_it = end_of(tour.roads, way, tour.free);
  const Time there = std::max(*before_it, begins);
  if (there + length <= start && is_open(way.back(), there, there + length)) return;
  tell(scene, tour.crew.id(), stop.work_task(), UnsafeWay::Reason::no_room_for_break);
}

// Beside its vehicle a crew works where the vehicle stands.
bool PlanSafety::can_be_reached_on_foot(const Doors& doors, Position site, Time from,
                                        Time until) const {
  const SnapSettings limits;
  const auto is_wadable = [&](Position road, Time at) {
    const double whole_m = distance_m(road, site);
    if (whole_m <= limits.roadside_m) return true;
    const double share = limits.roadside_m / whole_m;
    const Position beside{road.longitude_deg + share * (site.longitude_deg - road.longitude_deg),
                          road.latitude_deg + share * (site.latitude_deg - road.latitude_deg)};
    double wet_m = 0;
    const int steps = std::max(1, static_cast<int>(whole_m / kStepOnFoot_m));
    for (int i = 0; i < steps; ++i) {
      const double on = (i + .5) / steps;
      const double depth_m =
          water_.depth_m({beside.longitude_deg + on * (site.longitude_deg - beside.longitude_deg),
                          beside.latitude_deg + on * (site.latitude_deg - beside.latitude_deg)},
                         at);
      if (depth_m > limits.wadable_depth_m) return false;
      if (depth_m > kPuddle_m) wet_m += whole_m / steps;
    }
    return wet_m <= limits.wade_m + 2 * kStepOnFoot_m;
  };
  return std::ranges::any_of(doors, [&](const SearchStart& door) {
    for (Time at = from; at <= until; at += TimedRoads::kLook) {
      if (!is_wadable(door.place.position, at)) return false;
    }
    return true;
  });
}

// Who was cut off, or is where it was and stays dry, has lost nothing.
bool PlanSafety::gets_out(const OnTour& tour, const Doors& site, Time done) {
  const std::uint32_t part = part_of(tour.roads, site);
  const std::uint32_t main = tour.roads.main_part();
  if (!tour.could_stay_out || part == main) return true;
  if (part != TimedRoads::kNowhere && part == tour.home) return true;
  return tour.roads.reaches(site, main, done);
}

}  // namespace gridmend
