#include "gridmend/v1/switching.pb.h"
#include "service/converters/field_path.h"
#include "service/handlers/actor.h"
#include "service/handlers/calls.h"

namespace gridmend {

namespace {

Result<void> require_request_id(const std::string& request_id) {
  if (!request_id.empty()) return {};
  return refuse(ErrorCode::invalid_argument, "REQUEST_ID_MISSING",
                "a switching step carries an id, so that it is recorded once", "request_id");
}

Result<Command> record_step(const v1::RecordStepRequest& request) {
  if (auto sound = require_request_id(request.request_id()); !sound) {
    return unexpected(sound.error());
  }
  auto command = command_by_operator(request.request_id(), request.operator_());
  if (command) *command->mutable_record_step() = request;
  return command;
}

Result<Command> de_energise(const v1::DeEnergiseForSafetyRequest& request) {
  if (auto sound = require_request_id(request.request_id()); !sound) {
    return unexpected(sound.error());
  }
  if (auto sound = check_length(request.note(), 2000, "note"); !sound) {
    return unexpected(sound.error());
  }
  auto command = command_by_operator(request.request_id(), request.operator_());
  if (command) *command->mutable_de_energise_for_safety() = request;
  return command;
}

// Behind the device when everything stands as it normally does.
std::uint64_t customers_behind(const World& world, std::string_view mrid) {
  const NetworkModel& network = world.region->network;
  const auto device = network.find_device(mrid);
  if (!device) return 0;
  const SupplyForest& normal = world.normal_forest();
  const auto below = normal.downstream_node(*device);
  if (!below.valid()) return 0;
  std::uint64_t customers = 0;
  for (const Id<UsagePoint> id : normal.usage_points_behind(below))
    customers += network.usage_points()[id].customers;
  return customers;
}

}  // namespace

void add_switching_calls(RpcService& service, const CallContext& context) {
  Engine& engine = context.engine;
  add_change<v1::RecordStepRequest, v1::RecordStepResponse>(
      service, "RecordStep", context,
      {record_step, [](const auto&, const Answer& answer) -> Result<v1::RecordStepResponse> {
         v1::RecordStepResponse response;
         response.set_revision(answer.revision);
         return response;
       }});
  add_change<v1::DeEnergiseForSafetyRequest, v1::DeEnergiseForSafetyResponse>(
      service, "DeEnergiseForSafety", context,
      {de_energise,
       [&engine](const auto& request,
                 const Answer& answer) -> Result<v1::DeEnergiseForSafetyResponse> {
         v1::DeEnergiseForSafetyResponse response;
         response.set_revision(answer.revision);
         response.set_customers(customers_behind(*engine.world(), request.device()));
         return response;
       }});
}

}  // namespace gridmend
