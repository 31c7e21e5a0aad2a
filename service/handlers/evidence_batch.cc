#include "service/handlers/evidence_batch.h"

namespace gridmend {

Result<Command> evidence_command(const std::string& request_id, const EvidenceItems& items) {
  if (items.empty()) {
    return refuse(ErrorCode::invalid_argument, "EVIDENCE_MISSING",
                  "a batch holds at least one item", "evidence");
  }
  if (items.size() > kMostEvidence) {
    return refuse(ErrorCode::invalid_argument, "TOO_MANY",
                  std::to_string(items.size()) + " items, at most 10,000 are taken at once",
                  "evidence");
  }
  Command command;
  command.set_request_id(request_id);
  const std::string& source = items[0].source();
  command.set_actor(source.empty() || source.size() > 64 ? "evidence" : source);
  *command.mutable_submit_evidence()->mutable_evidence() = items;
  return command;
}

}  // namespace gridmend
