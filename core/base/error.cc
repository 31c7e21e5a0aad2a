#include "core/base/error.h"

#include <utility>

#include "core/base/printable.h"

namespace gridmend {

tl::unexpected<Error> refuse(ErrorCode code, std::string reason, std::string message,
                             std::string field) {
  return tl::unexpected<Error>(
      Error{code, std::move(reason), std::move(message), std::move(field), {}});
}

tl::unexpected<Error> refuse_at(ErrorPlace place, ErrorCode code, std::string reason,
                                std::string message) {
  return tl::unexpected<Error>(
      Error{code, std::move(reason), std::move(message), {}, std::move(place)});
}

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::failed_precondition:
      return "failed_precondition";
    case ErrorCode::aborted:
      return "aborted";
    case ErrorCode::out_of_range:
      return "out_of_range";
    case ErrorCode::resource_exhausted:
      return "resource_exhausted";
    case ErrorCode::unimplemented:
      return "unimplemented";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::permission_denied:
      return "permission_denied";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

std::string describe(const Error& error) {
  std::string text;
  auto add = [&text](std::string_view name, const std::string& value, bool quoted) {
    if (value.empty()) return;
    if (!text.empty()) text += ", ";
    if (!name.empty()) text.append(name).append(" ");
    text += quoted ? "'" + value + "'" : value;
  };
  add("", error.place.file, false);
  add("layer", error.place.layer, true);
  add("feature", error.place.feature_id, false);
  add("column", error.place.column, true);
  add("field", error.field, true);
  // Names of files, layers and columns, and what a reader says of them, are not ours.
  return printable(text.empty() ? error.message : text + ": " + error.message);
}

}  // namespace gridmend
