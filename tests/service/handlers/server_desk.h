#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/base/error.h"
#include "service/handlers/server.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::server_desk {

// A street that fits a screen: two fuses, 12 customers each.
inline constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |       |
         |       n3--T2(6)
         |
         n4--F2--n5--T3(6)
                 |
                 n6--T4(6)
)";

// A real server in front of a real engine over a drawn network, under a clock the test moves.
class ServerDesk {
 public:
  explicit ServerDesk(std::string_view drawing = kStreet, ServerSettings settings = {},
                      EngineSettings engine_settings = {});
  explicit ServerDesk(std::shared_ptr<const Region> region, EngineSettings engine_settings = {});

  std::shared_ptr<grpc::Channel> channel;
  control_room::ControlRoom room;
  std::unique_ptr<Server> server;

  template <class Service>
  std::unique_ptr<typename Service::Stub> stub() const {
    return Service::NewStub(channel);
  }

  // One unary call with a deadline; fails the test when it is refused.
  template <class Service, class Request, class Response>
  Response ok(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
              const Request& request) const {
    Response response;
    const grpc::Status status = call<Service>(method, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  // As above; fails the test when it is accepted.
  template <class Service, class Request, class Response>
  grpc::Status refused(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                       const Request& request) const {
    Response response;
    const grpc::Status status = call<Service>(method, request, response);
    EXPECT_FALSE(status.ok());
    return status;
  }

  // A new server on a new engine on the same journal.
  void restart();

  // The fuse F2 blows: both its transformers fall silent with a last gasp.
  void blow_f2(double minute);

 private:
  void start();

  ServerSettings settings_;

  template <class Service, class Request, class Response>
  grpc::Status call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                    const Request& request, Response& response) const {
    grpc::ClientContext context;
    set_deadline(context);
    return (stub<Service>().get()->*method)(&context, request, &response);
  }

  static void set_deadline(grpc::ClientContext& context);
};

// Reason and field out of the details of a status.
std::string reason_of(const grpc::Status& status);
std::string field_of(const grpc::Status& status);

}  // namespace gridmend::server_desk
