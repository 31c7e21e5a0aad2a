#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace gridmend {

// The way from a request to one of its fields, as errors name it:
// "evidence[3].last_gasp.usage_point". `at` is the way so far, empty for the request itself.
std::string field_path(std::string_view at, std::string_view name);
std::string field_path(std::string_view at, std::string_view name, std::size_t index);

// invalid_argument, TEXT_TOO_LONG.
Result<void> check_length(std::string_view text, std::size_t most_bytes, std::string field);

// An id somebody chooses: 1 to 64 bytes without spaces and control characters. invalid_argument,
// ID_MISSING or ID_INVALID.
Result<void> check_id(std::string_view id, std::string field);

// A request_id: empty or up to 64 bytes without control characters.
Result<void> check_request_id(std::string_view request_id, std::string field);

}  // namespace gridmend
