#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "gridmend/v1/evidence.pb.h"
#include "service/handlers/calls.h"

namespace gridmend {

// One StreamEvidence call: reads a batch, hands it to the engine, acknowledges it when it is
// durable, reads the next. One batch is under way at a time, so nothing piles up here: a sender
// that is faster than the disk is held back by gRPC's flow control.
//
// Each step starts the next (read -> submit -> write -> read), so no two of them run at once; a
// step that finds the stream broken finishes it. Deletes itself when the call is over.
class EvidenceStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit EvidenceStream(const CallContext& context);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override { delete this; }

 private:
  void acknowledge(const Result<Answer>& answer);

  const CallContext context_;
  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;
  v1::StreamEvidenceRequest batch_;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace gridmend
