#pragma once

#include <string_view>

#include "service/engine/world.h"

namespace gridmend {

// May this crew hold this task, as things stand? nullptr, or why not, in words.
const char* why_not_hold(const RecordMap<CrewRecord>& crews, const RecordMap<WorkTaskRecord>& tasks,
                         std::string_view crew_id, std::string_view task_id);

}  // namespace gridmend
