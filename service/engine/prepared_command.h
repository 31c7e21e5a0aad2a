#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/outage/call_places.h"
#include "core/outage/evidence.h"
#include "core/work/task_rules.h"
#include "data/region/region.h"
#include "service/engine/command.h"
#include "service/engine/region_step.h"

namespace gridmend {

struct Reassessment;

// The version of the journal's payloads that this program writes; it reads all up to it.
//   1  all acts up to AdoptPlan
//   2  LoadRegion
//   3  localisation looks at suspected links and at calls that name no usage point; TakeSettings;
//      VetoTask; plans say what changed, why, and when the light returns
//   4  Reassess in two steps; RecordStep refuses what is unsafe to energise; old calls are
//      forgotten
//   5  depots; several crews on one task; what stood in water is drained, dried and inspected
//      before its repair
//   6  DeleteDepot, TakeTaskRules
//   7  switches stand as the newest word by event time has it, not as the last to come;
//      RestoreOutage
//   8  DeleteWater; the device of a withdrawn outage never was open, where older ones took it for
//      restored; calls of a usage point lose their force; calls about a hazard ask for a safety
//      visit; orders dated ahead are not recorded
//   9  a layer of water says nothing of what it does not show, where older ones had it dry there
inline constexpr std::uint32_t kSchemaVersion = 9;

// What can be done for a command before its turn, on any thread: it depends on region and settings.
// When its turn comes either may be another one; State looks at `region` and `settings_revision`
// and prepares again.
struct PreparedCommand {
  Command command;
  std::string payload;                                 // the command, serialised
  std::uint64_t content_hash = 0;                      // of the payload
  Hash128 region;                                      // what it was prepared for
  std::vector<Result<Evidence>> evidence;              // SubmitEvidence: one an item
  std::shared_ptr<const RegionStep> step;              // LoadRegion
  std::shared_ptr<const LocaliserSettings> localiser;  // TakeSettings
  std::shared_ptr<const TaskRules> task_rules;         // TakeTaskRules
  // Reassess: what its mark gives, where somebody worked that out already; it is not taken for
  // another mark's.
  std::shared_ptr<const Reassessment> reassessment;
  // Of the settings it was prepared with (World::settings_revision): they say where a call without
  // a usage point may come from.
  std::uint64_t settings_revision = 0;
  // Of its record: what it means is what it meant to the program that wrote it.
  std::uint32_t schema = kSchemaVersion;
};

// Refuses what no state could accept: no act, a request_id too long, more than kMostItems items,
// settings that cannot be (SETTINGS_INVALID, LOCALISER_SETTING_INVALID, TASK_RULE_INVALID).
inline constexpr int kMostItems = 10'000;
// Without `placer` calls that name no usage point have no place.
Result<PreparedCommand> prepare(Command command, const Region& region,
                                const CallPlacer* placer = nullptr);
// LoadRegion, with its act written from the step. `command` says who asks, and in what request.
Result<PreparedCommand> prepare_load(Command command, std::shared_ptr<const RegionStep> step);
// The evidence of a command that was prepared for another region.
std::vector<Result<Evidence>> read_evidence(const Command& command, const Region& region,
                                            const CallPlacer* placer);
// From the journal. Refuses bytes that are no command.
Result<PreparedCommand> prepare_payload(std::string payload, const Region& region,
                                        const CallPlacer* placer = nullptr);

}  // namespace gridmend
