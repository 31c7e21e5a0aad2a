#pragma once

#include <optional>

#include "gridmend/v1/work.pb.h"
#include "service/engine/world.h"

namespace gridmend {

// A plan's changes and causes in the vocabulary. to_domain answers nullopt for UNSPECIFIED and for
// numbers this version does not know.
v1::PlanChange::Kind to_proto(PlanChangeKind kind);
v1::PlanCause::Kind to_proto(PlanCause::Kind kind);
std::optional<PlanChangeKind> to_domain(v1::PlanChange::Kind kind);
std::optional<PlanCause::Kind> to_domain(v1::PlanCause::Kind kind);

v1::PlanChange to_proto(const ExplainedChange& change);

}  // namespace gridmend
