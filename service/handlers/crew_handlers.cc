#include <atomic>
#include <set>

#include "gridmend/v1/crew.pb.h"
#include "service/converters/field_path.h"
#include "service/converters/geography_converter.h"
#include "service/handlers/actor.h"
#include "service/handlers/assignment_changes.h"
#include "service/handlers/calls.h"
#include "service/handlers/status.h"
#include "service/handlers/views.h"
#include "service/handlers/watch_hub.h"
#include "service/handlers/watch_views.h"

namespace gridmend {

namespace {

constexpr int kMostOperations = 200;

const std::string& task_of(const v1::TabletOperation& operation) {
  static const std::string kNone;
  switch (operation.operation_case()) {
    case v1::TabletOperation::kAcknowledge:
      return operation.acknowledge().work_task();
    case v1::TabletOperation::kSetOut:
      return operation.set_out().work_task();
    case v1::TabletOperation::kArrive:
      return operation.arrive().work_task();
    case v1::TabletOperation::kComplete:
      return operation.complete().work_task();
    case v1::TabletOperation::kHandBack:
      return operation.hand_back().work_task();
    default:
      return kNone;
  }
}

Result<Command> tablet_command(const v1::SyncRequest& request, int index) {
  const std::string at = field_path({}, "operations", static_cast<std::size_t>(index));
  const v1::TabletOperation& operation = request.operations(index);
  if (operation.request_id().empty()) {
    return refuse(ErrorCode::invalid_argument, "REQUEST_ID_MISSING",
                  "a tablet's operation carries an id", field_path(at, "request_id"));
  }
  if (operation.operation_case() == v1::TabletOperation::OPERATION_NOT_SET) {
    return refuse(ErrorCode::invalid_argument, "OPERATION_MISSING", "the operation says nothing",
                  field_path(at, "operation"));
  }
  auto command = command_by_crew(operation.request_id(), request.crew());
  if (!command) {
    Error error = command.error();
    error.field = field_path(at, error.field);
    return unexpected(std::move(error));
  }
  auto& act = *command->mutable_tablet_operation();
  act.set_crew(request.crew());
  act.set_device_id(request.device_id());
  *act.mutable_operation() = operation;
  return command;
}

// One Sync on its way: operations go to the engine in order, the answer is made when the last one
// has come back.
class SyncCall : public std::enable_shared_from_this<SyncCall> {
 public:
  SyncCall(const CallContext& context, UnaryExchange exchange, v1::SyncRequest request)
      : context_(context), exchange_(exchange), request_(std::move(request)) {
    const auto count = static_cast<std::size_t>(request_.operations_size());
    outcomes_.resize(count, unexpected(Error{}));
    waiting_ = count + 1;
  }

  void start() {
    for (int i = 0; i < request_.operations_size(); ++i) {
      auto command = tablet_command(request_, i);
      if (!command) {
        came_back(i, unexpected(command.error()));
        continue;
      }
      context_.engine.submit(std::move(*command),
                             [self = shared_from_this(), i](Result<Answer> answer) {
                               self->came_back(i, std::move(answer));
                             });
    }
    one_less();
  }

 private:
  void came_back(int index, Result<Answer> answer) {
    outcomes_[static_cast<std::size_t>(index)] = std::move(answer);
    one_less();
  }

  void one_less() {
    if (--waiting_ != 0) return;
    context_.workers.post([self = shared_from_this()] { self->answer(); });
  }

  void answer() {
    const auto world = context_.engine.world();
    v1::SyncResponse response;
    for (int i = 0; i < request_.operations_size(); ++i) {
      write_result(*world, i, *response.add_results());
    }
    const CrewRecord* crew = world->find_crew(request_.crew());
    if (crew == nullptr) {
      return exchange_.refuse(
          {ErrorCode::not_found, "CREW_UNKNOWN", "there is no such crew", "crew", {}});
    }
    *response.mutable_assignments() = changes(*world);
    response.set_revision(world->revision);
    exchange_.answer(response);
  }

  v1::AssignmentDelta changes(const World& world) const {
    const std::uint64_t held = request_.resume_after_revision();
    if (held != 0 && held <= world.revision) {
      const auto since = context_.engine.changes_since(held);
      if (since) return assignment_changes(world, since->changes, request_.crew());
    }
    return all_assignments(world, request_.crew());
  }

  void write_result(const World& world, int index, v1::OperationResult& result) const {
    const v1::TabletOperation& operation = request_.operations(index);
    const Result<Answer>& outcome = outcomes_[static_cast<std::size_t>(index)];
    result.set_request_id(operation.request_id());
    if (outcome) {
      result.mutable_status()->set_code(0);
      result.set_rule(outcome->rule);
      result.set_repeated_answer(outcome->repeated);
    } else {
      *result.mutable_status() = to_rpc_status(outcome.error());
      result.set_rule(rule_of(outcome.error()));
    }
    if (const WorkTaskRecord* task = world.find_task(task_of(operation))) {
      *result.mutable_work_task() = work_task_view(world, *task);
    }
  }

  // A refused operation's rule is its reason, written as rules are.
  static std::string rule_of(const Error& error) {
    std::string rule = error.reason;
    for (char& c : rule) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return rule;
  }

  const CallContext context_;
  const UnaryExchange exchange_;
  const v1::SyncRequest request_;
  std::vector<Result<Answer>> outcomes_;
  std::atomic<std::size_t> waiting_;
};

Result<void> check_sync(const World& world, const v1::SyncRequest& request) {
  if (auto sound = check_id(request.crew(), "crew"); !sound) return sound;
  if (auto sound = check_length(request.device_id(), 64, "device_id"); !sound) return sound;
  if (request.operations_size() > kMostOperations) {
    return refuse(ErrorCode::invalid_argument, "TOO_MANY",
                  "at most 200 operations are taken at once", "operations");
  }
  if (world.find_crew(request.crew()) == nullptr) {
    return refuse(ErrorCode::not_found, "CREW_UNKNOWN",
                  "there is no crew '" + request.crew() + "'; the dispatcher makes it first",
                  "crew");
  }
  return {};
}

void add_sync(RpcService& service, const CallContext& context) {
  service.set_unary("Sync", [context](const grpc::ByteBuffer& bytes, UnaryExchange exchange) {
    v1::SyncRequest request;
    if (auto parsed = parse_request(bytes, kCrewBytes, request); !parsed) {
      return exchange.refuse(parsed.error());
    }
    if (auto sound = check_sync(*context.engine.world(), request); !sound) {
      return exchange.refuse(sound.error());
    }
    std::make_shared<SyncCall>(context, exchange, std::move(request))->start();
  });
}

Result<Command> report_position(const v1::ReportPositionRequest& request) {
  auto command = command_by_crew(request.request_id(), request.crew());
  if (!command) return command;
  auto position = to_domain(request.position().position(), "position.position");
  if (!position) return unexpected(position.error());
  auto& act = *command->mutable_tablet_operation();
  act.set_crew(request.crew());
  v1::TabletOperation& operation = *act.mutable_operation();
  operation.set_request_id(request.request_id());
  *operation.mutable_position() = request.position();
  if (request.has_observe_time()) *operation.mutable_observe_time() = request.observe_time();
  return command;
}

}  // namespace

void add_crew_calls(RpcService& service, const CallContext& context) {
  add_sync(service, context);
  add_watch<v1::WatchAssignmentsRequest>(service, "WatchAssignments", context,
                                         make_assignment_watch);
  add_change<v1::ReportPositionRequest, v1::ReportPositionResponse>(
      service, "ReportPosition", context,
      {report_position,
       [](const auto&, const Answer& answer) -> Result<v1::ReportPositionResponse> {
         v1::ReportPositionResponse response;
         response.set_revision(answer.revision);
         return response;
       }},
      kCrewBytes);
}

}  // namespace gridmend
