#pragma once

#include <google/protobuf/repeated_field.h>

#include <initializer_list>
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
// Writes each that is given into its field.
template <class Message>
struct TimeOption {
  const char* option;
  const std::string& text;
  google::protobuf::Timestamp* (Message::*field)();
};
template <class Message>
bool read_times(CtlSession& session, std::initializer_list<TimeOption<Message>> options,
                Message& message) {
  for (const TimeOption<Message>& said : options) {
    if (said.text.empty()) continue;
    const auto time = read_time(session, said.option, said.text);
    if (!time) return false;
    *(message.*said.field)() = *time;
  }
  return true;
}
bool read_skills(CtlSession& session, const std::vector<std::string>& names,
                 google::protobuf::RepeatedField<int>& skills);

// An enum's name as it is read and typed: "TURNED_ROUND" as "turned_round", or with something else
// between its words.
std::string in_words(std::string name, char between = '_');

// "line, cable, ..."
std::string skill_names();

google::protobuf::Duration minutes_long(double minutes);

// "40 %"
std::string in_percent(double share);

}  // namespace gridmend
