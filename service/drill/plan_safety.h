#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gridmend/v1/work.pb.h"
#include "routing/road/travel_times.h"
#include "service/drill/timed_roads.h"

namespace gridmend {

// What must not be in a plan.
struct UnsafeWay {
  enum class Reason : std::uint8_t {
    no_way,             // none that is open while it is driven, however long one waits
    too_late,           // the safe ways take until after the work was to begin
    water_at_the_site,  // the street there closes while the crew is at work
    water_on_foot,  // between street and site it is too deep or too far while the crew is at work
    cut_off,        // the crew could have stayed out, and does not get out again
    not_yet_due,    // before what has to be done before
    no_room_for_break,  // neither before the way nor after it, on a street that is open
  };
  Time planned{};
  std::string crew;
  std::string task;  // or the depot it goes home to
  Reason reason = Reason::no_way;
};
std::string_view to_string(UnsafeWay::Reason reason);

struct SafetyScore {
  int plans = 0;
  int ways = 0;  // from stop to stop, and home
  std::vector<UnsafeWay> unsafe;
};

// Judges plans by what was known when they were made: water, closures, where crews stood. It shares
// with the planner how long a road takes under water and which turns are allowed, and nothing that
// the planner makes of it. Not judged are: crews with boats, but for their prerequisites; when a
// depot on the way is open; crews at work, but for the ways they take afterwards; and, where the
// region has no roads, water. A way is looked at every five minutes, so that water which closes a
// road for less is not seen.
class PlanSafety {
 public:
  PlanSafety(const RoadGraph& graph, const VehicleLimits& limits);

  // From here on.
  void know(const Water& water, const std::vector<RoadClosure>& closures);

  struct Scene {
    Time now{};
    std::map<std::string, v1::Crew> crews;
    std::map<std::string, v1::WorkTask>
        tasks;  // at least those of the plan, and what they wait for
    std::map<std::string, Position> depots;
  };
  void judge(const v1::Plan& plan, const Scene& scene);

  const SafetyScore& score() const { return score_; }

 private:
  using Doors = std::vector<SearchStart>;
  // A crew as its tour goes on.
  struct OnTour {
    const v1::Crew& crew;
    TimedRoads& roads;
    Doors doors;  // where it is
    Time free;
    std::uint32_t home = TimedRoads::kNowhere;  // the part it was on at first
    bool could_stay_out = false;
  };
  void judge_order(const v1::Plan& plan, const Scene& scene);
  void judge_tour(const v1::PlannedTour& tour, const Scene& scene);
  void judge_stop(const v1::PlannedStop& stop, const Scene& scene, OnTour& tour);
  // False: the way is none; it was told.
  bool judge_way(const v1::PlannedStop& stop, const Scene& scene, const OnTour& tour,
                 const Doors& site);
  void judge_break(const v1::PlannedStop& stop, const Scene& scene, const OnTour& tour,
                   std::span<const Doors> way);
  void judge_way_home(const v1::PlannedTour& tour, const Scene& scene, const OnTour& at);
  // When one is at the end of it who sets out then; nullopt: never.
  std::optional<Time> end_of(TimedRoads& roads, std::span<const Doors> way, Time depart) const;
  // All that time, from one of the doors.
  bool can_be_reached_on_foot(const Doors& doors, Position site, Time from, Time until) const;
  bool gets_out(const OnTour& tour, const Doors& site, Time done);
  std::uint32_t part_of(TimedRoads& roads, const Doors& doors) const;
  TimedRoads& roads_of(VehicleClass vehicle_class, Time now);
  Doors doors(Position position) const;
  void tell(const Scene& scene, const std::string& crew, const std::string& task,
            UnsafeWay::Reason reason);

  const RoadGraph& graph_;
  VehicleLimits limits_;
  std::unique_ptr<RoadStates> states_;
  Water water_;
  std::vector<RoadClosure> closures_;
  std::map<std::pair<VehicleClass, Time>, TimedRoads> roads_;  // of the plan being judged
  SafetyScore score_;
};

}  // namespace gridmend
