#include "service/cli/ctl_session.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/create_channel.h>

#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>

#include "core/base/check.h"
#include "core/base/clock.h"
#include "core/base/printable.h"
#include "gridmend/drill/v1/drill_clock.grpc.pb.h"
#include "service/cli/refusal.h"
#include "service/converters/time_converter.h"
#include "service/handlers/status.h"

namespace gridmend {

const std::shared_ptr<grpc::Channel>& CtlSession::channel() {
  if (channel_ == nullptr) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(16 << 20);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    channel_ = grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
  }
  return channel_;
}

std::chrono::system_clock::time_point CtlSession::deadline() const {
  return std::chrono::time_point_cast<std::chrono::system_clock::duration>(SystemClock{}.now() +
                                                                           from_seconds(timeout_s));
}

bool CtlSession::succeeded(const grpc::Status& status) {
  unanswered_ = status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
  if (status.ok()) return true;
  const Error error = to_error(status);
  std::string text = error.reason.empty() ? std::string{to_string(error.code)} : error.reason;
  if (!error.field.empty()) text += " (" + error.field + ")";
  text += ": " + (error.message.empty() ? "the server does not offer this call" : error.message);
  if (unanswered_) text = "no answer from " + server + ": " + text;
  refuse(text, unanswered_ ? ExitCode::machine_failed : ExitCode::refused);
  if (json) {
    Error told = error;
    if (unanswered_) told.message = text;
    std::printf("%s\n", refusal_json(told).c_str());
  }
  return false;
}

void CtlSession::refuse(const std::string& message, ExitCode exit_code) {
  std::fprintf(stderr, "gridmend: ctl: %s\n", printable(message).c_str());
  outcome_.exit_code = exit_code;
}

void CtlSession::refuse(const Error& error) {
  outcome_.exit_code = tell_refusal("ctl", error, json);
}

void CtlSession::print_json(const google::protobuf::Message& message) const {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string text;
  if (google::protobuf::util::MessageToJsonString(message, &text, options).ok()) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
  }
}

Time time_at_server(CtlSession& session) {
  using DrillClock = drill::v1::DrillClockService;
  drill::v1::DrillTime there;
  const auto status =
      session.ask<DrillClock>(&DrillClock::Stub::GetTime, drill::v1::GetTimeRequest{}, there);
  if (!status.ok()) return SystemClock{}.now();
  return to_domain(there.now(), {}).value_or(SystemClock{}.now());
}

std::string fresh_request_id() {
  std::array<unsigned, 4> bits{};
  GRIDMEND_CHECK(getentropy(bits.data(), sizeof bits) == 0, "the system has random bits");
  char text[40];
  std::snprintf(text, sizeof text, "ctl-%08x%08x%08x%08x", bits[0], bits[1], bits[2], bits[3]);
  return text;
}

std::string show(const google::protobuf::Timestamp& timestamp) {
  if (timestamp.seconds() == 0 && timestamp.nanos() == 0) return "-";
  const auto time = to_domain(timestamp, {});
  return time ? to_rfc3339(std::chrono::floor<std::chrono::seconds>(*time)) : "?";
}

std::string show(const v1::Position& position) {
  char text[64];
  std::snprintf(text, sizeof text, "%.5f,%.5f", position.longitude_deg(), position.latitude_deg());
  return text;
}

bool read_position(const std::string& text, v1::Position& position) {
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos) return false;
  double longitude = 0;
  double latitude = 0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto first = std::from_chars(begin, begin + comma, longitude);
  const auto second = std::from_chars(begin + comma + 1, end, latitude);
  if (first.ec != std::errc{} || first.ptr != begin + comma) return false;
  if (second.ec != std::errc{} || second.ptr != end) return false;
  position.set_longitude_deg(longitude);
  position.set_latitude_deg(latitude);
  return true;
}

}  // namespace gridmend
