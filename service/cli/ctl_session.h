#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "google/protobuf/timestamp.pb.h"
#include "gridmend/v1/geography.pb.h"
#include "service/cli/commands.h"

namespace CLI {
class App;
}

namespace gridmend {

// What every `gridmend ctl` command shares: the server, the form of the output, the outcome.
class CtlSession {
 public:
  std::string server = "127.0.0.1:7433";
  bool json = false;
  double timeout_s = 30;
  std::string operator_name;

  explicit CtlSession(CommandOutcome& outcome) : outcome_(outcome) {}

  // The channel, made at the first use.
  const std::shared_ptr<grpc::Channel>& channel();

  // One unary call with a deadline. False, with the error printed and the exit code set, when it
  // fails.
  template <class Service, class Request, class Response>
  bool call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
            const Request& request, Response& response) {
    return succeeded(ask<Service>(method, request, response));
  }
  // The same of which nothing is reported.
  template <class Service, class Request, class Response>
  grpc::Status ask(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                         Response*),
                   const Request& request, Response& response) {
    grpc::ClientContext context;
    context.set_deadline(deadline());
    const auto stub = Service::NewStub(channel());
    return (stub.get()->*method)(&context, request, &response);
  }

  std::chrono::system_clock::time_point deadline() const;
  // Reports a call's end; true when it is OK.
  bool succeeded(const grpc::Status& status);
  // Of the last call: it had no answer.
  bool unanswered() const { return unanswered_; }
  // Refuses an argument or a file: printed, exit code 1 or another one.
  void refuse(const std::string& message, ExitCode exit_code = ExitCode::refused);
  // The same of what a library refused, as JSON too.
  void refuse(const Error& error);

  // One line of JSON.
  void print_json(const google::protobuf::Message& message) const;

 private:
  CommandOutcome& outcome_;
  std::shared_ptr<grpc::Channel> channel_;
  bool unanswered_ = false;
};

// What time it is there: by its own clock where it is in simulated time, else by this machine's.
Time time_at_server(CtlSession& session);

// A request_id nobody used before.
std::string fresh_request_id();

// How times (to the second) and the like are shown.
std::string show(const google::protobuf::Timestamp& timestamp);  // "-" when it is not set
std::string show(const v1::Position& position);

// "LON,LAT" in degrees; false when it is none.
bool read_position(const std::string& text, v1::Position& position);

// The groups of commands below `gridmend ctl`.
void add_ctl_region_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_network_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_outage_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_crew_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_depot_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_task_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_task_rules_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_evidence_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_dispatch_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_water_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_closure_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_access_command(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_watch_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);
void add_ctl_clock_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session);

}  // namespace gridmend
