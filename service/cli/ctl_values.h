#pragma once

#include <google/protobuf/repeated_field.h>

#include <optional>
#include <string>
#include <vector>

#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "service/cli/ctl_session.h"

namespace gridmend {

// What options of `gridmend ctl` mean in messages. nullopt or false: the text means nothing, and
// the usage was refused by the option's name.
std::optional<google::protobuf::Timestamp> read_time(CtlSession& session, const std::string& option,
                                                     const std::string& text);
bool read_skills(CtlSession& session, const std::vector<std::string>& names,
                 google::protobuf::RepeatedField<int>& skills);

// "line, cable, ..."
std::string skill_names();

google::protobuf::Duration minutes_long(double minutes);

}  // namespace gridmend
