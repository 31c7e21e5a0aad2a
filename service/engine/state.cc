#include "service/engine/state.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/outage/call_expiry.h"
#include "service/engine/acts.h"
#include "service/engine/prepared_roads.h"

namespace gridmend {

State::State(std::shared_ptr<const Region> region, StateSettings settings)
    : region_(std::move(region)),
      settings_(std::move(settings)),
      places_(std::make_shared<const PlaceIndex>(region_->network)),
      draft_(*region_, settings_, places_),
      requests_(settings_.requests_kept),
      evidence_(region_->network) {}

Result<Answer> State::act(Workbench& bench, const PreparedCommand& prepared) {
  const Command& command = prepared.command;
  switch (command.act_case()) {
    case Command::kSubmitEvidence:
      return submit_evidence(bench, prepared);
    case Command::kCreateCrew:
      return create_crew(bench, command.create_crew());
    case Command::kUpdateCrew:
      return update_crew(bench, command.update_crew());
    case Command::kCreateDepot:
      return create_depot(bench, command.create_depot());
    case Command::kUpdateDepot:
      return update_depot(bench, command.update_depot());
    case Command::kDeleteDepot:
      return delete_depot(bench, command.delete_depot());
    case Command::kTabletOperation:
      return operate_tablet(bench, command.tablet_operation());
    case Command::kCreateWorkTask:
      return create_work_task(bench, command.create_work_task());
    case Command::kUpdateWorkTask:
      return update_work_task(bench, command.update_work_task());
    case Command::kPinTask:
      return pin_task(bench, command.pin_task());
    case Command::kReassignTask:
      return reassign_task(bench, command.reassign_task());
    case Command::kVetoTask:
      return veto_task(bench, command.veto_task());
    case Command::kConfirmOutage:
      return confirm_outage(bench, command.confirm_outage());
    case Command::kWithdrawOutage:
      return withdraw_outage(bench, command.withdraw_outage());
    case Command::kRestoreOutage:
      return restore_outage(bench, command.restore_outage());
    case Command::kMergeOutages:
      return merge_outages(bench, command.merge_outages());
    case Command::kPutWater:
      return put_water(bench, command.put_water());
    case Command::kDeleteWater:
      return delete_water(bench, command.delete_water());
    case Command::kCloseRoad:
      return close_road(bench, command.close_road());
    case Command::kReopenRoad:
      return reopen_road(bench, command.reopen_road());
    case Command::kRecordStep:
      return record_step(bench, command.record_step());
    case Command::kDeEnergiseForSafety:
      return de_energise_for_safety(bench, command.de_energise_for_safety());
    case Command::kReassess:
      GRIDMEND_CHECK(heard_.empty(), "localisation knows every item before it");
      if (auto known = check_mark(bench, command.reassess()); !known)
        return unexpected(known.error());
      if (prepared.schema >= 4) forget_old_calls(bench);
      if (prepared.schema >= 8) forget_calls_without_force(bench);
      return reassess(bench, prepared, evidence_);
    case Command::kAdoptPlan:
      return adopt_plan(bench, command.adopt_plan());
    case Command::kTakeSettings:
      return take_settings(bench, prepared);
    case Command::kTakeTaskRules:
      return take_task_rules(bench, prepared);
    case Command::kLoadRegion:  // see load()
    case Command::ACT_NOT_SET:
      break;
  }
  return refuse(ErrorCode::invalid_argument, "ACT_MISSING", "the command says nothing to do",
                "act");
}

// Calls that nothing settles would be kept and weighed for ever.
void State::forget_old_calls(Workbench& bench) {
  const CallPlaceSettings& settings = bench.localiser().call_places;
  const Time oldest = bench.time - settings.kept_for;
  if (!evidence_.has_calls_to_forget(oldest, settings.kept)) return;
  save_evidence();
  bench.draft.counters.calls_forgotten += evidence_.forget_calls(oldest, settings.kept);
}

// Those that expire_calls() finds, with a usage point or without.
void State::forget_calls_without_force(Workbench& bench) {
  const OutageSettings& settings = bench.localiser().outages;
  if (!evidence_.may_hold_calls_before(bench.time -
                                       std::min(settings.calls_kept, settings.call_pause)))
    return;
  save_evidence();
  const EvidenceBook before = evidence_;
  bench.draft.counters.calls_forgotten +=
      expire_calls({bench.draft.supply->inference(), before, *bench.draft.water, bench.time},
                   *bench.draft.outage_book, settings, evidence_);
}

// Before the first change of an act to it.
void State::save_evidence() {
  if (saved_ != nullptr && !saved_->evidence) saved_->evidence = evidence_;
}

Workbench State::bench(const PreparedCommand& command, Time time, std::vector<Change>& changes) {
  return {*region_,        settings_, draft_,
          keys_,           heard_,    changes,
          next_sequence(), time,      command.command.actor(),
          command.schema};
}

Result<Answer> State::load(const PreparedCommand& prepared, Time time,
                           std::vector<Change>& changes) {
  GRIDMEND_CHECK(heard_.empty(), "what was heard before it is in the evidence book");
  const journal::v1::LoadRegion& act = prepared.command.load_region();
  if (prepared.step == nullptr || act.region() != to_hex(prepared.step->after->id)) {
    return refuse(ErrorCode::invalid_argument, "REGION_NOT_OPENED",
                  "a region is loaded from a file, not by its name", "load_region");
  }
  if (act.previous_region() != to_hex(region_->id) || prepared.region != region_->id) {
    return refuse(ErrorCode::aborted, "REGION_CHANGED",
                  "the region is " + to_hex(region_->id) + " now, not " + act.previous_region(),
                  "present_region");
  }
  if (prepared.step->after->id == region_->id) {
    return refuse(ErrorCode::already_exists, "REGION_PRESENT",
                  "region " + act.region() + " is the present one", "region");
  }
  save_evidence();
  EvidenceBook::CarriedOver carried =
      evidence_.carried_over(prepared.step->match.usage_points, prepared.step->match.devices,
                             prepared.step->after->network);
  region_ = prepared.step->after;
  places_ = std::make_shared<const PlaceIndex>(region_->network);
  auto links = draft_.link_ledger->carried_over(prepared.step->match.usage_points,
                                                prepared.step->match.devices, region_->network,
                                                region_->suspected_links, places_);
  Workbench work = bench(prepared, time, changes);
  Answer answer = load_region(work, *prepared.step, carried, std::move(links));
  evidence_ = std::move(carried.book);
  return answer;
}

Result<v1::RegionCarryOver> State::preview(const PreparedCommand& command, Time time) {
  begin();
  auto applied = apply(command, time);
  Result<v1::RegionCarryOver> report;
  if (applied) {
    report = draft_.region_loads->back().carry_over;
  } else {
    report = unexpected(std::move(applied.error()));
  }
  take_back();
  return report;
}

bool State::has_held(const Hash128& region) const {
  const std::string id = to_hex(region);
  const std::vector<RegionLoad>& loads = *draft_.region_loads;
  return region_->id == region || std::any_of(loads.begin(), loads.end(), [&](const auto& load) {
           return load.region == id || load.previous_region == id;
         });
}

Result<Applied> State::apply(const PreparedCommand& prepared, Time time) {
  const std::string& request_id = prepared.command.request_id();
  if (!request_id.empty()) {
    const auto known = requests_.find(request_id, prepared.content_hash);
    if (!known) return unexpected(known.error());
    if (*known != nullptr) {
      Applied repeated{**known, false, {}};
      repeated.answer.repeated = true;
      return repeated;
    }
  }
  Applied applied;
  const bool loads = prepared.command.has_load_region();
  const bool stale =
      !loads && !prepared.evidence.empty() &&
      (prepared.region != region_->id || prepared.settings_revision != draft_.settings_revision);
  Result<Answer> answer;
  if (loads) {
    answer = load(prepared, time, applied.changes);
  } else {
    Workbench work = bench(prepared, time, applied.changes);
    if (stale) {
      // Its ids are another region's, or its calls were placed by other settings.
      PreparedCommand again = prepared;
      const CallPlacer placer = call_placer();
      again.evidence = read_evidence(prepared.command, *region_, &placer);
      answer = act(work, again);
    } else {
      answer = act(work, prepared);
    }
  }
  if (!answer) return unexpected(answer.error());
  applied.answer = std::move(*answer);
  applied.journaled = applied.answer.revision == next_sequence();
  if (!applied.journaled) {
    for (const RefusedItem& item : applied.answer.refused) refused_alone_->add(item.error);
    return applied;
  }
  if (!request_id.empty()) requests_.remember(request_id, prepared.content_hash, applied.answer);
  ++draft_.counters.commands;
  revision_ = applied.answer.revision;
  time_ = time;
  return applied;
}

void State::begin() {
  GRIDMEND_CHECK(heard_.empty(), "what came before is settled");
  draft_.share_all();
  saved_ = std::make_unique<Saved>(Saved{draft_, revision_, time_, region_, places_, {}});
}

void State::take_back() {
  GRIDMEND_CHECK(saved_ != nullptr, "there is something to go back to");
  draft_ = std::move(saved_->draft);
  revision_ = saved_->revision;
  time_ = saved_->time;
  region_ = std::move(saved_->region);
  places_ = std::move(saved_->places);
  if (saved_->evidence) evidence_ = std::move(*saved_->evidence);
  saved_.reset();
  heard_.clear();
  keys_.take_back();
  requests_.take_back();
}

void State::settle() {
  for (const Heard& heard : heard_) {
    if (const auto* item = std::get_if<Evidence>(&heard)) {
      hear(*item);
    } else {
      apply_settlements({&std::get<Settlement>(heard), 1}, evidence_);
    }
  }
  heard_.clear();
  keys_.settle();
  requests_.settle();
  saved_.reset();
}

void State::hear(const Evidence& item) {
  switch (evidence_.record(item)) {
    case EvidenceUse::recorded:
      return;
    case EvidenceUse::spread:
      ++uses_.spread;
      return;
    case EvidenceUse::unplaced:
      ++uses_.unplaced;
      return;
    case EvidenceUse::dated_ahead:
      ++uses_.dated_ahead;
      return;
    case EvidenceUse::dated_behind:
      ++uses_.dated_behind;
      return;
    case EvidenceUse::superseded:
      ++uses_.superseded;
      return;
    case EvidenceUse::not_supply:
      ++uses_.not_supply;
      return;
    case EvidenceUse::contradicted:
      ++uses_.contradicted;
      return;
  }
}

std::shared_ptr<const World> State::publish() {
  auto world = std::make_shared<World>();
  world->revision = revision_;
  world->time = time_;
  world->region = region_;
  if (roads_ == nullptr || roads_->region() != region_) {
    roads_ = std::make_shared<PreparedRoads>(region_);
  }
  world->roads = roads_;
  world->supply = draft_.supply;
  world->normal_supply = draft_.normal_supply;
  world->outages = draft_.outages.share();
  world->crews = draft_.crews.share();
  world->depots = draft_.depots.share();
  world->tasks = draft_.tasks.share();
  world->plan = draft_.plan.share();
  world->water = draft_.water.share();
  world->closures = draft_.closures.share();
  world->switching = draft_.switching.share();
  world->region_loads = draft_.region_loads.share();
  world->evidence = draft_.evidence;
  world->localised_evidence = draft_.localised_evidence;
  world->localised_at = draft_.localised_at;
  world->mark = draft_.mark;
  world->counters = draft_.counters;
  world->refused_alone = refused_alone_;
  world->localiser = draft_.localiser;
  world->settings_revision = draft_.settings_revision;
  world->task_rules = draft_.task_rules;
  world->rules_revision = draft_.rules_revision;
  world->evidence_uses = uses_;
  world->spread_calls = static_cast<std::uint32_t>(evidence_.calls().size());
  world->doubted = draft_.outage_book->doubted;
  world->doubted_reports = draft_.outage_book->doubted_reports;
  world->suspected_links = draft_.suspected_links;
  world->places = places_;
  world->evidence_revision = draft_.evidence_revision;
  world->reassessed_revision = draft_.reassessed_revision;
  world->work_revision = draft_.work_revision;
  world->newest_water = draft_.newest_water;
  world->newest_closure = draft_.newest_closure;
  world->hazard_log = draft_.hazard_log.share();
  world->newest_depot = draft_.newest_depot;
  world->depot_gone_revision = draft_.depot_gone_revision;
  return world;
}

}  // namespace gridmend
