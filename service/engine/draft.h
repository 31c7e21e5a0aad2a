#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/outage/evidence_book.h"
#include "core/outage/link_ledger.h"
#include "core/outage/outage_book.h"
#include "core/outage/storm_log.h"
#include "service/engine/change_feed.h"
#include "service/engine/command.h"
#include "service/engine/key_set.h"
#include "service/engine/reassessment.h"
#include "service/engine/region_step.h"
#include "service/engine/shared_component.h"
#include "service/engine/state_settings.h"
#include "service/engine/world.h"

namespace gridmend {

// The next World in the writing. A copy shares everything with the original; share() both before
// either is written to.
struct Draft {
  Draft(const Region& region, const StateSettings& settings,
        std::shared_ptr<const PlaceIndex> places);

  SharedComponent<RecordMap<OutageRecord>> outages;
  SharedComponent<RecordMap<CrewRecord>> crews;
  SharedComponent<RecordMap<DepotRecord>> depots;
  SharedComponent<RecordMap<WorkTaskRecord>> tasks;
  SharedComponent<Plan> plan;
  SharedComponent<Water> water;
  SharedComponent<RecordMap<ClosureRecord>> closures;
  SharedComponent<std::vector<SwitchingRecord>> switching;
  SharedComponent<std::vector<RegionLoad>> region_loads;
  std::shared_ptr<const SupplyPicture> supply;
  std::shared_ptr<const SupplyPicture> normal_supply;
  SwitchHistories switch_histories;  // of `supply`: what was accepted, heard or not
  EvidenceLedger evidence;
  std::uint64_t evidence_chain = 0;  // hash over every item ever accepted, in order
  Counters counters;
  std::shared_ptr<const LocaliserSettings> localiser;
  std::uint64_t settings_revision = 0;  // of the command that gave them; 0: the engine began so
  std::shared_ptr<const TaskRules> task_rules;
  std::uint64_t rules_revision = 0;  // so of these
  std::uint64_t evidence_revision = 0;
  std::uint64_t reassessed_revision = 0;
  std::uint64_t work_revision = 0;
  HazardMark newest_water;
  HazardMark newest_closure;
  HazardMark newest_depot;
  SharedComponent<HazardLog> hazard_log;
  std::uint64_t depot_gone_revision = 0;
  // Given up: what a crew took on board there before it heard of that is on board.
  SharedComponent<std::set<std::string, std::less<>>> former_depots;
  std::uint64_t next_task = 1;
  std::uint64_t next_closure = 1;

  SharedComponent<OutageBook> outage_book;  // those that have not ended
  SharedComponent<StormLog> storms;         // those that ended and are to be learnt from
  SharedComponent<LinkLedger> link_ledger;
  SuspectedLinks suspected_links;  // what the ledger makes of geometry and storms
  // What the localiser last looked at, for questions that readers ask of it.
  std::shared_ptr<const EvidenceBook> localised_evidence;
  Time localised_at{};
  std::shared_ptr<const ReassessMark> mark;  // set and not yet applied; null: none

  // The revision at which the present region was taken; 0: the journal began with it.
  std::uint64_t region_revision() const {
    return region_loads->empty() ? 0 : region_loads->back().revision;
  }

  std::uint64_t hazard_revision() const {
    return std::max(newest_water.revision, newest_closure.revision);
  }

  void share_all();
};

// What a ledger suspects.
SuspectedLinks suspected_by(const LinkLedger& ledger);

// What the evidence book must be told once the command is durable, in order.
using Heard = std::variant<Evidence, Settlement>;

// What an act works on: validate first, then write; a refused act has written nothing.
struct Workbench {
  const Region& region;
  const StateSettings& settings;
  Draft& draft;
  KeySet& keys;
  std::vector<Heard>& heard;
  std::vector<Change>& changes;
  std::uint64_t revision;  // the command's, if it is accepted
  Time time;
  std::string_view actor;
  std::uint32_t schema;  // of the command's record

  const LocaliserSettings& localiser() const { return *draft.localiser; }
  const TaskRules& task_rules() const { return *draft.task_rules; }
  // What localisation may look at: an older journal's knew of no suspected links.
  SuspectedLinks links() const { return schema >= 3 ? draft.suspected_links : SuspectedLinks{}; }

  Answer answer(std::string id = {}) const {
    Answer made;
    made.revision = revision;
    made.time = time;
    made.id = std::move(id);
    return made;
  }

  // A record to write to, made when it is not there. Its revision becomes the command's, its change
  // is noted. Pointers to the record as it was are dead after this.
  OutageRecord& edit_outage(std::string id) {
    return edit(draft.outages, std::move(id), ChangeKind::outage);
  }
  CrewRecord& edit_crew(std::string id) {
    return edit(draft.crews, std::move(id), ChangeKind::crew);
  }
  DepotRecord& edit_depot(std::string id) {
    return edit(draft.depots, std::move(id), ChangeKind::depot);
  }
  WorkTaskRecord& edit_task(std::string id) {
    return edit(draft.tasks, std::move(id), ChangeKind::work_task);
  }

  void note(ChangeKind kind, std::string id) { changes.push_back({kind, std::move(id)}); }
  void work_changed() { draft.work_revision = revision; }
  // What older programs did not note leaves their journals' states as they were.
  void note_hazard(PlanCause::Kind kind, const std::string& id) {
    if (schema >= 8) draft.hazard_log.edit().note(revision, {kind, id});
  }

 private:
  template <class Record>
  Record& edit(SharedComponent<RecordMap<Record>>& map, std::string id, ChangeKind kind) {
    std::shared_ptr<const Record>& place = map.edit()[id];
    auto copy = place == nullptr ? std::make_shared<Record>() : std::make_shared<Record>(*place);
    copy->revision = revision;
    Record& record = *copy;
    place = std::move(copy);
    note(kind, std::move(id));
    return record;
  }
};

template <class Record>
const Record* find(const RecordMap<Record>& map, std::string_view id) {
  const auto place = map.find(id);
  return place == map.end() ? nullptr : place->second.get();
}

// not_found CREW_UNKNOWN, DEPOT_UNKNOWN, WORK_TASK_UNKNOWN, OUTAGE_UNKNOWN; `field` names the
// argument.
Result<const CrewRecord*> require_crew(const Draft& draft, std::string_view id, std::string field);
Result<const DepotRecord*> require_depot(const Draft& draft, std::string_view id,
                                         std::string field);
Result<const WorkTaskRecord*> require_task(const Draft& draft, std::string_view id,
                                           std::string field);
Result<const OutageRecord*> require_outage(const Draft& draft, std::string_view id,
                                           std::string field);
// aborted ETAG_STALE when `etag` is given and not the record's.
Result<void> check_etag(std::string_view etag, std::uint64_t revision);

}  // namespace gridmend
