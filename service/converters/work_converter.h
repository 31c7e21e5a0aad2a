#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/network/network_model.h"
#include "core/work/crew.h"
#include "core/work/depot.h"
#include "core/work/work_task.h"
#include "google/protobuf/repeated_field.h"
#include "gridmend/v1/work.pb.h"

namespace gridmend {

// Repeats count once; refuses an unknown skill (VALUE_UNKNOWN) and more than 100 entries
// (TOO_MANY).
Result<SkillSet> skills_to_domain(const google::protobuf::RepeatedField<int>& skills,
                                  std::string field);

// Refuses, by field: an id that is none, a position not on the earth, a shift that ends before it
// begins, a break of less than nothing or with no window left, a capacity that is negative or no
// number, a load that is so or more than the capacity, values not known. An absent status is
// off_shift, an absent vehicle class a truck. current_task, position_time and etag are the server's
// and ignored.
Result<Crew> to_domain(const v1::Crew& crew, std::string_view at = {});

// Refuses, by field: an id that is none, a position not on the earth, a stock that is negative or
// no number, loading that takes less than nothing or more than a day. etag is ignored.
Result<Depot> to_domain(const v1::Depot& depot, std::string_view at = {});

// Refuses, by field: an absent kind, neither device nor position, a device the network has not
// (not_found), negative or non-finite numbers, more than 8 crews, more than 100 predecessors, a
// task after itself. An empty id stays empty. Status, crews, pins, vetoed_crews, finding,
// worked_duration, complete_time, create_time and etag are the server's and ignored.
Result<WorkTask> to_domain(const v1::WorkTask& task, const NetworkModel& network,
                           std::string_view at = {});

// Without etags, which are added by who knows them.
v1::Crew to_proto(const Crew& crew);
v1::Depot to_proto(const Depot& depot);
v1::WorkTask to_proto(const WorkTask& task, const NetworkModel& network);

}  // namespace gridmend
