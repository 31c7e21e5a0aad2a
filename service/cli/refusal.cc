#include "service/cli/refusal.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace gridmend {

ExitCode exit_code_of(const Error& error) {
  constexpr auto kOfTheDisk = std::to_array<std::string_view>(
      {"FILE_NOT_WRITABLE", "FOLDER_NOT_WRITABLE", "OUTPUT_FOLDER", "REGION_NOT_KEPT"});
  if (std::ranges::find(kOfTheDisk, error.reason) != kOfTheDisk.end()) {
    return ExitCode::machine_failed;
  }
  switch (error.code) {
    case ErrorCode::internal:
    case ErrorCode::permission_denied:
    case ErrorCode::resource_exhausted:
    case ErrorCode::unavailable:
      return ExitCode::machine_failed;
    default:
      return ExitCode::refused;
  }
}

std::string refusal_json(const Error& error) {
  nlohmann::ordered_json json;
  json["refusal"] = {{"reason", error.reason}, {"message", describe(error)}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

ExitCode tell_refusal(std::string_view command, const Error& error, bool json) {
  std::fprintf(stderr, "gridmend %.*s: %s\n", static_cast<int>(command.size()), command.data(),
               describe(error).c_str());
  if (json) std::printf("%s\n", refusal_json(error).c_str());
  return exit_code_of(error);
}

}  // namespace gridmend
