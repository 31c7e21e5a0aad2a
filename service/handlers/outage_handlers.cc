#include "gridmend/v1/outage.pb.h"
#include "service/converters/enum_converter.h"
#include "service/converters/field_path.h"
#include "service/converters/network_converter.h"
#include "service/converters/outage_converter.h"
#include "service/converters/time_converter.h"
#include "service/handlers/actor.h"
#include "service/handlers/calls.h"
#include "service/handlers/paging.h"
#include "service/handlers/views.h"
#include "service/handlers/watch_hub.h"
#include "service/handlers/watch_views.h"

namespace gridmend {

namespace {

constexpr int kMostMerged = 100;

Result<v1::ListOutagesResponse> list_outages(const World& world,
                                             const v1::ListOutagesRequest& request) {
  auto size = page_size(request.page_size());
  if (!size) return unexpected(size.error());
  const PageTokens tokens{request};
  auto place = tokens.place();
  if (!place) return unexpected(place.error());
  auto matches = OutageMatcher::make(request.filter(), world.region->network, "filter");
  if (!matches) return unexpected(matches.error());
  v1::ListOutagesResponse response;
  response.set_revision(world.revision);
  std::uint32_t total = 0;
  std::string last;
  bool more = false;
  for (auto it = world.outages->rbegin(); it != world.outages->rend(); ++it) {
    const auto& [id, record] = *it;
    if (!(*matches)(world, *record)) continue;
    ++total;
    if (!place->empty() && id >= *place) continue;
    if (static_cast<std::size_t>(response.outages_size()) < *size) {
      *response.add_outages() = outage_view(world, *record);
      last = id;
    } else {
      more = true;
    }
  }
  response.set_total_size(total);
  if (place->empty()) {
    for (const DoubtedReport& report : world.doubted_reports)
      *response.add_doubted_reports() = to_proto(report, world.region->network);
  }
  if (more) response.set_next_page_token(tokens.token(last));
  return response;
}

Result<const OutageRecord*> require_outage(const World& world, std::string_view id,
                                           std::string field) {
  if (id.empty()) {
    return refuse(ErrorCode::invalid_argument, "ID_MISSING", "an outage must be named by its id",
                  std::move(field));
  }
  const OutageRecord* record = world.find_outage(id);
  if (record != nullptr) return record;
  return refuse(ErrorCode::not_found, "OUTAGE_UNKNOWN", "there is no such outage",
                std::move(field));
}

Result<v1::Outage> get_outage(const World& world, std::string_view id) {
  auto record = require_outage(world, id, "id");
  if (!record) return unexpected(record.error());
  v1::Outage message = outage_view(world, **record);
  for (const OutageEvent& event : (*record)->history) {
    v1::OutageEvent& added = *message.add_history();
    added.set_revision(event.revision);
    *added.mutable_time() = to_proto(event.time);
    added.set_status(to_proto(event.status));
    added.set_actor(event.actor);
    added.set_reason(event.reason);
  }
  return message;
}

Result<v1::ListAffectedUsagePointsResponse> list_affected(
    const World& world, const v1::ListAffectedUsagePointsRequest& request) {
  auto size = page_size(request.page_size());
  if (!size) return unexpected(size.error());
  const PageTokens tokens{request, world.region->id};
  auto first = tokens.number();
  if (!first) return unexpected(first.error());
  auto record = require_outage(world, request.outage(), "outage");
  if (!record) return unexpected(record.error());
  const Outage& outage = (*record)->outage;
  v1::ListAffectedUsagePointsResponse response;
  response.set_total_size(static_cast<std::uint32_t>(outage.affected.size()));
  for (const PossibleFeed& feed : outage.fed_through)
    *response.add_fed_through() = to_proto(feed, world.region->network);
  // Ids have 32 bits: a token beyond them is none of ours.
  if (*first > Id<UsagePoint>::kNone) {
    return refuse(ErrorCode::invalid_argument, "PAGE_TOKEN_INVALID", "no page begins there",
                  "page_token");
  }
  for (const auto& run :
       outage.affected.ranges_from(Id<UsagePoint>{static_cast<std::size_t>(*first)})) {
    std::uint64_t index = std::max<std::uint64_t>(*first, run.first.index);
    for (; index < run.last.index; ++index) {
      if (static_cast<std::size_t>(response.usage_points_size()) == *size) {
        response.set_next_page_token(tokens.token(index));
        return response;
      }
      const Id<UsagePoint> id{static_cast<std::size_t>(index)};
      v1::AffectedUsagePoint& added = *response.add_usage_points();
      *added.mutable_usage_point() = to_proto(id, world.region->network);
      added.set_restored(!outage.dark.contains(id));
    }
  }
  return response;
}

template <class Request>
ChangeCall<Request, v1::Outage> outage_change(Engine& engine,
                                              std::function<Result<void>(const Request&)> check,
                                              std::function<Request*(Command&)> act) {
  const auto command = [check = std::move(check),
                        act = std::move(act)](const Request& request) -> Result<Command> {
    if (request.id().empty()) {
      return refuse(ErrorCode::invalid_argument, "ID_MISSING", "an outage must be named by its id",
                    "id");
    }
    if (auto sound = check(request); !sound) return unexpected(sound.error());
    auto made = command_by_operator(request.request_id(), request.operator_());
    if (!made) return made;
    *act(*made) = request;
    return made;
  };
  return {command, [&engine](const Request& request, const Answer&) {
            return get_outage(*engine.world(), request.id());
          }};
}

Result<void> check_merge(const v1::MergeOutagesRequest& request) {
  if (request.merged_size() == 0 || request.merged_size() > kMostMerged) {
    return refuse(ErrorCode::invalid_argument, "TOO_MANY", "1 to 100 outages can be merged at once",
                  "merged");
  }
  for (int i = 0; i < request.merged_size(); ++i) {
    if (request.merged(i) != request.id()) continue;
    return refuse(ErrorCode::invalid_argument, "SAME_OUTAGE", "an outage cannot end in itself",
                  field_path({}, "merged", static_cast<std::size_t>(i)));
  }
  return {};
}

Result<void> check_withdrawal(const v1::WithdrawOutageRequest& request) {
  if (request.reason().empty()) {
    return refuse(ErrorCode::invalid_argument, "REASON_MISSING", "a withdrawal says why", "reason");
  }
  return check_length(request.reason(), 2000, "reason");
}

}  // namespace

void add_outage_calls(RpcService& service, const CallContext& context) {
  Engine& engine = context.engine;
  add_slow_read<v1::ListOutagesRequest, v1::ListOutagesResponse>(
      service, "ListOutages", context.workers,
      [&engine](const auto& request) { return list_outages(*engine.world(), request); });
  add_read<v1::GetOutageRequest, v1::Outage>(service, "GetOutage", [&engine](const auto& request) {
    return get_outage(*engine.world(), request.id());
  });
  add_slow_read<v1::ListAffectedUsagePointsRequest, v1::ListAffectedUsagePointsResponse>(
      service, "ListAffectedUsagePoints", context.workers,
      [&engine](const auto& request) { return list_affected(*engine.world(), request); });
  add_change(
      service, "ConfirmOutage", context,
      outage_change<v1::ConfirmOutageRequest>(
          engine, [](const auto& request) { return check_length(request.note(), 2000, "note"); },
          [](Command& command) { return command.mutable_confirm_outage(); }));
  add_change(
      service, "WithdrawOutage", context,
      outage_change<v1::WithdrawOutageRequest>(engine, check_withdrawal, [](Command& command) {
        return command.mutable_withdraw_outage();
      }));
  add_change(
      service, "RestoreOutage", context,
      outage_change<v1::RestoreOutageRequest>(
          engine, [](const auto& request) { return check_length(request.note(), 2000, "note"); },
          [](Command& command) { return command.mutable_restore_outage(); }));
  add_change(service, "MergeOutages", context,
             outage_change<v1::MergeOutagesRequest>(engine, check_merge, [](Command& command) {
               return command.mutable_merge_outages();
             }));
  add_watch<v1::WatchOutagesRequest>(service, "WatchOutages", context, make_outage_watch);
  add_suggestion_calls(service, context);
}

}  // namespace gridmend
