#pragma once

#include <string_view>
#include <vector>

#include "gridmend/v1/crew.pb.h"
#include "service/engine/change_feed.h"
#include "service/engine/world.h"

namespace gridmend {

// Everything a crew has now.
v1::AssignmentDelta all_assignments(const World& world, std::string_view crew);

// What `changes` mean for a crew, `world` being the state after them. Changed are the assignments
// whose task or outage changed, all of them when the plan did; removed are the changed tasks that
// are not the crew's now (a reader ignores those it never held). Empty when nothing concerns it.
v1::AssignmentDelta assignment_changes(const World& world, const std::vector<Change>& changes,
                                       std::string_view crew);
bool is_empty(const v1::AssignmentDelta& delta);

}  // namespace gridmend
