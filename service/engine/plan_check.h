#pragma once

#include <map>
#include <string>
#include <string_view>

#include "gridmend/v1/work.pb.h"
#include "service/engine/world.h"

namespace gridmend {

// May this crew hold this task, as things stand? nullptr, or why not, in words. `turns_round`: the
// plan says that the crew that is on its way to it, if any, is called off.
const char* why_not_hold(const RecordMap<CrewRecord>& crews, const RecordMap<WorkTaskRecord>& tasks,
                         std::string_view crew_id, std::string_view task_id, bool turns_round);

// The tasks whose crews the plan calls off on their way; crew by task.
std::map<std::string, std::string, std::less<>> turned_round(const v1::Plan& plan);

}  // namespace gridmend
