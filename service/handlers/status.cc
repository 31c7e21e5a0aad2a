#include "service/handlers/status.h"

#include <array>
#include <utility>

#include "google/rpc/error_details.pb.h"

namespace gridmend {

namespace {

constexpr char kDomain[] = "gridmend";
// A message travels in a header, whose total size clients limit to 8 kB.
constexpr std::size_t kMessageBytes = 1000;
constexpr std::int64_t kRetrySeconds = 1;

constexpr std::array<std::pair<ErrorCode, grpc::StatusCode>, 11> kCodes{{
    {ErrorCode::invalid_argument, grpc::StatusCode::INVALID_ARGUMENT},
    {ErrorCode::not_found, grpc::StatusCode::NOT_FOUND},
    {ErrorCode::already_exists, grpc::StatusCode::ALREADY_EXISTS},
    {ErrorCode::failed_precondition, grpc::StatusCode::FAILED_PRECONDITION},
    {ErrorCode::aborted, grpc::StatusCode::ABORTED},
    {ErrorCode::out_of_range, grpc::StatusCode::OUT_OF_RANGE},
    {ErrorCode::resource_exhausted, grpc::StatusCode::RESOURCE_EXHAUSTED},
    {ErrorCode::unimplemented, grpc::StatusCode::UNIMPLEMENTED},
    {ErrorCode::unavailable, grpc::StatusCode::UNAVAILABLE},
    {ErrorCode::permission_denied, grpc::StatusCode::PERMISSION_DENIED},
    {ErrorCode::internal, grpc::StatusCode::INTERNAL},
}};

grpc::StatusCode to_code(ErrorCode code) {
  for (const auto& [ours, theirs] : kCodes) {
    if (ours == code) return theirs;
  }
  return grpc::StatusCode::INTERNAL;
}

ErrorCode to_code(grpc::StatusCode code) {
  for (const auto& [ours, theirs] : kCodes) {
    if (theirs == code) return ours;
  }
  return code == grpc::StatusCode::DEADLINE_EXCEEDED ? ErrorCode::unavailable : ErrorCode::internal;
}

std::string shortened(std::string text) {
  if (text.size() > kMessageBytes) {
    std::size_t end = kMessageBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    text.resize(end);
    text += "...";
  }
  return text;
}

bool trying_again_may_help(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::resource_exhausted;
}

}  // namespace

google::rpc::Status to_rpc_status(const Error& error) {
  google::rpc::Status status;
  status.set_code(to_code(error.code));
  // The field has a detail of its own.
  status.set_message(
      shortened(describe({error.code, error.reason, error.message, {}, error.place})));
  google::rpc::ErrorInfo info;
  info.set_reason(error.reason);
  info.set_domain(kDomain);
  if (!error.field.empty()) (*info.mutable_metadata())["field"] = error.field;
  status.add_details()->PackFrom(info);
  if (!error.field.empty()) {
    google::rpc::BadRequest bad_request;
    auto& violation = *bad_request.add_field_violations();
    violation.set_field(error.field);
    violation.set_description(shortened(error.message));
    status.add_details()->PackFrom(bad_request);
  }
  if (trying_again_may_help(error.code)) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(kRetrySeconds);
    status.add_details()->PackFrom(retry);
  }
  return status;
}

grpc::Status to_status(const Error& error) {
  const google::rpc::Status status = to_rpc_status(error);
  return {static_cast<grpc::StatusCode>(status.code()), status.message(),
          status.SerializeAsString()};
}

Error to_error(const grpc::Status& status) {
  Error error{to_code(status.error_code()), {}, status.error_message(), {}, {}};
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return error;
  for (const auto& detail : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    if (detail.UnpackTo(&info)) error.reason = info.reason();
    if (detail.UnpackTo(&bad_request) && bad_request.field_violations_size() > 0) {
      error.field = bad_request.field_violations(0).field();
    }
  }
  return error;
}

}  // namespace gridmend
