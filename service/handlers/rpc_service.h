#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace gridmend {

// The end of one unary call. Copies are handles of the same call; exactly one of them finishes it,
// once, from any thread.
class UnaryExchange {
 public:
  UnaryExchange(grpc::ServerUnaryReactor* reactor, grpc::ByteBuffer* response)
      : reactor_(reactor), response_(response) {}

  void answer(const google::protobuf::Message& message) const;
  void refuse(const Error& error) const;

 private:
  grpc::ServerUnaryReactor* reactor_;
  grpc::ByteBuffer* response_;
};

// Requests are parsed here, not by gRPC, whose callback API answers UNIMPLEMENTED to bytes that are
// no message: invalid_argument, MESSAGE_MALFORMED or MESSAGE_TOO_LARGE.
Result<void> parse_request(const grpc::ByteBuffer& bytes, std::size_t most_bytes,
                           google::protobuf::Message& request);
grpc::ByteBuffer serialise(const google::protobuf::Message& message);

// One service of the vocabulary, made from its descriptor: every call of it is there, and those to
// which nothing was given answer UNIMPLEMENTED with a message naming the call.
class RpcService final : public grpc::Service {
 public:
  using Unary = std::function<void(const grpc::ByteBuffer& request, UnaryExchange exchange)>;
  using ServerStream =
      std::function<grpc::ServerWriteReactor<grpc::ByteBuffer>*(const grpc::ByteBuffer& request)>;
  using BidiStream = std::function<grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>*()>;

  explicit RpcService(const google::protobuf::ServiceDescriptor& descriptor);

  // `call` is the method's short name. Before the server starts.
  void set_unary(std::string_view call, Unary handler);
  void set_server_stream(std::string_view call, ServerStream handler);
  void set_bidi_stream(std::string_view call, BidiStream handler);

  std::string_view full_name() const { return descriptor_.full_name(); }

 private:
  struct Call {
    std::string path;  // "/gridmend.v1.OutageService/GetOutage"; gRPC keeps a pointer to it
    Unary unary;
    ServerStream server_stream;
    BidiStream bidi_stream;
  };
  Call& find(std::string_view call);
  void add(const google::protobuf::MethodDescriptor& method, int index);

  const google::protobuf::ServiceDescriptor& descriptor_;
  std::deque<Call> calls_;  // by index of the method
};

}  // namespace gridmend
