#pragma once

#include <optional>

#include "core/base/clock.h"
#include "core/network/network_model.h"
#include "core/outage/outage.h"
#include "core/outage/settings.h"
#include "core/work/task_rules.h"

namespace gridmend {

// What the rules make of an outage.

WorkKind wanted_kind(const Outage& outage, const TaskRules& rules);

// The moment the first of the outage's critical usage points has used up its reserve, and what they
// all weigh more from then on. No moment: none has one.
struct Reserve {
  std::optional<Time> ends;
  double late_weight = 0;
};
Reserve reserve_of(const Outage& outage, const NetworkModel& network,
                   const CategoryWeights& weights, const TaskRules& rules);

}  // namespace gridmend
