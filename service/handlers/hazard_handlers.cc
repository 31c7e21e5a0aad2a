#include <algorithm>

#include "gridmend/v1/hazard.pb.h"
#include "routing/road/road_water.h"
#include "service/converters/access_converter.h"
#include "service/converters/enum_converter.h"
#include "service/converters/field_path.h"
#include "service/converters/geography_converter.h"
#include "service/converters/hazard_converter.h"
#include "service/converters/network_converter.h"
#include "service/converters/time_converter.h"
#include "service/engine/prepared_roads.h"
#include "service/handlers/actor.h"
#include "service/handlers/calls.h"
#include "service/handlers/paging.h"

namespace gridmend {

namespace {

constexpr int kMostLayers = 100;
constexpr int kUsualLayers = 20;
constexpr Duration kLongestWork = std::chrono::hours{24 * 365};

v1::RoadClosure closure_message(const World& world, const RoadClosure& closure) {
  v1::RoadClosure message = to_proto(closure);
  const auto closed = closed_edges(world.region->roads, closure);
  message.set_road_edges(static_cast<std::int32_t>(closed.size()));
  return message;
}

Result<v1::ListWaterResponse> list_water(const World& world, const v1::ListWaterRequest& request) {
  auto size = page_size(request.page_size(), kUsualLayers, kMostLayers);
  if (!size) return unexpected(size.error());
  const PageTokens tokens{request};
  auto first = tokens.number();
  if (!first) return unexpected(first.error());
  const auto slices = world.water->slices();
  v1::ListWaterResponse response;
  std::uint64_t next = *first;
  for (; next < slices.size() && next < *first + *size; ++next) {
    v1::WaterLayer layer = to_proto(*slices[static_cast<std::size_t>(next)], request.with_depths());
    const bool fits = response.ByteSizeLong() + layer.ByteSizeLong() <= kMostAnswerBytes;
    if (!fits && response.layers_size() > 0) break;
    *response.add_layers() = std::move(layer);
  }
  if (next < slices.size()) response.set_next_page_token(tokens.token(next));
  return response;
}

Result<v1::ListRoadClosuresResponse> list_closures(const World& world,
                                                   const v1::ListRoadClosuresRequest& request) {
  auto size = page_size(request.page_size());
  if (!size) return unexpected(size.error());
  const PageTokens tokens{request};
  auto place = tokens.place();
  if (!place) return unexpected(place.error());
  v1::ListRoadClosuresResponse response;
  auto it = place->empty() ? world.closures->begin() : world.closures->upper_bound(*place);
  for (; it != world.closures->end(); ++it) {
    if (static_cast<std::size_t>(response.closures_size()) == *size) {
      response.set_next_page_token(tokens.token(response.closures().rbegin()->id()));
      break;
    }
    *response.add_closures() = closure_message(world, it->second->closure);
  }
  return response;
}

Result<void> read_from(const World& world, const v1::GetAccessRequest& request,
                       AccessQuestion& question) {
  if (request.from_case() == v1::GetAccessRequest::kCrew) {
    const CrewRecord* crew = world.find_crew(request.crew());
    if (crew == nullptr) {
      return refuse(ErrorCode::not_found, "CREW_UNKNOWN", "there is no such crew", "crew");
    }
    question.from = crew->crew.position;
    question.vehicle_class = crew->crew.vehicle_class;
  } else if (request.from_case() == v1::GetAccessRequest::kPosition) {
    auto position = to_domain(request.position(), "position");
    if (!position) return unexpected(position.error());
    question.from = *position;
  } else {
    return refuse(ErrorCode::invalid_argument, "PLACE_MISSING", "from which crew or position?",
                  "from");
  }
  if (request.vehicle_class() != v1::Vehicle::CLASS_UNSPECIFIED) {
    const auto vehicle_class = to_domain(request.vehicle_class());
    if (!vehicle_class) {
      return refuse(ErrorCode::invalid_argument, "VALUE_UNKNOWN", "no such class of vehicle",
                    "vehicle_class");
    }
    question.vehicle_class = *vehicle_class;
  }
  return {};
}

Result<void> read_to(const World& world, const v1::GetAccessRequest& request,
                     AccessQuestion& question) {
  const NetworkModel& network = world.region->network;
  switch (request.to_case()) {
    case v1::GetAccessRequest::kWorkTask: {
      const WorkTaskRecord* task = world.find_task(request.work_task());
      if (task == nullptr) {
        return refuse(ErrorCode::not_found, "WORK_TASK_UNKNOWN", "there is no such work task",
                      "work_task");
      }
      question.to = task->task.position;
      question.work = task->task.expected_duration;
      return {};
    }
    case v1::GetAccessRequest::kDevice: {
      auto device = find_device(network, request.device(), "device");
      if (!device) return unexpected(device.error());
      question.to = network.devices()[*device].position;
      return {};
    }
    case v1::GetAccessRequest::kSite: {
      auto site = to_domain(request.site(), "site");
      if (!site) return unexpected(site.error());
      question.to = *site;
      return {};
    }
    case v1::GetAccessRequest::TO_NOT_SET:
      break;
  }
  return refuse(ErrorCode::invalid_argument, "PLACE_MISSING", "to which task, device or position?",
                "to");
}

// Can one get in, work and get out, now or later? See find_access().
Result<v1::Access> get_access(const CallContext& context, const v1::GetAccessRequest& request) {
  const auto world = context.engine.world();
  AccessQuestion question;
  question.at = context.clock.now();
  if (auto read = read_from(*world, request, question); !read) return unexpected(read.error());
  if (auto read = read_to(*world, request, question); !read) return unexpected(read.error());
  if (request.has_at()) {
    auto at = to_domain(request.at(), "at");
    if (!at) return unexpected(at.error());
    question.at = *at;
  }
  if (request.has_work()) {
    auto work = to_domain(request.work(), "work");
    if (!work) return unexpected(work.error());
    if (*work < Duration::zero() || *work > kLongestWork) {
      return refuse(ErrorCode::invalid_argument, "DURATION_INVALID",
                    "work takes between nothing and a year", "work");
    }
    question.work = *work;
  }
  if (world->region->roads.empty()) {
    return refuse(ErrorCode::failed_precondition, "NO_ROADS", "the region has no roads");
  }
  const EngineSettings& settings = context.engine.settings();
  const RoadAccess asked = world->roads->access(*world, question, settings);
  v1::Access access = to_proto(asked);
  if (asked.reachable && !request.all_classes()) return access;
  for (int v = 0; v < kVehicleClasses; ++v) {
    AccessQuestion other = question;
    other.vehicle_class = static_cast<VehicleClass>(v);
    const bool known = other.vehicle_class == question.vehicle_class;
    *access.add_by_class() = class_access(
        other.vehicle_class, known ? asked : world->roads->access(*world, other, settings));
  }
  return access;
}

Result<Command> put_water(const v1::PutWaterRequest& request) {
  auto command = command_by_operator(request.request_id(), {});
  if (!command) return command;
  if (auto slice = to_domain(request.layer(), "layer"); !slice) return unexpected(slice.error());
  *command->mutable_put_water() = request;
  return command;
}

Result<Command> delete_water(const v1::DeleteWaterRequest& request) {
  auto command = command_by_operator(request.request_id(), request.operator_());
  if (!command) return command;
  if (auto sound = check_id(request.id(), "id"); !sound) return unexpected(sound.error());
  *command->mutable_delete_water() = request;
  return command;
}

Result<Command> close_road(const v1::CloseRoadRequest& request) {
  auto command = command_by_operator(request.request_id(), request.operator_());
  if (command) *command->mutable_close_road() = request;
  return command;
}

Result<Command> reopen_road(const v1::ReopenRoadRequest& request) {
  auto command = command_by_operator(request.request_id(), request.operator_());
  if (!command) return command;
  if (auto sound = check_id(request.id(), "id"); !sound) return unexpected(sound.error());
  *command->mutable_reopen_road() = request;
  return command;
}

// Only the revision is told.
template <class Request, class Response>
Result<Response> revision_answer(const Request&, const Answer& answer) {
  Response response;
  response.set_revision(answer.revision);
  return response;
}

Result<v1::PutWaterResponse> put_answer(const World& world, const v1::PutWaterRequest& request,
                                        const Answer& answer) {
  v1::PutWaterResponse response;
  response.set_revision(answer.revision);
  const RoadGraph& roads = world.region->roads;
  const auto slice = to_domain(request.layer(), "layer");
  // Polygons beside a grid say what lies outside of it.
  if (!slice || !slice->grid || !slice->polygons.empty() || slice->dry_elsewhere || roads.empty()) {
    return response;
  }
  response.set_road_edges_outside(static_cast<std::int32_t>(edges_outside(roads, *slice->grid)));
  response.set_road_edges(static_cast<std::int32_t>(roads.edges().size()));
  return response;
}

Result<v1::RoadClosure> closure_answer(const World& world, const v1::CloseRoadRequest& request,
                                       const Answer& answer) {
  const auto it = world.closures->find(answer.id);
  if (it != world.closures->end()) return closure_message(world, it->second->closure);
  v1::RoadClosure closure = request.closure();  // reopened in the meantime
  closure.set_id(answer.id);
  return closure;
}

}  // namespace

void add_hazard_calls(RpcService& service, const CallContext& context) {
  Engine& engine = context.engine;
  add_change<v1::PutWaterRequest, v1::PutWaterResponse>(
      service, "PutWater", context,
      {put_water,
       [&engine](const auto& request, const Answer& answer) {
         return put_answer(*engine.world(), request, answer);
       }},
      kWaterBytes);
  add_change<v1::DeleteWaterRequest, v1::DeleteWaterResponse>(
      service, "DeleteWater", context,
      {delete_water, revision_answer<v1::DeleteWaterRequest, v1::DeleteWaterResponse>});
  add_slow_read<v1::ListWaterRequest, v1::ListWaterResponse>(
      service, "ListWater", context.workers,
      [&engine](const auto& request) { return list_water(*engine.world(), request); });
  add_change<v1::CloseRoadRequest, v1::RoadClosure>(
      service, "CloseRoad", context,
      {close_road, [&engine](const auto& request, const Answer& answer) {
         return closure_answer(*engine.world(), request, answer);
       }});
  add_change<v1::ReopenRoadRequest, v1::ReopenRoadResponse>(
      service, "ReopenRoad", context,
      {reopen_road, revision_answer<v1::ReopenRoadRequest, v1::ReopenRoadResponse>});
  add_slow_read<v1::ListRoadClosuresRequest, v1::ListRoadClosuresResponse>(
      service, "ListRoadClosures", context.workers,
      [&engine](const auto& request) { return list_closures(*engine.world(), request); });
  add_slow_read<v1::GetAccessRequest, v1::Access>(
      service, "GetAccess", context.workers,
      [context](const auto& request) { return get_access(context, request); });
}

}  // namespace gridmend
