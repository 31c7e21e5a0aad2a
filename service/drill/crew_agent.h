#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "service/drill/drill_client.h"
#include "service/drill/true_roads.h"
#include "service/drill/true_storm.h"

namespace gridmend {

// A stretch a crew drove, for pictures.
struct DriveTrack {
  std::string crew;
  Time depart{};
  Time arrive{};
  Polyline polyline;
};

struct VisitRecord {
  std::string crew;
  std::string task;
  Position position;
  Time arrive{};
  Time finish{};
  bool repaired = false;
};

// Sums over all crews.
struct CrewTally {
  std::vector<DriveTrack> drives;
  std::vector<VisitRecord> visits;
  int visits_in_vain = 0;            // nothing was open there
  int visits_to_switched_off = 0;    // it stood open on purpose: must never happen
  int loads = 0;                     // of material at a depot
  std::set<std::string> by_several;  // tasks that several crews began together
  int water_works = 0;               // visits that drained, dried or inspected
  int waits_for_water = 0;           // an assignment with no safe way at that moment
};

// One crew with its tablet: fetches its assignments, acknowledges, drives as the roads really are,
// looks, repairs for as long as it really takes, reports.
class CrewAgent {
 public:
  CrewAgent(std::string id, VehicleClass vehicle_class, Position depot, Time on_duty_from,
            std::optional<Time> on_duty_until);

  // Brings the crew to `now`. Reports go through the client; repairs happen in `storm`.
  Result<void> step(Time now, const NetworkModel& network, DrillClient& client, TrueRoads& roads,
                    TrueStorm& storm, int pings, CrewTally& tally);

  const std::string& id() const { return id_; }
  bool busy() const { return activity_ != Activity::off_duty && activity_ != Activity::free; }
  Position position_at_time(Time now) const;

 private:
  // to_depot: driving there, then loading. waiting: at the site, for the other crews of the task or
  // for what has to be done before it.
  enum class Activity : std::uint8_t { off_duty, free, to_depot, driving, waiting, working };

  Result<v1::SyncResponse> sync(DrillClient& client, std::vector<v1::TabletOperation> operations,
                                Time now);
  Result<void> sign(Time now, DrillClient& client, bool on);
  Result<void> take_next(Time now, DrillClient& client, TrueRoads& roads, CrewTally& tally);
  Result<void> drive_on(Time now, const NetworkModel& network, DrillClient& client,
                        TrueStorm& storm, CrewTally& tally);
  Result<void> load_on(Time now, DrillClient& client, CrewTally& tally);
  Result<void> wait_on(Time now, DrillClient& client, TrueStorm& storm, CrewTally& tally);
  Result<void> begin_if_ready(Time now, DrillClient& client, TrueStorm& storm, CrewTally& tally);
  void begin_work(Time now, TrueStorm& storm, CrewTally& tally);
  Result<void> work_on(Time now, DrillClient& client, TrueStorm& storm, int pings,
                       CrewTally& tally);
  Result<void> resolve_site(const NetworkModel& network, DrillClient& client);
  void leave(Time now);

  std::string id_;
  VehicleClass vehicle_class_;
  Position position_;
  Time on_duty_from_;
  std::optional<Time> on_duty_until_;
  Activity activity_ = Activity::off_duty;
  bool went_home_ = false;
  std::uint64_t operations_ = 0;

  v1::WorkTask task_;
  std::string depot_;       // where it is to load
  std::string loaded_for_;  // the task that it loaded for last
  Drive drive_;
  Time since_{};  // driving: departure; working: arrival
  Time until_{};
  Id<Device> site_device_;
  Id<UsagePoint> site_premises_;
  SiteVisit visit_;
};

}  // namespace gridmend
