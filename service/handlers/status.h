#pragma once

#include <grpcpp/support/status.h>

#include "core/base/error.h"
#include "google/rpc/status.pb.h"

namespace gridmend {

// The one place where an Error becomes what goes over the wire: code, message, ErrorInfo (reason,
// domain "gridmend"), BadRequest when a field was refused, RetryInfo when trying again may help.
google::rpc::Status to_rpc_status(const Error& error);
grpc::Status to_status(const Error& error);

// The other way, for clients. An answer without details keeps code and message.
Error to_error(const grpc::Status& status);

}  // namespace gridmend
