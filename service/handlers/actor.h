#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"
#include "service/engine/command.h"

namespace gridmend {

// A command with its request_id checked and its actor written: "operator/li", or "operator" when
// the caller does not say who; "crew/17" for a tablet.
Result<Command> command_by_operator(const std::string& request_id, std::string_view name);
Result<Command> command_by_crew(const std::string& request_id, std::string_view crew);

}  // namespace gridmend
