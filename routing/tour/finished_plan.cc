#include "routing/tour/finished_plan.h"

#include "core/base/check.h"
#include "routing/tour/unserved_reason.h"

namespace gridmend {

DispatchPlan finished_plan(const ProblemIndex& index, const CrewSequences& sequences) {
  Result<DispatchPlan> plan = time_sequences(index.problem(), sequences);
  GRIDMEND_CHECK(plan.has_value(), "a finished plan can be carried out");
  for (UnservedTask& unserved : plan->unserved) {
    unserved = explain_unserved(index, *plan, unserved.task);
  }
  return *std::move(plan);
}

}  // namespace gridmend
