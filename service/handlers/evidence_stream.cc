#include "service/handlers/evidence_stream.h"

#include "service/handlers/evidence_batch.h"
#include "service/handlers/status.h"

namespace gridmend {

EvidenceStream::EvidenceStream(const CallContext& context) : context_(context) {
  StartRead(&incoming_);
}

void EvidenceStream::OnReadDone(bool ok) {
  if (!ok) return Finish(grpc::Status::OK);
  if (auto parsed = parse_request(incoming_, kEvidenceBytes, batch_); !parsed) {
    return Finish(to_status(parsed.error()));
  }
  if (batch_.sequence() <= last_sequence_) {
    return Finish(to_status({ErrorCode::invalid_argument,
                             "SEQUENCE_NOT_GROWING",
                             "sequences start above 0 and grow from batch to batch",
                             "sequence",
                             {}}));
  }
  last_sequence_ = batch_.sequence();
  auto command = evidence_command({}, batch_.evidence());
  if (!command) return Finish(to_status(command.error()));
  context_.engine.submit(std::move(*command), [this](Result<Answer> answer) {
    context_.workers.post([this, answer = std::move(answer)] { acknowledge(answer); });
  });
}

void EvidenceStream::acknowledge(const Result<Answer>& answer) {
  if (!answer) return Finish(to_status(answer.error()));
  v1::StreamEvidenceResponse response;
  response.set_acknowledged_sequence(batch_.sequence());
  write_outcome(batch_.evidence(), *answer, response);
  outgoing_ = serialise(response);
  StartWrite(&outgoing_);
}

void EvidenceStream::OnWriteDone(bool ok) {
  if (!ok) return Finish(grpc::Status::CANCELLED);
  StartRead(&incoming_);
}

}  // namespace gridmend
