#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/hazard/water.h"
#include "core/network/link_suspicion.h"
#include "core/network/place_index.h"
#include "core/outage/evidence.h"
#include "core/outage/evidence_book.h"
#include "core/outage/outage.h"
#include "core/outage/settings.h"
#include "core/reliability/interruption.h"
#include "core/work/crew.h"
#include "core/work/depot.h"
#include "core/work/task_rules.h"
#include "core/work/work_task.h"
#include "data/region/region.h"
#include "routing/road/road_conditions.h"
#include "routing/tour/plan_changes.h"
#include "service/engine/evidence_ledger.h"
#include "service/engine/region_step.h"
#include "service/engine/supply_picture.h"

namespace gridmend {

class PreparedRoads;
struct ReassessMark;

enum class PlanningPolicy : std::uint8_t { optimised, naive };

// One step in an outage's life, with who and why.
struct OutageEvent {
  std::uint64_t revision = 0;
  Time time{};
  OutageStatus status = OutageStatus::predicted;
  std::string actor;
  std::string reason;
};

struct OutageRecord {
  Outage outage;
  std::vector<OutageEvent> history;         // oldest first
  std::vector<std::string> tasks;           // ids of its work tasks, in order of creation
  std::vector<CustomerStep> customers_out;  // how many sat in the dark from when on, by event time
  std::uint64_t revision = 0;               // of the last change: the etag
};

struct CrewRecord {
  Crew crew;
  std::map<std::string, std::uint64_t> tablets;  // newest client_seq applied, by device_id
  // When it last signed on or off, handed something back, or an operator changed what it is.
  std::uint64_t duty_revision = 0;
  std::uint64_t revision = 0;
};

struct DepotRecord {
  Depot depot;
  std::uint64_t revision = 0;
};

struct WorkTaskRecord {
  WorkTask task;
  bool made_by_engine = false;  // from an outage, not by an operator
  bool held_back = false;       // a crew handed it back: not planned until an operator touches it
  std::optional<Time> arrived_at;    // when as many crews as it needs were there; none: work stands
  Duration worked{};                 // by crews that left before it was done
  std::uint64_t asked_revision = 0;  // when the work, its weight or its place last changed
  std::uint64_t decided_revision = 0;  // when an operator last had a word in it
  std::uint64_t revision = 0;
};

struct PlannedStop {
  std::string task;
  Time arrival{};
  Time start{};
  Time completion{};
  std::optional<Time> rest{};      // the crew's break on the way there
  std::string depot{};             // where it loads material on the way there; empty: straight on
  std::optional<Time> leave_by{};  // the water closes the way out
  std::string takes_over_from{};   // the crew that has to leave before the work is done
};
struct PlannedTour {
  std::string crew;
  std::vector<PlannedStop> stops;
  std::optional<Time> return_time;  // back at its depot, where it has one
  bool home_cut_off = false;        // it has one, and no safe way there
};
struct UnplannedTask {
  std::string task;
  std::string reason;
};

// Something that happened since the plan before. `id`: the outage (the task where it serves none),
// layer, closure, crew or task.
struct PlanCause {
  enum class Kind : std::uint8_t {
    new_work,
    reassessed,
    work_ended,
    water,
    road,
    crew,
    operator_word,
    time,
    depot,
  };
  Kind kind = Kind::time;
  std::string id;
  friend bool operator==(const PlanCause&, const PlanCause&) = default;
};
struct ExplainedChange {
  PlanChangeKind kind = PlanChangeKind::assigned;
  std::string task;
  std::string crew_before;  // empty: nobody
  std::string crew_after;
  PlanCause cause;
  std::optional<double> gain_customer_min;  // weighted; none: it could not have stayed
};

// When an outage's light returns: as likely before as after; nine times in ten before.
struct RestorationEstimate {
  Time p50{};
  Time p90{};
  friend bool operator==(const RestorationEstimate&, const RestorationEstimate&) = default;
};

// Water or closures keep it from getting away from where it is.
struct CutOffCrew {
  std::string crew;
  std::optional<Time> until;  // none: no end is known
  friend bool operator==(const CutOffCrew&, const CutOffCrew&) = default;
};

// The plan crews hold now.
struct Plan {
  std::uint64_t revision = 0;  // of its adoption; 0: there has been none
  std::uint64_t made_from_revision = 0;
  Time made_at{};
  PlanningPolicy policy = PlanningPolicy::optimised;
  std::string cause;  // what made the planner plan
  double objective = 0;
  double unserved_weight = 0;
  std::vector<PlannedTour> tours;  // by crew id
  std::vector<UnplannedTask> unserved;
  std::vector<CutOffCrew> cut_off;       // by crew id
  std::vector<ExplainedChange> changes;  // against the plan before; at most kChangesKept
  double gain_customer_min = 0;          // against going on with the plan before
  std::map<std::string, RestorationEstimate, std::less<>> restorations;  // by outage
  std::vector<PlanCause> causes;  // since the plan before, newest first; at most kCausesKept
  std::uint32_t causes_in_all = 0;

  static constexpr int kChangesKept = 1000;
  static constexpr int kCausesKept = 50;
  // The one at which the work ends: where another crew takes it over, that crew's. O(stops).
  const PlannedStop* find_stop(std::string_view task) const;
  const PlannedStop* find_stop(std::string_view task, std::string_view crew) const;
  // Nobody does it, or nobody to its end. O(tasks left out).
  bool leaves_out(std::string_view task) const;
};

// What happened to water, roads and depots since the plan in force was found, each at its last:
// the newest kKept.
struct HazardLog {
  struct Entry {
    std::uint64_t revision = 0;
    PlanCause cause;
  };
  std::vector<Entry> entries;  // oldest first
  static constexpr std::size_t kKept = 1000;

  void note(std::uint64_t revision, PlanCause cause);
  void forget_until(std::uint64_t revision);  // that revision too
};

// The newest change of roads, of water or of depots.
struct HazardMark {
  std::uint64_t revision = 0;  // 0: there has been none
  std::string id;              // layer, closure or depot
};

struct ClosureRecord {
  RoadClosure closure;
  std::string actor;
  std::uint64_t revision = 0;
};

struct SwitchingRecord {
  std::uint64_t revision = 0;
  Time time{};           // of its receipt
  Time event_time{};     // the newest by this one is how the switch stands; see operate_switch()
  std::string device;    // mRID: an order outlives the region it was given in
  PhaseSet open_phases;  // none: closed
  PositionOrigin origin = PositionOrigin::operator_entry;
  SwitchingReason reason = SwitchingReason::unknown;
  std::string actor;
};

// Completed or cancelled: nothing changes it any more.
inline bool is_final(WorkStatus status) {
  return status == WorkStatus::completed || status == WorkStatus::cancelled;
}
// A crew is on its way to it or at it: plans leave it alone.
inline bool is_under_way(WorkStatus status) {
  return status == WorkStatus::en_route || status == WorkStatus::arrived;
}

// A record's etag: its revision in decimal. Requests that carry another are ABORTED.
inline std::string etag_of(std::uint64_t revision) { return std::to_string(revision); }

// Sums since the journal began.
struct Counters {
  std::uint64_t commands = 0;
  std::uint64_t evidence_accepted = 0;
  std::uint64_t evidence_unknown_reference = 0;
  std::uint64_t evidence_invalid = 0;
  std::uint64_t reassessments = 0;
  std::uint64_t plans_adopted = 0;
  std::uint64_t tasks_completed = 0;
  std::uint64_t evidence_lost_with_region = 0;  // heard of what a later region does not have
  std::uint64_t calls_forgotten = 0;            // for age or number, or without force any more
  std::uint64_t storms_learnt = 0;              // that the ledger of customer links took in
  std::uint64_t storms_not_learnt = 0;  // in which it is not known which transformers were dark
};

// What became of the accepted items (EvidenceUse); sums since the journal began.
struct EvidenceUses {
  std::uint64_t spread = 0;
  std::uint64_t unplaced = 0;
  std::uint64_t dated_ahead = 0;
  std::uint64_t dated_behind = 0;
  std::uint64_t superseded = 0;
  std::uint64_t not_supply = 0;
  std::uint64_t contradicted = 0;
};

// Items of evidence that were refused with everything else in their command: the journal knows
// nothing of them, so they are no part of the state and are counted since the program began.
class RefusedAlone {
 public:
  void add(const Error& error) {
    ++(error.code == ErrorCode::not_found ? unknown_reference_ : invalid_);
  }
  std::uint64_t unknown_reference() const { return unknown_reference_; }
  std::uint64_t invalid() const { return invalid_; }

 private:
  std::atomic<std::uint64_t> unknown_reference_ = 0;
  std::atomic<std::uint64_t> invalid_ = 0;
};

template <class Record>
using RecordMap = std::map<std::string, std::shared_ptr<const Record>, std::less<>>;

// The whole visible state after one command: immutable, safe to read from any thread and to keep
// for as long as a reader likes. Worlds share what did not change between them. Maps are ordered by
// id, so a page continues with upper_bound(last id of the page before).
class World {
 public:
  std::uint64_t revision = 0;  // journal sequence of the last command in it; 0: none yet
  Time time{};                 // when that command was received
  std::shared_ptr<const Region> region;
  std::shared_ptr<PreparedRoads> roads;  // of the region, prepared when first asked; no state

  std::shared_ptr<const SupplyPicture> supply;         // switch state and the forest it makes
  std::shared_ptr<const SupplyPicture> normal_supply;  // everything as in normal operation
  std::shared_ptr<const RecordMap<OutageRecord>> outages;
  std::shared_ptr<const RecordMap<CrewRecord>> crews;
  std::shared_ptr<const RecordMap<DepotRecord>> depots;
  std::shared_ptr<const RecordMap<WorkTaskRecord>> tasks;
  std::shared_ptr<const Plan> plan;
  std::shared_ptr<const Water> water;
  std::shared_ptr<const RecordMap<ClosureRecord>> closures;
  std::shared_ptr<const std::vector<SwitchingRecord>> switching;  // oldest first
  std::shared_ptr<const std::vector<RegionLoad>> region_loads;    // oldest first
  EvidenceLedger evidence;  // items as they were accepted, calls with their words
  // What localisation had heard when it last looked, and when that was.
  std::shared_ptr<const EvidenceBook> localised_evidence;
  Time localised_at{};
  std::shared_ptr<const ReassessMark> mark;  // that a reassessment is working on; null: none
  Counters counters;
  // What localisation believes, and the revision that gave it; 0: the engine began so.
  std::shared_ptr<const LocaliserSettings> localiser;
  std::uint64_t settings_revision = 0;
  // What an outage asks of the crews, and the revision that gave it, likewise.
  std::shared_ptr<const TaskRules> task_rules;
  std::uint64_t rules_revision = 0;
  EvidenceUses evidence_uses;
  std::shared_ptr<const RefusedAlone> refused_alone;  // goes on counting; no state
  std::uint32_t spread_calls = 0;      // that name no usage point and may still speak for dark
  std::vector<DoubtedSwitch> doubted;  // switches of which nobody is sure, by device
  std::vector<DoubtedReport> doubted_reports;  // that no outage is blamed on, by device
  SuspectedLinks suspected_links;              // of customers, from geometry and from outages
  std::shared_ptr<const PlaceIndex> places;    // of the region's network

  // Newest revisions at which something happened that localisation or planning has to look at, and
  // the newest up to which localisation did.
  std::uint64_t evidence_revision = 0;
  std::uint64_t reassessed_revision = 0;
  std::uint64_t work_revision = 0;
  HazardMark newest_water;
  HazardMark newest_closure;
  HazardMark newest_depot;  // made, changed or given up
  std::shared_ptr<const HazardLog> hazard_log = std::make_shared<const HazardLog>();
  std::uint64_t depot_gone_revision = 0;  // newest at which one was given up: plans may load there

  // Travel times of older states are not to be trusted.
  std::uint64_t hazard_revision() const {
    return std::max(newest_water.revision, newest_closure.revision);
  }
  bool needs_reassessment() const { return evidence_revision > reassessed_revision; }
  bool needs_plan() const { return work_revision > plan->made_from_revision; }

  // The revision at which the present region was taken; 0: the journal began with it. Dense ids of
  // Worlds with different region revisions are not to be mixed.
  std::uint64_t region_revision() const {
    return region_loads->empty() ? 0 : region_loads->back().revision;
  }

  const SwitchState& switches() const { return supply->switches(); }
  // Derived when first asked for after a switch was operated: O(network) then, O(1) afterwards.
  const SupplyForest& forest() const { return supply->forest(); }
  const SupplyForest& normal_forest() const { return normal_supply->forest(); }
  // How every section is fed, normally and now. As forest(): derived at the first question.
  const std::vector<SectionFeeding>& section_feeding() const {
    return supply->sections(normal_forest());
  }

  const OutageRecord* find_outage(std::string_view id) const;
  const CrewRecord* find_crew(std::string_view id) const;
  const DepotRecord* find_depot(std::string_view id) const;
  const WorkTaskRecord* find_task(std::string_view id) const;

  // When the plan in force brings the outage's light back; nullopt when some work for it is in
  // nobody's tour, or none is open.
  std::optional<RestorationEstimate> estimated_restoration(std::string_view outage_id) const;
  // The stops a crew holds: what it is at, then what follows in the plan's order, then what an
  // operator gave it since (times at the epoch: not planned yet). Empty when it has none. O(tasks).
  std::vector<PlannedStop> assignments(std::string_view crew_id) const;
};

}  // namespace gridmend
