#include "data/settings/localiser_file.h"
#include "data/settings/task_rules_file.h"
#include "service/engine/evidence_hash.h"
#include "service/engine/state.h"

// Every field of the state, in a fixed order, so that equal states have equal hashes and unequal
// ones do not. A field added to a record is added here.

namespace gridmend {
namespace {

struct Canon {
  Hasher hasher;

  template <class T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) void add(T value) { hasher.add(value); }
  void add(const std::string& text) { hasher.add(std::string_view(text)); }
  void add(Time time) { hasher.add(time.time_since_epoch().count()); }
  void add(Duration duration) { hasher.add(duration.count()); }
  void add(PhaseSet phases) { hasher.add(phases.bits); }
  void add(SkillSet skills) { hasher.add(skills.bits); }
  template <class Record>
  void add(Id<Record> id) {
    hasher.add(id.index);
  }
  void add(const Position& position) {
    add(position.longitude_deg);
    add(position.latitude_deg);
  }
  template <class T>
  void add(const std::optional<T>& value) {
    hasher.add(value.has_value());
    if (value) add(*value);
  }
  template <class T>
  void add(const std::vector<T>& values) {
    hasher.add(std::uint64_t{values.size()});
    for (const T& value : values) add(value);
  }
  template <class T>
  void add(const std::shared_ptr<const T>& value) {
    add(*value);
  }
  template <class Key, class Value, class Less>
  void add(const std::map<Key, Value, Less>& values) {
    hasher.add(std::uint64_t{values.size()});
    for (const auto& [key, value] : values) {
      add(key);
      add(value);
    }
  }

  void add(const SuspectDevice& suspect) {
    add(suspect.device);
    add(suspect.usage_point);
    add(suspect.p_active);
  }
  void add(const PossibleFeed& feed) {
    add(feed.device);
    add(feed.probability);
  }
  void add(const DoubtedSwitch& doubt) {
    add(doubt.device);
    add(doubt.recorded_open);
    add(doubt.said);
    add(doubt.closed_before);
    add(doubt.closed);
    add(doubt.topologies);
    add(doubt.left_out);
  }
  void add(const EvidenceShare& share) {
    add(share.kind);
    add(share.items);
    add(share.log_odds);
  }
  void add(const UsagePointSet& set) {
    add(std::uint64_t{set.ranges().size()});
    for (const IdRange<UsagePoint>& range : set.ranges()) {
      add(range.first);
      add(range.last);
    }
  }
  void add(const Outage& outage);
  void add(const OutageEvent& event) {
    add(event.revision);
    add(event.time);
    add(event.status);
    add(event.actor);
    add(event.reason);
  }
  void add(const CustomerStep& step) {
    add(step.time);
    add(step.customers);
  }
  void add(const OutageRecord& record) {
    add(record.outage);
    add(record.history);
    add(record.tasks);
    add(record.customers_out);
    add(record.revision);
  }
  void add(const CrewRecord& record);
  void add(const DepotRecord& record) {
    add(record.depot.id);
    add(record.depot.name);
    add(record.depot.position);
    add(record.depot.stock);
    add(record.depot.loading);
    add(record.revision);
  }
  void add(const TaskCrew& part) {
    add(part.crew);
    add(part.status);
    add(part.arrived_at);
  }
  void add(const WorkTaskRecord& record);
  void add(const PlannedStop& stop) {
    add(stop.task);
    add(stop.arrival);
    add(stop.start);
    add(stop.completion);
    add(stop.rest);
    add(stop.depot);
    add(stop.leave_by);
    add(stop.takes_over_from);
  }
  void add(const PlannedTour& tour) {
    add(tour.crew);
    add(tour.stops);
    add(tour.return_time);
    add(tour.home_cut_off);
  }
  void add(const UnplannedTask& task) {
    add(task.task);
    add(task.reason);
  }
  void add(const CutOffCrew& crew) {
    add(crew.crew);
    add(crew.until);
  }
  void add(const PlanCause& cause) {
    add(cause.kind);
    add(cause.id);
  }
  void add(const HazardLog::Entry& entry) {
    add(entry.revision);
    add(entry.cause);
  }
  void add(const ExplainedChange& change) {
    add(change.kind);
    add(change.task);
    add(change.crew_before);
    add(change.crew_after);
    add(change.cause);
    add(change.gain_customer_min);
  }
  void add(const RestorationEstimate& estimate) {
    add(estimate.p50);
    add(estimate.p90);
  }
  void add(const HazardMark& mark) {
    add(mark.revision);
    add(mark.id);
  }
  void add(const Plan& plan);
  void add(const DepthPolygon& polygon) {
    add(polygon.rings);
    add(polygon.depth_m);
  }
  void add(const DepthGrid& grid);
  void add(const Water& water);
  void add(const ClosureRecord& record) {
    add(record.closure.id);
    add(record.closure.line);
    if (!record.closure.area.empty()) add(record.closure.area);
    add(record.closure.from);
    add(record.closure.until);
    add(record.closure.reason);
    add(record.actor);
    add(record.revision);
  }
  void add(const SwitchingRecord& record) {
    add(record.revision);
    add(record.time);
    add(record.event_time);
    add(record.device);
    add(record.open_phases);
    add(record.origin);
    add(record.reason);
    add(record.actor);
  }
  void add(const RegionLoad& load) {
    add(load.revision);
    add(load.time);
    add(load.actor);
    add(load.region);
    add(load.previous_region);
    add(load.name);
    add(load.carry_over.SerializeAsString());  // no map in it: one form only
  }
  void add(const Counters& counters);
  void add(const EvidenceUses& uses);
  void add(const DarkSpell& spell) {
    add(spell.transformer);
    add(spell.from);
    add(spell.to);
  }
  void add(const EndedOutage& ended) {
    add(ended.id);
    add(ended.from);
    add(ended.to);
    add(ended.area.west_deg);
    add(ended.area.south_deg);
    add(ended.area.east_deg);
    add(ended.area.north_deg);
    add(ended.spells);
    add(ended.known);
  }
  void add(const LinkLedger::Suspicion& said) {
    add(said.usage_point);
    add(said.transformer);
    add(said.log_odds);
  }
  void add(const SuspectedLink& link) {
    add(link.usage_point);
    add(link.declared);
    add(link.likelier);
    add(link.probability);
  }
  template <class T>
  void add(std::span<const T> values) {
    hasher.add(std::uint64_t{values.size()});
    for (const T& value : values) add(value);
  }
};

void Canon::add(const Outage& outage) {
  add(outage.id);
  add(outage.status);
  add(outage.cause);
  add(outage.probable);
  add(outage.runners_up);
  add(outage.dead_items);
  add(outage.feeder);
  add(outage.phases);
  add(outage.onset_earliest);
  add(outage.onset_latest);
  add(outage.detected_at);
  add(outage.updated_at);
  add(outage.restored_at);
  add(outage.expected_customers);
  add(outage.customers_low);
  add(outage.customers_high);
  add(outage.customers_affected);
  add(outage.weight);
  add(outage.critical);
  add(outage.affected);
  add(outage.dark);
  add(outage.switched_off);
  add(outage.operator_confirmed);
  add(outage.operator_cause);
  add(outage.operator_merged);
  add(outage.momentary);
  add(outage.split_from);
  add(outage.merged_into);
  add(outage.device_since);
  add(outage.unsafe.reason);
  add(outage.unsafe.device);
  add(outage.unsafe.depth_m);
  add(outage.unsafe.depth_sigma_m);
  add(outage.unsafe.live_part_height_m);
  add(outage.unsafe.time);
  add(outage.unsafe.dry_at);
  add(outage.unsafe.sentence_en);
  add(outage.unsafe.sentence_zh);
  add(outage.water_error.deeper_m);
  add(outage.water_error.probability);
  add(outage.water_error.prior);
  add(outage.fed_through);
  add(outage.why);
  add(outage.explanation_en);
  add(outage.explanation_zh);
  add(outage.tell_apart.usage_point);
  add(outage.tell_apart.device);
  add(outage.tell_apart.gain_minutes);
  add(outage.tell_apart.sentence_en);
  add(outage.tell_apart.sentence_zh);
}

void Canon::add(const CrewRecord& record) {
  const Crew& crew = record.crew;
  add(crew.id);
  add(crew.name);
  add(crew.position);
  add(crew.position_time);
  add(crew.shift_start);
  add(crew.shift_end);
  add(crew.skills);
  add(crew.vehicle_class);
  add(crew.capacity);
  add(crew.load);
  add(crew.home_depot);
  add(crew.status);
  add(crew.current_task);
  add(crew.rest_length);
  add(crew.rest_earliest);
  add(crew.rest_latest);
  add(record.tablets);
  add(record.duty_revision);
  add(record.revision);
}

void Canon::add(const WorkTaskRecord& record) {
  const WorkTask& task = record.task;
  add(task.id);
  add(task.kind);
  add(task.status);
  add(task.outage);
  add(task.device);
  add(task.position);
  add(task.expected_duration);
  add(task.skills);
  add(task.weight);
  add(task.demand);
  add(task.crews_needed);
  add(task.created_at);
  add(task.earliest);
  add(task.deadline);
  add(task.after);
  add(task.hard_after);
  add(task.crews);
  add(task.pinned_to);
  add(task.completed_at);
  add(task.finding);
  add(task.vetoed_crews);
  add(task.due);
  add(task.late_weight);
  add(record.made_by_engine);
  add(record.held_back);
  add(record.arrived_at);
  add(record.worked);
  add(record.asked_revision);
  add(record.decided_revision);
  add(record.revision);
}

void Canon::add(const Plan& plan) {
  add(plan.revision);
  add(plan.made_from_revision);
  add(plan.made_at);
  add(plan.policy);
  add(plan.cause);
  add(plan.objective);
  add(plan.unserved_weight);
  add(plan.tours);
  add(plan.unserved);
  // A plan of an older journal has none, and the hash that it had.
  if (!plan.cut_off.empty()) add(plan.cut_off);
  add(plan.changes);
  add(plan.gain_customer_min);
  add(plan.restorations);
  if (!plan.causes.empty()) {
    add(plan.causes);
    add(plan.causes_in_all);
  }
}

void Canon::add(const DepthGrid& grid) {
  add(grid.west_deg);
  add(grid.north_deg);
  add(grid.step_east_deg);
  add(grid.step_south_deg);
  add(grid.columns);
  add(grid.rows);
  hasher.add_bytes(std::as_bytes(std::span<const float>(grid.depth_m)));
}

void Canon::add(const Water& water) {
  for (const std::shared_ptr<const WaterSlice>& slice : water.slices()) {
    add(slice->id);
    add(slice->valid_at);
    add(slice->grid);
    add(slice->polygons);
    add(slice->depth_sigma_m);
    add(slice->dry_elsewhere);
  }
}

void Canon::add(const Counters& counters) {
  add(counters.calls_forgotten);
  add(counters.commands);
  add(counters.evidence_accepted);
  add(counters.evidence_unknown_reference);
  add(counters.evidence_invalid);
  add(counters.reassessments);
  add(counters.plans_adopted);
  add(counters.tasks_completed);
  add(counters.evidence_lost_with_region);
  add(counters.storms_learnt);
  add(counters.storms_not_learnt);
}

void Canon::add(const EvidenceUses& uses) {
  add(uses.spread);
  add(uses.unplaced);
  add(uses.dated_ahead);
  add(uses.superseded);
  add(uses.not_supply);
  add(uses.contradicted);
  if (uses.dated_behind > 0) add(uses.dated_behind);
}

}  // namespace

Hash128 State::hash() const {
  GRIDMEND_CHECK(heard_.empty(), "the evidence book is up to date");
  Canon canon;
  canon.add(region_->id.high);
  canon.add(region_->id.low);
  canon.add(revision_);
  canon.add(time_);
  canon.add(*draft_.outages);
  canon.add(*draft_.crews);
  canon.add(*draft_.depots);
  canon.add(*draft_.tasks);
  canon.add(*draft_.plan);
  canon.add(*draft_.water);
  canon.add(*draft_.closures);
  canon.add(*draft_.switching);
  canon.add(*draft_.region_loads);
  canon.add(draft_.supply->switches().departures());
  add_to_hash(draft_.switch_histories, canon.hasher);
  canon.add(draft_.evidence.size());
  canon.add(draft_.evidence_chain);
  canon.add(draft_.counters);
  canon.add(write_whole_localiser_settings(*draft_.localiser));
  canon.add(draft_.settings_revision);
  canon.add(write_whole_task_rules(*draft_.task_rules));
  canon.add(draft_.rules_revision);
  canon.add(draft_.evidence_revision);
  canon.add(draft_.reassessed_revision);
  if (draft_.mark != nullptr) canon.add(draft_.mark->revision);
  canon.add(draft_.work_revision);
  canon.add(draft_.newest_water);
  canon.add(draft_.newest_closure);
  canon.add(draft_.newest_depot);
  canon.add(draft_.depot_gone_revision);
  if (!draft_.hazard_log->entries.empty()) canon.add(draft_.hazard_log->entries);
  canon.add(std::uint64_t{draft_.former_depots->size()});
  for (const std::string& id : *draft_.former_depots) canon.add(id);
  canon.add(draft_.next_task);
  canon.add(draft_.next_closure);
  canon.add(draft_.outage_book->outages);
  canon.add(draft_.outage_book->next_number);
  canon.add(draft_.outage_book->doubted);
  canon.add(draft_.storms->waiting());
  canon.add(draft_.link_ledger->suspicions());
  canon.add(draft_.suspected_links.rows());
  canon.add(uses_);
  add_to_hash(evidence_, canon.hasher);
  canon.add(std::uint64_t{keys_.size()});
  canon.add(keys_.fingerprint());
  canon.add(std::uint64_t{requests_.size()});
  canon.add(requests_.fingerprint());
  return canon.hasher.finish();
}

}  // namespace gridmend
