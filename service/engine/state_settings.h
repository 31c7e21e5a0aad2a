#pragma once

#include <cstdint>

#include "core/base/clock.h"
#include "core/outage/settings.h"
#include "core/work/task_rules.h"

namespace gridmend {

// Whatever the state depends on besides region and journal. A journal must be replayed with the
// settings it was written with.
struct StateSettings {
  LocaliserSettings localiser;  // to begin with: a journal may hold others (TakeSettings)
  TaskRules task_rules;         // so these (TakeTaskRules)
  // Newest items of evidence held in memory for ListEvidence; older ones are in the journal only.
  std::uint64_t evidence_kept = 1'000'000;
  // How long a request_id is remembered.
  Duration requests_kept = std::chrono::hours{24 * 30};
};

}  // namespace gridmend
