#include "service/handlers/rpc_service.h"

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include "core/base/check.h"
#include "service/handlers/status.h"

namespace gridmend {

namespace {

using grpc::ByteBuffer;
using RpcType = grpc::internal::RpcMethod::RpcType;

Error not_offered(const std::string& path) {
  return {ErrorCode::unimplemented,
          "CALL_NOT_OFFERED",
          path.substr(1) + " is part of the vocabulary but not offered by this version",
          {},
          {}};
}

// A stream that ends before it began.
class RefusedWrites final : public grpc::ServerWriteReactor<ByteBuffer> {
 public:
  explicit RefusedWrites(const Error& error) { Finish(to_status(error)); }
  void OnDone() override { delete this; }
};

class RefusedBidi final : public grpc::ServerBidiReactor<ByteBuffer, ByteBuffer> {
 public:
  explicit RefusedBidi(const Error& error) { Finish(to_status(error)); }
  void OnDone() override { delete this; }
};

RpcType rpc_type(const google::protobuf::MethodDescriptor& method) {
  if (method.client_streaming() && method.server_streaming()) return RpcType::BIDI_STREAMING;
  GRIDMEND_CHECK(!method.client_streaming(), "a call streams both ways, down only, or not at all");
  return method.server_streaming() ? RpcType::SERVER_STREAMING : RpcType::NORMAL_RPC;
}

}  // namespace

void UnaryExchange::answer(const google::protobuf::Message& message) const {
  *response_ = serialise(message);
  reactor_->Finish(grpc::Status::OK);
}

void UnaryExchange::refuse(const Error& error) const { reactor_->Finish(to_status(error)); }

Result<void> parse_request(const ByteBuffer& bytes, std::size_t most_bytes,
                           google::protobuf::Message& request) {
  if (bytes.Length() > most_bytes) {
    return gridmend::refuse(ErrorCode::invalid_argument, "MESSAGE_TOO_LARGE",
                            "a request of " + std::to_string(bytes.Length()) +
                                " bytes; this call takes at most " + std::to_string(most_bytes));
  }
  if (bytes.Length() == 0) {
    request.Clear();
    return {};
  }
  ByteBuffer copy{bytes};  // shares the bytes; the reader takes a buffer it may walk
  grpc::ProtoBufferReader reader{&copy};
  if (reader.status().ok() && request.ParseFromZeroCopyStream(&reader)) return {};
  return gridmend::refuse(
      ErrorCode::invalid_argument, "MESSAGE_MALFORMED",
      "the request is not a " + request.GetDescriptor()->full_name() + " message");
}

ByteBuffer serialise(const google::protobuf::Message& message) {
  ByteBuffer bytes;
  bool own = false;
  const grpc::Status status =
      grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::Message>(message, &bytes,
                                                                                 &own);
  GRIDMEND_CHECK(status.ok(), "an answer can be serialised");
  return bytes;
}

RpcService::RpcService(const google::protobuf::ServiceDescriptor& descriptor)
    : descriptor_(descriptor) {
  for (int i = 0; i < descriptor.method_count(); ++i) add(*descriptor.method(i), i);
}

void RpcService::add(const google::protobuf::MethodDescriptor& method, int index) {
  calls_.push_back({"/" + descriptor_.full_name() + "/" + method.name(), {}, {}, {}});
  Call& call = calls_.back();
  const RpcType type = rpc_type(method);
  AddMethod(new grpc::internal::RpcServiceMethod(call.path.c_str(), type, nullptr));
  switch (type) {
    case RpcType::NORMAL_RPC:
      MarkMethodRawCallback(index, new grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>(
                                       [&call](grpc::CallbackServerContext* context,
                                               const ByteBuffer* request, ByteBuffer* response) {
                                         auto* reactor = context->DefaultReactor();
                                         const UnaryExchange exchange{reactor, response};
                                         if (call.unary) {
                                           call.unary(*request, exchange);
                                         } else {
                                           exchange.refuse(not_offered(call.path));
                                         }
                                         return reactor;
                                       }));
      return;
    case RpcType::SERVER_STREAMING:
      MarkMethodRawCallback(
          index, new grpc::internal::CallbackServerStreamingHandler<ByteBuffer, ByteBuffer>(
                     [&call](grpc::CallbackServerContext*,
                             const ByteBuffer* request) -> grpc::ServerWriteReactor<ByteBuffer>* {
                       if (call.server_stream) return call.server_stream(*request);
                       return new RefusedWrites(not_offered(call.path));
                     }));
      return;
    default:
      MarkMethodRawCallback(index, new grpc::internal::CallbackBidiHandler<ByteBuffer, ByteBuffer>(
                                       [&call](grpc::CallbackServerContext*)
                                           -> grpc::ServerBidiReactor<ByteBuffer, ByteBuffer>* {
                                         if (call.bidi_stream) return call.bidi_stream();
                                         return new RefusedBidi(not_offered(call.path));
                                       }));
  }
}

RpcService::Call& RpcService::find(std::string_view call) {
  const auto* method = descriptor_.FindMethodByName(std::string{call});
  GRIDMEND_CHECK(method != nullptr, "the call is of this service");
  return calls_[static_cast<std::size_t>(method->index())];
}

void RpcService::set_unary(std::string_view call, Unary handler) {
  find(call).unary = std::move(handler);
}

void RpcService::set_server_stream(std::string_view call, ServerStream handler) {
  find(call).server_stream = std::move(handler);
}

void RpcService::set_bidi_stream(std::string_view call, BidiStream handler) {
  find(call).bidi_stream = std::move(handler);
}

}  // namespace gridmend
