#pragma once

#include "core/base/error.h"
#include "service/engine/command.h"
#include "service/engine/draft.h"
#include "service/engine/prepared_command.h"
#include "service/engine/reassessment.h"

namespace gridmend {

// One function an act of journal.proto: validates against the draft, then writes to it. A refused
// act leaves the draft as it was. An answer whose revision is not the workbench's says that there
// was nothing to do: the command is not journaled.

Result<Answer> submit_evidence(Workbench& bench, const PreparedCommand& command);

Result<Answer> create_crew(Workbench& bench, const v1::CreateCrewRequest& request);
Result<Answer> update_crew(Workbench& bench, const v1::UpdateCrewRequest& request);
Result<Answer> create_depot(Workbench& bench, const v1::CreateDepotRequest& request);
Result<Answer> update_depot(Workbench& bench, const v1::UpdateDepotRequest& request);
Result<Answer> delete_depot(Workbench& bench, const v1::DeleteDepotRequest& request);
Result<Answer> operate_tablet(Workbench& bench, const journal::v1::TabletAct& act);

Result<Answer> create_work_task(Workbench& bench, const v1::CreateWorkTaskRequest& request);
Result<Answer> update_work_task(Workbench& bench, const v1::UpdateWorkTaskRequest& request);
Result<Answer> pin_task(Workbench& bench, const v1::PinTaskRequest& request);
Result<Answer> reassign_task(Workbench& bench, const v1::ReassignTaskRequest& request);
Result<Answer> veto_task(Workbench& bench, const v1::VetoTaskRequest& request);

Result<Answer> confirm_outage(Workbench& bench, const v1::ConfirmOutageRequest& request);
Result<Answer> withdraw_outage(Workbench& bench, const v1::WithdrawOutageRequest& request);
Result<Answer> restore_outage(Workbench& bench, const v1::RestoreOutageRequest& request);
Result<Answer> merge_outages(Workbench& bench, const v1::MergeOutagesRequest& request);

Result<Answer> put_water(Workbench& bench, const v1::PutWaterRequest& request);
Result<Answer> delete_water(Workbench& bench, const v1::DeleteWaterRequest& request);
Result<Answer> close_road(Workbench& bench, const v1::CloseRoadRequest& request);
Result<Answer> reopen_road(Workbench& bench, const v1::ReopenRoadRequest& request);

Result<Answer> record_step(Workbench& bench, const v1::RecordStepRequest& request);
Result<Answer> de_energise_for_safety(Workbench& bench,
                                      const v1::DeEnergiseForSafetyRequest& request);

// aborted REASSESS_MARK_GONE where what it is to apply was not worked out from the present mark.
Result<void> check_mark(const Workbench& bench, const journal::v1::Reassess& act);
// After check_mark(). Reads the evidence book, so every item before it must be in there already.
Result<Answer> reassess(Workbench& bench, const PreparedCommand& command,
                        const EvidenceBook& evidence);
Result<Answer> adopt_plan(Workbench& bench, const journal::v1::AdoptPlan& act);

// The localiser's settings from here on; nothing to do when they are the present ones.
Result<Answer> take_settings(Workbench& bench, const PreparedCommand& command);
// The rules for tasks from here on, likewise; open tasks of the engine's own follow as far as they
// still ask for what the rules before did and nobody has set out for them.
Result<Answer> take_task_rules(Workbench& bench, const PreparedCommand& command);

// The bench works on the new region; `evidence` is what was carried over into it. Carries the rest
// of the draft over and localises. Never refuses: whether it may be done is asked before.
Answer load_region(Workbench& bench, const RegionStep& step,
                   const EvidenceBook::CarriedOver& evidence, LinkLedger::CarriedOver links);

// What several acts share.

// Takes an item into ledger, key set, counters, switch state; the evidence book hears of it later.
// False when its key is known.
bool hear(Workbench& bench, Evidence item, v1::Evidence message);

// All crews that hold a task let go of it: the task waits again. What they have worked on it stays.
void release_task(Workbench& bench, const std::string& task_id);
// One crew lets go of it; the others keep it.
void release_task(Workbench& bench, const std::string& task_id, const std::string& crew_id);
// So for everything the crew holds, what it is at included.
void release_all_tasks(Workbench& bench, const std::string& crew_id);
// The task goes to this crew (assigned) beside those that hold it. Where that is one too many,
// `instead_of` lets go of it; when that is empty or does not hold it, the crew that got it last of
// those least far with it.
void give_task(Workbench& bench, const std::string& task_id, const std::string& crew_id,
               const std::string& instead_of = {});
// While the task has more crews than it needs, the one least far with it lets go: of equals the one
// that got it last, a pinned one after all others.
void release_surplus(Workbench& bench, const std::string& task_id);
// What the parts of its crews make of a task: status, since when work goes on, work done before.
void settle_task_status(Workbench& bench, WorkTaskRecord& record);
// A crew's status follows from what it holds, unless it is under way or off shift.
void settle_crew_status(Workbench& bench, const std::string& crew_id);
void cancel_task(Workbench& bench, const std::string& task_id, std::string finding);
// Pins for which there is no room; the oldest gives way.
void trim_pins(WorkTask& task);
// After a change of how many crews a task needs: pins, crews and status that fit.
void fit_crews(Workbench& bench, const std::string& task_id);
// "T-000001" and so on.
std::string next_task_id(Workbench& bench);

// Every standing outage that may need a repair has one open task of the right kind at the right
// device; tasks of outages that ended are cancelled unless a crew is there.
void keep_up_tasks(Workbench& bench);

// A call about a hazard (a wire that lies on the road, sparks) is no evidence of supply, and is not
// let lie: a safety visit where the caller is, the likeliest place where only an address is known,
// as heavy as one critical customer. None where one is asked for within 50 m or was completed
// lately (TaskRules::retry_after), where no place is known, and of calls of days ago.
void ask_for_safety_visit(Workbench& bench, const Evidence& item);

// What outages that ended in `result.update` say of customers' links, once the storm they belong to
// is over.
void learn_links(const ReassessInput& input, Reassessment& result);

// What a reassessment looks at now.
ReassessInput reassess_input(const Workbench& bench, const EvidenceBook& evidence,
                             const SuspectedLinks& links);
// Its links, its storms and take_over().
void apply(Workbench& bench, Reassessment result);

// What localisation says now becomes records, histories and customer counts.
void take_over(Workbench& bench, OutageUpdate update, std::string_view actor);

}  // namespace gridmend
