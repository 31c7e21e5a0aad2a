#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gridmend/v1/work.pb.h"
#include "service/engine/world.h"

namespace gridmend {

// May this crew hold this task, as things stand? nullptr, or why not, in words. `turns_round`: the
// plan says that the crew that is on its way to it, if any, is called off.
const char* why_not_hold(const RecordMap<CrewRecord>& crews, const RecordMap<WorkTaskRecord>& tasks,
                         std::string_view crew_id, std::string_view task_id, bool turns_round);

// May exactly these crews do the task, as things stand and whatever each of them may do? nullptr,
// or why not.
const char* why_not_share(const WorkTask& task, std::span<const std::string> crews,
                          bool turns_round);

// Crews by task.
using CrewsByTask = std::map<std::string, std::vector<std::string>, std::less<>>;

// The tasks whose crews the plan calls off on their way; crew by task.
std::map<std::string, std::string, std::less<>> turned_round(const v1::Plan& plan);

}  // namespace gridmend
