#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace gridmend {

// One-to-one with gRPC's status codes of the same names; service/converters translates in one
// place.
enum class ErrorCode {
  invalid_argument,
  not_found,
  already_exists,
  failed_precondition,
  aborted,
  out_of_range,
  resource_exhausted,
  unimplemented,
  unavailable,
  permission_denied,
  internal,
};

// Where in a source the error is. Empty parts are unknown; feature_id is the source's own.
struct ErrorPlace {
  std::string file;
  std::string layer;
  std::string feature_id;
  std::string column;
};

// An expected failure. `message` is one sentence for a person, naming what and why; `reason` is a
// stable UPPER_SNAKE_CASE word for programs; `field` names the argument refused, if one is.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string reason;
  std::string message;
  std::string field;
  ErrorPlace place;
};

template <class T>
using Result = tl::expected<T, Error>;

using tl::unexpected;

// The shortest way to refuse: return refuse(ErrorCode::not_found, "CREW_UNKNOWN", "no crew 'c9'").
tl::unexpected<Error> refuse(ErrorCode code, std::string reason, std::string message,
                             std::string field = {});
tl::unexpected<Error> refuse_at(ErrorPlace place, ErrorCode code, std::string reason,
                                std::string message);

std::string_view to_string(ErrorCode code);

// "file.gpkg, layer 'lines', feature 12, column 'phases': message", printable.
std::string describe(const Error& error);

}  // namespace gridmend
