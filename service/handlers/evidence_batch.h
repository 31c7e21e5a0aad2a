#pragma once

#include <string>

#include "gridmend/v1/evidence.pb.h"
#include "service/converters/field_path.h"
#include "service/engine/command.h"
#include "service/handlers/status.h"

namespace gridmend {

inline constexpr int kMostEvidence = 10'000;

using EvidenceItems = google::protobuf::RepeatedPtrField<v1::Evidence>;

// Refuses an empty batch (EVIDENCE_MISSING) and one of more than kMostEvidence items (TOO_MANY).
Result<Command> evidence_command(const std::string& request_id, const EvidenceItems& items);

// What became of a batch, into an answer of either shape.
template <class Response>
void write_outcome(const EvidenceItems& items, const Answer& answer, Response& response) {
  response.set_accepted(answer.evidence_accepted);
  response.set_duplicates(answer.evidence_duplicates);
  for (const RefusedItem& refused : answer.refused) {
    v1::RefusedEvidence& added = *response.add_refused();
    added.set_index(refused.index);
    if (refused.index < static_cast<std::uint32_t>(items.size())) {
      added.set_idempotency_key(items[static_cast<int>(refused.index)].idempotency_key());
    }
    Error error = refused.error;
    const std::string item = field_path({}, "evidence", refused.index);
    if (!error.field.starts_with(item)) {
      error.field = error.field.empty() ? item : field_path(item, error.field);
    }
    *added.mutable_error() = to_rpc_status(error);
  }
  response.set_revision(answer.revision);
}

}  // namespace gridmend
