#include "service/converters/field_path.h"

#include <algorithm>

#include "core/base/error.h"

namespace gridmend {

namespace {

constexpr std::size_t kIdBytes = 64;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::string field_path(std::string_view at, std::string_view name) {
  std::string path{at};
  if (!path.empty()) path += '.';
  return path.append(name);
}

std::string field_path(std::string_view at, std::string_view name, std::size_t index) {
  return field_path(at, name) + '[' + std::to_string(index) + ']';
}

Result<void> check_length(std::string_view text, std::size_t most_bytes, std::string field) {
  if (text.size() <= most_bytes) return {};
  return refuse(ErrorCode::invalid_argument, "TEXT_TOO_LONG",
                "text of " + std::to_string(text.size()) + " bytes, at most " +
                    std::to_string(most_bytes) + " are taken",
                std::move(field));
}

Result<void> check_id(std::string_view id, std::string field) {
  if (id.empty()) {
    return refuse(ErrorCode::invalid_argument, "ID_MISSING", "an id is required", std::move(field));
  }
  const bool sound = id.size() <= kIdBytes && std::none_of(id.begin(), id.end(), [](char c) {
                       return is_control(c) || c == ' ';
                     });
  if (sound) return {};
  return refuse(ErrorCode::invalid_argument, "ID_INVALID",
                "an id is 1 to 64 bytes without spaces and control characters", std::move(field));
}

Result<void> check_request_id(std::string_view request_id, std::string field) {
  if (request_id.size() <= kIdBytes &&
      std::none_of(request_id.begin(), request_id.end(), is_control)) {
    return {};
  }
  return refuse(ErrorCode::invalid_argument, "REQUEST_ID_INVALID",
                "a request id is at most 64 bytes without control characters", std::move(field));
}

}  // namespace gridmend
