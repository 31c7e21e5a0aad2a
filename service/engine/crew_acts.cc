#include "service/converters/work_converter.h"
#include "service/engine/acts.h"
#include "service/engine/masked_update.h"

namespace gridmend {
namespace {

constexpr std::string_view kMutableOfCrew[] = {
    "name",          "position",      "shift_start", "shift_end", "skills",
    "vehicle_class", "capacity",      "home_depot",  "load",      "status",
    "rest_length",   "rest_earliest", "rest_latest"};

// An operator signs a crew on or off; the steps of a task are the crew's word alone.
Result<void> check_status_change(CrewStatus from, CrewStatus to) {
  if (from == to || to == CrewStatus::off_shift || to == CrewStatus::awaiting_assignment) return {};
  return refuse(ErrorCode::invalid_argument, "STATUS_NOT_SETTABLE",
                "an operator can sign a crew on (AWAITING_ASSIGNMENT) or off (OFF_SHIFT)",
                "crew.status");
}

tl::unexpected<Error> crew_position_missing() {
  return refuse(ErrorCode::invalid_argument, "POSITION_MISSING", "a crew is somewhere",
                "crew.position");
}

// Older journals name depots that nobody made.
Result<void> check_home(const Workbench& bench, const std::string& depot) {
  if (depot.empty() || bench.schema < 5) return {};
  const auto known = require_depot(bench.draft, depot, "crew.home_depot");
  if (!known) return unexpected(known.error());
  return {};
}

}  // namespace

Result<Answer> create_crew(Workbench& bench, const v1::CreateCrewRequest& request) {
  auto crew = to_domain(request.crew(), "crew");
  if (!crew) return unexpected(crew.error());
  if (!request.crew().has_position()) return crew_position_missing();
  if (auto sound = check_status_change(CrewStatus::off_shift, crew->status); !sound)
    return unexpected(sound.error());
  if (auto sound = check_home(bench, crew->home_depot); !sound) return unexpected(sound.error());
  if (find(*bench.draft.crews, crew->id) != nullptr) {
    return refuse(ErrorCode::already_exists, "CREW_EXISTS",
                  "there is a crew '" + crew->id + "' already", "crew.id");
  }
  crew->position_time = bench.time;
  const std::string id = crew->id;
  CrewRecord& record = bench.edit_crew(id);
  record.crew = std::move(*crew);
  record.duty_revision = bench.revision;
  bench.work_changed();
  return bench.answer(id);
}

Result<Answer> update_crew(Workbench& bench, const v1::UpdateCrewRequest& request) {
  const auto present = require_crew(bench.draft, request.crew().id(), "crew.id");
  if (!present) return unexpected(present.error());
  const Crew before = (*present)->crew;
  if (auto fresh = check_etag(request.crew().etag(), (*present)->revision); !fresh)
    return unexpected(fresh.error());
  auto message =
      masked_update(to_proto(before), request.crew(), request.update_mask(), kMutableOfCrew);
  if (!message) return unexpected(message.error());
  // What another vehicle cannot carry is not on board.
  const bool less = message->has_load() && message->load() > message->capacity();
  if (less && !names(request.update_mask(), "load")) message->clear_load();
  if (names(request.update_mask(), "home_depot")) {
    if (auto sound = check_home(bench, message->home_depot()); !sound)
      return unexpected(sound.error());
  }
  if (!message->has_position()) return crew_position_missing();
  auto next = to_domain(*message, "crew");
  if (!next) return unexpected(next.error());
  if (auto sound = check_status_change(before.status, next->status); !sound)
    return unexpected(sound.error());

  next->position_time =
      names(request.update_mask(), "position") ? bench.time : before.position_time;
  next->current_task = before.current_task;
  const bool signs_off =
      before.status != CrewStatus::off_shift && next->status == CrewStatus::off_shift;
  // Under way stays under way: only its own word ends that.
  if (!signs_off && !before.current_task.empty()) next->status = before.status;
  CrewRecord& record = bench.edit_crew(before.id);
  record.crew = std::move(*next);
  record.duty_revision = bench.revision;
  if (signs_off) release_all_tasks(bench, before.id);
  settle_crew_status(bench, before.id);
  bench.work_changed();
  return bench.answer(before.id);
}

}  // namespace gridmend
