#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/outage/evidence.h"
#include "data/region/region.h"
#include "service/engine/command.h"

namespace gridmend {

// The version of the journal's payloads that this program writes; it reads all up to it.
inline constexpr std::uint32_t kSchemaVersion = 1;

// What can be done for a command before its turn, on any thread: it depends on the region alone.
struct PreparedCommand {
  Command command;
  std::string payload;                     // the command, serialised
  std::uint64_t content_hash = 0;          // of the payload
  std::vector<Result<Evidence>> evidence;  // SubmitEvidence: one an item
};

// Refuses what no state could accept: no act, a request_id too long, more than kMostItems items.
inline constexpr int kMostItems = 10'000;
Result<PreparedCommand> prepare(Command command, const Region& region);
// From the journal. Refuses bytes that are no command.
Result<PreparedCommand> prepare_payload(std::string payload, const Region& region);

}  // namespace gridmend
