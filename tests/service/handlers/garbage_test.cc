// Every call of every service, fed with bytes that are no message, messages full of nonsense and
// sound-looking messages with spoiled bytes. Whatever comes, the answer is an answer or a refusal
// that names its reason, and the server goes on serving.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <grpcpp/channel.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>

#include "core/base/random.h"
#include "gridmend/v1/crew.pb.h"
#include "gridmend/v1/dispatch.pb.h"
#include "gridmend/v1/evidence.grpc.pb.h"
#include "gridmend/v1/hazard.pb.h"
#include "gridmend/v1/network.grpc.pb.h"
#include "gridmend/v1/outage.pb.h"
#include "gridmend/v1/report.pb.h"
#include "gridmend/v1/switching.pb.h"
#include "tests/service/converters/random_message.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::garbage_test {
namespace {

using google::protobuf::MethodDescriptor;
using grpc::ByteBuffer;

constexpr int kRounds = 60;

std::vector<const google::protobuf::ServiceDescriptor*> services() {
  std::vector<const google::protobuf::ServiceDescriptor*> all;
  for (const auto* file :
       {v1::Region::descriptor()->file(), v1::Evidence::descriptor()->file(),
        v1::Outage::descriptor()->file(), v1::CreateCrewRequest::descriptor()->file(),
        v1::SyncRequest::descriptor()->file(), v1::WaterLayer::descriptor()->file(),
        v1::SwitchingStep::descriptor()->file(), v1::ReliabilityIndices::descriptor()->file()}) {
    all.push_back(file->service(0));
  }
  return all;
}

const std::vector<std::string>& texts() {
  static const std::vector<std::string> pool = {"",
                                                "T1.1",
                                                "F1",
                                                "F2",
                                                "B1",
                                                "S",
                                                "C1",
                                                "O-000001",
                                                "T-000001",
                                                "A",
                                                "li",
                                                "x y",
                                                "状态",
                                                "name",
                                                "status",
                                                "D1",
                                                "[repair.fuse]\ncrews = 2\n",
                                                "position",
                                                "skills",
                                                "-1",
                                                "\n",
                                                std::string(300, 'z')};
  return pool;
}

ByteBuffer buffer(const std::string& bytes) {
  const grpc::Slice slice{bytes};
  return ByteBuffer{&slice, 1};
}

std::string path_of(const MethodDescriptor& method) {
  return "/" + method.service()->full_name() + "/" + method.name();
}

grpc::Status call(grpc::Channel& channel, const MethodDescriptor& method,
                  const std::string& bytes) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::time_point_cast<std::chrono::system_clock::duration>(
      SystemClock{}.now() + std::chrono::seconds{60}));
  const std::string path = path_of(method);
  const grpc::internal::RpcMethod rpc{path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC};
  ByteBuffer response;
  return grpc::internal::BlockingUnaryCall<ByteBuffer, ByteBuffer>(&channel, rpc, &context,
                                                                   buffer(bytes), &response);
}

// Refusals name a reason, and none of them says that something broke inside.
void expect_civil(const grpc::Status& status, const MethodDescriptor& method, std::uint64_t seed,
                  int round) {
  if (status.ok()) return;
  const std::string where = path_of(method) + " seed " + std::to_string(seed) + " round " +
                            std::to_string(round) + ": " + status.error_message();
  EXPECT_NE(status.error_code(), grpc::StatusCode::UNKNOWN) << where;
  EXPECT_NE(status.error_code(), grpc::StatusCode::INTERNAL) << where;
  EXPECT_NE(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED) << where;
  EXPECT_NE(status.error_code(), grpc::StatusCode::UNAVAILABLE) << where;
  EXPECT_FALSE(server_desk::reason_of(status).empty()) << where;
}

class Garbage : public ::testing::Test {
 protected:
  Garbage() {
    desk_.room.ok(control_room::crew("C1", {120, 30}));
    desk_.blow_f2(0);
    desk_.room.plan();
  }

  ~Garbage() override {
    const auto region =
        desk_.ok<v1::NetworkService>(&v1::NetworkService::Stub::GetRegion, v1::GetRegionRequest{});
    EXPECT_EQ(region.usage_points(), 24U);
  }

  template <class Make>
  void feed(std::uint64_t seed, Make make) {
    Random random{seed};
    google::protobuf::DynamicMessageFactory factory;
    for (const auto* service : services()) {
      for (int i = 0; i < service->method_count(); ++i) {
        const MethodDescriptor& method = *service->method(i);
        if (method.client_streaming() || method.server_streaming()) continue;
        const std::unique_ptr<google::protobuf::Message> message{
            factory.GetPrototype(method.input_type())->New()};
        for (int round = 0; round < kRounds; ++round) {
          expect_civil(call(*desk_.channel, method, make(*message, random)), method, seed, round);
        }
      }
    }
  }

  server_desk::ServerDesk desk_;
};

TEST_F(Garbage, BytesThatAreNoMessageAreInvalidArgument) {
  Random random{21};
  int refused = 0;
  for (const auto* service : services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      if (method.client_streaming() || method.server_streaming()) continue;
      const grpc::Status status = call(*desk_.channel, method, "\x0a\xff\xff\xff\xff\xff\x07");
      if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) continue;
      EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << path_of(method);
      EXPECT_EQ(server_desk::reason_of(status), "MESSAGE_MALFORMED") << path_of(method);
      ++refused;
    }
  }
  EXPECT_GT(refused, 25);
}

TEST_F(Garbage, RandomBytesAreRefusedCivilly) {
  feed(22, [](google::protobuf::Message&, Random& random) {
    std::string bytes;
    const int count = random.between(1, 60);
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(random.below(256));
    return bytes;
  });
}

TEST_F(Garbage, NonsenseMessagesAreRefusedCivilly) {
  feed(23, [](google::protobuf::Message& message, Random& random) {
    message.Clear();
    fill_at_random(message, random, texts());
    return message.SerializeAsString();
  });
}

TEST_F(Garbage, SpoiledMessagesAreRefusedCivilly) {
  feed(24, [](google::protobuf::Message& message, Random& random) {
    message.Clear();
    fill_at_random(message, random, texts());
    std::string bytes = message.SerializeAsString();
    mutate(bytes, random);
    return bytes;
  });
}

TEST_F(Garbage, AMessageTooLargeIsRefusedWithItsLimit) {
  const auto* sync = v1::SyncRequest::descriptor()->file()->service(0)->FindMethodByName("Sync");
  v1::SyncRequest request;
  request.set_crew(std::string(300 << 10, 'x'));
  const grpc::Status status = call(*desk_.channel, *sync, request.SerializeAsString());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(server_desk::reason_of(status), "MESSAGE_TOO_LARGE");
}

TEST_F(Garbage, AnEvidenceStreamOfNonsenseEndsOrAnswersAndNeverCrashes) {
  Random random{25};
  const auto stub = desk_.stub<v1::EvidenceService>();
  int answered = 0;
  for (int round = 0; round < 200; ++round) {
    grpc::ClientContext context;
    const auto stream = stub->StreamEvidence(&context);
    v1::StreamEvidenceRequest request;
    fill_at_random(request, random, texts());
    request.set_sequence(1 + static_cast<std::uint64_t>(round));
    v1::StreamEvidenceResponse response;
    if (!stream->Write(request)) continue;
    if (stream->Read(&response)) {
      ++answered;
      EXPECT_EQ(response.acknowledged_sequence(), request.sequence());
    }
    if (random.chance(.5)) context.TryCancel();
    stream->WritesDone();
    stream->Finish();
  }
  EXPECT_GT(answered, 50);
}

}  // namespace
}  // namespace gridmend::garbage_test
