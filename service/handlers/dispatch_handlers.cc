#include <algorithm>

#include "data/settings/task_rules_file.h"
#include "gridmend/v1/dispatch.pb.h"
#include "service/converters/enum_converter.h"
#include "service/converters/field_path.h"
#include "service/converters/work_converter.h"
#include "service/engine/task_explanation.h"
#include "service/handlers/actor.h"
#include "service/handlers/calls.h"
#include "service/handlers/paging.h"
#include "service/handlers/views.h"
#include "service/handlers/watch_hub.h"
#include "service/handlers/watch_views.h"

namespace gridmend {

namespace {

Result<v1::Crew> get_crew(const World& world, const std::string& id) {
  if (auto sound = check_id(id, "id"); !sound) return unexpected(sound.error());
  if (const CrewRecord* record = world.find_crew(id)) return crew_view(*record);
  return refuse(ErrorCode::not_found, "CREW_UNKNOWN", "there is no crew '" + id + "'", "id");
}

Result<v1::Depot> get_depot(const World& world, const std::string& id) {
  if (auto sound = check_id(id, "id"); !sound) return unexpected(sound.error());
  if (const DepotRecord* record = world.find_depot(id)) return depot_view(*record);
  return refuse(ErrorCode::not_found, "DEPOT_UNKNOWN", "there is no depot '" + id + "'", "id");
}

Result<v1::WorkTask> get_work_task(const World& world, const std::string& id) {
  if (auto sound = check_id(id, "id"); !sound) return unexpected(sound.error());
  if (const WorkTaskRecord* record = world.find_task(id)) return work_task_view(world, *record);
  return refuse(ErrorCode::not_found, "WORK_TASK_UNKNOWN", "there is no work task '" + id + "'",
                "id");
}

template <class Enum>
Result<void> check_statuses(const google::protobuf::RepeatedField<int>& statuses) {
  for (int i = 0; i < statuses.size(); ++i) {
    if (to_domain(static_cast<Enum>(statuses[i]))) continue;
    return refuse(ErrorCode::invalid_argument, "VALUE_UNKNOWN", "no such status",
                  field_path({}, "statuses", static_cast<std::size_t>(i)));
  }
  return {};
}

bool holds(const google::protobuf::RepeatedField<int>& values, int value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// One page of a map that is ordered by id.
template <class Record, class Keep, class Add>
Result<std::string> page_of(const RecordMap<Record>& map, int asked, const PageTokens& tokens,
                            Keep keep, Add add) {
  auto size = page_size(asked);
  if (!size) return unexpected(size.error());
  auto place = tokens.place();
  if (!place) return unexpected(place.error());
  auto it = place->empty() ? map.begin() : map.upper_bound(*place);
  std::string last;
  for (std::size_t taken = 0; it != map.end(); ++it) {
    if (!keep(*it->second)) continue;
    if (taken == *size) return tokens.token(last);
    add(*it->second);
    last = it->first;
    ++taken;
  }
  return std::string{};
}

Result<v1::ListCrewsResponse> list_crews(const World& world, const v1::ListCrewsRequest& request) {
  if (auto sound = check_statuses<v1::Crew::Status>(request.statuses()); !sound) {
    return unexpected(sound.error());
  }
  v1::ListCrewsResponse response;
  response.set_revision(world.revision);
  const auto keep = [&](const CrewRecord& record) {
    return request.statuses().empty() || holds(request.statuses(), to_proto(record.crew.status));
  };
  auto next = page_of(*world.crews, request.page_size(), PageTokens{request}, keep,
                      [&](const CrewRecord& record) { *response.add_crews() = crew_view(record); });
  if (!next) return unexpected(next.error());
  response.set_next_page_token(*next);
  return response;
}

Result<v1::ListDepotsResponse> list_depots(const World& world,
                                           const v1::ListDepotsRequest& request) {
  v1::ListDepotsResponse response;
  response.set_revision(world.revision);
  auto next = page_of(
      *world.depots, request.page_size(), PageTokens{request},
      [](const DepotRecord&) { return true; },
      [&](const DepotRecord& record) { *response.add_depots() = depot_view(record); });
  if (!next) return unexpected(next.error());
  response.set_next_page_token(*next);
  return response;
}

Result<v1::ListWorkTasksResponse> list_work_tasks(const World& world,
                                                  const v1::ListWorkTasksRequest& request) {
  if (auto sound = check_statuses<v1::WorkTask::Status>(request.statuses()); !sound) {
    return unexpected(sound.error());
  }
  v1::ListWorkTasksResponse response;
  response.set_revision(world.revision);
  const auto keep = [&](const WorkTaskRecord& record) {
    const WorkTask& task = record.task;
    const bool status_matches = request.statuses().empty()
                                    ? is_open(task)
                                    : holds(request.statuses(), to_proto(task.status));
    return status_matches && (request.outage().empty() || task.outage == request.outage()) &&
           (request.crew().empty() || is_held_by(task, request.crew()));
  };
  auto next = page_of(*world.tasks, request.page_size(), PageTokens{request}, keep,
                      [&](const WorkTaskRecord& record) {
                        *response.add_work_tasks() = work_task_view(world, record);
                      });
  if (!next) return unexpected(next.error());
  response.set_next_page_token(*next);
  return response;
}

Result<Command> create_crew(const v1::CreateCrewRequest& request) {
  auto command = command_by_operator(request.request_id(), {});
  if (command) *command->mutable_create_crew() = request;
  return command;
}

Result<Command> update_crew(const v1::UpdateCrewRequest& request) {
  auto command = command_by_operator(request.request_id(), {});
  if (command) *command->mutable_update_crew() = request;
  return command;
}

Result<Command> create_depot(const v1::CreateDepotRequest& request) {
  auto command = command_by_operator(request.request_id(), {});
  if (command) *command->mutable_create_depot() = request;
  return command;
}

Result<Command> update_depot(const v1::UpdateDepotRequest& request) {
  auto command = command_by_operator(request.request_id(), {});
  if (command) *command->mutable_update_depot() = request;
  return command;
}

Result<Command> delete_depot(const v1::DeleteDepotRequest& request) {
  if (auto sound = check_id(request.id(), "id"); !sound) return unexpected(sound.error());
  if (!request.new_home_depot().empty()) {
    if (auto sound = check_id(request.new_home_depot(), "new_home_depot"); !sound)
      return unexpected(sound.error());
  }
  auto command = command_by_operator(request.request_id(), request.operator_());
  if (command) *command->mutable_delete_depot() = request;
  return command;
}

constexpr std::size_t kMostRulesBytes = 256 << 10;

Result<Command> put_task_rules(const v1::PutTaskRulesRequest& request) {
  if (auto sound = check_length(request.rules(), kMostRulesBytes, "rules"); !sound)
    return unexpected(sound.error());
  const auto rules = parse_task_rules(request.rules(), {});
  if (!rules) {
    Error error = rules.error();
    error.field = error.field.empty() ? "rules" : "rules: " + error.field;
    return unexpected(std::move(error));
  }
  auto command = command_by_operator(request.request_id(), request.operator_());
  if (!command) return command;
  command->mutable_take_task_rules()->set_rules(write_whole_task_rules(*rules));
  command->mutable_take_task_rules()->set_etag(request.etag());
  return command;
}

v1::TaskRules task_rules_view(const World& world, bool whole) {
  v1::TaskRules view;
  view.set_rules(whole ? write_whole_task_rules(*world.task_rules)
                       : write_task_rules(*world.task_rules));
  view.set_revision(world.rules_revision);
  view.set_etag(etag_of(world.rules_revision));
  return view;
}

Result<Command> create_work_task(const v1::CreateWorkTaskRequest& request) {
  auto command = command_by_operator(request.request_id(), {});
  if (command) *command->mutable_create_work_task() = request;
  return command;
}

Result<Command> update_work_task(const v1::UpdateWorkTaskRequest& request) {
  auto command = command_by_operator(request.request_id(), {});
  if (command) *command->mutable_update_work_task() = request;
  return command;
}

Result<Command> pin_task(const v1::PinTaskRequest& request) {
  auto command = command_by_operator(request.request_id(), request.operator_());
  if (command) *command->mutable_pin_task() = request;
  return command;
}

Result<Command> reassign_task(const v1::ReassignTaskRequest& request) {
  auto command = command_by_operator(request.request_id(), request.operator_());
  if (command) *command->mutable_reassign_task() = request;
  return command;
}

Result<Command> veto_task(const v1::VetoTaskRequest& request) {
  auto command = command_by_operator(request.request_id(), request.operator_());
  if (command) *command->mutable_veto_task() = request;
  return command;
}

// Plans and adopts; blocks for as long as the planner's settings allow.
Result<v1::Plan> replan(Engine& engine, const v1::ReplanRequest& request) {
  if (auto sound = check_request_id(request.request_id(), "request_id"); !sound) {
    return unexpected(sound.error());
  }
  if (auto sound = check_length(request.reason(), 500, "reason"); !sound) {
    return unexpected(sound.error());
  }
  const EngineSettings& settings = engine.settings();
  auto done = engine.replan_now(settings.planner, settings.policy,
                                request.reason().empty() ? "asked for" : request.reason());
  if (!done) return unexpected(done.error());
  return plan_view(*engine.world());
}

// As slow as a plan of no search: travel times, then every other place for the task.
Result<v1::TaskExplanation> explain(Engine& engine, const v1::ExplainTaskRequest& request) {
  if (auto sound = check_id(request.work_task(), "work_task"); !sound)
    return unexpected(sound.error());
  return explain_task(*engine.world(), engine.now(), engine.settings(), request.work_task());
}

void add_crew_resource_calls(RpcService& service, const CallContext& context) {
  Engine& engine = context.engine;
  add_change<v1::CreateCrewRequest, v1::Crew>(
      service, "CreateCrew", context, {create_crew, [&engine](const auto& request, const Answer&) {
                                         return get_crew(*engine.world(), request.crew().id());
                                       }});
  add_change<v1::UpdateCrewRequest, v1::Crew>(
      service, "UpdateCrew", context, {update_crew, [&engine](const auto& request, const Answer&) {
                                         return get_crew(*engine.world(), request.crew().id());
                                       }});
  add_read<v1::GetCrewRequest, v1::Crew>(service, "GetCrew", [&engine](const auto& request) {
    return get_crew(*engine.world(), request.id());
  });
  add_slow_read<v1::ListCrewsRequest, v1::ListCrewsResponse>(
      service, "ListCrews", context.workers,
      [&engine](const auto& request) { return list_crews(*engine.world(), request); });
}

void add_depot_calls(RpcService& service, const CallContext& context) {
  Engine& engine = context.engine;
  add_change<v1::CreateDepotRequest, v1::Depot>(
      service, "CreateDepot", context,
      {create_depot, [&engine](const auto& request, const Answer&) {
         return get_depot(*engine.world(), request.depot().id());
       }});
  add_change<v1::UpdateDepotRequest, v1::Depot>(
      service, "UpdateDepot", context,
      {update_depot, [&engine](const auto& request, const Answer&) {
         return get_depot(*engine.world(), request.depot().id());
       }});
  add_change<v1::DeleteDepotRequest, v1::DeleteDepotResponse>(
      service, "DeleteDepot", context,
      {delete_depot, [](const auto&, const Answer& answer) -> Result<v1::DeleteDepotResponse> {
         v1::DeleteDepotResponse response;
         response.set_revision(answer.revision);
         return response;
       }});
  add_read<v1::GetDepotRequest, v1::Depot>(service, "GetDepot", [&engine](const auto& request) {
    return get_depot(*engine.world(), request.id());
  });
  add_slow_read<v1::ListDepotsRequest, v1::ListDepotsResponse>(
      service, "ListDepots", context.workers,
      [&engine](const auto& request) { return list_depots(*engine.world(), request); });
}

void add_task_rules_calls(RpcService& service, const CallContext& context) {
  Engine& engine = context.engine;
  add_slow_read<v1::GetTaskRulesRequest, v1::TaskRules>(
      service, "GetTaskRules", context.workers,
      [&engine](const auto& request) -> Result<v1::TaskRules> {
        return task_rules_view(*engine.world(), request.whole());
      });
  add_change<v1::PutTaskRulesRequest, v1::TaskRules>(
      service, "PutTaskRules", context,
      {put_task_rules, [&engine](const auto&, const Answer&) -> Result<v1::TaskRules> {
         return task_rules_view(*engine.world(), false);
       }});
}

template <class Request>
void add_task_change(RpcService& service, std::string_view call, const CallContext& context,
                     std::function<Result<Command>(const Request&)> command) {
  Engine& engine = context.engine;
  add_change<Request, v1::WorkTask>(
      service, call, context, {std::move(command), [&engine](const Request&, const Answer& answer) {
                                 return get_work_task(*engine.world(), answer.id);
                               }});
}

}  // namespace

void add_dispatch_calls(RpcService& service, const CallContext& context) {
  Engine& engine = context.engine;
  add_crew_resource_calls(service, context);
  add_depot_calls(service, context);
  add_task_rules_calls(service, context);
  add_task_change<v1::CreateWorkTaskRequest>(service, "CreateWorkTask", context, create_work_task);
  add_task_change<v1::UpdateWorkTaskRequest>(service, "UpdateWorkTask", context, update_work_task);
  add_task_change<v1::PinTaskRequest>(service, "PinTask", context, pin_task);
  add_task_change<v1::ReassignTaskRequest>(service, "ReassignTask", context, reassign_task);
  add_task_change<v1::VetoTaskRequest>(service, "VetoTask", context, veto_task);
  add_read<v1::GetWorkTaskRequest, v1::WorkTask>(
      service, "GetWorkTask",
      [&engine](const auto& request) { return get_work_task(*engine.world(), request.id()); });
  add_slow_read<v1::ListWorkTasksRequest, v1::ListWorkTasksResponse>(
      service, "ListWorkTasks", context.workers,
      [&engine](const auto& request) { return list_work_tasks(*engine.world(), request); });
  add_slow_read<v1::ExplainTaskRequest, v1::TaskExplanation>(
      service, "ExplainTask", context.workers,
      [&engine](const auto& request) { return explain(engine, request); });
  add_slow_read<v1::GetPlanRequest, v1::Plan>(
      service, "GetPlan", context.workers,
      [&engine](const auto&) -> Result<v1::Plan> { return plan_view(*engine.world()); });
  add_slow_read<v1::ReplanRequest, v1::Plan>(
      service, "Replan", context.workers,
      [&engine](const auto& request) { return replan(engine, request); });
  add_watch<v1::WatchPlanRequest>(service, "WatchPlan", context, make_plan_watch);
}

}  // namespace gridmend
