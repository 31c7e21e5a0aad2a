#include "service/handlers/actor.h"

#include "service/converters/field_path.h"

namespace gridmend {

Result<Command> command_by_operator(const std::string& request_id, std::string_view name) {
  if (auto sound = check_request_id(request_id, "request_id"); !sound) {
    return unexpected(sound.error());
  }
  if (auto sound = check_length(name, 64, "operator"); !sound) return unexpected(sound.error());
  Command command;
  command.set_request_id(request_id);
  command.set_actor(name.empty() ? "operator" : "operator/" + std::string{name});
  return command;
}

Result<Command> command_by_crew(const std::string& request_id, std::string_view crew) {
  if (auto sound = check_request_id(request_id, "request_id"); !sound) {
    return unexpected(sound.error());
  }
  if (auto sound = check_id(crew, "crew"); !sound) return unexpected(sound.error());
  Command command;
  command.set_request_id(request_id);
  command.set_actor("crew/" + std::string{crew});
  return command;
}

}  // namespace gridmend
