#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/outage/evidence.h"
#include "data/region/region.h"
#include "service/engine/command.h"
#include "service/engine/region_step.h"

namespace gridmend {

// The version of the journal's payloads that this program writes; it reads all up to it.
//   1  all acts up to AdoptPlan
//   2  LoadRegion
inline constexpr std::uint32_t kSchemaVersion = 2;

// What can be done for a command before its turn, on any thread: it depends on the region alone.
// When its turn comes the region may be another one; State looks at `region` and prepares again.
struct PreparedCommand {
  Command command;
  std::string payload;                     // the command, serialised
  std::uint64_t content_hash = 0;          // of the payload
  Hash128 region;                          // what it was prepared for
  std::vector<Result<Evidence>> evidence;  // SubmitEvidence: one an item
  std::shared_ptr<const RegionStep> step;  // LoadRegion
};

// Refuses what no state could accept: no act, a request_id too long, more than kMostItems items.
inline constexpr int kMostItems = 10'000;
Result<PreparedCommand> prepare(Command command, const Region& region);
// LoadRegion, with its act written from the step. `command` says who asks, and in what request.
Result<PreparedCommand> prepare_load(Command command, std::shared_ptr<const RegionStep> step);
// The evidence of a command that was prepared for another region.
std::vector<Result<Evidence>> read_evidence(const Command& command, const Region& region);
// From the journal. Refuses bytes that are no command.
Result<PreparedCommand> prepare_payload(std::string payload, const Region& region);

}  // namespace gridmend
