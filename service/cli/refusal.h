#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"
#include "service/cli/commands.h"

namespace gridmend {

// Of a refusal: machine_failed where disk, memory, network or permissions of this machine are the
// reason, else refused.
ExitCode exit_code_of(const Error& error);

// {"refusal": {"reason": ..., "message": ...}} without a line's end.
std::string refusal_json(const Error& error);

// Says it on standard error, after "gridmend COMMAND: ", and with `json` as one document on
// standard output too, so that a program finds an answer there in any case.
ExitCode tell_refusal(std::string_view command, const Error& error, bool json);

}  // namespace gridmend
