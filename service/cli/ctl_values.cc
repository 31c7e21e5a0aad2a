#include "service/cli/ctl_values.h"

#include "core/base/clock.h"
#include "core/work/crew.h"
#include "service/converters/enum_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {

std::optional<google::protobuf::Timestamp> read_time(CtlSession& session, const std::string& option,
                                                     const std::string& text) {
  const auto time = parse_rfc3339(text);
  if (!time) {
    session.refuse(option + " wants a time such as 2026-07-20T18:00:00Z", ExitCode::usage);
    return {};
  }
  return to_proto(*time);
}

bool read_skills(CtlSession& session, const std::vector<std::string>& names,
                 google::protobuf::RepeatedField<int>& skills) {
  for (const std::string& name : names) {
    const auto skill = parse_skill(name);
    if (!skill) {
      session.refuse("'" + name + "' is no skill: " + skill_names(), ExitCode::usage);
      return false;
    }
    skills.Add(to_proto(*skill));
  }
  return true;
}

std::string in_words(std::string name, char between) {
  for (char& c : name) {
    if (c == '_') c = between;
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

std::string skill_names() {
  std::string names;
  for (int i = 0; i < kSkills; ++i)
    names += (i == 0 ? "" : ", ") + std::string{to_string(static_cast<Skill>(i))};
  return names;
}

google::protobuf::Duration minutes_long(double minutes) {
  return to_proto(from_seconds(60 * minutes));
}

std::string in_percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.0f %%", share * 100);
  return text;
}

}  // namespace gridmend
