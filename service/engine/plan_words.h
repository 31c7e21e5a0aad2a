#pragma once

#include <optional>
#include <string>
#include <string_view>

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
v1::PlanCause to_proto(const PlanCause& cause);

// Why a task is in no tour, to be read out; a word that is not known stands for itself.
struct BothLanguages {
  std::string english;
  std::string chinese;
};
BothLanguages unserved_in_words(std::string_view reason);

}  // namespace gridmend
