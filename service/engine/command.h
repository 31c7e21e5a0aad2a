#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "gridmend/journal/v1/journal.pb.h"

namespace gridmend {

// Everything that changes the state is a Command: gridmend.journal.v1.Command, a oneof that embeds
// the public requests (proto/gridmend/v1). What a command refers to (usage points, devices, crews,
// tasks) it names by text id, so that a journal can be read without the region it was written for.
using Command = journal::v1::Command;

// An item of evidence that was not taken, and why: invalid_argument for one without kind, event
// time or an earthly position; not_found for a usage point or device the region does not have. It
// is counted (Counters) and in the journal when another item of its command was taken.
struct RefusedItem {
  std::uint32_t index = 0;  // in its command, from 0
  Error error;
};

// The acknowledgement of a command: it is durable and visible in Engine::world() by now.
struct Answer {
  std::uint64_t revision =
      0;             // the command's journal sequence; for a repeated request the first one's
  Time time{};       // when the engine received it
  std::string id;    // of the thing created or changed, where there is one
  std::string rule;  // TabletOperation: the rule that decided a conflict; empty: there was none
  bool repeated = false;  // this request_id was answered before; nothing was done now

  // SubmitEvidence. A duplicate's idempotency key is known from its source: counted once.
  std::uint32_t evidence_accepted = 0;
  std::uint32_t evidence_duplicates = 0;
  std::vector<RefusedItem> refused;  // not kept for a repeated request
};

}  // namespace gridmend
