#include "service/engine/state.h"

#include "core/base/check.h"
#include "service/engine/acts.h"

namespace gridmend {

State::State(std::shared_ptr<const Region> region, StateSettings settings)
    : region_(std::move(region)),
      settings_(std::move(settings)),
      draft_(*region_),
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
    case Command::kConfirmOutage:
      return confirm_outage(bench, command.confirm_outage());
    case Command::kWithdrawOutage:
      return withdraw_outage(bench, command.withdraw_outage());
    case Command::kMergeOutages:
      return merge_outages(bench, command.merge_outages());
    case Command::kPutWater:
      return put_water(bench, command.put_water());
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
      return reassess(bench, evidence_);
    case Command::kAdoptPlan:
      return adopt_plan(bench, command.adopt_plan());
    case Command::ACT_NOT_SET:
      break;
  }
  return refuse(ErrorCode::invalid_argument, "ACT_MISSING", "the command says nothing to do",
                "act");
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
  const std::string actor = prepared.command.actor();
  Workbench bench{*region_,        settings_,       draft_, keys_, heard_,
                  applied.changes, next_sequence(), time,   actor};
  auto answer = act(bench, prepared);
  if (!answer) return unexpected(answer.error());
  applied.answer = std::move(*answer);
  applied.journaled = applied.answer.revision == next_sequence();
  if (!applied.journaled) return applied;
  if (!request_id.empty()) requests_.remember(request_id, prepared.content_hash, applied.answer);
  ++draft_.counters.commands;
  revision_ = applied.answer.revision;
  time_ = time;
  return applied;
}

void State::begin() {
  GRIDMEND_CHECK(heard_.empty(), "what came before is settled");
  draft_.share_all();
  saved_ = std::make_unique<Saved>(Saved{draft_, revision_, time_});
}

void State::take_back() {
  GRIDMEND_CHECK(saved_ != nullptr, "there is something to go back to");
  draft_ = std::move(saved_->draft);
  revision_ = saved_->revision;
  time_ = saved_->time;
  saved_.reset();
  heard_.clear();
  keys_.take_back();
  requests_.take_back();
}

void State::settle() {
  for (const Heard& heard : heard_) {
    if (const auto* item = std::get_if<Evidence>(&heard)) {
      evidence_.record(*item);
    } else {
      apply_settlements({&std::get<Settlement>(heard), 1}, evidence_);
    }
  }
  heard_.clear();
  keys_.settle();
  requests_.settle();
  saved_.reset();
}

std::shared_ptr<const World> State::publish() {
  auto world = std::make_shared<World>();
  world->revision = revision_;
  world->time = time_;
  world->region = region_;
  world->supply = draft_.supply;
  world->outages = draft_.outages.share();
  world->crews = draft_.crews.share();
  world->tasks = draft_.tasks.share();
  world->plan = draft_.plan.share();
  world->water = draft_.water.share();
  world->closures = draft_.closures.share();
  world->switching = draft_.switching.share();
  world->evidence = draft_.evidence;
  world->counters = draft_.counters;
  world->evidence_revision = draft_.evidence_revision;
  world->reassessed_revision = draft_.reassessed_revision;
  world->work_revision = draft_.work_revision;
  return world;
}

}  // namespace gridmend
